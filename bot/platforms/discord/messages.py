"""What Discord's messages say, read with distrust, and what ours say there.  Pure.

May import: model, net.replies, core.clean, core.limits, core.readback, core.text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from bot.core.clean import WORD_JOINER
from bot.core.limits import LIMITS as PUBLISHED
from bot.core.readback import same_words
from bot.core.text import clean, cut
from bot.model import Mention, Post
from bot.net.replies import identifier, moment, objects, within, words

LIMITS = PUBLISHED["discord"]
"""The API reference's ("Create Message"); a nonce is unique "in the past few minutes", of which two are believed."""

EPOCH = 1_420_070_400_000
"""Milliseconds since 1970 that an id's time counts from: the first second of 2015 (API reference, "Snowflakes")."""

SPOKEN = (0, 19)
"""Types of messages in which somebody speaks: plain ones and replies; all others tell of joins, pins, threads."""

LATE = 60_000 << 22
"""How much later than its neighbours of other channels a message may become known: a minute, as a distance of ids."""

MOST = 200
"""Ids that a cursor names one by one."""

_SNOWFLAKE = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_LONGEST = 10_000  # characters of a message's text: more than twice what anybody can write
_MARKED = re.compile(r"<(?:(@[!&]?|#)([0-9]{1,20})|a?(:\w{1,40}:)[0-9]{1,20})>")
_ACTIVE = re.compile(r"<(?=@|#|:|a:|t:|id:|sound:|/[^<>\n]{1,100}:[0-9])|(?<=\])(?=\()|(?<=@)(?=everyone|here)")
"""What acts within a text: calls of people, roles and channels, emoji, times, commands; the seam of a link that shows
other words than its address; calls of everybody."""


def snowflake(at: datetime) -> int:
    """The smallest id of a moment."""
    return max(int(at.timestamp() * 1000) - EPOCH, 0) << 22


def time_of(id_: int) -> datetime:
    """When an id was given away."""
    return datetime.fromtimestamp(((id_ >> 22) + EPOCH) / 1000, UTC)


def number_of(id_: object) -> int:
    """An id as the number that orders it among others; 0 where it is none."""
    text = identifier(id_)
    found = int(text) if _SNOWFLAKE.fullmatch(text) else 0
    return found if found < 1 << 63 else 0


@dataclass(frozen=True, slots=True)
class Heard:
    """How far everything was heard: all up to an id, and some after it, as channels don't tell in one order."""

    upto: int
    after: tuple[int, ...] = ()  # in order

    def __contains__(self, id_: int) -> bool:
        return id_ <= self.upto or id_ in self.after

    def __str__(self) -> str:
        return ",".join(map(str, (self.upto, *self.after)))

    @classmethod
    def read(cls, cursor: str) -> Heard:
        """Read what `str` gave."""
        ids = [number_of(part) for part in cursor.split(",")]
        return cls(ids[0], tuple(sorted(ids[1:])))

    def plus(self, id_: int) -> Heard:
        """One more; what is older than `LATE` by now needs no name of its own."""
        if id_ in self:
            return self
        upto, after = self.upto, sorted((*self.after, id_))
        horizon = after[-1] - LATE
        while len(after) > MOST or after[0] < horizon:
            upto = after.pop(0)
        return Heard(upto, tuple(after))


# --------------------------------------------------------------------------- what we say


def nonce_of(key: str) -> str:
    """A delivery's key as a nonce: 24 characters, of the 25 that one may have."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest()[:15]).decode("ascii")


def harmless(post: Post) -> str:
    """A post's text so that nothing in it acts on Discord but its own link."""
    parts = post.text.split(post.link) if post.link else [post.text]
    return (post.link or "").join(_ACTIVE.sub(lambda found: found[0] + WORD_JOINER, part) for part in parts)


def body_of(post: Post, *, embeds: bool) -> dict[str, Any]:
    """The request that posts it.  Nobody is told of it but the author of what it answers."""
    body: dict[str, Any] = {
        "content": harmless(post),
        "allowed_mentions": {"parse": [], "replied_user": post.reply_to_author is not None},
    }
    if post.key:
        body |= {"nonce": nonce_of(post.key), "enforce_nonce": True}
    if not embeds:
        body["flags"] = 1 << 2  # SUPPRESS_EMBEDS
    if post.reply_to:
        body["message_reference"] = {"message_id": post.reply_to, "fail_if_not_exists": False}
    return body


def is_post(message: Mapping[str, Any], post: Post, me: str) -> bool:
    """Whether a message is this post: by its nonce where that is told, else by its words and what it answers."""
    if identifier(within(message, "author").get("id")) != me:
        return False
    nonce = message.get("nonce")
    if nonce is not None and post.key:
        return bool(nonce == nonce_of(post.key))
    content, parent = words(message.get("content")), answered(message) or None
    if parent not in {post.reply_to, None}:  # without a parent it may still be a reply: to a message deleted since
        return False
    return same_words(content, harmless(post)) and (post.link is None or post.link in content)


# --------------------------------------------------------------------------- what others say


def answered(message: Mapping[str, Any]) -> str:
    """The id of the message that a reply answers; empty where it is none."""
    reference = within(message, "message_reference")
    if reference.get("type") not in (None, 0):  # a message that was passed on
        return ""
    return identifier(reference.get("message_id"))


def speaks_to(message: Mapping[str, Any], me: str, *, direct: bool) -> bool:
    """Whether somebody else speaks to us: in private, or by our name."""
    who = within(message, "author")
    if message.get("type", 0) not in SPOKEN or identifier(who.get("id")) in {me, ""} or who.get("system") is True:
        return False
    return direct or any(identifier(each.get("id")) == me for each in objects(message.get("mentions")))


def mention_of(
    message: Mapping[str, Any], *, account: str, me: str, direct: bool, guild: str, now: datetime
) -> Mention | None:
    """The mention that a message is, in a thread of its own; None if it is none."""
    id_, channel, who = (
        identifier(message.get("id")),
        identifier(message.get("channel_id")),
        within(message, "author"),
    )
    if not number_of(id_) or not number_of(channel) or not speaks_to(message, me, direct=direct):
        return None
    name = words(who.get("global_name")) or words(who.get("username"))
    return Mention(
        account=account,
        remote_id=id_,
        author=identifier(who.get("id")),
        name=cut(clean(name[:1000]), 60, LIMITS),
        text=spoken(message, me),
        at=min(moment(message.get("timestamp")) or time_of(number_of(id_)), now),
        thread=id_,
        in_reply_to=answered(message) or None,
        bot=who.get("bot") is True or bool(message.get("webhook_id")),
        visibility="direct" if direct else "public",
        context={"channel": channel, "guild": "@me" if direct else guild},
    )


def spoken(message: Mapping[str, Any], me: str) -> str:
    """A message's words as people read them: names for ids, and ours left out."""
    people = chain(objects(message.get("mentions")), objects(message.get("mention_channels")))
    names = {identifier(each.get("id")): words(each.get("global_name")) or _name(each) for each in people}

    def shown(found: re.Match[str]) -> str:
        if found[3]:
            return found[3]
        sign = found[1][0]
        return "" if found[2] == me and sign == "@" else sign + clean(names.get(found[2], "")[:100] or found[2])

    return clean(_MARKED.sub(shown, words(message.get("content"))[:_LONGEST]), lines=True).lstrip(" ,:;\n")


def _name(who: Mapping[str, Any]) -> str:
    return words(who.get("username")) or words(who.get("name"))
