"""Whom a small X lets in: tokens that serve for two hours or once, and signatures.  May import: aiohttp, x_world, oauth1."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from bot.model import Secret
from bot.platforms.x.oauth1 import signature
from bot.prove.x_world import World

LIVES = 7200.0
"""Seconds that an access token is good for."""


@dataclass(slots=True, kw_only=True)
class Logins(World):
    """The bot's account, and what lets it in."""

    refresh: str = "good"  # the refresh token, or code, that serves next
    client_secret: str = ""  # asked for where it is set
    keys: tuple[str, ...] = ()  # the four of OAuth 1.0a, where that lets in
    scope: str = "tweet.read tweet.write users.read offline.access"
    grants: int = 0  # tokens handed out
    renews: bool = True  # whether it hands any out today
    _access: str = ""
    _until: float = 0.0
    _used: set[tuple[str, str]] = field(default_factory=set)

    def lets_in(self, request: web.Request) -> bool:
        """Whether a request has what lets it in."""
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        if not self.keys:
            return kind == "Bearer" and rest == self._access and self.clock() < self._until
        told = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', rest)}
        once = (told.get("oauth_timestamp", "0"), told.get("oauth_nonce", ""))
        signed = told.pop("oauth_signature", "")
        key, secret, token, token_secret = self.keys
        good = (
            kind == "OAuth"
            and (told.get("oauth_consumer_key"), told.get("oauth_token")) == (key, token)
            and once not in self._used
            and abs(int(once[0]) - self.clock()) < 300
            and signed
            == signature(
                request.method,
                f"{request.url.origin()}{request.path_qs}",
                told.items(),
                Secret(secret),
                Secret(token_secret),
            )
        )
        self._used.add(once)
        return good

    async def token(self, request: web.Request) -> web.Response:
        """Trade a code or a refresh token for new ones."""
        form = dict(parse_qsl(await request.text(), strict_parsing=True))
        if not self.renews:
            return web.json_response({"error": "temporarily_unavailable"}, status=503)
        who = base64.b64encode(f"app:{self.client_secret}".encode()).decode()
        if self.client_secret and request.headers.get("Authorization") != f"Basic {who}":
            return web.json_response({"error": "unauthorized_client"}, status=401)
        code = form.get("grant_type") == "authorization_code" and len(form.get("code_verifier", "")) >= 43
        if form.get("client_id") != "app" or (form.get("code") if code else form.get("refresh_token")) != self.refresh:
            said = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
            return web.json_response(said, status=400)
        return web.json_response(self.grant())

    def grant(self) -> dict[str, Any]:
        """Hand new tokens out; those before are worth nothing any more."""
        self.grants += 1
        first = self.refresh.partition("~")[0]
        self.refresh, self._access = f"{first}~r{self.grants}", f"{first}~a{self.grants}"
        self._until = self.clock() + LIVES
        return {
            "token_type": "bearer",
            "expires_in": int(LIVES),
            "access_token": self._access,
            "refresh_token": self.refresh,
            "scope": self.scope,
        }

    def revoke(self) -> None:
        """Take the access token back before its time."""
        self._access = ""
