"""In which order what could be said of an article reads best."""

from __future__ import annotations

import pytest

from bot.core.merit import Merit, Said
from bot.core.reading import Sentence, read, sentence_of
from bot.model import Article, Limits

ROOM = Limits(max_length=300)
ARTICLE = Article(
    url="https://example.com/",
    title="Quiet pianos",
    text="I sold my piano.\nThe piano stands in the hall.\nFelt swells because halls are damp.",
    language="en",
)


def ordered(*said: Said, budget: int | None = 300) -> list[str]:
    """The texts, best first."""
    return [text for text, _ in Merit(ARTICLE, read(ARTICLE), budget, ROOM).best_first(list(said))]


def test_a_reason_goes_before_a_description_of_the_same_score() -> None:
    """What is worth more goes first where the ranking sees no difference."""
    told, why = Said("A piano stands in a hall.", 0.1), Said("Felt swells because halls are damp.", 0.1)
    assert ordered(told, why) == [why.text, told.text]


def test_a_much_better_score_is_not_outweighed() -> None:
    """Worth outweighs a fault or two, and no sentence that is about something else."""
    told, why = Said("A piano stands in a hall.", 0.4), Said("Felt swells because halls are damp.", 0.1)
    assert ordered(told, why) == [told.text, why.text]


def test_the_worthiest_part_of_a_pair_counts() -> None:
    """Two sentences are worth what the better one is worth, not more."""
    why = sentence_of("Felt swells because halls are damp.", 0, "en", opens=True)
    plain = sentence_of("Rain of Vienna ends in May.", 1, "en", opens=True)
    again = sentence_of("Rain ends because of Vienna in May.", 1, "en", opens=True)

    def merit(*parts: Sentence) -> float:
        said = Said(" ".join(part.text for part in parts), 0.1, parts)
        return next(Merit(ARTICLE, read(ARTICLE), 300, ROOM).best_first([said]))[1]

    assert merit(why, plain) == pytest.approx(merit(why, again))
    assert merit(why, plain) > merit(plain)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Felt swells in damp halls near old river mills.", "Felt swells in the halls."),  # there is more in it
        ("Pianos are old in Vienna.", "Organs are old in Vienna."),  # it begins with what the title speaks of
        ("Felt swells in Vienna.", "Felt (it) swells in Vienna."),
    ],
)
def test_what_stands_on_its_own_feet_goes_first(better: str, worse: str) -> None:
    """Of two sayings of one score the one whose words tell more, and say at once what they speak of."""
    assert ordered(Said(worse, 0.1), Said(better, 0.1)) == [better, worse]


def test_an_i_that_no_marks_can_hold_comes_last() -> None:
    """Somebody's "I" needs quotation marks, and room for them."""
    own, told = Said("I sold my piano.", 0.3), Said("Felt is soft in Vienna.", 0.1)
    assert ordered(own, told) == [own.text, told.text]
    assert ordered(own, told, budget=len(own.text)) == [told.text, own.text]


def test_what_the_publisher_says_is_taken_for_worth_it() -> None:
    """A description needs no reason in it to go before a plain sentence."""
    described, told = Said("Pianos of Vienna.", 0.1, of_publisher=True), Said("Pianos stand in Vienna.", 0.1)
    assert described.text in ordered(described, told)
