"""An account on our strict server of the AT Protocol, for all tests of Bluesky."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.model import Secret
from bot.net import Client
from bot.platforms.bluesky import platform
from bot.prove.bluesky_server import BlueskyServer
from tests.platforms.contract import CANARY, MemoryVault, Stage, staged
from tests.servers.fixtures import Hands


class Inherited(MemoryVault):
    """A vault with a session from before, whatever address the account's server is reached at."""

    def __init__(self, session: dict[str, Any]) -> None:
        super().__init__()
        self._before = Secret(json.dumps(session))

    def get(self, account: str, name: str) -> Secret | None:
        return super().get(account, name) or (self._before if name.startswith("session ") else None)


@asynccontextmanager
async def bluesky_stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """Set one up, with a session from before."""

    def options(url: str) -> dict[str, Any]:
        poll = timedelta(seconds=0.02)
        return {"server": url, "handle": "bot.test", "password": Secret(CANARY), "poll": poll}

    server = BlueskyServer(password=CANARY, clock=clock.ticks)
    yes = json.dumps({"uri": f"at://{server.did}/app.bsky.feed.post/2222222222222", "cid": "bafyreia"}).encode()
    more = {"yes": yes, "asks_at": "listNotifications", "vault": Inherited(server.session())}
    async with staged(server, platform, options, make_client, clock, **more) as stage:
        yield stage
