"""The local timeline: the sent posts and replies of `local` accounts, and the mentions there, in one order.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

import sqlite3

from bot.model import TimelineItem
from bot.store.part import Part, reading
from bot.store.values import moment, whole

ITEMS = """
SELECT timeline.id AS id, timeline.kind AS kind, timeline.created_at AS created_at,
    coalesce(mentions.author, outbox.account) AS author, coalesce(mentions.text, outbox.text) AS text, outbox.link AS link,
    CASE timeline.kind
        WHEN 'reply' THEN (SELECT id FROM timeline AS asked WHERE asked.mention = outbox.mention)
        WHEN 'mention' THEN coalesce(
            (SELECT id FROM timeline AS told WHERE told.outbox = mentions.about),
            (SELECT id FROM timeline AS other WHERE CAST(other.id AS TEXT) = mentions.in_reply_to
                AND other.id = CAST(mentions.in_reply_to AS INTEGER)))
    END AS in_reply_to
FROM timeline
LEFT JOIN outbox ON outbox.id = timeline.outbox
LEFT JOIN mentions ON mentions.id = timeline.mention
WHERE coalesce(outbox.state, mentions.state) != 'withdrawn'
"""


class Timeline(Part):
    """What the page and its API show; the author of a post or reply is its account's name."""

    name = "timeline"

    @reading
    def items(self, after: int | None, limit: int) -> list[TimelineItem]:
        """Items with greater numbers than `after`, or the newest ones (None); always the oldest first."""
        if after is None:
            newest = self.all_of(f"{ITEMS} ORDER BY timeline.id DESC LIMIT ?", whole(limit))
            return [_item(row) for row in reversed(newest)]
        found = self.all_of(
            f"{ITEMS} AND timeline.id > ? ORDER BY timeline.id LIMIT ?",
            whole(after),
            whole(limit),
        )
        return [_item(row) for row in found]

    @reading
    def before(self, item_id: int, limit: int) -> list[TimelineItem]:
        """The newest items with smaller numbers than one, the oldest first: the page before."""
        found = self.all_of(
            f"{ITEMS} AND timeline.id < ? ORDER BY timeline.id DESC LIMIT ?",
            whole(item_id),
            whole(limit),
        )
        return [_item(row) for row in reversed(found)]

    @reading
    def newest(self) -> int:
        """The greatest number; 0 on an empty timeline."""
        return self.number("SELECT max(id) FROM timeline")

    @reading
    def item(self, item_id: int) -> TimelineItem | None:
        """One item by its number."""
        found = self.one(f"{ITEMS} AND timeline.id = ?", whole(item_id))
        return None if found is None else _item(found)

    @reading
    def id_of_mention(self, mention_id: int) -> int | None:
        """A mention's number on the timeline."""
        return self._number("SELECT id FROM timeline WHERE mention = ?", mention_id)

    @reading
    def outbox_of(self, item_id: int) -> int | None:
        """The delivery behind an item; None for a mention."""
        return self._number("SELECT outbox FROM timeline WHERE id = ?", item_id)

    @reading
    def mention_of(self, item_id: int) -> int | None:
        """The mention that an item is; None for a post or a reply."""
        return self._number("SELECT mention FROM timeline WHERE id = ?", item_id)

    def _number(self, sql: str, value: int) -> int | None:
        found = self.one(sql, whole(value))
        return None if found is None or found[0] is None else int(found[0])


def _item(row: sqlite3.Row) -> TimelineItem:
    return TimelineItem(
        id=row["id"],
        kind=row["kind"],
        author=row["author"],
        text=row["text"],
        created_at=moment(row["created_at"]),
        url=row["link"],
        in_reply_to=row["in_reply_to"],
    )
