"""Sockets that are spoken through: both ways, and every end named by what can be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import WSMsgType, web

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.net import Client
from bot.prove.servers import serving
from tests.servers.wire import wire

CANARY = "CANARY-51dd"
AUTH = {"Authorization": f"Bearer {CANARY}"}


@dataclass
class Echo:
    """A server that says everything back, and does what it is told by some words."""

    url: str = ""
    headers: list[str] = field(default_factory=list)
    codes: list[int | None] = field(default_factory=list)  # how clients closed

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._socket)
        return app

    def there(self) -> list[str]:
        return []

    def say(self, author: str, text: str) -> None:
        """Nobody speaks here."""

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        self.headers.append(request.headers.get("Authorization", ""))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.data == "bytes":
                await socket.send_bytes("ünï".encode())
            elif message.data == "go":
                await socket.close(code=4004, message=b"away")
            elif message.data == "vanish" and request.transport is not None:
                request.transport.abort()
            elif message.data == "flood":
                await socket.send_str("x" * 4_100_000)
            elif message.type is WSMsgType.TEXT:
                await socket.send_str(f"you said {message.data}")
        self.codes.append(socket.close_code)
        return socket


@asynccontextmanager
async def opened(make_client: Callable[..., Client]) -> AsyncIterator[tuple[Echo, str, Client]]:
    """A server, the address of its socket, and a client that allows no private network at all."""
    async with serving(Echo()) as server:
        yield server, server.url.replace("http", "ws") + "/", make_client(allow_private=())


async def test_both_sides_are_heard(make_client: Callable[..., Client]) -> None:
    """Texts and bytes arrive as text, headers are sent, and leaving says goodbye."""
    async with opened(make_client) as (server, url, client):
        async with client.door([server.url]).socket(url, headers=AUTH) as socket:
            heard = socket.heard()
            await socket.send("hello")
            assert await anext(heard) == "you said hello"
            await socket.send("bytes")
            assert await anext(heard) == "ünï"
            assert socket.code is None
        assert server.headers == [AUTH["Authorization"]]
        assert server.codes == [1000]


async def test_the_other_sides_goodbye_has_a_code(make_client: Callable[..., Client]) -> None:
    """What they close with is known afterwards; nothing more can be said, and closing again is fine."""
    async with opened(make_client) as (server, url, client), client.door([server.url]).socket(url) as socket:
        await socket.send("go")
        assert [text async for text in socket.heard()] == []
        assert socket.code == 4004
        with pytest.raises(Unsure):
            await socket.send("still there?")
        await socket.close()
        assert socket.code == 4004
        async with asyncio.timeout(20):
            while not server.codes:
                await asyncio.sleep(0.002)
        assert server.codes == [4004]  # a goodbye is answered with its own code


async def test_our_own_goodbye_is_none_of_theirs(make_client: Callable[..., Client]) -> None:
    """A code of ours reaches them, ends our listening, and isn't taken for theirs."""
    async with opened(make_client) as (server, url, client):
        async with client.door([server.url]).socket(url) as socket:
            await socket.close(4000)
            assert [text async for text in socket.heard()] == []
            assert socket.code is None
        assert server.codes == [4000]


@pytest.mark.parametrize("word", ["vanish", "flood"])
async def test_a_break_has_no_code_of_theirs(make_client: Callable[..., Client], word: str) -> None:
    """A cut connection, and a message without end, just end the listening."""
    async with opened(make_client) as (server, url, client), client.door([server.url]).socket(url) as socket:
        await socket.send(word)
        assert [text async for text in socket.heard()] == []
        assert socket.code != 4004


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Rejected),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", Rejected),
        (b"HTTP/1.1 302 No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", DeliveryError),
        (b"nonsense\r\n\r\n", RetryLater),
        (b"", RetryLater),
    ],
)
async def test_no_socket_is_named(
    make_client: Callable[..., Client], answer: bytes, failure: type[DeliveryError]
) -> None:
    """Not offered, not for us, not now; the token is in no message."""
    async with wire([answer]) as place:
        with pytest.raises(failure) as told:
            async with make_client().door([place.url]).socket(f"ws{place.url[4:]}", headers=AUTH):
                pass
        assert CANARY not in str(told.value)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:1/", "wss://127.0.0.1:1/", "http://127.0.0.1:1/", "wss://[", "ws:", ""]
)
async def test_a_socket_leads_only_where_requests_go(make_client: Callable[..., Client], url: str) -> None:
    """Neither to private addresses that nobody wrote, nor to what is no address of a socket."""
    with pytest.raises((Rejected, RetryLater)):
        async with make_client().door(["https://example.com/"]).socket(url):
            pass


async def test_a_closed_port_has_no_socket(make_client: Callable[..., Client]) -> None:
    """Nothing was said."""
    with pytest.raises(RetryLater):
        async with make_client().door(["http://127.0.0.1:1"]).socket("ws://127.0.0.1:1/"):
            pass
