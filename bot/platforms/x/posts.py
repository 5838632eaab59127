"""What X says of posts and people, read with distrust.  Pure.

May import: model, net.replies, core.limits, core.links, core.text, core.readback.

Posts come back with their addresses made short (t.co) and with `&`, `<` and `>` as entities; both are undone here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from yarl import URL

from bot.core.limits import LIMITS as ALL_LIMITS
from bot.core.links import links_in
from bot.core.readback import same_address, same_words, without_handles
from bot.core.text import clean, cut
from bot.model import Mention, Post
from bot.net.replies import identifier, moment, number, objects, within, words

LIMITS = ALL_LIMITS["x"]
"""280, weighted by script, and 23 for any link: X's published configuration of counting, version 3."""

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "post.fields": "conversation_id,created_at,display_text_range,entities,lang,note_post",
        "expansions": "author_id,in_reply_to_user_id,referenced_posts",
        "user.fields": "name,username",
    }
)
"""What is asked of each post, in the names of X's published description (2.167)."""

OLD_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tweet.fields": "author_id,conversation_id,created_at,display_text_range,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets",
        "expansions": "author_id",
        "user.fields": "name,username",
    }
)
"""The same in the names of before, which X's own examples still use."""

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""Where the numbers of posts begin: their upper 42 bits are milliseconds since then (Twitter's snowflake, 2010)."""

_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}", re.ASCII)
_SHORT = re.compile(r"https?://t\.co/[A-Za-z0-9]{1,30}", re.ASCII)
_LONGEST = 25_000  # characters of a post: what X lets its paying people write
_MANY = 50


def number_of(value: object) -> str:
    """A post's or a person's number, as text; empty where there is none."""
    found = identifier(value)
    return found if _NUMBER.fullmatch(found) else ""


def number_at(at: datetime) -> str:
    """A number that no post before this moment has, and every later one is above."""
    return str(max((at - EPOCH) // timedelta(milliseconds=1), 0) << 22)


def as_sent(text: str) -> str:
    """A text with its addresses in ASCII: X ends an address at the first character that it doesn't expect in one."""
    sent, last = "", 0
    for start, end in links_in(text, bare=False):
        link = text[start:end]
        with suppress(ValueError):
            link = link if link.isascii() else str(URL(link))
        sent, last = sent + text[last:start] + link, end
    return sent + text[last:]


def text_of(status: Mapping[str, Any]) -> str:
    """The whole text of a post, with its addresses as they were written."""
    long = within(status, "note_post") or within(status, "note_tweet")
    said = words(long.get("text")) or words(status.get("text"))
    written = addresses_of(status)
    return html.unescape(_SHORT.sub(lambda found: written.get(found[0], [found[0]])[0], said[:_LONGEST]))


def addresses_of(status: Mapping[str, Any]) -> dict[str, list[str]]:
    """The addresses in a post, by their short forms: as written, then where they lead."""
    found: dict[str, list[str]] = {}
    for holder in (status, within(status, "note_post"), within(status, "note_tweet")):
        for url in objects(within(holder, "entities").get("urls"))[:_MANY]:
            leads = [words(url.get(name))[:4000] for name in ("expanded_url", "unwound_url")]
            if any(leads):
                found[words(url.get("url"))] = [one for one in leads if one]
    return found


def answers(status: Mapping[str, Any], *kinds: str) -> str:
    """The number of the post that this one answers, or quotes; empty where it does neither."""
    told = [*objects(status.get("referenced_posts")), *objects(status.get("referenced_tweets"))][:_MANY]
    for kind in kinds or ("replied_to", "quoted"):
        for one in told:
            if one.get("type") == kind and number_of(one.get("id")):
                return number_of(one["id"])
    return ""


def is_post(status: Mapping[str, Any], post: Post) -> bool:
    """Whether one of our posts there is this one."""
    parent = answers(status, "replied_to")
    if parent and parent not in {post.reply_to, post.reply_context.get("latest")}:
        return False
    if not parent and post.reply_to_author:  # an answer says what it answers
        return False
    leads = [one for written in addresses_of(status).values() for one in written]
    if post.reply_to is None and post.link and any(same_address(one, post.link) for one in leads):
        return True
    return any(same_words(text_of(status), text) for text in (post.text, as_sent(post.text)))


def mention_of(
    status: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]], *, account: str, me: str, now: datetime
) -> Mention | None:
    """The mention that a post is; None where it is our own, a repost, or only drags us along in talk between others.

    An edited post has a new number, and is the same mention: it is known by its first one, and answered at its last.
    """
    own, who = number_of(status.get("id")), number_of(status.get("author_id"))
    if not own or not who or who == me or answers(status, "retweeted", "reposted") or not _summons(status, me):
        return None
    history = status.get("edit_history_post_ids") or status.get("edit_history_tweet_ids")
    first = number_of(history[0]) if isinstance(history, list) and history else ""
    name = words(people.get(who, {}).get("username"))
    others = {number_of(one.get("id")) for one in _tagged(status)} - {"", me, who}
    context = {"exclude": ",".join(sorted(others)), "latest": own if first and first != own else ""}
    language = words(status.get("lang"))
    return Mention(
        account=account,
        remote_id=first or own,
        author=f"@{name}" if _HANDLE.fullmatch(name) else who,
        name=cut(clean(words(people.get(who, {}).get("name"))[:1000]), 60, LIMITS),
        text=without_handles(clean(text_of(status), lines=True)).strip(),
        at=min(moment(status.get("created_at")) or written_at(own), now),
        thread=number_of(status.get("conversation_id")) or first or own,
        in_reply_to=answers(status) or None,
        language=language if re.fullmatch("[a-z]{2}", language) else None,
        context={name: value for name, value in context.items() if value},
    )


def written_at(own: str) -> datetime:
    """When a post was written, by its number."""
    return EPOCH + timedelta(milliseconds=int(own) >> 22)


def _tagged(status: Mapping[str, Any]) -> list[dict[str, Any]]:
    return objects(within(status, "entities").get("mentions"))[:_MANY]


def _summons(status: Mapping[str, Any], me: str) -> bool:
    """Whether its author speaks to us: an answer to us, or our name among the words that are shown."""
    if number_of(status.get("in_reply_to_user_id")) == me:
        return True
    shown = status.get("display_text_range")
    begins = number(shown[0], at_least=0) if isinstance(shown, list) and shown else 0
    ours = [number(one.get("start"), at_least=0) for one in _tagged(status) if number_of(one.get("id")) == me]
    return not ours or any(start is None or start >= (begins or 0) for start in ours)
