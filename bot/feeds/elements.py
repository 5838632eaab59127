"""Elements of a feed as lxml has them, read for what they hold.  May import: feeds.namespaces, feeds.raw."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from bot.feeds.namespaces import Names
from bot.feeds.raw import Item

Element = Any  # lxml's elements are untyped

_XMLNS = re.compile(r"\sxmlns(?::[\w.\-]+)?=(?:\"[^\"]*\"|'[^']*')")
_OPENED = re.compile(r"<([^<>\s/]+)(?:\s+[\w:.\-]+=\"[^\"<>]*\")*>")
_PREFIXED = re.compile(r"<(/?)(?:xhtml|html|h|xh):")


def items_of(root: Element, names: Names, wanted: str) -> list[Element] | None:
    """All items of the document that hold something; None where some stand inside others, or there are none."""
    found = [element for element in root.iter("{*}" + wanted) if names[element.tag] == wanted and len(element)]
    other = "item" if wanted == "entry" else "entry"
    if not found or any(names[element.tag] == other for element in root.iter("{*}" + other)):
        return None
    parents = {element.getparent() for element in found}
    return None if any(parent is None or names[parent.tag] == wanted for parent in parents) else found


def fill(item: Item, texts: dict[str, str]) -> None:
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


def link_parts(child: Element) -> tuple[str, str, str]:
    """The relation, type and address of a link of Atom or RSS."""
    href = child.get("href")
    rel = (child.get("rel") or "alternate").lower()
    return rel, (child.get("type") or "").lower(), (text_of(child) if href is None else href).strip()


def text_of(element: Element) -> str:
    """All text of an element."""
    return "".join(element.itertext()) if len(element) else element.text or ""


def markup_of(element: Element, *, escaped: bool) -> str:
    """The markup inside an element; the one `div` that Atom wraps around XHTML is left out.

    `escaped`: its text is text.  In RSS it is HTML even beside elements: reddit has written both into one description.
    """
    if len(element) == 1 and not (element.text or "").strip() and str(element[0].tag).endswith("}div"):
        element = element[0]
    markup = (escaped and _inner(element)) or _pieces(element, escaped=escaped)
    if "xmlns" in markup:
        markup = _XMLNS.sub("", markup)
    return _PREFIXED.sub(r"<\1", markup) if "<h" in markup or "<x" in markup else markup


def _inner(element: Element) -> str | None:
    """What stands between the tags of an element, written at once; None where it is not plain where they end."""
    outer: str = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    opened = _OPENED.match(outer)  # its namespaces go with it, and mostly those are all
    return outer[opened.end() : outer.rindex("</")] if opened and outer.endswith(f"</{opened[1]}>") else None


def _pieces(element: Element, *, escaped: bool) -> str:
    """The same, element by element."""
    text = escape(element.text or "", quote=False) if escaped else element.text or ""
    return text + "".join([etree.tostring(child, encoding="unicode", method="html") for child in element])


def joined(base: str, href: str) -> str:
    """An address as it is meant where another one is the base; the base where it can't be read."""
    try:
        return urljoin(base, href) if href else base
    except ValueError:
        return base
