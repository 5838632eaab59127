"""What all servers of the proof have in common: a clock, bad days, a count, and streams to be hung up on.

May import: the standard library, faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.prove.faults import Troubles, keeps

Event = TypeVar("Event")


@dataclass(slots=True, kw_only=True)
class Faulty:
    """One server, served at `url`."""

    clock: Callable[[], float] = time.time
    troubles: Troubles = field(default_factory=Troubles)
    arrived: Callable[[], object] | None = None  # told of each request to post, before anything is done about it
    requests: int = 0  # to post
    url: str = ""

    @asynccontextmanager
    async def fate(self, fault: str) -> AsyncIterator[bool]:
        """Whether a post that meets a fault is kept, while it is; what is late takes its time before or after."""
        if fault == "kept late":
            await asyncio.sleep(self.troubles.moment())
        yield keeps(fault)
        if fault.endswith(", late"):
            await asyncio.sleep(self.troubles.moment())

    def struck(self) -> None:
        """Count a request to post, and tell of it."""
        self.requests += 1
        if self.arrived:
            self.arrived()


@dataclass(slots=True)
class Streams(Generic[Event]):
    """Everybody who listens; None is the end."""

    open: set[asyncio.Queue[Event | None]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.open)

    def tell(self, event: Event | None) -> None:
        """Tell everybody of something."""
        for stream in self.open:
            stream.put_nowait(event)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Event | None]]:
        """Hear of everything until the block ends."""
        stream: asyncio.Queue[Event | None] = asyncio.Queue()
        self.open.add(stream)
        try:
            yield stream
        finally:
            self.open.discard(stream)
