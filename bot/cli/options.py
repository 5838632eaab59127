"""Options that every command takes, and what they open.  May import: all."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

P = ParamSpec("P")
T = TypeVar("T")

SHARING = logging.getLogger("starfish.share")
"""What tells of feeds that fail, and of slots without a post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the owner's files are, and how talkative the command is."""

    folder: Path
    quiet: bool = False

    def settings(self, *, secrets: bool = False) -> Settings:
        """Read and validate the owner's files; `secrets`: all must be there.  Raises ConfigError with every mistake."""
        from bot.app.installed import options_of, platforms
        from bot.core.rules import check_rule
        from bot.errors import UsageError
        from bot.settings import load

        if self.folder.is_file():
            raise UsageError(f"{self.folder} is a file; --config takes the folder where starfish.toml is")
        options = options_of(platforms())
        return load(self.folder, options, env=os.environ, check_rule=check_rule, secrets=secrets)

    @contextmanager
    def store(self, mode: Literal["run", "write", "read"], settings: Settings | None = None) -> Iterator[Store]:
        """Open the database: `run` takes the lock, `write` works beside a running bot, `read` only looks."""
        from bot.app.installed import utc_now
        from bot.store import open_store

        store = open_store((settings or self.settings()).bot.database, mode=mode, now=utc_now())
        try:
            yield store
        finally:
            store.close()


def common(command: Callable[P, T]) -> Callable[P, T]:
    """Give a command the options that all have; it gets a `place: Place`."""
    return _with_options(command, in_place=True)


def anywhere(command: Callable[P, T]) -> Callable[P, T]:
    """Give the same options to a command that needs none of the owner's files, so that a script may give them to all.

    It logs only where it is asked to.
    """
    return _with_options(command, in_place=False)


def _with_options(command: Callable[P, T], *, in_place: bool) -> Callable[P, T]:
    import functools

    @functools.wraps(command)
    def with_options(*args: P.args, **given: P.kwargs) -> T:
        options: dict[str, Any] = given
        folder, quiet, verbose, log_format = (
            options.pop(name) for name in ("config", "quiet", "verbose", "log_format")
        )
        speak(quiet=quiet or not (in_place or verbose), verbose=verbose, log_format=log_format)
        if in_place:
            options["place"] = Place(folder=folder, quiet=quiet)
        return command(*args, **given)

    for option in (
        click.option(
            "--log-format", type=click.Choice(["text", "json"]), default="text", help="How the log is written."
        ),
        click.option("--verbose", "-v", is_flag=True, help="Say more on the error output."),
        click.option("--quiet", "-q", is_flag=True, help="Say only what went wrong."),
        click.option(
            "--config",
            metavar="DIR",
            type=click.Path(path_type=Path),
            envvar="STARFISH_CONFIG" if in_place else None,
            default=Path("config"),
            show_default=False,
            hidden=not in_place,
            help="The folder of the owner's files (default: ./config, or $STARFISH_CONFIG).",
        ),
    ):
        with_options = option(with_options)
    return with_options


def known_account(settings: Settings, account: str | None) -> str | None:
    """Refuse the name of an account that there is none of; None means all of them."""
    from bot.errors import UsageError
    from bot.settings import no_account

    names = [one.name for one in settings.accounts]
    if account is not None and account not in names:
        raise UsageError(no_account(account, names))
    return account


def wait_for(work: Coroutine[Any, Any, T], *, saying: str = "") -> T:
    """Run a coroutine to its end; Ctrl-C ends it in good order.  A person is told meanwhile what is waited for."""
    from bot.cli.progress import working

    try:
        with working(saying):
            return asyncio.run(work)
    except (KeyboardInterrupt, asyncio.CancelledError):  # a second signal, or one before the loop took them over
        raise click.Abort from None


def speak(*, quiet: bool, verbose: bool, log_format: str) -> None:
    """Set up the log: one line an event on the error output, secrets never in it."""
    from bot.cli.logs import JsonLines, PlainLines

    handler = logging.StreamHandler(sys.stderr)
    # A log in a file is read on another day; a terminal is read now, and systemd's journal writes the date itself.
    dated = not sys.stderr.isatty() and "JOURNAL_STREAM" not in os.environ
    handler.setFormatter(JsonLines() if log_format == "json" else PlainLines(dated=dated))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    logging.getLogger("starfish").setLevel(level)
    SHARING.setLevel(logging.NOTSET)
    # These speak of addresses and headers, where secrets may stand; our own messages say what is needed.
    for name in ("aiohttp", "asyncio", "apscheduler", "trafilatura"):
        logging.getLogger(name).setLevel(logging.CRITICAL if name != "asyncio" else logging.ERROR)


def told_by_result() -> None:
    """Leave to a command's result what it says of feeds and slots; the log, too, says it only if it is to say more."""
    SHARING.setLevel(logging.DEBUG if SHARING.isEnabledFor(logging.DEBUG) else logging.WARNING)


def is_terminal() -> bool:
    """Tell whether a person watches: progress and tables are for them only."""
    return sys.stdout.isatty()
