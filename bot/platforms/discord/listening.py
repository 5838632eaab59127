"""Who speaks to the bot: told by the gateway at once, and asked for wherever the gateway may have been silent.

May import: model, errors, ports, net, messages, wire, gateway.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.errors import RetryLater, Unsure
from bot.model import Mention, Secret
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, json_objects, objects, within, words
from bot.platforms.discord.conversations import Conversations
from bot.platforms.discord.gateway import Gateway
from bot.platforms.discord.messages import LATE, Heard, mention_of, number_of, speaks_to, time_of
from bot.platforms.discord.wire import Wire
from bot.ports import Reply, Tools

PAGE = 100
"""The most messages that one request gives (API reference, "Get Channel Messages")."""

PATIENCE = 3
"""Times in a row that asking may fail before it is told: a hiccup is nobody's business."""

ROOMS = 50
"""Channels besides our own that are remembered because somebody spoke to us there."""

KNOWN = 5_000
"""Mentions that are known to be told already."""

AGAIN = timedelta(hours=1)
"""How much further than noted we must have heard for a new note to be worth its writing."""

Item = tuple[str, Mention]


@dataclass(slots=True)
class Room:
    """A channel."""

    guild: str  # "@me": it is private
    read: int = 0  # up to which message, in this life
    ours: bool = True  # our own, or one in which somebody spoke to us


