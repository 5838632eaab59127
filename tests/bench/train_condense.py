"""Trains the weights of the ranking (bot/core/weights.py) on the development data.

    python tests/bench/train_condense.py            two-fold figures: trained on one half, judged on the other
    python tests/bench/train_condense.py --write    then trains on both halves and writes bot/core/weights.py

The mean of two fits, on features centred within their article, so that only what tells an article's own candidates
apart is learned: ridge regression of each candidate's ROUGE (F1, 0.4 R1 + 0.3 R2 + 0.3 RL), and, begun there, ascent of
the ROUGE to be expected when a candidate is drawn, the likelier the higher it scores.  Candidates are those of
`bot.core.rank.candidates`: without a limit, within 140 and within 200 characters.

Tried, and within the noise of the figures (0.3 of ROUGE-1 on 600 articles, over four ways to split them): boosted trees on
the same features, features of words at a sentence's beginning, the chances of single words to be told, overlap with the
title by all words and pairs, pairs of words that the article repeats, the rarity of words among all articles (in overlap,
centrality and alone), nearness of meaning by word vectors (wordllama's, to title, centre and neighbours), more shortening
(no cut before a conjunction, preposition or participle gains on average), weights of their own for each kind of article,
a stronger or wider vote among candidates, and other mixes of the three scores.  Nine tenths of the data instead of half of
them teach 0.4 for news, and nothing for science.  What separates the best candidate from ours is which sentence is told: with the right form of
ours, 0.5 would be won, with the right sentence 7.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from condense_data import Sample, samples
from numpy.typing import NDArray
from rouge import Scores, best_rouge

from bot.core import rank
from bot.core.condense import condense
from bot.core.features import features
from bot.core.rank import Saying, candidates
from bot.core.reading import read
from bot.core.weights import WEIGHTS
from bot.model import Limits

LIMITS = (None, 140, 200)
UNIT = Limits(max_length=10_000)
MIX = np.array([0.4, 0.3, 0.3])
RIDGE = 150.0
KIND_WEIGHTS = {"feed_copied": 0.5, "news_single_sentence": 1.4}  # most of the former are mere leads
# In the ascent the kinds whose articles differ most from each other would otherwise drown the others.
DRAWN_WEIGHTS = {
    "feed_copied": 0.5,
    "news_single_sentence": 3.0,
    "science_tldr": 1.5,
    "news_highlights": 1.1,
    "copied": 1.2,
}
WARMTH = 0.04  # the difference of scores at which a candidate is drawn 2.7 times as often
STEPS, STEP, KEPT = 80, 0.003, 0.005  # of the ascent, and how strongly it is drawn back to where it began
SPREAD = 0.05  # the standard deviation of an article's scores, which `bot.core.taste` measures its faults against
ROUNDS = (
    2  # pairs are made of the best candidates, so the second round sees the pairs that the first one's weights make
)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One article within one limit: its candidates, their features and their scores."""

    sample: Sample
    limit: int | None
    found: tuple[Saying, ...]
    rows: Numbers
    scores: Numbers


def cases(every: list[Sample]) -> tuple[list[str], list[Case]]:
    """Make the candidates of every article with the weights of now."""
    names: list[str] = []
    made = []
    for name in features(read(every[0].article))[0]:
        WEIGHTS.setdefault(name, 0.0)  # a new feature is neutral until it is trained
    for sample in every:
        reading = read(sample.article)
        for limit in LIMITS:
            found = candidates(reading, None if limit is None else partial(_within, limit), every=True)
            if not found:
                continue
            names = names or list(found[0][1])
            rows = np.array([list(row.values()) for _, row in found])
            scores = np.array([best_rouge(saying.text, sample.references) for saying, _ in found])
            made.append(Case(sample, limit, tuple(saying for saying, _ in found), rows, scores))
    return names, made


def _within(limit: int, text: str) -> bool:
    return len(text) <= limit


