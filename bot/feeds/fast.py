"""RSS, RDF and Atom that are sound XML, read by lxml: fifty times faster than feedparser.

May import: core, feeds.elements, feeds.namespaces, feeds.raw.

Says None whenever a document is not plainly one of the three, and another parser looks at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from lxml import etree

from bot.core.addresses import safe_link
from bot.feeds.elements import Element, fill, items_of, joined, link_parts, markup_of, text_of
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
_ROOTS = frozenset(("rss", "rdf:rdf", "feed"))
_DATES = ("pubdate", "published", "issued", "dcterms:issued", "dc:date", "updated", "modified", "dcterms:modified")


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
    elements = items_of(root, names, "entry" if kind == "feed" else "item")
    if elements is None:
        return None
    return _Reader(root, names, url, content, is_atom=kind == "feed").feed(elements)


class _Reader:
    """One document being read."""

    def __init__(self, root: Element, names: Names, url: str, content: bytes, *, is_atom: bool) -> None:
        self.root, self.names, self.url = root, names, url
        self.is_atom, self.size = is_atom, len(content)
        # Asking an element for an attribute costs ten times as much as its share of looking through the document once.
        attributed = b"xml:" in content
        self.based, self.spoken = attributed and b"xml:base" in content, attributed and b"xml:lang" in content
        self.about = _RDF[1:-1].encode() in content  # the longer the word, the faster it is looked for
        self.head = root if is_atom else next((child for child in root if names[child.tag] == "channel"), root)
        self.heads = [(name, child) for child in self.head if (name := names[child.tag]) not in ("item", "entry")]
        self._parts = _Parts(names)
        self._bases: dict[Element, str] = {}
        self.base = self._base(self.head)

    def feed(self, elements: list[Element]) -> RawFeed:
        """The head of the document, and its items, at most the 200 that matter."""
        head: dict[str, str] = {}
        for name, child in self.heads:
            if name not in head:
                head[name] = text_of(child)
        links = [link for link in (link_parts(child) for name, child in self.heads if name == "link") if link[2]]
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

    def _item(self, element: Element) -> Item:
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
        fill(item, texts)
        return item

    # ------------------------------------------------------------------ parts of an item

    def link(self, item: Item, child: Element) -> None:
        item.links.append(link_parts(child))

    def enclosure(self, item: Item, child: Element) -> None:
        item.links.append(("enclosure", child.get("type") or "", child.get("url") or ""))

    def guid(self, item: Item, child: Element) -> None:
        text = text_of(child)
        if text.strip():
            item.guid = text
            item.permalink = (child.get("isPermaLink") or child.get("ispermalink") or "true").lower() != "false"

    def title(self, item: Item, child: Element) -> None:
        if not item.title:
            text, is_html = self._construct(child)
            item.title, item.title_is_html = text.strip(), is_html

    def body(self, item: Item, child: Element) -> None:
        kind = (child.get("type") or "").lower()
        if child.get("src") and not child.text:
            return
        if kind and "/" in kind and not kind.startswith("text/") and "html" not in kind:
            return  # pictures, PDF, base64
        item.bodies.append(self._construct(child))

    def group(self, item: Item, child: Element) -> None:
        for part in child:
            if self.names[part.tag] == "media:description":
                self.body(item, part)

    def person(self, item: Item, child: Element) -> None:
        if not len(child):
            item.authors.append(child.text or "")
            return
        for part in child:
            if self.names[part.tag] == "name":
                item.authors.append(part.text or "")
                return
        item.authors.append(text_of(child))

    def category(self, item: Item, child: Element) -> None:
        item.categories.append(child.get("label") or child.get("term") or text_of(child))

    def keywords(self, item: Item, child: Element) -> None:
        """Keywords, parted by commas."""
        item.categories += (child.text or "")[:2_000].split(",")

    def source(self, item: Item, child: Element) -> None:
        title = next((part for part in child if self.names[part.tag] == "title"), None)
        item.source = text_of(child if title is None else title)

    # ------------------------------------------------------------------ parts of the head

    def _construct(self, child: Element) -> tuple[str, bool]:
        """The text of an element that may hold markup, and whether it is HTML."""
        if len(child):
            return markup_of(child, escaped=self.is_atom), True
        return child.text or "", not self.is_atom or "html" in (child.get("type") or "").lower()

    def _related(self, links: list[tuple[str, str, str]], wanted: str) -> str | None:
        return next((safe_link(href, self.url) for rel, _, href in links if rel == wanted), "") or None

    def _inside(self, wanted: str) -> Iterator[str]:
        for name, child in self.heads:
            if name == wanted:
                yield from (part.text or "" for part in child)

    def _ttl(self, head: dict[str, str]) -> timedelta | None:
        return ttl_of(head.get("ttl", ""), head.get("sy:updateperiod", ""), head.get("sy:updatefrequency", ""))

    def _date(self, element: Element) -> str:
        texts = {self.names[child.tag]: child.text or "" for child in element}
        return next((texts[name] for name in _DATES if texts.get(name)), "")

    def _base(self, element: Element) -> str:
        """What links of an element are relative to: `xml:base` of it and of what it stands in."""
        if not self.based:
            return self.url
        known = self._bases.get(element)
        if known is None:
            parent = element.getparent()
            known = joined(self.url if parent is None else self._base(parent), element.get(_XML + "base") or "")
            self._bases[element] = known
        return known


_PARTS: dict[str, Callable[[_Reader, Item, Element], None]] = {
    "link": _Reader.link,
    "enclosure": _Reader.enclosure,
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


class _Parts(dict[str, tuple[Callable[[_Reader, Item, Element], None] | None, str]]):
    """By lxml's tag: who reads such a part of an item (None: its text is all), and its name."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, tag: str) -> tuple[Callable[[_Reader, Item, Element], None] | None, str]:
        name = self._names[tag]
        self[tag] = part = _PARTS.get(name), name
        return part
