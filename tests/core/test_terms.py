"""The words that carry the content."""

from __future__ import annotations

import pytest

from bot.core.terms import names, numbers, stem, terms, terms_of, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("walks", "walking"),
        ("stories", "story"),
        ("running", "run"),
        ("released", "releases"),
        ("quickly", "quick"),
        ("makers", "maker"),
    ],
)
def test_forms_of_one_word_are_one_term(one: str, other: str) -> None:
    """The common endings of English don't part a word from itself."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("text", "language", "content"),
    [
        ("The dogs of the town", "en", ["dog", "town"]),
        ("Don't say it isn't Ann's", "en", ["ann"]),
        ("Der Hund und die Katze", "de", ["hund", "katze"]),
        ("L'homme et l'arbre", "fr", ["homme", "arbre"]),
        ("東京都", "ja", ["東京", "京都"]),
        ("42 of 1,000", "en", ["42", "1", "000"]),
        ("", None, []),
    ],
)
def test_content_words_are_stemmed_without_stop_words(text: str, language: str | None, content: list[str]) -> None:
    """Function words go, clitics go, scripts without spaces become pairs."""
    assert terms(text, language) == content


def test_numbers_stay_as_written() -> None:
    """Decimals, thousands and times are one number each."""
    assert numbers("3.5 % of 1,200 at 17:30 in 2024.") == ["3.5", "1,200", "17:30", "2024"]


def test_names_hold_a_capital() -> None:
    """Names, acronyms and brands with an inner capital are found."""
    assert names("the iPhone of NASA and Zoë") == ["iPhone", "NASA", "Zoë"]


@pytest.mark.parametrize(
    "found",
    [
        ["इंजीनियरों", "ने", "ऊर्जा", "मापी"],
        ["நகர", "மன்றம்", "தெரு"],
        ["কাউন্সিল", "সিদ্ধান্ত"],
        ["مُحَمَّد", "كَتَبَ"],
        ["שָׁלוֹם", "עוֹלָם"],
    ],
)
def test_vowels_that_are_marks_belong_to_their_words(found: list[str]) -> None:
    """A word of Hindi or Tamil, or of pointed Arabic or Hebrew, is not cut at its vowels; the danda is none."""
    assert words(" ".join(found) + "।") == found


def test_a_contraction_is_one_word() -> None:
    """Words keep their apostrophes."""
    assert words("don't stop, l’homme") == ["don't", "stop", "l’homme"]


def test_remembered_words_count_for_the_same() -> None:
    """In whatever company words are asked for, and though old ones are forgotten, they count for the same."""
    many = [f"word{number}" for number in range(25_000)]
    for language, term in (("en", "running"), ("de", "running")):
        before = terms(term, language)
        terms_of(many, language)
        assert terms(term, language) == before
    assert terms("running", "en") != terms("running", "de")
