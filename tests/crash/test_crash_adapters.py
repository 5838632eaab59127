"""The real program, killed at every step of a delivery to each platform that people are on (C1-C8)."""

from __future__ import annotations

import random

import pytest

from bot.prove.bench import bench
from bot.prove.bluesky_server import BlueskyServer
from bot.prove.classes import FURTHER, HELD
from bot.prove.discord_server import DiscordServer
from tests.crash.steps import AGAIN, EVERYWHERE, FOUND, REMOTE, killed_at

pytestmark = pytest.mark.slow

ADAPTERS = [one.name for one in FURTHER if one.name == one.platform and one.name not in {"readable", "blind"}]


@pytest.mark.parametrize("platform", ADAPTERS)
async def test_c1_to_c8_killed_at_every_step_of_an_adapter(platform: str) -> None:
    """Nothing is lost, nothing doubled; held is only what nobody can find out, and its owner was told."""
    held = platform in HELD
    async with bench([platform], random.Random(8), faulty=0) as table:
        verdict = await killed_at(table, [*EVERYWHERE, *REMOTE, *AGAIN, *([] if held else FOUND)])
        server = table.servers[platform]
    assert bool(verdict.held) == held
    if isinstance(server, BlueskyServer):
        assert server.logins == 1  # however often it began
    if isinstance(server, DiscordServer):
        assert set(server.pinged()) <= set(server.people)  # every answer told its asker, and nobody else


async def test_c1_to_c8_where_discord_tells_nonces() -> None:
    """The history may tell nonces, or words alone: both find what was sent."""
    async with bench(["discord"], random.Random(8), faulty=0) as table:
        server = table.servers["discord"]
        assert isinstance(server, DiscordServer)
        server.shows_nonces = True
        verdict = await killed_at(table, [*EVERYWHERE, *REMOTE, *AGAIN, *FOUND])
    assert verdict.held == ()
