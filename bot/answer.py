"""Story 2: a mention becomes an answer.  May import: core, ports, store, reply, apart.

    Mention ─receive (durable)→ ─guard→ ─match(rules)→ Match ─act, reply→ text ─fit(limits)→ Post → outbox

Everyone gets an answer: whom no rule fits is answered honestly and put on the list of unanswered mentions, and whom a
guard holds back (too late, over a cap) is put there too, so that nobody is lost.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from bot.apart import OUR_MISTAKE, apart
from bot.core.guards import BOT_DAY, Seen, Verdict, guard
from bot.core.replies import reply_post
from bot.core.reply import PAUSED, render
from bot.model import Caps, Match, Mention, Post
from bot.reply import Answering, bare_name, reply_to, values_of
from bot.store import TAKEN_BACK

AT_ONCE = 100
"""Mentions answered together: their commits are shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A mention that is durably stored."""

    id: int
    new: bool
    timeline: int | None = None  # its place on the local timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Mentions that are answered side by side, and how many of them were granted a reply so far.

    Whom a cap lets through is decided before the reply is stored: strangers who ask at once would all find room.
    """

    mentions: tuple[int, ...]
    granted: Counter[tuple[str, str]] = field(default_factory=Counter)  # by account, with "", and by account and thread


async def receive(mention: Mention, bot: Answering, *, cursor: str | None = None) -> Heard:
    """Store a mention and the cursor after it, in one transaction; durable on return, the same one twice is one."""
    if not bot.limits[mention.account].in_store:
        # By the platform's full id, never by a name; on our own timeline a name is a claim, and the login decides.
        owner = bot.accounts[mention.account].owner
        mention = replace(mention, owner=owner is not None and mention.author == owner)
        if mention.about is None and mention.in_reply_to:
            mention = replace(mention, about=await _post_answered(mention.account, mention.in_reply_to, bot))
    if mention.gone:
        return await _taken_back(mention, bot)
    number, new, place = await bot.db(
        bot.store.mentions.heard,
        mention,
        cursor,
        now=bot.now(),
        on_timeline=bot.limits[mention.account].in_store,
    )
    return Heard(id=number, new=new, timeline=place)


async def _taken_back(mention: Mention, bot: Answering) -> Heard:
    """Somebody deleted what they said: what isn't answered yet never is, and an answer goes too, if need be back."""
    known = await bot.db(bot.store.mentions.by_remote, mention.account, mention.remote_id)
    if known is None:
        return Heard(id=0, new=False)
    await bot.db(bot.store.mentions.withdrawn, known.id, TAKEN_BACK, now=bot.now())
    return Heard(id=known.id, new=False)


async def _post_answered(account: str, said_to: str, bot: Answering) -> int | None:
    """Our delivery that a mention answers, by what the platform calls it; a reply of ours is no post to ask about."""
    rows = await bot.db(bot.store.outbox.by_link, said_to)
    ours = [row for row in rows if row.post.account == account and row.kind == "post"]
    return ours[-1].id if ours else None


async def answer_waiting(bot: Answering) -> int:
    """Answer what waits, each person's mentions in their order, different people's side by side."""
    waiting = await bot.db(bot.store.mentions.pending, AT_ONCE)
    known = [mention for mention in waiting if mention.account in bot.accounts]
    together = Together(mentions=tuple(mention.id for mention in known))
    people: dict[tuple[str, str], list[Mention]] = {}
    for mention in known:
        people.setdefault((mention.account, mention.author), []).append(mention)
    async with asyncio.TaskGroup() as group:
        for theirs in people.values():
            group.create_task(_in_order(theirs, together, bot))
    return len(known)


async def _in_order(mentions: Sequence[Mention], together: Together, bot: Answering) -> None:
    for mention in mentions:
        work = answer(mention, together, bot, bot.now())
        await apart(work, "a mention could not be answered", partial(_not_answered, mention, bot))


async def _not_answered(mention: Mention, bot: Answering) -> None:
    """Give a mention over to the owner, since a mistake of our own keeps it from its answer."""
    match = Match(rule="", stage="fallback", score=0.0)
    await bot.db(bot.store.mentions.answered, mention.id, None, match, unanswered=OUR_MISTAKE, now=bot.now())


