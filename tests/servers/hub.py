"""A small real WebSub hub: takes subscriptions, verifies them, delivers; with faults on demand.

It reaches callbacks as the internet would: under their public name, through a "proxy" that leads to the bot's own port.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web


@dataclass(frozen=True, slots=True)
class Called:
    """What a callback answered."""

    status: int
    text: str
    content_type: str


@dataclass(slots=True)
class Hub:
    """Serves `POST /hub` on a free port of loopback."""

    lease: int | None = 864_000  # seconds that it grants; None: it doesn't say
    verifies: bool = True  # before it answers, as the quickest hubs do
    status: int = 202
    redirect: str | None = None
    behind: str = ""  # the bot's own address, to which the public name leads
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[Called] = field(default_factory=list)  # of callbacks, to verifications
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hub", self._subscribe)
        app.router.add_post("/old", self._moved)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it takes subscriptions."""
        assert self._runner is not None
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/hub"

    @property
    def modes(self) -> list[str]:
        """What it was asked for, in order."""
        return [form["hub.mode"] for form in self.asked]

    @property
    def last(self) -> dict[str, str]:
        """The last request."""
        return self.asked[-1]

    # ----------------------------------------------------------------- to callbacks

    async def verify(self, form: dict[str, str] | None = None, **changed: str | None) -> Called:
        """Ask a callback whether it meant a request; `changed` are further or other parameters (None: left out)."""
        form = form or self.last
        query: dict[str, str | None] = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": f"challenge {len(self.answers)}",
            "hub.lease_seconds": None if self.lease is None else str(self.lease),
            **{f"hub.{name}": value for name, value in changed.items()},
        }
        given = {name: value for name, value in query.items() if value is not None}
        called = await self.call("GET", form["hub.callback"], params=given)
        self.answers.append(called)
        return called

    async def deliver(
        self,
        body: bytes | str,
        *,
        form: dict[str, str] | None = None,
        method: str = "sha256",
        signature: str | None = None,
        content_type: str = "application/rss+xml",
    ) -> Called:
        """Bring a document; signed with the secret that was agreed, unless a `signature` is given ("": none)."""
        form = form or self.last
        content = body.encode() if isinstance(body, str) else body
        if signature is None:
            signature = f"{method}={hmac.new(form['hub.secret'].encode(), content, method).hexdigest()}"
        headers = {"Content-Type": content_type, **({"X-Hub-Signature": signature} if signature else {})}
        return await self.call("POST", form["hub.callback"], data=content, headers=headers)

    async def call(
        self,
        verb: str,
        callback: str,
        *,
        params: dict[str, str] | None = None,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Called:
        """Reach a callback under its public name."""
        public = urlsplit(callback)
        sent = {"Host": public.netloc, "X-Forwarded-For": "203.0.113.9", **(headers or {})}
        async with aiohttp.request(
            verb, self.behind.rstrip("/") + public.path, params=params, data=data, headers=sent
        ) as response:
            return Called(response.status, await response.text(), response.content_type)

    # ----------------------------------------------------------------- from subscribers

    async def _subscribe(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        self.asked.append(form)
        if self.status >= 300:
            return web.Response(status=self.status, headers={"Retry-After": "60"} if self.status == 503 else None)
        if self.verifies and self.behind:
            async with asyncio.timeout(10):
                await self.verify(form)
        return web.Response(status=self.status)

    async def _moved(self, _: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/hub"})
