"""A guestbook that counts what it keeps, refuses what the real one refuses, and has bad days.  May import: aiohttp."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import format_datetime

from aiohttp import web

from bot.prove.faults import misleading, refusal, utc
from bot.prove.faulty import Faulty


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    id: str
    key: str
    text: str
    at: float  # seconds since 1970


@dataclass(slots=True, kw_only=True)
class GuestbookServer(Faulty):
    """One guestbook, with one writer."""

    token: str
    kept: list[Entry] = field(default_factory=list)
    complete: bool = True  # whether it shows all of its entries

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application()
        app.on_response_prepare.append(self._tell_the_time)
        app.add_routes(
            [
                web.get("/me", self._me),
                web.post("/entries", self._write),
                web.get("/entries", self._read),
                web.delete("/entries/{id}", self._tear),
            ]
        )
        return app

    def there(self) -> list[str]:
        """What it kept, by what it is known by: the link at its end, or its words."""
        return [one.text.split()[-1] if "://" in one.text else one.text for one in self.kept]

    def say(self, author: str, text: str) -> None:
        """Nobody can speak to the bot here."""

    async def _tell_the_time(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(utc(self.clock()).replace(microsecond=0), usegmt=True)

    async def _me(self, request: web.Request) -> web.Response:
        return self._stranger(request) or web.json_response({"name": "Ann"})

    async def _write(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        self.struck()
        fault = self.troubles.next()
        no = self._stranger(request) or refusal(fault, utc(self.clock())) or _objection(said)
        if no is not None:
            return no
        async with self.fate(fault) as kept:
            entry = next((one for one in self.kept if one.key == said["key"]), None)
            if entry is None and kept:
                entry = Entry(str(len(self.kept) + 1), said["key"], said["text"], self.clock())
                self.kept.append(entry)
        return await misleading(fault, request) or web.json_response({"id": entry.id} if entry else {}, status=201)

    async def _read(self, request: web.Request) -> web.Response:
        since = float(request.query["since"])
        entries = [{"id": one.id, "key": one.key, "text": one.text} for one in self.kept if one.at >= since]
        return self._stranger(request) or web.json_response({"entries": entries, "complete": self.complete})

    async def _tear(self, request: web.Request) -> web.Response:
        entry = next((one for one in self.kept if one.id == request.match_info["id"]), None)
        if entry is None:
            return self._stranger(request) or web.json_response({"error": "there is no such entry"}, status=404)
        self.kept.remove(entry)
        return web.json_response({})

    def _stranger(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") == f"Bearer {self.token}":
            return None
        return web.json_response({"error": "who are you?"}, status=401)


def _objection(said: object) -> web.Response | None:
    good = (
        isinstance(said, dict) and set(said) == {"text", "key"} and all(isinstance(one, str) for one in said.values())
    )
    if good and isinstance(said, dict) and said["key"] and 0 < len(said["text"].strip()) <= len(said["text"]) <= 400:
        return None
    return web.json_response({"error": "1 to 400 characters, and a key"}, status=422)
