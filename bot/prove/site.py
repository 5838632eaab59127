"""A site whose feed grows while the bot is killed: one more entry with each poll.  May import: aiohttp."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

SHOWN = 40
"""Entries that stand in the feed: a window that slides, as everywhere."""

_THINGS = [
    "tides",
    "kilns",
    "looms",
    "lichens",
    "ferries",
    "organs",
    "quarries",
    "orchards",
    "beacons",
    "glaciers",
    "herons",
    "bakeries",
]
_PLACES = [
    "Aberdaron",
    "Bergen",
    "Coimbra",
    "Dunedin",
    "Esbjerg",
    "Faro",
    "Galway",
    "Halifax",
    "Izola",
    "Jokkmokk",
    "Kotor",
    "Lerwick",
]
_DOINGS = [
    "measured",
    "repaired",
    "painted",
    "counted",
    "recorded",
    "moved",
    "lit",
    "tasted",
    "mapped",
    "rebuilt",
    "catalogued",
    "weighed",
]
_SYLLABLES = ["ba", "den", "fi", "gor", "hul", "ka", "lim", "mo", "nar", "pe", "ros", "su", "tal", "vi", "wen", "zo"]
_REASONS = (
    "because the old records had been lost in a flood",
    "after the harbour board asked for a second opinion",
    "so that the school could finish its atlas",
    "when nobody else wanted to get up before dawn",
    "although the instruments were borrowed and a little bent",
    "since the parish paid for the candles and the paper",
)


@dataclass(slots=True)
class Site:
    """Its entries; `frozen` ends their growth."""

    dice: random.Random
    titles: list[str] = field(default_factory=list)
    frozen: bool = False
    first: int = 0  # the number of its first entry, so that no two sites tell the same
    faulty: float = 0.0  # the share of answers that are none
    url: str = ""

    def app(self) -> web.Application:
        """Its pages, to be served."""
        app = web.Application()
        app.router.add_get("/feed.xml", self._feed)
        return app

    def grow(self) -> None:
        """Publish one more entry."""
        thing, place, doing = (self.dice.choice(words) for words in (_THINGS, _PLACES, _DOINGS))
        self.titles.append(f"How the {thing} of {place} were {doing}, part {self.first + len(self.titles) + 1}")

    def links(self) -> list[str]:
        """The links of all entries that ever stood in it."""
        return [f"{self.url}/entry/{number + 1}" for number in range(len(self.titles))]

    async def _feed(self, request: web.Request) -> web.Response:
        if self.faulty and self.dice.random() < self.faulty:
            return self._trouble(request)
        if not self.frozen:
            self.grow()
        first = max(0, len(self.titles) - SHOWN)
        items = "".join(self._item(number, self.titles[number]) for number in range(first, len(self.titles)))
        feed = f'<rss version="2.0"><channel><title>The Proof</title><link>{self.url}</link>{items}</channel></rss>'
        return web.Response(text=feed, content_type="application/rss+xml")

    def _trouble(self, request: web.Request) -> web.Response:
        match self.dice.choice(("failed", "a page", "cut")):
            case "failed":
                return web.Response(status=500, text="it broke")
            case "a page":
                return web.Response(text="<html><body>We are moving house.</body></html>", content_type="text/html")
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _item(self, number: int, title: str) -> str:
        link = f"{self.url}/entry/{number + 1}"
        date = format_datetime(datetime.now(UTC).replace(microsecond=0))
        return (
            f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate>"
            f"<description>{told(self.first + number, title)}</description></item>"
        )


def told(number: int, title: str) -> str:
    """Enough text that nobody fetches the page: its own for each entry, and the same at each poll."""
    dice = random.Random(number)  # noqa: S311 -- words, not secrets
    names = ["".join(dice.choice(_SYLLABLES) for _ in range(3)).title() for _ in range(40)]  # so that no two resemble
    sentences = [
        f"In {dice.randrange(1700, 2020)} the {dice.choice(_THINGS)} of {dice.choice(names)} and {dice.choice(names)}"
        f" were {dice.choice(_DOINGS)} by {dice.choice(names)} {dice.choice(names)} {dice.choice(_REASONS)}."
        for _ in range(16)
    ]
    return f"&lt;p&gt;{title}: what came of it. {' '.join(sentences)}&lt;/p&gt;"


@asynccontextmanager
async def publishing(site: Site) -> AsyncIterator[Site]:
    """Serve it on a free port of loopback."""
    runner = web.AppRunner(site.app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()
