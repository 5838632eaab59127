"""Whether a bot is well set up, and the walk of setting one up.  May import: errors, model, net, ports, this package.

Permissions are reckoned as the API reference says ("Permission Overwrites"): what @everyone and the bot's roles may,
less and more what the channel says of @everyone, of those roles together, and of the bot itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.core.text import clean
from bot.errors import DeliveryError, Rejected
from bot.model import Secret
from bot.net.clocks import agreement, ahead
from bot.net.outcome import outcome
from bot.net.replies import identifier, json_object, json_objects, number, objects, within, words
from bot.net.walks import walking
from bot.platforms.discord.messages import number_of
from bot.platforms.discord.options import SERVER
from bot.platforms.discord.wire import Wire
from bot.ports import Asker, Enrolled, Http

ADMINISTRATOR = 1 << 3
NEEDED: Mapping[int, str] = {
    1 << 10: "View Channel",
    1 << 11: "Send Messages",
    1 << 14: "Embed Links",
    1 << 16: "Read Message History",
}
"""What a bot needs in its channel, by bit (API reference, "Permissions")."""

TEXT = (0, 1, 2, 3, 5, 10, 11, 12, 13)
"""Types of channels that messages can be posted into: not categories, forums, directories, galleries."""

FEW_SESSIONS = 100
"""Of the 1,000 new sessions a day that a token has: fewer mean that something starts the bot again and again."""

INVITATION = "https://discord.com/oauth2/authorize?client_id={id}&scope=bot&permissions={permissions}"

PORTAL = """\
A bot is made in Discord's developer portal, https://discord.com/developers/applications: New Application, then Bot, \
then Reset Token. It needs none of the privileged intents."""

CHANNEL = """\
Its channel: switch Developer Mode on in Discord (Settings, Advanced), right-click the channel, Copy Channel ID."""


# --------------------------------------------------------------------------- looking


async def examine(wire: Wire, account: str, channel: str, now: datetime) -> list[tuple[bool, str]]:
    """Look at token, channel, permissions, clock and sessions, each with what to do.  Reads only."""
    try:
        reply = await wire.get("/users/@me")
        me = json_object(reply)
        return [
            _known(me),
            await _portal(wire),
            *await _place(wire, channel, identifier(me.get("id"))),
            agreement(ahead(reply, now)),
            await _sessions(wire),
        ]
    except DeliveryError as error:
        return [(False, error.told(account))]


def _known(me: Mapping[str, Any]) -> tuple[bool, str]:
    name = f"{handle(me)} (id {identifier(me.get('id'))})"
    if me.get("bot") is True:
        return True, f"{name}: the token is good, and Discord shows everybody that it is a bot"
    return False, f"{name} is no bot: Discord allows programs only in bots; make one in the developer portal"


async def _portal(wire: Wire) -> tuple[bool, str]:
    try:
        said = json_object(await wire.get("/applications/@me"))
    except DeliveryError as error:
        return False, f"what the developer portal says of it can't be read: {error}"
    content = (number(said.get("flags"), at_least=0, at_most=1 << 53) or 0) & (1 << 18 | 1 << 19)
    more = "; Message Content Intent is on, which it can do without" if content else ""
    return True, f"hears messages that name it or are private, which needs no privileged intent{more}"


async def _place(wire: Wire, channel: str, me: str) -> list[tuple[bool, str]]:
    """The channel, and what the bot may do there."""
    reply = await wire.send("GET", f"/channels/{channel}")
    if reply.status in {403, 404}:
        return [(False, f"the channel {channel} is not one that the bot may see: invite it there, or check the id")]
    outcome(reply)
    told = json_object(reply)
    name, guild = clean(words(told.get("name"))[:200]) or channel, identifier(told.get("guild_id"))
    if told.get("type") not in TEXT:
        return [(False, f"#{name} takes no plain messages: choose a text channel")]
    found = [(True, f"it posts into #{name}")]
    if not number_of(guild):
        return found
    may = await _permissions(wire, told, guild, me)
    missing = [what for bit, what in NEEDED.items() if not may & bit]
    if missing:
        return [*found, (False, f"in #{name} it lacks {', '.join(missing)}: allow that in the channel's permissions")]
    return [*found, (True, f"in #{name} it may {', '.join(NEEDED.values())}")]


