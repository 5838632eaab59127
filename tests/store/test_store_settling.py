from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.model import Receipt, State
from bot.store import Store, open_store
from bot.store.settling import WAITS
from tests.store.given import DAY, NOW, SENT, later, plan, post, reply, states


def claimed(store: Store) -> int:
    """A delivery that is being sent."""
    number = plan(store)
    assert store.outbox.claim("fedi", now=NOW) is not None
    return number


def test_sent_is_the_end(store: Store) -> None:
    """The receipt is kept; whatever is said later about it changes nothing."""
    number = claimed(store)
    assert store.outbox.settle_sent(number, SENT, now=later(1))
    row = store.outbox.row(number)
    assert row is not None
    assert (row.state, row.receipt, row.settled_at) == (State.SENT, SENT, later(1))
    assert not store.outbox.settle_sent(number, Receipt(remote_id="2"), now=later(2))
    assert not store.outbox.settle_unknown(number, "late", now=later(2))
    assert not store.outbox.settle_planned(number, now=later(2))
    assert not store.outbox.resend(number, now=later(2))
    assert not store.outbox.settle_refused(number, "late", now=later(2), notice="it was refused")
    assert not store.outbox.settle_held(number, "late", now=later(2), notice="it may be there")
    assert store.outbox.row(number) == row
    assert store.owner.notices() == []


def test_every_settlement_says_what_happened(store: Store) -> None:
    """Each leads to its state with its reason, from `sending`; an unheard-of number is False."""
    outbox = store.outbox
    number = claimed(store)
    assert outbox.settle_waiting(number, later(5), "429", now=NOW)
    row = outbox.row(number)
    assert row is not None
    assert (row.state, row.reason, row.not_before, row.settled_at) == (State.WAITING, "429", later(5), None)
    outbox.claim("fedi", now=later(5))
    assert outbox.settle_unknown(number, "cut", now=later(5))
    assert outbox.settle_planned(number, now=later(8))
    outbox.claim("fedi", now=later(9))
    assert outbox.settle_unknown(number, "cut", now=later(9))
    assert outbox.settle_held(number, "can't be asked", now=later(12))
    row = outbox.row(number)
    assert row is not None
    assert (row.state, row.reason, row.attempts, row.settled_at) == (State.HELD, "can't be asked", 3, later(12))
    for settle in (outbox.settle_planned, outbox.resend, outbox.mark_sent):
        assert not settle(999, now=NOW)


def test_each_look_is_counted_and_only_while_in_doubt(store: Store) -> None:
    """The next one is when the last one said; what is settled is looked for no more."""
    number = claimed(store)
    assert not store.outbox.look_again(number, later(5), "no list", now=NOW)
    assert store.outbox.settle_unknown(number, "cut", now=NOW)
    for look in (1, 2):
        assert store.outbox.look_again(number, later(5 * look), "no list", now=NOW)
        row = store.outbox.row(number)
        assert row is not None
        assert (row.looks, row.not_before, row.reason) == (look, later(5 * look), "no list")
    assert store.outbox.settle_sent(number, SENT, now=later(11))
    assert not store.outbox.look_again(number, later(12), "no list", now=later(12))
    row = store.outbox.row(number)
    assert row is not None
    assert row.looks == 0


@pytest.mark.parametrize("draft", [True, False])
def test_snoozing_changes_the_time_alone(store: Store, draft: bool) -> None:
    """A draft is a draft later too; what nobody has heard of stays unheard of."""
    number = plan(store)
    if draft:
        store.outbox.raw.execute("UPDATE outbox SET state = 'draft' WHERE id = ?", (number,))
    before = store.outbox.row(number)
    assert before is not None
    assert store.outbox.snooze(number, later(60), now=NOW)
    row = store.outbox.row(number)
    assert row is not None
    assert (row.state, row.not_before, row.post) == (before.state, later(60), before.post)
    assert not store.outbox.snooze(999, later(60), now=NOW)


def test_refused_needs_a_new_word(store: Store) -> None:
    """A refused delivery goes only when the owner says so, or with other words; then with a new key."""
    number = claimed(store)
    before = store.outbox.row(number)
    assert store.outbox.settle_refused(number, "422: too long", now=NOW)
    assert store.outbox.claim("fedi", now=later(1)) is None
    assert store.outbox.resend(number, now=later(1))
    again = store.outbox.claim("fedi", now=later(1))
    assert before is not None
    assert again is not None
    assert again.revision == 1
    assert again.post.key != before.post.key
    assert again.first_sent_at == later(1)
    assert again.post.sent_at == NOW, "looking for it starts at the very first attempt"


def test_the_same_words_keep_their_key(store: Store) -> None:
    """However often the same row goes, its key is the same, and the first attempt's time stays."""
    number = claimed(store)
    keys = set()
    for minute in range(1, 4):
        store.outbox.settle_unknown(number, "cut", now=later(minute))
        store.outbox.settle_planned(number, now=later(minute))
        row = store.outbox.claim("fedi", now=later(minute))
        assert row is not None
        keys.add(row.post.key)
        assert (row.first_sent_at, row.post.sent_at, row.sent_at) == (NOW, NOW, later(minute))
    assert len(keys) == 1


