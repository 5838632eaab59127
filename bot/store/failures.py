"""SQLite's failures as sentences: what happened, what it means, what to do.

May import: errors, and the standard library.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.errors import StoreError

RESTORE = "Nothing was changed. Keep the file, and bring back a backup with: starfish restore FILE"


def explain(error: Exception, path: Path) -> StoreError:
    """Name the remedy for a failure of the database at `path`."""
    text = str(error).rstrip(".")
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the low byte is the primary code
    match code:
        case sqlite3.SQLITE_FULL:
            what = f"The disk is full, so {path} can't be written. Make room; a bot that runs goes on by itself then."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            what = f"{path} can't be written. Give this user the right to write the file and its folder."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            what = f"{path} is locked by another program. Close what holds it (a database browser?), then try again."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            what = f"{path} is damaged ({text}). {RESTORE}"
        case sqlite3.SQLITE_CANTOPEN:
            what = f"{path} can't be opened. Check that it and its folder exist and that this user may write there."
        case sqlite3.SQLITE_IOERR:
            what = f"The disk failed while using {path} ({text}). Check its space and health; nothing was half written."
        case _:
            what = f"{path} can't be used: {text}. If this stays, look at it with: starfish doctor"
    return StoreError(what)
