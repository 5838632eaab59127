"""Outbox rows as values, and the questions about them.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import OutboxRow, Post, Receipt, State
from bot.store.accounts import Accounts
from bot.store.part import listed, reading
from bot.store.values import MICROSECOND, clean, moment, moments, stamp, whole

OPEN = (State.DRAFT, State.PLANNED, State.WAITING, State.SENDING, State.UNKNOWN, State.HELD)
"""The states in which a delivery isn't over."""

TO_OWNER = "(NOT ? OR (kind = 'reply' AND mention IN (SELECT id FROM mentions WHERE owner = 1)))"
"""A condition on deliveries: whether they may go, if the account is paused (the mark) or not."""


class Deliveries(Accounts):
    """What stands in the outbox, for whoever asks; the part `outbox` is made of this."""

    @reading
    def row(self, outbox_id: int) -> OutboxRow | None:
        """One delivery by its number."""
        return self._outbox_row(outbox_id)

    @reading
    def rows(
        self, *, account: str | None = None, states: Sequence[State | str] | None = None, limit: int | None = None
    ) -> list[OutboxRow]:
        """Deliveries of one account or all, in some states or all, the newest first; with a `limit` so many of them."""
        which = (
            "(?1 IS NULL OR account = ?1) AND (?2 IS NULL OR state IN (SELECT value FROM json_each(?2))) ORDER BY id"
        )
        if states is not None and set(states) <= set(OPEN):  # few among all that ever were: by the index of states
            which = (
                "account IN (SELECT name FROM accounts WHERE ?1 IS NULL OR name = ?1)"
                " AND state IN (SELECT value FROM json_each(?2)) ORDER BY +id"
            )
        return self._some(
            f"{which} DESC LIMIT ?3",
            account,
            None if states is None else listed(str(state) for state in states),
            -1 if limit is None else whole(limit),  # as SQLite says: no limit
        )

    @reading
    def by_link(self, link: str) -> list[OutboxRow]:
        """Deliveries with this link in their text, this canonical link, or this address or number on the platform."""
        return self._some("link = ?1 OR dedupe_key = ?1 OR remote_id = ?1 OR remote_url = ?1 ORDER BY id", clean(link))

    @reading
    def reconcilable(self, account: str, settle: timedelta, now: datetime) -> list[OutboxRow]:
        """An account's unknown deliveries whose settle time is over and whose next look is due, oldest first.

        None while its platform doesn't let us in, or asked us to wait; a pause by the owner doesn't hinder looking.
        """
        state = self._account(account)
        if state.locked_out or (state.hold_until is not None and state.hold_until > now):
            return []
        return self._some(
            "account = ? AND state = 'unknown' AND coalesce(sent_at, created_at) <= ?"
            " AND (not_before IS NULL OR not_before <= ?) ORDER BY id",
            account,
            stamp(now - settle),
            stamp(now),
        )

    @reading
    def to_take_back(self, account: str, now: datetime) -> list[OutboxRow]:
        """Sent replies of an account to words that were taken back, as far as they are due, oldest first.

        None while its platform doesn't let us in, or asked us to wait.
        """
        state = self._account(account)
        if state.locked_out or (state.hold_until is not None and state.hold_until > now):
            return []
        return self._some(
            "account = ? AND state = 'sent' AND not_before IS NOT NULL AND not_before <= ? ORDER BY not_before, id",
            account,
            stamp(now),
        )

    @reading
    def pending_count(self, account: str) -> dict[str, int]:
        """How many deliveries of an account aren't over, by state; states without any are left out."""
        found = self.all_of(
            f"SELECT state, count(*) AS n FROM outbox WHERE account = ? AND state IN {_OPEN} GROUP BY state",  # noqa: S608 -- constants
            account,
        )
        return {row["state"]: row["n"] for row in found}

    @reading
    def pending_by_account(self) -> dict[str, int]:
        """How many deliveries aren't over, by account, whether or not the owner's files still have it."""
        found = self.all_of(f"SELECT account, count(*) AS n FROM outbox WHERE state IN {_OPEN} GROUP BY account")  # noqa: S608 -- constants
        return {row["account"]: row["n"] for row in found}

    @reading
    def open_post(self, account: str) -> bool:
        """Tell whether a post of this account waits to be sent, or may be out: a draft and a held one don't count."""
        return (
            self.number(
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE account = ? AND kind = 'post'"
                " AND state IN ('planned', 'waiting', 'sending', 'unknown'))",
                account,
            )
            == 1
        )

    @reading
    def sent_since(self, account: str, since: datetime, kind: str = "post") -> int:
        """How many deliveries of an account are out since a time, those that may be out included."""
        return self.number(
            "SELECT count(*) FROM outbox WHERE account = ? AND kind = ? AND sent_at >= ?"
            " AND state IN ('sent', 'sending', 'unknown', 'held')",
            account,
            kind,
            stamp(since),
        )

    @reading
    def arrived_since(self, account: str, since: datetime) -> int:
        """How many deliveries of an account, posts and replies, were found to be there since a moment."""
        return self.number(
            "SELECT count(*) FROM outbox WHERE account = ? AND state = 'sent' AND settled_at >= ?",
            account,
            stamp(since),
        )

    @reading
    def last_post_at(self, account: str) -> datetime | None:
        """When an account last posted."""
        found = self.one(
            "SELECT max(sent_at) AS at FROM outbox WHERE account = ? AND kind = 'post'"
            " AND state IN ('sent', 'sending', 'unknown', 'held')",
            account,
        )
        return moments(found["at"]) if found else None

    @reading
    def next_wake(self, account: str, settle: timedelta, now: datetime) -> datetime | None:
        """When this account next has something to do (now: at once); None: not before something changes."""
        state = self._account(account)
        if state.locked_out:
            return None
        looks = self._moment(
            "SELECT min(max(coalesce(sent_at, created_at) + ?, coalesce(not_before, 0))) FROM outbox"
            " WHERE account = ? AND state = 'unknown'",
            settle // MICROSECOND,
            account,
        )
        unsays = self._moment(
            "SELECT min(not_before) FROM outbox WHERE account = ? AND state = 'sent' AND not_before IS NOT NULL",
            account,
        )
        answers = self._next_send(account, paused=True) if state.paused else None
        sends = None if state.paused and state.paused_until is None else self._next_send(account)
        if sends is not None and state.paused_until is not None:
            sends = max(sends, state.paused_until)
        due = [at for at in (looks, unsays, answers, sends) if at is not None]
        return max(min(due), state.hold_until or now, now) if due else None

    @reading
    def handled(self, account: str, identities: Sequence[str]) -> set[str]:
        """Which of these slots were filled or passed over."""
        found = self.all_of(
            "SELECT identity FROM slots WHERE account = ? AND identity IN (SELECT value FROM json_each(?))",
            account,
            listed(map(clean, identities)),
        )
        return {row["identity"] for row in found}

    def _moment(self, sql: str, *values: object) -> datetime | None:
        found = self.one(sql, *values)
        return None if found is None else moments(found[0])

    def _next_send(self, account: str, *, paused: bool = False) -> datetime | None:
        """When the first planned or waiting delivery may go, as far as the other deliveries and a pause let it."""
        if self._in_flight(account):
            return None
        return self._moment(
            "SELECT min(coalesce(not_before, created_at)) FROM outbox WHERE account = ?"  # noqa: S608 -- a condition of ours
            " AND (state = 'planned' OR state = 'waiting') AND (kind = 'reply' OR NOT EXISTS"
            f" (SELECT 1 FROM outbox AS doubtful WHERE doubtful.account = ? AND state = 'unknown')) AND {TO_OWNER}",
            account,
            account,
            paused,
        )

    def _in_flight(self, account: str) -> bool:
        return self.one("SELECT 1 FROM outbox WHERE account = ? AND state = 'sending'", account) is not None

    def _outbox_row(self, outbox_id: int) -> OutboxRow | None:
        found = self._some("id = ?", whole(outbox_id))
        return found[0] if found else None

    def _some(self, where: str, *values: object) -> list[OutboxRow]:
        found = self.all_of(f"SELECT * FROM outbox WHERE {where}", *values)  # noqa: S608 -- conditions written above
        return [outbox_row(row) for row in found]


