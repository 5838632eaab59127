"""Bringing a backup back, without posting again what was posted since it was made.

May import: errors, and within the store its own parts.
A backup doesn't know what happened after it.  So what stood ready to be sent counts as perhaps sent, and is looked for
first; what waited to be chosen, and what the feeds bring at their next poll, is known but not offered any more; mentions from before now are put on the
owner's list; and new deliveries get keys that were never used.  Nobody is posted to twice, and what is left out is told.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.store.connection import Connection, sync_folder
from bot.store.failures import explain
from bot.store.guard import Guard, beside, facts, write_marker
from bot.store.migrations import MIGRATIONS, migrate
from bot.store.opening import not_newer, version_of
from bot.store.owner import copy
from bot.store.part import listed
from bot.store.values import stamp

SINCE = "a backup was restored: this may have been sent after it was made"


def restore(
    path: Path,
    backup: Path,
    *,
    now: datetime,
    in_store: Collection[str] = (),
    migrations: Sequence[str] = MIGRATIONS,
) -> Path | None:
    """Put a backup in the database's place, and give the path under which the old one is kept, if there was one.

    `in_store` are the accounts whose platform is this database: what they planned was certainly not sent elsewhere.

    :raises StoreBusy: a bot runs on this database
    :raises StoreError: the backup is damaged, newer, or of another program; nothing was changed
    """
    if not backup.is_file():
        raise StoreError(f"There is no file {backup}, so nothing was restored.")
    guard = Guard.locked(path)
    unfinished = beside(path, ".unfinished")
    try:
        _copy(backup, unfinished, migrations)
        connection = Connection(unfinished, "rw")
        try:
            with connection.writing(durable=True):
                migrate(connection.raw, migrations)
                _distrust(connection.raw, now, in_store)
            database, commits = facts(connection.raw)
        finally:
            connection.close()
        old = _set_aside(path, now)
        unfinished.replace(path)
        write_marker(path, database, commits)
        sync_folder(path.absolute().parent)
        return old
    except sqlite3.Error as error:
        raise explain(error, backup) from error
    except OSError as error:
        raise StoreError(f"Nothing was restored: {error.filename or path} ({error.strerror}).") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        guard.drop()


def _copy(backup: Path, target: Path, migrations: Sequence[str]) -> None:
    source = Connection(backup, "ro")
    try:
        not_newer(backup, version_of(source), migrations)
        source.check()
        target.unlink(missing_ok=True)
        copy(source.raw, target)
    finally:
        source.close()


def _distrust(raw: sqlite3.Connection, now: datetime, in_store: Collection[str]) -> None:
    """Take back every certainty that may be out of date."""
    accounts = listed(in_store)
    # The key is the one that it would have been sent under: so it is found by it, or goes again under it.
    raw.execute(
        "UPDATE outbox SET state = 'unknown', reason = ?, not_before = NULL, sent_at = coalesce(sent_at, created_at),"
        " first_sent_at = coalesce(first_sent_at, created_at), ever_sent_at = coalesce(ever_sent_at, created_at),"
        " key = CASE WHEN key != '' THEN key"
        " ELSE (SELECT value FROM meta WHERE key = 'database') || '-' || id || '-' || revision END"
        " WHERE state IN ('planned', 'waiting', 'sending') AND account NOT IN (SELECT value FROM json_each(?))",
        (SINCE, accounts),
    )
    raw.execute(  # what wasn't decided then may have been shared since
        "INSERT INTO decisions SELECT accounts.name, candidates.id, 'expired', ?, ? FROM accounts, candidates"
        " WHERE accounts.name != '' AND accounts.name NOT IN (SELECT value FROM json_each(?))"
        " ON CONFLICT DO NOTHING",
        (SINCE, stamp(now), accounts),
    )
    raw.execute(  # drafts go only by the owner's word, who should know before giving it again
        "UPDATE outbox SET reason = ? WHERE state = 'draft' AND account NOT IN (SELECT value FROM json_each(?))",
        (SINCE, accounts),
    )
    raw.execute(  # what came due since was kept since, as far as anybody can know
        "DELETE FROM reminders WHERE at <= ? AND account NOT IN (SELECT value FROM json_each(?))",
        (stamp(now), accounts),
    )
    raw.execute("UPDATE feeds SET distrusted = 1")
    raw.execute("DELETE FROM subscriptions")  # hubs may have been told otherwise since
    raw.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (("database", secrets.token_hex(4)), ("answers_from", str(stamp(now)))),
    )


def _set_aside(path: Path, now: datetime) -> Path | None:
    """Keep what was there, with its WAL, under another name."""
    old = beside(path, f".replaced-{now:%Y%m%dT%H%M%S}")
    for ending in ("-wal", "-shm", ""):
        part = beside(path, ending)
        if part.exists():
            part.replace(beside(old, ending))
    return old if old.exists() else None
