"""Accounts on our own small servers, one function a platform, as all tests of that platform set them up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import Post, Secret
from bot.net import Client
from bot.platforms.discord import platform as discord
from bot.platforms.mastodon import platform as mastodon
from bot.platforms.matrix import platform as matrix
from bot.platforms.telegram import platform as telegram
from bot.prove.discord_server import DiscordServer
from bot.prove.discord_world import HOME
from bot.prove.mastodon_server import MastodonServer
from bot.prove.matrix_server import MatrixServer
from bot.prove.telegram_server import TelegramServer
from tests.platforms.contract import CANARY, Stage, staged
from tests.servers.fixtures import Hands

Staged = AbstractAsyncContextManager[Stage]
MakeClient = Callable[..., Client]

TELEGRAM_TOKEN = f"123456:{CANARY}"


def keys(url: str) -> dict[str, Any]:
    """The keys of an account on Discord, for a server's address."""
    return {"server": f"{url}/api/v10", "token": Secret(CANARY), "channel": HOME, "poll": timedelta(seconds=15)}


def discord_stage(make_client: MakeClient, clock: Hands) -> Staged:
    """One bot in one channel."""
    server = DiscordServer(token=CANARY, clock=clock.ticks)
    said = {"said": lambda: [one.sent for one in server.kept]}
    return staged(server, discord, keys, make_client, clock, asks_at="/messages", **said)


def mastodon_stage(make_client: MakeClient, clock: Hands, server: MastodonServer, **more: Any) -> Staged:
    """An account on a server; `more` are keys of it."""
    server.token, server.clock = CANARY, clock.ticks

    def options(url: str) -> dict[str, Any]:
        return {"server": url, "token": Secret(CANARY), **more}

    return staged(server, mastodon, options, make_client, clock)


def matrix_stage(make_client: MakeClient, clock: Hands, server: MatrixServer, **more: Any) -> Staged:
    """An account on a homeserver; `more` are its room, and how it is let in."""
    server.clock = clock.ticks

    def options(url: str) -> dict[str, Any]:
        return {"server": url, "user": "@bot:example.org", **more}

    return staged(server, matrix, options, make_client, clock, yes=b'{"event_id": "$1"}', asks_at="/sync")


def telegram_stage(make_client: MakeClient, clock: Hands, token: str = TELEGRAM_TOKEN) -> Staged:
    """A bot that posts to a channel."""

    def options(url: str) -> dict[str, Any]:
        return {"server": url, "token": Secret(token), "chat": "@proof"}

    yes = b'{"ok": true, "result": {"message_id": 1, "chat": {"id": -1001, "type": "channel"}}}'
    server = TelegramServer(token=token, clock=clock.ticks)
    return staged(server, telegram, options, make_client, clock, yes=yes, asks_at="getUpdates")


def real_post(key: str, text: str = "", **more: Any) -> Post:
    """A post with a link of its own, for servers that keep what earlier tests said."""
    link = f"https://example.org/{key}?a=1&b=ü"
    return Post(
        account="acc",
        text=text or f"About {key}: naïve & <sharp>\n\n{link}",
        link=None if text else link,
        dedupe_key=key,
        key=f"{key}-0",
        sent_at=datetime.now(UTC),
        **more,
    )
