"""Asking a platform for mentions again and again, woken early by its stream.  May import: errors, model, ports.

The rhythm of every platform that is asked rather than tells: a stream only wakes, so that what it loses is asked for
anyway, at once after each reconnect and at the latest after the given span.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Mention
from bot.ports import Http

PATIENCE = 3
"""Rounds in a row that may fail before it is told: a hiccup is nobody's business."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds before a stream is opened again, doubled each time it brought nothing."""

Ask = Callable[[str | None], AsyncIterator[tuple[str, Mention]]]
"""Gives what came after a cursor, oldest first, each with the cursor that follows it."""


async def rounds(
    ask: Ask, cursor: str | None, *, every: timedelta, http: Http, streams: Sequence[str], headers: Mapping[str, str]
) -> AsyncIterator[tuple[str, Mention]]:
    """Ask for ever, at least `every` so often; `streams` are addresses of streams that wake us, the best first.

    :raises RetryLater, Unsure: if the very first round fails, or several in a row
    :raises NeedsLogin, Rejected: if any round does
    """
    bell = asyncio.Event()
    hearing = asyncio.create_task(_hear(bell, http, list(streams), headers))
    failures = PATIENCE
    try:
        while True:
            bell.clear()
            pause = every
            try:
                async for after, mention in ask(cursor):
                    cursor = after
                    yield after, mention
                failures = 0
            except (RetryLater, Unsure) as error:
                failures += 1
                if failures > PATIENCE:
                    raise
                wish = error.after if isinstance(error, RetryLater) else None
                pause = max(every, wish or every)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause.total_seconds()):
                    await bell.wait()
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _hear(bell: asyncio.Event, http: Http, streams: list[str], headers: Mapping[str, str]) -> None:
    """Ring whenever a stream opens or says something; a stream that isn't offered gives way to the next one."""
    pause = FIRST_PAUSE
    while streams:
        try:
            async for message in http.events(streams[0], headers=headers):
                bell.set()
                pause = FIRST_PAUSE if message else pause
        except (Rejected, NeedsLogin):
            streams.pop(0)  # whether we are let in at all, the asking tells
            continue
        except (RetryLater, Unsure):
            pass
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
