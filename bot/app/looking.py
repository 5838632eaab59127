"""The parts of a bot for a command that only looks: nothing is sent, nothing of the owner's is changed.

May import: all but cli.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.app.build import Ground, Stories, ground, stories
from bot.app.installed import platforms, utc_now
from bot.app.once import refresh
from bot.settings import Settings
from bot.share import Gathered
from bot.store import open_store
from bot.store.guard import has_begun


@asynccontextmanager
async def looking(settings: Settings, *, seen: Callable[[Gathered], None]) -> AsyncIterator[tuple[Stories, Ground]]:
    """Open what the bot remembers; where it never ran, read its feeds once, into a memory that is thrown away.

    `seen` is told of each feed that is read for that.
    """
    async with AsyncExitStack() as stack:
        remembers = has_begun(settings.bot.database)
        path = settings.bot.database
        if not remembers:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="starfish-"))) / "look.db"
        store = stack.enter_context(open_store(path, mode="read" if remembers else "run", now=utc_now()))
        on = await stack.enter_async_context(ground(settings, store))
        built = await stories(settings, on, platforms(), look_only=remembers)
        if not remembers:
            await refresh(on, built, utc_now(), seen=seen)
        yield built, on
