"""The real program, killed at random moments while its servers misbehave."""

from __future__ import annotations

import random

import pytest

from bot.prove.bench import bench
from bot.prove.classes import CLASSES, HELD
from bot.prove.counting import Counting
from bot.prove.proof import die_at, drain, first_life, people, prove

NAMES = [one.name for one in CLASSES]


async def test_fifty_kills_lose_and_double_nothing() -> None:
    """One bot with an account of each class: what it says it posted is there once; what nobody can know is held."""
    said: list[object] = []
    verdicts = await prove(50, seed=50, say=said.append)
    assert [one.platform for one in verdicts] == NAMES
    for one in verdicts:
        assert one.kept, (one.platform, one.lost, one.doubled)
        assert one.kills == 50
        assert one.posts >= (3 if one.platform in HELD else 10)  # held ones hold the later ones back for a while
        assert not one.held or one.platform in HELD
    assert len(said) == 5


@pytest.mark.slow
@pytest.mark.parametrize("platform", NAMES)
async def test_a_thousand_kills_a_class(platform: str) -> None:
    """The same a thousand times for each class alone: fewer than 3 failures in 1,000 kills would still show."""
    (verdict,) = await prove(1000, [platform], seed=1000)
    assert verdict.kept, (verdict.lost, verdict.doubled)
    assert verdict.kills == 1000


async def test_the_proof_sees_a_double() -> None:
    """Where the read-back lies no bot can post once, and the verdict says so: the proof isn't blind."""
    async with bench(["readable"], random.Random(1), faulty=0) as table:
        server = table.servers["readable"]
        assert isinstance(server, Counting)
        server.lag = lambda: 1e9  # what it keeps is never shown
        await first_life(table)
        async with people(table) as hush:
            await die_at(table, "after_response")
            hush()
            await drain(table)
        (verdict,) = table.verdicts()
    assert verdict.doubled
    assert not verdict.kept
