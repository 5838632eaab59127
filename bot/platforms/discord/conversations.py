"""Which conversation a message belongs to: named by its first message.  May import: errors, net.replies, messages, wire."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bot.errors import DeliveryError
from bot.net.lately import Lately
from bot.net.replies import identifier, json_object, within
from bot.platforms.discord.messages import answered
from bot.platforms.discord.wire import Wire

KNOWN = 5_000
"""Messages whose conversation is remembered."""

DEEPEST = 10
"""How far up a conversation of which nothing is remembered is followed."""


class Conversations:
    """What this process knows of who answered what; the rest is asked for."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._first = Lately[str](KNOWN)

    def note(self, message: str, parent: str) -> None:
        """A message of ours answers another."""
        self._first.note(message, self._first.get(parent, parent))

    async def first(self, message: dict[str, Any]) -> str:
        """The first message of a message's conversation, as far up as it can be followed."""
        ids, above = [identifier(message.get("id"))], message
        channel = identifier(message.get("channel_id"))
        with suppress(DeliveryError):  # a wrong thread is no reason not to answer
            while (parent := answered(above)) and len(ids) <= DEEPEST:
                ids.append(parent)
                if known := self._first.get(parent, ""):
                    ids.append(known)
                    break
                above = within(above, "referenced_message")  # told of the nearest one only
                if identifier(above.get("id")) != parent:
                    above = json_object(await self._wire.get(f"/channels/{channel}/messages/{parent}"))
        for id_ in ids:
            self._first.note(id_, ids[-1])
        return ids[-1]
