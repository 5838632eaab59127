from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app.welcome import first_posts, is_new
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, SmallBot, rss, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A new bot with a dozen articles to read, in its quiet hours."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES))
        folder = write_config(tmp_path / "config", feeds=[url], accounts=LOCAL + 'quiet = "00:00-23:59"\n')
        async with small_bot(folder, Hands()) as bot:
            yield bot


async def new(bot: SmallBot) -> bool:
    return await is_new(bot.stories.sharing.accounts["timeline"], bot.stories, bot.on)


async def welcome(bot: SmallBot) -> None:
    await first_posts(bot.stories.sharing.accounts["timeline"], bot.stories, bot.on)


async def test_a_new_account_posts_three_times_once(bot: SmallBot) -> None:
    """Quiet hours or not: three posts, each another article, and never again."""
    await bot.gather()
    assert await new(bot)
    await welcome(bot)
    assert [row.slot for row in await bot.outbox()] == ["first:1", "first:2", "first:3"]
    assert len({post.url for post in await bot.posts()}) == 3
    assert not await new(bot)


async def test_nothing_read_yet_is_tried_again(bot: SmallBot) -> None:
    """Before a feed brought anything no slot is used up."""
    await welcome(bot)
    assert await new(bot)
    await bot.gather()
    await welcome(bot)
    assert len(await bot.posts()) == 3


async def test_a_welcome_that_was_cut_off_goes_on(bot: SmallBot) -> None:
    """Killed after the first of three: the account is still new, and gets the two that are missing."""
    await bot.gather()
    await bot.fill("first:1")
    await bot.deliver()
    assert await new(bot)
    await welcome(bot)
    assert [row.slot for row in await bot.outbox()] == ["first:1", "first:2", "first:3"]


async def test_an_account_that_posted_before_is_not_new(bot: SmallBot) -> None:
    """Whoever used `once` for a while, and then `run`, gets no extra posts, however many candidates wait."""
    await bot.gather()
    await bot.fill("wall:2026-11-22T09:00")
    await bot.deliver()
    assert not await new(bot)
    assert len(await bot.posts()) == 1
