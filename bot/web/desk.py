"""The owner's desk behind the login: what waits, the rules, the feeds, the deliveries, and what to do about them.

May import: model, errors, and web's own modules.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import UsageError
from bot.web.api import body_of
from bot.web.login import SESSION_LASTS
from bot.web.mentions import MAX_TEXT, Refusal, clean, fields, number
from bot.web.parts import SHOWN, Dashboard
from bot.web.render import PAGES
from bot.web.visitor import COOKIE, PARTS, visitor

_FORM = "application/x-www-form-urlencoded"
SPANS = {
    "1h": timedelta(hours=1),
    "3h": timedelta(hours=3),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
}

# What a finished action says; the address carries the action's name only, so nobody can make the page say other words.
DONE = {
    "approve": "Approved. It goes out at its time.",
    "reject": "Rejected. It won't be posted.",
    "edit": "Changed.",
    "snooze": "Put off.",
    "resend": "It will be sent again.",
    "mark_sent": "Marked as sent. It won't be sent again.",
    "teach": "Learned. Those who still wait for this are answered now.",
    "ignore": "Left as it is.",
    "pause": "Paused. What would be posted waits.",
    "resume": "Going on.",
}


def add_routes(app: web.Application) -> None:
    """Add this module's addresses."""
    app.router.add_get("/login", login_page)
    app.router.add_post("/login", log_in)
    app.router.add_post("/logout", log_out)
    app.router.add_get("/dashboard", to_queue)
    for name in VIEWS:
        app.router.add_get(f"/dashboard/{name}", view)
    app.router.add_post("/dashboard/{action}", act)


# ---------------------------------------------------------------------- in and out


async def login_page(request: web.Request) -> web.Response:
    """GET /login: with `?token=…` the one-time link, else the password form, or where to find the link."""
    login, token = request.app[PARTS].login, request.query.get("token")
    if token and request.method == "GET":
        if login.spend(token):
            return _let_in(request)
        return _login_form(request, 403, "That link has been used, or is of an earlier start.")
    if visitor(request).owner:
        return web.Response(status=303, headers={"Location": "/dashboard/queue"})
    return _login_form(request, 200, "")


async def log_in(request: web.Request) -> web.Response:
    """POST /login: the password."""
    form = fields(await body_of(request, _FORM))
    parts = request.app[PARTS]
    if await parts.login.check(form.get("password", ""), request.remote or "", parts.now()):
        return _let_in(request)
    return _login_form(request, 403, "That is not the password.")


async def log_out(request: web.Request) -> web.Response:
    """POST /logout: ends the session everywhere."""
    session = visitor(request).session
    if session is not None:
        _same_session(request, fields(await body_of(request, _FORM)))
        request.app[PARTS].login.close(session)
    response = web.Response(status=303, headers={"Location": "/"})
    response.del_cookie(COOKIE, path="/")
    return response


def _login_form(request: web.Request, status: int, problem: str) -> web.Response:
    has_password = request.app[PARTS].login.has_password
    return request.app[PAGES].respond(request, "login.html", status=status, problem=problem, has_password=has_password)


def _let_in(request: web.Request) -> web.Response:
    parts = request.app[PARTS]
    public = urlsplit(parts.public_url or "")
    response = web.Response(status=303, headers={"Location": "/dashboard/queue"})
    response.set_cookie(
        COOKIE,
        parts.login.open_session(parts.now()),
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=public.scheme == "https" and request.host.lower() == public.netloc.lower(),
    )
    return response


def _same_session(request: web.Request, form: Mapping[str, str]) -> None:
    session = visitor(request).session
    if session is None or not request.app[PARTS].login.csrf_fits(session, form.get("csrf", "")):
        raise Refusal(403, "this form is of an earlier login; load the page again")


# ---------------------------------------------------------------------- looking


async def to_queue(_: web.Request) -> web.Response:
    """GET /dashboard."""
    return web.Response(status=303, headers={"Location": "/dashboard/queue"})


async def _queue(dashboard: Dashboard) -> dict[str, Any]:
    return {"rows": await dashboard.queue(), "accounts": await dashboard.accounts()}


