"""Paraphrases: which rule's example sentences a mention is most like.  Pure; may import: elsewhere, words.

Every sentence is a bag of its words and of character 3- and 4-grams, weighed by how few rules have them, and two
sentences are as alike as their bags' cosine.  A rule's score is a vote of all examples of all rules and of 200
sentences that have nothing to do with any (kernel ridge regression: 1 means "one of its sentences", 0 "none of them"),
mixed with the likeness of the nearest example.  Measured (tests/bench/replies.py), that answers as many real questions
rightly as the word vectors of a 30 MB model do, and needs nothing but this file.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.core.elsewhere import SENTENCES
from bot.core.words import Words, clean

_VOTE = 0.7  # how much of a score is the vote; the rest is the likeness of the nearest example
_RIDGE = 0.3  # how far the vote may stay from the truth on the examples themselves
_SWEEPS = 6  # of Gauss-Seidel: enough that two rules with the same example score alike
_NEIGHBOURS = 64  # of a sentence, that its votes are fitted against
_FAINT = 0.05  # likeness below it has no vote
_FAINT_VOTE = 0.05  # a smaller one is forgotten
_LOOKS = 1_500  # at grams of examples, the rarest first: bounds the time with any number of examples, for any text
_MOST_WORDS, _MOST_LETTERS = 80, 480  # of a sentence that are compared: nobody asks one question in more
_ELSEWHERE = 0.1  # how much a sentence of nobody counts as a rule, where rarity is concerned

_ACCEPT = (0.50, 0.57)
"""The least score that is answered lies in here.  Measured on six rule sets, 0.45 to 0.53 let 9 of 10 answers be right."""

_FEW = 3
"""Fewer rules than this know too little of what they are not about (measured: 8 of 10 right at 0.50, 9 at 0.57)."""

_ASK = 0.78
"""From this part of it on, "did you mean" is asked."""

Bag = dict[str, float]


@dataclass(frozen=True, slots=True)
class Nearest:
    """A rule, how alike a mention is to its examples (0 to 1), and its nearest example."""

    rule: str
    score: float
    example: str


class Likeness:
    """The examples of all rules, ready to be compared."""

    def __init__(self, examples: Sequence[tuple[str, str]]) -> None:
        """Index (rule, sentence) pairs, and find the scores from which on a rule answers, or is asked about."""
        self._examples = tuple(examples)
        self.accept, self.ask = _ACCEPT[0], _ACCEPT[0] * _ASK
        if not examples:
            return
        self._rules = tuple(dict.fromkeys(rule for rule, _ in examples))
        number = {rule: place for place, rule in enumerate(self._rules)}
        self._owner = [number[rule] for rule, _ in examples]
        self._firsts = [self._owner.index(rule) for rule in range(len(self._rules))]
        read = [Words(clean(sentence)) for _, sentence in examples]
        self._same = {tuple(words.folded_all): place for place, words in reversed(list(enumerate(read)))}
        bags = [_grams(words) for words in read]
        others = [_grams(Words(sentence)) for sentence in SENTENCES]
        self._weigh(bags, others)
        weighed = [self._weighed(bag) for bag in (*bags, *others)]
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for place, bag in enumerate(weighed):
            for gram, weight in bag.items():
                self._postings.setdefault(gram, []).append((place, weight))
        near = [self._near(place, bag) for place, bag in enumerate(weighed)]
        self._votes = self._learn(near)
        self.accept = self._threshold(near)
        self.ask = self.accept * _ASK

    def __bool__(self) -> bool:
        return bool(self._examples)

    def nearest(self, words: Words, limit: int = 5) -> list[Nearest]:
        """The rules that a mention is most like, best first, each once; there is always one, if only with 0."""
        alike = self._alike(self._weighed(_grams(words)))
        same = self._same.get(tuple(words.folded_all))
        if same is not None:
            alike[same] = 1.0  # for certain; the sum above may have stopped early
        ranked = sorted(self._scores(alike), reverse=True)[:limit]
        return [
            Nearest(self._rules[-rule], score, self._examples[example][1])
            for score, rule, example in ranked
            if score > 0 or rule == ranked[0][1]
        ]

    # ----------------------------------------------------------------- building

    def _weigh(self, bags: Sequence[Bag], others: Sequence[Bag]) -> None:
        """How rare each gram is among the rules; the sentences of nobody count a little, so that few rules do too."""
        had: Counter[str] = Counter()
        pairs = sorted(zip(self._owner, bags, strict=True), key=lambda pair: pair[0])
        for _, group in groupby(pairs, key=lambda pair: pair[0]):
            had.update({gram for _, bag in group for gram in bag})
        heard = Counter(gram for bag in others for gram in bag)
        total = len(self._rules) + _ELSEWHERE * len(others) + 1
        self._rarity = {gram: math.log(total / (had[gram] + _ELSEWHERE * heard[gram] + 0.5)) for gram in {*had, *heard}}
        self._unknown = math.log(total / 0.5)

    def _weighed(self, bag: Mapping[str, float]) -> Bag:
        """A bag's weights, of length 1 together; grams that nobody has still count in the length."""
        rarity, unknown = self._rarity, self._unknown
        weights = {gram: times * rarity.get(gram, unknown) for gram, times in bag.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items() if gram in rarity}

    def _near(self, place: int, bag: Bag) -> list[tuple[int, float]]:
        """The other sentences that are most like one, with how alike."""
        alike = [(other, how) for other, how in enumerate(self._alike(bag)) if how > _FAINT and other != place]
        return sorted(alike, key=lambda pair: -pair[1])[:_NEIGHBOURS]

    def _learn(self, near: Sequence[Sequence[tuple[int, float]]]) -> list[dict[int, float]]:
        """Each sentence's votes for rules, such that the votes of all give each example its own rule."""
        votes: list[dict[int, float]] = [{owner: 1 / (1 + _RIDGE)} for owner in self._owner]
        votes += [{} for _ in SENTENCES]
        for _ in range(_SWEEPS):
            for place, neighbours in enumerate(near):
                told: dict[int, float] = {}
                for other, how in neighbours:
                    for rule, vote in votes[other].items():
                        told[rule] = told.get(rule, 0.0) + how * vote
                if place < len(self._owner):
                    told[self._owner[place]] = told.get(self._owner[place], 0.0) - 1
                votes[place] = {rule: -much / (1 + _RIDGE) for rule, much in told.items() if abs(much) > _FAINT_VOTE}
        return votes

    def _threshold(self, near: Sequence[Sequence[tuple[int, float]]]) -> float:
        """The score that 19 of 20 sentences of nobody don't reach when they don't vote on themselves, within bounds."""
        reached = []
        for neighbours in near[len(self._owner) :]:
            alike = [0.0] * len(near)
            for other, how in neighbours:
                alike[other] = how
            reached.append(max(self._scores(alike))[0])
        least, most = _ACCEPT
        if len(self._rules) < _FEW:
            return most
        return min(max(sorted(reached)[-len(reached) // 20], least), most)

    # ----------------------------------------------------------------- asking

    def _alike(self, bag: Bag) -> list[float]:
        """How alike a weighed bag is to each example, then to each sentence of nobody."""
        alike = [0.0] * (len(self._examples) + len(SENTENCES))
        postings, rarity = self._postings, self._rarity
        looks = _LOOKS
        for gram in sorted(bag, key=rarity.__getitem__, reverse=True):
            weight, having = bag[gram], postings[gram]
            for place, other in having:
                alike[place] += weight * other
            looks -= len(having)
            if looks < 0:
                break
        return alike

    def _scores(self, alike: Sequence[float]) -> list[tuple[float, int, int]]:
        """(Score, minus the rule's number, its nearest example) of every rule."""
        votes = [0.0] * len(self._rules)
        nearest = [(0.0, example) for example in self._firsts]
        for place, how in [(place, how) for place, how in enumerate(alike) if how > _FAINT]:
            for rule, vote in self._votes[place].items():
                votes[rule] += how * vote
            if place < len(self._owner) and how > nearest[self._owner[place]][0]:
                nearest[self._owner[place]] = (how, place)
        return [
            # The root only stretches the scale: answers then begin at about one half.
            (1.0 if how > 0.9999 else math.sqrt(max(0.0, min(1.0, _VOTE * vote + (1 - _VOTE) * how))), -rule, example)
            for rule, (vote, (how, example)) in enumerate(zip(votes, nearest, strict=True))
        ]


def _grams(words: Words) -> Bag:
    """How often each word and each gram of 3 and 4 characters occurs, the repetitions damped."""
    folded = words.folded_all[:_MOST_WORDS]
    text = f" {' '.join(folded)[:_MOST_LETTERS]} "
    size = len(text)
    counts = Counter(
        [text[start : start + 3] for start in range(size - 2)] + [text[start : start + 4] for start in range(size - 3)]
    )
    counts.update(f"{word}|" for word in folded)
    return {gram: 1.0 if times == 1 else 1 + math.log(times) for gram, times in counts.items()}
