"""Where things stand in a TOML file: a small iterative scanner, used only once there is a mistake to locate.

May import: the standard library only.
It is lenient: it splits what tomllib refuses too, so that one broken line does not hide the mistakes of the others.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

Where = tuple[str | int, ...]  # ("accounts", 0, "post", "at", 1)

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\""{0,2} | '''(?:[^']|'(?!''))*''''{0,2}
       | "(?!"")(?:[^"\\\n]|\\[^\n])*" | '(?!'')[^'\n]*')
    |(?P<endless>\"\"\"|''')
    |(?P<mark>[][{},=.])
    |(?P<bare>[^\s\[\]{},=.\#"']+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
# Inside an open "[" a line like these can't be a part of the list: the bracket was never closed.
_HEADER_LINE = re.compile(
    r"[ \t]*(?:\[[ \t]*[\w-]+(?:[ \t]*\.[ \t]*[\w-]+)*[ \t]*\]|\[\[[^\[\]\n]+\]\])[ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE
)
_KEY_LINE = re.compile(r"[ \t]*[\w-]+(?:\.[\w-]+)*[ \t]*=")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the file."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A header or a `key = value`, which may span lines; `start` and `end` are offsets, `line` counts from 1."""

    start: int
    end: int
    line: int
    tokens: tuple[Token, ...]  # without spaces and comments
    unclosed: bool = False  # cut off before its brackets were closed

    @property
    def is_header(self) -> bool:
        return self.tokens[0].text == "["


def statements(text: str) -> Iterator[Statement]:
    """The file's statements in order; what stands between them is blank or comment."""
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    tokens: list[Token] = []
    brackets: list[str] = []

    def cut(end: int, *, unclosed: bool = False) -> Iterator[Statement]:
        if tokens:
            line = bisect_right(starts, tokens[0].start)
            yield Statement(tokens[0].start, end, line, tuple(t for t in tokens if t.kind != "newline"), unclosed)
        tokens.clear()
        brackets.clear()

    for match in _TOKEN.finditer(text):
        kind, start = match.lastgroup or "other", match.start()
        if kind == "newline":
            runaway = _HEADER_LINE.match(text, match.end()) or (
                brackets and brackets[-1] == "[" and _KEY_LINE.match(text, match.end())
            )
            if not brackets or runaway:
                yield from cut(start, unclosed=bool(brackets))
        elif kind == "endless":
            tokens.append(Token(kind, match[0], start))
            yield from cut(len(text), unclosed=True)
            return
        elif kind != "space":
            tokens.append(Token(kind, match[0], start))
            if match[0] in ("[", "{"):
                brackets.append(match[0])
            elif match[0] in ("]", "}") and brackets:
                brackets.pop()
    yield from cut(len(text), unclosed=bool(brackets))


def positions(text: str) -> dict[Where, int]:
    """The line of every table, key and list item of a valid document, by its path."""
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    found: dict[Where, int] = {}
    counts: dict[Where, int] = {}  # tables so far in each array of tables
    base: Where = ()
    for statement in statements(text):
        if statement.is_header:
            base = _header(statement, counts, found)
        else:
            for where, start in _values(statement.tokens, base):
                found.setdefault(where, bisect_right(starts, start))
    return found


def _header(statement: Statement, counts: dict[Where, int], found: dict[Where, int]) -> Where:
    """Enter `[table]` or `[[array]]`: its path, with the number of each array's newest table."""
    parts = [_key(t) for t in statement.tokens if t.kind in ("string", "bare")]
    is_array = len(statement.tokens) > 1 and statement.tokens[1].text == "["
    where: Where = ()
    for i, part in enumerate(parts):
        where = (*where, part)
        found.setdefault(where, statement.line)
        if is_array and i == len(parts) - 1:
            counts[where] = counts.get(where, 0) + 1
        if where in counts:
            where = (*where, counts[where] - 1)
            found.setdefault(where, statement.line)
    return where


def _values(tokens: tuple[Token, ...], base: Where) -> Iterator[tuple[Where, int]]:
    """Each key and list item of one `key = value`, with the offset where it begins."""
    # Open containers: the path of each, and for a list the number of its next item.
    stack: list[tuple[Where, int | None]] = [(base, None)]
    key: list[str] = []
    in_key, where = True, base
    for token in tokens:
        path, item = stack[-1]
        if in_key and token.text == "=" and token.kind == "mark":
            where, in_key, key = (*path, *key), False, []
        elif in_key and token.kind in ("string", "bare"):
            key.append(_key(token))
            yield (*path, *key), token.start
        elif token.kind == "mark" and token.text in ("]", "}"):
            if len(stack) > 1:
                stack.pop()
            in_key = False
        elif token.text == "," and token.kind == "mark":
            in_key = item is None
            if item is not None:
                stack[-1] = (path, item + 1)
        elif not in_key:
            here = where if item is None else (*path, item)
            yield here, token.start
            if token.kind == "mark" and token.text in ("[", "{"):
                stack.append((here, 0 if token.text == "[" else None))
                in_key = token.text == "{"


def _key(token: Token) -> str:
    """A key as it is meant: quotes and escapes removed."""
    if token.kind != "string":
        return token.text
    try:
        return str(tomllib.loads(f"k = {token.text}")["k"])
    except tomllib.TOMLDecodeError:
        return token.text.strip("\"'")
