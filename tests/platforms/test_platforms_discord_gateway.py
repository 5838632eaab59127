"""Discord's gateway: kept alive, taken up again, and left where coming back is of no use."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater
from bot.model import Secret
from bot.net import Client
from bot.platforms.discord.gateway import FINAL, HELLO_WITHIN, INTENTS, LONGEST_PAUSE, OVER, Gateway
from bot.platforms.discord.sessions import Session
from bot.prove.discord_gateway import HEARTBEAT, IDENTIFY, RECONNECT, RESUME
from bot.prove.discord_server import DiscordServer
from bot.prove.servers import serving

CANARY = "CANARY-61ab"
BEAT = 10.0
"""Seconds between two heartbeats here: no other pause is as long."""


class Dice(random.Random):
    """Dice that always show their most."""

    def random(self) -> float:
        return 1.0

    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


@dataclass
class Pauses:
    """All pauses are over at once, but those between heartbeats and for a hello: these end when a test says so."""

    asked: list[float] = field(default_factory=list)
    held: dict[float, asyncio.Semaphore] = field(
        default_factory=lambda: {BEAT: asyncio.Semaphore(0), HELLO_WITHIN: asyncio.Semaphore(0)}
    )

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if seconds in self.held:
            await self.held[seconds].acquire()
        else:
            await asyncio.sleep(0)


@dataclass
class Line:
    """A gateway that runs, and what it heard."""

    server: DiscordServer
    pauses: Pauses
    running: asyncio.Task[None]
    heard: list[tuple[str, dict[str, Any]]]
    gateway: Gateway

    def sent(self, op: int) -> list[Any]:
        """What the client said with payloads of a kind."""
        return [said["d"] for said in self.server.gateway.heard if said["op"] == op]

    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    def texts(self) -> list[str]:
        return [said["content"].partition(" ")[2] for name, said in self.heard if name == "MESSAGE_CREATE"]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something; a gateway that ends first is a failure."""
        async with asyncio.timeout(20):
            while not true() and not self.running.done():
                await asyncio.sleep(0.002)
        assert true() or self.running.result()


Open = Callable[..., Any]


@pytest.fixture
def line(make_client: Callable[..., Client]) -> Open:
    """Open a gateway to a server of its own."""

    @asynccontextmanager
    async def opened(
        find: Callable[[DiscordServer], Awaitable[str]] | None = None, **wishes: Any
    ) -> AsyncIterator[Line]:
        server, pauses, heard = DiscordServer(token=CANARY), Pauses(), list[tuple[str, dict[str, Any]]]()
        server.gateway.interval = int(BEAT * 1000)
        for name, value in wishes.items():
            setattr(server.gateway, name, value)
        async with serving(server):
            server.gateway.url = server.url.replace("http", "ws")

            async def where() -> str:
                return await find(server) if find else f"{server.gateway.url}/?v=10&encoding=json"

            door = make_client(allow_private=()).door([server.url])
            gateway = Gateway(door, Secret(CANARY), where, Session(), dice=Dice(), pause=pauses)
            running = asyncio.create_task(gateway.run(lambda name, said: heard.append((name, said))))
            try:
                yield Line(server, pauses, running, heard, gateway)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    return opened


async def test_it_introduces_itself_and_hears(line: Open) -> None:
    """With no privileged intent; leaving ends the socket and not the session, which the next life takes up."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        assert on.gateway.stands
        (hello,) = on.sent(IDENTIFY)
        assert (hello["token"], hello["intents"]) == (CANARY, INTENTS)
        assert set(hello["properties"]) == {"os", "browser", "device"}
        on.server.say("@ann", "one")
        on.server.say("@ann", "two", direct=True)
        await on.until(lambda: len(on.heard) == 3)
    assert on.server.gateway.codes == [4000]


async def test_its_heart_beats(line: Open) -> None:
    """First after a random part of the interval, then after each, with the number of what was heard last."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        assert on.sent(HEARTBEAT) == []
        on.server.say("@ann", "one")
        await on.until(lambda: len(on.heard) == 2)
        for beats in (1, 2, 3):
            on.pauses.held[BEAT].release()
            await on.until(lambda beats=beats: len(on.sent(HEARTBEAT)) == beats)
        assert on.sent(HEARTBEAT) == [2, 2, 2]
        assert on.server.gateway.codes == []


