"""A database that can't be written shows in the bot's health, and so does that it can be again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.app.minding import SUBJECT, mind_the_disk, short_of_room
from bot.app.page import Page
from bot.app.run import Bot
from bot.errors import StoreError
from tests.servers.fixtures import Hands
from tests.servers.small_bot import SmallBot, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot that nobody spoke to yet."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        yield bot


async def test_a_database_that_cannot_be_written_is_no_good_health(
    bot: SmallBot, caplog: pytest.LogCaptureFixture
) -> None:
    """From the first write that fails until one succeeds, which is tried though nobody else writes; the owner is told."""
    page = Page(bot.on, lambda: bot.stories, lambda: None)
    parts, raw, owner = await page.parts(), bot.on.store.connection.raw, Bot(bot.on, bot.stories)
    tries: asyncio.Queue[str | None] = asyncio.Queue()

    async def tell(subject: str, text: str | None) -> None:
        try:
            await owner.tell(subject, text)
        finally:
            tries.put_nowait(text)

    assert (await parts.status())["status"] == "ok"
    raw.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        await parts.receive("@ann", "hello", "a", None, False)
    minding = asyncio.create_task(mind_the_disk(bot.on, tell, look=0))
    async with asyncio.timeout(20):
        for _ in range(3):
            assert "can't be written" in (await tries.get() or "")
        health = await parts.status()
        assert health["status"] == "error"
        assert "can't be written" in str(health["error"])
        await page.refresh()
        assert [notice.subject for notice in parts.about()["notices"]] == [SUBJECT]
        raw.execute("PRAGMA query_only = OFF")
        while await tries.get() is not None:
            pass
    assert (await parts.status())["status"] == "ok"
    await page.refresh()
    assert parts.about()["notices"] == []
    assert len([line for line in caplog.messages if "can't be written" in line]) == 1
    minding.cancel()
    with suppress(asyncio.CancelledError):
        await minding


async def test_little_room_is_told_before_there_is_none(bot: SmallBot) -> None:
    """By the disk as it is; of a folder that is gone nothing is said here."""
    assert short_of_room(bot.on.store.path, room=1) == ""
    assert short_of_room(bot.on.store.path, room=2**62).startswith(
        "Less than 4398046511104 MB are left on the disk of "
    )
    assert short_of_room(Path("/nowhere/at/all")) == ""
