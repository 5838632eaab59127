"""A first look at foreign bytes: is it a feed, what is it called, which feeds does a page name.  May import: lxml.

Reads at most the beginning, in linear time; whether something is a feed for good is decided by `parse`.
"""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

HEAD = 64_000
"""Bytes in which a document shows what it is."""

MOST = 20
"""Feeds that one page may name."""

FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/xml", "text/xml"}
)  # fmt: skip

_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})(?=[\s/>])", re.ASCII)
_TITLE = re.compile(r"<(?:[\w.-]{1,40}:)?title(?:\s[^>]{0,200})?>", re.IGNORECASE)
_TITLE_END = re.compile(r"</(?:[\w.-]{1,40}:)?title\s{0,9}>", re.IGNORECASE)
_ASIDES = (("<!--", "-->"), ("<?", "?>"), ("<!", ">"))
_ENTRY = re.compile(r"<(?:item|entry)[\s>]")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_FEEDISH = re.compile(r"(?:\.(?:rss|atom|rdf)|/(?:rss|feed|atom)(?:\.xml|\.json)?/?|/index\.xml)$", re.IGNORECASE)
_SECTION = re.compile(r"//[^/]+/(?:[^?#]*/)?(?:category|tag|author|topic)/[^/?#]+/?(?:[?#]|$)", re.IGNORECASE)
_FEED_WORD = re.compile(r"\b(?:rss|atom|feed|subscribe)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A feed that a page names."""

    url: str
    title: str
    sure: bool  # by a link element made for it; else only an anchor that looks so


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says about itself, as far as discovery wants to know."""

    links: tuple[Link, ...] = ()
    generator: str = ""


def looks_like_feed(content: bytes) -> bool:
    """Whether a document begins as RSS, RDF, Atom or JSON Feed do."""
    head = _text(content)
    if head.startswith("{"):
        return "jsonfeed.org/version" in head[:4000]
    root = _ROOT.match(head, _prologue(head))
    return root is not None and root[1].lower() in {"rss", "rdf", "feed", "channel"}


def _prologue(head: str) -> int:
    """Where the root element begins: behind comments, processing instructions and the DOCTYPE.

    By hand, because a pattern that looks for the end of each comment anew takes quadratic time on unclosed ones.
    """
    at = 0
    while (at := head.find("<", at)) >= 0:
        end = next((end for begin, end in _ASIDES if head.startswith(begin, at)), None)
        if end is None:
            return at
        closed = head.find(end, at)
        if closed < 0:
            break
        at = closed + len(end)
    return len(head)


def feed_title(content: bytes) -> str:
    """The title of a feed, of its head alone; empty if it has none there."""
    head = _text(content)
    if head.startswith("{"):
        found = re.search(r'"title"\s*:\s*"((?:[^"\\]|\\.){0,300})"', head)
        return _line(found[1]) if found else ""
    entry = _ENTRY.search(head)
    end = entry.start() if entry else len(head)
    found = _TITLE.search(head, 0, end)
    if found is None or (close := _TITLE_END.search(head, found.end(), end)) is None:
        return ""
    return _line(head[found.end() : close.start()].replace("<![CDATA[", "").replace("]]>", ""))


def read_page(content: bytes, url: str, charset: str | None = None) -> Page:
    """Find the feeds that a page names: by link elements, else by anchors that look like it.

    The feeds of comments come last, because they hardly are what is wanted; a section's own comes before its site's.
    """
    if not content.strip():
        return Page()
    try:
        parser = etree.HTMLParser(encoding=_codec(charset), no_network=True, recover=True, huge_tree=False)
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError):
        return Page()
    if root is None:
        return Page()
    base = next((href for tag in root.iter("base") if (href := tag.get("href"))), "")
    base = _joined(url, base) or url
    links = _declared(root, base) or _anchored(root, base)
    unique: dict[str, Link] = {}
    for link in links:
        unique.setdefault(link.url, link)
    section = url.partition("?")[0] if _SECTION.search(url) else ""

    def place(link: Link) -> tuple[bool, bool]:
        return "comment" in f"{link.title} {link.url}".lower(), not link.url.startswith(section)

    ordered = sorted(unique.values(), key=place)
    metas = (tag.get("content") or "" for tag in root.iter("meta") if (tag.get("name") or "").lower() == "generator")
    return Page(links=tuple(ordered[:MOST]), generator=next(metas, "")[:200])


def _declared(root: etree._Element, base: str) -> list[Link]:
    found = []
    for tag in root.iter("link"):
        relations = (tag.get("rel") or "").lower().split()
        kind = (tag.get("type") or "").partition(";")[0].strip().lower()
        is_feed = ("alternate" in relations and kind in FEED_TYPES) or "feed" in relations
        if is_feed and (url := _joined(base, tag.get("href") or "")):
            found.append(Link(url, _line(tag.get("title") or ""), sure=True))
    return found


def _anchored(root: etree._Element, base: str) -> list[Link]:
    found = []
    for tag in root.iter("a"):
        href = tag.get("href") or ""
        url = _joined(base, href)
        if url and _FEEDISH.search(url.partition("?")[0]):
            words = _line(" ".join((tag.get("title") or "", tag.text or "")))
            found.append(Link(url, words if not _FEED_WORD.fullmatch(words) else "", sure=False))
    return found


def _joined(base: str, href: str) -> str:
    """Make an address absolute; empty if it is none of the web."""
    href = href.strip()
    if not href or len(href) > 2000:
        return ""
    if href.startswith("feed:"):
        href = "https:" + href[5:] if href.startswith("feed://") else href[5:]
    try:
        url = urljoin(base, href)
    except ValueError:
        return ""
    return url.partition("#")[0] if url.startswith(("http://", "https://")) else ""


def _text(content: bytes) -> str:
    """The beginning of a document as text, good enough to see its shape."""
    head = content[:HEAD]
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(name, "replace").lstrip()
    if head[:4].count(0) == 2:
        return head.decode("utf-16-be" if head[0] == 0 else "utf-16-le", "replace").lstrip()
    return head.decode("utf-8", "replace").lstrip()


def _line(text: str) -> str:
    """Foreign text as one clean short line."""
    text = _TAG.sub(" ", html.unescape(_TAG.sub(" ", text[:2000])))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]


def _codec(charset: str | None) -> str | None:
    try:
        return codecs.lookup(charset).name if charset else None
    except LookupError:
        return None
