"""One thing that our own code fails on keeps nobody else waiting.  May import: errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import StarfishError

T = TypeVar("T")

log = logging.getLogger("starfish")

OUR_MISTAKE = "our mistake"
"""Why a mention waits for the owner that made our own code fail; each one after it has its answer."""


async def apart(work: Awaitable[T], failed: str, instead: Callable[[], Awaitable[T]]) -> T:
    """Do one thing among many; where a mistake of our own keeps it from that, say what `failed`, and do another `instead`.

    To try it again would fail again, for ever, and so would all that comes after it.

    :raises StarfishError: the world is to blame, and it may go well another time
    """
    (done,) = await asyncio.gather(work, return_exceptions=True)
    if not isinstance(done, BaseException):
        return done
    if isinstance(done, StarfishError) or not isinstance(done, Exception):
        raise done
    log.debug("%s", failed, exc_info=done)
    log.warning("%s: %s in our own code (%s)", failed, type(done).__name__, done)
    return await instead()
