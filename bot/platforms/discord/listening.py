"""Who speaks to the bot: told by the gateway at once, and asked for wherever the gateway may have been silent.

May import: model, errors, ports, net, and the rest of this package.
Within each channel the oldest comes first; channels are told of one after the other.  Discord lists no private channels
to bots, so a stranger's very first private words that fall into a gap between two sessions are found when they write
again, as their channel is read back then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from bot.errors import DeliveryError, RetryLater, Unsure
from bot.net.clocks import ahead
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, json_objects, objects, within
from bot.platforms.discord.conversations import Conversations
from bot.platforms.discord.fresh import Fresh, Item
from bot.platforms.discord.gateway import Gateway
from bot.platforms.discord.messages import LATE, Heard, number_of, snowflake, speaks_to
from bot.platforms.discord.rooms import PRIVATE, Room, Rooms
from bot.platforms.discord.sessions import Kept, Session
from bot.platforms.discord.wire import Wire, barred
from bot.ports import Reply, Tools

PAGE = 100
"""The most messages that one request gives (API reference, "Get Channel Messages")."""

PATIENCE = 3
"""Times in a row that asking may fail before it is told: a hiccup is nobody's business."""

BEFORE = timedelta(days=1)
"""How far a private channel is read back that we learn of: what is older isn't answered at once anyway."""

Event = tuple[str, dict[str, Any], Session]
"""What the gateway told: a name, what it says, and where its session stood then."""


