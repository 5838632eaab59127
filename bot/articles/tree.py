"""Bytes of a page to a tree that is cheap to search.  May import: core.text, the standard library; lxml.

The page is parsed once.  What is never article text goes first, in one walk: the search for the article then has half
of the elements to look at, which is most of our speed.
"""

from __future__ import annotations

import codecs
import re
from itertools import islice
from typing import Any, TypeAlias

from lxml import etree, html

from bot.core.text import raised

MAX_BYTES = 3_000_000  # of a page; the longest honest ones have half a million
MAX_ELEMENTS = 20_000  # after pruning; honest articles have 500, and the longest of them 6,000

Element: TypeAlias = Any  # lxml.html.HtmlElement; lxml is untyped

# Elements that hold no article text, with all that is in them.
_NEVER_TEXT = (
    *("script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "embed", "applet", "map", "math"),
    *("audio", "video", "picture", "source", "track", "link", "head", "nav", "aside", "footer", "menu", "dialog"),
    *("button", "select", "option", "input", "textarea", "fieldset", "legend", "label", "time", "figure"),
)

# Charsets that the web uses, by the shape of their names.  An allow-list, since Python has codecs that a hostile page
# must not choose: "punycode" takes quadratic time.
_CHARSET = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|latin-?1|iso-?8859-\d{1,2}|windows-\d{3,4}|cp-?\d{3,4}|koi8-[ru]"
    r"|mac-?roman|macintosh|gbk|gb2312|gb18030|big5(?:-hkscs)?|shift[_-]?jis|sjis|euc-(?:jp|kr)|iso-2022-jp|tis-620"
)
# What browsers read under these names (WHATWG encoding standard): supersets of what they say.
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MOST_IN_RAISED = 20  # elements: what holds more is no mark
_REPLACED = "\ufffd"
_FOREIGN = re.compile("[^\x00-\x7f\ufffd]")
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decoded(content: bytes, charset: str | None = None) -> str:
    """Read the bytes of a page as text, whatever they are; `charset`: of the Content-Type header.

    The byte-order mark decides, then UTF-8 where all bytes agree (by chance they hardly do), then the header, then the
    page's own word, then what Western pages mean when they say nothing.
    """
    content = content[:MAX_BYTES]
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    words = _DECLARED.search(content[:4096])
    claims = [known for claim in (charset, words and words[1].decode("ascii", "replace")) if (known := _known(claim))]
    if content[:64].count(b"\x00") > len(content[:64]) // 4:
        claims += ["utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"]
    elif not any(name.startswith("iso2022") for name in claims):
        text = content.decode("utf-8", "replace")
        broken = text.count(_REPLACED)
        if not broken or "utf-8" in claims or broken * 20 < len(_FOREIGN.findall(text)):
            return text  # a few broken characters among many good ones: still UTF-8
    for name in claims:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return content.decode(next((name for name in claims if name != "utf-8"), "cp1252"), "replace")


def parsed(text: str) -> Element | None:
    """Parse the text of a page; None where there is no element in it."""
    text = _BROKEN.sub("", text)
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, default_doctype=False
    )
    # One class for all elements: choosing it by name, as lxml.html does, costs a tenth of the whole extraction.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError, AssertionError):
        return None  # only comments, only spaces, nothing at all


def prune(tree: Element) -> None:
    """Take out of a tree, in place, what is never article text, and what is too much."""
    for element in [*tree.iter(*_NEVER_TEXT)]:
        remove(element)
    for element in [*tree.iter("sup")]:
        _lower(element)
    if tree.xpath("count(.//*)") > MAX_ELEMENTS:
        _cut_from(next(islice(tree.iter(), MAX_ELEMENTS, None)))


def remove(element: Element) -> None:
    """Take an element out of its tree and leave the text that follows it."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        return
    if tail:
        before = element.getprevious()
        if before is not None:
            before.tail = f"{before.tail or ''}{tail}"
        else:
            parent.text = f"{parent.text or ''}{tail}"
    parent.remove(element)


def _lower(element: Element) -> None:
    """Give a raised text the place of its element: notes' marks go, powers stay powers."""
    holder = element.getparent()
    if holder is None or len(element) > _MOST_IN_RAISED:
        return
    linked = holder.tag == "a" or element.find(".//a") is not None
    marked = (
        holder
        if holder.tag == "a" and not holder.text and len(holder) == 1 and holder.getparent() is not None
        else element
    )
    before = marked.getprevious()
    told = (before.tail or before.text_content()) if before is not None else marked.getparent().text
    text = raised(element.text_content().strip(), (told or "")[-10:], linked=linked)
    element.clear(keep_tail=True)
    element.text = text
    element.drop_tag()


def _cut_from(element: Element) -> None:
    """Take out an element and all that comes after it."""
    ancestors = [*element.iterancestors()]
    for part in (element, *ancestors):
        for later in [*part.itersiblings()]:
            later.getparent().remove(later)
    if ancestors:
        ancestors[0].remove(element)


def _known(claim: str | None) -> str | None:
    """The codec of a charset's name as the web means it; None for names that it doesn't use."""
    if claim is None or not _CHARSET.fullmatch(claim.strip().lower()):
        return None
    try:
        name = codecs.lookup(claim.strip()).name
    except LookupError:
        return None
    return _WIDER.get(name, name)
