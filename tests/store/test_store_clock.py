from __future__ import annotations

from datetime import timedelta

from bot.model import FeedState
from bot.store import Store
from tests.store.given import DAY, FEED, NOW, SENT, gather, later, mention, plan, reply

FUTURE = NOW + timedelta(days=3650)


def test_a_right_clock_changes_nothing(store: Store) -> None:
    """Where every time can be true, none is touched, and nothing is written."""
    gather(store, [1])
    plan(store)
    store.outbox.claim("fedi", now=NOW)
    store.outbox.hold_account("fedi", NOW + DAY, "slow down", now=NOW)
    assert store.clock.correct(now=NOW) == 0


def test_an_account_does_not_wait_for_years(store: Store) -> None:
    """What was sent, held and known in 2036 is looked for, let go and known now."""
    store.owner.known_account("fedi", now=FUTURE)
    number = plan(store, at=FUTURE)
    store.outbox.claim("fedi", now=FUTURE)
    store.outbox.settle_unknown(number, "cut", now=FUTURE)
    store.outbox.hold_account("fedi", FUTURE, "slow down", now=FUTURE)
    assert store.outbox.reconcilable("fedi", DAY, now=NOW) == []
    assert store.clock.correct(now=NOW) >= 5
    assert store.owner.known_account("fedi", now=later(1)) == NOW
    (row,) = store.outbox.reconcilable("fedi", timedelta(minutes=2), now=later(2))
    assert row.sent_at == NOW
    assert row.post.sent_at is not None
    assert row.post.sent_at.year == 1970, "when it was sent is unknown: it is looked for from the beginning"
    assert row.first_sent_at is not None
    assert row.first_sent_at.year == 1970, "and no key of then is trusted"
    assert store.clock.correct(now=later(1)) == 0


def test_a_delivery_does_not_wait_for_years(store: Store) -> None:
    """What waits for a platform until 2036 goes now: a post put off, a look in vain, an answer to be taken back."""
    mentioned, answer = reply(store, "m1")
    store.outbox.claim("fedi", now=NOW)
    store.outbox.settle_sent(answer, SENT, now=NOW)
    store.mentions.withdrawn(mentioned, "gone", now=NOW)
    store.outbox.take_back_later(answer, FUTURE)
    waiting, sought = plan(store), plan(store, account="other")
    for account in ("fedi", "other"):
        store.outbox.claim(account, now=NOW)
    store.outbox.settle_waiting(waiting, FUTURE, "slow down", now=NOW)
    store.outbox.settle_unknown(sought, "cut", now=NOW)
    store.outbox.look_again(sought, FUTURE, "no list", now=NOW)
    assert store.clock.correct(now=later(1)) == 3
    assert [row.id for row in store.outbox.to_take_back("fedi", now=later(1))] == [answer]
    assert [row.id for row in store.outbox.reconcilable("other", timedelta(0), now=later(1))] == [sought]
    row = store.outbox.claim("fedi", now=later(1))
    assert row is not None
    assert row.id == waiting


def test_what_was_sent_is_still_the_same_post(store: Store) -> None:
    """A platform may know a post by when it was decided: that stays once it was sent, and is corrected before."""
    sent, waiting = plan(store, at=FUTURE), plan(store, "k2", at=FUTURE)
    claimed = store.outbox.claim("fedi", now=FUTURE)
    assert claimed is not None
    assert claimed.id == sent
    store.clock.correct(now=NOW)
    rows = [store.outbox.row(number) for number in (sent, waiting)]
    assert [row and row.post.created_at for row in rows] == [claimed.post.created_at, NOW]


def test_feeds_are_due_again(store: Store) -> None:
    """A feed that was polled in 2036 is polled now."""
    store.feeds.register([FEED], now=NOW)
    store.feeds.save(FeedState(url=FEED.url, next_at=FUTURE))
    assert store.feeds.due(NOW, 10) == []
    store.clock.correct(now=NOW)
    assert store.feeds.due(NOW, 10) == [FEED.url]


def test_what_the_owner_put_off_stays_put_off(store: Store) -> None:
    """A post snoozed for a month is the owner's wish; so is a pause."""
    number = plan(store)
    store.outbox.snooze(number, NOW + 30 * DAY, now=NOW)
    store.owner.pause("fedi", NOW + 30 * DAY, now=NOW)
    assert store.clock.correct(now=NOW) == 0


def test_answers_of_the_future_do_not_count_for_ever(store: Store) -> None:
    """A person who was answered in 2036 isn't over their cap until then, and new mentions aren't history."""
    reply(store, "m1", at=FUTURE)
    store.clock.correct(now=NOW)
    tally = store.mentions.tally(
        mention("m2"), person_since=later(5), account_since=later(5), bot_since=later(5), now=later(10)
    )
    assert (tally.person, tally.account) == (0, 0)