async def answer(mention: Mention, together: Together, bot: Answering, now: datetime) -> None:
    """Answer one stored mention, or record why it gets no answer; answered and its outbox row are one transaction."""
    caps = bot.accounts[mention.account].caps
    verdict = guard(mention, await _seen(mention, together, caps, bot, now), caps, now)
    if verdict.action == "answer" or verdict.notice:  # nothing is awaited between the count and this
        together.granted.update({(mention.account, ""), (mention.account, mention.thread)})
    undone = await _carry_out(verdict.consent, mention, bot, now) if verdict.consent else True
    if verdict.action == "skip":
        await bot.db(bot.store.mentions.skipped, mention.id, verdict.reason, now=now)
        return
    if verdict.action != "answer":
        await _hold_back(mention, verdict, bot, now)
        return
    reply = await reply_to(mention, bot, now, undone=undone)
    post = _post(reply.text, mention, bot)
    await bot.db(
        bot.store.mentions.answered,
        mention.id,
        post,
        reply.match,
        unanswered=reply.unanswered,
        details=reply.details,
        now=now,
    )


async def _carry_out(consent: Literal["opt_out", "opt_in"], mention: Mention, bot: Answering, now: datetime) -> bool:
    """Stop, or start again, on all our accounts of that platform.

    Tells whether anything is different now: who says `start` without ever having said `stop` is only new.
    """
    mentions = bot.store.mentions
    changed = consent == "opt_out"
    for name in _same_platform(mention.account, bot):
        if consent == "opt_in":
            changed |= await bot.db(mentions.opt_in, mention.author, name)
            continue
        await bot.db(mentions.opt_out, mention.author, name, now=now)
        await bot.db(bot.store.promises.forget, name, [mention.author])
    return changed


def _same_platform(account: str, bot: Answering) -> list[str]:
    """All our accounts on an account's platform: the same id is the same person to them."""
    platform = bot.accounts[account].platform
    return [name for name, other in bot.accounts.items() if other.platform == platform]


async def _hold_back(mention: Mention, verdict: Verdict, bot: Answering, now: datetime) -> None:
    """Put a late or capped mention on the owner's list; over a cap, say so once per person and window."""
    match = Match(rule="", stage="fallback", score=0.0)
    post = _post(render(PAUSED, values_of(mention, match, bot)), mention, bot) if verdict.notice else None
    await bot.db(
        bot.store.mentions.answered,
        mention.id,
        post,
        match,
        unanswered=verdict.action,
        notice_until=now + _window(mention, bot) if verdict.notice else None,
        now=now,
    )


def _window(mention: Mention, bot: Answering) -> timedelta:
    """How long one pause notice holds: the person's window, an hour where there is none."""
    person = bot.accounts[mention.account].caps.person
    return person.per if person else timedelta(hours=1)


async def _seen(mention: Mention, together: Together, caps: Caps, bot: Answering, now: datetime) -> Seen:
    """What the guards ask about the past, one read, with what is granted to those who are answered with this one."""
    tally = await bot.db(
        bot.store.mentions.tally,
        mention,
        person_since=now - (caps.person.per if caps.person else timedelta(0)),
        account_since=now - (caps.account.per if caps.account else timedelta(0)),
        bot_since=now - BOT_DAY,
        apart_from=together.mentions,
        beside=_same_platform(mention.account, bot),
        now=now,
    )
    granted = together.granted
    # Whoever is logged in as the owner is no echo of ours, whatever they call themselves.
    own = not mention.owner and bare_name(mention.author) in bot.own_names.get(mention.account, frozenset())
    return Seen(
        own=own,
        opted_out=tally.opted_out,
        blocked=tally.blocked,
        person=tally.person,
        account=tally.account + granted[mention.account, ""],
        thread=tally.thread + (granted[mention.account, mention.thread] if mention.thread else 0),
        bot_today=tally.bot_today,
        paused=tally.paused,
        consent=bot.engine.consent(mention),
        first_start=tally.first_start,
    )


def _post(text: str, mention: Mention, bot: Answering) -> Post:
    return reply_post(text, mention, bot.limits[mention.account], f"reply:{mention.id}")
