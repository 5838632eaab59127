"""What the Mastodon API says of servers, people and posts, read with distrust.  Pure.

May import: model, net.replies, core.limits, core.readback, core.text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.core.limits import LIMITS as PUBLISHED
from bot.core.readback import links_to, same_words, says, without_handles
from bot.core.text import clean, cut, plain
from bot.model import Limits, Mention, Post
from bot.net.replies import identifier, moment, number, objects, within, words

LIMITS = PUBLISHED["mastodon"]
"""Mastodon's own; its documentation keeps keys "for up to 1 hour"."""

OTHERS = replace(LIMITS, unit="characters", link_cost=None, idempotent_for=None)
"""What any other server is trusted with: GoToSocial and snac advertise a cost of links, and count them in full."""

MASTODONS = frozenset({"mastodon", "hometown", "fedibird", "kmyblue"})
"""Software, as nodeinfo names it, that counts a link as it advertises and honours keys: Mastodon and its forks."""

NARROWING = ("public", "unlisted", "private", "direct")

_ACCT = re.compile(r"[^\s@]{1,100}(?:@[^\s@]{1,255})?")
_HOST = re.compile(r"[\w.\-]{1,255}(?::\d{1,5})?")
_LONGEST = 20_000  # characters of a mention's HTML: more than any server lets people write by default


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What a server says of itself."""

    limits: Limits
    domain: str  # of its people's ids
    streaming: str  # where its streams are; empty: it says nothing


def server_of(instance: Mapping[str, Any], software: str, address: str) -> Server:
    """Read `/api/v2/instance`, or v1, in the light of nodeinfo's name; empty ones give what any server is trusted with."""
    said = within(instance, "configuration", "statuses")
    length = number(said.get("max_characters"), instance.get("max_toot_chars")) or LIMITS.max_length
    cost = number(said.get("characters_reserved_per_url")) or LIMITS.link_cost
    known = replace(LIMITS, link_cost=cost) if software.lower() in MASTODONS else OTHERS
    domain = (words(instance.get("domain")) or words(instance.get("uri"))).rpartition("//")[2].strip("/")
    if not _HOST.fullmatch(domain):
        domain = urlsplit(address).netloc
    urls = within(instance, "configuration", "urls") or within(instance, "urls")
    return Server(
        limits=replace(known, max_length=length),
        domain=domain,
        streaming=words(urls.get("streaming")) or words(urls.get("streaming_api")),
    )


def narrowest(*wishes: str) -> str:
    """The narrowest of several visibilities; one that we don't know is the narrowest of all."""
    return max((wish if wish in NARROWING else "direct" for wish in wishes), key=NARROWING.index)


def handle(who: Mapping[str, Any], domain: str) -> str:
    """The full id of a person, "@ann@example.social", also of the server's own people, whom it names without domain."""
    acct = words(who.get("acct"))
    if not _ACCT.fullmatch(acct) or clean(acct) != acct:
        acct = identifier(who.get("id"))
    return f"@{acct}" if "@" in acct else f"@{acct}@{domain}"


def mention_of(note: Mapping[str, Any], *, account: str, me: str, domain: str, now: datetime) -> Mention | None:
    """The mention that a notification tells of, in a thread of its own; None if it tells of something else, or of us."""
    status, who = within(note, "status"), within(note, "account")
    number_there = identifier(status.get("id"))
    if note.get("type") != "mention" or not number_there or identifier(who.get("id")) == me:
        return None
    return Mention(
        account=account,
        remote_id=number_there,
        author=handle(who, domain),
        name=cut(clean(words(who.get("display_name"))[:1000]), 60, OTHERS),
        text=without_handles(plain(words(status.get("content"))[:_LONGEST])).strip(),
        at=min(moment(status.get("created_at")) or now, now),
        thread=number_there,
        in_reply_to=identifier(status.get("in_reply_to_id")) or None,
        bot=who.get("bot") is True,
        visibility=words(status.get("visibility")) or None,
        language=words(status.get("language"))[:20] or None,
        context={"spoiler": cut(clean(words(status.get("spoiler_text"))[:1000]), 100, OTHERS)},
    )


def told(message: str, *, account: str, now: datetime) -> bool | Mention:
    """What a message of the user's stream means: whether it is news for us, or which words their author took back.

    A WebSocket wraps event and payload in an object; of a server-sent event only the payload is left: of a deletion an
    id, of a notification an object with a type.  Of an edit nothing is made: a mention stays as it was first heard.
    """
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        said = message  # ids need not be JSON
    if isinstance(said, dict):
        event = words(said.get("event")) if "event" in said else "notification" if "type" in said else ""
        if event != "delete":
            return event == "notification"
        said = said.get("payload")
    gone = identifier(said)
    return Mention(account=account, remote_id=gone, author="", text="", at=now, gone=True) if gone else True


def root_of(context: Mapping[str, Any]) -> str:
    """The first post of a conversation; empty where it isn't told."""
    above = objects(context.get("ancestors"))
    roots = [identifier(status.get("id")) for status in above if not status.get("in_reply_to_id")]
    return next(filter(None, roots), "")


def is_post(status: Mapping[str, Any], post: Post) -> bool:
    """Whether a status of ours is this post, whatever the server made of its text."""
    content, raw = words(status.get("content")), words(status.get("text"))  # GoToSocial gives the text as it was sent
    parent = identifier(status.get("in_reply_to_id")) or None
    if status.get("reblog") or parent not in {post.reply_to, None}:
        return False  # without a parent it may still be a reply: to a mention that was deleted since
    if post.reply_to is None and post.link and links_to(content, post.link):
        return True
    return says(content, post.text) or same_words(raw, post.text)
