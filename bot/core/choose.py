"""Which candidate next: interests, freshness, fairness between feeds.  Pure; may import: model, core.

Every candidate gets a score made of named parts, so that `why` and `preview` can show them.  Fairness only orders:
it never withholds a candidate when no other feed has any.  A muted topic (an interest written with "-") withholds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import Candidate

FRESH_HALF_LIFE = timedelta(days=2)
"""After this long a candidate's freshness counts half: news ages in days, not hours."""

OWN_SHARE = 0.2
"""At most this part of the recent posts may be the owner's own links before theirs go last: four for others, one own."""

_WEIGHTS = {
    "interest": 2.0,
    "freshness": 1.0,
    "sources": 0.5,
    "substance": 0.5,
    "telling": 0.6,
    "fairness": -1.5,
    "own": -3.0,
    "last": -1.0,
}


MOST_TELLING = _WEIGHTS["telling"]
"""What knowing a candidate's post can add to its score at most, or take from it."""

_TYPICAL, _TELLING = 0.1, 0.3
"""The merit of a typical post, and of the best twentieth: between those of 370 real entries at 140 characters (0.07 and
0.22) and of 320 at 300 (0.15 and 0.35)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A post of the recent past, as fairness sees it."""

    feed: str
    own: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A candidate with its score and the sentences that explain it; muted ones have a `muted` word instead."""

    candidate: Candidate
    score: float
    why: tuple[str, ...]
    muted: str | None = None


def rank(
    candidates: Iterable[Candidate], *, interests: Sequence[str], recent: Sequence[Share], now: datetime
) -> list[Choice]:
    """Order candidates, best first; what the owner found by hand comes before all, muted ones come out last.

    `recent` is the account's last posts, oldest first.
    """
    judge, history = _Judge(interests), _History(recent)
    return sorted((judge(candidate, history, now) for candidate in candidates), key=_in_order)


def told(choice: Choice, merit: float) -> Choice:
    """Count how much its post tells, and how well: one that tells little waits while fresh ones tell more."""
    value = max(-1.0, min(1.0, (merit - _TYPICAL) / (_TELLING - _TYPICAL)))
    part = _WEIGHTS["telling"] * value
    much = "much" if value > 0.15 else "little" if value < -0.15 else "something"
    why = (*choice.why, f"there is {much} to tell of it ({part:+.2f})")
    return replace(choice, score=round(choice.score + part, 4), why=why)


def _in_order(choice: Choice) -> tuple[bool, float, int]:
    """Among equals the older one goes first, so that nothing waits for ever behind its like."""
    return choice.muted is not None, -choice.score, choice.candidate.id


class Lineup:
    """What coming slots would take, one after the other: each is judged at its own time, and counts for fairness then."""

    def __init__(self, candidates: Iterable[Candidate], *, interests: Sequence[str], recent: Sequence[Share]) -> None:
        """Line candidates up behind the account's last posts, oldest first; muted ones are in no slot."""
        self._judge = _Judge(interests)
        self._recent = list(recent)
        self._left = {one.id: one for one in candidates}

    def ranked(self, now: datetime) -> list[Choice]:
        """Those left that are not muted, in the order in which a slot of that time would try them."""
        history = _History(self._recent)
        choices = (self._judge(one, history, now) for one in self._left.values())
        return sorted((choice for choice in choices if choice.muted is None), key=_in_order)

    def best(self, now: datetime) -> Choice | None:
        """Whom a slot of that time would take of those left; None: nobody."""
        history = _History(self._recent)
        best = min((self._judge(one, history, now) for one in self._left.values()), key=_in_order, default=None)
        return best if best and best.muted is None else None

    def taken(self, choice: Choice, at: datetime) -> None:
        """It fills a slot."""
        candidate = self._left.pop(choice.candidate.id)
        self._recent.append(Share(feed=candidate.feed, own=candidate.own, at=at))

    def dropped(self, choice: Choice) -> None:
        """It makes no post."""
        del self._left[choice.candidate.id]


