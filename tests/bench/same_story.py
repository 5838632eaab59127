"""Calibrates `core.same.NEAR`: how far apart are the simhashes of one story told twice, and of two stories?

Run: python tests/bench/same_story.py [folder of feed documents]
Pairs of one story: entries of different documents with one title, and each entry against itself as a reprint leaves
it (a lead cut, a credit added, a word in twenty changed, cut to its first half).  Pairs of two stories: any two
entries of different documents whose titles differ.  Prints both shares for each number of bits, and the speed.
"""

from __future__ import annotations

import gzip
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

from bot.core.same import NEAR, bare_text, simhash, title_key
from bot.errors import FeedUnreadable
from bot.feeds.parse import parse_document
from bot.model import Body

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "feeds"
CREDIT = "The post appeared first on the Example Gazette. Read the full story there, and subscribe to our newsletter."


def entries(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Document, title key and text of every entry that is long enough to have a simhash."""
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        try:
            parsed = parse_document(Body(url="https://feed.example/feed", content=content))
        except FeedUnreadable:
            continue
        for entry in parsed.entries:
            text = f"{entry.title} {bare_text(entry.html)}"
            if simhash(text):
                yield path.name, title_key(entry.title), text


def reprints(rng: random.Random) -> dict[str, Callable[[str], str]]:
    """What happens to a text on its way into another feed."""

    def changed(text: str) -> str:
        words = text.split()
        return " ".join(word if rng.random() > 0.05 else f"other{rng.randrange(99)}" for word in words)

    return {
        "credit added": lambda text: f"{text[:1_500]} {CREDIT}",
        "lead cut": lambda text: " ".join(text.split()[8:]),
        "1 word in 20 changed": changed,
        "first half only": lambda text: text[: min(len(text), 2_000) // 2],
    }


def main(folder: Path) -> None:
    """Measure and print."""
    rng = random.Random(1)
    known = list(entries(folder))
    started = time.process_time()
    hashes = [simhash(text) for _, _, text in known]
    each = (time.process_time() - started) / len(known) * 1e6
    twins: dict[str, list[int]] = {"one title, two documents": []}
    others: list[int] = []
    sample = rng.sample(range(len(known)), min(1_200, len(known)))
    for left, right in combinations(sample, 2):
        if known[left][0] == known[right][0]:
            continue
        if not known[left][1] or known[left][1] != known[right][1]:
            others.append((hashes[left] ^ hashes[right]).bit_count())
    titles: dict[str, list[int]] = {}
    for at, (_, title, _) in enumerate(known):
        if title:
            titles.setdefault(title, []).append(at)
    for group in titles.values():
        for left, right in combinations(group, 2):
            if known[left][0] != known[right][0]:
                twins["one title, two documents"].append((hashes[left] ^ hashes[right]).bit_count())
    for name, change in reprints(rng).items():
        pairs = ((hashes[at], simhash(change(known[at][2]))) for at in sample)
        twins[name] = [(left ^ right).bit_count() for left, right in pairs if right]
    print(f"{len(known)} texts, {each:.0f} µs a simhash; {len(others)} pairs of two stories; NEAR = {NEAR}")
    print(f"{'bits':>4} {'two stories taken for one':>28}  one story found: " + ", ".join(twins))
    for bits in range(2, 17):
        wrong = sum(distance <= bits for distance in others)
        found = "  ".join(f"{sum(d <= bits for d in near) / max(1, len(near)):6.1%}" for near in twins.values())
        print(f"{bits:4} {wrong:10} = {wrong / len(others):.5%}  {found}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
