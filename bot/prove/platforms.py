"""Three imagined platforms, one for each class of promise, that only the proof can reach.  May import: ports, errors, net.

    keyed      takes a key with each post, and the same key again is the same post, for ever
    readable   knows no keys, but its posts can be read back
    blind      neither: whether a post arrived can't be found out

They speak to `counting.py`, over the same door as every platform.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from bot.errors import DeliveryError, Unsure
from bot.model import Account, Limits, Mention, Post, Receipt
from bot.net.outcome import outcome
from bot.ports import Platform, Publisher, Reply, Tools

LISTEN_EVERY = 0.2
"""Seconds between two questions for mentions."""

EARLIER = timedelta(minutes=5)
"""How far before its first attempt a post is looked for, in case of two clocks."""


class Options(BaseModel):
    """Where the counting server listens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str


class Imagined:
    """An account on one of the three."""

    def __init__(self, account: Account, options: Options, tools: Tools, limits: Limits) -> None:
        self.name = account.name
        self.limits = limits
        self._server = options.server.rstrip("/")
        self._http = tools.http

    async def publish(self, post: Post) -> Receipt:
        """Send once.

        :raises RetryLater, Unsure, Rejected: as `outcome` says
        """
        body = {"text": post.text, "link": post.link, "reply_to": post.reply_to}
        reply = await self._http.send("POST", f"{self._server}/posts", headers={"Idempotency-Key": post.key}, json=body)
        outcome(reply)
        number = _object(reply).get("id")
        if not isinstance(number, str):
            raise Unsure("the answer doesn't say under which id it was kept")
        return Receipt(remote_id=number, url=f"{self._server}/posts/{number}", note="answered")

    async def find(self, post: Post) -> Receipt | None:
        """Look for the same link, or for an answer to the same mention.

        :raises RetryLater, Unsure: it can't be looked for, now or ever
        """
        if not self.limits.searchable:
            raise Unsure("nobody can read there")
        since = (post.sent_at or datetime.now(UTC)) - EARLIER
        reply = await self._http.send("GET", f"{self._server}/posts?{urlencode({'since': since.timestamp()})}")
        outcome(reply)
        posts = _object(reply).get("posts")
        if not isinstance(posts, list):
            raise Unsure("the list of posts is none")
        for one in posts:
            if one["reply_to"] == post.reply_to and one["link"] == post.link:
                return Receipt(remote_id=one["id"], note="found")
        return None

    async def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after a cursor, oldest first, for ever."""
        while True:
            for one in await self._heard(cursor):
                cursor = str(one["id"])
                yield (
                    cursor,
                    Mention(
                        account=self.name,
                        remote_id=cursor,
                        author=one["from"],
                        text=one["text"],
                        at=datetime.fromtimestamp(one["at"], UTC),
                    ),
                )
            await asyncio.sleep(LISTEN_EVERY)

    async def _heard(self, cursor: str | None) -> list[dict[str, Any]]:
        try:
            reply = await self._http.send("GET", f"{self._server}/mentions?after={cursor or 0}")
            outcome(reply)
        except DeliveryError:
            return []
        return list(_object(reply).get("mentions", []))


def _object(reply: Reply) -> dict[str, Any]:
    try:
        said = json.loads(reply.body)
    except ValueError:
        raise Unsure("the answer is not JSON") from None
    return said if isinstance(said, dict) else {}


def _imagined(name: str, limits: Limits) -> Platform:
    def open_(account: Account, options: Options, tools: Tools) -> Publisher:
        return Imagined(account, options, tools, limits)

    return Platform(name, Options, open_, limits)


IMAGINED: Mapping[str, Platform] = {
    name: _imagined(name, limits)
    for name, limits in {
        "keyed": Limits(max_length=500, idempotent_for=timedelta.max),
        "readable": Limits(max_length=500, searchable=True),
        "blind": Limits(max_length=500),
    }.items()
}
"""The three, by name."""
