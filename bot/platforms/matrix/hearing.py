"""Listening: one long poll after the other, none of which loses what came between.

May import: errors, model, ports, net.replies, wire, rooms, talk, events.

A cursor is a place in the server's stream and, after it, the mentions from there on that were heard already: a batch
may hold many, and whoever stops in its middle must get exactly the rest.  What no mention carries forward is kept in
the vault from time to time, so that a quiet year isn't read again at the next start.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from bot.errors import Rejected, Unsure
from bot.model import Mention, Secret
from bot.net.replies import json_object, objects, segment, within
from bot.platforms.matrix.events import names, room_id, sync_token
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.talk import Talk
from bot.platforms.matrix.wire import Wire
from bot.ports import Tools

TIMELINE, PAGE, PAGES = 50, 100, 50
"""Events of a room in one batch; of one page of what a batch left out; and how many of those are read at most."""

HEARD = 50
"""Mentions that a cursor names: of more in one batch the first ones come again, and the store knows them."""

KEPT_EVERY = timedelta(minutes=10)
"""How often the place that was reached is kept where no mention says it."""

SPOKEN = ["m.room.message", "m.room.redaction"]


def sync_filter(timeline: int) -> str:
    """What a sync shall tell: words, who is who and how many, and whether a room is encrypted; nothing else."""
    nothing: dict[str, Any] = {"types": [], "limit": 0}
    return json.dumps(
        {
            "presence": nothing,
            "account_data": nothing,
            "room": {
                "ephemeral": nothing,
                "account_data": nothing,
                "timeline": {"types": [*SPOKEN, "m.room.member", "m.room.encryption"], "limit": timeline},
                "state": {
                    "types": ["m.room.member", "m.room.encryption"],
                    "lazy_load_members": True,
                    "include_redundant_members": True,
                },
            },
        },
        separators=(",", ":"),
    )


class Hearing:
    """What we know of where we are, and of what was said of late."""

    def __init__(self, account: str, wire: Wire, rooms: Rooms, tools: Tools, wait: timedelta) -> None:
        self._account, self._wire, self._rooms, self._tools, self._wait = account, wire, rooms, tools, wait
        self._talk = Talk(account, wire, rooms, tools.now)
        self._met: set[str] = set()  # rooms that a sync told of
        self._ready = False
        self._place: tuple[str, str] | None = None  # after which cursor, and how far we are without one that says so
        self._kept_at: datetime | None = None
        self._timeline = TIMELINE

    async def since(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """What was said since a cursor, in one batch, oldest first; waits a while for somebody to say something.

        :raises DeliveryError: the server can't be asked; whatever it would have told comes at the next call
        """
        at = cursor or ""
        if not self._ready or not self._where(at):
            await self._look_around(at)
        token, *heard = self._where(at).split(" ")
        batch, told_from = await self._sync(token)
        reached = sync_token(batch.get("next_batch"))
        if not reached:
            raise Unsure("the server does not say how far it has told")
        for mention in await self._mentions(batch, told_from):
            if mention.gone:
                yield at, mention  # nothing is stored of it, the cursor neither
            elif mention.remote_id not in heard:
                heard.append(mention.remote_id)
                at = " ".join([token, *heard[-HEARD:]])
                yield at, mention
        await self._rooms.invitations(within(batch, "rooms", "invite"), self._wire.user)
        self._reached(at, reached)

    # ----------------------------------------------------------------- where we are

    async def _look_around(self, at: str) -> None:
        """Learn which rooms there are, and who we are; where listening never began, it begins here."""
        await self._rooms.enter_all()
        self._talk.own_name = await self._wire.profile()
        # Synapse gives the same answer to the same question for two minutes, so that each look is a question of its own.
        moment = str(1 + self._tools.now().microsecond // 1000)
        look = await self._asked({"filter": sync_filter(1), "timeout": moment})
        for room, told in within(look, "rooms", "join").items():
            self._met.add(room)
            self._rooms.note(room, within(told), _events(told))
        await self._rooms.invitations(within(look, "rooms", "invite"), self._wire.user)
        kept = self._tools.vault.get(self._account, self._place_name())
        token, _, after = (kept.reveal() if kept else "").partition(" ")
        if token and after == at:
            self._place = (at, token)
        elif not at:
            beginning = sync_token(look.get("next_batch"))
            if not beginning:
                raise Unsure("the server does not say where its events begin")
            self._keep(at, beginning)
        self._ready = True

    def _where(self, at: str) -> str:
        """The cursor to ask from: the one that was given, or how far we came after it."""
        return self._place[1] if self._place is not None and self._place[0] == at else at

    def _reached(self, at: str, token: str) -> None:
        self._place = (at, token)
        if self._kept_at is None or self._tools.now() - self._kept_at > KEPT_EVERY:
            self._keep(at, token)

    def _keep(self, at: str, token: str) -> None:
        self._place, self._kept_at = (at, token), self._tools.now()
        self._tools.vault.put(self._account, self._place_name(), Secret(f"{token} {at}"))

    def _place_name(self) -> str:
        return f"heard {self._wire.user} on {self._wire.server}"

    async def _sync(self, token: str) -> tuple[dict[str, Any], str]:
        """One batch after a place, and that place; where the server has forgotten it, what there is of late, after none."""
        wait = str(int(self._wait.total_seconds() * 1000))
        try:
            batch = await self._asked({"since": token, "filter": sync_filter(self._timeline), "timeout": wait})
        except Rejected as error:
            log, self._kept_at = self._tools.log, None  # the new place is kept at once
            log.warning(
                "%s: the server has forgotten where we were (%s); recent words are read again", self._account, error
            )
            return await self._asked({"filter": sync_filter(TIMELINE), "timeout": "0"}), ""
        except Unsure:
            self._timeline = max(self._timeline // 2, 1)  # it may have been too much at once; pages bring the rest
            raise
        self._timeline = TIMELINE
        return batch, token

    async def _asked(self, query: dict[str, str]) -> dict[str, Any]:
        return json_object(await self._wire.ask("/sync", query, wait=self._wait))

    # ----------------------------------------------------------------- what was said

    async def _mentions(self, batch: dict[str, Any], since: str) -> list[Mention]:
        """The mentions and deletions of a batch, oldest first, each room's in its own order."""
        heard: list[list[Mention]] = []
        for room, told in within(batch, "rooms", "join").items():
            if not room_id(room) or not isinstance(told, dict):
                continue
            missed = await self._missed(room, told, since) if since and room in self._met else []
            self._met.add(room)
            events = _events(told)
            self._rooms.note(room, told, events)
            spoken = [*missed, *objects(within(told, "timeline").get("events"))]
            heard.append(await self._talk.mentions(room, spoken, names(events)))
        return list(heapq.merge(*heard, key=lambda mention: mention.at))

    async def _missed(self, room: str, told: dict[str, Any], since: str) -> list[dict[str, Any]]:
        """What a batch left out of a room that we were in already, oldest first."""
        timeline = within(told, "timeline")
        back, missed = sync_token(timeline.get("prev_batch")), list[dict[str, Any]]()
        if timeline.get("limited") is not True or not back:
            return []
        wanted = json.dumps({"types": SPOKEN, "lazy_load_members": True}, separators=(",", ":"))
        query = {"dir": "b", "to": since, "limit": str(PAGE), "filter": wanted}
        for _ in range(PAGES):
            page = json_object(await self._wire.ask(f"/rooms/{segment(room)}/messages", {**query, "from": back}))
            events = objects(page.get("chunk"))
            missed += events
            before, back = back, sync_token(page.get("end"))
            if not back or (back == before and not events):
                return missed[::-1]
        self._tools.log.warning(
            "%s: more was said in %s than can be read; the older part is left out", self._account, room
        )
        return missed[::-1]


def _events(told: object) -> list[dict[str, Any]]:
    """All events that a sync tells of a room: its state, and then what happened."""
    return [*objects(within(told, "state").get("events")), *objects(within(told, "timeline").get("events"))]
