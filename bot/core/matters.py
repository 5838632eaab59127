"""Whether a mention and an example speak of the same thing, so that "did you mean …?" puzzles nobody.  Pure.

Sentences are alike by their letters and small words, too: "you're the best" is near "best free plugins".  Such a guess
is only asked about where both name a matter: a word that isn't everybody's and that few rules have.
May import: elsewhere, search, words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.core.elsewhere import SENTENCES
from bot.core.search import telling_words
from bot.core.words import COURTESIES, Words, clean

FEW = 2
"""A word in the examples of more rules than this is the talk of the place, and no matter of any of them."""

STEM = 4
"""Words that begin with as many letters alike are forms of one: "recording", "recorder"."""


class Matters:
    """The examples of all rules, by what they are about."""

    def __init__(self, examples: Sequence[tuple[str, str]]) -> None:
        """Take (rule, sentence) pairs."""
        rules: dict[str, set[str]] = {}
        for rule, sentence in examples:
            for stem in _stems(sentence):
                rules.setdefault(stem, set()).add(rule)
        self._common = {stem for stem, having in rules.items() if len(having) > FEW}

    def shared(self, example: str, words: Words) -> bool:
        """Whether a mention names a matter of an example, or most of what the example says."""
        said = {word[:STEM] for word in words.folded_all}
        stems = _stems(example)
        there = stems & said
        return 2 * len(there) > len(stems) or bool(there - self._common - _everybodys())


def _stems(sentence: str) -> set[str]:
    return {word[:STEM] for word in telling_words(Words(clean(sentence)).folded_all)}


@cache
def _everybodys() -> frozenset[str]:
    """The beginnings of words that people use of anything."""
    return frozenset(word[:STEM] for text in (*SENTENCES, *COURTESIES) for word in Words(text).folded_all)
