"""The real program, killed at every step of a delivery, for each class of platform (C1-C8 of the fault battery)."""

from __future__ import annotations

import random

import pytest

from bot import failpoint
from bot.prove.bench import bench
from bot.prove.classes import CLASSES, HELD
from bot.prove.proof import die_at, die_on_arrival, drain, first_life, people

EVERYWHERE = ["in_decide", "before_sending", "mid_request", "after_sent_commit", "in_checkpoint:2"]
REMOTE = ["after_sending_commit", "on arrival", "after_response"]
AGAIN = ["in_reconcile", "in_reconcile"]
"""Left behind by the deaths before, unknown rows are about to be looked for, and then again."""
FOUND = ["in_reconcile:2"]
"""After it was looked for, before that is stored."""

STEPS = {
    "local": EVERYWHERE,
    "keyed": [*EVERYWHERE, *REMOTE, *AGAIN],
    "mastodon": [*EVERYWHERE, *REMOTE, *AGAIN, *FOUND],
    "gotosocial": [*EVERYWHERE, *REMOTE, *AGAIN, *FOUND],
    "webhook": [*EVERYWHERE, *REMOTE, *AGAIN],
}
FAULTS = {"mid_request": ["kept, late"], "on arrival": ["lost, cut"]}
"""What becomes of the request in whose middle the bot dies: kept the first time, and lost the second."""


def test_every_point_is_stepped_on_by_some_class() -> None:
    """No failpoint is forgotten here, and no class."""
    stepped = {step.partition(":")[0] for steps in STEPS.values() for step in steps} - {"on arrival"}
    assert stepped == set(failpoint.POINTS)
    assert set(STEPS) == {one.name for one in CLASSES}


@pytest.mark.parametrize("platform", STEPS)
async def test_c1_to_c8_killed_at_every_step(platform: str) -> None:
    """Whether the server keeps what was in the air or not, nothing is lost, nothing doubled, held ones are told."""
    async with bench([platform], random.Random(8), faulty=0) as table:
        await first_life(table)
        async with people(table) as hush:
            for step in STEPS[platform]:
                for server in table.servers.values():
                    server.troubles.script(FAULTS.get(step, []))
                await (die_on_arrival(table) if step == "on arrival" else die_at(table, step))
            hush()
            await drain(table)
        (verdict,) = table.verdicts()
    assert verdict.kept, (verdict.lost, verdict.doubled)
    assert verdict.kills == len(STEPS[platform])
    assert verdict.posts >= 2
    assert bool(verdict.held) == (platform in HELD)
