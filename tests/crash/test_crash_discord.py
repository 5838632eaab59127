"""The real program, killed at every step of a delivery to Discord (C1-C8): a key for minutes, and read-back."""

from __future__ import annotations

import random

import pytest

from bot.prove.bench import bench
from bot.prove.discord_server import DiscordServer
from bot.prove.proof import die_at, die_on_arrival, drain, first_life, people

STEPS = [
    *("in_decide", "before_sending", "mid_request", "after_sent_commit", "in_checkpoint:2"),
    *("after_sending_commit", "on arrival", "after_response"),
    *("in_reconcile", "in_reconcile", "in_reconcile:2"),  # left behind by the deaths before: unknown rows
]
FAULTS = {"mid_request": ["kept, late"], "on arrival": ["lost, cut"]}
"""What becomes of the request in whose middle the bot dies: kept the first time, and lost the second."""


@pytest.mark.slow
@pytest.mark.parametrize("shows_nonces", [False, True])
async def test_c1_to_c8_killed_at_every_step(shows_nonces: bool) -> None:
    """Nothing is lost, nothing doubled, nothing held, whether the history tells nonces or words alone."""
    async with bench(["discord"], random.Random(8), faulty=0) as table:
        server = table.servers["discord"]
        assert isinstance(server, DiscordServer)
        server.shows_nonces = shows_nonces
        await first_life(table)
        async with people(table) as hush:
            for step in STEPS:
                server.troubles.script(FAULTS.get(step, []))
                await (die_on_arrival(table) if step == "on arrival" else die_at(table, step))
            hush()
            await drain(table)
        (verdict,) = table.verdicts()
    assert verdict.kept, (verdict.lost, verdict.doubled)
    assert (verdict.kills, verdict.held) == (len(STEPS), ())
    assert verdict.posts >= 2
    assert set(server.pinged()) <= set(server.people)  # every answer told its asker, and nobody else
