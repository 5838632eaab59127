"""Calls of the store on their way to a thread and back: gathered while they come, made in batches, answered on the loop.

May import: within the store its parts.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bot.store.part import Kind, Many, together_of

TOGETHER = 100
"""The most calls that share one commit: a bound on how long the first of them waits."""

LINGER = 0.05
COMPANY = 3
ENOUGH = 50
TRIED = 1.0
"""Seconds that calls which can be made together wait for more of their kind, but not for more than enough; and how many
must have come for the next ones to wait too, else nobody waits for so many seconds.  With two polls at a time, of one
host's feeds, each would only be late; with fifty, a batch costs a third of what its calls would cost one by one."""


@dataclass(slots=True)
class Call:
    """One queued call, and what came of it."""

    method: Callable[..., Any]
    kind: Kind
    future: asyncio.Future[Any]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None
    error: BaseException | None = None

    @property
    def together(self) -> Many | None:
        """What makes several of such calls at once, if anything does."""
        return None if self.kwargs else together_of(self.method)


@dataclass(slots=True)
class Patience:
    """From when on, on the loop's clock, calls wait for company: both threads learn from what either of them saw.

    Many polls that begin at once ask for their states together, and so will leave their new ones close to each other.
    """

    since: float = 0.0

    def learn(self, came: int, now: float) -> None:
        """Note how many calls had come together when some were handed over."""
        if came >= COMPANY:
            self.since = now
        elif came and now >= self.since:
            self.since = now + TRIED


@dataclass(slots=True)
class CallThread:
    """A thread that takes calls off a queue, as many as wait at once, until it is told to stop.

    Waking it costs more than a small call.  So calls that can be made together are handed over together, those of one
    turn of the loop, and as long as many come those of the next 50 ms too, up to fifty; any other call takes them along
    at once.
    """

    name: str
    work: Callable[[Sequence[Call]], None]
    loop: asyncio.AbstractEventLoop
    patience: Patience
    calls: queue.SimpleQueue[list[Call] | None] = field(default_factory=queue.SimpleQueue)
    gathered: list[Call] = field(default_factory=list)  # not handed over yet
    leaving: asyncio.TimerHandle | None = None  # when they will be
    thread: threading.Thread | None = None

    def put(self, call: Call) -> None:
        """Have a call made: at once, or with others of its kind that are likely to come."""
        if self.thread is None:
            self.thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self.thread.start()
        self.gathered.append(call)
        if not call.together:
            self.hand_over()
        elif len(self.gathered) == ENOUGH:
            self._leave()
        elif len(self.gathered) == 1:
            wait = LINGER if self.loop.time() >= self.patience.since else 0
            self.leaving = self.loop.call_later(wait, self._leave)

    def stop(self) -> None:
        """Let it finish what was handed over, and wait for that."""
        if self.thread is not None:
            self.calls.put(None)
            self.thread.join()

    def _leave(self) -> None:
        self.patience.learn(len(self.gathered), self.loop.time())
        self.hand_over()

    def hand_over(self) -> None:
        """Let the thread have what was gathered."""
        if self.leaving:
            self.leaving.cancel()
            self.leaving = None
        if self.gathered:
            self.calls.put(self.gathered)
            self.gathered = []

    def _run(self) -> None:
        open_ = True
        while open_:
            handed = [self.calls.get()]
            with suppress(queue.Empty):
                while True:
                    handed.append(self.calls.get_nowait())
            open_ = None not in handed
            calls = [call for some in handed for call in some or ()]
            for start in range(0, len(calls), TOGETHER):
                batch = calls[start : start + TOGETHER]
                self.work(batch)
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    self.loop.call_soon_threadsafe(_answer, batch)


def _answer(calls: Sequence[Call]) -> None:
    for call in calls:
        if call.future.done():  # cancelled meanwhile
            continue
        if call.error is not None:
            call.future.set_exception(call.error)
        else:
            call.future.set_result(call.value)
