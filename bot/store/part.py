"""What every part of the store is made of: a connection, and methods marked by how durable they are.

May import: within the store batches and connection.

    @durable   committed with a sync to the disk: outbox, mentions, what the owner decided
    @bulk      committed without: feed data, which another poll would bring again
    @reading   one snapshot; the Writer runs it on a read-only connection of its own
    @together  names the method that makes many such calls at once; above the others
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import sqlite_utils

from bot.store.batches import read_rows
from bot.store.connection import Connection

P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self", bound="Part")
Kind = Literal["durable", "bulk", "reading"]
Many = Callable[[Sequence[tuple[Any, ...]]], Sequence[Any]]


class Part:
    """A part of the store, on one connection; each public method is one transaction."""

    name = ""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection, for SQL by hand."""
        return self.connection.raw

    @property
    def db(self) -> sqlite_utils.Database:
        """The same connection, for batches."""
        return self.connection.db

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Give the first row, or None."""
        found: sqlite3.Row | None = self.raw.execute(sql, values).fetchone()
        return found

    def all_of(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Give all rows."""
        return self.raw.execute(sql, values).fetchall()

    def all_at_once(self, columns: str, rest: str, *values: object) -> list[list[Any]]:
        """Give all rows of `SELECT columns rest`, as `read_rows` does."""
        return read_rows(self.raw, columns, rest, *values)

    def number(self, sql: str, *values: object) -> int:
        """Give the first number of the first row; nothing counts as 0."""
        found = self.one(sql, *values)
        return 0 if found is None or found[0] is None else int(found[0])

    def change(self, sql: str, *values: object) -> int:
        """Write, and give how many rows it touched."""
        return self.raw.execute(sql, values).rowcount


def listed(values: Iterable[object]) -> str:
    """Give a list as the one value of `IN (SELECT value FROM json_each(?))`: however long, one statement."""
    return json.dumps(list(values))


def durable(method: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """Commit what the method writes to the disk before it returns."""
    return _writing(method, "durable")


def bulk(method: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """Commit what the method writes; a loss of power may take it back."""
    return _writing(method, "bulk")


def reading(method: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """Let the method read one snapshot."""

    @functools.wraps(method)
    def call(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.connection.reading():
            return method(self, *args, **kwargs)

    return _marked(call, "reading")


def together(many: str) -> Callable[[Callable[Concatenate[Self, P], T]], Callable[Concatenate[Self, P], T]]:
    """Let the Writer make calls that wait side by side by one call of the method `many`, where all are positional.

    It takes a list of their arguments and gives a list of their answers, and is marked as durable as the one it is for.
    Waking the thread, a commit, and each statement's wait for the interpreter's lock are then paid once for all of them.
    """

    def marked(call: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
        call.store_together = many  # type: ignore[attr-defined]
        return call

    return marked


def together_of(call: Callable[..., object]) -> Many | None:
    """Give the method that makes many such calls at once; None where there is none."""
    name = getattr(call, "store_together", None)
    many: Many | None = name and getattr(call.__self__, name)  # type: ignore[attr-defined]
    return many


def kind_of(call: Callable[..., object]) -> Kind:
    """Tell how a store method is marked.

    :raises TypeError: it isn't a method of the store
    """
    kind: Kind | None = getattr(call, "store_kind", None)
    if kind is None:
        raise TypeError(f"{call!r} is no method of the store")
    return kind


def _writing(method: Callable[Concatenate[Self, P], T], kind: Kind) -> Callable[Concatenate[Self, P], T]:
    @functools.wraps(method)
    def call(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.connection.writing(durable=kind == "durable"):
            return method(self, *args, **kwargs)

    return _marked(call, kind)


def _marked(call: Callable[Concatenate[Self, P], T], kind: Kind) -> Callable[Concatenate[Self, P], T]:
    call.store_kind = kind  # type: ignore[attr-defined]
    return call
