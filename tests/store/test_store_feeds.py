from __future__ import annotations

import string
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Feed, FeedState, State
from bot.store import Store
from bot.store.candidates import NEWEST
from tests.store.given import DAY, FEED, HOUR, NOW, OTHER, SENT, entry, gather, later, post, sifted, slot


def test_new_feeds_are_due_at_once(store: Store) -> None:
    """Registering makes a feed due now, once: registering again doesn't."""
    store.feeds.register([FEED, OTHER], now=NOW)
    assert store.feeds.due(NOW, 10) == [FEED.url, OTHER.url]
    store.feeds.polled(FeedState(url=FEED.url, next_at=later(60)), now=NOW)
    store.feeds.register([FEED, OTHER], now=later(1))
    assert store.feeds.due(later(1), 10) == [OTHER.url]
    assert store.feeds.next_due() == NOW


def test_the_line_is_read_piece_by_piece(store: Store) -> None:
    """Pieces of any size make up all who are due, in order, each once; muted and removed ones don't stand there."""
    feeds = [Feed(url=f"https://feeds.example/{number:02}") for number in range(12)]
    store.feeds.register(feeds, now=NOW)
    store.feeds.polled(FeedState(url=feeds[3].url, next_at=later(-5)), now=NOW)
    store.feeds.polled(FeedState(url=feeds[4].url, next_at=later(5)), now=NOW)
    store.feeds.mute(feeds[7].url, "enough")
    for size in (1, 2, 5, 100):
        stand: list[str] = []
        behind = None
        while piece := store.feeds.line(NOW, behind, size):
            assert len(piece) <= size
            stand += [due.url for due in piece]
            behind = piece[-1]
        assert stand == store.feeds.due(NOW, 100)
        assert len(stand) == 10
        assert stand[0] == feeds[3].url


def test_a_removed_feed_rests_and_keeps_its_keys(store: Store) -> None:
    """A feed that is no longer configured isn't polled, and still knows every key when it comes back."""
    gather(store, [1, 2])
    store.feeds.register([OTHER], now=later(1))
    assert FEED.url not in store.feeds.due(later(1000), 10)
    assert [state.url for state in store.feeds.states()] == [OTHER.url]
    assert store.feeds.candidates("fedi", None, 10) == []
    store.feeds.register([FEED], now=later(2))
    assert store.feeds.known(FEED.url, [entry(1).key, entry(3).key]) == {entry(1).key}
    assert len(store.feeds.candidates("fedi", None, 10)) == 2


def test_a_removed_feed_takes_its_notice_along(store: Store) -> None:
    """The owner has done what it asked for; those of other feeds stay."""
    store.feeds.register([FEED, OTHER], now=NOW)
    for feed in (FEED, OTHER):
        store.feeds.polled(FeedState(url=feed.url, title=feed.url, held="It came back.", next_at=later(60)), now=NOW)
    assert len(store.owner.notices()) == 2
    store.feeds.register([OTHER], now=later(1))
    assert [notice.subject for notice in store.owner.notices()] == [f"feed:{OTHER.url}"]


def test_a_state_comes_back_whole(store: Store) -> None:
    """Every field of a feed's state is kept as it was, opaque validators byte for byte."""
    state = FeedState(
        url=FEED.url,
        address="https://moved.example/feed",
        title="A title with ünïcode 音",
        etag='W/"x\\"y"',
        last_modified="Sun, 22 Nov 2026 09:00:00 GMT",
        validators_at=NOW,
        body_hash="ab" * 16,
        next_at=later(17),
        first_ok=NOW,
        last_ok=NOW,
        errors=3,
        error="no answer",
        error_since=NOW,
        per_day=0.25,
        held="known items came back",
    )
    store.feeds.register([FEED], now=NOW)
    store.feeds.save(state)
    assert store.feeds.state(FEED.url) == state
    assert store.feeds.states() == [state]
    assert store.feeds.state("https://nowhere.example/") is None


def test_due_feeds_come_longest_overdue_first(store: Store) -> None:
    """Order is by due time, the limit holds, and what is due later isn't given."""
    store.feeds.register([FEED, OTHER], now=NOW)
    store.feeds.polled(FeedState(url=FEED.url, next_at=later(2)), now=NOW)
    store.feeds.polled(FeedState(url=OTHER.url, next_at=later(1)), now=NOW)
    assert store.feeds.due(later(0), 10) == []
    assert store.feeds.due(later(2), 10) == [OTHER.url, FEED.url]
    assert store.feeds.due(later(2), 1) == [OTHER.url]
    assert store.feeds.next_due() == later(1)


