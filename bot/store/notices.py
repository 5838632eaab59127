"""What the owner must know: one row a subject, while it lasts.

May import: within the store values.  Shared by the parts that tell the owner something inside a transaction of theirs.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.store.values import clean, stamp


def put(raw: sqlite3.Connection, subject: str, text: str, now: datetime) -> bool:
    """Keep a notice; one that stands keeps its time, whatever it says now.  Tells whether the subject is new."""
    known = raw.execute("SELECT 1 FROM notices WHERE subject = ?", (clean(subject),)).fetchone()
    raw.execute(
        "INSERT INTO notices VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET text = excluded.text WHERE text != excluded.text",
        (clean(subject), clean(text), stamp(now)),
    )
    return known is None


def drop(raw: sqlite3.Connection, subject: str) -> bool:
    """It is over; tells whether there was such a notice."""
    return raw.execute("DELETE FROM notices WHERE subject = ?", (clean(subject),)).rowcount == 1
