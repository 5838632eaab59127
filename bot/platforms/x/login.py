"""Being let in by X: OAuth 2.0 with tokens that renew themselves, or OAuth 1.0a.  May import: model, errors, ports, net.

X's refresh tokens serve once: a new one is kept before anything else is done with it.  If the program dies between
X's answer and that moment, the login is lost, and the owner must let the bot in anew.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.outcome import outcome
from bot.net.replies import json_object, number, words
from bot.platforms.x.oauth1 import Keys, authorization
from bot.ports import Clock, Http, Vault

TOKEN_PATH = "/2/oauth2/token"  # noqa: S105 -- an address

LIVES = 7200
"""Seconds that an access token is good for (docs.x.com, OAuth 2.0 Authorization Code Flow: two hours)."""

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed."""

ASKEW = timedelta(seconds=60)
"""A difference of two clocks that is worth a second try; X refuses signatures that are five minutes off."""

LOST = "X does not renew our login: its refresh token, which serves once, was used or has expired"

ANEW = "Let the bot in anew with: starfish accounts add x"

_TOKEN = re.compile(r"[\x21-\x7e]{1,4000}", re.ASCII)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What X handed out."""

    access: Secret
    refresh: Secret | None
    until: datetime
    scope: str = ""
    root: str = ""  # of the token that the owner gave; empty: it began with the set-up walk

    def packed(self) -> Secret:
        """As the vault keeps it."""
        kept = {
            "access": self.access.reveal(),
            "refresh": self.refresh.reveal() if self.refresh else "",
            "until": self.until.timestamp(),
            "scope": self.scope,
            "root": self.root,
        }
        return Secret(json.dumps(kept))


def unpacked(kept: Secret | None) -> Session | None:
    """Read what the vault kept; None where there is nothing, or nothing of use."""
    try:
        told = json.loads(kept.reveal()) if kept else {}
        return Session(
            access=Secret(str(told["access"])),
            refresh=Secret(told["refresh"]) if told["refresh"] else None,
            until=datetime.fromtimestamp(float(told["until"]), UTC),
            scope=str(told["scope"]),
            root=str(told["root"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The owner's app at X; one of a web app has a secret."""

    client_id: str
    client_secret: Secret | None = None


async def granted(
    http: Http, server: str, app: App, grant: Mapping[str, str], now: datetime, *, refused: str = LOST
) -> Session:
    """Trade a code or a refresh token for a session; `refused` is what is said where X doesn't.

    :raises RetryLater: X could not be asked, or gave no answer; the token may be used up nevertheless
    :raises NeedsLogin: X refused
    """
    headers = {}
    if app.client_secret is not None:
        both = f"{app.client_id}:{app.client_secret.reveal()}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
    form = {**grant, "client_id": app.client_id}
    try:
        reply = await http.send("POST", f"{server}{TOKEN_PATH}", form=form, headers=headers)
        if reply.status in {400, 401, 403}:
            raise NeedsLogin(refused, remedy=ANEW)
        outcome(reply)
        told = json_object(reply)
        access, refresh = words(told.get("access_token")), words(told.get("refresh_token"))
        if not _TOKEN.fullmatch(access):
            raise Unsure("there is no token in its answer")
    except (Unsure, Rejected) as error:
        raise RetryLater(f"X gave no new login ({error})") from None
    lives = number(told.get("expires_in"), at_most=10**8) or LIVES
    return Session(
        access=Secret(access),
        refresh=Secret(refresh) if _TOKEN.fullmatch(refresh) else None,
        until=now + timedelta(seconds=lives),
        scope=" ".join(words(told.get("scope"))[:1000].split()),
    )


class Renewed:
    """OAuth 2.0: a token for two hours, and another that gets the next one."""

    def __init__(self, account: str, app: App, given: Secret | None, server: str, http: Http, vault: Vault, now: Clock) -> None:  # fmt: skip
        self._account, self._app, self._given, self._server = account, app, given, server
        self._http, self._vault, self._now = http, vault, now
        self._lock = asyncio.Lock()

    @property
    def identity(self) -> str:
        """Of the token with which it all began."""
        session = self.session()
        return session.root if session else digest(self._given)

    def session(self) -> Session | None:
        """What is kept; None where there is nothing yet, or the owner has given a new token since."""
        kept = unpacked(self._vault.get(self._account, "session"))
        stale = kept is not None and self._given is not None and kept.root != digest(self._given)
        return None if stale else kept

    async def headers(self, method: str, url: str) -> dict[str, str]:  # noqa: ARG002 -- the door of all logins
        """Let a request in with a token that is good for a while yet."""
        async with self._lock:
            session, now = self.session(), self._now()
            if session is None or session.until - EARLY <= now:
                try:
                    session = await self._renewed(session)
                except RetryLater:
                    if session is None or session.until <= now:
                        raise
        return {"Authorization": f"Bearer {session.access.reveal()}"}

    async def renew(self, used: Mapping[str, str], ahead: timedelta) -> bool:  # noqa: ARG002 -- the door of all logins
        """Renew a token that X took back early, unless somebody did so meanwhile."""
        async with self._lock:
            session = self.session()
            if session is None or f"Bearer {session.access.reveal()}" == used.get("Authorization"):
                await self._renewed(session)
        return True

    async def _renewed(self, session: Session | None) -> Session:
        token = session.refresh if session else self._given
        if token is None:
            raise NeedsLogin(LOST if session else "this account was never let in by X", remedy=ANEW)
        grant = {"grant_type": "refresh_token", "refresh_token": token.reveal()}
        try:
            fresh = await granted(self._http, self._server, self._app, grant, self._now())
        except NeedsLogin:
            # Another process of this bot (`starfish accounts check`) may have been faster.
            if (others := self.session()) is not None and others != session:
                return others
            raise
        root = session.root if session else digest(self._given)
        # Kept at once: the token that it was got with is worth nothing any more.
        kept = Session(
            access=fresh.access, refresh=fresh.refresh or token, until=fresh.until, scope=fresh.scope, root=root
        )
        self._vault.put(self._account, "session", kept.packed())
        return kept


def digest(token: Secret | None) -> str:
    """A short word for a token, which tells nothing of it."""
    return hashlib.sha256(token.reveal().encode()).hexdigest()[:16] if token else ""
