"""What reads well and tells little."""

from __future__ import annotations

import re

import pytest

from bot.core.little import leads_on, little, private


def heard(text: str) -> frozenset[str]:
    """The words of a text in lower case."""
    return frozenset(re.findall(r"[^\W\d_]+", text.lower()))


@pytest.mark.parametrize(
    "text",
    [
        "A few weeks ago I stumbled upon a piano.",
        "Add the felt to the glue and stir.",
        "Next, you can press the lowest key.",
        "Go to Keys > Felt and press the lowest one.",
        "Now you should see a piano.",
        "Choirs are all over the world.",
        "There are a few reasons why felt swells.",
        "There’s lots to like about felt.",
        "Felt of the hall has raised several questions.",
        "Felt comes with exciting new features.",
        "We walked along the river of Vienna.",
        "When I moved to Vienna, rain fell.",
        "I’d love to hear a choir.",
        "The choir has kept me busy.",
    ],
)
def test_scenes_steps_and_fillers_are_heard(text: str) -> None:
    """What somebody went through, one step of many, and words that fill tell little."""
    assert little(text, text, heard(text)) > 0


@pytest.mark.parametrize(
    "text",
    [
        "Adding felt to the keys makes a piano quiet.",
        "Open pianos are louder than closed ones.",
        "There are two reasons: felt swells, and glue dries.",
        "There is no piano in the hall.",
        "The choir has two pianos.",
        "I think that felt should be dry.",
        "We need dry halls for old pianos.",
        "Rain fell for a week.",
    ],
)
def test_claims_are_let_be(text: str) -> None:
    """A claim, an opinion and what happened are no little, whoever says them."""
    assert little(text, text, heard(text)) == 0


def test_what_others_went_through_is_theirs() -> None:
    """A quotation is told of somebody, and is no scene of the author."""
    text = "“I had to sing,” said Ann Lee."
    assert little(text, " said Ann Lee.", heard(text)) == 0


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("In which case, well, the felt is dry.", True),
        ("To better illustrate it, the felt is dry.", True),
        ("Let’s look at the felt.", True),
        ("In Vienna, the felt is dry.", False),
    ],
)
def test_what_leads_on_is_heard(text: str, leads: bool) -> None:
    """A step of an explanation belongs to the sentences around it."""
    assert leads_on(text, heard(text)) is leads


@pytest.mark.parametrize(
    "piece",
    ["there are several ", "there are many ways ", "I ", "we just ", "add ", "last ", "in this case ", "a ago "],
)
def test_hostile_runs_are_judged(piece: str) -> None:
    """A hundred thousand characters of anything are judged at once."""
    text = piece * (100_000 // len(piece))
    assert little(text, text, heard(text)) >= 0
    assert leads_on(text, heard(text)) in (True, False)
    assert private(text) in (True, False)
