from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.websub import Subscription
from bot.model import FeedState, Filters, ParsedFeed
from bot.store import Store, open_store, restore
from tests.store.given import DAY, FEED, HOUR, MINUTE, NOW, entry, gather, later, subscription

TOPIC = FEED.url


def verified(store: Store, name: str = "an-id") -> Subscription:
    """Ask for one and let the hub verify it."""
    store.subscriptions.asking(subscription(name))
    assert store.subscriptions.verified(name, TOPIC, NOW + DAY, NOW + 16 * HOUR) == FEED.url
    found = store.subscriptions.find(name)
    assert found is not None
    return found


def test_what_is_asked_is_kept_as_it_is(store: Store) -> None:
    """All of it, hostile addresses too; what is not there is None."""
    one = subscription(hub="https://hub.example/?a=1&b=\u2028'")
    store.subscriptions.asking(one)
    assert store.subscriptions.all() == [one]
    assert store.subscriptions.find("an-id") == one
    assert store.subscriptions.find("another") is None


def test_only_what_is_pending_is_verified(store: Store) -> None:
    """Topic and intent must be ours; a second verification finds nothing pending."""
    store.subscriptions.asking(subscription())
    assert store.subscriptions.verified("an-id", TOPIC + "?", NOW + DAY, NOW) is None
    assert store.subscriptions.verified("another", TOPIC, NOW + DAY, NOW) is None
    assert not store.subscriptions.left("an-id", TOPIC)
    store.subscriptions.failed("an-id", "the hub answered 500")
    one = verified(store)
    assert (one.pending, one.lease_until, one.ask_at) == ("", NOW + DAY, NOW + 16 * HOUR)
    assert (one.tries, one.problem) == (0, "")
    assert store.subscriptions.verified("an-id", TOPIC, NOW + 9 * DAY, NOW) is None


def test_a_renewal_keeps_the_lease_until_it_is_verified(store: Store) -> None:
    """While a hub makes up its mind, what it granted before still counts."""
    one = verified(store)
    store.subscriptions.delivered("an-id", NOW + MINUTE)
    store.subscriptions.asking(subscription(ask_at=NOW + 20 * HOUR))
    again = store.subscriptions.find("an-id")
    assert again is not None
    assert (again.pending, again.lease_until, again.ask_at) == ("subscribe", one.lease_until, NOW + 20 * HOUR)
    assert again.delivered_at == NOW + MINUTE
    assert again.live(NOW)


def test_leaving_ends_it_only_where_we_asked_for_that(store: Store) -> None:
    """Nobody but us ends a subscription by a verification."""
    one = verified(store)
    assert not store.subscriptions.left("an-id", TOPIC)
    store.subscriptions.asking(subscription(pending="unsubscribe"))
    leaving = store.subscriptions.find("an-id")
    assert leaving is not None
    assert leaving.lease_until == one.lease_until
    assert not leaving.live(NOW)
    assert not store.subscriptions.left("an-id", "elsewhere")
    assert store.subscriptions.left("an-id", TOPIC)
    assert store.subscriptions.all() == []


def test_a_denial_takes_the_lease(store: Store) -> None:
    """With its reason, and only for the topic that it is about."""
    verified(store)
    assert store.subscriptions.denied("an-id", "elsewhere", "no", NOW) is None
    assert store.subscriptions.denied("an-id", TOPIC, "no", NOW + DAY) == FEED.url
    one = store.subscriptions.find("an-id")
    assert one is not None
    assert (one.live(NOW), one.problem, one.ask_at) == (False, "no", NOW + DAY)


def test_those_that_are_over_are_forgotten(store: Store) -> None:
    """The others stay."""
    for name in "abc":
        verified(store, name)
    assert store.subscriptions.forget(["a", "c", "never"]) == 2
    assert [one.id for one in store.subscriptions.all()] == ["b"]


def test_a_restored_backup_knows_no_subscription(tmp_path: Path) -> None:
    """Hubs may have been told otherwise since, and the first document after it must be a whole one."""
    path, backup = tmp_path / "starfish.db", tmp_path / "backup.db"
    with open_store(path, mode="run", now=NOW) as store:
        gather(store, [1])
        verified(store)
        store.owner.backup(backup)
    restore(path, backup, now=later(60))
    with open_store(path, mode="run", now=later(61)) as store:
        assert store.subscriptions.all() == []
        part = ParsedFeed(entries=(entry(2),))
        assert store.feeds.delivered(FEED, part, Filters(), now=later(62)) is None


def test_a_delivery_leaves_the_poll_state_alone(store: Store) -> None:
    """What a hub brings is taken in; validators and the time of the next poll stay those of the last poll."""
    gather(store, [1])
    before = store.feeds.state(FEED.url)
    assert isinstance(before, FeedState)
    intake = store.feeds.delivered(FEED, ParsedFeed(entries=(entry(2),), hub=None), Filters(), now=later(5))
    assert intake is not None
    assert [one.verdict for one in intake.sifted] == ["candidate"]
    after = store.feeds.state(FEED.url)
    assert after is not None
    assert (after.etag, after.next_at, after.hub) == (before.etag, before.next_at, before.hub)
    assert after.last_new == later(5)


@pytest.mark.parametrize("more", [{"held": "its known items came back"}, {"released": True}, {"first_ok": None}])
def test_a_feed_in_doubt_waits_for_its_whole_document(store: Store, more: dict[str, Any]) -> None:
    """While it is held, and after the owner's word on it, only the whole tells what is new."""
    gather(store, [1])
    before = store.feeds.state(FEED.url)
    assert before is not None
    store.feeds.save(replace(before, **more))
    assert store.feeds.delivered(FEED, ParsedFeed(entries=(entry(2),)), Filters(), now=later(5)) is None
    assert store.feeds.seen_count(FEED.url) == 1


def test_a_muted_feed_takes_nothing_in(store: Store) -> None:
    """Until it is let speak again."""
    gather(store, [1])
    part = ParsedFeed(entries=(entry(2),))
    assert store.feeds.mute(FEED.url, "dead")
    assert store.feeds.delivered(FEED, part, Filters(), now=later(5)) is None
    assert store.feeds.unmute(FEED.url)
    assert store.feeds.delivered(FEED, part, Filters(), now=later(6)) is not None


def test_a_feed_that_was_never_read_waits_for_its_whole_document(store: Store) -> None:
    """A part of it would be taken for all that stood there at first sight."""
    store.feeds.register([FEED], now=NOW)
    assert store.feeds.delivered(FEED, ParsedFeed(entries=(entry(1),)), Filters(), now=NOW) is None
    assert store.feeds.seen_count(FEED.url) == 0
