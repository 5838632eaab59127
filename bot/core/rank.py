"""What could be said of an article, best first.  Pure; may import: core.features, core.reading, core.compress, core.weights.

Candidates are the article's sentences, safe shortenings of the better ones, and pairs of them, as far as they fit.  A
linear model scores each by its features; then what the best ones share counts a little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import mul

from bot.core.compress import compressions, tidied
from bot.core.features import Row, View
from bot.core.patterns import dangles
from bot.core.reading import Reading, Sentence, joined, sentence_of
from bot.core.weights import CONSENSUS, WARMTH, WEIGHTS

SHORTENED_OF = 8
"""So many of the best sentences are tried in shorter forms."""

PAIRED_OF = 6
"""So many of the best sayings are tried together."""

_VOTERS = 8  # of the best: the others hardly weigh
_LEAST = 25  # characters that a second sentence needs


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that could be said: a sentence, a shorter form of one, or two together."""

    form: Sentence  # what it says, looked at as one sentence
    score: float
    sentences: tuple[int, ...]  # the places of what it is made of, in the article's order
    parts: tuple[Sentence, ...]  # of what it is made, as shortened

    @property
    def text(self) -> str:
        """The words."""
        return self.form.text


def sayings(reading: Reading, fits: Callable[[str], bool] | None = None) -> list[Saying]:
    """Give what could be said within a limit, best first; without a limit: single sentences and their shorter forms.

    If the article has any complete sentence, only complete ones are given.
    """
    ranked = _ranked(candidates(reading, fits))
    return [saying for saying in ranked if saying.form.whole] or ranked


def candidates(
    reading: Reading, fits: Callable[[str], bool] | None = None, *, every: bool = False
) -> list[tuple[Saying, Row]]:
    """Give all candidates with their features, unsorted; `every`: shorter forms of every sentence, as the trainer wants."""
    view = View(reading)
    singles = [_single(view, sentence, tidied(sentence.text)) for sentence in reading.sentences]
    best = singles if every else sorted(singles, key=_by_score)[:SHORTENED_OF]
    for saying, _ in list(best):
        sentence = reading.sentences[saying.sentences[0]]
        singles += [_single(view, sentence, form) for form in compressions(saying.text)]
    if fits is None:
        return singles
    fitting = [each for each in singles if fits(each[0].text)]
    return fitting + list(_pairs(view, sorted(fitting, key=_by_score)[:PAIRED_OF], fits))


def weighed(row: Row) -> float:
    """Weigh a row of features: higher tells of the article better; only differences mean anything."""
    return float(sum(map(mul, row.values(), map(WEIGHTS.__getitem__, row))))


def _by_score(candidate: tuple[Saying, Row]) -> tuple[float, tuple[int, ...]]:
    return -candidate[0].score, candidate[0].sentences


def _single(view: View, sentence: Sentence, text: str) -> tuple[Saying, Row]:
    form = (
        sentence
        if text == sentence.text
        else sentence_of(text, sentence.at, view.reading.language, opens=sentence.opens)
    )
    gone = 1 - len(text) / len(sentence.text)
    row = view.of(form) | {
        "shortened": float(gone > 0),
        "shortened_by": gone,
        "pair": 0.0,
        "titled_x_pair": 0.0,
        "apart": 0.0,
    }
    return Saying(form, weighed(row), (sentence.at,), (form,)), row


def _pairs(view: View, best: list[tuple[Saying, Row]], fits: Callable[[str], bool]) -> Iterable[tuple[Saying, Row]]:
    """Put two sayings of different sentences together, in the article's order."""
    for index, (one, _) in enumerate(best):
        for other, _ in best[:index]:
            first, second = sorted((one, other), key=lambda saying: saying.sentences)
            if first.sentences == second.sentences:
                continue
            at, then = first.sentences[0], second.sentences[0]
            if min(len(first.text), len(second.text)) < _LEAST or not (first.form.whole and second.form.whole):
                continue
            if not fits(f"{first.text} {second.text}"):
                continue
            if then > at + 1 and dangles(second.text, view.reading.language):
                continue  # what it leans on would be missing
            form = joined(first.form, second.form)
            row = view.of(form) | {
                "shortened": 0.0,
                "shortened_by": 0.0,
                "pair": 1.0,
                "titled_x_pair": view.titled,
                "apart": math.log(then - at) / 3,
            }
            yield Saying(form, weighed(row), (at, then), (first.form, second.form)), row


def _ranked(found: list[tuple[Saying, Row]]) -> list[Saying]:
    """Sort by score and consensus: what the other good ones say too is the safer thing to tell.

    Minimum Bayes risk, with the overlap of words as the gain: when the model is unsure, it pays to say what they share.
    """
    alone = [saying for saying, _ in sorted(found, key=_by_score)]
    if not alone:
        return []
    votes = [math.exp((saying.score - alone[0].score) / WARMTH) for saying in alone[:_VOTERS]]
    share = 2 * CONSENSUS / sum(votes)
    voters = [
        (saying, saying.form.content, len(saying.form.content) or 1, vote * share)
        for saying, vote in zip(alone, votes, strict=False)
    ]

    def judged(saying: Saying) -> Saying:
        own = saying.form.content
        # `features.overlap`, without a call for each of hundreds of pairs.
        size = len(own)
        agreed = sum([vote * len(own & other) / (size + many) for by, other, many, vote in voters if by is not saying])
        return Saying(saying.form, saying.score + agreed, saying.sentences, saying.parts)

    return sorted(map(judged, alone), key=lambda saying: (-saying.score, saying.sentences))
