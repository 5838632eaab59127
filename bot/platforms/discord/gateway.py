"""Discord's gateway: a socket that tells what happens, kept open and taken up again.  May import: errors, ports, net.

    hello ─identify→ READY ─events→ …          a heart beats all the while; no echo: the socket is dead
    gone  ─reconnect, resume→ what was missed, RESUMED        or: invalid session ─identify→ READY, and somebody asks

A new session says nothing of what was missed, so whoever listens asks for it at each READY.  An old one says it, also
after a restart: so we leave without ending it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import IntEnum
from typing import Any

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.replies import number, within, words
from bot.platforms.discord.sessions import Session, sequence
from bot.platforms.discord.wire import GATEWAY
from bot.ports import Http, Socket

INTENTS = 1 << 9 | 1 << 12
"""Messages of servers and private ones; what mentions us, or is private, has its words without any privileged intent."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds before the next attempt, doubled while sessions bring nothing: a new one may be had 1,000 times a day."""

HELLO_WITHIN = 30.0
"""Seconds that the server has for its first word."""

UNHEARD = 4000
"""What we close with when we want to come back: after 1000 and 1001 a session can't be resumed."""

FINAL: Mapping[int, tuple[type[DeliveryError], str]] = {
    4004: (NeedsLogin, "the gateway refused the bot's token"),
    4010: (Rejected, "the gateway says that the bot asks for a wrong part of its servers"),
    4011: (Rejected, "the bot is in too many servers for one connection: give this account a bot of its own"),
    4012: (Rejected, "the gateway does not speak version 10 of its interface any more: update Starfish"),
    4013: (Rejected, "the gateway does not know the events that are asked for: update Starfish"),
    4014: (Rejected, "the gateway does not let the bot hear messages: look at its intents in the developer portal"),
}
"""Codes after which it is no use to come back (API reference, "Gateway Close Event Codes")."""

OVER = frozenset({1000, 1001, 4003, 4005, 4007, 4009})
"""Codes that end a session, so that the next one is new."""


class Op(IntEnum):
    """Kinds of payloads."""

    EVENT, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ECHO = 0, 1, 2, 6, 7, 9, 10, 11


log = logging.getLogger("starfish.discord")

Hear = Callable[[str, dict[str, Any]], None]
"""Told of each event: its name, and what it says."""


class Gateway:
    """One bot's connection, over as many sockets as it takes."""

    def __init__(
        self,
        http: Http,
        token: Secret,
        find: Callable[[], Awaitable[str]],
        session: Session,
        *,
        dice: random.Random,
        pause: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        """Make it; nothing is opened before `run`.

        :param find: gives the address for a new session
        :param session: the one to take up; an empty one: there is none
        :param pause: waits for so many seconds
        """
        self.stands = False  # whether events come
        self.session = session
        self._http, self._token, self._find = http, token, find
        self._dice, self._pause = dice, pause
        self._echoed = False
        self._fruitful = False  # whether this socket brought anything but a new session

    async def run(self, hear: Hear) -> None:
        """Hear for ever.

        :raises NeedsLogin, Rejected: the server says that coming back is of no use
        """
        pause = FIRST_PAUSE
        while True:
            self._fruitful, wish = False, timedelta(0)
            try:
                async with self._http.socket(self.session.there or await self._find()) as socket:
                    await self._converse(socket, hear)
                    code = socket.code or 0
            except (DeliveryError, ValueError) as error:  # whether we are let in at all, the asking tells
                code, self.session = 0, replace(self.session, there="")
                wish = error.after or wish if isinstance(error, RetryLater) else wish
                log.debug("the gateway could not be reached: %s", error)
            finally:
                self.stands = False
            if code in FINAL:
                failure, why = FINAL[code]
                raise failure(f"{why} ({code})")
            if code in OVER:
                self.session = Session()
            if not self._fruitful:
                self.session = replace(
                    self.session, there=""
                )  # the general address leads to a live place, also for a session
            pause = FIRST_PAUSE if self._fruitful else pause
            await self._pause(max(pause * self._dice.uniform(0.5, 1.0), wish.total_seconds()))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _converse(self, socket: Socket, hear: Hear) -> None:
        """One socket's life."""
        interval: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        heart = asyncio.create_task(self._beat(socket, interval))
        try:
            async for text in socket.heard():
                await self._take(_payload(text), socket, interval, hear)
        except Unsure:
            return  # it broke while we spoke
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
            await socket.close(UNHEARD)

    async def _take(self, said: dict[str, Any], socket: Socket, interval: asyncio.Future[float], hear: Hear) -> None:
        match said.get("op"):
            case Op.EVENT:
                self.session = replace(self.session, seq=sequence(said.get("s")) or self.session.seq)
                self._event(words(said.get("t")), within(said, "d"), hear)
            case Op.HELLO if not interval.done():
                told = number(within(said, "d").get("heartbeat_interval"), at_most=600_000) or 45_000
                interval.set_result(max(told / 1000, 1.0))
                await socket.send(self._greeting())
            case Op.HEARTBEAT:
                await socket.send(self._heartbeat())
            case Op.ECHO:
                self._echoed = self._fruitful = True
            case Op.RECONNECT:
                await socket.close(UNHEARD)
            case Op.INVALID:
                if said.get("d") is not True:
                    self.session = Session()
                await self._pause(self._dice.uniform(1.0, 5.0))  # as the reference asks for
                await socket.close(UNHEARD)

    def _event(self, name: str, said: dict[str, Any], hear: Hear) -> None:
        if name == "READY":
            id_, there = words(said.get("session_id")), words(said.get("resume_gateway_url")).rstrip("/")
            self.session = replace(self.session, id=id_, there=f"{there}{GATEWAY}" if there and id_ else "")
        self._fruitful = self._fruitful or name != "READY"
        self.stands = self.stands or name in {"READY", "RESUMED"}
        hear(name, said)

    async def _beat(self, socket: Socket, interval: asyncio.Future[float]) -> None:
        """Send signs of life; where one has no echo until the next is due, the socket is dead."""
        if not await self._greeted(interval):
            await socket.close(UNHEARD)
            return
        span = interval.result()
        await self._pause(span * self._dice.random())  # so that not all bots' hearts beat at once
        with suppress(Unsure):
            while True:
                self._echoed = False
                await socket.send(self._heartbeat())
                await self._pause(span)
                if not self._echoed:
                    await socket.close(UNHEARD)
                    return

    async def _greeted(self, interval: asyncio.Future[float]) -> bool:
        """Whether the server says hello in time."""
        patience = asyncio.create_task(self._pause(HELLO_WITHIN))
        try:
            either: set[asyncio.Future[Any]] = {interval, patience}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
        return interval.done()

    def _heartbeat(self) -> str:
        return json.dumps({"op": Op.HEARTBEAT, "d": self.session.seq})

    def _greeting(self) -> str:
        """Take the session up again, or begin one."""
        token: dict[str, object] = {"token": self._token.reveal()}
        if self.session.id:
            again = token | {"session_id": self.session.id, "seq": self.session.seq}
            return json.dumps({"op": Op.RESUME, "d": again})
        names = {"os": "linux", "browser": "starfish", "device": "starfish"}
        return json.dumps({"op": Op.IDENTIFY, "d": token | {"intents": INTENTS, "properties": names}})


def _payload(text: str) -> dict[str, Any]:
    """Read one; anything but an object is as good as nothing."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
