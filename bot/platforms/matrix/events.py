"""What Matrix events say, read with distrust, and what ours say.  Pure.

May import: model, net.replies, core.limits, core.readback, core.text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from bot.core.limits import LIMITS as PUBLISHED
from bot.core.readback import links_to, same_words
from bot.core.text import clean, cut, links_in
from bot.model import Mention, Post
from bot.net.replies import identifier, within, words

LIMITS = PUBLISHED["matrix"]
"""An event may have 65,536 bytes with all that servers add; 4,000 bytes of words, said twice (as text and as HTML),
stay far below, and are as much as anybody reads in a chat.  Synapse knows transaction ids for a day."""

TALK = ("m.text", "m.emote")
"""What people type.  A picture speaks to us only where it names us; a notice is a bot's, and never answered."""

_LONGEST = 20_000  # characters of a body that is read: the rest of 64 kB is no question
_PERSON = re.compile(r"@[!-9;-~]{0,254}:[A-Za-z0-9.\-\[\]:]{1,255}")
_ROOM = re.compile(r"![\x21-\x7e]{1,254}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,2000}")
_QUOTED = re.compile(r"(?:>[^\n]*\n)+\n?")


def person(value: object) -> str:
    """A user's full id; empty where it is none."""
    text = words(value)
    return text if len(text) <= 255 and _PERSON.fullmatch(text) else ""


def room_id(value: object) -> str:
    """A room's id; empty where it is none."""
    text = words(value)
    return text if _ROOM.fullmatch(text) else ""


def sync_token(value: object) -> str:
    """A place in the stream of events, opaque; empty where it is none."""
    text = words(value)
    return text if _TOKEN.fullmatch(text) else ""


# --------------------------------------------------------------------------- what we say


def message(post: Post) -> dict[str, Any]:
    """What is sent for a post: a notice, which no bot answers, and which names nobody but the asker.

    The same post is the same event, to the byte, however often it is sent.
    """
    content: dict[str, Any] = {
        "msgtype": "m.notice",
        "body": post.text,
        "format": "org.matrix.custom.html",
        "formatted_body": markup(post.text),
        "m.mentions": {"user_ids": [post.reply_to_author]} if post.reply_to and post.reply_to_author else {},
    }
    if post.reply_to:
        relation: dict[str, Any] = {"m.in_reply_to": {"event_id": post.reply_to}}
        if root := post.reply_context.get("thread"):
            relation |= {"rel_type": "m.thread", "event_id": root, "is_falling_back": False}
        content["m.relates_to"] = relation
    return content


def markup(text: str) -> str:
    """A text as HTML: its links can be clicked, and nothing else in it means anything."""
    parts, last = [], 0
    for start, end in links_in(text, bare=False):
        link = html.escape(text[start:end])
        parts += [html.escape(text[last:start]), f'<a href="{link}">{link}</a>']
        last = end
    return "".join([*parts, html.escape(text[last:])]).replace("\n", "<br>")


def is_post(event: Mapping[str, Any], post: Post) -> bool:
    """Whether an event of ours is this post, whatever device sent it."""
    content = within(event, "content")
    relation = within(content, "m.relates_to")
    if relation.get("rel_type") == "m.replace" or content.get("msgtype") != "m.notice":
        return False
    if (identifier(within(relation, "m.in_reply_to").get("event_id")) or None) != post.reply_to:
        return False
    if post.reply_to is None and post.link and links_to(words(content.get("formatted_body")), post.link):
        return True
    return same_words(words(content.get("body")), post.text)


