from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.wishes import Wishes
from bot.model import ParsedFeed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday


def test_the_next_moment_awake_is_in_no_skipped_hour_and_on_no_skipped_day() -> None:
    """A moment that suits stays as it is, minutes and all; another one becomes the beginning of the next that suits."""
    at = NOW.replace(minute=34)
    assert Wishes(hours=frozenset({11, 13})).awake(at) == at
    assert Wishes(hours=frozenset({12, 13})).awake(at) == NOW.replace(hour=14)
    assert Wishes(days=frozenset({6, 0})).awake(at) == datetime(2026, 11, 24, tzinfo=UTC)
    assert Wishes(hours=frozenset({0}), days=frozenset({6})).awake(at) == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_wishes_survive_in_one_line() -> None:
    """What the document said is read back as it was; minutes are enough for a ttl."""
    wishes = Wishes(ttl=timedelta(minutes=90), hours=frozenset({0, 23}), days=frozenset({5, 6}))
    assert wishes.packed() == "ttl=90 hours=0,23 days=5,6"
    assert Wishes.unpacked(wishes.packed()) == wishes
    assert Wishes().packed() == ""


@given(st.text(max_size=50))
def test_any_line_is_read_as_wishes(text: str) -> None:
    """A line that nobody wrote wishes nothing bad: the next moment awake is at most a week away."""
    wishes = Wishes.unpacked(text)
    assert NOW <= wishes.awake(NOW) <= NOW + timedelta(days=7)


def test_a_document_that_asks_never_to_be_read_is_not_believed() -> None:
    """All 24 hours or all seven days skipped is a mistake; hour 24 is midnight."""
    parsed = ParsedFeed(entries=(), skip_hours=frozenset(range(24)), skip_days=frozenset(range(7)), ttl=timedelta(-1))
    assert Wishes.of(parsed) == Wishes()
    assert Wishes.of(ParsedFeed(entries=(), skip_hours=frozenset({24, 99}))).hours == {0}


def test_what_a_document_wishes_is_kept_within_reason() -> None:
    """A ttl counts up to a day, every hour and day that there is counts, and what is none is left out."""
    parsed = ParsedFeed(entries=(), ttl=timedelta(minutes=90), skip_hours=frozenset(range(23)), skip_days=frozenset())
    assert Wishes.of(parsed) == Wishes(ttl=timedelta(minutes=90), hours=frozenset(range(23)))
    longest = replace(parsed, ttl=timedelta(days=30), skip_hours=frozenset({-1}), skip_days=frozenset({0, 6, 7, -1}))
    assert Wishes.of(longest) == Wishes(ttl=timedelta(days=1), days=frozenset({0, 6}))
    assert Wishes.of(replace(parsed, skip_days=frozenset(range(6)))).days == frozenset(range(6))
