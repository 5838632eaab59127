from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.guards import TOO_OLD, Seen, Verdict, guard
from bot.model import Caps, Mention, Rate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAPS = Caps()
LOCAL = Caps(person=Rate(count=60, per=timedelta(minutes=1)), account=None, thread=None)  # those of the local timeline


def mention(**more: Any) -> Mention:
    return Mention(**{"account": "fediverse", "remote_id": "1", "author": "@ann", "text": "hello", "at": NOW, **more})


def judged(seen: Seen | None = None, caps: Caps = CAPS, **more: Any) -> Verdict:
    return guard(mention(**more), seen or Seen(), caps, NOW)


def test_a_mention_is_answered() -> None:
    """A stranger's first word is answered, like everybody's."""
    assert judged() == Verdict(action="answer")


@pytest.mark.parametrize(
    ("seen", "more", "action", "reason"),
    [
        (Seen(own=True), {}, "skip", "our own"),
        (Seen(own=True), {"owner": True}, "skip", "our own"),
        (Seen(blocked=True), {}, "skip", "blocked"),
        (Seen(opted_out=True), {}, "skip", "said stop"),
        (Seen(first_start=NOW + timedelta(seconds=1)), {}, "late", "before the bot first ran"),
        (Seen(), {"at": NOW - TOO_OLD - timedelta(seconds=1)}, "late", "more than a day"),
        (Seen(bot_today=1), {"bot": True}, "skip", "once a day"),
        (Seen(thread=4), {}, "capped", "one thread"),
        (Seen(person=6), {}, "capped", "more than 6"),
        (Seen(account=60), {}, "capped", "of this account"),
        (Seen(thread=3, person=5, account=59), {}, "answer", ""),
        (Seen(bot_today=1), {}, "answer", ""),
        (Seen(), {"bot": True}, "answer", ""),
        (Seen(), {"at": NOW - TOO_OLD}, "answer", ""),
        (Seen(), {"at": NOW - timedelta(hours=23)}, "answer", ""),
        (Seen(), {"at": NOW + timedelta(hours=3)}, "answer", ""),
        (Seen(first_start=NOW), {}, "answer", ""),
        (Seen(first_start=NOW + timedelta(seconds=0.9)), {}, "answer", ""),  # where times are told in whole seconds
    ],
)
def test_each_guard_holds_back_just_its_own(seen: Seen, more: dict[str, Any], action: str, reason: str) -> None:
    """Ourselves, the blocked, who said stop, history, late ones, other bots and caps: each with its reason."""
    verdict = judged(seen, **more)
    assert verdict.action == action
    assert reason in verdict.reason


def test_a_cap_of_one_lets_one_through() -> None:
    """Whoever was never answered has room under any cap."""
    once = Rate(count=1, per=timedelta(hours=1))
    narrow = Caps(person=once, account=once, thread=1)
    assert judged(caps=narrow).action == "answer"
    for seen in (Seen(person=1), Seen(account=1), Seen(thread=1)):
        assert judged(seen, narrow).action == "capped"


def test_a_thread_is_as_long_as_the_owner_wrote_for_bots_too() -> None:
    """The default of four is for where nothing is written."""
    wide = Caps(thread=10)
    assert judged(Seen(thread=9), wide, bot=True).action == "answer"
    assert judged(Seen(thread=10), wide, bot=True).action == "capped"


def test_the_owner_knows_no_caps_but_is_subject_to_time() -> None:
    """Caps don't hold for the owner; what is too old is late for everybody."""
    busy = Seen(thread=99, person=99, account=999)
    assert judged(busy, owner=True).action == "answer"
    assert judged(busy, owner=True, at=NOW - timedelta(days=2)).action == "late"


def test_one_pause_notice_is_sent() -> None:
    """The first mention over a cap is told so, the next ones are kept in silence, and a bot is never told."""
    assert judged(Seen(person=6)).notice
    assert not judged(Seen(person=6, paused=True)).notice
    assert not judged(Seen(person=6), bot=True).notice
    assert not judged(Seen(thread=2)).notice


@pytest.mark.parametrize("consent", ["opt_out", "opt_in"])
def test_stop_and_start_are_carried_out_whatever_else_is_decided(consent: Any) -> None:
    """Over a cap, too late, or opted out already: the word still counts; only the blocked and we ourselves have none."""
    for seen, more in (
        (Seen(person=99, consent=consent), {}),
        (Seen(consent=consent), {"at": NOW - timedelta(days=9)}),
        (Seen(consent=consent, bot_today=3), {"bot": True}),
        (Seen(consent=consent), {}),
    ):
        assert judged(seen, **more).consent == consent
    assert judged(Seen(blocked=True, consent=consent)).consent is None
    assert judged(Seen(own=True, consent=consent)).consent is None


def test_who_said_stop_can_come_back() -> None:
    """An opted-out person is answered again from the moment they say start, and not before."""
    assert judged(Seen(opted_out=True, consent="opt_in")).action == "answer"
    assert judged(Seen(opted_out=True, consent="opt_out")).action == "skip"


def test_two_of_our_bots_stop_talking_by_themselves() -> None:
    """Bots that answer each other fall silent: flagged ones after a word each, unflagged ones at the thread's cap (M3)."""
    for flagged, most in ((True, 1), (False, 4)):
        said = [0, 0]
        turn = 0
        while True:
            seen = Seen(thread=said[turn], person=said[turn], bot_today=said[turn])
            if judged(seen, bot=flagged).action != "answer":
                break
            said[turn] += 1
            turn = 1 - turn
        assert max(said) == most


def test_bots_have_a_thread_cap_where_people_have_none() -> None:
    """On the local timeline people have a cap of their own only, and bots the usual one of threads."""
    assert judged(Seen(thread=40), LOCAL).action == "answer"
    assert judged(Seen(thread=4), LOCAL, bot=True).action == "capped"
    assert judged(Seen(person=59), LOCAL).action == "answer"
    assert judged(Seen(person=60), LOCAL).action == "capped"
    assert judged(Seen(account=10_000), LOCAL).action == "answer"


def test_lifted_caps_hold_nobody_back() -> None:
    """None means no cap."""
    assert (
        judged(Seen(person=10**6, account=10**6, thread=10**6), Caps(person=None, account=None, thread=None)).action
        == "answer"
    )


@given(
    st.builds(
        Seen,
        own=st.booleans(),
        opted_out=st.booleans(),
        blocked=st.booleans(),
        person=st.integers(0, 100),
        account=st.integers(0, 100),
        thread=st.integers(0, 10),
        bot_today=st.integers(0, 3),
        paused=st.booleans(),
        consent=st.sampled_from([None, "opt_out", "opt_in"]),
    ),
    st.booleans(),
    st.booleans(),
    st.integers(-3, 3),
)
def test_nobody_is_lost(seen: Seen, bot: bool, owner: bool, days: int) -> None:
    """Whatever was seen, a person who may be written to is answered or kept for the owner, with a reason."""
    verdict = judged(seen, bot=bot, owner=owner, at=NOW - timedelta(days=days))
    assert verdict.action == "answer" or verdict.reason
    if not (seen.own or seen.blocked or seen.opted_out or bot):
        assert verdict.action in {"answer", "late", "capped"}
    if seen.own or seen.blocked:
        assert verdict.action == "skip"
    assert not verdict.notice or verdict.action == "capped"