# --------------------------------------------------------------------------- what people say


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Words in a room, or an edit of some."""

    id: str
    room: str
    sender: str
    at: datetime
    kind: str  # its msgtype
    body: str  # without the quotation that older clients put in front
    markup: str
    called: frozenset[str] | None  # whom it names; None: its client doesn't say
    answers: str = ""  # the event that it replies to
    root: str = ""  # of its thread
    edits: str = ""  # the event that it replaces

    @property
    def parent(self) -> str:
        """What it hangs on, in one way or another."""
        return self.answers or self.root


def said_of(event: Mapping[str, Any], room: str, now: datetime) -> Said | None:
    """The words that an event holds; None where it holds none, or was taken back."""
    content = within(event, "content")
    relation = within(content, "m.relates_to")
    kind = words(relation.get("rel_type"))
    spoken = within(content, "m.new_content") if kind == "m.replace" else content
    number, sender, body = identifier(event.get("event_id")), person(event.get("sender")), spoken.get("body")
    if event.get("type") != "m.room.message" or not number or not sender or not isinstance(body, str):
        return None
    related = identifier(relation.get("event_id"))
    answers = identifier(within(relation, "m.in_reply_to").get("event_id"))
    if kind == "m.thread" and relation.get("is_falling_back") is not False:
        answers = ""  # only there for clients that know no threads
    if answers and kind != "m.thread":
        quoted = _QUOTED.match(body, 0, _LONGEST)
        body = body[quoted.end() :] if quoted else body
    named = content.get("m.mentions")
    users = named.get("user_ids") if isinstance(named, dict) else None
    return Said(
        id=number,
        room=room,
        sender=sender,
        at=min(_moment(event.get("origin_server_ts")) or now, now),
        kind=words(spoken.get("msgtype")),
        body=body[:_LONGEST],
        markup=words(spoken.get("formatted_body"))[:_LONGEST],
        called=frozenset(filter(None, map(person, users if isinstance(users, list) else ())))
        if isinstance(named, dict)
        else None,
        answers=answers,
        root=related if kind == "m.thread" else "",
        edits=related if kind == "m.replace" else "",
    )


def taken_back(event: Mapping[str, Any]) -> str:
    """The id of the words that an event takes back; empty where it takes none back."""
    if event.get("type") != "m.room.redaction":
        return ""
    # Below the content since room version 11, beside it before.
    return identifier(within(event, "content").get("redacts")) or identifier(event.get("redacts"))


def calls(said: Said, me: str, name: str) -> bool:
    """Whether words name us: as their client says, or where that says nothing, as clients did before."""
    if said.called is not None:
        return me in said.called
    forms = [
        rf"(?<![\w@]){re.escape(me)}(?![\w-]|\.\w)",
        *([rf"(?<!\w){re.escape(name)}(?!\w)"] if len(name) > 2 else []),
    ]
    if re.search("|".join(forms), said.body, re.IGNORECASE):
        return True
    return f'"https://matrix.to/#/{me}"' in unquote(said.markup)


def mention_of(said: Said, *, account: str, me: str, own_name: str, name: str, thread: str) -> Mention:
    """The mention that words are; `own_name` is ours, `name` their author's, as people see them."""
    context = {"room": said.room}
    if said.root:
        context["thread"] = said.root
    return Mention(
        account=account,
        remote_id=said.edits or said.id,
        author=said.sender,
        name=cut(clean(name[:1000]), 60, LIMITS) or said.sender[1:].partition(":")[0],
        text=without_name(clean(said.body, lines=True), me, own_name, called=me in (said.called or ())),
        at=said.at,
        thread=thread or said.root or said.answers or said.id,
        in_reply_to=said.parent or None,
        context=context,
    )


def without_name(text: str, me: str, name: str, *, called: bool) -> str:
    """A text without our name in front: "Starfish: hello", "@starfish hello", "@starfish:example.org, hello".

    A bare name followed by nothing but a space is only taken off where the client says that it called us by it.
    """
    local = me[1:].partition(":")[0]
    full = "|".join(re.escape(form) for form in (me, f"@{name}", f"@{local}") if len(form) > 1)
    bare = "|".join(re.escape(form) for form in (name, local) if form)
    end = r"(?:\s*[:,]|\s|\Z)" if called else r"\s*[:,]"
    found = re.match(rf"\s*(?:(?:{full})(?![\w.])|(?:{bare}){end})[\s:,]*", text, re.IGNORECASE)
    return text[found.end() :] if found else text


def names(events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What people call themselves, as the member events among these say."""
    return {
        words(event.get("state_key")): words(within(event, "content").get("displayname"))
        for event in events
        if event.get("type") == "m.room.member" and isinstance(event.get("state_key"), str)
    }


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970 as a time; None where they are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 253_402_300_800_000:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)
