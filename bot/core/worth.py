"""What makes a sentence worth a follower's time: a reason, a comparison, a rule, a share.  Pure; may import: nothing of ours.

The ranking tells what an article is about.  Of the sentences about it, most describe, narrate or lead on to the next
one, and few claim something that can be taken away.  Those say so by plain words, which are listed here in two
languages; sentences of all other languages are worth the same.  `taste` judges how a sentence reads, this what is in it.
"""

from __future__ import annotations

import re

MOST = 2.0
"""What a sentence can be worth at most, in plain faults (`taste.DULL`): it outweighs a fault, not a bad sentence."""

_SHORT = 100
"""Characters in which hardly anything stands by chance."""

_OF_OWN = 0.5  # of what the same words are worth in a sentence about something else than its author

_WORD = re.compile(r"[^\W\d_]+(?:['’]t\b)?")


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Why something is so, or what it leads to.
_REASONS = {
    "en": _set(
        "because why means lets allows enables prevents protects causes caused requires requiring saves costs helps reduces increases improves improve reduce "
        "increase prevent cause protect avoid avoids therefore hence unless otherwise turns replaces replaced ensure ensures ensuring allow allowing enable preventing thanks due solves solve"
    ),
    "de": _set(
        "weil warum bedeutet ermöglicht verhindert verursacht schützt braucht spart kostet hilft senkt erhöht verbessert vermeidet deshalb sonst damit"
    ),
}
# How something differs from something else, or from what was thought.
_COMPARISONS = {
    "en": _set(
        "than instead rather unlike whereas better worse best worst easier harder faster slower cheaper larger bigger smaller stronger weaker simpler safer "
        "biggest largest smallest fastest easiest hardest simplest strongest highest lowest greatest fewer less despite although though without"
    ),
    "de": _set(
        "als anstatt besser schlechter einfacher schneller langsamer billiger teurer größer kleiner mehr weniger obwohl trotz ohne sondern"
    ),
}
# What holds, or ought to.
_RULES = {
    "en": _set(
        "should must every never always nobody everyone everybody nothing only cannot need needs matters impossible enough important wrong"
    ),
    "de": _set(
        "sollte sollten muss müssen nie niemals immer niemand alle jeder nichts nur lohnt unmöglich genug wichtig falsch"
    ),
}
# What is not so: told more often by the way than as news.
_DENIALS = {
    "en": _set("not no can’t can't don’t don't doesn’t doesn't isn’t isn't aren’t aren't won’t won't"),
    "de": _set("nicht kein keine"),
}
# What somebody tells of himself is less to others.
_OWN = {
    "en": _set("i me my i’m i’ve i’d i’ll we our us"),
    "de": _set("ich mich mir mein meine meinen meinem meiner wir uns unser unsere"),
}
# A number that says by itself whether it is much.
_SHARE = re.compile(
    r"\d ?(?:%|percent\b|per cent\b|prozent\b|times\b|x\b|mal\b)|[$€£]\d|\d (?:million|billion|millionen|milliarden)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


def worth(text: str, language: str | None = "en") -> float:
    """Tell how much there is in a sentence to take away, from 0 to `MOST`."""
    kind = language or "en"
    if kind not in _REASONS:
        return 0.0
    heard = frozenset(_WORD.findall(text.lower()))
    found = (
        1.0 * (not _REASONS[kind].isdisjoint(heard)),
        1.0 * (not _COMPARISONS[kind].isdisjoint(heard)),
        0.7 * (not _RULES[kind].isdisjoint(heard)),
        0.4 * (not _DENIALS[kind].isdisjoint(heard)),
        1.0 * bool(_DIGIT.search(text) and _SHARE.search(text)),
    )
    own = 1.0 if _OWN[kind].isdisjoint(heard) else _OF_OWN
    # In many words one of these stands by chance.
    return own * min(sum(found), MOST) * min(1.0, _SHORT / max(len(text), 1))
