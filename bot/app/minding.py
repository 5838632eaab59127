"""A database that is deleted, replaced, or can't be written under the running bot: noticed, saved, and named.

May import: all but cli.
On Unix an open file goes on living without a name: everything would seem well, and be gone after the next stop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

from bot.app.build import Ground
from bot.app.supervise import Tell
from bot.errors import StoreError
from bot.store import Store

log = logging.getLogger("starfish.run")

LOOK = 2.0
"""Seconds between two looks: what is written meanwhile is saved too."""

ROOM = 64 * 2**20
"""Bytes free on the disk below which the owner is told: as many as the database's WAL keeps after a peak."""

LEAST = 2**20
"""Bytes free that are as good as none: a busy minute writes more."""

SUBJECT = "disk"
"""Of the notice that the database can't be written, or soon won't be."""


async def mind_the_file(store: Store, stopping: asyncio.Event) -> None:
    """Stop the bot as soon as its database is no longer where it was opened."""
    while store.stands():  # noqa: ASYNC110 -- nobody tells us but the file system, by looking
        await asyncio.sleep(LOOK)
    log.warning("%s was deleted or replaced: stopping", store.path)
    stopping.set()


async def mind_the_disk(on: Ground, tell: Tell, *, look: float = LOOK) -> None:
    """Tell the owner while room is short, and find out by that very notice whether the disk can be written.

    While it can't, each look tries again: so `Writer.trouble`, and with it the health of the bot, is of this moment,
    also where nobody else has anything to write.
    """
    said = told = ""
    while True:
        why = on.db.trouble or short_of_room(on.store.path)
        if why and why != said:
            log.warning("%s", why)
        said = why
        if why != told:
            with suppress(StoreError):
                await tell(SUBJECT, why or None)
                told = why
        await asyncio.sleep(look)


def short_of_room(path: Path, room: int = ROOM) -> str:
    """What keeps the database from being written, or soon will; "": nothing that can be seen from outside."""
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError:
        return ""  # it is gone as a whole
    if path.exists() and not os.access(path, os.W_OK):
        return f"{path} can't be written any more. See whose it is, and whether its disk has become read-only."
    if free > room:
        return ""
    left = "No room is left" if free < LEAST else f"Less than {room // 2**20} MB are left"
    return f"{left} on the disk of {path}. Make room: the bot says nothing that it can't remember."


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
