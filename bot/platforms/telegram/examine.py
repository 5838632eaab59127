"""Whether a Telegram account is well set up: only asks.  May import: errors, model, net, core.clean, wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.text import clean
from bot.errors import DeliveryError, Unsure
from bot.model import Limits
from bot.net.clocks import agreement, ahead
from bot.net.replies import words
from bot.platforms.telegram.wire import Wire, whole

Finding = tuple[bool, str]


async def examine(wire: Wire, chat: int | str, owner: str | None, limits: Limits, now: datetime) -> list[Finding]:
    """Look at token, chat, rights, webhook, privacy, owner and clock.

    :raises DeliveryError: the bot itself can't be asked for; whatever else can't is a finding
    """
    answer = await wire.ask("getMe", {})
    me = answer.result()
    number = whole(me.get("id")) if isinstance(me, dict) else None
    if number is None:
        raise Unsure("the server does not say who we are")
    found: list[Finding] = [(True, f"@{clean(words(me.get('username')))}: the token is good")]
    found += await _chat(wire, chat, number)
    found.append(await _webhook(wire))
    if me.get("can_read_all_group_messages") is True:
        seen = "in groups it is shown everything, though it answers only who speaks to it (/setprivacy of @BotFather)"
    else:
        seen = "in groups it is shown what speaks to it: its name, its commands, answers to it (privacy mode is on)"
    found.append((True, seen))
    if owner is not None and not owner.isdecimal():
        found.append(
            (False, f"owner = {owner!r} is nobody here: it must be your own number, as names can be given away")
        )
    found.append(agreement(ahead(answer.reply, now)))
    found.append((True, f"a post may have {limits.max_length} UTF-16 units; links count in full"))
    return found


async def _chat(wire: Wire, chat: int | str, me: int) -> list[Finding]:
    """Whether there is such a chat, and whether the bot may write there."""
    try:
        answer = await wire.ask("getChat", {"chat_id": chat})
        if answer.moved is not None:
            return [(False, f"the group {chat} became a supergroup: write chat = {answer.moved}")]
        told = answer.result()
        place: Mapping[str, Any] = told if isinstance(told, dict) else {}
        kind = clean(words(place.get("type"))[:20])
        name = clean(words(place.get("title")) or words(place.get("first_name")))[:100]
        shown = (True, f"posts go to {chat}, the {kind or 'chat'} “{name}”")
        if kind == "private":
            return [shown]
        return [shown, _may_write(kind, await wire.get("getChatMember", chat_id=chat, user_id=me))]
    except DeliveryError as error:
        return [(False, f"chat {chat}: {error}; is the name right, and was the bot added there?")]


def _may_write(kind: str, member: Mapping[str, Any]) -> Finding:
    status = clean(words(member.get("status"))[:20])
    if kind == "channel":
        fine = status == "creator" or (status == "administrator" and member.get("can_post_messages") is True)
        return fine, "it may post there" if fine else "it may not post there: make it an administrator who may post"
    fine = status in {"creator", "administrator", "member"} or (
        status == "restricted" and member.get("is_member") is True and member.get("can_send_messages") is True
    )
    return (
        fine,
        "it may write there" if fine else f"it may not write there ({status or 'unknown'}): add it to the group",
    )


async def _webhook(wire: Wire) -> Finding:
    try:
        told = await wire.get("getWebhookInfo")
    except DeliveryError as error:
        return False, f"whether a webhook takes its mentions can't be asked: {error}"
    if words(told.get("url")):
        return False, "another program gets its mentions by a webhook: end that one, and remove it with deleteWebhook"
    return True, "nobody else takes its mentions by a webhook"
