"""Extraction against its peer, in one run: how often it agrees with people's marks, and how long it takes.

    python tests/bench/extraction.py [FOLDER] [--rounds N] [--show]

FOLDER holds pages and an `index.json` (a list of `{file, url, with: [...], without: [...]}`); by default the one that
STARFISH_DATA names.  Both sides get the same bytes in turn, page by page; a page's time is the shortest of the rounds,
in CPU time, so that a busy machine disturbs both alike.  Ours includes title, author, date and the rest; the peer, with
its defaults, only finds the text.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trafilatura

from bot.articles.extract import extract
from bot.errors import PageError

Extractor = Callable[[bytes, str], str]


def ours(content: bytes, url: str) -> str:
    """Our text of a page."""
    try:
        return extract(content, url).text
    except PageError:
        return ""


def peer(content: bytes, url: str) -> str:
    """The text that trafilatura finds with its defaults."""
    return trafilatura.extract(content, url=url) or ""


def peer_fast(content: bytes, url: str) -> str:
    """The same in its fast mode."""
    return trafilatura.extract(content, url=url, fast=True) or ""


def peer_precise(content: bytes, url: str) -> str:
    """The same in its fast and precise mode."""
    return trafilatura.extract(content, url=url, fast=True, favor_precision=True) or ""


EXTRACTORS: dict[str, Extractor] = {
    "ours, with metadata": ours,
    "trafilatura default": peer,
    "trafilatura fast": peer_fast,
    "trafilatura fast+precision": peer_precise,
}


@dataclass
class Score:
    """What one extractor found, and what it cost."""

    found: int = 0
    missed: int = 0
    leaked: int = 0
    kept_out: int = 0
    characters: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def judge(self, page: dict[str, Any], text: str) -> None:
        """Count the marks of one page."""
        self.characters += len(text)
        for snippet in page.get("with", ()):
            if snippet in text:
                self.found += 1
            else:
                self.missed += 1
                self.notes.append(f"missed  {page['file']}: {snippet}")
        for snippet in page.get("without", ()):
            if snippet in text:
                self.leaked += 1
                self.notes.append(f"leaked  {page['file']}: {snippet}")
            else:
                self.kept_out += 1

    @property
    def precision(self) -> float:
        """The share of wanted snippets among those in the texts."""
        return self.found / max(1, self.found + self.leaked)

    @property
    def recall(self) -> float:
        """The share of wanted snippets that are in the texts."""
        return self.found / max(1, self.found + self.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def measure(folder: Path, rounds: int) -> dict[str, Score]:
    """Run all extractors over all pages."""
    index = json.loads((folder / "index.json").read_text("utf-8"))
    scores = {name: Score() for name in EXTRACTORS}
    for page in index:
        content = (folder / page["file"]).read_bytes()
        for number in range(rounds):
            for name, extractor in EXTRACTORS.items():
                start = time.process_time()
                text = extractor(content, page["url"])
                spent = time.process_time() - start
                times = scores[name].seconds
                times[page["file"]] = min(times.get(page["file"], spent), spent)
                if number == 0:
                    scores[name].judge(page, text)
    return scores


def report(scores: dict[str, Score]) -> None:
    """Print one line for each extractor; the ratio is to the peer's default."""
    base = sum(scores["trafilatura default"].seconds.values())
    print(
        f"{'extractor':28} {'F1':>6} {'P':>6} {'R':>6} {'ms med':>7} {'p95':>6} {'max':>6} {'pages/s':>8} {'speed':>6}"
    )
    for name, score in scores.items():
        times = sorted(score.seconds.values())
        print(
            f"{name:28} {score.f1:6.3f} {score.precision:6.3f} {score.recall:6.3f}"
            f" {1_000 * statistics.median(times):7.1f} {1_000 * times[int(0.95 * len(times))]:6.1f}"
            f" {1_000 * times[-1]:6.1f} {len(times) / sum(times):8.1f} {base / sum(times):5.2f}x"
        )


def main() -> None:
    """Read the arguments, measure, report."""
    default = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[2].parent / "shared" / "data") / "pages"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--show", action="store_true", help="list what ours missed and leaked")
    wishes = parser.parse_args()
    if not (wishes.folder / "index.json").exists():
        sys.exit(f"{wishes.folder} has no index.json. Name a folder of pages, or set STARFISH_DATA.")
    logging.disable(logging.CRITICAL)
    scores = measure(wishes.folder, wishes.rounds)
    report(scores)
    if wishes.show:
        print(*scores["ours, with metadata"].notes, sep="\n")


if __name__ == "__main__":
    main()
