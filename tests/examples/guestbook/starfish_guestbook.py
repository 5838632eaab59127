"""Guestbooks: visitors' entries over HTTP, each under a key of its writer's, which every reader is shown.

May import: bot.model, bot.errors, bot.ports, bot.net, bot.core.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from bot.core.outgoing import room_for, sent_since
from bot.core.text import clean
from bot.errors import DeliveryError, Rejected, Unsure
from bot.model import Account, Limits, Post, Receipt, Secret
from bot.net import options
from bot.net.clocks import ahead
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, objects, segment, words
from bot.ports import Platform, Reply, Tools

LIMITS = Limits(max_length=400, searchable=True, idempotent_for=timedelta.max)
"""The guestbook's own rules: 400 characters; a key is good for ever; entries can be read by everybody."""


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    server: options.Server = Field(description="The guestbook's address.")
    token: Secret = Field(description="The writer's token, by reference only.")


class Guestbook:
    """One writer in one guestbook."""

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name, self.limits = account.name, LIMITS
        self._options, self._http, self._now = options, tools.http, tools.now

    async def publish(self, post: Post) -> Receipt:
        """Send once.  Raises as `ports.Publisher` says."""
        room_for(post, LIMITS)
        reply = await self._ask("POST", "/entries", {"text": post.text, "key": post.key})
        return self._receipt(json_object(reply), "answered")

    async def find(self, post: Post) -> Receipt | None:
        """Look for the entry under the post's key, among all since it was sent.  Raises as `ports.Publisher` says."""
        try:
            there = ahead(await self._ask("GET", "/me"), self._now())  # the guestbook's clock, which may be wrong
            since = sent_since(post, self._now()) + there
            said = json_object(await self._ask("GET", f"/entries?{urlencode({'since': since.timestamp()})}"))
        except Rejected as error:
            raise Unsure(f"the guestbook can't be read: {error}") from None
        if said.get("complete") is not True:
            raise Unsure("the guestbook shows a part of its entries only")
        found = next((entry for entry in objects(said.get("entries")) if words(entry.get("key")) == post.key), None)
        return None if found is None else self._receipt(found, "found")

    async def delete(self, receipt: Receipt) -> None:
        """Take an entry back; one that is gone already is fine.  Raises as `publish` does."""
        reply = await self._send("DELETE", f"/entries/{segment(receipt.remote_id)}")
        if reply.status != 404:
            outcome(reply)

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at the token.  Reads only."""
        try:
            me = json_object(await self._ask("GET", "/me"))
        except DeliveryError as error:
            return [(False, error.told(self.name))]
        name = clean(words(me.get("name"))[:100])
        return [(bool(name), f"the token is good, and is {name}'s" if name else "the guestbook doesn't say who we are")]

    def _receipt(self, entry: dict[str, Any], note: str) -> Receipt:
        number = identifier(entry.get("id"))
        if not number:
            raise Unsure("the guestbook's answer names no entry")
        return Receipt(remote_id=number, url=f"{self._options.server}/#{number}", note=note)

    async def _ask(self, method: str, path: str, json: object = None) -> Reply:
        reply = await self._send(method, path, json)
        outcome(reply)
        return reply

    async def _send(self, method: str, path: str, json: object = None) -> Reply:
        headers = {"Authorization": f"Bearer {self._options.token.reveal()}"}
        return await self._http.send(method, self._options.server + path, headers=headers, json=json)


platform = Platform("guestbook", Options, Guestbook, LIMITS)
