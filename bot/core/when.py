"""Spans and times as people write them in a chat: “2h”, “in two days”, “tomorrow at 9”, “next monday”.

Pure; may import: the standard library.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)
"""The hour of a day that somebody names without one."""

LONGEST = timedelta(days=366)
"""A promise for later than this is more likely a mistake."""

_NUMBERS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())  # noqa: SIM905 -- counts itself
} | {"a": 1, "an": 1, "half": 0.5, "couple": 2, "few": 3}
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "s": timedelta(seconds=1),
    "sec": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
    "second": timedelta(seconds=1),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORD = re.compile(r"[0-9]+|[a-z]+")
_CLOCK = re.compile(r"\b(?:at\s+)?(\d{1,2})(?:[:.](\d{2})|\s?(am|pm|o'clock))|\bat\s+(\d{1,2})\b")
_PARTS = {
    "morning": time(9),
    "noon": time(12),
    "afternoon": time(15),
    "evening": time(19),
    "tonight": time(21),
    "night": time(21),
}


def span_of(text: str) -> timedelta | None:
    """Read a span: “2h”, “30 minutes”, “half an hour”, “a couple of days”; None where there is none."""
    total, count = timedelta(0), None
    for word in _WORD.findall(text.casefold()[:200]):
        if word.isdigit():
            count = float(word[:5])
        elif word in _NUMBERS:
            # “half an hour”: the article adds nothing to a number.
            count = count if count is not None and word in ("a", "an") else float(_NUMBERS[word])
        elif per := _UNITS.get(word) or _UNITS.get(word.removesuffix("s")):
            total += per * (count or 0)
            count = None
        elif word != "of":
            count = None
    return total if timedelta(0) < total <= LONGEST else None


def moment_of(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Read a time to come, in UTC: a span from now, a day's name, “tomorrow”, each with or without an hour."""
    said = text.casefold()[:200]
    if span := span_of(said):
        return now + span
    local = now.astimezone(zone)
    hour = _hour(said)
    day = _day(said, local)
    if day is None and hour is None:
        return None
    wall = datetime.combine((day or local).date(), hour or MORNING)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at <= now and day is None:
        at += timedelta(days=1)
    return at if now < at <= now + LONGEST else None


def _day(said: str, local: datetime) -> datetime | None:
    if "day after tomorrow" in said:
        return local + timedelta(days=2)
    if "tomorrow" in said:
        return local + timedelta(days=1)
    if "next week" in said:
        return local + timedelta(days=7)
    if "weekend" in said:
        return local + timedelta(days=(5 - local.weekday()) % 7 or 7)
    for number, name in enumerate(_DAYS):
        if re.search(rf"\b{name}\b", said):
            return local + timedelta(days=(number - local.weekday()) % 7 or 7)
    return local if re.search(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", said) else None


def _hour(said: str) -> time | None:
    for name, at in _PARTS.items():
        if re.search(rf"\b{name}\b", said):
            return at
    found = _CLOCK.search(said)
    if not found:
        return None
    hours, minutes, half = int(found[1] or found[4]), int(found[2] or 0), found[3]
    if half == "pm" and hours < 12:
        hours += 12
    if half == "am" and hours == 12:
        hours = 0
    return time(hours, minutes) if hours < 24 and minutes < 60 else None
