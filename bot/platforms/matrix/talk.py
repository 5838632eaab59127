"""What of all that is said in rooms is said to us.  May import: errors, model, ports, net.replies, wire, rooms, events."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.errors import DeliveryError
from bot.model import Mention
from bot.net.lately import Lately
from bot.net.replies import json_object, segment
from bot.platforms.matrix.events import TALK, Said, calls, mention_of, person, said_of, taken_back
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import Wire, check
from bot.ports import Clock

KNOWN, CHAIN = 2000, 30
"""Events whose author and parent are remembered, and how far a conversation is followed back."""


class Talk:
    """Who said what of late, as far as it is needed to know whom words are for."""

    def __init__(self, account: str, wire: Wire, rooms: Rooms, now: Clock) -> None:
        self.own_name = ""  # as people see it
        self._account, self._wire, self._rooms, self._now = account, wire, rooms, now
        self._known = Lately[tuple[str, str]](KNOWN)  # events: their author, and what they hang on

    async def mentions(self, room: str, events: Iterable[dict[str, Any]], people: dict[str, str]) -> list[Mention]:
        """The words for us among the events of a room, and what was taken back; `people` are names.

        :raises DeliveryError: the server can't be asked what is answered
        """
        heard: list[Mention] = []
        for event in events:
            if gone := taken_back(event):
                heard.append(_gone(self._account, gone, event, self._now()))
            elif (said := said_of(event, room, self._now())) is not None:
                self._known.note(said.id, (said.sender, said.parent))
                if await self._is_for_us(said):
                    heard.append(
                        mention_of(
                            said,
                            account=self._account,
                            me=self._wire.user,
                            own_name=self.own_name,
                            name=people.get(said.sender, ""),
                            thread=said.root or await self._root(said),
                        )
                    )
        return heard

    async def _is_for_us(self, said: Said) -> bool:
        """Whether words are said to us, by somebody who wants an answer."""
        me = self._wire.user
        if said.sender == me or said.kind == "m.notice":
            return False
        if said.edits:  # heard already as it was first said, unless it names us only now
            return (
                said.called is not None
                and me in said.called
                and await self._author(said.room, said.edits) == said.sender
            )
        if calls(said, me, self.own_name) and (said.called is not None or said.kind in TALK):
            return True
        if said.kind not in TALK:
            return False
        return self._rooms.is_direct(said.room) or (
            bool(said.answers) and await self._author(said.room, said.answers) == me
        )

    async def _root(self, said: Said) -> str:
        """The first event of a conversation, as far as it can be followed; a wrong one is no reason not to answer."""
        root, parent = said.edits or said.id, said.parent
        with suppress(DeliveryError):
            for _ in range(CHAIN):
                if not parent:
                    break
                root = parent
                parent = (await self._looked_up(said.room, parent))[1]
        return root

    async def _author(self, room: str, event: str) -> str:
        return (await self._looked_up(room, event))[0]

    async def _looked_up(self, room: str, event: str) -> tuple[str, str]:
        """Who said something, and what it hangs on; nobody, where it can't be seen (any more)."""
        if event not in self._known:
            reply = await self._wire.send("GET", f"/rooms/{segment(room)}/event/{segment(event)}")
            if reply.status == 429:
                check(reply)
            told = json_object(reply) if reply.status == 200 else {}
            if reply.status >= 500:  # one event that a server chokes on must not deafen us
                return "", ""
            said = said_of(told, room, self._now())
            self._known.note(event, (person(told.get("sender")), said.parent if said else ""))
        return self._known.get(event, ("", ""))


def _gone(account: str, event: str, redaction: dict[str, Any], now: datetime) -> Mention:
    return Mention(account=account, remote_id=event, author=person(redaction.get("sender")), text="", at=now, gone=True)
