from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.grouping import grouped

ASKED = (
    "how do I feed bees in winter",
    "where do you come from originally",
    "feeding my bees in the winter",
    "do you sell honey in jars?",
    "HOW DO I FEED BEES IN WINTER?!",
    "can I buy a jar of honey",
    "what is the capital of Mongolia",
)


def test_rephrased_questions_are_one_group() -> None:
    """What asks the same stands together, the largest group first, and what is alone stays alone."""
    groups = grouped(ASKED)
    assert groups[0] == [0, 2, 4]
    assert [3, 5] in groups
    assert [6] in groups
    assert sorted(place for places in groups for place in places) == list(range(len(ASKED)))


def test_a_common_way_of_asking_is_no_likeness() -> None:
    """Questions that only begin alike are different questions."""
    assert len(grouped(["how do I stop clipping", "how do I tune a harp", "how do I wire a patchbay"])) == 3


def test_addresses_and_case_make_no_difference() -> None:
    """The bot's handle, case, accents and signs are not what was asked."""
    assert grouped(["@starfish Café?", "cafe", "CAFÉ!!!"], name="starfish") == [[0, 1, 2]]


def test_texts_without_words_are_one_group() -> None:
    """Emoji and signs that are no words stand together."""
    assert grouped(["", "!?", "bees", "…"]) == [[0, 1, 3], [2]]


def test_nothing_has_no_groups() -> None:
    """No texts, no groups."""
    assert grouped([]) == []


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30) | st.sampled_from(ASKED), max_size=12), st.floats(0.01, 1))
def test_every_text_is_in_one_group(texts: list[str], near: float) -> None:
    """Whatever is asked, and however strict the likeness, each text stands in exactly one group, in order."""
    groups = grouped(texts, near=near)
    assert sorted(place for places in groups for place in places) == list(range(len(texts)))
    assert all(places == sorted(places) for places in groups)
    assert [len(places) for places in groups] == sorted(map(len, groups), reverse=True)


@pytest.mark.parametrize("count", [400])
def test_hundreds_of_the_same_are_counted_not_compared(count: int) -> None:
    """A flood of one question is one group."""
    assert grouped(["why is it raining"] * count) == [list(range(count))]
