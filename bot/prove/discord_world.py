"""What a small Discord knows: one server with its channels, people, and what they said.  May import: verdict, faults.

Of all messages there is one order, that of their ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.prove.faults import utc
from bot.prove.faulty import Faulty
from bot.prove.verdict import answer_to, known_by

EPOCH = 1_420_070_400_000
GUILD, HOME, BOT, EVERYONE = "1000000000000000001", "1000000000000000002", "1000000000000000003", "@everyone"

CALL = re.compile(r"<@!?([0-9]+)>|@(everyone|here)\b|<@&([0-9]+)>")

VIEW, SEND, EMBED, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that somebody said."""

    id: str = ""
    channel: str = HOME
    author: str  # their id
    text: str
    sent: str = ""  # to the letter, where it is the bot's
    at: float = 0.0  # seconds since 1970
    seen_at: float = 0.0  # when it can be read back
    nonce: str | None = None
    reply_to: str | None = None
    bot: bool = False
    kind: int = 0
    flags: int = 0
    pings: tuple[str, ...] = ()  # who was told of it themselves
    edited_at: float | None = None


class Told(Protocol):
    """Whoever is told of what happens."""

    def dispatch(self, name: str, said: dict[str, Any]) -> None: ...


@dataclass(slots=True, kw_only=True)
class World(Faulty):
    """All that is there."""

    lag: Callable[[], float] = float  # seconds until what the bot said can be read back
    name: str = "starfish"
    is_bot: bool = True
    may: int = VIEW | SEND | EMBED | HISTORY  # of the bot, in its own channel
    shows_nonces: bool = False  # when reading back; the real one only tells them at once
    channels: dict[str, str] = field(default_factory=lambda: {HOME: GUILD})  # and their servers; "": private
    people: dict[str, str] = field(default_factory=lambda: {"@bot": BOT})  # handle → id
    messages: list[Message] = field(default_factory=list)
    told: Told | None = None
    _number: int = 0
    _handles: dict[str, str] = field(default_factory=lambda: {BOT: "@bot"})  # the other way round

    @property
    def kept(self) -> list[Message]:
        """What the bot said."""
        return [one for one in self.messages if one.author == BOT]

    def there(self) -> list[str]:
        """What the bot said, by what it is known by: the message that it answers, or its link."""
        return [known_by(one.text, one.reply_to) for one in self.kept]

    def owed(self) -> list[str]:
        """The answers to all who spoke to the bot."""
        return [answer_to(one.id) for one in self.messages if one.author != BOT and self.concerns(one)]

    def concerns(self, message: Message) -> bool:
        """Whether a message is for the bot: it is named, or nobody else is there."""
        return BOT in self.named(message) or not self.channels[message.channel]

    def named(self, message: Message) -> list[str]:
        """Whom a message names."""
        return list(dict.fromkeys([*re.findall(r"<@!?([0-9]+)>", message.text), *message.pings]))

    def pinged(self) -> list[str]:
        """Everybody whom the bot's words told of themselves, once each time."""
        return [self._handles.get(id_, id_) for one in self.kept for id_ in one.pings]

    def person(self, handle: str) -> str:
        """Somebody's id."""
        id_ = self.people.setdefault(handle, str(2_000_000_000_000_000_000 + len(self.people)))
        self._handles[id_] = handle
        return id_

    def private(self, handle: str) -> str:
        """The channel in which somebody and the bot are alone."""
        channel = str(3_000_000_000_000_000_000 + int(self.person(handle)) % 1_000_000_000)
        self.channels.setdefault(channel, "")
        return channel

    def say(
        self,
        author: str,
        text: str,
        *,
        bot: bool = False,
        reply_to: str | None = None,
        channel: str = HOME,
        direct: bool = False,
        named: bool = True,
    ) -> Message:
        """Let somebody speak to the bot: by its name, or in private."""
        handles = re.compile(r"(?<![\w<])@[\w.]+(?:@[\w.]+)?")
        words = handles.sub(lambda found: f"<@{self.person(found[0])}>", text)
        words = words if direct or not named else f"<@{BOT}> {words}"
        where = self.private(author) if direct else channel
        return self.keep(
            Message(
                author=self.person(author),
                text=words,
                bot=bot,
                reply_to=reply_to,
                channel=where,
                kind=19 if reply_to else 0,
            )
        )

    def keep(self, message: Message) -> Message:
        """Keep what somebody said, and tell of it."""
        now = self.clock()
        self._number += 1
        id_ = (int(now * 1000) - EPOCH << 22) + self._number % (1 << 22)
        lag = self.lag() if message.author == BOT else 0.0
        kept = replace(message, id=str(id_), at=now, seen_at=now + lag)
        self.messages.append(kept)
        self.tell("MESSAGE_CREATE", kept)
        return kept

    def edit(self, message: Message, text: str) -> Message:
        """Let somebody change what they said."""
        changed = replace(message, text=text, edited_at=self.clock())
        self.messages[self.messages.index(message)] = changed
        self.tell("MESSAGE_UPDATE", changed)
        return changed

    def remove(self, message: Message) -> None:
        """Let somebody take back what they said."""
        self.messages.remove(message)
        if self.told is not None:
            said = {"id": message.id, "channel_id": message.channel}
            self.told.dispatch("MESSAGE_DELETE", said | self._guild_of(message))

    def tell(self, name: str, message: Message) -> None:
        """Tell the bot of a message, as the gateway does: more than the interface tells who reads it back."""
        if self.told is not None:
            nonce = {"nonce": message.nonce} if message.nonce and message.author == BOT else {}
            self.told.dispatch(name, self.shown(message) | nonce | self._guild_of(message))

    def _guild_of(self, message: Message) -> dict[str, str]:
        guild = self.channels[message.channel]
        return {"guild_id": guild} if guild else {}

    def user(self, id_: str, *, bot: bool = False) -> dict[str, Any]:
        """Somebody, as the interface tells of them."""
        handle = self._handles.get(id_, "@somebody")
        name = self.name if id_ == BOT else handle.strip("@").partition("@")[0]
        user = {"id": id_, "username": name, "discriminator": "0", "global_name": name.title(), "avatar": None}
        return (
            user
            | ({"bot": True} if bot or (id_ == BOT and self.is_bot) else {})
            | {"public_flags": 0, "flags": 0, "primary_guild": None}
        )

    def shown(self, message: Message, *, nested: bool = False) -> dict[str, Any]:
        """A message as the interface tells of it to a bot without the intent to read everything."""
        readable = message.author == BOT or self.concerns(message)
        users = [self.user(id_) for id_ in self.named(message) if id_ != message.author]
        said: dict[str, Any] = {
            "id": message.id,
            "channel_id": message.channel,
            "type": message.kind,
            "author": self.user(message.author, bot=message.bot),
            "content": message.text if readable else "",
            "timestamp": _time(message.at),
            "edited_timestamp": None if message.edited_at is None else _time(message.edited_at),
            "mentions": users,
            "mention_roles": [],
            "mention_everyone": False,
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "tts": False,
            "flags": message.flags,
        }
        if message.nonce and self.shows_nonces:
            said["nonce"] = message.nonce
        if message.reply_to:
            said["message_reference"] = {"type": 0, "message_id": message.reply_to, "channel_id": message.channel}
            parent = next((one for one in self.messages if one.id == message.reply_to), None)
            if not nested:
                said["referenced_message"] = parent and self.shown(parent, nested=True)
        return said


def _time(seconds: float) -> str:
    return utc(seconds).isoformat(timespec="microseconds")
