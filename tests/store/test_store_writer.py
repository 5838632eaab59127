from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import Feed, FeedState, State
from bot.store import Store, Writer, open_store
from bot.store.calls import COMPANY, ENOUGH, LINGER
from bot.store.part import Part, bulk, durable, reading, together
from tests.store.given import FEED, NOW, SENT, later, mention, plan, post, slot


class Odd(Part):
    """Methods that fail in every way, beside one that doesn't."""

    @bulk
    def note(self, key: str) -> str:
        """Write a value."""
        self.change("INSERT INTO meta VALUES (?, ?)", key, key)
        return key

    @durable
    def note_well(self, key: str) -> str:
        """Write a value, durably."""
        self.change("INSERT INTO meta VALUES (?, ?)", key, key)
        return key

    @bulk
    def write_and_fail(self, key: str) -> None:
        """Write a value, and fail after it."""
        self.change("INSERT INTO meta VALUES (?, ?)", key, key)
        raise ValueError(key)

    @bulk
    def give_up_everything(self, key: str) -> None:
        """Fail as a full disk may: SQLite rolls the whole transaction back."""
        self.change("INSERT INTO meta VALUES (?, ?)", key, key)
        self.raw.execute("ROLLBACK")
        raise OSError(key)

    @together("note_all")
    @bulk
    def note_beside(self, key: str) -> str:
        """Write a value, beside others."""
        return self.note_all([(key,)])[0]

    @bulk
    def note_all(self, keys: Sequence[tuple[str]]) -> list[str]:
        """Write several values by one statement, each with how many there were."""
        self.change(
            f"INSERT INTO meta VALUES {', '.join(['(?, ?)'] * len(keys))}", *[key for (key,) in keys for _ in "12"]
        )
        return [f"{key} of {len(keys)}" for (key,) in keys]

    @reading
    def noted(self) -> set[str]:
        """What was written."""
        return {row["key"] for row in self.all_of("SELECT key FROM meta WHERE key LIKE 'k%'")}


@pytest.fixture
def odd(store: Store) -> Odd:
    """The odd part of this store."""
    return Odd(store.connection)


async def settled(*calls: Any) -> list[Any]:
    """Run calls together and give each one's answer, or its error."""
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_what_is_answered_can_be_read(store: Store, db: Writer) -> None:
    """A read that follows a write's answer sees it, though it uses another connection."""
    for number in range(20):
        row = await db(store.outbox.filled, None, None, post(str(number)), State.PLANNED, now=NOW)
        assert await db(store.outbox.row, row or 0) is not None
    assert len(await db(store.outbox.rows)) == 20


async def test_calls_that_come_together_share_a_commit(store: Store, db: Writer) -> None:
    """Two hundred calls at once are a handful of commits, each answered with its own result."""
    before = store.connection.raw.execute("SELECT value FROM meta WHERE key = 'commits'").fetchone()[0]
    answers = await asyncio.gather(
        *(db(store.mentions.heard, mention(f"m{number}"), str(number), now=NOW) for number in range(200))
    )
    assert [number for number, _, _ in answers] == list(range(1, 201))
    assert all(new for _, new, _ in answers)
    after = store.connection.raw.execute("SELECT value FROM meta WHERE key = 'commits'").fetchone()[0]
    assert int(after) - int(before) < 20
    assert await db(store.mentions.cursor, "fedi") == "199"


async def test_one_failing_call_hurts_no_other(store: Store, db: Writer, odd: Odd) -> None:
    """Its own writes are gone, its caller gets its error, all the others are stored."""
    answers = await settled(
        db(odd.note, "k1"),
        db(odd.write_and_fail, "k2"),
        db(odd.note_well, "k3"),
        db(odd.note, "k1"),
        db(odd.note, "k4"),
    )
    assert answers[0] == "k1"
    assert isinstance(answers[1], ValueError)
    assert answers[2] == "k3"
    assert isinstance(answers[3], StoreError)
    assert answers[4] == "k4"
    assert odd.noted() == {"k1", "k3", "k4"}