def trained(made: list[Case]) -> Numbers:
    """Fit the weights, and bring them to the scale that the rest of the code knows."""
    told = [case for case in made if len(case.found) > 1]
    table = np.concatenate([case.rows - case.rows.mean(0) for case in told])
    scale = table.std(0) + 1e-6
    goal = np.concatenate([case.scores @ MIX for case in told])
    lengths = np.array([len(case.found) for case in told])

    def shares(weights: dict[str, float]) -> Numbers:
        return np.array([weights.get(case.sample.kind, 1.0) for case in told])

    regressed = _regressed(table / scale, goal, lengths, shares(KIND_WEIGHTS))
    ascended = _ascended(table / scale, goal, lengths, shares(DRAWN_WEIGHTS), regressed)
    fits = [fit / float((table / scale @ fit).std()) for fit in (regressed, ascended)]
    weights = np.asarray((fits[0] + fits[1]) / 2 / scale, dtype=np.float64)
    return weights * SPREAD / float(np.mean([(case.rows @ weights).std() for case in told]))


def _regressed(table: Numbers, goal: Numbers, lengths: NDArray[np.int64], shares: Numbers) -> Numbers:
    """Ridge regression within articles, long articles damped by a root."""
    starts = np.cumsum(lengths) - lengths
    within = goal - np.repeat(np.add.reduceat(goal, starts) / lengths, lengths)
    weight = np.repeat(shares / lengths**0.5, lengths)
    weight /= weight.mean()
    normal = table.T @ (weight[:, None] * table) + RIDGE * np.eye(table.shape[1])
    return np.asarray(np.linalg.solve(normal, table.T @ (weight * within)), dtype=np.float64)


def _ascended(table: Numbers, goal: Numbers, lengths: NDArray[np.int64], shares: Numbers, start: Numbers) -> Numbers:
    """Climb the expected score of a candidate drawn by its weight (Adam, Kingma and Ba 2014)."""
    starts, of = np.cumsum(lengths) - lengths, np.repeat(np.arange(len(lengths)), lengths)
    share = (shares / shares.sum())[of]
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, STEPS + 1):
        score = table @ weights / WARMTH
        drawn = np.exp(score - np.maximum.reduceat(score, starts)[of])
        drawn /= np.add.reduceat(drawn, starts)[of]
        expected = np.add.reduceat(drawn * goal, starts)
        slope = table.T @ (drawn * (goal - expected[of]) * share) / WARMTH - KEPT * (weights - start)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        weights = weights + STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-9)
    return weights


def with_weights(weights: dict[str, float]) -> None:
    """Let the ranking use other weights from here on."""
    WEIGHTS.clear()
    WEIGHTS.update(weights)


def fitted(every: list[Sample]) -> dict[str, float]:
    """Train on samples, and leave the weights in use."""
    for _ in range(ROUNDS):
        names, made = cases(every)
        with_weights(dict(zip(names, map(float, trained(made)), strict=True)))
    return dict(WEIGHTS)


def cross_fitted(every: list[Sample]) -> dict[int, dict[str, float]]:
    """Give for each half the weights that were trained on the other one."""
    return {half: fitted([sample for sample in every if sample.half != half]) for half in (0, 1)}


def main() -> None:
    """Train, judge, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="train on both halves and write bot/core/weights.py")
    options = parser.parse_args()
    every = samples()
    weights = cross_fitted(every)
    results: dict[tuple[str, int | None], list[Scores]] = defaultdict(list)
    for sample in every:
        with_weights(weights[sample.half])
        for limit in LIMITS:
            said = condense(sample.article, budget=limit, unit=UNIT, use_description=False).text
            results[sample.kind, limit].append(best_rouge("" if said.endswith("…") else said, sample.references))
    for (kind, limit), scores in sorted(results.items(), key=str):
        r1, r2, rl = 100 * np.mean(scores, axis=0)
        print(f"{kind:22} {limit or 'sentence'!s:8} {len(scores):4} articles  {r1:5.2f} {r2:5.2f} {rl:5.2f}")
    if options.write:
        write(fitted(every))


def write(weights: dict[str, float]) -> None:
    """Write the weights into their module, in place of the old ones."""
    path = Path(rank.__file__).with_name("weights.py")
    before, _, after = path.read_text(encoding="utf-8").partition("WEIGHTS: dict[str, float] = {\n")
    lines = "".join(f'    "{name}": {weight:.5f},\n' for name, weight in weights.items())
    path.write_text(before + "WEIGHTS: dict[str, float] = {\n" + lines + after[after.index("}\n") :], encoding="utf-8")


if __name__ == "__main__":
    main()
