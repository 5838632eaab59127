"""Progress on a terminal, silence in a pipe.  May import: rich, the standard library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(what: str, total: int, *, show: bool = True) -> Iterator[Callable[[object], None]]:
    """Show a bar on the error output while a person watches; the yielded callable advances it by one."""
    if not show or not sys.stderr.isatty() or total < 2:
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda _done: bar.advance(task)
