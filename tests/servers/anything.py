"""A server that answers every question in the same way, whatever it is: for answers of the right status and no sense."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class Anything:
    """What is answered, and how often it was."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    only_posts: bool = False  # questions that only look are told that nothing is there
    asked: int = 0
    last: str = ""  # the last path that was asked
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Say it."""
        await request.read()
        self.asked, self.last = self.asked + 1, request.path
        if self.only_posts and request.method == "GET":
            return web.json_response({}, status=404)
        return web.Response(status=self.status, body=self.body, content_type="application/json", headers=self.headers)


@asynccontextmanager
async def anything() -> AsyncIterator[Anything]:
    """Serve on loopback until the end of the block."""
    place = Anything()
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", place.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        place.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield place
    finally:
        await runner.cleanup()
