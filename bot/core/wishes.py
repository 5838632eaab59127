"""What a feed document itself asks of its readers: how seldom to come, and when not to.  Pure; may import: model.

Kept packed in one field of `FeedState`, because a 304 brings no document that could say it again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bot.model import ParsedFeed

_PART = re.compile(r"(ttl|hours|days)=(\d{1,6}(?:,\d{1,2}){0,23})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """RSS's ttl, skipHours (GMT) and skipDays (0 = Monday)."""

    ttl: timedelta = timedelta(0)
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()

    @classmethod
    def of(cls, parsed: ParsedFeed) -> Self:
        """What a document says; one that asks never to be read is not believed."""
        hours = frozenset(hour % 24 for hour in parsed.skip_hours if 0 <= hour <= 24)
        days = frozenset(day for day in parsed.skip_days if 0 <= day <= 6)
        return cls(
            ttl=min(max(parsed.ttl or timedelta(0), timedelta(0)), timedelta(days=1)),
            hours=hours if len(hours) < 24 else frozenset(),
            days=days if len(days) < 7 else frozenset(),
        )

    def packed(self) -> str:
        """Write them as one line; empty if there are none."""
        parts = []
        if minutes := int(self.ttl.total_seconds() // 60):
            parts.append(f"ttl={minutes}")
        for name, numbers in (("hours", self.hours), ("days", self.days)):
            if numbers:
                parts.append(f"{name}={','.join(map(str, sorted(numbers)))}")
        return " ".join(parts)

    @classmethod
    def unpacked(cls, text: str) -> Self:
        """Read what `packed` wrote; what can't be read wishes nothing."""
        if not text:  # most wish nothing, and this is asked at every poll
            return cls()
        found = {name: [int(number) for number in numbers.split(",")] for name, numbers in _PART.findall(text)}
        return cls(
            ttl=timedelta(minutes=found.get("ttl", [0])[0]),
            hours=frozenset(found.get("hours", ())),
            days=frozenset(found.get("days", ())),
        )

    def awake(self, at: datetime) -> datetime:
        """The first moment from `at` on that lies in no hour and on no day to be skipped."""
        for _ in range(24 * 7):
            if at.hour not in self.hours and at.weekday() not in self.days:
                return at
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return at
