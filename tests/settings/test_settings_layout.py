"""Adding and taking out tables of any layout."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.settings.layout import appended, without

LINES = [
    "",
    "# a comment",
    "  # an indented one",
    "n = 1",
    's = """',
    "[[feeds]]",
    "[feeds.headers]",
    "[[feeds.parts]]",
    "[other]",
    "[[ feeds ]]",
    '[["feeds"]]',
]


@example(lines=["[[ feeds ]]", "[feeds.headers]", "[[feeds]]", "[other]", "[feeds.headers]"], number=1)
@given(lines=st.lists(st.sampled_from(LINES), max_size=14), number=st.integers(0, 4))
def test_a_table_is_taken_out_of_any_layout(lines: list[str], number: int) -> None:
    """What is left means the same as before without that table, and no other line but comments goes with it."""
    numbered = "\n".join(f"k{i} = 1" if line == "n = 1" else line for i, line in enumerate(lines)) + "\n"
    try:
        data = tomllib.loads(numbered)
    except tomllib.TOMLDecodeError:
        return
    feeds = data.get("feeds", [])
    if not isinstance(feeds, list) or number >= len(feeds):
        return
    left = tomllib.loads(without(numbered, "feeds", number))
    expected = [*feeds[:number], *feeds[number + 1 :]]
    assert left.pop("feeds", []) == expected
    data.pop("feeds")
    assert left == data


@given(lines=st.lists(st.sampled_from(LINES), max_size=14))
def test_a_table_is_added_to_any_layout(lines: list[str]) -> None:
    """The text before it stays letter by letter, and the table stands at the end of its array."""
    text = "\n".join(f"k{i} = 1" if line == "n = 1" else line for i, line in enumerate(lines)) + "\n"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    if not isinstance(data.get("feeds", []), list):
        return
    new = appended(text, data, "feeds", {"url": "x"})
    assert new.startswith(text.rstrip("\n"))
    assert tomllib.loads(new)["feeds"] == [*data.get("feeds", []), {"url": "x"}]


def test_a_comment_that_leads_on_to_the_next_table_stays() -> None:
    """A comment right above the next header is that table's, though no blank line parts it from this one."""
    text = "[[f]]\na = 1\n# of the second\n[[f]]\na = 2\n# at the end\n"
    assert without(text, "f", 0) == "# of the second\n[[f]]\na = 2\n# at the end\n"
    assert without(text, "f", 1) == "[[f]]\na = 1\n"


def test_an_inline_list_keeps_its_comments() -> None:
    """Where tables are written inline, the others and their comments stay."""
    text = "f = [\n  { a = 1 }, # one\n  { a = 2 }, # two\n]\n"
    left = without(text, "f", 0)
    assert tomllib.loads(left) == {"f": [{"a": 2}]}
    assert "# two" in left


@pytest.mark.parametrize("text", ["f = []\n", "# c\nf = [{ a = 1 }]\n", "f = [\n  { a = 1 },\n]\n"])
def test_an_inline_list_grows_inline(text: str) -> None:
    """A list that is written inline is continued inline."""
    data = tomllib.loads(text)
    new = appended(text, data, "f", {"a": 2, "b": {"env": "X"}})
    assert tomllib.loads(new) == {"f": [*data["f"], {"a": 2, "b": {"env": "X"}}]}
