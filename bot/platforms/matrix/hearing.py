"""Listening: one long poll after the other, none of which loses what came between.

May import: errors, model, ports, net.replies, wire, rooms, events.

A cursor is a place in the server's stream and, after it, the mentions from there on that were heard already: a batch
may hold many, and whoever stops in its middle must get exactly the rest.  What no mention carries forward is kept in
the vault from time to time, so that a quiet year isn't read again at the next start.
"""

from __future__ import annotations

import heapq
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot.errors import DeliveryError, Rejected, Unsure
from bot.model import Mention, Secret
from bot.net.replies import json_object, objects, segment, within
from bot.platforms.matrix.events import (
    TALK,
    Said,
    calls,
    mention_of,
    names,
    person,
    room_id,
    said_of,
    sync_token,
    taken_back,
)
from bot.platforms.matrix.rooms import Rooms
from bot.platforms.matrix.wire import Wire, check
from bot.ports import Tools

TIMELINE, PAGE, PAGES = 50, 100, 50
"""Events of a room in one batch; of one page of what a batch left out; and how many of those are read at most."""

HEARD = 50
"""Mentions that a cursor names: of more in one batch the first ones come again, and the store knows them."""

KEPT_EVERY = timedelta(minutes=10)
"""How often the place that was reached is kept where no mention says it."""

KNOWN, CHAIN = 2000, 30
"""Events whose author and parent are remembered, and how far a conversation is followed back."""

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
        self._name = ""  # ours, as people see it
        self._met: set[str] = set()  # rooms that a sync told of
        self._ready = False
        self._place: tuple[str, str] | None = None  # after which cursor, and how far we are without one that says so
        self._kept_at: datetime | None = None
        self._timeline = TIMELINE
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()  # events: their author, and what they hang on

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
        self._name = await self._wire.profile()
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
            heard.append(await self._of_room(room, spoken, names([*events, *missed])))
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

    async def _of_room(self, room: str, events: Iterable[dict[str, Any]], people: dict[str, str]) -> list[Mention]:
        heard: list[Mention] = []
        for event in events:
            if gone := taken_back(event):
                heard.append(_gone(self._account, gone, event, self._tools.now()))
            elif (said := said_of(event, room, self._tools.now())) is not None:
                self._remember(said.id, said.sender, said.parent)
                if await self._is_for_us(said):
                    heard.append(
                        mention_of(
                            said,
                            account=self._account,
                            me=self._wire.user,
                            own_name=self._name,
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
        if calls(said, me, self._name) and (said.called is not None or said.kind in TALK):
            return True
        if said.kind not in TALK:
            return False
        return self._rooms.is_direct(said.room) or (
            bool(said.answers) and await self._author(said.room, said.answers) == me
        )

    async def _root(self, said: Said) -> str:
        """The first event of a conversation, as far as it can be followed; a wrong one is no reason not to answer."""
        root, parent = said.id, said.parent
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
            said = said_of(told, room, self._tools.now())
            self._remember(event, person(told.get("sender")), said.parent if said else "")
        return self._known[event]

    def _remember(self, event: str, sender: str, parent: str) -> None:
        self._known[event] = (sender, parent)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)


def _events(told: object) -> list[dict[str, Any]]:
    """All events that a sync tells of a room: its state, and then what happened."""
    return [*objects(within(told, "state").get("events")), *objects(within(told, "timeline").get("events"))]


def _gone(account: str, event: str, redaction: dict[str, Any], now: datetime) -> Mention:
    return Mention(account=account, remote_id=event, author=person(redaction.get("sender")), text="", at=now, gone=True)
