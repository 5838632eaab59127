"""What makes a complete sentence a poor post all the same."""

from __future__ import annotations

import pytest

from bot.core.patterns import dangles, open_ended, sells
from bot.core.taste import faults


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Ann Lee sold the instrument in May.", "I sold the instrument in May."),
        ("The committee raised its rate.", "Why did the committee raise its rate?"),
        ("Ann Lee said: “It is pure white.”", "“When you look at it, it is pure white,” he said."),
        ("The new rules start in May.", "These rules start in May, and this plan too."),
        ("Ann Lee finished her work.", "On the second day of the trip she finished."),
        ("Ann Lee came to Vienna.", "Welcome to the story of Ann Lee, who came to Vienna!"),
        ("More is known of it at the office.", "More is known of it at www.example.com now."),
        ("Brazil and Chile agreed on prices.", "Brazil, Chile, Colombia, Costa Rica, Peru and Venezuela."),
        ("Leadership has four styles.", "Path-Goal Model: leadership has four styles."),
        ("Ann Lee trains for a race.", "“What are you training for?” Ann Lee trains."),
    ],
)
def test_faults_cost(better: str, worse: str) -> None:
    """A form that leans on its article, on its author or on the reader costs more than one that does not."""
    assert faults(better) < faults(worse)


def test_a_plain_sentence_has_no_fault() -> None:
    """Somebody did something: nothing to say against it."""
    assert faults("Ann Lee sold 40 instruments in Vienna.") == 0


@pytest.mark.parametrize(
    ("sentence", "language", "leans"),
    [
        ("This is why it failed.", "en", True),
        ("This week the committee met.", "en", False),
        ("“But nobody came,” she said.", "en", True),
        ("The above is true of all.", "en", True),
        ("Ann Lee came.", "en", False),
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
        ("The store now reads minds.", ""),
        ("Jetzt bestellen und sparen!", "Jetzt bestellen"),
        ("Abonnez-vous à la lettre.", "Abonnez-vous"),
        ("Ann Lee sold 40 instruments.", ""),
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
