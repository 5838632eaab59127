from __future__ import annotations

from bot.core.choose import Share
from bot.model import Feed, FeedState, State
from bot.store import Store
from bot.store.candidates import NEWEST
from tests.store.given import FEED, HOUR, NOW, OTHER, candidate, entry, gather, later, post, sifted, slot


def test_a_candidate_comes_back_whole(store: Store) -> None:
    """What the feed's settings and the entry said is all there."""
    store.feeds.register([FEED], now=NOW)
    its = entry(1, author="Ann", published=NOW - HOUR, categories=("dsp", "c++"), language="en", source="Planet Sound")
    (number,) = store.feeds.gathered(
        FeedState(url=FEED.url), FEED, [sifted(1, entry=its, matched=("tape",))], "Example", now=NOW
    )
    (told,) = store.feeds.candidates("fedi", None, 10)
    assert told == store.feeds.candidate(number)
    assert (told.feed, told.feed_title, told.key, told.link) == (FEED.url, "Example", its.key, its.link)
    assert (told.author, told.published, told.first_seen) == ("Ann", NOW - HOUR, NOW)
    assert (told.categories, told.language, told.matched) == (("dsp", "c++"), "en", ("tape",))
    assert (told.tags, told.hashtags, told.own, told.sources) == (FEED.tags, FEED.hashtags, False, ("Planet Sound",))
    assert store.feeds.candidate(999) is None


def test_newest_first_and_limited(store: Store) -> None:
    """The newest candidates are offered first, as many as asked for."""
    ids = gather(store, [3, 2, 1])
    assert [one.id for one in store.feeds.candidates("fedi", None, 2)] == sorted(ids, reverse=True)[:2]
    assert store.feeds.candidates("fedi", None, 0) == []


def test_an_account_draws_from_its_feeds_only(store: Store) -> None:
    """Named feeds limit the choice; none named means none, None means all."""
    gather(store, [1])
    gather(store, [2], OTHER)
    assert [one.feed for one in store.feeds.candidates("fedi", [OTHER.url], 10)] == [OTHER.url]
    assert store.feeds.candidates("fedi", [], 10) == []
    assert len(store.feeds.candidates("fedi", None, 10)) == 2


def test_each_account_decides_for_itself(store: Store) -> None:
    """What one account decided about isn't offered to it again, and still is to others; the last word is kept."""
    (number,) = gather(store, [1])
    store.feeds.decided("fedi", number, "failed", "its page is a paywall", now=NOW)
    store.feeds.decided("fedi", number, "expired", "older than 7 days", now=later(5))
    assert store.feeds.candidates("fedi", None, 10) == []
    assert [one.id for one in store.feeds.candidates("local", None, 10)] == [number]
    (decision,) = store.feeds.decisions(number)
    assert (decision.account, decision.verdict, decision.reason) == ("fedi", "expired", "older than 7 days")
    assert decision.at == later(5)


def test_what_stands_in_the_outbox_is_not_offered(store: Store) -> None:
    """The same link from another feed isn't offered to the account that has it in its outbox."""
    store.feeds.register([FEED, OTHER], now=NOW)
    gather(store, [1])
    again = sifted(9, entry=entry(9, link="https://www.example.com/post/1?utm_medium=rss"))
    store.feeds.gathered(FeedState(url=OTHER.url), OTHER, [again], "Other", now=NOW)
    store.outbox.filled(None, None, post(dedupe_key="https://example.com/post/1"), State.PLANNED, now=NOW)
    assert store.feeds.candidates("fedi", None, 10) == []
    assert len(store.feeds.candidates("local", None, 10)) == 2


def test_the_owners_find_comes_first(store: Store) -> None:
    """A link of the owner's own stands before all others, whatever feeds an account draws from."""
    gather(store, [1])
    number = store.feeds.add_candidate(candidate(), now=NOW)
    gather(store, [2], at=later(1))
    offered = store.feeds.candidates("fedi", [FEED.url], 10)
    assert offered[0].id == number
    assert (offered[0].note, offered[0].feed, offered[0].first_seen) == ("worth an hour", "", NOW)
    assert len(offered) == 3


def test_a_find_that_is_known_takes_its_note(store: Store) -> None:
    """The owner's word for a candidate moves it first, and what had failed is tried once more; a share stays a share."""
    first, second = gather(store, [1, 2])
    link = store.feeds.candidate(first)
    assert link is not None
    store.feeds.decided("fedi", first, "failed", "too short", now=NOW)
    store.feeds.decided("local", first, "shared", "", now=NOW)
    same = store.feeds.add_candidate(candidate(canonical=link.canonical, note="read this"), now=later(1))
    assert same == first
    (before, *_) = store.feeds.candidates("fedi", None, 10)
    assert (before.id, before.note) == (first, "read this")
    assert [one.id for one in store.feeds.candidates("local", None, 10)] == [second]


