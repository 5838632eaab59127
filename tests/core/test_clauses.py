from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clauses import MOST, parts
from bot.core.words import Words, clean


def said(text: str) -> list[str]:
    return [part.text for part in parts(Words(clean(text)), "starfish")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi! How are you? Fine.", ["Hi!", "How are you?", "Fine."]),
        ("hello, I'm new here, what is this?", ["hello", "I'm new here", "what is this?"]),
        ("thanks! one more question: who made you?", ["thanks!", "one more question", "who made you?"]),
        ("See you at 12:30. Or not?", ["See you at 12:30.", "Or not?"]),
        ("one line\nanother line", ["one line", "another line"]),
        ("just one sentence", []),
        ("just one sentence!", []),
        ("", []),
        ("!!! 🎉", []),
        ('He said: "go away", and left', ["He said", "and left"]),
    ],
)
def test_a_message_is_parted_at_sentences_else_at_commas(text: str, expected: list[str]) -> None:
    """A single part is none, and what stands in quotes was said by somebody else."""
    assert said(text) == expected


def test_parts_are_bounded() -> None:
    """However many there are, a few are looked at."""
    assert len(said("so. " * 500)) == MOST


@given(st.text(max_size=300))
def test_every_part_stands_in_the_message(text: str) -> None:
    """Nothing is made up."""
    whole = clean(text)
    assert all(part in whole for part in said(text))
