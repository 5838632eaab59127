"""The timeline as a page: cards, threads, a box to speak to the bot; whole without JavaScript, live with it.

May import: model, errors, and web's own modules.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from aiohttp import web

from bot.errors import UsageError
from bot.model import TimelineItem
from bot.web.api import LIVE, answer, body_of, receive
from bot.web.mentions import MAX_NAME, Refusal, fields, from_form, name_of, number
from bot.web.parts import About, WebParts
from bot.web.render import PAGES
from bot.web.timeline import cards, parents_wanted, shown
from bot.web.visitor import PARTS, visitor

PAGE = 40  # items on a page
LIVE_BATCH = 50
_NAME_COOKIE = "starfish_name"
_DEPTH = 6  # how many steps up a conversation is followed beyond the page
_LOOKUPS = 60  # older items fetched for one page at most
_SPANS = (PAGE, 200, 1000, 1000, 1000)  # ids looked through, one after another, for an older page

# Understood by the rules that every starter config has; the composition root may offer better ones.
ASK = ("help", "what do you read?", "latest", "a quote, please")


def add_routes(app: web.Application) -> None:
    """Add this module's addresses."""
    app.router.add_get("/", page)
    app.router.add_get("/cards", fresh_cards)
    app.router.add_post("/mention", mention)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What stands in the box: kept when something was wrong with it."""

    name: str = ""
    text: str = ""
    reply_to: TimelineItem | None = None
    problem: str = ""


async def page(request: web.Request) -> web.Response:
    """GET /: the newest items, or with `?before=ID` older ones."""
    query = request.query
    replied = number(query["reply"], "reply", least=1) if query.get("reply") else None
    box = Box(
        name=_remembered(request),
        text=query.get("say", "")[:500],
        reply_to=await _item(request.app[PARTS], replied) if replied else None,
    )
    return await _show(request, box)


async def fresh_cards(request: web.Request) -> web.Response:
    """GET /cards?after=ID: the threads of what is newer, for the page's script to put in place."""
    parts = request.app[PARTS]
    after = number(request.query.get("after", "0"), "after", least=0)
    items = await parts.items(after, LIVE_BATCH)
    found = cards(items, await _context(parts, items))
    return request.app[PAGES].respond(
        request, "cards.html", cards=found, newest=items[-1].id if items else after, more=len(items) == LIVE_BATCH
    )


async def mention(request: web.Request) -> web.StreamResponse:
    """POST /mention: the box.  Back to the page at the new item; to the page's script, JSON as the API gives it."""
    form = fields(await body_of(request, "application/x-www-form-urlencoded"))
    by_script = request.headers.get("Accept", "").startswith("application/json")
    try:
        spoken = from_form(form)
        id_ = await receive(request, spoken)
    except (Refusal, UsageError) as error:
        if by_script:
            raise
        box = Box(
            name=form.get("from", "")[:MAX_NAME],
            text=form.get("text", ""),
            reply_to=await _reply_target(request.app[PARTS], form.get("in_reply_to", "")),
            problem=error.message if isinstance(error, Refusal) else str(error),
        )
        return await _show(request, box, status=error.status if isinstance(error, Refusal) else 400)
    response: web.Response
    if by_script:
        response = answer({"id": id_}, 202)
    else:
        await _wait_for_answer(request, id_)
        response = web.Response(status=303, headers={"Location": f"/#item-{id_}"})
    name = quote(spoken.author, safe="@")
    response.set_cookie(_NAME_COOKIE, name, max_age=31_536_000, httponly=True, samesite="Strict", path="/")
    return response


async def _show(request: web.Request, box: Box, status: int = 200) -> web.Response:
    parts = request.app[PARTS]
    before = number(request.query["before"], "before", least=1) if request.query.get("before") else None
    items = await parts.items(None, PAGE) if before is None else await _older(parts, before)
    context = await _context(parts, items)
    if before is not None:  # answers that came just after a page's end belong to its mentions
        here = {item.id for item in items}
        items = [*items, *(i for i in await parts.items(before - 1, PAGE) if i.in_reply_to in here)]
    about = parts.about()
    return request.app[PAGES].respond(
        request,
        "timeline.html",
        status=status,
        cards=cards(items, context),
        newest=items[-1].id if items else 0,
        older=items[0].id if items and items[0].id > 1 else None,
        before=before,
        box=box,
        replying=shown(box.reply_to) if box.reply_to else None,
        key=secrets.token_urlsafe(12),
        ask=list(about.get("ask", ASK)),
        notices=_notices(request, about),
    )


def _notices(request: web.Request, about: About) -> Sequence[object]:
    """What the owner must know: for them, and for people at this machine; not for the world behind a proxy."""
    who = visitor(request)
    return list(about["notices"]) if who.owner or who.local else []


async def _older(parts: WebParts, before: int) -> list[TimelineItem]:
    """The items before an id, oldest first.  Ids grow with few gaps, so a short look back finds them."""
    found: list[TimelineItem] = []
    end = before
    for span in _SPANS:
        start = max(0, end - 1 - span)
        found = [item for item in await parts.items(start, span) if item.id < end] + found
        end = start + 1
        if len(found) >= PAGE or start == 0:
            break
    return found[-PAGE:]


async def _context(parts: WebParts, items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """The older items that these answer, a few steps up."""
    found: dict[int, TimelineItem] = {}
    lookups = 0
    for _ in range(_DEPTH):
        for wanted in sorted(parents_wanted((*items, *found.values())), reverse=True):
            if lookups == _LOOKUPS:
                return list(found.values())
            lookups += 1
            if (item := await _item(parts, wanted)) is not None:
                found[wanted] = item
    return list(found.values())


async def _item(parts: WebParts, id_: int) -> TimelineItem | None:
    items = await parts.items(id_ - 1, 1)
    return items[0] if items and items[0].id == id_ else None


async def _reply_target(parts: WebParts, given: str) -> TimelineItem | None:
    try:
        return await _item(parts, number(given, "in_reply_to", least=1))
    except Refusal:
        return None


async def _wait_for_answer(request: web.Request, id_: int) -> None:
    """A short while, so that the page comes back with the answer already on it."""
    live, last, patience = request.app[LIVE], id_ - 1, request.app[PARTS].patience
    try:
        async with asyncio.timeout(patience.total_seconds()):
            while not live.closing:
                items = await live.after(last, patience)
                if any(item.in_reply_to == id_ for item in items):
                    return
                last = items[-1].id if items else last
    except TimeoutError:
        return


def _remembered(request: web.Request) -> str:
    given: Mapping[str, str] = request.cookies
    try:
        return name_of(unquote(given.get(_NAME_COOKIE, "")))
    except Refusal:
        return ""
