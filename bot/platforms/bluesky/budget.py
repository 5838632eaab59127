"""How much an account may still write: Bluesky counts points.  Pure; may import: errors.

Its servers show the tightest of their limits only, so we count ourselves.  What an earlier life of the bot wrote isn't
known here; the server's own 429 tells then.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from bot.errors import RetryLater

CREATE, DELETE = 3, 1
"""Points of a write (docs.bsky.app, "Rate Limits"); a `putRecord` is charged 2 by today's servers, a create 3 by the
documentation: the larger is counted."""

WINDOWS = ((timedelta(hours=1), 5_000), (timedelta(days=1), 35_000))
"""Points per account and window, same source."""


class _Window:
    """What was spent within one span."""

    def __init__(self, span: timedelta, most: int) -> None:
        self.span, self.most = span, most
        self._spent: deque[tuple[datetime, int]] = deque()
        self._total = 0

    def check(self, points: int, now: datetime) -> None:
        """Raise RetryLater if this would be too much."""
        while self._spent and self._spent[0][0] <= now - self.span:
            self._total -= self._spent.popleft()[1]
        while self._spent and self._spent[-1][0] > now:  # the clock was set back: that was at another time
            self._total -= self._spent.pop()[1]
        over = self._total + points - self.most
        for at, cost in self._spent:
            if over <= 0:
                return
            over -= cost
            if over <= 0:
                raise RetryLater(f"{self.most:,} write points within {self.span} are spent", at + self.span - now)

    def spend(self, points: int, now: datetime) -> None:
        """Count it."""
        self._spent.append((now, points))
        self._total += points


class Budget:
    """Points spent in this life."""

    def __init__(self) -> None:
        self._windows = [_Window(span, most) for span, most in WINDOWS]

    def spend(self, points: int, now: datetime) -> None:
        """Count a write that is about to be sent.

        :raises RetryLater: it would be one too many; `after` says when the oldest ones no longer count
        """
        for window in self._windows:
            window.check(points, now)
        for window in self._windows:
            window.spend(points, now)
