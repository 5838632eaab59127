"""A message in parts: what is said in several sentences, or between commas, may be several things.  Pure; may import: words."""

from __future__ import annotations

import re

from bot.core.words import Words

MOST = 8
"""Parts of a message that are looked at."""

_SENTENCES = re.compile(r"[^.!?;\n…]+[.!?…]*")
_CLAUSES = re.compile(r"[^.!?;,:\n…()]+[.!?…]*")
_COLON = re.compile(
    r":\s+"
)  # of several sentences, what such a sign leads to stands alone: "A question: who made you?"
_WITHIN = re.compile(r"[.!?;,:\n…()]\s*[^\s.!?;,:\n…()]")
_QUOTES = "\"“”„«»'‘’「」"


def parts(words: Words, name: str) -> list[Words]:
    """The sentences of a message, and where that is only one, what stands between its commas; empty for a single part.

    What stands in quotes is somebody else's, and no part.
    """
    if not _WITHIN.search(words.text):  # nearly all messages are one sentence
        return []
    for pattern in (_SENTENCES, _CLAUSES):
        whole = pattern.findall(words.text)
        pieces = (piece for part in whole for piece in _COLON.split(part)) if len(whole) > 1 else whole
        found = [one for one in (piece.strip() for piece in pieces) if one]
        said = [
            Words(one, name) for one in found[:MOST] if one[0] not in _QUOTES and one.rstrip(".!?…")[-1:] not in _QUOTES
        ]
        said = [one for one in said if not one.wordless]
        if len(found) > 1 and said:
            return said
    return []
