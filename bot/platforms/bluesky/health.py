"""Whether an account on Bluesky is well set up.  Reads only.  May import: errors, ports, net, wire, records, hearing."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.core.text import clean
from bot.errors import DeliveryError, Rejected, Unsure
from bot.net.clocks import agreement, ahead
from bot.net.replies import identifier, json_object, objects, within, words
from bot.platforms.bluesky.records import did_of
from bot.platforms.bluesky.wire import Wire, error_of, judge

PROFILE = "app.bsky.actor.profile"

MAIN_PASSWORD = "com.atproto.access"  # noqa: S105 -- a scope's name
"""What a session may do that was opened with the account's main password: everything."""

Finding = tuple[bool, str]


async def examine(wire: Wire, handle: str, owner: str | None, now: datetime, *, label: bool) -> list[Finding]:
    """Look at session, password, name, mentions, label, clock and limits; `owner` and `label` are the owner's wishes."""
    try:
        reply = await wire.asked("com.atproto.server.getSession")
        me = json_object(reply)
    except DeliveryError as error:
        return [(False, error.told(wire.account))]
    found = [*_who(me, handle), await _password(wire), await _mentions(wire)]
    if label:
        found.append(await _label(wire))
    if owner is not None and not did_of(owner):
        found.append(await _owner(wire, owner))
    return [
        *found,
        agreement(ahead(reply, now)),
        (True, "a post may have 300 graphemes and 3,000 bytes, and is there exactly once"),
    ]


def has_label(profile: dict[str, Any]) -> bool:
    """Whether a profile's record says of itself that it is a bot's."""
    return any(one.get("val") == "bot" for one in objects(within(profile, "labels").get("values")))


async def profile_of(wire: Wire) -> tuple[dict[str, Any], str | None]:
    """Our profile's record, and its version; an empty one where there is none yet.  Raises as `outcome` does."""
    did = (await wire.session()).did
    reply = await wire.look("com.atproto.repo.getRecord", {"repo": did, "collection": PROFILE, "rkey": "self"})
    if error_of(reply) == "RecordNotFound":
        return {}, None
    judge(reply)
    there = json_object(reply)
    profile, cid = within(there, "value"), identifier(there.get("cid"))
    if not profile or not cid:
        raise Unsure("the server's answer holds no profile")
    return profile, cid


def scope_of(token: str) -> str:
    """What a session's token says that it may do; empty where it can't be read.  Nobody is asked, nothing is checked."""
    body = token.split(".")[1:2]
    with suppress(ValueError, binascii.Error, RecursionError):
        said = json.loads(base64.urlsafe_b64decode(body[0] + "=" * (-len(body[0]) % 4))) if body else {}
        return words(said.get("scope")) if isinstance(said, dict) else ""
    return ""


def _who(me: dict[str, Any], handle: str) -> list[Finding]:
    called, did = clean(words(me.get("handle"))[:300]), did_of(me.get("did"))
    found = [(True, f"@{called or handle} ({did}): the app password is good")]
    if called == "handle.invalid":
        found.append((False, f"its handle {handle} does not lead to it any more: mend the domain's record"))
    elif called and called.lower() != handle:
        found.append((False, f"it is called @{called} now: write that as its handle"))
    if me.get("active") is False:
        found.append(
            (False, f"the server says that the account is {clean(words(me.get('status'))[:100]) or 'not active'}")
        )
    return found


async def _password(wire: Wire) -> Finding:
    if scope_of((await wire.session()).access.reveal()) == MAIN_PASSWORD:
        return False, (
            "the bot has the account's main password, which may do everything:"
            " make an app password for it (Settings, Privacy and security, App passwords)"
        )
    return True, "the session may post and read, and renews itself"


async def _mentions(wire: Wire) -> Finding:
    try:
        await wire.asked("app.bsky.notification.listNotifications", {"limit": 1})
    except DeliveryError as error:
        return False, f"it may post, but mentions can't be read: {error}"
    return True, "mentions can be read"


async def _label(wire: Wire) -> Finding:
    try:
        profile, _ = await profile_of(wire)
    except DeliveryError as error:
        return False, f"its profile can't be read: {error}"
    if has_label(profile):
        return True, "its profile says that it is a bot"
    return False, (
        "its profile does not say that it is a bot: mark it as automated in its settings there;"
        " with label = false this is not asked for"
    )


async def _owner(wire: Wire, owner: str) -> Finding:
    """A handle may change hands, so that orders are taken from an id alone."""
    did = ""
    with suppress(DeliveryError):
        did = await resolved(wire, owner)
    advice = f'write owner = "{did}"' if did else "write the owner's id, which begins with did:"
    return False, f"nobody is obeyed as {owner!r}, since handles may change hands: {advice}"


async def resolved(wire: Wire, handle: str) -> str:
    """The permanent id of a person.

    :raises Rejected: nobody is called so
    """
    answer = await wire.get("com.atproto.identity.resolveHandle", {"handle": handle.strip().removeprefix("@")})
    did = did_of(answer.get("did"))
    if not did:
        raise Rejected(f"the server does not know who {handle!r} is")
    return did
