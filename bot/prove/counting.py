"""A server that counts what it keeps, and answers as servers do on their bad days.  May import: aiohttp.

It stands for the imagined platforms of `platforms.py`.  What it kept is the truth that the proof compares with; whether
it says so is drawn from a seed: kept but answered 500, kept and cut, refused, kept only after a while, and so on.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from bot.prove.verdict import answer_to

Fault = Literal[
    "none",
    "kept, 500",
    "kept, cut",
    "kept, HTML",
    "kept, no id",
    "kept, late answer",
    "kept late",
    "lost, 500",
    "lost, cut",
    "429",
    "503",
]
FAULTS: tuple[Fault, ...] = (
    "kept, 500",
    "kept, cut",
    "kept, HTML",
    "kept, no id",
    "kept, late answer",
    "kept late",
    "lost, 500",
    "lost, cut",
    "429",
    "503",
)

LATE = 0.3
"""Seconds, the longest that keeping, answering and showing may take: a bot must settle longer than all of them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A post that is there, for everybody to see from `seen_at` on (seconds since 1970)."""

    id: str
    key: str
    text: str
    link: str | None
    reply_to: str | None
    kept_at: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words to the bot."""

    id: int
    author: str
    text: str
    at: float


@dataclass(slots=True)
class Counting:
    """One platform's server."""

    dice: random.Random
    faulty: float = 0.3  # the share of requests that go wrong
    keyed: bool = False  # a used key is answered with its post
    kept: list[Kept] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    requests: int = 0
    next_faults: list[Fault] = field(default_factory=list)  # scripted ones come before drawn ones
    arrived: Callable[[], None] | None = None  # told of each request to post, before anything is done about it
    url: str = ""

    def say(self, author: str, text: str) -> None:
        """Let somebody mention the bot."""
        self.said.append(Said(len(self.said) + 1, author, text, time.time()))

    def there(self) -> list[str]:
        """What it kept, by what it is known by: a link, or the mention that it answers."""
        return [one.link or answer_to(one.reply_to) for one in self.kept]

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        return [answer_to(one.id) for one in self.said]

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application()
        app.router.add_post("/posts", self._post)
        app.router.add_get("/posts", self._posts)
        app.router.add_get("/mentions", self._mentions)
        return app

    def _fault(self) -> Fault:
        if self.next_faults:
            return self.next_faults.pop(0)
        return self.dice.choice(FAULTS) if self.dice.random() < self.faulty else "none"

    def _keep(self, key: str, said: dict[str, str | None]) -> Kept:
        used = next((one for one in self.kept if self.keyed and one.key == key), None)
        if used:
            return used
        now = time.time()
        lag = self.dice.uniform(0, LATE) if self.faulty else 0.0
        one = Kept(
            str(len(self.kept) + 1), key, str(said["text"]), said.get("link"), said.get("reply_to"), now, now + lag
        )
        self.kept.append(one)
        return one

    async def _post(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        key = request.headers.get("Idempotency-Key", "")
        self.requests += 1
        fault = self._fault()
        if self.arrived:
            self.arrived()
        if fault.startswith("lost") or fault in ("429", "503"):
            return _refusal(request, fault)
        if fault == "kept late":
            await asyncio.sleep(self.dice.uniform(0, LATE))
        one = self._keep(key, said)
        if fault == "kept, late answer":
            await asyncio.sleep(self.dice.uniform(0, LATE))
        match fault:
            case "kept, 500":
                return web.json_response({"error": "it broke"}, status=500)
            case "kept, cut":
                return _cut(request)
            case "kept, HTML":
                return web.Response(text="<html><body>Welcome!</body></html>", content_type="text/html")
            case "kept, no id":
                return web.json_response({})
        return web.json_response({"id": one.id})

    async def _posts(self, request: web.Request) -> web.Response:
        if self.faulty and self.dice.random() < self.faulty / 2:
            return web.json_response({"error": "slow down"}, status=429, headers={"Retry-After": "1"})
        since, now = float(request.query["since"]), time.time()
        posts = [
            {"id": one.id, "link": one.link, "reply_to": one.reply_to}
            for one in self.kept
            if one.kept_at >= since and one.seen_at <= now
        ]
        return web.json_response({"posts": posts})

    async def _mentions(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        if self.faulty and self.dice.random() < self.faulty / 2:
            after = max(0, after - 2)  # redelivered: the bot must not mind
        said = [
            {"id": one.id, "from": one.author, "text": one.text, "at": one.at} for one in self.said if one.id > after
        ]
        return web.json_response({"mentions": said})


def _refusal(request: web.Request, fault: Fault) -> web.StreamResponse:
    match fault:
        case "lost, cut":
            return _cut(request)
        case "429":
            return web.json_response({"error": "slow down"}, status=429, headers={"Retry-After": "1"})
        case "503":
            return web.json_response({"error": "come back"}, status=503, headers={"Retry-After": "1"})
    return web.json_response({"error": "it broke"}, status=500)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def serving(server: Counting) -> AsyncIterator[Counting]:
    """Let it listen on a free port of loopback."""
    runner = web.AppRunner(server.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()
