"""How far a server's clock is off, and what is said of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.net.clocks import agreement, ahead
from bot.ports import Reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 11:59:00 GMT", -60),
        ("", 0),
        ("yesterday", 0),
        ("Sun, 99 Nov 2026 12:01:30 GMT", 0),
        ("x" * 9999, 0),
    ],
)
def test_an_answer_tells_how_far_two_clocks_differ(date: str, seconds: int) -> None:
    """One that doesn't say, or nonsense, is no difference."""
    headers = {"date": date} if date else {}
    assert ahead(Reply(status=200, headers=headers, body=b"", url=""), NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("seconds", "way"), [(61, "ahead of"), (-61, "behind"), (10**6, "ahead of")])
def test_a_minute_is_fine_and_more_is_told(seconds: int, way: str) -> None:
    """By how much, which way, and what to do."""
    assert agreement(timedelta(seconds=60 if seconds > 0 else -60)) == (True, "both clocks agree")
    fine, what = agreement(timedelta(seconds=seconds))
    assert not fine
    assert f"{abs(seconds)} s {way} this machine's" in what
