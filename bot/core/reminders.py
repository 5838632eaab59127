"""Reminders in the words of whom they are for: what one is about, and which ones they take back.

Pure; may import: reply, when, words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.core.reply import defuse
from bot.core.when import moment_of, names_hour, without_time
from bot.core.words import Words, clean

SHOWN = 4
"""Reminders told at once: more don't fit a short reply."""

_ASKED = re.compile(
    r"^(?:please\s+|bitte\s+|can you\s+|could you\s+|(?:set|make)\s+(?:me\s+)?a\s+)?"
    r"(?:(?:remind|ping|poke|nudge)\s+me|reminder|erinner[en]?\s+mich|rappelle(?:z)?[\s-]moi|recu[eé]rdame|ricordami"
    r"|(?:me\s+lembr[ae]|lembra[\s-]me)|herinner\s+me)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"^(?:about|of|for|that|dass|daran|an|de|di|da|que|che|aan|om)(?:,?\s+|$)|^(?:to|zu)\s+(?=this\b|that\b|it\b)",
    re.IGNORECASE,
)
_EDGES = " .!?:,;-–—"
_POINTING = frozenset(
    "this that it again please bitte daran das dies ça cela esto eso questo quello isto isso dit dat".split()  # noqa: SIM905 -- words to read
)
_ALL = frozenset(
    "all every everything both alle alles beide tous toutes tout todos todas todo tutti tutte tutto wszystkie".split()  # noqa: SIM905 -- words to read
)
_LAST = frozenset(
    "this that it last latest newest diese dieser den die letzte le la cette ce esta este el ultimo ultima questo".split()  # noqa: SIM905 -- words to read
)
_EMPTY_WORDS = """
my the a an of for about at on to in one reminder reminders please from me meine mein meinen für fur um am mon ma
mes de pour mi mis il lo i miei mio mia o os as minha meu mijn het
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


class Kept(NamedTuple):
    """One reminder that is still to come."""

    number: int
    words: str  # what was said when it was asked for
    at: datetime
    made_at: datetime


def about(text: str) -> str:
    """What somebody wants to be reminded of, without the asking and the time: "to water the plants"; "" for just "this"."""
    said = clean(text)
    asked = _ASKED.match(said)
    said = without_time(said[asked.end() :] if asked else said)
    said = _JOINT.sub("", said.strip(_EDGES)).strip(_EDGES)
    words = Words(said).folded_all
    return "" if all(word in _POINTING for word in words) else said


def chosen(which: str, kept: Sequence[Kept], now: datetime, zone: ZoneInfo) -> list[int]:
    """The numbers of the reminders that "cancel … reminder" means; several, or none: ask which one, unless it said all.

    By number, by a word for all or for the last one, by words that stand in it, or by its day.  With nothing said, all
    there are: it is clear if there is one.
    """
    words = Words(clean(which)).folded_all
    numbers = [one.number for one in kept]
    if any(word in _ALL for word in words):
        return numbers
    named = [int(word) for word in words if word.isdecimal() and len(word) < 18 and int(word) in numbers]
    if named:
        return named[:1]
    telling = [word for word in words if word not in _EMPTY]
    if not telling or len(kept) == 0:
        return numbers
    if all(word in _LAST for word in telling):
        return [max(kept, key=lambda one: (one.made_at, one.number)).number]
    spoken = [one.number for one in kept if set(telling) <= set(Words(clean(one.words)).folded_all)]
    if spoken:
        return spoken
    at = moment_of(which, now, zone)
    if at is None:
        return []
    if names_hour(which):
        return [one.number for one in kept if one.at == at]
    return [one.number for one in kept if one.at.astimezone(zone).date() == at.astimezone(zone).date()]


def says_all(which: str) -> bool:
    """Whether the words for which reminders are meant are words for all of them."""
    return any(word in _ALL for word in Words(clean(which)).folded_all)


def told(kept: Sequence[Kept], now: datetime, zone: ZoneInfo, *, numbered: bool = True) -> str:
    """The first few reminders: number, time, and what they are about in their asker's defused words."""
    lines = []
    for one in kept[:SHOWN]:
        matter = defuse(about(one.words))
        number = f"{one.number}: " if numbered else ""
        lines.append(f"{number}{clock(one.at, now, zone)}{f', “{matter}”' if matter else ''}")
    rest = f" and {len(kept) - SHOWN} more" if len(kept) > SHOWN else ""
    return "; ".join(lines) + rest


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time with its zone, "today at 18:00 GMT": whoever lives in another one sees what was understood."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    year = "" if local.year == today.year else f" {local.year}"
    day = "today" if local.date() == today.date() else f"{local.strftime('%A %-d %B')}{year}"
    offset = local.strftime("%z")
    name = local.tzname() or ""
    zone_said = (
        name if name.isalpha() else f"UTC{offset[:3]}:{offset[3:5]}"
    )  # zones without letters call themselves "-03"
    return f"{day} at {local:%H:%M} {zone_said}"