class Ears:
    """One account that listens."""

    def __init__(
        self, account: str, channel: str, wire: Wire, tools: Tools, gateway: Gateway, kept: Kept, talks: Conversations
    ) -> None:
        self._wire, self._tools = wire, tools
        self._gateway, self._kept = gateway, kept
        self._fresh = Fresh(account, talks, tools.now)
        self._acted = gateway.session  # on everything up to there
        self._rooms = Rooms(account, channel, tools.vault, f"heard-from {wire.address} {channel}")
        self._events: asyncio.Queue[Event] = asyncio.Queue()

    async def mentions(self, cursor: str | None, every: timedelta) -> AsyncIterator[Item]:
        """Mentions after `cursor`, oldest first, for ever; asked for at least `every` so often.

        :raises RetryLater, Unsure: if the very first asking fails, or several in a row
        :raises NeedsLogin, Rejected: if any asking does, or the gateway says that it is of no use
        """
        hearing = asyncio.create_task(self._gateway.run(self._hear))
        hearing.add_done_callback(lambda _: self._events.put_nowait(("END", {}, self._gateway.session)))
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
                while (event := await self._next(hearing, until, begun=begun)) is not None:
                    for item in [item async for item in self._of(event[0], event[1])]:
                        yield item
                    self._act(event[2])
                    if event[0] == "READY":
                        break
                everywhere = event is not None or not self._gateway.stands
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            self._kept.write(self._acted)

    # ----------------------------------------------------------------- what the gateway tells

    def _hear(self, name: str, said: dict[str, Any]) -> None:
        """Keep what concerns us until it is its turn."""
        if name == "READY":
            self._fresh.me = self._fresh.me or identifier(within(said, "user").get("id"))
        elif name in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
            if self._fresh.me and not speaks_to(said, self._fresh.me, direct=_is_direct(said)):
                return
        elif name not in {"MESSAGE_DELETE", "MESSAGE_DELETE_BULK"}:
            return
        self._events.put_nowait((name, said, self._gateway.session))

    def _act(self, session: Session) -> None:
        """An event was acted on, so that its session need not tell of it again; nor of others that weren't for us."""
        self._acted = session if self._events.qsize() else self._gateway.session
        self._kept.reached(self._acted)

    async def _next(self, hearing: asyncio.Task[None], until: float, *, begun: bool) -> Event | None:
        """The next event, unless we haven't `begun` yet; None once it is time to ask.  Raises what ended the gateway."""
        try:
            async with asyncio.timeout_at(until):
                if not begun:  # nobody knows yet who we are: what is told waits
                    await asyncio.shield(hearing)
                event = await self._events.get()
        except TimeoutError:
            return None
        if event[0] == "END":
            await hearing
        return event

    async def _of(self, name: str, said: dict[str, Any]) -> AsyncIterator[Item]:
        if name.startswith("MESSAGE_DELETE"):
            for gone in self._fresh.gone(said):
                yield gone
            return
        channel, private = identifier(said.get("channel_id")), _is_direct(said)
        if name == "MESSAGE_UPDATE" and not said.get("edited_timestamp"):
            return  # only its pictures were looked up
        if name == "READY" or not speaks_to(said, self._fresh.me, direct=private):
            return
        new = private and channel not in self._rooms.known
        room = self._rooms.enter(channel, PRIVATE if private else identifier(said.get("guild_id")))
        if new:
            with suppress(DeliveryError):  # whatever they said before, this is answered
                async for earlier in self._said_before(channel):
                    yield earlier
        # An edit may make a mention of what was none when its id was passed.
        if (item := await self._fresh.mention(said, room, again=name == "MESSAGE_UPDATE")) is not None:
            yield item

    # ----------------------------------------------------------------- what is asked for

    async def _begin(self, cursor: str | None) -> None:
        """Learn who we are, where, and how far was heard before."""
        rooms, home = self._rooms, self._rooms.home
        self._fresh.me = await self._wire.own_id()
        channel = json_object(await self._wire.get(f"/channels/{home}"))
        rooms.known[home] = Room(identifier(channel.get("guild_id")) or PRIVATE)
        if not rooms.recall():
            reply, newest = await self._wire.messages(home, limit=1)
            rooms.began = snowflake(self._tools.now() + ahead(reply, self._tools.now()))
            rooms.note(max([number_of(each.get("id")) for each in newest], default=0))
        heard = Heard.read(cursor) if cursor else Heard(0)
        after = tuple(id_ for id_ in heard.after if id_ > rooms.upto)
        self._fresh.begin(Heard(max(heard.upto, rooms.upto), after))

    async def _caught_up(self, *, everywhere: bool) -> AsyncIterator[Item]:
        """Read on where we left off: our own channel, and `everywhere` also all in which somebody may have spoken to us."""
        async for item in self._read_on(self._rooms.home):
            yield item
        mark = self._rooms.known[self._rooms.home].read - LATE
        if everywhere:
            for channel in self._rooms.others:
                async for item in self._read_on(channel):
                    yield item
            async for item in self._elsewhere():
                yield item
        # What is older than our own channel's newest message was read in the others after it, or told by the gateway.
        if everywhere or self._gateway.stands:
            self._rooms.heard(mark)

    async def _said_before(self, channel: str) -> AsyncIterator[Item]:
        """What somebody said in private before we knew of their channel: while no session stood."""
        since = max(snowflake(self._tools.now() - BEFORE), self._rooms.began)
        async for item in self._read_on(channel, since, again=True):
            yield item

    async def _read_on(self, channel: str, since: int | None = None, *, again: bool = False) -> AsyncIterator[Item]:
        """Read a channel to its end; one of others' that is closed to us now is forgotten."""
        room = self._rooms.known[channel]
        at = max(self._fresh.heard.upto, room.read - LATE) if since is None else since
        while True:
            reply = await self._wire.send("GET", f"/channels/{channel}/messages?after={at}&limit={PAGE}")
            if channel != self._rooms.home and reply.status in {403, 404}:
                room.ours = False
                return
            barred(reply, home=True)
            outcome(reply)
            page = sorted(json_objects(reply), key=lambda each: number_of(each.get("id")))
            for message in page:
                if (item := await self._fresh.mention(message, room, again=again)) is not None:
                    self._rooms.enter(channel, room.guild)
                    yield item
            newest = number_of(page[-1].get("id")) if page else 0
            room.read = max(room.read, newest)
            if newest <= at:
                return
            at = newest

    async def _elsewhere(self) -> AsyncIterator[Item]:
        """Read the channels of our server in which somebody spoke since."""
        known, guild = self._rooms.known, self._rooms.known[self._rooms.home].guild
        if guild == PRIVATE:
            return
        for path in (f"/guilds/{guild}/channels", f"/guilds/{guild}/threads/active"):
            reply = await self._wire.send("GET", path)
            if reply.status in {403, 404}:
                continue
            outcome(reply)
            for channel in _listed(reply):
                name, newest = identifier(channel.get("id")), number_of(channel.get("last_message_id"))
                room = known.get(name) or Room(guild, read=self._fresh.heard.upto, ours=False)
                if number_of(name) and newest > room.read and not room.ours:
                    known[name] = room
                    async for item in self._read_on(name):
                        yield item
                    room.read = max(room.read, newest)  # also where it is closed to us


def _is_direct(said: dict[str, Any]) -> bool:
    """Whether an event of the gateway is about a private message: it names no server."""
    return said.get("guild_id") is None


def _listed(reply: Reply) -> list[dict[str, Any]]:
    """The channels of an answer, which is a list of them, or has one of threads."""
    try:
        return json_objects(reply)
    except Unsure:
        return objects(json_object(reply).get("threads"))
