"""What comes next is told as it will come: `preview` and the queue say what posting then does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.queue import preview, waiting
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, SmallBot, rss, small_bot, write_config

ACCOUNT = LOCAL + "max_per_day = 4\n"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with a feed of many articles, two of them with the same text, and a small feed beside it."""
    twins = [replace(PIECES[0], slug="film", title="A Film"), replace(PIECES[0], slug="trailer", title="A Trailer")]
    async with FeedServer() as server:
        feeds = [server.put("/large", rss([*twins, *PIECES[1:6]])), server.put("/small", rss(PIECES[6:8]))]
        folder = write_config(tmp_path / "config", feeds=feeds, accounts=ACCOUNT, bot='interests = ["tape", "rain"]')
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            yield bot


async def test_preview_says_what_posting_then_does(bot: SmallBot) -> None:
    """The same posts, in the same order, for the same reasons: twins once, feeds by turns, each judged at its own time."""
    promised = await preview(bot.stories, bot.on, bot.clock(), account=None, count=20)
    assert len(promised) == 8
    for number, one in enumerate(promised):
        assert one.at is not None
        bot.clock.now = one.at
        filled = await bot.fill(f"slot {number}")
        assert filled.outbox is not None, filled.reason
        assert await bot.deliver() == 1
    assert [item.text for item in await bot.posts()] == [one.post.text for one in promised]
    assert (await bot.fill("one more")).outbox is None


async def test_the_queue_is_in_the_order_of_posting(bot: SmallBot) -> None:
    """Its backlog names the articles in the order of the preview, which leaves out what makes no post of its own."""
    promised = [
        one.choice.candidate.title for one in await preview(bot.stories, bot.on, bot.clock(), account=None, count=20)
    ]
    queued = [one.choice.candidate.title for one in await waiting(bot.stories, bot.on, bot.clock()) if one.choice]
    assert len(queued) == 9
    assert [title for title in queued if title in promised][:2] == promised[:2]
    assert sorted(set(queued) - set(promised)) in (["A Film"], ["A Trailer"])


async def test_an_account_without_a_schedule_has_nothing_to_come(tmp_path: Path) -> None:
    """It only answers: nothing is previewed for it, and no candidate waits there."""
    async with FeedServer() as server:
        feeds = [server.put("/feed", rss(PIECES[:3]))]
        account = '[[accounts]]\nname = "timeline"\nplatform = "local"\n'
        async with small_bot(write_config(tmp_path / "config", feeds=feeds, accounts=account), Hands()) as bot:
            await bot.gather()
            assert await preview(bot.stories, bot.on, bot.clock(), account=None, count=2) == []
            assert await waiting(bot.stories, bot.on, bot.clock()) == []
