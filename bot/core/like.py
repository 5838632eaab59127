"""Paraphrases: which rule's example sentences a mention is most like.  Pure; may import: elsewhere, grams, words.

A rule's score is a vote of all examples of all rules and of 220 sentences that have nothing to do with any of them,
each voting as much as it is like the mention (kernel ridge regression: 1 means "one of this rule's sentences", 0 "none
of them"), mixed with the likeness of the nearest example.  Measured (tests/bench/replies.py), likeness by letters
alone then answers as many real questions rightly as word vectors of 30 MB do, without any model; where there is a
`Sense` of meaning besides, the two are mixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from bot.core.elsewhere import SENTENCES
from bot.core.grams import Grams
from bot.core.words import Words, clean

Sense = Callable[[Sequence[str]], Callable[[str], Sequence[float]]]
"""A sense of meaning: given sentences, it gives what tells how alike each of them is to another one, -1 to 1."""

_VOTE = 0.7  # how much of a score is the vote; the rest is the likeness of the nearest example
_RIDGE = 0.3  # how far the vote may stay from the truth on the examples themselves
_SWEEPS = 6  # of Gauss-Seidel: enough that two rules with the same example score alike
_NEIGHBOURS = 64  # of a sentence, that its votes are fitted against
_FAINT = 0.05  # likeness below it has no vote
_FAINT_VOTE = 0.05  # a smaller one is forgotten
_ELSEWHERE = 0.1  # how much a sentence of nobody counts as a rule, where rarity is concerned
_MEANING = 0.5  # how much of likeness is meaning, where it can be sensed

_ACCEPT = (0.50, 0.57)
"""The least score that is answered lies in here.  Measured on six rule sets, 0.45 to 0.53 let 9 of 10 answers be right."""

_FEW = 3
"""Fewer rules than this know too little of what they are not about (measured: 8 of 10 right at 0.50, 9 at 0.57)."""

_ASK = 0.78
"""From this part of it on, "did you mean" is asked."""


_NONE = (0.0, 0)
_SAME, _SURELY = 0.9999, 4.0  # as alike as the same sentence; the score of a rule that has it, above any sum of votes


def _stretched(score: float) -> float:
    """The score as it is told, 0 to 1.  The root only stretches the scale: answers then begin at about one half."""
    return min(1.0, math.sqrt(score))


@dataclass(frozen=True, slots=True)
class Nearest:
    """A rule, how alike a mention is to its examples (0 to 1), and its nearest example."""

    rule: str
    score: float
    example: str


class Likeness:
    """The examples of all rules, ready to be compared."""

    def __init__(self, examples: Sequence[tuple[str, str]], sense: Sense | None = None) -> None:
        """Index (rule, sentence) pairs, and find the scores from which on a rule answers, or is asked about."""
        self._examples = tuple(examples)
        self.accept, self.ask = _ACCEPT[0], _ACCEPT[0] * _ASK
        if not examples:
            return
        self._rules = tuple(dict.fromkeys(rule for rule, _ in examples))
        number = {rule: place for place, rule in enumerate(self._rules)}
        self._owner = [number[rule] for rule, _ in examples]
        self._firsts = [self._owner.index(rule) for rule in range(len(self._rules))]
        read = [Words(clean(sentence)) for sentence in (*(sentence for _, sentence in examples), *SENTENCES)]
        self._same = {tuple(read[place].folded_all): place for place in reversed(range(len(self._owner)))}
        self._grams = Grams(read, [*self._owner, *(None for _ in SENTENCES)], lone=_ELSEWHERE)
        self._meaning = sense([words.text for words in read]) if sense else None
        near = [self._near(place, words) for place, words in enumerate(read)]
        self._votes = self._learn(near)
        self.accept = self._threshold(near)
        self.ask = self.accept * _ASK

    def __bool__(self) -> bool:
        return bool(self._examples)

    def nearest(self, words: Words, limit: int = 5) -> list[Nearest]:
        """The rules that a mention is most like, best first, each once; there is always one, if only with 0."""
        alike = self._alike(words)
        same = self._same.get(tuple(words.folded_all))
        if same is not None:
            alike[same] = 1.0  # for certain; the looks at grams may have stopped early
        ranked = nlargest(limit, self._scores((place, how) for place, how in enumerate(alike) if how > _FAINT))
        if not ranked:
            return [Nearest(self._rules[0], 0.0, self._examples[0][1])]
        return [
            Nearest(
                self._rules[-rule],
                _stretched(score),
                self._examples[self._firsts[-rule] if example < 0 else example][1],
            )
            for score, rule, example in ranked
        ]

    def _alike(self, words: Words) -> list[float]:
        """How alike each example is, then each sentence of nobody."""
        alike = self._grams.alike(words)
        if self._meaning is None or not words.exact:
            return alike
        # Squared, because in word vectors any two sentences are a little alike.
        return [
            (1 - _MEANING) * one + (_MEANING * other * other if other > 0 else 0.0)
            for one, other in zip(alike, self._meaning(words.text), strict=True)
        ]

    def _scores(self, alike: Iterable[tuple[int, float]]) -> Iterator[tuple[float, int, int]]:
        """(Score before it is stretched, minus the rule's number, its nearest example or -1) of all rules above 0."""
        votes: dict[int, float] = {}
        nearest: dict[int, tuple[float, int]] = {}
        owner, examples = self._owner, len(self._owner)
        for place, how in alike:
            for rule, vote in self._votes[place]:
                votes[rule] = votes.get(rule, 0.0) + how * vote
            if place < examples and how > nearest.get(owner[place], _NONE)[0]:
                nearest[owner[place]] = (how, place)
        for rule, vote in votes.items():
            if rule in nearest:
                how, example = nearest[rule]
                score = _SURELY if how > _SAME else _VOTE * vote + (1 - _VOTE) * how
                if score > 0:
                    yield score, -rule, example
            elif vote > 0:
                yield _VOTE * vote, -rule, -1

    # ----------------------------------------------------------------- building

    def _near(self, place: int, words: Words) -> list[tuple[int, float]]:
        """The other sentences that are most like one, with how alike."""
        alike = [(other, how) for other, how in enumerate(self._alike(words)) if how > _FAINT and other != place]
        return sorted(alike, key=lambda pair: -pair[1])[:_NEIGHBOURS]

    def _learn(self, near: Sequence[Sequence[tuple[int, float]]]) -> list[list[tuple[int, float]]]:
        """Each sentence's votes for rules, such that the votes of all give each example its own rule."""
        votes: list[list[tuple[int, float]]] = [[(owner, 1 / (1 + _RIDGE))] for owner in self._owner]
        votes += [[] for _ in SENTENCES]
        for _ in range(_SWEEPS):
            for place, neighbours in enumerate(near):
                told: dict[int, float] = {}
                for other, how in neighbours:
                    for rule, vote in votes[other]:
                        told[rule] = told.get(rule, 0.0) + how * vote
                if place < len(self._owner):
                    told[self._owner[place]] = told.get(self._owner[place], 0.0) - 1
                votes[place] = [(rule, -much / (1 + _RIDGE)) for rule, much in told.items() if abs(much) > _FAINT_VOTE]
        return votes

    def _threshold(self, near: Sequence[Sequence[tuple[int, float]]]) -> float:
        """The score that 19 of 20 sentences of nobody don't reach when they don't vote on themselves, within bounds."""
        least, most = _ACCEPT
        if len(self._rules) < _FEW:
            return most
        reached = sorted(_stretched(max(self._scores(one), default=_NONE)[0]) for one in near[len(self._owner) :])
        return min(max(reached[-len(reached) // 20], least), most)
