"""Polls the feeds that are due, for as long as the bot runs.  May import: share, errors, the other modules here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bot import share
from bot.app.build import Ground
from bot.app.reach import Reach
from bot.app.supervise import Tell
from bot.app.turns import Turns
from bot.errors import FeedUnreachable
from bot.share import Gathered, Sharing

log = logging.getLogger("starfish.run")

AT_ONCE = 50
"""Feeds polled at once: their answers are waited for, not worked for."""

CROWDED = timedelta(seconds=1)
"""How often we look for others while those in line wait for their host: as often as a host is asked."""

TICK = timedelta(seconds=60)
"""The longest any task sleeps: a clock that jumps or a machine that wakes is noticed within it."""


class Polls:
    """Each feed is polled in a task of its own, so that a slow one delays nobody."""

    def __init__(self, on: Ground, sharing: Callable[[], Sharing], *, tell: Tell, news: Callable[[], None]) -> None:
        """`sharing` gives the parts that are in force; `news` is called when a feed brought something."""
        self.again = asyncio.Event()  # set: look at once whether anything is due
        self.first_round = asyncio.Event()  # is set when every feed that was due at the start has answered or failed
        self._on, self._sharing, self._news = on, sharing, news
        self._reach = Reach(tell)

    async def run(self) -> None:
        """Poll for ever."""
        flying: dict[asyncio.Task[Gathered], str] = {}
        turns = Turns(self._on.db, self._on.store)
        try:
            while True:
                self.again.clear()
                now = self._on.now()
                for url in await turns.next(now, flying.values(), AT_ONCE - len(flying)):
                    if task := self._begun(url, now):
                        flying[task] = url
                if not flying:
                    self.first_round.set()
                    await self._reach.round_over(self._sharing().feeds)
                # Who waits behind others of their host waits for these to land; a feed of another host may be due in between.
                await rest(self.again, CROWDED if len(turns) else await self._until_due(now))
                for task in [task for task in flying if task.done()]:
                    await self._landed(flying.pop(task), task)
        finally:
            for task in flying:
                task.cancel()
            await asyncio.gather(*flying, return_exceptions=True)

    def _begun(self, url: str, now: datetime) -> asyncio.Task[Gathered] | None:
        """The poll of a feed, under way; None where the owner has just removed it."""
        sharing = self._sharing()
        feed = sharing.feeds.get(url)
        if feed is None:
            return None
        task = asyncio.create_task(share.gather(feed, sharing, now))
        task.add_done_callback(lambda _: self.again.set())
        return task

    async def _landed(self, url: str, task: asyncio.Task[Gathered]) -> None:
        error = task.exception()
        if error is None:
            await self._reach.landed(task.result())
            if task.result().new:
                log.info("%s: %s new", url.partition("?")[0], task.result().new)
                self._news()
            return
        feed = self._sharing().feeds.get(url)
        if feed is not None:
            log.debug("%s failed", url, exc_info=error)
            mistake = FeedUnreachable(f"{type(error).__name__} in our own code ({error})")
            await share.failed(feed, mistake, self._sharing(), self._on.now())

    async def _until_due(self, now: datetime) -> timedelta:
        next_due = await self._on.db(self._on.store.feeds.next_due)
        if next_due is None:
            return TICK
        return max(next_due - now, timedelta(seconds=0.2))


async def rest(event: asyncio.Event, at_most: timedelta) -> None:
    """Sleep until an event, but never longer than a tick."""
    with suppress(TimeoutError):
        async with asyncio.timeout(min(at_most, TICK).total_seconds()):
            await event.wait()
