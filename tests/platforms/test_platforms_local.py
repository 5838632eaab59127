"""The local timeline: the contract of all platforms, kept by transactions of our own database instead of a server."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot import answer
from bot.core import compose
from bot.core.text import fits
from bot.errors import Rejected, Unsure
from bot.model import Account, Draft, Post, State
from bot.platforms.local import LIMITS, platform
from bot.ports import Publisher, Tools
from tests.platforms.contract import LINK, SCRIPTS, Contract, Spoken, hostile_post
from tests.servers.fixtures import Hands
from tests.servers.small_bot import SmallBot, small_bot, write_config

POST = Post(account="timeline", text="Hi", dedupe_key="x", id=7)


class Nothing:
    """Stands where the local platform must not reach."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.fixture
def local() -> Publisher:
    """The account as the bot opens it."""
    tools = Tools(http=Nothing(), vault=Nothing(), log=logging.getLogger(), now=lambda: datetime.now(UTC))
    return platform.open(Account(name="timeline", platform="local"), platform.Options(), tools)


@pytest.fixture
async def bot(tmp_path: Path, clock: Hands) -> AsyncIterator[SmallBot]:
    """A bot with an account on the timeline, and nothing to read."""
    async with small_bot(write_config(tmp_path / "config"), clock) as bot:
        yield bot


async def said(bot: SmallBot, text: str, *, link: str | None = None, key: str = "k") -> list[str]:
    """Send a post as everything is sent; gives what then stands on the timeline."""
    post = Post(account="timeline", text=text, link=link, dedupe_key=key)
    await bot.on.db(bot.on.store.outbox.put, post, "post", now=bot.clock())
    await bot.deliver()
    return [item.text for item in await bot.posts()]


class TestLocal(Contract):
    """The contract, where sending is a transaction and no answer can be lost."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {}

    async def test_it_posts_and_knows_it(self, bot: SmallBot) -> None:
        """A post stands there to the letter, and the outbox knows it as sent, in the same transaction."""
        words = "“To be” & <not> to be: 100%\n\n1. or\n2. not? :)"
        assert await said(bot, words) == [words]
        (row,) = await bot.outbox()
        assert (row.state, row.attempts) == (State.SENT, 1)

    async def test_the_same_key_twice_is_one_post(self, bot: SmallBot) -> None:
        """However often it is decided, and however many deliver at once."""
        await asyncio.gather(*(said(bot, f"Read this: {LINK}", link=LINK) for _ in range(5)))
        assert [item.text for item in await bot.posts()] == [f"Read this: {LINK}"]
        assert len(await said(bot, f"Read this: {LINK}", link=LINK, key="k2")) == 2  # another post with the same words

    @pytest.mark.parametrize("script", SCRIPTS)
    async def test_the_longest_post_is_taken_and_the_link_is_whole(self, bot: SmallBot, script: str) -> None:
        """Of more words than fit the first ones stand there, cut where a reader would, and the link to its end."""
        draft = Draft(text=SCRIPTS[script] * 100, link=LINK, title="Title")
        post = compose.fit(draft, LIMITS, account="timeline", dedupe_key="k")
        (there,) = await said(bot, post.text, link=LINK)
        assert there == post.text
        assert there.endswith(LINK)
        assert fits(there, LIMITS)

    async def test_foreign_words_ping_nobody(self, bot: SmallBot) -> None:
        """T1: our timeline tells nobody, but other programs read it."""
        post = hostile_post("local", LIMITS, bot.clock())
        (there,) = await said(bot, post.text, link=LINK)
        assert re.findall(Spoken.calls, there.replace(LINK, "")) == []

    async def test_a_mention_arrives_once_and_in_order(self, bot: SmallBot) -> None:
        """However often it is told; each gets one answer beneath it, over a restart too."""
        for number in range(5):
            for _ in range(3):
                await bot.hear(f"hello {number}", author=f"@p{number}", key=f"m{number}")
        await answer.answer_waiting(bot.stories.answering)
        await bot.deliver()
        await bot.reload()
        await bot.hear("hello 0", author="@p0", key="m0")
        await answer.answer_waiting(bot.stories.answering)
        await bot.deliver()
        items = await bot.timeline()
        mentions = [item for item in items if item.kind == "mention"]
        assert [item.text for item in mentions] == [f"hello {number}" for number in range(5)]
        answered = [item.in_reply_to for item in items if item.kind == "reply"]
        assert sorted(map(int, filter(None, answered))) == [item.id for item in mentions]


def test_its_limits_are_the_designed_ones(local: Publisher) -> None:
    """300 graphemes, links in full, sent by the store; it keeps no keys and can't be searched."""
    assert isinstance(local, Publisher)
    assert (local.name, local.limits.max_length, local.limits.unit) == ("timeline", 300, "graphemes")
    assert local.limits.in_store
    assert local.limits.link_cost is None
    assert local.limits.idempotent_for is None
    assert not local.limits.searchable


async def test_it_never_sends(local: Publisher) -> None:
    """Whoever tries is told that nothing was sent, and that only the store knows."""
    with pytest.raises(Rejected, match="nothing was sent"):
        await local.publish(POST)
    with pytest.raises(Unsure, match="store"):
        await local.find(POST)


def test_its_limits_are_known_before_it_is_opened(local: Publisher) -> None:
    """What is asked for without an account (`condense --platform local`) is what an account gets."""
    assert platform.limits == local.limits
