"""The page behind a link, fetched with manners and read in the worker.  May import: ports, errors, net, worker, core.

Implements `bot.ports.PageReader`.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from bot.articles.fromfeed import INLINE, article_of, has_full_text, text_of
from bot.articles.packing import unpack
from bot.core.files import file_at, file_of
from bot.core.same import safe_link
from bot.errors import FeedError, NoPageError, PageError, WorkerError
from bot.model import Article, Candidate
from bot.net import Client
from bot.worker import Worker

MAX_BYTES = 3_000_000  # after decompression

KEPT = 100
KEPT_FOR = 6 * 3600.0
"""So many pages are kept in memory, and for so many seconds: what loses a slot to another story stands in the contest for
the next one again.  Later it may have been corrected."""

FAILED_FOR = 3600.0
"""Seconds for which a page that could not be had is not asked for again."""

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

_HTML = re.compile(r"\s*(?:text/html|application/xhtml\+xml|text/xml|application/xml)\s*(?:;|\Z)", re.IGNORECASE)
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title|article|p|div)\b", re.IGNORECASE)


class Pages:
    """Reads articles from their pages, or from what their feed says."""

    def __init__(self, client: Client, worker: Worker, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._client = client
        self._worker = worker
        self._clock = clock
        # By link: when, and what or why not.
        self._kept: OrderedDict[str, tuple[float, Article | PageError]] = OrderedDict()

    async def read(self, url: str) -> Article:
        """The article behind a link, also where the page has a `problem`; one of the last few is not asked for again.

        :raises NoPageError: it leads to a file; one whose ending tells isn't asked for, of others no body is read
        :raises PageError: it can't be had, is no HTML, or robots.txt asks us not to; the message is a sentence
        """
        asked_at, found = self._kept.get(url, (0.0, None))
        again = True
        if found is None or self._clock() - asked_at > (FAILED_FOR if isinstance(found, PageError) else KEPT_FOR):
            again = False
            try:
                found = await self._fetched(url)
            except PageError as error:
                found = error
            self._kept[url] = self._clock(), found
            self._kept.move_to_end(url)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if isinstance(found, PageError):
            raise type(found)(str(found), again=again)
        return found

    async def _fetched(self, url: str) -> Article:
        if not safe_link(url):
            raise PageError("The link is not one that we follow.")
        if file := file_at(url):
            raise NoPageError(_leads_to(file))
        try:
            if not await self._client.robots_allow(url):
                raise PageError("The site's robots.txt asks us not to read this page.")
            got = await self._client.get(url, cap=MAX_BYTES, purpose="page", accept=ACCEPT, wanted=_may_be_page)
        except FeedError as error:
            raise PageError(f"The page can't be had: {error}") from error
        reply = got.reply
        charset = _html_charset(reply.headers, reply.body)
        try:
            packed = await self._worker.run("extract", reply.body, url=reply.url, charset=charset)
        except WorkerError as error:
            raise PageError(f"The page can't be read: {error}") from error
        return unpack(packed)

    async def of_feed(self, candidate: Candidate) -> Article:
        """The article as the feed itself tells it; never raises, but may have no text."""
        if len(candidate.html) <= INLINE:
            return article_of(candidate, text_of(candidate.html))
        try:
            told = await self._worker.run("extract", candidate.html.encode("utf-8", "replace"), feed=True)
        except (WorkerError, PageError):
            return article_of(candidate, text_of(candidate.html[:INLINE]))  # the beginning of it is better than nothing
        return article_of(candidate, str(told.get("text", "")))

    def worth_fetching(self, candidate: Candidate) -> bool:
        """Whether a page has more to say than the feed: not when the feed carries the full text, or links a file or nothing."""
        return bool(safe_link(candidate.link)) and not file_at(candidate.link) and not has_full_text(candidate)


def _html_charset(headers: Mapping[str, str], body: bytes) -> str | None:
    """The charset that the header names, if the answer is HTML.

    :raises NoPageError: it is a file: a picture, a PDF, a film
    :raises PageError: it is something else that is no page
    """
    kind = headers.get("content-type", "")
    if file := file_of(kind):
        raise NoPageError(_leads_to(file))
    if not _may_be_page(kind):
        raise PageError(_leads_to(_readable(kind)))
    if not kind and not _MARKUP.search(body[:4096]):
        raise PageError("The link leads to something that is no page.")
    named = _CHARSET.search(kind)
    return named[1] if named else None


def _may_be_page(kind: str) -> bool:
    return not kind or _HTML.match(kind) is not None


def _leads_to(what: str) -> str:
    return f"The link leads to {what}, not to a page."


def _readable(kind: str) -> str:
    """A content type for people."""
    bare = re.sub(r"[^\w/+.-]", "", kind.split(";", maxsplit=1)[0].strip().lower())[:60]
    return {"application/json": "JSON", "text/plain": "plain text"}.get(bare, bare or "something unnamed")
