"""Says plainly when no feed at all can be read, instead of a line for each.  May import: share, supervise."""

from __future__ import annotations

import logging
from collections.abc import Collection

from bot.app.supervise import Tell
from bot.share import Gathered

log = logging.getLogger("starfish.run")

ABSENT = (
    "Not one of the feeds could be read: is this machine on the network? The page works, mentions are answered,"
    " and the feeds are tried again by themselves. To see the whole bot offline: starfish demo"
)


SUBJECT = "network"
"""Of the notice that says so."""


class Reach:
    """Counts the first round of polls since the start, and keeps one notice true."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._reached = False
        self._failed: set[str] = set()
        self._told = False

    async def landed(self, result: Gathered) -> None:
        """Note how one poll ended."""
        if result.status == "error":
            self._failed.add(result.url)
            return
        self._reached = True
        if self._told:
            self._told = False
            await self._tell(SUBJECT, None)

    async def round_over(self, feeds: Collection[str]) -> None:
        """Every feed that was due has answered or failed; of `feeds`, which are all, some may not have been due."""
        if self._failed.issuperset(feeds) and feeds and not self._reached and not self._told:
            self._told = True
            log.warning("%s", ABSENT)
            await self._tell(SUBJECT, ABSENT)
