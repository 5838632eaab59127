"""What is said on Bluesky: record keys, facets, cards and threads, to the letter as a server keeps them.  Pure.

May import: model, errors, net.replies, core.limits, core.text.
The shapes are those of the lexicons `app.bsky.feed.post` and `app.bsky.richtext.facet`; servers check facets only for
their types (one that reaches past the text is accepted), so what clients would drop must not be made here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import regex

from bot.core.limits import LIMITS as PUBLISHED
from bot.core.text import cut, fits, links_in, measure
from bot.errors import Rejected, TooLong
from bot.model import Post
from bot.net.replies import within, words

LIMITS = PUBLISHED["bluesky"]
"""The lexicon `app.bsky.feed.post`: maxGraphemes 300, maxLength 3,000 (UTF-8 bytes).  A record key is taken for ever."""

POST = "app.bsky.feed.post"

LONGEST_URI = 8192
"""Bytes of a string of the format "uri", by the specification of lexicons."""

_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
_AT_URI = re.compile(
    r"at://(did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200})/([A-Za-z][A-Za-z0-9.-]{1,200})/([\w.:~-]{1,512})", re.ASCII
)
_DID = re.compile(r"did:[a-z]{1,20}:[A-Za-z0-9._:%-]{1,200}(?<![:%])", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_URI = re.compile(r"https?://[^\s/][^\s]*", re.IGNORECASE)
# At most 64 graphemes and 640 bytes, by the lexicon: 64 letters and marks are within both.
_TAG = regex.compile(r"(?<![\w&/#@])#([\w\p{M}]{1,64})(?![\w\p{M}])")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: `at://<did>/<collection>/<rkey>`."""

    did: str
    collection: str
    rkey: str

    def __str__(self) -> str:
        return f"at://{self.did}/{self.collection}/{self.rkey}"


def place_of(uri: object) -> Place | None:
    """Read a record's address; None where it is none."""
    found = _AT_URI.fullmatch(words(uri))
    return Place(*found.groups()) if found else None


def did_of(value: object) -> str:
    """A person's permanent id; empty where there is none."""
    return words(value) if _DID.fullmatch(words(value)) else ""


def record_key(post: Post) -> str:
    """The record's key, the same for the same outbox row and revision for ever: a TID of the second it was decided in.

    A TID is 53 bits of microseconds since 1970 and 10 bits that tell clocks apart, as 13 characters that sort by time.
    What stands below the second is drawn from the idempotency key, 30 bits in all with the clock's: rows that were
    decided in one transaction have the same time, and must not have the same key.

    :raises Rejected: nobody knows when it was decided
    """
    decided = post.created_at or post.sent_at
    if decided is None:
        raise Rejected("nobody knows when it was decided, so it has no key")
    drawn = int.from_bytes(
        hashlib.blake2b((post.key or post.dedupe_key).encode("utf-8", "replace"), digest_size=8).digest(), "big"
    )
    second = max(int(decided.timestamp()), 0)
    number = (second * 1_000_000 + (drawn >> 10) % 1_000_000) << 10 | drawn & 1023
    return "".join(_BASE32[number >> shift & 31] for shift in range(60, -1, -5))


def said(text: str) -> str:
    """The text as a server can keep it: what can't be written in UTF-8 is a question mark."""
    return text.encode("utf-8", "replace").decode()


def check(text: str) -> None:
    """Refuse what no server would take.

    :raises Rejected: there is nothing to say
    :raises TooLong: by either limit
    """
    if not text.strip():
        raise Rejected("there is nothing to say")
    if not fits(text, LIMITS):
        length, size = measure(text, LIMITS), len(text.encode())
        raise TooLong(f"{length} graphemes and {size} bytes are more than 300 and 3,000", LIMITS.max_length)


