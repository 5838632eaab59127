"""When a feed is asked next, and what an answer changes in what we know of it.  Pure; may import: model, errors, wishes.

`next_at` = the longest of what the feed's own pace, the owner and the server want, within 15 min and 24 h, plus up to a
tenth, so never early.  It is a moment, stored on 200 and 304 alike, so a restart never asks too soon.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.wishes import Wishes
from bot.errors import FeedError, FeedGone, FeedUnreachable
from bot.model import Feed, FeedState, Fetched, ParsedFeed

FLOOR = timedelta(minutes=15)
CEILING = timedelta(hours=24)
"""Nobody is asked more often than the floor (unless the caller lowers it for the owner's own servers), or more seldom
than the ceiling."""

USUAL = timedelta(hours=1)
"""The interval of a feed whose pace is unknown: what the feed reader score allows a conditional poller."""

POLLS_PER_ENTRY = 8
"""How often we look in the mean time between two entries: they are found within an eighth of that time, about three
hours for a daily blog, and the poll that finds nothing costs the server a 304."""

JITTER = 0.1
"""The share of the interval that is added at most, so that feeds don't march in step."""

FIRST_RETRY = timedelta(minutes=15)
"""After one failure; doubled with each further one, up to the ceiling."""

MOVED_SIGHTINGS = 3
MOVED_FOR = timedelta(days=2)
"""A permanent redirect is believed after so many equal answers over so long: hotel portals redirect permanently too."""

GONE_SIGHTINGS = 2
TELL_AFTER = timedelta(days=3)

PACE_ENTRIES = 20
"""The newest entries that the publish rate is taken from."""


def after_success(
    state: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None,
    feed: Feed,
    now: datetime,
    jitter: float,
    *,
    floor: timedelta = FLOOR,
    pushed_until: datetime | None = None,
) -> FeedState:
    """What is known after a poll that brought a feed, or "unchanged" (`parsed` None).

    :param jitter: 0 to 1, chance passed in
    :param floor: the shortest interval; lower it only for servers of the owner's own
    :param pushed_until: how long a hub has promised to bring what is new; polls are but a safety net until then
    """
    # A feed that waited for its host's turn was asked later than its poll began; counted from then, it is never early.
    now = max(now, fetched.at or now)
    state = _moved(state, fetched.moved_to, now)
    if parsed:
        state = replace(
            state,
            title=parsed.title or state.title,
            first_ok=state.first_ok or now,
            wishes=Wishes.of(parsed).packed(),
            per_day=pace(parsed, now),
            hub=fetched.hub or parsed.hub,
            topic=fetched.topic or parsed.topic,
        )
    # The two validators belong to one answer: an old one beside a new one would be asked about a mixture.
    new_answer = fetched.body is not None or not fetched.validated
    return replace(
        state,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        validators_at=now if new_answer or state.validators_at is None else state.validators_at,
        body_hash=fetched.body_hash,
        next_at=_next_at(state, fetched.fresh_for, feed, now, jitter, max(floor, (pushed_until or now) - now)),
        last_ok=now,
        errors=0,
        error=None,
        error_since=None,
        gone_count=0,
    )


def after_failure(
    state: FeedState, error: FeedError, feed: Feed, now: datetime, jitter: float, *, floor: timedelta = FLOOR
) -> FeedState:
    """What is known after a poll that failed: everything from before, the error, and when to try again.

    It never stops trying, except for a feed that said twice that it is gone.
    """
    errors = state.errors + 1
    since = state.error_since or now
    gone = state.gone_count + isinstance(error, FeedGone)
    first = max(floor, min(feed.every or FIRST_RETRY, FIRST_RETRY))
    wait = min(first * 2 ** min(errors - 1, 16), CEILING)
    if isinstance(error, FeedUnreachable) and error.after is not None:
        wait = max(wait, min(error.after, CEILING))
    if isinstance(error, FeedGone):
        wait = CEILING
    # A new address that is gone, or fails for days, was a mistake or has moved on: the one that the owner wrote decides.
    lost = isinstance(error, FeedGone) or now - since >= TELL_AFTER
    return replace(
        state,
        address="" if lost else state.address,
        errors=errors,
        error=str(error)[:500],
        error_since=since,
        gone_count=gone,
        muted=state.muted or ("it answered twice that it is gone for good" if gone >= GONE_SIGHTINGS else None),
        next_at=now + _later(wait, jitter),
    )


def notice(state: FeedState, now: datetime) -> str | None:
    """What the owner must know of a feed: that it is gone, held, failing for three days, or has moved; None: nothing."""
    name = state.title or state.url.partition("?")[0]
    plain = state.url.isprintable() and not set("?@ ") & set(state.url)  # else it may hold a secret
    release = f"starfish feeds release {state.url if plain else 'URL'}"
    if state.muted and state.gone_count >= GONE_SIGHTINGS:
        return (
            f"{name} is gone: {state.muted}. It is asked no more. Remove it from feeds.toml, or write its new address; "
            f"should it be back: {release}"
        )
    if state.held:
        return f"{name} is held: {state.held} Look at it; this lets it go on with what comes from then on: {release}"
    if state.errors and state.error_since is not None and now - state.error_since >= TELL_AFTER:
        days = (now - state.error_since).days
        return (
            f"{name} could not be read for {days} days ({state.error}). It is asked again once a day, and the other "
            f"feeds go on. Look at its address, or remove it from feeds.toml."
        )
    if state.address and state.address != state.url:
        return (
            f"{name} has moved to {state.address.partition('?')[0]} for good and is read there. "
            f"Write that into feeds.toml in place of {state.url.partition('?')[0]} when you have a moment."
        )
    return None


# --------------------------------------------------------------------------- pace


def pace(parsed: ParsedFeed, now: datetime) -> float | None:
    """Entries a day, of the newest twenty dates up to now; the silence since then counts too.  None without dates."""
    dates = sorted(at for entry in parsed.entries if (at := entry.published or entry.updated) and at <= now)
    newest = dates[-PACE_ENTRIES:]
    if not newest:
        return None
    days = max((now - newest[0]) / timedelta(days=1), 1 / 24)
    return len(newest) / days


def adaptive(state: FeedState, now: datetime) -> timedelta:
    """The interval that a feed's own pace suggests; one that falls silent is asked more and more seldom."""
    last = state.last_new or state.first_ok
    silence = (now - last) / timedelta(days=1) if last else 0.0
    if state.per_day is None:
        return max(USUAL, _days(silence / POLLS_PER_ENTRY))
    # Three times the mean gap is a weekend, not yet the end.
    per_day = min(state.per_day, 3 / silence) if silence > 0 else state.per_day
    return _days(1 / (per_day * POLLS_PER_ENTRY)) if per_day > 0 else CEILING


def _days(days: float) -> timedelta:
    return timedelta(days=min(days, 1.0)) if math.isfinite(days) else CEILING


# --------------------------------------------------------------------------- next poll


def _next_at(
    state: FeedState, fresh_for: timedelta | None, feed: Feed, now: datetime, jitter: float, floor: timedelta
) -> datetime:
    wishes = Wishes.unpacked(state.wishes)
    own = feed.every if feed.every is not None else adaptive(state, now)
    wait = min(max(own, fresh_for or timedelta(0), wishes.ttl, floor), CEILING)
    return min(wishes.awake(now + _later(wait, jitter)), now + _later(CEILING, jitter))


def _later(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1 + JITTER * min(max(jitter, 0.0), 1.0))


def _moved(state: FeedState, target: str | None, now: datetime) -> FeedState:
    """Count equal permanent redirects, and believe them after three over two days."""
    if target is None or target == (state.address or state.url):
        return replace(state, moved_to=None, moved_since=None, moved_count=0) if state.moved_to else state
    if target != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=target, moved_since=now, moved_count=1)
    count = state.moved_count + 1
    if count >= MOVED_SIGHTINGS and now - state.moved_since >= MOVED_FOR:
        return replace(state, address=target, moved_to=None, moved_since=None, moved_count=0)
    return replace(state, moved_count=count)
