from __future__ import annotations

import asyncio
import logging

import pytest

from bot.app.supervise import supervise
from bot.errors import NeedsLogin, StoreError, Unsure


class Notes:
    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    async def __call__(self, subject: str, text: str | None) -> None:
        self.told.append((subject, text))


async def test_work_that_fails_is_told_and_started_again(caplog: pytest.LogCaptureFixture) -> None:
    """Two failures of two kinds, then success: three runs, two sentences, no traceback."""
    failures: list[Exception] = [StoreError("The disk is full. Make room."), ZeroDivisionError("of ours")]
    notes = Notes()

    async def work() -> None:
        if failures:
            raise failures.pop(0)

    with caplog.at_level(logging.WARNING):
        await supervise("polling", work, tell=notes, pauses=[0.0])
    assert [subject for subject, _ in notes.told] == ["task:polling"] * 3
    assert str(notes.told[0][1]).startswith("polling stopped: The disk is full. Make room. Everything else goes on;")
    assert "in our own code" in str(notes.told[1][1])
    assert notes.told[2][1] is None
    assert "Traceback" not in caplog.text


async def test_a_failure_that_lasts_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The notice is kept up to date at each try; the log is told when it begins, and when the reason is another."""
    reasons, notes = ["no answer", "no answer", "a page", "no answer"], Notes()

    async def work() -> None:
        if reasons:
            raise Unsure(reasons.pop(0))

    with caplog.at_level(logging.INFO):
        await supervise("listening of fedi", work, tell=notes, pauses=[0.0])
    assert [record.getMessage().split(".")[0] for record in caplog.records] == [
        f"listening of fedi stopped: {why}" for why in ("no answer", "a page", "no answer")
    ]
    assert len(notes.told) == 5


async def test_who_is_not_let_in_hears_the_way_back() -> None:
    """An account that only listens has no delivery that would tell its owner what to do."""
    refusals, notes = [NeedsLogin("who are you?")], Notes()

    async def work() -> None:
        if refusals:
            raise refusals.pop()

    await supervise("listening of fedi", work, tell=notes, pauses=[0.0])
    assert str(notes.told[0][1]).endswith("again in 0 s. Let it in anew with: starfish accounts renew fedi")


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


@pytest.mark.parametrize("well", [False, True], ids=["between two tries", "at work again"])
async def test_what_ends_while_its_notice_stands_takes_it_along(well: bool) -> None:
    """Who hears with a new token, or not at all any more, leaves no word behind of how the old one failed."""
    notes, again = Notes(), asyncio.Event()

    async def work() -> None:
        if not notes.told:
            raise StoreError("the disk is full")
        again.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(supervise("listening of fedi", work, tell=notes, pauses=[0.0 if well else 60.0]))
    async with asyncio.timeout(5):
        if well:
            await again.wait()
        while not notes.told:
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [text is None for _, text in notes.told] == [False, True]


async def test_a_stop_waits_for_no_second_try() -> None:
    """What would be tried again in two minutes is over at once, as there is nothing under way to be waited for."""
    notes, stopping = Notes(), asyncio.Event()

    async def work() -> None:
        stopping.set()
        raise StoreError("the disk is full")

    async with asyncio.timeout(5):
        await supervise("delivery of fedi", work, tell=notes, pauses=[120.0], stopping=stopping)
    assert [text is None for _, text in notes.told] == [False, True]
