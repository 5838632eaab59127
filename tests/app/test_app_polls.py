"""Polling as the running parts do it: all that is due, hosts held over restarts, the owner's own machines at any pace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.app.once import refresh
from bot.core import polling
from bot.share import Gathered
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import PIECES, rss, small_bot, write_config


async def test_a_host_that_asked_for_rest_is_left_alone_after_a_restart(tmp_path: Path) -> None:
    """Its 429 is stored; the next process asks nothing of it, and says until when."""
    clock = Hands()
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES[:1]), status=429, headers=(("Retry-After", "7200"),))
        folder = write_config(tmp_path / "config", feeds=[url])
        async with small_bot(folder, clock) as bot:
            (refused,) = await bot.gather()
            assert refused.status == "error"
        server.put("/feed", rss(PIECES[:1]))
        asked = len(server.seen)
        bot.later(hours=1)
        async with small_bot(folder, clock) as bot:
            (held,) = await bot.gather()
            assert "left alone until" in (held.error or "")
            assert len(server.seen) == asked
            bot.later(hours=1, minutes=1)
            (served,) = await bot.gather()
            assert served.status == "new"


async def test_one_call_polls_all_that_is_due(tmp_path: Path) -> None:
    """More feeds of one host than may be asked at once: each is polled once, and told of as it is done."""
    async with FeedServer() as server:
        urls = [server.put(f"/feed/{number}", rss(PIECES[:1])) for number in range(9)]
        async with small_bot(write_config(tmp_path / "config", feeds=urls), Hands()) as bot:
            seen: list[Gathered] = []
            done = await refresh(bot.on, bot.stories, bot.clock(), seen=seen.append)
            assert sorted(one.url for one in done) == sorted(urls)
            assert seen == done
            assert await refresh(bot.on, bot.stories, bot.clock(), seen=seen.append) == []
        assert server.most_in_flight <= 2


async def test_the_owners_own_machines_are_polled_at_any_pace(tmp_path: Path) -> None:
    """By their address, and by a name that is one of this machine; all others at most every quarter of an hour."""
    async with small_bot(write_config(tmp_path / "config", feeds=[]), Hands()) as bot:
        floor = bot.stories.sharing.floor
        assert floor("http://127.0.0.1:8000/feed") == floor("http://localhost/feed") == timedelta(seconds=1)
        assert floor("https://example.com/feed") == polling.FLOOR
