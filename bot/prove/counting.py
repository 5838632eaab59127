"""The server of the imagined platforms: it counts what it keeps, and has bad days.  May import: aiohttp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.prove.faults import misleading, refusal, utc
from bot.prove.faulty import Faulty
from bot.prove.verdict import answer_to


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


@dataclass(slots=True, kw_only=True)
class Counting(Faulty):
    """One platform's server."""

    keyed: bool = False  # a used key is answered with its post
    lag: Callable[[], float] = float  # seconds until a post can be read back
    kept: list[Kept] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    looks: int = 0  # how often it was read back

    def say(self, author: str, text: str) -> None:
        """Let somebody mention the bot."""
        self.said.append(Said(len(self.said) + 1, author, text, self.clock()))

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

    def _keep(self, key: str, said: dict[str, str | None]) -> Kept:
        used = next((one for one in self.kept if self.keyed and one.key == key), None)
        if used:
            return used
        now, number = self.clock(), str(len(self.kept) + 1)
        kept = Kept(number, key, str(said["text"]), said.get("link"), said.get("reply_to"), now, now + self.lag())
        self.kept.append(kept)
        return kept

    async def _post(self, request: web.Request) -> web.StreamResponse:
        said, key = await request.json(), request.headers.get("Idempotency-Key", "")
        self.struck()
        fault = self.troubles.next()
        refused = refusal(fault, utc(self.clock()))
        if refused is not None:
            return refused
        async with self.fate(fault) as is_kept:
            kept = self._keep(key, said) if is_kept else None
        return await misleading(fault, request) or web.json_response({"id": kept.id} if kept else {})

    async def _posts(self, request: web.Request) -> web.Response:
        self.looks += 1
        if self._bad_day():
            return web.json_response({"error": "slow down"}, status=429, headers={"Retry-After": "1"})
        since, now = float(request.query["since"]), self.clock()
        posts = [
            {"id": one.id, "link": one.link, "reply_to": one.reply_to}
            for one in self.kept
            if one.kept_at >= since and one.seen_at <= now
        ]
        return web.json_response({"posts": posts})

    async def _mentions(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        if self._bad_day():
            after = max(0, after - 2)  # redelivered: the bot must not mind
        said = [
            {"id": one.id, "from": one.author, "text": one.text, "at": one.at} for one in self.said if one.id > after
        ]
        return web.json_response({"mentions": said})

    def _bad_day(self) -> bool:
        return bool(self.troubles.share) and self.troubles.dice.random() < self.troubles.share / 2
