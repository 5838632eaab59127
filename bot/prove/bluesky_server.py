"""A small server of the AT Protocol with Bluesky's lexicons, which counts what it keeps and has bad days.

May import: aiohttp.  It behaves as the reference server (`@atproto/dev-env` 0.3.215) was observed to: an expired token
is 400 and not 401; a record under a used key is 200 if it is the same and 400 `InvalidSwap` if it differs; without
`swapRecord` it is overwritten in silence; notifications come newest first by the authors' clocks.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.prove.asked import Asked, dated
from bot.prove.bluesky_lexicon import DID, objection
from bot.prove.bluesky_world import PROFILE, Record, World, did_of, is_collection
from bot.prove.faults import Troubles, misleading, refusal, utc

GRACE = 7200.0
"""Seconds for which a refresh token that was exchanged is still taken."""

LOGINS = 30
"""Log-ins within 5 minutes, at most."""

_LISTS = "/xrpc/app.bsky.notification.listNotifications"


@dataclass(frozen=True, slots=True)
class Token:
    """What somebody was let in with."""

    kind: str  # access, refresh
    ends_at: float


@dataclass(slots=True, kw_only=True)
class BlueskyServer(World):
    """One server, with one account whose app password is `password`, and as many people as speak to it."""

    password: str = "good"  # noqa: S105 -- a test's
    scope: str = "com.atproto.appPass"  # com.atproto.access: the main password
    access_lives: float = 7200.0  # seconds
    loses_sessions: float = 0.0  # the share of answers to log-ins and renewals that are lost on the way
    spares: int = 0  # how many of them arrive before any is lost
    redelivers: bool = False  # pages of notifications overlap
    appview: bool = True  # whether there is one now
    writes_left: int | None = None  # None: nobody counts
    asked: list[Asked] = field(default_factory=list)
    logins: int = 0
    renewals: int = 0
    seen_at: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def listened(self) -> bool:
        """Whether anybody has begun to listen: what was said before is history."""
        return sum(asked.path == _LISTS for asked in self.asked) >= 2

    def app(self) -> web.Application:
        """Its interface, to be served."""
        app = web.Application(middlewares=[self._guard()])
        places: Mapping[str, Callable[[web.Request], Any]] = {
            "POST com.atproto.server.createSession": self._log_in,
            "POST com.atproto.server.refreshSession": self._renew,
            "GET com.atproto.server.getSession": self._session,
            "GET com.atproto.identity.resolveHandle": self._resolve,
            "GET com.atproto.repo.getRecord": self._get,
            "POST com.atproto.repo.putRecord": self._put,
            "POST com.atproto.repo.deleteRecord": self._delete,
            "GET app.bsky.notification.listNotifications": self._notifications,
            "POST app.bsky.notification.updateSeen": self._seen,
        }
        for place, handler in places.items():
            verb, _, name = place.partition(" ")
            app.router.add_route(verb, f"/xrpc/{name}", handler)
        return app

    def _guard(self) -> Any:  # noqa: ANN401 -- aiohttp's own type of a middleware is private
        @web.middleware
        async def guarded(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            body = await request.json() if request.can_read_body else None
            self.asked.append(Asked.of(request, body))
            try:
                response: web.StreamResponse = await handler(request)
            except Refused as refused:
                response = _error(refused.status, refused.name, refused.words)
            dated(response, self.clock())
            return response

        return guarded

    # ----------------------------------------------------------------- who is there

    def session(self) -> dict[str, Any]:
        """A new session of the account's."""
        number = next(self._numbers)
        made = {kind: self._token(kind, number) for kind in ("access", "refresh")}
        self.tokens[made["access"]] = Token("access", self.clock() + self.access_lives)
        self.tokens[made["refresh"]] = Token("refresh", self.clock() + 90 * 86400)
        return {"did": self.did, "handle": self.handle, "accessJwt": made["access"], "refreshJwt": made["refresh"]}

    def _token(self, kind: str, number: int) -> str:
        said = {"scope": self.scope if kind == "access" else "com.atproto.refresh", "sub": self.did, "n": number}
        body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        return f"{kind}.{body}.{self.password}"

    def _let_in(self, request: web.Request, kind: str = "access") -> str:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token:
            raise Refused(401, "AuthMissing", "Authentication Required")
        known = self.tokens.get(token)
        if known is None or known.kind != kind:
            raise Refused(400, "InvalidToken", "Token could not be verified")
        if known.ends_at <= self.clock():
            raise Refused(400, "ExpiredToken", "Token has expired")
        return token

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        said = self.asked[-1].json
        self.logins += 1
        if self.logins > LOGINS:
            return self._limited(LOGINS, 300)
        if set(said) != {"identifier", "password"} or said["identifier"] not in {self.handle, self.did}:
            return _error(401, "AuthenticationRequired", "Invalid identifier or password")
        if said["password"] != self.password:
            return _error(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._handed_over(request)

    async def _renew(self, request: web.Request) -> web.StreamResponse:
        if self.asked[-1].json is not None:
            return _error(400, "InvalidRequest", "A request body was provided when none was expected")
        token = self._let_in(request, "refresh")
        self.renewals += 1
        self.tokens[token] = Token("refresh", min(self.tokens[token].ends_at, self.clock() + GRACE))
        return self._handed_over(request)

    def _handed_over(self, request: web.Request) -> web.StreamResponse:
        session = self.session()
        if self.spares:
            self.spares -= 1
        elif (
            self.loses_sessions and self.troubles.dice.random() < self.loses_sessions and request.transport is not None
        ):
            request.transport.abort()
        return web.json_response({**session, "active": True})

    async def _session(self, request: web.Request) -> web.Response:
        self._let_in(request)
        return web.json_response({"did": self.did, "handle": self.handle, "active": True})

    async def _resolve(self, request: web.Request) -> web.Response:
        return web.json_response({"did": did_of(request.query["handle"])})

    # ----------------------------------------------------------------- records

    async def _put(self, request: web.Request) -> web.StreamResponse:
        said = self.asked[-1].json
        if said.get("collection") == PROFILE:
            self._let_in(request)
            return self._written(said)
        self.struck()
        self._let_in(request)
        fault = self.troubles.next()
        refused = refusal(fault, utc(self.clock())) or self._spent()
        if refused is not None:
            return refused
        async with self.fate(fault) as kept:
            answer = self._written(said) if kept else web.json_response({})
            if answer.status != 200:
                return answer
        return await misleading(fault, request) or answer

    def _written(self, said: dict[str, Any]) -> web.Response:
        """Write a record as `putRecord` does: over what is there, unless the sender says what it must be."""
        record = self._named(said, said.get("record"))
        if words := objection(record.collection, record.rkey, record.value):
            return _error(400, "InvalidRequest", words)
        there = self.records.get(record.id)
        answer = {"uri": record.id, "cid": record.cid, "validationStatus": "valid"}
        if there is not None and there.cid == record.cid:
            return web.json_response(answer)
        if "swapRecord" in said and said["swapRecord"] != (there.cid if there else None):
            return _error(400, "InvalidSwap", f"Record was at {there.cid if there else None}")
        self.keep(record)
        return web.json_response({**answer, "commit": {"cid": record.cid, "rev": record.rkey}})

    def _named(self, said: dict[str, Any], value: Any) -> Record:  # noqa: ANN401 -- whatever was sent
        did, collection, rkey = (said.get(name) for name in ("repo", "collection", "rkey"))
        if did != self.did:
            raise Refused(401, "AuthenticationRequired", "Authentication Required")
        if not is_collection(collection) or not isinstance(rkey, str) or not rkey:
            raise Refused(400, "InvalidRequest", "Input/collection must be a valid nsid")
        return Record(did=self.did, collection=str(collection), rkey=rkey, value=value)

    def _spent(self) -> web.Response | None:
        if self.writes_left is None:
            return None
        self.writes_left -= 1
        return self._limited(5000, 3600) if self.writes_left < 0 else None

    def _limited(self, most: int, seconds: int) -> web.Response:
        """Bluesky's own way to say "not now": no Retry-After, a Unix time, seconds after which the window ends."""
        headers = {
            "RateLimit-Limit": str(most),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(int(self.clock()) + 2),
            "RateLimit-Policy": f"{most};w={seconds}",
        }
        return _error(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)

    async def _get(self, request: web.Request) -> web.Response:
        query = request.query
        if not DID.fullmatch(query["repo"]):
            return _error(400, "InvalidRequest", "Params/repo must be a valid did")
        found = self.records.get(f"at://{query['repo']}/{query['collection']}/{query['rkey']}")
        if found is None:
            return _error(400, "RecordNotFound", "Could not locate record")
        return web.json_response({"uri": found.id, "cid": found.cid, "value": found.value})

    async def _delete(self, request: web.Request) -> web.Response:
        self._let_in(request)
        self.records.pop(self._named(self.asked[-1].json, {}).id, None)
        return web.json_response({})

    # ----------------------------------------------------------------- notifications

    async def _notifications(self, request: web.Request) -> web.Response:
        self._let_in(request)
        if not self.appview:
            return _error(502, "UpstreamFailure", "Upstream service unreachable")
        query, limit = request.query, int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            return _error(400, "InvalidRequest", "Params/limit must be between 1 and 100")
        kinds, before = query.getall("reasons", []), query.get("cursor", "~")
        told = sorted((one for one in self.notes if one["_seen_at"] <= self.clock()), key=lambda one: one["indexedAt"])
        told = [one for one in told[::-1] if one["indexedAt"] < before]
        told = [one for one in told if not kinds or one["reason"] in kinds]
        page, rest = told[:limit], told[limit:]
        cursor = page[-3 if self.redelivers and len(page) > 3 else -1]["indexedAt"] if rest and page else None
        shown = [{name: value for name, value in one.items() if name != "_seen_at"} for one in page]
        answer: dict[str, Any] = {"notifications": shown, "priority": False}
        return web.json_response({**answer, "cursor": cursor} if cursor else answer)

    async def _seen(self, request: web.Request) -> web.Response:
        self._let_in(request)
        self.seen_at = str(self.asked[-1].json["seenAt"])
        return web.Response()


class Refused(Exception):
    """A request that is not let through."""

    def __init__(self, status: int, name: str, words: str) -> None:
        self.status, self.name, self.words = status, name, words
        super().__init__(words)


def _error(status: int, name: str, words: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": name, "message": words}, status=status, headers=headers)


def bluesky(troubles: Troubles) -> BlueskyServer:
    """A server on a bad day: sessions last for seconds and get lost, the bot is told late of what was said."""
    faulty = troubles.share > 0
    return BlueskyServer(
        troubles=troubles,
        lag=troubles.moment if faulty else float,
        access_lives=5.0 if faulty else 7200.0,
        loses_sessions=troubles.share,
        spares=1,  # after a lost log-in the bot waits for five minutes, and a proof would only wait with it
        redelivers=faulty,
    )
