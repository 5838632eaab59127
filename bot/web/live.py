"""One reader for all live streams: it waits for the store to change and hands new timeline items round.

May import: model, errors, and web's own `parts`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import timedelta

from bot.errors import StarfishError
from bot.model import TimelineItem
from bot.web.parts import WebParts

log = logging.getLogger(__name__)

BATCH = 1000  # items read at once
_KEPT = 1000  # items kept for streams that are nearly up to date, so that fifty streams cost one read
_AFTER_FAILURE = timedelta(seconds=1)


class Live:
    """Knows the newest item, and wakes who waits for a newer one."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._recent: deque[TimelineItem] = deque(maxlen=_KEPT)
        self._bell = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self.newest = 0
        self.streams = 0
        self.closing = False

    async def start(self) -> None:
        """Learn the newest item and begin to watch."""
        latest = await self._parts.items(None, 1)
        self.newest = latest[-1].id if latest else 0
        self._reader = asyncio.create_task(self._watch(), name="web: live reader")
        self._reader.add_done_callback(_say_why)

    @property
    def well(self) -> bool:
        """Whether the reader still reads."""
        return self._reader is not None and not self._reader.done()

    def hang_up(self) -> None:
        """End all streams: the program stops."""
        self.closing = True
        self._ring()

    async def stop(self) -> None:
        """Stop watching."""
        self.hang_up()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def after(self, last: int, patience: timedelta) -> list[TimelineItem]:
        """The items after `last`, oldest first; none if nothing newer came in `patience`, or when all is closing."""
        bell = self._bell
        if self.newest <= last and not self.closing:
            try:
                async with asyncio.timeout(patience.total_seconds()):
                    await bell.wait()
            except TimeoutError:
                return []
        if self.closing or self.newest <= last:
            return []
        if self._recent and self._recent[0].id <= last + 1:
            return [item for item in self._recent if item.id > last]
        return await self._parts.items(last, BATCH)

    async def _watch(self) -> None:
        seen = 0
        while True:
            try:
                while batch := await self._parts.items(self.newest, BATCH):
                    self._recent.extend(batch)
                    self.newest = batch[-1].id
                    self._ring()
                seen = await self._parts.wait(seen)
            except StarfishError as error:  # a full disk, a locked database: it may pass
                log.warning("the timeline can't be read for live pages: %s", error)
                await asyncio.sleep(_AFTER_FAILURE.total_seconds())

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


def _say_why(reader: asyncio.Task[None]) -> None:
    """A reader that stopped by our own mistake shows in the log, and from then on in /healthz."""
    if not reader.cancelled() and (error := reader.exception()) is not None:
        log.error("the live timeline stopped", exc_info=error)
