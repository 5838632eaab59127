"""How each feed does, by what is stored of it.  May import: all but cli.

Apart from what else is done with feeds (`feedbook`), because `starfish status` needs no client and no parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.app.installed import utc_now
from bot.core.pace import coming, day_start
from bot.core.websub import Subscription
from bot.model import Account, Feed, FeedState
from bot.settings import Settings
from bot.store import AccountState, Store, open_store
from bot.store.guard import has_begun

SILENT = timedelta(days=30)
"""A feed that brought nothing new for so long is called silent: blogs that live post monthly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One feed and how it does."""

    url: str
    tags: tuple[str, ...]
    state: FeedState
    entries: int = 0
    shared: int = 0
    last_shared: datetime | None = None
    push: Subscription | None = None  # what was agreed with its hub

    def silent_days(self, now: datetime) -> int | None:
        """Whole days since something new stood in it, or since it was first read; None: it was never read."""
        last = self.state.last_new or self.state.first_ok
        return None if last is None else max(0, (now - last).days)

    def verdict(self, now: datetime) -> str:
        """In a few words."""
        state = self.state
        if state.muted:
            return f"muted: {state.muted}"
        if state.held:
            return f"held: {state.held}"
        if state.error:
            since = f" since {state.error_since:%-d %b}" if state.error_since else ""
            return f"failing{since}: {trouble(state.url, state.error)}"
        if state.last_ok is None:
            return "not read yet"
        silent = self.silent_days(now)
        if silent is not None and timedelta(days=silent) >= SILENT:
            return f"silent for {silent} days"
        return "fine, its hub brings what is new" if self.push and self.push.live(now) else "fine"

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The same for a program."""
        state = self.state
        return {
            "url": self.url,
            "tags": list(self.tags),
            "title": state.title,
            "address": state.address or self.url,
            "last_ok": iso(state.last_ok),
            "last_new": iso(state.last_new),
            "next_at": iso(state.next_at),
            "errors": state.errors,
            "error": state.error,
            "error_since": iso(state.error_since),
            "muted": state.muted,
            "held": state.held,
            "per_day": state.per_day,
            "verdict": self.verdict(now),
            "silent_days": self.silent_days(now),
            "entries": self.entries,
            "shared": self.shared,
            "last_shared": iso(self.last_shared),
            "hub": _hub(self.push, now) if self.push else None,
        }


def trouble(url: str, error: str) -> str:
    """What went wrong with a feed, without the address, behind which it is told."""
    return re.sub(rf"{re.escape(url.partition('?')[0])}(?:\?\S*?)?:?\s", "", error, count=1)


def health(settings: Settings) -> list[Health]:
    """Every configured feed and how it does; before the first start, all are unread."""
    if not has_begun(settings.bot.database):
        return [Health(url=feed.url, tags=feed.tags, state=FeedState(url=feed.url)) for feed in settings.feeds]
    with open_store(settings.bot.database, mode="read", now=utc_now()) as store:
        return health_in(store, settings.feeds)


def health_in(store: Store, feeds: Iterable[Feed]) -> list[Health]:
    """How these feeds do, by what is stored of them."""
    counts = store.feeds.counts()
    hubs = {one.feed: one for one in store.subscriptions.all() if one.pending != "unsubscribe"}
    rows = []
    for feed in feeds:
        state, count = store.feeds.state(feed.url) or FeedState(url=feed.url), counts.get(feed.url)
        rows.append(
            Health(
                url=feed.url,
                tags=feed.tags,
                state=state,
                entries=count.entries if count else 0,
                shared=count.shared if count else 0,
                last_shared=count.last_shared if count else None,
                push=hubs.get(feed.url),
            )
        )
    return rows


def why_silent(state: AccountState, now: datetime, zone: ZoneInfo) -> str | None:
    """Why nothing of an account's goes out, lost login or owner's pause, by the owner's clock; None: it speaks."""
    if state.locked_out:
        return f"locked out: {state.locked_out}"
    if state.paused is None or state.paused_until is None:
        return state.paused
    if state.paused_until <= now:
        return None
    return f"{state.paused.partition(', until')[0]} until {_clock(state.paused_until, zone)}"


def why_waiting(state: AccountState, now: datetime, zone: ZoneInfo) -> str | None:
    """Until when its platform wants to hear nothing of an account, and why; None: it may speak."""
    if state.hold_until is None or state.hold_until <= now:
        return None
    return f"waits until {_clock(state.hold_until, zone)}: {state.hold_reason}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %-d %b %H:%M")


def speaks_from(state: AccountState, now: datetime) -> datetime | None:
    """From when on an account speaks, if nobody does anything; None: not before somebody does."""
    if state.locked_out or (state.paused and state.paused_until is None):
        return None
    return max(now, state.paused_until or now, state.hold_until or now)


def next_post(account: Account, zone: ZoneInfo, store: Store, now: datetime) -> datetime | None:
    """When an account posts next, as far as its schedule, its pause and what is out today tell."""
    since = speaks_from(store.owner.account_state(account.name), now)
    if since is None:
        return None
    out = store.outbox.sent_since(account.name, day_start(since, zone))
    slot = next(coming(account, zone, since, out), None)
    return slot.at if slot else None


def iso(when: datetime | None) -> str | None:
    """A moment for a program."""
    return None if when is None else when.isoformat()


def _hub(push: Subscription, now: datetime) -> dict[str, Any]:
    """What was agreed with a feed's hub, for a program."""
    return {
        "url": push.hub,
        "live": push.live(now),
        "until": iso(push.lease_until),
        "last_delivery": iso(push.delivered_at),
        "problem": push.problem or None,
    }