@pytest.mark.parametrize("state", [State.DRAFT, State.PLANNED, State.WAITING])
def test_words_change_where_they_are_certainly_not_out(store: Store, state: State) -> None:
    """A draft stays a draft; the others are planned anew; each time the revision grows."""
    number = _in_state(store, state)
    assert store.outbox.revise(number, "Shorter https://example.com/a", "https://example.com/a")
    row = store.outbox.row(number)
    assert row is not None
    assert row.state is (State.DRAFT if state is State.DRAFT else State.PLANNED)
    assert (row.post.text, row.post.link, row.revision) == ("Shorter https://example.com/a", "https://example.com/a", 1)


@pytest.mark.parametrize("state", [each for each in State if each not in WAITS])
def test_words_that_may_be_out_never_change(store: Store, state: State) -> None:
    """A body under a used key stays as it was sent; what is being sent this moment, the owner comes too late for."""
    number = _in_state(store, state)
    assert not store.outbox.revise(number, "Other words", None)
    row = store.outbox.row(number)
    assert row is not None
    assert (row.post.text, row.revision, row.state) == (post().text, 0, state)


def test_other_words_go_when_the_first_ones_would_have_gone(store: Store) -> None:
    """What was put off, or approved for a later slot, stays so."""
    number = plan(store)
    store.outbox.snooze(number, later(60), now=NOW)
    store.outbox.revise(number, "Other words", None)
    row = store.outbox.row(number)
    assert row is not None
    assert (row.state, row.not_before) == (State.PLANNED, later(60))


@pytest.mark.parametrize("state", list(State))
def test_only_what_the_platform_called_too_long_is_shortened(store: Store, state: State) -> None:
    """That is said while it is being sent; it goes again at once, as another delivery."""
    number = _in_state(store, state)
    assert store.outbox.shortened(number, "Shorter", None) is (state is State.SENDING)
    row = store.outbox.row(number)
    assert row is not None
    assert (row.state, row.revision) == ((State.PLANNED, 1) if state is State.SENDING else (state, 0))


def test_at_start_what_was_being_sent_is_unknown(store: Store) -> None:
    """Recovering counts them once, and a clock that was ahead doesn't put off the look."""
    number = plan(store)
    store.outbox.claim("fedi", now=NOW + 3650 * DAY)
    plan(store, "b", "local")
    assert store.outbox.recover(now=NOW) == 1
    assert store.outbox.recover(now=NOW) == 0
    (row,) = store.outbox.reconcilable("fedi", 0 * DAY, now=NOW)
    assert (row.id, row.sent_at, row.reason) == (number, NOW, "the program stopped while sending")


def test_old_plans_expire_and_say_so(store: Store) -> None:
    """Posts that certainly aren't out expire with their reason; replies, and what may be out, never."""
    old, waiting, draft = plan(store, "a"), plan(store, "b"), plan(store, "c", state=State.DRAFT)
    for row in (store.outbox.claim("fedi", now=NOW),):
        assert row is not None
        store.outbox.settle_unknown(row.id, "cut", now=NOW)
    _, answer = reply(store)
    young = plan(store, "d", at=later(60))
    assert store.outbox.expire("fedi", later(30), "older than 48 h", now=later(90)) == 2
    after = states(store)
    assert after == {old: "unknown", waiting: "expired", draft: "expired", answer: "planned", young: "planned"}
    row = store.outbox.row(draft)
    assert row is not None
    assert (row.reason, row.settled_at) == ("older than 48 h", later(90))


def test_the_owner_rejects_snoozes_and_marks(store: Store) -> None:
    """Rejecting is for what isn't out, marking for what may be; each tells whether it did anything."""
    outbox = store.outbox
    first, second = plan(store, "a", state=State.DRAFT), plan(store, "b")
    assert outbox.snooze(first, later(60), now=NOW)
    row = outbox.row(first)
    assert row is not None
    assert (row.state, row.not_before) == (State.DRAFT, later(60))
    assert outbox.reject(first, "not ours", now=NOW)
    assert not outbox.reject(first, "not ours", now=NOW)
    assert not outbox.mark_sent(second, now=NOW)
    outbox.claim("fedi", now=NOW)
    outbox.settle_unknown(second, "cut", now=NOW)
    assert not outbox.reject(second, "too late", now=NOW)
    assert outbox.mark_sent(second, now=later(5))
    row = outbox.row(second)
    assert row is not None
    assert row.receipt == Receipt(remote_id="", note="assumed")
    assert states(store) == {first: "withdrawn", second: "sent"}


def test_a_sent_post_can_be_taken_back(store: Store) -> None:
    """Withdrawn with its reason, from any state but `sending`, and gone from the timeline."""
    number = plan(store, account="local")
    store.outbox.publish_in_store("local", now=NOW)
    assert store.outbox.withdraw(number, "retracted", now=later(1))
    assert not store.outbox.withdraw(number, "retracted", now=later(1))
    assert store.timeline.items(0, 10) == []
    moving = claimed(store)
    assert not store.outbox.withdraw(moving, "too late", now=NOW)


