"""What the owner orders by a word in the chat, handed on to the desk.  May import: core, ports, errors.

Each order gives `list`, what the rule's reply says of it; what can't be done is said in the desk's own words, with how
to say it right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.core import orders
from bot.errors import ConfigError, UsageError
from bot.model import Match, Mention
from bot.ports import OwnerDesk

Order = Callable[[OwnerDesk, Match, Mention], Awaitable[str]]

HOW_TO_TEACH = (
    'Say it like this: teach "how do I feed bees" = "Sugar and water." Or: teach 12 = …, teach 12 to faq-bees'
)

UNANSWERED = "unanswered"
"""The subject of the notice that stands while anybody waits for the owner's word."""

PRIVATE = frozenset({"direct", "private"})
"""Visibilities that only the owner reads along."""


async def _queue(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    return await desk.queue(mention.account)


async def _skip(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    return await desk.skip(mention.account)


async def _approve(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    numbers = orders.numbers_of(mention.text)
    if not numbers:
        return await desk.approve(mention.account, None)
    return "\n".join([await desk.approve(mention.account, number) for number in numbers])


async def _add_feed(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    found = orders.link_of(orders.said_after(mention.text, "feed"))
    if found is None:
        raise UsageError("Which one? Give its address, or its site's: add feed https://example.com")
    return await desk.add_feed(found[0])


async def _share(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    found = orders.link_of(orders.said_after(mention.text, "share"))
    if found is None:
        raise UsageError("Which link? Say: share https://example.com/article: what you make of it")
    return await desk.share(mention.account, *found)


async def _why_not(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    found = orders.link_of(mention.text)
    if found is None:
        raise UsageError("Which link? Say: why not https://example.com/article")
    return await desk.why_not(found[0])


async def _teach(desk: OwnerDesk, match: Match, mention: Mention) -> str:
    asked = match.values.get("waiting")
    if asked is not None:  # a plain answer to the bot's question
        reply = orders.addressed(mention.text)
        return await desk.teach(when="", number=int(asked), reply=reply, rule=None, who=mention.author)
    lesson = orders.lesson_of(mention.text)
    if lesson is None:
        raise UsageError(HOW_TO_TEACH)
    return await desk.teach(
        when=lesson.when, number=lesson.number, reply=lesson.reply, rule=lesson.rule, who=mention.author
    )


async def _ignore(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    numbers = orders.numbers_of(mention.text)
    if not numbers:
        raise UsageError("Which one? Say: ignore 12 (`unanswered` shows the numbers)")
    return await desk.ignore(numbers)


async def _forget(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    found = orders.forgotten(mention.text)
    if found is None:
        raise UsageError("Which rule? Say: forget taught-feed-bees")
    return await desk.forget(found[0], mention.author, sure=found[1])


async def _lock(desk: OwnerDesk, _match: Match, mention: Mention) -> str:
    opened = orders.rule_after(mention.text, "unlock")
    rule = opened or orders.rule_after(mention.text, "lock")
    if rule is None:
        raise UsageError("Which rule? Say: lock taught-feed-bees")
    return await desk.lock(rule, mention.author, locked=opened is None)


def _told(order: Order) -> Callable[[OwnerDesk, Match, Mention], Awaitable[Mapping[str, str]]]:
    async def told(desk: OwnerDesk, match: Match, mention: Mention) -> Mapping[str, str]:
        try:
            return {"list": await order(desk, match, mention)}
        except (UsageError, ConfigError) as error:
            return {"list": str(error)}

    return told


async def _unanswered(desk: OwnerDesk, _match: Match, mention: Mention) -> Mapping[str, str]:
    first, told = await desk.unanswered(private=mention.visibility in PRIVATE)
    # Whatever the owner says next, if no rule knows it, is the answer to this one.
    return {"list": told} if first is None else {"list": told, "waiting": str(first)}


ORDERS: Mapping[str, Callable[[OwnerDesk, Match, Mention], Awaitable[Mapping[str, str]]]] = {
    "queue": _told(_queue),
    "skip": _told(_skip),
    "approve": _told(_approve),
    "add_feed": _told(_add_feed),
    "share": _told(_share),
    "why_not": _told(_why_not),
    "unanswered": _unanswered,
    "teach": _told(_teach),
    "ignore": _told(_ignore),
    "forget": _told(_forget),
    "lock": _told(_lock),
}
"""The orders of the closed list of actions that a desk carries out."""
