"""A session of the gateway, kept over restarts.  May import: model, net.replies, ports.

Discord lists no private channels to bots (discord-api-docs#184), so what a stranger says in private for the first time
is told by the gateway or by nobody.  A session that is taken up again tells of everything that was missed, also after a
restart of ours, as long as Discord keeps it; how long that is, its documentation doesn't say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Secret
from bot.net.replies import number, object_of, words
from bot.ports import Clock, Vault

AGAIN = timedelta(seconds=30)
"""How often a session's place is written down at most; what was told since is told again, and known."""


@dataclass(frozen=True, slots=True)
class Session:
    """Where a conversation with the gateway can be taken up."""

    id: str = ""
    there: str = ""  # the address that it is taken up at
    seq: int | None = None  # the number of the last event


def sequence(value: object) -> int | None:
    """An event's number; None where it is none."""
    return number(value, at_least=0, at_most=1 << 53)


class Kept:
    """One account's session as the vault has it: never further than what was acted on."""

    def __init__(self, account: str, vault: Vault, place: str, now: Clock) -> None:
        self._account, self._vault, self._place, self._now = account, vault, place, now
        self._written = self.recalled()
        self._written_at: datetime | None = None

    def recalled(self) -> Session:
        """What was kept; an empty one where that is nothing of use."""
        kept = self._vault.get(self._account, self._place)
        said = object_of(kept.reveal()) if kept else {}
        id_, seq = words(said.get("id")), sequence(said.get("seq"))
        return Session(id_, words(said.get("there")), seq) if id_ and seq is not None else Session()

    def reached(self, session: Session) -> None:
        """Everything that this session told so far was acted on; written down now and then."""
        now = self._now()
        fresh = session.id != self._written.id or self._written_at is None
        if fresh or not timedelta(0) <= now - (self._written_at or now) < AGAIN:
            self.write(session)

    def write(self, session: Session) -> None:
        """Write down where it can be taken up."""
        if session == self._written:
            return
        told = {"id": session.id, "there": session.there, "seq": session.seq}
        self._vault.put(self._account, self._place, Secret(json.dumps(told)))
        self._written, self._written_at = session, self._now()
