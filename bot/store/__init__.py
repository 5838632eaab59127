"""The bot's memory: the only SQL, on SQLite through sqlite-utils.

May import: model, errors, core.
Methods are named by what happens in the stories, and each is one transaction; `open_store` opens the database,
`Store` holds its parts, `Writer` brings their methods to asyncio.
"""

from __future__ import annotations

from bot.store.forgetting import sweep
from bot.store.opening import open_store
from bot.store.promises import EVERYTHING
from bot.store.records import (
    AccountState,
    Answered,
    Decision,
    Familiar,
    FeedCounts,
    Follow,
    Forgotten,
    Found,
    Learnt,
    Reminder,
    RuleChange,
    SeenEntry,
    Shared,
    Story,
    Tally,
    Told,
    Unanswered,
    Usage,
)
from bot.store.restoring import restore
from bot.store.settling import CUT_OFF, TAKEN_BACK
from bot.store.store import Store
from bot.store.writer import Writer

__all__ = [
    "CUT_OFF",
    "EVERYTHING",
    "TAKEN_BACK",
    "AccountState",
    "Answered",
    "Decision",
    "Familiar",
    "FeedCounts",
    "Follow",
    "Forgotten",
    "Found",
    "Learnt",
    "Reminder",
    "RuleChange",
    "SeenEntry",
    "Shared",
    "Store",
    "Story",
    "Tally",
    "Told",
    "Unanswered",
    "Usage",
    "Writer",
    "open_store",
    "restore",
    "sweep",
]
