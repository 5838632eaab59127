"""Being let in by X: OAuth 2.0 with tokens that renew themselves, or OAuth 1.0a.  May import: model, errors, ports, net."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from bot.net.grants import App, Office, digest
from bot.platforms.x.oauth1 import Keys, authorization
from bot.ports import Clock, Http

TOKEN_PATH = "/2/oauth2/token"  # noqa: S105 -- an address

LIVES = 7200
"""Seconds that an access token is good for (docs.x.com, OAuth 2.0 Authorization Code Flow: two hours)."""

ASKEW = timedelta(seconds=60)
"""A difference of two clocks that is worth a second try; X refuses signatures that are five minutes off."""

LOST = "X does not renew our login: its refresh token, which serves once, was used or has expired"


class Login(Protocol):
    """What lets a request in."""

    @property
    def identity(self) -> str:
        """A word that changes with whose login it is."""
        ...

    async def headers(self, method: str, url: str) -> dict[str, str]:
        """The headers of one request.

        :raises RetryLater: not now
        :raises NeedsLogin: the owner must let us in anew
        """
        ...

    async def renew(self, used: Mapping[str, str], ahead: timedelta) -> bool:
        """Do what can be done about a 401, and tell whether another try is worth it.  Raises as `headers` does."""
        ...


class Signed:
    """OAuth 1.0a: every request is signed; nothing expires."""

    def __init__(self, keys: Keys, now: Clock) -> None:
        self._keys, self._now = keys, now
        self._ahead = timedelta(0)

    @property
    def identity(self) -> str:
        """Of the access token, which is one account's."""
        return digest(self._keys.access_token)

    async def headers(self, method: str, url: str) -> dict[str, str]:
        """Sign a request, by the server's clock as far as it is known."""
        timestamp = int((self._now() + self._ahead).timestamp())
        signed = authorization(method, url, self._keys, timestamp=timestamp, nonce=secrets.token_hex(16))
        return {"Authorization": signed}

    async def renew(self, used: Mapping[str, str], ahead: timedelta) -> bool:  # noqa: ARG002 -- the door of all logins
        """Go by the server's clock from now on, if ours is why it refused."""
        askew = abs(ahead - self._ahead) > ASKEW
        self._ahead = ahead
        return askew


def office(http: Http, server: str, app: App) -> Office:
    """Where X hands out tokens."""
    return Office(http=http, url=f"{server}{TOKEN_PATH}", app=app, lost=LOST, server="X", lives=LIVES)
