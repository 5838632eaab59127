"""What the owner orders in the chat, read out of their words: a lesson, a link with a takeaway, a name, numbers.

Pure; may import: links.  The rules decide that something is an order (`do = "teach"` …), this reads what it says; what
can't be read is None, and the owner is told how to say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.links import links_in

LONGEST = 2_000
"""Characters of an order that are read."""

_HANDLES = re.compile(r"\A(?:\s*@\S+)*\s*")
_SIGNS = re.compile(r"=>|->|→|=|:")
_NUMBER = re.compile(r"#?(\d{1,18})")
_TO_RULE = re.compile(r"#?(\d{1,18})\s+to\s+(?:the\s+)?(?:rule\s+)?([\w.+-]{1,100})", re.IGNORECASE)
_FORGET = re.compile(r"(?:the\s+)?(?:rule\s+)?([\w.+-]{1,100})(?:\W+(yes)\b)?", re.IGNORECASE)
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "'": "'", "‘": "’", "「": "」", "”": "”"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What is taught: an answer to some words, or to a waiting mention; or that mention's words for a rule there is."""

    when: str = ""
    number: int | None = None  # a waiting mention's, instead of words
    reply: str = ""
    rule: str | None = None  # it becomes one more way to say this rule


def said_after(text: str, word: str) -> str:
    """What stands after the first `word` of an order, without the handles it is addressed to."""
    text = addressed(text)
    found = re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
    return text[found.end() :].strip() if found else ""


def addressed(text: str) -> str:
    """An order without the handles at its start, at most 2,000 characters."""
    return _HANDLES.sub("", text[:LONGEST]).strip()


def lesson_of(text: str) -> Lesson | None:
    """Read `teach "words" = "answer"`, `teach 12 = answer` or `teach 12 to faq-wasps`; quotes may be left out."""
    said = said_after(text, "teach")
    if whole := _TO_RULE.fullmatch(said.rstrip(" .!")):
        return Lesson(number=int(whole[1]), rule=whole[2])
    for sign in _SIGNS.finditer(said):
        left, right = said[: sign.start()].strip(), said[sign.end() :].strip()
        number = _NUMBER.fullmatch(left)
        if sign[0] == ":" and not (number or _is_quoted(left)):
            continue  # “teach when to mow: in June = …” means the later sign
        if left[:1] in _QUOTES and not _is_quoted(left):
            continue  # a sign within the quotes
        when, reply = _unquoted(left), _unquoted(right)
        if not when or not reply:
            return None
        return Lesson(number=int(number[1]), reply=reply) if number else Lesson(when=when, reply=reply)
    return None


def link_of(text: str) -> tuple[str, str] | None:
    """The first link of an order and what the owner says of it: `share https://example.com/a: worth an hour`."""
    text = addressed(text)
    for start, end in links_in(text):
        note = text[end:].strip().lstrip(" :,;-–—=").strip()
        return text[start:end], _unquoted(note)
    return None


def forgotten(text: str) -> tuple[str, bool] | None:
    """The rule that is to be forgotten, and whether the owner said yes to it."""
    found = _FORGET.match(said_after(text, "forget"))
    return (found[1], found[2] is not None) if found else None


def rule_after(text: str, word: str) -> str | None:
    """The name of a rule after a word: `lock taught-bees`."""
    found = _FORGET.match(said_after(text, word))
    return found[1] if found else None


def numbers_of(text: str) -> list[int]:
    """The whole numbers of an order, in order: `approve 3`, `ignore 12, 14`."""
    return [int(number) for number in re.findall(r"(?<![\w.])\d{1,18}(?![\w.]\w)", addressed(text))]


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and _QUOTES.get(text[0]) == text[-1]


def _unquoted(text: str) -> str:
    return text[1:-1].strip() if _is_quoted(text) else text