async def test_a_beat_that_is_asked_for_comes_at_once(line: Open) -> None:
    """The server may ask at any time."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.tell_all({"op": HEARTBEAT, "d": None, "s": None, "t": None})
        await on.until(lambda: on.sent(HEARTBEAT) == [1])


async def test_a_dead_socket_is_left_and_its_session_taken_up(line: Open) -> None:
    """No echo until the next beat: closed so that the session lives, and what was missed is told once, in order."""
    async with line(echoes=False) as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.say("@ann", "one")
        await on.until(lambda: on.texts() == ["one"])
        on.pauses.held[BEAT].release()
        await on.until(lambda: len(on.sent(HEARTBEAT)) == 1)
        on.pauses.held[BEAT].release()
        await on.until(lambda: on.server.gateway.codes == [4000])
        on.server.say("@ann", "two")
        await on.until(lambda: "RESUMED" in on.names())
        assert on.sent(RESUME) == [{"token": CANARY, "session_id": "session0", "seq": 2}]
        await on.until(lambda: on.texts() == ["one", "two"])
        assert len(on.sent(IDENTIFY)) == 1


async def test_no_hello_is_a_dead_socket(line: Open) -> None:
    """A server that opens and says nothing is left, and tried again."""
    async with line(greets=False) as on:
        await on.until(lambda: HELLO_WITHIN in on.pauses.asked)
        on.server.gateway.greets = True
        on.pauses.held[HELLO_WITHIN].release()
        await on.until(lambda: on.names() == ["READY"])
        assert on.server.gateway.codes == [4000]


async def test_it_comes_back_when_asked_to(line: Open) -> None:
    """A server that says "reconnect" has no fault to find: the session goes on."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.tell_all({"op": RECONNECT, "d": None, "s": None, "t": None})
        await on.until(lambda: on.names() == ["READY", "RESUMED"])
        assert on.server.gateway.codes == [4000]


@pytest.mark.parametrize("code", [None, 4000, 4001, 4002, 4008, 1006, 1011])
async def test_what_was_missed_is_told_after_a_break(line: Open, code: int | None) -> None:
    """Whatever trouble the server had, nothing is lost and nothing comes twice."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        for number in range(3):
            on.server.say("@ann", f"before {number}")
            await on.until(lambda number=number: f"before {number}" in on.texts())
            on.server.gateway.cut(code if code not in {None, 1006} else 4000)
            on.server.say("@ann", f"after {number}")
            await on.until(lambda number=number: f"after {number}" in on.texts())
        assert on.texts() == [f"{when} {number}" for number in range(3) for when in ("before", "after")]
        assert len(on.sent(IDENTIFY)) == 1


@pytest.mark.parametrize("code", sorted(OVER))
async def test_some_breaks_end_the_session(line: Open, code: int) -> None:
    """Then a new one begins, and whoever listens hears of it."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.cut(code)
        await on.until(lambda: on.names() == ["READY", "READY"])
        assert on.sent(RESUME) == []


@pytest.mark.parametrize("code", sorted(FINAL))
async def test_some_codes_mean_never_again(line: Open, code: int) -> None:
    """A wrong token is the login's matter, the rest ours; no second try is made, and the token isn't told."""
    async with line(closes=[code]) as on:
        with pytest.raises(NeedsLogin if code == 4004 else Rejected, match=str(code)) as told:
            await on.running
        assert CANARY not in str(told.value)
        assert len(on.sent(IDENTIFY)) == 1


async def test_a_wrong_token_is_named(line: Open) -> None:
    """As the server really says it."""

    async def locked(server: DiscordServer) -> str:
        server.token = "another"
        return f"{server.gateway.url}/?v=10&encoding=json"

    async with line(locked) as on:
        with pytest.raises(NeedsLogin):
            await on.running


