"""How fast the archive answers: 100,000 articles, what people ask for, and a thousand hostile questions.

    python tests/bench/archive.py [--articles 100000]

Times are CPU milliseconds of the asking thread.  Words follow Zipf's law, as in any language; every fiftieth article
was shared.  Beside it, in the same run: the same index asked in the ways that suggest themselves (every match ranked,
newest by a joined column, the question handed to FTS5 as it stands).
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store import Store, open_store
from bot.store.archive import SHARED, indexed

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = 30_000
SIGNS = [
    "",
    '"',
    "(",
    ")",
    "NEAR(",
    "AND",
    "OR",
    "NOT",
    "*",
    "^",
    ":",
    "-",
    "c++",
    ".net",
    "title:",
    "\x00",
    "\ud800",
    "東京",
    "️‍",
]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    count = parser.parse_args().articles
    chance = random.Random(7)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "bench.db", mode="run", now=NOW) as store,
    ):
        words = vocabulary(chance)
        fill(store, count, words, chance)
        measure(store, words, chance)
        hostile(store, chance)


def vocabulary(chance: random.Random) -> list[str]:
    """Words that look like words, the commonest first."""
    letters = "aeioubcdfglmnprst"
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choice(letters) for _ in range(chance.randint(4, 9)))] = None
    return list(found)


def fill(store: Store, count: int, words: list[str], chance: random.Random) -> None:
    """Store articles with a title and a summary each; some were shared."""
    weights = [1 / (place + 3) for place in range(WORDS)]
    raw = store.connection.raw
    raw.execute("BEGIN")
    for number in range(1, count + 1):
        drawn = chance.choices(words, weights, k=60)
        title, summary = " ".join(drawn[:8]), " ".join(drawn[8:])
        seen = int((NOW - timedelta(minutes=count - number)).timestamp() * 1_000_000)
        shared = number % 50 == 0
        raw.execute(
            "INSERT INTO candidates (id, feed, feed_title, key, link, canonical, title, html, author, published, first_seen,"
            " own, categories, tags, hashtags, sources, matched)"
            " VALUES (?, 'f', 'Feed', ?, ?, ?, ?, '', '', NULL, ?, 0, '[]', '[]', '[]', '[]', '[]')",
            (number, str(number), f"https://e.example/{number}", f"e.example/{number}", title, seen),
        )
        raw.execute(
            "INSERT INTO archive (rowid, title, summary) VALUES (?, ?, ?)",
            (number, indexed(title), f"{SHARED} {indexed(summary)}" if shared else indexed(summary)),
        )
        if shared:
            raw.execute(
                "INSERT INTO outbox (account, dedupe_key, kind, state, text, link, title, reply_context, candidate,"
                " created_at, sent_at, settled_at) VALUES ('a', ?, 'post', 'sent', ?, ?, ?, '{}', ?, ?, ?, ?)",
                (f"e.example/{number}", title, f"https://e.example/{number}", title, number, seen, seen, seen),
            )
    raw.execute("COMMIT")


def measure(store: Store, words: list[str], chance: random.Random) -> None:
    """Ask as people do, and in the ways that suggest themselves."""
    raw = store.connection.raw
    places = {"common": (0, 20), "middling": (100, 600), "rare": (5_000, 29_000)}
    month = NOW - timedelta(days=30)
    print(f"{'question':<44}{'median':>9}{'p99':>9}{'max':>9}  CPU ms")
    for name, (first, last) in places.items():
        asked = [words[chance.randrange(first, last)] for _ in range(200)]
        row(f"latest about a {name} word", asked, lambda q: store.archive.find(q, 1, newest=True))
        row(f"find a {name} word", asked, lambda q: store.archive.find(q, 1))
        row(f"what of last month, a {name} word", asked, lambda q: store.archive.find(q, 1, since=month, until=NOW))
        row(f"  every match ranked, {name}", asked[:20], lambda q: ranked(raw, q))
        row(f"  newest by a joined column, {name}", asked[:20], lambda q: joined(raw, q))
    several = [" ".join(words[chance.randrange(0, 3_000)] for _ in range(4)) for _ in range(200)]
    row("find four words", several, lambda q: store.archive.find(q, 1))
    frequent = [" ".join(words[chance.randrange(0, 30)] for _ in range(8)) for _ in range(200)]
    row("find eight common words", frequent, lambda q: store.archive.find(q, 1))
    row(
        "more like this",
        [str(chance.randrange(1, 1_000)) for _ in range(200)],
        lambda q: store.archive.similar(int(q), 1),
    )


def ranked(raw: sqlite3.Connection, question: str) -> list[sqlite3.Row]:
    """Let bm25 look at every match."""
    sql = "SELECT rowid FROM archive WHERE archive MATCH ? ORDER BY bm25(archive) LIMIT 1"
    return raw.execute(sql, (question,)).fetchall()


def joined(raw: sqlite3.Connection, question: str) -> list[sqlite3.Row]:
    """Sort every match by the time in another table."""
    sql = "SELECT id FROM archive JOIN candidates ON id = archive.rowid WHERE archive MATCH ? ORDER BY first_seen DESC LIMIT 1"
    return raw.execute(sql, (question,)).fetchall()


def row(name: str, asked: list[str], ask: Callable[[str], object]) -> None:
    """Print one line of the table."""
    times = []
    for question in asked:
        begun = time.thread_time()
        ask(question)
        times.append((time.thread_time() - begun) * 1_000)
    times.sort()
    p99 = times[min(len(times) - 1, len(times) * 99 // 100)]
    print(f"{name:<44}{statistics.median(times):>9.3f}{p99:>9.3f}{times[-1]:>9.3f}")


def hostile(store: Store, chance: random.Random) -> None:
    """A thousand questions made of operators, signs and letters of anywhere; how many raise."""
    errors = refused = 0
    for _ in range(1_000):
        parts = [
            chance.choice([*SIGNS, chr(chance.randrange(0x20, 0x2FFF)), "tape"]) for _ in range(chance.randint(1, 12))
        ]
        question = chance.choice(["", " "]).join(parts)
        try:
            store.archive.find(question, 3)
            store.archive.find(question, 3, newest=True)
        except Exception as error:  # noqa: BLE001 -- what is counted here
            errors += 1
            print(f"  {question!r}: {error}")
        try:
            ranked(store.connection.raw, question)
        except (sqlite3.Error, UnicodeError):
            refused += 1
    print(f"1,000 hostile questions: {errors} errors; handed to FTS5 as they stand: {refused}")


if __name__ == "__main__":
    main()
