"""The owner at a terminal, asked line by line.  May import: errors, click.

Questions go to the error output where nobody watches, so that a pipe gets results alone.
"""

from __future__ import annotations

import getpass
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.errors import UsageError


class Person:
    """Implements `ports.Asker` on standard input and output."""

    def say(self, text: str) -> None:
        """Tell them something; addresses stay whole, to be clicked or copied."""
        click.echo(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Ask for one line; Ctrl-C stops everything.

        :raises UsageError: nobody is there to answer, and there is no default
        """
        prompt = f"{question}{f' [{default}]' if default else ''}: "
        while True:
            try:
                with _interruptible():
                    line = _line(prompt, unseen=secret)
            except EOFError:
                if default:
                    return default
                raise UsageError(f"nobody answers “{question}”; give it with --set KEY=VALUE") from None
            if answer := line.strip() or default:
                return answer


def _line(prompt: str, *, unseen: bool) -> str:
    if not sys.stdin.isatty():
        click.echo(prompt, err=True)
        if not (line := sys.stdin.readline()):
            raise EOFError
        return line
    return getpass.getpass(prompt) if unseen else input(prompt)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end a question at once: a running event loop would only note it down until the line is typed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
