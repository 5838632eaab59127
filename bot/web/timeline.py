"""The timeline as people see it: threads, readable links, times in words.  Pure.

May import: model, and the standard library.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from bot.model import TimelineItem

HUES = 8  # colours of people's initials, in the stylesheet
LONG = 900  # characters after which a text gets a scrollable box of its own

# One bounded character class, no nesting: linear.
_LINK = re.compile(r"https?://[^\s<>\"“”]+")
_WORD_TO_SAY = re.compile(r"`([^`\s](?:[^`\n]{0,58}[^`\s])?)`")
_CREDIT = re.compile(r"\n\n— ([^\n]{1,200})\n\Z")
_JOINER = "\u2060"  # stands in names that end like an address, so that no platform makes a link of them
_TRAILING = ".,;:!?'’)]}…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: words, a link with what to show for it, words that the reader may say, or whose they are."""

    text: str
    href: str | None = None
    say: bool = False
    credit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One item, ready for the template."""

    id: int
    kind: str
    author: str
    pieces: tuple[Piece, ...]
    at: datetime
    initial: str
    hue: int
    long: bool
    in_reply_to: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A post or a mention with everything that was said below it, oldest first."""

    root: Shown
    replies: tuple[Shown, ...]


def as_json(item: TimelineItem) -> dict[str, object]:
    """An item as the HTTP interface and the command line give it (design, section 4); times in UTC."""
    shape: dict[str, object] = {"id": item.id, "kind": item.kind, "from": item.author, "text": item.text}
    if item.url is not None:
        shape["url"] = item.url
    if item.in_reply_to is not None:
        shape["in_reply_to"] = item.in_reply_to
    at = item.created_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return shape | {"created_at": at.replace("+00:00", "Z")}


def cards(items: Sequence[TimelineItem], context: Sequence[TimelineItem] = ()) -> list[Card]:
    """Items as threads, newest first.

    `context` are older items that some of `items` answer: they head their threads, but don't sink them to their age.
    """
    known = {item.id: item for item in (*context, *items)}
    listed = {item.id for item in items}
    roots: dict[int, int] = {}
    threads: dict[int, list[TimelineItem]] = {}
    for number in sorted(known):  # a parent is older, so its root is known already
        parent = known[number].in_reply_to
        roots[number] = roots.get(parent, number) if parent is not None else number
        threads.setdefault(roots[number], []).append(known[number])
    place = {root: min((i.id for i in thread if i.id in listed), default=0) for root, thread in threads.items()}
    newest_first = sorted(threads, key=lambda root: place[root], reverse=True)
    return [
        Card(root=shown(threads[root][0]), replies=tuple(shown(item) for item in threads[root][1:]))
        for root in newest_first
        if place[root]
    ]


def parents_wanted(items: Iterable[TimelineItem]) -> set[int]:
    """The ids that items answer and that are not among them."""
    items = tuple(items)
    here = {item.id for item in items}
    return {item.in_reply_to for item in items if item.in_reply_to is not None} - here


def shown(item: TimelineItem) -> Shown:
    """One item for the template.  Links become chips in what the bot says; what strangers say stays plain text."""
    letter = next((c for c in item.author if c.isalnum()), "?")
    return Shown(
        id=item.id,
        kind=item.kind,
        author=item.author,
        pieces=_pieces(item),
        at=item.created_at,
        initial=letter.upper()[:1],
        hue=zlib.crc32(item.author.casefold().encode("utf-8", "replace")) % HUES,
        long=len(item.text) > LONG,
        in_reply_to=item.in_reply_to,
    )


def _pieces(item: TimelineItem) -> tuple[Piece, ...]:
    if item.kind == "mention":
        return (Piece(item.text),)
    found = pieces(item.text, item.url)
    return sayable(found) if item.kind == "reply" else credited(found)


def pieces(text: str, url: str | None = None) -> tuple[Piece, ...]:
    """Words and links of a text; `url` is taken as it is, other links without the punctuation that follows them."""
    found: list[Piece] = []
    before = 0
    position = text.find(url) if url else -1
    spans = [(position, position + len(url))] if url and position >= 0 else []
    for match in _LINK.finditer(text):
        if spans and match.start() < spans[0][1] and match.end() > spans[0][0]:
            continue
        spans.append((match.start(), match.start() + len(match.group().rstrip(_TRAILING))))
    for start, end in sorted(spans):
        name = domain(text[start:end])
        if name is None:
            continue
        if start > before:
            found.append(Piece(text[before:start]))
        found.append(Piece(name, text[start:end]))
        before = end
    if before < len(text):
        found.append(Piece(text[before:]))
    return tuple(found)


def sayable(found: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same, with what stands in backquotes ("ask me `help`") as words to say at a touch."""
    parted: list[Piece] = []
    for piece in found:
        if piece.href:
            parted.append(piece)
            continue
        stretches = _WORD_TO_SAY.split(piece.text)  # words, what to say, words, …
        parted += [Piece(text, say=bool(place % 2)) for place, text in enumerate(stretches) if text]
    return tuple(parted)


def credited(found: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same, with the credit of a post ("— name" above its link) as a piece; left out where the link says the same.

    The link at the end, with the credit, stands in the next line.
    """
    if len(found) < 2 or found[-1].href is None or not found[-2].text.endswith("\n"):
        return found
    *before, words, link = found
    credit = _CREDIT.search(words.text)
    said = Piece((words.text[: credit.start()] if credit else words.text).rstrip() + "\n")
    if credit is None or credit[1].replace(_JOINER, "").removeprefix("www.").casefold() == link.text.casefold():
        return (*before, said, link)
    return (*before, said, Piece(f"— {credit[1]}", credit=True), link)


def domain(url: str) -> str | None:
    """What to show for a link: its host; None: not a web address, so no link at all."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return host.removeprefix("www.")


def span_in_words(span: timedelta) -> str:
    """A length of time as people say it, in its largest unit, rounded down."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return f"{seconds} s"


def ago(at: datetime, now: datetime) -> str:
    """When something was: "just now", "5 min ago", or its date."""
    span = now - at
    if span < timedelta(minutes=1):
        return "just now"
    if span < timedelta(days=7):
        return f"{span_in_words(span)} ago"
    return f"{at.day} {at:%b %Y}"


def ahead(at: datetime, now: datetime) -> str:
    """When something will be: "any moment", "in 25 min"."""
    span = at - now
    return "any moment" if span < timedelta(seconds=5) else f"in {span_in_words(span)}"