def _in_state(store: Store, state: State) -> int:
    number = plan(store, state=State.DRAFT if state is State.DRAFT else State.PLANNED)
    if state in (State.DRAFT, State.PLANNED):
        return number
    if state is State.EXPIRED:
        store.outbox.expire("fedi", later(1), "old", now=NOW)
        return number
    if state is State.WITHDRAWN:
        store.outbox.withdraw(number, "no", now=NOW)
        return number
    store.outbox.claim("fedi", now=NOW)
    steps: dict[State, Callable[[], bool]] = {
        State.WAITING: lambda: store.outbox.settle_waiting(number, later(5), "429", now=NOW),
        State.REFUSED: lambda: store.outbox.settle_refused(number, "422", now=NOW),
        State.UNKNOWN: lambda: store.outbox.settle_unknown(number, "cut", now=NOW),
        State.HELD: lambda: store.outbox.settle_held(number, "?", now=NOW),
        State.SENT: lambda: store.outbox.settle_sent(number, SENT, now=NOW),
    }
    if state in steps:
        assert steps[state]()
    return number


class Outbox(RuleBasedStateMachine):
    """Any order of calls, of the program and of the owner, against the promises of the outbox."""

    numbers = st.integers(1, 4)

    @initialize()
    def start(self) -> None:
        """A new store with posts and a reply of one account."""
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name) / "s.db", mode="run", now=NOW)
        self.now = NOW
        self.sent: set[int] = set()
        self.keys: dict[tuple[int, int], str] = {}
        for name in "abc":
            plan(self.store, name)
        reply(self.store)

    def _tick(self) -> None:
        self.now = self.now + (later(1) - NOW)

    @rule()
    def claim(self) -> None:
        """The program takes the next one; the same words have the same key, never used for others."""
        self._tick()
        row = self.store.outbox.claim("fedi", now=self.now)
        if row is not None:
            assert row.id not in self.sent
            assert self.keys.setdefault((row.id, row.revision), row.post.key) == row.post.key

    @rule(
        number=numbers, how=st.sampled_from(["sent", "waiting", "refused", "unknown", "held", "planned", "shortened"])
    )
    def settle(self, number: int, how: str) -> None:
        """The platform answers, in whatever way, also about rows that aren't out."""
        outbox = self.store.outbox
        done = {
            "sent": lambda: outbox.settle_sent(number, SENT, now=self.now),
            "waiting": lambda: outbox.settle_waiting(number, self.now, "429", now=self.now),
            "refused": lambda: outbox.settle_refused(number, "422", now=self.now),
            "unknown": lambda: outbox.settle_unknown(number, "cut", now=self.now),
            "held": lambda: outbox.settle_held(number, "?", now=self.now),
            "planned": lambda: outbox.settle_planned(number, now=self.now),
            "shortened": lambda: outbox.shortened(number, f"fewer words of {self.now}", None),
        }[how]()
        if how == "sent" and done:
            self.sent.add(number)

    @rule(number=numbers, how=st.sampled_from(["resend", "revise", "snooze", "reject"]))
    def owner(self, number: int, how: str) -> None:
        """The owner says something, sensible or not."""
        outbox = self.store.outbox
        if how == "resend":
            outbox.resend(number, now=self.now)
        elif how == "revise":
            outbox.revise(number, f"words of {self.now}", None)
        elif how == "snooze":
            outbox.snooze(number, self.now, now=self.now)
        else:
            outbox.reject(number, "no", now=self.now)

    @rule()
    def crash(self) -> None:
        """The program stops and starts again."""
        self.store.outbox.recover(now=self.now)

    @invariant()
    def promises(self) -> None:
        """What was sent stays sent, at most one is on its way, and no two rows share a key."""
        if not hasattr(self, "store"):
            return
        rows = self.store.outbox.rows()
        assert len(rows) == 4
        assert all(row.state is State.SENT for row in rows if row.id in self.sent)
        assert sum(row.state is State.SENDING for row in rows) <= 1
        assert len(set(self.keys.values())) == len(self.keys)

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_a_held_delivery_and_its_notice_are_one(store: Store) -> None:
    """No crash parts what is held, or refused, from the word to the owner; once it is settled, the word goes with it."""
    first, second = plan(store, "a"), plan(store, "b")
    assert store.outbox.claim("fedi", now=NOW)
    assert store.outbox.settle_held(first, "it was cut", now=NOW, notice="look at the account")
    assert store.outbox.claim("fedi", now=NOW)
    assert store.outbox.settle_refused(second, "no", now=NOW, notice="it said no")
    assert {one.subject: one.text for one in store.owner.notices()} == {
        f"outbox:{first}": "look at the account",
        f"outbox:{second}": "it said no",
    }
    assert not store.outbox.settle_held(second, "again", now=NOW, notice="not in doubt")
    assert store.outbox.mark_sent(first, now=NOW)
    assert [one.subject for one in store.owner.notices()] == [f"outbox:{second}"]
