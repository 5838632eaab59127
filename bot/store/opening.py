"""Opening the database, or refusing to with a sentence that says what to do.

May import: errors, and within the store its own parts.
Missing, damaged, older than its marker, of another program, of a newer version: none of them ever means "start empty",
because an empty memory would post everything again.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.errors import StoreError
from bot.store.connection import BUSY, Connection
from bot.store.failures import RESTORE, explain
from bot.store.forgetting import sweep
from bot.store.guard import Guard, Marker, beside, facts, read_marker
from bot.store.migrations import APPLICATION, MIGRATIONS, migrate
from bot.store.owner import copy
from bot.store.store import Store
from bot.store.values import stamp

Mode = Literal["run", "write", "read"]


def open_store(
    path: Path, *, mode: Mode, now: datetime, busy: float = BUSY, migrations: Sequence[str] = MIGRATIONS
) -> Store:
    """Open the bot's memory.

    `run`: for the one process that polls and delivers; takes the lock, makes the database if there never was one, and
    brings it to this version.  `write`: beside a running bot, in short transactions.  `read`: changes nothing.

    :raises StoreBusy: `run`, and another process runs this bot
    :raises StoreError: it can't be used; the message says what to do
    """
    if path.is_dir():
        raise StoreError(f"{path} is a folder. Name a file as the `database` in starfish.toml.")
    try:
        if mode != "run":
            return _beside_a_bot(path, mode, busy, migrations)
        guard = Guard.locked(path)
        try:
            return _to_run(path, guard, now, busy, migrations)
        except BaseException:
            guard.drop()
            raise
    except OSError as error:
        raise StoreError(
            f"{path} can't be opened ({error.strerror}). Check the rights on it and its folder."
        ) from error


def _beside_a_bot(path: Path, mode: Mode, busy: float, migrations: Sequence[str]) -> Store:
    marker = read_marker(path)  # before the database: a bot that runs counts on meanwhile
    if marker is not None:
        _not_gone(path)
    elif not path.exists():
        raise StoreError(f"There is no database {path} yet. Run this bot first: starfish run (or: starfish once)")
    connection = Connection(path, "ro" if mode == "read" else "rw", busy=busy)
    try:
        version = version_of(connection)
        if version < len(migrations):
            raise StoreError(f"{path} was made by an older version. Start the bot once: that brings it up to date.")
        not_newer(path, version, migrations)
        _not_behind(connection, marker)
        guard = Guard(path)
        if mode == "write" and marker is not None:
            guard.watch(connection.raw, create=False)
            connection.on_durable = guard.counting(connection.raw)
        return Store(connection, guard)
    except sqlite3.Error as error:
        connection.close()
        raise explain(error, path) from error
    except BaseException:
        connection.close()
        raise


def _to_run(path: Path, guard: Guard, now: datetime, busy: float, migrations: Sequence[str]) -> Store:
    marker = read_marker(path)
    if marker is not None:
        _not_gone(path)
    connection = Connection(path, "rwc", busy=busy)
    try:
        if marker is not None and version_of(connection) == 0:
            raise StoreError(
                f"{path} holds nothing, but this bot has worked with it before: its {path.name}-wal is missing."
                f" Put that back beside it. {RESTORE}"
            )
        _prepare(connection, now, migrations)
        if guard.unclean:
            connection.check()
        _not_behind(connection, marker)
        guard.watch(connection.raw, create=marker is None or not marker.database)
        guard.sign()
        connection.on_durable = guard.counting(connection.raw)
        with suppress(StoreError):  # the disk is too full for it now: no reason not to begin
            sweep(connection)
        return Store(connection, guard)
    except sqlite3.Error as error:
        connection.close()
        raise explain(error, path) from error
    except BaseException:
        connection.close()
        raise


def _not_behind(connection: Connection, marker: Marker | None) -> None:
    """Refuse a database that lacks what its marker counts, or isn't the one that it names.  Raises StoreError.

    Whoever wrote to it would count on from there, and the next start could not see any more that something is missing.
    """
    if marker is None or not marker.database:
        return
    path, (database, commits) = connection.path, facts(connection.raw)
    if marker.database != database:
        raise StoreError(f"{path} belongs to another bot than the files beside it. {RESTORE}")
    if marker.commits > commits:
        raise StoreError(
            f"{path} is older than what this bot did last: {marker.commits - commits} of its steps are missing"
            f" (an old copy, or a lost {path.name}-wal). Going on could post twice."
            " Put the newer file back, or tell the bot that this one counts: starfish restore FILE"
        )


def _not_gone(path: Path) -> None:
    """Refuse to begin anew, or to advise it, where a marker says that there was a database.  Raises StoreError."""
    if not path.exists() or path.stat().st_size == 0:
        raise StoreError(
            f"The database {path} is gone, but this bot has worked with it before. To start empty would post everything"
            f" again. Bring it back with: starfish restore FILE (or, to forget all: delete {beside(path, '.exists')})"
        )


def _prepare(connection: Connection, now: datetime, migrations: Sequence[str]) -> None:
    """Make the tables, or bring them to this version, after a backup of what was there."""
    raw, path = connection.raw, connection.path
    version = version_of(connection)
    not_newer(path, version, migrations)
    if raw.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StoreError(f"{path} lies on a disk that can't share memory between programs. Use a local disk.")
    if 0 < version < len(migrations):
        _back_up(raw, beside(path, f".before-v{len(migrations)}"))
    if version < len(migrations):
        with connection.writing(durable=True):
            migrate(raw, migrations)
            values = (("database", secrets.token_hex(4)), ("commits", "0"), ("created_at", str(stamp(now))))
            raw.executemany("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING", values)


def version_of(connection: Connection) -> int:
    """The version of a database that is ours, or empty.  Raises StoreError."""
    raw = connection.raw
    version, application = (
        int(raw.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("user_version", "application_id")
    )
    tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION and (tables or version):
        raise StoreError(f"{connection.path} is the database of another program. Name another file in starfish.toml.")
    return version


def not_newer(path: Path, version: int, migrations: Sequence[str]) -> None:
    """Refuse what a newer version wrote.  Raises StoreError."""
    if version > len(migrations):
        raise StoreError(
            f"{path} was made by a newer version (schema {version}, this one knows {len(migrations)})."
            " Update starfish-bot, or bring back the copy that the update made beside it."
        )


def _back_up(raw: sqlite3.Connection, path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        copy(raw, path)
    except OSError as error:
        raise StoreError(f"The database was not updated: its backup {path} can't be written ({error}).") from error
