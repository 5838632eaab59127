"""Fetching and reading of feeds as the first story sees them.  May import: net, core, feeds; the worker comes as a port."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, Protocol

from bot.errors import FeedUnreadable, WorkerError
from bot.feeds.fetch import fetch
from bot.feeds.parse import parse_fast, unpack
from bot.model import Body, Feed, FeedState, Fetched, ParsedFeed
from bot.net import Client
from bot.net.addresses import shown

UNCOUNTED = 64_000
INLINE = 256_000
INLINE_ENTRIES = 1_000
"""Bytes and entries up to which the fast path runs on the loop.  Measured on 199 real feeds: 31 MB a second, the slowest
one 9 ms; without the second bound, 36,000 empty items in 252 kB took 95 ms, where the loop may stand still for 50.
`UNCOUNTED` bytes are quick whatever is in them: the worst, 3,700 items with one element each, takes 10 ms."""

BESIDE = 1_000_000
BESIDE_TAGS = 20_000
"""Bytes and "<" up to which it runs in a thread.  Long feeds are mostly a few long texts, which cost little (0.8 MB: 12
ms); the worker would need four times as much, for every text that nobody may ask for has to go through its pipe."""


class Jobs(Protocol):
    """The worker, as far as it is used here."""

    async def run(self, job: str, content: bytes, **args: Any) -> dict[str, Any]: ...  # noqa: ANN401 -- JSON values


class Reader:
    """Implements `ports.FeedReader` over the client and the worker."""

    def __init__(self, client: Client, worker: Jobs) -> None:
        self._client = client
        self._worker = worker
        self._one_a_turn = asyncio.Lock()

    async def fetch(self, feed: Feed, state: FeedState, now: datetime) -> Fetched:
        """Poll once, conditionally.

        :raises FeedError: if there is no answer that could be a feed's
        """
        return await fetch(self._client, feed, state, now)

    async def parse(self, body: Body) -> ParsedFeed:
        """Read a document: clean ones here, if small or light, all others in the worker.

        :raises FeedUnreadable: if it is no feed, or kills its reader
        """
        parsed = None
        # A hundred documents may come in one turn of the loop.  Each is quick, but one after the other they kept it for a
        # fifth of a second: so who finds the lock taken reads in a later turn.
        async with self._one_a_turn:
            if _small(body.content):
                parsed = parse_fast(body)
            elif _light(body.content):
                parsed = await asyncio.to_thread(parse_fast, body)
            await asyncio.sleep(0)
        if parsed is not None:
            return parsed
        try:
            packed = await self._worker.run(
                "parse", body.content, url=body.url, content_type=body.content_type, charset=body.charset
            )
        except FeedUnreadable as error:
            # The parser names the document by its whole address, which may hold a token.
            raise FeedUnreadable(str(error).replace(body.url, shown(body.url))) from None
        except WorkerError as error:
            raise FeedUnreadable(f"{shown(body.url)} could not be read: {error}") from error
        return unpack(packed)


def _small(content: bytes) -> bool:
    """Whether the fast path is quick on a document, whatever is in it."""
    if len(content) <= UNCOUNTED:
        return True
    return len(content) <= INLINE and content.count(b"<item") + content.count(b"<entry") <= INLINE_ENTRIES


def _light(content: bytes) -> bool:
    """Whether a longer document is mostly text."""
    return len(content) <= BESIDE and content.count(b"<") <= BESIDE_TAGS
