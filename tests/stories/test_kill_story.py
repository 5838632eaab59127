"""Killed at any moment, the bot loses nothing and doubles nothing: mentions answered once, articles posted once."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.prove.bench import free_port
from bot.prove.life import lives
from tests.servers.feedserver import FeedServer
from tests.servers.small_bot import BASE, PIECES, read_config, rss, write_config
from tests.web.browser import Browser

ARTICLES = PIECES[:8]
PATIENCE = 60.0
EACH = 30
"""Mentions of one person: half of the minute's cap, so that nobody is put off however fast the machine is."""

OFTEN = '[[accounts]]\nname = "timeline"\nplatform = "local"\npost = { every = "1s" }\n'


class People:
    """Those who mention a bot that is killed all the time: who gets no 202 sends the same again."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, int] = {}  # the sender's key → the timeline id of the 202
        self.waiting: list[str] = []
        self._sent = 0

    async def speak(self, page: Browser) -> None:
        """Say what was not acknowledged, and new things, until it is enough."""
        while True:
            if not self.waiting:
                self.waiting.append(f"k{self._sent}")
                self._sent += 1
            await self._say_again(page)
            await asyncio.sleep(0.005)

    async def settle(self, page: Browser, last_words: Callable[[], str]) -> list[dict[str, Any]]:
        """Let everything come to its end; gives the timeline."""
        self.waiting += list(self.acknowledged)[-20:]  # a sender may repeat itself long after the answer
        open_: set[int] = set()
        posts = 0
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self._say_again(page)
                    items = [] if self.waiting else await timeline(page)
                    open_ = set(self.acknowledged.values()) - {item.get("in_reply_to") for item in items}
                    posts = sum(item["kind"] == "post" for item in items)
                    if not self.waiting and not open_ and posts >= len(ARTICLES):
                        return items
                    await asyncio.sleep(0.05)
        except TimeoutError:
            left = f"{len(self.waiting)} unsaid, {len(open_)} of {len(self.acknowledged)} unanswered, {posts} posts"
            raise AssertionError(f"it never came to rest ({left}): {last_words()}") from None

    async def _say_again(self, page: Browser) -> None:
        for key in self.waiting[:]:
            author = f"@p{int(key[1:]) // EACH}"
            try:
                answer = await page.send_json("/api/mentions", {"id": key, "from": author, "text": f"hello {key}"})
            except (aiohttp.ClientError, OSError):
                return
            assert answer.status == 202, answer
            number = int(answer.json()["id"])
            assert self.acknowledged.setdefault(key, number) == number  # the same key is the same mention, for ever
            self.waiting.remove(key)


async def timeline(page: Browser) -> list[dict[str, Any]]:
    """Everything that stands there, oldest first."""
    items: list[dict[str, Any]] = []
    while True:
        after = items[-1]["id"] if items else 0
        more = (await page.get(f"/api/timeline?after={after}&limit=1000")).json()["items"]
        if not more:
            return items
        items += more


async def kill_again_and_again(folder: Path, kills: int, seed: int) -> None:
    """Start, talk, kill at a random moment, over and over; then let it finish, and compare."""
    chance = random.Random(seed)
    people = People()
    page = Browser(f"http://127.0.0.1:{read_config(folder).web.port}")
    async with lives(folder) as bot:
        for turn in range(3 * kills):
            if turn >= kills and len(people.acknowledged) > 5:
                break
            end = await bot.begin()
            talking = asyncio.create_task(people.speak(page))
            # From before the page is there to some way into the work; nothing depends on the moment.  A machine on which
            # nobody was heard in that time gets more turns, and longer ones.
            patience = 2 * (1 + turn // kills)
            await asyncio.wait({talking}, timeout=chance.choice((0.1, 0.4, 0.8)) * chance.random() * patience)
            bot.kill()
            assert await end == -signal.SIGKILL
            talking.cancel()
            await asyncio.wait({talking})
        await bot.begin()
        items = await people.settle(page, bot.last_words)
        assert await bot.stop() == 0
    mentions = [item for item in items if item["kind"] == "mention"]
    replies = [item["in_reply_to"] for item in items if item["kind"] == "reply"]
    assert sorted(item["id"] for item in mentions) == sorted(people.acknowledged.values())
    assert len(people.acknowledged) > 5  # else the test would mean nothing
    assert len(replies) == len(set(replies)) == len(mentions)
    links = [item["url"] for item in items if item["kind"] == "post"]
    assert sorted(links) == sorted(f"{BASE}/{piece.slug}" for piece in ARTICLES)


def config(server: FeedServer, folder: Path) -> Path:
    """A bot that posts every second, at a port that stays free between its lives."""
    port = free_port()
    written = write_config(folder / "config", feeds=[server.put("/feed", rss(ARTICLES))], accounts=OFTEN)
    starfish = written / "starfish.toml"
    starfish.write_text(starfish.read_text("utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}"), "utf-8")
    return written


async def test_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """Twenty-five kills at random moments: every acknowledged mention answered once, every article posted once."""
    async with FeedServer() as server:
        await kill_again_and_again(config(server, tmp_path), kills=25, seed=random.randrange(2**32))


@pytest.mark.slow
async def test_five_hundred_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """The same, twenty times as long."""
    async with FeedServer() as server:
        await kill_again_and_again(config(server, tmp_path), kills=500, seed=random.randrange(2**32))
