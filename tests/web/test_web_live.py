from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.errors import StoreError
from bot.model import TimelineItem
from bot.web import live as live_module
from bot.web import serve
from bot.web.live import Live
from tests.web.browser import Browser
from tests.web.fake_bot import FakeBot

SOON, AT_ONCE = timedelta(seconds=10), timedelta(0)


@asynccontextmanager
async def watching(bot: FakeBot) -> AsyncIterator[Live]:
    """A reader at work."""
    live = Live(bot.parts())
    await live.start()
    try:
        yield live
    finally:
        await live.stop()


async def test_who_waits_is_woken_by_what_comes(bot: FakeBot) -> None:
    """An item that comes later ends the wait."""
    async with watching(bot) as live:
        waiting = asyncio.create_task(live.after(0, SOON))
        await bot.say("post", "starfish", "one")
        assert [item.id for item in await waiting] == [1]


async def test_what_is_there_comes_at_once(bot: FakeBot) -> None:
    """Nobody waits for what they have missed; who has all waits as long as they like."""
    await bot.say("post", "starfish", "one")
    await bot.say("post", "starfish", "two")
    async with watching(bot) as live:
        assert [item.id for item in await live.after(1, SOON)] == [2]
        assert await live.after(2, AT_ONCE) == []


async def test_fifty_streams_cost_one_read(bot: FakeBot) -> None:
    """What came just now is handed round from memory."""
    async with watching(bot) as live:
        waiting = [asyncio.create_task(live.after(0, SOON)) for _ in range(50)]
        before = bot.reads
        await bot.say("post", "starfish", "one")
        assert [len(found) for found in await asyncio.gather(*waiting)] == [1] * 50
        assert bot.reads - before <= 3


async def test_closing_ends_every_wait(bot: FakeBot) -> None:
    """Nothing comes any more, and nobody is left waiting."""
    async with watching(bot) as live:
        waiting = asyncio.create_task(live.after(0, SOON))
        await asyncio.sleep(0)
        live.hang_up()
        assert await waiting == []
        await bot.say("post", "starfish", "one")
        assert await live.after(0, SOON) == []


async def test_a_store_that_fails_for_a_while_loses_nothing(bot: FakeBot, caplog: pytest.LogCaptureFixture) -> None:
    """The reader says so, tries again, and brings what came meanwhile."""
    async with watching(bot) as live:
        waiting = asyncio.create_task(live.after(0, SOON))
        bot.fail_next(StoreError("the disk is full"), times=1)
        await bot.say("post", "starfish", "one")
        assert [item.id for item in await waiting] == [1]
        assert live.well
    assert "the disk is full" in caplog.text


async def test_our_own_mistake_shows_in_health(bot: FakeBot, caplog: pytest.LogCaptureFixture) -> None:
    """A reader that died makes /healthz say 503, and the log say why."""
    async with serve(bot.parts(), "127.0.0.1", 0) as serving:
        browser = Browser(serving.url)
        assert (await browser.get("/healthz")).status == 200
        bot.fail_next(ZeroDivisionError("the mistake"), times=1)
        await bot.say("post", "starfish", "one")
        ill = await browser.get("/healthz")
        assert (ill.status, ill.json()["status"]) == (503, "error")
    assert "the mistake" in caplog.text


async def test_more_than_memory_keeps_comes_from_the_store(bot: FakeBot) -> None:
    """Who is far behind reads on from where they were, in batches, in order."""
    async with watching(bot) as live:
        for number in range(live_module.BATCH + 500):
            await bot.say("post", "starfish", f"post {number}")
        found: list[TimelineItem] = []
        while batch := await live.after(found[-1].id if found else 0, AT_ONCE if found else SOON):
            found += batch
        assert [item.id for item in found] == list(range(1, live_module.BATCH + 501))
