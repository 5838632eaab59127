"""What leans on other sentences, what is cut off, and what sells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.patterns import dangles, open_ended, sells


@pytest.mark.parametrize(
    ("sentence", "language", "leans"),
    [
        ("This is why it failed.", "en", True),
        ("This week the committee met.", "en", False),
        ("This release holds 40 new pianos.", "en", False),
        ("“But nobody came,” she said.", "en", True),
        ("The above is true of all.", "en", True),
        ("Ann Lee came.", "en", False),
        ("It’ll fail.", "en", True),
        ("They've failed.", "en", True),
        ("I’ve failed.", "en", False),
        ("Dies ist der Grund.", "de", True),
        ("Diese Woche tagt der Rat.", "de", False),
        ("Sin embargo, nadie vino.", "es", True),
        ("Sin agua no hay vida.", "es", False),
        ("Cela suffit.", "fr", True),
        ("Questo basta.", "it", True),
        ("Isso basta.", "pt", True),
        ("Dit is genoeg.", "nl", True),
        ("To wystarczy.", "pl", True),
        ("It failed.", None, True),
        ("これで十分です。", "ja", False),
    ],
)
def test_a_start_that_leans_is_seen(sentence: str, language: str | None, leans: bool) -> None:
    """Pronouns and connectives at the start lean on another sentence; "this week" does not."""
    assert dangles(sentence, language) is leans


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("You won't believe what happens next.", "You won't believe"),
        ("Sign up for our newsletter today.", "Sign up"),
        ("It went out in our newsletter.", "our newsletter"),
        ("The weekly newsletter is free.", "The weekly newsletter"),
        ("Mehr dazu steht in unserem Newsletter.", "unserem Newsletter"),
        ("Owners choose whether a post goes out as an email newsletter.", ""),
        ("The store now reads minds.", ""),
        ("Code is publicly available at example.com.", "Code is publicly available"),
        ("The full list of changes are available there.", "full list of changes are"),
        ("You can grab it from our download page.", "from our download page"),
        ("Pianos are sold in the store.", ""),
        ("You can purchase the piano for $9.", "You can purchase"),
        ("Jetzt bestellen und sparen!", "Jetzt bestellen"),
        ("Abonnez-vous à la lettre.", "Abonnez-vous"),
        ("Ann Lee sold 40 instruments.", ""),
        ("For more insights, visit our page.", "For more insights"),
        ("If you like it, please consider sharing it.", "please consider sharing"),
        ("Pianos are quiet. Thanks for watching!", "Thanks for watching"),
        ("Pianos are quiet, consider supporting the choir.", ", consider supporting"),
        ("Grand piano via Unsplash.", "via Unsplash"),
    ],
)
def test_bait_is_named(text: str, phrase: str) -> None:
    """The phrase that baits or sells is given as it stands."""
    assert sells(text) == phrase


@pytest.mark.parametrize(
    ("text", "ends_open"), [("They discuss the man who.", True), ("A price of Rs.", True), ("They went in.", False)]
)
def test_a_last_word_can_call_for_another(text: str, ends_open: bool) -> None:
    """A sentence that ends with an article, a conjunction or a relative pronoun was cut."""
    assert open_ended(text) is ends_open


@given(st.text(max_size=200), st.sampled_from([None, "en", "de", "xx"]))
def test_any_text_is_judged(text: str, language: str | None) -> None:
    """Whatever the text and its language, each judgement is given."""
    assert dangles(text, language) in (True, False)
    assert open_ended(text) in (True, False)
    assert sells(text) in text


@pytest.mark.parametrize("piece", ["click ", "you won", "in this post", "as mentioned ", "the ", "."])
def test_hostile_runs_are_judged(piece: str) -> None:
    """Fifty thousand characters of half phrases come back at once."""
    text = piece * (50_000 // len(piece))
    sells(text)
    dangles(text, "en")
    open_ended(text)