class _Judge:
    """Scores candidates; what their words say of the owner's interests is looked up once."""

    def __init__(self, interests: Sequence[str]) -> None:
        self._wanted = [(word, _pattern(word)) for word in interests if not word.startswith("-")]
        self._muted = [(word[1:].strip(), _pattern(word[1:])) for word in interests if word.startswith("-")]
        self._known: dict[int, tuple[str | None, list[str], bool]] = {}

    def __call__(self, candidate: Candidate, history: _History, now: datetime) -> Choice:
        if candidate.id not in self._known:
            self._known[candidate.id] = self._read(candidate)
        muted, hits, in_title = self._known[candidate.id]
        if muted is not None:
            return Choice(candidate=candidate, score=0.0, why=(f"muted: you don't want “{muted}”",), muted=muted)
        if candidate.note is not None or not candidate.feed:
            return Choice(candidate=candidate, score=100.0, why=("you asked for this link to be shared",))
        return _scored(candidate, hits, in_title, history, now)

    def _read(self, candidate: Candidate) -> tuple[str | None, list[str], bool]:
        """The word that mutes it, the interests that it is about, and whether one stands in its title."""
        text = " ".join((candidate.title, " ".join(candidate.categories), candidate.html[:4000]))
        muted = next((word for word, pattern in self._muted if pattern.search(text)), None)
        hits = [word for word, pattern in self._wanted if pattern.search(text)]
        return muted, hits, any(pattern.search(candidate.title) for _, pattern in self._wanted)


def _scored(candidate: Candidate, hits: Sequence[str], in_title: bool, history: _History, now: datetime) -> Choice:
    parts: list[tuple[str, float, str]] = []
    if hits:
        value = min(1.0, 0.5 + 0.25 * (len(hits) - 1) + 0.25 * in_title)
        parts.append(("interest", value, f"it is about {_list(hits)}"))
    age = max(timedelta(0), now - min(now, candidate.published or candidate.first_seen))
    fresh = 0.5 ** (age / FRESH_HALF_LIFE)
    if candidate.published is None:  # it may be years old: half of what a dated one of that age would get
        parts.append(("freshness", fresh / 2, f"it carries no date, and came {_age(age)} ago"))
    else:
        parts.append(("freshness", fresh, f"it is {_age(age)} old"))
    if candidate.sources:
        value = min(1.0, len(candidate.sources) / 3)
        parts.append(("sources", value, f"{len(candidate.sources) + 1} of your feeds tell this story"))
    if len(candidate.html) > 1500:
        parts.append(("substance", 1.0, "the feed carries the text itself"))
    parts.extend(history.judge(candidate))
    score = sum(_WEIGHTS[name] * value for name, value, _ in parts)
    why = tuple(f"{text} ({_WEIGHTS[name] * value:+.2f})" for name, value, text in parts)
    if candidate.matched:
        why += (f"your filters let it through for {_list([f'“{word}”' for word in candidate.matched])}",)
    return Choice(candidate=candidate, score=round(score, 4), why=why)


class _History:
    """The recent posts, counted by feed."""

    def __init__(self, recent: Sequence[Share]) -> None:
        self._by_feed = Counter(share.feed for share in recent)
        self._own = sum(share.own for share in recent)
        self._total = len(recent)
        self._last = recent[-1].feed if recent else None

    def judge(self, candidate: Candidate) -> list[tuple[str, float, str]]:
        """The parts of the score that fairness gives."""
        parts: list[tuple[str, float, str]] = []
        if count := self._by_feed[candidate.feed]:
            parts.append(
                ("fairness", count / self._total, f"{count} of the last {self._total} posts came from this feed")
            )
        if candidate.feed == self._last:
            parts.append(("last", 1.0, "the last post came from this feed too"))
        if candidate.own and (self._own + 1) / (self._total + 1) > OWN_SHARE:
            parts.append(("own", 1.0, "it is your own, and others come first"))
        return parts


def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase at word borders, whatever the case; where letters need no spaces (CJK) borders don't count."""
    words = r"\s+".join(map(re.escape, phrase.split()))
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", phrase):
        return re.compile(words, re.IGNORECASE)
    return re.compile(rf"(?<!\w){words}(?:e?s)?(?!\w)", re.IGNORECASE)


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours:.0f} hour{'s' if round(hours) != 1 else ''}"
    return f"{hours / 24:.0f} days"
