"""Whether an account is well set up: its token, its rights, its bot flag, the two clocks, the limits.  Reads only.

May import: model, errors, net, statuses, wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot.errors import DeliveryError, NeedsLogin, Rejected
from bot.model import Limits
from bot.net.clocks import agreement, ahead
from bot.net.grants import NEVER, Session
from bot.net.replies import json_object, segment, words
from bot.platforms.mastodon.statuses import handle
from bot.platforms.mastodon.wire import ME, Wire

SCOPES = "read:accounts read:notifications read:statuses write:accounts write:media write:statuses"
"""What is asked for: the third is how a post is found again, the fourth sets the bot flag."""

NEEDED = ("read:accounts", "read:notifications", "read:statuses", "write:statuses")
"""What it doesn't work without."""

APP = "/api/v1/apps/verify_credentials"

SOON = timedelta(days=14)
"""How long before its end a token is warned of: time enough to renew it."""


def lacking(application: Mapping[str, Any]) -> list[str] | None:
    """Which rights an application never asked for; None where the server doesn't say (before Mastodon 4.3).

    A token may have fewer than its application, so reading is tried as well.
    """
    said = application.get("scopes")
    granted = said.split() if isinstance(said, str) else [words(one) for one in said] if isinstance(said, list) else []
    if not granted:
        return None
    return [scope for scope in NEEDED if not {scope, scope.partition(":")[0]} & set(granted)]


async def examined(
    wire: Wire, account: str, limits: Limits, end: list[tuple[bool, str]], now: datetime
) -> list[tuple[bool, str]]:
    """Look at everything; the first thing that keeps us from looking is all there is to tell."""
    try:
        me = json_object(reply := await wire.get(ME))
        missing = lacking(await application(wire))
        await wire.get("/api/v1/notifications?limit=1")
        await wire.get(f"/api/v1/accounts/{segment(await wire.own_id())}/statuses?limit=1")
    except DeliveryError as error:
        return [(False, error.told(account))]
    bot = me.get("bot") is True
    flag = "it is not marked as a bot: say so in its profile's settings, where it is called an automated account"
    cost = f"a link costs {limits.link_cost}" if limits.link_cost else "links count in full"
    return [
        (True, f"{handle(me, wire.server.domain)}: the token is good, and may read"),
        _rights(missing),
        (bot, "it is marked as a bot" if bot else flag),
        agreement(ahead(reply, now)),
        *end,
        (True, f"a post may have {limits.max_length} {limits.units}; {cost}"),
    ]


async def application(wire: Wire) -> dict[str, Any]:
    """What the server tells of the application that the token belongs to; nothing where it won't say.

    Whether the token is good at all, other questions tell: a token made by hand belongs to no application.
    """
    with suppress(Rejected, NeedsLogin):
        return await wire.get_object(APP)
    return {}


def _rights(missing: list[str] | None) -> tuple[bool, str]:
    if missing is None:
        return True, "whether it may post, this server only tells when it is tried"
    if not missing:
        return True, "it may post"
    return False, f"the token lacks {', '.join(missing)}: make one that has it, and put it where the old one is kept"


def ending(session: Session | None, account: str, now: datetime) -> list[tuple[bool, str]]:
    """What is to be said of a token's end; nothing where it has none."""
    if session is None or session.until == NEVER:
        return []
    day = f"{session.until:%Y-%m-%d}"
    if session.refresh is not None:
        return [(True, f"its token is good until {session.until:%Y-%m-%d %H:%M} UTC, and renews itself")]
    anew = f"make a fresh one with: starfish accounts renew {account}"
    if now >= session.until:
        return [(False, f"its token ended on {day}: {anew}")]
    return [(session.until - now > SOON, f"its token ends on {day}, and nobody can renew it: before that day, {anew}")]
