from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.when import LONGEST, moment_of, span_of

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)  # a Friday
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("2h", timedelta(hours=2)),
        ("for 30 minutes", timedelta(minutes=30)),
        ("two days", timedelta(days=2)),
        ("half an hour", timedelta(minutes=30)),
        ("an hour", timedelta(hours=1)),
        ("a couple of days", timedelta(days=2)),
        ("1h 30m", timedelta(minutes=90)),
        ("3 weeks", timedelta(weeks=3)),
    ],
)
def test_spans_are_read_as_people_write_them(said: str, span: timedelta) -> None:
    """Digits and words, short and long units, sums."""
    assert span_of(said) == span


@pytest.mark.parametrize("said", ["", "soon", "never mind", "0 days", "99999 years", "x" * 5000])
def test_what_is_no_span_is_none(said: str) -> None:
    """Nothing is guessed."""
    assert span_of(said) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("in two days", datetime(2026, 11, 22, 10, 30, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tomorrow at 18:15", datetime(2026, 11, 21, 17, 15, tzinfo=UTC)),
        ("on monday", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("friday", datetime(2026, 11, 27, 8, 0, tzinfo=UTC)),
        ("at 5pm", datetime(2026, 11, 20, 16, 0, tzinfo=UTC)),
        ("at 9", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tonight", datetime(2026, 11, 20, 20, 0, tzinfo=UTC)),
        ("next week", datetime(2026, 11, 27, 8, 0, tzinfo=UTC)),
        ("this weekend", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
    ],
)
def test_times_are_the_askers_clock(said: str, expected: datetime) -> None:
    """A day without an hour means its morning; an hour that is past means tomorrow's."""
    assert moment_of(said, NOW, BERLIN) == expected


def test_what_names_no_time_is_none() -> None:
    """The reply then asks how it was meant."""
    assert moment_of("when the music stops", NOW, BERLIN) is None


@given(st.text(max_size=300))
def test_any_text_gives_a_time_to_come_or_none(said: str) -> None:
    """Whatever is said, a promise lies ahead and within a year."""
    at = moment_of(said, NOW, BERLIN)
    assert at is None or NOW < at <= NOW + LONGEST
