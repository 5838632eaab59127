from __future__ import annotations

import pytest

from bot import semantic
from bot.core.like import Likeness
from bot.core.words import Words

EXAMPLES = (
    ("swarm", "my bees are swarming what do i do"),
    ("swarm", "who collects a swarm of bees"),
    ("winter", "how do i prepare the hive for winter"),
    ("winter", "do bees survive the cold"),
    ("price", "how much does a jar of honey cost"),
    ("price", "what do you charge for honey"),
)


@pytest.mark.skipif(semantic.available(), reason="the extra is installed here")
def test_without_the_extra_there_is_no_sense_of_meaning() -> None:
    """Likeness by letters alone serves then."""
    assert semantic.sense() is None


def test_a_sense_of_meaning_is_mixed_into_likeness() -> None:
    """Any sense will do: here one that knows two words of the same meaning, and is asked about every sentence once."""
    asked: list[str] = []

    def knows(text: str) -> bool:
        return "expensive" in text or "cost" in text

    def sense(sentences):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        def alike(text: str) -> list[float]:
            asked.append(text)
            return [1.0 if knows(text) and knows(sentence) else -0.2 for sentence in sentences]

        return alike

    plain, sensible = Likeness(EXAMPLES), Likeness(EXAMPLES, sense)
    before = len(asked)
    question = Words("is it expensive")
    assert plain.nearest(question)[0].score < plain.ask
    assert sensible.nearest(question)[0].rule == "price"
    assert sensible.nearest(question)[0].score > sensible.accept
    assert len(asked) == before + 2
    assert sensible.nearest(Words(""))[0].score == 0.0


@pytest.mark.skipif(not semantic.available(), reason="needs the extra: pip install wordllama")
def test_other_words_of_the_same_meaning_are_understood() -> None:
    """Vectors are loaded from their package, without the network, and bring together what letters don't."""
    sense = semantic.sense()
    assert sense is not None
    plain, meant = Likeness(EXAMPLES), Likeness(EXAMPLES, sense)
    question = Words("is your product expensive")
    assert meant.nearest(question)[0].rule == "price"
    assert meant.nearest(question)[0].score > plain.nearest(question)[0].score
    assert meant.nearest(Words("👍"))[0].score == 0.0
