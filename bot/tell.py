"""Story 3: what was promised is told, once: follows and reminders.  May import: core, ports, store.

Post sent ─topic of a follow?→ ─not too many today, not opted out→ Draft(reply_to) → outbox
Reminder due → Draft(reply_to) → outbox
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.filters import folded, has
from bot.core.pace import day_start
from bot.core.replies import reply_post
from bot.core.reply import defuse
from bot.model import Account, Limits, Mention, Post
from bot.store import Follow, Shared, Store, Writer

A_DAY = 3
"""How often one person is told of something in a local day: a favour, not a flood."""

FOLLOWED = "You follow “{topic}”: {title}\n{link}\n`unfollow {topic}` ends this."
REMINDED = "You asked me on {day} to remind you: {words}"
_ASKED = re.compile(r"^(?:@\S+\s+)*(?:please\s+)?(?:remind|ping|poke|nudge)\s+me\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What the third story works with."""

    db: Writer
    store: Store
    accounts: Mapping[str, Account]
    limits: Mapping[str, Limits]
    zone: ZoneInfo


async def tell(bot: Telling, now: datetime) -> int:
    """Keep every promise that is due; gives how many messages were planned."""
    return await tell_followers(bot, now) + await remind(bot, now)


async def tell_followers(bot: Telling, now: datetime) -> int:
    """Tell those who follow a topic of what was shared on it since the last time."""
    owner, promises = bot.store.owner, bot.store.promises
    told_up_to = await bot.db(owner.get, "told_up_to")
    shared = await bot.db(promises.shared_since, told_up_to or "")
    if not shared:
        return 0
    follows = await bot.db(promises.follows)
    told = 0
    for post in shared:
        about = folded(post.about)
        for follow in follows:
            if follow.account == post.account and has(about, follow.topic):
                told += await _tell_one(follow, post, bot, now)
    await bot.db(owner.put, "told_up_to", shared[-1].cursor)
    return told


async def remind(bot: Telling, now: datetime) -> int:
    """Come back to those who asked for it."""
    told = 0
    for reminder in await bot.db(bot.store.promises.due_reminders, now):
        mention = await bot.db(bot.store.mentions.get, reminder.mention)
        post = None
        if mention is not None and mention.account in bot.accounts and not await _gone(mention, bot):
            post = _reminder(mention, reminder.made_at, bot)
        told += await bot.db(bot.store.promises.reminded, reminder.mention, post, now=now) is not None
    return told


async def _tell_one(follow: Follow, shared: Shared, bot: Telling, now: datetime) -> int:
    mention = await bot.db(bot.store.mentions.get, follow.mention)
    if mention is None or follow.account not in bot.accounts or await _gone(mention, bot):
        return 0
    today = day_start(now, bot.zone)
    if await bot.db(bot.store.promises.told_since, follow.account, follow.person, today) >= A_DAY:
        return 0
    text = FOLLOWED.format(topic=follow.words, title=shared.title, link=shared.link)
    post = _post(text, f"follow:{follow.person}:{shared.link}", mention, bot)
    return int(await bot.db(bot.store.promises.told, follow, post, now=now) is not None)


async def _gone(mention: Mention, bot: Telling) -> bool:
    """Whether they said stop since: asked again here, right before anything is planned."""
    return await bot.db(bot.store.mentions.opted_out, mention.account, mention.author)


def _reminder(mention: Mention, made_at: datetime, bot: Telling) -> Post:
    day = made_at.astimezone(bot.zone).strftime("%A")
    words = _ASKED.sub("", mention.text).strip(" .!?:,") or "this"
    return _post(REMINDED.format(day=day, words=defuse(words)), f"remind:{mention.id}", mention, bot)


def _post(text: str, dedupe_key: str, mention: Mention, bot: Telling) -> Post:
    return reply_post(text, mention, bot.limits[mention.account], dedupe_key)
