"""What was promised to people: follows of a topic, reminders.

May import: model, and within the store its own parts.
A promise is kept by an outbox row whose dedupe key names it, in the transaction that notes it as kept: so it is kept once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.model import Mention, Post, State
from bot.store.outbox import put_in
from bot.store.part import Part, durable, reading
from bot.store.records import Follow, Reminder, Shared
from bot.store.values import clean, moment, stamp, whole

EVERYTHING = frozenset({"all", "everything", "it all", "all topics", "alles", "tout", "todo", "tutto", "tudo"})
"""What is unfollowed by these words is all that somebody follows."""

NOT_WANTED = "its asker took it back"
"""Why a reminder whose time had come was not sent."""

MOST_FOLLOWS = 20
"""Topics that one person may follow on one account: enough for a niche, and a bound on what they can be sent."""


class Promises(Part):
    """Follows and reminders."""

    name = "promises"

    @durable
    def follow(self, mention: Mention, topic: str, now: datetime) -> bool:
        """Remember that the mention's author wants to hear of a topic.

        False where they follow too many already, or took their words back while these were answered.
        """
        account, person, folded = mention.account, clean(mention.author), clean(topic.casefold(), 200)
        many = self.number("SELECT count(*) FROM follows WHERE account = ? AND person = ?", account, person)
        known = self.number(
            "SELECT count(*) FROM follows WHERE account = ? AND person = ? AND topic = ?", account, person, folded
        )
        if (many >= MOST_FOLLOWS and not known) or self._is_withdrawn(mention):
            return False
        self.change(
            "INSERT INTO follows (account, person, topic, words, mention, since) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET mention = excluded.mention",
            account,
            person,
            folded,
            clean(topic, 200),
            mention.id,
            stamp(now),
        )
        return True

    @durable
    def unfollow(self, account: str, person: str, topic: str) -> int:
        """Forget a topic of a person's, or all of them (“all”, “everything”); gives how many."""
        folded = clean(topic.casefold(), 200)
        everything = folded in EVERYTHING
        return self.change(
            "DELETE FROM follows WHERE account = ? AND person = ? AND (? OR topic = ?)",
            account,
            clean(person),
            everything,
            folded,
        )

    @reading
    def follows(self, account: str | None = None) -> list[Follow]:
        """Who follows what, on one account or on all, the longest first."""
        rows = self.all_of("SELECT * FROM follows WHERE ?1 IS NULL OR account = ?1 ORDER BY since, person", account)
        return [_follow(row) for row in rows]

    @durable
    def remind(self, mention: Mention, at: datetime, now: datetime) -> bool:
        """Remember to come back to the author of a mention, once; False where that mention has a reminder already.

        False, too, where they took their words back while these were answered.
        """
        return (
            not self._is_withdrawn(mention)
            and self.change(
                "INSERT INTO reminders (mention, account, at, made_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                mention.id,
                mention.account,
                stamp(at),
                stamp(now),
            )
            == 1
        )

    @reading
    def reminders(self, account: str, person: str) -> list[Reminder]:
        """What a person is still to be reminded of on an account, the soonest first; also what is just being sent."""
        rows = self.all_of(
            "SELECT reminders.*, text FROM reminders JOIN mentions ON id = mention"
            " WHERE reminders.account = ?1 AND author = ?2"
            " UNION ALL SELECT mention, outbox.account, outbox.created_at, mentions.at, mentions.text FROM outbox"
            " JOIN mentions ON mentions.id = mention WHERE outbox.account = ?1 AND reply_to_author = ?2 AND author = ?2"
            " AND kind = 'reply' AND substr(dedupe_key, 1, 7) = 'remind:'"
            " AND outbox.state IN ('planned', 'waiting', 'sending', 'unknown', 'held') ORDER BY at, mention",
            account,
            clean(person),
        )
        return [_reminder(row, row["text"]) for row in rows]

    @durable
    def unremind(
        self, account: str, person: str, mention_ids: Sequence[int], now: datetime
    ) -> tuple[list[int], list[int]]:
        """Take back reminders of a person's own; gives which are, and which are on their way and so can't be.

        What is planned but in nobody's hands yet is withdrawn; what is being sent, or may have arrived, is left alone.
        """
        taken, sending = [], []
        for number in mention_ids:
            theirs = self.one(
                "SELECT 1 FROM mentions WHERE id = ? AND account = ? AND author = ?",
                whole(number),
                account,
                clean(person),
            )
            if theirs is None:
                continue
            key = f"remind:{whole(number)}"
            gone = self.change("DELETE FROM reminders WHERE mention = ?", whole(number)) or self.change(
                "UPDATE outbox SET state = 'withdrawn', reason = ?, settled_at = ?"
                " WHERE account = ? AND dedupe_key = ? AND state IN ('planned', 'waiting')",
                NOT_WANTED,
                stamp(now),
                account,
                key,
            )
            if gone:
                taken.append(number)
            elif self.one(
                "SELECT 1 FROM outbox WHERE account = ? AND dedupe_key = ? AND state IN ('sending', 'unknown', 'held')",
                account,
                key,
            ):
                sending.append(number)
        return taken, sending

    @reading
    def due_reminders(self, now: datetime, limit: int = 100) -> list[Reminder]:
        """The reminders whose time has come, the longest due first."""
        rows = self.all_of("SELECT * FROM reminders WHERE at <= ? ORDER BY at LIMIT ?", stamp(now), whole(limit))
        return [_reminder(row) for row in rows]

    @reading
    def next_reminder(self) -> datetime | None:
        """When the next reminder is due."""
        row = self.one("SELECT min(at) AS at FROM reminders")
        return None if row is None or row["at"] is None else moment(row["at"])

    @durable
    def reminded(self, mention_id: int, post: Post | None, now: datetime) -> int | None:
        """Keep a reminder: its delivery and its end are one transaction.  None: nothing is sent (they said stop)."""
        gone = self.change("DELETE FROM reminders WHERE mention = ?", whole(mention_id))
        if not gone or post is None:
            return None
        return put_in(self.raw, post, "reply", State.PLANNED, now, mention=mention_id)

    @durable
    def broken(self, mention_id: int, reason: str) -> None:
        """A reminder can't be kept: it ends, and whoever asked for it waits for the owner's word instead."""
        self.change("DELETE FROM reminders WHERE mention = ?", whole(mention_id))
        self.change(
            "UPDATE mentions SET state = 'unanswered', reason = ? WHERE id = ? AND state = 'answered'",
            clean(reason),
            whole(mention_id),
        )

    @reading
    def shared_since(self, cursor: str, limit: int = 100) -> list[Shared]:
        """What was sent after a cursor ("": from the first on), with what it is about: what followers are told of.

        Each carries the cursor that follows it.  In the order of being sent: a draft that waited for its approval has
        a small number and is sent late.
        """
        at, _, number = cursor.partition(":")
        rows = self.all_of(
            "SELECT outbox.id, outbox.account, outbox.text, outbox.link, settled_at, candidates.title,"
            " candidates.categories, candidates.html FROM outbox JOIN candidates ON candidates.id = outbox.candidate"
            " WHERE outbox.state = 'sent' AND outbox.kind = 'post' AND (settled_at, outbox.id) > (?, ?)"
            " ORDER BY settled_at, outbox.id LIMIT ?",
            int(at or 0),
            int(number or 0),
            whole(limit),
        )
        return [
            Shared(
                cursor=f"{row['settled_at']}:{row['id']}",
                account=row["account"],
                text=row["text"],
                link=row["link"] or "",
                title=row["title"],
                about=f"{row['title']} {row['categories']} {row['html'][:4000]}",
            )
            for row in rows
        ]

    @durable
    def told(self, follow: Follow, post: Post, now: datetime) -> int | None:
        """Keep a follow for one post, once: None where this person was told of this link already."""
        return put_in(self.raw, post, "reply", State.PLANNED, now, mention=follow.mention)

    @reading
    def told_since(self, account: str, person: str, since: datetime) -> int:
        """How often a person was told of something since a time."""
        return self.number(
            "SELECT count(*) FROM outbox WHERE account = ? AND created_at >= ? AND substr(dedupe_key, 1, ?) = ?",
            account,
            stamp(since),
            len(f"follow:{clean(person)}:"),
            f"follow:{clean(person)}:",
        )

    @durable
    def forget(self, account: str, persons: Sequence[str]) -> int:
        """Forget everything promised to people who said stop; gives how many promises."""
        count = 0
        for person in persons:
            count += self.change("DELETE FROM follows WHERE account = ? AND person = ?", account, clean(person))
            count += self.change(
                "DELETE FROM reminders WHERE account = ? AND mention IN (SELECT id FROM mentions WHERE author = ?)",
                account,
                clean(person),
            )
        return count

    def _is_withdrawn(self, mention: Mention) -> bool:
        return self.one("SELECT 1 FROM mentions WHERE id = ? AND state = 'withdrawn'", mention.id) is not None


def _reminder(row: sqlite3.Row, words: str = "") -> Reminder:
    return Reminder(mention=row["mention"], at=moment(row["at"]), made_at=moment(row["made_at"]), words=words)


def _follow(row: sqlite3.Row) -> Follow:
    return Follow(
        account=row["account"],
        person=row["person"],
        topic=row["topic"],
        words=row["words"],
        mention=row["mention"],
        since=moment(row["since"]),
    )
