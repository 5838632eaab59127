"""Subscriptions to the hubs that feeds name (WebSub, W3C 2018): which there should be, until when, whose word counts.

Pure; may import: model.
A hub brings news at once; polling stays as the safety net, once a day while a verified lease lives.  What makes a callback
ours is its unguessable end; what makes a delivery the hub's is its signature, by a secret that only both know.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.model import FeedState

LEASE = timedelta(days=10)
"""What we ask for; the hub decides.  Most give five to ten days."""

LONGEST = timedelta(days=30)
"""A lease is renewed within this time, whatever the hub promised."""

RENEW_AFTER = 2 / 3
"""The part of a lease after which it is renewed: what is left is enough for several tries."""

SOONEST = timedelta(minutes=10)
"""Between two requests about one subscription, however short a lease a hub gives."""

FIRST_RETRY = timedelta(hours=1)
SLOWEST_RETRY = timedelta(days=7)
"""After one request that was refused, or never verified; doubled with each further one.  Polling goes on meanwhile."""

FAREWELLS = 3
"""How often a hub is asked to stop before we wait for the end of the lease."""

METHODS = ("sha1", "sha256", "sha384", "sha512")
"""The hash functions that the standard lists for `X-Hub-Signature`."""

_SECONDS = re.compile(r"[0-9]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What we agreed, or try to agree, with a hub about one feed."""

    id: str  # the unguessable end of its callback
    feed: str  # the feed's url
    hub: str
    topic: str  # the feed's address as the hub knows it
    callback: str
    pending: Literal["", "subscribe", "unsubscribe"] = ""  # what we asked for, and the hub may verify
    lease_until: datetime | None = None  # None: never verified, or denied
    ask_at: datetime  # when the hub is asked next
    tries: int = 0  # requests since the last verification
    problem: str = ""  # why the last one failed
    delivered_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Whether deliveries count now."""
        return self.pending != "unsubscribe" and self.lease_until is not None and self.lease_until > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do now."""

    ask: tuple[Subscription, ...]  # to be stored as they are here, and then asked for
    forget: tuple[str, ...]  # ids of those that are over
    wake_at: datetime | None  # when one of the others has its turn; None: there is none


def plan(
    feeds: Iterable[FeedState], held: Sequence[Subscription], base: str, new_id: Callable[[], str], now: datetime
) -> Plan:
    """Compare the hubs that readable, unmuted feeds name with the subscriptions there are.

    :param base: the public address under which callbacks live, without a slash at its end
    :param new_id: gives an unguessable name, chance passed in
    """
    wanted = {state.url: state for state in feeds if state.hub and state.first_ok and not state.muted}
    ask: list[Subscription] = []
    forget: list[str] = []
    waits: list[datetime] = []
    served: set[str] = set()
    for one in held:
        state = wanted.get(one.feed)
        ours = state is not None and (state.hub, _topic(state)) == (one.hub, one.topic) and one.pending != "unsubscribe"
        if ours and one.callback == callback(base, one.id) and one.feed not in served:
            served.add(one.feed)
            after = _asking(one, "subscribe", now)
        elif one.lease_until is None or one.lease_until <= now:
            forget.append(one.id)
            continue
        else:
            after = _leaving(one, now)
        if after is None:
            waits.append(one.ask_at if one.ask_at > now else one.lease_until or now + FIRST_RETRY)
        else:
            ask.append(after)
            waits.append(after.ask_at)
    for url, state in wanted.items():
        if url not in served:
            ask.append(_begun(state, base, new_id(), now))
            waits.append(ask[-1].ask_at)
    return Plan(ask=tuple(ask), forget=tuple(forget), wake_at=min(waits, default=None))


def callback(base: str, callback_id: str) -> str:
    """The address that a hub is given."""
    return f"{base}/websub/{callback_id}"


def lease(seconds: str | None) -> timedelta:
    """How long a hub says that a subscription lasts; what can't be read counts as what we asked for."""
    if seconds is None or not _SECONDS.fullmatch(seconds.strip()):
        return LEASE
    return min(timedelta(seconds=int(seconds)), LONGEST)


def renew_at(now: datetime, span: timedelta) -> datetime:
    """When to ask for a further lease."""
    return now + max(span * RENEW_AFTER, SOONEST)


def secret(key: str, callback_id: str) -> str:
    """The secret of one subscription, made of the bot's own key: 64 characters, of the 199 that the standard allows."""
    return hmac.new(key.encode(), f"websub:{callback_id}".encode(), hashlib.sha256).hexdigest()


def signed(signature: str, its_secret: str, body: bytes) -> bool:
    """Whether `X-Hub-Signature` (`sha256=…`) is that of this body, compared in constant time."""
    method, _, given = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    right = hmac.new(its_secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(right.encode(), given.lower().encode("utf-8", "replace"))


# --------------------------------------------------------------------------- parts


def _topic(state: FeedState) -> str:
    """The address to subscribe to: the one that the document calls itself."""
    return state.topic or state.address or state.url


def _begun(state: FeedState, base: str, callback_id: str, now: datetime) -> Subscription:
    assert state.hub is not None  # only such feeds are wanted
    return Subscription(
        id=callback_id,
        feed=state.url,
        hub=state.hub,
        topic=_topic(state),
        callback=callback(base, callback_id),
        pending="subscribe",
        ask_at=now + FIRST_RETRY,
        tries=1,
    )


def _asking(one: Subscription, mode: Literal["subscribe", "unsubscribe"], now: datetime) -> Subscription | None:
    """The subscription with its next request made; None: not yet."""
    if one.ask_at > now:
        return None
    wait = min(FIRST_RETRY * 2 ** min(one.tries, 16), SLOWEST_RETRY)
    return replace(one, pending=mode, tries=one.tries + 1, ask_at=now + wait)


def _leaving(one: Subscription, now: datetime) -> Subscription | None:
    """Ask a hub to stop: at once, and twice more; then the lease runs out by itself."""
    assert one.lease_until is not None  # others are forgotten at once
    if one.pending != "unsubscribe":
        return replace(one, pending="unsubscribe", tries=1, ask_at=min(now + FIRST_RETRY, one.lease_until))
    if one.ask_at > now:
        return None
    if one.tries >= FAREWELLS:
        return None
    again = _asking(one, "unsubscribe", now)
    return again and replace(again, ask_at=min(again.ask_at, one.lease_until))
