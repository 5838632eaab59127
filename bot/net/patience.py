"""How long a server asks us to wait, in the dialects of HTTP.  Pure.  May import: the standard library only."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=24)
"""No server makes us wait longer than this before we ask again."""

_SECONDS = re.compile(r"\d{1,18}(?:\.\d{0,9})?", re.ASCII)


def clamped(wait: timedelta) -> timedelta:
    """Bring a wait into 0 to 24 h."""
    return min(max(wait, timedelta(0)), LONGEST)


def seconds(text: str) -> timedelta | None:
    """Read a plain number of seconds; None for anything else, negative ones too."""
    text = text.strip()
    return _span(float(text)) if _SECONDS.fullmatch(text) else None


def http_date(text: str) -> datetime | None:
    """Read an HTTP date as UTC; None for anything else."""
    text = text.strip()
    if not 6 <= len(text) <= 64:
        return None
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def retry_after(text: str | None, now: datetime | None) -> timedelta | None:
    """Read a Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3), clamped to 24 h; None where it says nothing.

    Without `now` only seconds can be read.
    """
    if text is None:
        return None
    wait = seconds(text)
    if wait is None and now is not None and (at := http_date(text)) is not None:
        wait = at - now
    return None if wait is None else clamped(wait)


def until(text: str | None, now: datetime | None) -> timedelta | None:
    """Read a rate limit's reset: a Unix time, a span in seconds, or an ISO 8601 time; clamped, None where unreadable.

    A number above 1,000,000,000 is a time (as a span it would be 31 years), above a thousand times that a time in
    milliseconds.  Without `now` only spans can be read.
    """
    text = (text or "").strip()
    if _SECONDS.fullmatch(text):
        number = float(text)
        if number <= 1e9:
            return _span(number)
        number = number / 1000 if number > 1e12 else number
        return None if now is None else _span(max(number - now.timestamp(), 0.0))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if now is None else clamped((at if at.tzinfo else at.replace(tzinfo=UTC)) - now)


def _span(number: float) -> timedelta:
    """Seconds as a span, clamped before `timedelta` could overflow."""
    return clamped(timedelta(seconds=min(number, 1e6)))
