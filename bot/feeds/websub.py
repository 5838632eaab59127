"""Asking a feed's hub to bring its news, or to stop (WebSub).  May import: net, core, errors.

When to ask, and whose word counts, is decided in `core/websub.py`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from bot.core.websub import LEASE, Subscription
from bot.errors import FeedError
from bot.net import Client
from bot.net.addresses import shown
from bot.net.answers import phrase


async def ask(client: Client, subscription: Subscription, secret: str) -> str | None:
    """Ask the hub for what is pending; gives why it was not taken, None: it was, and the hub will verify it."""
    mode: Literal["", "subscribe", "unsubscribe"] = subscription.pending
    form = {
        "hub.callback": subscription.callback,
        "hub.mode": mode,
        "hub.topic": subscription.topic,
        "hub.verify": "async",  # hubs of the older PubSubHubbub 0.3 insist on it; the others ignore it
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
        # To a hub on plain http too: whoever listens there could forge its news, but without it anybody could.
        "hub.secret": secret,
    }
    try:
        reply = await client.post(subscription.hub, form)
    except FeedError as error:
        return str(error)
    if HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    return f"{shown(reply.url)} answered {phrase(reply.status)}"
