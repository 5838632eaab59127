"""The dates of feeds, in every spelling that is met.  May import: the standard library.

One reader for all parsers, so that a feed that flips between them keeps its dates.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d{2})(?:-?(?P<day>\d{2}))?"
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?(?::\d{2})?)?\Z",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:\w+\.?,?\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s\-]+(?P<month>[^\W\d_]{3,12})\.?,?[\s\-]+(?P<year>\d{4}|\d{2})"
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\b\.?)?)?"
    r"\s*(?P<zone>[^\s(]+)?(?:\s*\(.*)?\Z",
    re.IGNORECASE,
)
# Nine of ten dates of RSS; the groups of _MAIL, but strict, and four times as fast.
_PLAIN_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) "
    r"(?:GMT|UTC|([+-](?:0\d|1[0-4]))([0-5]\d))\Z",
    re.ASCII,
)
_AMERICAN = re.compile(
    r"(?:\w+\.?,?\s+)?(?P<month>[^\W\d_]{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:,?\s+(?P<year>\d{4}))?"
    r"(?:,?\s+(?:at\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\b\.?)?)?"
    r"\s*(?P<zone>[A-Za-z+\-][\w+\-:/]*)?(?:\s+(?P<later>\d{4}))?\Z",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})"
    r"(?:\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<zone>[^\s]+)?\Z"
)
_EASTERN = re.compile(  # Chinese, Japanese and Korean: the half of the day stands before the hour
    r"(?P<year>\d{4})\s*[年년-]\s*(?P<month>\d{1,2})\s*[月월-]\s*(?P<day>\d{1,2})\s*[日일]?"
    r"(?:\s*\D{0,8}?(?P<half>午前|午後|上午|下午|오전|오후)?\s*(?P<hour>\d{1,2})\s*[:時时시]\s*(?P<minute>\d{1,2})"
    r"(?:\s*[:分분]\s*(?P<second>\d{1,2}))?\s*[秒초분分]?)?\s*(?P<zone>[+-]\d{2}:?\d{2}|[A-Z]{1,5})?\Z"
)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?\Z|\d{13}\Z")

_MONTH_NAMES = """
    jan january janv janvier januar jänner ene enero gen gennaio jaan leden styczeń stycznia янв января ιαν january
    feb february fév févr février februar febr febrero feb febbraio luty lutego фев февраля φεβ fev fevereiro
    mar march mars märz mrz marzo maart mär marca марта мар μαρ março marz mrt
    apr april avr avril abr abril aprile kwietnia апр апреля απρ avri aprl
    may mai mayo maggio mei maj maja мая май μάι μαϊ maio mag
    jun june juin juni junio giugno giu czerwca июн июня ιούν junho
    jul july juil juillet juli julio luglio lug lipca июл июля ιούλ julho
    aug august août aou aoû agosto ago augustus sierpnia авг августа αύγ
    sep sept september septembre septiembre settembre set września сен сентября σεπ setembro
    oct october octobre oktober okt octubre ottobre ott października окт октября οκτ out outubro
    nov november novembre noviembre listopada ноя ноября νοέ novembro
    dec december déc décembre dezember dez diciembre dic dicembre desember grudnia дек декабря δεκ dezembro
"""
_MONTHS = {
    name: number
    for number, line in enumerate(filter(str.strip, _MONTH_NAMES.splitlines()), start=1)
    for name in line.split()
}
# The zones of RFC 822 and the names that are still met; hours.  Ambiguous ones as RSS feeds of the west use them.
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0,
    "est": -5, "edt": -4, "et": -5, "cst": -6, "cdt": -5, "ct": -6, "mst": -7, "mdt": -6, "mt": -7, "pst": -8, "pdt": -7,
    "pt": -8, "akst": -9, "akdt": -8, "hst": -10, "ast": -4, "adt": -3, "brt": -3, "art": -3,
    "bst": 1, "west": 1, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "eest": 3, "msk": 3,
    "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?(?::\d{2})?\Z", re.IGNORECASE)
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)  # earlier ones are the zero of some program, not a publication


@lru_cache(maxsize=1_024)
def read_date(text: str) -> datetime | None:
    """Read one date; None if it can't be understood.  In UTC; a date without a zone is taken for UTC.

    Knows RFC 822 with its usual mistakes, ISO 8601 and W3C dates, asctime, "May 4, 2024 5:00 PM", slashes, Chinese,
    Japanese and Korean dates, month names of a dozen languages, and Unix seconds.  Linear; never raises.
    """
    if match := _PLAIN_MAIL.match(text):
        with suppress(ValueError):
            return _plainly(match)
    text = " ".join(text[:120].split())
    if not text:
        return None
    try:
        if text[4:5] == "-" and text[10:11] == "T" and text[-1] in "0Zz":  # nearly all Atom; "24:00" isn't for it
            with suppress(ValueError):
                moment = datetime.fromisoformat(text)
                return _sane(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if match := _PLAIN_MAIL.match(text):
            return _plainly(match)
        if _EPOCH.match(text):
            number = float(text)
            return _sane(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC))
        for pattern in (_MAIL, _ISO) if not text[:4].isdecimal() else (_ISO, _SLASHED, _EASTERN):
            if match := pattern.match(text):
                return _made(match.groupdict())
        match = _AMERICAN.match(text)
        return _made(match.groupdict()) if match else None
    except (ValueError, OverflowError):
        return None


def _plainly(match: re.Match[str]) -> datetime | None:
    day, name, year, hour, minute, second, hours, minutes = match.groups()
    month = _MONTHS.get(name.lower(), 0)
    moment = datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    if hours is not None and (hours, minutes) != ("+00", "00"):
        moment -= timedelta(hours=int(hours), minutes=int(hours[0] + minutes))
    return moment if moment >= _EARLIEST else None


def _made(parts: dict[str, str | None]) -> datetime | None:
    year = int(parts["year"] or parts.get("later") or 0)
    if year < 100 and len(parts["year"] or "") == 2:
        year += 2000 if year < 70 else 1900
    month_text = (parts["month"] or "").lower()
    month = int(month_text) if month_text.isdecimal() else _MONTHS.get(month_text, 0)
    hour, minute, second = int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts["second"] or 0)
    half = (parts.get("half") or "").lower()
    if half in ("午後", "下午", "오후") or half.startswith("p"):
        hour += 12 if hour < 12 else 0
    elif half and hour == 12:
        hour = 0
    day = datetime(year, month, int(parts["day"] or 1), tzinfo=UTC)
    # Hour 24 and second 60 are allowed by some of the standards: they are the next day and minute.
    if hour > 24 or minute > 59 or second > 61:
        return None
    return _sane(day + timedelta(hours=hour, minutes=minute, seconds=second) - _offset(parts["zone"] or ""))


def _offset(zone: str) -> timedelta:
    match = _OFFSET.match(zone)
    if match is None:
        return timedelta(hours=_ZONES.get(zone.lower(), 0))
    hours, minutes = int(match[2]), int(match[3] or 0)
    if hours > 14 or minutes > 59:  # "+9900": a zone that isn't
        return timedelta(0)
    span = timedelta(hours=hours, minutes=minutes)
    return -span if match[1] == "-" else span


def _sane(moment: datetime) -> datetime | None:
    if moment < _EARLIEST:
        return None
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.replace(microsecond=0) if moment.microsecond else moment
