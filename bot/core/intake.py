"""What a feed's changed document means: held as a flood, or taken in, entry by entry.  Pure.

May import: core.entries, model.  The store asks this inside the transaction that answers, so that of two feeds with the
same story, read at the same moment, the second one finds the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.sift import Stories, flooded, sift
from bot.model import Feed, FeedState, Filters, ParsedFeed, Sifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A document that a poll brought, and what is known of its feed before and after it."""

    feed: Feed
    before: FeedState
    after: FeedState
    parsed: ParsedFeed
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What this feed held before, and what was told before, of all that stands in the document."""

    known: frozenset[str] = frozenset()  # keys of the document that the feed held before
    seen: int = 0  # entries of the feed in all; only where many are new
    titles: frozenset[str] = frozenset()  # and those of its title keys that the feed held; only where many are new
    newest: datetime | None = None  # the latest publication among them; only where many are new
    stories: Stories = field(default_factory=Stories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What is to be stored of a poll."""

    state: FeedState
    sifted: tuple[Sifted, ...] = ()
    held: str | None = None  # why nothing of it was taken in


def many_new(parsed: ParsedFeed, known: frozenset[str]) -> bool:
    """Whether so much of a document is new that it may be a flood."""
    new = sum(entry.key not in known for entry in parsed.entries)
    return new > 1 and new * 2 > len(parsed.entries)


def weigh(poll: Poll, past: Past, for_all: Filters) -> Intake:
    """Decide what becomes of a document: the flood guard first, then each new entry."""
    before, after, feed = poll.before, poll.after, poll.feed
    why = before.held or flooded(
        poll.parsed,
        past.known,
        seen=past.seen,
        familiar_links=past.stories.familiar_links,
        familiar_titles=past.titles,
        newest_known=past.newest,
    )
    if why and not before.released:
        # The validators stay the old ones, so that after the owner's word the same document is found again.
        held = replace(before, next_at=after.next_at, held=why, errors=0, error=None, error_since=None)
        return Intake(state=held, held=why)
    if before.released:
        feed, after = replace(feed, backfill=0), replace(after, released=False)
    first_sight = before.first_ok is None or before.released
    sifted = sift(poll.parsed, past.known, feed, for_all, first_sight, poll.at, past.stories)
    if any(one.verdict != "baseline" for one in sifted):
        after = replace(after, last_new=poll.at)
    return Intake(state=after, sifted=sifted)
