"""A small server that takes posts as JSON and tells nobody of them, which counts and has bad days.  May import: aiohttp."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.prove.faults import misleading, refusal, utc
from bot.prove.faulty import Faulty


@dataclass(frozen=True, slots=True)
class Arrived:
    """One post that was kept."""

    key: str
    json: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class WebhookServer(Faulty):
    """One address, `/hook`; with `keyed` the same key again is the same post."""

    keyed: bool = False
    token: str = ""  # asked for in `Authorization`, where it is set
    kept: list[Arrived] = field(default_factory=list)
    asked: list[tuple[dict[str, str], Any]] = field(default_factory=list)  # headers and JSON

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application()
        app.router.add_post("/hook", self._hook)
        return app

    def there(self) -> list[str]:
        """What was kept, by what it is known by: its link, or its words."""
        return [str(one.json.get("url") or one.json.get("text")) for one in self.kept]

    def say(self, author: str, text: str) -> None:
        """Nobody can speak to the bot here."""

    def owed(self) -> list[str]:
        """So it owes no answers."""
        return []

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        said, key = await request.json(), request.headers.get("Idempotency-Key", "")
        self.asked.append((dict(request.headers), said))
        self.struck()
        if self.token and request.headers.get("Authorization") != self.token:
            return web.json_response({"error": "who are you?"}, status=401)
        fault = self.troubles.next()
        refused = refusal(fault, utc(self.clock()))
        if refused is not None:
            return refused
        async with self.fate(fault) as kept:
            if kept and not (self.keyed and any(one.key == key for one in self.kept)):
                self.kept.append(Arrived(key, said))
        return await misleading(fault, request) or web.Response(status=204)
