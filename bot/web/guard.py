"""Who may ask what: the doorkeeper in front of every request, and the one place where failures become answers.

May import: errors, and web's own modules.
Host names stop DNS rebinding, Origin and Sec-Fetch-Site stop other sites' pages, the login keeps the owner's things;
what each of them is for stands beside it.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import StarfishError, UsageError
from bot.web import connection
from bot.web.login import TooManyTries
from bot.web.mentions import Refusal
from bot.web.render import PAGES
from bot.web.visitor import COOKIE, EXPOSED, PARTS, Visitor, introduce, known
from bot.web.websub import PATH, is_callback

log = logging.getLogger(__name__)

_OPEN = ("/login", "/static/", "/favicon.ico")  # needed to log in at all
_MACHINES = ("/api/", "/healthz", "/metrics", PATH)  # answered in JSON, also when refused
_OWN_NAMES = ("localhost", "127.0.0.1", "[::1]")
_FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?")
_SAFE = ("GET", "HEAD", "OPTIONS")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def doorkeeper(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in whom we may, and turn every failure into an answer without a traceback."""
    if isinstance(request.protocol, connection.Connection):
        request.protocol.spoke()
    try:
        host, local = _own_host(request)
        if is_callback(request):  # hubs have an unguessable address and a signature instead of all that follows
            introduce(request, Visitor(session=None, admitted=False, local=False))
            return await handler(request)
        _same_site(request, host)
        introduce(request, Visitor(session=None, admitted=False, local=local))
        who = await _visitor(request, local=local)
        introduce(request, who)
        if _closed_to(who, request):
            return _to_login(request)
        return await handler(request)
    except Refusal as error:
        return refused(request, error.status, error.message, error.headers)
    except UsageError as error:
        return refused(request, 400, str(error))
    except TooManyTries as error:
        return refused(request, 429, str(error), {"Retry-After": str(int(error.after.total_seconds()) + 1)})
    except web.HTTPException as error:
        if error.status < 400:
            raise
        kept = {name: value for name, value in error.headers.items() if name in ("Allow", "Retry-After")}
        return refused(request, error.status, SENTENCES.get(error.status, error.reason), kept)
    except StarfishError as error:  # the store: a full disk, a database that another program holds
        log.warning("%s %s: %s", request.method, request.path, error)
        return refused(request, 503, "the bot can't read or write its database just now", {"Retry-After": "5"})
    except ConnectionError:  # they left: nobody reads an answer
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return refused(request, 500, "something went wrong here; the bot's log says what")


SENTENCES = {
    404: "there is nothing at this address",
    405: "this address does not take that method",
    413: "the request is larger than 64 KiB",
    417: "this server only expects 100-continue",
}


def refused(
    request: web.Request, status: int, message: str, headers: dict[str, str] | None = None
) -> web.StreamResponse:
    """A failure as its reader wants it: JSON for programs, a page for people."""
    if for_machines(request):
        body = json.dumps({"error": message}, ensure_ascii=False)
        return web.Response(status=status, text=body, content_type="application/json", headers=headers)
    if not known(request):  # perhaps a page under a foreign name: it learns nothing, not even whose bot this is
        return web.Response(status=status, text=f"{message}\n", headers=headers)
    return request.app[PAGES].respond(request, "error.html", status=status, headers=headers, message=message)


def for_machines(request: web.Request) -> bool:
    """Whether a program asks: the API, or our own script."""
    return request.path.startswith(_MACHINES) or request.headers.get("Accept", "").startswith("application/json")


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """The headers that every answer carries, failures included."""
    connection.add_headers(response)
    if response.headers.get("Connection") == "close":
        response.force_close()  # the header alone tells the client, and aiohttp keeps its end open


# ---------------------------------------------------------------------- whose name, whose page


def _own_host(request: web.Request) -> tuple[str, bool]:
    """The Host header, if it names us, and whether it names this machine.  Else 421: a rebound DNS name ends here."""
    given = request.headers.getall("Host", [])
    match = _HOST.fullmatch(given[0].lower()) if len(given) == 1 else None
    if match is None or int(match[2] or 0) > 65_535:
        raise Refusal(421, "this request names no host, or several")
    local = _is_local(request, given[0].lower(), *match.groups())
    if request.url.raw_host != match[1].strip("[]"):  # the request line may name a host too, as proxies want it
        raise Refusal(421, "this request names two hosts")
    # A proxy on this machine may pass on no name but ours; what it adds can only take trust away, never give it.
    return given[0].lower(), local and not any(name in request.headers for name in _FORWARDED)


def _is_local(request: web.Request, host: str, name: str, port: str | None) -> bool:
    parts, exposed = request.app[PARTS], request.app[EXPOSED]
    here = request.transport.get_extra_info("sockname") if request.transport else None
    own_port = str(here[1]) if isinstance(here, tuple) else None
    # An address can't be rebound, only a name can; and behind a container's port mapping we don't know our own port.
    at_our_port = exposed or (port or "80") == own_port
    if name in _OWN_NAMES and at_our_port:
        return True
    if at_our_port and _is_address(name) and (exposed or (here and name.strip("[]") == here[0])):
        return False
    if parts.public_url and host == urlsplit(parts.public_url).netloc.rpartition("@")[2].lower():
        return False
    raise Refusal(421, "this bot does not answer to that host name; set public_url if it should")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _same_site(request: web.Request, host: str) -> None:
    """Refuse what another site's page sends.  Programs send neither header, browsers can't leave them out."""
    origins, site = request.headers.getall("Origin", []), request.headers.get("Sec-Fetch-Site")
    own_page = site == "same-origin"
    for origin in origins:
        if origin == "null" and own_page:  # what a browser says under our own strict referrer policy
            continue
        scheme, _, name = origin.lower().partition("://")
        if len(origins) > 1 or scheme not in ("http", "https") or name != host:
            raise Refusal(403, "this request comes from another site")
    guarded = request.method not in _SAFE or request.path.startswith(_MACHINES)
    if guarded and site not in (None, "same-origin", "none"):
        raise Refusal(403, "this request comes from another site")


# ---------------------------------------------------------------------- the login


async def _visitor(request: web.Request, *, local: bool) -> Visitor:
    """The owner by their cookie, or a program by `Authorization: Bearer <password>`."""
    parts = request.app[PARTS]
    now = parts.now()
    session = parts.login.session(request.cookies.get(COOKIE, ""), now)
    if session is not None:
        return Visitor(session=session, admitted=True, local=local)
    scheme, _, password = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and parts.login.has_password:
        if not await parts.login.check(password.strip(), request.remote or "", now):
            raise Refusal(401, "wrong password", {"WWW-Authenticate": "Bearer"})
        return Visitor(session=None, admitted=True, local=local)
    return Visitor(session=None, admitted=False, local=local)


def _closed_to(who: Visitor, request: web.Request) -> bool:
    """The owner's pages are the owner's; all is closed where other machines can reach us and a password is set."""
    if request.path.startswith(_OPEN):
        return False
    if request.path == "/dashboard" or request.path.startswith("/dashboard/"):
        return not who.owner
    return not who.admitted and (request.app[EXPOSED] or (not who.local and request.app[PARTS].login.has_password))


def _to_login(request: web.Request) -> web.StreamResponse:
    if for_machines(request) or request.method not in _SAFE:
        return refused(request, 401, "log in first", {"WWW-Authenticate": "Bearer"})
    return web.Response(status=303, headers={"Location": "/login"})
