"""The command line: thin commands that are imported only when they are called.  May import: all.

Exit codes: 0 fine, 1 nothing could be done, 2 the user's mistake, 3 another process runs this bot.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from bot import __version__
from bot.cli.groups import Lazy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from bot.errors import StarfishError


class _Starfish(Lazy):
    """The whole command line."""

    places = MappingProxyType(
        {
            "Begin": {"init": "start", "demo": "start", "run": "start", "once": "start"},
            "Look": {
                **dict.fromkeys(("check", "preview", "status", "timeline", "why"), "look"),
                **dict.fromkeys(("ask", "condense"), "say"),
                **dict.fromkeys(("doctor", "schema"), "look"),
            },
            "Set up": {"feeds": "feeds", "rules": "rules", "accounts": "accounts"},
            "Decide": {
                **dict.fromkeys(("queue", "outbox"), "queue"),
                "share": "say",
                "post": "accounts",
                "retract": "queue",
                **dict.fromkeys(("pause", "resume", "block"), "silence"),
                "forget": "people",
            },
            "Keep safe": {"backup": "keep", "restore": "keep", "prove": "keep"},
        }
    )


@click.group(
    cls=_Starfish,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: starfish demo — or: starfish init, then starfish run.",
)
@click.version_option(__version__, prog_name="starfish")
def starfish() -> None:
    """Read your feeds, share the worthwhile bits in a few words, and answer everyone who mentions you."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; a failure becomes one sentence and an exit code, never a traceback.

    `arguments` are those of the process where none are given.
    """
    from bot.errors import StarfishError

    sys.excepthook = _surprised
    _have_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no “é” shows “?”, and nothing fails
    try:
        # Words that the terminal's encoding does not know come as halves of characters: they are UTF-8 nearly always.
        words = (
            arguments
            if arguments is not None
            else [os.fsencode(word).decode("utf-8", "replace") for word in sys.argv[1:]]
        )
        starfish.main(words, prog_name="starfish", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except StarfishError as error:
        sys.exit(_explained(error))
    except ExceptionGroup as several:
        expected = _expected(several)
        if expected is None:
            raise
        sys.exit(_explained(expected))


def _have_streams() -> None:
    """Put nothing in the place of a stream that the caller closed (`starfish status >&-`): Python leaves None there."""
    nothing = Path(os.devnull)
    if sys.stdin is None:
        sys.stdin = nothing.open(encoding="utf-8")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, nothing.open("w", encoding="utf-8"))


def _explained(error: StarfishError) -> int:
    """Say what went wrong, and give the exit code that tells it apart."""
    from bot.errors import ConfigError, StoreBusy, UsageError

    if isinstance(error, ConfigError):
        for problem in error.problems:
            click.echo(str(problem), err=True)
        count = len(error.problems)
        click.echo(f"{count} mistake{'s' if count != 1 else ''}. Nothing was started.", err=True)
        return 2
    click.echo(f"starfish: {error}", err=True)
    return 2 if isinstance(error, UsageError) else 3 if isinstance(error, StoreBusy) else 1


def _expected(several: BaseExceptionGroup[BaseException]) -> StarfishError | None:
    """The failure that explains it, where tasks that ran side by side failed together."""
    from bot.errors import StarfishError

    for error in several.exceptions:
        found = _expected(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, StarfishError):
            return found
    return None


def _surprised(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what nobody foresaw in a sentence; the traceback is for those who asked for it."""
    if logging.getLogger("starfish").isEnabledFor(logging.DEBUG):
        sys.__excepthook__(kind, error, trace)
    elif isinstance(error, KeyboardInterrupt):
        click.echo("stopped", err=True)
    elif isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        click.echo(f"starfish: {error.strerror}{where}", err=True)
    else:
        click.echo(
            f"starfish: {kind.__name__}: {error}. That is a mistake of ours; nothing that was stored is lost."
            " Run it again with --verbose, and please report what it says.",
            err=True,
        )
