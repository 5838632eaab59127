"""The words of a text that carry its content: stemmed, without stop words; its numbers and names.  Pure.

May import: core.stopwords.  Stems are crude on purpose (a suffix or two off): they only decide whether two words are
the same word.  Scripts without spaces are taken as pairs of characters.
"""

from __future__ import annotations

import re
from itertools import chain

from bot.core.stopwords import EVERY_STOP_WORD, STOP_WORDS

_WORD = re.compile(r"[^\W_]++(?:['’][^\W\d_]++)?")
# Vowels and points that are marks, to the machine no letters: of any script, Hebrew, Arabic, those of India, and Tibet.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0670\u0900-\u0903\u093a-\u0963\u0966-\u0dff\u0f35-\u0f39\u0f71-\u0f87\u0f8d-\u0fbc"
_MARKED = re.compile(f"[{_MARKS}]")
_MARKED_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+(?:['’][^\W\d_]++)?")
_NUMBER = re.compile(r"\d++(?:[.,:]\d++)*")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]++"
)
_NAME = re.compile(r"[^\W\d_]*[A-ZÀ-ÖØ-ÞĄĆĘŁŃŚŹŻΑ-ΩА-Я][\w’'&\-]*+")

_SUFFIXES_EN = (
    "ations",
    "ation",
    "ingly",
    "edly",
    "ings",
    "ing",
    "ies",
    "ied",
    "ers",
    "ly",
    "ed",
    "es",
    "er",
    "s",
    "e",
    "y",
)


_REMEMBERED = 20_000  # words of a language: more than one article has


def words(text: str) -> list[str]:
    """Split a text into its words as they stand, in order; a contraction or possessive is one word."""
    marked = not text.isascii() and _MARKED.search(text)
    return (_MARKED_WORD if marked else _WORD).findall(text)


def terms(text: str, language: str | None) -> list[str]:
    """Give the stemmed content words of a text, in order, with repeats."""
    return terms_of(words(text), language)


def terms_of(found: list[str], language: str | None) -> list[str]:
    """Give the stems of those words that carry content, in order, with repeats."""
    stems = _STEMS.get(language, _OTHER_STEMS)
    return [*chain.from_iterable(map(stems.__getitem__, found))]


def numbers(text: str) -> list[str]:
    """Give the numbers of a text exactly as they are written, in order."""
    return _NUMBER.findall(text)


def names(text: str) -> list[str]:
    """Give the words that hold a capital letter, in order: names, acronyms, and starts of sentences."""
    return _NAME.findall(text)


class _Stems(dict[str, tuple[str, ...]]):
    """What the words of one language count for, remembered: a look into a dict is all that most words cost."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[word] = _terms(word, self._language)
        return found


def _terms(word: str, language: str | None) -> tuple[str, ...]:
    """Give what one word counts for: nothing for a stop word, pairs of characters in a script without spaces."""
    stop = STOP_WORDS.get(language or "", EVERY_STOP_WORD)
    term = _term(word, language in ("en", None))
    if not term or word.lower() in stop or term in stop:
        return ()
    if len(term) > 1 and _UNSPACED.match(term):
        return tuple(term[at : at + 2] for at in range(len(term) - 1))
    return (term,)


def _term(word: str, english: bool) -> str:
    """Fold one word: lower case, no possessive, no common suffix.  One letter or sign alone carries no content."""
    term = word.casefold().replace("’", "'")
    if "'" in term:
        before, _, after = term.partition("'")
        term = before if len(after) <= 2 else after if len(before) <= 2 else term  # dog's, don't; l'homme, d'été
    if term.isdigit() or _UNSPACED.match(term):
        return term
    if len(term) < 2:
        return ""
    if english:
        return stem(term)
    return term[:7] if len(term) > 8 else term.rstrip("esn") if len(term) > 5 else term


_STEMS = {language: _Stems(language) for language in (*STOP_WORDS, None)}
_OTHER_STEMS = _Stems("other")


def stem(term: str) -> str:
    """Take the commonest English suffixes off a word in lower case, leaving at least three letters."""
    for suffix in _SUFFIXES_EN:
        if term.endswith(suffix) and len(term) - len(suffix) >= 3:
            term = term[: -len(suffix)]
            break
    if len(term) > 3 and term[-1] == term[-2] and term[-1] not in "ls":
        term = term[:-1]
    if len(term) > 3 and term[-1] in "ei":
        term = term[:-1]
    return term
