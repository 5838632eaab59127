"""How a small server with the Mastodon API lets programs in: register, allow in a browser, code for token.

May import: aiohttp.  As strict as RFC 6749 and 7636 are: a code works once, for the program and the verifier it was
made for; an application gets no right that it didn't ask for at its registration.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
WHOLE = frozenset({"read", "write", "follow", "push"})
FINE = frozenset(
    f"{verb}:{noun}" for verb in ("read", "write") for noun in ("accounts", "media", "notifications", "statuses")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What somebody allowed."""

    client: str
    redirect: str
    scope: str
    challenge: str


@dataclass(slots=True, kw_only=True)
class Logins:
    """The server's programs, and what they were allowed."""

    token: str  # what every good code is exchanged for
    fine: bool = True  # whether it knows finer scopes
    pkce: bool = True  # whether it offers that, as Mastodon does from 4.3 on
    closed: bool = False  # whether it lets nobody register
    lives: object = None  # seconds, of a token; None: for ever
    born: int = 1_790_000_000  # when tokens were made, in seconds since 1970
    renewal: str = ""  # the refresh token that is good now, once; empty: none are handed out
    renewed: int = 0  # how often
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)  # by client id
    codes: dict[str, Code] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Its interface."""
        return [
            web.get("/.well-known/oauth-authorization-server", self._metadata),
            web.post("/api/v1/apps", self._register),
            web.get("/oauth/authorize", self._authorize),
            web.post("/oauth/token", self._exchange),
        ]

    async def _metadata(self, request: web.Request) -> web.Response:
        if not self.pkce:
            return web.Response(status=404)
        issuer = f"{request.scheme}://{request.host}/"
        return web.json_response({"issuer": issuer, "code_challenge_methods_supported": ["S256"]})

    async def _register(self, request: web.Request) -> web.Response:
        said = await request.json()
        scopes = set(str(said.get("scopes", "read")).split())
        known = WHOLE | FINE if self.fine else WHOLE
        if self.closed:
            return web.json_response({"error": "This action is not allowed"}, status=403)
        if not said.get("client_name") or said.get("redirect_uris") != OUT_OF_BAND or scopes - known:
            return web.json_response({"error": "Validation failed"}, status=422)
        number = str(len(self.apps) + 1)
        self.apps[f"client-{number}"] = {"client_secret": f"secret-{number}", "scopes": scopes}
        return web.json_response({"id": number, "client_id": f"client-{number}", "client_secret": f"secret-{number}"})

    def allow(self, asked: Mapping[str, str]) -> str | None:
        """Let somebody who is logged in say yes; gives the code, or None where the question is wrong."""
        app = self.apps.get(asked.get("client_id", ""))
        good = (
            app is not None
            and asked.get("response_type") == "code"
            and asked.get("redirect_uri") == OUT_OF_BAND
            and not set(asked.get("scope", "read").split()) - app["scopes"]
            and asked.get("code_challenge_method", "S256") == "S256"
            and ("code_challenge" in asked) == self.pkce
        )
        if not good:
            return None
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = Code(
            client=asked["client_id"],
            redirect=asked["redirect_uri"],
            scope=asked.get("scope", "read"),
            challenge=asked.get("code_challenge", ""),
        )
        return code

    async def _authorize(self, request: web.Request) -> web.Response:
        code = self.allow(request.query)
        if code is None:
            return web.Response(status=400, text="The requested scope is invalid, unknown, or malformed.")
        return web.Response(text=f"<html><code>{code}</code></html>", content_type="text/html")

    async def _exchange(self, request: web.Request) -> web.Response:
        said = await request.post()
        app = self.apps.get(str(said.get("client_id")))
        if app is None or app["client_secret"] != said.get("client_secret"):
            return web.json_response({"error": "invalid_client"}, status=401)
        if said.get("grant_type") == "refresh_token":
            return self._renew(str(said.get("refresh_token")))
        code = self.codes.pop(str(said.get("code")), None)
        if (
            code is None
            or said.get("grant_type") != "authorization_code"
            or (code.client, code.redirect) != (said.get("client_id"), said.get("redirect_uri"))
            or _challenge(str(said.get("code_verifier", ""))) != code.challenge
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(self._token(code.scope))

    def _renew(self, token: str) -> web.Response:
        if not self.renewal or token != self.renewal:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.renewed += 1
        self.token, self.renewal = f"token-{self.renewed}", f"renewal-{self.renewed}"
        return web.json_response(self._token("read write"))

    def _token(self, scope: str) -> dict[str, object]:
        told = {"access_token": self.token, "token_type": "Bearer", "scope": scope, "created_at": self.born}
        told |= {"refresh_token": self.renewal} if self.renewal else {}
        return told if self.lives is None else {**told, "expires_in": self.lives}


def _challenge(verifier: str) -> str:
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
