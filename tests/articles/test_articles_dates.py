"""When an article was published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles.dates import in_address, moment


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T09:30:00Z", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("2026-11-22T09:30:00+02:00", datetime(2026, 11, 22, 7, 30, tzinfo=UTC)),
        ("2026-11-22T09:30:00.123+0000", datetime(2026, 11, 22, 9, 30, 0, 123000, tzinfo=UTC)),
        ("2026-11-22 09:30", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        (" 2026-11-22 ", datetime(2026, 11, 22, tzinfo=UTC)),
        ("20261122", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026/11/22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 09:30:00 GMT", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("Published 2026-11-22, updated later", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T09:30:00 Europe/London", datetime(2026, 11, 22, tzinfo=UTC)),
    ],
)
def test_dates_as_pages_write_them(value: str, expected: datetime) -> None:
    """ISO 8601, mail dates and days within a sentence are read, in UTC."""
    assert moment(value) == expected


@pytest.mark.parametrize(
    "value", ["", "yesterday", "0001-01-01T00:00:00Z", "1970-01-01", "2026-02-31", "22/11/2026", "9" * 500, "{{date}}"]
)
def test_what_is_no_date_is_none(value: str) -> None:
    """A template's zero, an impossible day and plain words are no date, and no error."""
    assert moment(value) is None


@given(value=st.text(max_size=80))
def test_any_text_is_a_date_or_none(value: str) -> None:
    """Whatever stands in a page's date, it is an aware time in UTC or nothing."""
    found = moment(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/2026/11/22/boats.html", datetime(2026, 11, 22, tzinfo=UTC)),
        ("https://example.com/news/2026-1-2/boats", datetime(2026, 1, 2, tzinfo=UTC)),
        ("https://example.com/2026/02/31/boats", None),
        ("https://example.com/2026/11/boats", None),
        ("https://example.com/12026/11/22/boats", None),
        ("", None),
    ],
)
def test_days_in_addresses(url: str, expected: datetime | None) -> None:
    """An address with year, month and day says when."""
    assert in_address(url) == expected
