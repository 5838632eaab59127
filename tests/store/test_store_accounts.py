from __future__ import annotations

import pytest

from bot.store import Store
from tests.store.given import NOW, later


def test_an_unknown_account_is_free(store: Store) -> None:
    """Nothing is known of it, so nothing holds it back."""
    state = store.outbox.account_state("nobody")
    assert (state.name, state.known_since, state.paused, state.locked_out) == ("nobody", None, None, None)


def test_the_longer_hold_counts(store: Store) -> None:
    """A second hold doesn't shorten the first."""
    store.outbox.hold_account("fedi", later(60), "429", now=NOW)
    store.outbox.hold_account("fedi", later(5), "503", now=NOW)
    state = store.outbox.account_state("fedi")
    assert (state.hold_until, state.hold_reason, state.known_since) == (later(60), "503", NOW)


def test_a_lockout_lasts_until_let_in(store: Store) -> None:
    """It keeps its reason, and ends by new credentials or by the owner's resume."""
    store.outbox.lock_out("fedi", "401: token revoked", now=NOW)
    assert store.outbox.account_state("fedi").locked_out == "401: token revoked"
    assert store.outbox.let_in("fedi")
    assert not store.outbox.let_in("fedi")
    store.outbox.lock_out("fedi", "", now=NOW)
    assert store.outbox.account_state("fedi").locked_out == "locked out"
    assert store.owner.resume("fedi", now=NOW)
    assert store.outbox.account_state("fedi").locked_out is None


@pytest.mark.parametrize("who", ["fedi", None])
def test_to_resume_takes_the_notice_of_a_lockout_back(store: Store, who: str | None) -> None:
    """Of the accounts that are let in, and of no other."""
    for name in ("fedi", "other"):
        store.outbox.lock_out(name, "401", now=NOW, notice=f"{name} is paused")
    store.owner.resume(who, now=NOW)
    assert [one.subject for one in store.owner.notices()] == ([] if who is None else ["account:other"])


def test_of_two_pauses_the_longer_counts(store: Store) -> None:
    """An account's own pause and the whole bot's: the later end, or none, decides, and says whose it is."""
    store.owner.pause(None, later(10), now=NOW)
    store.owner.pause("fedi", later(20), now=NOW)
    assert store.owner.paused("fedi", now=later(15)) == "fedi is paused by its owner, until 2026-11-22 09:20 UTC"
    assert store.owner.paused("local", now=later(5)) == "the bot is paused by its owner, until 2026-11-22 09:10 UTC"
    assert store.owner.paused("local", now=later(10)) is None
    store.owner.pause(None, None, now=NOW)
    assert store.owner.paused("fedi", now=later(9999)) == "the bot is paused by its owner, until resumed"


def test_resuming_one_account_leaves_the_others(store: Store) -> None:
    """One account, or all at once; it tells whether anybody was silent."""
    store.owner.pause("fedi", None, now=NOW)
    store.owner.pause("local", None, now=NOW)
    assert store.owner.resume("fedi", now=NOW)
    assert store.owner.paused("fedi", now=NOW) is None
    assert store.owner.paused("local", now=NOW) is not None
    store.owner.pause(None, None, now=NOW)
    assert store.owner.resume(None, now=NOW)
    assert store.owner.paused("local", now=NOW) is None
    assert not store.owner.resume(None, now=NOW)
    store.owner.pause("fedi", later(1), now=NOW)
    assert not store.owner.resume("fedi", now=later(2)), "its pause was over already"
