"""What makes a complete sentence a poor post all the same."""

from __future__ import annotations

import pytest

from bot.core.taste import faults, speaks_for_itself


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
    ("text", "speaks"),
    [
        ("I built it.", True),
        ("We’re excited to announce it.", True),
        ("Wir haben es gebaut.", True),
        ("Ann said: “I built it.”", False),
        ("Ann built it for World War I veterans.", True),
        ("Ann built it.", False),
    ],
)
def test_the_authors_voice_is_heard(text: str, speaks: bool) -> None:
    """Words of the first person outside quotation marks are the author's; "World War I" is taken for one, harmlessly."""
    assert speaks_for_itself(text) is speaks
