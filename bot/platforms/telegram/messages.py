"""What is said on Telegram, and what is heard there, read with distrust.  Pure.

May import: model, net.replies, core.clean, core.limits, core.readback, core.text, wire.
Places in a text are counted in UTF-16 code units, as the Bot API does (type MessageEntity).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.clean import WORD_JOINER
from bot.core.limits import LIMITS as PUBLISHED
from bot.core.readback import without_handles
from bot.core.text import clean, cut, links_in
from bot.model import Mention
from bot.net.replies import number, objects, within, words
from bot.platforms.telegram.wire import LARGEST_ID, whole

LIMITS = PUBLISHED["telegram"]
"""The Bot API's `sendMessage`: 1 to 4,096 characters after entities parsing; counted as its entities are, to be safe."""

_LONGEST = 8192  # characters of a message that are read: twice what people can write
_ENTITIES = 500  # of a message: Telegram keeps 100
_UNTIL = 4_102_444_800  # the year 2100: later times are no times

# What TDLib's patterns make a call or a command of; the joiner stops both, as no name or command may begin with it.
_CALLS = re.compile(r"(?<![A-Za-z0-9_])(@)(?=[A-Za-z0-9_])|(?<![A-Za-z0-9_/<>])(/)(?=[A-Za-z0-9_])")
_SCHEMES = re.compile(r"(?<![A-Za-z0-9])(tg|ton|tonsite):(?=//)", re.IGNORECASE)
_START = re.compile(r"(start) [A-Za-z0-9_-]{1,64}", re.IGNORECASE)  # with what a link to the bot carried (deep linking)
_MEDIA = (
    *("animation", "audio", "contact", "dice", "document", "game", "location", "photo", "poll", "sticker", "story"),
    *("venue", "video", "video_note", "voice"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who the bot is there."""

    id: int
    username: str  # without the @


# ----------------------------------------------------------------- speaking


def spoken(text: str, link: str | None) -> tuple[str, list[dict[str, object]]]:
    """A text in which only the link can be clicked on, and nobody is called; and where that link stands."""
    out, entities, at = "", [], 0
    for count, part in enumerate(text.split(link) if link else [text]):
        if count and link:
            entities.append({"type": "text_link", "offset": at, "length": units(link), "url": link})
            out += link
            at += units(link)
        harmless = _harmless(part)
        out += harmless
        at += units(harmless)
    return out, entities[:100]


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def _harmless(text: str) -> str:
    """Take from words what Telegram would make a call, a command or a link to itself of; addresses stay as they are."""
    parts, last = [], 0
    for start, end in [*links_in(text), (len(text), len(text))]:
        words_between = _CALLS.sub(rf"\g<0>{WORD_JOINER}", text[last:start])
        parts += [_SCHEMES.sub(rf"\1{WORD_JOINER}:", words_between), text[start:end]]
        last = end
    return "".join(parts)


def place(chat: int, message: int) -> str:
    """A message's full id: a message's number means something in its chat only."""
    return f"{chat}:{message}"


def parted(full: str) -> tuple[int, int] | None:
    """The chat and the number of a message; None where a text is no such id."""
    found = re.fullmatch(r"(-?[0-9]{1,16}):([0-9]{1,16})", full)
    return (int(found[1]), int(found[2])) if found else None


def address_of(message: Mapping[str, Any]) -> str | None:
    """Where a message can be seen by a browser: in public chats by all, in supergroups and channels by their members."""
    chat, count = within(message, "chat"), whole(message.get("message_id"))
    name, inner = words(chat.get("username")), str(whole(chat.get("id")) or "")
    if count is None:
        return None
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{3,31}", name) and chat.get("type") != "private":
        return f"https://t.me/{name}/{count}"
    return f"https://t.me/c/{inner[4:]}/{count}" if re.fullmatch(r"-100[0-9]{4,}", inner) else None


# ----------------------------------------------------------------- hearing


def mention_of(update: Mapping[str, Any], *, account: str, me: Me, now: datetime) -> Mention | None:
    """The mention that an update tells of, its thread as far as the message itself says; None if nobody speaks to us.

    Everything in a private chat is for us; in a group what names us, answers us, or is a command with our name.
    """
    message = within(update, "message") or within(update, "edited_message")
    chat, who = within(message, "chat"), within(message, "sender_chat") or within(message, "from")
    where, count, author = whole(chat.get("id")), _count(message.get("message_id")), whole(who.get("id"))
    if where is None or count is None or author is None or author == me.id or message.get("is_automatic_forward"):
        return None
    private = chat.get("type") == "private"
    named, text = _heard(message, me, private=private)
    answered = within(message, "reply_to_message")
    answers_us = whole(within(answered, "from").get("id")) == me.id and bool(text)
    anything = private and (bool(text) or any(kind in message for kind in _MEDIA))
    if not (named or answers_us or anything):
        return None
    before = _before(where, answered)
    topic = whole(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    return Mention(
        account=account,
        remote_id=place(where, count),
        author=str(author),  # a @name can be given away, and then be somebody else's
        name=cut(clean((words(who.get("first_name")) or words(who.get("title")))[:1000]), 60, LIMITS),
        text=text,
        at=min(_moment(message.get("date")) or now, now),
        thread=before or place(where, count),
        in_reply_to=before,
        bot=who.get("is_bot") is True,
        visibility="direct" if private else None,
        language=words(who.get("language_code"))[:20] or None,
        context={} if topic is None else {"topic": str(topic)},
    )


def _before(where: int, answered: Mapping[str, Any]) -> str | None:
    """The full id of the message that is answered; in a channel's discussion group that is the channel's own post."""
    origin = within(answered, "forward_origin")
    if answered.get("is_automatic_forward") is True and origin.get("type") == "channel":
        chat, count = whole(within(origin, "chat").get("id")), _count(origin.get("message_id"))
    else:
        chat, count = where, _count(answered.get("message_id"))
    if chat is None or count is None or "forum_topic_created" in answered:  # each message of a topic "answers" that
        return None
    return place(chat, count)


def _heard(message: Mapping[str, Any], me: Me, *, private: bool) -> tuple[bool, str]:
    """Whether a message names us, and what it says without that."""
    kind = "text" if words(message.get("text")) else "caption"
    raw = words(message.get(kind))[:_LONGEST].encode("utf-16-le", "surrogatepass")
    entities = objects(message.get("entities" if kind == "text" else "caption_entities"))[:_ENTITIES]
    parts, last, named = [], 0, False
    for entity in entities:
        at, length = number(entity.get("offset"), at_least=0), number(entity.get("length"), at_most=100)
        if at is None or length is None or 2 * at < last or 2 * (at + length) > len(raw):
            continue
        stead = _instead(entity, raw[2 * at : 2 * (at + length)].decode("utf-16-le", "replace"), me, private=private)
        if stead is not None:
            named = True
            parts += [raw[last : 2 * at], stead.encode("utf-16-le")]
            last = 2 * (at + length)
    said = b"".join([*parts, raw[last:]]).decode("utf-16-le", "surrogatepass")
    text = without_handles(clean(said, lines=True).lstrip(" ,:;\n")).strip()
    start = _START.fullmatch(text) if private else None
    return named, start[1] if start else text


def _instead(entity: Mapping[str, Any], said: str, me: Me, *, private: bool) -> str | None:
    """What is heard in the stead of our name, or of a command to us; None for anything else."""
    ours = me.username.casefold()
    match entity.get("type"):
        case "mention" if said.casefold() == f"@{ours}":
            return ""
        case "text_mention" if whole(within(entity, "user").get("id")) == me.id:
            return ""
        case "bot_command":
            command, _, whom = said.partition("@")
            if whom.casefold() == ours or (private and not whom):
                return command.removeprefix("/").replace("_", " ")
    return None


def _count(value: object) -> int | None:
    """A message's number in its chat; one that can't be answered yet has 0 (type Message)."""
    return number(value, at_most=LARGEST_ID)


def _moment(value: object) -> datetime | None:
    seconds = number(value, at_most=_UNTIL)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
