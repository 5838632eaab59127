from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import FeedState, State
from bot.store import Store
from bot.store.archive import indexed
from tests.store.given import FEED, NOW, OTHER, SENT, entry, later, post, sifted, slot


def shelve(store: Store, *titles: str, feed: object = FEED, html: str = "") -> list[int]:
    """Make candidates with these titles, the first the oldest."""
    source = OTHER if feed is OTHER else FEED
    store.feeds.register([FEED, OTHER], now=NOW)
    start = store.feeds.seen_count(source.url)
    told = [
        sifted(start + place, entry=entry(start + place, title=title, html=html, published=later(place)))
        for place, title in enumerate(titles)
    ]
    return store.feeds.gathered(FeedState(url=source.url), source, told, "Example", now=later(100))


def test_all_words_are_wanted_first(store: Store) -> None:
    """An article with every word is found, one with a single word only where no other fits."""
    both, _, one = shelve(store, "Tape loops and synthesis", "On reverb", "Tape machines")
    assert [found.candidate for found in store.archive.find("tape synthesis", 5)] == [both]
    assert {found.candidate for found in store.archive.find("tape harpsichord", 5)} == {both, one}
    assert store.archive.find("harpsichord", 5) == []


def share(store: Store, number: int, name: str, at: float) -> None:
    """Let a candidate be shared by the account `local`, at once."""
    assert store.outbox.filled(None, number, post(name, "local", text=name), State.PLANNED, now=later(at)) is not None
    store.outbox.publish_in_store("local", now=later(at))


def test_own_shares_come_first(store: Store) -> None:
    """What the bot shared on a topic is found before what it only read, newer or better as that may be."""
    shared, _, later_read = shelve(store, "On tape loops and rain", "Tape", "Tape loops")
    share(store, shared, "one", 200)
    for newest in (True, False):
        (found,) = store.archive.find("tape", 1, newest=newest)
        assert (found.candidate, found.shared, found.at) == (shared, True, later(200))
    assert store.archive.find("tape loops rain", 1)[0].candidate == shared
    assert store.archive.find("loops", 1, newest=True)[0].candidate == shared
    assert [found.candidate for found in store.archive.similar(later_read, 1)] == [shared]


def test_what_was_only_read_is_told_without_trackers(store: Store) -> None:
    """A link in an answer is as bare as one in a post: nobody is counted who follows it."""
    link = "https://example.com/tape?p=7&utm_source=rss&utm_medium=rss"
    store.feeds.register([FEED], now=NOW)
    told = [sifted(1, entry=entry(1, title="Tape", link=link, published=NOW))]
    store.feeds.gathered(FeedState(url=FEED.url), FEED, told, "Example", now=later(1))
    assert [found.link for found in store.archive.find("tape", 1)] == ["https://example.com/tape?p=7"]


def test_a_draft_that_waited_was_shared_when_it_was_sent(store: Store) -> None:
    """The newest share is the one sent last, not the one seen last."""
    old, new = shelve(store, "Tape one", "Tape two")
    share(store, new, "two", 200)
    share(store, old, "one", 300)
    assert store.archive.find("tape", 1, newest=True)[0].candidate == old
    assert store.archive.newest("local", 1)[0].candidate == old


def test_a_time_bounds_what_is_found(store: Store) -> None:
    """What was shared within it, else what was read within it, and nothing of other times."""
    first, second = shelve(store, "Tape one", "Tape two")
    share(store, first, "one", 200)
    share(store, second, "two", 400)
    found = store.archive.find("tape", 5, since=later(150), until=later(300))
    assert [one.candidate for one in found] == [first]
    assert [one.candidate for one in store.archive.newest("local", 5, later(300), later(500))] == [second]
    assert [one.candidate for one in store.archive.find("tape", 5, since=NOW, until=later(150))] == [second, first]
    assert store.archive.find("tape", 5, since=later(500)) == store.archive.newest("local", 5, later(500)) == []


def test_korean_words_are_found_with_their_endings(store: Store) -> None:
    """Hangul glues endings on, so a word is found within a longer one."""
    (number,) = shelve(store, "도서관에서 녹음하기")
    assert [found.candidate for found in store.archive.find("도서관", 5)] == [number]


def test_newest_first_if_asked(store: Store) -> None:
    """The newest with the words, as many as asked for."""
    numbers = shelve(store, "Tape one", "Tape two", "Tape three")
    found = store.archive.find("tape", 2, newest=True)
    assert [one.candidate for one in found] == sorted(numbers, reverse=True)[:2]
    assert store.archive.find("tape", 0) == []


