"""A server that sends what a test says, byte for byte: for answers that no proper server can give."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Wire:
    """Where the server listens, and what was asked of it."""

    port: int = 0
    scheme: str = "http"
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.scheme}://127.0.0.1:{self.port}/"


@asynccontextmanager
async def wire(
    pieces: Iterable[bytes], *, hang: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Wire]:
    """Answer each connection with the pieces and close it, or `hang` until the other side does."""
    said = list(pieces)
    place = Wire(scheme="https" if tls else "http")
    over = asyncio.Event()
    handlers: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        try:
            place.heads.append(await reader.readuntil(b"\r\n\r\n"))
            for piece in said:
                writer.write(piece)
                await writer.drain()
            if hang:
                await over.wait()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        over.set()
        server.close()
        await asyncio.gather(*(task for task in handlers if task), return_exceptions=True)
        await server.wait_closed()
