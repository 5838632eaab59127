"""The running bot: polls, fills, answers, delivers and listens, each in a task of its own.  May import: all but cli.

Every task reads `self.stories` anew at each turn, so that a reload swaps the parts between two turns and never in the
middle of one.  On a stop nothing new is begun, a send in flight is waited for, and what is left is in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot import answer, deliver, share, tell
from bot.app.build import Ground, Stories
from bot.app.ears import ear_of, stands_back
from bot.app.minding import SUBJECT as DISK
from bot.app.minding import mind_the_disk, mind_the_file, rescue
from bot.app.polls import TICK, Polls, rest
from bot.app.reach import SUBJECT as NETWORK
from bot.app.reload import SUBJECT as CONFIG
from bot.app.supervise import SUBJECT as TASK
from bot.app.supervise import supervise
from bot.app.welcome import first_posts, is_new
from bot.core.pace import next_slot
from bot.model import Account
from bot.ports import Listener
from bot.schedule import Schedule

log = logging.getLogger("starfish.run")

DRAIN = 8.0
"""Seconds that sends in flight may take to finish on a stop; the whole stop takes less than 10."""

FIRST_WAIT = timedelta(seconds=6)
"""A new local account posts after all its feeds answered, or after this long, whichever comes first."""

TEXTS = timedelta(days=30)
"""How long the texts of candidates are kept: afterwards their pages are read."""


class Bot:
    """All tasks of one running bot."""

    def __init__(self, on: Ground, stories: Stories) -> None:
        self.on = on
        self.stories = stories
        self.schedule = Schedule()
        self.stopping = asyncio.Event()
        self._rung: dict[str, asyncio.Event] = {}
        self._polls = Polls(on, lambda: self.stories.sharing, tell=self.tell, news=self.news)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    # ----------------------------------------------------------------- life

    async def live(self) -> None:
        """Run until `stopping` is set, then drain; cancelled: end at once."""
        await self._set_right()
        recovered = await self.on.db(self.on.store.outbox.recover, now=self.on.now())
        if recovered:
            log.warning(
                "%s cut off by the last stop; each is looked for before anything is sent again",
                "1 delivery was" if recovered == 1 else f"{recovered} deliveries were",
            )
        self.schedule.start()
        for name in ("polling", "housekeeping", "answering", "telling", "minding", "measuring"):
            self._start(name)
        self.take(self.stories)
        try:
            await self.stopping.wait()
            await self._drain()
        finally:
            self.schedule.stop()
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if not self.on.store.stands():
            await rescue(self.on)

    async def _set_right(self) -> None:
        """Correct what a wrong clock left behind, and let accounts in again that their platforms locked out.

        What the last run said of its files, disk, tasks and network is over: what still is so will be told anew.
        """
        wrong = await self.on.db(self.on.store.clock.correct, now=self.on.now())
        if wrong:
            log.warning("the clock was ahead; times that can't be true, and were corrected: %s", wrong)
        for name in self.stories.sharing.accounts:
            await self.on.db(self.on.store.outbox.let_in, name)
        for notice in await self.on.db(self.on.store.owner.notices):
            if notice.subject in (CONFIG, NETWORK, DISK) or notice.subject.startswith(TASK):
                await self.on.db(self.on.store.owner.clear, notice.subject)

    def take(self, stories: Stories) -> None:
        """Go on with newly built parts: at the start, and after each reload; not on the way out."""
        if self.stopping.is_set():
            return
        before, self.stories = self.stories.sharing.accounts, stories
        accounts = stories.sharing.accounts
        for name in [name for name in self._rung if name not in accounts]:
            self.schedule.silence(f"post:{name}")
            self._rung.pop(name).set()
            self._hang_up(name)
        for name, account in accounts.items():
            self._rung.setdefault(name, asyncio.Event()).set()
            self._ring(account)
            self._start(f"delivery of {name}")
            if account.post:
                self._start(f"posting of {name}")
            if name in before and _beside(before, account.platform) != _beside(accounts, account.platform):
                self._hang_up(name)  # it hears with the old address or token, or another shall hear for it
            if isinstance(stories.publishers[name], Listener):
                self._start(f"listening of {name}")
        self._polls.again.set()

    def _hang_up(self, name: str) -> None:
        """Stop listening at once; a mention and its cursor are one transaction, so nothing is lost between two."""
        if listening := self._tasks.pop(f"listening of {name}", None):
            listening.cancel()

    def _ring(self, account: Account) -> None:
        name, zone = account.name, self.stories.sharing.zone
        if account.post is None:
            self.schedule.silence(f"post:{name}")
            return

        def next_after(moment: datetime) -> datetime | None:
            slot = next_slot(account, zone, moment)
            return slot.at if slot else None

        self.schedule.ring(f"post:{name}", next_after, self._rung[name].set)

    def _start(self, name: str) -> None:
        """Start a task under supervision, unless one of that name runs already."""
        if name not in self._tasks or self._tasks[name].done():
            self._tasks[name] = asyncio.create_task(
                supervise(name, partial(self._work, name), tell=self.tell, stopping=self.stopping), name=name
            )

    def _work(self, name: str) -> Coroutine[None, None, None]:
        kind, _, account = name.partition(" of ")
        if account:
            return {"delivery": self._deliver, "posting": self._post, "listening": self._listen}[kind](account)
        return {
            "polling": self._polls.run,
            "housekeeping": self._keep_house,
            "answering": self._answer,
            "telling": self._keep_promises,
            "minding": self._mind,
            "measuring": self._measure,
        }[kind]()

    async def tell(self, subject: str, text: str | None) -> None:
        """Keep what the owner must know, or take it back; of a lost login they know already, by what could not be sent."""
        owner = self.on.store.owner
        name = subject.removeprefix(f"{TASK}listening of ")
        known = name != subject and (await self.on.db(owner.account_state, name)).locked_out
        if text is None or known:
            await self.on.db(owner.clear, subject)
        else:
            await self.on.db(owner.tell, subject, text, now=self.on.now())

    async def _drain(self) -> None:
        """End what begins things; let what is being sent or answered come to its end."""
        self.schedule.stop()
        ending = {name: task for name, task in self._tasks.items() if name.startswith(("delivery", "answering"))}
        for name, task in self._tasks.items():
            if name not in ending:
                task.cancel()
        if ending:
            _, late = await asyncio.wait(ending.values(), timeout=DRAIN)
            for task in late:
                log.warning(
                    "%s did not finish in %.0f s; what it was sending is looked for at the next start",
                    task.get_name(),
                    DRAIN,
                )

    # ----------------------------------------------------------------- tasks

    def news(self) -> None:
        """Let every account look whether what is new fills a slot of its own."""
        for bell in self._rung.values():
            bell.set()

    async def _post(self, name: str) -> None:
        """Fill the account's slots as its bell rings."""
        while account := (stories := self.stories).sharing.accounts.get(name):
            bell = self._rung[name]  # another, where the account was gone for a moment
            bell.clear()
            if await is_new(account, stories, self.on):
                # A moment for more than the quickest feed to answer, so that the first posts come from several.
                await rest(self._polls.first_round, FIRST_WAIT)
                await first_posts(account, stories, self.on)
            now = self.on.now()
            since = await self.on.db(self.on.store.owner.known_account, name, now=now)
            await share.on_time(account, stories.sharing, now, since=since)
            await rest(bell, TICK)

    async def _answer(self) -> None:
        """Answer every mention that waits, oldest first."""
        seen = 0
        while not self.stopping.is_set():
            seen = await self._next_change(seen)
            await answer.answer_waiting(self.stories.answering)

    async def _keep_promises(self) -> None:
        """Tell followers of what was shared, and remind those who asked for it."""
        seen = 0
        while True:
            await tell.tell(self.stories.telling, self.on.now())
            wake = await self.on.db(self.on.store.promises.next_reminder)
            seen = await self._next_change(seen, wake)

    async def _deliver(self, name: str) -> None:
        """Send what the account's outbox holds, whenever something changes or a wait is over."""
        seen = 0
        await deliver.take_up(name, self.stories.delivering)
        while not self.stopping.is_set() and name in self.stories.delivering.accounts:
            delivering = self.stories.delivering  # for the whole turn: a reload may take the account out meanwhile
            # Asked first, since sending commits, and a commit is a change.
            wake = await deliver.next_wake(name, delivering)
            if wake is not None and wake <= self.on.now():
                await deliver.deliver(name, delivering, over=self.stopping.is_set)
            else:
                seen = await self._next_change(seen, wake)

    async def _listen(self, name: str) -> None:
        """Hear the account's mentions, durably, oldest first, unless another is the same account there and does."""
        publisher, account = self.stories.publishers[name], self.stories.sharing.accounts[name]
        assert isinstance(publisher, Listener)
        ear = await ear_of(name, self.stories, self.on)
        if ear.first != name:
            log.info("%s", stands_back(name, ear.first, account.platform))
            return
        async for after, mention in publisher.mentions(await ear.cursor()):
            if name not in self.stories.sharing.accounts:
                return
            if (heard := await ear.heard(mention)) is not None:
                await answer.receive(heard, self.stories.answering, cursor=after)

    async def _mind(self) -> None:
        await mind_the_file(self.on.store, self.stopping)

    async def _measure(self) -> None:
        await mind_the_disk(self.on, self.tell)

    async def _keep_house(self) -> None:
        """Once an hour: let go of what is no longer needed, expire what the owner wants expired."""
        while True:
            now = self.on.now()
            await self.on.db(self.on.store.clock.correct, now=now)
            for account in self.stories.delivering.accounts.values():
                await deliver.give_up_late(account, self.stories.delivering)
            while await self.on.db(self.on.store.feeds.forget_bodies, now - TEXTS):  # noqa: ASYNC110 -- work, not waiting
                await asyncio.sleep(1)  # after an update there may be a year of them
            await asyncio.sleep(3600)

    # ----------------------------------------------------------------- waiting

    async def _next_change(self, seen: int, wake: datetime | None = None) -> int:
        """Wait for a change in the database, the stop, or a time; gives the change seen."""
        change = asyncio.create_task(self.on.db.wait_for_change(seen))
        stop = asyncio.create_task(self.stopping.wait())
        timeout = (
            TICK.total_seconds() if wake is None else max(0.0, min((wake - self.on.now()) / timedelta(seconds=1), 60.0))
        )
        try:
            await asyncio.wait({change, stop}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            return change.result() if change.done() else seen
        finally:
            change.cancel()
            stop.cancel()
            await asyncio.gather(change, stop, return_exceptions=True)


def _beside(accounts: Mapping[str, Account], platform: str) -> list[Account]:
    """The accounts of one platform, in the order of the file."""
    return [account for account in accounts.values() if account.platform == platform]
