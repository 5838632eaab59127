"""Callbacks of hubs: they verify what we asked for, and bring news of feeds (WebSub).

May import: web's own modules.
A hub is a program out on the network: it has neither our login nor our pages' Origin.  What lets it in is the unguessable
end of the address, and what makes its word count is a signature, which is checked behind `parts.hubs`.
"""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from bot.web.mentions import Refusal
from bot.web.parts import Hubs
from bot.web.visitor import PARTS

PATH = "/websub/"

LARGEST = 4_000_000
"""Bytes of one delivery: the largest real feed of our collection has 2.5 MB, and hubs mostly bring only what is new."""

AT_ONCE = 4
"""Deliveries that are read and taken in at the same time: what bounds the memory that hubs can make us use."""

WITHIN = 20
"""Seconds that a hub has for its body."""

_NAME = "websub"
_ID = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)
_BUSY = web.AppKey("hubs_busy", asyncio.Semaphore)


def add_routes(app: web.Application) -> None:
    """Add this module's addresses."""
    app[_BUSY] = asyncio.Semaphore(AT_ONCE)
    resource = app.router.add_resource(PATH + "{id}", name=_NAME)
    resource.add_route("GET", verify)
    resource.add_route("POST", deliver)


def is_callback(request: web.Request) -> bool:
    """Whether a request is for one of these addresses, as the router read it."""
    resource = request.match_info.route.resource
    return resource is not None and resource.name == _NAME


async def verify(request: web.Request) -> web.Response:
    """GET: echo the challenge of what we asked for ourselves, and of nothing else."""
    hubs, callback_id = _addressed(request)
    echo = await hubs.asked(callback_id, request.query)
    if echo is None:
        raise Refusal(404, "nobody asked for this")
    return web.Response(text=echo)


async def deliver(request: web.Request) -> web.Response:
    """POST: hand on what a hub brings.

    An address that isn't ours (any more) is answered with 410, on which hubs give up; everything else with 202, also
    what is thrown away for its signature: so the standard wants it, and so a forger learns nothing.
    """
    hubs, callback_id = _addressed(request)
    if not await hubs.expected(callback_id):
        raise Refusal(410, "this subscription is over")
    if (request.content_length or 0) > LARGEST:
        raise Refusal(413, f"more than {LARGEST // 1_000_000} MB", {"Connection": "close"})
    busy = request.app[_BUSY]
    if busy.locked():
        raise Refusal(503, "too much at once", {"Retry-After": "10", "Connection": "close"})
    async with busy:
        body = await _body(request)
        await hubs.brought(
            callback_id, request.headers.get("Content-Type", ""), request.headers.get("X-Hub-Signature", ""), body
        )
    return web.Response(status=202)


def _addressed(request: web.Request) -> tuple[Hubs, str]:
    hubs = request.app[PARTS].hubs
    if hubs is None or not _ID.fullmatch(request.match_info["id"]):
        raise Refusal(404, "there is nothing at this address")
    return hubs, request.match_info["id"]


async def _body(request: web.Request) -> bytes:
    """Read the body as it was signed, within its cap.

    :raises Refusal: 413 too large, 408 too slow, 400 cut
    """
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(WITHIN):
            async for piece in request.content.iter_any():
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST:
                    raise Refusal(413, f"more than {LARGEST // 1_000_000} MB", {"Connection": "close"})
    except TimeoutError:
        raise Refusal(408, "the body took too long", {"Connection": "close"}) from None
    except (ConnectionError, web.RequestPayloadError):
        raise Refusal(400, "the body was cut or garbled", {"Connection": "close"}) from None
    return b"".join(pieces)
