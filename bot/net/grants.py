"""Tokens of OAuth 2.0 that have an end, and others that get the next ones.  May import: errors, model, ports, this package.

A refresh token may serve once (RFC 6749, 6): a new one is kept before anything else is done with it.  If the program
dies between the server's answer and that moment, the login is lost, and the owner must let the bot in anew.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.outcome import outcome
from bot.net.replies import json_object, number, words
from bot.ports import Clock, Http, Vault

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed."""

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a token that has none."""

LONGEST = 10 * 365 * 86400
"""Seconds; a token that lives longer has no end."""

SESSION = "session"
"""Under this name the vault keeps what a server handed out."""

_LOCKS: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
"""One for each account of a vault: after a reload its listening still has the old login, and its delivery a new one."""

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a server handed out."""

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
        access, refresh, scope, root = (told[name] for name in ("access", "refresh", "scope", "root"))
        if not all(isinstance(text, str) for text in (access, refresh, scope, root)):
            return None
        until = datetime.fromtimestamp(float(told["until"]), UTC)
        return Session(
            access=Secret(access), refresh=Secret(refresh) if refresh else None, until=until, scope=scope, root=root
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None


def session_of(said: Mapping[str, Any], now: datetime, lives: int | None) -> Session:
    """Read the answer of a token endpoint (RFC 6749, 5.1); `lives`: seconds, where it doesn't say.

    :raises Unsure: there is no token in it
    """
    access, refresh = words(said.get("access_token")), words(said.get("refresh_token"))
    if not _TOKEN.fullmatch(access):
        raise Unsure("there is no token in its answer that could be used")
    life = number(said.get("expires_in"), at_most=LONGEST) or lives
    return Session(
        access=Secret(access),
        refresh=Secret(refresh) if _TOKEN.fullmatch(refresh) else None,
        until=now + timedelta(seconds=life) if life else NEVER,
        scope=" ".join(words(said.get("scope"))[:1000].split()),
    )


def digest(token: Secret | None) -> str:
    """A short word for a token, which tells nothing of it."""
    return hashlib.sha256(token.reveal().encode()).hexdigest()[:16] if token else ""


def challenge(verifier: str) -> str:
    """What is shown of a secret word before it is told (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode("ascii").rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The program that was registered with a server; not every one has a secret."""

    client_id: str
    client_secret: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where a server hands out tokens, and what is said where it doesn't."""

    http: Http
    url: str
    app: App
    lost: str  # what it means that it renews no more
    server: str = "the server"
    lives: int | None = None  # seconds that a token is good for, where the server doesn't say
    in_form: bool = False  # whether the app's secret stands in the form, for servers that read it nowhere else

    async def granted(self, grant: Mapping[str, str], now: datetime, *, refused: str = "") -> Session:
        """Trade a code or a refresh token for a session; `refused` is what is said where the server doesn't.

        :raises RetryLater: it could not be asked, or gave no answer; the token may be used up nevertheless
        :raises NeedsLogin: it refused
        """
        form, headers = {**grant, "client_id": self.app.client_id}, {}
        if self.app.client_secret is not None and self.in_form:
            form["client_secret"] = self.app.client_secret.reveal()
        elif self.app.client_secret is not None:
            both = f"{self.app.client_id}:{self.app.client_secret.reveal()}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
        try:
            reply = await self.http.send("POST", self.url, form=form, headers=headers)
            if reply.status in {400, 401, 403, 422}:
                raise NeedsLogin(refused or self.lost)
            outcome(reply)
            return session_of(json_object(reply), now, self.lives)
        except (Unsure, Rejected) as error:
            raise RetryLater(f"{self.server} gave no new login ({error})") from None


class Fixed:
    """A token without an end, or one that nobody renews."""

    def __init__(self, token: Secret, root: str = "") -> None:
        self._token, self.identity = token, root

    async def headers(self, method: str = "", url: str = "") -> dict[str, str]:  # noqa: ARG002 -- the door of all logins
        """Let a request in."""
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    async def renew(self, used: Mapping[str, str], ahead: timedelta = timedelta(0)) -> bool:  # noqa: ARG002 -- as above
        """There is nothing to be done."""
        return False


class Renewed:
    """A token that is good for a while, and another that gets the next one."""

    def __init__(
        self, account: str, office: Office, vault: Vault, now: Clock, *, root: str, first: Secret | None = None
    ) -> None:
        """Make it; nobody is asked.

        :param root: of the token that the owner gave, by `digest`: one that began otherwise is stale
        :param first: the refresh token to begin with, where nothing is kept
        """
        self._account, self._office, self._vault, self._now = account, office, vault, now
        self._root, self._first = root, first
        self._lock = _LOCKS.setdefault((id(vault), account), asyncio.Lock())

    @property
    def identity(self) -> str:
        """Of the token with which it all began."""
        session = self.session()
        return session.root if session else self._root

    def session(self) -> Session | None:
        """What is kept; None where there is nothing yet, or the owner has given a new token since."""
        kept = unpacked(self._vault.get(self._account, SESSION))
        return None if kept is not None and self._root and kept.root != self._root else kept

    async def headers(self, method: str = "", url: str = "") -> dict[str, str]:  # noqa: ARG002 -- the door of all logins
        """Let a request in with a token that is good for a while yet.

        :raises RetryLater: not now
        :raises NeedsLogin: the owner must let us in anew
        """
        async with self._lock:
            session, now = self.session(), self._now()
            if session is None or session.until - EARLY <= now:
                try:
                    session = await self._renewed(session)
                except RetryLater:
                    if session is None or session.until <= now:
                        raise
        return {"Authorization": f"Bearer {session.access.reveal()}"}

    async def renew(self, used: Mapping[str, str], ahead: timedelta = timedelta(0)) -> bool:  # noqa: ARG002 -- as above
        """Renew a token that the server took back early, unless somebody did so meanwhile; another try is worth it.

        Raises as `headers` does.
        """
        async with self._lock:
            session = self.session()
            if session is None or f"Bearer {session.access.reveal()}" == used.get("Authorization"):
                await self._renewed(session)
        return True

    async def _renewed(self, session: Session | None) -> Session:
        token = session.refresh if session else self._first
        if token is None:
            never = f"this account was never let in by {self._office.server}"
            raise NeedsLogin(self._office.lost if session else never)
        grant = {"grant_type": "refresh_token", "refresh_token": token.reveal()}
        try:
            fresh = await self._office.granted(grant, self._now())
        except NeedsLogin:
            # Another process of this bot (`starfish accounts check`) may have been faster.
            if (others := self.session()) is not None and others != session:
                return others
            raise
        # Kept at once: the token that it was got with may be worth nothing any more.
        kept = replace(fresh, refresh=fresh.refresh or token, root=session.root if session else self._root)
        self._vault.put(self._account, SESSION, kept.packed())
        return kept
