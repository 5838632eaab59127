"""Fetching and reading of feeds as the first story sees them.  May import: net, core, feeds; the worker comes as a port."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from bot.errors import FeedUnreadable, WorkerError
from bot.feeds.fetch import fetch
from bot.feeds.parse import parse_fast, unpack
from bot.model import Body, Feed, FeedState, Fetched, ParsedFeed
from bot.net import Client
from bot.net.addresses import shown

INLINE = 256_000
"""Bytes up to which the fast path runs on the loop: it reads over 20 MB a second, so the loop stands still under 15 ms
(and twice that on a small machine); p98 of real feeds is smaller."""


class Jobs(Protocol):
    """The worker, as far as it is used here."""

    async def run(self, job: str, content: bytes, **args: Any) -> dict[str, Any]: ...  # noqa: ANN401 -- JSON values


class Reader:
    """Implements `ports.FeedReader` over the client and the worker."""

    def __init__(self, client: Client, worker: Jobs) -> None:
        self._client = client
        self._worker = worker

    async def fetch(self, feed: Feed, state: FeedState, now: datetime) -> Fetched:
        """Poll once, conditionally.

        :raises FeedError: if there is no answer that could be a feed's
        """
        return await fetch(self._client, feed, state, now)

    async def parse(self, body: Body) -> ParsedFeed:
        """Read a document: small and clean ones here, all others in the worker.

        :raises FeedUnreadable: if it is no feed, or kills its reader
        """
        if len(body.content) <= INLINE and (parsed := parse_fast(body)) is not None:
            return parsed
        try:
            packed = await self._worker.run(
                "parse", body.content, url=body.url, content_type=body.content_type, charset=body.charset
            )
        except WorkerError as error:
            raise FeedUnreadable(f"{shown(body.url)} could not be read: {error}") from error
        return unpack(packed)
