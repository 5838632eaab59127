"""When an article was published, from the many ways in which pages say so.  Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DAY = re.compile(r"(?<!\d)(19[89]\d|20\d\d)([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_IN_ADDRESS = re.compile(r"/(199\d|20\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-])")


def moment(value: str) -> datetime | None:
    """Read one date as pages write it, in UTC; without a zone it counts as UTC, without a time as midnight."""
    value = value.strip()[:64]
    if not value:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime, _day):
        try:
            found = read(value)
            return _sane(found if found.tzinfo else found.replace(tzinfo=UTC))
        except (ValueError, OverflowError, TypeError):
            continue
    return None


def in_address(url: str) -> datetime | None:
    """The day that stands in an address as /2026/11/22/."""
    match = _IN_ADDRESS.search(url[:500])
    if match is None:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        return None


def _day(value: str) -> datetime:
    match = _DAY.search(value)
    if match is None:
        raise ValueError("no day")
    return datetime(int(match[1]), int(match[3]), int(match[4]), tzinfo=UTC)


def _sane(found: datetime) -> datetime | None:
    """In UTC; None before the web and where a template left its zero."""
    found = found.astimezone(UTC)
    return found if found.year >= 1990 else None