async def _permissions(wire: Wire, channel: Mapping[str, Any], guild: str, me: str) -> int:
    member = json_object(await wire.get(f"/guilds/{guild}/members/{me}"))
    roles = json_objects(await wire.get(f"/guilds/{guild}/roles"))
    listed = member.get("roles")
    return permissions(
        {identifier(role.get("id")): _bits(role.get("permissions")) for role in roles},
        {guild, *(identifier(role) for role in (listed if isinstance(listed, list) else ()))},
        objects(channel.get("permission_overwrites")),
        everyone=guild,
        me=me,
    )


def permissions(
    roles: Mapping[str, int], mine: Iterable[str], overwrites: Iterable[Mapping[str, Any]], *, everyone: str, me: str
) -> int:
    """What a member may do in a channel, as bits; `mine` are its roles, of which @everyone is one."""
    held, may = set(mine), 0
    for role in held:
        may |= roles.get(role, 0)
    if may & ADMINISTRATOR:
        return -1
    said = {identifier(each.get("id")): each for each in overwrites}
    for group in ({everyone}, held - {everyone}, {me}):
        those = [said[name] for name in group if name in said]
        for each in those:
            may &= ~_bits(each.get("deny"))
        for each in those:
            may |= _bits(each.get("allow"))
    return may


def _bits(value: object) -> int:
    text = words(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 30 else 0


async def _sessions(wire: Wire) -> tuple[bool, str]:
    limit = within(json_object(await wire.get("/gateway/bot")), "session_start_limit")
    left = number(limit.get("remaining"), at_least=0)
    if left is None:
        return False, "the gateway doesn't say how often it may be called"
    return left >= FEW_SESSIONS, f"{left} new sessions are left today"


def handle(who: Mapping[str, Any]) -> str:
    """A user's name as people know it."""
    return f"@{clean(words(who.get('username'))[:100]) or identifier(who.get('id'))}"


# --------------------------------------------------------------------------- setting up


async def enrol(given: Mapping[str, str], asker: Asker, door: Callable[[str], Http]) -> Enrolled:
    """Try a token, show how to invite the bot, and look at its channel.

    :raises DeliveryError: the token or the channel is no good, with a sentence
    """
    address = given.get("server", "").rstrip("/") or SERVER
    token = given.get("token", "")
    if not token:
        asker.say(PORTAL)
        token = asker.ask("The bot's token", secret=True)
    secret = Secret(token.strip().removeprefix("Bot ").strip())
    wire = Wire(address, secret, walking(door(address)))
    me = json_object(await wire.get("/users/@me"))
    if me.get("bot") is not True:
        raise Rejected(f"{handle(me)} is no bot: Discord allows programs only in bots")
    portal = json_object(await wire.get("/applications/@me"))
    application = identifier(portal.get("id")) or identifier(me.get("id"))
    asker.say(f"This is {handle(me)}. Invite it to a server that you look after, by opening:")
    asker.say(INVITATION.format(id=application, permissions=sum(NEEDED)))
    channel = given.get("channel", "").strip()
    if not channel:
        asker.say(CHANNEL)
        channel = asker.ask("The channel's id").strip()
    if not number_of(channel):
        raise Rejected("a channel's id is a long number")
    found = await _place(wire, channel, identifier(me.get("id")))
    if wrong := [what for fine, what in found if not fine]:
        raise Rejected(wrong[0])
    if not portal.get("team") and number_of(owner := within(portal, "owner").get("id")):
        asker.say(
            f"It belongs to {handle(within(portal, 'owner'))}: if that is you, your user id (`owner`) is {owner}."
        )
    for _, what in found:
        asker.say(f"{what[:1].upper()}{what[1:]}.")
    keys = {"channel": channel} | ({"server": address} if address != SERVER else {})
    return Enrolled(handle=handle(me), keys=keys, secrets={"token": secret})
