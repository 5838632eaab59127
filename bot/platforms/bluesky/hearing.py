"""What is heard on Bluesky: who spoke to us, and how far the list of notifications was read.  Pure.

May import: model, core.text, core.readback, net.replies, records.
A notification's `indexedAt` is the earlier of when the author's client says that it was written and when the server
learnt of it, and so is its place in the list: what is said by somebody whose clock is slow comes to stand *below* what
was read already.  Hence no time can say what is new; a memory of what was heard does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.core.readback import without_handles
from bot.core.text import clean, cut
from bot.model import Mention
from bot.net.replies import identifier, moment, objects, within, words
from bot.platforms.bluesky.records import LIMITS, POST, did_of, iso, place_of

REMEMBERED = 300
"""Mentions that a cursor remembers: twice what one page of 100 can hold where the server filters by reason (149)."""

SLOW = timedelta(hours=24)
"""How slow a clock may be whose owner is still heard; what is older isn't answered at once anyway."""

LATE = timedelta(minutes=2)
"""How far before the newest the list is always read: servers tell of a mention a moment after its time (1 s, measured
under load), and most slow clocks are slow by less."""

_SIGNS = 10
"""Hexadecimal digits by which a mention is remembered: one in 10^12 is taken for another."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How far we listened: the newest time, and the newest mentions, oldest first."""

    until: datetime | None = None
    signs: tuple[str, ...] = ()

    @classmethod
    def read(cls, cursor: str) -> Heard:
        """Read a cursor; one that can't be read is the very beginning."""
        until, _, signs = cursor.partition(" ")
        return cls(moment(until), tuple(signs.split()[-REMEMBERED:]))

    def __str__(self) -> str:
        return " ".join([iso(self.until) if self.until else "-", *self.signs])

    def knows(self, uri: str, at: datetime) -> bool:
        """Whether this was heard, or is too old to be new."""
        return sign(uri) in self.signs or (self.until is not None and at < self.until - SLOW)

    def reaches(self, at: datetime) -> bool:
        """Whether nothing new is to be expected before this time: no need to page on."""
        return self.until is not None and at < self.until - LATE

    def not_after(self, now: datetime) -> Heard:
        """The same, where it tells of no time to come: a clock was wrong, and must not leave us deaf."""
        return self if self.until is None else replace(self, until=min(self.until, now))

    def after(self, uri: str, at: datetime) -> Heard:
        """The same, with one more."""
        newest = at if self.until is None else max(at, self.until)
        return replace(self, until=newest, signs=(*self.signs, sign(uri))[-REMEMBERED:])


def sign(uri: str) -> str:
    """What a mention is remembered by."""
    return hashlib.blake2b(uri.encode("utf-8", "replace")).hexdigest()[:_SIGNS]


def is_bot(profile: Mapping[str, Any]) -> bool:
    """Whether somebody says of themselves that they are automated: the self-label "bot"."""
    return any(label.get("val") == "bot" and label.get("neg") is not True for label in objects(profile.get("labels")))


def spoken_to_us(note: Mapping[str, Any], me: str) -> bool:
    """Whether a notification tells that somebody spoke to us: tagged us, or answered a post of ours.

    Servers also tell of replies further down in a thread, between others; and of quotes, which speak of us and not to
    us unless they tag us, which then is the reason that is told.
    """
    if note.get("reason") == "mention":
        return True
    parent = place_of(within(note, "record", "reply", "parent").get("uri"))
    return note.get("reason") == "reply" and parent is not None and parent.did == me


def mention_of(note: Mapping[str, Any], *, account: str, me: str, now: datetime) -> Mention | None:
    """The mention that a notification tells of; None if it tells of something else, or of us."""
    author, record = within(note, "author"), within(note, "record")
    who, place, cid = did_of(author.get("did")), place_of(note.get("uri")), identifier(note.get("cid"))
    if place is None or place.collection != POST or not who or place.did != who or not cid or who == me:
        return None
    if not spoken_to_us(note, me):
        return None
    uri, handle = str(place), identifier(author.get("handle"))
    context = {"uri": uri, "cid": cid, "handle": handle}
    parent, root = _reference(record, "parent"), _reference(record, "root")
    if root is not None:
        context |= {"root": root[0], "root_cid": root[1]}
    languages = record.get("langs")
    return Mention(
        account=account,
        remote_id=uri,
        author=who,
        name=cut(clean(words(author.get("displayName"))[:1000]), 60, LIMITS) or handle,
        text=_text(record, me),
        at=min(moment(note.get("indexedAt")) or now, now),
        thread=root[0] if root else uri,
        in_reply_to=parent[0] if parent else None,
        bot=is_bot(author),
        language=(words(languages[0])[:20] or None) if isinstance(languages, list) and languages else None,
        context=context,
    )


def _reference(record: Mapping[str, Any], which: Literal["parent", "root"]) -> tuple[str, str] | None:
    """What a record answers; None where that is no post that can be named."""
    said = within(record, "reply", which)
    place, cid = place_of(said.get("uri")), identifier(said.get("cid"))
    return (str(place), cid) if place is not None and cid else None


def _text(record: Mapping[str, Any], me: str) -> str:
    """The words without the handles in front, and without ours wherever it stands."""
    raw = words(record.get("text"))[:10_000].encode("utf-8", "replace")  # more than three times what a post may have
    for facet in sorted(objects(record.get("facets"))[:100], key=_start, reverse=True):
        start, end = _start(facet), within(facet, "index").get("byteEnd")
        features = objects(facet.get("features"))[:10]
        ours = any(words(one.get("$type")).endswith("#mention") and one.get("did") == me for one in features)
        if ours and isinstance(end, int) and 0 <= start < end <= len(raw):
            raw = raw[:start] + raw[end:]
    text = clean(raw.decode("utf-8", "replace"), lines=True)
    return without_handles(text.lstrip(" ,:;")).strip()


def _start(facet: Mapping[str, Any]) -> int:
    start = within(facet, "index").get("byteStart")
    return start if isinstance(start, int) and not isinstance(start, bool) else -1