def test_the_body_and_the_post_are_searched_too(store: Store) -> None:
    """Words of the entry's text, and of what the bot said about it; tags and entities are no words."""
    (number,) = shelve(store, "A title", html="<p class='zither'>Oscillators &amp; drift</p><script>")
    assert [found.candidate for found in store.archive.find("oscillators drift", 5)] == [number]
    assert store.archive.find("zither", 5) == []
    row = store.outbox.filled(
        slot(), number, post(text="Gamelan, tuned. https://example.com/one"), State.PLANNED, now=NOW
    )
    assert store.archive.find("gamelan", 5) == []
    store.outbox.claim("fedi", now=later(200))
    store.outbox.settle_sent(row or 0, SENT, now=later(200))
    (found,) = store.archive.find("gamelan", 5)
    assert (found.line, found.link, found.at, found.shared) == (
        "Gamelan, tuned.",
        "https://example.com/one",
        later(200),
        True,
    )


def test_what_was_never_shared_is_told_by_its_first_words(store: Store) -> None:
    """Cut at a word; without any text the title serves."""
    shelve(store, "Long article", html="<p>" + "word " * 100)
    shelve(store, "Bare article")
    (long,) = store.archive.find("long", 1)
    assert long.line.endswith("word…")
    assert len(long.line) <= 201
    assert (long.shared, long.feed_title, long.at) == (False, "Example", later(100))
    (bare,) = store.archive.find("bare", 1)
    assert bare.line == "Bare article"


def test_chinese_and_japanese_words_are_found(store: Store) -> None:
    """Words of one, two and three characters, in their order only."""
    (number,) = shelve(store, "東京の図書館で録音")
    for word in ("図書館", "図書", "東京", "館"):
        assert [found.candidate for found in store.archive.find(word, 5)] == [number], word
    assert store.archive.find("京東", 5) == []


def test_names_with_signs_are_words(store: Store) -> None:
    """c++ isn't c, and accents may be left out."""
    plus, _ = shelve(store, "Realtime audio in C++", "A café in C")
    assert [found.candidate for found in store.archive.find("c++", 5)] == [plus]
    assert len(store.archive.find("cafe", 5)) == 1
    assert indexed("C++ und 東京") == "cplusplus und 東 京"


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "?",
        "c++",
        "node.js",
        "don't",
        "what?",
        "AND",
        "NEAR(",
        "(rust",
        "^",
        '"x',
        "t:rust",
        "rust*",
        "-rust",
        "\x00",
        "\ud800",
    ],
)
def test_no_operator_gets_through(store: Store, hostile: str) -> None:
    """Whatever is asked, it is only words: no error, no operator."""
    shelve(store, "Rust and tape")
    found = store.archive.find(hostile, 5)
    assert len(found) <= 1
    assert all(one.title == "Rust and tape" for one in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(question=st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_question_is_answered(store: Store, question: str) -> None:
    """Any string, of any script and with anything in it, finds something or nothing."""
    assert isinstance(store.archive.find(question, 3), list)
    assert isinstance(store.archive.find(question, 3, newest=True), list)


def test_more_like_this(store: Store) -> None:
    """By its rarest words; never itself; another feed's before its own."""
    (own, same) = shelve(store, "Granular synthesis on tape", "Granular clouds on stage")
    (other,) = shelve(store, "Granular synthesis in software", feed=OTHER)
    found = [one.candidate for one in store.archive.similar(own, 5)]
    assert found == [other, same]
    assert [one.candidate for one in store.archive.similar(own, 1)] == [other]
    assert store.archive.similar(999, 5) == store.archive.similar(own, 0) == []


def test_an_old_article_is_found_behind_the_newest_ones(store: Store) -> None:
    """A rare word outside the window of the newest numbers is found by widening it."""
    (number,) = shelve(store, "Theremin repair")
    store.connection.raw.execute("INSERT INTO archive (rowid, title, summary) VALUES (9000, 'x', '')")
    assert [found.candidate for found in store.archive.find("theremin", 1)] == [number]


def test_a_word_is_found_in_its_other_number(store: Store) -> None:
    """Where nothing has it as it was asked; a word in -ss has no other one, and a short one is left as it is."""
    stairs, two = shelve(store, "A stairwell for a reverb", "Two oscillators and a glas")
    assert [found.candidate for found in store.archive.find("stairwells", 5)] == [stairs]
    assert [found.candidate for found in store.archive.find("oscillator", 5)] == [two]
    assert store.archive.find("glass", 5) == []
    assert store.archive.find("fors", 5) != []
    assert store.archive.find("fo", 5) == []


def test_every_word_may_be_wanted(store: Store) -> None:
    """A text that was no question finds only what is about all of it."""
    shelve(store, "A stairwell for a reverb")
    assert store.archive.find("stairwell pancakes", 1) != []
    assert store.archive.find("stairwell pancakes", 1, every_word=True) == []
    assert store.archive.find("reverb stairwells", 1, every_word=True) != []
