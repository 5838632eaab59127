"""What the owner says and is told: pauses, notices, settings made while running, copies, counts.

May import: model, errors, and within the store its own parts.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.model import Notice
from bot.store import notices
from bot.store.accounts import EVERYBODY, Accounts
from bot.store.connection import PRIVATE, sync_folder
from bot.store.failures import RESTORE
from bot.store.part import durable, reading
from bot.store.values import TEXT, clean, moment, stamp

OWN = "owner."
"""What keys of `put` begin with in the table that the store keeps its own facts in, too."""


class Owner(Accounts):
    """The owner's words to the bot, and its words to the owner."""

    name = "owner"

    @durable
    def pause(self, account: str | None, until: datetime | None, now: datetime) -> None:
        """Silence an account, or the whole bot (None), but to its owner; until a time, or until resumed (None)."""
        self._pause(EVERYBODY if account is None else account, until, now)

    @durable
    def resume(self, account: str | None, now: datetime) -> bool:
        """Speak again: one account, or the whole bot with all its accounts (None).  Tells whether any was silent.

        An account that its platform locked out is let in too, for another try, and the notice of it taken back.
        """
        for row in self.all_of(
            "SELECT name FROM accounts WHERE locked_out IS NOT NULL AND (?1 IS NULL OR name = ?1)", account
        ):
            notices.drop(self.raw, f"account:{row['name']}")
        return (
            self.change(
                "UPDATE accounts SET paused_at = NULL, paused_until = NULL, locked_out = NULL,"
                " hold_until = CASE WHEN locked_out IS NULL THEN hold_until END WHERE (?1 IS NULL OR name = ?1)"
                " AND (locked_out IS NOT NULL OR (paused_at IS NOT NULL AND coalesce(paused_until, ?2 + 1) > ?2))",
                account,
                stamp(now),
            )
            > 0
        )

    @reading
    def paused(self, account: str, now: datetime) -> str | None:
        """Why an account is silent by the owner's word, in a sentence; None: it isn't."""
        return self._paused(account, now)

    @durable
    def tell(self, subject: str, text: str, now: datetime) -> bool:
        """Keep what the owner must know, one row a subject while it lasts; tells whether the subject is new."""
        return notices.put(self.raw, subject, text, now)

    @durable
    def clear(self, subject: str) -> bool:
        """It is over; tells whether there was such a notice."""
        return notices.drop(self.raw, subject)

    @reading
    def notices(self) -> list[Notice]:
        """What the owner must know now, the oldest first."""
        found = self.all_of("SELECT * FROM notices ORDER BY since, subject")
        return [Notice(subject=row["subject"], text=row["text"], since=moment(row["since"])) for row in found]

    @reading
    def get(self, key: str) -> str | None:
        """A value that `put` kept."""
        found = self.one("SELECT value FROM meta WHERE key = ?", OWN + clean(key))
        return None if found is None else str(found["value"])

    @durable
    def put(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        self.change(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            OWN + clean(key),
            clean(value, TEXT),
        )

    @durable
    def known_account(self, name: str, now: datetime) -> datetime:
        """When an account was first seen: now, if it is new."""
        self._known(name, now)
        self.change("UPDATE accounts SET known_since = ? WHERE name = ? AND known_since IS NULL", stamp(now), name)
        return moment(self.number("SELECT known_since FROM accounts WHERE name = ?", name))

    @reading
    def backup(self, path: Path) -> None:
        """Copy the whole database into one file, consistent while everybody goes on writing.

        The copy appears under its name only when it is whole and on the disk: a damaged database never takes the place
        of a good backup.

        :raises StoreError: nothing was made, and an older backup is as it was
        """
        unfinished = path.with_name(path.name + ".unfinished")
        try:
            unfinished.unlink(missing_ok=True)
            copy(self.raw, unfinished)
            self._whole(unfinished)
            unfinished.replace(path)
        except OSError as error:
            raise StoreError(f"No backup was made: {path} can't be written ({error.strerror}).") from error
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        sync_folder(path.absolute().parent)

    def _whole(self, made: Path) -> None:
        try:
            with closing(sqlite3.connect(made)) as there:
                found = there.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
        if found != "ok":
            raise StoreError(f"No backup was made, since {self.connection.path} is damaged. {RESTORE}")

    @reading
    def counts(self) -> dict[str, int]:
        """The figures of `status` and the metrics: feeds, entries, deliveries and mentions by state …"""
        tables = {
            "feeds": "SELECT count(*) FROM feeds WHERE active",
            "feeds_failing": "SELECT count(*) FROM feeds WHERE active AND json_extract(state, '$.errors') > 0",
            "feeds_held": "SELECT count(*) FROM feeds WHERE active AND json_extract(state, '$.held') IS NOT NULL",
            "feeds_muted": "SELECT count(*) FROM feeds WHERE active AND muted IS NOT NULL",
            "entries": "SELECT count(*) FROM entries",
            "candidates": "SELECT count(*) FROM candidates",
            "rules": "SELECT count(DISTINCT id) FROM rules",
            "notices": "SELECT count(*) FROM notices",
            "timeline": "SELECT count(*) FROM timeline",
        }
        counts = {name: self.number(sql) for name, sql in tables.items()}
        for table in ("outbox", "mentions"):
            for row in self.all_of(f"SELECT state, count(*) AS n FROM {table} GROUP BY state"):  # noqa: S608 -- two constants
                counts[f"{table}_{row['state']}"] = row["n"]
        return counts


def copy(source: sqlite3.Connection, target: Path) -> None:
    """Write a database into a new file of its own, in one piece, synced, for its user alone to read.

    :raises OSError: it can't be written, which SQLite would say of the database
    :raises sqlite3.Error: the database can't be read
    """
    target.touch(mode=PRIVATE)
    with closing(sqlite3.connect(target, isolation_level=None)) as there:
        began = not source.in_transaction
        if began:
            source.execute("BEGIN")
        try:
            # This takes the snapshot, or says that it can't: `backup` itself would wait for a lock for ever.
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(there)
        finally:
            if began:
                source.execute("ROLLBACK")
        there.execute("PRAGMA journal_mode = DELETE")  # a copy is one file, without a WAL beside it
    with target.open("rb") as written:
        os.fsync(written.fileno())
