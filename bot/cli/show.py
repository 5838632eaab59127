"""How things are shown: tables on a terminal, tab-separated lines in a pipe, times where the owner lives.

May import: the standard library, click, rich.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings


NARROW = 16
"""Columns of a screen up to which a cell is never folded: a time is as long."""

FOLDED = 24
"""Columns that are wide enough to read folded sentences in; with less, rows become records."""

GAP = 2
"""Columns between two cells."""


def heading(words: str) -> None:
    """Print what stands above the rest."""
    click.echo(click.style(words, bold=True) if _may_style() else words)


def _may_style() -> bool:
    """Whether codes for the terminal may stand among the words (https://no-color.org; a dumb terminal knows none)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows: as a table for a person, with tabs for a program; nothing where there are none.

    On a screen that is too narrow for columns, a row is a record of its own.
    """
    listed = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not listed:
        return
    if not sys.stdout.isatty():
        for row in listed:
            click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.cells import cell_len
    from rich.console import Console

    console = Console()
    widths = [max(map(cell_len, column)) for column in zip(head, *listed, strict=True)]
    narrow = [width for width in widths if width <= NARROW]
    wide = len(widths) - len(narrow)
    room = console.width - sum(narrow) - GAP * (len(widths) - 1)
    if sum(widths) - sum(narrow) <= room or (wide and room // wide >= FOLDED):
        _columns(console, head, listed, widths)
    else:
        for row in listed:
            _record(head, row)


def _columns(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold" if _may_style() else "")
    for heading, width in zip(head, widths, strict=True):
        # What is folded is whole: an address that is cut can be neither told apart nor copied.
        grid.add_column(heading, overflow="fold", no_wrap=width <= NARROW, min_width=width if width <= NARROW else None)
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))  # Text: foreign words are never markup
    console.print(grid)


def _record(head: Sequence[str], row: Sequence[str]) -> None:
    """A row as a few lines: what it is called, and below it the rest by name."""
    named = [(heading, cell) for heading, cell in zip(head, row, strict=True) if cell]
    called = 2 if len(row[0]) == 1 else 1  # a mark alone is no name
    heading(" ".join(cell for _, cell in named[:called]))
    rest = " · ".join(f"{heading}: {cell}" if heading else cell for heading, cell in named[called:])
    if rest:
        click.echo(paragraph(rest.replace("\n", " "), indent="    "))


def paragraph(text: str, indent: str = "", *, hang: str = "") -> str:
    """Fold a long text to the terminal's width; in a pipe a line stays a line.  `hang` moves what is folded further in."""
    if not sys.stdout.isatty():
        return textwrap.indent(text, indent)
    width = min(shutil.get_terminal_size().columns, 100)
    folded = (
        textwrap.fill(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent + hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )
    return "\n".join(folded)


def brief(text: str, most: int) -> str:
    """A text on one line, of at most so many characters; what is left out shows as “…”."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rpartition(' ')[0] or line[: most - 1]}…"


def local(when: datetime | None, settings: Settings) -> str:
    """Give a time as the owner's clock shows it; a dash where there is none."""
    return "–" if when is None else when.astimezone(settings.bot.timezone).strftime("%a %-d %b %H:%M")


def counted(number: int, thing: str) -> str:
    """`1 feed`, `2 feeds`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def ago(when: datetime | None, now: datetime) -> str:
    """Tell how long ago, roughly."""
    if when is None:
        return "never"
    span = now - when
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if span >= unit:
            return f"{span // unit} {name} ago"
    return "just now"
