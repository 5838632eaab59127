"""“… last month”, “… since May”, “… in 2025”: the span of time that a question to the archive names.

Pure; may import: the standard library.  Days begin at midnight in the zone given; weeks begin on Monday.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_NAMED = re.compile(
    rf"""\b(?:
      (?P<day>today|yesterday)
    | (?P<which>this|last|past)\s+(?P<unit>week|month|year)
    | (?:in\s+|during\s+)?(?:the\s+)?(?:last|past)\s+(?P<count>\d{{1,3}})\s+(?P<units>day|week|month|year)s?
    | (?P<from>in|during|since)\s+(?P<month>{_MONTH})(?:\s+(?P<of>(?:19|20)\d\d))?
    | (?P<begin>in|during|since)\s+(?P<year>(?:19|20)\d\d)
    )\s*[.?!]*\s*\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_LENGTHS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A question without its time, and that time in UTC: from `since` to before `until`."""

    topic: str
    since: datetime
    until: datetime


def period_of(text: str, now: datetime, zone: ZoneInfo) -> Period | None:
    """Read the time named at the end of a question; None where there is none, or it lies wholly in the future.

    `now` is aware; a month without a year is its latest one, the present one included.
    """
    found = _NAMED.search(text[-200:])
    if found is None:
        return None
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    since, until = next(read(found, midnight) for key, read in _READERS if found[key])
    since, until = since.astimezone(UTC), min(until.astimezone(UTC), now.astimezone(UTC))
    if since >= until:
        return None
    topic = text[: len(text) - len(found[0])].strip(" ,;:-–")
    return Period(topic=topic, since=since, until=until)


Span = tuple[datetime, datetime]
_FOREVER = timedelta(days=3660)


def _day(found: re.Match[str], midnight: datetime) -> Span:
    since = midnight - timedelta(days=found["day"].lower() == "yesterday")
    return since, since + timedelta(days=1)


def _unit(found: re.Match[str], midnight: datetime) -> Span:
    """Give this or the last calendar week, month or year."""
    unit, this = found["unit"].lower(), found["which"].lower() == "this"
    if unit == "week":
        start = midnight - timedelta(days=midnight.weekday())
        return (start, start + timedelta(days=7)) if this else (start - timedelta(days=7), start)
    if unit == "month":
        start = midnight.replace(day=1)
        return _month(start if this else start - timedelta(days=1))
    return _year(midnight.year if this else midnight.year - 1, midnight)


def _count(found: re.Match[str], midnight: datetime) -> Span:
    days = int(found["count"]) * _LENGTHS[found["units"].lower()]
    return midnight - timedelta(days=min(days, _FOREVER.days)), midnight + timedelta(days=1)


def _named_month(found: re.Match[str], midnight: datetime) -> Span:
    number = 1 + [month[:3] for month in _MONTHS].index(found["month"][:3].lower())
    year = int(found["of"] or midnight.year - (number > midnight.month))
    since, until = _month(midnight.replace(year=year, month=number, day=1))
    return (since, midnight + timedelta(days=1)) if found["from"].lower() == "since" else (since, until)


def _named_year(found: re.Match[str], midnight: datetime) -> Span:
    since, until = _year(int(found["year"]), midnight)
    return (since, midnight + timedelta(days=1)) if found["begin"].lower() == "since" else (since, until)


def _month(day: datetime) -> Span:
    start = day.replace(day=1)
    return start, (start + timedelta(days=32)).replace(day=1)


def _year(year: int, midnight: datetime) -> Span:
    return midnight.replace(year=year, month=1, day=1), midnight.replace(year=year + 1, month=1, day=1)


_READERS: tuple[tuple[str, Callable[[re.Match[str], datetime], Span]], ...] = (
    ("day", _day),
    ("unit", _unit),
    ("count", _count),
    ("month", _named_month),
    ("year", _named_year),
)
