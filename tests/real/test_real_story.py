"""The whole of the first story on real documents, where they are at hand.

The folder is named by STARFISH_DATA, else it is looked for beside the repository.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.app.once import once, refresh
from bot.core.text import measure
from bot.platforms.local import LIMITS
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands
from tests.servers.small_bot import small_bot, write_config

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("STARFISH_DATA") or ROOT.parent / "shared" / "data") / "feeds"
ACCOUNT = '[[accounts]]\nname = "timeline"\nplatform = "local"\npost = { every = "1m" }\n'
CALLS = 12

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real documents in {DATA}; set STARFISH_DATA")


async def test_real_feeds_become_posts_each_once(tmp_path: Path) -> None:
    """Every document is read or named unreadable; call after call posts one or two, each once, short, its link whole."""
    paths = [path for path in sorted(DATA.iterdir()) if path.name != "index.json"]
    async with FeedServer(recording=False) as server:
        urls = [server.put(f"/{path.name}", path.read_bytes(), content_type="application/xml") for path in paths]
        folder = write_config(tmp_path / "config", feeds=urls, accounts=ACCOUNT, feed_keys="backfill = 3")
        async with small_bot(folder, Hands(START)) as bot:
            told = await refresh(bot.on, bot.stories, bot.clock(), seen=lambda _: None)
            assert {one.url for one in told} == set(urls)
            read = [one for one in told if one.status == "new"]
            unreadable = [one for one in told if one.status == "error"]
            assert len(read) + len(unreadable) + sum(one.status == "changed" for one in told) == len(urls)
            assert all(one.error and one.error.strip() for one in unreadable), unreadable
            assert len(unreadable) <= len(urls) // 20, [(one.url, one.error) for one in unreadable]
            counts = []
            for _ in range(CALLS):
                bot.later(minutes=1)
                done = await asyncio.wait_for(once(bot.on, bot.stories, extra=True, seen=lambda _: None), 60)
                counts.append(done.delivered)
            assert set(counts) <= {1, 2}, counts
            posts = await bot.posts()
            links = [post.url for post in posts]
            assert len(posts) == sum(counts) >= CALLS
            assert len(set(links)) == len(links)
            for post in posts:
                assert measure(post.text, LIMITS) <= 300
                assert post.url is not None
                assert post.text.endswith(post.url)
