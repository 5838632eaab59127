"""How things are shown to a person and to a program: tables, paragraphs, times, progress."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.progress import progress, working
from bot.cli.show import ago, brief, heading, local, paragraph, table
from tests.servers.small_bot import read_config, write_config

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROWS = [("https://a.example/feed", None, 3), ("[red]evil[/red]\ttab", "two\nlines", 0)]


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_program_gets_a_line_a_row_whatever_stands_in_it() -> None:
    """Cells are parted by tabs, and neither a tab nor a line break of a stranger's parts anything."""
    with redirect_stdout(io.StringIO()) as out:
        table(["feed", "state", "entries"], ROWS)
    assert out.getvalue() == "https://a.example/feed\t\t3\n[red]evil[/red] tab\ttwo lines\t0\n"


def test_a_person_gets_a_table_and_no_markup_of_strangers() -> None:
    """Headings stand above, and words in brackets are words."""
    with redirect_stdout(Screen()) as out:
        table(["feed", "state", "entries"], ROWS)
    shown = out.getvalue()
    assert "entries" in shown.splitlines()[0]
    assert "[red]evil[/red]" in shown


@pytest.mark.parametrize("width", ["120", "30"])
def test_where_no_colours_are_wanted_there_are_no_codes(monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    """With NO_COLOR in the environment, or a terminal that knows no codes, tables and records are words alone.

    Without either, what heads them is bold.
    """
    monkeypatch.setenv("COLUMNS", width)
    shown = []
    for wish, terminal in (("1", "xterm"), ("", "dumb"), ("", "xterm")):
        monkeypatch.setenv("NO_COLOR", wish)
        monkeypatch.setenv("TERM", terminal)
        with redirect_stdout(Screen()) as out:
            table(["feed", "state", "entries"], ROWS)
            heading("12  Ann")
        shown.append(out.getvalue())
    assert "\x1b" not in shown[0] + shown[1]
    assert "\x1b[1m" in shown[2]


def test_a_long_address_is_folded_and_never_cut() -> None:
    """It can be copied from the screen, piece by piece."""
    address = "https://example.com/" + "abcdefghi/" * 20
    with redirect_stdout(Screen()) as out:
        table(["feed", "state"], [(address, "fine")])
    _, *lines = out.getvalue().splitlines()
    assert "".join(line.removesuffix("fine").strip() for line in (one.rstrip() for one in lines)) == address


@pytest.mark.parametrize("width", [40, 60])
def test_on_a_narrow_screen_a_row_is_a_record(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """No cell is squeezed into a column of letters: its name stands first, and the rest below it, by their headings."""
    monkeypatch.setenv("COLUMNS", str(width))
    address = "https://example.com/a-feed-with-a-long-address.xml"
    head = ["feed", "tags", "last read", "next poll", "seen", "state"]
    with redirect_stdout(Screen()) as out:
        table(head, [(address, "", "1 min ago", "Mon 23 Nov 12:36", 15, "fine")] * 2)
    first, *rest = click.unstyle(out.getvalue()).splitlines()
    assert first == address
    shown = " ".join(line.strip() for line in rest[: rest.index(address)])
    assert shown == "last read: 1 min ago · next poll: Mon 23 Nov 12:36 · seen: 15 · state: fine"
    assert all(len(line) <= width for line in rest if line != address)


def test_a_record_with_a_mark_is_called_by_what_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick alone is no name."""
    monkeypatch.setenv("COLUMNS", "30")
    with redirect_stdout(Screen()) as out:
        table(["", "says", "hits"], [("✓", "good morning to all of you", "good-morning")])
    first, second = click.unstyle(out.getvalue()).splitlines()
    assert (first, second.strip()) == ("✓ good morning to all of you", "hits: good-morning")


def test_what_folds_well_stays_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """One column with a sentence may be folded; times and numbers beside it never are."""
    monkeypatch.setenv("COLUMNS", "60")
    with redirect_stdout(Screen()) as out:
        table(["outbox", "when", "what"], [(12, "Mon 23 Nov 12:36", "a word " * 20)])
    head, first, *_ = click.unstyle(out.getvalue()).splitlines()
    assert head.split() == ["outbox", "when", "what"]
    assert first.startswith("12      Mon 23 Nov 12:36  a word")


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("one\ntwo  three", 20, "one two three"),
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("x" * 30, 10, "xxxxxxxxx…"),
        ("", 5, ""),
    ],
)
def test_a_cell_is_cut_at_a_word_and_says_so(text: str, most: int, said: str) -> None:
    """On one line, no longer than asked for, and never as if it were whole."""
    assert brief(text, most) == said
    assert len(said) <= most


@pytest.mark.parametrize("kind", [Screen, io.StringIO])
def test_a_table_of_nothing_is_nothing(kind: type[io.StringIO]) -> None:
    """No headings without rows: what to say then is the command's own."""
    with redirect_stdout(kind()) as out:
        table(["feed"], [])
    assert out.getvalue() == ""


LINK = "https://example.com/" + "a-very-long-name-" * 8


def test_a_paragraph_is_folded_for_a_person_alone() -> None:
    """On a terminal lines are short and indented, and a link is never cut; in a pipe a line stays a line."""
    text = f"{'word ' * 60}{LINK}\nsecond"
    with redirect_stdout(Screen()):
        folded = paragraph(text, indent="    ")
    assert LINK in folded
    assert all(len(line) <= 100 or LINK in line for line in folded.splitlines())
    assert all(line.startswith("    ") for line in folded.splitlines())
    with redirect_stdout(io.StringIO()):
        assert paragraph(text, indent="    ") == f"    {'word ' * 60}{LINK}\n    second"


def test_what_is_folded_can_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a line with a mark before it, the rest stands below its words."""
    monkeypatch.setenv("COLUMNS", "20")
    with redirect_stdout(Screen()):
        assert paragraph("!! one two three four five", hang="   ") == "!! one two three\n   four five"


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_folding_loses_no_word(text: str) -> None:
    """Only white space changes."""
    with redirect_stdout(Screen()):
        assert paragraph(text).split() == text.split()


def test_times_are_the_owners(tmp_path: Path) -> None:
    """In the zone of the config, summer time included; none is a dash."""
    settings = read_config(write_config(tmp_path / "config"))
    assert local(NOW, settings) == "Sun 22 Nov 12:00"
    assert local(NOW.replace(month=7), settings) == "Wed 22 Jul 13:00"
    assert local(None, settings) == "–"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=400), "400 d ago"),
    ],
)
def test_how_long_ago_is_told_roughly(span: timedelta, said: str) -> None:
    """In the largest unit that fits, rounded down; a clock that went back is no future."""
    assert ago(NOW - span, NOW) == said


def test_never_is_a_time_too() -> None:
    """What has not happened yet."""
    assert ago(None, NOW) == "never"


def test_progress_is_for_who_watches() -> None:
    """A bar on a terminal's error output; nothing in a pipe, for a single step, or where the command says so."""
    with redirect_stderr(Screen()) as err, progress("polling", 3) as advance:
        advance(None)
    assert "polling" in err.getvalue()
    for stream, total, show in ((io.StringIO(), 3, True), (Screen(), 1, True), (Screen(), 3, False)):
        with redirect_stderr(stream), progress("polling", total, show=show) as advance:
            advance(None)
        assert stream.getvalue() == ""


def test_who_waits_is_told_for_what() -> None:
    """While something is done whose steps nobody counts: on a terminal, and wiped off afterwards; nothing in a pipe."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(Screen()) as err, working("asking the platforms"):
        click.echo("the answer")
    assert "asking the platforms" in err.getvalue()
    assert out.getvalue() == "the answer\n"  # which may be a file
    for stream, what in ((io.StringIO(), "asking"), (Screen(), "")):
        with redirect_stderr(stream), working(what):
            pass
        assert stream.getvalue() == ""
