"""A small homeserver with the Matrix client API, which counts what it keeps and has bad days.  May import: aiohttp.

As strict as Synapse where a client could go wrong: membership, sizes, what a message must hold, filters, the device as
the scope of transaction ids; and stricter, in that it refuses what a message of ours never has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.prove.asked import Asked, dated
from bot.prove.faults import Troubles, misleading, refusal, utc
from bot.prove.matrix_strict import Bad, answered_by, object_to
from bot.prove.matrix_sync import Syncing

API = "/_matrix/client/v3"
PROOF_KEYS = (
    'server = "{url}"\nuser = "@bot:example.org"\nroom = "#news:example.org"\npoll = "5s"\n'
    'password = { env = "STARFISH_PROOF_TOKEN" }'
)
"""Of the account in the proof, in TOML: by password, as the server forgets its tokens now and then."""

FORGETS = 0.05
"""The share of posts, in a proof, at which it does."""


@dataclass(slots=True, kw_only=True)
class MatrixServer(Syncing):
    """One homeserver, with one account of ours, and as many people as speak to it."""

    token: str = "good"  # noqa: S105 -- a test's; of the device "STARFISH"
    password: str = "secret"  # noqa: S105
    remembers: bool = True  # transaction ids
    forgets: bool = False  # tokens
    power: dict[str, Any] | None = None  # levels, of every room
    tokens: dict[str, str] = field(default_factory=dict)  # and the devices that they belong to
    asked: list[Asked] = field(default_factory=list)
    logins: int = 0

    def __post_init__(self) -> None:
        Syncing.__post_init__(self)  # slotted classes have no `super()` of their own
        self.tokens = {self.token: "STARFISH"}

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: what was said before is history."""
        return any(asked.path.endswith("/sync") and "since" in asked.query for asked in self.asked)

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application(middlewares=[self._guard()])
        app.add_routes(
            [
                web.post(f"{API}/login", self._log_in),
                web.get(f"{API}/account/whoami", self._me),
                web.get(f"{API}/profile/{{user}}/displayname", self._profile),
                web.get(f"{API}/joined_rooms", self._joined),
                web.get(f"{API}/directory/room/{{alias}}", self._directory),
                web.post(f"{API}/join/{{room}}", self._join),
                web.get(f"{API}/rooms/{{room}}/state/{{kind}}", self._state),
                web.get(f"{API}/rooms/{{room}}/event/{{event}}", self._event),
                web.get(f"{API}/rooms/{{room}}/messages", self._messages),
                web.put(f"{API}/rooms/{{room}}/send/m.room.message/{{txn}}", self._send),
                web.put(f"{API}/rooms/{{room}}/redact/{{event}}/{{txn}}", self._redact),
                web.get(f"{API}/sync", self._sync),
            ]
        )
        return app

    def _guard(self) -> Any:  # noqa: ANN401 -- aiohttp's own type of a middleware is private
        @web.middleware
        async def guarded(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            body = await request.json() if request.can_read_body else None
            self.asked.append(Asked.of(request, body))
            public = request.path.endswith(("/login", "/displayname"))
            response: web.StreamResponse
            if not public and self._device(request) is None:
                response = _error(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
            else:
                try:
                    response = await handler(request)
                except Bad as error:
                    response = _error(error.status, error.code, str(error), **error.more)
            dated(response, self.clock())
            return response

        return guarded

    def _device(self, request: web.Request) -> str | None:
        return self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def _room(self, request: web.Request) -> str:
        """The room that is asked about.

        :raises Bad: we are not in it
        """
        name = request.match_info["room"]
        if name not in self.rooms or self.rooms[name].members.get(self.me) != "join":
            raise Bad(403, "M_FORBIDDEN", f"User {self.me} not in room {name}")
        return name

    # ----------------------------------------------------------------- who is who

    async def _log_in(self, _: web.Request) -> web.Response:
        said = self.asked[-1].json
        self.logins += 1
        user = said["identifier"]["user"]
        if said["type"] != "m.login.password" or user != self.me or said["password"] != self.password:
            raise Bad(403, "M_FORBIDDEN", "Invalid username or password")
        device = said.get("device_id") or f"NEW{self.logins}"
        token = f"{self.token}-{self.logins}"
        self.tokens = {old: owner for old, owner in self.tokens.items() if owner != device} | {token: device}
        return web.json_response({"user_id": user, "access_token": token, "device_id": device})

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response({"user_id": self.me, "device_id": self._device(request), "is_guest": False})

    async def _profile(self, request: web.Request) -> web.Response:
        return web.json_response({"displayname": self.own_name} if request.match_info["user"] == self.me else {})

    # ----------------------------------------------------------------- rooms

    async def _joined(self, _: web.Request) -> web.Response:
        inside = [name for name, room in self.rooms.items() if room.members.get(self.me) == "join"]
        return web.json_response({"joined_rooms": inside})

    async def _directory(self, request: web.Request) -> web.Response:
        for name, room in self.rooms.items():
            if room.alias == request.match_info["alias"]:
                return web.json_response({"room_id": name, "servers": [self.domain]})
        raise Bad(404, "M_NOT_FOUND", "Room alias not found")

    async def _join(self, request: web.Request) -> web.Response:
        room = self.rooms.get(request.match_info["room"])
        if room is None or not (room.is_open or room.members.get(self.me) in {"invite", "join"}):
            raise Bad(403, "M_FORBIDDEN", "You are not invited to this room.")
        if room.members.get(self.me) != "join":
            self.move(self.me, room.id, "join")
        return web.json_response({"room_id": room.id})

    async def _state(self, request: web.Request) -> web.Response:
        name, kind = self._room(request), request.match_info["kind"]
        if kind == "m.room.power_levels" and self.power is not None:
            return web.json_response(self.power)
        if (kind, "") not in self.rooms[name].state:
            raise Bad(404, "M_NOT_FOUND", "Event not found.")
        return web.json_response(self.rooms[name].state[kind, ""])

    async def _event(self, request: web.Request) -> web.Response:
        self._room(request)
        event = self.find(request.match_info["event"])
        if event is None:
            raise Bad(404, "M_NOT_FOUND", "Event not found.")
        return web.json_response(self.shown(event, self._device(request) or ""))

    # ----------------------------------------------------------------- speaking

    async def _send(self, request: web.Request) -> web.StreamResponse:
        said, txn, device = self.asked[-1].json, request.match_info["txn"], self._device(request) or ""
        self.struck()
        if self.forgets and self.troubles.dice.random() < FORGETS:
            self.tokens.clear()
            raise Bad(401, "M_UNKNOWN_TOKEN", "Access token has expired", soft_logout=True)
        fault = self.troubles.next()
        if fault == "429 body":  # as this API says it
            return _error(429, "M_LIMIT_EXCEEDED", "Too Many Requests", retry_after_ms=1000)
        refused = refusal(fault, utc(self.clock()))
        if refused is not None:
            return refused
        room = self._room(request)
        object_to(said, self.power or {}, self.me)
        answered = answered_by(said)
        if answered is not None and ((parent := self.find(answered)) is None or parent.room != room):
            raise Bad(400, "M_BAD_JSON", "it answers what is not in the room")  # which Synapse lets pass
        event = None
        async with self.fate(fault) as kept:
            if kept:
                known = (one for one in self.events if self.remembers and (one.txn, one.device) == (txn, device))
                event = next(known, None)
                event = event or self.happen(room, self.me, "m.room.message", said, txn=txn, device=device)
        return await misleading(fault, request) or web.json_response({"event_id": event.id} if event else {})

    async def _redact(self, request: web.Request) -> web.Response:
        self._room(request)
        event = self.find(request.match_info["event"])
        if event is None:
            raise Bad(404, "M_NOT_FOUND", "Could not find event")
        if event.content:
            self.redact(event, self.me)
        return web.json_response({"event_id": self.events[-1].id})

    # ----------------------------------------------------------------- reading

    async def _messages(self, request: web.Request) -> web.Response:
        return web.json_response(self.page(self._room(request), dict(request.query), self._device(request) or ""))

    async def _sync(self, request: web.Request) -> web.StreamResponse:
        query, device = dict(request.query), self._device(request) or ""
        told = self.told(query, device)
        if "since" in query and not told["rooms"]["join"] and not told["rooms"]["invite"]:
            with self.streams.listening() as stream, suppress(TimeoutError):
                async with asyncio.timeout(int(query.get("timeout", "0")) / 1000):
                    if not await stream.get():
                        assert request.transport is not None
                        request.transport.abort()
            told = self.told(query, device)
        return web.json_response(told)


def matrix(troubles: Troubles) -> MatrixServer:
    """A server that keeps the promise, with everything that may go wrong."""
    bad = troubles.share > 0
    lag = troubles.moment if bad else float
    return MatrixServer(troubles=troubles, password="good", lag=lag, redelivers=bad, forgets=bad)  # noqa: S106


def _error(status: int, code: str, words: str, **more: object) -> web.Response:
    return web.json_response({"errcode": code, "error": words, **more}, status=status)
