"""A message in parts: what is said in several sentences, or between commas, may be several things.  Pure; may import: words."""

from __future__ import annotations

import re

from bot.core.words import Words

MOST = 8
"""Parts of a message that are looked at."""

_SENTENCES = re.compile(r"[^.!?;\n…]+[.!?…]*")
_CLAUSES = re.compile(r"[^.!?;,:\n…()]+[.!?…]*")
_WITHIN = re.compile(r"[.!?;,:\n…()]\s*[^\s.!?;,:\n…()]")
_QUOTES = "\"“”„«»'‘’「」"


def parts(words: Words, name: str) -> list[Words]:
    """The sentences of a message, and where that is only one, what stands between its commas; empty for a single part.

    What stands in quotes is somebody else's, and no part.
    """
    if not _WITHIN.search(words.text):  # nearly all messages are one sentence
        return []
    for pattern in (_SENTENCES, _CLAUSES):
        found = [one for one in (part.strip() for part in pattern.findall(words.text)) if one]
        said = [
            Words(one, name) for one in found[:MOST] if one[0] not in _QUOTES and one.rstrip(".!?…")[-1:] not in _QUOTES
        ]
        said = [one for one in said if not one.wordless]
        if len(found) > 1 and said:
            return said
    return []
