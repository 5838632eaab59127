"""Many rows by few statements.  May import: nothing of ours.

Each statement lets the interpreter's lock go and has to get it back from the loop's thread, which takes longer than most
statements: so a row costs less the more of them one statement takes, and an answer less in one row than in many.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

VALUES = 8_000
"""Values of one statement at most: SQLite takes 32,766 since its version 3.32."""

Row = tuple[object, ...]


def read_rows(raw: sqlite3.Connection, columns: str, rest: str, *values: object) -> list[list[Any]]:
    """Give all rows of `SELECT columns rest`, fetched as one.  For columns of text and numbers; in no order."""
    packed = raw.execute(f"SELECT json_group_array(json_array({columns})) {rest}", values).fetchone()[0]
    rows: list[list[Any]] = json.loads(packed)
    return rows


def write_rows(
    raw: sqlite3.Connection, head: str, rows: Sequence[Row], tail: str = "", *, repeatable: bool = False
) -> int:
    """Execute `head VALUES rows tail`; gives how many rows of the table it touched.

    `repeatable`: the same row twice in a statement does no harm, so that fewer statements do.
    """
    touched = 0
    for some in _pieces(rows, repeatable=repeatable):
        sql = _statement(head, tail, len(some), len(some[0]))
        touched += raw.execute(sql, [value for row in some for value in row]).rowcount
    return touched


def _pieces(rows: Sequence[Row], *, repeatable: bool) -> Iterator[Sequence[Row]]:
    """Parts of as many rows as one statement takes, each of a power of two: few statements, which SQLite then knows.

    What is left after the first part is filled up with its last row, if that may be.
    """
    start = 0
    size = 1 << (VALUES // len(rows[0])).bit_length() - 1 if rows else 1
    while start < len(rows):
        left = len(rows) - start
        if left >= size:
            yield rows[start : start + size]
            start += size
        elif repeatable and start:
            yield [*rows[start:], *[rows[-1]] * ((1 << (left - 1).bit_length()) - left)]
            return
        else:
            size //= 2


@lru_cache(maxsize=256)
def _statement(head: str, tail: str, count: int, columns: int) -> str:
    marks = f"({', '.join('?' * columns)})"
    return f"{head} VALUES {', '.join([marks] * count)}{tail}"
