"""What a small Telegram knows: chats, people, messages, and the updates that a bot is still to be given.

May import: verdict.  What the server makes of a text (calls, commands, links) follows TDLib's published patterns.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from bot.prove.faulty import Faulty
from bot.prove.verdict import LINK, answer_to, known_by

BOT = {"id": 123456, "is_bot": True, "first_name": "Starfish", "username": "starfish_bot"}
CHANNEL: dict[str, Any] = {"id": -1001000000001, "type": "channel", "title": "Proof", "username": "proof"}
GROUP: dict[str, Any] = {"id": -1001000000002, "type": "supergroup", "title": "People"}

RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
    *("can_edit_stories", "can_delete_stories", "can_post_messages"),
)
"""What is said of every administrator; the last of a channel's only."""

CALL = re.compile(r"(?<!\w)@([A-Za-z0-9_]{2,32})(?!\w)")
COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's words, and their full id: the chat's number and the message's."""

    id: str
    chat: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A message of the bot's."""

    id: str
    text: str
    asked: dict[str, Any]  # what it was sent with
    reply_to: str | None
    at: float


@dataclass(slots=True, kw_only=True)
class World(Faulty):
    """All that is there."""

    chats: dict[int, dict[str, Any]] = field(
        default_factory=lambda: {each["id"]: dict(each) for each in (CHANNEL, GROUP)}
    )
    member: dict[str, Any] = field(default_factory=lambda: {"status": "administrator", **dict.fromkeys(RIGHTS, True)})
    moved: dict[int, int] = field(default_factory=dict)  # groups that became supergroups
    barred: set[int] = field(default_factory=set)  # chats that the bot may not write in
    kept: list[Kept] = field(default_factory=list)
    heard: list[Said] = field(default_factory=list)  # what is for the bot
    updates: list[dict[str, Any]] = field(default_factory=list)  # all there ever were
    forgotten: int = 0  # the number of the first update that is still kept
    first_update: int = 700_000_001
    people: dict[str, int] = field(default_factory=dict)
    _number: int = 0
    _waiting: asyncio.Future[str] | None = None  # who holds the line

    # ----------------------------------------------------------------- speaking to the bot

    def say(self, author: str, text: str, *, bot: bool = False, chat: int | None = None, **more: Any) -> Said:  # noqa: ANN401
        """Let somebody speak to the bot: in the group by its name, or (their own number as `chat`) in private.

        `more` is of the message, or `reply_to`: the id of what is answered, or `kind`: of the update.
        """
        who = self.person(author, bot=bot)
        where = who["id"] if chat == 0 else GROUP["id"] if chat is None else chat
        private = where > 0
        said = text if private or "entities" in more else f"@{BOT['username']} {text}"
        kind, before = more.pop("kind", "message"), more.pop("reply_to", None)
        message = {
            "message_id": self.next_number(),
            "date": int(self.clock()),
            "chat": {**{key: who[key] for key in ("id", "first_name", "username")}, "type": "private"}
            if private
            else self.chats[where],
            "from": who,
            "text": said,
            **({"entities": entities} if (entities := entities_of(said)) else {}),
            **({"reply_to_message": self.shown(before)} if before else {}),
            **more,
        }
        self.tell({kind: message})
        words = Said(f"{where}:{message['message_id']}", where, message["message_id"], said)
        if who["id"] != BOT["id"]:
            self.heard.append(words)
        return words

    def person(self, author: str, *, bot: bool = False) -> dict[str, Any]:
        """Somebody by a name, with the same number each time; "@bot" is the bot itself."""
        if author == "@bot":
            return BOT
        number = self.people.setdefault(author, 5_000_000_001 + len(self.people))
        name = author.removeprefix("@").partition("@")[0]
        return {"id": number, "is_bot": bot, "first_name": name.title(), "username": name, "language_code": "en"}

    def tell(self, about: dict[str, Any]) -> None:
        """Let the bot be told of something."""
        self.updates.append({"update_id": self.first_update + len(self.updates), **about})
        self.wake("news")

    def shown(self, full: str) -> dict[str, Any]:
        """A message that is answered, as the answer tells of it."""
        chat, _, number = full.rpartition(":")
        ours = any(one.id == full for one in self.kept)
        who = BOT if ours else {"id": 5_000_000_000, "is_bot": False, "first_name": "Somebody"}
        return {"message_id": int(number), "date": 1, "chat": {"id": int(chat), "type": "supergroup"}, "from": who}

    def next_number(self) -> int:
        """The next message's."""
        self._number += 1
        return self._number

    # ----------------------------------------------------------------- who holds the line

    @property
    def listeners(self) -> int:
        """How many wait for updates: one at most."""
        return int(self._waiting is not None and not self._waiting.done())

    def wake(self, why: str) -> None:
        """End the waiting of whoever holds the line."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(why)

    def cut_streams(self) -> None:
        """Hang up on whoever holds the line."""
        self.wake("cut")

    async def waited(self, seconds: float) -> str:
        """Hold the line until there is news, somebody else asks, or the time is over."""
        self.wake("conflict")
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        try:
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            return "news"

    # ----------------------------------------------------------------- what came of it

    def there(self) -> list[str]:
        """What the bot said, by what it is known by: the message that it answers, or its link."""
        return [known_by(one.text, one.reply_to) for one in self.kept]

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        return [answer_to(one.id) for one in self.heard]

    def pinged(self) -> list[str]:
        """Everybody whom the bot's words called, once each time."""
        return [found[0] for one in self.kept for found in CALL.finditer(LINK.sub("", one.text))]

    def commands(self) -> list[str]:
        """What can be clicked on in the bot's words to send a command."""
        return [found[0] for one in self.kept for found in COMMAND.finditer(LINK.sub("", one.text))]


def entities_of(text: str) -> list[dict[str, Any]]:
    """What Telegram sees in a text: calls and commands, by their places in UTF-16 code units."""
    found = [("bot_command", each.span()) for each in COMMAND.finditer(text)]
    commands = [span for _, span in found]
    for each in CALL.finditer(text):
        if not any(start <= each.start() < end for start, end in commands):
            found.append(("mention", each.span()))
    found.sort(key=lambda each: each[1])
    return [
        {"type": kind, "offset": utf16(text[:start]), "length": utf16(text[start:end])} for kind, (start, end) in found
    ]


def utf16(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
