"""A feed document as any parser finds it, cleaned in one place, so that all parsers say the same.

May import: core, feeds.dates, model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from html import escape, unescape

from bot.core.addresses import host_of, safe_link
from bot.core.clean import clean
from bot.core.entries import Details, RawEntry, keyed
from bot.core.files import FILM, PICTURE, SOUND, file_at, file_of
from bot.feeds.dates import read_date
from bot.model import Entry, ParsedFeed

MOST_ENTRIES = 200
MOST_HTML = 100_000  # characters of one entry
MOST_TITLE = 1_000
MOST_TEXT = 2_000_000  # characters of HTML in all: what goes through the worker's pipe without stalling its reader
_GROWTH = 8  # a document's HTML is never as many times as long as the document: "&" grows to "&amp;", "\n" to "<br>\n"
_MOST_NAME = 200  # characters of an author, a category, a source
_MOST_CATEGORIES = 30
_MOST_AUTHORS = 3
_MOST_LINKS = 50  # of one item that are looked at

# Bytes of Windows-1252 that somebody took for Latin-1: "smart" quotes and dashes, where Unicode has controls.
_C1 = {0x80 + at: character for at, character in enumerate("€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ")}
_C1_ANY = re.compile("[\x80-\x9f]")
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

# Elements that people write into titles.  Any other "<word>" in a title is meant: "Vec<T>", "<script> considered".
_TITLE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|bdi|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|mark|nobr|p|q|s|small|span|strike"
    r"|strong|sub|sup|tt|u|var|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_EMAIL = re.compile(r"[^\s<>()\[\],;:\"]{1,64}@[^\s<>()\[\],;:\"]{1,190}")
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_].{0,40})?\s*\Z")
_DAYS = {
    name: at for at, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}


@dataclass(slots=True, kw_only=True)
class Item:
    """The parts of one item, as the document spells them; filled by a parser, read by `raw_entry`."""

    guid: str = ""
    permalink: bool = True  # whether the guid may serve as the link
    links: list[tuple[str, str, str]] = field(default_factory=list)  # rel, type, href
    original: str = ""  # the address before a feed service put its own in
    title: str = ""
    title_is_html: bool = True
    bodies: list[tuple[str, bool]] = field(default_factory=list)  # text, whether it is HTML
    authors: list[str] = field(default_factory=list)
    published: str = ""
    created: str = ""
    updated: str = ""
    categories: list[str] = field(default_factory=list)
    language: str = ""
    source: str = ""
    base: str = ""  # what its links are relative to


@dataclass(slots=True, kw_only=True)
class RawFeed:
    """A whole document, read but not keyed."""

    entries: Sequence[RawEntry]
    title: str = ""
    link: str = ""
    language: str | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str | None = None
    topic: str | None = None
    size: int = MOST_TEXT  # bytes of the document, where its parser tells

    def parsed(self, parser: str, problem: str | None = None) -> ParsedFeed:
        """Give the entries their keys, and clip the texts of the last ones where all together are too long."""
        entries = keyed(self.entries)
        return ParsedFeed(
            entries=entries if self.size * _GROWTH <= MOST_TEXT else tuple(_within(entries)),
            title=self.title,
            link=self.link,
            language=self.language,
            ttl=self.ttl,
            skip_hours=self.skip_hours,
            skip_days=self.skip_days,
            hub=self.hub,
            topic=self.topic,
            parser=parser,
            problem=problem,
        )


def raw_entry(item: Item, language: str | None) -> RawEntry:
    """Clean and clip one item, its details when they are asked for.  `language` is the feed's."""
    updated = read_date(item.updated) if item.updated else None
    published = read_date(item.published) if item.published else None
    if published is None and item.created:
        published = read_date(item.created)
    link = item_link(item)
    return RawEntry(
        guid=_c1_repaired(item.guid.strip())[:MOST_TITLE],
        link=link,
        enclosure="" if link else _enclosure(item),
        title=plain_title(item.title, is_html=item.title_is_html),
        published=published or updated,
        updated=updated,
        details=partial(_details, item, language),
    )


def _details(item: Item, language: str | None) -> Details:
    """`language` is the feed's, for items that don't say theirs."""
    return Details(
        html=fullest(item.bodies),
        author=", ".join(dict.fromkeys(filter(None, map(person, item.authors[:_MOST_AUTHORS])))),
        categories=names(item.categories),
        language=language_code(item.language) or language,
        source=_name(item.source) if item.source else "",
    )


def newest(dates: Sequence[str]) -> Iterable[int]:
    """Which items of a long document to keep: the newest where all have dates, else the first; in document order."""
    if len(dates) <= MOST_ENTRIES:
        return range(len(dates))
    moments: list[datetime] = []
    for text in dates:
        moment = read_date(text) if text else None
        if moment is None:
            return range(MOST_ENTRIES)
        moments.append(moment)
    order = sorted(range(len(moments)), key=lambda at: moments[at], reverse=True)
    return sorted(order[:MOST_ENTRIES])


def item_link(item: Item) -> str:
    """The page of an item: the original address, an alternate link (HTML first), or a guid that is a permalink."""
    if item.original and (link := link_of(item.original, item.base)):
        return link
    links = item.links
    plainly = links and links[0][0] == "alternate" and (len(links) == 1 or not links[0][1])
    if plainly and (link := link_of(links[0][2], item.base)):
        return link
    alternates = [(kind, href) for rel, kind, href in links[:_MOST_LINKS] if rel == "alternate" and href]
    for kind, href in alternates:
        if ("html" in kind or not kind) and (link := link_of(href, item.base)):
            return link
    for _, href in alternates:
        if link := link_of(href, item.base):
            return link
    # Beside a link element, however useless, feedparser no longer says whether the guid is a permalink: then it is one.
    useless = any(rel == "alternate" for rel, _, _ in links[:_MOST_LINKS])
    if (item.permalink or useless) and item.guid.strip().startswith(("http://", "https://")):
        return link_of(item.guid, "")
    return ""


