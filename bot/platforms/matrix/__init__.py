"""Matrix: rooms on any homeserver, spoken to as one account from one device.

May import: model, errors, ports, net, core.
A message is sent under a transaction id, so that the same one twice is one; servers forget these ids after a while, so
whatever is in doubt is looked for before it is sent again (decision 0003).  `keys` are the owner's, `wire` asks the
server, `rooms` knows where we may speak, `hearing` listens, `talk` knows who speaks to us, `events` reads and writes
what is said, `enrol` sets an account up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bot.core.outgoing import room_for, sent_since
from bot.core.text import measure
from bot.errors import DeliveryError, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Mention, Post, Receipt
from bot.net.clocks import agreement, ahead
from bot.net.lately import Sent
from bot.net.replies import identifier, json_object, objects, segment, within, words
from bot.net.rounds import rounds
from bot.platforms.matrix.enrol import enrol
from bot.platforms.matrix.events import LIMITS, is_post, message, person, room_id, sync_token
from bot.platforms.matrix.hearing import Hearing
from bot.platforms.matrix.keys import Options
from bot.platforms.matrix.rooms import CLOSED, Rooms, may_speak
from bot.platforms.matrix.wire import Barred, Wire, check, errcode
from bot.ports import Platform, Tools

PAGE, PAGES = 100, 50  # of our own messages, and how many pages are read at once
PACE = timedelta(seconds=1)
"""Between two questions for news: a lively room is asked about once a second, not once a word."""


class Matrix:
    """One account on one homeserver."""

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name, self.limits = account.name, LIMITS
        self._options, self._tools = options, tools
        self._wire = Wire(
            account.name,
            tools,
            server=options.server,
            user=options.user,
            device=options.own_device,
            token=options.token,
            password=options.password,
        )
        self._rooms = Rooms(self._wire, options.room, options.rooms, account.owner, tools.log)
        self._hearing = Hearing(account.name, self._wire, self._rooms, tools, options.poll)
        self._sent = Sent()

    # ----------------------------------------------------------------- speaking

    async def publish(self, post: Post) -> Receipt:
        """Send once.  Raises as `ports.Publisher` says."""
        room_for(post, self.limits)
        if not post.key:
            raise Rejected("it has no key, and without one it could be there twice")
        try:
            room = await self._open_room(post)
            reply = await self._wire.send(
                "PUT", f"/rooms/{segment(room)}/send/m.room.message/{segment(post.key)}", message(post)
            )
            if reply.status == 413 or errcode(reply) == "M_TOO_LARGE":
                raise TooLong("the server finds it too long", measure(post.text, self.limits) // 2)
            check(reply)
        except Barred as error:
            if post.reply_context.get("room"):  # whoever spoke to us there will have to do without
                raise Rejected(f"{error}: nobody can be answered there") from None
            self._rooms.forget_names()
            raise Barred(
                str(error), remedy=f"Let {self._options.user} into {self._options.room}, and speak there"
            ) from None
        return self._receipt(room, json_object(reply).get("event_id"), post, "answered")

    async def _open_room(self, post: Post) -> str:
        """The room that a post belongs into; nothing is sent before it is known to be open.

        :raises RetryLater, NeedsLogin, Rejected: it is closed, or can't be asked for
        """
        try:
            room = await self._room_of(post)
            try:
                encrypted = await self._rooms.is_encrypted(room)
            except Barred:
                if post.reply_context.get("room"):
                    raise
                await self._rooms.join(room)  # the owner named it: where it is open or we are invited, we may
                encrypted = await self._rooms.is_encrypted(room)
        except Unsure as error:
            raise RetryLater(f"nothing was sent, as the room can't be looked at: {error}") from None
        if encrypted:
            raise Rejected(CLOSED.format(room=room))
        return room

    async def _room_of(self, post: Post) -> str:
        return post.reply_context.get("room") or await self._rooms.posting()

    def _receipt(self, room: str, event: object, post: Post, note: str) -> Receipt:
        number = identifier(event)
        if not number:
            raise Unsure("the server does not say under which id it keeps it")
        self._sent.note(number, post.key)
        return Receipt(remote_id=number, url=_address(room, number, self._options.user), note=note)

    async def find(self, post: Post) -> Receipt | None:
        """Look among our own messages in the post's room.  Raises as `ports.Publisher` says."""
        since = sent_since(post, self._tools.now())
        try:
            room = await self._room_of(post)
            async for event in self._own_since(room, since):
                key = words(within(event, "unsigned").get("transaction_id"))  # only towards the device that sent it
                key = key or self._sent.get(identifier(event.get("event_id")), "")
                if key == post.key or (not key and is_post(event, post)):
                    return self._receipt(room, event.get("event_id"), post, "found")
        except (Barred, Rejected) as error:
            raise Unsure(f"our own messages can't be read: {error}") from None
        return None

    async def _own_since(self, room: str, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """All that we said in a room since a moment of our clock, newest first.

        :raises Unsure: it can't be read completely
        """
        wanted = f'{{"types":["m.room.message"],"senders":["{self._options.user}"]}}'
        query = {"dir": "b", "limit": str(PAGE), "filter": wanted}
        for _ in range(PAGES):
            reply = await self._wire.ask(f"/rooms/{segment(room)}/messages", query)
            page = json_object(reply)
            there = (since + ahead(reply, self._tools.now())).timestamp() * 1000
            if not isinstance(page.get("chunk"), list):
                break
            for event in objects(page["chunk"]):
                if event.get("sender") != self._options.user:
                    continue  # their time would be a stranger's word
                at = event.get("origin_server_ts")
                if isinstance(at, int) and at < there:
                    return
                yield event
            end = sync_token(page.get("end"))
            if not end or (end == query.get("from") and not page["chunk"]):
                return
            query["from"] = end
        raise Unsure("our own messages can't be read completely")

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        if not receipt.remote_id:
            raise Rejected("its id is not known, so it can only be taken back by hand")
        room = _room_in(receipt.url or "") or await self._rooms.posting()
        event = segment(receipt.remote_id)
        try:
            reply = await self._wire.send("PUT", f"/rooms/{segment(room)}/redact/{event}/redact-{event}", {})
            if reply.status != 404:
                check(reply)
        except Barred as error:
            raise Rejected(f"{error}: it can't be taken back") from None

    # ----------------------------------------------------------------- listening

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        return rounds(self._hearing.since, cursor, every=PACE)

    # ----------------------------------------------------------------- the set-up

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at the token, its device, the room, our rights in it, and the clock.  Reads only."""
        user, device = self._options.user, self._options.own_device
        try:
            me = json_object(reply := await self._wire.ask("/account/whoami"))
            room = await self._rooms.posting()
            joined = room in await self._rooms.joined()
            found = await self._examined_room(room) if joined else []
        except DeliveryError as error:
            return [(False, error.told(self.name))]
        who, there = person(me.get("user_id")), identifier(me.get("device_id"))
        fixed = self._wire.renews or self._options.device is not None
        return [
            (
                who == user,
                f"{user}: the token is good" if who == user else f"the token is {who or 'nobody'}'s, not {user}'s",
            ),
            (
                not fixed or there == device,
                f"the token belongs to the device {there or '(none)'}; keep it to one device",
            ),
            (joined, f"it is in {self._options.room}" if joined else f"it is not in {self._options.room}: invite it"),
            *found,
            agreement(ahead(reply, self._tools.now())),
        ]

    async def _examined_room(self, room: str) -> list[tuple[bool, str]]:
        speaks = may_speak(await self._rooms.state(room, "m.room.power_levels"), self._options.user)
        encrypted = await self._rooms.is_encrypted(room)
        replaced = await self._rooms.state(room, "m.room.tombstone")
        return [
            *(
                [(False, f"the room was replaced by {room_id(replaced.get('replacement_room')) or 'another'}")]
                if replaced
                else []
            ),
            (speaks, "it may speak there" if speaks else "it may not speak there: raise its power level"),
            (not encrypted, CLOSED.format(room=room) if encrypted else "the room is not encrypted, as it must be"),
        ]


def _address(room: str, event: str, user: str) -> str:
    """The address under which everybody finds an event, whatever client they use."""
    parts = (quote(part, safe="!$:") for part in (room, event))
    return f"https://matrix.to/#/{'/'.join(parts)}?via={quote(user.partition(':')[2], safe=':')}"


def _room_in(address: str) -> str:
    """The room that such an address names; empty where it names none."""
    path = urlsplit(address).fragment.partition("?")[0].split("/")
    return unquote(path[1]) if len(path) == 3 and path[1].startswith("!") else ""


platform = Platform("matrix", Options, Matrix, LIMITS, enrol, identity=lambda options: str(options.user))
