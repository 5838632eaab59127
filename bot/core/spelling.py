"""What somebody meant to type: "heyyy", "how r u", "lastest on synths".  Pure; may import: words.

Only words that no phrase of the rules has are looked at, and each becomes a word that some phrase has; what a phrase
captures stays as it was written.  A guess is worth an answer, never an order, a goodbye for good or a lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bot.core.words import Words

MOST_WORDS = 8
"""A longer message says enough without being guessed at."""

LEAST_LETTERS = 5
"""Shorter words have too many neighbours ("shop" is not "stop"); two letters that changed places are seen from 4 on."""

REMEMBERED = 20_000
"""Words whose meaning is remembered: a bound on what hostile ones can fill."""

_SHORT: Mapping[str, str] = {
    "u": "you",
    "r": "are",
    "ur": "your",
    "n": "and",
    "teh": "the",
    "wats": "whats",
    "wat": "what",
    "wut": "what",
    "wot": "what",
    "luv": "love",
    "gud": "good",
    "sth": "something",
    "smth": "something",
    "plz": "please",
    "abt": "about",
    "smthng": "something",
    "thanx": "thanks",
    "thnx": "thanks",
    "nite": "night",
    "hw": "how",
    "nvm": "nevermind",
}
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # letters only: 10000 is not 100
_LAUGH = re.compile(r"(?:a?(?:ha){3,}h?|l+o{2,}l+|l+o+l+o+l+|(?:he){3,})")


class Spelling:
    """The words of all phrases, ready to be found by what people type instead."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """Take folded words, each with how often phrases have it: of several that fit, the commonest is meant."""
        self._known = known
        self._read: dict[str, str] = {}  # what words were taken for before: the same ones come again and again
        self._near: dict[str, list[str]] | None = None

    def plain(self, words: Words) -> Words | None:
        """The same words with drawn-out ones as they are spelt ("stoooop"); None where there is nothing to mend."""
        return _with(words, [self._undrawn(word) for word in words.folded_all])

    def guessed(self, words: Words) -> Words | None:
        """The same words with abbreviations and typing mistakes mended as well; None where there is nothing to mend."""
        if not 0 < len(words.exact) <= MOST_WORDS:
            return None
        read = self._read
        return _with(words, [read.get(word) or self._meant(word) for word in words.folded_all])

    def _meant(self, word: str) -> str:
        meant = self._guess(self._undrawn(word))
        if len(self._read) < REMEMBERED:
            self._read[word] = meant
        return meant

    def _undrawn(self, word: str) -> str:
        if word in self._known or len(word) < 3:
            return word
        if _LAUGH.fullmatch(word):
            return "lol" if word[0] == "l" else "haha"
        if _DRAWN_OUT.search(word):
            for kept in (r"\1\1", r"\1"):
                shorter = _DRAWN_OUT.sub(kept, word)
                if shorter in self._known:
                    return shorter
            return _DRAWN_OUT.sub(r"\1", word)
        return word

    def _guess(self, word: str) -> str:
        if word in _SHORT:
            return _SHORT[word]
        if word in self._known:
            return word
        if len(word) < LEAST_LETTERS - 1 or not word.isalpha():
            return word
        if self._near is None:
            self._near = _neighbours(self._known)
        found = {near for cut in (word, *_without_one(word)) for near in self._near.get(cut, ())}
        fit = [near for near in found if near[0] == word[0] and _is_slip(word, near)]
        return max(fit, key=lambda near: (self._known[near], near), default=word)


def _with(words: Words, mended: list[str]) -> Words | None:
    """The words with others in their places; where they came from in the text stays."""
    return words.instead(mended) if mended != words.folded_all else None


def _neighbours(known: Iterable[str]) -> dict[str, list[str]]:
    """Known words by themselves without any one letter."""
    near: dict[str, list[str]] = {}
    for word in known:
        if len(word) >= LEAST_LETTERS - 1 and word.isalpha():
            for cut in {word, *_without_one(word)}:
                near.setdefault(cut, []).append(word)
    return near


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _is_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many, wrong, or has changed places with its neighbour."""
    short, long = sorted((typed, meant), key=len)
    if len(long) - len(short) > 1:
        return False
    if len(long) > len(short):
        return len(short) >= LEAST_LETTERS - 1 and short in _without_one(long)
    differing = [at for at, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
    if len(differing) == 1:
        return len(typed) >= LEAST_LETTERS
    first, *rest = differing
    return rest == [first + 1] and typed[first] == meant[first + 1] and typed[first + 1] == meant[first]