async def test_a_call_that_takes_the_batch_down_falls_alone(store: Store, db: Writer, odd: Odd) -> None:
    """What SQLite rolled back with it is made again, one by one, and nobody is told of a commit that wasn't."""
    answers = await settled(
        db(odd.note, "k1"), db(odd.give_up_everything, "k2"), db(odd.note, "k3"), db(odd.note_well, "k4")
    )
    assert [answers[0], answers[2], answers[3]] == ["k1", "k3", "k4"]
    assert isinstance(answers[1], (StoreError, OSError))
    assert odd.noted() == {"k1", "k3", "k4"}


async def test_calls_side_by_side_are_made_together(store: Store, db: Writer, odd: Odd) -> None:
    """Those of one turn of the loop are one call, each with its own answer; another one in between keeps its place."""
    answers = await settled(
        db(odd.note_beside, "k1"), db(odd.note_beside, "k2"), db(odd.note, "k3"), db(odd.note_beside, "k4")
    )
    assert answers == ["k1 of 2", "k2 of 2", "k3", "k4 of 1"]
    assert odd.noted() == {"k1", "k2", "k3", "k4"}


async def test_one_that_fails_among_those_made_together_fails_alone(store: Store, db: Writer, odd: Odd) -> None:
    """They are made again one by one, so that only the one that can't be stored says so."""
    answers = await settled(*(db(odd.note_beside, key) for key in ("k1", "k2", "k1", "k3")))
    assert isinstance(answers[2], StoreError)
    assert [answers[0], answers[1], answers[3]] == ["k1 of 1", "k2 of 1", "k3 of 1"]
    assert odd.noted() == {"k1", "k2", "k3"}


async def waited(db: Writer, odd: Odd, tried: int) -> bool:
    """Whether a call was made together with one that came some turns of the loop later."""
    first = asyncio.create_task(db(odd.note_beside, f"{tried}:first"))
    for _ in range(5):
        await asyncio.sleep(0)
    later = await db(odd.note_beside, f"{tried}:later")
    return await first == f"{tried}:first of 2" and later == f"{tried}:later of 2"


async def test_company_is_waited_for_where_there_is_some(store: Store, db: Writer, odd: Odd) -> None:
    """After several at once the next one waits a moment, and others that come some turns later are made with it."""
    for tried in range(25):  # on a machine that stands still meanwhile the moment passes
        await settled(*(db(odd.note_beside, f"{tried}:{number}") for number in range(COMPANY)))
        if await waited(db, odd, tried):
            break
    else:
        raise AssertionError("nobody waited")


async def test_who_reads_in_company_is_waited_for_when_it_writes(store: Store, db: Writer, odd: Odd) -> None:
    """Polls that ask for their states together leave their new ones together, although a lone one came before them."""
    for tried in range(25):
        await db(odd.note_beside, f"{tried}:alone")  # after this one nobody would wait for a second
        await settled(*(db(store.feeds.state, f"https://{number}.example/") for number in range(COMPANY)))
        if await waited(db, odd, tried):
            break
    else:
        raise AssertionError("nobody waited")


async def test_whatever_cannot_wait_takes_along_what_does(store: Store, db: Writer, odd: Odd) -> None:
    """A durable call is made at once, and in its turn."""
    await settled(*(db(odd.note_beside, f"k{number}") for number in range(COMPANY)))
    waiting = asyncio.create_task(db(odd.note_beside, "waiting"))
    await asyncio.sleep(0)
    assert await db(odd.note_well, "urgent") == "urgent"
    assert waiting.done()


async def test_two_at_a_time_are_handed_over_at_once(store: Store, db: Writer, odd: Odd) -> None:
    """The polls of one host's feeds come by twos: none of them waits for more."""
    loop = asyncio.get_running_loop()
    for number in range(25):
        begun = loop.time()
        answers = await settled(db(odd.note_beside, f"a{number}"), db(odd.note_beside, f"b{number}"))
        assert answers == [f"a{number} of 2", f"b{number} of 2"]
        if loop.time() - begun < LINGER:
            break
    else:
        raise AssertionError("all of them waited")


