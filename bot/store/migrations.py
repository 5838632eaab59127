"""From an empty file, or the tables of an older version, to those of today, in numbered steps.

May import: within the store schema and values.
A step that was released is never edited: the next one changes what it left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bot.store.schema import TABLES
from bot.store.values import mark

APPLICATION = 0x53544152
"""`PRAGMA application_id`: "STAR", so that another program's database is never taken for ours."""

TAKING_BACK = """
-- A sent reply with a time: whom it answers took their words back, and so shall it be; at that time.
CREATE INDEX outbox_take_back ON outbox (account, not_before) WHERE state = 'sent' AND not_before IS NOT NULL;
-- What one person was answered lately, however many others speak at the same time.
CREATE INDEX outbox_asker ON outbox (account, reply_to_author, created_at) WHERE kind = 'reply';
"""

SLIMMER = """
-- What is kept for ever should be small: a link is found by 64 bits of its canonical form, which its link tells anyway;
-- whether a feed had a title is asked only where a flood is suspected, and all its entries are gone through then.
CREATE TABLE kept (
    feed INTEGER NOT NULL REFERENCES feeds (id),
    key BLOB NOT NULL,            -- 16 bytes
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    published INTEGER,
    first_seen INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    link_mark INTEGER NOT NULL,   -- 64 bits of its canonical link; 0: it has none
    title_mark INTEGER NOT NULL,  -- 64 bits of its folded title; 0: too short to mean anything
    matched TEXT NOT NULL DEFAULT '[]',
    same_as INTEGER,
    candidate INTEGER,
    UNIQUE (feed, key)
);
INSERT INTO kept SELECT feed, key, title, link, published, first_seen, verdict, reason, mark(canonical), title_mark,
    matched, same_as, candidate FROM entries ORDER BY rowid;
DROP TABLE entries;
ALTER TABLE kept RENAME TO entries;
CREATE INDEX entries_link ON entries (link_mark, feed) WHERE link_mark != 0;
"""

SIDE_BY_SIDE = """
-- What a poll adds to an index stands side by side in it, and a commit writes a few of its pages instead of nearly all.
DROP INDEX entries_link;
CREATE INDEX entries_link ON entries (feed, link_mark) WHERE link_mark != 0;
"""

TIDY = """
-- What nobody reads goes.
ALTER TABLE mentions DROP COLUMN taught;
ALTER TABLE people DROP COLUMN name;
ALTER TABLE people DROP COLUMN bot;
ALTER TABLE people DROP COLUMN first_at;
ALTER TABLE people DROP COLUMN last_at;
DROP INDEX slots_at;
DROP INDEX rule_history_id;
DROP INDEX candidates_link;
-- "Which mentions are new?" is asked at each change: SQLite doesn't see that `state = 'new'` is in `state IN ('new', ...)`,
-- and read every mention there ever was.  The counts by state are read from it, too.
DROP INDEX mentions_state;
CREATE INDEX mentions_state ON mentions (state);
-- The texts of candidates are let go of after a while: once an hour the oldest ones are looked for that are left.
CREATE INDEX candidates_text ON candidates (first_seen) WHERE html != '';
"""

MIGRATIONS: tuple[str, ...] = (TABLES, TAKING_BACK, SLIMMER, SIDE_BY_SIDE, TIDY)
"""`MIGRATIONS[n]` brings a database of version n to version n + 1."""


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring an open transaction's database to the newest version; the caller has backed it up."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.create_function("mark", 1, mark, deterministic=True)
    for script in migrations[version:]:
        for statement in _statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _statements(script: str) -> list[str]:
    """Part a script into statements; `executescript` would commit the open transaction."""
    statements, rest = [], ""
    for piece in script.split(";")[:-1]:
        rest += piece + ";"
        if sqlite3.complete_statement(rest):  # not within a string, a comment or a trigger
            statements.append(rest)
            rest = ""
    return statements
