"""How things are shown: tables on a terminal, tab-separated lines in a pipe, times where the owner lives.

May import: the standard library, click, rich.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.settings import Settings


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows: as a table for a person, with tabs for a program; nothing where there are none."""
    listed = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not listed:
        return
    if not sys.stdout.isatty():
        for row in listed:
            click.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in head:
        grid.add_column(heading, overflow="fold")  # an address that is cut can be neither told apart nor copied
    for row in listed:
        grid.add_row(*(Text(cell) for cell in row))  # Text: foreign words are never markup
    Console().print(grid)


def paragraph(text: str, indent: str = "") -> str:
    """Fold a long text to the terminal's width; in a pipe a line stays a line."""
    if not sys.stdout.isatty():
        return textwrap.indent(text, indent)
    width = min(shutil.get_terminal_size().columns, 100)
    folded = (
        textwrap.fill(
            line, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        for line in text.splitlines()
    )
    return "\n".join(folded)


def local(when: datetime | None, settings: Settings) -> str:
    """Give a time as the owner's clock shows it; a dash where there is none."""
    return "–" if when is None else when.astimezone(settings.bot.timezone).strftime("%a %-d %b %H:%M")


def ago(when: datetime | None, now: datetime) -> str:
    """Tell how long ago, roughly."""
    if when is None:
        return "never"
    span = now - when
    for unit, name in ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min")):
        if span >= unit:
            return f"{span // unit} {name} ago"
    return "just now"
