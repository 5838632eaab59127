"""The web application put together, and the server that carries it.

May import: errors, and web's own modules.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.errors import UsageError
from bot.web import api, assets, desk, guard, page, websub
from bot.web.connection import Connection
from bot.web.live import Live
from bot.web.mentions import MAX_BODY
from bot.web.parts import WebParts
from bot.web.render import PAGES, Pages
from bot.web.visitor import EXPOSED, PARTS

LAST_WORDS = 1  # seconds that running requests have when the program stops, after all deliveries had theirs


def make_app(parts: WebParts, *, exposed: bool = False) -> web.Application:
    """The application.  `exposed`: other machines can reach its address, so that everything needs the login."""
    app = web.Application(middlewares=[guard.doorkeeper], client_max_size=MAX_BODY)
    files = assets.load()
    app[PARTS], app[EXPOSED] = parts, exposed
    app[PAGES], app[api.LIVE] = Pages(parts, files), Live(parts)
    app.on_response_prepare.append(guard.add_headers)
    api.add_routes(app)
    page.add_routes(app)
    desk.add_routes(app)
    websub.add_routes(app)
    assets.add_routes(app, files)
    app.cleanup_ctx.append(_live)
    app.on_shutdown.append(_hang_up)
    return app


async def _live(app: web.Application) -> AsyncIterator[None]:
    await app[api.LIVE].start()
    yield
    await app[api.LIVE].stop()


async def _hang_up(app: web.Application) -> None:
    app[api.LIVE].hang_up()


@dataclass(frozen=True, slots=True)
class Serving:
    """A running server."""

    url: str  # where people on this machine find the page, ending in "/"
    port: int
    parts: WebParts

    def login_link(self, base: str | None = None) -> str:
        """A new link that lets the owner in, once; under `base` (a public address) where that is given."""
        return f"{(base or self.url).rstrip('/')}/login?token={self.parts.login.new_token()}"


@asynccontextmanager
async def serve(parts: WebParts, host: str, port: int) -> AsyncIterator[Serving]:
    """Serve until the block ends; then live streams end at once and running requests have a few seconds.

    Port 0 takes a free one.

    :raises UsageError: the address can be reached by other machines and there is no password, or it is taken
    """
    exposed = not is_loopback(host)
    if exposed and not parts.login.has_password:
        raise UsageError(
            f'other machines can reach {host}, so the page needs a password: set [web] password = {{ env = "…" }}, '
            'or listen = "127.0.0.1:8420"'
        )
    runner = web.AppRunner(make_app(parts, exposed=exposed), access_log=None, shutdown_timeout=LAST_WORDS)
    await runner.setup()
    try:
        listening = await _listen(runner, host, port)
        try:
            bound = int(listening.sockets[0].getsockname()[1])
            yield Serving(url=f"http://{_name_for(host)}:{bound}/", port=bound, parts=parts)
        finally:
            listening.close()  # not wait_closed: it waits for live streams, which end in cleanup
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
    server = runner.server
    assert server is not None  # after setup
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(lambda: Connection(server, loop=loop), host.strip("[]") or None, port)
    except OSError as error:
        raise UsageError(
            f"The page can't be served at {host}:{port} ({os.strerror(error.errno) if error.errno else error}),"
            " so nothing was started. Stop what uses that address, or choose another `listen` in [web]."
        ) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address that is bound to `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _name_for(host: str) -> str:
    if host in ("", "0.0.0.0", "::", "[::]"):  # noqa: S104 -- compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
