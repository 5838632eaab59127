"""Names become addresses: the system's name service, and what we remember of the owner's own names.

May import: aiohttp, this package.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.net.guard import Network, inside, plain

LOOKUPS = 16
"""Look-ups under way; more would only make a slow name server slower."""

HOME_NAMES = 1_000
"""Names within the owner's private networks that are remembered."""

Lookup = Callable[[str, int, int], Sequence[tuple[int, int, int, str, tuple[Any, ...]]]]


def system_lookup(host: str, port: int, family: int) -> Sequence[tuple[int, int, int, str, tuple[Any, ...]]]:
    """Ask the system; blocks as long as its name server likes."""
    return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


class SystemNames(AbstractResolver):
    """The system's name service, asked in daemon threads of its own.

    The threads that the loop has for everything would all wait for a name server that doesn't answer: condensing would
    stand still, and so would the end of the program.
    """

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._slots = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up.

        :raises OSError: if there is no such name
        """
        async with self._slots:
            answer: asyncio.Future[Sequence[Any]] = asyncio.get_running_loop().create_future()
            threading.Thread(target=self._ask, args=(answer, host, port, family), daemon=True, name="names").start()
            found = await answer
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=address[1],
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Nothing to release: look-ups that still run die with the process."""

    def _ask(self, answer: asyncio.Future[Sequence[Any]], host: str, port: int, family: int) -> None:
        try:
            found = self._lookup(host, port, family)
        except (OSError, UnicodeError) as error:
            _settle(answer, partial(answer.set_exception, OSError(str(error))))
        else:
            _settle(answer, partial(answer.set_result, found))


def _settle(answer: asyncio.Future[Sequence[Any]], settle: Callable[[], None]) -> None:
    """Answer from a thread, unless nobody waits any more."""
    try:
        answer.get_loop().call_soon_threadsafe(lambda: None if answer.done() else settle())
    except RuntimeError:
        return  # the loop is closed: the program ended before its name server answered


class HomeNames(AbstractResolver):
    """Resolves as another resolver does, and remembers which names live within the owner's private networks."""

    def __init__(self, resolver: AbstractResolver, allowed: Sequence[Network]) -> None:
        self._resolver = resolver
        self._allowed = tuple(allowed)
        self.names: set[str] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a name up.

        :raises OSError: if there is no such name, or it has no address
        """
        found = await self._resolver.resolve(host, port, family)
        if not found:
            raise OSError(None, "the name has no address")  # aiohttp itself stumbles over an empty answer
        home = all(inside(plain(one["host"]), self._allowed) for one in found)
        if home and len(self.names) < HOME_NAMES:
            self.names.add(host)
        elif not home:
            self.names.discard(host)
        return found

    async def close(self) -> None:
        """Release the resolver."""
        await self._resolver.close()
