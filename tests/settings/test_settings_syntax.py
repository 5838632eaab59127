"""Files that are not TOML: each broken line is named, and the rest is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.settings.quotes_file import read_quotes
from bot.settings.syntax import LARGEST, MOST_REPORTED, Document, read


def reading(tmp_path: Path, text: str) -> Document:
    """A document read from a file."""
    path = tmp_path / "file.toml"
    path.write_text(text, encoding="utf-8")
    return read(path)


BROKEN = [
    ("a = b c", 1, 'a: text stands in quotes; did you mean a = "b c"?'),
    ("zone = Europe/London", 1, 'zone: text stands in quotes; did you mean zone = "Europe/London"?'),
    ("at = 09:00 Uhr", 1, 'at: text stands in quotes; did you mean at = "09:00 Uhr"?'),
    ("a = True", 1, "a = True: did you mean true?"),
    ("a = off", 1, "a = off: did you mean false?"),
    ('\na = "x', 2, "a quote is opened here and never closed on its line"),
    ("a = 'x", 1, "a quote is opened here and never closed on its line"),
    ('a = """x\n\n', 1, "the text that begins here with three quotes never ends"),
    ("a = [1,\n2", 1, "a bracket that is opened here is never closed"),
    ("a = { b = 1", 1, "a bracket that is opened here is never closed"),
    ("a: 1", 1, '"a: 1" is not TOML; did you mean "a = …"?'),
    ("- a: x", 1, '"- a: x" is not TOML; did you mean "a = …"?'),
    ("hello", 1, '"hello" is not TOML; a line is written: key = value'),
    ("[[a]", 1, '"[[a]" is not a table\'s name; write [name] or [[name]]'),
    ("[]", 1, '"[]" is not a table\'s name; write [name] or [[name]]'),
    ("a = 1\n\na = 2", 3, "a stands here, but something of that name stands above already"),
    ("a.b = 1\na = 2", 2, "a stands here, but something of that name stands above already"),
    ("[t]\n[t]", 2, "[t] stands here, but something of that name stands above already"),
    ("[[t]]\n[t]\nx = 1", 2, "[t] stands here, but something of that name stands above already"),
    ('tests = [\n  { say = "a" },\n  { say "b" },\n]', 3, '"{ say \\"b\\" }," is not TOML: '),
    ('a = "\\q"', 1, '"a = \\"\\\\q\\"" is not TOML: unescaped'),
    ("a = 01", 1, '"a = 01" is not TOML: '),
]


