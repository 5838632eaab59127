"""`quotes.txt`, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.quotes_file import read_quotes


def test_one_quote_a_line(tmp_path: Path) -> None:
    """Comments and blank lines are none, spaces are folded, a byte order mark and Windows' line ends are no part of it."""
    file = tmp_path / "quotes.txt"
    file.write_bytes("\ufeff# mine\r\nListen  first.\r\n\r\n  Then — play. \r\n".encode())
    found = read_quotes(file)
    assert (found.quotes, found.mistakes, found.warnings) == (["Listen first.", "Then — play."], [], [])


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [(b"fine\n\xff\xfe broken\n", 2, "UTF-8"), (b"fine\n\nthis \x07 rings\n", 3, "control characters")],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    """What no platform could show, and what no program could read."""
    file = tmp_path / "quotes.txt"
    file.write_bytes(content)
    ((where, sentence),) = read_quotes(file).mistakes
    assert where == line
    assert words in sentence


@pytest.mark.parametrize("quote", ["می‌خواهم گوش کنم.", "Listen 👩‍💻 first.", "Hör zu 🏴󠁧󠁢󠁥󠁮󠁧󠁿."])
def test_joiners_belong_to_words_and_emoji(tmp_path: Path, quote: str) -> None:
    """What Persian words and families of emoji are joined with is no control character."""
    file = tmp_path / "quotes.txt"
    file.write_text(quote, "utf-8")
    found = read_quotes(file)
    assert (found.quotes, found.mistakes) == ([quote], [])


def test_a_quote_that_stands_there_twice_is_taken_once(tmp_path: Path) -> None:
    """Case and spaces make no other quote; the second line is named with the first."""
    file = tmp_path / "quotes.txt"
    file.write_text("Listen first.\nPlay.\nlisten  First.\n", "utf-8")
    found = read_quotes(file)
    assert (found.quotes, found.mistakes) == (["Listen first.", "Play."], [])
    assert found.warnings == [(3, "this quote is that of line 1 again")]


def test_a_folder_of_that_name_is_a_mistake(tmp_path: Path) -> None:
    """It can't be read, and that is said without a line."""
    ((line, sentence),) = read_quotes(tmp_path).mistakes
    assert line is None
    assert sentence.startswith("can't be read: ")


def test_a_quote_too_long_for_a_post_is_a_warning(tmp_path: Path) -> None:
    """It is taken in all the same: another account may have the room."""
    file = tmp_path / "quotes.txt"
    file.write_text("word " * 200, "utf-8")
    found = read_quotes(file)
    assert ([line for line, _ in found.warnings], found.mistakes, len(found.quotes)) == ([1], [], 1)


def test_without_the_file_there_are_no_quotes(tmp_path: Path) -> None:
    """And nothing is wrong."""
    found = read_quotes(tmp_path / "quotes.txt")
    assert (found.quotes, found.mistakes, found.warnings) == ([], [], [])


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_without_failing(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever stands in it, there are quotes of one line each, or a sentence."""
    file = tmp_path_factory.getbasetemp() / "any-quotes.txt"
    file.write_bytes(content)
    found = read_quotes(file)
    assert all(quote and "\n" not in quote for quote in found.quotes)
    assert all(sentence for _, sentence in (*found.mistakes, *found.warnings))
