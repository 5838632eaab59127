"""Accounts learn their servers' limits before anything is composed for them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.servers.fixtures import Hands, clock
from tests.servers.small_bot import small_bot, write_config

__all__ = ["clock"]

ACCOUNT = '[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "{url}"\ntoken = {{ env = "FEDI" }}\n'


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account's secret, where its reference looks for it."""
    monkeypatch.setenv("FEDI", "good")


async def test_posts_are_composed_for_the_servers_own_limits(tmp_path: Path, clock: Hands) -> None:
    """The server's length is known to every story."""
    async with serving(MastodonServer(max_characters=777)) as server:
        folder = write_config(tmp_path / "config", accounts=ACCOUNT.format(url=server.url))
        async with small_bot(folder, clock) as bot:
            assert bot.stories.sharing.limits["fedi"].max_length == 777
            assert bot.stories.answering.limits["fedi"].link_cost == 23


async def test_a_server_that_is_away_keeps_nobody_from_starting(tmp_path: Path, clock: Hands) -> None:
    """The careful limits hold then: 500, links in full."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with small_bot(write_config(tmp_path / "config", accounts=ACCOUNT.format(url=url)), clock) as bot:
            limits = bot.stories.sharing.limits["fedi"]
            assert (limits.max_length, limits.link_cost) == (500, None)
