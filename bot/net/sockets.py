"""WebSockets of platforms that are spoken through as well as listened to.  May import: errors, ports, this package."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from bot.errors import Rejected, RetryLater, Unsure
from bot.net.exchange import Session
from bot.net.outcome import outcome
from bot.ports import Reply

LARGEST = 4_000_000
"""Bytes of one message; a longer one ends the socket.  As much as `door.CAP` allows an answer to have."""

OPENED_WITHIN = 20.0
"""Seconds until a socket must stand, its handshake included."""

CLOSED_WITHIN = 2.0
"""Seconds that the other side is given to say goodbye too."""


class Standing:
    """A WebSocket that stands; implements `ports.Socket`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, origin: str) -> None:
        self._socket, self._origin = socket, origin
        self._goodbye: int | None = None  # what we close with, from the moment on that we do
        self._theirs: int | None = None  # what they had closed with by then

    @property
    def code(self) -> int | None:
        """The code that the other side closed with; None while it stands, and where it ended without a word."""
        code = self._theirs if self._goodbye is not None else self._socket.close_code
        return None if code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE else code

    async def send(self, text: str) -> None:
        """Say something.

        :raises Unsure: the socket is closed, or breaks
        """
        if self._goodbye is not None or self._socket.close_code is not None:
            raise Unsure(f"{self._origin}: the socket is closed")
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, OSError):
            raise Unsure(f"{self._origin}: the socket broke") from None

    async def heard(self) -> AsyncIterator[str]:
        """What the other side says, until either side closes or the connection breaks."""
        async for message in self._socket:
            if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                yield message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")

    async def close(self, code: int = aiohttp.WSCloseCode.OK) -> None:
        """End it with a code; one that has ended already is fine.  A goodbye is answered with its own code (RFC 6455)."""
        if self._goodbye is None:  # the first one counts, also where it is interrupted
            self._theirs = self.code
            self._goodbye = self._theirs or code
        await self._socket.close(code=self._goodbye)


@asynccontextmanager
async def standing(session: Session, url: URL, headers: Mapping[str, str]) -> AsyncIterator[Standing]:
    """Open a WebSocket, and close it on leaving.  Messages of failures name the origin only.

    :raises RetryLater, Rejected, NeedsLogin: as `ports.Http.socket` says
    """
    where = str(url.origin())
    try:
        async with asyncio.timeout(OPENED_WITHIN):
            socket = await session.ws_connect(
                url,
                headers=headers,
                max_msg_size=LARGEST,
                autoclose=False,  # it would answer any goodbye with 1000
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSED_WITHIN),
            )
    except aiohttp.WSServerHandshakeError as error:
        outcome(Reply(status=error.status, headers={}, body=b"", url=where))
        raise Rejected(f"{where}: there is no WebSocket") from None
    except aiohttp.ClientConnectorError:
        raise RetryLater(f"{where}: no connection could be made") from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise RetryLater(f"{where}: no socket could be opened") from None
    made = Standing(socket, where)
    try:
        yield made
    finally:
        await made.close()
