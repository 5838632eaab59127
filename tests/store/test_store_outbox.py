from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import State
from bot.store import Store
from tests.store.given import HOUR, NOW, SENT, gather, later, mention, plan, post, reply, slot, states


def test_a_slot_is_filled_once(store: Store) -> None:
    """Slot, decision and delivery are one step; a second fill of the same slot, and the same thing again, are None."""
    first, second = gather(store, [1, 2])
    number = store.outbox.filled(slot(), first, post("a"), State.PLANNED, now=NOW)
    assert number is not None
    assert store.outbox.filled(slot(), second, post("b"), State.PLANNED, now=NOW) is None
    assert store.outbox.filled(slot("later"), second, post("a"), State.PLANNED, now=NOW) is None
    assert [row.post.text for row in store.outbox.rows()] == [post("a").text]
    assert store.outbox.handled("fedi", ["wall:2026-11-22T09:00", "later"]) == {"wall:2026-11-22T09:00"}
    assert [one.verdict for one in store.feeds.decisions(first)] == ["shared"]
    assert store.feeds.decisions(second) == []


def test_the_same_slot_of_another_account_is_another(store: Store) -> None:
    """Slots, like dedupe keys, are unique per account."""
    for account in ("fedi", "local"):
        assert store.outbox.filled(slot(account=account), None, post("a", account), State.PLANNED, now=NOW) is not None


def test_a_slot_is_filled_with_several_posts_or_with_none(store: Store) -> None:
    """Each names the one before it, and their candidates are told; a slot that is taken stays as it is."""
    first, second, third = gather(store, [1, 2, 3])
    parts = [post(name, dedupe_key=f"slot:x#{name}", reply_context={"own": name}) for name in ("a", "b", "c")]
    number = store.outbox.filled_together(slot(), parts, [first, second], State.PLANNED, now=NOW)
    rows = {row.id: row for row in store.outbox.rows()}
    assert number == min(rows)
    assert [rows[one].post.text for one in sorted(rows)] == [part.text for part in parts]
    assert [rows[one].post.reply_context for one in sorted(rows)] == [
        {"own": "a"},
        {"own": "b", "after": str(number)},
        {"own": "c", "after": str(number + 1)},
    ]
    assert {rows[one].slot for one in rows} == {slot().identity}
    told = [[one.verdict for one in store.feeds.decisions(each)] for each in (first, second, third)]
    assert told == [["shared"], ["shared"], []]
    again = [replace(part, dedupe_key=f"again#{part.text}") for part in parts]
    assert store.outbox.filled_together(slot(), again, [third], State.PLANNED, now=NOW) is None
    assert len(store.outbox.rows()) == 3
    assert store.feeds.decisions(third) == []


def test_a_part_that_stands_there_already_breaks_no_thread(store: Store) -> None:
    """The one after it follows the last one that was added."""
    plan(store, "b", dedupe_key="twice")
    parts = [post("a"), post("b", dedupe_key="twice"), post("c")]
    number = store.outbox.filled_together(slot(), parts, [], State.PLANNED, now=NOW)
    (last,) = (row for row in store.outbox.rows() if row.post.text == parts[2].text)
    assert last.post.reply_context["after"] == str(number)


def test_a_slot_passed_over_stays_so(store: Store) -> None:
    """The first word about a slot counts, and passing over twice is as good as once."""
    store.outbox.passed_over(slot(), "no candidate", now=NOW)
    store.outbox.passed_over(slot(), "another reason", now=NOW)
    assert store.outbox.filled(slot(), None, post(), State.PLANNED, now=NOW) is None
    assert store.outbox.handled("fedi", [slot().identity]) == {slot().identity}


