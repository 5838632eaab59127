"""What holds an account back: the owner's pause, a platform's hold, a lost login.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.store import notices
from bot.store.part import Part, durable, reading
from bot.store.records import AccountState
from bot.store.values import clean, moment, moments, stamp, stamped

EVERYBODY = ""
"""The name under which the whole bot is paused."""


class Accounts(Part):
    """The states of accounts; the parts `outbox` and `owner` are made of this."""

    @durable
    def hold_account(self, account: str, until: datetime, reason: str, now: datetime) -> None:
        """Send nothing for an account before a time, because its platform asked for that; the longer hold counts."""
        self._known(account, now)
        self.change(
            "UPDATE accounts SET hold_reason = ?2, hold_until = max(coalesce(hold_until, 0), ?3) WHERE name = ?1",
            account,
            clean(reason),
            stamp(until),
        )

    @durable
    def lock_out(self, account: str, reason: str, now: datetime, *, notice: str = "") -> None:
        """Send nothing for an account until `let_in`: its platform doesn't know us any more, and the owner is told."""
        self._known(account, now)
        self.change("UPDATE accounts SET locked_out = ? WHERE name = ?", clean(reason) or "locked out", account)
        if notice:
            notices.put(self.raw, f"account:{account}", notice, now)

    @durable
    def let_in(self, account: str) -> bool:
        """Send again, after new credentials, and take the owner's notice back; tells whether it was locked out."""
        changed = self.change(
            "UPDATE accounts SET locked_out = NULL, hold_until = NULL WHERE name = ? AND locked_out IS NOT NULL",
            account,
        )
        if changed:
            notices.drop(self.raw, f"account:{account}")
        return changed == 1

    @reading
    def account_state(self, account: str) -> AccountState:
        """What holds an account back, as it is stored: a hold or pause whose time is over is still named."""
        return self._account(account)

    def _known(self, account: str, now: datetime) -> None:
        self.change(
            "INSERT INTO accounts (name, known_since) VALUES (?, ?) ON CONFLICT DO NOTHING", account, stamp(now)
        )

    def _account(self, account: str) -> AccountState:
        own = self.one("SELECT * FROM accounts WHERE name = ?", account)
        bot = self.one("SELECT * FROM accounts WHERE name = ?", EVERYBODY)
        pauses = [row for row in (own, bot) if row is not None and row["paused_at"] is not None]
        # Of two pauses the one that lasts longer counts; one without an end lasts longest.
        longest = max(pauses, key=lambda row: (row["paused_until"] is None, row["paused_until"] or 0), default=None)
        return AccountState(
            name=account,
            known_since=moments(own["known_since"]) if own else None,
            paused=None if longest is None else _sentence(longest),
            paused_until=None if longest is None else moments(longest["paused_until"]),
            hold_until=moments(own["hold_until"]) if own else None,
            hold_reason=own["hold_reason"] if own else "",
            locked_out=own["locked_out"] if own else None,
        )

    def _barred(self, account: str, now: datetime) -> bool:
        """Tell whether the platform takes nothing from this account now."""
        state = self._account(account)
        return state.locked_out is not None or (state.hold_until is not None and state.hold_until > now)

    def _paused(self, account: str, now: datetime) -> str | None:
        state = self._account(account)
        over = state.paused_until is not None and state.paused_until <= now
        return None if over else state.paused

    def _pause(self, account: str, until: datetime | None, now: datetime) -> None:
        self._known(account, now)
        self.change(
            "UPDATE accounts SET paused_at = ?, paused_until = ? WHERE name = ?", stamp(now), stamped(until), account
        )


def _sentence(row: sqlite3.Row) -> str:
    whom = "the bot" if row["name"] == EVERYBODY else row["name"]
    if row["paused_until"] is None:
        return f"{whom} is paused by its owner, until resumed"
    return f"{whom} is paused by its owner, until {moment(row['paused_until']):%Y-%m-%d %H:%M} UTC"
