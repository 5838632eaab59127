"""A simulated world of very many feeds: the real line and the real store, a clock and fetches that take no time."""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from collections import Counter
from datetime import datetime, timedelta

from bot.app.turns import Turns
from bot.model import Feed, FeedState
from bot.store import Store, Writer

AT_ONCE = 50
CROWD = "videos.example"
HALF_DAY = timedelta(hours=12)


def many_feeds(count: int) -> list[Feed]:
    """A fifth of them on one host, which everybody has hundreds of feeds of, and first in the line; the rest on their own."""
    crowd = count // 5
    return [
        Feed(url=f"https://{CROWD}/{number}" if number < crowd else f"https://site{number // 2}.example/{number}")
        for number in range(count)
    ]


class Simulation:
    """Polls whatever is due: an answer takes 0.1 to 2 s of the simulated clock, and then the feed rests for half a day."""

    def __init__(self, db: Writer, store: Store, now: datetime) -> None:
        self.db, self.store, self.now = db, store, now
        self.turns = Turns(db, store)
        self.polls: Counter[str] = Counter()
        self.choices: list[float] = []  # seconds that each choice took
        self.most_of_a_host = 0
        self.last_of_others = now  # when the last feed outside the crowd was begun
        self._flying: dict[str, datetime] = {}
        self._landings: list[tuple[datetime, str]] = []
        self._random = random.Random(4)

    async def run(self, span: timedelta) -> None:
        """Let that much time pass, or all feeds be polled."""
        end, step = self.now + span, timedelta(seconds=1)
        total = len(await self.db(self.store.feeds.states))
        while self.now < end and len(self.polls) < total:
            await self._begin()
            # On to the next landing; where nothing is under way, a second on.
            self.now = min(max(self._landings[0][0], self.now), self.now + step) if self._landings else self.now + step
            await self._land()

    async def _begin(self) -> None:
        begun = time.perf_counter()
        chosen = await self.turns.next(self.now, self._flying, AT_ONCE - len(self._flying))
        self.choices.append(time.perf_counter() - begun)
        for url in chosen:
            self.polls[url] += 1
            lands = self.now + timedelta(seconds=self._random.uniform(0.1, 2.0))
            self._flying[url] = lands
            heapq.heappush(self._landings, (lands, url))
            if f"/{CROWD}/" not in url:
                self.last_of_others = self.now
        hosts = Counter(url.split("/")[2] for url in self._flying)
        self.most_of_a_host = max(self.most_of_a_host, *hosts.values(), 0)

    async def _land(self) -> None:
        landed = []
        while self._landings and self._landings[0][0] <= self.now:
            landed.append(heapq.heappop(self._landings)[1])
        rest = self.now + HALF_DAY
        await asyncio.gather(
            *(self.db(self.store.feeds.polled, FeedState(url=url, next_at=rest), now=self.now) for url in landed)
        )
        for url in landed:
            del self._flying[url]