async def test_enough_of_them_wait_for_no_more(store: Store, db: Writer, odd: Odd) -> None:
    """Fifty are a batch of their own, and the few that come behind them wait for company again."""
    loop = asyncio.get_running_loop()
    for tried in range(25):
        await settled(*(db(odd.note_beside, f"{tried}:{number}") for number in range(COMPANY)))
        begun = loop.time()
        many = [asyncio.create_task(db(odd.note_beside, f"{tried}:many {number}")) for number in range(ENOUGH + 2)]
        answers = await settled(*many[:ENOUGH])
        assert answers == [f"{tried}:many {number} of {ENOUGH}" for number in range(ENOUGH)]
        if loop.time() - begun < LINGER and not any(each.done() for each in many[ENOUGH:]):
            assert await settled(*many[ENOUGH:]) == [f"{tried}:many {ENOUGH + number} of 2" for number in range(2)]
            break
        await settled(*many)
    else:
        raise AssertionError("they waited, or the last ones did not")


async def test_closing_finishes_what_waits_for_company(store: Store, odd: Odd) -> None:
    """Nothing that was asked is left behind."""
    writer = Writer(store)
    await settled(*(writer(odd.note_beside, f"k{number}") for number in range(COMPANY)))
    last = asyncio.create_task(writer(odd.note_beside, "k-last"))
    await asyncio.sleep(0)
    await writer.close()
    assert await last == "k-last of 1"
    assert len(odd.noted()) == COMPANY + 1


async def test_states_are_read_and_kept_together(store: Store, db: Writer) -> None:
    """What many polls ask and leave at once is what each of them would have, mutes, notices and unknown feeds included."""
    feeds = [Feed(url=f"https://{number}.example/feed") for number in range(9)]
    store.feeds.register(feeds, now=NOW)
    store.feeds.mute(feeds[3].url, "enough")
    before = await asyncio.gather(*(db(store.feeds.state, feed.url) for feed in [*feeds, FEED]))
    assert [state and state.muted for state in before] == [None] * 3 + ["enough"] + [None] * 6
    assert before[9] is None
    after = [replace(state, next_at=later(90), title=state.url) for state in before if state]
    after[5] = replace(after[5], held="its items came back")
    await asyncio.gather(*(db(store.feeds.polled, state, NOW) for state in [*after, FeedState(url=FEED.url)]))
    found = {state.url: state for state in store.feeds.states()}
    assert found[FEED.url] == FeedState(url=FEED.url)
    assert [found[state.url] for state in after] == [
        replace(after[3], muted="enough") if state is after[3] else state for state in after
    ]
    assert [notice.subject for notice in store.owner.notices()] == [f"feed:{after[5].url}"]
    await asyncio.gather(*(db(store.feeds.polled, replace(state, held=None), later(9)) for state in after))
    assert store.owner.notices() == []


async def test_of_two_states_of_one_feed_the_later_one_stays(store: Store, db: Writer) -> None:
    """A feed that was polled twice within a moment ends as its last poll left it."""
    store.feeds.register([FEED], now=NOW)
    states = [FeedState(url=FEED.url, next_at=later(minutes)) for minutes in (5, 9, 7)]
    await asyncio.gather(*(db(store.feeds.polled, state, NOW) for state in states))
    assert store.feeds.state(FEED.url) == states[2]


async def test_a_call_is_made_though_its_caller_is_gone(store: Store, db: Writer) -> None:
    """A receipt on its way is stored, even if the sender is cancelled while it waits."""
    number = plan(store)
    store.outbox.claim("fedi", now=NOW)
    sender = asyncio.create_task(db(store.outbox.settle_sent, number, SENT, now=NOW))
    await asyncio.sleep(0)
    sender.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sender
    await db(store.owner.put, "after", "it")
    row = await db(store.outbox.row, number)
    assert row is not None
    assert row.state is State.SENT


async def test_only_the_stores_methods_run_here(store: Store, db: Writer) -> None:
    """Anything else is a mistake of ours, and says so at once."""
    with pytest.raises(TypeError, match="no method of the store"):
        await db(len, "abc")


async def test_a_naive_time_is_the_callers_mistake(store: Store, db: Writer) -> None:
    """It is raised where it was made, and the thread goes on."""
    with pytest.raises(ValueError, match="zone"):
        await db(store.feeds.due, NOW.replace(tzinfo=None), 1)
    assert await db(store.feeds.due, NOW, 1) == []