@pytest.mark.parametrize(("text", "line", "sentence"), BROKEN)
def test_a_broken_line_is_named_in_plain_words(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    """Each slip is found on its line and explained; the parser's own jargon is the last resort."""
    ((got, said),) = reading(tmp_path, text).mistakes
    assert got == line
    assert said.startswith(sentence[:24])
    if "unescaped" not in sentence:
        assert said.startswith(sentence)


def test_every_broken_line_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    """Five slips of five kinds in one file are five mistakes, and what is whole is there."""
    document = reading(tmp_path, 'a = 1\nb: 2\nc = "x\n[t]\nd = yes\nd2 = 4\n[t]\ne = 5\n[[u]\nf = 6\n[[v]]\ng = 7\n')
    assert [line for line, _ in document.mistakes] == [2, 3, 5, 9, 7]
    assert document.data == {"a": 1, "t": {"d2": 4}, "v": [{"g": 7}]}


def test_what_stands_under_a_broken_header_belongs_to_nobody(tmp_path: Path) -> None:
    """Keys below a header that can't be read are not taken for the table above."""
    document = reading(tmp_path, '[[feeds]]\nurl = "a"\n[[feeds]\nurl = "b"\nown = maybe\n[[feeds]]\nurl = "c"\n')
    assert document.data == {"feeds": [{"url": "a"}, {"url": "c"}]}
    assert [line for line, _ in document.mistakes] == [3, 5]


def test_lines_stay_where_they_are_after_a_broken_one(tmp_path: Path) -> None:
    """Blanking a broken statement moves nothing below it."""
    document = reading(tmp_path, "a = [\n1,\n2,\nb = 3\nc = 4\n")
    assert (document.line(("b",)), document.line(("c",))) == (4, 5)
    assert document.data == {"b": 3, "c": 4}


def test_a_missing_key_may_stand_on_an_unreadable_line(tmp_path: Path) -> None:
    """The tables around broken lines are known, with the keys that stood there."""
    document = reading(tmp_path, "[[f]]\nurl = x y\n[[f]]\nown = 1\n[[f]]\n???\n")
    assert document.may_hold(("f", 0), "url")
    assert not document.may_hold(("f", 0), "tags")
    assert not document.may_hold(("f", 1), "url")
    assert document.may_hold(("f", 2), "anything")


def test_a_file_of_nothing_but_mistakes_ends(tmp_path: Path) -> None:
    """Hundreds of contradictions are cut off at a number that a person can read."""
    document = reading(tmp_path, "a = 1\n" * 500)
    assert len(document.mistakes) == MOST_REPORTED


def test_a_place_that_is_not_in_the_file_is_the_nearest_around_it(tmp_path: Path) -> None:
    """What is missing is located at the table that lacks it, or at the top."""
    document = reading(tmp_path, "\n[t]\na = 1\n")
    assert document.line(("t", "b", 3)) == 2
    assert document.line(("x",)) == 1
    assert reading(tmp_path, "").line(("x",)) is None
    assert document.line(("t", "b")) == 2
    assert document.line(("t", "a", 7)) == 3


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[[f]]\nurl = 1\n\n [[ f ]]\n", [1, 4]),
        ("f = [\n{ url = 1 },\n{ url = 2 }]", [2, 3]),
        ('x = """\n[[f]]\n"""\n[[f]]\n[[f]]\n', [4, 5]),
    ],
)
def test_tables_know_their_lines_in_any_layout(tmp_path: Path, text: str, lines: list[int]) -> None:
    """As headers, as values, and where a text quotes a header."""
    assert reading(tmp_path, text).table_lines("f", 2) == lines


def test_a_key_may_stand_on_an_unreadable_line_of_any_table(tmp_path: Path) -> None:
    """The first one in the file is no other than the rest; above all tables it belongs to none."""
    document = reading(tmp_path, "z = x y\n[t]\nurl = x y\n[u]\na = 1\n")
    assert document.may_hold(("t",), "url")
    assert not document.may_hold(("t",), "z")
    assert not document.may_hold(("u",), "url")
    assert reading(tmp_path, "[t]\nurl = x y\n").may_hold(("t",), "url")


def test_brackets_without_end_are_one_mistake_among_others(tmp_path: Path) -> None:
    """On a line of its own beside other slips, and of the whole where nothing else is wrong."""
    deep = f"a = {'[' * 5_000}{']' * 5_000}\n"
    sentence = "has brackets inside brackets without end"
    assert [said for said in reading(tmp_path, f"x: 1\n{deep}b = 2\n").mistakes if said[0] == 2] == [(2, sentence)]
    assert reading(tmp_path, deep).mistakes == [(None, sentence)]


def test_a_number_without_end_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    """Python turns no text of more than 4300 digits into a number."""
    assert reading(tmp_path, f"a = 1\nb = {'1' * 5_000}\n").mistakes == [(2, "holds a number of thousands of digits")]


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    """A pipe would be waited for and a device fill the memory, as would a file that no person wrote; for quotes too."""
    pipe, huge = tmp_path / "pipe", tmp_path / "huge"
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(LARGEST + 1)
    for path, reason in (
        (pipe, "it is not a file"),
        (Path("/dev/zero"), "it is not a file"),
        (huge, "it is too large"),
    ):
        assert read(path).mistakes == read_quotes(path).mistakes == [(None, f"can't be read: {reason}")]


def test_what_is_no_text_is_said_with_its_line(tmp_path: Path) -> None:
    """As is what can't be read at all; neither stops the reading of other files."""
    path = tmp_path / "file.toml"
    path.write_bytes(b"a = 1\n\nb = '\xff'\n")
    assert [line for line, _ in read(path).mistakes] == [3]
    ((line, sentence),) = read(tmp_path).mistakes
    assert line is None
    assert sentence == "can't be read: Is a directory"