def test_a_delivery_comes_back_whole(store: Store) -> None:
    """The post is frozen to the letter, and knows its row, its creation and whom it answers."""
    asked, number = reply(store, "r1")
    row = store.outbox.row(number)
    assert row is not None
    assert (row.kind, row.state, row.mention, row.created_at) == ("reply", State.PLANNED, asked, NOW)
    assert (row.post.id, row.post.reply_to, row.post.reply_to_author) == (number, "r1", "@ann@example.social")
    assert (row.post.reply_context, row.post.created_at, row.post.key) == ({"root": "r0"}, NOW, "")
    filled = store.outbox.filled(
        slot(), None, post(language="en", visibility="unlisted", title="T"), State.DRAFT, now=NOW
    )
    draft = store.outbox.row(filled or 0)
    assert draft is not None
    assert (draft.post.language, draft.post.visibility, draft.post.title) == ("en", "unlisted", "T")
    assert (draft.state, draft.slot, draft.kind, draft.receipt) == (State.DRAFT, slot().identity, "post", None)
    assert store.outbox.row(10**30) is store.outbox.row(-1) is None


def test_claiming_sets_key_and_time(store: Store) -> None:
    """A claimed row is `sending`, with a key of database, row and revision, before anything is sent."""
    number = plan(store)
    row = store.outbox.claim("fedi", now=later(1))
    assert row is not None
    assert (row.id, row.state, row.attempts) == (number, State.SENDING, 1)
    assert row.sent_at == row.first_sent_at == row.post.sent_at == later(1)
    assert row.post.key.endswith(f"-{number}-0")
    assert store.outbox.claim("local", now=later(1)) is None


