"""One request and its answer, read within a cap, and what can go wrong said in words.  May import: ports, this package.

Exceptions of aiohttp carry addresses and headers, so secrets too: none leaves this module, nor do their texts.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal
from weakref import WeakSet

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from bot.net.guard import Refused
from bot.ports import Reply

Session = aiohttp.ClientSession  # noqa: TID251 -- this package is the HTTP client
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10, sock_read=15)
"""For one foreign request, redirects not included: a slow server costs one of many tasks half a minute at most."""

Kind = Literal["refused", "unreachable", "broken", "large", "slow", "unsendable"]


class Failed(Exception):
    """No usable answer: of which kind, in words without secrets, and whether a connection ever stood."""

    def __init__(self, kind: Kind, words: str, *, connected: bool) -> None:
        self.kind: Kind = kind
        self.connected = connected
        super().__init__(words)


@dataclass(slots=True)
class Journey:
    """How far a request came."""

    connected: bool = False
    reused: bool = False


_journey: ContextVar[Journey | None] = ContextVar("journey", default=None)
"""The journey of the request that this task makes."""


class _Dropped(aiohttp.ClientError):
    """The server hung up on a fresh connection; of a class that aiohttp doesn't try again by itself."""


class TooLarge(Exception):
    """An answer is, or says it is, larger than its cap."""


class Connector(aiohttp.TCPConnector):
    """Notes in each request's `Journey` how far it came.

    aiohttp's own tracing would tell that too, at twelve events a request: a tenth of what a poll costs.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 -- those of aiohttp's
        super().__init__(**options)
        self._used: WeakSet[asyncio.BaseProtocol] = WeakSet()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        journey, protocol = _journey.get(), connection.protocol
        if journey is not None and protocol is not None:
            journey.connected, journey.reused = True, protocol in self._used
            self._used.add(protocol)
        return connection


def staying() -> aiohttp.TraceConfig:
    """Have a session go nowhere by itself: aiohttp gives WebSockets no switch for it."""

    async def redirected(_: Session, __: SimpleNamespace, ___: Any) -> None:  # noqa: ANN401
        raise _Dropped

    config = aiohttp.TraceConfig()
    config.on_request_redirect.append(redirected)
    return config


async def exchange(
    session: Session,
    method: str,
    url: URL,
    *,
    headers: Mapping[str, str],
    cap: int,
    data: bytes | None = None,
    timeout: aiohttp.ClientTimeout = TIMEOUT,
    proxy: URL | None = None,
    body_of: Callable[[int, str], bool] = lambda _, __: True,
    cut: bool = False,
) -> Reply:
    """Send one request, follow nothing, and read the answer up to `cap` bytes, counted after decompression.

    `body_of` says for which statuses and content types a body is read at all; with `cut` a longer body is cut instead
    of refused.
    :raises Failed: if there is no usable answer
    """
    journey = Journey()
    _journey.set(journey)
    try:
        async with session.request(
            method,
            url,
            headers=headers,
            data=data,
            timeout=timeout,
            proxy=proxy,
            allow_redirects=False,
            middlewares=(_once(journey),),
        ) as response:
            if body_of(response.status, response.headers.get("Content-Type", "")):
                body = await read_capped(response, cap, cut=cut)
            else:
                body = b""
                response.close()
            return Reply(status=response.status, headers=joined(response), body=body, url=str(response.url))
    except TooLarge:
        raise Failed("large", f"more than {_size(cap)}", connected=True) from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, UnicodeError) as error:
        kind, words = _explained(error)
        raise Failed(kind, words, connected=journey.connected) from None


def _once(journey: Journey) -> Callable[[Any, Any], Awaitable[aiohttp.ClientResponse]]:
    """Forbid aiohttp's own second try, except on a kept connection, where it only means that the server had closed it."""

    async def attempt(request: aiohttp.ClientRequest, handler: Any) -> aiohttp.ClientResponse:  # noqa: ANN401
        try:
            response: aiohttp.ClientResponse = await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            if journey.reused:
                journey.reused = False
                raise
            raise _Dropped from None
        return response

    return attempt


async def read_capped(response: aiohttp.ClientResponse, cap: int, *, cut: bool = False) -> bytes:
    """Read a body piece by piece, never more than `cap` bytes and one piece (under 1 MB).

    :raises TooLarge: if it is longer, unless it may be cut
    """
    if not cut and (response.content_length or 0) > cap:
        response.close()
        raise TooLarge
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_any():
        size += len(piece)
        pieces.append(piece)
        if size > cap:
            response.close()
            if not cut:
                raise TooLarge
            break
    return b"".join(pieces)[:cap]


def joined(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Give the headers by lower-case name, repeated ones joined as RFC 9110 allows."""
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _explained(error: Exception) -> tuple[Kind, str]:  # noqa: C901 -- one flat table of what can go wrong
    """Say what happened in words that hold neither address nor header."""
    reason = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(reason, Refused):
        return "refused", (
            "it leads to a private address, or a port where no website lives"
            " (addresses of your own go into [net] allow_private)"
        )
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "unreachable", f"its certificate is not valid ({_certificate(error)})"
    if isinstance(error, aiohttp.ClientSSLError):
        return "unreachable", "no secure connection could be made"
    if isinstance(error, aiohttp.ClientConnectorDNSError) or isinstance(reason, socket.gaierror):
        return "unreachable", "its name can't be found"
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return "unreachable", "the proxy doesn't let us through"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "slow", "no connection could be made in time"
    if isinstance(error, TimeoutError):
        return "slow", "it took too long to answer"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "unreachable", "no connection could be made"
    if isinstance(error, aiohttp.InvalidURL):
        return "unsendable", "its address can't be used"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "broken", "the answer broke off, or could not be unpacked"
    if isinstance(error, aiohttp.ClientResponseError):
        return "broken", "the answer was not proper HTTP"
    if isinstance(error, aiohttp.ClientError | OSError):
        return "broken", "the connection broke before the answer came"
    return "unsendable", "the request has characters in it that HTTP can't carry"


def _certificate(error: aiohttp.ClientConnectorCertificateError) -> str:
    """Name what is wrong with a certificate, in OpenSSL's words, which name no secret."""
    return str(getattr(error.certificate_error, "verify_message", "") or "unknown reason").rstrip(".")


def _size(cap: int) -> str:
    return f"{cap / 1_000_000:g} MB" if cap >= 100_000 else f"{cap / 1000:g} kB"
