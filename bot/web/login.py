"""Who is the owner: a one-time link, a password, and a signed session cookie.

May import: model, and the standard library.
Nothing here is stored: a restart forgets links and failed tries, and with a fresh key also sessions.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model import Secret

SESSION_LASTS = timedelta(days=30)
# OWASP's password storage cheat sheet gives N=2^14, r=8, p=5 as one of its equivalent minimums.
SCRYPT = {"n": 2**14, "r": 8, "p": 5, "maxmem": 64 * 1024 * 1024}
TRIES = 5  # wrong passwords per address ...
TRIES_OF_ALL = 50  # ... and of all addresses together ...
TRIES_WINDOW = timedelta(minutes=5)  # ... in this time
MAX_PASSWORD = 1024  # characters; longer ones are wrong without being hashed
_ADDRESSES = 1000  # remembered at most, oldest forgotten first


class TooManyTries(Exception):
    """Too many wrong passwords: wait `after`.  The one-time link still works."""

    def __init__(self, after: timedelta) -> None:
        self.after = after
        super().__init__(f"too many wrong passwords; try again in {round(after.total_seconds())} s")


@dataclass(frozen=True, slots=True)
class Session:
    """One login of the owner."""

    nonce: str
    expires: datetime


class Login:
    """Lets the owner in.  `key` signs sessions: keep it between starts and sessions outlive them."""

    def __init__(self, password: Secret | None = None, *, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._tokens: set[str] = set()
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._salt = secrets.token_bytes(16)
        self._password = (
            None if password is None else hashlib.scrypt(_octets(password.reveal()), salt=self._salt, **SCRYPT)
        )
        self._proven: bytes | None = None  # a keyed hash of the right password, once somebody gave it
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()
        self._hashing = asyncio.Lock()  # one guess at a time: hashing must not take all cores

    @property
    def has_password(self) -> bool:
        """Whether a password may be asked for at all."""
        return self._password is not None

    # ------------------------------------------------------------------ the one-time link

    def new_token(self) -> str:
        """A token that lets the owner in once: for `/login?token=…`."""
        token = secrets.token_urlsafe(32)
        self._tokens.add(self._sign("token", token))
        return token

    def spend(self, token: str) -> bool:
        """Whether the token is good; it is not good again."""
        try:
            self._tokens.remove(self._sign("token", token))
        except KeyError:
            return False
        return True

    # ------------------------------------------------------------------ the password

    async def check(self, password: str, address: str, now: datetime) -> bool:
        """Whether this is the password, in constant time; hashed off the loop.

        :raises TooManyTries: this address, or all together, guessed too often
        """
        if self._password is None:
            return False
        if self._proven is not None and hmac.compare_digest(self._proven, self._keyed(password)):
            return True
        async with self._hashing:
            self._may_try(address, now)
            right = len(password) <= MAX_PASSWORD and hmac.compare_digest(
                self._password, await asyncio.to_thread(hashlib.scrypt, _octets(password), salt=self._salt, **SCRYPT)
            )
            if right:
                self._proven = self._keyed(password)
                self._failures.pop(address, None)
            else:
                self._failures.setdefault(address, []).append(now)
                self._failures.move_to_end(address)
                while len(self._failures) > _ADDRESSES:
                    self._failures.popitem(last=False)
        return right

    def _may_try(self, address: str, now: datetime) -> None:
        since = now - TRIES_WINDOW
        for known in list(self._failures):
            recent = [at for at in self._failures[known] if at > since]
            if recent:
                self._failures[known] = recent
            else:
                del self._failures[known]
        mine = self._failures.get(address, [])
        everybody = sorted(at for times in self._failures.values() for at in times)
        for times, allowed in ((mine, TRIES), (everybody, TRIES_OF_ALL)):
            if len(times) >= allowed:
                raise TooManyTries(times[-allowed] + TRIES_WINDOW - now)

    # ------------------------------------------------------------------ sessions

    def open_session(self, now: datetime) -> str:
        """The value of a new session's cookie."""
        body = f"{int((now + SESSION_LASTS).timestamp())}.{secrets.token_urlsafe(18)}"
        return f"{body}.{self._sign('session', body)}"

    def session(self, cookie: str, now: datetime) -> Session | None:
        """The session behind a cookie, or None: forged, expired, logged out."""
        body, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(_octets(signature), _octets(self._sign("session", body))):
            return None
        expires, _, nonce = body.partition(".")  # signed by us, so well-formed
        until = datetime.fromtimestamp(int(expires), UTC)
        if until <= now or nonce in self._closed:
            return None
        return Session(nonce, until)

    def close(self, session: Session) -> None:
        """Log out: the cookie is worth nothing from now on, also where it was copied to."""
        self._closed[session.nonce] = None
        while len(self._closed) > _ADDRESSES:
            self._closed.popitem(last=False)

    def csrf(self, session: Session) -> str:
        """The token that every form of this session carries."""
        return self._sign("csrf", session.nonce)

    def csrf_fits(self, session: Session, token: str) -> bool:
        """Whether a form came from a page of this session; in constant time."""
        return hmac.compare_digest(_octets(self.csrf(session)), _octets(token))

    def _sign(self, purpose: str, value: str) -> str:
        return hmac.new(self._key, _octets(f"{purpose}:{value}"), hashlib.sha256).hexdigest()

    def _keyed(self, password: str) -> bytes:
        return bytes.fromhex(self._sign("password", password))


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
