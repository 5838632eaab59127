"""Regular expressions do the same on every Python that we promise to run on."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

from bot.core.sentences import sentences

_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")
_POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[?*+]|\{\d*,?\d*\})\+|\(\?>")


def patterns(value: object) -> Iterator[re.Pattern[str]]:
    """All patterns of `re` in a module's value, also in its tuples, lists and dictionaries."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from patterns((*value, *value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from patterns(one)


@pytest.mark.parametrize(
    "package", ["bot.core", "bot.feeds", "bot.articles", "bot.net", "bot.platforms", "bot.settings"]
)
def test_no_group_is_possessive(package: str) -> None:
    """Python 3.11.0 to 3.11.4 match such groups wrongly (cpython#106052), and Debian 12 has 3.11.2."""
    folder = importlib.import_module(package).__path__
    found = [
        f"{module.name}.{name}"
        for module in pkgutil.walk_packages(folder, f"{package}.")
        for name, value in vars(importlib.import_module(module.name)).items()
        for pattern in patterns(value)
        if _POSSESSIVE_GROUP.search(_CLASS.sub("x", str(pattern.pattern)))
    ]
    assert not found


def test_this_python_parts_sentences() -> None:
    """The expression that most hangs on does its work on the Python that runs the tests."""
    assert sentences("It drifts. Why? « Non ! » Nobody knows.") == ["It drifts.", "Why?", "« Non ! »", "Nobody knows."]
