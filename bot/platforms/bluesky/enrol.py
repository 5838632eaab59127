"""How an account on Bluesky is set up: log in, say that it is a bot, learn who its owner is.

May import: model, errors, ports, wire, health.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import DeliveryError, NeedsLogin, Unsure
from bot.model import Secret
from bot.platforms.bluesky.health import PROFILE, has_label, profile_of, resolved, scope_of
from bot.platforms.bluesky.wire import Session, Wire, error_of, judge, log_in, session_name
from bot.ports import Asker, Enrolled, Http, Tools

SERVER = "https://bsky.social"


async def enrol(given: Mapping[str, str], asker: Asker, reach: Callable[[str], Http]) -> Enrolled:
    """Ask for handle and app password, log in once, label the profile, and find the owner's id.

    The one thing written is the label, in the profile's record: everything else in it stays.

    :raises DeliveryError: the server doesn't let us in, or can't be asked
    """
    server = (given.get("server") or asker.ask("The server where the account is", default=SERVER)).rstrip("/")
    handle = (given.get("handle") or asker.ask("The account's handle")).strip().removeprefix("@").lower()
    if "password" not in given:
        asker.say("Make an app password for the bot: Settings, Privacy and security, App passwords.")
    password = Secret(given.get("password") or asker.ask("The app password", secret=True))
    session = await log_in(reach(server), server, handle, password)
    if scope_of(session.access.reveal()) == "com.atproto.access":
        raise NeedsLogin("that is the account's main password, which may do everything: make an app password")
    vault = _Fresh(session)
    tools = Tools(http=reach(session.pds), vault=vault, log=logging.getLogger("starfish.enrol"), now=_now)
    wire = Wire("", server, handle, password, tools)
    keys: dict[str, Any] = {"handle": handle}
    if server != SERVER:
        keys["server"] = server
    if given.get("label", "true").lower() in {"false", "no"}:
        keys["label"] = False
    else:
        asker.say(await _labelled(wire))
    owner = given.get("owner") or asker.ask(
        "Your own handle there, whose orders it follows (- for nobody)", default="-"
    )
    if owner != "-":
        keys["owner"] = await resolved(wire, owner)
    return Enrolled(
        handle=f"@{session.handle or handle}",
        keys=keys,
        secrets={"password": password},
        session={session_name(server, handle): vault.kept},
    )


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


class _Fresh:
    """Keeps the one session of a walk until the caller stores it."""

    def __init__(self, session: Session) -> None:
        self.kept = session.kept()

    def get(self, account: str, name: str) -> Secret | None:  # noqa: ARG002 -- as `ports.Vault` says
        return self.kept

    def put(self, account: str, name: str, value: Secret) -> None:  # noqa: ARG002 -- as `ports.Vault` says
        self.kept = value


def _now() -> datetime:
    return datetime.now(UTC)
