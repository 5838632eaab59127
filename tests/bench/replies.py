"""Measures the rule engine beside others, in the same run: speed, paraphrases, hostile patterns, and mentions over HTTP.

Run: python tests/bench/replies.py [speed] [paraphrases] [redos] [http]      (default: the first three)
Peers are measured where they are installed (rivescript, python-aiml, google-re2, rapidfuzz, scikit-learn, wordllama)
and named as absent where not.  Real questions come from `$STARFISH_DATA`, else `../shared/data` beside the repository;
our own sentences serve for the speed where there are none.  Times are CPU times of this process, the best of three
passes; read ratios rather than microseconds.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from replies_data import Questions, http_flood, questions, scores, slices, speed_sentences

from bot.core.expressions import Expression
from bot.core.expressions import available as has_re2
from bot.core.like import Likeness
from bot.core.phrases import Phrase
from bot.core.rules import Engine
from bot.core.words import Words, clean
from bot.model import Mention, Rule

Answer = Callable[[str], object]
AT = datetime(2026, 1, 1, tzinfo=UTC)


def mention(text: str) -> Mention:
    return Mention(account="timeline", remote_id="1", author="@ann", text=text, at=AT)


def installed(module: str) -> Any:
    """A peer's module, or None."""
    return importlib.import_module(module) if importlib.util.find_spec(module) else None


# --------------------------------------------------------------------------- speed


def ours(phrases: Sequence[str]) -> Answer:
    """Our engine, each phrase anywhere in the message."""
    rules = [Rule(id=f"r{at}", when=(f"* {phrase} *",), reply=("x",)) for at, phrase in enumerate(phrases)]
    engine = Engine.build(rules)
    return lambda text: engine.match(mention(text))


def ours_whole(phrases: Sequence[str]) -> Answer:
    """Our engine, each phrase as the whole message."""
    engine = Engine.build([Rule(id=f"r{at}", when=(phrase,), reply=("x",)) for at, phrase in enumerate(phrases)])
    return lambda text: engine.match(mention(text))


def compiled_loop(phrases: Sequence[str]) -> Answer:
    """What most bots do: one compiled `re` after the other."""
    patterns = [re.compile(rf"\b{re.escape(phrase)}\b", re.IGNORECASE) for phrase in phrases]
    return lambda text: next((one for one in patterns if one.search(text)), None)


def alternation(phrases: Sequence[str]) -> Answer:
    """One large `re`."""
    pattern = re.compile("|".join(rf"(?:\b{re.escape(phrase)}\b)" for phrase in phrases), re.IGNORECASE)
    return pattern.search


def uncompiled_loop(phrases: Sequence[str]) -> Answer:
    """Patterns kept as text and searched one by one: past 512 of them, `re` compiles each again for every message."""
    patterns = [rf"\b{re.escape(phrase)}\b" for phrase in phrases]
    return lambda text: next((one for one in patterns if re.search(one, text, re.IGNORECASE)), None)


def rivescript(phrases: Sequence[str]) -> Answer | None:
    """RiveScript's interpreter."""
    module = installed("rivescript")
    if module is None:
        return None
    brain = module.RiveScript()
    brain.stream("\n".join(f"+ [*] {phrase} [*]\n- x\n" for phrase in phrases) + "\n+ *\n- y\n")
    brain.sort_replies()
    return lambda text: brain.reply("user", text)


def aiml(phrases: Sequence[str]) -> Answer | None:
    """AIML's interpreter, four patterns a phrase."""
    module = installed("aiml")
    if module is None:
        return None
    kernel = module.Kernel()
    kernel.verbose(False)
    brain = installed("aiml.PatternMgr").PatternMgr()
    for phrase in phrases:
        for form in ("{}", "* {}", "{} *", "* {} *"):
            brain.add((form.format(phrase.upper()), "*", "*"), ["template", {}, ["text", {}, "x"]])
    return lambda text: brain.match(re.sub(r"[^A-Z0-9 ]", " ", text.upper()), "", "")


def timed(answer: Answer, texts: Sequence[str]) -> list[float]:
    """Microseconds of each message, sorted, of the best of three passes."""
    passes = []
    for _ in range(3 if len(texts) > 20 else 1):
        taken = []
        for text in texts:
            start = time.process_time_ns()
            answer(text)
            taken.append((time.process_time_ns() - start) / 1000)
        passes.append(sorted(taken))
    return min(passes, key=statistics.median)


