"""RSS, RDF and Atom that are sound XML, read by lxml: fifty times faster than feedparser.  May import: core, feeds.namespaces, feeds.raw.

Says None whenever a document is not plainly one of the three, and another parser looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import escape
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from bot.core.addresses import safe_link
from bot.feeds.namespaces import Names
from bot.feeds.raw import (
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

_XML = "{http://www.w3.org/XML/1998/namespace}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMLNS = re.compile(r"\sxmlns(?::[\w.\-]+)?=(?:\"[^\"]*\"|'[^']*')")
_PREFIXED = re.compile(r"<(/?)(?:xhtml|html|h|xh):")
_ROOTS = frozenset(("rss", "rdf:rdf", "feed"))
_DATES = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "updated", "modified", "dcterms:modified")

_Element = Any  # lxml's elements are untyped


def read_xml(content: bytes, url: str) -> RawFeed | None:
    """Read a document that is well-formed UTF-8; None if it is not, or no feed that is plain to see.

    Entities are not resolved, nothing is loaded, libxml2's own limits hold (depth 256, 10 MB a text).
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
        encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        return None
    names = Names(root.tag)
    kind = names[root.tag]
    if kind not in _ROOTS:
        return None
    elements = _items(root, names, "entry" if kind == "feed" else "item")
    if elements is None:
        return None
    return _Reader(root, names, url, content, is_atom=kind == "feed").feed(elements)


class _Reader:
    """One document being read."""

    def __init__(self, root: _Element, names: Names, url: str, content: bytes, *, is_atom: bool) -> None:
        self.root, self.names, self.url = root, names, url
        self.is_atom, self.size = is_atom, len(content)
        # Asking an element for an attribute costs ten times as much as its share of looking through the document once.
        attributed = b"xml:" in content
        self.based, self.spoken = attributed and b"xml:base" in content, attributed and b"xml:lang" in content
        self.about = _RDF[1:-1].encode() in content  # the longer the word, the faster it is looked for
        self.head = root if is_atom else next((child for child in root if names[child.tag] == "channel"), root)
        self.heads = [(name, child) for child in self.head if (name := names[child.tag]) not in ("item", "entry")]
        self._parts = _Parts(names)
        self._bases: dict[_Element, str] = {}
        self.base = self._base(self.head)

    def feed(self, elements: list[_Element]) -> RawFeed:
        """The head of the document, and its items, at most the 200 that matter."""
        head: dict[str, str] = {}
        for name, child in self.heads:
            if name not in head:
                head[name] = _text(child)
        links = [link for link in (_link_parts(child) for name, child in self.heads if name == "link") if link[2]]
        site = next((href for rel, _, href in links if rel == "alternate" and link_of(href, self.base)), "")
        link = link_of(site, self.base)
        if not self.is_atom and not self.based:
            # Relative links of RSS mean the site, wherever the feed itself lives.
            self.base = link if site.startswith("http") else self.base
        language = language_code(self.root.get(_XML + "lang") or head.get("language") or head.get("dc:language") or "")
        kept = newest([self._date(element) for element in elements]) if len(elements) > 200 else range(len(elements))
        return RawFeed(
            entries=[raw_entry(self._item(elements[at]), language) for at in kept],
            title=plain_title(head.get("title") or head.get("dc:title") or ""),
            link=link,
            language=language,
            ttl=self._ttl(head),
            skip_hours=hours_of(self._inside("skiphours")),
            skip_days=days_of(self._inside("skipdays")),
            hub=self._related(links, "hub"),
            topic=self._related(links, "self"),
            size=self.size,
        )

    def _item(self, element: _Element) -> Item:
        item = Item(base=self._base(element) if self.based else self.base, title_is_html=not self.is_atom)
        if self.spoken:
            item.language = element.get(_XML + "lang") or ""
        if self.about:
            item.guid = element.get(_RDF + "about") or ""
        parts = self._parts
        texts: dict[str, str] = {}
        for child in element:
            reader, name = parts[child.tag]
            if reader is not None:
                reader(self, item, child)
            elif name not in texts:
                texts[name] = child.text or ""
        _fill(item, texts)
        return item

    # ------------------------------------------------------------------ parts of an item

    def link(self, item: Item, child: _Element) -> None:
        item.links.append(_link_parts(child))

    def guid(self, item: Item, child: _Element) -> None:
        text = _text(child)
        if text.strip():
            item.guid = text
            item.permalink = (child.get("isPermaLink") or child.get("ispermalink") or "true").lower() != "false"

    def title(self, item: Item, child: _Element) -> None:
        if not item.title:
            text, is_html = self._construct(child)
            item.title, item.title_is_html = text.strip(), is_html

    def body(self, item: Item, child: _Element) -> None:
        kind = (child.get("type") or "").lower()
        if child.get("src") and not child.text:
            return
        if kind and "/" in kind and not kind.startswith("text/") and "html" not in kind:
            return  # pictures, PDF, base64
        item.bodies.append(self._construct(child))

    def group(self, item: Item, child: _Element) -> None:
        for part in child:
            if self.names[part.tag] == "media:description":
                self.body(item, part)

    def person(self, item: Item, child: _Element) -> None:
        if not len(child):
            item.authors.append(child.text or "")
            return
        for part in child:
            if self.names[part.tag] == "name":
                item.authors.append(part.text or "")
                return
        item.authors.append(_text(child))

    def category(self, item: Item, child: _Element) -> None:
        item.categories.append(child.get("label") or child.get("term") or _text(child))

    def keywords(self, item: Item, child: _Element) -> None:
        """Keywords, parted by commas."""
        item.categories += (child.text or "")[:2_000].split(",")

    def source(self, item: Item, child: _Element) -> None:
        title = next((part for part in child if self.names[part.tag] == "title"), None)
        item.source = _text(child if title is None else title)

    # ------------------------------------------------------------------ parts of the head

    def _construct(self, child: _Element) -> tuple[str, bool]:
        """The text of an element that may hold markup, and whether it is HTML."""
        if len(child):
            return _inner(child, escaped=self.is_atom), True
        return child.text or "", not self.is_atom or "html" in (child.get("type") or "").lower()

    def _related(self, links: list[tuple[str, str, str]], wanted: str) -> str | None:
        return next((safe_link(href, self.url) for rel, _, href in links if rel == wanted), "") or None

    def _inside(self, wanted: str) -> Iterator[str]:
        for name, child in self.heads:
            if name == wanted:
                yield from (part.text or "" for part in child)

    def _ttl(self, head: dict[str, str]) -> timedelta | None:
        return ttl_of(head.get("ttl", ""), head.get("sy:updateperiod", ""), head.get("sy:updatefrequency", ""))

    def _date(self, element: _Element) -> str:
        texts = {self.names[child.tag]: child.text or "" for child in element}
        return next((texts[name] for name in _DATES if texts.get(name)), "")

    def _base(self, element: _Element) -> str:
        """What links of an element are relative to: `xml:base` of it and of what it stands in."""
        if not self.based:
            return self.url
        known = self._bases.get(element)
        if known is None:
            parent = element.getparent()
            known = _joined(self.url if parent is None else self._base(parent), element.get(_XML + "base") or "")
            self._bases[element] = known
        return known


