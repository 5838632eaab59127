"""How a delivery ends: settled by the platform's answer, or by the owner's word.

May import: model, and within the store its own parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Receipt, State
from bot.store import notices
from bot.store.archive import remember_post
from bot.store.part import Part, durable, listed
from bot.store.values import TEXT, clean, cleaned, stamp, stamped, whole

CUT_OFF = "the program stopped while sending"
"""The reason of a delivery that is in doubt through nobody's fault but ours."""

TAKEN_BACK = "its author deleted it"
"""Why a mention is answered no more, and its answer withdrawn."""

IN_DOUBT = (State.SENDING, State.UNKNOWN)
WAITS = (State.DRAFT, State.PLANNED, State.WAITING)
OVER = (State.SENT, State.REFUSED, State.HELD, State.EXPIRED, State.WITHDRAWN)


class Settling(Part):
    """The steps after `sending`, and those of the owner; the part `outbox` is made of this."""

    @durable
    def settle_sent(self, outbox_id: int, receipt: Receipt, now: datetime) -> bool:
        """The platform has it."""
        found = self.one("SELECT state FROM outbox WHERE id = ?", whole(outbox_id))
        if found is None or found["state"] not in (*IN_DOUBT, State.HELD):
            return False
        self._sent(outbox_id, receipt, now)
        return True

    @durable
    def settle_waiting(self, outbox_id: int, until: datetime, reason: str, now: datetime) -> bool:
        """Certainly not accepted: it goes again at `until`, with the same key."""
        return self._move(outbox_id, State.WAITING, IN_DOUBT, reason, now, until=until)

    @durable
    def settle_refused(self, outbox_id: int, reason: str, now: datetime, *, notice: str = "") -> bool:
        """Certainly not accepted, and never will be; the owner's `notice` is kept with it."""
        refused = self._move(outbox_id, State.REFUSED, (*IN_DOUBT, State.WAITING), reason, now)
        return refused and self._noted(outbox_id, notice, now)

    @durable
    def settle_unknown(self, outbox_id: int, reason: str, now: datetime) -> bool:
        """Perhaps accepted: it is looked for before anything else happens to it."""
        return self._move(outbox_id, State.UNKNOWN, IN_DOUBT, reason, now)

    @durable
    def look_again(self, outbox_id: int, until: datetime, reason: str, now: datetime) -> bool:
        """It was looked for in vain; the next look is at `until`."""
        moved = self._move(outbox_id, State.UNKNOWN, (State.UNKNOWN,), reason, now, until=until)
        self.change("UPDATE outbox SET looks = looks + 1 WHERE id = ? AND ?", whole(outbox_id), moved)
        return moved

    @durable
    def settle_held(self, outbox_id: int, reason: str, now: datetime, *, notice: str = "") -> bool:
        """Nobody can find out: the owner decides, and is asked by a `notice` that no crash can part from it."""
        return self._move(outbox_id, State.HELD, IN_DOUBT, reason, now) and self._noted(outbox_id, notice, now)

    @durable
    def settle_planned(self, outbox_id: int, now: datetime) -> bool:
        """Certainly not there: the same row goes again, with the same key."""
        return self._move(outbox_id, State.PLANNED, IN_DOUBT, "", now)

    @durable
    def recover(self, now: datetime, *, account: str | None = None) -> int:
        """At start, of the bot or of one account's delivery: whatever was being sent may or may not have arrived.

        Gives how many there were.

        A clock that was wrong when it was sent must not delay the look: nothing was sent later than now.
        """
        return self.change(
            "UPDATE outbox SET state = 'unknown', reason = ?2, sent_at = min(coalesce(sent_at, ?1), ?1)"
            " WHERE state = 'sending' AND (?3 IS NULL OR account = ?3)",
            stamp(now),
            CUT_OFF,
            account,
        )

    @durable
    def revise(self, outbox_id: int, text: str, link: str | None) -> bool:
        """The owner changes the words, and with them the key, of what is certainly not out; it keeps its time."""
        return self._reword(outbox_id, text, link, WAITS)

    @durable
    def shortened(self, outbox_id: int, text: str, link: str | None) -> bool:
        """The platform called what is being sent too long: it goes again in other words, under another key."""
        return self._reword(outbox_id, text, link, (State.SENDING,))

    @durable
    def expire(self, account: str, before_created: datetime, reason: str, now: datetime) -> int:
        """Give up posts that were planned before a time and certainly aren't out; never a reply.  Gives how many."""
        return self.change(
            "UPDATE outbox SET state = 'expired', reason = ?, not_before = NULL, settled_at = ? WHERE account = ?"
            " AND kind = 'post' AND state IN ('draft', 'planned', 'waiting') AND created_at < ?",
            clean(reason),
            stamp(now),
            account,
            stamp(before_created),
        )

    @durable
    def withdraw(self, outbox_id: int, reason: str, now: datetime) -> bool:
        """Take it back, wherever it stands, but not while it is being sent; a sent one leaves the timeline."""
        states = [state for state in State if state not in (State.SENDING, State.WITHDRAWN)]
        return self._move(outbox_id, State.WITHDRAWN, states, reason, now)

    @durable
    def take_back_later(self, outbox_id: int, until: datetime) -> bool:
        """A sent reply could not be taken back now; the next attempt is at `until`."""
        return (
            self.change(
                "UPDATE outbox SET not_before = ?, looks = looks + 1 WHERE id = ? AND state = 'sent'",
                stamp(until),
                whole(outbox_id),
            )
            == 1
        )

    @durable
    def stays(self, outbox_id: int, reason: str) -> bool:
        """A sent reply can't be taken back: it stays, and why."""
        return (
            self.change(
                "UPDATE outbox SET not_before = NULL, reason = ? WHERE id = ? AND state = 'sent'",
                clean(reason),
                whole(outbox_id),
            )
            == 1
        )

    @durable
    def approve(self, outbox_id: int, not_before: datetime | None, now: datetime) -> bool:
        """The owner lets a draft go, at once or at a time."""
        return self._move(outbox_id, State.PLANNED, (State.DRAFT,), "", now, until=not_before)

    @durable
    def reject(self, outbox_id: int, reason: str, now: datetime) -> bool:
        """The owner doesn't want it; only what is certainly not out."""
        return self._move(outbox_id, State.WITHDRAWN, WAITS, reason, now)

    @durable
    def snooze(self, outbox_id: int, until: datetime, now: datetime) -> bool:
        """The owner wants it later: a draft stays a draft; the others go at `until`."""
        found = self.one("SELECT state FROM outbox WHERE id = ?", whole(outbox_id))
        after = State.DRAFT if found is not None and found["state"] == State.DRAFT else State.PLANNED
        return self._move(outbox_id, after, WAITS, "", now, until=until)

    @durable
    def resend(self, outbox_id: int, now: datetime) -> bool:
        """The owner wants it sent again, under a new key: what is held, refused or unknown."""
        moved = self._move(outbox_id, State.PLANNED, (State.HELD, State.REFUSED, State.UNKNOWN), "", now)
        if moved:
            self._new_key(outbox_id)
        return moved

    @durable
    def mark_sent(self, outbox_id: int, now: datetime) -> bool:
        """The owner saw it there."""
        found = self.one("SELECT state FROM outbox WHERE id = ?", whole(outbox_id))
        if found is None or found["state"] not in (State.HELD, State.UNKNOWN):
            return False
        self._sent(outbox_id, Receipt(remote_id="", note="assumed"), now)
        return True

    def _sent(self, outbox_id: int, receipt: Receipt, now: datetime) -> None:
        self.change(
            "UPDATE outbox SET state = 'sent', reason = '', settled_at = ?1, remote_id = ?2, remote_url = ?3,"
            " receipt_note = ?4, looks = 0, not_before = (SELECT ?1 FROM mentions WHERE mentions.id = outbox.mention"
            " AND mentions.state = 'withdrawn' AND outbox.kind = 'reply') WHERE id = ?5",
            stamp(now),
            clean(receipt.remote_id),
            cleaned(receipt.url),
            clean(receipt.note),
            whole(outbox_id),
        )
        found = self.one("SELECT candidate, text FROM outbox WHERE id = ?", whole(outbox_id))
        if found is not None and found["candidate"] is not None:
            remember_post(self.raw, found["candidate"], found["text"])
        notices.drop(self.raw, f"outbox:{whole(outbox_id)}")

    def _noted(self, outbox_id: int, notice: str, now: datetime) -> bool:
        if notice:
            notices.put(self.raw, f"outbox:{whole(outbox_id)}", notice, now)
        return True

    def _move(
        self,
        outbox_id: int,
        to: State,
        states: Sequence[State],
        reason: str,
        now: datetime,
        *,
        until: datetime | None = None,
    ) -> bool:
        marks = ",".join("?" * len(states))
        settled = stamp(now) if to in OVER else None
        return (
            self.change(
                f"UPDATE outbox SET state = ?, reason = ?, not_before = ?, settled_at = ? WHERE id = ? AND state IN ({marks})",  # noqa: S608 -- only marks
                str(to),
                clean(reason),
                stamped(until),
                settled,
                whole(outbox_id),
                *map(str, states),
            )
            == 1
        )

    def _reword(self, outbox_id: int, text: str, link: str | None, states: Sequence[State]) -> bool:
        """Change the words in one of these states: a draft stays one, all else is planned."""
        changed = self.change(
            "UPDATE outbox SET state = CASE state WHEN 'draft' THEN 'draft' ELSE 'planned' END, reason = '', text = ?, link = ?"
            " WHERE id = ? AND state IN (SELECT value FROM json_each(?))",
            clean(text, TEXT),
            cleaned(link),
            whole(outbox_id),
            listed(map(str, states)),
        )
        if changed:
            self._new_key(outbox_id)
        return changed == 1

    def _new_key(self, outbox_id: int) -> None:
        """Other words, or the owner's wish, are another delivery to the platform: its window counts from there."""
        self.change(
            "UPDATE outbox SET revision = revision + 1, key = '', first_sent_at = NULL, looks = 0 WHERE id = ?",
            whole(outbox_id),
        )