def test_two_databases_never_make_the_same_key(store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Row 1, revision 0 of two bots differ, so a platform can't take one's post for the other's."""
    from bot.store import open_store

    with open_store(tmp_path_factory.mktemp("other") / "other.db", mode="run", now=NOW) as other:
        keys = set()
        for each in (store, other):
            plan(each)
            row = each.outbox.claim("fedi", now=NOW)
            assert row is not None
            keys.add(row.post.key)
        assert len(keys) == 2


def test_one_delivery_of_an_account_at_a_time(store: Store) -> None:
    """While one is being sent, no other of that account is given; other accounts go on."""
    plan(store, "a")
    plan(store, "b")
    plan(store, "c", "local")
    first = store.outbox.claim("fedi", now=NOW)
    assert first is not None
    assert store.outbox.claim("fedi", now=NOW) is None
    assert store.outbox.claim("local", now=NOW) is not None
    store.outbox.settle_sent(first.id, SENT, now=NOW)
    assert store.outbox.claim("fedi", now=NOW) is not None


def test_replies_go_before_posts_and_each_kind_in_its_order(store: Store) -> None:
    """Who asks is answered first; among posts, and among replies, the older goes first."""
    posts = [plan(store, "a"), plan(store, "b")]
    replies = [reply(store, "r1")[1], reply(store, "r2")[1]]
    order = []
    while (row := store.outbox.claim("fedi", now=NOW)) is not None:
        order.append(row.id)
        store.outbox.settle_sent(row.id, SENT, now=NOW)
    assert order == [*replies, *posts]


def test_an_unknown_delivery_holds_back_posts_but_no_replies(store: Store) -> None:
    """Until it is known whether an earlier one arrived, no later post goes; an answer does."""
    number = plan(store, "a")
    plan(store, "b")
    store.outbox.claim("fedi", now=NOW)
    store.outbox.settle_unknown(number, "no answer", now=NOW)
    assert store.outbox.claim("fedi", now=NOW) is None
    _, answer = reply(store)
    row = store.outbox.claim("fedi", now=NOW)
    assert row is not None
    assert row.id == answer
    store.outbox.settle_sent(answer, SENT, now=NOW)
    store.outbox.settle_held(number, "can't be asked", now=NOW)
    assert store.outbox.claim("fedi", now=NOW) is not None


def test_a_post_put_off_by_the_platform_keeps_its_place(store: Store) -> None:
    """Later posts wait behind it; replies and other accounts don't; at its time it goes with the same key."""
    first = plan(store, "a")
    plan(store, "b")
    claimed = store.outbox.claim("fedi", now=NOW)
    assert claimed is not None
    store.outbox.settle_waiting(first, later(30), "503", now=NOW)
    assert store.outbox.claim("fedi", now=later(29)) is None
    again = store.outbox.claim("fedi", now=later(30))
    assert again is not None
    assert (again.id, again.post.key, again.attempts) == (first, claimed.post.key, 2)
    assert (again.sent_at, again.first_sent_at, again.not_before) == (later(30), NOW, None)


def test_a_waiting_reply_holds_back_no_other_reply(store: Store) -> None:
    """One answer that the platform puts off doesn't silence the bot for others; at its very time it goes."""
    _, first = reply(store, "r1")
    _, second = reply(store, "r2")
    store.outbox.claim("fedi", now=NOW)
    store.outbox.settle_waiting(first, later(30), "429", now=NOW)
    row = store.outbox.claim("fedi", now=NOW)
    assert row is not None
    assert row.id == second
    store.outbox.settle_sent(second, SENT, now=NOW)
    assert store.outbox.claim("fedi", now=later(30) - timedelta(microseconds=1)) is None
    row = store.outbox.claim("fedi", now=later(30))
    assert row is not None
    assert row.id == first


def test_a_snoozed_post_lets_others_pass(store: Store) -> None:
    """The owner put it off on purpose: what stands behind it goes first."""
    first = plan(store, "a")
    second = plan(store, "b")
    assert store.outbox.snooze(first, later(60), now=NOW)
    row = store.outbox.claim("fedi", now=NOW)
    assert row is not None
    assert row.id == second


@pytest.mark.parametrize("silence", ["paused", "paused all", "held", "locked out"])
def test_a_silent_account_sends_nothing(store: Store, silence: str) -> None:
    """Neither posts nor replies, by neither way out; when the silence is over, all of it goes."""
    plan(store)
    reply(store)
    match silence:
        case "paused":
            store.owner.pause("fedi", later(60), now=NOW)
        case "paused all":
            store.owner.pause(None, later(60), now=NOW)
        case "held":
            store.outbox.hold_account("fedi", later(60), "429", now=NOW)
        case _:
            store.outbox.lock_out("fedi", "401", now=NOW)
    assert store.outbox.claim("fedi", now=later(59)) is None
    assert store.outbox.publish_in_store("fedi", now=later(59)) == []
    store.outbox.let_in("fedi")
    assert store.outbox.claim("fedi", now=later(60)) is not None


@pytest.mark.parametrize("until", [later(60), None])
@pytest.mark.parametrize("account", ["fedi", None])
def test_a_pause_answers_its_owner_and_nobody_else(store: Store, until: datetime | None, account: str | None) -> None:
    """Their "pause" is acknowledged, and so is whatever they ask meanwhile; posts and others' replies wait."""
    plan(store)
    reply(store, "r1")
    _, to_owner = reply(store, "r2", author="@me@example.social", owner=True)
    store.owner.pause(account, until, now=NOW)
    assert store.outbox.next_wake("fedi", SETTLE, now=later(1)) == later(1)
    row = store.outbox.claim("fedi", now=later(1))
    assert row is not None
    assert row.id == to_owner
    assert store.outbox.settle_sent(to_owner, SENT, now=later(1))
    assert store.outbox.claim("fedi", now=later(1)) is None
    assert store.outbox.next_wake("fedi", SETTLE, now=later(1)) == until
    _, again = reply(store, "r3", author="@me@example.social", owner=True)
    assert [row.id for row in store.outbox.publish_in_store("fedi", now=later(2))] == [again]
    assert store.outbox.publish_in_store("fedi", now=later(2)) == []


@pytest.mark.parametrize("silence", ["held", "locked out"])
def test_what_the_platform_bars_goes_to_nobody(store: Store, silence: str) -> None:
    """Not to the owner either, paused or not."""
    reply(store, owner=True)
    store.owner.pause("fedi", None, now=NOW)
    if silence == "held":
        store.outbox.hold_account("fedi", later(60), "429", now=NOW)
    else:
        store.outbox.lock_out("fedi", "401", now=NOW)
    assert store.outbox.claim("fedi", now=later(59)) is None
    assert store.outbox.publish_in_store("fedi", now=later(59)) == []
    assert store.outbox.next_wake("fedi", SETTLE, now=NOW) == (later(60) if silence == "held" else None)


def test_drafts_wait_for_the_owner(store: Store) -> None:
    """A draft isn't claimed; approved, it goes at once or at its time."""
    number = plan(store, state=State.DRAFT)
    assert store.outbox.claim("fedi", now=NOW) is None
    assert store.outbox.approve(number, later(10), now=NOW)
    assert not store.outbox.approve(number, None, now=NOW)
    assert store.outbox.claim("fedi", now=later(9)) is None
    assert store.outbox.claim("fedi", now=later(10)) is not None


def test_publishing_in_the_store_is_one_step(store: Store) -> None:
    """For the local platform: sent, with a receipt, and shown, replies first; a second call has nothing to do."""
    number = plan(store, "a", "local")
    _, answer = reply(store, "r1", "local")
    plan(store, "b", "fedi")
    rows = store.outbox.publish_in_store("local", now=later(1))
    assert {row.id for row in rows} == {number, answer}
    assert all(row.state is State.SENT and row.receipt and row.settled_at == later(1) for row in rows)
    assert [(item.kind, item.text) for item in store.timeline.items(0, 10)] == [
        ("reply", "Hello, r1"),
        ("post", post("a").text),
    ]
    sent = store.outbox.row(number)
    assert sent is not None
    assert sent.receipt is not None
    assert store.timeline.outbox_of(int(sent.receipt.remote_id)) == number
    assert store.outbox.publish_in_store("local", now=later(1)) == []
    assert states(store)[number + 2] == "planned"


def test_a_post_keeps_others_from_being_planned_until_it_is_settled(store: Store) -> None:
    """While it waits, is being sent or may be out; one that the owner has to decide about keeps nobody waiting."""
    outbox, number = store.outbox, plan(store)
    steps: list[tuple[Callable[[], object], bool]] = [
        (lambda: outbox.claim("fedi", now=NOW), True),
        (lambda: outbox.settle_waiting(number, NOW, "429", now=NOW), True),
        (lambda: outbox.claim("fedi", now=NOW), True),
        (lambda: outbox.settle_unknown(number, "cut", now=NOW), True),
        (lambda: outbox.settle_held(number, "can't be asked", now=NOW), False),
        (lambda: outbox.resend(number, now=NOW), True),
        (lambda: outbox.snooze(number, later(60), now=NOW), True),
        (lambda: outbox.reject(number, "no", now=NOW), False),
    ]
    assert outbox.open_post("fedi")
    for step, is_open in steps:
        assert step()
        assert outbox.open_post("fedi") is is_open


def test_questions_about_the_backlog(store: Store) -> None:
    """Pending by state, open posts, what went out, and the last time."""
    assert not store.outbox.open_post("fedi")
    assert store.outbox.last_post_at("fedi") is None
    first = plan(store, "a")
    plan(store, "b", state=State.DRAFT)
    reply(store)
    assert store.outbox.pending_count("fedi") == {"planned": 2, "draft": 1}
    assert store.outbox.pending_by_account() == {"fedi": 3}
    assert store.outbox.open_post("fedi")
    answer = store.outbox.claim("fedi", now=NOW)
    assert answer is not None
    store.outbox.settle_refused(answer.id, "no", now=NOW)
    store.outbox.claim("fedi", now=later(1))
    store.outbox.settle_sent(first, SENT, now=later(2))
    assert not store.outbox.open_post("fedi")
    assert store.outbox.last_post_at("fedi") == later(1)
    assert store.outbox.sent_since("fedi", NOW) == 1
    assert store.outbox.sent_since("fedi", later(2)) == store.outbox.sent_since("fedi", NOW, "reply") == 0
    assert [row.id for row in store.outbox.by_link("https://example.com/a")] == [first]
    assert [row.id for row in store.outbox.by_link(SENT.url or "")] == [first]
    assert [row.id for row in store.outbox.by_link("1099")] == [first]
    assert store.outbox.by_link("https://example.com/zzz") == []


def test_rows_are_listed_by_account_and_state(store: Store) -> None:
    """The newest first, within the limit."""
    first, second = plan(store, "a"), plan(store, "b", state=State.DRAFT)
    third = plan(store, "c", "local")
    assert [row.id for row in store.outbox.rows()] == [third, second, first]
    assert [row.id for row in store.outbox.rows(account="fedi", limit=1)] == [second]
    assert [row.id for row in store.outbox.rows(states=[State.PLANNED])] == [third, first]
    assert store.outbox.rows(states=[]) == []


SETTLE = timedelta(seconds=120)


def test_the_next_wake_is_when_something_can_be_done(store: Store) -> None:
    """At once for what is planned, at its time for what waits or is put off, never for what the owner must decide."""
    wake = store.outbox.next_wake
    assert wake("fedi", SETTLE, now=NOW) is None
    number = plan(store, state=State.DRAFT)
    assert wake("fedi", SETTLE, now=NOW) is None
    store.outbox.approve(number, later(10), now=NOW)
    assert wake("fedi", SETTLE, now=NOW) == later(10)
    assert wake("fedi", SETTLE, now=later(20)) == later(20)
    store.outbox.hold_account("fedi", later(40), "429", now=NOW)
    assert wake("fedi", SETTLE, now=later(20)) == later(40)
    store.owner.pause("fedi", later(50), now=NOW)
    assert wake("fedi", SETTLE, now=later(20)) == later(50)
    store.owner.pause("fedi", None, now=NOW)
    assert wake("fedi", SETTLE, now=later(20)) is None


def test_the_next_wake_for_an_unknown_delivery_is_its_next_look(store: Store) -> None:
    """When its settle time is over, or at the next look; posts behind it don't wake anybody."""
    number = plan(store, "a")
    plan(store, "b")
    store.outbox.claim("fedi", now=NOW)
    assert store.outbox.next_wake("fedi", SETTLE, now=NOW) is None
    store.outbox.settle_unknown(number, "cut", now=NOW)
    assert store.outbox.next_wake("fedi", SETTLE, now=NOW) == NOW + SETTLE
    assert store.outbox.reconcilable("fedi", SETTLE, now=later(1)) == []
    assert [row.id for row in store.outbox.reconcilable("fedi", SETTLE, now=later(2))] == [number]
    store.outbox.look_again(number, later(30), "503", now=later(2))
    assert store.outbox.reconcilable("fedi", SETTLE, now=later(29)) == []
    assert store.outbox.next_wake("fedi", SETTLE, now=later(5)) == later(30)
    (row,) = store.outbox.reconcilable("fedi", SETTLE, now=later(30))
    assert (row.looks, row.reason) == (1, "503")


def test_a_locked_out_account_is_not_asked(store: Store) -> None:
    """Nothing is looked for where we aren't let in, and nothing wakes until it is let in again."""
    number = plan(store)
    store.outbox.claim("fedi", now=NOW)
    store.outbox.settle_unknown(number, "cut", now=NOW)
    store.outbox.lock_out("fedi", "401", now=NOW)
    assert store.outbox.reconcilable("fedi", SETTLE, now=NOW + HOUR) == []
    assert store.outbox.next_wake("fedi", SETTLE, now=NOW + HOUR) is None
    store.outbox.let_in("fedi")
    assert len(store.outbox.reconcilable("fedi", SETTLE, now=NOW + HOUR)) == 1


def test_something_without_a_slot_is_put_once(store: Store) -> None:
    """A reminder or the owner's own words: planned once per dedupe key."""
    asked, _, _ = store.mentions.heard(mention(), None, now=NOW)
    first = store.outbox.put(post(dedupe_key="remind:1"), "reply", now=NOW, mention=asked)
    assert first is not None
    assert store.outbox.put(post(dedupe_key="remind:1"), "reply", now=NOW) is None
    row = store.outbox.row(first)
    assert row is not None
    assert (row.mention, row.kind) == (asked, "reply")
