"""A proxy that passes everything on, and puts something odd in the place of one value of each JSON answer."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1.5, 10**40, "", " ", "\x00\r\n", "../../x", "\ud800", "x" * 5_000, "9" * 30),
    *("1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "-5", [], {}, [{}], [None], {"id": "1"}, {"": {"": []}}),
)
"""What may stand where something else is expected."""

KEPT = ("date", "content-type", "retry-after")


def paths(value: object) -> Iterator[list[Any]]:
    """Where values stand within a JSON value, as the keys that lead there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield [key]
        yield from ([key, *path] for path in paths(each))


def replaced(whole: Any, path: list[Any], value: Any) -> Any:
    """A copy with another value in one place."""
    made = copy.deepcopy(whole)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


@dataclass(slots=True)
class Twisting:
    """Where the proxy listens, what it draws, and how often it was asked."""

    upstream: str
    dice: random.Random
    url: str = ""
    asked: int = 0
    told: str = ""  # the last path, and what was put where

    def twisted(self, body: bytes) -> bytes:
        """An answer with one odd value."""
        try:
            whole = json.loads(body)
        except ValueError:
            return body
        places = list(paths(whole))
        if not places:
            return body
        place, odd = self.dice.choice(places), self.dice.choice(ODD)
        self.told += f": {place} = {str(odd)[:40]!r}"
        return json.dumps(replaced(whole, place, odd)).encode()


@asynccontextmanager
async def twisting(upstream: str, seed: int) -> AsyncIterator[Twisting]:
    """Stand before a server on loopback."""
    proxy = Twisting(upstream, random.Random(seed))

    async with aiohttp.ClientSession(auto_decompress=False) as session:  # noqa: TID251 -- a proxy, no part of the bot

        async def pass_on(request: web.Request) -> web.Response:
            proxy.asked, proxy.told = proxy.asked + 1, request.path_qs
            headers = {name: value for name, value in request.headers.items() if name != "Host"}
            url = f"{proxy.upstream}{request.raw_path}"
            async with session.request(
                request.method, url, headers={**headers, "Accept-Encoding": "identity"}, data=await request.read()
            ) as answer:
                body = proxy.twisted(await answer.read())
                kept = {name: value for name, value in answer.headers.items() if name.lower() in KEPT}
                return web.Response(status=answer.status, body=body, headers=kept)

        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield proxy
        finally:
            await runner.cleanup()
