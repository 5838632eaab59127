"""Which words can be the verb that makes words a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.verbs import has_verb, orders


@pytest.mark.parametrize(
    ("text", "language", "has"),
    [
        ("Ann Lee sold the house.", "en", True),
        ("Coal plants struggle in the heat.", "en", True),
        ("The bug resides in the network.", "en", True),
        ("She carries it.", "en", True),
        ("The team that won the cup celebrated.", "en", True),
        ("It’s late.", "en", True),
        ("Every fault that occurs in the code is rolled up.", "en", True),
        ("The man who was arrested at the airport is free.", "en", True),
        ("The report that the bank wrote said that rates rose.", "en", True),
        ("A clever book whose title told of the wit with which its subject was to be handled.", "en", False),
        ("A clever book whose double title told of the wit with which it was to be handled.", "en", False),
        ("The ones who have already lived several human lives.", "en", False),
        ("A list of five old houses.", "en", False),
        ("An old house that a storm struck in May.", "en", False),
        ("The prime minister of Spain in Madrid last month.", None, False),
        ("That makes it far too simple.", "en", True),
        ("This raises old questions.", "en", True),
        ("This list of old questions.", "en", False),
        ("Watch the whole film.", "en", True),
        ("Rob yodels his old songs.", "en", True),
        ("The spirit glomps onto a girl.", "en", True),
        ("Skilled in old methods and reviews associated with plans.", "en", False),
        ("Biased plans improve human rooms.", "en", True),
        ("Noticing your own steps makes life easier.", "en", True),
        ("Founded in Vienna, the choir was small.", "en", True),
        ("Bring it home.", "en", True),
        ("Meet Ann Lee of Vienna.", "en", True),
        ("Master Ray Lee 97%, Ann Lee 91%.", "en", False),
        ("Link of the day in May.", "en", False),
        ("Lily’s mother, Ann Lee, died in May.", "en", True),
        ("Ann’s an engineer.", "en", True),
        ("Ann’s house in the valley.", "en", False),
        ("The find in 2012 sparked interest.", "en", True),
        ("The clinic used it on cats.", "en", True),
        ("We sincerely hypothesize.", "en", True),
        ("A nozzle atomizes paint.", "en", True),
        ("Ann Lee rebuilt the old hall.", "en", True),
        ("Ann Lee rewrites the old song.", "en", True),
        ("The reds of the old hall.", "en", False),
        ("A photo of a dog with the Crooked Dice figure.", "en", False),
        ("Performed inside a tent by Ann Lee.", "en", False),
        ("A file for what to run.", "en", False),
        ("Unable to build rooms on their own.", "en", False),
        ("An hour on the old web of the hundred best.", "en", False),
        ("Oil Regulators Failed Again In May.", "en", True),
        ("The cost of a set of runs at the works.", "en", False),
        ("Die Stadt kauft ein Haus.", "de", True),
        ("Ein ganz normaler Tag.", "de", False),
        ("Brasil, Chile y Perú.", "es", False),
        ("El pueblo abre de nuevo su escuela.", "es", True),
        ("鍵盤は八十八ある。", "ja", True),
    ],
)
def test_verbs_are_known(text: str, language: str | None, has: bool) -> None:
    """A sentence has a verb outside its relative clauses; where no verbs are known, enough words are taken for one."""
    assert has_verb(text, language) is has


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("Maintain the old keys.", True),
        ("“Pick your keys.”", True),
        ("Make it short.", True),
        ("Maintaining the old keys is work.", False),
        ("Plans are made.", False),
        ("Go", False),
        ("", False),
    ],
)
def test_orders_begin_with_a_verb_and_its_object(text: str, ordered: bool) -> None:
    """An order is told by its first two words."""
    assert orders(text) is ordered


@given(st.text(max_size=300), st.sampled_from(["en", "de", "fr", "ja", None]))
def test_any_text_is_looked_at(text: str, language: str | None) -> None:
    """Whatever comes, the answer is yes or no."""
    assert has_verb(text, language) in (True, False)
