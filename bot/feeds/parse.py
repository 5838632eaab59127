"""A feed document becomes entries.  May import: core, feeds.*, model, errors.

Two ways, one result: `parse_fast` where the document is plainly sound (nine of ten, and cheap enough for the event
loop), `parse_document` for whatever comes, in the worker.  Both clean by the same functions (`feeds.raw`) and key by
the same function (`core.entries`), so a feed that flips between them re-posts nothing.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import FeedUnreadable
from bot.feeds.decode import has_feed, mended, utf8
from bot.feeds.fast import read_xml
from bot.feeds.jsonfeed import read_json
from bot.model import Body, Entry, ParsedFeed

_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][A-Za-z0-9:_.\-]{0,60})")
_PAGE = "an HTML page, not a feed (`starfish feeds discover` looks for its feed)"
_KINDS = {
    b"html": _PAGE,
    b"head": _PAGE,
    b"body": _PAGE,
    b"opml": "an OPML list of feeds, not a feed (`starfish feeds import` reads it)",
    b"urlset": "a sitemap, not a feed",
    b"sitemapindex": "a sitemap, not a feed",
    b"error": "an error message, not a feed",
}
_MOST_REFERENCES = 50_000  # ampersands that the event loop may look at one by one
# What feedparser is known to raise on hostile documents; anything else ends the worker's job, not the bot.
_GIVEN_UP = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)


def parse_fast(body: Body) -> ParsedFeed | None:
    """Read a sound document at once; None when in any doubt.  Never raises."""
    content, problem = utf8(body)
    return _fast(content, body.url, problem, most_references=_MOST_REFERENCES)


def parse_document(body: Body) -> ParsedFeed:
    """Read a document by whatever parser understands it; at most 200 entries.

    :raises FeedUnreadable: it is no feed; the message says what it is
    """
    content, problem = utf8(body)
    parsed = _fast(content, body.url, problem)
    if parsed is not None:
        return parsed
    unreadable = "compressed data" if body.content.startswith(b"\x1f\x8b") else _unreadable(content)
    if unreadable:
        raise FeedUnreadable(f"{body.url} is {unreadable}.")
    from bot.feeds.slow import read_any

    try:
        raw = read_any(mended(content), body.url)
    except _GIVEN_UP as error:
        raise FeedUnreadable(f"{body.url} can't be read as a feed ({type(error).__name__}).") from error
    if raw is None:
        raise FeedUnreadable(f"{body.url} has no entries and no feed element.")
    lack = "It is not plain XML; what could be understood was read." if raw.entries else "It has no entries."
    return raw.parsed("feedparser", problem or lack)


def parse_job(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """The worker's job "parse": `args` are the fields of `Body` but `content`; the answer is for `unpack`.

    :raises FeedUnreadable: as `parse_document`
    """
    body = Body(
        url=str(args.get("url") or ""),
        content=content,
        content_type=str(args.get("content_type") or ""),
        charset=args.get("charset") or None,
    )
    return pack(parse_document(body))


def pack(parsed: ParsedFeed) -> dict[str, Any]:
    """A parsed feed as JSON values."""
    return {
        "entries": [_pack_entry(entry) for entry in parsed.entries],
        "title": parsed.title,
        "link": parsed.link,
        "language": parsed.language,
        "ttl": None if parsed.ttl is None else parsed.ttl.total_seconds(),
        "skip_hours": sorted(parsed.skip_hours),
        "skip_days": sorted(parsed.skip_days),
        "hub": parsed.hub,
        "topic": parsed.topic,
        "parser": parsed.parser,
        "problem": parsed.problem,
    }


def unpack(packed: dict[str, Any]) -> ParsedFeed:
    """What `pack` packed."""
    return ParsedFeed(
        entries=tuple(_unpack_entry(entry) for entry in packed["entries"]),
        title=packed["title"],
        link=packed["link"],
        language=packed["language"],
        ttl=None if packed["ttl"] is None else timedelta(seconds=packed["ttl"]),
        skip_hours=frozenset(packed["skip_hours"]),
        skip_days=frozenset(packed["skip_days"]),
        hub=packed["hub"],
        topic=packed["topic"],
        parser=packed["parser"],
        problem=packed["problem"],
    )


# --------------------------------------------------------------------------- parts


def _fast(content: bytes, url: str, problem: str | None, *, most_references: float = math.inf) -> ParsedFeed | None:
    if content.startswith(b"{"):
        raw = read_json(content, url)
        return None if raw is None else raw.parsed("json", problem)
    if b"<" not in content[:2_000]:
        return None
    raw = read_xml(content, url)
    if raw is None and content.count(b"&") < most_references and not _unreadable(content):
        raw = read_xml(mended(content), url)
    return None if raw is None else raw.parsed("fast", problem)


def _unreadable(content: bytes) -> str | None:
    """What a document is that is plainly no feed; None if it may be one."""
    if not content.strip():
        return "empty"
    if content.startswith((b"{", b"[")):
        return "JSON, but not a JSON Feed"
    if has_feed(content):
        return None
    if b"\0" in content[:1_000]:
        return "binary data, not a feed"
    match = _FIRST_ELEMENT.search(content, 0, 100_000)
    if match is None:
        return "plain text, not a feed"
    return _KINDS.get(match[1].lower())


def _pack_entry(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "link": entry.link,
        "title": entry.title,
        "html": entry.html,
        "author": entry.author,
        "published": None if entry.published is None else entry.published.timestamp(),
        "updated": None if entry.updated is None else entry.updated.timestamp(),
        "categories": entry.categories,
        "language": entry.language,
        "source": entry.source,
    }


def _unpack_entry(packed: dict[str, Any]) -> Entry:
    return Entry(
        key=packed["key"],
        link=packed["link"],
        title=packed["title"],
        html=packed["html"],
        author=packed["author"],
        published=_moment(packed["published"]),
        updated=_moment(packed["updated"]),
        categories=tuple(packed["categories"]),
        language=packed["language"],
        source=packed["source"],
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
