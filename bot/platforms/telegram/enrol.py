"""Setting a Telegram bot up with its owner at a terminal.  May import: errors, model, ports, net, core.text, wire, options.

Nothing is posted; of what people wrote to the bot so far nothing is taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from bot.core.text import clean
from bot.errors import Rejected
from bot.model import Secret
from bot.net.replies import objects, within, words
from bot.platforms.telegram.options import Options, numbered
from bot.platforms.telegram.wire import SERVER, Wire, whole
from bot.ports import Asker, Enrolled, Http

_BOTFATHER = "In Telegram, write /newbot to @BotFather, and follow it to the bot's token."
_ADD = (
    "Now add the bot to the channel that it shall post to, as an administrator who may post messages, or to the group."
    " To be known as its owner, write it a word in private, too."
)


async def enrol(given: Mapping[str, str], asker: Asker, reach: Callable[[str], Http]) -> Enrolled:
    """Ask for token, chat and owner, and try each with a call that only reads.

    :raises DeliveryError: with a sentence, where something can't be had
    """
    server = given.get("server", SERVER)
    if "token" not in given:
        asker.say(_BOTFATHER)
    token = Secret(given.get("token") or asker.ask("The bot's token", secret=True).strip())
    server = _checked({"server": server, "token": token, "chat": "@chat"}).server
    wire = Wire(server, token, reach(server))
    handle = f"@{clean(words((await wire.get('getMe')).get('username')))}"
    asker.say(f"The token is good: it is {handle}'s.")
    if "chat" not in given:
        asker.say(_ADD)
    chat: str = given.get("chat") or asker.ask(
        "The channel's or group's @name, or its number (? shows those it was added to)"
    )
    people = await _known(wire)
    if chat.strip() == "?":
        for one, (kind, name) in people.items():
            asker.say(f"{one}: {kind} “{name}”")
        chat = asker.ask("The channel's or group's @name, or its number")
    chat = _checked({"server": server, "token": token, "chat": chat}).chat
    told = await wire.get("getChat", chat_id=numbered(chat))
    asker.say(f"Posts will go to “{clean(words(told.get('title')) or words(told.get('first_name')))[:100]}”.")
    keys: dict[str, Any] = {"chat": chat, **({"server": server} if server != SERVER else {})}
    owner = given.get("owner") or asker.ask(
        "Your own number or @name, whose word is a command (- for nobody)", default="-"
    )
    if (number := _owner(owner.strip(), people)) is not None:
        keys["owner"] = number
    elif owner.strip() != "-":
        asker.say(
            f"{owner.strip()[:40]} has not written to {handle} yet, so it has no owner: add owner = (number) later."
        )
    return Enrolled(handle=handle, keys=keys, secrets={"token": token})


def _checked(keys: Mapping[str, object]) -> Options:
    """The keys as the file will be read.  Raises Rejected with what is wrong."""
    try:
        return Options.model_validate(keys)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        raise Rejected(f"{wrong['loc'][0]} {wrong['msg'].removeprefix('Value error, ')}") from None


async def _known(wire: Wire) -> dict[str, tuple[str, str]]:
    """Chats and people that the bot heard of lately, by number: their kind, and their name.

    Asked without an offset, the server forgets nothing of it.
    """
    kinds = ("message", "edited_message", "channel_post", "my_chat_member")
    answer = await wire.ask("getUpdates", {"timeout": 0, "allowed_updates": kinds})
    if answer.status == 409:  # somebody else hears: then nothing is known
        return {}
    known: dict[str, tuple[str, str]] = {}
    for update in objects(answer.result()):
        for kind in kinds:
            chat = within(update, kind, "chat")
            if (number := whole(chat.get("id"))) is not None:
                public = f"@{words(chat.get('username'))}" if chat.get("username") else ""
                name = words(chat.get("title")) or public or words(chat.get("first_name"))
                known[str(number)] = (clean(words(chat.get("type")))[:20], clean(name)[:100])
    return known


def _owner(answer: str, people: Mapping[str, tuple[str, str]]) -> str | None:
    """The number of whom the owner says to be; None where nobody of that name spoke to the bot in private."""
    if answer.isdecimal():
        return answer
    wanted = f"@{answer.removeprefix('@')}".casefold()
    return next(
        (number for number, (kind, name) in people.items() if kind == "private" and name.casefold() == wanted), None
    )
