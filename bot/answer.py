"""Story 2: a mention becomes an answer.  May import: core, ports, store, act.

    Mention ─receive (durable)→ ─guard→ ─match(rules)→ Match ─act, reply→ text ─fit(limits)→ Post → outbox

Everyone gets an answer: whom no rule fits is answered honestly and put on the list of unanswered mentions, and whom a
guard holds back (too late, over a cap) is put there too, so that nobody is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.act import PROMISES, Acting, act, post_values
from bot.core.guards import BOT_DAY, Seen, Verdict, caps_of, guard
from bot.core.replies import reply_post
from bot.core.reply import DID_YOU_MEAN, ONLY_ANSWERS, PAUSED, pick, render
from bot.core.rules import ASKED, Engine
from bot.model import Account, Caps, Limits, Match, Mention, Post, Rule
from bot.ports import Clock, OwnerDesk
from bot.store import TAKEN_BACK, Store, Writer

log = logging.getLogger("starfish.answer")

AT_ONCE = 100
"""Mentions answered together: their commits are shared."""

WELCOME = "Good to meet you! "
"""What `{welcome}` says to somebody who speaks to the bot for the first time."""

UNSURE = frozenset({"like", "ask", "search", "fallback"})
"""Stages at which what the owner says may well be the answer that the bot asked them for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What the second story works with; built anew when the owner's files change."""

    db: Writer
    store: Store
    engine: Engine
    accounts: Mapping[str, Account]
    limits: Mapping[str, Limits]
    name: str  # the bot's own
    niche: str
    quotes: tuple[str, ...]
    feeds: int
    zone: ZoneInfo
    now: Clock
    next_post: Callable[[str], datetime | None]  # of an account
    longer: Callable[[int, str], Awaitable[str]]  # (candidate, what was said) → more of it
    desk: OwnerDesk | None = None  # carries out the owner's orders
    rehearsal: bool = False  # nothing is stored: caps and cooldowns don't count, actions only say what they would do
    own_handles: Mapping[str, frozenset[str]] = field(default_factory=dict)  # per account: who we are there


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A mention that is durably stored."""

    id: int
    new: bool
    timeline: int | None = None  # its place on the local timeline


async def receive(mention: Mention, bot: Answering, *, cursor: str | None = None) -> Heard:
    """Store a mention and the cursor after it, in one transaction; durable on return, the same one twice is one."""
    if not bot.limits[mention.account].in_store:
        # By the platform's full id, never by a name; on our own timeline a name is a claim, and the login decides.
        owner = bot.accounts[mention.account].owner
        mention = replace(mention, owner=owner is not None and mention.author == owner)
        if mention.about is None and mention.in_reply_to:
            mention = replace(mention, about=await _post_answered(mention, bot))
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


async def _post_answered(mention: Mention, bot: Answering) -> int | None:
    """Our delivery that a mention answers, by what the platform calls it; a reply of ours is no post to ask about."""
    rows = await bot.db(bot.store.outbox.by_link, mention.in_reply_to or "")
    ours = [row for row in rows if row.post.account == mention.account and row.kind == "post"]
    return ours[-1].id if ours else None


async def answer_waiting(bot: Answering) -> int:
    """Answer what waits, each person's mentions in their order, different people's side by side."""
    waiting = await bot.db(bot.store.mentions.pending, AT_ONCE)
    known = [mention for mention in waiting if mention.account in bot.accounts]
    people: dict[tuple[str, str], list[Mention]] = {}
    for mention in known:
        people.setdefault((mention.account, mention.author), []).append(mention)
    async with asyncio.TaskGroup() as group:
        for theirs in people.values():
            group.create_task(_in_order(theirs, bot))
    return len(known)


async def _in_order(mentions: Sequence[Mention], bot: Answering) -> None:
    for mention in mentions:
        await answer(mention, bot, bot.now())


async def answer(mention: Mention, bot: Answering, now: datetime) -> None:
    """Answer one stored mention, or record why it gets no answer; answered and its outbox row are one transaction."""
    caps = caps_of(bot.accounts[mention.account])
    verdict = guard(mention, await _seen(mention, caps, bot, now), caps, now)
    if verdict.consent:
        await _carry_out(verdict.consent, mention, bot, now)
    if verdict.action == "skip":
        await bot.db(bot.store.mentions.skipped, mention.id, verdict.reason, now=now)
        return
    if verdict.action != "answer":
        await _hold_back(mention, verdict, bot, now)
        return
    reply = await reply_to(mention, bot, now)
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


async def _carry_out(consent: Literal["opt_out", "opt_in"], mention: Mention, bot: Answering, now: datetime) -> None:
    """Stop, or start again, on all our accounts of that platform: the same id is the same person there."""
    mentions, platform = bot.store.mentions, bot.accounts[mention.account].platform
    for name, account in bot.accounts.items():
        if account.platform != platform:
            continue
        if consent == "opt_in":
            await bot.db(mentions.opt_in, mention.author, name, now=now)
            continue
        await bot.db(mentions.opt_out, mention.author, name, now=now)
        await bot.db(bot.store.promises.forget, name, [mention.author])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said to a mention, and how it was found."""

    match: Match
    text: str
    unanswered: str | None = None  # why the owner should see it
    details: Mapping[str, str] = field(default_factory=dict)  # what the next turn of the talk needs to know


