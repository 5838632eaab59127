from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import FeedState, Match, Rule, RuleTest, State
from bot.store.values import (
    clean,
    key_bytes,
    mark,
    moment,
    packed,
    signed,
    sparse,
    stamp,
    unpacked,
    unsigned,
    whole,
)
from tests.store.given import NOW


def test_a_time_keeps_its_microseconds_and_becomes_utc() -> None:
    """Whatever its zone, a time is stored as one instant and comes back in UTC."""
    berlin = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert moment(stamp(berlin)) == berlin
    assert moment(stamp(berlin)).tzinfo is UTC


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_aware_time_survives(at: datetime) -> None:
    """From year 1 to 9999, stored and read is the same, and order is kept."""
    assert moment(stamp(at)) == at
    assert (stamp(at) < stamp(NOW)) == (at < NOW)


def test_a_naive_time_is_refused() -> None:
    """A time without a zone is nobody's time."""
    with pytest.raises(ValueError, match="zone"):
        stamp(datetime(2026, 11, 22))  # noqa: DTZ001 -- that is the point


def test_what_sqlite_cannot_hold_is_replaced() -> None:
    """Lone surrogates and NUL become U+FFFD, so lengths stay; emoji and combining marks stay."""
    assert clean("a\ud800b\x00c") == "a\ufffdb\ufffdc"
    assert clean("👩‍👩‍👧 é") == "👩‍👩‍👧 é"


@given(st.text(st.characters(exclude_categories=[])), st.integers(0, 50))
def test_a_clean_text_can_be_written(text: str, limit: int) -> None:
    """Any string, clipped and cleaned, has UTF-8 and no NUL, and is never longer than asked."""
    result = clean(text, limit)
    assert len(result) == min(len(text), limit)
    assert b"\x00" not in result.encode()


@given(st.integers())
def test_any_number_can_be_compared(number: int) -> None:
    """A number that somebody typed, however large, fits SQLite's 64 bits and keeps its sign."""
    assert -(2**63) <= whole(number) < 2**63
    assert (whole(number) < 0) == (number < 0)


@given(st.integers(0, 2**64 - 1))
def test_hashes_keep_their_64_bits(bits: int) -> None:
    """An unsigned hash goes through a signed column and comes back."""
    assert unsigned(signed(bits)) == bits
    assert -(2**63) <= signed(bits) < 2**63


def test_a_digest_is_its_own_key() -> None:
    """32 hex characters are stored as their 16 bytes; anything else is hashed to 16 bytes."""
    assert key_bytes("0f" * 16) == b"\x0f" * 16
    assert len(key_bytes("g" * 32)) == len(key_bytes("")) == len(key_bytes("\ud800")) == 16
    assert key_bytes("a") != key_bytes("b")


def test_a_mark_is_zero_only_for_nothing() -> None:
    """An empty title has no mark; another has one, the same each time."""
    assert mark("") == 0
    assert mark("how the oscillators drift") == mark("how the oscillators drift") != 0


def test_a_rule_survives_packing() -> None:
    """Nested values, spans, mappings and tuples come back as they were."""
    rule = Rule(
        id="greeting",
        when=("hi",),
        cooldown=timedelta(minutes=5),
        tests=(RuleTest(say="hi", expect="greeting", captures={"who": "Ann"}),),
    )
    assert unpacked(Rule, packed(rule)) == rule


def test_a_match_keeps_its_nearest_rule() -> None:
    """A pair of a name and a score comes back as that pair."""
    match = Match(rule="x", stage="like", score=0.5, values={"topic": "tape"}, nearest=("y", 0.25))
    assert unpacked(Match, packed(match)) == match
    assert unpacked(Match, packed(Match(rule="x", stage="phrase"))).nearest is None


def test_a_state_written_by_another_version_is_read() -> None:
    """Fields that this version doesn't know are ignored; fields it doesn't find take their default."""
    raw = json.loads(packed(FeedState(url="https://example.com", last_ok=NOW)))
    raw["invented_later"] = [1, 2]
    del raw["errors"]
    assert unpacked(FeedState, json.dumps(raw)) == FeedState(url="https://example.com", last_ok=NOW)


_MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
_WORDS = st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(
    st.builds(
        FeedState,
        url=st.just("https://example.com"),
        title=st.sampled_from(["", "Tape"]),
        etag=_WORDS,
        validators_at=_MOMENTS,
        last_ok=_MOMENTS,
        errors=st.integers(0, 3),
        error=_WORDS,
        held=_WORDS,
        released=st.booleans(),
        per_day=st.none() | st.floats(0, 100),
    )
)
def test_a_state_survives_being_written_sparsely(state: FeedState) -> None:
    """What has its default is not written, and read back as that; an empty text is not a missing one."""
    written = sparse(state)
    assert unpacked(FeedState, written) == state
    assert json.loads(written).keys() == {
        name for name in json.loads(packed(state)) if getattr(state, name) != getattr(FeedState(url=""), name)
    }


def test_what_is_kept_elsewhere_is_not_written_sparsely() -> None:
    """A field that is given in place of the value's own is written, or left out, as it is given."""
    assert sparse(FeedState(url="a", muted="b", errors=2), url="c", muted=None) == '{"url":"c","errors":2}'


def test_enumerations_are_packed_by_value() -> None:
    """A state is stored as its word."""
    assert packed([State.SENT, NOW, timedelta(seconds=1)]) == f'["sent",{stamp(NOW)},1000000]'


def test_packed_strings_are_clean() -> None:
    """A surrogate deep inside a value is replaced, too, in keys as in values."""
    assert packed({"a\ud800": ("b\x00",)}) == '{"a\ufffd":["b\ufffd"]}'
