from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.mentions import MAX_NAME, MAX_TEXT, Refusal, Spoken, clean, fields, from_form, from_json, number


def test_a_mention_of_json() -> None:
    """Every part arrives; unknown keys are passed over, absent ones are None."""
    assert from_json(b'{"from": "@ann", "text": " hi ", "id": 5, "in_reply_to": 3, "x": 0}') == Spoken(
        author="@ann", text="hi", key="5", in_reply_to=3
    )
    assert from_json(b'{"from": "ann", "text": "hi"}') == Spoken(author="ann", text="hi")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\x00a\x1b[31mb\x7f", "a[31mb"),
        ("tab\tstays", "tab\tstays"),
        ("\ud83d", "\ufffd"),
        ("  \u0007 ", ""),
        ("👩‍👩‍👧 نص e\u0301", "👩‍👩‍👧 نص e\u0301"),
    ],
)
def test_cleaning_keeps_what_people_write(raw: str, cleaned: str) -> None:
    """Control characters go; joiners, marks, line breaks and tabs stay."""
    assert clean(raw) == cleaned


HIDING = ("\u200b", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\ufeff")
"""What makes words look like others, or run the other way, also those that stand beside them."""


@pytest.mark.parametrize("hiding", HIDING)
def test_nothing_hides_in_what_a_stranger_says(hiding: str) -> None:
    """Who speaks is who it looks like, and what was said reads as it was written, on the page and in a terminal."""
    said = {"from": "@ann", "text": f"{hiding}a{hiding}b 👩‍👩‍👧 \u200fנץ"}
    assert from_json(json.dumps(said).encode()).text == "ab 👩‍👩‍👧 \u200fנץ"
    with pytest.raises(Refusal, match="control characters"):
        from_json(json.dumps(said | {"from": f"star{hiding}fish"}).encode())


def test_the_limits_are_exact() -> None:
    """A name of 100 and a text of 10,000 characters pass, one more doesn't."""
    assert from_json(json.dumps({"from": "a" * MAX_NAME, "text": "x" * MAX_TEXT}).encode()).text == "x" * MAX_TEXT
    for name, text, status in (("a" * (MAX_NAME + 1), "x", 400), ("a", "x" * (MAX_TEXT + 1), 413)):
        with pytest.raises(Refusal) as caught:
            from_json(json.dumps({"from": name, "text": text}).encode())
        assert caught.value.status == status


def test_a_form_sent_twice_is_one_mention() -> None:
    """The page's key together with the text: a double click is the same, another text from the same page is not."""
    form = {"from": "@ann", "text": "hi", "key": "k"}
    first, again, other = from_form(form), from_form(form), from_form(form | {"text": "bye"})
    assert first.key == again.key != other.key
    assert from_form({"from": "@ann", "text": "hi"}).key is None


def test_form_fields_are_read_leniently_and_bounded() -> None:
    """Plus and percent signs are decoded, of two equal names the first counts, too many are refused."""
    assert fields(b"a=1+2&b=%C3%A9&a=3&c=%ff") == {"a": "1 2", "b": "é", "c": "\ufffd"}
    for body in (b"&".join(b"a=1" for _ in range(40)), "a=é".encode("latin-1")):
        with pytest.raises(Refusal):
            fields(body)


@pytest.mark.parametrize(
    "value", ["", "x", "-1", "+1", " 1", "1 ", "1.0", "1_0", "٣", "0", "9223372036854775808", "1" * 5000]
)
def test_what_is_no_id_is_refused(value: str) -> None:
    """Only plain digits within the database's range are an id."""
    with pytest.raises(Refusal, match="row"):
        number(value, "row", least=1)


@given(st.text(st.characters()))
def test_cleaned_text_can_be_stored(text: str) -> None:
    """Whatever came, the result is valid UTF-8, has no control characters but line breaks and tabs, and is stable."""
    result = clean(text)
    result.encode()
    assert {c for c in result if unicodedata.category(c) == "Cc"} <= {"\n", "\t"}
    assert clean(result) == result


@given(st.one_of(st.binary(), st.text().map(lambda text: json.dumps({"from": text, "text": text}).encode())))
def test_any_body_is_a_mention_or_a_refusal(body: bytes) -> None:
    """Nothing else ever comes out."""
    try:
        spoken = from_json(body)
    except Refusal:
        return
    assert 0 < len(spoken.text) <= MAX_TEXT
    assert 0 < len(spoken.author) <= MAX_NAME


@given(st.binary())
def test_any_form_is_read_or_refused(body: bytes) -> None:
    """Nothing but a refusal comes out of a hostile form."""
    try:
        form = fields(body)
    except Refusal:
        return
    for value in form.values():
        value.encode()
