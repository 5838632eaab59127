"""What is installed: the platforms, and the program's one clock.  May import: ports.

Light on purpose: a command that only looks imports the platforms that its accounts name, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, TypeVar

from bot.ports import Platform

if TYPE_CHECKING:
    from pydantic import BaseModel

Value = TypeVar("Value")


def utc_now() -> datetime:
    """The program's one clock."""
    return datetime.now(UTC)


def platforms() -> Mapping[str, Platform]:
    """Every platform that is installed, ours and others', by name: they all come through the same door."""
    points = {point.name: point for point in entry_points(group="bot.platforms")}
    return Asked(points, lambda name: points[name].load())


def options_of(known: Mapping[str, Platform]) -> Mapping[str, type[BaseModel]]:
    """The models of the platforms' own account keys, by platform."""
    return Asked(known, lambda name: known[name].Options)


class Asked(Mapping[str, Value]):
    """Values by name, each got when somebody asks for it, and once."""

    def __init__(self, names: Iterable[str], get: Callable[[str], Value]) -> None:
        self._names, self._get = tuple(names), get
        self._got: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._got:
            if name not in self._names:
                raise KeyError(name)
            self._got[name] = self._get(name)
        return self._got[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