def _enclosure(item: Item) -> str:
    """What comes with an item, sound or film first; a picture only adorns it."""
    enclosed = [(kind, href) for rel, kind, href in item.links[:_MOST_LINKS] if rel == "enclosure" and href]
    files = [(file_of(kind) or file_at(href), href) for kind, href in enclosed]
    files.sort(key=lambda one: one[0] not in (SOUND, FILM))
    return next((link for kind, href in files if kind != PICTURE and (link := link_of(href, item.base))), "")


def link_of(href: str, base: str) -> str:
    """A link of a feed, absolute and safe; "" if there is none.

    Ampersands are often escaped twice, and "example.org/post" in a feed of example.org has lost its scheme.
    """
    href = href.strip()
    if not href.isascii() or "&amp;" in href:
        href = _c1_repaired(href).replace("&amp;", "&")
    if href and not href.startswith(("http", "/")):
        host = host_of(base)
        if host and host_of("https://" + href) == host:
            href = "https://" + href
    return safe_link(href, base)


def plain_title(text: str, *, is_html: bool = True) -> str:
    """A title as plain text on one line: tags cut and references resolved, once."""
    text = text.strip()
    if "<" not in text and "&" not in text and "  " not in text and text.isascii() and text.isprintable():
        return text[:MOST_TITLE].rstrip()
    if is_html and "<" in text:
        text = _TITLE_TAG.sub("", text[: MOST_TITLE * 10])
    if "&" in text:
        text = _REFERENCE.sub(lambda match: unescape(match[0]), text[: MOST_TITLE * 10])
    return clean(_c1_repaired(text)[: MOST_TITLE * 2])[:MOST_TITLE].rstrip()


def fullest(bodies: Iterable[tuple[str, bool]]) -> str:
    """The longest text of an item, as HTML without characters that no text may hold, clipped between tags."""
    text, is_html = max(bodies, key=lambda body: len(body[0]), default=("", True))
    text = text.strip()
    if not is_html:
        text = escape(text[:MOST_HTML], quote=False).replace("\n", "<br>\n")
    return _NEVER.sub("", _c1_repaired(clipped(text, MOST_HTML)))


def clipped(markup: str, most: int) -> str:
    """HTML cut to a length, not within a tag."""
    if len(markup) <= most:
        return markup
    text = markup[:most]
    opened = text.rfind("<", max(0, most - 2_000))
    return text[:opened] if opened > text.rfind(">", max(0, most - 2_000)) else text


@lru_cache(maxsize=4_096)
def _name(text: str) -> str:
    return plain_title(text)[:_MOST_NAME].rstrip()


@lru_cache(maxsize=4_096)
def person(text: str) -> str:
    """The name in "ann@example.org (Ann)", "Ann <ann@example.org>" or "Ann"; a lone address is nobody's name."""
    text = plain_title(text[:MOST_TITLE])
    if "@" in text:
        text = _EMAIL.sub("", text).replace("mailto:", "").replace("<>", "").replace("()", "").strip()
        if text.startswith("(") and text.endswith(")"):
            text = text[1:-1]
    return text.strip(" ,;")[:_MOST_NAME]


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """Categories: clean, each once whatever its case, at most thirty."""
    kept: dict[str, str] = {}
    for text in texts:
        name = _name(text[:MOST_TITLE])
        if name:
            kept.setdefault(name.casefold(), name)
        if len(kept) == _MOST_CATEGORIES:
            break
    return tuple(kept.values())


def language_code(text: str) -> str | None:
    """The two or three letters of a language tag ("en-US" is "en"); None if it is none."""
    match = _LANGUAGE.match(text) if text else None
    return match[1].lower() if match else None


def ttl_of(minutes: str, period: str = "", frequency: str = "") -> timedelta | None:
    """How long a feed asks to be left alone: `ttl` in minutes, or the syndication module's period and frequency."""
    if minutes.strip().isdecimal() and 0 < int(minutes.strip()[:9]) <= 60 * 24 * 365:
        return timedelta(minutes=int(minutes.strip()[:9]))
    hours = _PERIODS.get(period.strip().lower())
    if hours is None:
        return None
    times = frequency.strip()
    return timedelta(hours=hours) / max(1, int(times[:6]) if times.isdecimal() else 1)


def hours_of(texts: Iterable[str]) -> frozenset[int]:
    """`skipHours`; some count from 1 to 24."""
    return frozenset(int(text) % 24 for text in (text.strip() for text in texts) if text.isdecimal() and len(text) < 3)


def days_of(texts: Iterable[str]) -> frozenset[int]:
    """`skipDays`, Monday 0."""
    return frozenset(_DAYS[text] for text in (text.strip().lower() for text in texts) if text in _DAYS)


def _within(entries: Sequence[Entry]) -> Iterator[Entry]:
    room = MOST_TEXT
    for entry in entries:
        room -= len(entry.html)
        yield entry if room >= 0 else replace(entry, html=clipped(entry.html, max(2_000, room + len(entry.html))))


def _c1_repaired(text: str) -> str:
    if text.isascii() or _C1_ANY.search(text) is None:
        return text
    return text.translate(_C1)
