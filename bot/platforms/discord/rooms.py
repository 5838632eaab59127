"""The channels of an account, and how far everything was heard, remembered over restarts.

May import: model, net.replies, ports, messages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from bot.model import Secret
from bot.net.replies import object_of, within, words
from bot.platforms.discord.messages import number_of, time_of
from bot.ports import Vault

MOST = 50
"""Channels besides our own that are remembered because somebody spoke to us there."""

AGAIN = timedelta(hours=1)
"""How much further than noted we must have heard for a new note to be worth its writing."""

PRIVATE = "@me"
"""What stands for the server of a private channel, as in Discord's own addresses."""


@dataclass(slots=True)
class Room:
    """A channel."""

    guild: str
    read: int = 0  # up to which message, in this life
    ours: bool = True  # our own, or one in which somebody spoke to us


class Rooms:
    """What is known of channels; `upto` is the message up to which everything was heard everywhere."""

    def __init__(self, account: str, home: str, vault: Vault, place: str) -> None:
        self.home, self.upto = home, 0
        self.began = 0  # up to where all was history at the first start
        self.known: dict[str, Room] = {home: Room("")}
        self._account, self._vault, self._place = account, vault, place

    @property
    def others(self) -> list[str]:
        """Where else somebody spoke to us, in the order in which that was."""
        return [name for name, room in self.known.items() if room.ours and name != self.home]

    def enter(self, channel: str, guild: str) -> Room:
        """Somebody spoke to us there, so it is remembered; the oldest one goes where there are too many."""
        room = self.known.setdefault(channel, Room(guild, ours=False))
        if not room.ours:
            room.ours = True
            for name in self.others[:-MOST]:
                self.known[name].ours = False
            self.note(self.upto)
        return room

    def heard(self, upto: int) -> None:
        """Everything up to a message was heard: noted, if it is much more than was."""
        if upto > 0 and time_of(upto) - time_of(self.upto) > AGAIN:
            self.note(upto)

    def note(self, upto: int) -> None:
        """Remember it over restarts."""
        self.upto, self.began = upto, self.began or upto
        rooms = {name: self.known[name].guild for name in self.others}
        told = {"upto": str(upto), "began": str(self.began), "rooms": rooms}
        self._vault.put(self._account, self._place, Secret(json.dumps(told)))

    def recall(self) -> bool:
        """Bring to mind what was remembered; tells whether anything was."""
        kept = self._vault.get(self._account, self._place)
        if kept is None:
            return False
        said = object_of(kept.reveal())
        self.upto = number_of(said.get("upto"))
        self.began = number_of(said.get("began")) or self.upto
        for name, guild in within(said, "rooms").items():
            if number_of(name) and words(guild):
                self.known.setdefault(name, Room(guild))
        return bool(said)
