"""The store: one connection, and the parts of the bot's memory on it.

May import: within the store its own parts.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from bot.store.archive import Archive
from bot.store.clock import Clock
from bot.store.connection import BUSY, Connection
from bot.store.feeds import Feeds
from bot.store.forgetting import Forgetting
from bot.store.guard import Guard
from bot.store.mentions import Mentions
from bot.store.outbox import Outbox
from bot.store.owner import Owner
from bot.store.part import Part
from bot.store.promises import Promises
from bot.store.rules import Rules
from bot.store.subscriptions import Subscriptions
from bot.store.timeline import Timeline

PartKind = TypeVar("PartKind", bound=Part)


class Store:
    """The bot's memory.  `open_store` makes one; a command calls its methods directly, the bot through a `Writer`."""

    def __init__(self, connection: Connection, guard: Guard | None = None) -> None:
        self.path: Path = connection.path
        self.connection = connection
        self.feeds = Feeds(connection)
        self.outbox = Outbox(connection)
        self.mentions = Mentions(connection)
        self.rules = Rules(connection)
        self.timeline = Timeline(connection)
        self.owner = Owner(connection)
        self.archive = Archive(connection)
        self.promises = Promises(connection)
        self.forgetting = Forgetting(connection)
        self.clock = Clock(connection)
        self.subscriptions = Subscriptions(connection)
        self._guard = guard

    def part(self, kind: type[PartKind]) -> PartKind:
        """The part of a kind: how a call is carried over to another connection."""
        return next(each for each in vars(self).values() if type(each) is kind)

    def reader(self) -> Store:
        """The same database on a read-only connection of its own, for another thread.  Raises StoreError."""
        return Store(Connection(self.path, "ro", busy=BUSY))

    def stands(self) -> bool:
        """Whether the file that was opened still lies in its place."""
        return self._guard is None or self._guard.stands()

    def close(self) -> None:
        """Close it; a process lock is given back."""
        self.connection.close()
        if self._guard is not None:
            self._guard.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        self.close()
        return False
