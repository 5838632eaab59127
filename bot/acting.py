"""What actions work with, and what the asker knows already.  May import: core, ports, store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import Mention
from bot.ports import OwnerDesk
from bot.store import Store, Writer

Values = Mapping[str, str]
"""What an action found, by the names that replies use; None in its place: nothing, and the rule's `else` speaks."""

INSTEAD = "instead"
"""The value that is said in place of the rule's own reply, where an action ended in a way that no rule foresees."""

LATELY = timedelta(hours=12)
"""How long people remember what they were told; after that it may be said again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What the actions work with."""

    db: Writer
    store: Store
    quotes: tuple[str, ...]
    zone: ZoneInfo
    longer: Callable[[int, str], Awaitable[str]]  # (candidate, what was said) → more of it, in a few sentences
    desk: OwnerDesk | None = None  # carries out the owner's orders
    rehearsal: bool = False  # say what would be done, and do nothing


async def said_lately(mention: Mention, on: Acting, now: datetime) -> Sequence[str]:
    """What its author was told in the last hours: an answer doesn't repeat itself."""
    if on.rehearsal:
        return []
    return await on.db(on.store.mentions.said_to, mention.account, mention.author, now - LATELY)
