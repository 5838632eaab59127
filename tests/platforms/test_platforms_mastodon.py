"""The Mastodon API, in both dialects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from bot.model import Secret
from bot.net import Client
from bot.platforms.mastodon import platform
from bot.prove.mastodon_server import MastodonServer
from bot.prove.mastodon_world import Dialect
from tests.platforms.contract import CANARY, Heard, Stage
from tests.platforms.stages import mastodon_stage
from tests.servers.fixtures import Hands


class Dialects(Heard):
    """The contract, for each dialect."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {"server": "https://social.example", "token": Secret(CANARY)}
    dialect: Dialect

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        server = MastodonServer(dialect=self.dialect, used_key="500")
        async with mastodon_stage(make_client, clock, server, poll=timedelta(seconds=15)) as stage:
            yield stage


class TestMastodon(Dialects):
    """A server that honours keys, and answers a used one with 500 (C12)."""

    dialect = "mastodon"


class TestGoToSocial(Dialects):
    """A server that takes keys and ignores them."""

    dialect = "gotosocial"
