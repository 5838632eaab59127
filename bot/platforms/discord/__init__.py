"""Discord: a bot in a channel, which people call by its name or write to in private.

May import: model, errors, ports, net, core.
Within minutes of a doubtful attempt the same nonce is the same post; at any time the channel's history tells, so each
post is looked for before it is ever sent again (decision 0003).
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from bot.core.outgoing import room_for, sent_since
from bot.errors import NeedsLogin, Rejected, TooLong, Unsure
from bot.model import Account, Mention, Post, Receipt
from bot.net.clocks import ahead
from bot.net.lately import Sent
from bot.net.options import mark_of
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object
from bot.platforms.discord.conversations import Conversations
from bot.platforms.discord.gateway import Gateway
from bot.platforms.discord.listening import PAGE, Ears
from bot.platforms.discord.messages import LIMITS, body_of, harmless, is_post, number_of, snowflake
from bot.platforms.discord.options import Options
from bot.platforms.discord.sessions import Kept
from bot.platforms.discord.setup import enrol, examine
from bot.platforms.discord.wire import Wire, barred, too_long
from bot.ports import Platform, Tools

SITE = "https://discord.com/channels"


class Discord:
    """One bot with one channel of its own."""

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name = account.name
        self.limits = LIMITS
        self._options, self._tools = options, tools
        self._wire = Wire(options.server, options.token, tools)
        self._talks = Conversations(self._wire)
        self._guild = ""  # of the channel, once it is known
        self._sent = Sent()

    async def prepare(self) -> None:
        """Learn which server the channel is of, so that posts have an address.  Raises as `ports.Preparing` says."""
        channel = json_object(await self._wire.get(f"/channels/{self._options.channel}"))
        self._guild = identifier(channel.get("guild_id")) or "@me"

    # ----------------------------------------------------------------- speaking

    async def publish(self, post: Post) -> Receipt:
        """Send once.  Raises as `ports.Publisher` says."""
        room = room_for(post, self.limits, added=len(harmless(post)) - len(post.text))
        body = body_of(post, embeds=self._options.embeds)
        reply = await self._wire.send("POST", f"/channels/{self._room(post)}/messages", body)
        if reply.status == 400 and too_long(reply):
            raise TooLong("Discord finds it too long", min(room, len(post.text) - 1))
        barred(reply, home=self._room(post) == self._options.channel)
        outcome(reply)
        return self._receipt(json_object(reply), post, "answered")

    def _room(self, post: Post) -> str:
        """Where a post belongs: a reply to where we were spoken to."""
        there = post.reply_context.get("channel", "") if post.reply_to else ""
        return there if number_of(there) else self._options.channel

    def _receipt(self, message: Mapping[str, Any], post: Post, note: str) -> Receipt:
        found, channel = identifier(message.get("id")), self._room(post)
        if not number_of(found):
            raise Unsure("the server's answer names no post")
        self._sent.note(found, post.key)
        if post.reply_to:
            self._talks.note(found, post.reply_to)
        guild = self._guild if channel == self._options.channel else post.reply_context.get("guild", "")
        return Receipt(remote_id=found, url=f"{SITE}/{guild}/{channel}/{found}" if guild else None, note=note)

    async def find(self, post: Post) -> Receipt | None:
        """Look through what was said in the channel since.  Raises as `ports.Publisher` says."""
        since = sent_since(post, self._tools.now())
        try:
            me = await self._wire.own_id()
            async for message in self._since(since, self._room(post)):
                if self._sent.may_be(identifier(message.get("id")), post.key) and is_post(message, post, me):
                    return self._receipt(message, post, "found")
        except (Rejected, NeedsLogin) as error:
            if isinstance(error, NeedsLogin) and self._room(post) == self._options.channel:
                raise
            raise Unsure(f"the channel can't be read: {error}") from None
        return None

    async def _since(self, since: datetime, channel: str) -> AsyncIterator[dict[str, Any]]:
        """Everything that was said in a channel since a moment of our clock, oldest first.

        :raises Unsure: the channel can't be read, or not completely
        """
        reply, newest = await self._wire.messages(channel, limit=1)
        if not newest:
            await self._must_be_empty(channel)
            return
        at = max(snowflake(since + ahead(reply, self._tools.now())) - 1, 0)
        while True:
            _, page = await self._wire.messages(channel, after=at, limit=PAGE)
            page.sort(key=lambda each: number_of(each.get("id")))
            for message in page:
                yield message
            if not page:
                return
            if number_of(page[-1].get("id")) <= at:
                raise Unsure("the channel can't be read completely")
            at = number_of(page[-1].get("id"))

    async def _must_be_empty(self, channel: str) -> None:
        """Tell an empty channel from one whose history is hidden from us: both give no messages.

        :raises Unsure: nobody knows
        """
        told = json_object(await self._wire.get(f"/channels/{channel}"))
        if told.get("last_message_id", "") is not None:
            raise Unsure("the bot may not read its channel's history: give it the permission Read Message History")

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        if not number_of(receipt.remote_id):
            raise Rejected("its id is not known, so it can only be taken back by hand")
        place = (receipt.url or "").rpartition("/")[0].rpartition("/")[2]
        channel = place if number_of(place) else self._options.channel
        reply = await self._wire.send("DELETE", f"/channels/{channel}/messages/{receipt.remote_id}")
        if reply.status != 404:
            outcome(reply)

    # ----------------------------------------------------------------- listening, and the set-up

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        dice = random.Random()  # noqa: S311 -- spreads requests, hides nothing
        kept = Kept(self.name, self._tools.vault, f"session {self._wire.address}", self._tools.now)
        gateway = Gateway(self._tools.http, self._options.token, self._wire.gateway, kept.recalled(), dice=dice)
        ears = Ears(self.name, self._options.channel, self._wire, self._tools, gateway, kept, self._talks)
        return ears.mentions(cursor, self._options.poll)

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at token, channel, permissions, clock and sessions.  Reads only."""
        return await examine(self._wire, self.name, self._options.channel, self._tools.now())


platform = Platform(
    "discord", Options, Discord, LIMITS, enrol=enrol, identity=lambda options: mark_of(options.token, options.server)
)
