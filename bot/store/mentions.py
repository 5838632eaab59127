"""Mentions: heard once, answered once, and remembered where no rule knew a word.

May import: model, and within the store its own parts.
A mention and the cursor after it are one transaction; its answer and the delivery of that answer are another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from bot.model import Match, Mention, Post, State
from bot.store.outbox import put_in
from bot.store.part import durable, reading
from bot.store.records import Answered
from bot.store.rules import USED
from bot.store.values import TEXT, clean, cleaned, fingerprint, moments, packed, stamp, unpacked, whole
from bot.store.waiting import WaitingList, mention_of

KNOWN_AS = "account = ? AND remote_id IN (?, ?)"
"""A condition on mentions, asked with `_keys`."""


class Mentions(WaitingList):
    """Who said what to the bot, and what became of it."""

    name = "mentions"

    @durable
    def heard(
        self, mention: Mention, cursor: str | None, now: datetime, *, on_timeline: bool = False
    ) -> tuple[int, bool, int | None]:
        """Store a mention, and how far its platform was read, before anybody is told that it arrived.

        Which of our posts it answers is looked up by the platform's number of it.  One that is delivered again, or
        edited, stays as it was first heard; one that was forgotten stays forgotten.  Gives our number, whether it is new,
        and its number on the timeline (None where it isn't shown).
        """
        account = mention.account
        done = self.raw.execute(
            "INSERT INTO mentions (account, remote_id, author, name, text, at, heard_at, thread, in_reply_to, about, bot,"
            " owner, visibility, language, context, state)"
            " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, coalesce(?10, (SELECT id FROM outbox WHERE remote_id = ?9"
            " AND account = ?1 AND kind = 'post')), ?11, ?12, ?13, ?14, ?15, 'new'"
            " WHERE NOT EXISTS (SELECT 1 FROM mentions WHERE account = ?1 AND remote_id IN (?2, ?16))",
            (*_columns(mention, now), _keys(mention.remote_id)[1]),
        )
        new = done.rowcount == 1
        number = self.number(f"SELECT id FROM mentions WHERE {KNOWN_AS}", account, *_keys(mention.remote_id))  # noqa: S608 -- as above
        if new and on_timeline:
            self.change("INSERT INTO timeline (kind, mention, created_at) VALUES ('mention', ?, ?)", number, stamp(now))
        if cursor is not None:
            self.change(
                "INSERT INTO cursors VALUES (?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
                account,
                clean(cursor),
            )
        shown = self.one("SELECT id FROM timeline WHERE mention = ?", number)
        return number, new, None if shown is None else int(shown["id"])

    @reading
    def cursor(self, account: str) -> str | None:
        """How far an account's platform was read."""
        found = self.one("SELECT cursor FROM cursors WHERE account = ?", account)
        return None if found is None else str(found["cursor"])

    @reading
    def pending(self, limit: int) -> list[Mention]:
        """Mentions that nobody has dealt with yet, the oldest first."""
        return self._some_mentions("state = 'new' ORDER BY id LIMIT ?", whole(limit))

    @durable
    def answered(
        self,
        mention_id: int,
        post: Post | None,
        match: Match,
        *,
        now: datetime,
        unanswered: str | None = None,
        notice_until: datetime | None = None,
        details: Mapping[str, str] | None = None,
    ) -> int | None:
        """Keep how a mention was answered, together with the delivery of the answer; gives its number.

        With `unanswered` (no rule, passed on, late, capped) the mention also waits for the owner; `notice_until` is how
        long the notice that the post gives ("let us pause") holds for its author.  One that was dealt with already
        keeps its first answer, and that number is given; a late answer ends the waiting.  The answer counts as a use of
        its rule, whether the mention waits then or not.
        """
        found = self.one("SELECT state, account, author FROM mentions WHERE id = ?", whole(mention_id))
        if found is None:
            return None
        if found["state"] not in ("new", "unanswered"):
            return self._answer_of(mention_id, post)
        if post is not None:
            put_in(self.raw, post, "reply", State.PLANNED, now, mention=mention_id)
        if found["state"] == "new" or (post is not None and unanswered is None):
            self._close(mention_id, match, unanswered, details, now)
            if post is not None:
                self._counted(match, now)
        if notice_until is not None:
            self._told_to_pause(found["account"], found["author"], notice_until)
        return self._answer_of(mention_id, post)

    @durable
    def answered_late(self, mention_id: int, post: Post, match: Match, now: datetime) -> int | None:
        """Answer a mention that waits on the owner's list, once; None if it doesn't wait there any more.

        It counts for the rule that was taught; where a rule had passed the mention on, it has spoken and counted before.
        """
        found = self.one("SELECT rule FROM mentions WHERE id = ? AND state = 'unanswered'", whole(mention_id))
        if found is None:
            return None
        outbox_id = put_in(self.raw, post, "reply", State.PLANNED, now, mention=mention_id)
        self._close(mention_id, match, None, None, now)
        if found["rule"] != match.rule:
            self._counted(match, now)
        return outbox_id

    @durable
    def skipped(self, mention_id: int, reason: str, now: datetime) -> bool:
        """Leave a mention alone on purpose, and keep why."""
        return (
            self.change(
                "UPDATE mentions SET state = 'skipped', reason = ?, answered_at = ? WHERE id = ? AND state = 'new'",
                clean(reason),
                stamp(now),
                whole(mention_id),
            )
            == 1
        )

    @durable
    def withdrawn(self, mention_id: int, reason: str, now: datetime) -> bool:
        """Its author took it back: it isn't answered any more, leaves the timeline, and what isn't sent yet stays unsent.

        An answer that is sent shall be taken back too (`outbox.to_take_back`).
        """
        changed = self.change(
            "UPDATE mentions SET state = 'withdrawn', reason = ?, text = '', answered_at = coalesce(answered_at, ?)"
            " WHERE id = ? AND state != 'withdrawn'",
            clean(reason),
            stamp(now),
            whole(mention_id),
        )
        self.change(
            "UPDATE outbox SET state = 'withdrawn', reason = ?, settled_at = ?"
            " WHERE mention = ? AND state IN ('draft', 'planned', 'waiting')",
            clean(reason),
            stamp(now),
            whole(mention_id),
        )
        if changed:
            self.change(
                "UPDATE outbox SET not_before = ? WHERE mention = ? AND kind = 'reply' AND state = 'sent'",
                stamp(now),
                whole(mention_id),
            )
        for promise in ("follows", "reminders"):
            self.change(f"DELETE FROM {promise} WHERE mention = ?", whole(mention_id))  # noqa: S608 -- two constants
        return changed == 1

    @reading
    def by_remote(self, account: str, remote_id: str) -> Mention | None:
        """A mention by its platform's number."""
        found = self._some_mentions(KNOWN_AS, account, *_keys(remote_id))
        return found[0] if found else None

    @reading
    def get(self, mention_id: int) -> Mention | None:
        """A mention by our number."""
        found = self._some_mentions("id = ?", whole(mention_id))
        return found[0] if found else None

    @reading
    def outcome(self, mention_id: int) -> Answered | None:
        """What became of a mention, with the whole trace of the match."""
        found = self.one("SELECT * FROM mentions WHERE id = ?", whole(mention_id))
        if found is None:
            return None
        return Answered(
            mention=mention_of(found),
            state=found["state"],
            reason=found["reason"],
            match=None if found["match"] is None else unpacked(Match, found["match"]),
            details=json.loads(found["details"]),
            answered_at=moments(found["answered_at"]),
        )

    @reading
    def of_the_owner(self, account: str) -> Mention | None:
        """What the owner said last on an account; None if they never spoke to it."""
        found = self._some_mentions(
            "account = ? AND owner = 1 AND +state = 'answered' ORDER BY id DESC LIMIT 1", account
        )
        return found[0] if found else None

    def _close(
        self, mention_id: int, match: Match, unanswered: str | None, details: Mapping[str, str] | None, now: datetime
    ) -> None:
        self.change(
            "UPDATE mentions SET state = ?, reason = ?, answered_at = ?, rule = ?, match = ?, details = ? WHERE id = ?",
            "answered" if unanswered is None else "unanswered",
            clean(unanswered or ""),
            stamp(now),
            clean(match.rule),
            packed(match),
            packed(details or {}),
            mention_id,
        )

    def _counted(self, match: Match, now: datetime) -> None:
        """Count an answer for its rule; "did you mean …?" is not yet one."""
        if match.rule and match.stage != "ask":
            self.change(USED, clean(match.rule), stamp(now))

    def _answer_of(self, mention_id: int, post: Post | None) -> int | None:
        """The delivery of an answer: of this one by its dedupe key, else of the first one."""
        found = self.one(
            "SELECT id FROM outbox WHERE mention = ? ORDER BY dedupe_key != ?, id LIMIT 1",
            whole(mention_id),
            clean(post.dedupe_key) if post else "",
        )
        return None if found is None else int(found["id"])

    def _some_mentions(self, where: str, *values: object) -> list[Mention]:
        found = self.all_of(f"SELECT * FROM mentions WHERE {where}", *values)  # noqa: S608 -- conditions written above
        return [mention_of(row) for row in found]


def _keys(remote_id: str) -> tuple[str, str]:
    """What may stand for a mention: its platform's number, or what is left of that where its author was forgotten."""
    return clean(remote_id), fingerprint(clean(remote_id))


def _columns(mention: Mention, now: datetime) -> tuple[object, ...]:
    return (
        mention.account,
        clean(mention.remote_id),
        clean(mention.author),
        clean(mention.name, 1000),
        clean(mention.text, TEXT),
        stamp(mention.at),
        stamp(now),
        clean(mention.thread),
        cleaned(mention.in_reply_to),
        mention.about,
        mention.bot,
        mention.owner,
        cleaned(mention.visibility),
        cleaned(mention.language),
        packed(mention.context),
    )
