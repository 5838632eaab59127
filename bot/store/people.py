"""The people who speak to the bot: who asked it to stop, who is blocked, who was told to slow down.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.handles import names_of, plain_handle
from bot.store.part import Part, durable, listed, reading
from bot.store.values import clean, stamp

EVERYWHERE = ""
"""The account under which a person's word counts for all our accounts."""


class People(Part):
    """What is kept about people, and no more than that; the part `mentions` is made of this."""

    @durable
    def opt_out(self, author: str, account: str | None, now: datetime) -> None:
        """Never speak to this person again, on one account or on all (None)."""
        self.change(
            "INSERT INTO people (account, person, opted_out_at) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET opted_out_at = coalesce(opted_out_at, excluded.opted_out_at)",
            EVERYWHERE if account is None else account,
            clean(author),
            stamp(now),
        )

    @durable
    def opt_in(self, author: str, account: str | None) -> bool:
        """Speak to this person again, because they asked; tells whether they had opted out.

        On one account, a word that they gave for all of them is taken back as well.
        """
        return (
            self.change(
                "UPDATE people SET opted_out_at = NULL"
                " WHERE person = ?1 AND opted_out_at IS NOT NULL AND (?2 IS NULL OR account IN (?2, ''))",
                clean(author),
                account,
            )
            > 0
        )

    @reading
    def opted_out(self, account: str, author: str) -> bool:
        """Tell whether this person asked this account, or all of ours, to stop."""
        return self._opted_out([account], author)

    @durable
    def block(self, what: str) -> bool:
        """Ignore a person or a domain (and what is below it) from now on; tells whether that is new."""
        return self.change("INSERT INTO blocks VALUES (?) ON CONFLICT DO NOTHING", plain_handle(clean(what))) == 1

    @durable
    def unblock(self, what: str) -> bool:
        """Ignore it no longer; tells whether it was blocked."""
        return self.change("DELETE FROM blocks WHERE what = ?", plain_handle(clean(what))) == 1

    @reading
    def blocks(self) -> list[str]:
        """The people and domains that are blocked, as they are compared: in small letters, people without a leading @."""
        return [row["what"] for row in self.all_of("SELECT what FROM blocks ORDER BY what")]

    def _pausing(self, account: str, person: str, now: datetime) -> bool:
        told = self.number(
            "SELECT pause_told_until FROM people WHERE account = ? AND person = ?", account, clean(person)
        )
        return told > stamp(now)

    def _told_to_pause(self, account: str, person: str, until: datetime) -> None:
        self.change(
            "INSERT INTO people (account, person, pause_told_until) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET pause_told_until = excluded.pause_told_until",
            account,
            clean(person),
            stamp(until),
        )

    def _opted_out(self, accounts: Sequence[str], author: str) -> bool:
        asked = self.one(
            "SELECT 1 FROM people WHERE account IN (SELECT value FROM json_each(?)) AND person = ?"
            " AND opted_out_at IS NOT NULL",
            listed([*accounts, EVERYWHERE]),
            clean(author),
        )
        return asked is not None

    def _blocked(self, author: str, handle: str) -> bool:
        """Tell whether a person is blocked by name, or by their domain or one above it."""
        names = names_of(clean(author), clean(handle))
        return (
            self.one("SELECT 1 FROM blocks WHERE what IN (SELECT value FROM json_each(?))", listed(names)) is not None
        )
