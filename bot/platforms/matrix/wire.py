"""One homeserver, asked as one account from one device.  May import: model, errors, ports, net.

The scope of a transaction id is the device: a new login under the same device id is the same sender, and a message
sent twice is one; a new device would double it.  So there is one fixed device id, whatever tokens come and go.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.outcome import outcome, refusal
from bot.net.replies import json_object, segment, words
from bot.ports import Http, Reply, Tools

API = "/_matrix/client/v3"

ANSWERS_WITHIN = timedelta(seconds=30)
"""How long a homeserver may take beyond what it was asked to wait."""


def session_of(server: str, user: str, device: str) -> str:
    """The name under which the vault keeps an account's token."""
    return f"token of {user} on {server} as {device}"


def errcode(reply: Reply) -> str:
    """What the API says is wrong, in its own word; empty where it says nothing."""
    return words(refusal(reply).get("errcode")) if reply.status >= 400 else ""


class Barred(NeedsLogin):
    """A room doesn't let us in, or not speak; elsewhere we may be welcome."""


def check(reply: Reply) -> None:
    """Pass where the server said yes.  Raises as `outcome` does, and Barred where only a room is closed to us."""
    if reply.status == 403 and errcode(reply) == "M_FORBIDDEN":
        raise Barred("the room does not let us in, or not speak (M_FORBIDDEN)")
    outcome(reply)


async def log_in(http: Http, server: str, user: str, password: Secret, device: str) -> dict[str, Any]:
    """Log in by password on a device; gives the server's answer, whose `access_token` is a secret.

    :raises RetryLater: it may be tried again, and nothing else was done
    :raises NeedsLogin: user or password are wrong
    :raises Rejected: the server lets nobody in by password
    """
    body = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password.reveal(),
        "device_id": device,
        "initial_device_display_name": "Starfish",
    }
    try:
        reply = await http.send("POST", f"{server}{API}/login", json=body)
        if reply.status == 403:
            raise NeedsLogin(f"the server does not let {user} in with this password ({errcode(reply) or 403})")
        outcome(reply)
        told = json_object(reply)
    except Unsure as error:  # a login that nobody heard of costs nothing: the next one replaces it
        raise RetryLater(f"logging in: {error}") from None
    if not words(told.get("access_token")):
        raise RetryLater("the server let us in and gave no token")
    if words(told.get("device_id")) != device:  # on another device everything would be sent anew
        raise Rejected(f"the server does not let us be the device {device}, so nothing could be sent exactly once")
    return told


class Wire:
    """Sends requests with the account's token; with a password it renews a token that the server has forgotten."""

    def __init__(
        self,
        account: str,
        tools: Tools,
        *,
        server: str,
        user: str,
        device: str,
        token: Secret | None,
        password: Secret | None,
    ) -> None:
        self.server, self.user, self.device = server, user, device
        self.renews = token is None
        self._account, self._tools = account, tools
        self._token, self._password = token, password
        self._login = asyncio.Lock()

    async def ask(self, path: str, query: dict[str, str] | None = None, *, wait: timedelta = timedelta(0)) -> Reply:
        """Get what is there.  Raises as `check` does."""
        asked = f"{path}?{urlencode(query)}" if query else path
        reply = await self.send("GET", asked, timeout=wait + ANSWERS_WITHIN)
        check(reply)
        return reply

    async def told(self, path: str) -> dict[str, Any] | None:
        """Get a JSON object; None where the server says that there is none.  Raises as `check` does."""
        reply = await self.send("GET", path)
        if reply.status == 404:
            return None
        check(reply)
        return json_object(reply)

    async def send(self, method: str, path: str, json: object = None, *, timeout: timedelta = ANSWERS_WITHIN) -> Reply:
        """Send one request, and once more where the server took nothing because it had forgotten our token.

        :raises RetryLater, NeedsLogin: nothing was sent
        :raises Unsure: it may have arrived
        """
        token = await self._session()
        reply = await self._once(method, path, json, token, timeout)
        if self._is_forgotten(reply):
            token = await self._session(instead_of=token)
            reply = await self._once(method, path, json, token, timeout)
            if self._is_forgotten(reply):  # the password is good, so the owner has nothing to mend
                raise RetryLater("the server forgot our login as soon as it had let us in")
        return reply

    def _is_forgotten(self, reply: Reply) -> bool:
        """Whether the server took nothing because it knows our token no more, and we can get another."""
        return self.renews and reply.status == 401 and errcode(reply) in {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"}

    async def _once(self, method: str, path: str, json: object, token: Secret, timeout: timedelta) -> Reply:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        return await self._tools.http.send(
            method, f"{self.server}{API}{path}", headers=headers, json=json, timeout=timeout
        )

    async def _session(self, instead_of: Secret | None = None) -> Secret:
        """The token: the owner's, or the one that the last login gave, or a new login's.

        :raises RetryLater, NeedsLogin: there is none
        """
        if not self.renews and self._token is not None:
            return self._token
        async with self._login:  # publishing and listening find out at the same time
            if self._token is not None and self._token != instead_of:
                return self._token
            name = session_of(self.server, self.user, self.device)
            kept = self._tools.vault.get(self._account, name)
            if kept is not None and kept != instead_of:
                self._token = kept
                return kept
            if self._password is None:
                raise NeedsLogin("there is neither a token nor a password")
            told = await log_in(self._tools.http, self.server, self.user, self._password, self.device)
            self._token = Secret(words(told.get("access_token")))
            self._tools.vault.put(self._account, name, self._token)
            self._tools.log.info("%s: logged in as %s on the device %s", self._account, self.user, self.device)
            return self._token

    async def profile(self) -> str:
        """The name that people see of us; empty where there is none, or none to be had."""
        with suppress(DeliveryError):
            return words((await self.told(f"/profile/{segment(self.user)}/displayname") or {}).get("displayname"))
        return ""