def test_marking_due_brings_feeds_forward(store: Store) -> None:
    """Chosen ones, or all; it counts those that were not due."""
    store.feeds.register([FEED, OTHER], now=NOW)
    for feed in (FEED, OTHER):
        store.feeds.polled(FeedState(url=feed.url, next_at=later(60)), now=NOW)
    assert store.feeds.mark_due([FEED.url, "https://nowhere.example/"], now=NOW) == 1
    assert store.feeds.due(NOW, 10) == [FEED.url]
    assert store.feeds.mark_due(None, now=NOW) == 1


def test_held_feeds_are_polled_and_muted_ones_are_not(store: Store) -> None:
    """A held feed is still asked, so that it can recover; a muted one is silent until unmuted."""
    store.feeds.register([FEED, OTHER], now=NOW)
    store.feeds.polled(FeedState(url=FEED.url, next_at=NOW, held="known items came back"), now=NOW)
    assert store.feeds.mute(OTHER.url, "gone (410)")
    assert store.feeds.due(NOW, 10) == [FEED.url]
    assert store.feeds.unmute(OTHER.url)
    assert not store.feeds.unmute(OTHER.url)
    assert not store.feeds.mute("https://nowhere.example/", "x")
    assert set(store.feeds.due(NOW, 10)) == {FEED.url, OTHER.url}


def test_a_mute_given_during_a_poll_stays(store: Store) -> None:
    """The owner mutes a feed while its poll is on the way; the poll's result doesn't lift it, but a saved state does."""
    store.feeds.register([FEED], now=NOW)
    before = store.feeds.state(FEED.url)
    assert before is not None
    store.feeds.mute(FEED.url, "the owner's word")
    store.feeds.polled(replace(before, last_ok=NOW), now=NOW)
    after = store.feeds.state(FEED.url)
    assert after is not None
    assert after.muted == "the owner's word"
    store.feeds.save(before)
    assert store.feeds.state(FEED.url) == before


def test_a_muted_feed_offers_nothing_until_unmuted(store: Store) -> None:
    """Its candidates wait; none is lost."""
    gather(store, [1])
    store.feeds.mute(FEED.url, "quiet")
    assert store.feeds.candidates("fedi", None, 10) == []
    store.feeds.unmute(FEED.url)
    assert len(store.feeds.candidates("fedi", None, 10)) == 1


def test_gathering_twice_changes_nothing(store: Store) -> None:
    """A poll whose commit was acknowledged but whose caller died is repeated without a second candidate."""
    assert gather(store, [1, 2]) == [1, 2]
    assert gather(store, [1, 2]) == []
    assert store.feeds.seen_count(FEED.url) == 2
    assert store.feeds.seen_count("https://nowhere.example/") == 0


def test_one_key_twice_in_a_document_is_one_entry(store: Store) -> None:
    """The first of them counts."""
    store.feeds.register([FEED], now=NOW)
    twice = [sifted(1), sifted(2, entry=entry(2, key=entry(1).key))]
    ids = store.feeds.gathered(FeedState(url=FEED.url), FEED, twice, "Example", now=NOW)
    assert [one.title for one in store.feeds.candidates("fedi", None, 10)] == [entry(1).title]
    assert len(ids) == 1


def test_numbers_grow_with_time(store: Store) -> None:
    """Undated entries come oldest first, so the last gets the greatest number; dates know better."""
    ids = gather(store, [1, 2, 3])
    newest = store.feeds.candidate(ids[-1])
    assert newest is not None
    assert newest.title == entry(3).title
    dated = [sifted(number, entry=entry(number, published=later(number))) for number in (7, 9, 8)]
    store.feeds.gathered(FeedState(url=FEED.url), FEED, dated, "Example", now=later(10))
    first = store.feeds.candidates("fedi", None, 3)
    assert [one.title for one in first] == [entry(number).title for number in (9, 8, 7)]


