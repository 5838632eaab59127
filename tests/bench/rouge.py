"""ROUGE-1, -2 and -L as rouge-score computes them (F1, Porter stemmer), a hundred times faster; checked by the bench.

Only for training and benchmarks; the published figures come from rouge-score itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from nltk.stem.porter import PorterStemmer

_STEMMER = PorterStemmer()

Scores = tuple[float, float, float]


@cache
def _stem(word: str) -> str:
    return str(_STEMMER.stem(word)) if len(word) > 3 else word


@lru_cache(maxsize=200_000)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in re.sub(r"[^a-z0-9]+", " ", text.lower()).split())


def _f1(hits: int, ours: int, theirs: int) -> float:
    return 2 * hits / (ours + theirs) if hits else 0.0


def _longest_common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Measure the longest common subsequence, bits at a time (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for index, token in enumerate(one):
        places[token] = places.get(token, 0) | 1 << index
    full = (1 << len(one)) - 1
    row = full
    for token in other:
        hits = row & places.get(token, 0)
        row = ((row + hits) | (row - hits)) & full
    return len(one) - row.bit_count()


def rouge(text: str, reference: str) -> Scores:
    """Score a text against one reference."""
    ours, theirs = _tokens(text), _tokens(reference)
    if not ours or not theirs:
        return 0.0, 0.0, 0.0
    singles = (Counter(ours) & Counter(theirs)).total()
    pairs = (Counter(pairwise(ours)) & Counter(pairwise(theirs))).total()
    return (
        _f1(singles, len(ours), len(theirs)),
        _f1(pairs, len(ours) - 1, len(theirs) - 1),
        _f1(_longest_common(ours, theirs), len(ours), len(theirs)),
    )


def best_rouge(text: str, references: Iterable[str]) -> Scores:
    """Score a text against several references: the scores of the one that it meets best by ROUGE-1."""
    return max((rouge(text, reference) for reference in references), key=lambda scores: scores[0])
