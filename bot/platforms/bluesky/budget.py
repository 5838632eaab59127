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


class Budget:
    """Points spent in this life."""

    def __init__(self) -> None:
        self._spent: deque[tuple[datetime, int]] = deque()

    def spend(self, points: int, now: datetime) -> None:
        """Count a write that is about to be sent.

        :raises RetryLater: it would be one too many; `after` says when the oldest ones no longer count
        """
        longest = WINDOWS[-1][0]
        while self._spent and not now - longest < self._spent[0][0] <= now:  # later than now: the clock was set back
            self._spent.popleft()
        for window, most in WINDOWS:
            within = [(at, cost) for at, cost in self._spent if now - window < at <= now]
            over = sum(cost for _, cost in within) + points - most
            for at, cost in within:
                over -= cost
                if over + cost > 0 >= over:
                    raise RetryLater(f"{most:,} write points within {window} are spent", at + window - now)
        self._spent.append((now, points))