class Ears:
    """One account that listens."""

    def __init__(
        self, account: str, channel: str, wire: Wire, tools: Tools, gateway: Gateway, talks: Conversations
    ) -> None:
        self._account, self._home, self._wire, self._tools = account, channel, wire, tools
        self._gateway, self._talks = gateway, talks
        self._guild = ""  # of our own channel
        self._place = f"heard-from {wire.address} {channel}"
        self._me = ""
        self._heard, self._noted, self._start = Heard(0), 0, Heard(0)
        self._told: dict[str, None] = {}  # in this life
        self._rooms: dict[str, Room] = {channel: Room("")}
        self._events: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()

    async def mentions(self, cursor: str | None, every: timedelta) -> AsyncIterator[Item]:
        """Mentions after `cursor`, oldest first, for ever; asked for at least `every` so often.

        :raises RetryLater, Unsure: if the very first asking fails, or several in a row
        :raises NeedsLogin, Rejected: if any asking does, or the gateway says that it is of no use
        """
        hearing = asyncio.create_task(self._gateway.run(self._hear))
        hearing.add_done_callback(lambda _: self._events.put_nowait(("END", {})))
        failures, begun, everywhere = PATIENCE, False, True
        try:
            while True:
                pause = every
                try:
                    if not begun:
                        await self._begin(cursor)
                        begun = True
                    async for item in self._caught_up(everywhere=everywhere):
                        yield item
                    failures = 0
                except (RetryLater, Unsure) as error:
                    failures += 1
                    if failures > PATIENCE:
                        raise
                    pause = max(every, (error.after if isinstance(error, RetryLater) else None) or every)
                until = asyncio.get_running_loop().time() + pause.total_seconds()
                while (event := await self._next(hearing, until)) is not None and event[0] != "READY":
                    for item in [item async for item in self._of(*event)] if begun else ():
                        yield item
                everywhere = event is not None or not self._gateway.stands
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    # ----------------------------------------------------------------- what the gateway tells

    def _hear(self, name: str, said: dict[str, Any]) -> None:
        """Keep what concerns us until it is its turn."""
        if name == "READY":
            self._me = self._me or identifier(within(said, "user").get("id"))
        elif name in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
            if self._me and not speaks_to(said, self._me, direct=_is_direct(said)):
                return
        elif name not in {"MESSAGE_DELETE", "MESSAGE_DELETE_BULK"}:
            return
        self._events.put_nowait((name, said))

    async def _next(self, hearing: asyncio.Task[None], until: float) -> tuple[str, dict[str, Any]] | None:
        """The next event; None once it is time to ask.  Raises what ended the gateway."""
        try:
            async with asyncio.timeout_at(until):
                event = await self._events.get()
        except TimeoutError:
            return None
        if event[0] == "END":
            await hearing
        return event

    async def _of(self, name: str, said: dict[str, Any]) -> AsyncIterator[Item]:
        if name.startswith("MESSAGE_DELETE"):
            ids = said.get("ids")
            for id_ in [said.get("id"), *(ids if isinstance(ids, list) else ())]:
                if number_of(id_):
                    yield str(self._heard), self._gone(identifier(id_))
            return
        channel, private = identifier(said.get("channel_id")), _is_direct(said)
        if name == "MESSAGE_UPDATE" and not said.get("edited_timestamp"):
            return  # only its pictures were looked up
        room = self._rooms.get(channel)
        if room is None or not room.ours:
            room = self._enter(channel, "@me" if private else identifier(said.get("guild_id")))
        # An edit may make a mention of what was none when its id was passed.
        if (item := await self._new(said, room, again=name == "MESSAGE_UPDATE")) is not None:
            yield item

    def _gone(self, id_: str) -> Mention:
        return Mention(account=self._account, remote_id=id_, author="", text="", at=self._tools.now(), gone=True)

    async def _new(self, message: dict[str, Any], room: Room, *, again: bool = False) -> Item | None:
        """A message as a mention, with the cursor after it; None if it is none, or was told."""
        id_ = identifier(message.get("id"))
        if id_ in self._told or (number_of(id_) in self._start and not again):
            return None
        mention = mention_of(
            message,
            account=self._account,
            me=self._me,
            direct=room.guild == "@me",
            guild=room.guild or self._guild,
            now=self._tools.now(),
        )
        if mention is None:
            return None
        mention = replace(mention, thread=await self._talks.first(message))
        self._told[id_] = None
        if len(self._told) > KNOWN:
            del self._told[next(iter(self._told))]
        self._heard = self._heard.plus(number_of(id_))
        return str(self._heard), mention

    # ----------------------------------------------------------------- what is asked for

    async def _begin(self, cursor: str | None) -> None:
        """Learn who we are, where, and how far was heard before."""
        self._me = await self._wire.own_id()
        self._guild = identifier(json_object(await self._wire.get(f"/channels/{self._home}")).get("guild_id"))
        self._rooms[self._home] = Room(self._guild or "@me")
        kept = self._recall()
        if kept is None:
            _, newest = await self._wire.messages(self._home, limit=1)
            kept = max([number_of(each.get("id")) for each in newest], default=0)
            self._remember(kept)
        self._noted = kept
        self._heard = self._start = Heard.read(cursor) if cursor else Heard(kept)
        if self._heard.upto < kept:
            after = tuple(id_ for id_ in self._heard.after if id_ > kept)
            self._heard = self._start = Heard(kept, after)

    async def _caught_up(self, *, everywhere: bool) -> AsyncIterator[Item]:
        """Read on where we left off: our own channel, and `everywhere` also all in which somebody may have spoken to us."""
        async for item in self._read_on(self._home):
            yield item
        mark = self._rooms[self._home].read - LATE
        if everywhere:
            for channel in [one for one, room in self._rooms.items() if room.ours and one != self._home]:
                async for item in self._read_on(channel):
                    yield item
            async for item in self._elsewhere():
                yield item
        # What is older than our own channel's newest message was read in the others after it, or told by the gateway.
        if (everywhere or self._gateway.stands) and time_of(max(mark, 0)) - time_of(self._noted) > AGAIN:
            self._remember(mark)

    async def _read_on(self, channel: str) -> AsyncIterator[Item]:
        """Read a channel to its end; one of others' that is closed to us now is forgotten."""
        room = self._rooms[channel]
        at = max(self._heard.upto, room.read - LATE)
        while True:
            reply = await self._wire.send("GET", f"/channels/{channel}/messages?after={at}&limit={PAGE}")
            if channel != self._home and reply.status in {403, 404}:
                del self._rooms[channel]
                return
            outcome(reply)
            page = sorted(json_objects(reply), key=lambda each: number_of(each.get("id")))
            for message in page:
                if (item := await self._new(message, room)) is not None:
                    yield item
            newest = number_of(page[-1].get("id")) if page else 0
            room.read = max(room.read, newest)
            if newest <= at:
                return
            at = newest

    async def _elsewhere(self) -> AsyncIterator[Item]:
        """Read the channels of our server in which somebody spoke since."""
        if not self._guild:
            return
        for path in (f"/guilds/{self._guild}/channels", f"/guilds/{self._guild}/threads/active"):
            reply = await self._wire.send("GET", path)
            if reply.status in {403, 404}:
                continue
            outcome(reply)
            for channel in _listed(reply):
                name, newest = identifier(channel.get("id")), number_of(channel.get("last_message_id"))
                room = self._rooms.get(name) or Room(self._guild, read=self._heard.upto, ours=False)
                if number_of(name) and newest > room.read and not room.ours:
                    self._rooms[name] = room
                    async for item in self._read_on(name):
                        yield item

    # ----------------------------------------------------------------- what is remembered

    def _enter(self, channel: str, guild: str) -> Room:
        """Remember a channel in which somebody spoke to us; the oldest one goes where there are too many."""
        room = self._rooms.setdefault(channel, Room(guild))
        room.ours = True
        others = [one for one, each in self._rooms.items() if each.ours and one != self._home]
        if len(others) > ROOMS:
            self._rooms[others[0]].ours = False
        self._remember(self._noted)
        return room

    def _remember(self, upto: int) -> None:
        self._noted = upto
        rooms = {name: room.guild for name, room in self._rooms.items() if room.ours and name != self._home}
        self._tools.vault.put(self._account, self._place, Secret(json.dumps({"upto": str(upto), "rooms": rooms})))

    def _recall(self) -> int | None:
        """What was remembered; None at the first start."""
        kept = self._tools.vault.get(self._account, self._place)
        if kept is None:
            return None
        try:
            said = json.loads(kept.reveal())
        except ValueError:
            return None
        for name, guild in within(said, "rooms").items():
            if number_of(name) and words(guild):
                self._rooms.setdefault(name, Room(guild))
        return number_of(within({"": said}, "").get("upto"))


def _is_direct(said: dict[str, Any]) -> bool:
    """Whether an event of the gateway is about a private message: it names no server."""
    return said.get("guild_id") is None


def _listed(reply: Reply) -> list[dict[str, Any]]:
    """The channels of an answer, which is a list of them, or has one of threads."""
    try:
        return json_objects(reply)
    except Unsure:
        return objects(json_object(reply).get("threads"))
