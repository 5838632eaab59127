"""What stands beside the database: the lock of the one running bot, and the marker that says that it exists.

May import: errors, and within the store its own parts.

    starfish.db.lock     held by `flock` while a bot runs: a crash frees it; names the process
    starfish.db.exists   "starfish <the database's name> <durable commits>": without it a deleted or replaced database
                         would look like a new one, and everything would be posted again

The count in the marker is written after each durable commit, the one in the database within it.  So the database can
never be behind the marker, unless commits are missing: its WAL was deleted or cut, or an old copy was put in its place.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import StoreBusy, StoreError
from bot.store.connection import sync_folder


def beside(path: Path, ending: str) -> Path:
    """A file that belongs to the database."""
    return path.with_name(path.name + ending)


def has_begun(path: Path) -> bool:
    """Whether a bot has worked with this database: it is there, or only its marker still is, and then it was lost."""
    return path.exists() or beside(path, ".exists").exists()


def is_locked(path: Path) -> bool:
    """Whether a process runs the bot of this database; only looks."""
    try:
        lock = os.open(beside(path, ".lock"), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


class Guard:
    """The lock and the marker of one open database."""

    def __init__(self, path: Path, lock: int | None = None) -> None:
        self._path = path
        self._lock = lock
        self._marker: int | None = None
        self._at = 0
        self._opened = _identity(path)

    @classmethod
    def locked(cls, path: Path) -> Guard:
        """Take the process lock.

        :raises StoreBusy: another process has it
        :raises StoreError: the folder can't be written, or the lock is another user's
        """
        name = beside(path, ".lock")
        try:
            lock = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)  # not inherited by the worker, which is exec'ed
        except OSError as error:
            if name.exists():
                raise _not_ours(name, error) from error
            raise StoreError(
                f"The folder of {path} can't be used ({error.strerror}). Make it, and let this user write there."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
            os.close(lock)
            who = f"Process {holder}" if holder else "Another process"
            raise StoreBusy(f"{who} runs this bot already ({path}). Stop it first, or let it do the work.") from error
        return cls(path, lock)

    @property
    def unclean(self) -> bool:
        """Whether the last bot was stopped without a goodbye."""
        return self._lock is not None and os.fstat(self._lock).st_size > 0

    def sign(self) -> None:
        """Write this process into the lock."""
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def watch(self, connection: sqlite3.Connection, *, create: bool) -> None:
        """Open the marker, or make it, and keep its count from now on.  Raises StoreError."""
        database, commits = facts(connection)
        name = beside(self._path, ".exists")
        try:
            if create:
                write_marker(self._path, database, commits)
            self._marker = os.open(name, os.O_RDWR)
        except OSError as error:
            raise StoreError(f"{name} can't be written ({error.strerror}). It guards against posting twice.") from error
        self._at = len(f"starfish {database} ")
        self._opened = _identity(self._path)

    def stands(self) -> bool:
        """Whether the database still lies where it was opened; a file that was deleted or replaced is written in vain."""
        return _identity(self._path) == self._opened

    def counting(self, connection: sqlite3.Connection) -> Callable[[], Callable[[], None]]:
        """Give what counts a durable commit: once inside the transaction, and then once after it."""

        def count() -> Callable[[], None]:
            connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'commits'")
            commits = facts(connection)[1]

            def committed() -> None:
                if self._marker is not None:
                    with suppress(OSError):  # the commit stands; an older count only guards a little less
                        os.pwrite(self._marker, b"%020d\n" % commits, self._at)

            return committed

        return count

    def close(self) -> None:
        """Say goodbye and free the lock."""
        if self._lock is not None:
            with suppress(OSError):
                os.ftruncate(self._lock, 0)
        self.drop()

    def drop(self) -> None:
        """Free the lock without a goodbye: the next start looks as carefully as this one."""
        for handle in (self._marker, self._lock):
            if handle is not None:
                os.close(handle)
        self._marker = self._lock = None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


@dataclass(frozen=True, slots=True)
class Marker:
    """What the marker says."""

    database: str
    commits: int


def read_marker(path: Path) -> Marker | None:
    """Read the marker; None where there is none; one that can't be read still says that there was a database."""
    try:
        words = beside(path, ".exists").read_bytes()[:200].decode("ascii", "replace").split()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_ours(beside(path, ".exists"), error) from error
    if len(words) != 3 or words[0] != "starfish" or not words[2].isdecimal():
        return Marker("", 0)
    return Marker(words[1], int(words[2]))


def _not_ours(name: Path, error: OSError) -> StoreError:
    """What to say of a file that is there and can't be opened: mostly the bot was once run by root."""
    return StoreError(
        f"{name} can't be opened ({error.strerror}). It and all files beside it must belong to the user who runs the bot."
    )


def write_marker(path: Path, database: str, commits: int) -> None:
    """Write the marker anew, in one piece.  Raises OSError."""
    name, unfinished = beside(path, ".exists"), beside(path, ".exists.unfinished")
    with unfinished.open("wb") as file:
        file.write(b"starfish %s %020d\n" % (database.encode(), commits))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(name)
    sync_folder(path.absolute().parent)


def facts(connection: sqlite3.Connection) -> tuple[str, int]:
    """The database's own name and its count of durable commits."""
    found = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('database', 'commits')").fetchall())
    return str(found.get("database", "")), int(found.get("commits", 0))
