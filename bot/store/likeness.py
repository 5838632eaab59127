"""The simhashes of recent candidates in memory, so that a new entry is compared with weeks of them in no time.

May import: core, and within the store its own parts.
What is in memory is a copy of what the table says, read on from where it was read last: also what other processes
offered.  After a rollback, which may have taken back what was read, it is read anew.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from bot.core.same import Nearest
from bot.store.connection import Connection
from bot.store.values import stamp, unsigned

WEEKS = timedelta(days=14)
"""How long a story may come again in nearly the same words: reprints follow within days."""

ANEW = timedelta(days=1)
"""How often the oldest ones are let go of."""

MOST = 2_000
"""Candidates of one feed that are compared with: so many alike of a hostile one can't slow all others down."""


class Likeness:
    """An index over the simhashes of the table `candidates`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nearest = Nearest()
        self._last = 0  # the newest candidate that was read
        self._read_at: datetime | None = None
        self._rollbacks = 0
        self._counts: Counter[str] = Counter()

    def near(self, simhash: int, feed: str) -> int | None:
        """The first recent candidate of another feed that has nearly this text; `read` goes before."""
        return self._nearest.to(simhash, outside=feed)

    def read(self, now: datetime) -> None:
        """Take in what the table has got since the last time."""
        fresh = self._read_at is not None and abs(now - self._read_at) < ANEW
        if not fresh or self._rollbacks != self._connection.rollbacks:
            self._nearest, self._last, self._counts = Nearest(), 0, Counter()
            self._read_at, self._rollbacks = now, self._connection.rollbacks
        rows = self._connection.raw.execute(
            "SELECT id, simhash, feed FROM candidates WHERE id > ? AND first_seen >= ? AND simhash != 0 ORDER BY id",
            (self._last, stamp(now - WEEKS)),
        )
        for number, simhash, feed in rows:
            self.add(number, unsigned(simhash), feed)

    def add(self, number: int, simhash: int, feed: str) -> None:
        """Take in a new candidate, the newest of all; 0 is the hash of too little text."""
        if simhash:
            self._counts[feed] += 1
            if self._counts[feed] <= MOST:
                self._nearest.add(number, simhash, feed)
        self._last = number
