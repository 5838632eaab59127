"""What to do about a clock that was wrong: nothing happened later than now, and nobody asked us to wait for years.

May import: within the store part and values.
A machine without a battery may wake up in 2036 and be corrected an hour later.  Without this, an account would wait for
2036 to look for a post, to be polite to its server, or to fill its next slot.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.store.part import Part, durable
from bot.store.values import stamp

HAPPENED = (
    "accounts.known_since",
    "accounts.paused_at",
    "candidates.first_seen",
    "mentions.answered_at",
    "mentions.heard_at",
    "outbox.created_at",
    "outbox.sent_at",
    "outbox.settled_at",
)
"""Times of what happened: at the latest now."""

FROZEN = {"outbox.created_at": " AND ever_sent_at IS NULL"}
"""What stays as it was sent, however wrong: platforms know a post by it (Bluesky's record key), and would take it for
another one when it is sent again."""

ATTEMPTED = ("outbox.first_sent_at", "outbox.ever_sent_at")
"""Where a key's window begins, and where a search does.  When that was is unknown now: so the window is over, and the
search goes back to the beginning."""

ASKED = (
    "accounts.hold_until",
    "feeds.next_at",
    "hosts.hold_until",
    "outbox.not_before",
    "people.pause_told_until",
)
"""Times until which somebody asked us to wait, or we chose to: at most `LONGEST` from now."""

LONGEST = timedelta(days=2)
"""Twice the longest wait that any server is granted."""


class Clock(Part):
    """All times in the database, against the present one."""

    name = "clock"

    @durable
    def correct(self, now: datetime) -> int:
        """Bring times that can't be true back to what can; gives how many there were."""
        count = 0
        for place in HAPPENED:
            count += self._bring_back(place, stamp(now), stamp(now), FROZEN.get(place, ""))
        for place in ATTEMPTED:
            count += self._bring_back(place, stamp(now), 0)
        for place in ASKED:
            # What the owner put off is theirs: only what is waiting for a platform is meant here.
            only = " AND state IN ('waiting', 'unknown', 'sent')" if place == "outbox.not_before" else ""
            count += self._bring_back(place, stamp(now + LONGEST), stamp(now), only)
        return count + self.change(
            "UPDATE meta SET value = ?1 WHERE key IN ('created_at', 'answers_from') AND CAST(value AS INTEGER) > ?1",
            stamp(now),
        )

    def _bring_back(self, place: str, latest: int, to: int, only: str = "") -> int:
        table, _, column = place.partition(".")
        return self.change(f"UPDATE {table} SET {column} = ? WHERE {column} > ?{only}", to, latest)  # noqa: S608 -- the constants above
