"""Very many feeds in the line of those that are due: what one choice takes, and the memory of the process.

    python tests/bench/due_queue.py [--count 100000] [--minutes 30]

The store, its writer thread and the line are the bot's own; the clock and the fetches are simulated.  A fifth of the feeds
live on one host.  The default half hour of simulated time is what all feeds outside that host take.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.store import Writer, open_store
from tests.servers.due_queue import Simulation, many_feeds


async def measure(count: int, span: timedelta) -> str:
    """Simulate, and tell the figures as one line."""
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "bench.db", mode="run", now=now) as store,
    ):
        store.feeds.register(many_feeds(count), now=now)
        db = Writer(store)
        simulation = Simulation(db, store, now)
        await simulation.run(span)
        await db.close()
    times = sorted(1000 * seconds for seconds in simulation.choices)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return (
        f"{count:,} feeds: {sum(simulation.polls.values()):,} polls in {len(times):,} choices, of "
        f"{times[len(times) // 2]:.2f} ms (p99 {times[int(len(times) * 0.99)]:.2f}, max {times[-1]:.2f}, "
        f"{sum(time > 5 for time in times)} above 5); peak {rss:.0f} MB"
    )


def main() -> None:
    """Read the command line and measure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--minutes", type=int, default=30)
    given = arguments.parse_args()
    sys.stdout.write(asyncio.run(measure(given.count, timedelta(minutes=given.minutes))) + "\n")


if __name__ == "__main__":
    main()
