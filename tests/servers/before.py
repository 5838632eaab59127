"""A real platform's server with bad days: what is sent to it is passed on, and the answers are lost or late.

So the proof can be made against server software that we didn't write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
from aiohttp import web
from yarl import URL

from bot.prove.faults import Troubles, keeps, misleading, refusal

_HOP = {"host", "connection", "content-length", "transfer-encoding", "content-encoding", "keep-alive", "date"}


class Real(Protocol):
    """The server behind, as it is looked at and spoken through without the bot."""

    url: str

    def is_post(self, method: str, path: str) -> bool:
        """Whether a request is one to post."""
        ...

    def is_listening(self, path: str) -> bool:
        """Whether a request asks for mentions."""
        ...

    def there(self) -> list[str]:
        """What the bot said, by what the proof knows it by."""
        ...

    def say(self, author: str, text: str) -> object:
        """Let somebody speak to the bot."""
        ...

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        ...


@dataclass(slots=True)
class Before:
    """Stands before a real server, and is one to the proof."""

    real: Real
    troubles: Troubles
    url: str = ""
    requests: int = 0  # to post
    arrived: Callable[[], object] | None = None
    asked: int = 0  # for mentions
    faults: list[str] = field(default_factory=list)  # those that happened

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: the first time only finds out where."""
        return self.asked >= 2

    def app(self) -> web.Application:
        """Its interface: the real one's."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._pass)
        return app

    def there(self) -> list[str]:
        """What the bot said."""
        return self.real.there()

    def say(self, author: str, text: str) -> object:
        """Let somebody speak to the bot."""
        return self.real.say(author, text)

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        return self.real.owed()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        if not self.real.is_post(request.method, request.path):
            answer = await self._passed_on(request)
            self.asked += self.real.is_listening(request.path) and answer.status == 200
            return answer
        self.requests += 1
        if self.arrived:
            self.arrived()
        fault = self.troubles.next()
        self.faults += [fault] if fault else []
        refused = refusal(fault, datetime.now(UTC))
        if refused is not None:
            return refused
        if fault == "kept late":
            await asyncio.sleep(self.troubles.moment())
        # What is kept is kept whether or not the bot that sent it is still alive.
        answer = await asyncio.shield(self._passed_on(request)) if keeps(fault) else web.json_response({})
        if fault.endswith(", late"):
            await asyncio.sleep(self.troubles.moment())
        return await misleading(fault, request) or answer

    async def _passed_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        async with (
            aiohttp.ClientSession(auto_decompress=True) as session,  # noqa: TID251 -- a proxy of the tests'
            session.request(
                request.method,
                URL(f"{self.real.url}{request.raw_path}", encoded=True),
                data=body or None,
                headers=headers,
                allow_redirects=False,
            ) as reply,
        ):
            kept = {name: value for name, value in reply.headers.items() if name.lower() not in _HOP}
            return web.Response(status=reply.status, body=await reply.read(), headers=kept)
