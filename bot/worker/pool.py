"""The worker as the rest of the bot sees it: jobs go in, results come out.  May import: errors, this package."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from bot.errors import WorkerError
from bot.worker.bounds import JOBS, Bounds
from bot.worker.process import Child


class Worker:
    """A few warm child processes that do the closed list of jobs, one at a time each.

    Nothing is started before the first job, or `warm`.  A child that is too slow, too hungry or dead costs its one job
    a WorkerError; the next job finds a fresh child.

    :param processes: how many children there may be; the second one starts when the first is busy
    :param jobs: other jobs than the bot's own, for tests
    """

    def __init__(
        self, *, processes: int = 1, jobs: Mapping[str, str] | None = None, bounds: Bounds | None = None
    ) -> None:
        self._jobs = JOBS if jobs is None else jobs
        bounds = bounds or Bounds()
        self._children = tuple(Child(self._jobs, bounds) for _ in range(processes))
        self._turns = Turns(self._children)

    async def run(self, job: str, content: bytes, **args: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON value
        """Have a job done in a child.  Waits its turn; jobs of different names take turns with each other.

        :raises WorkerError: named as "too slow: …", "out of memory: …", "died: …" or "refused: …"
        :raises FeedUnreadable, PageError: as the job itself says
        :raises ValueError: there is no such job
        """
        if job not in self._jobs:
            raise ValueError(f"the worker knows no job {job!r}")
        child = await self._turns.take(job)
        try:
            return await child.ask(job, content, args)
        finally:
            self._turns.give_back(child)

    async def warm(self) -> None:
        """Start all children and let them import all jobs, so that the first job is as quick as the others.

        :raises WorkerError: a child can't be started, or a job can't be imported
        """
        await asyncio.gather(*(self._warm_one(lane) for lane in range(len(self._children))))

    async def close(self) -> None:
        """End all children, and wait for their end.  Jobs under way or waiting raise WorkerError."""
        self._turns.close()
        await asyncio.gather(*(child.close() for child in self._children))

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that live now."""
        return tuple(child.pid for child in self._children if child.pid is not None)

    async def _warm_one(self, lane: int) -> None:
        child = await self._turns.take(f"warm {lane}")
        try:
            for job in self._jobs:
                await child.load(job)
        finally:
            self._turns.give_back(child)


class Turns:
    """Who gets the next free child: the lanes in rotation, within a lane the one who came first.

    So that one hundred slow feeds don't keep the one page from being read that a post is waiting for.
    """

    def __init__(self, children: tuple[Child, ...]) -> None:
        self._idle = list(reversed(children))  # the last one given back is taken first: it is warm
        self._waiting: dict[str, deque[asyncio.Future[Child]]] = {}
        self._closed = False

    async def take(self, lane: str) -> Child:
        """Wait for a child of one's own.

        :raises WorkerError: the worker is closed
        """
        if self._closed:
            raise WorkerError("refused: the worker is closed")
        if self._idle:
            return self._idle.pop()
        turn: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, deque()).append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.give_back(turn.result())  # it became our turn in the same moment
            raise

    def give_back(self, child: Child) -> None:
        """Hand a child to the next who waits."""
        while self._waiting:
            lane, queue = next(iter(self._waiting.items()))
            turn = queue.popleft()
            del self._waiting[lane]
            if queue:
                self._waiting[lane] = queue  # to the end of the rotation
            if not turn.done():
                turn.set_result(child)
                return
        self._idle.append(child)

    def close(self) -> None:
        """Send away all who wait, and all who come."""
        self._closed = True
        for queue in self._waiting.values():
            for turn in queue:
                if not turn.done():
                    turn.set_exception(WorkerError("refused: the worker is closed"))
        self._waiting.clear()