@pytest.mark.parametrize("again", [True, False])
async def test_an_invalid_session_is_not_fought_for(line: Open, again: bool) -> None:
    """One to five seconds later it is taken up where that was offered, else a new one begins."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.invalid = [again]
        on.server.gateway.cut()
        await on.until(lambda: on.names() in (["READY", "RESUMED"], ["READY", "READY"]))
        assert on.names()[-1] == ("RESUMED" if again else "READY")
        assert 5.0 in on.pauses.asked
        assert [len(on.sent(RESUME)), len(on.sent(IDENTIFY))] == ([2, 1] if again else [1, 2])


async def test_a_forgotten_session_begins_anew(line: Open) -> None:
    """The server was away for too long."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.forgets = True
        on.server.gateway.cut()
        await on.until(lambda: on.names() == ["READY", "READY"])


@pytest.mark.parametrize("wish", [None, timedelta(hours=1)])
async def test_it_knocks_ever_less_often(line: Open, wish: timedelta | None) -> None:
    """While nothing can be had the pauses double, up to five minutes, or are as long as the server asks for."""

    async def closed(_: DiscordServer) -> str:
        raise RetryLater("not now", wish)

    async with line(closed) as on:
        await on.until(lambda: len(on.pauses.asked) >= 11)
        usual = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, LONGEST_PAUSE, LONGEST_PAUSE]
        assert on.pauses.asked[:11] == ([3600.0] * 11 if wish else usual)
        assert not on.gateway.stands


async def test_sessions_that_bring_nothing_are_not_begun_in_a_loop(line: Open) -> None:
    """There are 1,000 a day: one that ends right after it began doubles the pause before the next."""
    async with line() as on:
        for number in range(1, 5):
            await on.until(lambda number=number: len(on.names()) == number and on.server.listeners == 1)
            on.server.gateway.cut(4009)
        await on.until(lambda: len(on.names()) == 5)
        between = [seconds for seconds in on.pauses.asked if seconds not in on.pauses.held]
        assert between == [1.0, 2.0, 4.0, 8.0]


async def test_a_place_to_resume_that_is_none_is_given_up(line: Open) -> None:
    """Where the session's own address leads nowhere, the general one does."""
    async with line(resume_at="wss://127.0.0.1:1") as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.cut()
        await on.until(lambda: "RESUMED" in on.names())


@pytest.mark.parametrize(
    "hostile",
    [
        [], "x", 7, None, {}, {"op": "0"}, {"op": 0, "t": [], "s": "x", "d": 5}, {"op": 0, "t": "READY", "d": []},
        {"op": 10}, {"op": 10, "d": {"heartbeat_interval": -5}}, {"op": 99}, {"op": True}, {"op": []},
    ],
)  # fmt: skip
async def test_hostile_payloads_end_nothing(line: Open, hostile: Any) -> None:
    """Wrong types anywhere: what comes after is still heard."""
    async with line() as on:
        await on.until(lambda: on.names() == ["READY"])
        on.server.gateway.tell_all(hostile)
        on.server.say("@ann", "still there?")
        await on.until(lambda: on.texts() == ["still there?"])


@pytest.mark.parametrize("address", ["", "ftp://x", "ws://[", "ws://192.0.2.1/"])
async def test_an_address_that_is_none_is_waited_out(line: Open, address: str) -> None:
    """What the interface names may be anything."""

    async def odd(_: DiscordServer) -> str:
        return address

    async with line(odd) as on:
        await on.until(lambda: len(on.pauses.asked) >= 3)
        assert on.heard == []


async def test_a_login_that_fails_elsewhere_is_not_told_here(line: Open) -> None:
    """Whether we are let in at all, the asking tells."""

    async def refused(_: DiscordServer) -> str:
        raise NeedsLogin("no")

    async with line(refused) as on:
        await on.until(lambda: len(on.pauses.asked) >= 3)
        assert not on.running.done()
        assert issubclass(NeedsLogin, DeliveryError)
