"""The real program, killed at every step of a delivery, for each class of platform (C1-C8 of the fault battery)."""

from __future__ import annotations

import random

import pytest

from bot import failpoint
from bot.prove.bench import bench
from bot.prove.classes import CLASSES, HELD
from tests.crash.steps import AGAIN, EVERYWHERE, FOUND, REMOTE, killed_at

STEPS = {
    "local": EVERYWHERE,
    "keyed": [*EVERYWHERE, *REMOTE, *AGAIN],
    "mastodon": [*EVERYWHERE, *REMOTE, *AGAIN, *FOUND],
    "gotosocial": [*EVERYWHERE, *REMOTE, *AGAIN, *FOUND],
    "webhook": [*EVERYWHERE, *REMOTE, *AGAIN],
}


def test_every_point_is_stepped_on_by_some_class() -> None:
    """No failpoint is forgotten here, and no class."""
    stepped = {step.partition(":")[0] for steps in STEPS.values() for step in steps} - {"on arrival"}
    assert stepped == set(failpoint.POINTS)
    assert set(STEPS) == {one.name for one in CLASSES}


@pytest.mark.parametrize("platform", STEPS)
async def test_c1_to_c8_killed_at_every_step(platform: str) -> None:
    """Whether the server keeps what was in the air or not, nothing is lost, nothing doubled, held ones are told."""
    async with bench([platform], random.Random(8), faulty=0) as table:
        verdict = await killed_at(table, STEPS[platform])
    assert bool(verdict.held) == (platform in HELD)
