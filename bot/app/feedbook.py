"""What the owner does with feeds outside of the running bot: find, try, list, import, release.  May import: all but cli."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import __version__
from bot.app.installed import utc_now
from bot.core.websub import Subscription
from bot.errors import FeedError, UsageError
from bot.feeds.discover import Found, discover
from bot.feeds.opml import Listed, write_opml
from bot.feeds.opml import read_list as parse_list
from bot.feeds.reader import Reader
from bot.model import Feed, FeedState, ParsedFeed
from bot.net import Client
from bot.net.addresses import shown
from bot.settings import Settings
from bot.store import Store, open_store
from bot.worker import Worker

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
            return f"failing{since}: {state.error}"
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
            "last_ok": _iso(state.last_ok),
            "last_new": _iso(state.last_new),
            "next_at": _iso(state.next_at),
            "errors": state.errors,
            "error": state.error,
            "error_since": _iso(state.error_since),
            "muted": state.muted,
            "held": state.held,
            "per_day": state.per_day,
            "verdict": self.verdict(now),
            "silent_days": self.silent_days(now),
            "entries": self.entries,
            "shared": self.shared,
            "last_shared": _iso(self.last_shared),
            "hub": _hub(self.push, now) if self.push else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one look at a feed brought."""

    url: str
    parsed: ParsedFeed | None = None
    error: str | None = None

    def lines(self) -> list[str]:
        """For a person."""
        if self.parsed is None:
            return [f"{self.url}: {self.error}"]
        parsed = self.parsed
        lines = [
            f"{parsed.title or 'without a title'}: {len(parsed.entries)} entries, read by the {parsed.parser} parser"
        ]
        if parsed.problem:
            lines.append(f"  {parsed.problem}")
        for entry in parsed.entries[:5]:
            when = entry.published.strftime("%-d %b %Y") if entry.published else "undated"
            lines.append(f"  {when}  {entry.title or '(no title)'}  {entry.link}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        entries = self.parsed.entries if self.parsed else ()
        return {
            "url": self.url,
            "error": self.error,
            "title": self.parsed.title if self.parsed else "",
            "parser": self.parsed.parser if self.parsed else "",
            "entries": [
                {"key": one.key, "title": one.title, "link": one.link, "published": _iso(one.published)}
                for one in entries
            ],
        }


@asynccontextmanager
async def _client(settings: Settings) -> AsyncIterator[Client]:
    net = settings.net
    async with Client(
        contact=net.contact, version=__version__, allow_private=net.allow_private, spacing=net.spacing, now=utc_now
    ) as client:
        yield client


async def find(address: str, settings: Settings) -> list[Found]:
    """Look for the feeds behind an address, the best first.

    :raises UsageError: nothing is there
    """
    url = address if "://" in address else f"https://{address}"
    async with _client(settings) as client:
        try:
            found = await discover(client, url)
        except FeedError as error:
            raise UsageError(str(error) if shown(url) in str(error) else f"{address}: {error}") from None
    if not found:
        raise UsageError(f"no feed was found at {address}; give the feed's own address if you know it")
    return found


async def try_out(address: str, settings: Settings) -> Trial:
    """Fetch and read one feed; store nothing."""
    known = next((feed for feed in settings.feeds if feed.url == address), Feed(url=address))
    worker = Worker()
    try:
        async with _client(settings) as client:
            reader = Reader(client, worker)
            fetched = await reader.fetch(known, FeedState(url=address), utc_now())
            if fetched.body is None:
                return Trial(url=address, error="the server says that nothing changed, though it was asked afresh")
            return Trial(url=address, parsed=await reader.parse(fetched.body))
    except FeedError as error:
        return Trial(url=address, error=str(error))
    finally:
        await worker.close()


def health(settings: Settings) -> list[Health]:
    """Every configured feed and how it does; before the first start, all are unread."""
    if not settings.bot.database.exists():
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


def let_go(address: str, store: Store) -> str:
    """Let a held or muted feed go on from its present state: a new baseline, of which nothing is shared.

    :raises UsageError: the feed is unknown, or nothing holds it
    """
    state = store.feeds.state(address)
    if state is None:
        raise UsageError(f"{address} is not a feed of this bot; see: starfish feeds list")
    if state.held is None and state.muted is None:
        raise UsageError(f"{address} is neither held nor muted")
    now = utc_now()
    store.feeds.unmute(address)
    # Without validators the document comes whole, and `released` makes what stands in it the baseline.
    store.feeds.save(
        replace(
            state,
            held=None,
            muted=None,
            gone_count=0,
            released=True,
            etag=None,
            last_modified=None,
            body_hash=None,
            next_at=now,
        )
    )
    store.owner.clear(f"feed:{address}")
    return f"{address} goes on; what stands in it now counts as seen"


def read_list(file: Path) -> list[Listed]:
    """Read another reader's list of feeds.

    :raises UsageError: it is none that we know
    """
    try:
        return parse_list(file.name, file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None


def as_opml(settings: Settings) -> str:
    """All feeds, for any other reader."""
    return write_opml(settings.feeds, f"{settings.bot.name}: {settings.bot.niche}")


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _hub(push: Subscription, now: datetime) -> dict[str, Any]:
    """What was agreed with a feed's hub, for a program."""
    return {
        "url": push.hub,
        "live": push.live(now),
        "until": _iso(push.lease_until),
        "last_delivery": _iso(push.delivered_at),
        "problem": push.problem or None,
    }
