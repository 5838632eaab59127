"""Setting an account up: find its homeserver, log in on our device, choose a room that can be spoken in.

May import: model, errors, ports, net, wire, events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.errors import DeliveryError, NeedsLogin, Rejected
from bot.model import Secret
from bot.net.outcome import outcome
from bot.net.replies import json_object, object_of, segment, within, words
from bot.platforms.matrix.events import person, room_id
from bot.platforms.matrix.keys import device_for
from bot.platforms.matrix.wire import API, log_in, session_of
from bot.ports import Asker, Enrolled, Http


async def enrol(given: Mapping[str, str], asker: Asker, http: Callable[[str], Http]) -> Enrolled:
    """Walk through it; what was given already isn't asked for.  Raises a DeliveryError with a sentence."""
    user = given.get("user") or asker.ask("The bot's full id, like @bot:example.org")
    if not person(user):
        raise Rejected(f"{user[:80]!r} is no full id; it looks like @bot:example.org")
    server = (given.get("server") or await _server_of(user, asker, http)).rstrip("/")
    asker.say("Invite it into the room that it shall post into (without encryption), if it isn't in it yet.")
    room = given.get("room") or asker.ask("The room's id or address, like #news:example.org")
    door, device = http(server), given.get("device") or device_for(room)
    secrets: dict[str, Secret] = {}
    session: dict[str, Secret] = {}
    if given.get("token"):
        token = Secret(given["token"])
    else:
        asker.say(f"Logging in as the device {device}, once; what is kept of it is the token that it yields.")
        password = Secret(given.get("password") or asker.ask("Its password", secret=True))
        token = Secret(words((await log_in(door, server, user, password, device)).get("access_token")))
        if given.get("password"):  # the owner keeps it by reference, so that the bot may renew its token
            session[session_of(server, user, device)] = token
        else:
            secrets["token"] = token
    me = await _told(door, server, "/account/whoami", token) or {}
    if words(me.get("user_id")) != user:
        raise NeedsLogin(f"the server takes us for {person(me.get('user_id')) or 'nobody'}, not for {user}")
    await _look_at(room, door, server, token, asker)
    owner = given.get("owner") or asker.ask(
        "Your own full id, whose word is a command and whose invitations it follows (- for nobody)", default="-"
    )
    keys = {"server": server, "user": user, "room": room} | ({"device": device} if given.get("device") else {})
    if person(owner):
        keys["owner"] = owner
    elif owner != "-":
        asker.say(f'{owner[:80]!r} is no full id, so it has no owner yet: add owner = "@you:example.org" later.')
    return Enrolled(handle=user, keys=keys, secrets=secrets, session=session)


async def _server_of(user: str, asker: Asker, http: Callable[[str], Http]) -> str:
    """Where the user's homeserver is: as its domain says, else as the owner does."""
    domain = user.partition(":")[2]
    guess = f"https://{domain}"
    try:
        reply = await http(guess).send("GET", f"{guess}/.well-known/matrix/client")
        told = words(within(object_of(reply.body), "m.homeserver").get("base_url")) if reply.status == 200 else ""
    except DeliveryError:
        told = ""
    return asker.ask("The homeserver's address", default=told.rstrip("/") or guess)


async def _look_at(room: str, door: Http, server: str, token: Secret, asker: Asker) -> None:
    """Tell whether a room can be spoken in, as far as it can be seen before we are in it.

    :raises Rejected: there is no such room
    """
    number = room
    if not room.startswith("!"):
        number = room_id((await _told(door, server, f"/directory/room/{segment(room)}", token) or {}).get("room_id"))
        if not number:
            raise Rejected(f"the server knows no room called {room}")
    joined = (await _told(door, server, "/joined_rooms", token) or {}).get("joined_rooms")
    if not isinstance(joined, list) or number not in joined:
        asker.say(f"It is not in {room} yet; once it is invited it enters by itself, when the bot starts.")
        return
    if await _told(door, server, f"/rooms/{segment(number)}/state/m.room.encryption", token) is not None:
        asker.say(
            f"{room} is encrypted, and this bot doesn't encrypt: nothing can be posted there. Choose another room."
        )


async def _told(door: Http, server: str, path: str, token: Secret) -> dict[str, object] | None:
    """Get a JSON object; None where there is none.  Raises as `outcome` does."""
    headers = {"Authorization": f"Bearer {token.reveal()}"}
    reply = await door.send("GET", f"{server}{API}{path}", headers=headers)
    if reply.status == 404:
        return None
    outcome(reply)
    return json_object(reply)
