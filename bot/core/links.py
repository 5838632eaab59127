"""Where the links of a text are, as platforms find them.  Pure; may import: core.domains.

Linear in the length of the text, whatever it holds: one pass of patterns that never take back what they took.
"""

from __future__ import annotations

import re

from bot.core.domains import TOP_LEVEL_DOMAINS

Span = tuple[int, int]

# An address ends at space, at quotes and brackets that no address holds, and at the punctuation of CJK sentences.
_PATH = r"[^\s<>\"“”„«»|\\^`{}\u3000-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f…]"
# Scripts that part no words by spaces stand right beside a name, and are no part of it: `見てexample.com！`.
_CJK = r"\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_NAME = rf"[^\W{_CJK}]"
_LINK = re.compile(
    rf"(?P<full>https?://{_PATH}++)"
    rf"|(?<![@＠#$./\-])(?<!{_NAME})(?P<host>(?:{_NAME}|-)+(?:\.(?:(?!https?://){_NAME}|-)+)+)"
    rf"(?P<rest>(?::\d{{1,5}}+)?(?:[/?]{_PATH}*+)?)",
    re.IGNORECASE,
)
_CLOSERS = {")": "(", "]": "["}
_TRAILING = frozenset(".,!?;:'’\"*_~")


def links_in(text: str, *, bare: bool = True) -> list[Span]:
    """Find the links of a text as (start, end), in order; `bare`: also `example.com` without `https://`.

    A bare name counts only if it ends in a known top-level domain and is no part of an e-mail address or a handle.
    """
    found: list[Span] = []
    if "." not in text and "://" not in text:
        return found
    for match in _LINK.finditer(text):
        if match["full"] is not None:
            end = match.start() + _trimmed(match["full"])
            if end - match.start() > len("https://"):
                found.append((match.start(), end))
        elif bare:
            end = match.start() + _bare_length(text, match)
            if end > match.start():
                found.append((match.start(), end))
    return found


def _bare_length(text: str, match: re.Match[str]) -> int:
    """Tell how much of a dotted name is a link: up to its last known top-level domain, with the path if that is all."""
    labels = match["host"].split(".")
    if text[match.end() : match.end() + 1] in ("@", "＠"):
        return 0
    for count in range(len(labels), 1, -1):
        label = labels[count - 1]
        if label.lower() not in TOP_LEVEL_DOMAINS and not label.lower().startswith("xn--"):
            continue
        if any(not 0 < len(name) <= 63 for name in labels[:count]):
            continue
        if count == len(labels):
            return _trimmed(match[0])
        return len(".".join(labels[:count]))
    return 0


def _trimmed(link: str) -> int:
    """Tell how long a link is without the punctuation of the sentence it stands in; balanced brackets belong to it."""
    end = len(link)
    surplus = {closer: link.count(closer) - link.count(opener) for closer, opener in _CLOSERS.items()}
    while end:
        last = link[end - 1]
        if last in _TRAILING:
            end -= 1
        elif surplus.get(last, 0) > 0:
            surplus[last] -= 1
            end -= 1
        else:
            break
    return end
