from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.model import OutboxRow, Post, State
from bot.prove.verdict import Verdict, answer_to, at_rest, deliveries, judge, shown
from bot.store import open_store
from tests.store.given import NOW, SENT, plan, reply

ROW = OutboxRow(
    id=1,
    post=Post(account="fedi", text="Words", dedupe_key="a"),
    kind="post",
    state=State.SENT,
    created_at=NOW,
)


def verdict(state: State, there: list[str], *, promised: list[str] | None = None, told: str = "") -> Verdict:
    """The verdict on one delivery, known as "a"."""
    return judge("p", 1, {"a": [replace(ROW, state=state)]}, there, promised or [], frozenset([told]))


def test_sent_and_there_once_is_kept() -> None:
    """The only way to keep a promise."""
    found = verdict(State.SENT, ["a"])
    assert found.kept
    assert (found.posts, found.lost, found.doubled, found.held) == (1, (), (), ())


def test_sent_and_not_there_is_lost() -> None:
    """A receipt is no post."""
    assert len(verdict(State.SENT, []).lost) == 1


def test_there_twice_is_doubled() -> None:
    """However the bot sees it."""
    assert len(verdict(State.SENT, ["a", "a"]).doubled) == 1
    assert len(verdict(State.HELD, ["a", "a"], told="outbox:1").doubled) == 1


def test_held_and_told_is_neither_lost_nor_doubled() -> None:
    """There or not: the owner was asked."""
    for there in ([], ["a"]):
        found = verdict(State.HELD, there, told="outbox:1")
        assert found.kept
        assert len(found.held) == 1


def test_held_in_silence_is_lost() -> None:
    """Nobody would ever look."""
    assert not verdict(State.HELD, []).kept


def test_whatever_is_still_on_its_way_is_lost() -> None:
    """After the drain nothing may be planned, waiting, in the air, in doubt, refused or expired."""
    for state in (State.PLANNED, State.WAITING, State.SENDING, State.UNKNOWN, State.REFUSED, State.EXPIRED):
        assert not verdict(state, ["a"]).kept


def test_an_answer_that_was_never_planned_is_lost() -> None:
    """Everyone gets an answer."""
    assert verdict(State.SENT, ["a"], promised=["b"]).lost == ("b was never planned",)


def test_what_the_bot_forgot_is_a_loss() -> None:
    """A post that no row knows of would be posted again."""
    assert not verdict(State.SENT, ["a", "b"]).kept


def test_two_rows_for_one_thing_are_seen(tmp_path: Path) -> None:
    """Deliveries are known by their link, or by the mention that they answer; local ones by its timeline number."""
    with open_store(tmp_path / "starfish.db", mode="run", now=NOW) as store:
        plan(store, "a", account="local")
        number, _ = reply(store, "m1", "local")
        store.outbox.publish_in_store("local", now=NOW)
        plan(store, "b")
        reply(store, "m2")
        local = deliveries(store, "local", in_store=True)
        remote = deliveries(store, "fedi", in_store=False)
        items = store.timeline.items(0, 10)
        assert set(local) == {"https://example.com/a", answer_to(store.timeline.id_of_mention(number))}
        assert set(remote) == {"https://example.com/b", answer_to("m2")}
        assert "https://example.com/a" in shown(items)


def test_rest_is_when_nothing_is_under_way(tmp_path: Path) -> None:
    """A planned delivery isn't at rest; a sent one is."""
    with open_store(tmp_path / "starfish.db", mode="run", now=NOW) as store:
        assert at_rest(store)
        number = plan(store, "a")
        assert not at_rest(store)
        store.outbox.claim("fedi", now=NOW)
        store.outbox.settle_sent(number, SENT, now=NOW)
        assert at_rest(store)
