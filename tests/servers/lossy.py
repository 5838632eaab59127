"""A proxy that passes a request on and loses the answer: what a server did, its client doesn't hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass


@dataclass(slots=True)
class Lossy:
    """Where the proxy listens, and how many of the next answers it loses, after so many bytes of each."""

    url: str = ""
    loses: int = 0
    after: int = 0
    lost: int = 0


@asynccontextmanager
async def lossy(port: int) -> AsyncIterator[Lossy]:
    """Stand before the server on a port of loopback; answers to GET are never lost."""
    proxy = Lossy()
    handlers: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await _passed_on(reader, writer, port, proxy)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await asyncio.gather(*(task for task in handlers if task), return_exceptions=True)
        await server.wait_closed()


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, proxy: Lossy) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    length = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
    body = await reader.readexactly(length)
    there, back = await asyncio.open_connection("127.0.0.1", port)
    back.write(b"\r\n".join([*lines[:-2], b"Connection: close", b"", b""]) + body)
    await back.drain()
    answer = await there.read()
    back.close()
    if proxy.loses and not head.startswith(b"GET"):
        proxy.loses -= 1
        proxy.lost += 1
        answer = answer[: proxy.after]
    writer.write(answer)
    await writer.drain()
