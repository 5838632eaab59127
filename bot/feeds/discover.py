"""The feeds behind a site's address.  May import: net, core, model, errors.

Cheapest first, and no guessing where somebody says it: what the address's own shape tells (YouTube, Reddit, GitHub …),
the address itself, the feeds that its page names, and only then a few well-known places.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import FeedError, FeedUnreachable
from bot.feeds.fetch import ACCEPT, CAP, body_of
from bot.feeds.places import Place, known_places, likely_places
from bot.feeds.sniff import Page, feed_title, looks_like_feed, read_page
from bot.net import Client, Got
from bot.net.addresses import checked, shown

PAGE_CAP = 3_000_000
"""Bytes of a page that is searched for the feeds it names."""

ACCEPT_BOTH = f"text/html, application/xhtml+xml, {ACCEPT}"

_HANDLE = re.compile(r"@?([\w.-]{1,100})@([\w.-]{1,200}\.[A-Za-z]{2,})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed, and how it was found."""

    feed_url: str
    title: str = ""
    how: str = ""  # a phrase: "the page names it", "YouTube's feed of the channel"


async def discover(client: Client, url: str) -> list[Found]:
    """Find the feeds of an address, the best one first; an empty list if there are none.

    A site's name without `https://` will do, and a person of the fediverse (`@ann@example.social`).
    :raises FeedError: for an address we don't go to, or if nothing can be reached there
    """
    address = _address(url)
    checked(address)
    if found := await _first_of(client, known_places(address)):
        return [found]
    got = await _page(client, address, bare="://" not in url)
    body = await body_of(got.reply)
    if looks_like_feed(body.content):
        return [
            Found(feed_url=got.permanent_to or got.asked, title=feed_title(body.content), how="the address is a feed")
        ]
    # In a thread: three megabytes of HTML take longer than the loop may stand still, and lxml lets go of the interpreter.
    page = await asyncio.to_thread(read_page, body.content[:PAGE_CAP], body.url, body.charset)
    if behind := await _named(client, page) or await _linked(client, page):
        return behind
    places = (*known_places(address, body.content[:PAGE_CAP]), *likely_places(body.url, page.generator))
    if found := await _first_of(client, places):
        return [found]
    if page.links and page.links[0].sure:
        named = shown(page.links[0].url)
        raise FeedUnreachable(f"{shown(body.url)} names {named} as its feed, but none is to be had there")
    return []


async def _page(client: Client, address: str, *, bare: bool) -> Got:
    """Fetch an address; one that was written without a scheme also by plain http."""
    try:
        return await client.get(address, cap=CAP, purpose="discovery", accept=ACCEPT_BOTH)
    except FeedUnreachable as error:
        if not bare:
            raise
        plain = "http" + address.removeprefix("https")
        try:
            return await client.get(plain, cap=CAP, purpose="discovery", accept=ACCEPT_BOTH)
        except FeedUnreachable:
            raise error from None


async def _first_of(client: Client, places: Iterable[Place]) -> Found | None:
    """Ask one place after the other, and give the first that has a feed."""
    for place in places:
        if (title := await _feed_at(client, place.url)) is not None:
            return Found(feed_url=place.url, title=title, how=place.how)
    return None


async def _named(client: Client, page: Page) -> list[Found]:
    """The feeds that a page names, from the first on that is there: some name a sitemap, or what they once had."""
    named = [link for link in page.links if link.sure]
    for at, link in enumerate(named[:3]):
        if await _feed_at(client, link.url) is not None:
            return [Found(feed_url=one.url, title=one.title, how="the page names it") for one in named[at:]]
    return []


async def _linked(client: Client, page: Page) -> list[Found]:
    """The feeds among a page's anchors; only three are tried."""
    titles = [(link, await _feed_at(client, link.url)) for link in page.links[:3]]
    return [
        Found(feed_url=link.url, title=title or link.title, how="the page links to it")
        for link, title in titles
        if title is not None
    ]


async def _feed_at(client: Client, url: str) -> str | None:
    """The title of the feed at an address; None if there is no feed."""
    try:
        got = await client.get(url, cap=CAP, purpose="discovery", accept=ACCEPT)
        content = (await body_of(got.reply)).content
    except FeedError:
        return None
    return feed_title(content) if looks_like_feed(content) else None


def _address(text: str) -> str:
    """Read what people type for an address."""
    text = text.strip()
    if person := _HANDLE.fullmatch(text):
        return f"https://{person[2]}/@{person[1]}"
    if text.startswith("feed:"):
        text = text.removeprefix("feed:").removeprefix("//")
    return text if "://" in text else f"https://{text}"
