"""Groups of commands: imported only when they are called, and listed with whole sentences.  May import: click."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping

import click

COMMON = {
    "--config": "--config DIR",
    "--json": "--json",
    "--quiet": "--quiet",
    "-q": "-q",
    "--verbose": "--verbose",
    "-v": "-v",
    "--log-format": "--log-format json",
}
"""Options that commands share, and how they are written behind one."""


class Group(click.Group):
    """A group whose help gives the first sentence of each command, however long, where click would cut it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what stands before the command; an option of the commands' own is told its place."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name not in COMMON:
                raise
            raise click.UsageError(
                f"{error.option_name} stands behind the command, as in: starfish status {COMMON[error.option_name]}",
                ctx,
            ) from None

    def sections(self, ctx: click.Context) -> Mapping[str, list[str]]:
        """The commands by the heading that they stand under."""
        return {"Commands": self.list_commands(ctx)}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections, all in the same two columns."""
        sections = self.sections(ctx)
        width = max(len(name) for names in sections.values() for name in names)
        for heading, names in sections.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(width), _first_sentence(self.get_command(ctx, name))) for name in names]
                )


class Lazy(Group):
    """A group that knows its commands by name, and imports the module that defines one when it is asked for.

    A heavy import is paid only by the command that needs it.
    """

    places: Mapping[str, Mapping[str, str]]  # heading → command → the module of `bot.cli` that defines it

    def sections(self, ctx: click.Context) -> Mapping[str, list[str]]:  # noqa: ARG002 -- click's signature
        """What a newcomer needs first stands first."""
        return {heading: list(places) for heading, places in self.places.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """All names, in the order of the help."""
        return [name for places in self.places.values() for name in places]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import a command; None: there is none of that name."""
        module = next((places[cmd_name] for places in self.places.values() if cmd_name in places), None)
        if module is None:
            return None
        command = getattr(importlib.import_module(f"bot.cli.{module}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; its reader may leave (`starfish timeline | head`): no error, and nothing more to say."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant, and offer the nearest name where there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near and "did you mean" not in error.message.lower():
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None
            raise


def _first_sentence(command: click.Command | None) -> str:
    said = " ".join((command.help or "").split("\n\n")[0].split()) if command else ""
    return said.partition(".  ")[0].partition(". ")[0].rstrip(".")
