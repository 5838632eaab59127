from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.period import period_of

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)  # a Wednesday, summer time: days begin at 23:00 UTC


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "topic", "since", "until"),
    [
        ("bees today", "bees", "2026-05-19T23:00", "2026-05-20T14:30"),
        ("bees yesterday?", "bees", "2026-05-18T23:00", "2026-05-19T23:00"),
        ("bees this week", "bees", "2026-05-17T23:00", "2026-05-20T14:30"),
        ("bees last week", "bees", "2026-05-10T23:00", "2026-05-17T23:00"),
        ("Tape loops last month", "Tape loops", "2026-03-31T23:00", "2026-04-30T23:00"),
        ("bees this month", "bees", "2026-04-30T23:00", "2026-05-20T14:30"),
        ("bees past year", "bees", "2025-01-01T00:00", "2026-01-01T00:00"),
        ("bees in the last 3 days", "bees", "2026-05-16T23:00", "2026-05-20T14:30"),
        ("bees, during the past 2 weeks", "bees", "2026-05-05T23:00", "2026-05-20T14:30"),
        ("bees in March", "bees", "2026-03-01T00:00", "2026-03-31T23:00"),
        ("bees in may", "bees", "2026-04-30T23:00", "2026-05-20T14:30"),
        ("bees in december", "bees", "2025-12-01T00:00", "2026-01-01T00:00"),
        ("bees in Dec 2024", "bees", "2024-12-01T00:00", "2025-01-01T00:00"),
        ("bees since april", "bees", "2026-03-31T23:00", "2026-05-20T14:30"),
        ("bees in 2024", "bees", "2024-01-01T00:00", "2025-01-01T00:00"),
        ("bees since 2024", "bees", "2024-01-01T00:00", "2026-05-20T14:30"),
        ("yesterday", "", "2026-05-18T23:00", "2026-05-19T23:00"),
        ("bees this year", "bees", "2026-01-01T00:00", "2026-05-20T14:30"),
        ("bees in the last 2 months", "bees", "2026-03-21T00:00", "2026-05-20T14:30"),
        ("bees in the past 2 years", "bees", "2024-05-19T23:00", "2026-05-20T14:30"),
        ("bees in May 1950", "bees", "1950-04-30T23:00", "1950-05-31T23:00"),
        ("BEES YESTERDAY", "BEES", "2026-05-18T23:00", "2026-05-19T23:00"),
        ("BEES THIS MONTH", "BEES", "2026-04-30T23:00", "2026-05-20T14:30"),
        ("BEES IN THE LAST 2 WEEKS", "BEES", "2026-05-05T23:00", "2026-05-20T14:30"),
        ("BEES SINCE APRIL", "BEES", "2026-03-31T23:00", "2026-05-20T14:30"),
        ("BEES SINCE 2024", "BEES", "2024-01-01T00:00", "2026-05-20T14:30"),
    ],
)
def test_a_time_at_the_end_of_a_question_is_read(said: str, topic: str, since: str, until: str) -> None:
    """Days, weeks, months and years are the calendar's, in the owner's zone, and end now at the latest."""
    found = period_of(said, NOW, LONDON)
    assert found is not None
    assert (found.topic, found.since, found.until) == (topic, utc(since), utc(until))


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_has_its_name_and_its_first_three_letters(number: int) -> None:
    """Each month is understood written out and cut to three letters, also on the 31st of a month."""
    first = datetime(2025, number, 1, tzinfo=UTC)
    for said in (f"bees in {first:%B} 2025", f"bees in {first:%b} 2025"):
        found = period_of(said, datetime(2026, 5, 31, 12, tzinfo=UTC), ZoneInfo("UTC"))
        assert found is not None
        assert (found.topic, found.since) == ("bees", first)
        assert (found.until - timedelta(days=1)).month == number


@pytest.mark.parametrize(
    "said",
    [
        *("bees", "last", "yesterday's news on bees", "march of the penguins", "in 2099", "bees in 1850", "may", ""),
        *("bees in december 9999", "bees since may 0000"),  # years that no calendar here goes on after, or begins with
    ],
)
def test_no_time_no_period(said: str) -> None:
    """A word of time inside a topic, or a time that hasn't come, is part of the topic."""
    assert period_of(said, NOW, LONDON) is None


WORDS = "bees in since last past this the 3 999 days week year may dec 2024 1900 9999 today".split()  # noqa: SIM905 -- reads as it is said


@given(
    st.lists(st.sampled_from(WORDS)).map(" ".join) | st.text(max_size=80),
    st.datetimes(min_value=datetime(1971, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- hypothesis wants them naive
)
def test_any_text_at_any_time_has_a_sound_period_or_none(text: str, now: datetime) -> None:
    """A period is never empty, never ends after now, and its topic is the beginning of what was said."""
    found = period_of(text, now, LONDON)
    if found is not None:
        assert found.since < found.until <= now
        assert found.topic in text
