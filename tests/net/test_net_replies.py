from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Unsure
from bot.net.replies import (
    identifier,
    json_object,
    json_objects,
    moment,
    number,
    object_of,
    objects,
    oldest_first,
    segment,
    within,
    words,
)
from bot.ports import Reply


def reply(body: bytes) -> Reply:
    """An answer with this body."""
    return Reply(status=200, headers={}, body=body, url="https://x.example/")


def test_an_object_and_an_array_are_read() -> None:
    """What is no object is left out of an array."""
    assert json_object(reply(b'{"id": "1"}')) == {"id": "1"}
    assert json_objects(reply(b'[{"id": "1"}, 2, null, {"id": "3"}]')) == [{"id": "1"}, {"id": "3"}]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"\xff\xfe", b"null", b'"x"', b"7", b"9" * 9000, b"[" * 100_000, b"NaN"]
)
def test_any_other_answer_is_doubt(body: bytes) -> None:
    """It may stand for a yes: nothing about it is a refusal, and nothing breaks."""
    with pytest.raises(Unsure):
        json_object(reply(body))
    with pytest.raises(Unsure):
        json_objects(reply(body))


def test_one_is_not_taken_for_the_other() -> None:
    """An array is no object, and the other way round."""
    with pytest.raises(Unsure):
        json_object(reply(b"[]"))
    with pytest.raises(Unsure):
        json_objects(reply(b"{}"))


@given(st.binary(max_size=200))
def test_no_body_breaks_anything(body: bytes) -> None:
    """An object or doubt."""
    with suppress(Unsure):
        assert isinstance(json_object(reply(body)), dict)


def test_an_object_that_may_be_anything_is_read_or_empty() -> None:
    """In a refusal, or in what was kept: nothing breaks, and nothing is made up."""
    assert object_of('{"a": 1}') == object_of(b'{"a": 1}') == {"a": 1}
    for odd in ("", "x", "[]", "5", "null", "[" * 9999, b"\xff\xfe", '{"a": 1'):
        assert object_of(odd) == {}


def test_inner_objects_are_reached_or_empty() -> None:
    """However deep, and whatever stands in the way."""
    said: dict[str, Any] = {"a": {"b": {"c": 1}}, "d": [1, {"e": 2}]}
    assert within(said, "a", "b") == {"c": 1}
    assert within(said, "a", "b", "c") == within(said, "d", "e") == within(None, "a") == within(said, "x") == {}
    assert objects(said["d"]) == [{"e": 2}]
    assert objects(said) == objects(None) == []


def test_values_of_a_wrong_type_are_missing() -> None:
    """Text is text, and a number one of a believable size."""
    assert words("x") == "x"
    assert words(7) == words(None) == words(["x"]) == ""
    assert number(None, "5", True, 0, 10**9, 500, 7) == 500
    assert number("5") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("110", "110"),
        (110, "110"),
        ("01HXJ4", "01HXJ4"),
        ("a/b?c#d", "a/b?c#d"),
        ("", ""),
        (".", ""),
        ("..", ""),
        ("a b", ""),
        ("a\n", ""),
        ("é", ""),
        ("x" * 201, ""),
        (True, ""),
        (1.5, ""),
        (None, ""),
    ],
)
def test_an_id_is_opaque_but_printable(value: object, expected: str) -> None:
    """Numbers are texts too; what could climb in a path, or isn't plain, is no id."""
    assert identifier(value) == expected


@given(st.text(max_size=30))
def test_a_segment_never_leaves_its_place(text: str) -> None:
    """Whatever an id holds, it adds no slash, query or fragment."""
    assert not set(segment(text.encode("utf-8", "replace").decode())) & set("/?#")


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T12:00:00.000Z", "2026-11-22T13:00:00+01:00", "2026-11-22T12:00:00", "2026-11-22T12:00:00+00:00"],
)
def test_times_are_utc(text: str) -> None:
    """In every spelling that servers use."""
    assert moment(text) == datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "soon", "0001-01-01T00:00:00+14:00", 7, None, "2026-13-01"])
def test_what_is_no_time_is_none(value: object) -> None:
    """Nothing raises, at the ends of time neither."""
    assert moment(value) is None


def test_a_page_comes_in_the_order_of_time() -> None:
    """Newest first is turned round, oldest first stays; without times, newest first is what all have."""
    old, new = {"created_at": "2026-11-22T11:00:00Z"}, {"created_at": "2026-11-22T12:00:00Z"}
    assert oldest_first([new, old]) == oldest_first([old, new]) == [old, new]
    assert oldest_first([{"id": 2}, {"id": 1}]) == [{"id": 1}, {"id": 2}]
    assert oldest_first([]) == []
