"""How an account on Bluesky is set up: log in, say that it is a bot, learn who its owner is.

May import: model, errors, ports, net, health, records, wire, pydantic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from bot.errors import DeliveryError, NeedsLogin, Rejected, Unsure, UsageError
from bot.model import Secret
from bot.net import options
from bot.net.walks import Fresh, walking
from bot.platforms.bluesky.health import MAIN_PASSWORD, PROFILE, has_label, profile_of, resolved, scope_of
from bot.platforms.bluesky.records import did_of
from bot.platforms.bluesky.wire import Session, Wire, error_of, judge, log_in, session_name
from bot.ports import Asker, Enrolled, Http

SERVER = "https://bsky.social"

TRIES = 3
"""How often handle and password may be typed: log-ins are counted, 30 within 5 minutes."""


async def enrol(given: Mapping[str, str], asker: Asker, reach: Callable[[str], Http]) -> Enrolled:
    """Ask for handle and app password, log in once, label the profile, and find the owner's id.

    The one thing written is the label, in the profile's record: everything else in it stays.

    :raises UsageError: the given address is none
    :raises DeliveryError: the server doesn't let us in, or can't be asked
    """
    server = _server(given, asker)
    session, password = await _let_in(server, given, asker, reach(server))
    handle = session.handle.lower()
    vault = Fresh({session_name(server, handle): session.kept()})
    wire = Wire("", server, handle, password, walking(reach(session.pds), vault))
    if given.get("label", "true").lower() not in {"false", "no"}:
        asker.say(await _labelled(wire))
    owner = await _owner(wire, given.get("owner"), asker)
    return Enrolled(
        handle=f"@{handle}",
        keys={
            "handle": handle,
            **({"server": server} if server != SERVER else {}),
            **({"owner": owner} if owner else {}),
        },
        secrets={"password": password},
        session=vault.kept,
    )


def _server(given: Mapping[str, str], asker: Asker) -> str:
    """The server's address; its name alone will do."""
    while True:
        said = given.get("server") or asker.ask("The server where the account is", default=SERVER)
        try:
            return str(TypeAdapter(options.Server).validate_python(said if "://" in said else f"https://{said}"))
        except ValidationError:
            wrong = f"server must be the server's address alone, like {SERVER}"
        if given.get("server"):
            raise UsageError(wrong)
        asker.say(f"{wrong}.")


async def _let_in(server: str, given: Mapping[str, str], asker: Asker, http: Http) -> tuple[Session, Secret]:
    """A session by an app password; what was typed may be wrong a few times.

    :raises NeedsLogin: what was given, or typed the last time, lets nobody in, or more in than a bot should be
    """
    if "password" not in given:
        asker.say("Make an app password for the bot: Settings, Privacy and security, App passwords.")
    for left in range(TRIES - 1, -1, -1):
        handle = (given.get("handle") or asker.ask("The bot's handle")).strip().removeprefix("@").lower()
        password = Secret(given.get("password") or asker.ask("Its app password", secret=True).strip())
        try:
            session = await log_in(http, server, handle, password)
            if scope_of(session.access.reveal()) == MAIN_PASSWORD:
                raise NeedsLogin("that is the account's main password, which may do everything: make an app password")
        except NeedsLogin as error:
            if not left or "password" in given:
                raise
            asker.say(f"{error}.")
            continue
        # Whoever is called "handle.invalid" has lost their domain; what was typed still leads to them.
        return session if "." in session.handle.removesuffix(".invalid") else replace(session, handle=handle), password
    raise AssertionError("the last try returns or raises")


async def _owner(wire: Wire, given: str | None, asker: Asker) -> str:
    """The permanent id of whoever may give orders; empty: nobody."""
    while True:
        said = given or asker.ask("Your own handle there, whose word is a command (- for nobody)", default="-")
        if said == "-":
            return ""
        if did_of(said):
            return said
        try:
            return await resolved(wire, said)
        except Rejected as error:
            if given:
                raise
            asker.say(f"The server does not know {said} ({error}).")


async def label(wire: Wire) -> bool:
    """Let the account's profile say that it is a bot's; whether it had to be written.

    Whoever changes the profile at the same moment is not overwritten: the write is for the version that was read.

    :raises DeliveryError: it can't be read or written
    """
    profile, cid = await profile_of(wire)
    if has_label(profile):
        return False
    labels = profile.get("labels")
    values = labels.get("values") if isinstance(labels, dict) else None
    others = values if isinstance(values, list) else []
    said = {"$type": "com.atproto.label.defs#selfLabels", "values": [*others, {"val": "bot"}]}
    record = {**profile, "$type": PROFILE, "labels": said}
    did = (await wire.session()).did
    body = {"repo": did, "collection": PROFILE, "rkey": "self", "swapRecord": cid, "record": record}
    reply = await wire.post("com.atproto.repo.putRecord", body)
    if error_of(reply) == "InvalidSwap":
        raise Unsure("its profile is being changed by somebody else: try again")
    judge(reply)
    return True


async def _labelled(wire: Wire) -> str:
    try:
        written = await label(wire)
    except DeliveryError as error:
        return f"Its profile could not be marked as a bot's ({error}); mark it in its settings."
    return "Its profile says now that it is a bot." if written else "Its profile says already that it is a bot."