async def reply_to(mention: Mention, bot: Answering, now: datetime) -> Reply:
    """Match a mention, act, and put the rule's reply into words; nothing is stored but what the action stores."""
    after, resting = None, frozenset[str]()
    if not bot.rehearsal:
        after = await bot.db(bot.store.mentions.last_rule, mention, now=now)
        resting = await _resting(mention, bot, now)
    match = bot.engine.match(mention, after=after, without=resting)
    if mention.owner and match.stage in UNSURE and not bot.rehearsal:
        match = await _lesson(mention, bot, now) or match
    if match.stage == "ask":
        asked = replace(match, rule=ASKED + match.rule)
        return Reply(match=asked, text=render(DID_YOU_MEAN, _values(mention, match, bot)))
    if match.stage == "search":
        found = await _search(match, mention, bot, now)
        if found is not None:
            return found
        match = bot.engine.fallback(mention, after=after)
    return await _said(bot.engine.rule(match.rule), match, mention, bot, now)


async def _lesson(mention: Mention, bot: Answering, now: datetime) -> Match | None:
    """What the owner says after being shown a mention that waits is taught as its answer."""
    waiting = await bot.db(bot.store.mentions.asked_of, mention, now)
    teacher = next((rule.id for rule in bot.engine.rules if rule.do == "teach"), None)
    if waiting is None or teacher is None:
        return None
    return Match(rule=teacher, stage="owner", values={"waiting": str(waiting)})


def say(rule: Rule, match: Match, mention: Mention, found: Mapping[str, str] | None, bot: Answering) -> str:
    """Put values into the rule's reply (or its `else`, where nothing was found), in one pass."""
    options = rule.reply if found is not None else rule.otherwise or rule.reply
    # The mention's own name decides among several replies, so that a retry says the same words.
    chosen = pick(options, f"{mention.account}:{mention.remote_id}")
    return render(chosen, {**_values(mention, match, bot), **(found or {})})


async def _said(rule: Rule, match: Match, mention: Mention, bot: Answering, now: datetime) -> Reply:
    limits = bot.limits.get(mention.account)
    if rule.do in PROMISES and limits is not None and not limits.unsolicited:
        return Reply(match=match, text=render(ONLY_ANSWERS, _values(mention, match, bot)))
    on = _acting(bot)
    found = await act(rule.do, match, mention, on, now)
    if rule.about and found is not None:
        about = await post_values(mention, on)
        found = None if about is None else {**about, **found}
    if found is not None and await _is_welcomed(rule, mention, bot):
        found = {"welcome": WELCOME, **found}
    return Reply(
        match=match,
        text=say(rule, match, mention, found, bot),
        unanswered="no rule" if match.stage == "fallback" else None,
        details={"waiting": found["waiting"]} if found and "waiting" in found else {},
    )


