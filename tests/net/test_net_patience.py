from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.net.patience import LONGEST, http_date, retry_after, until

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 12:10:00 GMT", 600),
        ("Sunday, 22-Nov-26 12:10:00 GMT", 600),
        ("Sun Nov 22 12:10:00 2026", 600),
        ("Sun, 22 Nov 2026 14:10:00 +0200", 600),
        ("Sun, 22 Nov 2026 06:10:00 -0600", 600),
        ("Sun, 22 Nov 2026 12:10:00 -0000", 600),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("1000000000", 86_400),
        ("999999999999999999", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
    ],
)
def test_retry_after_is_obeyed_and_clamped(text: str, seconds: float) -> None:
    """Seconds and all three HTTP dates are read; a past date means now; nothing means more than a day."""
    assert retry_after(text, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", [None, "", "soon", "-1", "1e5", "٣", "12; 13", "0x10", "nan", "inf", "Sun, 99 Nov 2026 12:10:00 GMT"]
)
def test_garbage_says_nothing(text: str | None) -> None:
    """What is neither seconds nor a date leaves the wait to us."""
    assert retry_after(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30),
        ("0.25", 0.25),
        (str(int(NOW.timestamp()) + 90), 90),
        (str((int(NOW.timestamp()) + 90) * 1000), 90),
        ("2026-11-22T12:05:00Z", 300),
        ("2026-11-22T12:05:00.000Z", 300),
        ("2026-11-22T13:05:00+01:00", 300),
        ("2026-11-22T12:05:00", 300),
        ("2020-01-01T00:00:00Z", 0),
        ("1", 1),
        ("1000000000", 86_400),  # the longest span
        ("1000000001", 0),  # a time in 2001
        (str(int(NOW.timestamp()) - 90), 0),
    ],
)
def test_resets_are_read_in_every_dialect(text: str, seconds: float) -> None:
    """Spans, Unix times in seconds and milliseconds, and ISO times with or without a zone."""
    assert until(text, NOW) == timedelta(seconds=seconds)


def test_without_a_clock_only_spans_are_read() -> None:
    """A time means nothing without knowing what time it is."""
    assert retry_after("60", None) == until("60", None) == timedelta(seconds=60)
    assert retry_after("Sun, 22 Nov 2026 12:10:00 GMT", None) is None
    assert until("2026-11-22T12:05:00Z", None) is None
    assert until(str(int(NOW.timestamp())), None) is None


@given(st.text(max_size=40))
def test_any_text_is_a_wait_within_a_day_or_nothing(text: str) -> None:
    """Foreign text never raises, never waits longer than a day, never less than nothing."""
    for wait in (retry_after(text, NOW), until(text, NOW)):
        assert wait is None or timedelta(0) <= wait <= LONGEST


@given(st.datetimes(timezones=st.just(UTC)))
def test_http_dates_are_aware(at: datetime) -> None:
    """Whatever year a server believes in, a date that was read is in UTC."""
    read = http_date(at.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert read is None or read.tzinfo is UTC
