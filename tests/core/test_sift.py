"""What is new and worth looking at, and floods."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.same import Nearest, bare_text, canonical, simhash, title_key
from bot.core.sift import Stories, flooded, lookups, sift
from bot.model import Entry, Feed, Filters, ParsedFeed, Sifted

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = Feed(url="https://example.com/feed", backfill=1)
TEXT = " ".join(f"word{number}" for number in range(60))


def entry(number: int, *, age: int | None = None, **changes: object) -> Entry:
    """The `number`-th entry of a feed, published `age` hours ago (the number itself, unless said)."""
    values: dict[str, object] = {
        "key": f"{number:032x}",
        "link": f"https://example.com/2026/story-{number}",
        "title": f"The story that has number {number}",
        "html": f"<p>{TEXT} {number}</p>",
        "published": NOW - timedelta(hours=number if age is None else age),
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]


def feed_of(*entries: Entry) -> ParsedFeed:
    """A parsed document."""
    return ParsedFeed(entries=entries, title="Example")


def sifted(
    parsed: ParsedFeed, feed: Feed = FEED, *, first_sight: bool = False, **changes: object
) -> tuple[Sifted, ...]:
    """Sift with nothing known, unless said."""
    values: dict[str, object] = {"known": frozenset(), "for_all": Filters(), "stories": Stories()}
    return sift(parsed, feed=feed, first_sight=first_sight, now=NOW, **(values | changes))  # type: ignore[arg-type]


def verdicts(result: tuple[Sifted, ...]) -> dict[int, str]:
    """Entry number to verdict, in the order given; each entry has one."""
    told: dict[int, str] = {int(one.entry.key, 16): one.verdict for one in result}
    assert len(told) == len(result)
    return told


# --------------------------------------------------------------------------- sift


def test_of_the_first_sight_only_the_newest_may_be_shared() -> None:
    """`backfill` of them become candidates, whatever the document's order; the rest is the baseline."""
    parsed = feed_of(entry(3), entry(1), entry(2))
    assert verdicts(sifted(parsed, first_sight=True)) == {3: "baseline", 2: "baseline", 1: "candidate"}
    assert sifted(parsed, first_sight=True)[0].reason == "It stood in the feed at first sight."
    assert set(verdicts(sifted(parsed)).values()) == {"candidate"}  # what is new later is not counted
    two = sifted(parsed, replace(FEED, backfill=2), first_sight=True)
    assert verdicts(two) == {3: "baseline", 2: "candidate", 1: "candidate"}
    assert set(verdicts(sifted(parsed, replace(FEED, backfill=0), first_sight=True)).values()) == {"baseline"}
    assert set(verdicts(sifted(parsed, replace(FEED, backfill=None), first_sight=True)).values()) == {"candidate"}


def test_the_first_sight_ignores_age_but_not_filters() -> None:
    """A feed of old articles still shows one, and one that passes."""
    feed = replace(FEED, max_age=timedelta(days=7), filters=Filters(exclude=("number 1",)))
    parsed = feed_of(entry(1, age=9_000), entry(2, age=9_001), entry(3, age=9_002))
    assert verdicts(sifted(parsed, feed, first_sight=True)) == {3: "baseline", 2: "candidate", 1: "filtered"}


def test_undated_entries_stand_newest_first() -> None:
    """Without dates for all, the document's order counts: the custom is newest first."""
    parsed = feed_of(entry(3, published=None), entry(1), entry(2))
    assert verdicts(sifted(parsed, first_sight=True)) == {2: "baseline", 1: "baseline", 3: "candidate"}


def test_what_is_known_is_not_looked_at_again() -> None:
    """Neither an edited entry nor one that comes back after the window slid over it."""
    parsed = feed_of(entry(1, title="Edited"), entry(2), entry(3))
    known = frozenset({entry(1).key, entry(3).key})
    assert verdicts(sifted(parsed, known=known)) == {2: "candidate"}


def test_new_entries_come_oldest_first() -> None:
    """So that candidates are numbered in the order of their publication."""
    assert list(verdicts(sifted(feed_of(entry(1), entry(2), entry(3))))) == [3, 2, 1]


