"""Blocks of text to the prose of an article: the furniture of its page stays behind.  Pure.  May import: core.text, phrases."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.articles.phrases import is_furniture, is_trailer
from bot.core.text import clean

MAX_TEXT = 200_000  # characters of an article; the longest honest ones have half of that

_REFRAIN = 8  # characters: what is shorter may be said again ("Yes.")

# Letters of Latin, Greek, Cyrillic, kana, Han and Hangul, and the signs of their typography: nothing invisible, no marks.
_ORDINARY = re.compile(
    "[\n -~\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0556\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2200-\u22ff\u3001-\u3029\u3030-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f]*"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or quotation of an article."""

    kind: Literal["paragraph", "heading", "item", "quote"]
    text: str


def prose(blocks: list[Block]) -> str:
    """Join what of the blocks is the article: without furniture, repeats and what trails after its end."""
    kept: list[str] = []
    seen: set[str] = set()
    length, total = 0, sum(len(block.text) for block in blocks)
    for block in blocks:
        if block.kind == "heading" and length > total / 2 and is_trailer(block.text):
            break
        if (block.text in seen and len(block.text) > _REFRAIN) or is_furniture(block.text):
            continue
        seen.add(block.text)
        kept.append(block.text[: MAX_TEXT - length])
        length += len(block.text)
        if length >= MAX_TEXT:
            break
    return _tidy("\n".join(kept))


def _tidy(text: str) -> str:
    """Clean a text; ordinary letters and signs, composed, are clean as they are, and cost a tenth to see so."""
    if _ORDINARY.fullmatch(text) and unicodedata.is_normalized("NFC", text):
        return text
    return clean(text, lines=True)