def test_a_baseline_is_known_but_not_offered(store: Store) -> None:
    """What stood in a feed at first sight keeps its key, title, link and time, and becomes no candidate."""
    store.feeds.register([FEED], now=NOW)
    published = NOW - DAY
    seen = sifted(1, "baseline", entry=entry(1, published=published), reason="at first sight", matched=("tape",))
    assert store.feeds.gathered(FeedState(url=FEED.url), FEED, [seen], "Example", now=NOW) == []
    (row,) = store.feeds.entry_of("https://example.com/post/1")
    assert (row.verdict, row.title, row.published, row.first_seen) == ("baseline", entry(1).title, published, NOW)
    assert (row.reason, row.matched, row.candidate) == ("", (), None)
    assert store.feeds.known(FEED.url, [entry(1).key]) == {entry(1).key}


def test_everything_decided_about_an_entry_is_kept(store: Store) -> None:
    """Verdict, reason, words and candidate are found by the link in any of its spellings."""
    store.feeds.register([FEED], now=NOW)
    told = [sifted(1, matched=("tape", "reel")), sifted(2, "filtered", reason="it names “giveaway”")]
    (number,) = store.feeds.gathered(FeedState(url=FEED.url), FEED, told, "Example", now=NOW)
    for link in ("https://example.com/post/1", "http://www.example.com/post/1/?utm_source=rss"):
        (row,) = store.feeds.entry_of(link)
        assert (row.candidate, row.matched, row.key, row.feed) == (number, ("tape", "reel"), entry(1).key, FEED.url)
    (filtered,) = store.feeds.entry_of("https://example.com/post/2")
    assert (filtered.verdict, filtered.reason) == ("filtered", "it names “giveaway”")
    assert store.feeds.entry_of("") == store.feeds.entry_of("https://example.com/post/3") == []


def test_the_same_story_elsewhere_becomes_a_source(store: Store) -> None:
    """Another feed with the same story is named once, and never the candidate's own feed."""
    (number,) = gather(store, [1])
    for poll, feed_title in enumerate(["Other", "Other", "Example"]):
        same = sifted(10 + poll, "same", same_as=number)
        store.feeds.gathered(FeedState(url=OTHER.url), OTHER, [same], feed_title, now=NOW)
    told = store.feeds.candidate(number)
    assert told is not None
    assert told.sources == ("Other",)
    (row,) = store.feeds.entry_of("https://example.com/post/10")
    assert row.same_as == number


def test_a_feed_remembers_links_and_titles(store: Store) -> None:
    """What came back under a new id is familiar by its link or its title, in this feed only, baseline included."""
    store.feeds.register([FEED], now=NOW)
    old = sifted(1, "baseline", entry=entry(1, published=NOW - DAY))
    store.feeds.gathered(FeedState(url=FEED.url), FEED, [old], "Example", now=NOW)
    familiar = store.feeds.familiar(
        FEED.url,
        ["https://example.com/post/1", "https://example.com/post/2", ""],
        ["how the 1 oscillators drift", "something else", ""],
    )
    assert (familiar.seen, familiar.newest) == (1, NOW - DAY)
    assert familiar.links == {"https://example.com/post/1"}
    assert familiar.titles == {"how the 1 oscillators drift"}
    elsewhere = store.feeds.familiar(OTHER.url, ["https://example.com/post/1"], [])
    assert (elsewhere.seen, elsewhere.links) == (0, frozenset())


def test_a_host_is_held_by_its_longest_hold(store: Store) -> None:
    """A shorter hold doesn't shorten a longer one; what is over isn't named."""
    store.feeds.hold_host("example.com", later(60))
    store.feeds.hold_host("example.com", later(5))
    store.feeds.hold_host("over.example", later(1))
    assert store.feeds.held_hosts(later(2)) == {"example.com": later(60)}


def test_counts_tell_what_came_of_a_feed(store: Store) -> None:
    """Entries, candidates, what was sent and when, per active feed."""
    first, _ = gather(store, [1, 2])
    gather(store, [3], OTHER)
    number = store.outbox.filled(slot(), first, post(), State.PLANNED, now=NOW)
    assert number is not None
    store.outbox.claim("fedi", now=later(1))
    store.outbox.settle_sent(number, SENT, now=later(2))
    counts = store.feeds.counts()
    assert (counts[FEED.url].entries, counts[FEED.url].candidates, counts[FEED.url].shared) == (2, 2, 1)
    assert counts[FEED.url].last_shared == later(1)
    assert (counts[OTHER.url].shared, counts[OTHER.url].last_shared) == (0, None)