def test_each_verdict_has_its_reason() -> None:
    """No link, kept out by a word, too old."""
    feed = replace(FEED, max_age=timedelta(days=2), filters=Filters(exclude=("spam",)))
    parsed = feed_of(entry(1, link=""), entry(2, title="Spam for everybody now"), entry(3, age=80), entry(4))
    result = sifted(parsed, feed)
    assert {one.verdict: one.matched for one in result if one.matched} == {"filtered": ("spam",)}
    assert {one.verdict: one.reason for one in result} == {
        "unusable": "It has no usable link.",
        "filtered": "It has “spam”, which is excluded.",
        "old": "It was published 3 days ago.",
        "candidate": "It passes the filters.",
    }


def test_dates_in_the_future_are_taken_for_now() -> None:
    """A feed can't stand at the top of the queue for years."""
    (one,) = sifted(feed_of(entry(1, published=NOW + timedelta(days=30_000), updated=NOW + timedelta(days=1))))
    assert (one.entry.published, one.entry.updated) == (NOW, NOW)


def test_a_date_of_either_kind_in_the_future_is_taken_for_now() -> None:
    """Alone, or beside one that is right."""
    for one in (entry(1, updated=NOW + timedelta(days=9)), entry(1, published=None, updated=NOW + timedelta(days=9))):
        (result,) = sifted(feed_of(one))
        assert (result.entry.updated, result.entry.published) == (NOW, one.published)


def test_an_entry_is_old_once_it_is_older_than_allowed() -> None:
    """To the second; its age is told in days, and in hours below two of them."""
    feed = replace(FEED, max_age=timedelta(days=1))
    assert sifted(feed_of(entry(1, age=24)), feed)[0].verdict == "candidate"
    for age, words in ((25, "25 hours ago"), (48, "2 days ago"), (47, "47 hours ago")):
        (old,) = sifted(feed_of(entry(1, age=age)), feed)
        assert (old.verdict, words in old.reason) == ("old", True)


def test_an_entry_without_a_date_is_never_too_old() -> None:
    """Nobody knows its age."""
    (one,) = sifted(feed_of(entry(1, published=None)), replace(FEED, max_age=timedelta(days=1)))
    assert one.verdict == "candidate"


def test_what_is_no_candidate_has_no_likeness() -> None:
    """Only what may be shared is compared by its text with what others tell."""
    feed = replace(FEED, max_age=timedelta(hours=5), filters=Filters(exclude=("number 1",)))
    stories = Stories(familiar_links=frozenset({canonical(entry(2).link)}))
    result = sifted(feed_of(entry(1), entry(2), entry(9)), feed, stories=stories)
    assert verdicts(result) == {9: "old", 2: "same", 1: "filtered"}
    assert {one.simhash for one in result} == {0}


def test_a_candidate_carries_its_keys() -> None:
    """Canonical link, title key and simhash are there to be stored."""
    (one,) = sifted(feed_of(entry(1)))
    assert one.canonical == "https://example.com/2026/story-1"
    assert one.title_key == "the story that has number 1"
    assert one.simhash == simhash(f"The story that has number 1 {TEXT} 1")


# --------------------------------------------------------------------------- same story


def test_a_link_that_is_known_is_the_same_story() -> None:
    """Whichever feed had it."""
    stories = Stories(by_canonical={"https://example.com/2026/story-1": 7})
    (one,) = sifted(feed_of(entry(1, link="http://www.example.com/2026/story-1/?utm_source=x")), stories=stories)
    assert (one.verdict, one.same_as, one.reason) == ("same", 7, "The same link is already known.")


def test_a_title_is_a_story_across_feeds_only() -> None:
    """In one feed, a title that returns belongs to the next issue."""
    key = title_key(entry(1).title)
    elsewhere = sifted(feed_of(entry(1)), stories=Stories(by_title={key: (7, "https://other.example/feed")}))
    at_home = sifted(feed_of(entry(1)), stories=Stories(by_title={key: (7, FEED.url)}))
    assert (elsewhere[0].verdict, elsewhere[0].same_as) == ("same", 7)
    assert at_home[0].verdict == "candidate"


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{TEXT * 40}</p>" + "<p class='late'>tail</p>" * 500,
        "<div class='wrapper'>" * 500 + TEXT * 40,
        f"<script>{'var x = 1; ' * 900}</script>{TEXT * 40}",
        f"<STYLE>{'p { color: red } ' * 500}</STYLE>{TEXT * 40}",
        "<b>" * 5_900 + TEXT * 40,
    ],
    ids=["long", "wrapped", "script", "style", "late"],
)
def test_a_long_text_is_known_by_its_beginning(html: str) -> None:
    """Its simhash is that of its first 2,000 characters, however much markup stands before and after them."""
    (one,) = sifted(feed_of(entry(1, html=html)))
    assert one.simhash == simhash(f"{one.entry.title} {bare_text(html)}")


