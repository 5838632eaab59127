"""Answers whose question was deleted: due at once, put off, given up, or withdrawn, and never sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import Receipt, State
from bot.store import TAKEN_BACK, Store
from tests.store.given import NOW, SENT, later, reply, states

SETTLE = timedelta(minutes=2)


def sent(store: Store) -> tuple[int, int]:
    """A mention that is answered; gives its number and that of the answer."""
    mention, answer = reply(store)
    assert store.outbox.claim("fedi", now=NOW) is not None
    assert store.outbox.settle_sent(answer, SENT, now=NOW)
    return mention, answer


def due(store: Store, minutes: float = 0.0) -> list[int]:
    """What is to be taken back by then."""
    return [row.id for row in store.outbox.to_take_back("fedi", now=later(minutes))]


def test_a_sent_answer_is_due_once_its_question_goes(store: Store) -> None:
    """And wakes the account's delivery; of other answers nothing is said."""
    mention, answer = sent(store)
    assert (due(store), store.outbox.next_wake("fedi", SETTLE, now=NOW)) == ([], None)
    store.mentions.withdrawn(mention, TAKEN_BACK, now=later(1))
    assert due(store) == []
    assert due(store, 1) == [answer]
    assert store.outbox.next_wake("fedi", SETTLE, now=later(5)) == later(5)
    assert store.outbox.to_take_back("other", now=later(1)) == []


def test_it_can_be_put_off_given_up_or_done(store: Store) -> None:
    """Each once; what was given up says why and stays sent."""
    mention, answer = sent(store)
    store.mentions.withdrawn(mention, TAKEN_BACK, now=NOW)
    assert store.outbox.take_back_later(answer, later(7))
    assert (due(store, 6), due(store, 7)) == ([], [answer])
    assert store.outbox.next_wake("fedi", SETTLE, now=NOW) == later(7)
    row = store.outbox.row(answer)
    assert row is not None
    assert (row.state, row.looks) == (State.SENT, 1)
    assert store.outbox.stays(answer, "nobody can")
    row = store.outbox.row(answer)
    assert row is not None
    assert (row.state, row.reason, row.settled_at, due(store, 99)) == (State.SENT, "nobody can", NOW, [])
    assert not store.mentions.withdrawn(mention, TAKEN_BACK, now=later(9))
    assert due(store, 99) == []


def test_what_is_withdrawn_is_over(store: Store) -> None:
    """Nothing of it comes back."""
    mention, answer = sent(store)
    store.mentions.withdrawn(mention, TAKEN_BACK, now=NOW)
    assert store.outbox.withdraw(answer, TAKEN_BACK, now=later(1))
    assert due(store, 99) == []
    assert not store.outbox.take_back_later(answer, later(2))
    assert not store.outbox.stays(answer, "too late")
    assert states(store)[answer] == "withdrawn"


@pytest.mark.parametrize("there", [True, False])
def test_an_answer_in_the_air_is_judged_when_it_lands(store: Store, there: bool) -> None:
    """Its question goes while it is being sent: if it arrived it is due, if not it is never sent again."""
    mention, answer = reply(store)
    assert store.outbox.claim("fedi", now=NOW) is not None
    store.mentions.withdrawn(mention, TAKEN_BACK, now=later(1))
    assert states(store)[answer] == "sending"
    assert store.outbox.settle_unknown(answer, "cut", now=later(1))
    if there:
        assert store.outbox.settle_sent(answer, Receipt(remote_id="9"), now=later(3))
        assert due(store, 3) == [answer]
    else:
        assert store.outbox.settle_planned(answer, now=later(3))
        assert store.outbox.claim("fedi", now=later(3)) is None
        row = store.outbox.row(answer)
        assert row is not None
        assert (row.state, row.reason) == (State.WITHDRAWN, TAKEN_BACK)


def test_an_account_that_may_not_speak_takes_nothing_back(store: Store) -> None:
    """Locked out, or asked to wait: later."""
    mention, answer = sent(store)
    store.mentions.withdrawn(mention, TAKEN_BACK, now=NOW)
    store.outbox.hold_account("fedi", later(4), "429", now=NOW)
    assert (due(store, 3), due(store, 4)) == ([], [answer])
    store.outbox.lock_out("fedi", "401", now=later(5))
    assert due(store, 5) == []
    store.outbox.let_in("fedi")
    assert due(store, 5) == [answer]


def test_a_wrong_clock_puts_nothing_off_for_years(store: Store) -> None:
    """A time that lies absurdly far ahead is brought back with all others."""
    mention, answer = sent(store)
    store.mentions.withdrawn(mention, TAKEN_BACK, now=NOW)
    store.outbox.take_back_later(answer, NOW + timedelta(days=3650))
    assert store.clock.correct(now=later(1)) == 1
    assert due(store, 1) == [answer]