def speed() -> None:
    """Microseconds a message against 100, 1,000 and 10,000 rules; then paraphrases among 1,500 examples."""
    sentences = speed_sentences()
    half = len(sentences) // 2
    texts = sentences[half : half + 200]  # phrases are cut from others, so most mentions match nothing, as in life
    print("\n### Microseconds a message: median / 99th percentile [seconds to build]\n")
    print("| engine | 100 rules | 1,000 rules | 10,000 rules |\n|---|---|---|---|")
    medians: dict[tuple[str, int], float] = {}
    for make in (ours, ours_whole, rivescript, aiml, compiled_loop, alternation, uncompiled_loop):
        cells = []
        for size in (100, 1_000, 10_000):
            start = time.process_time()
            answer = make(slices(sentences[:half], size))
            if answer is None:
                cells.append("not installed")
                continue
            built = time.process_time() - start
            slow = size > 100 and make in (rivescript, uncompiled_loop, compiled_loop)
            taken = timed(answer, texts[:10] if slow else texts)
            medians[make.__name__, size] = statistics.median(taken)
            cells.append(f"{statistics.median(taken):,.1f} / {taken[int(len(taken) * 0.99)]:,.0f} [{built:.2f}]")
        print(f"| {(make.__doc__ or '').splitlines()[0]} | {' | '.join(cells)} |", flush=True)
    if ("rivescript", 1_000) in medians:
        print(f"\nAt 1,000 rules: {medians['rivescript', 1_000] / medians['ours', 1_000]:,.0f} times RiveScript.")
    _paraphrase_speed()


def _paraphrase_speed() -> None:
    sentences = speed_sentences()
    examples = [(f"rule{at // 6}", sentence) for at, sentence in enumerate(sentences[:1_500])]
    start = time.process_time()
    likeness = Likeness(examples)
    built = time.process_time() - start
    taken = timed(lambda text: likeness.nearest(Words(clean(text))), sentences[-200:])
    print(
        f"\nParaphrases, {len(examples):,} examples: {statistics.median(taken):,.0f} µs, 99th percentile "
        f"{taken[int(len(taken) * 0.99)]:,.0f} µs, built in {built:.2f} s."
    )


# --------------------------------------------------------------------------- paraphrases

Ranker = Callable[[str], tuple[str, float]]


def own(examples: Sequence[tuple[str, str]]) -> Ranker:
    """Ours, no dependency."""
    return _likeness(Likeness(examples))


def own_with_meaning(examples: Sequence[tuple[str, str]]) -> Ranker | None:
    """Ours with the extra `semantic`."""
    from bot import semantic

    sense = semantic.sense()
    return None if sense is None else _likeness(Likeness(examples, sense))


def _likeness(likeness: Likeness) -> Ranker:
    def rank(text: str) -> tuple[str, float]:
        best = likeness.nearest(Words(clean(text)))[0]
        return best.rule, best.score

    return rank


def keyword_overlap(examples: Sequence[tuple[str, str]]) -> Ranker:
    """Keyword overlap (Jaccard)."""
    bags = [(rule, frozenset(Words(text).folded_all)) for rule, text in examples]

    def rank(text: str) -> tuple[str, float]:
        words = frozenset(Words(text).folded_all)
        return max(((rule, len(words & bag) / (len(words | bag) or 1)) for rule, bag in bags), key=lambda one: one[1])

    return rank


def full_text(examples: Sequence[tuple[str, str]]) -> Ranker:
    """SQLite FTS5, bm25."""
    import sqlite3

    raw = sqlite3.connect(":memory:")
    raw.execute("CREATE VIRTUAL TABLE example USING fts5 (text, tokenize = 'porter unicode61')")
    raw.executemany("INSERT INTO example (text) VALUES (?)", [(text,) for _, text in examples])

    def rank(text: str) -> tuple[str, float]:
        query = " OR ".join(f'"{word}"' for word in Words(text).folded_all if word.isalnum())
        sql = "SELECT rowid, -bm25(example) FROM example WHERE example MATCH ? ORDER BY 2 DESC LIMIT 1"
        row = raw.execute(sql, (query,)).fetchone() if query else None
        return (examples[row[0] - 1][0], row[1]) if row else (examples[0][0], 0.0)

    return rank


def fuzzy(examples: Sequence[tuple[str, str]]) -> Ranker | None:
    """Rapidfuzz token_set_ratio."""
    module = installed("rapidfuzz")
    if module is None:
        return None
    process, fuzz = installed("rapidfuzz.process"), installed("rapidfuzz.fuzz")
    texts = [text for _, text in examples]

    def rank(text: str) -> tuple[str, float]:
        _, score, at = process.extractOne(text, texts, scorer=fuzz.token_set_ratio)
        return examples[at][0], float(score)

    return rank


