"""The interface for programs (design, section 4): mentions in, the timeline out, live if wanted, health and metrics.

May import: model, errors, and web's own modules.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from bot.errors import StarfishError
from bot.model import TimelineItem
from bot.web.live import Live
from bot.web.mentions import MAX_BODY, MAX_ID, Refusal, Spoken, from_json, number
from bot.web.timeline import as_json
from bot.web.visitor import PARTS, visitor

LIVE = web.AppKey("live", Live)
DEFAULT_LIMIT, MAX_LIMIT = 50, 1000
_BODY_WITHIN = 15  # seconds that a client has for its 64 KiB
_WRITE_WITHIN = 30  # seconds that a live stream's reader may let us wait
_LOOK_EVERY = timedelta(seconds=1)  # how soon a reader that left gives its seat free


def add_routes(app: web.Application) -> None:
    """Add this module's addresses."""
    app.router.add_post("/api/mentions", mention)
    app.router.add_get("/api/timeline", timeline)
    app.router.add_get("/api/events", events, allow_head=False)
    app.router.add_get("/healthz", health)
    app.router.add_get("/metrics", metrics)


async def body_of(request: web.Request, content_type: str) -> bytes:
    """The request's body, if it has the one type that is read here.

    :raises Refusal: 415 another type or an encoding, 413 too large, 408 too slow, 400 cut
    """
    if request.content_type != content_type or request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refusal(415, f"send {content_type}, not compressed")
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY)
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            return await request.read()
    except TimeoutError:
        raise Refusal(408, "the body took too long", {"Connection": "close"}) from None
    except (ConnectionError, web.RequestPayloadError):
        raise Refusal(400, "the body was cut or garbled", {"Connection": "close"}) from None


def answer(value: object, status: int = 200) -> web.Response:
    """A JSON answer, in plain UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=status, body=text.encode("utf-8", "replace"), content_type="application/json")


async def receive(request: web.Request, spoken: Spoken) -> int:
    """Hand a mention to the bot; durable on return."""
    owner = visitor(request).owner
    return await request.app[PARTS].receive(spoken.author, spoken.text, spoken.key, spoken.in_reply_to, owner)


async def mention(request: web.Request) -> web.Response:
    """POST /api/mentions."""
    spoken = from_json(await body_of(request, "application/json"))
    return answer({"id": await receive(request, spoken)}, 202)


async def timeline(request: web.Request) -> web.Response:
    """GET /api/timeline?after=ID&limit=N."""
    after = _asked(request.query, "after", 0, MAX_ID)
    limit = _asked(request.query, "limit", 1, MAX_LIMIT)
    items = await request.app[PARTS].items(after, DEFAULT_LIMIT if limit is None else limit)
    return answer({"items": [as_json(item) for item in items]})


async def events(request: web.Request) -> web.StreamResponse:
    """GET /api/events: what comes after `Last-Event-ID` (or `?after=`), else after now; for ever."""
    live, parts = request.app[LIVE], request.app[PARTS]
    last = _asked(request.headers, "Last-Event-ID", 0, MAX_ID)
    if last is None:
        last = _asked(request.query, "after", 0, MAX_ID)
    # An id from the future (of a database that was restored since) would wait for ever.
    last = live.newest if last is None else min(last, live.newest)
    if live.streams >= parts.streams or live.closing:
        raise Refusal(
            503, "too many live streams; ask the timeline instead", {"Retry-After": "10", "Connection": "close"}
        )
    live.streams += 1
    try:
        return await _stream(request, live, last)
    finally:
        live.streams -= 1


async def _stream(request: web.Request, live: Live, last: int) -> web.StreamResponse:
    heartbeat = request.app[PARTS].heartbeat
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold events back
    quiet = timedelta(0)
    try:
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        while not live.closing and request.transport is not None and not request.transport.is_closing():
            look = min(heartbeat, _LOOK_EVERY)
            batch = await live.after(last, look)
            quiet = timedelta(0) if batch else quiet + look
            if not batch and quiet < heartbeat:
                continue
            quiet = timedelta(0)
            async with asyncio.timeout(_WRITE_WITHIN):
                await response.write(b"".join(map(_event, batch)) or b": still here\n\n")
            last = batch[-1].id if batch else last
    except (ConnectionError, TimeoutError, StarfishError):
        pass  # the reader left or fell asleep, or the store failed: they come back with the last id they saw
    return response


def _event(item: TimelineItem) -> bytes:
    data = json.dumps(as_json(item), ensure_ascii=False, separators=(",", ":"))  # one line: JSON escapes line breaks
    return f"id: {item.id}\ndata: {data}\n\n".encode("utf-8", "replace")


async def health(request: web.Request) -> web.Response:
    """GET /healthz: 200 while store and web are up, else 503."""
    try:
        status = dict(await request.app[PARTS].status())
    except StarfishError as error:
        status = {"status": "error", "error": str(error)}
    if not request.app[LIVE].well:
        status = {"status": "error", "error": "the live timeline stopped"} | {
            k: v for k, v in status.items() if k != "status"
        }
    return answer(status, 200 if status.get("status") == "ok" else 503)


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics: Prometheus text."""
    text = await request.app[PARTS].metrics()
    return web.Response(
        body=text.encode("utf-8", "replace"), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


def _asked(given: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    value = given.get(name)
    return None if value is None else number(value, name, least=least, most=most)
