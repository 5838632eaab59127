"""What no rule knew an answer to: the owner's list, from which answers are taught.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.model import Match, Mention
from bot.store.part import durable, listed, reading
from bot.store.past import Past
from bot.store.records import Unanswered
from bot.store.values import clean, moment, moments, stamp, unpacked, whole


class WaitingList(Past):
    """The mentions that wait for the owner's word; the part `mentions` is made of this."""

    @reading
    def unanswered(self, limit: int = 100) -> list[Unanswered]:
        """What waits for the owner, the oldest first."""
        found = self.all_of("SELECT * FROM mentions WHERE state = 'unanswered' ORDER BY id LIMIT ?", whole(limit))
        return [_unanswered(row) for row in found]

    @reading
    def waiting(self) -> tuple[int, datetime | None]:
        """How many mentions wait for the owner's word, and since when."""
        found = self.one("SELECT count(*) AS n, min(at) AS at FROM mentions WHERE state = 'unanswered'")
        return (0, None) if found is None else (int(found["n"]), moments(found["at"]))

    @durable
    def ignored(self, mention_ids: Sequence[int], now: datetime, *, reason: str = "the owner left it") -> int:
        """The owner has seen these and leaves them as they are; gives how many still waited."""
        return self.change(
            "UPDATE mentions SET state = 'skipped', reason = ?, answered_at = coalesce(answered_at, ?)"
            " WHERE state = 'unanswered' AND id IN (SELECT value FROM json_each(?))",
            clean(reason),
            stamp(now),
            listed(map(whole, mention_ids)),
        )


def mention_of(row: sqlite3.Row) -> Mention:
    """Give a mention as its row holds it."""
    return Mention(
        account=row["account"],
        remote_id=row["remote_id"],
        author=row["author"],
        text=row["text"],
        at=moment(row["at"]),
        id=row["id"],
        name=row["name"],
        thread=row["thread"],
        in_reply_to=row["in_reply_to"],
        about=row["about"],
        bot=bool(row["bot"]),
        owner=bool(row["owner"]),
        visibility=row["visibility"],
        language=row["language"],
        context=json.loads(row["context"]),
    )


def _unanswered(row: sqlite3.Row) -> Unanswered:
    match = None if row["match"] is None else unpacked(Match, row["match"])
    rule, score = match.nearest if match is not None and match.nearest is not None else (None, 0.0)
    return Unanswered(mention_of(row), row["reason"], rule, score)
