"""The only importer of APScheduler: rings bells at given times, and nothing else.  May import: ports.

A bell only wakes somebody: what is due lives in the database, and a slot's identity is its own.  So a bell that rings
twice, late, or not at all (a clock set back, a laptop asleep) can't post twice.  Measured, of APScheduler 3.11:
`shutdown(wait=True)` cancels running coroutine jobs, so no job runs anything; the default `misfire_grace_time` of one
second silently drops late jobs, so it is None here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.base import BaseExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

NextAfter = Callable[[datetime], datetime | None]


class _AsNamed(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """A trigger whose times come from a pure function, so that slots have one source of truth (`core/pace.py`)."""

    def __init__(self, next_after: NextAfter) -> None:
        self._next_after = next_after

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Give the next time after the previous ring, and never one in the past: what was missed is decided elsewhere."""
        moment = now.astimezone(UTC)
        return self._next_after(max(previous.astimezone(UTC), moment) if previous else moment)


class _InLoop(BaseExecutor):  # type: ignore[misc]  # apscheduler has no types
    """Runs a bell at once in the loop's own turn: it only sets an event, and a thread would cost 200 µs a ring."""

    def _do_submit_job(self, job: object, run_times: list[datetime]) -> None:  # noqa: ARG002 -- APScheduler's own signature
        job.func()  # type: ignore[attr-defined]
        self._run_job_success(job.id, [])  # type: ignore[attr-defined]


class Schedule:
    """Bells by name (implements `ports.Bells`)."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": _InLoop()},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )

    def start(self) -> None:
        """Begin to ring; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def ring(self, name: str, next_after: NextAfter, bell: Callable[[], None]) -> None:
        """Call `bell` at each time that `next_after(now)` gives; replaces an earlier bell of that name."""
        self._scheduler.add_job(bell, _AsNamed(next_after), id=name, name=name, replace_existing=True)

    def silence(self, name: str) -> None:
        """Forget a bell; an unknown name is fine."""
        try:
            self._scheduler.remove_job(name)
        except JobLookupError:
            return

    def next_rings(self) -> dict[str, datetime]:
        """When each bell rings next, in UTC."""
        return {
            job.id: job.next_run_time.astimezone(UTC)
            for job in self._scheduler.get_jobs()
            if job.next_run_time is not None
        }
