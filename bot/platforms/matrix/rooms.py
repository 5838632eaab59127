"""Which rooms we speak and listen in: the owner's, and those that we were let into since.

May import: errors, net.replies, wire, events.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.net.replies import json_object, number, objects, segment, within, words
from bot.platforms.matrix.events import person, room_id
from bot.platforms.matrix.wire import Wire, check

CLOSED = (
    "the room {room} is encrypted, and this bot doesn't encrypt; use a room without encryption,"
    " or let the bot reach its server through a decrypting proxy such as pantalaimon"
)


class Rooms:
    """What is known of rooms; learnt once, and kept true by what the server tells."""

    def __init__(self, wire: Wire, posting: str, listed: Iterable[str], owner: str | None, log: logging.Logger) -> None:
        self._wire, self._log = wire, log
        self._posting, self._listed, self._owner = posting, (posting, *listed), owner
        self._named: dict[str, str] = {}  # aliases that were looked up
        self._encrypted: dict[str, bool] = {}
        self._people: dict[str, int] = {}  # how many are in a room, or invited to it
        self._invited: dict[str, str] = {}  # rooms that we may join, and by whose invitation

    async def posting(self) -> str:
        """The id of the room that posts go into.  Raises as `check` does, and Rejected where there is no such room."""
        return await self._resolved(self._posting)

    async def _resolved(self, room: str) -> str:
        if room.startswith("!"):
            return room
        if room not in self._named:
            found = room_id((await self._wire.told(f"/directory/room/{segment(room)}") or {}).get("room_id"))
            if not found:
                raise Rejected(f"the server knows no room called {room}")
            self._named[room] = found
        return self._named[room]

    def forget_names(self) -> None:
        """Look addresses up anew: a room that doesn't let us speak may have been replaced by another."""
        self._named.clear()

    async def state(self, room: str, kind: str) -> dict[str, Any] | None:
        """A piece of a room's state; None where it has none.  Raises as `check` does."""
        return await self._wire.told(f"/rooms/{segment(room)}/state/{segment(kind)}")

    async def is_encrypted(self, room: str) -> bool:
        """Whether what is said in a room must be encrypted.  Raises as `check` does."""
        if room not in self._encrypted:
            self._encrypted[room] = await self.state(room, "m.room.encryption") is not None
        return self._encrypted[room]

    def is_direct(self, room: str) -> bool:
        """Whether we are alone with somebody, so that everything said is said to us."""
        return self._people.get(room) == 2

    async def joined(self) -> frozenset[str]:
        """The rooms that we are in.  Raises as `check` does."""
        said = json_object(await self._wire.ask("/joined_rooms")).get("joined_rooms")
        return frozenset(filter(None, map(room_id, said if isinstance(said, list) else ())))

    async def join(self, room: str) -> None:
        """Enter a room.

        :raises DeliveryError: as `check` does
        """
        check(await self._wire.send("POST", f"/join/{segment(room)}", {}))

    async def enter_all(self) -> None:
        """Enter the owner's rooms that we are not in; one that can't be entered is told in the log, and left for later.

        :raises DeliveryError: the server can't be asked
        """
        inside = await self.joined()
        for room in dict.fromkeys(self._listed):
            try:
                number_there = await self._resolved(room)
                if number_there not in inside:
                    await self.join(number_there)
            except (Rejected, NeedsLogin) as error:
                self._log.warning("%s can't be entered: %s", room, error)

    # ----------------------------------------------------------------- what the server tells

    def note(self, room: str, told: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> None:
        """Learn from what a sync says of a room: how many are in it, and whether it is encrypted by now."""
        summary = within(told, "summary")
        joined = number(summary.get("m.joined_member_count"), at_most=10_000_000)
        invited = number(summary.get("m.invited_member_count"), at_least=0, at_most=10_000_000)
        if joined is not None:
            self._people[room] = joined + (invited or 0)
        if not self._encrypted.get(room) and any(_encrypts(event) for event in events):
            self._encrypted[room] = True
            self._log.warning("%s", CLOSED.format(room=room))

    async def invitations(self, told: Mapping[str, Any], me: str) -> None:
        """Follow invitations by the owner, and into the owner's rooms; leave all others alone.

        What can't be done now is tried again at the next call; nobody's invitation stops the listening.
        """
        for room, invitation in told.items():
            if room_id(room) and isinstance(invitation, dict):
                events = objects(within(invitation, "invite_state").get("events"))
                self._invited[room] = next((person(event.get("sender")) for event in events if _invites(event, me)), "")
        listed = {self._named.get(room, room) for room in self._listed}
        for room, inviter in list(self._invited.items()):
            if room in listed or (self._owner is not None and inviter == self._owner):
                try:
                    await self.join(room)
                except (RetryLater, Unsure):
                    continue
                except DeliveryError as error:
                    self._log.warning("the invitation of %s to %s can't be followed: %s", inviter, room, error)
                else:
                    self._log.info("followed the invitation of %s to %s", inviter, room)
            del self._invited[room]


def _encrypts(event: Mapping[str, Any]) -> bool:
    return event.get("type") == "m.room.encryption" and bool(words(within(event, "content").get("algorithm")))


def _invites(event: Mapping[str, Any], me: str) -> bool:
    is_ours = event.get("type") == "m.room.member" and event.get("state_key") == me
    return is_ours and within(event, "content").get("membership") == "invite"


def may_speak(levels: Mapping[str, Any] | None, me: str) -> bool:
    """Whether a room's power levels let us send messages; those of a room without any let everybody."""
    levels = levels or {}
    ours = within(levels, "users").get(me, levels.get("users_default", 0))
    asked = within(levels, "events").get("m.room.message", levels.get("events_default", 0))
    return not (_whole(ours) and _whole(asked)) or ours >= asked


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
