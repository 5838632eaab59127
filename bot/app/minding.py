"""A database that is deleted or replaced under the running bot: noticed, saved, and named.  May import: all but cli.

On Unix an open file goes on living without a name: everything would seem well, and be gone after the next stop.
"""

from __future__ import annotations

import asyncio
import logging

from bot.app.build import Ground
from bot.errors import StoreError
from bot.store import Store

log = logging.getLogger("starfish.run")

LOOK = 2.0
"""Seconds between two looks: what is written meanwhile is saved too."""


async def mind_the_file(store: Store, stopping: asyncio.Event) -> None:
    """Stop the bot as soon as its database is no longer where it was opened."""
    while store.stands():  # noqa: ASYNC110 -- nobody tells us but the file system, by looking
        await asyncio.sleep(LOOK)
    log.warning("%s was deleted or replaced: stopping", store.path)
    stopping.set()


async def rescue(on: Ground) -> None:
    """Save what a lost file held, as long as it is open.

    :raises StoreError: always: the sentence that tells how to go on
    """
    path = on.store.path
    kept = path.with_name(f"{path.name}.rescued-{on.now():%Y%m%d-%H%M%S}")
    await on.db(on.store.owner.backup, kept)
    raise StoreError(
        f"{path} was deleted or replaced while the bot ran, so it stopped. All that it held is saved."
        f" Go on with: starfish restore {kept}"
    )