def test_nearly_the_same_text_is_the_same_story() -> None:
    """Another title and a few other words don't make it another story."""
    text = " ".join(f"word{number}" for number in range(400))
    known = simhash(f"Quite another headline {text}")
    (one,) = sifted(feed_of(entry(1, html=text)), stories=Stories(near=Nearest([(5, 12345), (7, known)]).to))
    assert (one.verdict, one.same_as, one.reason) == ("same", 7, "Another feed has nearly the same text.")


def test_one_link_under_two_guids_is_told_once() -> None:
    """Within the feed's past."""
    stories = Stories(familiar_links=frozenset({canonical(entry(1).link)}))
    (one,) = sifted(feed_of(entry(1)), stories=stories)
    assert (one.verdict, one.same_as, one.reason) == ("same", None, "This feed has had the same link before.")


def test_one_link_twice_in_a_document_is_told_once() -> None:
    """The newer one of the two."""
    result = sifted(feed_of(entry(1), entry(2, link=entry(1).link)))
    assert [(one.verdict, one.reason) for one in result] == [
        ("same", "This feed has had the same link before."),
        ("candidate", ""),
    ]


def test_a_link_that_names_no_entry_is_no_story() -> None:
    """Where all entries point to one page, or to the front page, their links tell nothing."""
    page, front = "https://example.com/news", "https://example.com/"
    stories = Stories(by_canonical={canonical(page): 7, canonical(front): 8})
    parsed = feed_of(entry(1, link=page), entry(2, link=page), entry(4, link=page), entry(3, link=front))
    assert set(verdicts(sifted(parsed, stories=stories)).values()) == {"candidate"}


def test_what_the_store_is_asked_before_is_what_is_new() -> None:
    """Links and titles of known entries are not asked for."""
    parsed = feed_of(entry(1), entry(2), entry(3, link="", title="Short"))
    assert lookups(parsed, frozenset({entry(1).key})) == (
        ("https://example.com/2026/story-2",),
        ("the story that has number 2",),
    )


# --------------------------------------------------------------------------- flooded


def familiar(*entries: Entry) -> dict[str, object]:
    """What the store knows of these entries."""
    return {
        "seen": len(entries),
        "familiar_links": frozenset(canonical(one.link) for one in entries),
        "familiar_titles": frozenset(title_key(one.title) for one in entries),
        "newest_known": max((one.published for one in entries if one.published), default=None),
    }


OLD = [entry(number) for number in range(1, 21)]


def test_new_ids_for_known_items_are_a_flood() -> None:
    """A feed that changed all its guids is held, and the owner told why."""
    again = [replace(one, key=one.key[::-1]) for one in OLD]
    reason = flooded(feed_of(*again), frozenset(), **familiar(*OLD))  # type: ignore[arg-type]
    assert reason is not None
    assert reason.startswith("20 of its 20 entries came back under new ids")


def test_a_new_address_for_known_titles_is_a_flood() -> None:
    """A site that moved brings other links and the same titles."""
    moved = [replace(one, key=one.key[::-1], link=one.link.replace("example.com", "example.org")) for one in OLD]
    assert flooded(feed_of(*moved), frozenset(), **familiar(*OLD))  # type: ignore[arg-type]


def test_an_archive_that_returns_is_a_flood() -> None:
    """Many entries that are new and older than what was known."""
    archive = [entry(number) for number in range(100, 160)]
    reason = flooded(feed_of(*OLD[:5], *archive), frozenset(one.key for one in OLD), **familiar(*OLD))  # type: ignore[arg-type]
    assert reason is not None
    assert "archive" in reason


