"""Setting an account up on a server with the Mastodon API: register, let the owner allow it in a browser, try the token.

May import: model, errors, ports, net, health, statuses, wire, pydantic.
The code comes out of band: the server shows it, the owner pastes it (RFC 8252 calls that a last resort, and for a
program without a window or a public address it is the only one); PKCE where the server offers it, Mastodon from 4.3 on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from bot.errors import DeliveryError, NeedsLogin, Rejected, Unsure, UsageError
from bot.model import Secret
from bot.net import options
from bot.net.grants import NEVER, App, Fixed, challenge, digest
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, words
from bot.platforms.mastodon.health import SCOPES, application, lacking
from bot.platforms.mastodon.login import kept, office
from bot.platforms.mastodon.statuses import handle
from bot.platforms.mastodon.wire import ME, Wire
from bot.ports import Asker, Enrolled, Http, Reply

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
WHOLE_SCOPES = "read write"
"""For servers that know no finer ones."""

TRIES = 3
"""How often a pasted code may be wrong."""

_NO_CODE = f"the server took none of {TRIES} codes; begin anew"


async def enrol(given: Mapping[str, str], asker: Asker, reach: Callable[[str], Http]) -> Enrolled:
    """Walk the owner through it, as `ports.Enrol` says; a token that is given already is only tried.

    :raises UsageError: the given address is none
    :raises DeliveryError: the server can't be reached, or doesn't let us in
    """
    address = _given_address(given["server"]) if given.get("server") else _asked_address(asker)
    http = reach(address)
    token, session = (Secret(given["token"]), {}) if given.get("token") else await _asked_token(address, asker, http)
    wire = Wire(address, Fixed(token), http)
    me = await _tried(wire)
    if me.get("bot") is not True:
        await _offer_flag(wire, asker)
    who = identifier(me.get("id"))
    return Enrolled(
        handle=handle(me, wire.server.domain),
        keys={"server": address},
        secrets={"token": token},
        session=session,
        lasting={wire.own_place: Secret(who)} if who else {},
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


async def _asked_token(address: str, asker: Asker, http: Http) -> tuple[Secret, dict[str, Secret]]:
    """A token that the owner has, or one that they allow us now, with what the vault keeps of that."""
    pasted = asker.ask("An access token, if you have one; or just press Enter, to make one", secret=True, default="new")
    if pasted != "new":
        return Secret(pasted), {}
    app, scope = await _registered(address, http)
    verifier = secrets.token_urlsafe(48) if await _knows_pkce(address, http) else ""
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": OUT_OF_BAND,
        "scope": scope,
    }
    if verifier:
        asked |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    asker.say("Open this address in a browser where the bot's account is logged in, not your own, and allow it:")
    asker.say(f"{address}/oauth/authorize?{urlencode(asked)}")
    grant = {
        "grant_type": "authorization_code",
        "redirect_uri": OUT_OF_BAND,
        "scope": scope,
        **({"code_verifier": verifier} if verifier else {}),
    }
    for left in range(TRIES - 1, -1, -1):
        grant["code"] = asker.ask("The code that it shows then")
        try:
            session = await office(http, address, app).granted(grant, datetime.now(UTC), refused=_NO_CODE)
        except NeedsLogin:
            if not left:
                raise
            asker.say("The server doesn't take that code. Each works once, and for ten minutes.")
            continue
        if missing := lacking({"scopes": session.scope}):
            raise NeedsLogin(f"the token lacks {', '.join(missing)}; allow it all that it asks for")
        ends = session.until < NEVER
        return session.access, kept(replace(session, root=digest(session.access)), app) if ends else {}
    raise AssertionError("the last try returns or raises")


async def _registered(address: str, http: Http) -> tuple[App, str]:
    """An application of our own there, and the finest rights that the server knows.

    :raises DeliveryError: the server registers none
    """
    for scope in (SCOPES, WHOLE_SCOPES):
        asked = {"client_name": "Starfish", "redirect_uris": OUT_OF_BAND, "scopes": scope}
        reply = await http.send("POST", f"{address}/api/v1/apps", json=asked)
        if reply.status not in {400, 422}:
            break
    _accepted(reply, "lets no program register itself; make a token in its settings, and paste that")
    said = json_object(reply)
    name, secret = words(said.get("client_id")), words(said.get("client_secret"))
    if not name or not secret:
        raise Unsure("the server's answer to our registration can't be used")
    return App(client_id=name, client_secret=Secret(secret)), scope


async def _knows_pkce(address: str, http: Http) -> bool:
    reply = await http.send("GET", f"{address}/.well-known/oauth-authorization-server")
    if reply.status != 200:
        return False
    with suppress(Unsure):
        methods = json_object(reply).get("code_challenge_methods_supported")
        return isinstance(methods, list) and "S256" in methods
    return False


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
