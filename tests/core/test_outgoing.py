"""What holds for every post on its way: something to say, room for it, and since when it is looked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import LIMITS
from bot.core.outgoing import TWO_CLOCKS, outlived, room_for, sent_since
from bot.core.text import measure
from bot.errors import Rejected, TooLong, Unsure
from bot.model import Post

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
POST = Post(account="a", text="hello", dedupe_key="k", sent_at=NOW)


@pytest.mark.parametrize("text", ["", " ", "\n\t \u00a0"])
def test_nothing_to_say_is_not_said(text: str) -> None:
    """Whatever the limits: certainly not accepted, and never will be."""
    with pytest.raises(Rejected):
        room_for(replace(POST, text=text), LIMITS["x"])


@pytest.mark.parametrize(
    ("expires", "said"),
    [({"seconds": 90}, "90 s"), ({"minutes": 20}, "20 min"), ({"hours": 36}, "36 h"), ({"weeks": 1}, "7 days")],
)
def test_what_is_given_up_is_older_than_a_span(expires: dict[str, float], said: str) -> None:
    """In a unit of which there are some."""
    assert outlived(timedelta(**expires)) == f"older than {said}"


@given(
    text=st.text(min_size=1, max_size=600).filter(lambda text: bool(text.strip())),
    platform=st.sampled_from(sorted(LIMITS)),
    added=st.integers(0, 700),
)
def test_a_post_passes_exactly_where_there_is_room_for_it(text: str, platform: str, added: int) -> None:
    """Beside what is added to it, in the platform's unit; a refusal names the room that there is, which is never none."""
    limits = LIMITS[platform]
    length, room = measure(text, limits), max(limits.max_length - added, 1)
    if length <= room:
        assert room_for(replace(POST, text=text), limits, added) == room
    else:
        with pytest.raises(TooLong) as told:
            room_for(replace(POST, text=text), limits, added)
        assert told.value.limit == room >= 1


def test_alone_a_post_has_all_the_room() -> None:
    """Where nothing is added, its length is the platform's to the last letter."""
    most = LIMITS["local"].max_length
    assert room_for(replace(POST, text="a" * most), LIMITS["local"]) == most


def test_a_post_is_looked_for_from_a_little_before_it_was_sent() -> None:
    """Two clocks differ; a time that lies ahead says nothing, and none at all means that nobody can look."""
    assert sent_since(POST, NOW) == NOW - TWO_CLOCKS == NOW - timedelta(minutes=5)
    assert sent_since(POST, NOW + timedelta(days=30)) == NOW - TWO_CLOCKS
    assert sent_since(POST, NOW - timedelta(seconds=1)) == NOW - timedelta(days=1, seconds=1)
    with pytest.raises(Unsure):
        sent_since(replace(POST, sent_at=None), NOW)
