"""Discord keeps the contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, ClassVar

import pytest

from bot.model import Secret
from bot.net import Client
from bot.platforms.discord import platform
from bot.prove.discord_world import HOME
from tests.platforms.contract import CANARY, Heard, Stage, _first_listening, _hear, _replied, _until
from tests.platforms.stages import discord_stage
from tests.servers.fixtures import Hands


class TestDiscord(Heard):
    """One bot in one channel."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {"token": Secret(CANARY), "channel": HOME}

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        async with discord_stage(make_client, clock) as stage:
            yield stage

    async def test_our_own_words_are_no_mention(self, stage: Stage) -> None:
        """M3: what we say ourselves is never answered; another bot is known as one."""
        start = await _first_listening(stage)
        stage.server.say("@bot", "talking to myself")
        stage.server.say("@robot", "beep", bot=True)
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert (mention.author, mention.bot) == (stage.server.person("@robot"), True)

    async def test_a_mention_is_whole_and_harmless(self, stage: Stage) -> None:
        """The text is as people read it, without our name in front; the author is known by their id."""
        start = await _first_listening(stage)
        stage.server.say("@ann", '<script>alert("x")</script> what about <b>tides</b> & waves?\n\nSecond paragraph')
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert mention.text == '<script>alert("x")</script> what about <b>tides</b> & waves?\nSecond paragraph'
        assert mention.author == stage.server.person("@ann")
        assert (mention.account, mention.name, mention.bot) == ("acc", "Ann", False)
        assert mention.at == stage.clock()

    @pytest.mark.parametrize("direct", [True, False])
    async def test_visibility_is_never_widened(self, stage: Stage, direct: bool) -> None:  # type: ignore[override]
        """M4: what was said in private is answered in private, what was said in a channel there."""
        publisher = stage.open()
        async with aclosing(publisher.mentions(None)) as mentions:
            hearing = asyncio.ensure_future(anext(mentions))
            await _until(lambda: bool(stage.server.listened))
            said = stage.server.say("@ann", "hello", direct=direct)
            async with asyncio.timeout(20):
                mention = (await hearing)[1]
        assert mention.visibility == ("direct" if direct else "public")
        answer = stage.post("Hello Ann!", None, reply_to=said.id, reply_context=mention.context)
        await publisher.publish(answer)
        assert stage.server.kept[-1].channel == (stage.server.private("@ann") if direct else HOME)
        assert (await stage.open().find(answer)).remote_id == stage.server.kept[-1].id

    async def test_a_reply_tags_the_asker_alone_and_is_found(self, stage: Stage) -> None:
        """It answers what was asked, tells nobody else of itself, and is found after a restart."""
        reply, post = await _replied(stage, text="hello @cat and @dog")
        assert stage.server.pinged() == ["@ann@far.example"]
        assert reply.reply_to == post.reply_to
        found = await stage.open().find(post)
        assert found is not None
        assert found.remote_id == reply.id
