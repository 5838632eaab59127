"""The only sessions of the bot's HTTP: which connector guards what.  May import: aiohttp, this package.

Opened at their first use, because aiohttp wants a running loop.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from ipaddress import IPv4Address

import aiohttp
from aiohttp.abc import AbstractResolver

from bot.net.exchange import TIMEOUT, Connector, Session, staying
from bot.net.guard import AddressInfo, Guard, Network, inside, plain, unguarded
from bot.net.names import HomeNames, SystemNames

AT_ONCE = 100
"""Connections in all; measured: with 100 the slowness of servers hides fully, more only costs memory."""

# Brotli only where aiohttp can unpack it; its pieces stay under 1 MB since 3.14.1, as those of gzip do.
ENCODINGS = "gzip, deflate, br" if find_spec("brotli") or find_spec("brotlicffi") else "gzip, deflate"

SocketFactory = Callable[[AddressInfo], socket.socket]


class Sessions:
    """One session for each degree of trust."""

    def __init__(
        self,
        *,
        agent: str,
        allowed: Sequence[Network],
        resolver: AbstractResolver | None,
        trust: ssl.SSLContext | None,
    ) -> None:
        self._agent = agent
        self._allowed = tuple(allowed)
        self._given_resolver = resolver
        self._trust = trust
        self._resolver: HomeNames | None = None
        self._open: dict[str, Session] = {}

    @property
    def foreign(self) -> Session:
        """For feeds, pages and discovery: the guard, and the owner's private networks."""
        return self._session("foreign", partial(self._new, Guard(self._allowed), keep=True))

    @property
    def proxied(self) -> Session:
        """For feeds with a proxy of the owner's: it connects to nothing but that."""
        return self._session("proxied", partial(self._new, unguarded, keep=False))

    @property
    def platform(self) -> Session:
        """For addresses that a platform names: public ones only."""
        return self._session("platform", partial(self._new, Guard(), keep=False))

    @property
    def own(self) -> Session:
        """For addresses that the owner wrote for a platform: any."""
        return self._session("own", partial(self._new, unguarded, keep=False))

    def at_home(self, host: str) -> bool:
        """Whether a host is known to live within the owner's private networks; a name is, once it was looked up."""
        if not self._allowed:
            return False
        if host == "localhost" or host.endswith(".localhost"):
            return inside(IPv4Address("127.0.0.1"), self._allowed)
        try:
            return inside(plain(host), self._allowed)
        except ValueError:
            return self._resolver is not None and host in self._resolver.names

    async def close(self) -> None:
        """Close all that was opened."""
        for session in self._open.values():
            await session.close()
        self._open.clear()
        if self._resolver is not None:
            await self._resolver.close()
            self._resolver = None

    def _session(self, name: str, make: Callable[[], Session]) -> Session:
        if name not in self._open:
            self._open[name] = make()
        return self._open[name]

    def _new(self, sockets: SocketFactory, *, keep: bool) -> Session:
        if self._resolver is None:
            self._resolver = HomeNames(self._given_resolver or SystemNames(), self._allowed)
        connector = Connector(
            limit=AT_ONCE,
            resolver=self._resolver,
            socket_factory=sockets,
            # A kept connection may be closed under our feet: then nobody knows whether a post arrived.
            force_close=not keep,
            ssl=self._trust or True,
        )
        return Session(
            connector=connector,
            headers={"User-Agent": self._agent, "Accept-Encoding": ENCODINGS},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=TIMEOUT,
            trust_env=False,  # a proxy of the environment would connect where the guard can't see
            trace_configs=None if keep else [staying()],
        )
