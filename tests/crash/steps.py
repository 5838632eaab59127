"""The steps of a delivery at which the real program is killed, one after the other (C1-C8 of the fault battery)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.prove.bench import Bench
from bot.prove.proof import die_at, die_on_arrival, drain, first_life, people
from bot.prove.verdict import Verdict

EVERYWHERE = ["in_decide", "before_sending", "mid_request", "after_sent_commit", "in_checkpoint:2"]
REMOTE = ["after_sending_commit", "on arrival", "after_response"]
AGAIN = ["in_reconcile", "in_reconcile"]
"""Left behind by the deaths before, unknown rows are about to be looked for, and then again."""
FOUND = ["in_reconcile:2"]
"""After it was looked for, before that is stored."""

FAULTS = {"mid_request": ["kept, late"], "on arrival": ["lost, cut"]}
"""What becomes of the request in whose middle the bot dies: kept the first time, and lost the second."""


async def killed_at(table: Bench, steps: Sequence[str]) -> Verdict:
    """Let the bot of one class die at each step, then come to rest; gives what came of it.  The promise is kept."""
    await first_life(table)
    async with people(table) as hush:
        for step in steps:
            for server in table.servers.values():
                server.troubles.script(FAULTS.get(step, []))
            await (die_on_arrival(table) if step == "on arrival" else die_at(table, step))
        hush()
        await drain(table)
    (verdict,) = table.verdicts()
    assert verdict.kept, (verdict.lost, verdict.doubled)
    assert verdict.kills == len(steps)
    assert verdict.posts >= 1  # one post may pass through all steps
    return verdict
