"""Whose turn it is to be polled, among however many feeds are due.  May import: store, core.

The line of those who wait is read from the database piece by piece, as far as it takes to fill the free places: with a
hundred thousand feeds due, choosing costs no more than with a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.core.line import Line
from bot.store import Store, Writer
from bot.store.records import Due

PIECE = 200
"""Due feeds that are read at once: a millisecond's work."""

PIECES = 3
"""Pieces that one choice reads at most, if those of a few hosts stand in all the first places; the next one goes on."""

ANEW = timedelta(seconds=60)
"""How long the line is believed: then it is read from its beginning, whatever came in between at its front."""


class Turns:
    """The line of due feeds, as far as it was read."""

    def __init__(self, db: Writer, store: Store) -> None:
        self._db, self._store = db, store
        self._line = Line()
        self._last: Due | None = None
        self._begun: datetime | None = None

    def __len__(self) -> int:
        """How many are known to wait, for others of their host mostly."""
        return len(self._line)

    async def next(self, now: datetime, flying: Iterable[str], room: int) -> list[str]:
        """Choose the feeds to begin with, at most `room`, beside those that are being polled."""
        under_way = set(flying)
        fresh = self._begun is not None and timedelta(0) <= now - self._begun < ANEW
        if not fresh or not len(self._line):
            self._line, self._last, self._begun = Line(), None, now
        chosen = self._line.take(under_way, room)
        for _ in range(PIECES):
            if len(chosen) >= room:
                break
            piece = await self._db(self._store.feeds.line, now, self._last, PIECE)
            known = under_way.union(chosen)
            self._line.join(due.url for due in piece if due.url not in known)
            chosen += self._line.take(known, room - len(chosen))
            if piece:
                self._last = piece[-1]
            if len(piece) < PIECE:
                break
        return chosen
