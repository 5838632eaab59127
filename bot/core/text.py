"""Lengths and cuts of text, in the unit of each platform.  Pure; may import: model, core.links, core.clean, core.markup.

The one door to everything about plain text: `clean`, `defused`, `plain` and `links_in` are found here too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex

from bot.core.clean import clean, defused
from bot.core.links import links_in
from bot.core.markup import plain, raised
from bot.model import Limits

__all__ = [
    "ELLIPSIS",
    "clean",
    "cut",
    "defused",
    "first_words",
    "fits",
    "graphemes",
    "links_in",
    "measure",
    "plain",
    "raised",
]

ELLIPSIS = "…"

_X_LINK = 23
"""What X counts for any link (its published configuration v3)."""

_EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3|\U0001F3F4[\U000E0061-\U000E007A]++\U000E007F"
    r"|\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?+(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?+)*+"
)
_CLUSTER = regex.compile(r"\X")
# Scripts that part no words by spaces may be cut at any character.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}、。，！？）」』】]")
_DANGLING = " \t\n,;:–—-(/[{“„«‘¿¡&+"


def graphemes(text: str) -> int:
    """Count the characters that a reader sees: extended grapheme clusters (Unicode annex 29)."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(_CLUSTER.findall(text))


def measure(text: str, limits: Limits) -> int:
    """Count a text in the platform's own unit; each link costs what the platform says.  Linear time."""
    if limits.unit == "weighted":
        text = unicodedata.normalize("NFC", text)
    cost = _link_cost(limits)
    if cost is None:
        return _count(text, limits)
    total, last = 0, 0
    for start, end in links_in(text, bare=limits.unit == "weighted"):
        total += _count(text[last:start], limits) + cost
        last = end
    return total + _count(text[last:], limits)


def fits(text: str, limits: Limits) -> bool:
    """Tell whether a text is within the platform's limit, and within its second limit in bytes."""
    if limits.max_bytes is not None and len(text.encode("utf-8", "replace")) > limits.max_bytes:
        return False
    return measure(text, limits) <= limits.max_length


def cut(text: str, room: int, limits: Limits, *, max_bytes: int | None = None) -> str:
    """Cut a text to `room` in the platform's unit, between words, and end it with "…"; what fits stays as it is.

    Never splits a link or a grapheme; splits a word only when not even the first one fits.  Empty if nothing fits.
    `max_bytes`: a second room, in UTF-8 bytes.
    """
    if limits.unit == "weighted":
        text = unicodedata.normalize("NFC", text)
    end = _prefix(text, room, limits, max_bytes)
    if end == len(text):
        return text
    mark = _count(ELLIPSIS, limits)
    end = _prefix(text, room - mark, limits, None if max_bytes is None else max_bytes - len(ELLIPSIS.encode()))
    border = end
    while border and not _is_border(text, border):
        border -= 1
    kept = text[: border or end].rstrip(_DANGLING).rstrip(".…")
    if links_in(kept)[-1:] and links_in(kept)[-1][1] == len(kept):
        kept = kept[: links_in(kept)[-1][0]].rstrip(_DANGLING)  # "…" would become part of the link
    return kept + ELLIPSIS if kept else ""


def first_words(text: str, most: int = 100) -> str:
    """Give the first words of a text or a post on one line: what to call something that has no title."""
    return cut(" ".join(text.partition("\n\n")[0].split()), most, Limits(max_length=most))


def _link_cost(limits: Limits) -> int | None:
    return limits.link_cost if limits.link_cost is not None or limits.unit != "weighted" else _X_LINK


def _is_border(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at : at + 1]
    return before.isspace() or after.isspace() or bool(_UNSPACED.match(before) or (after and _UNSPACED.match(after)))


def _prefix(text: str, room: int, limits: Limits, max_bytes: int | None) -> int:
    """Find the end of the longest beginning within both rooms, at a border of graphemes, never inside a link."""
    used = used_bytes = end = 0
    for stop, cost in _pieces(text, limits):
        used += cost
        if max_bytes is not None:
            used_bytes += len(text[end:stop].encode("utf-8", "replace"))
        if used > room or (max_bytes is not None and used_bytes > max_bytes):
            break
        end = stop
    return end


def _pieces(text: str, limits: Limits) -> Iterator[tuple[int, int]]:
    """Walk the links and graphemes of a text, each with its end and its cost."""
    price = _link_cost(limits)
    last = 0
    for start, stop in [*links_in(text), (len(text), len(text))]:
        for cluster in _CLUSTER.finditer(text, last, start):
            yield cluster.end(), _count(cluster[0], limits)
        if stop > start:
            free = price is not None and (limits.unit == "weighted" or text.startswith(("http", "HTTP"), start))
            yield stop, price if free and price is not None else _count(text[start:stop], limits)
        last = stop


def _count(text: str, limits: Limits) -> int:
    match limits.unit:
        case "graphemes":
            return graphemes(text)
        case "characters":
            return len(text)
        case "utf16":
            return len(text) + sum(char > "\uffff" for char in text)
        case "bytes":
            return len(text.encode("utf-8", "replace"))
        case "weighted":
            return _weighted(text)


def _weighted(text: str) -> int:
    """Count as X does: 1 for Latin, Greek, Cyrillic and their like, 2 for other scripts, 2 for a whole emoji."""
    if text.isascii():
        return len(text)
    total, last = 0, 0
    for emoji in _EMOJI.finditer(text):
        total += sum(map(_weight, text[last : emoji.start()])) + 2  # also © and ®, which are signs of Latin scripts
        last = emoji.end()
    return total + sum(map(_weight, text[last:]))


def _weight(char: str) -> int:
    # The ranges of X's published configuration v3: everything else weighs 2.
    return (
        1
        if char <= "\u10ff"
        or "\u2000" <= char <= "\u200d"
        or "\u2010" <= char <= "\u201f"
        or "\u2032" <= char <= "\u2037"
        else 2
    )
