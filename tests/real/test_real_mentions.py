"""Real questions against paraphrase rules: the figures that the README may quote hold.

The folder is named by STARFISH_DATA, else it is looked for beside the repository.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.core.like import Likeness
from bot.core.words import Words, clean

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[2].parent / "shared" / "data") / "mentions"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real questions in {DATA}; set STARFISH_DATA")


@pytest.fixture(scope="module")
def asked() -> Any:
    return json.loads((DATA / "intents.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def likeness(asked: Any) -> Likeness:
    """Thirty rules with the five examples that an owner would write."""
    return Likeness([(name, text) for name, one in asked["intents"].items() for text in one["examples"]])


def best(likeness: Likeness, text: str) -> tuple[str, float]:
    found = likeness.nearest(Words(clean(text)))[0]
    return found.rule, found.score


def test_most_real_questions_find_their_rule_and_strangers_find_none(asked: Any, likeness: Likeness) -> None:
    """Of 900 questions 85 % find their rule; they score above out-of-scope ones in 93 of 100 pairs."""
    inside = [(name, *best(likeness, text)) for name, one in asked["intents"].items() for text in one["questions"]]
    outside = [best(likeness, text)[1] for text in asked["out_of_scope"]]
    right = sum(name == rule for name, rule, _ in inside)
    above = sum((score > other) + (score == other) / 2 for _, _, score in inside for other in outside)
    assert right / len(inside) >= 0.85
    assert above / (len(inside) * len(outside)) >= 0.93


def test_what_is_answered_is_nearly_always_right(asked: Any, likeness: Likeness) -> None:
    """At the threshold that was calibrated without these questions, 9 of 10 answers are right, out-of-scope included."""
    answers = [
        rule == name
        for name, texts in [(name, one["questions"]) for name, one in asked["intents"].items()]
        + [(None, asked["out_of_scope"])]
        for rule, score in (best(likeness, text) for text in texts)
        if score >= likeness.accept
    ]
    assert len(answers) > 500
    assert sum(answers) / len(answers) >= 0.9