async def _rules(dashboard: Dashboard) -> dict[str, Any]:
    return {"rows": await dashboard.rules(), "unanswered": await dashboard.unanswered()}


async def _feeds(dashboard: Dashboard) -> dict[str, Any]:
    return {"rows": await dashboard.feeds()}


async def _outbox(dashboard: Dashboard) -> dict[str, Any]:
    return {"rows": await dashboard.outbox()}


VIEWS: Mapping[str, Callable[[Dashboard], Awaitable[dict[str, Any]]]] = {
    "queue": _queue,
    "rules": _rules,
    "feeds": _feeds,
    "outbox": _outbox,
}


async def view(request: web.Request) -> web.Response:
    """GET /dashboard/queue, rules, feeds, outbox."""
    name = request.path.rpartition("/")[2]
    return await _view(request, name, done=DONE.get(request.query.get("done", ""), ""))


async def _view(
    request: web.Request, name: str, *, status: int = 200, done: str = "", problem: str = "", form: object = None
) -> web.Response:
    parts = request.app[PARTS]
    values = await VIEWS[name](parts.dashboard)
    return request.app[PAGES].respond(
        request,
        f"{name}.html",
        status=status,
        done=done,
        problem=problem,
        form=form or {},
        spans=list(SPANS),
        most=SHOWN,
        notices=parts.about()["notices"],
        **values,
    )


# ---------------------------------------------------------------------- doing


async def act(request: web.Request) -> web.Response:
    """POST /dashboard/<action>: do it and go back to the page it came from; a refusal is shown there."""
    form = fields(await body_of(request, _FORM))
    _same_session(request, form)
    action = request.match_info["action"]
    do = _ACTIONS.get(action)
    if do is None:
        raise web.HTTPNotFound
    back = form.get("back", "")
    back = back if back in VIEWS else "queue"
    try:
        await do(request.app[PARTS].dashboard, form)
    except UsageError as error:
        return await _view(request, back, status=409, problem=str(error), form=form)
    except Refusal as error:
        return await _view(request, back, status=error.status, problem=error.message, form=form)
    return web.Response(status=303, headers={"Location": f"/dashboard/{back}?done={action}"})


async def _approve(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.approve(_row(form))


async def _reject(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.reject(_row(form), clean(form.get("reason", ""))[:200])


async def _edit(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.edit(_row(form), _words(form, "text", "the new text"))


async def _snooze(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.snooze(_row(form), _span(form))


async def _resend(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.resend(_row(form))


async def _mark_sent(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.mark_sent(_row(form))


async def _teach(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    mention = number(form["mention"], "mention", least=1) if form.get("mention") else None
    when = _words(form, "when", "what people say") if mention is None or form.get("when") else ""
    await dashboard.teach(mention, when, _words(form, "reply", "the answer"))


async def _ignore(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.ignore(number(form.get("mention", ""), "mention", least=1))


async def _pause(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.pause(form.get("account") or None, _span(form) if form.get("span") else None)


async def _resume(dashboard: Dashboard, form: Mapping[str, str]) -> None:
    await dashboard.resume(form.get("account") or None)


_ACTIONS: Mapping[str, Callable[[Dashboard, Mapping[str, str]], Awaitable[None]]] = {
    "approve": _approve,
    "reject": _reject,
    "edit": _edit,
    "snooze": _snooze,
    "resend": _resend,
    "mark_sent": _mark_sent,
    "teach": _teach,
    "ignore": _ignore,
    "pause": _pause,
    "resume": _resume,
}


def _row(form: Mapping[str, str]) -> int:
    return number(form.get("row", ""), "row", least=1)


def _span(form: Mapping[str, str]) -> timedelta:
    try:
        return SPANS[form.get("span", "")]
    except KeyError:
        _bad(f"choose a span: {', '.join(SPANS)}")


def _words(form: Mapping[str, str], name: str, what: str) -> str:
    text = clean(form.get(name, ""))
    if not text:
        _bad(f"{what} is missing")
    if len(text) > MAX_TEXT:
        _bad(f"{what} is too long")
    return text


def _bad(message: str) -> NoReturn:
    raise Refusal(400, message)