_OPEN = "(" + ", ".join(f"'{state}'" for state in OPEN) + ")"


def outbox_row(row: sqlite3.Row) -> OutboxRow:
    """Read a stored delivery."""
    receipt = None
    if row["remote_id"] is not None:
        receipt = Receipt(remote_id=row["remote_id"], url=row["remote_url"], note=row["receipt_note"] or "")
    return OutboxRow(
        id=row["id"],
        post=_post(row),
        kind=row["kind"],
        state=State(row["state"]),
        reason=row["reason"],
        revision=row["revision"],
        attempts=row["attempts"],
        candidate=row["candidate"],
        mention=row["mention"],
        slot=row["slot"],
        created_at=moment(row["created_at"]),
        not_before=moments(row["not_before"]),
        sent_at=moments(row["sent_at"]),
        first_sent_at=moments(row["first_sent_at"]),
        looks=row["looks"],
        settled_at=moments(row["settled_at"]),
        receipt=receipt,
    )


def _post(row: sqlite3.Row) -> Post:
    return Post(
        account=row["account"],
        text=row["text"],
        dedupe_key=row["dedupe_key"],
        link=row["link"],
        language=row["language"],
        visibility=row["visibility"],
        title=row["title"],
        id=row["id"],
        key=row["key"],
        reply_to=row["reply_to"],
        reply_to_author=row["reply_to_author"],
        reply_context=json.loads(row["reply_context"]),
        created_at=moment(row["created_at"]),
        sent_at=moments(row["ever_sent_at"]),
    )
