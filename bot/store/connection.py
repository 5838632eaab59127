"""One connection to the database: its pragmas, its transactions, its failures.

May import: errors, failpoint, and within the store failures.
A transaction inside another one is a savepoint: that is how queued calls share one commit.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import sqlite_utils

from bot import failpoint
from bot.errors import StoreError
from bot.store.failures import RESTORE, explain

BUSY = 5.0
"""Seconds that a statement waits for another process's transaction; ours last milliseconds."""

PRIVATE = 0o600
"""The mode of new databases and copies: what people say to the bot in private stands in them."""


class Connection:
    """A SQLite connection in WAL mode that one thread uses at a time.

    Writing is `BEGIN IMMEDIATE`, so a transaction that has read never finds its snapshot overtaken (BUSY_SNAPSHOT).
    A durable commit is synced to the disk before it returns, and with it all earlier ones.
    """

    def __init__(self, path: Path, mode: Literal["ro", "rw", "rwc"], *, busy: float = BUSY) -> None:
        """Open it.  Raises StoreError."""
        self.path = path
        self.on_durable: Callable[[], Callable[[], None]] | None = None
        self.rollbacks = 0  # how often something written here was taken back
        self._lock = threading.RLock()
        self._full = True  # SQLite's own default
        try:
            if mode == "rwc" and not path.exists():
                path.touch(mode=PRIVATE)  # SQLite gives the same rights to the files that it makes beside it
            self.raw = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=busy,
                isolation_level=None,  # transactions are begun below, never behind our back
                check_same_thread=False,  # made in one thread, used in the writer's; the lock keeps them apart
            )
            self.raw.row_factory = sqlite3.Row
            self.raw.execute("PRAGMA foreign_keys = ON")
            self.raw.execute("PRAGMA journal_size_limit = 67108864")  # the WAL file shrinks to 64 MB after a peak
            self.raw.execute("PRAGMA secure_delete = ON")  # some builds of SQLite do by default, others don't
        except sqlite3.Error as error:
            raise explain(error, path) from error
        self.db = sqlite_utils.Database(self.raw, execute_plugins=False)

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """Make what happens inside one transaction, or a savepoint of the one that is open.

        :raises StoreError: it can't be written; nothing of it was
        """
        with self._lock, self._explained():
            if self.raw.in_transaction:
                with self._savepoint():
                    yield self.raw
                return
            if durable is not self._full:
                self.raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._full = durable
            with self._transaction("BEGIN IMMEDIATE"):
                before = self.raw.total_changes
                yield self.raw
                counted = durable and self.on_durable and self.raw.total_changes != before
                committed = self.on_durable() if counted and self.on_durable else None
            if committed:
                committed()
            with failpoint.during("in_checkpoint", 0.0) as dying:
                if dying:  # SQLite does this by itself, but rarely and unseen
                    self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read everything inside from one snapshot.  Raises StoreError."""
        with self._lock, self._explained():
            if self.raw.in_transaction:
                yield self.raw
                return
            with self._transaction("BEGIN"):
                yield self.raw

    def check(self) -> None:
        """Read the whole file, and see whether it is sound: SIGKILL can't break it, but a lying disk can.

        :raises StoreError: it is damaged
        """
        with self._lock, self._explained():
            found = self.raw.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreError(f"{self.path} is damaged ({found.splitlines()[-1]}). {RESTORE}")

    def version(self) -> int:
        """Give SQLite's counter of commits by other connections."""
        with self._lock, self._explained():
            return int(self.raw.execute("PRAGMA data_version").fetchone()[0])

    def empty_wal(self) -> bool:
        """Write the WAL back into the file and leave nothing in it; False where somebody read it all the while."""
        with self._lock, self._explained():
            return not self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    def rewrite(self) -> bool:
        """Write the whole file anew, and the WAL back into it: what was deleted stands nowhere in them any more.

        Seconds for a large one, in which nobody else can write.  False where somebody read the WAL all the while.

        :raises StoreError: there was no room, or somebody else wrote; it is as it was
        """
        with self._lock, self._explained():
            self.raw.execute("VACUUM")
        return self.empty_wal()

    def close(self) -> None:
        """Close it; the last one to close writes the WAL back into the file."""
        with self._lock, suppress(sqlite3.Error):
            self.raw.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:
            raise explain(error, self.path) from error

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.raw.execute(begin)
        try:
            yield
            self.raw.execute("COMMIT")
        except BaseException:
            self.rollbacks += 1
            # A full disk may have rolled it back already; either way nothing of it stays.
            with suppress(sqlite3.Error):
                if self.raw.in_transaction:
                    self.raw.execute("ROLLBACK")
            raise

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        self.raw.execute("SAVEPOINT one_call")
        try:
            yield
        except BaseException:
            self.rollbacks += 1
            with suppress(sqlite3.Error):
                if self.raw.in_transaction:
                    self.raw.execute("ROLLBACK TO one_call")
                    self.raw.execute("RELEASE one_call")
            raise
        self.raw.execute("RELEASE one_call")


def sync_folder(folder: Path) -> None:
    """Make a new file's name durable, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
