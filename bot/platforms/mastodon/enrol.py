"""Setting an account up on a server with the Mastodon API: register, let the owner allow it in a browser, try the token.

May import: model, errors, ports, net, health, statuses, wire, pydantic.
The code comes out of band: the server shows it, the owner pastes it (RFC 8252 calls that a last resort, and for a
program without a window or a public address it is the only one); PKCE where the server offers it, Mastodon from 4.3 on.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from bot.errors import DeliveryError, NeedsLogin, Rejected, Unsure, UsageError
from bot.model import Secret
from bot.net import options
from bot.net.outcome import outcome
from bot.net.replies import json_object, number, words
from bot.platforms.mastodon.health import EXPIRES, SCOPES, application, lacking
from bot.platforms.mastodon.statuses import handle
from bot.platforms.mastodon.wire import ME, Wire
from bot.ports import Asker, Enrolled, Http, Reply

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
WHOLE_SCOPES = "read write"
"""For servers that know no finer ones."""

TRIES = 3
"""How often a pasted code may be wrong."""

LONGEST_LIFE = 10 * 365 * 86400
"""Seconds; a token that lives longer has no end worth a warning."""


@dataclass(frozen=True, slots=True)
class _Token:
    secret: Secret
    ends: datetime | None = None  # None: it doesn't, or the server doesn't say


async def enrol(given: Mapping[str, str], asker: Asker, reach: Callable[[str], Http]) -> Enrolled:
    """Walk the owner through it, as `ports.Enrol` says; a token that is given already is only tried.

    :raises UsageError: the given address is none
    :raises DeliveryError: the server can't be reached, or doesn't let us in
    """
    address = _given_address(given["server"]) if given.get("server") else _asked_address(asker)
    http = reach(address)
    token = _Token(Secret(given["token"])) if given.get("token") else await _asked_token(address, asker, http)
    wire = Wire(address, token.secret, http)
    me = await _tried(wire)
    if me.get("bot") is not True:
        await _offer_flag(wire, asker)
    return Enrolled(
        handle=handle(me, wire.server.domain),
        keys={"server": address},
        secrets={"token": token.secret},
        session={EXPIRES: Secret(token.ends.isoformat())} if token.ends else {},
    )


# --------------------------------------------------------------------------- where


def _given_address(text: str) -> str:
    address = _address(text)
    if address is None:
        raise UsageError("server must be the server's address alone, like https://example.social")
    return address


def _asked_address(asker: Asker) -> str:
    while (address := _address(asker.ask("The server's address, like https://example.social"))) is None:
        asker.say("That is no address of a server.")
    return address


def _address(text: str) -> str | None:
    """A server's address, from whatever names it: a bare host, the bot's full id, the address of its profile."""
    text = text.strip()
    if len(text.split()) != 1:
        return None
    if "://" not in text:
        text = f"https://{text.rpartition('@')[2]}"
    with suppress(ValueError, ValidationError):  # the second is a kind of the first, said for clarity
        parts = urlsplit(text)
        return str(TypeAdapter(options.Server).validate_python(f"{parts.scheme}://{parts.netloc}"))
    return None


# --------------------------------------------------------------------------- the token


async def _asked_token(address: str, asker: Asker, http: Http) -> _Token:
    """A token that the owner has, or one that they allow us now."""
    pasted = asker.ask("An access token, if you have one; or just press Enter, to make one", secret=True, default="new")
    if pasted != "new":
        return _Token(Secret(pasted))
    app = await _registered(address, http)
    verifier = secrets.token_urlsafe(48) if await _knows_pkce(address, http) else ""
    asked = {
        "response_type": "code",
        "client_id": words(app["client_id"]),
        "redirect_uri": OUT_OF_BAND,
        "scope": app["scope"],
    }
    if verifier:
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest())
        asked |= {"code_challenge": digest.decode("ascii").rstrip("="), "code_challenge_method": "S256"}
    asker.say("Open this address in a browser where the bot's account is logged in, not your own, and allow it:")
    asker.say(f"{address}/oauth/authorize?{urlencode(asked)}")
    form = {
        "grant_type": "authorization_code",
        "client_id": words(app["client_id"]),
        "client_secret": words(app["client_secret"]),
        "redirect_uri": OUT_OF_BAND,
        "scope": app["scope"],
        **({"code_verifier": verifier} if verifier else {}),
    }
    for _ in range(TRIES):
        form["code"] = asker.ask("The code that it shows then")
        reply = await http.send("POST", f"{address}/oauth/token", form=form)
        if reply.status not in {400, 401, 422}:
            return _token_of(reply)
        asker.say("The server doesn't take that code. Each works once, and for ten minutes.")
    raise NeedsLogin(f"the server took none of {TRIES} codes; begin anew")


async def _registered(address: str, http: Http) -> dict[str, Any]:
    """An application of our own there, with the finest rights that the server knows.

    :raises DeliveryError: the server registers none
    """
    for scope in (SCOPES, WHOLE_SCOPES):
        asked = {"client_name": "Starfish", "redirect_uris": OUT_OF_BAND, "scopes": scope}
        reply = await http.send("POST", f"{address}/api/v1/apps", json=asked)
        if reply.status not in {400, 422}:
            break
    _accepted(reply, "lets no program register itself; make a token in its settings, and paste that")
    app = json_object(reply)
    if not words(app.get("client_id")) or not words(app.get("client_secret")):
        raise Unsure("the server's answer to our registration can't be used")
    return {**app, "scope": scope}


async def _knows_pkce(address: str, http: Http) -> bool:
    reply = await http.send("GET", f"{address}/.well-known/oauth-authorization-server")
    if reply.status != 200:
        return False
    with suppress(Unsure):
        methods = json_object(reply).get("code_challenge_methods_supported")
        return isinstance(methods, list) and "S256" in methods
    return False


def _token_of(reply: Reply) -> _Token:
    _accepted(reply, "gives no token")
    said = json_object(reply)
    token = words(said.get("access_token"))
    if not token or not token.isprintable() or not token.isascii() or len(token) > 4096:
        raise Unsure("the server's answer holds no token that could be used")
    if missing := lacking({"scopes": words(said.get("scope"))}):
        raise NeedsLogin(f"the token lacks {', '.join(missing)}; allow it all that it asks for")
    born = number(said.get("created_at"), at_most=2**33)
    life = number(said.get("expires_in"), at_most=LONGEST_LIFE)
    ends = datetime.fromtimestamp(born, UTC) + timedelta(seconds=life) if born and life else None
    return _Token(Secret(token), ends)


def _accepted(reply: Reply, otherwise: str) -> None:
    """Pass a yes; a no is said in words that fit.  Raises as `outcome` does."""
    try:
        outcome(reply)
    except (Rejected, NeedsLogin) as error:
        raise Rejected(f"the server {otherwise} ({reply.status})") from error


# --------------------------------------------------------------------------- what it is good for


async def _tried(wire: Wire) -> dict[str, Any]:
    """Who the token makes us; reads only.

    :raises NeedsLogin: it is refused, or lacks a right
    """
    me = await wire.get_object(ME)
    await wire.learn()
    await wire.get("/api/v1/notifications?limit=1")
    if missing := lacking(await application(wire)):
        raise NeedsLogin(f"the token lacks {', '.join(missing)}; make one that has it")
    return me


async def _offer_flag(wire: Wire, asker: Asker) -> None:
    """Mark the account as a bot, if its owner says so: that is what people, and other bots, know it by."""
    asker.say("The account is not marked as a bot. Its server, its readers and other bots want to know.")
    try:
        answer = asker.ask("Mark it now? (yes or no)")
    except UsageError:  # nobody is there to allow it
        return
    if answer[:1].casefold() != "y":
        return
    try:
        # As a form: not every server reads JSON there, and one that doesn't answers as if all were well.
        reply = await wire.send("PATCH", "/api/v1/accounts/update_credentials", form={"bot": "true"})
        outcome(reply)
        if json_object(reply).get("bot") is True:
            return
        why = "the server left it as it was"
    except DeliveryError as error:
        why = str(error)
    asker.say(f"That did not work ({why}): say so in its profile's settings, “automated account”.")
