"""A small Discord, interface and gateway, which counts what it keeps and has bad days.  May import: aiohttp, faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from bot.prove.asked import Asked, dated
from bot.prove.discord_gateway import DiscordGateway
from bot.prove.discord_refusals import Scope, called, error, headers_of, invalid, limited, objection
from bot.prove.discord_world import BOT, GUILD, HISTORY, HOME, SEND, VIEW, Message, World
from bot.prove.faults import Troubles, misleading, refusal, utc

NONCE_LIVES = 120.0
"""Seconds for which a nonce is known: "the past few minutes", at its shortest."""

PAGE = 100


@dataclass(slots=True, kw_only=True)
class DiscordServer(World):
    """One server with one bot, whose token is `token`."""

    token: str = "good"  # noqa: S105 -- a test's
    redelivers: bool = False  # what was read comes again
    limit: int = 1000  # messages that may be posted in five seconds
    limited: list[Scope] = field(default_factory=list)  # which limits the next requests meet, of any kind
    sessions_left: int = 1000
    flags: int = 0  # of its application
    missing: set[str] = field(default_factory=set)  # paths that are closed
    asked: list[Asked] = field(default_factory=list)
    gateway: DiscordGateway = field(init=False)
    _posted_at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gateway = self.told = DiscordGateway(self, self.token)
        self.gateway.redelivers = self.redelivers

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: what was said before is history."""
        return bool(self.gateway.sessions) and any("after" in asked.query for asked in self.asked)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return self.gateway.listeners

    def cut_streams(self) -> None:
        """Hang up on everybody who listens."""
        self.gateway.cut()

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application(middlewares=[self._guard()])
        api = "/api/v10"
        app.add_routes(
            [
                web.get(f"{api}/users/@me", self._me),
                web.get(f"{api}/applications/@me", self._application),
                web.get(f"{api}/oauth2/applications/@me", self._application),
                web.get(f"{api}/gateway/bot", self._where),
                web.get(f"{api}/channels/{{channel}}", self._channel),
                web.get(f"{api}/channels/{{channel}}/messages", self._read),
                web.post(f"{api}/channels/{{channel}}/messages", self._post),
                web.get(f"{api}/channels/{{channel}}/messages/{{id}}", self._one),
                web.delete(f"{api}/channels/{{channel}}/messages/{{id}}", self._delete),
                web.get(f"{api}/guilds/{{guild}}/channels", self._channels),
                web.get(f"{api}/guilds/{{guild}}/threads/active", self._threads),
                web.get(f"{api}/guilds/{{guild}}/members/{{id}}", self._member),
                web.get(f"{api}/guilds/{{guild}}/roles", self._roles),
                web.get("/", self.gateway.serve),
            ]
        )
        return app

    def _guard(self) -> Any:  # noqa: ANN401 -- aiohttp's own type of a middleware is private
        @web.middleware
        async def guarded(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            self.gateway.token = self.token
            self.gateway.url = self.url.replace("http", "ws", 1)
            if request.path == "/":
                socket: web.StreamResponse = await handler(request)
                return socket
            body = await request.json() if request.can_read_body else None
            self.asked.append(Asked.of(request, body))
            refused = self._stopped(request)
            response: web.StreamResponse = refused if refused is not None else await handler(request)
            if response.content_type == "application/json" and not response.prepared:
                response.headers["Content-Type"] = "application/json"  # without a charset, as the real one has it
            if "Date" not in response.headers:
                dated(response, self.clock())
            return response

        return guarded

    def _stopped(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bot {self.token}":
            return error(401, 0, "401: Unauthorized")
        if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
            return error(403, 40333, "internal network error")
        if request.path in self.missing:
            return error(403, 50001, "Missing Access")
        if self.limited:
            return limited(self.limited.pop(0), 1.5)
        channel = request.match_info.get("channel")
        if channel is not None and channel not in self.channels:
            return error(404, 10003, "Unknown Channel")
        if channel == HOME and not self.may & VIEW:
            return error(403, 50001, "Missing Access")
        return None

    # ----------------------------------------------------------------- what it says of itself

    async def _me(self, _: web.Request) -> web.Response:
        return web.json_response(self.user(BOT) | {"verified": True, "mfa_enabled": False, "locale": "en-US"})

    async def _application(self, _: web.Request) -> web.Response:
        said: dict[str, Any] = {"id": BOT, "name": self.name, "icon": None, "description": "", "flags": self.flags}
        said |= {
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "00",
            "owner": self.user(self.person("@owner")),
            "team": None,
        }
        return web.json_response(said)

    async def _where(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": self.sessions_left, "reset_after": 3_600_000, "max_concurrency": 1}
        return web.json_response({"url": self.gateway.url, "shards": 1, "session_start_limit": limit})

    def _shown_channel(self, id_: str) -> dict[str, Any]:
        guild = self.channels[id_]
        newest = next((one.id for one in reversed(self.messages) if one.channel == id_), None)
        said = {"id": id_, "type": 0 if guild else 1, "last_message_id": newest}
        if not guild:
            return said
        return said | {"guild_id": guild, "name": "bots", "position": 0, "permission_overwrites": []}

    async def _channel(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown_channel(request.match_info["channel"]))

    async def _channels(self, _: web.Request) -> web.Response:
        return web.json_response([self._shown_channel(id_) for id_, guild in self.channels.items() if guild])

    async def _threads(self, _: web.Request) -> web.Response:
        return web.json_response({"threads": [], "members": []})

    async def _member(self, request: web.Request) -> web.Response:
        return web.json_response({"user": self.user(request.match_info["id"]), "roles": [], "joined_at": None})

    async def _roles(self, _: web.Request) -> web.Response:
        return web.json_response([{"id": GUILD, "name": "@everyone", "permissions": str(self.may)}])

    # ----------------------------------------------------------------- posting

    async def _post(self, request: web.Request) -> web.StreamResponse:
        said, channel = self.asked[-1].json, request.match_info["channel"]
        self.struck()
        fault = self.troubles.next()
        refused = refusal(fault, utc(self.clock())) or self._full() or self._objection(said, channel)
        if refused is not None:
            return refused
        async with self.fate(fault) as kept:
            message = self._known(said, channel) or self.keep(self._sent(said, channel)) if kept else None
        answer = self.shown(message) | {"nonce": message.nonce} if message else {}
        return await misleading(fault, request) or web.json_response(answer, headers=self._budget())

    def _known(self, said: Mapping[str, Any], channel: str) -> Message | None:
        if not said.get("enforce_nonce") or said.get("nonce") is None:
            return None
        since = self.clock() - NONCE_LIVES
        known = (one for one in self.kept if one.channel == channel and one.at > since)
        return next((one for one in known if one.nonce == str(said["nonce"])), None)

    def _full(self) -> web.Response | None:
        """Refuse what is more than the channel's limit."""
        now = self.clock()
        self._posted_at = [at for at in self._posted_at if now - 5 < at]
        if len(self._posted_at) >= self.limit:
            return limited("user", self._posted_at[0] + 5 - now)
        self._posted_at.append(now)
        return None

    def _budget(self) -> dict[str, str]:
        after = self._posted_at[0] + 5 - self.clock() if self._posted_at else 0.0
        left = self.limit - len(self._posted_at)
        return headers_of(self.limit, left, after)

    def _objection(self, said: object, channel: str) -> web.Response | None:
        if channel == HOME and not self.may & SEND:
            return error(403, 50013, "Missing Permissions")
        return objection(said, [one.id for one in self.messages if one.channel == channel])

    def _there(self, channel: str, id_: object) -> Message | None:
        return next((one for one in self.messages if one.id == str(id_) and one.channel == channel), None)

    def _sent(self, said: Mapping[str, Any], channel: str) -> Message:
        parent = self._there(channel, (said.get("message_reference") or {}).get("message_id"))
        nonce = said.get("nonce")
        message = Message(
            author=BOT,
            channel=channel,
            text=said["content"].strip(),
            sent=said["content"],
            nonce=None if nonce is None else str(nonce),
            reply_to=parent.id if parent else None,
            kind=19 if parent else 0,
            flags=said.get("flags", 0) or 0,
        )
        return replace(message, pings=called(message.text, said.get("allowed_mentions"), parent))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._there(request.match_info["channel"], request.match_info["id"])
        if message is None:
            return error(404, 10008, "Unknown Message")
        if message.author != BOT:
            return error(403, 50013, "Missing Permissions")
        self.remove(message)
        return web.Response(status=204)

    # ----------------------------------------------------------------- reading

    async def _one(self, request: web.Request) -> web.Response:
        message = self._there(request.match_info["channel"], request.match_info["id"])
        return error(404, 10008, "Unknown Message") if message is None else web.json_response(self.shown(message))

    async def _read(self, request: web.Request) -> web.Response:
        query, channel = request.query, request.match_info["channel"]
        limit = int(query.get("limit", "50"))
        if set(query) - {"after", "before", "around", "limit"} or not 1 <= limit <= PAGE or not _ids(query):
            return invalid("limit", "NUMBER_TYPE_MAX")
        now = self.clock()
        those = [one for one in self.messages if one.channel == channel and one.seen_at <= now]
        if channel == HOME and not self.may & HISTORY:
            those = []
        if (after := query.get("after")) is not None:
            at = next((at for at, one in enumerate(those) if int(one.id) > int(after)), len(those))
            at = max(at - 2, 0) if self.redelivers and at < len(those) else at
            those = those[at : at + limit]  # those right after it
        elif (before := query.get("before")) is not None:
            those = [one for one in those if int(one.id) < int(before)]
        return web.json_response([self.shown(one) for one in those[-limit:][::-1]])


def _ids(query: Mapping[str, str]) -> bool:
    return all(query[name].isdigit() for name in ("after", "before", "around") if name in query)


def discord(troubles: Troubles) -> DiscordServer:
    """A server with bad days: what the bot said is shown late, and what was heard comes again."""
    lag = troubles.moment if troubles.share else float
    return DiscordServer(troubles=troubles, lag=lag, redelivers=troubles.share > 0)


PROOF_KEYS = f'server = "{{url}}/api/v10"\ntoken = {{ env = "STARFISH_PROOF_TOKEN" }}\nchannel = "{HOME}"\npoll = "1s"'
"""Of the account, in TOML."""
