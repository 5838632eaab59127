"""What went before between the bot and a person: the counts that guards, cooldowns and follow-up rules ask for.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Mention
from bot.store.part import listed, reading
from bot.store.people import People
from bot.store.records import Tally
from bot.store.values import clean, moment, moments, stamp

TALK = timedelta(hours=1)
"""How long a talk without a thread goes on after our last answer."""


class Past(People):
    """The history that answers are decided by; the part `mentions` is made of this."""

    @reading
    def said_to(self, account: str, person: str, since: datetime, limit: int = 20) -> list[str]:
        """What an account told a person since a time, the latest first, whether or not it is sent already."""
        found = self.all_of(
            "SELECT text FROM outbox WHERE account = ? AND kind = 'reply' AND reply_to_author = ? AND created_at >= ?"
            " AND state NOT IN ('withdrawn', 'expired', 'refused') ORDER BY created_at DESC, id DESC LIMIT ?",
            account,
            clean(person),
            stamp(since),
            limit,
        )
        return [str(row["text"]) for row in found]

    @reading
    def last_answers(self, account: str, person: str, rules: Sequence[str]) -> dict[str, datetime]:
        """When each of these rules last answered a person, for those that ever did."""
        found = self.all_of(
            "SELECT rule, max(answered_at) AS at FROM mentions WHERE account = ? AND author = ?"
            " AND rule IN (SELECT value FROM json_each(?)) AND answered_at IS NOT NULL GROUP BY rule",
            account,
            clean(person),
            listed(map(clean, rules)),
        )
        return {row["rule"]: moment(row["at"]) for row in found}

    @reading
    def last_rule(self, mention: Mention, now: datetime) -> str | None:
        """The rule whose answer a mention follows: the answer it replies to, else the last in its thread.

        Where a platform has no threads, the last answer to the same person counts for an hour.
        """
        found = self._before(mention, now)
        return None if found is None else str(found["rule"])

    @reading
    def asked_of(self, mention: Mention, now: datetime) -> int | None:
        """The waiting mention that the bot asked about in what this mention follows; None: it asked about none.

        Either a notice of its own accord (its dedupe key names the mention), or the answer to a question of the owner's.
        """
        notice = self.one(
            "SELECT dedupe_key FROM outbox WHERE (id = ?1 OR (account = ?2 AND remote_id = ?3))"
            " AND substr(dedupe_key, 1, 7) = 'digest:'",
            mention.about,
            mention.account,
            mention.in_reply_to,
        )
        if notice is not None:
            return int(notice["dedupe_key"].split(":")[1])
        before = self._before(mention, now)
        waiting = None if before is None else json.loads(before["details"]).get("waiting")
        return None if waiting is None else int(waiting)

    def _before(self, mention: Mention, now: datetime) -> sqlite3.Row | None:
        """The mention whose answer another one follows."""
        found = self.one(
            "SELECT rule, details FROM mentions WHERE id = (SELECT mention FROM outbox WHERE id = ?) AND rule != ''",
            mention.about,
        )
        if found is not None:
            return found
        # Two questions, each with an index of its own: as one it would read every mention there is.
        if thread := clean(mention.thread):
            return self.one(
                "SELECT rule, details FROM mentions WHERE account = ? AND thread = ? AND thread != '' AND id != ?"
                " AND rule != '' ORDER BY answered_at DESC, id DESC LIMIT 1",
                mention.account,
                thread,
                mention.id,
            )
        return self.one(
            "SELECT rule, details FROM mentions WHERE account = ? AND author = ? AND thread = '' AND id != ?"
            " AND rule != '' AND answered_at > ? ORDER BY answered_at DESC, id DESC LIMIT 1",
            mention.account,
            clean(mention.author),
            mention.id,
            stamp(now - TALK),
        )

    @reading
    def tally(
        self,
        mention: Mention,
        *,
        person_since: datetime,
        account_since: datetime,
        bot_since: datetime,
        now: datetime,
        apart_from: Sequence[int] = (),
        beside: Sequence[str] = (),
    ) -> Tally:
        """Everything the guards ask about the past, from one snapshot.

        A word to stop counts that was said to this account, or to one of those `beside` it: this one may be newer.

        The account's and the thread's replies are counted without those to the mentions `apart_from`.
        """
        account, author = mention.account, mention.author
        return Tally(
            opted_out=self._opted_out([account, *beside], author),
            blocked=self._blocked(author, mention.context.get("handle", "")),
            person=self._replies(account, author, person_since),
            account=self._replies(account, None, account_since, apart_from),
            thread=self._in_thread(account, mention.thread, apart_from),
            bot_today=self._replies(account, author, bot_since),
            paused=self._pausing(account, author, now),
            first_start=moments(
                self.number("SELECT max(CAST(value AS INTEGER)) FROM meta WHERE key IN ('created_at', 'answers_from')")
                or None
            ),
        )

    @reading
    def first_time(self, account: str, author: str) -> bool:
        """Tell whether a person has spoken to this account at most once."""
        return (
            self.number(
                "SELECT count(*) FROM (SELECT 1 FROM mentions WHERE account = ? AND author = ? LIMIT 2)",
                account,
                clean(author),
            )
            < 2
        )

    def _replies(self, account: str, person: str | None, since: datetime, apart_from: Sequence[int] = ()) -> int:
        whose, values = ("", ()) if person is None else (" AND reply_to_author = ?", (clean(person),))
        return self.number(
            "SELECT count(*) FROM outbox WHERE account = ? AND kind = 'reply' AND created_at >= ?"  # noqa: S608 -- only marks
            f" AND mention IS NOT NULL AND mention NOT IN (SELECT value FROM json_each(?)){whose}",
            account,
            stamp(since),
            listed(apart_from),
            *values,
        )

    def _in_thread(self, account: str, thread: str, apart_from: Sequence[int] = ()) -> int:
        return self.number(
            "SELECT count(*) FROM mentions JOIN outbox ON outbox.mention = mentions.id"
            " WHERE mentions.account = ? AND thread = ? AND thread != '' AND kind = 'reply'"
            " AND mentions.id NOT IN (SELECT value FROM json_each(?))",
            account,
            clean(thread),
            listed(apart_from),
        )