def record_of(post: Post, *, language: str | None, card: bool, thread: Mapping[str, Any] | None) -> dict[str, Any]:
    """The record that a post is kept as; `thread`: what it answers, as `reply` wants it.

    It says that it was made when it was first sent: a draft that waited a day for its approval would otherwise stand a
    day down in everybody's timeline.
    """
    text = said(post.text)
    moments = [at.astimezone(UTC) for at in (post.created_at, post.sent_at) if at is not None]
    record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": iso(max(moments))}
    languages = [tag for tag in (post.language or language,) if tag and _LANGUAGE.fullmatch(tag)]
    if languages:
        record["langs"] = languages[:3]  # the lexicon allows no more
    marks = facets(text, post.link, handle=post.reply_context.get("handle", ""), did=post.reply_to_author or "")
    if marks:
        record["facets"] = marks
    if thread:
        record["reply"] = dict(thread)
    elif card and post.link and _fit_uri(post.link):
        record["embed"] = _card(post)
    return record


def facets(text: str, link: str | None, *, handle: str = "", did: str = "") -> list[dict[str, Any]]:
    """What clients make clickable, by UTF-8 byte offsets, end exclusive, in order and without overlaps.

    The post's own link whole, whatever its last character; other addresses that say https://; tags; and of all handles
    only that of the person who is answered, whose `did` it leads to: foreign words call nobody.
    """
    spans: list[tuple[int, int, dict[str, Any]]] = []

    def mark(start: int, end: int, feature: dict[str, Any]) -> None:
        if all(end <= other[0] or start >= other[1] for other in spans):
            spans.append((start, end, feature))

    if link and _fit_uri(link):
        at = text.find(link)
        while at >= 0:
            mark(at, at + len(link), {"$type": "app.bsky.richtext.facet#link", "uri": link})
            at = text.find(link, at + len(link))
    for start, end in links_in(text, bare=False):
        if _fit_uri(text[start:end]):
            mark(start, end, {"$type": "app.bsky.richtext.facet#link", "uri": text[start:end]})
    for found in _TAG.finditer(text):
        if not found[1].isdigit():
            mark(found.start(), found.end(), {"$type": "app.bsky.richtext.facet#tag", "tag": found[1]})
    if handle and did_of(did):
        for called in re.finditer(rf"(?<![\w@/.])@{re.escape(handle)}(?![\w-]|\.\w)", text, re.IGNORECASE):
            mark(called.start(), called.end(), {"$type": "app.bsky.richtext.facet#mention", "did": did})
    return [
        {"index": {"byteStart": _bytes(text, start), "byteEnd": _bytes(text, end)}, "features": [feature]}
        for start, end, feature in sorted(spans, key=lambda span: span[0])
    ]


def reference(uri: str, cid: str) -> dict[str, str]:
    """A record and which version of it is meant."""
    return {"uri": uri, "cid": cid}


def is_post(record: Mapping[str, Any], post: Post) -> bool:
    """Whether a record of ours is this post: its words, and what it answers.

    A part of a thread learns what it answers only when it is sent: as it stands in the outbox it answers nothing.
    """
    parent = words(within(record, "reply", "parent").get("uri"))
    return record.get("text") == said(post.text) and post.reply_to in {None, parent}


def iso(at: datetime) -> str:
    """A time as the lexicons want it: UTC, with milliseconds and a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _card(post: Post) -> dict[str, Any]:
    """The link as a card: its title alone, since the words stand above it already; without a title its site's name."""
    link = post.link or ""
    title = said(" ".join(post.title.split())) or link.partition("://")[2].partition("/")[0]
    external = {"uri": link, "title": cut(title, LIMITS.max_length, LIMITS), "description": ""}
    return {"$type": "app.bsky.embed.external", "external": external}


def _fit_uri(link: str) -> bool:
    """Whether a server takes it as an address: a refused one would cost the whole post."""
    return bool(_URI.fullmatch(link)) and len(link.encode("utf-8", "replace")) <= LONGEST_URI


def _bytes(text: str, at: int) -> int:
    return len(text[:at].encode())
