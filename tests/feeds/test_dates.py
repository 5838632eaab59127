"""Dates: every spelling that feeds have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.dates import read_date

MORNING = datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)
MIDNIGHT = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 05 Mar 2024 09:11:12 GMT",
        "Tue, 5 Mar 2024 10:11:12 +0100",
        "tue, 05 mar 24 09:11:12 z",
        "05 Mar 2024 04:11:12 EST",
        "Tue, 05 March 2024 01:11:12 PST (Pacific Time)",
        "Tuesday, 05-Mar-24 09:11:12 GMT",
        "Tue, 05 Mar 2024 09:11:12 GMT+0000",
        "Tue, 05 Mar 2024 14:41:12 +05:30",
        "Di, 05 Mär 2024 10:11:12 +0100",
        "Mar, 05 mars 2024 10:11:12 CET",
        "Вт, 05 марта 2024 12:11:12 +0300",
        "Seg, 05 Mar 2024 06:11:12 -0300",
        "Tue, 05 Mar 2024 09:11:12 +9900",
        "2024-03-05T09:11:12Z",
        "2024-03-05T09:11:12.123456789Z",
        "2024-03-05T10:11:12+01:00",
        "2024-03-05T10:11:12+0100",
        "2024-03-05 10:11:12 +01",
        "2024-03-05t09:11:12z",
        "20240305T091112Z",
        "2024-03-05T09:11:12",
        "Tue Mar  5 09:11:12 2024",
        "Tue Mar  5 10:11:12 CET 2024",
        "March 5, 2024 9:11:12 AM",
        "Tue, Mar 5, 2024, 9:11:12 a.m. UTC",
        "2024/3/5 09:11:12",
        "2024年3月5日 09:11:12",
        "2024년 3월 5일 오전 9시 11분 12초",
        "1709629872",
        "1709629872000",
        "  Tue,\n05 Mar 2024\t09:11:12 GMT ",
    ],
)
def test_one_moment_in_many_spellings(text: str) -> None:
    """Standards, their usual mistakes, other calendars' words and machine numbers mean one moment."""
    assert read_date(text) == MORNING


@pytest.mark.parametrize(
    "text", ["2024-03-05", "Tue, 05 Mar 2024", "5 mars 2024", "March 5th, 2024", "2024年3月5日", "2024.3.5"]
)
def test_a_day_alone_is_its_beginning(text: str) -> None:
    """A date without a time is midnight, UTC."""
    assert read_date(text) == MIDNIGHT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 04 Mar 2024 24:00:00 GMT", MIDNIGHT),
        ("Mon, 04 Mar 2024 23:59:60 GMT", MIDNIGHT),
        ("2024-03", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Fri, 01 Jan 99 00:00:00 GMT", datetime(1999, 1, 1, tzinfo=UTC)),
        ("March 5, 2024 12:11:12 AM", MIDNIGHT + timedelta(minutes=11, seconds=12)),
        ("2024년 3월 5일 오후 1:11", MIDNIGHT + timedelta(hours=13, minutes=11)),
        ("2099-01-01T00:00:00Z", datetime(2099, 1, 1, tzinfo=UTC)),
    ],
)
def test_odd_but_clear_dates_are_read(text: str, expected: datetime) -> None:
    """Hour 24, leap seconds, months alone, two-digit years, halves of the day; the future is not judged here."""
    assert read_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "yesterday",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "0000-00-00 00:00:00",
        "2024-13-05",
        "31 Feb 2024 00:00:00 GMT",
        "Tue, 05 Xyz 2024 09:11:12 GMT",
        "2024-03-05T99:11:12Z",
        "99999999999999999999",
        "Invalid Date",
        "5" * 100_000,
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Words, impossible days and the zero of some program say nothing about publication."""
    assert read_date(text) is None


@given(st.integers(31_536_000, 7_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_what_is_written_by_the_book_is_read_back(moment: datetime) -> None:
    """RFC 822 and ISO 8601, in any zone."""
    assert read_date(moment.strftime("%a, %d %b %Y %H:%M:%S +0000")) == moment
    assert read_date(moment.isoformat()) == moment
    assert read_date((moment + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")) == moment


@given(
    st.sampled_from(["", "Wed, ", "Xyz, "]),
    st.integers(0, 40),
    st.sampled_from(["Jan", "Feb", "Sep", "Xyz"]),
    st.integers(1960, 2030),
    st.tuples(st.integers(0, 30), st.integers(0, 70), st.integers(0, 70)),
    st.sampled_from(["GMT", "UTC", "+0000", "-0530", "+1400", "-1500", "+0199"]),
)
def test_the_quick_way_and_the_long_way_agree(
    weekday: str, day: int, month: str, year: int, time: tuple[int, int, int], zone: str
) -> None:
    """A date by the book, right or wrong, means the same with the comment behind it that sends it the long way."""
    hour, minute, second = time
    text = f"{weekday}{day:02} {month} {year} {hour:02}:{minute:02}:{second:02} {zone}"
    assert read_date(text) == read_date(f"{text} (summer)")


@given(st.text(max_size=140))
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Nothing raises; what is read is aware and in UTC."""
    moment = read_date(text)
    assert moment is None or moment.utcoffset() == timedelta(0)
