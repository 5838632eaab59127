"""From a feed's items to entries with an identity.

Pure; may import: core.same, model.
An entry's key is ours alone: two parsers that read the same item, today one and tomorrow the other, make one key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b
from typing import Literal, NamedTuple

from bot.core.same import bare_text, canonical
from bot.model import Entry


class Details(NamedTuple):
    """What an entry says beyond what it is known by."""

    html: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    language: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """An item as a parser found it, cleaned, before it has a key."""

    guid: str = ""  # without surrounding whitespace
    link: str = ""  # absolute http(s), or ""
    enclosure: str = ""  # the same, of what comes with an item that has no page: a link, but never an identity
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    details: Callable[[], Details] = Details  # cleaned only when somebody asks


class Unread(Entry):
    """An entry that asks for its details when somebody asks it for one.

    Nobody asks those that are known already, or only become known: fifteen of sixteen at the first sight of a feed, and
    more later.  Measured: cleaning all of them is a third of the cost of reading a document.
    """

    __slots__ = ("_details",)

    _details: Callable[[], Details]

    def __getattr__(self, name: str) -> object:
        # Reached only where a slot is empty: by the first question for a detail.
        if name not in Details._fields:
            raise AttributeError(name)
        for each, value in zip(Details._fields, self._details(), strict=True):
            _set(self, each, value)
        return getattr(self, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and all(getattr(self, name) == getattr(other, name) for name in _FIELDS)

    __hash__ = Entry.__hash__


_FIELDS = tuple(each.name for each in fields(Entry))
_set = object.__setattr__  # the entries are frozen for all others


def entry_key(guid: str, link: str, title: str, html: str) -> str:
    """The identity of an entry: of its guid, else its link, else its title and text.

    32 hexadecimal characters: blake2b of 16 bytes, tagged by kind.  A guid is opaque but for surrounding whitespace,
    the scheme http or https, and text that was decoded twice (feedparser repairs that, a strict reader does not).
    """
    guid = guid.strip()
    if guid:
        return _hash("guid", _guid_folded(guid))
    if link:
        return _hash("link", canonical(link) or link)
    return _hash("text", " ".join(title.split()) + "\n" + bare_text(html))


def keyed(raws: Sequence[RawEntry]) -> tuple[Entry, ...]:
    """Give the items of one document their keys; of items that are one, the first stays, and empty ones go.

    A guid says nothing where it stands on items with different links, or on most of the items; a link says nothing
    where it stands on most of those without guid.  Their items fall back to the next identity.  An item that stands
    there twice, once under an edited title, is still one: only many make an identity vague.
    """
    raws = [raw for raw in raws if raw.guid or raw.link or raw.title or raw.details().html]
    vague_guids = _vague([(raw.guid, raw) for raw in raws if raw.guid], len(raws))
    linked = [(canonical(raw.link), raw) for raw in raws if raw.link and (not raw.guid or raw.guid in vague_guids)]
    vague_links = _vague(linked, len(linked))
    entries: dict[str, Entry] = {}
    for raw in raws:
        guid = "" if raw.guid in vague_guids else raw.guid
        link = "" if not guid and canonical(raw.link) in vague_links else raw.link
        key = entry_key(guid, link, raw.title, "" if guid or link else raw.details().html)
        if key not in entries:
            entries[key] = _entry(key, raw)
    return tuple(entries.values())


# --------------------------------------------------------------------------- parts


def _vague(named: Sequence[tuple[str, RawEntry]], all_of_them: int) -> set[str]:
    """The names (guids, or links) that several items carry which are not one item."""
    counts = Counter(name for name, _ in named)
    if len(counts) == len(named):
        return set()
    links: dict[str, set[str]] = {}
    titles: dict[str, set[str]] = {}
    for name, raw in named:
        if counts[name] > 1:
            titles.setdefault(name, set()).add(raw.title or raw.details().html)
            links.setdefault(name, set()).update({canonical(raw.link)} if raw.link else ())
    return {
        name
        for name, told in titles.items()
        if len(links[name]) > 1
        or (len(told) > 1 and counts[name] == all_of_them)
        or (len(told) > 2 and counts[name] * 2 > all_of_them)
    }


def _entry(key: str, raw: RawEntry) -> Entry:
    entry = Unread.__new__(Unread)
    _set(entry, "key", key)
    _set(entry, "link", raw.link or raw.enclosure)
    _set(entry, "title", raw.title)
    _set(entry, "published", raw.published)
    _set(entry, "updated", raw.updated)
    _set(entry, "_details", raw.details)
    return entry


def _hash(kind: Literal["guid", "link", "text"], text: str) -> str:
    return blake2b(f"{kind}\n{text}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _guid_folded(guid: str) -> str:
    if not guid.isascii():
        with suppress(UnicodeError):
            guid = guid.encode("latin-1").decode("utf-8")
    return "https" + guid[4:] if guid.startswith("http:") else guid
