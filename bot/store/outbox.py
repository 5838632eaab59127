"""The outbox: what was decided to be said, and each step of its way out (design, section 7).

May import: model, failpoint, and within the store its own parts.
A step names the states it may start from; from any other it does nothing and says so with False.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot import failpoint
from bot.model import OutboxRow, Post, Receipt, Slot, State
from bot.store.deliveries import TO_OWNER, Deliveries, outbox_row
from bot.store.part import durable, reading
from bot.store.settling import TAKEN_BACK, Settling
from bot.store.values import TEXT, clean, cleaned, packed, stamp

STOPPED = "they said stop"
"""Why a planned reply is withdrawn."""


class Outbox(Settling, Deliveries):
    """Filling of slots, claiming, publishing in the store; `Settling` holds the steps after that."""

    name = "outbox"

    @durable
    def filled(
        self,
        slot: Slot | None,
        candidate_id: int | None,
        post: Post,
        state: State,
        now: datetime,
        *,
        why: Sequence[str] = (),
    ) -> int | None:
        """Fill a slot: the slot, the decision about the candidate and the delivery, or nothing at all.

        `why` are the reasons of the choice.  Gives the delivery's number; None if the slot is taken or the same thing
        stands in the outbox already.
        """
        account = post.account
        if slot is not None and self.one(
            "SELECT 1 FROM slots WHERE account = ? AND identity = ?", slot.account, clean(slot.identity)
        ):
            return None
        identity = None if slot is None else slot.identity
        outbox_id = put_in(self.raw, post, "post", state, now, candidate=candidate_id, slot=identity)
        if outbox_id is None:
            return None
        if slot is not None:
            self.change(
                "INSERT INTO slots VALUES (?, ?, ?, 'filled', '', ?)",
                slot.account,
                clean(slot.identity),
                stamp(slot.at),
                outbox_id,
            )
        if candidate_id is not None:
            self.change(
                "INSERT INTO decisions VALUES (?, ?, 'shared', ?, ?) ON CONFLICT DO UPDATE"
                " SET verdict = 'shared', reason = excluded.reason, at = excluded.at",
                account,
                candidate_id,
                clean("; ".join(why)),
                stamp(now),
            )
        return outbox_id

    @durable
    def filled_together(
        self, slot: Slot, posts: Sequence[Post], candidates: Sequence[int], state: State, now: datetime
    ) -> int | None:
        """Fill a slot with several posts at once (a digest): all of them, and the decisions about their candidates.

        Each post after the first names the one before it, which it is sent as a reply to.  None if the slot is taken.
        """
        first = self.filled(slot, None, posts[0], state, now)
        if first is None:
            return None
        before = first
        for post in posts[1:]:
            threaded = replace(post, reply_context={**post.reply_context, "after": str(before)})
            before = put_in(self.raw, threaded, "post", state, now, slot=slot.identity) or before
        for candidate in candidates:
            self.change(
                "INSERT INTO decisions VALUES (?, ?, 'shared', 'in a digest', ?) ON CONFLICT DO NOTHING",
                slot.account,
                candidate,
                stamp(now),
            )
        return first

    @reading
    def said(self, account: str, prefix: str, since: datetime) -> set[str]:
        """The dedupe keys with a prefix that an account used since a time."""
        found = self.all_of(
            "SELECT dedupe_key FROM outbox WHERE account = ? AND created_at >= ? AND substr(dedupe_key, 1, ?) = ?",
            account,
            stamp(since),
            len(prefix),
            prefix,
        )
        return {row["dedupe_key"] for row in found}

    @durable
    def passed_over(self, slot: Slot, reason: str, now: datetime) -> None:
        """Keep that a slot was not filled, and why; the first word about a slot counts."""
        self._known(slot.account, now)
        self.change(
            "INSERT INTO slots VALUES (?, ?, ?, 'passed_over', ?, NULL) ON CONFLICT DO NOTHING",
            slot.account,
            clean(slot.identity),
            stamp(slot.at),
            clean(reason),
        )

    @durable
    def put(
        self, post: Post, kind: Literal["post", "reply"], now: datetime, *, mention: int | None = None
    ) -> int | None:
        """Plan something that fills no slot (a promised reminder, the owner's own words); None if it is there already."""
        return put_in(self.raw, post, kind, State.PLANNED, now, mention=mention)

    @durable
    def claim(self, account: str, now: datetime) -> OutboxRow | None:
        """Take the next delivery of an account for sending: replies before posts, each kind in its order.

        None while the account is held or locked out, while another of its deliveries is being sent, and, for posts,
        while it is unknown whether an earlier one arrived, or an earlier one waits for its time.  While it is paused, only
        the owner is answered: else their "pause" would be the one order that nobody acknowledges.
        The key is the same for every attempt at the same words, and no other database makes the same one.
        """
        if self._barred(account, now) or self._in_flight(account):
            return None
        paused = self._paused(account, now) is not None
        found = self._wanted_reply(account, now, paused)
        if found is None and not paused:
            found = self._due_post(account, now)
        if found is None:
            return None
        failpoint.point("before_sending")
        self.change(
            "UPDATE outbox SET state = 'sending', reason = '', attempts = attempts + 1, not_before = NULL,"
            " key = CASE WHEN key != '' THEN key"
            " ELSE (SELECT value FROM meta WHERE key = 'database') || '-' || id || '-' || revision END, sent_at = ?1,"
            " first_sent_at = coalesce(first_sent_at, ?1), ever_sent_at = coalesce(ever_sent_at, ?1) WHERE id = ?2",
            stamp(now),
            found,
        )
        return self._outbox_row(found)

    @durable
    def publish_in_store(self, account: str, now: datetime) -> list[OutboxRow]:
        """Send all that is due for an account whose platform is this very database: sent and shown in one step."""
        if self._barred(account, now):
            return []
        found = self.all_of(
            "SELECT * FROM outbox WHERE account = ? AND (state = 'planned' OR state = 'waiting')"  # noqa: S608 -- a condition of ours
            f" AND (not_before IS NULL OR not_before <= ?) AND {TO_OWNER} ORDER BY kind = 'post', id",
            account,
            stamp(now),
            self._paused(account, now) is not None,
        )
        due = [row for row in found if row["kind"] == "post" or self._still_wanted(row["id"], now)]
        for row in due:
            failpoint.point("before_sending")
            shown = self.raw.execute(
                "INSERT INTO timeline (kind, outbox, created_at) VALUES (?, ?, ?)", (row["kind"], row["id"], stamp(now))
            )
            self.change(
                "UPDATE outbox SET attempts = attempts + 1, sent_at = ?1, first_sent_at = ?1, ever_sent_at = ?1 WHERE id = ?2",
                stamp(now),
                row["id"],
            )
            self._sent(row["id"], Receipt(remote_id=str(shown.lastrowid), note="stored"), now)
            failpoint.point("mid_request")
        numbers = ", ".join(str(row["id"]) for row in due)
        return [outbox_row(row) for row in self.all_of(f"SELECT * FROM outbox WHERE id IN ({numbers}) ORDER BY id")]  # noqa: S608 -- our own numbers

    def _wanted_reply(self, account: str, now: datetime, paused: bool) -> int | None:
        """The first reply that is due and that its reader still wants: asked here, right before it is sent."""
        while (found := self._due_reply(account, now, paused)) is not None:
            if self._still_wanted(found, now):
                return found
        return None

    def _still_wanted(self, outbox_id: int, now: datetime) -> bool:
        """Withdraw a reply to somebody who said stop after it was planned (the answer to that very word is later).

        Just so one to words that were taken back while it was in doubt whether the reply was out.
        """
        stopped = self.one(
            "SELECT 1 FROM outbox JOIN people ON person = reply_to_author AND people.account IN (outbox.account, '')"
            " WHERE outbox.id = ? AND opted_out_at > created_at",
            outbox_id,
        )
        gone = self.one(
            "SELECT 1 FROM outbox JOIN mentions ON mentions.id = mention WHERE outbox.id = ? AND mentions.state = 'withdrawn'",
            outbox_id,
        )
        if stopped is None and gone is None:
            return True
        reason = TAKEN_BACK if gone else STOPPED
        self._move(outbox_id, State.WITHDRAWN, (State.PLANNED, State.WAITING), reason, now)
        return False

    def _due_reply(self, account: str, now: datetime, paused: bool) -> int | None:
        found = self.one(
            "SELECT id FROM outbox WHERE account = ? AND kind = 'reply'"  # noqa: S608 -- a condition of ours
            " AND (state = 'planned' OR state = 'waiting')"
            f" AND (not_before IS NULL OR not_before <= ?) AND {TO_OWNER} ORDER BY id LIMIT 1",
            account,
            stamp(now),
            paused,
        )
        return None if found is None else int(found["id"])

    def _due_post(self, account: str, now: datetime) -> int | None:
        """The first post whose turn it is; one that was put off by the platform keeps its place, one snoozed doesn't."""
        if self.one("SELECT 1 FROM outbox WHERE account = ? AND state = 'unknown'", account):
            return None
        found = self.one(
            "SELECT id, not_before FROM outbox WHERE account = ?1 AND kind = 'post' AND (state = 'waiting'"
            " OR (state = 'planned' AND (not_before IS NULL OR not_before <= ?2))) ORDER BY id LIMIT 1",
            account,
            stamp(now),
        )
        if found is None or (found["not_before"] or 0) > stamp(now):
            return None
        return int(found["id"])


def put_in(
    raw: sqlite3.Connection,
    post: Post,
    kind: Literal["post", "reply"],
    state: State,
    now: datetime,
    *,
    candidate: int | None = None,
    mention: int | None = None,
    slot: str | None = None,
) -> int | None:
    """Insert a delivery within the transaction that is open; None if its dedupe key is there already."""
    raw.execute(
        "INSERT INTO accounts (name, known_since) VALUES (?, ?) ON CONFLICT DO NOTHING", (post.account, stamp(now))
    )
    done = raw.execute(
        "INSERT INTO outbox (account, dedupe_key, kind, state, text, link, language, visibility, title, reply_to,"
        " reply_to_author, reply_context, candidate, mention, slot, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            post.account,
            clean(post.dedupe_key),
            kind,
            str(state),
            clean(post.text, TEXT),
            cleaned(post.link),
            cleaned(post.language),
            cleaned(post.visibility),
            clean(post.title),
            cleaned(post.reply_to),
            cleaned(post.reply_to_author),
            packed(post.reply_context),
            candidate,
            mention,
            cleaned(slot),
            stamp(now),
        ),
    )
    failpoint.point("in_decide")
    return done.lastrowid if done.rowcount == 1 else None
