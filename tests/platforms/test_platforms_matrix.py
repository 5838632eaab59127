"""Matrix, held to what every platform must keep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import pytest

from bot.errors import RetryLater, Unsure
from bot.model import Secret
from bot.net import Client
from bot.platforms.matrix import platform
from bot.prove.matrix_server import MatrixServer
from bot.prove.matrix_world import HOME
from tests.platforms.contract import CANARY, Heard, Stage, _first_listening, _hear, _replied
from tests.platforms.stages import matrix_stage
from tests.servers.fixtures import Hands
from tests.servers.lossy import lossy


class Homeserver(Heard):
    """The contract, for each way of being let in."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {
        "server": "https://example.org",
        "user": "@bot:example.org",
        "room": HOME,
        "token": Secret(CANARY),
    }
    way_in: ClassVar[dict[str, Any]]

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        server = MatrixServer(token=CANARY, password=CANARY)
        keys = {"room": HOME, "poll": timedelta(seconds=15), **self.way_in}
        async with matrix_stage(make_client, clock, server, **keys) as stage:
            yield stage

    async def test_a_connection_closed_unannounced_costs_nothing(self, stage: Stage) -> None:
        """Every post has a connection of its own; before the first one the room is looked at, and found encrypted or not."""
        heads: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heads.append((await reader.readuntil(b"\r\n\r\n"))[:4])
            status, body = ("200 OK", stage.yes) if heads[-1] == b"PUT " else ("404 Not Found", b"{}")
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            stage.options = partial(_by_token, stage.options)
            publisher = stage.open(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            for number in range(3):
                await publisher.publish(stage.post(key=f"db-{number}-0"))
        assert heads == [b"GET ", b"PUT ", b"PUT ", b"PUT "]

    async def test_our_own_words_are_no_mention(self, stage: Stage) -> None:
        """M3: what we say ourselves is never answered, and no notice ever is: those are other bots'."""
        start = await _first_listening(stage)
        stage.server.say("@bot", "talking to myself")
        stage.server.say("@robot@far.example", "beep", bot=True)
        said = stage.server.say("@ann", "hello")
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert mention.remote_id == said.id

    async def test_a_mention_is_whole_and_harmless(self, stage: Stage) -> None:
        """The text is plain, without our name in front; the author's id is full."""
        start = await _first_listening(stage)
        stage.server.say("@ann", '<script>alert("x")</script> what about <b>tides</b> & waves?\n\nSecond paragraph')
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert mention.text == '<script>alert("x")</script> what about <b>tides</b> & waves?\nSecond paragraph'
        assert mention.author == "@ann:example.org"
        assert (mention.account, mention.name, mention.bot) == ("acc", "Ann", False)
        assert mention.at == stage.clock()

    @pytest.mark.parametrize("ours", [None, "direct"])
    @pytest.mark.parametrize("theirs", ["public"])
    async def test_visibility_is_never_widened(self, stage: Stage, theirs: str, ours: str | None) -> None:
        """M4: a reply stays in the room of what it answers."""
        stage.visibility = ours
        stage.server.room("!other:example.org", members={"@bot:example.org": "join", "@cat:far.example": "join"})
        reply, post = await _replied(stage, room="!other:example.org")
        assert reply.room == "!other:example.org"
        assert (await stage.open().find(post)).remote_id == reply.id

    async def test_a_reply_tags_the_asker_alone_and_is_found(self, stage: Stage) -> None:
        """It answers what was asked, names nobody else, and is found after a restart."""
        reply, post = await _replied(stage, text="hello @cat:far.example and @dog")
        assert stage.server.pinged() == ["@ann:far.example"]
        assert reply.reply_to == post.reply_to
        found = await stage.open().find(post)
        assert found is not None
        assert found.remote_id == reply.id
        assert await stage.open().find(replace(post, key="db-9-0")) is None


def _by_token(options: Callable[[str], dict[str, Any]], url: str) -> dict[str, Any]:
    return {**options(url), "password": None, "token": Secret(CANARY)}


class TestByToken(Homeserver):
    """A token that the owner gives."""

    way_in: ClassVar[dict[str, Any]] = {"token": Secret(CANARY)}


class TestByPassword(Homeserver):
    """A password, and a token that it yields."""

    way_in: ClassVar[dict[str, Any]] = {"password": Secret(CANARY)}

    @pytest.mark.parametrize("after", [0, 1, 30])
    async def test_a_lost_answer_is_doubt(self, stage: Stage, after: int) -> None:
        """Lost is the answer to the login: nothing of the post was sent, and that is certain."""
        async with lossy(int(stage.server.url.rpartition(":")[2])) as proxy:
            proxy.loses, proxy.after = 1, after
            publisher = stage.open(proxy.url)
            with pytest.raises(RetryLater):
                await publisher.publish(stage.post())
            assert (proxy.lost, stage.said()) == (1, [])
            await publisher.publish(stage.post())
            proxy.loses = 1
            with pytest.raises(Unsure):
                await publisher.publish(stage.post(key="db-2-0"))
            assert len(stage.said()) == 2
            assert await publisher.find(stage.post(key="db-2-0")) is not None
        assert stage.server.logins == 2
