from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.spelling import MOST_WORDS, Spelling
from bot.core.words import Words, clean

KNOWN = {
    "hello": 3,
    "help": 2,
    "good": 2,
    "morning": 1,
    "latest": 4,
    "later": 1,
    "what": 5,
    "can": 2,
    "you": 5,
    "do": 3,
}
SPELLING = Spelling({**KNOWN, "how": 2, "are": 3, "stop": 1, "thanks": 2, "haha": 1, "lol": 1, "no": 1})


def guessed(text: str) -> str | None:
    mended = SPELLING.guessed(Words(clean(text)))
    return None if mended is None else " ".join(mended.folded_all)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("helllp", "help"),
        ("Helloooo", "hello"),
        ("goooood mornin", "good morning"),
        ("hlep", "help"),
        ("thnaks", "thanks"),
        ("lastest", "latest"),
        ("latets", "latest"),
        ("wat can u do", "what can you do"),
        ("wats teh latest", "whats the latest"),
        ("how r u", "how are you"),
        ("hahahaha", "haha"),
        ("looool", "lol"),
        ("nooo", "no"),
    ],
)
def test_what_was_meant_is_found(typed: str, meant: str) -> None:
    """Letters drawn out, left out, too many, wrong or in each other's places; and the abbreviations of chats."""
    assert guessed(typed) == meant


@pytest.mark.parametrize(
    "typed", ["hello", "shop", "step", "42", "", "🎉", "jello", "synthesis", "hepl me " * MOST_WORDS]
)
def test_what_is_right_far_short_or_long_stays(typed: str) -> None:
    """Another first letter, few letters or many words: then nothing is guessed."""
    assert guessed(typed) is None


@pytest.mark.parametrize("typed", ["10000", "v1000", "help1000", "help---", "___help"])
def test_only_letters_are_drawn_out(typed: str) -> None:
    """A number with noughts is that number."""
    known = Spelling({**KNOWN, "100": 1, "10": 1, "v10": 1, "help10": 1, "help100": 1})
    words = Words(clean(typed))
    assert known.guessed(words) is None
    assert known.plain(words) is None


def test_drawn_out_words_alone_are_no_guess() -> None:
    """They are what is spelt, so that "stooop" may stop the bot; a slip is not."""
    plain = SPELLING.plain(Words("stooooop"))
    assert plain is not None
    assert plain.folded_all == ["stop"]
    assert SPELLING.plain(Words("stpo")) is None


def test_the_text_stays_what_it_was() -> None:
    """What a phrase captures is cut from the letters that were typed."""
    mended = SPELLING.guessed(Words("Lastest on Tpae"))
    assert mended is not None
    assert mended.written(0, 3) == "Lastest on Tpae"


def test_of_several_the_commonest_is_meant() -> None:
    """By how many phrases have the word."""
    assert guessed("latet") == "latest"


@given(st.text(max_size=80))
def test_a_guess_keeps_the_number_of_words(text: str) -> None:
    """Whatever is typed, each word stays in its place."""
    words = Words(clean(text))
    mended = SPELLING.guessed(words)
    assert mended is None or (len(mended.exact) == len(words.exact) and mended.text == words.text)
