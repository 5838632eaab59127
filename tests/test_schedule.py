from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.schedule import Schedule


@pytest.fixture
async def schedule() -> AsyncIterator[Schedule]:
    one = Schedule()
    one.start()
    yield one
    one.stop()


def soon(after: datetime) -> datetime | None:
    return after + timedelta(milliseconds=20)


async def test_a_bell_rings_at_each_of_its_times(schedule: Schedule) -> None:
    """The times come from the function it was given, one after another."""
    rung = asyncio.Semaphore(0)
    schedule.ring("slots", soon, rung.release)
    async with asyncio.timeout(5):
        for _ in range(3):
            await rung.acquire()


async def test_a_bell_of_the_same_name_replaces_the_earlier_one(schedule: Schedule) -> None:
    """After a reload only the new schedule rings."""
    old, new = asyncio.Event(), asyncio.Event()
    schedule.ring("slots", lambda after: after + timedelta(hours=1), old.set)
    schedule.ring("slots", soon, new.set)
    async with asyncio.timeout(5):
        await new.wait()
    assert not old.is_set()
    assert list(schedule.next_rings()) == ["slots"]


async def test_a_function_that_ends_silences_its_bell(schedule: Schedule) -> None:
    """A schedule without a next time is forgotten, not an error."""
    schedule.ring("never", lambda _after: None, lambda: None)
    assert schedule.next_rings() == {}


async def test_a_silenced_bell_rings_no_more(schedule: Schedule) -> None:
    """Silencing works for known and unknown names."""
    schedule.ring("slots", lambda after: after + timedelta(hours=1), lambda: None)
    schedule.silence("slots")
    schedule.silence("unknown")
    assert schedule.next_rings() == {}


async def test_a_bell_never_rings_for_the_past(schedule: Schedule) -> None:
    """What was missed is not made up in a burst: the function is asked for times after now."""
    asked: list[datetime] = []

    def next_after(moment: datetime) -> datetime:
        asked.append(moment)
        return moment + timedelta(hours=1)

    before = datetime.now(UTC)
    schedule.ring("slots", next_after, lambda: None)
    assert all(moment >= before - timedelta(seconds=1) for moment in asked)
    assert schedule.next_rings()["slots"] > before