def test_a_busy_day_is_no_flood() -> None:
    """Truly new entries are ordinary backlog, however many."""
    fresh = [entry(number, age=0) for number in range(100, 160)]
    assert flooded(feed_of(*fresh), frozenset(), **familiar(*OLD)) is None  # type: ignore[arg-type]


def test_links_and_titles_that_return_every_day_are_no_flood() -> None:
    """A feed whose items all point to one page under one title changes all its items, and may."""
    yesterday = [
        entry(number, link="https://example.com/news", title="News of the whole day") for number in range(1, 9)
    ]
    today = [replace(one, key=one.key[::-1], published=NOW) for one in yesterday]
    assert flooded(feed_of(*today), frozenset(), **familiar(*yesterday)) is None  # type: ignore[arg-type]


def test_a_few_returning_items_are_no_flood() -> None:
    """Sifting takes care of them: they are the same stories."""
    parsed = feed_of(*OLD[:15], *[replace(one, key=one.key[::-1]) for one in OLD[15:]])
    assert flooded(parsed, frozenset(one.key for one in OLD), **familiar(*OLD)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(("back", "held"), [(5, False), (6, True)])
@pytest.mark.parametrize("moved", [False, True])
def test_most_of_what_is_new_must_have_come_back(back: int, held: bool, moved: bool) -> None:
    """By links or by titles; half of it is a coincidence."""
    host = "example.org" if moved else "example.com"
    again = [
        replace(one, key=one.key[::-1], link=one.link.replace("example.com", host), title=one.title if moved else "New")
        for one in OLD[:back]
    ]
    fresh = [entry(number, age=0, title=f"Fresh {number}") for number in range(100, 110 - back)]
    assert bool(flooded(feed_of(*again, *fresh), frozenset(), **familiar(*OLD))) is held  # type: ignore[arg-type]


def test_two_entries_can_be_a_flood_and_one_is_none() -> None:
    """The smallest feed that could lose its ids has two entries, and so must what is known of it."""
    again = [replace(one, key=one.key[::-1]) for one in OLD[:2]]
    assert flooded(feed_of(*again), frozenset(), **familiar(*OLD[:2]))  # type: ignore[arg-type]
    assert flooded(feed_of(again[0]), frozenset(), **familiar(*OLD[:2])) is None  # type: ignore[arg-type]
    assert flooded(feed_of(*again), frozenset(), **(familiar(*OLD[:2]) | {"seen": 1})) is None  # type: ignore[arg-type]


def test_half_of_a_document_is_no_flood() -> None:
    """Only where more than half of its entries are new, something has happened to it."""
    again = [replace(one, key=one.key[::-1]) for one in OLD[:10]]
    known = frozenset(one.key for one in OLD)
    assert flooded(feed_of(*OLD[10:], *again), known, **familiar(*OLD)) is None  # type: ignore[arg-type]
    assert flooded(feed_of(*OLD[11:], *again), known, **familiar(*OLD))  # type: ignore[arg-type]


def test_five_old_entries_are_no_archive() -> None:
    """Six that are older than all that was known are, unless as many are of today."""
    for count, held in ((5, False), (6, True)):
        archive = [entry(number) for number in range(100, 100 + count)]
        assert bool(flooded(feed_of(*archive), frozenset(), **familiar(*OLD))) is held  # type: ignore[arg-type]
    mixed = [entry(number, age=0 if number % 2 else None) for number in range(100, 114)]
    assert flooded(feed_of(*mixed), frozenset(), **familiar(*OLD)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "published"),
    [(NOW, NOW), (NOW, None), (None, NOW), (None, None)],
    ids=["same moment", "undated", "undated before", "never dated"],
)
def test_without_an_earlier_date_nothing_is_an_archive(known: datetime | None, published: datetime | None) -> None:
    """A feed that tells but the day, and one that tells no dates, may have a busy day too."""
    fresh = [entry(number, published=published) for number in range(100, 110)]
    before = [replace(one, published=known) for one in OLD]
    assert flooded(feed_of(*fresh), frozenset(), **familiar(*before)) is None  # type: ignore[arg-type]


def test_the_first_sight_is_no_flood() -> None:
    """There is nothing that could come back."""
    assert flooded(feed_of(*OLD), frozenset(), seen=0) is None
