"""Adding and taking out a table of a TOML file without touching anything around it.

May import: lines, written, tomlkit.
tomlkit gives a comment that stands above a table to the table before it, so a deletion would take the wrong comment;
hence tables are cut out of the text itself, and tomlkit is left to lists that are written inline.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import Array

from bot.settings.lines import Statement, statements
from bot.settings.written import table_text, value_text


def appended(text: str, data: Mapping[str, Any], name: str, *tables: Mapping[str, Any]) -> str:
    """The text with further tables in the array `name`, at its end."""
    if name in data and not any(_opens(s, name) for s in statements(text)):
        document = tomlkit.parse(text)  # name = [ … ], written inline
        array = document[name]
        if isinstance(array, Array):
            for keys in tables:
                array.append(tomlkit.value(value_text(keys)))
            if len(array) > 1:
                array.multiline(True)
        return tomlkit.dumps(document)
    kept = text.rstrip("\n")
    return (kept + "\n\n" if kept else "") + "\n".join(table_text(name, keys) for keys in tables)


def without(text: str, name: str, number: int) -> str:
    """The text without the table of that number in the array `name`.

    Comments inside it go with it, and so do those right above its header; the file's opening comment stays, and so
    does whatever a blank line separates from it.
    """
    data = tomllib.loads(text)
    del data[name][number]
    if not data[name]:
        del data[name]
    new = _cut(text, name, number)
    if new is not None and _says(new, data):
        return new
    document = tomlkit.parse(text)  # written inline, or its parts lie apart
    del document[name][number]
    return tomlkit.dumps(document)


def _says(text: str, data: Mapping[str, Any]) -> bool:
    """Whether a text is sound and says this."""
    try:
        return tomllib.loads(text) == data
    except tomllib.TOMLDecodeError:  # what belonged to the table and lay apart now stands a second time under another
        return False


def _opens(statement: Statement, name: str) -> bool:
    """Whether a statement is the header `[[name]]`."""
    texts = [t.text.strip("\"'") if t.kind == "string" else t.text for t in statement.tokens]
    return texts == ["[", "[", name, "]", "]"]


def _cut(text: str, name: str, number: int) -> str | None:
    """The text without the lines of one table; None: there is no such header, the array is written inline."""
    found = list(statements(text))
    heads = [i for i, s in enumerate(found) if _opens(s, name)]
    if number >= len(heads):
        return None
    first = heads[number]
    after = next((i for i in range(first + 1, len(found)) if _ends(found[i], name)), len(found))
    lines = text.split("\n")
    top = found[first].line - 1
    bottom = text.count("\n", 0, found[after - 1].end)  # the line of its last key, counted from 0
    top = _comment_above(lines, top) if first else top
    stop = found[after].line - 1 if after < len(found) else len(lines)
    bottom = _comment_below(lines, bottom, stop)
    before, behind = lines[:top], lines[bottom + 1 :]
    while behind and not behind[0].strip() and (not before or not before[-1].strip()):
        behind.pop(0)
    return "\n".join([*before, *behind]).rstrip("\n") + "\n"


def _ends(statement: Statement, name: str) -> bool:
    """Whether a header ends the table before it: any but those of its own subtables."""
    parts = [t.text.strip("\"'") for t in statement.tokens if t.kind in ("string", "bare")]
    return statement.is_header and (parts[0] != name or len(parts) == 1)


def _comment_above(lines: list[str], top: int) -> int:
    """The first line of the comment that stands right above a header."""
    while top and lines[top - 1].lstrip().startswith("#"):
        top -= 1
    return top


def _comment_below(lines: list[str], bottom: int, stop: int) -> int:
    """The last line of the comment right below a table's last key, unless it leads on to the next header."""
    end = bottom
    while end + 1 < stop and lines[end + 1].lstrip().startswith("#"):
        end += 1
    leads_on = end + 1 == stop and stop < len(lines)
    return bottom if leads_on else end
