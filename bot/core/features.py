"""What can be seen of a sentence without understanding it: the numbers that the ranking weighs.  Pure.

May import: core.reading, core.patterns, core.terms.  Every number is small (about 0 to 1), has a name, and means the
same in every language that has stop words; the cues of scientific writing are English.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

from bot.core.patterns import dangles, sells
from bot.core.reading import Reading, Sentence
from bot.core.terms import numbers

_CUE = re.compile(
    r"(?i)\b(?:we|this (?:paper|work|article|study)|in this (?:paper|work|article|study)|authors?)\s+(?:\w+ly\s+|also\s+|then\s+|first\s+)?"
    r"(?:propose|present|introduce|develop|describe|study|investigate|explore|show|demonstrate|find|argue|address|provide|"
    r"design|consider|examine|analy[sz]e|devise|formulate|suggest|extend|prove|establish|apply|use)[sd]?\b"
)
_CUE_WORDS = frozenset(["we", "paper", "work", "article", "study", "author", "authors"])
_FULL_NAME = re.compile(r"\b[A-ZÀ-Þ][\w’'-]+ (?:[A-Z]\. )?[A-ZÀ-Þ][\w’'-]+")
_DATELINE = re.compile(r"\A(?:\([A-Z][^)]{1,30}\)|[A-Z][\w .,]{2,40} \((?:CNN|AP|Reuters|AFP)\))")

_WORDS = {
    "propose": "propose proposes proposed proposing introduce introduces introduced present presents presented develop developed devise",
    "finding": "show shows showed find finds found demonstrate demonstrates results outperforms outperform achieve achieves "
    "improve improves reveal reveals revealed conclude suggests suggest",
    "said": "said says told tells added according sagte sagt laut dit selon dijo según disse secondo zei volgens powiedział",
    "first_person": "i i'm i've my me mine i’m i’ve ich mein je mon yo mi io",
    "second_person": "you your you're you’re yours",
    "have": "has have had been hat haben hatte ont ha han",
    "will": "will would could may might plans plan set wird werden sera será sarà",
    "weekday": "monday tuesday wednesday thursday friday saturday sunday yesterday today tonight montag dienstag mittwoch "
    "donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi lunes martes miércoles jueves viernes",
}
_CLASSES = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_LEANING = "he she it they him her his its their them this that these those er sie es il elle ils él ella"
_PRONOUNS = frozenset(_LEANING.split())
_DEFINITE = "the der die das le la les el los las il lo gli de het"
_ARTICLES = frozenset(_DEFINITE.split())

Row = dict[str, float]


def features(reading: Reading) -> list[Row]:
    """Give the named numbers of each sentence of an article."""
    view = View(reading)
    return [view.of(sentence) for sentence in reading.sentences]


class View:
    """What is the same for all sentences of one article."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.count = len(reading.sentences)
        self.titled = float(bool(reading.title_terms))
        self.title_pairs = set(pairwise(reading.title.lower().split()))
        self.title_numbers = frozenset(numbers(reading.title))
        self.frequency = Counter(term for sentence in reading.sentences for term in sentence.terms)
        self.tokens = sum(self.frequency.values()) or 1
        self.norm = math.sqrt(sum(count * count for count in self.frequency.values())) or 1.0
        self.top = {term for term, _ in self.frequency.most_common(10)}
        self.sets = [sentence.content for sentence in reading.sentences]
        self.first = self.sets[0] if self.sets else frozenset()
        self.final = self.sets[-1] if self.sets else frozenset()
        self.lead = frozenset[str]().union(*self.sets[:3])
        self.alike = 5 * sum(overlap(self.first, other) for other in self.sets[1:12]) / max(len(self.sets[1:12]), 1)
        named = Counter(name for sentence in reading.sentences for name in dict.fromkeys(sentence.capitals))
        fifth = min([count for _, count in named.most_common(5)], default=0)
        self.top_names = {name for name, count in named.items() if count >= max(fifth, 2)}
        self.cues = [_has_cue(sentence) for sentence in reading.sentences]
        self.paper = float(self.count <= 20 and any(self.cues))
        self.first_cue = self.cues.index(True) if any(self.cues) else -1

    def of(self, sentence: Sentence) -> Row:
        """Give the numbers of one sentence, or of any other words at its place."""
        row = {
            **self._place(sentence),
            **self._title(sentence),
            **self._centre(sentence),
            **self._form(sentence),
            **self._words(sentence),
        }
        row.update(self._crossed(row))
        return row

    def _place(self, sentence: Sentence) -> Row:
        at = sentence.at
        return {
            "first": float(at == 0),
            "second": float(at == 1),
            "third": float(at == 2),
            "position": 1 / (at + 1),
            "log_position": math.log(at + 1) / 3,
            "early": math.exp(-at / 4),
            "late": at / max(self.count - 1, 1),
            "last": float(at == self.count - 1),
            "opens": float(sentence.opens),
        }

    def _title(self, sentence: Sentence) -> Row:
        own = sentence.content
        shared = len(own & self.reading.title_terms)
        pairs = 0
        if self.title_pairs:
            pairs = sum(map(self.title_pairs.__contains__, pairwise(sentence.text.lower().split())))
        share = shared / max(len(own), 1)
        return {
            "title_share": share,
            "title_cover": shared / max(len(self.reading.title_terms), 1),
            "title_pairs": min(pairs, 5) / 5,
        }

    def _centre(self, sentence: Sentence) -> Row:
        own, at = sentence.content, sentence.at
        size = max(len(own), 1)
        weight = sum(map(self.frequency.__getitem__, own))
        return {
            "frequency": weight / size / self.tokens * 50,
            "frequency_top": len(own & self.top) / 5,
            "centrality": weight / self.norm / math.sqrt(size),
            "like_first": overlap(own, self.first) if at else 0.0,
            "like_lead": len(own & self.lead) / size if at > 2 else 0.0,
            "like_last": overlap(own, self.final) if at < self.count - 1 else 0.0,
            "novelty": len(own - self.lead) / size if at > 2 else len(own) / size,
            "top_names": len(self.top_names.intersection(sentence.capitals)) / 3,
        }

    def _form(self, sentence: Sentence) -> Row:
        text, size = sentence.text, sentence.words
        scaled = (size - 24) / 24
        return {
            "length": scaled,
            "length_square": min(scaled * scaled, 4.0),
            "short": float(size < 8),
            "long": float(size > 40),
            "number": float(bool(sentence.numbers)),
            "new_number": float(not self.title_numbers.issuperset(sentence.numbers)),
            "names": min(len(sentence.capitals), 8) / 8,
            "full_name": float(len(sentence.capitals) > 0 and bool(_FULL_NAME.search(text))),
            "quote": float('"' in text or "“" in text or "„" in text or "«" in text),
            "question": float(text.endswith("?")),
            "exclaims": float(text.endswith("!")),
            "colon": float(":" in text),
            "brackets": float("(" in text),
            "semicolon": float(";" in text),
            "commas": min(text.count(","), 4) / 4,
            "dateline": float(bool(_DATELINE.match(text))),
            "whole": float(sentence.whole),
        }

    def _words(self, sentence: Sentence) -> Row:
        text, tokens = sentence.text, sentence.tokens
        row = {name: float(not tokens.isdisjoint(words)) for name, words in _CLASSES.items()}
        row["cue"] = float(_has_cue(sentence))
        row["first_cue"] = row["cue"] * (sentence.at == self.first_cue)
        row["pronouns"] = min(len(tokens & _PRONOUNS), 4) / 4
        row["definite"] = float(text.split(" ", 1)[0].lower() in _ARTICLES)
        row["dangles"] = float(dangles(text, self.reading.language))
        row["sells"] = float(bool(sells(text, tokens)))
        return row

    def _crossed(self, row: Row) -> Row:
        """Cross numbers that mean something only together: above all, whether the lead is right."""
        first, position, paper = row["first"], row["position"], self.paper
        many = min(self.count, 60) / 60
        return {
            **{crossed: first * row[name] for crossed, name in _OF_LEADS},
            **{crossed: paper * row[name] for crossed, name in _OF_PAPERS},
            "first_x_alike": first * self.alike,
            "first_x_many": first * many,
            "title_x_position": row["title_share"] * position,
            "untitled_x_first": (1 - self.titled) * first,
            "untitled_x_position": (1 - self.titled) * position,
            "cue_x_position": row["cue"] * position,
            "news_x_early": (1 - paper) * row["early"],
            "log_x_many": row["log_position"] * many,
        }


def _pairs_with(what: str, names: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"{what}_x_{name}", name) for name in names.split())


_OF_LEADS = _pairs_with("first", "centrality names definite length title_share pronouns quote dangles full_name")
_OF_PAPERS = _pairs_with("paper", "position late cue last title_share first_cue title_cover length")


def _has_cue(sentence: Sentence) -> bool:
    """Tell whether a sentence says what its authors do; the pattern is slow, so one of its words is asked for first."""
    return not _CUE_WORDS.isdisjoint(sentence.tokens) and _CUE.search(sentence.text) is not None


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Measure how much two sets of words share: 0 nothing, 1 the same."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