_PARTS: dict[str, Callable[[_Reader, Item, _Element], None]] = {
    "link": _Reader.link,
    "guid": _Reader.guid,
    "id": _Reader.guid,
    "title": _Reader.title,
    "description": _Reader.body,
    "content:encoded": _Reader.body,
    "content": _Reader.body,
    "summary": _Reader.body,
    "fullitem": _Reader.body,
    "body": _Reader.body,
    "dc:description": _Reader.body,
    "itunes:summary": _Reader.body,
    "media:description": _Reader.body,
    "media:group": _Reader.group,
    "author": _Reader.person,
    "dc:creator": _Reader.person,
    "dc:author": _Reader.person,
    "category": _Reader.category,
    "dc:subject": _Reader.category,
    "itunes:keywords": _Reader.keywords,
    "media:keywords": _Reader.keywords,
    "itunes:author": _Reader.person,
    "source": _Reader.source,
}


class _Parts(dict[str, tuple[Callable[[_Reader, Item, _Element], None] | None, str]]):
    """By lxml's tag: who reads such a part of an item (None: its text is all), and its name."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, tag: str) -> tuple[Callable[[_Reader, Item, _Element], None] | None, str]:
        name = self._names[tag]
        self[tag] = part = _PARTS.get(name), name
        return part


# --------------------------------------------------------------------------- elements


def _items(root: _Element, names: Names, wanted: str) -> list[_Element] | None:
    """All items of the document that hold something; None where some stand inside others, or there are none."""
    found = [element for element in root.iter("{*}" + wanted) if names[element.tag] == wanted and len(element)]
    other = "item" if wanted == "entry" else "entry"
    if not found or any(names[element.tag] == other for element in root.iter("{*}" + other)):
        return None
    parents = {element.getparent() for element in found}
    return None if any(parent is None or names[parent.tag] == wanted for parent in parents) else found


def _fill(item: Item, texts: dict[str, str]) -> None:
    """The parts of an item that are plain texts, each under the first of its names that is there."""
    get = texts.get
    item.original = get("feedburner:origlink") or ""
    item.published = get("pubdate") or get("published") or get("issued") or get("dcterms:issued") or ""
    item.created = get("created") or get("dcterms:created") or ""
    item.updated = (
        get("updated")
        or get("modified")
        or get("dcterms:modified")
        or get("dc:date")
        or get("prism:publicationdate")
        or ""
    )
    item.title = item.title or get("dc:title") or get("media:title") or get("itunes:title") or ""
    item.language = item.language or get("dc:language") or get("language") or ""


def _link_parts(child: _Element) -> tuple[str, str, str]:
    """The relation, type and address of a link of Atom or RSS."""
    href = child.get("href")
    rel = (child.get("rel") or "alternate").lower()
    return rel, (child.get("type") or "").lower(), (_text(child) if href is None else href).strip()


def _text(element: _Element) -> str:
    """All text of an element."""
    return "".join(element.itertext()) if len(element) else element.text or ""


def _inner(element: _Element, *, escaped: bool) -> str:
    """The markup inside an element; the one `div` that Atom wraps around XHTML is left out.

    `escaped`: its text is text.  In RSS it is HTML even beside elements: reddit has written both into one description.
    """
    if len(element) == 1 and not (element.text or "").strip() and str(element[0].tag).endswith("}div"):
        element = element[0]
    text = escape(element.text or "", quote=False) if escaped else element.text or ""
    markup = "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
    return _PREFIXED.sub(r"<\1", _XMLNS.sub("", text + markup))


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href) if href else base
    except ValueError:
        return base
