"""One article as a post, outside of any bot: what `starfish condense` does.  May import: all but cli."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import __version__
from bot.app.installed import utc_now
from bot.articles.packing import unpack
from bot.articles.reader import MAX_BYTES, Pages
from bot.core import compose
from bot.core.condense import condense
from bot.core.limits import LIMITS
from bot.core.same import safe_link
from bot.core.text import measure
from bot.errors import PageError, Rejected, UsageError, WorkerError
from bot.model import Account, Article, Candidate, Draft, Limits
from bot.net import Client
from bot.settings.values import NetSettings
from bot.worker import Worker

CONTACT = "starfish condense, run by hand"
WIDE = Limits(max_length=1_000_000, unit="characters")
"""Where only the words are bounded, the whole post is not."""


class Condensing:
    """Condenses article after article; pages are read in the worker, fetched with the usual manners."""

    def __init__(self, pages: Pages, worker: Worker, limits: Limits, platform: str, budget: int | str | None) -> None:
        self._pages = pages
        self._worker = worker
        self._limits = limits
        self._account = Account(name="condense", platform=platform)
        self._budget = budget

    @classmethod
    @asynccontextmanager
    async def on(
        cls, *, platform: str, limit: int | None, budget: int | str | None, net: NetSettings | None = None
    ) -> AsyncIterator[Condensing]:
        """Open what it needs; `net`: how the owner wants pages to be visited, where there is an owner.

        :raises UsageError: the platform is unknown
        """
        if platform not in LIMITS:
            raise UsageError(f"no platform is called {platform!r}; there are: {', '.join(sorted(LIMITS))}")
        limits = LIMITS[platform]
        if limit is not None:
            limits = replace(limits, max_length=limit)
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(
                Client(
                    contact=net.contact if net else CONTACT,
                    version=__version__,
                    allow_private=net.allow_private if net else (),
                    spacing=net.spacing if net else None,
                    now=utc_now,
                )
            )
            worker = Worker()
            stack.push_async_callback(worker.close)
            yield cls(Pages(client, worker), worker, limits, platform, budget)

    async def url(self, url: str) -> dict[str, Any]:
        """Fetch a page and condense it."""
        try:
            article = await self._pages.read(url)
        except PageError as error:
            return self._failed({"url": url}, str(error))
        return self._told({"url": url}, article)

    async def file(self, path: Path) -> dict[str, Any]:
        """Condense a saved page."""
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise UsageError(f"{path} can't be read: {error.strerror}") from None
        if len(content) > MAX_BYTES:
            raise UsageError(f"{path} is larger than the {MAX_BYTES // 1_000_000} MB that a page may have")
        return await self._page({"url": path.absolute().as_uri()}, content)  # noqa: ASYNC240 -- no file is touched

    async def line(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Condense one line of --jsonl; a line that can't be read gives a line that says so."""
        if "error" in given and "url" not in given:
            return self._failed(given, str(given["error"]))
        html, text = given.get("html"), given.get("text")
        if isinstance(html, str) and html:
            return await self._page(given, html.encode("utf-8", "replace"))
        if isinstance(text, str):
            return self._told(
                given, Article(url=_text(given, "url"), title=_text(given, "title"), text=text, origin="feed")
            )
        return self._failed(given, 'a line needs "html" or "text"')

    async def _page(self, given: Mapping[str, Any], content: bytes) -> dict[str, Any]:
        try:
            packed = await self._worker.run("extract", content, url=_text(given, "url"), charset="utf-8")
        except (WorkerError, PageError) as error:
            return self._failed(given, str(error))
        article = unpack(packed)
        if title := _text(given, "title"):
            article = replace(article, title=title)
        return self._told(given, article)

    def _told(self, given: Mapping[str, Any], article: Article) -> dict[str, Any]:
        url = _text(given, "url") or article.url
        # A saved page is told with its own place; nothing else that isn't the web's is ever a link in a post.
        link = url if url.startswith("file:") else safe_link(url) and url
        article = replace(article, url=link)
        candidate = Candidate(
            id=0,
            feed="",
            feed_title=article.site,
            key="",
            link=link,
            canonical=link,
            title=article.title,
            first_seen=utc_now(),
        )
        draft = self._bounded(article, candidate) if self._budget is None else self._budgeted(article, candidate)
        limits = self._limits if self._budget is None else WIDE
        try:
            post = compose.fit(draft, limits, account="condense", dedupe_key=url).text
        except Rejected as error:
            return {
                **self._failed(given, str(error)),
                "text": article.text,
                "title": article.title,
                "summary": draft.text,
            }
        adds_value = draft.adds_value and article.problem is None
        return {
            "id": given.get("id"),
            "url": url,
            "title": article.title,
            "text": article.text,
            "summary": draft.text,
            "post": post,
            "length": measure(post, limits),
            "adds_value": adds_value,
            "reason": draft.reason or (f"the page is a {article.problem}" if article.problem else ""),
        }

    def _bounded(self, article: Article, candidate: Candidate) -> Draft:
        return compose.say(article, candidate, self._account, self._limits)

    def _budgeted(self, article: Article, candidate: Candidate) -> Draft:
        """The ranker's best within the budget for the words alone; the value gate is only reported."""
        budget = self._budget if isinstance(self._budget, int) else None
        summary = condense(article, budget=budget, unit=Limits(max_length=budget or WIDE.max_length, unit="characters"))
        return replace(compose.draft(article, summary, candidate, self._account, WIDE), text=summary.text)

    @staticmethod
    def _failed(given: Mapping[str, Any], reason: str) -> dict[str, Any]:
        return {
            "id": given.get("id"),
            "url": _text(given, "url"),
            "title": _text(given, "title"),
            "text": "",
            "summary": "",
            "post": "",
            "length": 0,
            "adds_value": False,
            "reason": reason,
            "error": reason,
        }


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""
