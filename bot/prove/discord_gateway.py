"""The gateway of a small Discord: sessions that can be taken up again, and every way to lose one.  May import: aiohttp."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.prove.discord_world import BOT, GUILD, World

UNKNOWN = 4000
"""The code of a server that had trouble: come back, and go on."""

EVENT, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ECHO = 0, 1, 2, 6, 7, 9, 10, 11

MESSAGES, PRIVATE, ALL = 1 << 9, 1 << 12, (1 << 26) - 1
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15

Payload = dict[str, Any]


@dataclass(slots=True)
class Session:
    """What one client is told of, over as many sockets as it takes."""

    id: str
    intents: int
    events: list[Payload] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


@dataclass(slots=True)
class DiscordGateway:
    """All sessions; implements `discord_world.Told`."""

    world: World
    token: str
    url: str = ""
    resume_at: str = ""  # where sessions are told to be taken up, if elsewhere
    interval: int = 41_250  # milliseconds between two heartbeats
    echoes: bool = True  # whether heartbeats are answered
    greets: bool = True  # whether a socket gets its hello
    redelivers: bool = False  # what was told comes again in a new session
    closes: list[int] = field(default_factory=list)  # codes that greetings are answered with, one each
    invalid: list[bool] = field(default_factory=list)  # "invalid session" to greetings; True: it may be resumed
    forgets: bool = False  # no session can be resumed
    sessions: list[Session] = field(default_factory=list)
    heard: list[Payload] = field(default_factory=list)  # every payload that clients sent
    codes: list[int | None] = field(default_factory=list)  # how sockets ended
    _sockets: dict[web.WebSocketResponse, int | None] = field(default_factory=dict)  # and what they were cut with
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def dispatch(self, name: str, said: Payload) -> None:
        """Tell every session that wants to know, and keep it for those that are away."""
        wanted = MESSAGES if "guild_id" in said else PRIVATE
        for session in self.sessions:
            if session.intents & wanted:
                event = {"op": EVENT, "t": name, "s": len(session.events) + 1, "d": said}
                session.events.append(event)
                self._send(session.socket, event)

    def _send(self, socket: web.WebSocketResponse | None, payload: Payload) -> None:
        if socket is None or socket.closed:
            return
        task = asyncio.create_task(_sent(socket, payload))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    @property
    def listeners(self) -> int:
        """How many sessions are open."""
        return sum(session.socket is not None for session in self.sessions)

    def cut(self, code: int = UNKNOWN) -> None:
        """Hang up on everybody."""
        for socket in self._sockets:
            self._sockets[socket] = code
            task = asyncio.create_task(_closed(socket, code))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def tell_all(self, payload: Payload) -> None:
        """Send every open socket a payload."""
        for socket in self._sockets:
            self._send(socket, payload)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One socket's life."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[socket] = None
        session: Session | None = None
        try:
            if request.query.get("v") != "10" or request.query.get("encoding", "json") != "json":
                await socket.close(code=4012)
                return socket
            if self.greets:
                await socket.send_json({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": self.interval}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    session = await self._answer(socket, session, message.data)
        except ConnectionError:
            pass
        finally:
            code = self._sockets.pop(socket, None) or socket.close_code
            self.codes.append(code)
            if session is not None and session.socket is socket:
                session.socket = None
                if code in {1000, 1001} and session in self.sessions:
                    self.sessions.remove(session)  # the client won't come back
        return socket

    async def _answer(self, socket: web.WebSocketResponse, session: Session | None, text: str) -> Session | None:
        try:
            said = json.loads(text)
            op, told = said["op"], said.get("d")
        except (ValueError, TypeError, KeyError):
            await socket.close(code=4002)
            return session
        self.heard.append(said)
        if len(text) > 4096:
            await socket.close(code=4002)
        elif op == HEARTBEAT:
            if self.echoes:
                await socket.send_json({"op": ECHO, "s": None, "t": None, "d": None})
        elif op in {IDENTIFY, RESUME}:
            return await self._greeted(socket, session, op, told)
        elif session is None:
            await socket.close(code=4003)
        elif op != 3:  # a presence
            await socket.close(code=4001)
        return session

    async def _greeted(
        self, socket: web.WebSocketResponse, session: Session | None, op: int, told: Payload
    ) -> Session | None:
        if session is not None:
            await socket.close(code=4005)
        elif told.get("token") != self.token:
            await socket.close(code=4004)
        elif self.closes:
            await socket.close(code=self.closes.pop(0))
        elif self.invalid:
            await socket.send_json({"op": INVALID, "s": None, "t": None, "d": self.invalid.pop(0)})
        elif op == IDENTIFY:
            return await self._identified(socket, told)
        else:
            return await self._resumed(socket, told)
        return session

    async def _identified(self, socket: web.WebSocketResponse, told: Payload) -> Session | None:
        intents, properties = told.get("intents"), told.get("properties")
        if not isinstance(intents, int) or intents & ~ALL:
            await socket.close(code=4013)
            return None
        if intents & PRIVILEGED:
            await socket.close(code=4014)
            return None
        if not isinstance(properties, dict) or not {"os", "browser", "device"} <= set(properties):
            await socket.close(code=4002)
            return None
        before = self.sessions[-1].events if self.sessions else []
        session = Session(f"session{len(self.sessions)}", intents, socket=socket)
        self.sessions.append(session)
        user = self.world.user(BOT)
        guilds = [{"id": GUILD, "unavailable": True}]
        there = self.resume_at or self.url
        ready = {"v": 10, "user": user, "guilds": guilds, "session_id": session.id, "resume_gateway_url": there}
        ready["application"] = {"id": BOT, "flags": 0}
        session.events.append({"op": EVENT, "t": "READY", "s": 1, "d": ready})
        await socket.send_json(session.events[0])
        if self.redelivers:
            for event in [one for one in before if one["t"] == "MESSAGE_CREATE"][-2:]:
                session.events.append(event | {"s": len(session.events) + 1})
                await socket.send_json(session.events[-1])
        return session

    async def _resumed(self, socket: web.WebSocketResponse, told: Payload) -> Session | None:
        session = next((one for one in self.sessions if one.id == told.get("session_id")), None)
        seq = told.get("seq")
        if session is None or self.forgets or not isinstance(seq, int):
            await socket.send_json({"op": INVALID, "s": None, "t": None, "d": False})
            return None
        if seq > len(session.events):
            await socket.close(code=4007)
            return None
        session.socket = socket
        for event in session.events[seq:]:
            await socket.send_json(event)
        resumed = {"op": EVENT, "t": "RESUMED", "s": len(session.events) + 1, "d": {}}
        session.events.append(resumed)
        await socket.send_json(resumed)
        return session


async def _sent(socket: web.WebSocketResponse, payload: Payload) -> None:
    with suppress(ConnectionError):
        await socket.send_json(payload)


async def _closed(socket: web.WebSocketResponse, code: int) -> None:
    with suppress(ConnectionError):
        await socket.close(code=code)
