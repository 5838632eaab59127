"""Where things stand in a TOML file."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.settings.lines import Where, positions, statements

DOCUMENT = '''# line 1
top = 1
[bot]
name = "x" # not a [header]
"quoted key" = """
[not.a.header]
a = 1
"""
'li.teral' = \'\'\'
# not a comment\'\'\'
[bot.deep."er"]
n = 1
[[accounts]]
name = "a"
post.at = [
  "09:00", # a comment with ] and "
  "10:00",

  "11:00" ]
caps = { person = "6/h", more = { x = [1, 2], "y z" = 3 }, list = [{ a = 1 }, { a = 2 }] }
[accounts.extra]
k = 2024-01-01T00:00:00Z
[[accounts]]
name = "b"
tests = [
  { say = "a", with = { b = 1 } },
  { say = "c,}]" },
]
[[accounts.parts]]
p = 1
[[accounts.parts]]
p = 2
[last]
e = \'\'
'''

EXPECTED: dict[Where, int] = {
    ("top",): 2,
    ("bot",): 3,
    ("bot", "name"): 4,
    ("bot", "quoted key"): 5,
    ("bot", "li.teral"): 9,
    ("bot", "deep", "er"): 11,
    ("bot", "deep", "er", "n"): 12,
    ("accounts",): 13,
    ("accounts", 0): 13,
    ("accounts", 0, "name"): 14,
    ("accounts", 0, "post"): 15,
    ("accounts", 0, "post", "at"): 15,
    ("accounts", 0, "post", "at", 0): 16,
    ("accounts", 0, "post", "at", 1): 17,
    ("accounts", 0, "post", "at", 2): 19,
    ("accounts", 0, "caps", "person"): 20,
    ("accounts", 0, "caps", "more", "x", 1): 20,
    ("accounts", 0, "caps", "more", "y z"): 20,
    ("accounts", 0, "caps", "list", 1, "a"): 20,
    ("accounts", 0, "extra"): 21,
    ("accounts", 0, "extra", "k"): 22,
    ("accounts", 1): 23,
    ("accounts", 1, "name"): 24,
    ("accounts", 1, "tests"): 25,
    ("accounts", 1, "tests", 0): 26,
    ("accounts", 1, "tests", 0, "with", "b"): 26,
    ("accounts", 1, "tests", 1, "say"): 27,
    ("accounts", 1, "parts", 0, "p"): 30,
    ("accounts", 1, "parts", 1): 31,
    ("accounts", 1, "parts", 1, "p"): 32,
    ("last", "e"): 34,
}


@pytest.mark.parametrize(("where", "line"), EXPECTED.items())
def test_everything_is_found_on_its_line(where: Where, line: int) -> None:
    """Tables, arrays of tables, dotted and quoted keys, inline tables and items of lists each have their line."""
    assert positions(DOCUMENT)[where] == line


def paths(value: Any, where: Where = ()) -> set[Where]:
    """Every path in a parsed document."""
    found = {where} if where else set()
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        found |= paths(part, (*where, key))
    return found


def test_what_is_found_is_exactly_what_the_parser_sees() -> None:
    """No path of the document lacks its line, and no line is given to what isn't there."""
    assert set(positions(DOCUMENT)) == paths(tomllib.loads(DOCUMENT))


KEYS = st.text(alphabet="ab.#[=\"' é\\", min_size=1, max_size=4)
LEAVES = st.one_of(st.integers(0, 99), st.booleans(), st.text(alphabet="ab#[]{}=,.\"'\n\\ é", max_size=8))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


@given(data=st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_document_is_located_whole(data: dict[str, Any]) -> None:
    """For any TOML document, the scanner finds the very paths that the parser finds, each inside the file."""
    text = tomlkit.dumps(data)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)  # tomlkit writes a few odd keys that it can't read back
    found = positions(text)
    assert set(found) == paths(parsed)
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())


def test_statements_tell_an_open_bracket_from_a_long_list() -> None:
    """A list may span lines; one that runs into the next key or table was never closed."""
    found = list(statements('a = [\n  1,\n]\nb = [\n  1,\nc = 2\n[t]\nd = { x = 1\n[[u]]\ne = """\nnever'))
    assert [(s.line, s.unclosed) for s in found] == [
        *((1, False), (4, True), (6, False), (7, False), (8, True), (9, False), (10, True))
    ]


@given(text=st.text(alphabet="ab=[]{}\"'#\n ,.\\", max_size=200))
def test_statements_cover_every_token_in_order(text: str) -> None:
    """Whatever the text, statements follow each other without overlap and begin on the lines they say."""
    end = 0
    for statement in statements(text):
        assert statement.tokens
        assert end <= statement.start < statement.end <= len(text)
        assert statement.line == text.count("\n", 0, statement.start) + 1
        end = statement.end
