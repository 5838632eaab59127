"""The article's own text in a page: trafilatura finds it, we keep the prose of it.  May import: core.text, tree, prose.

The only importer of trafilatura.  Its fast mode (no second opinion of slower extractors) on a pruned tree, and then our
own eyes on each paragraph, agree with human marks at least as often as its default, in a little more than half the time
(`tests/bench/extraction.py` measures both in one run).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import trafilatura
from lxml.etree import iterwalk
from trafilatura.settings import Document, Extractor

from bot.articles.prose import Block, prose
from bot.articles.tree import Element

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports pages without text as errors
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

LITTLE = 600  # characters: when a first search found no more, a second one may look everywhere

# A cell of a table that is there for the layout holds prose: as long as this, and ending like a sentence.
_PROSE_CELL = 150
_ENDS = (".", "!", "?", "…", '"', "”", "»", "“", "’", ")", "。", "！", "？", "」", "』", "।", "؟", "։")
_PARTING = frozenset(("p", "list", "item", "quote", "table", "row", "head"))


def article_text(tree: Element, url: str) -> str:
    """The article in a pruned tree, paragraphs parted by one line break; empty where there is none.

    The tree is not used up.
    """
    text = _searched(tree, url, "quick")
    return text if len(text) >= LITTLE else max(text, _searched(tree, url, "balanced"), key=len)


def _searched(tree: Element, url: str, focus: str) -> str:
    # Its "python" format would also write the text as it sees it, which we don't need.
    options = Extractor(output_format="xml", fast=True, comments=False, url=url or None)
    # Balanced is its default.  With any other name it searches the same, but never begins again in the hope of more:
    # on 73 real pages that brought nothing, and cost a sixth of the time and the slowest pages a half of theirs.
    options.focus = focus
    found = trafilatura.bare_extraction(tree, url=url or None, options=options)
    if not isinstance(found, Document):
        return ""
    return prose([block for element in found.body for block in _blocks(element)])


def _blocks(element: Element) -> Iterator[Block]:
    """The blocks of one part of what was found, in order."""
    match element.tag:
        case "p" | "hi" | "ref" | "del":
            yield from (Block("paragraph", text) for text in _lines(element))
        case "head":
            yield from (Block("heading", text) for text in [_folded("".join(element.itertext()))] if text)
        case "quote":
            yield from (Block("quote", text) for text in _lines(element))
        case "list":
            for item in element.iter("item"):
                if item.getparent() is element:
                    yield from (Block("item", text) for text in _lines(item))
        case "table":
            for cell in element.iter("cell"):
                text = _folded(" ".join(cell.itertext()))
                if len(text) >= _PROSE_CELL and text.endswith(_ENDS):
                    yield Block("paragraph", text)
        # "code" is no prose, "lb" and "graphic" are empty.


def _lines(element: Element) -> Iterator[str]:
    """The paragraphs within an element: parted by blocks, empty lines, or line breaks behind the end of a sentence."""
    line = ""
    for event, part in iterwalk(element, events=("start", "end")):
        if event == "end":
            if part is element:
                break
            parting, more = part.tag in _PARTING, part.tail or ""
        else:
            parting, more = part is not element and _parts(part, line), part.text or ""
        if parting:
            if text := _folded(line):
                yield text
            line = ""
        line += f" {more}" if part.tag == "lb" else more
    if text := _folded(line):
        yield text


def _parts(part: Element, line: str) -> bool:
    """Tell whether a new paragraph begins with this element."""
    if part.tag == "lb":
        return line.rstrip().endswith(_ENDS) or not (part.tail or "").strip()
    return part.tag in _PARTING


def _folded(text: str) -> str:
    return " ".join(text.split())
