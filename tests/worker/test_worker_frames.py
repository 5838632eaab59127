"""The frames on the worker's pipes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.worker.frames import LENGTHS, FrameError, decode, encode, lengths, preface, read_frame, write_frame

any_text = st.text(st.characters(codec=None, exclude_categories=[]))
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)


def test_a_frame_comes_out_as_it_went_in() -> None:
    """What is written to a pipe is read from it: header, body, and then the end."""
    pipe = io.BytesIO()
    write_frame(pipe, {"job": "parse", "args": {"url": "https://example.com/ä"}}, b"\x00\xff body")
    write_frame(pipe, {}, b"")
    pipe.seek(0)
    assert read_frame(pipe) == ({"job": "parse", "args": {"url": "https://example.com/ä"}}, b"\x00\xff body")
    assert read_frame(pipe) == ({}, b"")
    assert read_frame(pipe) is None


@pytest.mark.parametrize("kept", range(1, LENGTHS.size + 14))
def test_a_frame_cut_anywhere_is_the_end(kept: int) -> None:
    """A pipe that ends within a frame has ended: no half frame is ever acted upon."""
    whole = preface(b'{"a":1}', b"content") + b"content"
    assert kept < len(whole)
    assert read_frame(io.BytesIO(whole[:kept])) is None


@given(value=st.dictionaries(any_text, any_json, max_size=5))
def test_whatever_is_encoded_is_plain_utf8(value: dict[str, Any]) -> None:
    """Any JSON value crosses the pipe, and nothing in it is left that couldn't be stored or sent."""
    crossed = decode(encode(value))
    json.dumps(crossed, ensure_ascii=False).encode("utf-8")
    if json.dumps(value).find("\\ud") < 0:
        assert crossed == value


def test_lone_surrogates_become_question_marks() -> None:
    """One character that can't be encoded doesn't cost the document, wherever it stands."""
    assert decode(encode({"t\ud800": ["a\udfffb"]})) == {"t?": ["a?b"]}


@pytest.mark.parametrize("value", [{"a": {1}}, {"a": b"bytes"}, {"a": float("nan")}, {"a": float("inf")}])
def test_what_is_no_json_is_refused(value: dict[str, Any]) -> None:
    """A job's mistake is an error here, and not a surprise on the other side."""
    with pytest.raises((TypeError, ValueError)):
        encode(value)


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000, b'{"a":1}x'])
def test_what_is_no_object_is_a_frame_error(data: bytes) -> None:
    """The other side may have been taken over by a document: whatever it says is judged first."""
    with pytest.raises(FrameError):
        decode(data)


def test_a_frame_larger_than_the_cap_is_not_waited_for() -> None:
    """The announced lengths are judged before anything is read into memory."""
    assert lengths(LENGTHS.pack(10, 90), 100) == (10, 90)
    with pytest.raises(FrameError, match="101 bytes announced, 100 allowed"):
        lengths(LENGTHS.pack(10, 91), 100)