async def test_closing_finishes_what_is_queued(store: Store) -> None:
    """Everything asked before the end is stored and answered; afterwards nothing is taken."""
    writer = Writer(store)
    calls = [asyncio.create_task(writer(store.feeds.hold_host, f"{n}.example", later(1))) for n in range(500)]
    await asyncio.sleep(0)
    await writer.close()
    await asyncio.gather(*calls)
    assert len(store.feeds.held_hosts(NOW)) == 500
    with pytest.raises(StoreError, match="closed"):
        await writer(store.feeds.hold_host, "late.example", later(1))


async def test_an_idle_writer_closes(store: Store) -> None:
    """Without any call there is no thread to wait for."""
    await Writer(store).close()


# --------------------------------------------------------------------------- changes


async def test_a_change_of_ours_wakes_who_waits(store: Store, db: Writer) -> None:
    """The count grows, everybody who waits gets it, and nobody is woken without a change."""
    seen = await db.wait_for_change(await db.wait_for_change(0))
    waiters = [asyncio.create_task(db.wait_for_change(seen)) for _ in range(5)]
    await asyncio.sleep(0)
    assert not any(waiter.done() for waiter in waiters)
    await db(store.owner.put, "a", "b")
    counts = await asyncio.gather(*waiters)
    assert all(count > seen for count in counts)


async def test_a_change_of_another_process_wakes_too(store: Store, db: Writer, path: Path) -> None:
    """A command's commit is noticed by looking, though nothing of ours was committed."""
    seen = await db.wait_for_change(await db.wait_for_change(0))
    waiter = asyncio.create_task(db.wait_for_change(seen))
    with open_store(path, mode="write", now=NOW) as beside:
        beside.owner.pause("fedi", None, now=NOW)
    async with asyncio.timeout(30):
        assert await waiter > seen
    assert await db(store.owner.paused, "fedi", now=NOW) is not None


async def test_a_missed_change_is_told_at_once(store: Store, db: Writer) -> None:
    """Whoever asks with an old count doesn't wait."""
    seen = await db.wait_for_change(await db.wait_for_change(0))
    await db(store.owner.put, "a", "b")
    async with asyncio.timeout(30):
        latest = await db.wait_for_change(seen)
    assert latest > seen
    assert await db.wait_for_change(seen) == latest


async def test_saying_the_same_again_wakes_nobody(store: Store, db: Writer) -> None:
    """A call that changes no row is no change."""
    await db(store.owner.tell, "a", "b", now=NOW)
    seen = await db.wait_for_change(await db.wait_for_change(0))
    waiter = asyncio.create_task(db.wait_for_change(seen))
    await db(store.owner.tell, "a", "b", now=later(1))
    assert await db(store.owner.clear, "c") is False
    assert not waiter.done()
    await db(store.owner.clear, "a")
    assert await waiter > seen


async def test_a_waiter_that_gives_up_leaves_nothing_behind(store: Store, db: Writer) -> None:
    """Cancelled waiters are forgotten, and closing ends those that still wait."""
    seen = await db.wait_for_change(await db.wait_for_change(0))
    gone = asyncio.create_task(db.wait_for_change(seen))
    stays = asyncio.create_task(db.wait_for_change(seen))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait((gone,))
    await db.close()
    assert isinstance(await stays, int)


async def test_writers_of_two_processes_share_a_database(store: Store, db: Writer, path: Path) -> None:
    """Short transactions beside each other: none is lost, none finds its snapshot overtaken."""
    with open_store(path, mode="write", now=NOW) as beside:

        def other() -> None:
            for number in range(50):
                beside.outbox.filled(slot(f"b{number}"), None, post(f"b{number}"), State.PLANNED, now=NOW)

        mine = [
            db(store.outbox.filled, slot(f"a{number}"), None, post(f"a{number}"), State.PLANNED, now=NOW)
            for number in range(50)
        ]
        answers = await asyncio.gather(asyncio.to_thread(other), *mine)
    assert None not in answers[1:]
    assert len(await db(store.outbox.rows, limit=1000)) == 100