async def _is_welcomed(rule: Rule, mention: Mention, bot: Answering) -> bool:
    """Whether this is the first word of somebody, and the rule has one for newcomers."""
    if bot.rehearsal or not any("{welcome}" in reply for reply in rule.reply):
        return False
    return await bot.db(bot.store.mentions.first_time, mention.account, mention.author)


async def _search(match: Match, mention: Mention, bot: Answering, now: datetime) -> Reply | None:
    """Look a topic up in the archive; None where it has nothing, or no rule tells how to say it."""
    rule = bot.engine.searcher
    if rule is None:
        return None
    found = await act("search", match, mention, _acting(bot), now)
    if found is None:
        return None
    answered = replace(match, rule=rule.id)
    return Reply(match=answered, text=say(rule, answered, mention, found, bot))


def _acting(bot: Answering) -> Acting:
    return Acting(
        db=bot.db,
        store=bot.store,
        quotes=bot.quotes,
        zone=bot.zone,
        longer=bot.longer,
        desk=bot.desk,
        rehearsal=bot.rehearsal,
    )


def _values(mention: Mention, match: Match, bot: Answering) -> dict[str, str]:
    account = bot.accounts.get(mention.account)
    slot = bot.next_post(mention.account)
    return {
        "next.at": slot.astimezone(bot.zone).strftime("%A at %H:%M") if slot else "when there is something good",
        "name": mention.name.strip() or mention.author.lstrip("@").partition("@")[0].strip() or "there",
        "text": mention.text,
        "rule": match.rule,
        "bot.name": bot.name,
        "bot.niche": bot.niche,
        "owner": (account.owner if account else None) or "my owner",
        "feeds.count": str(bot.feeds),
        **match.values,
    }


async def _hold_back(mention: Mention, verdict: Verdict, bot: Answering, now: datetime) -> None:
    """Put a late or capped mention on the owner's list; over a cap, say so once per person and window."""
    match = Match(rule="", stage="fallback", score=0.0)
    post = _post(render(PAUSED, _values(mention, match, bot)), mention, bot) if verdict.notice else None
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
    person = caps_of(bot.accounts[mention.account]).person
    return person.per if person else timedelta(hours=1)


async def _seen(mention: Mention, caps: Caps, bot: Answering, now: datetime) -> Seen:
    """What the guards ask about the past: one read."""
    tally = await bot.db(
        bot.store.mentions.tally,
        mention,
        person_since=now - (caps.person.per if caps.person else timedelta(0)),
        account_since=now - (caps.account.per if caps.account else timedelta(0)),
        bot_since=now - BOT_DAY,
        now=now,
    )
    own = mention.author in bot.own_handles.get(mention.account, frozenset())
    return Seen(
        own=own,
        opted_out=tally.opted_out,
        blocked=tally.blocked,
        person=tally.person,
        account=tally.account,
        thread=tally.thread,
        bot_today=tally.bot_today,
        paused=tally.paused,
        consent=bot.engine.consent(mention),
        first_start=tally.first_start,
    )


async def _resting(mention: Mention, bot: Answering, now: datetime) -> frozenset[str]:
    """The rules that this person heard less than their cooldown ago."""
    cooling = {rule.id: rule.cooldown for rule in bot.engine.rules if rule.cooldown}
    if not cooling:
        return frozenset()
    last = await bot.db(bot.store.mentions.last_answers, mention.account, mention.author, list(cooling))
    return frozenset(rule for rule, at in last.items() if now - at < cooling[rule])


def _post(text: str, mention: Mention, bot: Answering) -> Post:
    return reply_post(text, mention, bot.limits[mention.account], f"reply:{mention.id}")
