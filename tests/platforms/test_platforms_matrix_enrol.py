"""Setting a Matrix account up at a terminal: the server is found, the login tried, the room looked at, nothing sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.errors import NeedsLogin, Rejected
from bot.model import Secret
from bot.net import Client
from bot.platforms.matrix import platform
from bot.platforms.matrix.keys import Options, device_for
from bot.platforms.matrix.wire import session_of
from bot.ports import Enrolled, Http
from bot.prove.matrix_server import MatrixServer
from bot.prove.matrix_world import ALIAS, HOME
from bot.prove.servers import serving
from tests.platforms.contract import CANARY

ME, ANN = "@bot:example.org", "@ann:example.org"


@dataclass
class Answers:
    """An owner who answers in turn, and hears what is said."""

    turns: list[str]
    said: list[str] = field(default_factory=list)
    asked: list[tuple[str, bool, str]] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        self.asked.append((question, secret, default))
        return self.turns.pop(0) or default


@pytest.fixture
async def server() -> AsyncIterator[MatrixServer]:
    """A homeserver on which the bot has an account."""
    async with serving(MatrixServer(password=CANARY)) as server:
        yield server


@pytest.fixture
def reach(make_client: Callable[..., Client]) -> Callable[[str], Http]:
    """How an address is reached."""
    return lambda address: make_client(allow_private=()).door([address])


async def walked(reach: Callable[[str], Http], *turns: str, **given: str) -> tuple[Enrolled, Answers]:
    """Walk through the set-up with these answers."""
    asker = Answers(list(turns))
    assert platform.enrol is not None
    found = await platform.enrol(given, asker, reach)
    assert asker.turns == []
    return found, asker


async def test_it_logs_in_once_and_keeps_the_token(server: MatrixServer, reach: Callable[[str], Http]) -> None:
    """The password is asked for unseen and not kept; what comes of it is good as an account's keys."""
    found, asker = await walked(reach, ME, ALIAS, CANARY, ANN, server=f"{server.url}/")
    token = Secret([*server.tokens][-1])
    assert found.handle == ME
    assert dict(found.keys) == {"server": server.url, "user": ME, "room": ALIAS, "owner": ANN}
    assert (dict(found.secrets), dict(found.session)) == ({"token": token}, {})
    assert [secret for _, secret, _ in asker.asked] == [False, False, True, False]
    assert server.requests == 0
    keys: dict[str, Any] = {**found.keys, **found.secrets}
    del keys["owner"]  # which every account has
    assert Options(**keys).room == ALIAS
    assert server.tokens[token.reveal()] == device_for(ALIAS) == Options(**keys).own_device
    assert CANARY not in f"{found} {asker.said}"


async def test_what_was_given_is_not_asked_for(server: MatrixServer, reach: Callable[[str], Http]) -> None:
    """A password that the owner keeps by reference renews the token; a token is only tried."""
    given = {"server": server.url, "user": ME, "room": HOME, "owner": ANN, "device": "OTHER"}
    found, asker = await walked(reach, **given, password=CANARY)
    assert asker.asked == []
    assert list(found.session) == [session_of(server.url, ME, "OTHER")]
    assert found.secrets == {}
    assert found.keys["device"] == "OTHER"
    logins = server.logins
    found, _ = await walked(reach, **given, token=next(iter(server.tokens)))
    assert (server.logins, dict(found.secrets), dict(found.session)) == (logins, {}, {})


async def test_an_owner_is_no_must(server: MatrixServer, reach: Callable[[str], Http]) -> None:
    """No is an answer; what is no full id is said to be none."""
    given = {"server": server.url, "user": ME, "room": HOME, "token": "good"}
    found, asker = await walked(reach, "", **given)
    assert "owner" not in found.keys
    assert asker.asked[0][2] == "-"
    found, asker = await walked(reach, "ann", **given)
    assert "owner" not in found.keys
    assert "'ann' is no full id" in asker.said[-1]


async def test_rooms_are_looked_at(server: MatrixServer, reach: Callable[[str], Http]) -> None:
    """An encrypted one is told, and one that we are not in yet; one that isn't there ends the walk."""
    given = {"server": server.url, "user": ME, "owner": ANN, "token": "good"}
    _, asker = await walked(reach, **given, room=ALIAS)
    assert len(asker.said) == 1
    server.happen(HOME, ANN, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, state_key="")
    _, asker = await walked(reach, **given, room=HOME)
    assert "encrypted" in asker.said[-1]
    server.rooms[HOME].members[ME] = "invite"
    _, asker = await walked(reach, **given, room=ALIAS)
    assert "not in #news:example.org yet" in asker.said[-1]
    with pytest.raises(Rejected, match="#nowhere"):
        await walked(reach, **given, room="#nowhere:example.org")


async def test_what_is_wrong_is_said(server: MatrixServer, reach: Callable[[str], Http]) -> None:
    """Half an id, a wrong password, a wrong token, somebody else's token."""
    given = {"server": server.url, "user": ME, "room": HOME, "owner": ANN}
    with pytest.raises(Rejected, match="no full id"):
        await walked(reach, **{**given, "user": "bot"})
    with pytest.raises(NeedsLogin, match="password"):
        await walked(reach, **given, password="wrong")
    with pytest.raises(NeedsLogin, match="401"):
        await walked(reach, **given, token="wrong")
    with pytest.raises(NeedsLogin, match="takes us for"):
        await walked(reach, **{**given, "user": ANN}, token="good")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        ("200 OK", b'{"m.homeserver": {"base_url": "https://matrix.example.org/"}}', "https://matrix.example.org"),
        ("200 OK", b'{"m.homeserver": 7}', ""),
        ("200 OK", b"[" * 5000, ""),
        ("404 Not Found", b"", ""),
    ],
)
async def test_the_homeserver_is_where_its_domain_says(
    server: MatrixServer, make_client: Callable[..., Client], status: str, body: bytes, expected: str
) -> None:
    """Its well-known address is offered; without one the domain itself; the owner has the last word."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    class Elsewhere:
        """A door that finds a domain at a place on loopback."""

        def __init__(self, url: str) -> None:
            self.url, self._door = url, make_client(allow_private=()).door([url])

        async def send(self, method: str, url: str, **more: Any) -> Any:
            return await self._door.send(method, self.url + url.removeprefix("https://example.org"), **more)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as place:
        url = f"http://127.0.0.1:{place.sockets[0].getsockname()[1]}"
        real = make_client(allow_private=()).door([server.url])
        doors: dict[str, Any] = {"https://example.org": Elsewhere(url), server.url: real}
        found, asker = await walked(doors.__getitem__, server.url, user=ME, token="good", room=HOME, owner=ANN)
    assert asker.asked[0][2] == (expected or "https://example.org")
    assert found.keys["server"] == server.url
