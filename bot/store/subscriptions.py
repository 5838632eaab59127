"""What was agreed with the hubs of feeds (WebSub); their secrets are in the vault, never here.

May import: core, and within the store its own parts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.core.websub import Subscription
from bot.store.part import Part, bulk, durable, listed, reading
from bot.store.values import clean, moment, moments, stamp


class Subscriptions(Part):
    """Subscriptions by their id: the unguessable end of a callback."""

    name = "subscriptions"

    @reading
    def all(self) -> list[Subscription]:
        """Every one, also those that are about to end."""
        return [_subscription(row) for row in self.all_of("SELECT * FROM subscriptions ORDER BY feed, id")]

    @reading
    def find(self, callback_id: str) -> Subscription | None:
        """The one whose callback ends so."""
        found = self.one("SELECT * FROM subscriptions WHERE id = ?", clean(callback_id))
        return None if found is None else _subscription(found)

    @durable
    def asking(self, subscription: Subscription) -> None:
        """Keep what is about to be asked of a hub, which may verify it before it answers; a lease stays as it is."""
        self.change(
            "INSERT INTO subscriptions (id, feed, hub, topic, callback, pending, ask_at, tries)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " pending = excluded.pending, ask_at = excluded.ask_at, tries = excluded.tries",
            clean(subscription.id),
            clean(subscription.feed),
            clean(subscription.hub),
            clean(subscription.topic),
            clean(subscription.callback),
            subscription.pending,
            stamp(subscription.ask_at),
            subscription.tries,
        )

    @durable
    def verified(self, callback_id: str, topic: str, until: datetime, ask_at: datetime) -> str | None:
        """A hub verifies what we asked for: deliveries count until then.  Gives the feed; None: we didn't ask."""
        changed = self.change(
            "UPDATE subscriptions SET pending = '', lease_until = ?, ask_at = ?, tries = 0, problem = ''"
            " WHERE id = ? AND topic = ? AND pending = 'subscribe'",
            stamp(until),
            stamp(ask_at),
            clean(callback_id),
            clean(topic),
        )
        return self._feed(callback_id) if changed else None

    @durable
    def left(self, callback_id: str, topic: str) -> bool:
        """A hub verifies that we want no more of it: the subscription is over.  False: we didn't ask."""
        ended = self.change(
            "DELETE FROM subscriptions WHERE id = ? AND topic = ? AND pending = 'unsubscribe'",
            clean(callback_id),
            clean(topic),
        )
        return ended == 1

    @durable
    def denied(self, callback_id: str, topic: str, reason: str, ask_at: datetime) -> str | None:
        """A hub refuses, or ends, a subscription: deliveries count no more.  Gives the feed; None: there is no such one."""
        changed = self.change(
            "UPDATE subscriptions SET pending = '', lease_until = NULL, problem = ?, ask_at = ? WHERE id = ? AND topic = ?",
            clean(reason),
            stamp(ask_at),
            clean(callback_id),
            clean(topic),
        )
        return self._feed(callback_id) if changed else None

    @bulk
    def failed(self, callback_id: str, problem: str) -> None:
        """Keep why a hub did not take a request."""
        self.change("UPDATE subscriptions SET problem = ? WHERE id = ?", clean(problem), clean(callback_id))

    @bulk
    def delivered(self, callback_id: str, now: datetime) -> None:
        """Keep when a hub last brought something that it had signed."""
        self.change("UPDATE subscriptions SET delivered_at = ? WHERE id = ?", stamp(now), clean(callback_id))

    @durable
    def forget(self, callback_ids: Sequence[str]) -> int:
        """Drop subscriptions that are over; gives how many."""
        return self.change(
            "DELETE FROM subscriptions WHERE id IN (SELECT value FROM json_each(?))", listed(map(clean, callback_ids))
        )

    def _feed(self, callback_id: str) -> str | None:
        found = self.one("SELECT feed FROM subscriptions WHERE id = ?", clean(callback_id))
        return None if found is None else str(found["feed"])


def _subscription(row: sqlite3.Row) -> Subscription:
    return Subscription(
        id=row["id"],
        feed=row["feed"],
        hub=row["hub"],
        topic=row["topic"],
        callback=row["callback"],
        pending=row["pending"],
        lease_until=moments(row["lease_until"]),
        ask_at=moment(row["ask_at"]),
        tries=row["tries"],
        problem=row["problem"],
        delivered_at=moments(row["delivered_at"]),
    )
