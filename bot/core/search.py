"""Questions to the archive: what a mention is about, as a full-text query that no text can break.  Pure.

Measured on SQLite 3.40.1: raw user text raises on `c++`, `node.js`, `don't`, `NEAR(`, a lone quote or nothing at all,
and `title:x` or `x*` run as operators.  So every word goes into double quotes, alone.  May import: regex, words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import regex

from bot.core.words import Words, clean, fold

_MOST_WORDS = 8
_RUN = regex.compile(r"[\p{L}\p{M}\p{N}]+")
# Scripts written without spaces; Hangul has them, but glues endings on, so that a word is found letter by letter only.
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆〇]\p{M}*"
)
_ALIASES = (
    ("c++", re.compile(r"(?<![\w+])c\+\+(?![\w+])", re.IGNORECASE), " cplusplus "),
    ("c#", re.compile(r"(?<![\w#])c#(?![\w#])", re.IGNORECASE), " csharp "),
    ("f#", re.compile(r"(?<![\w#])f#(?![\w#])", re.IGNORECASE), " fsharp "),
    (".net", re.compile(r"(?<![\w.])(?:asp)?\.net(?!\w)", re.IGNORECASE), " dotnet "),
    (".js", re.compile(r"(?<!\w)([a-z]{2,10})\.js(?!\w)", re.IGNORECASE), r" \1 \1js "),
)
_EMPTY_WORDS = """a about again all am an and any anyone anything are as at be because been but by can could did do does doing for
from get give got had has have having he hello help her here hey hi him his how i id if ill im in into is it its
ive just know last latest let like link links many me more most much my new newest news no not now of off on or our out over
please recent recently say share shared she should show so some something tell than thank thanks that thats the
their them then there these they this those to today up us was we were what whats when where which who whos why
will with would you your yours"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_JOINT_WORDS = "and of in for the on with a an to vs or from at by"
_JOINTS = frozenset(_JOINT_WORDS.split())
_ASKING_WORDS = """am are can could did do does had has have how i id ill im is it its ive let me my our should tell that this was
we were what whats when where which who whos whose why will would you your youre hi hello hey thanks thank please
sorry ok okay yes no good bad great nice cool love hate really seriously sure true right huh eh wow"""
_ASKING = frozenset(_ASKING_WORDS.split())


def spaced_cjk(text: str) -> str:
    """Put a space around each letter of a script that is written without spaces, so that FTS5 sees words."""
    return text if text.isascii() else str(_UNSPACED.sub(r" \g<0> ", text))


def indexable(text: str) -> str:
    """What the full-text index stores and is asked for: c++, c# and .net as words of their own, CJK letter by letter."""
    return spaced_cjk(_signs_as_words(text))


def phrases(text: str, most: int = _MOST_WORDS) -> list[str]:
    """The words to look for, at most `most`, each in quotes so that none is an operator; a run of CJK letters is one phrase.

    Words that are in every text are left out, unless there are no others; a time at the end is not read here.
    """
    text = clean(text)
    text = _signs_as_words(text)
    found: list[str] = []
    for run in _RUN.findall(text):
        letters = _UNSPACED.findall(run)
        found.extend(piece for piece in _UNSPACED.split(run) if piece)
        if letters:
            found.append(" ".join(letters))
    unique = list({fold(word.casefold()): word for word in reversed(found)}.values())[::-1]
    telling = [word for word in unique if fold(word.casefold()) not in _EMPTY] or unique
    return [f'"{word}"' for word in telling[:most]]


def _signs_as_words(text: str) -> str:
    lowered = text.lower()
    for sign, pattern, word in _ALIASES:
        if sign in lowered:  # nearly never; the patterns take 20 µs each for a summary
            text = pattern.sub(word, text)
    return text


def topic_of(text: str) -> str | None:
    """The text itself where it looks like a topic and nothing else ("granular synthesis", "reverb?"), else None.

    One to five words, two if they are a question, none of them a word for asking, greeting or judging, at least one that tells something.
    """
    return topic_in(Words(clean(text)))


def topic_in(words: Words) -> str | None:
    """The same for words that are read already."""
    asked = words.text.endswith(("?", "？"))
    if not 1 <= len(words.exact) <= 20 or words.count > (2 if asked else 5) or words.text.endswith("!"):
        return None
    folded = words.folded_all
    if any(word in _ASKING or word.startswith(("http", "@")) for word in folded):
        return None
    if folded[0] in _JOINTS - {"the", "a", "an"} or folded[-1] in _JOINTS:
        return None
    return " ".join(words.text.split()).rstrip("?？ ") if telling_words(folded) else None


def telling_words(folded: Sequence[str]) -> list[str]:
    """Those of folded words that tell what is looked for; empty where no letter is among them."""
    telling = [word for word in folded if word not in _EMPTY and (len(word) > 1 or not word.isascii())]
    return telling if any(letter.isalpha() for word in telling for letter in word) else []