def test_hostile_words_are_stored_clean(store: Store) -> None:
    """NUL, surrogates and megabytes in an entry end as clean, clipped text; nothing fails."""
    store.feeds.register([FEED], now=NOW)
    nasty = entry(1, title="x\x00\ud800" + "y" * 5000, html="<p>" + "z" * 300_000, link="https://example.com/\ud800")
    (number,) = store.feeds.gathered(
        FeedState(url=FEED.url, title="\ud800"), FEED, [sifted(1, entry=nasty)], "E\x00", now=NOW
    )
    told = store.feeds.candidate(number)
    assert told is not None
    assert told.title.startswith("x\ufffd\ufffdyyy")
    assert (len(told.title), len(told.html), told.feed_title) == (1000, 100_000, "E\ufffd")


def test_a_large_document_is_taken_in_whole(store: Store) -> None:
    """Thousands of keys are asked for and stored without meeting a limit of SQLite."""
    store.feeds.register([FEED], now=NOW)
    many = [sifted(number, "old") for number in range(3000)]
    store.feeds.gathered(FeedState(url=FEED.url), FEED, many, "Example", now=NOW)
    keys = [entry(number).key for number in range(4000)]
    assert len(store.feeds.known(FEED.url, keys)) == 3000


def test_body_texts_are_let_go(store: Store) -> None:
    """The text of a candidate goes once its last decision is old; one nobody decided about keeps it."""
    first, second, third = gather(store, [1, 2, 3])
    store.feeds.decided("fedi", first, "expired", "older than 2 days", now=NOW)
    store.feeds.decided("fedi", second, "expired", "older than 2 days", now=NOW)
    store.feeds.decided("local", second, "failed", "too short", now=NOW + 2 * DAY)
    assert store.feeds.forget_bodies(NOW + DAY) == 1
    texts = {number: one.html for number in (first, second, third) if (one := store.feeds.candidate(number))}
    assert texts[first] == ""
    assert texts[second] != ""
    assert texts[third] != ""


def test_the_room_of_a_text_that_was_let_go_is_free(store: Store) -> None:
    """New ones take its place, and the file stays as large as it is; all else of its candidate is as it was."""
    store.feeds.register([FEED], now=NOW)
    long = [sifted(number, entry=entry(number, html="word " * 600, categories=("a", "b"))) for number in range(200)]
    numbers = store.feeds.gathered(FeedState(url=FEED.url), FEED, long, "Example", now=NOW)
    for number in numbers:
        store.feeds.decided("fedi", number, "expired", "older than 2 days", now=NOW)
    before = store.feeds.candidates("local", None, 200)
    assert store.feeds.forget_bodies(NOW + DAY) == 200
    assert store.feeds.candidates("local", None, 200) == [replace(one, html="") for one in before]
    assert store.connection.raw.execute("PRAGMA freelist_count").fetchone()[0] > 100


def test_texts_that_thousands_stand_before_are_let_go(store: Store) -> None:
    """Also while nobody decided about them: a bot that reads much would keep all that it ever read."""
    first, second, third = gather(store, [1, 2, 3])
    store.connection.raw.execute("UPDATE candidates SET id = ? WHERE id = ?", (first + NEWEST, third))
    assert store.feeds.forget_bodies(NOW) == 0, "they are of today"
    assert store.feeds.forget_bodies(NOW + DAY) == 1
    kept = [one.id for one in store.feeds.candidates("fedi", None, 10) if one.html]
    assert kept == [first + NEWEST, second]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(polls=st.lists(st.lists(st.text(string.printable, max_size=40), max_size=6), max_size=6))
def test_whatever_keys_a_feed_uses_each_is_new_once(store: Store, polls: list[list[str]]) -> None:
    """Over any sequence of polls, a key becomes a candidate once, and is known ever after."""
    url = f"https://example.com/{len(polls)}/{hash(str(polls))}"
    feed = replace(FEED, url=url)
    made: list[int] = []
    for keys in polls:
        told = [sifted(0, entry=entry(0, key=key)) for key in keys]
        made += store.feeds.gathered(FeedState(url=url), feed, told, "Example", now=NOW + timedelta(0))
    every = {key for keys in polls for key in keys}
    before = store.feeds.seen_count(url)
    assert store.feeds.known(url, sorted(every)) == every
    assert before == len(every)
    assert len(set(made)) == len(made)


def test_an_hour_is_an_hour() -> None:
    """The tests' own moments are what they say."""
    assert later(60) - NOW == HOUR
