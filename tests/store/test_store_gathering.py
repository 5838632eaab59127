"""What one poll brings, taken in: sifted, guarded, stored, and told where the owner must know."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.model import Feed, FeedState, Filters
from bot.store import Store
from tests.store.given import DAY, FEED, HOUR, NOW, OTHER, entry, later, poll

ALL = Filters()
WORDS = "<p>" + " ".join(f"word{number}" for number in range(200)) + "</p>"


def titles(store: Store) -> list[str]:
    """The titles of all candidates, newest first."""
    return [each.title for each in store.feeds.candidates("fedi", None, 100)]


def test_new_entries_become_candidates(store: Store) -> None:
    """What a feed that was seen before brings is offered, once; the state and its validators are kept with it."""
    store.feeds.register([FEED], now=NOW)
    intake = store.feeds.take_in(poll([entry(2), entry(1)]), ALL)
    assert [one.verdict for one in intake.sifted] == ["candidate", "candidate"]
    assert (intake.held, intake.state.etag, intake.state.last_new) == (None, "new", NOW)
    assert store.feeds.state(FEED.url) == intake.state
    again = store.feeds.take_in(poll([entry(3), entry(2), entry(1)], at=later(60)), ALL)
    assert [one.entry.key for one in again.sifted] == [entry(3).key]
    assert titles(store) == [entry(number).title for number in (3, 2, 1)]


def test_a_document_of_known_entries_changes_the_state_alone(store: Store) -> None:
    """An edited entry is never offered again."""
    store.feeds.register([FEED], now=NOW)
    store.feeds.take_in(poll([entry(1)]), ALL)
    intake = store.feeds.take_in(poll([entry(1, title="Edited, and better")], at=later(60)), ALL)
    assert (intake.sifted, intake.held) == ((), None)
    assert store.feeds.state(FEED.url) == replace(intake.state, last_new=None)
    assert titles(store) == [entry(1).title]


def test_the_first_sight_is_a_baseline(store: Store) -> None:
    """Of what stood there before we came, as many are offered as the owner said; the rest is known from then on."""
    store.feeds.register([FEED], now=NOW)
    many = [entry(number, published=NOW - number * HOUR) for number in range(1, 6)]
    intake = store.feeds.take_in(poll(many, first_ok=None), ALL)
    assert [one.verdict for one in intake.sifted].count("baseline") == 4
    assert titles(store) == [entry(1).title]
    assert store.feeds.seen_count(FEED.url) == 5
    assert store.feeds.take_in(poll(many, at=later(60)), ALL).sifted == ()


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 127, 200])
def test_a_document_of_any_length_is_known_whole(store: Store, count: int) -> None:
    """However many rows a statement takes, each entry is kept once, and known again."""
    store.feeds.register([FEED], now=NOW)
    entries = [entry(number) for number in range(1, count + 1)]
    assert len(store.feeds.take_in(poll(entries, first_ok=None), ALL).sifted) == count
    assert store.feeds.seen_count(FEED.url) == count
    keys = [each.key for each in entries]
    assert store.feeds.known(FEED.url, [*keys, entry(count + 1).key]) == frozenset(keys)
    assert store.feeds.take_in(poll(entries, at=later(60)), ALL).sifted == ()


def test_whom_the_owner_blocked_is_filtered(store: Store) -> None:
    """A block counts for what comes after it, from any feed, beside the filters; taken back, it no longer does."""
    store.feeds.register([FEED], now=NOW)
    store.mentions.block("example.com")
    intake = store.feeds.take_in(poll([entry(1)]), Filters(block=("@ann",)))
    assert [(one.verdict, one.matched) for one in intake.sifted] == [("filtered", ("example.com",))]
    store.mentions.unblock("example.com")
    assert [one.verdict for one in store.feeds.take_in(poll([entry(2)], at=later(60)), ALL).sifted] == ["candidate"]


def test_a_notice_goes_when_its_reason_is_gone(store: Store) -> None:
    """Whichever way a feed gets well: by a document, or by an answer that brings none."""
    store.feeds.register([FEED], now=NOW)
    ill = FeedState(url=FEED.url, errors=9, error="no answer", error_since=NOW - 9 * DAY, first_ok=NOW - 10 * DAY)
    ways: tuple[Callable[[], object], ...] = (
        lambda: store.feeds.take_in(poll([entry(1)]), ALL),
        lambda: store.feeds.polled(replace(ill, errors=0, error=None, error_since=None), now=NOW),
    )
    for number, well in enumerate(ways):
        store.feeds.polled(ill, now=NOW)
        assert len(store.owner.notices()) == 1, number
        well()
        assert store.owner.notices() == [], number


def test_two_feeds_at_the_same_moment_tell_a_story_once(store: Store) -> None:
    """The second one finds what the first has just brought: by link, by title, and by its words."""
    store.feeds.register([FEED, OTHER], now=NOW)
    reprint = "https://other.example/reprint"
    store.feeds.take_in(poll([entry(1, html=WORDS), entry(2), entry(3)]), ALL)
    same = [
        entry(11, link=entry(2).link, title="By link", html=""),
        entry(12, link=f"{reprint}/1", title=entry(3).title, html=""),
        entry(13, link=f"{reprint}/2", title="By words", html=WORDS),
        entry(14, link=f"{reprint}/3", title="By nothing", html=""),
    ]
    intake = store.feeds.take_in(poll(same, OTHER), ALL)
    verdicts = {one.entry.title: (one.verdict, one.same_as) for one in intake.sifted}
    numbers = {each.title: each.id for each in store.feeds.candidates("fedi", None, 10)}
    assert verdicts == {
        "By link": ("same", numbers[entry(2).title]),
        entry(3).title: ("same", numbers[entry(3).title]),
        "By words": ("same", numbers[entry(1).title]),
        "By nothing": ("candidate", None),
    }
    assert all(OTHER.url in each.sources for each in store.feeds.candidates("fedi", [FEED.url], 10))


def test_words_return_in_one_feed(store: Store) -> None:
    """Within one feed alike texts are issues of a series."""
    store.feeds.register([FEED], now=NOW)
    store.feeds.take_in(poll([entry(1, html=WORDS)]), ALL)
    (one,) = store.feeds.take_in(poll([entry(2, html=WORDS), entry(1)], at=later(60)), ALL).sifted
    assert one.verdict == "candidate"


def test_words_return_after_weeks(store: Store) -> None:
    """After two weeks, and the day that the old ones may stay for, alike texts are another story."""
    store.feeds.register([FEED, OTHER], now=NOW)
    store.feeds.take_in(poll([entry(1, html=WORDS)]), ALL)
    reprint = entry(2, link="https://other.example/2", html=WORDS)
    (soon,) = store.feeds.take_in(poll([reprint], OTHER, at=NOW + 13 * DAY), ALL).sifted
    assert soon.verdict == "same"
    third = Feed(url="https://third.example/rss")
    (late,) = store.feeds.take_in(
        poll([replace(reprint, link="https://third.example/2")], third, NOW + 15 * DAY), ALL
    ).sifted
    assert late.verdict == "candidate"


def test_what_another_process_offers_counts_too(store: Store) -> None:
    """The words of a candidate that came in by another connection are found."""
    store.feeds.register([FEED, OTHER], now=NOW)
    store.feeds.take_in(poll([entry(9)]), ALL)
    with store.connection.writing(durable=False) as raw:
        other = Store(store.connection).feeds  # a second one, with a memory of its own
        other.take_in(poll([entry(1, html=WORDS), entry(9)], at=later(60)), ALL)
        assert raw.in_transaction
    reprint = entry(2, link="https://other.example/2", html=WORDS)
    (one,) = store.feeds.take_in(poll([reprint], OTHER, at=later(61)), ALL).sifted
    assert one.verdict == "same"


def test_what_was_taken_back_is_no_story(store: Store) -> None:
    """A poll that could not be stored leaves nothing behind, in memory either: its story is new the next time."""
    store.feeds.register([FEED, OTHER], now=NOW)
    store.feeds.take_in(poll([entry(5)]), ALL)
    reprint = entry(2, link="https://other.example/2", html=WORDS)
    with suppress(StoreError), store.connection.writing(durable=False) as raw:
        store.feeds.take_in(poll([entry(1, html=WORDS), entry(5)]), ALL)
        assert store.feeds.take_in(poll([reprint], OTHER), ALL).sifted[0].verdict == "same"
        raw.execute("SELECT * FROM nowhere")
    (one,) = store.feeds.take_in(poll([reprint], OTHER), ALL).sifted
    assert one.verdict == "candidate"


def test_a_feed_that_comes_back_under_new_ids_is_held(store: Store) -> None:
    """Nothing of it is stored but why, its validators stay the old ones, and the owner is told; a release takes it in."""
    store.feeds.register([FEED], now=NOW)
    store.feeds.take_in(poll([entry(number) for number in range(5)]), ALL)
    flood = [entry(number, key=f"{number + 100:032x}") for number in range(5)]
    intake = store.feeds.take_in(poll(flood, at=later(60), etag="old"), ALL)
    assert intake.held
    assert intake.sifted == ()
    kept = store.feeds.state(FEED.url)
    assert kept is not None
    assert (kept.held, kept.etag, kept.next_at) == (intake.held, "old", later(120))
    assert store.feeds.seen_count(FEED.url) == 5
    assert [notice.subject for notice in store.owner.notices()] == [f"feed:{FEED.url}"]
    still = store.feeds.take_in(poll(flood, at=later(120), held=intake.held), ALL)
    assert still.held == intake.held
    freed = store.feeds.take_in(poll(flood, at=later(180), released=True), ALL)
    assert [one.verdict for one in freed.sifted] == ["baseline"] * 5
    assert not freed.state.released
    assert store.owner.notices() == []


def test_an_archive_that_returns_is_held(store: Store) -> None:
    """More new entries than known ones, and older than those."""
    store.feeds.register([FEED], now=NOW)
    store.feeds.take_in(poll([entry(number, published=NOW - HOUR) for number in range(3)]), ALL)
    archive = [entry(number, published=NOW - 900 * DAY) for number in range(50, 60)]
    assert store.feeds.take_in(poll(archive, at=later(60)), ALL).held


def test_a_notice_lasts_as_long_as_its_reason(store: Store) -> None:
    """A feed that failed for days is told once, in the poll's own transaction; the first success takes it back."""
    store.feeds.register([FEED], now=NOW)
    broken = FeedState(url=FEED.url, errors=9, error="no answer", error_since=NOW - 4 * DAY, next_at=later(60))
    store.feeds.polled(broken, now=NOW)
    store.feeds.polled(broken, now=later(60))
    (notice,) = store.owner.notices()
    assert (notice.subject, notice.since) == (f"feed:{FEED.url}", NOW)
    assert "4 days" in notice.text
    store.feeds.polled(FeedState(url=FEED.url, next_at=later(120)), now=later(60))
    assert store.owner.notices() == []


def test_a_hostile_feed_of_alike_texts_slows_nobody(store: Store) -> None:
    """Of one feed only so many candidates are compared with; what comes after is still taken in."""
    store.feeds.register([FEED, OTHER], now=NOW)
    with store.connection.writing(durable=False):
        for start in range(0, 2_400, 200):
            alike = [
                entry(number, link=f"https://example.com/{number}", html=f"{WORDS[:250]} {number}")
                for number in range(start, start + 200)
            ]
            assert len(store.feeds.take_in(poll(alike, at=NOW), ALL).sifted) == 200
    (one,) = store.feeds.take_in(
        poll([entry(9_999, link="https://other.example/1", html=WORDS[:250])], OTHER), ALL
    ).sifted
    assert one.verdict == "same"


def test_filters_are_asked(store: Store) -> None:
    """What the owner's filters refuse is known, with the reason, and not offered."""
    store.feeds.register([FEED], now=NOW)
    intake = store.feeds.take_in(poll([entry(1)]), Filters(exclude=("oscillators",)))
    assert [one.verdict for one in intake.sifted] == ["filtered"]
    assert store.feeds.seen_count(FEED.url) == 1
    assert titles(store) == []
