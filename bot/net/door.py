"""HTTP for platforms: each request sent once, each failure said as "certainly not" or "perhaps".

May import: errors, ports, this package.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.errors import Rejected, RetryLater, Unsure
from bot.net.addresses import Origin, origin
from bot.net.events import Kind, events
from bot.net.exchange import Failed, Session, exchange
from bot.net.sessions import Sessions
from bot.net.sockets import standing
from bot.ports import Reply, Socket

CAP = 4_000_000
"""Bytes of one answer: forty statuses with cards and pictures' descriptions stay under 1 MB, a Matrix sync may not."""

CONNECT_WITHIN = 10.0
"""Seconds until a connection must stand."""

_SCHEMES = {"ws": "http", "wss": "https"}


class Door:
    """Implements `ports.Http` over the client's sessions."""

    def __init__(self, sessions: Sessions, owner_addresses: Sequence[str]) -> None:
        self._sessions = sessions
        self._own = frozenset(_own_origins(owner_addresses))

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,  # noqa: ANN401 -- any JSON value
        form: Mapping[str, str] | None = None,
        data: bytes | None = None,
        timeout: timedelta = timedelta(seconds=30),
    ) -> Reply:
        """Send one request, once, follow no redirect, and give the answer whatever its status.

        Messages name the origin only: several platforms carry tokens in the path.

        :raises RetryLater: nothing was sent (connection refused, name unknown, TLS failed)
        :raises Unsure: the request may have arrived, the answer did not
        :raises Rejected: for an address that is neither the owner's own nor a public https one, or can't be sent at all
        """
        target, session = self._place(url)
        body, kind = _body(json, form, data)
        limit = timeout.total_seconds()
        try:
            return await exchange(
                session,
                method,
                target,
                headers={**({"Content-Type": kind} if kind else {}), **(headers or {})},
                data=body,
                cap=CAP,
                timeout=aiohttp.ClientTimeout(total=limit, sock_connect=min(limit, CONNECT_WITHIN)),
            )
        except Failed as failure:
            message = f"{target.origin()}: {failure}"
            if failure.kind in {"refused", "unsendable"}:
                raise Rejected(message) from None
            if failure.connected:
                raise Unsure(message) from None
            raise RetryLater(message) from None

    async def events(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[str]:
        """Hear what a server streams, as `ports.Http.events` says; only where `send` would go too."""
        kind: Kind = "websocket" if url.startswith(("ws:", "wss:")) else "server-sent events"
        target, session = self._place(_as_http(url))
        async for message in events(session, target, headers or {}, kind):
            yield message

    @asynccontextmanager
    async def socket(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[Socket]:
        """Open a WebSocket to speak through, as `ports.Http.socket` says; only where `send` would go too."""
        if not url.startswith(("ws:", "wss:")):
            raise Rejected("a platform gave an address of a WebSocket that is none")
        target, session = self._place(_as_http(url))
        async with standing(session, target, headers or {}) as opened:
            yield opened

    def _place(self, url: str) -> tuple[URL, Session]:
        """Choose the session that an address deserves.

        :raises Rejected: for an address that we don't send to
        """
        try:
            target = URL(url)
            where = origin(target)
        except ValueError:
            raise Rejected("a platform gave an address that is none") from None
        if where in self._own:
            return target, self._sessions.own
        if target.scheme != "https" or not target.host or target.user is not None:
            raise Rejected(f"{target.scheme}://{target.host} is neither the account's own address nor an https one")
        return target, self._sessions.platform


def _as_http(url: str) -> str:
    """An address of a WebSocket as that of the request which opens it; any other as it is."""
    scheme, colon, rest = url.partition(":")
    return f"{_SCHEMES.get(scheme, scheme)}{colon}{rest}"


def _own_origins(addresses: Sequence[str]) -> list[Origin]:
    return [origin(url) for url in map(URL, addresses) if url.scheme in {"http", "https"} and url.host]


def _body(json: Any, form: Mapping[str, str] | None, data: bytes | None) -> tuple[bytes | None, str | None]:  # noqa: ANN401
    """Encode what is sent, and name its type."""
    if json is not None:
        return jsonlib.dumps(json, separators=(",", ":")).encode("ascii"), "application/json"
    if form is not None:
        return urlencode(form, errors="replace").encode("ascii"), "application/x-www-form-urlencoded"
    return data, None
