"""Progress on a terminal, silence in a pipe; wiped off when the work is done.  May import: rich, the standard library."""

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


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on the error output that something is being done, while a person watches: for work whose steps nobody counts."""
    if not what or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    # What goes to the standard output may go into a file: it is none of this line's business.
    with Live(Spinner("dots", what), console=Console(stderr=True), transient=True, redirect_stdout=False):
        yield