def test_a_find_for_some_accounts_is_kept_from_the_others(store: Store) -> None:
    """Those it was meant for before, and those that have shared it, keep what they have."""
    names = ["fedi", "local", "sky"]
    number = store.feeds.add_candidate(candidate(), now=NOW, only=["local"], of=names)
    assert [name for name in names if store.feeds.candidates(name, None, 10)] == ["local"]
    store.feeds.add_candidate(candidate(), now=later(1), only=["fedi"], of=names)
    assert [name for name in names if store.feeds.candidates(name, None, 10)] == ["fedi", "local"]
    store.feeds.decided("local", number, "shared", "", now=later(2))
    store.feeds.add_candidate(candidate(), now=later(3), only=["sky"], of=names)
    assert [name for name in names if store.feeds.candidates(name, None, 10)] == ["fedi", "sky"]
    assert [one.verdict for one in store.feeds.decisions(number)] == ["shared"]
    store.feeds.add_candidate(candidate(), now=later(4))
    assert [name for name in names if store.feeds.candidates(name, None, 10)] == ["fedi", "sky"]


def test_what_thousands_stand_before_is_offered_still(store: Store) -> None:
    """Of few feeds among many, or of all: the owner's find first, then the newest, as many as are asked for."""
    find = store.feeds.add_candidate(candidate(), now=NOW)
    first, second = gather(store, [1, 2])
    (third,) = gather(store, [3], OTHER)
    newest = third + NEWEST + 1
    store.connection.raw.execute("UPDATE candidates SET id = ? WHERE id = ?", (newest, third))

    def offered(feeds: list[str] | None, limit: int = 10) -> list[int]:
        return [one.id for one in store.feeds.candidates("fedi", feeds, limit)]

    assert offered(None) == [find, newest, second, first]
    assert offered([FEED.url]) == [find, second, first]
    assert offered([OTHER.url]) == [find, newest]
    assert (offered(None, 2), offered([FEED.url], 2), offered(None, 0)) == ([find, newest], [find, second], [])


def test_stories_are_found_by_link_and_by_title(store: Store) -> None:
    """Both questions are answered at once, oldest first, and empty ones find nothing."""
    store.feeds.register([FEED], now=NOW)
    told = [sifted(1), sifted(2, title_key="a title that says much", simhash=2**64 - 5)]
    one, two = store.feeds.gathered(FeedState(url=FEED.url), FEED, told, "Example", now=NOW)
    found = store.feeds.stories(["https://example.com/post/1", ""], ["a title that says much", "", "another"])
    assert [story.candidate for story in found] == [one, two]
    assert found[1].title_key == "a title that says much"
    assert (found[1].simhash, found[1].feed, found[1].first_seen) == (2**64 - 5, FEED.url, NOW)
    assert store.feeds.stories([], []) == store.feeds.stories([""], [""]) == []


def test_recent_shares_count_what_is_on_its_way(store: Store) -> None:
    """Posts since a time by feed and ownership; what was refused or withdrawn doesn't count."""
    (first,) = gather(store, [1])
    (second,) = gather(store, [2], OTHER)
    store.outbox.filled(slot("a"), first, post("a"), State.PLANNED, now=NOW)
    row = store.outbox.filled(slot("b"), second, post("b"), State.PLANNED, now=later(1))
    older, newer = Share(feed=FEED.url, own=False, at=NOW), Share(feed=OTHER.url, own=True, at=later(1))
    assert store.feeds.recent_shares("fedi", NOW) == [older, newer]
    assert store.feeds.recent_shares("fedi", later(1)) == [newer]
    assert row is not None
    store.outbox.reject(row, "no", now=later(2))
    assert store.feeds.recent_shares("fedi", later(1)) == []


def test_why_it_was_chosen_is_remembered(store: Store) -> None:
    """The feed's title and the reasons of the choice, for whoever asks why."""
    (number,) = gather(store, [1])
    told = store.feeds.story_of(number)
    assert told is not None
    assert (told.feed_title, told.why) == ("Example", ())
    store.outbox.filled(slot(), number, post(), State.PLANNED, now=NOW, why=["about synthesis", "fresh"])
    told = store.feeds.story_of(number)
    assert told is not None
    assert told.why == ("about synthesis", "fresh")
    assert store.feeds.story_of(999) is None


def test_an_unregistered_feed_gets_its_place_by_being_polled(store: Store) -> None:
    """A poll of an address that was never registered makes it a feed, active, with its keys."""
    feed = Feed(url="https://late.example/feed")
    store.feeds.gathered(FeedState(url=feed.url, next_at=later(9)), feed, [sifted(1)], "Late", now=NOW)
    assert store.feeds.due(later(9), 10) == [feed.url]
    assert len(store.feeds.candidates("fedi", None, 10)) == 1
