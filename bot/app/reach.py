"""Says plainly when no feed at all can be reached, instead of a line for each.  May import: share, supervise."""

from __future__ import annotations

import logging

from bot.app.supervise import Tell
from bot.share import Gathered

log = logging.getLogger("starfish.run")

ABSENT = (
    "Not one of the feeds could be reached: is this machine on the network? The page works, mentions are answered,"
    " and the feeds are tried again by themselves. To see the whole bot offline: starfish demo"
)


class Reach:
    """Counts the first round of polls since the start, and keeps one notice true."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._reached = False
        self._failed = 0
        self._told = False

    async def landed(self, result: Gathered) -> None:
        """Note how one poll ended."""
        if result.status == "error":
            self._failed += 1
            return
        self._reached = True
        if self._told:
            self._told = False
            await self._tell("network", None)

    async def round_over(self) -> None:
        """Every feed that was due has answered or failed."""
        if self._failed and not self._reached and not self._told:
            self._told = True
            log.warning("%s", ABSENT)
            await self._tell("network", ABSENT)
