"""The command line as a person has it, in this process: arguments in; words and an exit code out."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.cli import main


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one object that it printed."""
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """The objects that it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Terminal:
    """Calls commands for one config folder; what nobody foresaw comes out as the test's own failure."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def __call__(self, *arguments: object, stdin: str | bytes = "") -> Said:
        """Call a command; --config is added."""
        config = () if self.folder is None else ("--config", str(self.folder))
        return call(*map(str, arguments), *config, stdin=stdin)

    def ok(self, *arguments: object, stdin: str | bytes = "") -> Said:
        """Call a command that ends well."""
        said = self(*arguments, stdin=stdin)
        assert said.code == 0, said
        return said


def call(*arguments: str, stdin: str | bytes = "") -> Said:
    """Call the program with these very arguments."""
    code: object = 0
    with _as_it_was(), CliRunner().isolation(input=stdin) as (out, err, _):
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code
    assert code is None or isinstance(code, int), code
    return Said(code or 0, out.getvalue().decode(), err.getvalue().decode())


@contextmanager
def _as_it_was() -> Iterator[None]:
    """A command sets up the log and the last word of its process; a test leaves them as they were."""
    root, ours, hook = logging.getLogger(), logging.getLogger("starfish"), sys.excepthook
    handlers, levels = root.handlers[:], (root.level, ours.level)
    try:
        yield
    finally:
        root.handlers[:], sys.excepthook = handlers, hook
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
