"""What `replies.py` measures with: real questions, phrases cut from them, the three figures, and a flood over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.elsewhere import SENTENCES

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "mentions"


@dataclass(frozen=True, slots=True)
class Questions:
    """Real questions: examples and questions of each intent, and what belongs to none."""

    intents: dict[str, tuple[list[str], list[str]]]
    none: list[str]

    def examples(self, shots: int, seed: int) -> list[tuple[str, str]]:
        """So many examples of each intent; which ones depends on the seed where there are more."""
        found = []
        for name, (examples, _) in self.intents.items():
            chosen = list(examples)
            random.Random(f"{seed}{name}").shuffle(chosen)
            found += [(name, example) for example in chosen[:shots]]
        return found

    @property
    def odd(self) -> list[tuple[str, str]]:
        """The questions that no parameter was chosen on."""
        return [(name, asked) for name, (_, every) in self.intents.items() for asked in every[1::2]]


def questions() -> Questions | None:
    """The questions of the data folder, the out-of-scope ones halved likewise; None where there are none."""
    path = DATA / "intents.json"
    if not path.is_file():
        return None
    read = json.loads(path.read_text(encoding="utf-8"))
    intents = {name: (one["examples"], one["questions"]) for name, one in read["intents"].items()}
    return Questions(intents, read["out_of_scope"][1::2])


def speed_sentences() -> list[str]:
    """Sentences to cut phrases from: real questions, or our own."""
    path = DATA / "intents.json"
    if not path.is_file():
        return [f"{one} {other}" for one in SENTENCES for other in SENTENCES[:8]]
    read = json.loads(path.read_text(encoding="utf-8"))
    found = [text for one in read["intents"].values() for text in one["questions"] + one["examples"]]
    found += read["out_of_scope"]
    random.Random(1).shuffle(found)
    return found


def slices(sentences: Sequence[str], size: int) -> list[str]:
    """Different phrases of three and four words out of sentences, in a fixed disorder."""
    found: dict[str, None] = {}
    for sentence in sentences:
        words = re.findall(r"[a-z0-9]+", sentence.lower())
        for length in (3, 4):
            found.update(dict.fromkeys(" ".join(words[at : at + length]) for at in range(len(words) - length + 1)))
    phrases = list(found)
    random.Random(2).shuffle(phrases)
    return phrases[:size]


def scores(asked: Sequence[tuple[str, str, float]], none: Sequence[float]) -> tuple[float, float, float]:
    """Accuracy in %, AUROC of in- against out-of-scope, and % answered rightly where 9 of 10 answers are right.

    `asked` is (right rule, rule found, score) of each question; `none` the best scores of out-of-scope ones.
    """
    accuracy = 100 * sum(right == found for right, found, _ in asked) / len(asked)
    wins = sum((score > other) + 0.5 * (score == other) for _, _, score in asked for other in none)
    ranked = [(score, right == found) for right, found, score in asked] + [(score, False) for score in none]
    best = good = 0
    for count, (_, right) in enumerate(sorted(ranked, reverse=True), 1):
        good += right
        if good / count >= 0.9:
            best = good
    return accuracy, wins / (len(asked) * len(none)), 100 * best / len(asked)


# --------------------------------------------------------------------------- over HTTP

RULES = """
[[rules]]
id = "greeting"
when = ["hello *"]
reply = "Hello {name}!"
"""
SETTINGS = """
[bot]
name = "starfish"
timezone = "UTC"
[web]
listen = "127.0.0.1:8431"
[[accounts]]
name = "timeline"
platform = "local"
caps = { person = "100000/h", account = false, thread = false }
"""
PEOPLE, SECONDS, RATE = 400, 60, 200


def http_flood() -> None:
    """Post mentions of many people at a steady rate; tell what was accepted and answered, and how fast."""
    print(f"\n### {RATE} mentions a second of {PEOPLE} people for {SECONDS} s through POST /api/mentions\n")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder)
        for name, text in (("starfish.toml", SETTINGS), ("rules.toml", RULES), ("feeds.toml", ""), ("quotes.txt", "")):
            (config / name).write_text(text, encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as bot:
            try:
                _until_up()
                taken, sent = _flood()
                answered, wait = _answered(len(sent))
            finally:
                bot.send_signal(signal.SIGTERM)
    taken.sort()
    print("| accepted | answered | 202 after, median / 99th percentile ms | all answered after s |\n|---|---|---|---|")
    print(
        f"| {len(sent)} | {answered} | {taken[len(taken) // 2]:.1f} / {taken[int(len(taken) * 0.99)]:.1f} | {wait:.1f} |"
    )


def _request(connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body)
    connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
    reply = connection.getresponse()
    return reply.status, reply.read()


def _until_up() -> None:
    for _ in range(100):
        try:
            if _request(http.client.HTTPConnection("127.0.0.1", 8431, timeout=5), "GET", "/healthz")[0] == 200:
                return
        except OSError:
            pass
        threading.Event().wait(0.2)
    sys.exit("the bot did not come up")


def _flood() -> tuple[list[float], list[int]]:
    """Milliseconds until each 202, and the numbers given; eight senders share the rate."""
    taken: list[float] = []
    sent: list[int] = []
    start = time.monotonic()

    def send(offset: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", 8431, timeout=30)
        for number in range(offset, RATE * SECONDS, 8):
            threading.Event().wait(max(0.0, start + number / RATE - time.monotonic()))
            body = {"from": f"@person{number % PEOPLE}", "text": f"hello number {number}", "id": str(number)}
            began = time.monotonic()
            status, reply = _request(connection, "POST", "/api/mentions", body)
            if status == 202:
                taken.append((time.monotonic() - began) * 1000)
                sent.append(json.loads(reply)["id"])

    senders = [threading.Thread(target=send, args=(offset,)) for offset in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return taken, sent


def _answered(expected: int) -> tuple[int, float]:
    """How many replies stand on the timeline, and how long after the last mention that took."""
    start = time.monotonic()
    replies: set[int] = set()
    after = 0
    while time.monotonic() - start < 120 and len(replies) < expected:
        connection = http.client.HTTPConnection("127.0.0.1", 8431, timeout=30)
        _, body = _request(connection, "GET", f"/api/timeline?after={after}&limit=1000")
        items = json.loads(body)["items"]
        for item in items:
            after = max(after, item["id"])
            if item["kind"] == "reply":
                replies.add(item["in_reply_to"])
        if not items:
            threading.Event().wait(0.1)
    return len(replies), time.monotonic() - start
