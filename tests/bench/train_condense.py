"""Trains the weights of the ranking (bot/core/weights.py) on the development data.

    python tests/bench/train_condense.py            two-fold figures: trained on one half, judged on the other
    python tests/bench/train_condense.py --write    then trains on both halves and writes bot/core/weights.py

Ridge regression of each candidate's ROUGE (F1, 0.4 R1 + 0.3 R2 + 0.3 RL) on its features, both centred within their
article, so that only what tells an article's own candidates apart is learned.  Candidates are those of
`bot.core.rank.candidates`: without a limit, within 140 and within 200 characters.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from condense_data import Sample, samples
from numpy.typing import NDArray
from rouge import Scores, best_rouge

from bot.core import rank
from bot.core.rank import Saying, candidates
from bot.core.reading import read

LIMITS = (None, 140, 200)
MIX = np.array([0.4, 0.3, 0.3])
RIDGE = 300.0
KIND_WEIGHTS = {"feed_copied": 0.5}  # most of them are mere leads
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
    for sample in every:
        reading = read(sample.article)
        for limit in LIMITS:
            found = candidates(
                reading, None if limit is None else lambda text, limit=limit: len(text) <= limit, every=True
            )  # type: ignore[misc]
            if not found:
                continue
            names = names or list(found[0][1])
            rows = np.array([list(row.values()) for _, row in found])
            scores = np.array([best_rouge(saying.text, sample.references) for saying, _ in found])
            made.append(Case(sample, limit, tuple(saying for saying, _ in found), rows, scores))
    return names, made


def trained(made: list[Case]) -> Numbers:
    """Fit the weights: ridge regression within articles, features scaled, long articles damped by a root."""
    rows, goals, weights = [], [], []
    for case in made:
        if len(case.found) < 2:
            continue
        goal = case.scores @ MIX
        rows.append(case.rows - case.rows.mean(0))
        goals.append(goal - goal.mean())
        weights.append(np.full(len(goal), KIND_WEIGHTS.get(case.sample.kind, 1.0) / len(goal) ** 0.5))
    features, goal, weight = np.concatenate(rows), np.concatenate(goals), np.concatenate(weights)
    weight /= weight.mean()
    scale = features.std(0) + 1e-6
    scaled = features / scale
    return (
        np.linalg.solve(scaled.T @ (weight[:, None] * scaled) + RIDGE * np.eye(len(scale)), scaled.T @ (weight * goal))
        / scale
    )


def judged(made: list[Case], names: list[str], weights: Numbers) -> dict[tuple[str, int | None], list[Scores]]:
    """Choose with weights, and score what was chosen."""
    results = defaultdict(list)
    with_weights(names, weights)
    for case in made:
        found = [
            (Saying(saying.text, float(score), saying.sentences, saying.terms, saying.whole), {})
            for saying, score in zip(case.found, case.rows @ weights, strict=True)
        ]
        ranked = rank._ranked(found)
        best = next((saying for saying in ranked if saying.whole), ranked[0])
        results[case.sample.kind, case.limit].append(best_rouge(best.text, case.sample.references))
    return results


def with_weights(names: list[str], weights: Numbers) -> None:
    """Let the ranking use other weights from here on."""
    rank.WEIGHTS.clear()
    rank.WEIGHTS.update(zip(names, map(float, weights), strict=True))


def main() -> None:
    """Train, judge, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="train on both halves and write bot/core/weights.py")
    options = parser.parse_args()
    every = samples()
    results: dict[tuple[str, int | None], list[Scores]] = defaultdict(list)
    for half in (0, 1):
        for _ in range(ROUNDS):
            names, made = cases([sample for sample in every if sample.half == half])
            with_weights(names, trained(made))
        weights = np.array([rank.WEIGHTS[name] for name in names])
        names, others = cases([sample for sample in every if sample.half != half])
        for key, scores in judged(others, names, weights).items():
            results[key] += scores
    for (kind, limit), scores in sorted(results.items(), key=str):
        r1, r2, rl = 100 * np.mean(scores, axis=0)
        print(f"{kind:22} {limit or 'sentence'!s:8} {len(scores):4} articles  {r1:5.2f} {r2:5.2f} {rl:5.2f}")
    if options.write:
        for _ in range(ROUNDS):
            names, made = cases(every)
            with_weights(names, trained(made))
        write(names)


def write(names: list[str]) -> None:
    """Write the weights into their module, in place of the old ones."""
    path = Path(rank.__file__).with_name("weights.py")
    before, _, after = path.read_text(encoding="utf-8").partition("WEIGHTS: dict[str, float] = {\n")
    lines = "".join(f'    "{name}": {rank.WEIGHTS[name]:.5f},\n' for name in names)
    path.write_text(before + "WEIGHTS: dict[str, float] = {\n" + lines + after[after.index("}\n") :], encoding="utf-8")


if __name__ == "__main__":
    main()
