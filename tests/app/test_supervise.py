from __future__ import annotations

import asyncio
import logging

import pytest

from bot.app.supervise import supervise
from bot.errors import StoreError


class Notes:
    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    async def __call__(self, subject: str, text: str | None) -> None:
        self.told.append((subject, text))


async def test_work_that_fails_is_told_and_started_again(caplog: pytest.LogCaptureFixture) -> None:
    """Two failures of two kinds, then success: three runs, two sentences, no traceback."""
    failures: list[Exception] = [StoreError("the disk is full"), ZeroDivisionError("of ours")]
    notes = Notes()

    async def work() -> None:
        if failures:
            raise failures.pop(0)

    with caplog.at_level(logging.WARNING):
        await supervise("polling", work, tell=notes, pauses=[0.0])
    assert [subject for subject, _ in notes.told] == ["task:polling"] * 3
    assert "the disk is full" in str(notes.told[0][1])
    assert "in our own code" in str(notes.told[1][1])
    assert notes.told[2][1] is None
    assert "Traceback" not in caplog.text


async def test_a_store_that_fails_does_not_stop_the_supervisor() -> None:
    """When even the note can't be written, the work is tried again."""
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise StoreError("the disk is full")

    async def tell(_subject: str, _text: str | None) -> None:
        raise StoreError("the disk is full")

    await supervise("polling", work, tell=tell, pauses=[0.0])
    assert runs == 2


async def test_cancelling_ends_it() -> None:
    """A stop is not a failure."""
    notes = Notes()
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(supervise("polling", work, tell=notes))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert notes.told == []
    assert ended.is_set()


async def test_a_task_that_runs_again_takes_its_notice_back() -> None:
    """Once the work has gone on for a while the owner's notice goes, though the work never ends."""
    notes = Notes()
    first = True

    async def work() -> None:
        nonlocal first
        if first:
            first = False
            raise StoreError("the disk is full")
        await asyncio.Event().wait()

    task = asyncio.create_task(supervise("polling", work, tell=notes, pauses=[0.0], well_after=0.01))
    async with asyncio.timeout(5):
        while not notes.told or notes.told[-1][1] is not None:
            await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
