"""Streams: each message once, and every end of a stream named by what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.net import Client
from bot.net.events import LARGEST
from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.servers.wire import wire

CANARY = "CANARY-77aa"
AUTH = {"Authorization": f"Bearer {CANARY}"}
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


async def heard(client: Client, url: str, own: str = "") -> list[str]:
    """Everything that a stream brings until it ends."""
    door: Any = client.door([own or url.replace("ws://", "http://")])
    async with aclosing(door.events(url, headers=AUTH)) as messages:
        return [message async for message in messages]


@pytest.mark.parametrize(
    ("scheme", "path"), [("http", "/api/v1/streaming/user"), ("ws", "/api/v1/streaming?stream=user")]
)
async def test_both_kinds_bring_every_message(make_client: Callable[..., Client], scheme: str, path: str) -> None:
    """First that it stands, then each message; heartbeats are none; its end is an end."""
    async with serving(MastodonServer(token=CANARY)) as server:
        url = server.url.replace("http", scheme) + path
        got = []
        door: Any = make_client(allow_private=()).door([server.url])
        async with aclosing(door.events(url, headers=AUTH)) as messages:
            async for message in messages:
                got.append(message)
                if len(got) == 3:
                    server.cut_streams()
                else:
                    while not server.listeners:
                        await anext(messages)
                    server.say("@ann", f"hello {len(got)}")
        assert got[0] == ""
        assert ["hello 1" in got[1], "hello 2" in got[2], len(got)] == [True, True, 3]


async def test_messages_are_cut_as_the_standard_says(make_client: Callable[..., Client]) -> None:
    """Several data lines are one message; comments, other fields and empty messages are none; CRLF is a line end too."""
    body = b":hi\n\ndata: one\n\nevent: x\ndata:two\r\ndata: three\r\n\r\nid: 7\n\ndata\n\ndata: unfinished"
    async with wire([STREAM + body[:20], body[20:]]) as place:
        assert await heard(make_client(), place.url) == ["", "one", "two\nthree"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Rejected),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 302 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", DeliveryError),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/html\r\n\r\nhi", Rejected),
        (b"nonsense\r\n\r\n", RetryLater),
        (b"", RetryLater),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_no_stream_is_named(
    make_client: Callable[..., Client], scheme: str, answer: bytes, failure: type[DeliveryError]
) -> None:
    """Not offered, not for us, not now; the token is in no message."""
    async with wire([answer]) as place:
        with pytest.raises(failure) as told:
            await heard(make_client(), place.url.replace("http", scheme))
        assert CANARY not in str(told.value)
        assert 1 <= len(place.heads) <= 2  # a GET without any answer may be asked once more


async def test_a_stream_leads_nowhere_else(make_client: Callable[..., Client]) -> None:
    """A redirect is not followed, so the token goes nowhere else; neither are addresses that `send` refuses."""
    async with wire([b""]) as elsewhere:
        target = elsewhere.url.encode()
        redirect = b"HTTP/1.1 307 Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % target
        for scheme in ("http", "ws"):
            async with wire([redirect]) as place:
                with pytest.raises(DeliveryError):
                    await heard(make_client(), place.url.replace("http", scheme))
        for url in ("ws://127.0.0.1:1/", "http://127.0.0.1:1/", "wss://127.0.0.1:1/", "file:///etc/passwd", "wss://["):
            with pytest.raises((Rejected, RetryLater)):
                await heard(make_client(), url, own="https://example.com/")
        assert elsewhere.heads == []


async def test_an_endless_message_ends_the_stream(make_client: Callable[..., Client]) -> None:
    """Neither one long line nor lines without end fill the memory."""
    async with wire([STREAM, b"data: ", b"x" * 3_000_000]) as place:
        with pytest.raises(Unsure):
            await heard(make_client(), place.url)
    async with wire([STREAM, (b"data: " + b"x" * 1000 + b"\n") * 3000]) as place:
        with pytest.raises(Unsure):
            await heard(make_client(), place.url)


async def test_an_endless_message_ends_a_socket(make_client: Callable[..., Client]) -> None:
    """It is no message, and whoever listens goes on by asking."""
    async with serving(MastodonServer(token=CANARY)) as server:
        door: Any = make_client(allow_private=()).door([server.url])
        url = f"{server.url.replace('http', 'ws')}/api/v1/streaming?stream=user"
        async with aclosing(door.events(url, headers=AUTH)) as messages:
            assert await anext(messages) == ""
            while not server.listeners:
                await asyncio.sleep(0)
            server.say("@ann", "x" * (LARGEST + 1))
            assert [message async for message in messages] == []


async def test_a_broken_stream_is_doubt(make_client: Callable[..., Client]) -> None:
    """What was to come is not known: somebody has to ask."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 1000\r\n\r\n"
    async with wire([head + b"data: one\n\n"]) as place:
        with pytest.raises(Unsure):
            await heard(make_client(), place.url)


async def test_a_closed_port_is_no_stream(make_client: Callable[..., Client]) -> None:
    """Nothing was asked."""
    for url in ("http://127.0.0.1:1/", "ws://127.0.0.1:1/"):
        with pytest.raises(RetryLater):
            await heard(make_client(), url)
