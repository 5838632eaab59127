"""The store for asyncio: one thread writes, one reads, and calls that come together share one commit.

May import: errors, and within the store its own parts.
A commit that is synced to the disk takes milliseconds, whether it carries one call or a hundred: so the calls that wait
while one batch is committed become the next batch.  Each is in a savepoint of its own, and is answered only after the
commit.  A call that was queued is made, even if whoever awaits it is cancelled meanwhile: a receipt must not get lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import ParamSpec, TypeVar

from bot.errors import StoreError
from bot.store.calls import Call, CallThread, Patience
from bot.store.connection import Connection
from bot.store.part import Part, kind_of
from bot.store.store import Store

P = ParamSpec("P")
T = TypeVar("T")

POLL = 0.5
"""Seconds between two looks for commits of other processes, while somebody waits for a change."""


class Writer:
    """Brings the store's methods to asyncio: `await db(store.outbox.claim, "timeline", now=now)`.

    Made inside the running loop.  Methods marked `@reading` run on a read-only connection of their own, and see
    everything whose call was answered before.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._loop = asyncio.get_running_loop()
        self._reader = store.reader()
        patience = Patience()
        self._writes = CallThread("store-writer", self._write, self._loop, patience)
        self._reads = CallThread("store-reader", self._read, self._loop, patience)
        self.trouble = ""  # why the last write failed, in a sentence; "": it did not
        self._closed = False
        self._changes = 1
        self._version: int | None = None
        self._committed = asyncio.Event()
        self._waiters = 0
        self._watch: asyncio.Task[None] | None = None
        self._next: asyncio.Future[None] = self._loop.create_future()

    async def __call__(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one method of the store and give its answer, once that is committed.

        :raises StoreError: it could not be stored; nothing of this call was, the calls beside it are not affected
        """
        kind = kind_of(call)
        if kind == "reading":
            call = self._on_reader(call)
        if self._closed:
            raise StoreError("The store is closed.")
        one = Call(call, kind, self._loop.create_future(), args, kwargs)
        if kind == "reading":
            self._reads.put(one)
            read: T = await one.future
            return read
        self._writes.put(one)
        try:
            answer: T = await one.future
        except StoreError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        self._committed.set()
        return answer

    async def wait_for_change(self, seen: int) -> int:
        """Wait until something was committed after the count `seen`, by us or by another process; gives the new count.

        The count begins at 1, so 0 answers at once.
        """
        self._waiters += 1
        try:
            while self._changes <= seen and not self._closed:
                if self._watch is None or self._watch.done():
                    self._watch = asyncio.create_task(self._watching(), name="store-watch")
                await asyncio.wait((asyncio.shield(self._next), self._watch), return_when=asyncio.FIRST_COMPLETED)
                if self._watch.done() and not self._watch.cancelled() and (error := self._watch.exception()):
                    raise error
            return self._changes
        finally:
            self._waiters -= 1

    async def close(self) -> None:
        """Finish what is queued, answer it, and stop both threads; the store itself stays open."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait((self._watch,))
        self._turn_over()
        for thread in (self._writes, self._reads):
            thread.hand_over()
            await asyncio.to_thread(thread.stop)
        self._reader.close()

    async def _watching(self) -> None:
        """While somebody waits: look for commits, at once after one of ours, else every half second."""
        while self._waiters and not self._closed:
            self._committed.clear()
            one = Call(self._reader.connection.version, "reading", self._loop.create_future())
            self._reads.put(one)
            version = await one.future
            if version != self._version:
                self._version = version
                self._changes += 1
                self._turn_over()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._committed.wait()

    def _turn_over(self) -> None:
        """Wake all who wait for a change."""
        if not self._next.done():
            self._next.set_result(None)
        self._next = self._loop.create_future()

    def _on_reader(self, call: Callable[P, T]) -> Callable[P, T]:
        """The same method of the same part, on the read-only connection."""
        part = getattr(call, "__self__", None)
        if not isinstance(part, Part):
            raise TypeError(f"{call!r} is no method of a part of the store")
        name: str = getattr(call, "__name__", "")
        twin: Callable[P, T] = getattr(self._reader.part(type(part)), name)
        return twin

    def _write(self, calls: Sequence[Call]) -> None:
        if len(calls) == 1:  # its method opens a transaction of its own, as durable as it needs
            _make(calls)
            return
        try:
            with self.store.connection.writing(durable=any(call.kind == "durable" for call in calls)):
                _make_in_turn(calls, self.store.connection)
        except StoreError:
            for call in calls:  # one at a time, so that one call's failure is no other's
                call.value = call.error = None
                self._write([call])

    def _read(self, calls: Sequence[Call]) -> None:
        if len(calls) == 1:
            _make(calls)
            return
        try:
            # One snapshot for all: it is newer than every one of their questions.
            with self._reader.connection.reading():
                _make_in_turn(calls, self._reader.connection)
        except StoreError as error:
            for call in calls:
                call.error = call.error or error


def _side_by_side(calls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    """The calls in their order, those that one method makes together in one piece where no other call stands between."""
    for many, some in groupby(calls, key=lambda call: call.together):
        if many is None:
            yield from ([call] for call in some)
        else:
            yield list(some)


def _make_in_turn(calls: Sequence[Call], connection: Connection) -> None:
    """Make them within the open transaction; those that failed together are made one by one, so that one alone fails.

    :raises StoreError: SQLite gave the whole transaction up, not only a call's part of it
    """
    for some in _side_by_side(calls):
        _make(some)
        if not connection.raw.in_transaction:
            raise StoreError(str(some[-1].error))
        if len(some) > 1 and some[0].error:
            for call in some:
                call.error = None
                _make_in_turn([call], connection)


def _make(calls: Sequence[Call]) -> None:
    """Make one call, or several of one method together, which then fail together."""
    many = calls[0].together if len(calls) > 1 else None
    try:
        if many is None:
            for call in calls:
                call.value = call.method(*call.args, **call.kwargs)
        else:
            for call, value in zip(calls, many([call.args for call in calls]), strict=True):
                call.value = value
    except Exception as error:  # noqa: BLE001 -- the thread's boundary: whatever it is, the caller gets it
        for call in calls:
            call.error = error
