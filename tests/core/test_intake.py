"""What becomes of a changed document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.intake import Past, Poll, many_new, weigh
from bot.core.same import canonical, title_key
from bot.core.sift import Stories
from bot.model import Entry, Feed, FeedState, Filters, ParsedFeed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = Feed(url="https://example.com/feed", backfill=2)


def entries(*numbers: int) -> tuple[Entry, ...]:
    """Entries by their numbers."""
    return tuple(
        Entry(key=f"{number:032x}", link=f"https://example.com/story-{number}", title=f"The story with number {number}")
        for number in numbers
    )


def poll(*numbers: int, **before: object) -> Poll:
    """A poll that brought these entries of a feed that was seen before."""
    known = FeedState(url=FEED.url, **{"first_ok": NOW, "etag": "old", **before})  # type: ignore[arg-type]
    after = replace(known, etag="new", next_at=NOW + timedelta(hours=1))
    return Poll(feed=FEED, before=known, after=after, parsed=ParsedFeed(entries=entries(*numbers)), at=NOW)


def keys(*numbers: int) -> frozenset[str]:
    """The keys of entries."""
    return frozenset(entry.key for entry in entries(*numbers))


FLOODED = Past(
    known=frozenset(),
    seen=3,
    stories=Stories(familiar_links=frozenset(canonical(entry.link) for entry in entries(1, 2, 3))),
)


def test_new_entries_are_judged() -> None:
    """The state is that after the poll, with the time of the news."""
    intake = weigh(poll(1, 2, 3), Past(known=keys(1, 2), seen=2), Filters())
    assert [one.verdict for one in intake.sifted] == ["candidate"]
    assert (intake.state.etag, intake.state.last_new, intake.held) == ("new", NOW, None)


def test_nothing_new_is_no_news() -> None:
    """A document whose entries are all known."""
    intake = weigh(poll(1, 2), Past(known=keys(1, 2), seen=2), Filters())
    assert (intake.sifted, intake.state.last_new, intake.state.etag) == ((), None, "new")


def test_the_first_sight_is_a_baseline_but_for_the_backfill() -> None:
    """Two may be shared, the others are known from then on."""
    intake = weigh(poll(1, 2, 3, 4, first_ok=None), Past(), Filters())
    assert sorted(one.verdict for one in intake.sifted) == ["baseline", "baseline", "candidate", "candidate"]


def test_a_flood_is_held_under_the_old_validators() -> None:
    """So that after the owner's word the same document is found again."""
    intake = weigh(poll(1, 2, 3, errors=2, error="x", error_since=NOW), FLOODED, Filters())
    assert intake.held is not None
    assert (intake.state.error, intake.state.error_since) == (None, None)
    assert intake.sifted == ()
    assert (intake.state.etag, intake.state.held, intake.state.errors) == ("old", intake.held, 0)
    assert intake.state.next_at == NOW + timedelta(hours=1)


def test_known_titles_and_earlier_dates_are_floods_too() -> None:
    """A site that moved, and an archive that returned, are held by what the store says of the feed's past."""
    moved = Past(seen=3, titles=frozenset(title_key(entry.title) for entry in entries(1, 2, 3)))
    assert "came back" in (weigh(poll(1, 2, 3), moved, Filters()).held or "")
    archive = poll(*range(10))
    dated = tuple(replace(entry, published=NOW - timedelta(days=9)) for entry in archive.parsed.entries)
    archive = replace(archive, parsed=ParsedFeed(entries=dated))
    assert "archive" in (weigh(archive, Past(seen=3, newest=NOW), Filters()).held or "")


def test_a_held_feed_stays_held_whatever_it_brings() -> None:
    """Until the owner has looked at it."""
    assert weigh(poll(1, held="it came back"), Past(known=keys(1), seen=1), Filters()).held == "it came back"


def test_a_released_feed_is_a_new_baseline() -> None:
    """All of the flood is known from then on, nothing of it is offered, and the release is used up."""
    intake = weigh(poll(1, 2, 3, released=True), FLOODED, Filters())
    assert [one.verdict for one in intake.sifted] == ["baseline"] * 3
    assert (intake.held, intake.state.released, intake.state.last_new) == (None, False, None)


def test_many_are_new_where_more_than_half_are() -> None:
    """One new entry is no flood, in however short a document."""
    assert many_new(ParsedFeed(entries=entries(1, 2, 3)), keys(1))
    assert not many_new(ParsedFeed(entries=entries(1, 2, 3, 4)), keys(1, 2))
    assert not many_new(ParsedFeed(entries=entries(1)), keys())
