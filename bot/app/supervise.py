"""Keeps the bot's tasks alive: one that fails is named, told and started again; the others go on.

May import: errors.  One of the three places where any exception is caught (design, section 1).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress

from bot.errors import NeedsLogin, StarfishError

log = logging.getLogger("starfish")

PAUSES = (1.0, 5.0, 30.0, 120.0)
"""Seconds before the next try; the last one repeats, so that no failure spins and none is final."""


WELL_AFTER = 60.0
"""Seconds of running after which a task that failed counts as well again, and its notice goes."""

SUBJECT = "task:"
"""What the subjects of the notices begin with, before the name of the task."""

Tell = Callable[[str, str | None], Awaitable[None]]


async def supervise(
    name: str,
    work: Callable[[], Coroutine[None, None, None]],
    *,
    tell: Tell,
    pauses: Sequence[float] = PAUSES,
    well_after: float = WELL_AFTER,
    stopping: asyncio.Event | None = None,
) -> None:
    """Run `work` until it returns; where it fails, tell why, wait, and run it again.

    `tell` gets a subject and a sentence, or None once the work goes on.  Once `stopping` is set, nothing is tried again.
    """
    stopping = stopping or asyncio.Event()
    failures, warned = 0, ""
    try:
        while True:
            running = asyncio.create_task(work(), name=name)
            try:
                done, _ = await asyncio.wait({running}, timeout=well_after if failures else None)
                if not done:
                    await _note(tell, name, None)
                    failures, warned = 0, ""
                await running
                return
            except asyncio.CancelledError:
                await _end(running)
                raise
            except StarfishError as error:
                why, advice = (
                    str(error),
                    error.advice(name.partition(" of ")[2]) if isinstance(error, NeedsLogin) else "",
                )
            except Exception as error:
                log.debug("%s failed", name, exc_info=True)
                why, advice = f"{type(error).__name__} in our own code ({error})", ""
            pause = pauses[min(failures, len(pauses) - 1)]
            failures += 1
            goes_on = f"Everything else goes on; it is tried again in {pause:.0f} s. {advice}".rstrip()
            text = f"{name} stopped: {why.rstrip('.')}. {goes_on}"
            log.log(logging.DEBUG if why == warned else logging.WARNING, "%s", text)
            warned = why  # one line while it lasts; how it goes on, the notice says
            await _note(tell, name, text)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stopping.wait()
                    return
    finally:
        if failures:
            await _note(tell, name, None)


async def _note(tell: Tell, name: str, text: str | None) -> None:
    try:
        await tell(SUBJECT + name, text)
    except StarfishError as error:  # the store may be the very thing that fails
        said = text is not None and str(error).rstrip(".") in text
        log.log(logging.DEBUG if said else logging.WARNING, "this could not be noted: %s", error)


async def _end(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.wait({running})
    if not running.cancelled() and (error := running.exception()):
        log.info("%s ended with: %s", running.get_name(), error)
