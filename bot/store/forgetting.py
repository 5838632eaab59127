"""To forget a person: everything they said and were told, and nothing that keeps the bot from answering twice.

May import: model, and within the store its own parts.
What stays is a fingerprint of each mention's key, since a platform may deliver it again, and their wish to be left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.core.handles import plain_handle
from bot.store import notices
from bot.store.connection import Connection
from bot.store.part import Part, durable, listed, reading
from bot.store.records import Forgotten
from bot.store.rules import FROM_MENTION, unlearn
from bot.store.values import FORGOTTEN, clean, fingerprint, stamp

UNSWEPT = "unswept"
"""The key in `meta` that says that what was forgotten may still stand in unused parts of the file."""

NAMESAKES = 5
"""How many people are named who call themselves as it was asked."""

THEIRS = "IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR account = ?2)"
"""A condition on a column that names a person: these ids, on an account or on all."""


class Forgetting(Part):
    """What is known of a person, found and taken out."""

    name = "forgetting"

    @reading
    def ids_of(self, person: str, account: str | None) -> list[str]:
        """The ids that are, or go by, this handle, in whatever case and with or without @, on one account or on all."""
        found = self.all_of(
            "SELECT author AS id, json_extract(context, '$.handle') AS handle FROM mentions WHERE ?1 IS NULL OR account = ?1"
            " UNION SELECT person, '' FROM follows WHERE ?1 IS NULL OR account = ?1"
            " UNION SELECT person, '' FROM people WHERE ?1 IS NULL OR account IN (?1, '')"
            " UNION SELECT reply_to_author, '' FROM outbox WHERE kind = 'reply' AND (?1 IS NULL OR account = ?1)",
            account,
        )
        wanted = plain_handle(person)
        if not wanted:
            return []
        known = [(row["id"] or "", row["handle"] or "") for row in found]
        return sorted({who for who, handle in known if who and wanted in (plain_handle(who), plain_handle(handle))})

    @reading
    def namesakes(self, name: str) -> list[str]:
        """The ids of people who call themselves so: a name is no id, but may be all that the owner knows."""
        found = self.all_of(
            "SELECT DISTINCT author FROM mentions WHERE name != '' AND lower(name) = lower(?) ORDER BY author LIMIT ?",
            clean(name.strip()),
            NAMESAKES,
        )
        return [row["author"] for row in found]

    @durable
    def forget(self, ids: Sequence[str], account: str | None, now: datetime) -> Forgotten:
        """Take out all that is known of a person by their ids, on one account or on all.

        What was said and answered leaves the timeline, and what isn't sent yet stays unsent.  What they said `stop` to,
        and what of theirs is blocked, stays as it is.
        """
        theirs = listed(ids)
        found = self.all_of(f"SELECT id FROM mentions WHERE author {THEIRS}", theirs, account)  # noqa: S608 -- a condition of ours
        numbers = [row["id"] for row in found]
        promises = self._drop_promises(theirs, account, numbers)
        rules = self._taught_from(numbers)
        self._blank_what_the_owner_was_told(numbers, now)
        replies = self._blank_replies(theirs, account, numbers, now)
        self._blank_mentions(numbers, now)
        unlearn(self.raw)
        self.change(f"DELETE FROM people WHERE person {THEIRS} AND opted_out_at IS NULL", theirs, account)  # noqa: S608
        stopped = self.change(f"UPDATE people SET pause_told_until = NULL WHERE person {THEIRS}", theirs, account)  # noqa: S608
        self.change("INSERT INTO meta VALUES (?, '1') ON CONFLICT DO NOTHING", UNSWEPT)
        blocked = self.number(
            "SELECT count(*) FROM blocks WHERE what IN (SELECT value FROM json_each(?))", listed(map(plain_handle, ids))
        )
        return Forgotten(
            mentions=len(numbers),
            replies=replies,
            promises=promises,
            rules=tuple(rules),
            stopped=stopped > 0,
            blocked=blocked > 0,
        )

    def _drop_promises(self, theirs: str, account: str | None, numbers: Sequence[int]) -> int:
        return self.change(f"DELETE FROM follows WHERE person {THEIRS}", theirs, account) + self.change(  # noqa: S608
            "DELETE FROM reminders WHERE mention IN (SELECT value FROM json_each(?))", listed(numbers)
        )

    def _taught_from(self, numbers: Sequence[int]) -> list[str]:
        """The rules of their words, which answer everybody else too."""
        found = self.all_of(
            "SELECT id FROM rules WHERE layer = 'taught' AND instr(added_by, ?1) > 0"
            " AND CAST(substr(added_by, instr(added_by, ?1) + length(?1)) AS INTEGER) IN (SELECT value FROM json_each(?2))"
            " ORDER BY id",
            FROM_MENTION,
            listed(numbers),
        )
        return [row["id"] for row in found]

    def _blank_what_the_owner_was_told(self, numbers: Sequence[int], now: datetime) -> None:
        """Take out what the owner was shown of theirs: the word that one of theirs waits, and lists of who does."""
        found = self.all_of(
            "SELECT outbox.id, outbox.text FROM outbox JOIN mentions ON mentions.id = mention WHERE owner = 1"
            " AND (substr(dedupe_key, 1, 7) = 'digest:' OR json_extract(details, '$.waiting') IS NOT NULL)"
        )
        known = set(numbers)
        shown = [row["id"] for row in found if known & {int(told[1]) for told in _SHOWN.finditer(row["text"])}]
        self.change(
            "UPDATE outbox SET text = ?, settled_at = coalesce(settled_at, ?),"
            " state = CASE state WHEN 'sent' THEN 'sent' ELSE 'withdrawn' END"
            " WHERE id IN (SELECT value FROM json_each(?))",
            f"({FORGOTTEN})",
            stamp(now),
            listed(shown),
        )

    def _blank_replies(self, theirs: str, account: str | None, numbers: Sequence[int], now: datetime) -> int:
        """Withdraw and empty what was said to them; gives how many.  What is being taken back keeps its receipt for that."""
        found = self.all_of(
            "SELECT id FROM outbox WHERE kind = 'reply' AND mention IN (SELECT value FROM json_each(?3))"  # noqa: S608
            f" UNION SELECT id FROM outbox WHERE kind = 'reply' AND reply_to_author {THEIRS}",
            theirs,
            account,
            listed(numbers),
        )
        replies = [row["id"] for row in found]
        self.change(
            "UPDATE outbox SET text = '', link = NULL, title = '', language = NULL, visibility = NULL, reason = ?1,"
            " reply_to = NULL, reply_to_author = NULL, reply_context = '{}', settled_at = coalesce(settled_at, ?2),"
            " dedupe_key = CASE WHEN substr(dedupe_key, 1, 7) = 'follow:' THEN ?1 || ':' || id ELSE dedupe_key END"
            " WHERE id IN (SELECT value FROM json_each(?3))",
            FORGOTTEN,
            stamp(now),
            listed(replies),
        )
        self.change(
            "UPDATE outbox SET state = 'withdrawn', not_before = NULL, remote_id = NULL, remote_url = NULL,"
            " receipt_note = NULL WHERE id IN (SELECT value FROM json_each(?))"
            " AND NOT (state = 'sent' AND not_before IS NOT NULL)",
            listed(replies),
        )
        for reply in replies:
            notices.drop(self.raw, f"outbox:{reply}")
        return len(replies)

    def _blank_mentions(self, numbers: Sequence[int], now: datetime) -> None:
        """Leave of each mention that there was one, and by what key it is known if it comes again."""
        for number in numbers:
            found = self.one("SELECT remote_id FROM mentions WHERE id = ?", number)
            assert found is not None
            self.change(
                "UPDATE mentions SET remote_id = ?, author = '', name = '', text = '', thread = '', in_reply_to = NULL,"
                " about = NULL, bot = 0, owner = 0, visibility = NULL, language = NULL, context = '{}',"
                " state = 'withdrawn', reason = ?, answered_at = coalesce(answered_at, ?), rule = NULL, match = NULL,"
                " details = '{}' WHERE id = ?",
                fingerprint(found["remote_id"]),
                FORGOTTEN,
                stamp(now),
                number,
            )


def sweep(connection: Connection) -> None:
    """Take what was forgotten out of the unused parts of the file too, if anything was since the last time.

    What can't be done while somebody else reads is tried again at the next start.

    :raises StoreError: there was no room, or somebody else wrote; tried again likewise
    """
    if connection.raw.execute("SELECT 1 FROM meta WHERE key = ?", (UNSWEPT,)).fetchone() is None:
        return
    if not connection.rewrite():
        return
    with connection.writing(durable=True) as raw:
        raw.execute("DELETE FROM meta WHERE key = ?", (UNSWEPT,))


_SHOWN = re.compile(r"^(\d+)(?: \(\d+×\))?(?:: “| waits for your answer: “)", re.MULTILINE)
"""How the owner is shown a mention that waits, by its number (`tell.py`, `app/chat.py`)."""
