"""What can be seen of a sentence without understanding it: the numbers that the ranking weighs.  Pure.

May import: core.reading, core.patterns, core.terms, core.weights.  One list of numbers a sentence, in the order of
`NAMES`; the trainer in tests/bench reads the same list.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

from bot.core.patterns import dangles, sells
from bot.core.reading import Reading, Sentence
from bot.core.weights import WEIGHTS

_CUE = re.compile(
    r"(?i)\b(?:we|this (?:paper|work|article|study)|in this (?:paper|work|article|study)|(?:the )?authors?)\s+(?:\w+ly\s+|also\s+|then\s+|first\s+)?"
    r"(?:propose|present|introduce|develop|describe|study|investigate|explore|show|demonstrate|find|argue|address|provide|"
    r"design|consider|examine|analy[sz]e|devise|formulate|suggest|extend|prove|establish|apply|use)[sd]?\b"
)
_PROPOSE = re.compile(r"(?i)\b(?:propos|introduc|present|develop|devis)(?:e|es|ed|ing|s)?\b")
_FIND = re.compile(
    r"(?i)\b(?:show|find|found|demonstrate|result|outperform|achieve|improve|reveal|conclude|prove|suggest)(?:s|d|ed)?\b"
)
_SAID = re.compile(
    r"(?i)\b(?:said|says|told|sagte|dit|dijo|ha detto|disse|zei|powiedział\w*|according to|laut|selon|según)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I’ve|I've|my|me|My|mine)\b")
_SECOND_PERSON = re.compile(r"(?i)\b(?:you|your|you're|you’re)\b")
_PERFECT = re.compile(r"\b(?:has|have|had) (?:been )?\w+(?:ed|en|wn|un|ne)\b")
_WILL = re.compile(r"(?i)\b(?:will|would|could|may|might|is set to|are set to|plans? to)\b")
_CAPITAL = re.compile(r"(?<!^)\b[A-ZÀ-Þ]\w+")

NAMES = (
    "first", "second", "third", "position", "early", "late", "last", "opens",
    "title_share", "title_cover", "title_pairs", "title_x_position", "untitled_x_first", "untitled_x_position",
    "frequency", "frequency_top", "centrality", "like_first", "like_lead", "like_last",
    "length", "length_square", "short", "long",
    "number", "new_number", "names", "quote", "question", "exclaims", "colon", "brackets", "semicolon",
    "dangles", "sells", "whole", "cue", "propose", "finding", "cue_x_early", "said", "first_person", "second_person",
    "perfect", "will", "commas", "novelty",
)  # fmt: skip


def features(reading: Reading) -> list[list[float]]:
    """Give the numbers of each sentence of an article, in the order of `NAMES`."""
    view = _View(reading)
    return [view.of(sentence) for sentence in reading.sentences]


def scores(reading: Reading) -> list[float]:
    """Weigh each sentence of an article: higher tells of it better; only differences mean anything."""
    return [sum(value * weight for value, weight in zip(row, _ROW, strict=True)) for row in features(reading)]


_ROW = [WEIGHTS.get(name, 0.0) for name in NAMES]


class _View:
    """What is the same for all sentences of one article."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.count = len(reading.sentences)
        self.titled = 1.0 if reading.title_terms else 0.0
        self.frequency: Counter[str] = Counter(term for sentence in reading.sentences for term in sentence.terms)
        self.tokens = sum(self.frequency.values()) or 1
        self.top = {term for term, _ in self.frequency.most_common(10)}
        self.norm = math.sqrt(sum(count * count for count in self.frequency.values())) or 1.0
        title = reading.title.lower().split()
        self.title_pairs = set(pairwise(title))
        self.title_numbers = set(re.findall(r"\d+", reading.title))
        self.first = set(reading.sentences[0].terms) if reading.sentences else set()
        self.lead = {term for sentence in reading.sentences[:3] for term in sentence.terms}
        self.final = set(reading.sentences[-1].terms) if reading.sentences else set()

    def of(self, sentence: Sentence) -> list[float]:
        """Give the numbers of one sentence."""
        return [*self._place(sentence), *self._title(sentence), *self._centre(sentence), *self._form(sentence)]

    def _place(self, sentence: Sentence) -> list[float]:
        at, left = sentence.at, self.count - 1 - sentence.at
        return [
            float(at == 0), float(at == 1), float(at == 2), 1 / (at + 1), math.exp(-at / 4),
            at / max(self.count - 1, 1), float(left == 0), float(sentence.opens),
        ]  # fmt: skip

    def _title(self, sentence: Sentence) -> list[float]:
        own, title = set(sentence.terms), self.reading.title_terms
        shared = len(own & title)
        lowered = sentence.text.lower().split()
        pairs = sum(pair in self.title_pairs for pair in pairwise(lowered))
        share = shared / max(len(own), 1)
        untitled = 1 - self.titled
        return [
            share, shared / max(len(title), 1), min(pairs, 5) / 5, share / (sentence.at + 1),
            untitled * (sentence.at == 0), untitled / (sentence.at + 1),
        ]  # fmt: skip

    def _centre(self, sentence: Sentence) -> list[float]:
        own = set(sentence.terms)
        size = max(len(own), 1)
        mean = sum(self.frequency[term] for term in own) / size / self.tokens * 50
        top = len(own & self.top) / 5
        own_norm = math.sqrt(len(own)) or 1.0
        centrality = sum(self.frequency[term] for term in own) / self.norm / own_norm
        return [
            mean, top, centrality,
            _overlap(own, self.first) if sentence.at else 0.0, len(own & self.lead) / size if sentence.at > 2 else 0.0,
            _overlap(own, self.final) if sentence.at < self.count - 1 else 0.0,
        ]  # fmt: skip

    def _form(self, sentence: Sentence) -> list[float]:
        text, size = sentence.text, sentence.words
        scaled = (size - 24) / 24
        cue = float(bool(_CUE.search(text)))
        seen = self.lead if sentence.at > 2 else frozenset[str]()
        return [
            scaled, min(scaled * scaled, 4.0), float(size < 8), float(size > 40),
            float(bool(sentence.numbers)), float(any(number not in self.title_numbers for number in sentence.numbers)),
            min(len(_CAPITAL.findall(text)), 8) / 8, float('"' in text or "“" in text or "„" in text or "«" in text),
            float(text.endswith("?")), float(text.endswith("!")), float(":" in text), float("(" in text), float(";" in text),
            float(dangles(text, self.reading.language)), float(bool(sells(text))), float(sentence.whole),
            cue, float(bool(_PROPOSE.search(text))), float(bool(_FIND.search(text))), cue / (sentence.at + 1),
            float(bool(_SAID.search(text))), float(bool(_FIRST_PERSON.search(text))), float(bool(_SECOND_PERSON.search(text))),
            float(bool(_PERFECT.search(text))), float(bool(_WILL.search(text))), min(text.count(","), 4) / 4,
            len(set(sentence.terms) - seen) / max(len(set(sentence.terms)), 1),
        ]  # fmt: skip


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one) + len(other)) * 2 if one and other else 0.0
