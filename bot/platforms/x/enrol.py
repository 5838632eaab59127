"""Letting the bot into an account on X: `starfish accounts add x`.  May import: model, errors, ports, this package.

OAuth 2.0 with a code that the owner carries over: X sends their browser to an address that needs nobody behind it, and
the owner pastes what then stands in the address bar.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.errors import NeedsLogin, Rejected
from bot.model import Secret
from bot.net.grants import App, Fixed, Session, challenge
from bot.net.outcome import outcome
from bot.net.replies import json_object, within, words
from bot.net.walks import clock
from bot.platforms.x.checkup import SCOPES
from bot.platforms.x.login import Login, Signed, office
from bot.platforms.x.oauth1 import Keys
from bot.platforms.x.options import SERVER
from bot.platforms.x.posts import number_of
from bot.ports import Asker, Enrolled, Http

AUTHORIZE = "https://x.com/i/oauth2/authorize"
"""Where the owner says yes (docs.x.com, OAuth 2.0 Authorization Code Flow with PKCE)."""

CALLBACK = "http://127.0.0.1/starfish"

NONE = "none"

_LATE = (
    "X doesn't take that code: either the client ID or its secret is another app's, or more than half a minute went by."
    " Walk again, and paste the address at once"
)

_PRICES = (
    "X charges for its interface: about $0.015 a post, $0.20 one with a link, $0.010 an answer, and a little for each"
    " mention that is read. Three links a day are about $18 a month. A budget keeps it within what you allow."
)
_PORTAL = (
    "At console.x.com: make a project and an app, and under “User authentication settings” allow it to read and write,"
    " with “Web App, Automated App or Bot” as its type and {callback} as its callback address."
)


async def enrol(given: Mapping[str, str], ask: Asker, reach: Callable[[str], Http]) -> Enrolled:
    """Walk the owner through it.  Raises a DeliveryError with a sentence where it fails."""
    server = given.get("server", SERVER).rstrip("/")
    ask.say(_PRICES)
    accepted = given.get("i_accept_costs") or ask.ask("Do you accept that X charges you for this bot? (yes or no)")
    if accepted.strip().lower() not in {"yes", "y", "true"}:
        raise Rejected("nothing was set up, as X can't be used without paying for it")
    budget = _amount(given.get("budget") or ask.ask("How many US dollars may it spend a month?", default="5"))
    http = reach(server)
    common = {"i_accept_costs": True, "budget": budget, **({"server": server} if server != SERVER else {})}
    if "consumer_key" in given or (
        "client_id" not in given
        and ask.ask("Has your app an OAuth 2.0 client ID, or four OAuth 1.0a values? (2 or 1)", default="2").strip()
        == "1"
    ):
        keys = _four(given, ask)
        handle, _ = await _who(http, server, Signed(keys, clock))
        named = {name: getattr(keys, name) for name in Keys.__slots__}
        return Enrolled(handle=handle, keys=common, secrets=named)
    app = _app(given, ask)
    session = await _let_in(app, server, http, ask)
    handle, number = await _who(http, server, Fixed(session.access, session.root))
    held = {"client_secret": app.client_secret} if app.client_secret else {}
    me = Secret(f'{{"id": "{number}", "login": "{session.root}"}}')
    return Enrolled(
        handle=handle,
        keys={**common, "client_id": app.client_id},
        secrets=held,
        session={"session": session.packed(), "me": me},
    )


def _four(given: Mapping[str, str], ask: Asker) -> Keys:
    ask.say("They stand at console.x.com, under “Keys and tokens” of your app; the access token must be able to write.")
    said = {
        name: Secret((given.get(name) or ask.ask(f"{name.replace('_', ' ').capitalize()}", secret=True)).strip())
        for name in Keys.__slots__
    }
    return Keys(**said)


def _app(given: Mapping[str, str], ask: Asker) -> App:
    ask.say(_PORTAL.format(callback=CALLBACK))
    client = (given.get("client_id") or ask.ask("Client ID")).strip()
    word = given.get("client_secret") or ask.ask(f"Client secret, or “{NONE}”", secret=True, default=NONE)
    return App(client_id=client, client_secret=None if word.strip() == NONE else Secret(word.strip()))


async def _let_in(app: App, server: str, http: Http, ask: Asker) -> Session:
    """The code flow with PKCE (RFC 7636); the owner's browser carries the code, the owner pastes it.

    :raises NeedsLogin: the owner or X said no; RetryLater: X could not be asked
    """
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    ask.say("Open this address, logged in as the bot's account, and allow the app:")
    ask.say(f"{AUTHORIZE if server == SERVER else f'{server}/i/oauth2/authorize'}?{urlencode(query)}")
    ask.say("Your browser then fails to open a page that begins with http://127.0.0.1/: that is as it should be.")
    code = _code(ask.ask("Paste the whole address of that page", secret=True), state)
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    session = await office(http, server, app).granted(grant, clock(), refused=_LATE)
    if session.refresh is None:
        raise NeedsLogin("X gave a login that can't renew itself: the app must be allowed offline.access")
    return replace(session, root=secrets.token_hex(8))


def _code(pasted: str, state: str) -> str:
    """The code within the address that the owner pasted.

    :raises NeedsLogin: there is none, or it is of another walk than this
    """
    try:
        told = parse_qs(urlsplit(pasted.strip()).query)
    except ValueError:
        told = {}
    if "error" in told:
        raise NeedsLogin("X says that you did not allow it")
    if told.get("state") != [state]:
        raise NeedsLogin("that address is not from this walk: paste the one that X sent your browser to just now")
    if not (code := "".join(told.get("code", []))):
        raise NeedsLogin("there is no code in that address")
    return code


async def _who(http: Http, server: str, login: Login) -> tuple[str, str]:
    """The handle and number of whom we were let in as: a read-only call, of a cent."""
    url = f"{server}/2/users/me"
    reply = await http.send("GET", url, headers=await login.headers("GET", url))
    outcome(reply)
    me = within(json_object(reply), "data")
    handle, number = words(me.get("username"))[:20], number_of(me.get("id"))
    if not handle or not number:
        raise NeedsLogin("X does not say who we are")
    return f"@{handle}", number


def _amount(said: str) -> float:
    try:
        amount = float(said.strip().lstrip("$"))
    except ValueError:
        amount = 0.0
    if not 0 < amount <= 100_000:
        raise Rejected("a budget is a number of dollars, like 5")
    return amount
