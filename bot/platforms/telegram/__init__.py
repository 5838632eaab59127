"""Telegram: channels, groups and private chats, spoken to as a bot.

May import: model, errors, ports, net, core, and its own modules.
There is no key to post with, and bots can't read what they posted, so that whatever may or may not have arrived is held
for the owner (or as the account's `unknown` says): the class "neither" of decision 0003.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.core.outgoing import room_for
from bot.core.text import measure
from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Mention, Post, Receipt
from bot.net.lately import Lately
from bot.net.options import mark_of
from bot.net.replies import number, objects, within, words
from bot.net.rounds import beginning, rounds
from bot.platforms.telegram.enrol import enrol
from bot.platforms.telegram.examine import examine
from bot.platforms.telegram.messages import LIMITS, Me, address_of, mention_of, parted, place, spoken
from bot.platforms.telegram.options import Options, numbered
from bot.platforms.telegram.wire import Answer, Wire, whole
from bot.ports import Platform, Tools

UPDATES = ("message", "edited_message")
"""The kinds of updates in which people can speak to a bot."""

PAUSE = timedelta(seconds=0.5)
"""Between two long polls, so that a server which doesn't hold the line is not asked without end."""

GRACE = timedelta(seconds=15)
"""For the way there and back of a long poll, over the span for which the server holds the line."""

REMEMBERED = 2000
"""Messages whose conversation is known; after a restart, an answer to an older one begins a new conversation."""

_TOO_LONG = re.compile(r"too[ _]long", re.IGNORECASE)
_NOT_THERE = re.compile(
    r"chat not found|not enough rights|administrator rights|no rights to send|not a member|kicked|deactivated"
    r"|PEER_ID_INVALID|CHANNEL_PRIVATE|CHAT_(?:WRITE_FORBIDDEN|ADMIN_REQUIRED|RESTRICTED)|CHAT_SEND_\w+_FORBIDDEN",
    re.IGNORECASE,
)
_OFFSET = re.compile("[0-9]{1,10}", re.ASCII)
_GONE = re.compile(r"message to delete not found|MESSAGE_ID_INVALID", re.IGNORECASE)


