"""Paraphrases: which rule's example sentences a mention is most like.  Pure; may import: words.

Every sentence is a bag of character 3- and 4-grams, weighed by how rare they are among the examples (TF-IDF), and two
sentences are as alike as their bags' cosine.  No model, no dependency; a gram that no example has still counts in the
length of the question, so that a long unknown question is not mistaken for a short known one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.words import Words, clean


@dataclass(frozen=True, slots=True)
class Nearest:
    """A rule, how alike its nearest example is (0 to 1), and that example."""

    rule: str
    score: float
    example: str


class Likeness:
    """The examples of all rules, ready to be compared."""

    accept: float = 0.55
    ask: float = 0.40

    def __init__(self, examples: Sequence[tuple[str, str]]) -> None:
        """Index (rule, sentence) pairs."""
        self._examples = tuple(examples)
        bags = [_grams(Words(clean(sentence))) for _, sentence in examples]
        frequency = Counter(gram for bag in bags for gram in bag)
        total = len(bags)
        self._rarity = {gram: math.log((total + 1) / (count + 0.5)) for gram, count in frequency.items()}
        self._unknown = math.log((total + 1) / 0.5)
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, bag in enumerate(bags):
            weights = {gram: (1 + math.log(times)) * self._rarity[gram] for gram, times in bag.items()}
            norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for gram, weight in weights.items():
                self._postings.setdefault(gram, []).append((number, weight / norm))

    def __bool__(self) -> bool:
        return bool(self._examples)

    def nearest(self, words: Words, limit: int = 5) -> list[Nearest]:
        """The rules with the most similar examples, best first, each once; scores 0 for texts without words."""
        scores: dict[int, float] = {}
        length = 0.0
        for gram, times in _grams(words).items():
            weight = (1 + math.log(times)) * self._rarity.get(gram, self._unknown)
            length += weight * weight
            for number, other in self._postings.get(gram, ()):
                scores[number] = scores.get(number, 0.0) + weight * other
        best: dict[str, tuple[float, int]] = {}
        for number, score in scores.items():
            rule = self._examples[number][0]
            if rule not in best or score > best[rule][0]:
                best[rule] = (score, number)
        norm = math.sqrt(length) or 1.0
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[1][1]))[:limit]
        if not ranked and self._examples:
            return [Nearest(self._examples[0][0], 0.0, self._examples[0][1])]
        return [Nearest(rule, min(1.0, score / norm), self._examples[number][1]) for rule, (score, number) in ranked]


def _grams(words: Words) -> Counter[str]:
    padded = f" {' '.join(words.folded_all)} "
    return Counter(padded[start : start + size] for size in (3, 4) for start in range(len(padded) - size + 1))
