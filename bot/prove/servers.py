"""The servers of the proof, each also as a process of its own: `python -m bot.prove.servers mastodon --faults 0.3`.

It prints its port.  `POST /_/faults` takes a list of faults that happen next, one a post; `POST /_/say` lets somebody
speak to the bot; `GET /_/there` tells what it kept.  May import: aiohttp, the servers.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from aiohttp import web

from bot.prove.faults import LATE, Troubles
from bot.prove.mastodon_server import MastodonServer
from bot.prove.webhook_server import WebhookServer


class Served(Protocol):
    """What all servers of the proof have in common."""

    url: str

    def app(self) -> web.Application:
        """Its interface."""
        ...

    def there(self) -> list[str]:
        """What it kept, by what it is known by."""
        ...

    def say(self, author: str, text: str) -> object:
        """Let somebody speak to the bot."""
        ...


Kind = TypeVar("Kind", bound=Served)


@asynccontextmanager
async def serving(server: Kind, port: int = 0) -> AsyncIterator[Kind]:
    """Let a server listen on loopback, on any free port unless one is named."""
    app = server.app()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()


def mastodon(troubles: Troubles) -> MastodonServer:
    """A server that keeps Mastodon's promises, with its worst known habit: a used key is answered with 500."""
    lag = troubles.moment if troubles.share else float
    return MastodonServer(troubles=troubles, used_key="500", lag=lag, redelivers=troubles.share > 0)


def gotosocial(troubles: Troubles) -> MastodonServer:
    """A server that takes keys and ignores them."""
    lag = troubles.moment if troubles.share else float
    return MastodonServer(dialect="gotosocial", troubles=troubles, lag=lag, redelivers=troubles.share > 0)


def webhook(troubles: Troubles) -> WebhookServer:
    """An address that knows no keys."""
    return WebhookServer(troubles=troubles)


def keyed_webhook(troubles: Troubles) -> WebhookServer:
    """An address that takes the same key for the same post, for ever."""
    return WebhookServer(troubles=troubles, keyed=True)


KINDS: Mapping[str, Callable[[Troubles], MastodonServer | WebhookServer]] = {
    "mastodon": mastodon,
    "gotosocial": gotosocial,
    "webhook": webhook,
    "keyed-webhook": keyed_webhook,
}


class Steered:
    """A server with handles for another process."""

    def __init__(self, server: MastodonServer | WebhookServer) -> None:
        self._server = server
        self.url = ""

    def app(self) -> web.Application:
        """Its interface, with the handles under `/_/`."""
        app = self._server.app()
        app.router.add_post("/_/faults", self._faults)
        app.router.add_post("/_/say", self._say)
        app.router.add_get("/_/there", self._there)
        return app

    def there(self) -> list[str]:
        """What the server kept."""
        return self._server.there()

    def say(self, author: str, text: str) -> object:
        """Let somebody speak to the bot."""
        return self._server.say(author, text)

    async def _faults(self, request: web.Request) -> web.Response:
        try:
            self._server.troubles.script(await request.json())
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=422)
        return web.Response(status=204)

    async def _say(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.say(said["from"], said["text"])
        return web.Response(status=204)

    async def _there(self, _: web.Request) -> web.Response:
        return web.json_response({"there": self.there(), "requests": self._server.requests})


async def _serve(kind: str, port: int, share: float, seed: int) -> None:
    troubles = Troubles(random.Random(seed), share)  # noqa: S311 -- a seed is wanted
    async with serving(Steered(KINDS[kind](troubles)), port) as server:
        sys.stdout.write(f"{server.url.rpartition(':')[2]}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the command line, and serve until the process is ended."""
    words = argparse.ArgumentParser(prog="python -m bot.prove.servers", description=__doc__)
    words.add_argument("kind", choices=sorted(KINDS))
    words.add_argument("--port", type=int, default=0, help="0: any free one")
    words.add_argument("--faults", type=float, default=0.0, help=f"share of posts that go wrong, within {LATE} s")
    words.add_argument("--seed", type=int, default=0)
    given = words.parse_args()
    try:
        asyncio.run(_serve(given.kind, given.port, given.faults, given.seed))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
