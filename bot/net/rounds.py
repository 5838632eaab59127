"""Asking a platform for mentions again and again, woken early by its stream.  May import: errors, model, ports.

The rhythm of every platform that is asked rather than tells: a stream only wakes, so that what it loses is asked for
anyway, at once after each reconnect and at the latest after the given span.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Mention, Secret
from bot.ports import Http, Tools

PATIENCE = 3
"""Rounds in a row that may fail before it is told: a hiccup is nobody's business."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds before a stream is opened again, doubled each time it brought nothing."""

AT_ONCE = 10_000
"""Deletions kept while a round is under way; of more, the oldest are let go: most are of words that weren't for us."""

Ask = Callable[[str | None], AsyncIterator[tuple[str, Mention]]]
"""Gives what came after a cursor, oldest first, each with the cursor that follows it."""

Hear = Callable[[str], bool | Mention]
"""What a message of a stream means: whether there is something to ask for, or words that their author took back."""


@dataclass(frozen=True, slots=True)
class Streams:
    """What wakes us: addresses of streams, the best first; what lets us in there; and what their messages mean."""

    http: Http
    addresses: Sequence[str]
    headers: Callable[[], Awaitable[Mapping[str, str]]]
    hear: Hear = bool


async def rounds(
    ask: Ask, cursor: str | None, *, every: timedelta, streams: Streams | None = None
) -> AsyncIterator[tuple[str, Mention]]:
    """Ask for ever, at least `every` so often, and as soon as a stream wakes us.

    What was taken back, as a stream tells, comes as soon as it is told, with the cursor as it stands.

    :raises RetryLater, Unsure: if the very first round fails, or several in a row
    :raises NeedsLogin, Rejected: if any round does
    """
    ear, clock = _Ear(streams.hear if streams else bool), asyncio.get_running_loop().time
    hearing = asyncio.create_task(_hear(ear, streams)) if streams else None
    failures = PATIENCE
    try:
        while True:
            ear.news = False
            pause = every
            try:
                async for after, mention in ask(cursor):
                    cursor = after
                    yield after, mention
                failures = 0
            except (RetryLater, Unsure) as error:
                failures += 1
                if failures > PATIENCE:
                    raise
                wish = error.after if isinstance(error, RetryLater) else None
                pause = max(every, wish or every)
            again_at = clock() + pause.total_seconds()
            waits = True
            while waits:
                await ear.wait(max(again_at - clock(), 0.0))
                for mention in ear.taken_back():
                    if cursor is not None:  # before the first mention there is nothing to take back
                        yield cursor, mention
                waits = not ear.news and clock() < again_at
    finally:
        if hearing is not None:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)


async def beginning(tools: Tools, account: str, place: str, newest: Callable[[], Awaitable[str]]) -> str:
    """Where an account began to listen: kept, so that what comes while we are away isn't lost before the first mention.

    :param place: whom it listens to there, as what is kept of one says nothing of another
    :param newest: asks for the cursor that everything until now is before
    """
    name = f"heard-from {place}"
    kept = tools.vault.get(account, name)
    if kept is None:
        kept = Secret(await newest())
        tools.vault.put(account, name, kept)
    return kept.reveal()


@dataclass(slots=True)
class _Ear:
    """What the stream told and nobody has acted on yet."""

    hear: Hear
    news: bool = False
    gone: deque[Mention] = field(default_factory=lambda: deque(maxlen=AT_ONCE))
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, message: str) -> None:
        """Take a message in; the empty one says that the stream stands, and anything may have come before it did."""
        meant = self.hear(message) if message else True
        if isinstance(meant, Mention):
            self.gone.append(meant)
        elif meant:
            self.news = True
        else:
            return
        self.bell.set()

    async def wait(self, seconds: float) -> None:
        """Wait until something is told, but not longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.bell.wait()
        self.bell.clear()

    def taken_back(self) -> Iterator[Mention]:
        """Give what was taken back, once."""
        while self.gone:
            yield self.gone.popleft()


async def _hear(ear: _Ear, streams: Streams) -> None:
    """Listen whenever a stream stands; one that isn't offered gives way to the next one."""
    pause, left = FIRST_PAUSE, [*streams.addresses]
    while left:
        try:
            async for message in streams.http.events(left[0], headers=await streams.headers()):
                ear.told(message)
                pause = FIRST_PAUSE if message else pause
        except (Rejected, NeedsLogin):
            left.pop(0)  # whether we are let in at all, the asking tells
            continue
        except (RetryLater, Unsure):
            pass
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
