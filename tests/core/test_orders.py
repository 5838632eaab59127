from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.orders import (
    LONGEST,
    Lesson,
    addressed,
    forgotten,
    lesson_of,
    link_of,
    numbers_of,
    rule_after,
    said_after,
)

ANY = st.text(st.characters(exclude_categories=[]), max_size=300) | st.text('a1 ="“”:#', max_size=12)


@pytest.mark.parametrize(
    ("said", "lesson"),
    [
        (
            'teach "how do I feed bees" = "Sugar and water."',
            Lesson(when="how do I feed bees", reply="Sugar and water."),
        ),
        ("@starfish teach “how do I feed bees” = “Sugar.”", Lesson(when="how do I feed bees", reply="Sugar.")),
        ("Please teach how do I feed bees = Sugar.", Lesson(when="how do I feed bees", reply="Sugar.")),
        ('teach "what is a = b" = "an equation"', Lesson(when="what is a = b", reply="an equation")),
        ('teach "bees": "Sugar."', Lesson(when="bees", reply="Sugar.")),
        (
            "teach 12 = Sugar: see https://bees.example/a?b=c",
            Lesson(number=12, reply="Sugar: see https://bees.example/a?b=c"),
        ),
        ("teach #12: Sugar.", Lesson(number=12, reply="Sugar.")),
        ("teach 12 → Sugar.", Lesson(number=12, reply="Sugar.")),
        ('teach "12" = "A dozen."', Lesson(when="12", reply="A dozen.")),
        ("teach 12 to faq-wasps", Lesson(number=12, rule="faq-wasps")),
        ("teach 12 to the rule faq-wasps!", Lesson(number=12, rule="faq-wasps")),
        (
            "teach when to mow: in June = By ten in the morning.",
            Lesson(when="when to mow: in June", reply="By ten in the morning."),
        ),
        ("teach me to dance", None),
        ('teach " = x', None),
        ('teach "" = x', None),
        ('teach "x" = “ ”', None),
        ("teach 12 = ''", None),
        ("teach = x", None),
        ("teach x =", None),
        ("teach", None),
        ("", None),
    ],
)
def test_lessons(said: str, lesson: Lesson | None) -> None:
    """Words or a number, an answer or a rule, with any quotes or none."""
    assert lesson_of(said) == lesson


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("share https://example.com/a: worth an hour", ("https://example.com/a", "worth an hour")),
        ("@starfish share https://example.com/a", ("https://example.com/a", "")),
        ('share example.com/a – "quiet and good"', ("example.com/a", "quiet and good")),
        ("share something", None),
    ],
)
def test_links_with_a_takeaway(said: str, found: tuple[str, str] | None) -> None:
    """The first link, without the punctuation of the sentence, and what is said after it."""
    assert link_of(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("forget taught-feed-bees", ("taught-feed-bees", False)),
        ("forget taught-feed-bees yes", ("taught-feed-bees", True)),
        ("Forget the rule wasps+1, YES!", ("wasps+1", True)),
        ("forget taught-yes", ("taught-yes", False)),
        ("forget", None),
    ],
)
def test_forgetting_names_a_rule_and_may_be_confirmed(said: str, found: tuple[str, bool] | None) -> None:
    """Only a yes of its own is one."""
    assert forgotten(said) == found


def test_numbers_and_names() -> None:
    """Whole numbers in their order, no parts of words; a name after a word."""
    assert numbers_of("ignore 12, 14 and 3") == [12, 14, 3]
    assert numbers_of("@bot2 approve draft7 3.5") == []
    assert numbers_of("approve 3.") == [3]
    assert rule_after("unlock taught-x", "unlock") == "taught-x"
    assert said_after("@a @b Teach x", "teach") == "x"
    assert addressed("teach x") == "teach x"
    assert addressed(f"@a {'x' * 3_000}") == "x" * (LONGEST - 3)


@given(text=ANY, order=st.sampled_from(["teach", "share", "forget", "ignore", "lock"]))
def test_any_order_is_read_or_not(text: str, order: str) -> None:
    """Whatever follows the word, reading it ends, and gives whole values or None."""
    said = f"{order} {text}"
    lesson = lesson_of(said)
    if lesson is not None:
        assert bool(lesson.when) != (lesson.number is not None)
        assert bool(lesson.reply) != (lesson.rule is not None)
    link_of(said), forgotten(said), rule_after(said, order)
    assert all(0 <= number < 10**18 for number in numbers_of(said))