def vectors(analyzer: str, sizes: tuple[int, int]) -> Callable[[Sequence[tuple[str, str]]], Ranker | None]:
    """scikit-learn's TF-IDF, nearest example."""

    def make(examples: Sequence[tuple[str, str]]) -> Ranker | None:
        module = installed("sklearn")
        if module is None:
            return None
        text_module = installed("sklearn.feature_extraction.text")
        vectorizer = text_module.TfidfVectorizer(analyzer=analyzer, ngram_range=sizes, sublinear_tf=True)
        known = vectorizer.fit_transform([text for _, text in examples])

        def rank(text: str) -> tuple[str, float]:
            alike = (known @ vectorizer.transform([text]).T).toarray().ravel()
            best = int(alike.argmax())
            return examples[best][0], float(alike[best])

        return rank

    make.__doc__ = f"scikit-learn TF-IDF, {analyzer} {sizes[0]}-{sizes[1]}"
    return make


def paraphrases() -> None:
    """Accuracy, AUROC against out-of-scope questions, and what is answered rightly at 90 % precision."""
    asked = questions()
    if asked is None:
        print("\nNo real questions here; set STARFISH_DATA.")
        return
    methods: list[Callable[[Sequence[tuple[str, str]]], Ranker | None]] = [own, own_with_meaning, keyword_overlap]
    methods += [full_text, fuzzy, vectors("word", (1, 2)), vectors("char_wb", (2, 5))]
    print("\n### Paraphrases: accuracy % / AUROC / % answered rightly where 90 % of answers are right\n")
    print("(30 intents; parameters were chosen on the even questions, these are the odd ones)\n")
    print("| method | 3 examples | 5 examples |\n|---|---|---|")
    for make in methods:
        cells = [_cell(make, asked, shots) for shots in (3, 5)]
        print(f"| {(make.__doc__ or '').splitlines()[0].rstrip('.')} | {' | '.join(cells)} |", flush=True)


def _cell(make: Callable[[Sequence[tuple[str, str]]], Ranker | None], asked: Questions, shots: int) -> str:
    found = []
    for seed in range(3 if shots < 5 else 1):
        rank = make(asked.examples(shots, seed))
        if rank is None:
            return "not installed"
        found.append(scores([(rule, *rank(text)) for rule, text in asked.odd], [rank(text)[1] for text in asked.none]))
    accuracy, area, answered = (statistics.mean(column) for column in zip(*found, strict=True))
    return f"{accuracy:.1f} / {area:.3f} / {answered:.0f}"


# --------------------------------------------------------------------------- hostile patterns

HOSTILE = (
    (r"(\w+\s?)+\?", "* {word} ?", "thanks" * 4 + "!"),
    (r"^(a+)+$", "{a}", "a" * 28 + "!"),
    (r"(.*)about(.*)please(.*)now$", "* about * please * now", "about please " * 150),
    (r"^(\w+\s?)*$", "*", "a" * 26 + "!"),
)


def redos() -> None:
    """Seconds that a hostile text costs with Python's `re`, with RE2, and with the phrase that says the same."""
    print("\n### Hostile texts: milliseconds\n")
    print("| pattern | characters | Python `re` | RE2 | our phrase |\n|---|---|---|---|---|")
    for pattern, phrase, text in HOSTILE:
        code = f"import re, time; t = time.process_time(); re.search({pattern!r}, {text!r}); print(time.process_time() - t)"
        try:
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
            plain = f"{float(done.stdout) * 1000:,.1f}"
        except subprocess.TimeoutExpired:
            plain = "> 20,000 (killed)"
        linear = _milliseconds(Expression(pattern).search, text) if has_re2() else "not installed"
        compiled = Phrase(phrase.replace("?", ""))
        cell = _milliseconds(partial(_matched, compiled), text)
        print(f"| `{pattern.replace('|', chr(92) + '|')}` | {len(text)} | {plain} | {linear} | {cell} |", flush=True)


def _matched(phrase: Phrase, said: str) -> object:
    return phrase.match(Words(clean(said)).exact)


def _milliseconds(search: Callable[[str], object], text: str) -> str:
    start = time.process_time_ns()
    search(text)
    return f"{(time.process_time_ns() - start) / 1e6:.2f}"


def main(parts: Sequence[str]) -> None:
    """Measure what was asked for."""
    known: dict[str, Callable[[], None]] = {
        "speed": speed,
        "paraphrases": paraphrases,
        "redos": redos,
        "http": http_flood,
    }
    for part in parts or ("speed", "paraphrases", "redos"):
        known[part]()


def _unknown(parts: Sequence[str]) -> Iterator[str]:
    return (part for part in parts if part not in {"speed", "paraphrases", "redos", "http"})


if __name__ == "__main__":
    if wrong := list(_unknown(sys.argv[1:])):
        sys.exit(f"{wrong[0]!r} is nothing that is measured here: speed, paraphrases, redos, http")
    main(sys.argv[1:])
