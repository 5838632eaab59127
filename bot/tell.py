"""Story 3: what was promised is told, once: follows, reminders, and the owner is told who waits.

May import: core, ports, store, orders, apart.

Post sent ─topic of a follow?→ ─not too many today, not opted out→ Draft(reply_to) → outbox
Reminder due → Draft(reply_to) → outbox
Mentions without an answer → one notice while any waits; once a day a word to the owner where only they read along
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.apart import OUR_MISTAKE, apart
from bot.core.filters import folded, has
from bot.core.pace import day_start
from bot.core.reminders import about
from bot.core.replies import reply_post
from bot.core.reply import defuse
from bot.core.text import defused, first_words
from bot.model import Account, Limits, Mention, Post
from bot.orders import PRIVATE, UNANSWERED
from bot.store import Follow, Reminder, Shared, Store, Writer

A_DAY = 3
"""How often one person is told of something in a local day: a favour, not a flood."""

FOLLOWED = "You follow “{topic}”: {title}\n{link}\n`unfollow {topic}` ends this."
SEE = "`starfish rules unanswered`, the page's dashboard, or say `unanswered` to me."
WAITS = "{number} waits for your answer: “{words}”. Reply to this with it, or say `ignore {number}`, `unanswered`."
REMINDED = "You asked me {day} to remind you{of}."


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
    return await tell_followers(bot, now) + await remind(bot, now) + await tell_owner(bot, now)


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
        words = folded(post.about)
        for follow in follows:
            if follow.account == post.account and has(words, follow.topic):
                told += await apart(_tell_one(follow, post, bot, now), "a follower could not be told", _nothing)
    await bot.db(owner.put, "told_up_to", shared[-1].cursor)
    return told


async def remind(bot: Telling, now: datetime) -> int:
    """Come back to those who asked for it."""
    told = 0
    for reminder in await bot.db(bot.store.promises.due_reminders, now):
        work = _remind_one(reminder, bot, now)
        told += await apart(work, "a reminder could not be kept", partial(_not_reminded, reminder, bot))
    return told


async def tell_owner(bot: Telling, now: datetime) -> int:
    """Keep one notice while anybody waits for an answer, and say so in the chat once a day; gives what was planned."""
    owner = bot.store.owner
    count, since = await bot.db(bot.store.mentions.waiting)
    told = next((one.text for one in await bot.db(owner.notices) if one.subject == UNANSWERED), None)
    if since is None:
        if told is not None:
            await bot.db(owner.clear, UNANSWERED)
        return 0
    day = since.astimezone(bot.zone).strftime("%-d %B")
    waiting = f"{count} mentions wait for your answer, the first" if count > 1 else "1 mention waits for your answer,"
    text = f"{waiting} since {day}. See: {SEE}"
    if text == told:  # nothing new, and nothing is written: a write would wake this story again
        return 0
    await bot.db(owner.tell, UNANSWERED, text, now=now)
    return sum([await _tell_in_chat(name, bot, now) for name in bot.accounts])


async def _tell_in_chat(account: str, bot: Telling, now: datetime) -> int:
    """Show the owner the first mention that waits, as an answer to what they said last; their reply teaches it."""
    last = await bot.db(bot.store.mentions.of_the_owner, account)
    private = last is not None and (last.visibility in PRIVATE or bot.limits[account].in_store)
    if last is None or not private or await _gone(last, bot):
        return 0
    rows = await bot.db(bot.store.mentions.unanswered, 1)
    if not rows or (rows[0].mention.visibility in PRIVATE and last.visibility not in PRIVATE):
        return 0
    first, today = rows[0].mention, now.astimezone(bot.zone).date()
    if await bot.db(bot.store.owner.get, f"digest:{account}") == str(today):
        return 0
    post = _post(WAITS.format(number=first.id, words=defuse(first.text)), f"digest:{first.id}:{today}", last, bot)
    planned = await bot.db(bot.store.outbox.put, post, "reply", now=now, mention=last.id)
    await bot.db(bot.store.owner.put, f"digest:{account}", str(today))
    return int(planned is not None)


async def _remind_one(reminder: Reminder, bot: Telling, now: datetime) -> int:
    mention = await bot.db(bot.store.mentions.get, reminder.mention)
    post = None
    if mention is not None and _may_be_told(mention.account, bot) and not await _gone(mention, bot):
        post = _reminder(mention, reminder.made_at, bot, now)
    return int(await bot.db(bot.store.promises.reminded, reminder.mention, post, now=now) is not None)


async def _not_reminded(reminder: Reminder, bot: Telling) -> int:
    """Give a promise that our own code can't keep over to the owner."""
    await bot.db(bot.store.promises.broken, reminder.mention, OUR_MISTAKE)
    return 0


async def _nothing() -> int:
    return 0


async def _tell_one(follow: Follow, shared: Shared, bot: Telling, now: datetime) -> int:
    mention = await bot.db(bot.store.mentions.get, follow.mention)
    if mention is None or not _may_be_told(follow.account, bot) or await _gone(mention, bot):
        return 0
    today = day_start(now, bot.zone)
    if await bot.db(bot.store.promises.told_since, follow.account, follow.person, today) >= A_DAY:
        return 0
    text = FOLLOWED.format(
        topic=defused(follow.words), title=defused(shared.title or first_words(shared.text)), link=shared.link
    )
    post = _post(text, f"follow:{follow.person}:{shared.link}", mention, bot)
    return int(await bot.db(bot.store.promises.told, follow, post, now=now) is not None)


def _may_be_told(account: str, bot: Telling) -> bool:
    """Whether there is such an account still, and its platform lets us speak unasked."""
    return account in bot.accounts and bot.limits[account].unsolicited


async def _gone(mention: Mention, bot: Telling) -> bool:
    """Whether they said stop since: asked again here, right before anything is planned."""
    return await bot.db(bot.store.mentions.opted_out, mention.account, mention.author)


def _reminder(mention: Mention, made_at: datetime, bot: Telling, now: datetime) -> Post:
    made = made_at.astimezone(bot.zone)
    ago = (now.astimezone(bot.zone).date() - made.date()).days
    day = "today" if ago == 0 else made.strftime("on %A" if 0 < ago < 7 else "on %-d %B")
    matter = defuse(about(mention.text))
    of = " of this" if not matter else f" {matter}" if matter.startswith("to ") else f": {matter}"
    return _post(REMINDED.format(day=day, of=of), f"remind:{mention.id}", mention, bot)


def _post(text: str, dedupe_key: str, mention: Mention, bot: Telling) -> Post:
    return reply_post(text, mention, bot.limits[mention.account], dedupe_key)
