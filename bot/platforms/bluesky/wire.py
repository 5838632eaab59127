"""One server of the AT Protocol, asked as one account.  May import: model, errors, ports, net, records.

A session is kept in the vault and renewed when the server says that it expired; logging in anew is the scarcest of all
calls (30 per 5 minutes, a few hundred a day) and happens only where there is no session that can be renewed.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.outcome import outcome, refusal
from bot.net.replies import json_object, object_of, objects, within, words
from bot.platforms.bluesky.records import did_of
from bot.ports import Http, Reply, Tools

BETWEEN_LOGINS = timedelta(minutes=5)
"""Between two log-ins whose outcome nobody knows: 288 a day, and a day has room for 300 ("Rate Limits", docs.bsky.app)."""

LOCKED = frozenset(
    {
        "AccountDeactivated",
        "AccountSuspended",
        "AccountTakedown",
        "AuthFactorTokenRequired",
        "AuthMissing",
        "AuthenticationRequired",
        "RepoDeactivated",
        "RepoSuspended",
        "RepoTakendown",
    }
)
"""What a server calls an account that may not go on, whatever the status."""

_STALE = frozenset({"ExpiredToken", "InvalidToken"})
_TOKEN = re.compile(r"[\x21-\x7e]{1,8000}")
_SERVICE = re.compile(r"https://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Session:
    """What a server let us in with."""

    did: str
    handle: str
    access: Secret
    refresh: Secret
    pds: str  # where the account's data is; other than the server that we log in at, where that is only the door

    def kept(self) -> Secret:
        """As the vault keeps it."""
        said = {"did": self.did, "handle": self.handle, "pds": self.pds}
        return Secret(
            json.dumps({**said, "accessJwt": self.access.reveal(), "refreshJwt": self.refresh.reveal()}, sort_keys=True)
        )


def session_of(said: Mapping[str, Any], server: str) -> Session | None:
    """Read an answer to a log-in, or what the vault keeps of one; None where it lets nobody in."""
    did, access, refresh = did_of(said.get("did")), words(said.get("accessJwt")), words(said.get("refreshJwt"))
    if not did or not _TOKEN.fullmatch(access) or not _TOKEN.fullmatch(refresh):
        return None
    services = objects(within(said, "didDoc").get("service"))
    told = [words(one.get("serviceEndpoint")) for one in services if words(one.get("id")).endswith("#atproto_pds")]
    pds = next(iter(told), words(said.get("pds"))).rstrip("/")
    # A server of the owner's own, in the open or within their network, is where they say that it is.
    if not server.startswith("https://") or not _SERVICE.fullmatch(pds):
        pds = server
    return Session(did, words(said.get("handle"))[:300], Secret(access), Secret(refresh), pds)


def session_name(server: str, handle: str) -> str:
    """How the vault calls the session of an account on a server."""
    return f"session {server} {handle.lower()}"


async def log_in(http: Http, server: str, handle: str, password: Secret) -> Session:
    """Open a session.

    :raises NeedsLogin: the server doesn't let us in with that
    :raises RetryLater: it can't say now; `Unsure` is never raised, since nothing was said yet
    """
    body = {"identifier": handle, "password": password.reveal()}
    try:
        reply = await http.send("POST", f"{server}/xrpc/com.atproto.server.createSession", json=body)
    except Unsure as error:
        raise RetryLater(f"we could not log in: {error}", BETWEEN_LOGINS) from None
    if error_of(reply) == "AuthFactorTokenRequired":
        raise NeedsLogin("the server asks for a code by e-mail: give the bot an app password, which needs none")
    try:
        outcome(reply)
        session = session_of(json_object(reply), server)
    except Unsure as error:
        raise RetryLater(f"we could not log in: {error}", BETWEEN_LOGINS) from None
    except NeedsLogin as error:
        raise NeedsLogin(f"the handle or the app password is wrong: {error}") from None
    except Rejected as error:
        raise NeedsLogin(f"we could not log in; is the server's address right? {error}") from None
    if session is None:
        raise RetryLater("the server's answer to our log-in can't be read", BETWEEN_LOGINS)
    return session


def error_of(reply: Reply) -> str:
    """The name that an answer gives its error, "InvalidSwap"; empty where it is none."""
    return words(refusal(reply).get("error")) if reply.status >= 400 else ""


class Wire:
    """Sends requests as one account, and keeps its session alive."""

    def __init__(self, account: str, server: str, handle: str, password: Secret, tools: Tools) -> None:
        self.account, self.server, self._handle = account, server, handle
        self.place = f"{server} {handle}"  # which account on which server: what is kept of one says nothing of another
        self._password, self._tools = password, tools
        self._session: Session | None = None
        self._changing = asyncio.Lock()
        self._next_login: datetime | None = None

    async def session(self) -> Session:
        """The session that we have, or a new one.  Raises as `log_in` does."""
        async with self._changing:
            if self._session is None:
                self._session = self._kept() or await self._log_in()
            return self._session

    async def get(self, method: str, query: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Ask for something, and read it.  Raises as `outcome` does, and Unsure where it can't be read."""
        return json_object(await self.asked(method, query))

    async def asked(self, method: str, query: Mapping[str, object] | None = None) -> Reply:
        """Ask for something that is there.  Raises as `outcome` does."""
        words_ = f"?{urlencode(query, doseq=True)}" if query else ""
        reply = await self._send("GET", f"{method}{words_}")
        judge(reply)
        return reply

    async def look(self, method: str, query: Mapping[str, object]) -> Reply:
        """Ask our own server for what anybody may read, whatever became of our session; gives the answer as it is."""
        session = await self.session()
        url = f"{session.pds}/xrpc/{method}?{urlencode(query)}"
        return await self._tools.http.send("GET", url)

    async def post(self, method: str, body: Mapping[str, object]) -> Reply:
        """Send something, and give the answer as it is.

        :raises RetryLater, NeedsLogin: certainly nothing was done
        :raises Unsure: it may have been
        """
        return await self._send("POST", method, body)

    async def _send(self, verb: str, method: str, body: object = None) -> Reply:
        session = await self.session()
        reply = await self._sent(session, verb, method, body)
        if error_of(reply) in _STALE:
            session = await self._renewed(session)
            reply = await self._sent(session, verb, method, body)
            if error_of(reply) in _STALE:
                raise NeedsLogin("the server does not take the session that it has just given us")
        return reply

    async def _sent(self, session: Session, verb: str, method: str, body: object) -> Reply:
        headers = {"Authorization": f"Bearer {session.access.reveal()}"}
        return await self._tools.http.send(verb, f"{session.pds}/xrpc/{method}", headers=headers, json=body)

    # ----------------------------------------------------------------- sessions

    def _kept(self) -> Session | None:
        kept = self._tools.vault.get(self.account, session_name(self.server, self._handle))
        return session_of(object_of(kept.reveal()), self.server) if kept is not None else None

    def _keep(self, session: Session) -> Session:
        self._session = session  # first of all: where it can't be kept, it is at least not asked for again
        self._tools.vault.put(self.account, session_name(self.server, self._handle), session.kept())
        return session

    async def _renewed(self, stale: Session) -> Session:
        """A session in place of one that the server takes no more; many who ask at once renew it once."""
        async with self._changing:
            kept = self._kept()
            if kept is not None and kept.access != stale.access:  # another task was faster, or another process
                self._session = kept
            else:
                self._session = await self._refreshed(stale) or await self._log_in()
            return self._session

    async def _refreshed(self, stale: Session) -> Session | None:
        """Exchange the refresh token; None where the server doesn't take it any more.

        An answer that is lost, or a crash before it is kept, costs nothing: the old token is good for two more hours.
        """
        headers = {"Authorization": f"Bearer {stale.refresh.reveal()}"}
        url = f"{self.server}/xrpc/com.atproto.server.refreshSession"
        try:
            reply = await self._tools.http.send("POST", url, headers=headers)
            outcome(reply)
            session = session_of(json_object(reply), self.server)
        except Unsure as error:
            raise RetryLater(f"our session could not be renewed: {error}") from None
        except (Rejected, NeedsLogin):
            return None
        if session is None or session.did != stale.did:
            return None
        return self._keep(session)

    async def _log_in(self) -> Session:
        now = self._tools.now()
        if self._next_login is not None and timedelta(0) < self._next_login - now <= BETWEEN_LOGINS:
            raise RetryLater("the last log-in was not answered", self._next_login - now)
        try:
            return self._keep(await log_in(self._tools.http, self.server, self._handle, self._password))
        except RetryLater as error:
            self._next_login = now + error.after if error.after else None
            raise


def judge(reply: Reply) -> None:
    """Tell what an answer means, by its error's name before its status.  Raises as `outcome` does."""
    if error_of(reply) in LOCKED and reply.status < 500:
        try:
            outcome(reply)
        except DeliveryError as error:
            raise NeedsLogin(
                f"the server does not let this account go on: {error}", remedy="See there what is wrong with it"
            ) from None
    outcome(reply)
