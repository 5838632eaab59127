from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from bot.cli import starfish
from tests.cli.terminal import call

DESIGNED = (
    "init run once demo check preview ask condense share why feeds rules queue outbox retract timeline pause resume"
    " block forget status doctor prove schema backup restore"
)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and subcommand, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


ALL = list(commands(starfish))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself_with_a_line_to_copy(path: tuple[str, ...]) -> None:
    """--help works for each, says what the command does, and shows an example that begins with its own words."""
    said = call(*path, "--help")
    assert said.code == 0
    assert "Example" in said.out
    example = said.out.partition("Example")[2]
    assert f"starfish {' '.join(path)}" in example
    assert "--config" not in said.out or "--config DIR" in said.out  # as messages call it
    assert not re.search(r"^  (?!  |starfish )\w", example, re.MULTILINE), "a line that was folded can't be copied"
    assert said.err == ""


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_takes_what_all_take(path: tuple[str, ...]) -> None:
    """`--config`, `--quiet`, `--verbose` and `--log-format` may be given to each, so that a script may give them to all."""
    command: click.Command = starfish
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    options = {name for each in command.params for name in each.opts}
    assert options >= {"--config", "--quiet", "--verbose", "--log-format"}


def test_the_designed_commands_are_there() -> None:
    """Every command of the contract exists, and its subcommands with it."""
    assert {path[0] for path in ALL} >= set(DESIGNED.split())
    for group, names in {
        "feeds": "list add remove import export discover check refresh",
        "rules": "list add remove test unanswered teach export",
        "queue": "list approve edit reject snooze",
        "outbox": "list resend mark-sent",
    }.items():
        assert {path[1] for path in ALL if path[0] == group} >= set(names.split())


@pytest.mark.parametrize("path", [(), *dict.fromkeys(path[:1] for path in ALL if len(path) > 1)], ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_groups_list_their_commands_in_whole_sentences(path: tuple[str, ...], flag: str) -> None:
    """Help of a group names everything that is in it, once, and cuts no sentence off."""
    said = call(*path, flag)
    assert said.code == 0
    listed = re.findall(r"^  ([a-z][a-z-]+) {2,}[A-Z]", said.out.partition("Options:")[2], re.MULTILINE)
    assert sorted(listed) == sorted({one[len(path)] for one in ALL if one[: len(path)] == path})
    assert "..." not in said.out.partition("Options:")[2]


def test_what_a_newcomer_needs_stands_first() -> None:
    """The whole help is parted by what somebody wants to do, and begins with how to begin."""
    headings = re.findall(r"^([A-Z][a-z ]+):$", call("--help").out, re.MULTILINE)
    assert headings == ["Options", "Begin", "Look", "Set up", "Decide", "Keep safe"]
    assert (
        call("--help").out.index("  init ") < call("--help").out.index("  run ") < call("--help").out.index("  prove ")
    )


def test_a_mistyped_command_is_named_and_the_right_one_offered() -> None:
    """An unknown command is the user's mistake: exit 2, with the nearest name."""
    said = call("stauts")
    assert said.code == 2
    assert "Did you mean 'status'?" in said.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("preview", "--count", "0"),
        ("condense",),
        ("why",),
        ("feeds", "nosuch"),
        ("--nosuch",),
        ("queue", "approve", "x"),
    ],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    """What a command can't mean is said in a sentence on the error output, and nothing stands on the other."""
    said = call(*arguments)
    assert (said.code, said.out) == (2, "")
    assert "Error:" in said.err


def test_the_version_is_said() -> None:
    """`--version` names the program and its version."""
    assert call("--version").out.startswith("starfish, version ")


@pytest.mark.parametrize(
    "words", [["--config", "x", "status"], ["-q", "check"], ["--json", "feeds", "list"], ["feeds", "--json", "list"]]
)
def test_an_option_before_the_command_is_told_its_place(words: list[str]) -> None:
    """All commands share these, each behind its own name."""
    said = call(*words)
    assert said.code == 2
    option = next(word for word in words if word.startswith("-"))
    assert f"{option} stands behind the command, as in: starfish status {option}" in said.err