class Telegram:
    """One bot, and the chat that it posts to."""

    limits = LIMITS

    def __init__(self, account: Account, options: Options, tools: Tools) -> None:
        self.name = account.name
        self._account, self._options, self._tools = account, options, tools
        self._wire = Wire(options.server, options.token, tools.http)
        self._me: Me | None = None
        self._moved: dict[int | str, int] = {}  # groups that became supergroups, and their new numbers
        self._threads = Lately[str](REMEMBERED)  # messages, and the first one of their conversation
        self._read: tuple[str | None, str] = (None, "")  # a cursor, and how far was read since without a mention

    async def prepare(self) -> None:
        """Learn who we are.  Raises as `ports.Preparing` says."""
        await self._who()

    async def _who(self) -> Me:
        if self._me is None:
            said = await self._wire.get("getMe")
            number_there, name = whole(said.get("id")), words(said.get("username"))
            if number_there is None or not name:
                raise Unsure("the server does not say who we are")
            self._me = Me(id=number_there, username=name)
        return self._me

    # ----------------------------------------------------------------- speaking

    async def publish(self, post: Post) -> Receipt:
        """Send once.  Raises as `ports.Publisher` says."""
        text, entities = spoken(post.text, post.link)
        room = room_for(post, LIMITS, added=measure(text, LIMITS) - measure(post.text, LIMITS))
        where = self._where(post)
        answer = await self._wire.ask(
            "sendMessage",
            {
                **where,
                "text": text,
                **({"entities": entities} if entities else {}),
                **self._options.shown(post.link),
                **({"disable_notification": True} if self._options.silent and not post.reply_to_author else {}),
            },
        )
        self._judge(answer, post, where["chat_id"], room)
        return self._receipt(answer.result(), post)

    def _where(self, post: Post) -> dict[str, Any]:
        """The chat, and the message that is answered; in a group that moved nothing has its old number any more."""
        if post.reply_to is None:
            chat = numbered(self._options.chat)
            return {"chat_id": self._moved.get(chat, chat)}
        found = parted(post.reply_to)
        if found is None:
            raise Rejected("what it answers is no message of Telegram's")
        if found[0] in self._moved:
            return {"chat_id": self._moved[found[0]]}
        topic = post.reply_context.get("topic", "")
        return {
            "chat_id": found[0],
            "reply_parameters": {"message_id": found[1], "allow_sending_without_reply": True},
            **({"message_thread_id": int(topic)} if re.fullmatch("[0-9]{1,16}", topic) else {}),
        }

    def _judge(self, answer: Answer, post: Post, chat: int | str, room: int) -> None:
        """Tell what a no means for this post; nothing where the general meaning holds.  Raises as `publish` does."""
        if answer.status not in {400, 403, 413}:
            return
        if answer.moved is not None:
            self._moved[chat] = answer.moved
            self._tools.log.warning(
                "%s: the group %s became a supergroup: write chat = %s into starfish.toml",
                self.name,
                chat,
                answer.moved,
            )
            raise RetryLater(f"the group {chat} became the supergroup {answer.moved}", timedelta(0))
        if answer.status == 413 or _TOO_LONG.search(answer.why):
            raise TooLong("Telegram finds it too long", room)
        barred = answer.status == 403 or _NOT_THERE.search(answer.why) is not None
        if barred and post.reply_to_author is not None:
            raise Rejected(f"the bot may not, or can't any more, write in that chat ({answer.why})")
        if barred:
            raise NeedsLogin(
                f"the bot may not post to {chat} ({answer.why or 'Forbidden'})",
                remedy="Add it there, in a channel as an administrator who may post messages",
            )

    def _receipt(self, message: object, post: Post) -> Receipt:
        said = message if isinstance(message, Mapping) else {}
        chat, count = whole(within(said, "chat").get("id")), whole(said.get("message_id"))
        if chat is None or count is None:
            raise Unsure("the server's answer names no message")
        full = place(chat, count)
        self._threads.note(full, post.reply_context.get("thread") or full)
        return Receipt(remote_id=full, url=address_of(said), note="answered")

    async def find(self, post: Post) -> Receipt | None:
        """Always refuses: no bot can read what it posted.

        :raises Unsure: always
        """
        raise Unsure(f"whether post {post.id} arrived, Telegram tells no bot")

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        found = parted(receipt.remote_id)
        if found is None:
            raise Rejected("its number is not known, so it can only be taken back by hand")
        answer = await self._wire.ask("deleteMessage", {"chat_id": found[0], "message_id": found[1]})
        if answer.status == 400 and _GONE.search(answer.why):
            return
        if answer.status == 400 and "can't be deleted" in answer.why:
            raise Rejected("Telegram lets a bot take back what is less than 48 hours old, so do it by hand")
        answer.result()

    # ----------------------------------------------------------------- listening

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on.

        The cursor is the number of the first update that was not read.  To ask with it tells the server to forget all
        before it, so that happens only once a mention was taken.
        """
        return rounds(self._since, cursor, every=PAUSE)

    async def _since(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        me = await self._who()
        at = self._read[1] if self._read[1] and self._read[0] == cursor else await self._offset(cursor)
        for update in await self._updates(int(at), self._options.poll):
            count = number(update.get("update_id"), at_least=0, at_most=2**31)
            if count is None:
                continue
            # Never compared: numbers begin anew after a quiet week, or with another server.
            at = str(count + 1)
            mention = mention_of(update, account=self.name, me=me, now=self._tools.now())
            if mention is not None:
                cursor = f"{me.id}:{at}"
                yield cursor, self._threaded(mention)
            self._read = (cursor, at)

    async def _offset(self, cursor: str | None) -> str:
        """Where a cursor is; one of another bot's updates, or of another platform's, is none."""
        whose, colon, at = (cursor or "").rpartition(":")
        known = not colon or whose == str((await self._who()).id)
        return at if known and _OFFSET.fullmatch(at) else await self._beginning()

    async def _updates(self, offset: int, hold: timedelta, limit: int = 100) -> list[dict[str, Any]]:
        seconds = int(hold.total_seconds())
        asked = {"offset": offset, "limit": limit, "timeout": seconds, "allowed_updates": UPDATES}
        result = (await self._wire.ask("getUpdates", asked, hold + GRACE)).result()
        if not isinstance(result, list):
            raise Unsure("the server's answer is not what was asked for")
        return objects(result)

    async def _beginning(self) -> str:
        place = f"{self._options.server} {self._wire.bot}".strip()
        begun = await beginning(self._tools, self.name, place, self._newest)
        return begun if _OFFSET.fullmatch(begun) else "0"

    async def _newest(self) -> str:
        newest = await self._updates(-1, timedelta(0), 1)
        counts = [number(update.get("update_id"), at_least=0, at_most=2**31) for update in newest]
        return str(next((count + 1 for count in counts if count is not None), 0))

    def _threaded(self, mention: Mention) -> Mention:
        """A mention with the first message of its conversation, as far as that is known."""
        thread = self._threads.get(mention.thread, mention.thread)
        self._threads.note(mention.remote_id, thread)
        return replace(mention, thread=thread, context={**mention.context, "thread": thread})

    # ----------------------------------------------------------------- the set-up

    async def examine(self) -> list[tuple[bool, str]]:
        """Look at token, chat, rights, webhook, privacy and clock.  Reads only."""
        try:
            return await examine(
                self._wire, numbered(self._options.chat), self._account.owner, LIMITS, self._tools.now()
            )
        except DeliveryError as error:
            return [(False, error.told(self.name))]


platform = Platform(
    "telegram", Options, Telegram, LIMITS, enrol, identity=lambda options: mark_of(options.token, options.server)
)
