"""One server with the Mastodon API, asked as one account.  May import: model, errors, ports, net, statuses."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from bot.errors import NeedsLogin, Rejected, Unsure
from bot.net.grants import Fixed, Renewed
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, objects, segment, within, words
from bot.platforms.mastodon.statuses import server_of
from bot.ports import Http, Reply

ME = "/api/v1/accounts/verify_credentials"


class Wire:
    """Sends requests with the account's token, and keeps what the server said of itself and of us."""

    def __init__(self, address: str, login: Fixed | Renewed, http: Http) -> None:
        self.address, self.login = address, login
        self.server = server_of({}, "", address)
        self.known = False  # whether the server told what it is
        self._http = http
        self._me = ""

    async def learn(self) -> None:
        """Ask the server for its limits, its name, and what software it is.

        :raises DeliveryError: if it can't be asked now; whatever it hasn't got is no failure
        """
        instance = await self._told("/api/v2/instance") or await self._told("/api/v1/instance")
        links = objects((await self._told("/.well-known/nodeinfo")).get("links"))
        paths = [_path(words(link.get("href"))) for link in links]  # on this server, whatever host it names
        software = within(await self._told(paths[-1] if paths else "/nodeinfo/2.0"), "software")
        self.server = server_of(instance, words(software.get("name")), self.address)
        self.known = True

    @property
    def own_place(self) -> str:
        """Where the vault keeps who we are there."""
        return f"account {self.address}"

    async def own_id(self) -> str:
        """Our account's id there.  Raises NeedsLogin where the token is not good."""
        if not self._me:
            self._me = identifier((await self.get_object(ME)).get("id"))
            if not self._me:
                raise Unsure("the server does not say who we are")
        return self._me

    async def context(self, status: str) -> dict[str, Any]:
        """What stands above and below a status; nothing once that is gone."""
        reply = await self.send("GET", f"/api/v1/statuses/{segment(status)}/context")
        if reply.status in {404, 410}:
            return {}
        outcome(reply)
        return json_object(reply)

    async def get_object(self, path: str) -> dict[str, Any]:
        """Get a JSON object.  Raises as `get` does, and Unsure where it is none."""
        return json_object(await self.get(path))

    async def get(self, path: str) -> Reply:
        """Get what is there.  Raises as `outcome` does."""
        reply = await self.send("GET", path)
        if reply.status == 422:
            raise NeedsLogin("the server refused our token (422, as snac says it)")
        outcome(reply)
        return reply

    async def send(
        self, method: str, path: str, json: object = None, *, form: Mapping[str, str] | None = None, key: str = ""
    ) -> Reply:
        """Send one request; after a 401, which is certainly no, once more with a renewed token.

        :param key: the idempotency key
        :raises RetryLater, NeedsLogin: nothing was sent; Unsure: it may have arrived
        """
        keyed = {"Idempotency-Key": key} if key else {}
        used = await self.login.headers()
        reply = await self._http.send(method, self.address + path, headers={**used, **keyed}, json=json, form=form)
        if reply.status == HTTPStatus.UNAUTHORIZED and await self.login.renew(used):
            used = await self.login.headers()
            reply = await self._http.send(method, self.address + path, headers={**used, **keyed}, json=json, form=form)
        return reply

    async def _told(self, path: str) -> dict[str, Any]:
        try:
            reply = await self.get(path)
        except Rejected:
            return {}
        with suppress(Unsure):
            return json_object(reply)
        return {}


def _path(href: str) -> str:
    with suppress(ValueError):
        return urlsplit(href).path
    return "/"
