"""Bluesky: the contract, against a strict server of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, ClassVar

import pytest

from bot.model import Secret
from bot.net import Client
from bot.platforms.bluesky import platform
from bot.prove.bluesky_world import did_of
from tests.platforms.bluesky_stage import bluesky_stage
from tests.platforms.contract import CANARY, Heard, Stage, _first_listening, _hear, _replied
from tests.servers.fixtures import Hands


class TestBluesky(Heard):
    """Everything that holds for all, and what is said differently here."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {"handle": "bot.bsky.social", "password": Secret(CANARY)}

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        async with bluesky_stage(make_client, clock) as stage:
            yield stage

    async def test_a_stream_wakes_and_a_reconnect_misses_nothing(self, stage: Stage) -> None:
        """There is no stream: what is said at any time is asked for at the next time."""
        publisher = stage.open()
        async with aclosing(publisher.mentions(await _first_listening(stage))) as mentions:
            for number in range(3):
                said = stage.server.say("@ann", f"hello {number}")
                assert (await anext(mentions))[1].remote_id == said.id

    async def test_our_own_words_are_no_mention(self, stage: Stage) -> None:
        """M3: what we say ourselves is never answered; another bot is known by its label."""
        start = await _first_listening(stage)
        stage.server.say("@bot", "talking to myself")
        stage.server.say("@robot@far.example", "beep", bot=True)
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert (mention.author, mention.bot) == (did_of("robot.far.example"), True)

    async def test_a_mention_is_whole_and_harmless(self, stage: Stage) -> None:
        """The text is plain, without our handle; the author is known by a permanent id, not by a handle."""
        start = await _first_listening(stage)
        stage.server.say("@ann", '<script>alert("x")</script> what about <b>tides</b> & waves?\n\nSecond paragraph')
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert mention.text == '<script>alert("x")</script> what about <b>tides</b> & waves?\nSecond paragraph'
        assert mention.author == did_of("ann.test")
        assert (mention.account, mention.name, mention.bot) == ("acc", "Ann", False)
        assert mention.at == stage.clock()

    @pytest.mark.parametrize("theirs", ["public"])
    @pytest.mark.parametrize("ours", [None])
    async def test_visibility_is_never_widened(self, stage: Stage, theirs: str, ours: str | None) -> None:
        """M4: everything is public here, what is answered too."""
        reply, post = await _replied(stage, visibility=theirs)
        assert (post.visibility, stage.visibility) == (None, ours)
        assert "visibility" not in reply.value

    async def test_a_reply_tags_the_asker_alone_and_is_found(self, stage: Stage) -> None:
        """It answers what was asked, and so tells its author alone; it is found after a restart."""
        reply, post = await _replied(stage, text="hello @cat.far.example and @dog")
        assert stage.server.pinged() == [did_of("ann.far.example")]
        assert reply.reply_to == post.reply_to
        assert "@" not in reply.text
        found = await stage.open().find(post)
        assert found is not None
        assert found.remote_id == reply.id
