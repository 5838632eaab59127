"""What the documents promise, held against the program."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click
import pytest

from bot import __version__, errors
from bot.app.installed import options_of, platforms
from bot.cli import starfish
from bot.core.rules import check_rule
from bot.settings import load
from bot.settings.feeds_file import FeedTable
from bot.settings.rules_file import RuleTable
from bot.settings.starfish_file import (
    AccountTable,
    BotTable,
    CapsTable,
    CondenseTable,
    FiltersTable,
    LlmTable,
    NetTable,
    PostTable,
    WebTable,
)

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
# Whoever ran the bot from here has its database beside the files that are shipped.
SHIPPED = "\n".join(
    path.read_text("utf-8") for path in sorted((ROOT / "config").iterdir()) if path.suffix in {".toml", ".txt"}
)
SETTINGS = [
    (table.__name__, field.alias or name)
    for table in (
        *(BotTable, WebTable, NetTable, CondenseTable, LlmTable, FiltersTable, PostTable, CapsTable, AccountTable),
        *(FeedTable, RuleTable),
    )
    for name, field in table.model_fields.items()
]


def written_commands(text: str) -> Iterator[list[str]]:
    """Every `starfish …` that a document shows: in code blocks a line, in running text between backticks."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)
    lines = chain.from_iterable(block.splitlines() for block in blocks)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in chain(lines, spans):
        for part in re.split(r"&&|\|", line.partition("#")[0]):
            if found := re.search(r"(?:^|[\s/])starfish\s+(\S.*)", part.strip()):
                yield shlex.split(found[1])


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words call, and the words that are left for it."""
    command: click.Command = starfish
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]!r}"
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("words", list(written_commands(README)), ids=" ".join)
def test_what_the_readme_types_is_understood(words: list[str]) -> None:
    """Each command and option that the README shows exists, with arguments as it takes them."""
    command, rest = command_of(words)
    if not isinstance(command, click.Group):
        options = {name for each in command.params for name in each.opts}
        assert {word for word in rest if word.startswith("--")} <= options


def test_every_command_is_named_where_people_look() -> None:
    """The README or the changelog names each command of the program."""
    for name in starfish.list_commands(click.Context(starfish)):
        assert re.search(rf"\b{re.escape(name)}\b", README + CHANGELOG), name


@pytest.mark.parametrize(("table", "key"), SETTINGS, ids=str)
def test_every_setting_is_shown_in_the_shipped_files(table: str, key: str) -> None:
    """Each key stands in a shipped file, in force or as a comment: nobody has to look for one elsewhere."""
    assert re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", SHIPPED), (table, key)


def test_the_shipped_config_is_right() -> None:
    """No mistake in it, and every rule's own test is true."""
    options = options_of(platforms())
    settings = load(ROOT / "config", options, env={}, check_rule=check_rule)
    assert len(settings.feeds) >= 12
    assert len(settings.rules) >= 24
    assert settings.quotes


def test_every_extra_for_users_is_named() -> None:
    """Who could have more is told so, with the word to type; the other extras are for who works on the code."""
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    assert extras - {"dev", "bench"}
    for name in extras - {"dev", "bench"}:
        assert re.search(rf"\[([a-z]+,)*{name}(,[a-z]+)*\]", README), name
        assert re.search(rf"\b{name}\b", SHIPPED), name


def test_toml_in_the_readme_is_toml() -> None:
    """Every block that says so can be read."""
    for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines() if "[[" not in block else [block]:
            tomllib.loads(line)


def test_every_failure_is_documented_and_raised() -> None:
    """Each error class says in a sentence what can be done, and somebody raises it or a kind of it."""
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.StarfishError):
            assert (kind.__doc__ or "").strip(), name
            kinds = [each.__name__ for each in (kind, *kind.__subclasses__())]
            assert re.search(rf"\b({'|'.join(kinds)})\(", source), f"nobody raises {name}"


def test_the_changelog_knows_this_version_or_what_comes() -> None:
    """Its newest section is the unreleased one, or the version that the package says."""
    newest = re.search(r"^## \[([^\]]+)\]", CHANGELOG, re.MULTILINE)
    assert newest is not None
    assert newest[1] in {"Unreleased", __version__}


def test_links_in_the_documents_lead_somewhere() -> None:
    """A link to a file of ours names one that is there."""
    for document in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / ".github").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def ours() -> Iterator[Path]:
    """Every text of the project."""
    for folder in ("bot", "config", "tests", ".ci", ".github"):
        yield from (
            path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".md", ".toml", ".txt", ".yml", ""}
        )
    yield from (path for path in ROOT.iterdir() if path.suffix in {".md", ".toml"})


def test_nothing_names_the_place_where_it_was_written() -> None:
    """No path or tool of anybody's own machine stands in the project."""
    foreign = re.compile("|".join(("/" + "work/", "farm" + r"-\w", r"\." + "library")))
    for path in ours():
        if path.is_file() and "__pycache__" not in path.parts:
            found = foreign.search(path.read_text("utf-8", "replace"))
            assert found is None, f"{path}: {found}"


def test_every_module_says_what_it_is_for() -> None:
    """Each module begins with a docstring."""
    for path in (ROOT / "bot").rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_every_test_states_what_is_true() -> None:
    """Each test has a sentence that says what holds."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                assert ast.get_docstring(node), f"{path}: {node.name}"
