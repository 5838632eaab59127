"""An article in a few words of its own substance.  Pure; may import: model, core.

The words are the article's sentences, or safe shortenings of them where nothing fits whole, or the publisher's own
description: ranked by a small linear model, chosen for a budget, told in the article's order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.core.clean import clean
from bot.core.compress import compressions, tidied
from bot.core.features import scores
from bot.core.gate import Source, Verdict, balanced, gate, source_of
from bot.core.patterns import dangles, sells
from bot.core.reading import Reading, headline, read
from bot.core.sentences import sentences
from bot.core.terms import terms
from bot.core.text import cut, measure
from bot.model import Article, Limits

_SECOND = 0.6
"""A further sentence must score this much of the way from the article's mean to its best."""

_REPEAT = 0.5  # a further sentence with more of its content said already is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The words for a post, and whether they are worth it."""

    text: str  # complete sentences; else the best clause cut at a word and "…"; empty only without any text
    adds_value: bool
    reason: str = ""  # the point of the value gate that failed, in words
    language: str | None = None
    title: str = ""
    credit: str = ""  # site or author; empty: neither is known


@dataclass(frozen=True, slots=True)
class _Choice:
    """One thing that could be said."""

    text: str
    score: float
    at: int
    good: bool  # passes the gate's points on single sentences


def condense(
    article: Article, *, budget: int | None, unit: Limits, style: str = "takeaway", use_description: bool = True
) -> Summary:
    """Say an article in complete sentences within `budget` (in the unit of `unit`, words alone); None: one, uncut.

    `style`: "takeaway" (default for any other), "quote" (somebody's words, with who said them), "question" (one the
    article asks, then the takeaway), "title".  `use_description`: the publisher's own description may be said too.
    """
    reading = read(article)
    source = source_of(article, reading.language)
    if style == "title":
        text = _fitted(reading.title, budget, unit)
        verdict = Verdict(passes=bool(text), reason="" if text else "The article has no title.")
        return _summary(text, verdict, article, reading)
    choices = _choices(article, reading, source, use_description=use_description)
    text = _best(choices, reading, budget, unit, style)
    return _summary(text, gate(text, source), article, reading)


def condense_job(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Condense in the worker process: `content` is a packed Article, the arguments are those of `condense` as JSON."""
    unit = Limits(**args["unit"])
    summary = condense(
        unpack(content),
        budget=args.get("budget"),
        unit=unit,
        style=args.get("style", "takeaway"),
        use_description=args.get("use_description", True),
    )
    return asdict(summary)


def pack(article: Article) -> bytes:
    """Write an Article as JSON, for the worker."""
    fields = asdict(article)
    if article.published:
        fields["published"] = article.published.isoformat()
    return json.dumps(fields).encode()


def unpack(content: bytes) -> Article:
    """Read an Article from JSON.

    :raises ValueError: it is no packed Article
    """
    fields = json.loads(content)
    if not isinstance(fields, dict):
        raise TypeError("An article is packed as a JSON object.")
    if fields.get("published"):
        fields["published"] = datetime.fromisoformat(fields["published"])
    return Article(**fields)


def _summary(text: str, verdict: Verdict, article: Article, reading: Reading) -> Summary:
    return Summary(
        text=text,
        adds_value=verdict.passes,
        reason=verdict.reason,
        language=reading.language,
        title=reading.title,
        credit=clean(article.site) or clean(article.author),
    )


def _choices(article: Article, reading: Reading, source: Source, *, use_description: bool) -> list[_Choice]:
    """Collect what could be said, best first."""
    found = [
        _choice(sentence.text, score, sentence.at, source)
        for sentence, score in zip(reading.sentences, scores(reading), strict=True)
        if sentence.whole
    ]
    if not found:  # a list, or a text without punctuation
        found = [
            _choice(sentence.text, score, sentence.at, source)
            for sentence, score in zip(reading.sentences, scores(reading), strict=True)
        ]
    if use_description and (described := _described(article, reading, source)):
        best = max((choice.score for choice in found), default=0.0)
        found.append(_Choice(described, best + 0.01, -1, good=True))
    return sorted(found, key=lambda choice: (-choice.score, choice.at))


def _choice(text: str, score: float, at: int, source: Source) -> _Choice:
    return _Choice(text, score, at, good=_stands_alone(text, source))


def _stands_alone(text: str, source: Source) -> bool:
    return not (dangles(text, source.language) or sells(text) or not balanced(text) or "…" in text)


def _described(article: Article, reading: Reading, source: Source) -> str:
    """Give the publisher's description where it could be said as it is; empty otherwise."""
    text = clean(article.description)
    if not text or headline(text) == reading.title or not gate(text, source, own_words=True).passes:
        return ""
    return text


def _best(choices: list[_Choice], reading: Reading, budget: int | None, unit: Limits, style: str) -> str:
    """Choose what to say: good whole sentences first, then shortened ones, then any, at last a cut clause."""
    if not choices:
        return _fitted(reading.title, budget, unit)
    good = [choice for choice in choices if choice.good] or choices
    if style == "quote" and (quotes := [choice for choice in good if _is_quote(choice.text)]):
        good = quotes
    if budget is None:
        return tidied(good[0].text)
    if style == "question" and (asked := _asked(choices, budget, unit)):
        rest = [choice for choice in good if choice.text != asked]
        room = budget - measure(asked + " ", unit)
        return f"{asked} {_told(rest, room, unit, reading)}".strip()
    told = _told(good, budget, unit, reading) or _shortened(good, budget, unit) or _told(choices, budget, unit, reading)
    return told or _fitted(good[0].text, budget, unit)


def _told(choices: list[_Choice], budget: int, unit: Limits, reading: Reading) -> str:
    """Take whole sentences, best first, while they fit and say something new; told in the article's order."""
    taken: list[_Choice] = []
    said: set[str] = set()
    text = ""
    mean = sum(choice.score for choice in choices) / max(len(choices), 1)
    for choice in choices:
        if taken and choice.score < mean + _SECOND * (taken[0].score - mean):
            break
        own = set(terms(choice.text, reading.language))
        if taken and (not own or len(own & said) > _REPEAT * len(own)):
            continue
        candidate = " ".join(each.text for each in sorted([*taken, choice], key=lambda each: each.at))
        if measure(candidate, unit) <= budget:
            taken.append(choice)
            said |= own
            text = candidate
    return text


def _shortened(choices: Iterable[_Choice], budget: int, unit: Limits) -> str:
    """Take the best sentence that a safe shortening makes fit."""
    for choice in choices:
        for form in compressions(choice.text):
            if measure(form, unit) <= budget and balanced(form):
                return form
    return ""


def _asked(choices: list[_Choice], budget: int, unit: Limits) -> str:
    for choice in choices:
        if choice.good and choice.text.endswith("?") and measure(choice.text, unit) <= budget:
            return choice.text
    return ""


def _is_quote(text: str) -> bool:
    return any(mark in text for mark in ('"', "“", "„", "«")) and len(sentences(text)) == 1 and balanced(text)


def _fitted(text: str, budget: int | None, unit: Limits) -> str:
    return text if budget is None else cut(text, budget, unit)
