"""Blocks of text to the prose of an article: the furniture of its page stays behind.  Pure.  May import: phrases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.articles.phrases import is_furniture, is_trailer

MAX_TEXT = 200_000  # characters of an article; the longest honest ones have half of that


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
        if (block.text in seen and len(block.text) > 40) or is_furniture(block.text):
            continue
        seen.add(block.text)
        kept.append(block.text)
        length += len(block.text)
        if length > MAX_TEXT:
            break
    return "\n".join(kept)
