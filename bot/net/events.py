"""Streams of platforms, a WebSocket or server-sent events: only ever a bell for somebody who then asks properly.

May import: errors, ports, this package.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Literal

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from bot.errors import Rejected, RetryLater, Unsure
from bot.net.exchange import Session, joined
from bot.net.outcome import outcome
from bot.ports import Reply

SILENCE = 90.0
"""Seconds without a sign of life after which a stream counts as dead; Mastodon sends one every 15 to 30."""

LARGEST = 1_000_000
"""Bytes of one message; a longer one ends the stream."""

CONNECT_WITHIN = 10.0

Kind = Literal["websocket", "server-sent events"]


async def events(session: Session, url: URL, headers: Mapping[str, str], kind: Kind) -> AsyncIterator[str]:
    """Give "" once the stream stands, then each message as text, until the server ends it.

    Messages of failures name the origin only: streams are where platforms put tokens into addresses.
    :raises RetryLater, Unsure, Rejected, NeedsLogin: as `ports.Http.events` says
    """
    stands = False
    stream = _socket(session, url, headers) if kind == "websocket" else _sent(session, url, headers)
    try:
        async for message in stream:
            stands = True
            yield message
    except aiohttp.WSServerHandshakeError as error:
        outcome(Reply(status=error.status, headers={}, body=b"", url=str(url.origin())))
        raise Rejected(f"{url.origin()}: there is no WebSocket") from None
    except aiohttp.ClientConnectorError:
        raise RetryLater(f"{url.origin()}: no connection could be made") from None
    except (aiohttp.ClientError, HttpProcessingError, TimeoutError, OSError, ValueError):  # the second: an endless line
        if stands:
            raise Unsure(f"{url.origin()}: the stream broke") from None
        raise RetryLater(f"{url.origin()}: no stream could be opened") from None


async def _socket(session: Session, url: URL, headers: Mapping[str, str]) -> AsyncIterator[str]:
    patience = aiohttp.ClientWSTimeout(ws_close=2.0)
    async with session.ws_connect(
        url, headers=headers, heartbeat=SILENCE / 3, max_msg_size=LARGEST, timeout=patience
    ) as socket:
        yield ""
        async for message in socket:
            if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                yield message.data if isinstance(message.data, str) else message.data.decode("utf-8", "replace")


async def _sent(session: Session, url: URL, headers: Mapping[str, str]) -> AsyncIterator[str]:
    async with session.get(
        url,
        headers={"Accept": "text/event-stream", **headers},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN, sock_read=SILENCE),
        allow_redirects=False,
        read_bufsize=LARGEST // 2,  # a line may be twice that
    ) as response:
        outcome(Reply(status=response.status, headers=joined(response), body=b"", url=str(url.origin())))
        if response.status != HTTPStatus.OK or response.content_type != "text/event-stream":
            raise Rejected(f"{url.origin()}: there are no server-sent events")
        yield ""
        async for message in _messages(response.content):
            yield message


async def _messages(content: aiohttp.StreamReader) -> AsyncIterator[str]:
    """Cut a stream into messages, as the HTML standard says: `data:` lines up to an empty one; the rest is a heartbeat.

    :raises ValueError: if one is too long
    """
    data: list[bytes] = []
    size = 0
    async for line in content:
        text = line.rstrip(b"\r\n")
        if text.startswith(b"data:"):
            data.append(text[5:].removeprefix(b" "))
            size += len(text)
        elif not text and data:
            yield b"\n".join(data).decode("utf-8", "replace")
            data, size = [], 0
        if size > LARGEST:
            raise ValueError("a message without end")
