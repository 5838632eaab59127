"""One client's connection: hung up on when silent or one too many; what isn't HTTP gets a short answer.

May import: the standard library and aiohttp.web.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Server": "starfish",
}
CONNECTIONS = 300  # at once; more are hung up on
_SPEAK_WITHIN = 20  # seconds that a new connection has for the head of its first request
_KEEP_ALIVE = 75  # seconds
_LINGER = 2  # seconds that we read on after refusing a body, so that the client sees why


def add_headers(response: web.StreamResponse) -> None:
    """The headers that every answer carries, failures included."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


class Connection(web.RequestHandler):
    """A connection of our own server."""

    def __init__(self, server: web.Server, *, loop: asyncio.AbstractEventLoop) -> None:
        self._crowd = server
        self._silence: asyncio.TimerHandle | None = None
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # switches it off: addresses may hold one-time tokens
            keepalive_timeout=_KEEP_ALIVE,
            lingering_time=_LINGER,
            auto_decompress=False,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock of the first request."""
        super().connection_made(transport)
        if len(self._crowd.connections) > CONNECTIONS:
            self.force_close()
            return
        self._silence = asyncio.get_running_loop().call_later(_SPEAK_WITHIN, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the clock."""
        self.spoke()
        super().connection_lost(exc)

    def spoke(self) -> None:
        """The client sent a whole head: it isn't silent."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 -- aiohttp's words quote what was sent
    ) -> web.StreamResponse:
        """Answer what could not be read as HTTP: plain words, our headers, and nothing of what was sent."""
        if status >= 500:
            self.log_exception("a request from %s failed", request.remote, exc_info=exc)
        words = (
            "this is not a request that this server understands\n" if status < 500 else "something went wrong here\n"
        )
        response = web.Response(status=status, text=words)
        add_headers(response)
        response.force_close()
        return response
