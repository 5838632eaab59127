"""A small server with the Mastodon client API, which counts what it keeps and has bad days.  May import: aiohttp.

It speaks two dialects, as the real ones were observed to: "mastodon" honours keys for an hour and may answer a used one
with 500, counts a link as 23 and a remote handle as its name; "gotosocial" ignores keys, counts links in full whatever
it advertises, has letters in its ids, no server-sent events, and refuses with 400 what Mastodon refuses with 422.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from bot.prove.asked import Asked, dated
from bot.prove.faults import Troubles, keeps, misleading, refusal, utc
from bot.prove.mastodon_logins import Logins
from bot.prove.mastodon_world import Status, World

KEY_LIVES = 3600.0
"""Seconds for which Mastodon knows a key."""

_FIELDS = {"status", "in_reply_to_id", "sensitive", "spoiler_text", "visibility", "language", "media_ids"}
_VISIBILITIES = {"public", "unlisted", "private", "direct"}


@dataclass(slots=True, kw_only=True)
class MastodonServer(World):
    """One server, with one account whose token is `token`, and as many people as speak to it."""

    unsaying: Troubles = field(default_factory=Troubles)  # of deleting: "kept" is done
    token: str = "good"  # noqa: S105 -- a test's
    own: str = "bot"  # whose it is
    further: set[str] = field(default_factory=set)  # more tokens of the same account
    used_key: Literal["status", "500"] = "status"  # what a used key is answered with
    redelivers: bool = False  # notifications that were read come again
    logins: Logins = field(default_factory=lambda: Logins(token=""))
    fixed: bool = False  # whether its people's profiles can't be changed; snac hangs up on that
    scopes: str | None = "read write"  # what the token's application asked for; None: it doesn't say
    by_hand: bool = False  # whether the token belongs to no application
    bad_token: int = 401  # the status that a bad token gets; snac says 422
    hides_direct: bool = False  # direct messages stand in no list of an account's posts
    pages: bool = True  # whether `max_id` is understood
    missing: set[str] = field(default_factory=set)  # paths that it hasn't got
    asked: list[Asked] = field(default_factory=list)

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: what was said before is history."""
        return any(asked.path == "/api/v1/notifications" and "min_id" in asked.query for asked in self.asked)

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application(middlewares=[self._guard()])
        self.logins.token = self.token
        app.add_routes(
            [
                *self.logins.routes(),
                web.get("/api/v2/instance", self._instance),
                web.get("/api/v1/instance", self._instance),
                web.get("/.well-known/nodeinfo", self._nodeinfo_links),
                web.get("/nodeinfo/2.0", self._nodeinfo),
                web.get("/api/v1/accounts/verify_credentials", self._me),
                web.get("/api/v1/apps/verify_credentials", self._app),
                web.patch("/api/v1/accounts/update_credentials", self._change),
                web.post("/api/v1/statuses", self._post),
                web.get("/api/v1/accounts/{id}/statuses", self._own),
                web.get("/api/v1/statuses/{id}/context", self._context),
                web.delete("/api/v1/statuses/{id}", self._delete),
                web.get("/api/v1/notifications", self._notifications),
                web.get("/api/v1/streaming", self._socket),
                web.get("/api/v1/streaming/user", self._events),
            ]
        )
        return app

    def _guard(self) -> Any:  # noqa: ANN401 -- aiohttp's own type of a middleware is private
        @web.middleware
        async def guarded(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            body = await request.json() if request.content_type == "application/json" else None
            self.asked.append(Asked.of(request, body))
            if request.path in self.missing:
                return _error(404, "Not Found")
            public = request.path.startswith(("/_/", "/.well-known/", "/oauth/", "/nodeinfo/"))
            public = public or request.path.endswith(("/instance", "/apps"))
            tokens = {self.token if not self.logins.renewed else self.logins.token, *self.further}
            if not public and request.headers.get("Authorization", "").removeprefix("Bearer ") not in tokens:
                return _error(self.bad_token, "The access token is invalid")
            response: web.StreamResponse = await handler(request)
            dated(response, self.clock())
            return response

        return guarded

    # ----------------------------------------------------------------- what it says of itself

    async def _instance(self, request: web.Request) -> web.Response:
        cost = 23 if self.dialect == "mastodon" else 25  # which GoToSocial doesn't keep to
        statuses = {"max_characters": self.max_characters, "characters_reserved_per_url": cost}
        streaming = f"wss://{self.domain}"
        if request.path.startswith("/api/v1/"):
            said = {"uri": self.domain, "urls": {"streaming_api": streaming}}
            return web.json_response({**said, "configuration": {"statuses": statuses}})
        urls = {"streaming": streaming}
        return web.json_response({"domain": self.domain, "configuration": {"statuses": statuses, "urls": urls}})

    async def _nodeinfo_links(self, _: web.Request) -> web.Response:
        schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return web.json_response({"links": [{"rel": schema, "href": f"https://{self.domain}/nodeinfo/2.0"}]})

    async def _nodeinfo(self, _: web.Request) -> web.Response:
        return web.json_response({"version": "2.0", "software": {"name": self.dialect, "version": "1"}})

    async def _me(self, _: web.Request) -> web.Response:
        return web.json_response(self.person(self.own))

    async def _app(self, _: web.Request) -> web.Response:
        if self.by_hand:
            return _error(401, "The access token is invalid")
        if self.scopes is None:
            return web.json_response({"name": "Starfish"})
        return web.json_response({"name": "Starfish", "scopes": self.scopes.split()})

    async def _change(self, request: web.Request) -> web.Response:
        if self.fixed:
            return _error(422, "Validation failed")
        said = await request.post()  # what comes as JSON isn't read, and nothing is said of that
        self.is_bot = str(said.get("bot", self.is_bot)).lower() == "true"
        return web.json_response(self.person("bot"))

    # ----------------------------------------------------------------- posting

    async def _post(self, request: web.Request) -> web.StreamResponse:
        said = self.asked[-1].json
        self.struck()
        fault = self.troubles.next()
        refused = refusal(fault, utc(self.clock())) or self._objection(said)
        if refused is not None:
            return refused
        status = None
        async with self.fate(fault) as kept:
            key = request.headers.get("Idempotency-Key", "")
            if kept and (status := self._used(key)) is not None and self.used_key == "500":
                return _error(500, "Internal Server Error")
            status = status or (self.keep(_sent(said, key)) if kept else None)
        return await misleading(fault, request) or web.json_response(self.shown(status) if status else {})

    def _used(self, key: str) -> Status | None:
        if self.dialect != "mastodon" or not key:
            return None
        now = self.clock()
        return next((one for one in self.kept if one.key == key and now - one.at < KEY_LIVES), None)

    def _objection(self, said: dict[str, Any]) -> web.Response | None:
        """What the interface refuses of a post."""
        status = 422 if self.dialect == "mastodon" else 400
        text, parent = str(said.get("status") or ""), said.get("in_reply_to_id")
        if self.length(text, str(said.get("spoiler_text") or "")) > self.max_characters:
            if self.dialect == "mastodon":
                return _error(status, f"Validation failed: Text character limit of {self.max_characters} exceeded")
            return _error(status, f"text with spoiler exceed max chars: {self.max_characters}")
        if not text.strip() or set(said) - _FIELDS or said.get("visibility", "public") not in _VISIBILITIES:
            return _error(status, "Validation failed")
        if parent is not None and all(one.id != parent for one in self.statuses):
            return _error(404, "Record not found")
        return None

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        fault = self.unsaying.next()
        if (refused := refusal(fault, utc(self.clock()))) is not None:
            return refused
        one = next((one for one in self.kept if one.id == request.match_info["id"]), None)
        if one is not None and keeps(fault):
            self.statuses.remove(one)
        answer = _error(404, "Record not found") if one is None else web.json_response(self.shown(one))
        return await misleading(fault, request) or answer

    # ----------------------------------------------------------------- reading

    async def _own(self, request: web.Request) -> web.Response:
        mine = [one for one in self.kept if one.seen_at <= self.clock()]
        mine = [one for one in mine if not (self.hides_direct and one.visibility == "direct")]
        if (below := request.query.get("max_id")) is not None and self.pages:
            mine = [one for one in mine if one.id < below]
        return web.json_response(list(map(self.shown, mine[::-1][: int(request.query.get("limit", "20"))])))

    async def _context(self, request: web.Request) -> web.Response:
        known = {one.id: one for one in self.statuses}
        at = request.match_info["id"]
        if at not in known:
            return _error(404, "Record not found")
        below = [one for one in self.statuses if one.reply_to == at and one.seen_at <= self.clock()]
        above: list[Status] = []
        while (parent := known[at].reply_to) in known:
            above.insert(0, known[parent])
            at = parent
        told = {"ancestors": list(map(self.shown, above)), "descendants": list(map(self.shown, below))}
        return web.json_response(told)

    async def _notifications(self, request: web.Request) -> web.Response:
        query, limit = request.query, int(request.query.get("limit", "40"))
        kinds = query.getall("types[]", [])
        notes = [note for note in self.notes if not kinds or note["type"] in kinds]
        if (after := query.get("min_id")) is None:
            return web.json_response(notes[::-1][:limit])
        at = next((at for at, note in enumerate(notes) if note["id"] > after), len(notes))
        if self.redelivers and at < len(notes):
            at = max(at - 2, 0)
        return web.json_response(notes[at : at + limit][::-1])  # the page right after it, newest first

    # ----------------------------------------------------------------- streams

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if (name := request.query.get("stream")) != "user":
            return _error(400, "Unknown stream type")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        with self.streams.listening() as stream, suppress(ConnectionError):
            while (told := await stream.get()) is not None:
                await socket.send_json({"stream": [name], "event": told[0], "payload": told[1]})
        await socket.close()
        return socket

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if self.dialect != "mastodon":
            return _error(404, "Not Found")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with self.streams.listening() as stream, suppress(ConnectionError):
            await response.write(b":)\n:thump\n\n")
            while (told := await stream.get()) is not None:
                await response.write(f"event: {told[0]}\ndata: {told[1]}\n\n".encode())
        return response


def _sent(said: dict[str, Any], key: str) -> Status:
    return Status(
        account="bot",
        text=said["status"],
        key=key,
        reply_to=said.get("in_reply_to_id"),
        visibility=said.get("visibility", "public"),
        spoiler=said.get("spoiler_text", ""),
        language=said.get("language"),
    )


def _error(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)
