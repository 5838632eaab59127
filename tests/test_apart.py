"""One thing among many: its own mistakes stay its own, and the world's are everybody's."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.apart import apart
from bot.errors import StoreError


async def doing(what: int | BaseException) -> int:
    """Give it, or fail with it."""
    if isinstance(what, BaseException):
        raise what
    return what


async def otherwise() -> int:
    """What is done instead."""
    return -1


async def test_what_goes_well_gives_its_value() -> None:
    """And nothing else is done, nor said."""
    assert await apart(doing(7), "it failed", otherwise) == 7


async def test_a_mistake_of_ours_is_told_and_something_else_is_done(caplog: pytest.LogCaptureFixture) -> None:
    """One warning names it; its traceback is for those who ask for it."""
    with caplog.at_level(logging.DEBUG, "starfish"):
        assert await apart(doing(OverflowError("year 10000")), "it failed", otherwise) == -1
    told = [(record.levelname, record.getMessage(), bool(record.exc_info)) for record in caplog.records]
    assert told == [
        ("DEBUG", "it failed", True),
        ("WARNING", "it failed: OverflowError in our own code (year 10000)", False),
    ]


@pytest.mark.parametrize("error", [StoreError("the disk is full"), asyncio.CancelledError()])
async def test_what_is_nobodys_mistake_goes_on_up(error: BaseException) -> None:
    """A full disk, or the end of the bot: it is tried again when that is over."""
    with pytest.raises(type(error)):
        await apart(doing(error), "it failed", otherwise)
