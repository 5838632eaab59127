"""Whatever the fast path doubts, read by feedparser: it makes sense of nearly anything.  May import: feeds.raw.

The only importer of feedparser.  It gets bytes in a BytesIO, never a string: from bytes that look like a path it
would open a local file, from a string that looks like an address it would fetch it.
"""

from __future__ import annotations

import io
import re
from typing import Any

from bot.core.addresses import safe_link
from bot.feeds.raw import (
    MOST_ENTRIES,
    Item,
    RawFeed,
    days_of,
    hours_of,
    language_code,
    link_of,
    newest,
    plain_title,
    raw_entry,
    ttl_of,
)

_HEAD = 65_536  # bytes in which a feed says what it is
_ITEM = re.compile(rb"<(?:item|entry)(?=[\s>])")
_DATE = re.compile(rb"<(?:pubDate|published|updated|issued|dc:date|modified)>\s*(?:<!\[CDATA\[)?([^<\]]{6,80})")
_BASE = re.compile(rb"<(?:rss|feed|rdf:RDF)\b[^<>]{0,4000}?\sxml:base\s*=\s*[\"']([^\"'<>]{1,500})[\"']")
# feedparser would resolve ids against it, and an id must stay what it is.
_BASE_ATTRIBUTE = re.compile(rb"(<[^<>]{0,500}\s)xml:base(?=\s*=)")
_HOURS = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAYS = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)
_HTML_TYPES = ("text/html", "application/xhtml+xml")


def read_any(content: bytes, url: str) -> RawFeed | None:
    """Read a document that is not sound XML; None if feedparser finds no feed in it.

    :raises ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError: feedparser gave up
    """
    import feedparser

    content = _cut(content)
    head = content[:_HEAD]
    declared = _BASE.search(head)
    base = safe_link(declared[1].decode("utf-8", "replace"), url) if declared else ""
    result: Any = feedparser.parse(  # noqa: TID251 -- the one place, and from BytesIO
        io.BytesIO(_BASE_ATTRIBUTE.sub(rb"\1xml:was", content)),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not result.version and not result.entries:
        return None
    feed, is_atom = result.feed, str(result.version).startswith("atom")
    links = _links(feed)
    link = link_of(_get(feed, "link"), base or url)
    language = language_code(_get(feed, "language"))
    base = base or (link if not is_atom and _get(feed, "link").startswith("http") else url)
    return RawFeed(
        entries=[raw_entry(_item(entry, base, is_atom=is_atom), language) for entry in result.entries[:MOST_ENTRIES]],
        title=plain_title(_get(feed, "title")),
        link=link,
        language=language,
        ttl=ttl_of(_get(feed, "ttl"), _get(feed, "sy_updateperiod"), _get(feed, "sy_updatefrequency")),
        skip_hours=hours_of(text.decode() for text in _HOURS.findall(head)),
        skip_days=days_of(text.decode() for text in _DAYS.findall(head)),
        hub=next((safe_link(href, url) for rel, _, href in links if rel == "hub"), "") or None,
        topic=next((safe_link(href, url) for rel, _, href in links if rel == "self"), "") or None,
    )


def _item(entry: Any, base: str, *, is_atom: bool) -> Item:  # noqa: ANN401 -- feedparser is untyped
    guid, title = _get(entry, "id"), entry.get("title_detail") or {}
    bodies = [*(entry.get("content") or ()), entry.get("summary_detail") or {"value": _get(entry, "summary")}]
    return Item(
        guid=guid,
        # feedparser drops isPermaLink, but says whether it took the id for the link.
        permalink=bool(dict.get(entry, "guidislink")) or is_atom,
        links=_links(entry),
        original=_get(entry, "feedburner_origlink"),
        title=_get(entry, "title") or _get(entry, "itunes_title"),
        title_is_html=not is_atom or title.get("type") in _HTML_TYPES,
        bodies=[
            (str(body.get("value") or ""), not is_atom or body.get("type", "text/html") in _HTML_TYPES)
            for body in bodies
        ],
        authors=[str(author.get("name") or "") for author in entry.get("authors") or () if author]
        or [_get(entry, "author")],
        published=_get(entry, "published"),
        created=_get(entry, "created"),
        updated=_get(entry, "updated") or _get(entry, "prism_publicationdate"),
        categories=[str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags") or ()],
        language=str(title.get("language") or ""),
        source=_get(entry.get("source") or {}, "title"),
        base=base,
    )


def _get(values: Any, name: str) -> str:  # noqa: ANN401
    # dict.get: feedparser's own answers "published" for a missing "updated", with a warning.
    value = dict.get(values, name)
    return value if isinstance(value, str) else ""


def _links(values: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401
    found = dict.get(values, "links") or ()
    return [(str(link.get("rel") or ""), str(link.get("type") or ""), str(link.get("href") or "")) for link in found]


def _cut(content: bytes) -> bytes:
    """A very long document, cut to the items that matter before anything slow sees it (100,000 items took 30 s)."""
    starts = [match.start() for match in _ITEM.finditer(content)]
    if len(starts) <= MOST_ENTRIES:
        return content
    slices = [content[start:end] for start, end in zip(starts, [*starts[1:], len(content)], strict=True)]
    dates = [(match[1].decode("utf-8", "replace") if (match := _DATE.search(piece)) else "") for piece in slices]
    return content[: starts[0]] + b"".join(slices[at] for at in newest(dates))
