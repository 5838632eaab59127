"""Many rows by few statements: each row once, whatever their number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.batches import VALUES, read_rows, write_rows


@pytest.fixture
def raw() -> Iterator[sqlite3.Connection]:
    """A table of things."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, size INTEGER)")
    yield connection
    connection.close()


def statements(connection: sqlite3.Connection) -> list[str]:
    """Every statement from now on."""
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    return seen


def things(count: int) -> list[tuple[object, ...]]:
    """Rows of it."""
    return [(number, f"thing {number}", number * number) for number in range(count)]


@given(count=st.integers(0, 3 * VALUES // 2), repeatable=st.booleans())
def test_every_row_is_written_once(count: int, repeatable: bool) -> None:
    """However many there are, filled up or not."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, size INTEGER)")
    head = "INSERT OR IGNORE INTO things" if repeatable else "INSERT INTO things"
    assert write_rows(connection, head, things(count), repeatable=repeatable) == count
    found = connection.execute("SELECT * FROM things ORDER BY id").fetchall()
    connection.close()
    assert found == things(count)


@pytest.mark.parametrize(("count", "few", "fewest"), [(1, 1, 1), (64, 1, 1), (95, 6, 2), (255, 8, 2), (300, 4, 2)])
def test_few_statements_do(raw: sqlite3.Connection, count: int, few: int, fewest: int) -> None:
    """One for each power of two; two at most, where a row may come twice."""
    seen = statements(raw)
    write_rows(raw, "INSERT INTO things", things(count))
    assert sum("INSERT" in each for each in seen) == few
    seen.clear()
    write_rows(
        raw, "INSERT OR IGNORE INTO things", [(number + 1000, "", 0) for number in range(count)], repeatable=True
    )
    assert sum("INSERT" in each for each in seen) == fewest


class Noting:
    """A connection that only notes how many values each statement brings."""

    rowcount = 1

    def __init__(self) -> None:
        self.brought: list[int] = []

    def execute(self, _sql: str, values: list[object]) -> Noting:
        self.brought.append(len(values))
        return self


@given(count=st.integers(1, 3 * VALUES // 2), columns=st.integers(1, 40), repeatable=st.booleans())
def test_statements_are_few_shapes_within_their_bound(count: int, columns: int, repeatable: bool) -> None:
    """Powers of two of rows, the greatest first, none with more values than allowed, and no row more than is needed."""
    noting = Noting()
    rows = [(0,) * columns] * count
    write_rows(cast("sqlite3.Connection", noting), "INSERT INTO things", rows, repeatable=repeatable)
    sizes = [brought // columns for brought in noting.brought]
    assert all(size.bit_count() == 1 and size * columns <= VALUES for size in sizes)
    assert sizes == sorted(sizes, reverse=True)
    assert 2 * sizes[0] > min(count, VALUES // columns)
    more = sum(sizes) - count
    assert 0 <= more < max(1, sizes[-1] // 2 if repeatable else 1)


def test_a_change_counts_each_row_it_found(raw: sqlite3.Connection) -> None:
    """Once, though the last one fills a statement up; what is not there is not counted."""
    write_rows(raw, "INSERT INTO things", things(11))
    changes: list[tuple[object, ...]] = [(number, "new") for number in range(5, 25)]
    touched = write_rows(
        raw, "UPDATE things SET name = column2 FROM (", changes, ") WHERE id = column1", repeatable=True
    )
    assert touched == 6
    assert [name for (name,) in raw.execute("SELECT name FROM things ORDER BY id")] == [
        *(f"thing {number}" for number in range(5)),
        *["new"] * 6,
    ]


def test_a_failure_is_the_callers(raw: sqlite3.Connection) -> None:
    """Nothing is swallowed: the transaction around it is taken back."""
    with pytest.raises(sqlite3.IntegrityError):
        write_rows(raw, "INSERT INTO things", [(1, "", 0), (1, "", 0)])


def test_rows_come_in_one(raw: sqlite3.Connection) -> None:
    """Whatever stands in them: quotes, line ends, the smallest number, nothing."""
    raw.row_factory = sqlite3.Row
    assert read_rows(raw, "id, name", "FROM things") == []
    raw.execute("INSERT INTO things VALUES (1, 'a \"quoted\" \u00fc\n\u2028', NULL), (-9223372036854775808, '', 7)")
    found = read_rows(raw, "id, name, size", "FROM things WHERE id < ?", 5)
    assert sorted(found) == [[-9223372036854775808, "", 7], [1, 'a "quoted" \u00fc\n\u2028', None]]
