"""Which messages are mentions that nobody was told of yet.  May import: model, net.replies, ports, and this package."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.model import Mention
from bot.net.lately import Lately
from bot.net.replies import identifier
from bot.platforms.discord.conversations import Conversations
from bot.platforms.discord.messages import Heard, mention_of, number_of
from bot.platforms.discord.rooms import PRIVATE, Room
from bot.ports import Clock

KNOWN = 5_000
"""Mentions that are known to be told already."""

Item = tuple[str, Mention]


class Fresh:
    """One account's, in one life; `heard` is how far it has come."""

    def __init__(self, account: str, talks: Conversations, now: Clock) -> None:
        self.me = ""
        self.heard = self._start = Heard(0)  # now, and when this life began
        self._account, self._talks, self._now = account, talks, now
        self._told = Lately[None](KNOWN)

    def begin(self, heard: Heard) -> None:
        """Go on from there."""
        self.heard = self._start = heard

    async def mention(self, message: dict[str, Any], room: Room, *, again: bool = False) -> Item | None:
        """A message as a mention, with the cursor after it; None if it is none, or was told.

        `again`: also one whose id was passed before this life began
        """
        id_ = identifier(message.get("id"))
        if id_ in self._told or (number_of(id_) in self._start and not again):
            return None
        mention = mention_of(
            message,
            account=self._account,
            me=self.me,
            direct=room.guild == PRIVATE,
            guild=room.guild,
            now=self._now(),
        )
        if mention is None:
            return None
        mention = replace(mention, thread=await self._talks.first(message))
        self._told.note(id_, None)
        self.heard = self.heard.plus(number_of(id_))
        return str(self.heard), mention

    def gone(self, said: dict[str, Any]) -> list[Item]:
        """What was taken back, one by one or in bulk, with the cursor as it stands."""
        ids = said.get("ids")
        return [
            (
                str(self.heard),
                Mention(
                    account=self._account, remote_id=identifier(id_), author="", text="", at=self._now(), gone=True
                ),
            )
            for id_ in [said.get("id"), *(ids if isinstance(ids, list) else ())]
            if number_of(id_)
        ]
