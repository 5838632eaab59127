"""What is said to a mention: its rule, what the rule does, and the words.  May import: core, ports, store, act, acting, find.

    Mention ─match(rules)→ Match ─act→ values ─render→ text

`answer.py` asks this for everybody who waits; `ask` and teaching ask it for nobody (`rehearsal`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.act import PROMISES, act
from bot.acting import INSTEAD, Acting, said_lately
from bot.core.reminders import clock
from bot.core.reply import (
    DID_YOU_MEAN,
    NOTHING_TO_SAY,
    ONLY_ANSWERS,
    PLAIN_WORDS,
    WELCOME,
    is_blank,
    pick,
    render,
    welcoming,
)
from bot.core.rules import ASKED, Engine
from bot.find import post_values
from bot.model import Account, Limits, Match, Mention, Rule
from bot.ports import Clock, OwnerDesk
from bot.store import Store, Writer

PASSED_ON = "passed on"
"""Why a mention waits for the owner though a rule answered it: the rule says that they get it, and so they do."""

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
    own_names: Mapping[str, frozenset[str]] = field(default_factory=dict)  # per account whose platform can't tell: ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said to a mention, and how it was found."""

    match: Match
    text: str
    unanswered: str | None = None  # why the owner should see it
    details: Mapping[str, str] = field(default_factory=dict)  # what the next turn of the talk needs to know


def bare_name(author: str) -> str:
    """A name as people compare it: without its @, in small letters."""
    return author.strip().lstrip("@").casefold()


async def reply_to(mention: Mention, bot: Answering, now: datetime, *, undone: bool = True) -> Reply:
    """Match a mention, act, and put the rule's reply into words; nothing is stored but what the action stores.

    `undone`: a `start` took an earlier `stop` back.
    """
    after, resting = None, frozenset[str]()
    if not bot.rehearsal:
        after = await bot.db(bot.store.mentions.last_rule, mention, now=now)
        resting = await _resting(mention, bot, now)
    match = bot.engine.match(mention, after=after, without=resting)
    if mention.owner and match.stage in UNSURE and not bot.rehearsal:
        match = await _lesson(mention, bot, now) or match
    if match.stage == "ask":
        asked = replace(match, rule=ASKED + match.rule)
        return Reply(match=asked, text=render(DID_YOU_MEAN, values_of(mention, match, bot)))
    if match.stage == "search":
        found = await _search(match, mention, bot, now)
        if found is not None:
            return found
        match = replace(bot.engine.fallback(mention, after=after), nearest=match.nearest)
    return await _said(bot.engine.rule(match.rule), match, mention, bot, now, undone=undone)


async def _lesson(mention: Mention, bot: Answering, now: datetime) -> Match | None:
    """What the owner says after being shown a mention that waits is taught as its answer."""
    waiting = await bot.db(bot.store.mentions.asked_of, mention, now)
    teacher = next((rule.id for rule in bot.engine.rules if rule.do == "teach"), None)
    if waiting is None or teacher is None:
        return None
    return Match(rule=teacher, stage="owner", values={"waiting": str(waiting)})


def say(
    rule: Rule,
    match: Match,
    mention: Mention,
    found: Mapping[str, str] | None,
    bot: Answering,
    before: Sequence[str] = (),
    about: Mapping[str, str] | None = None,
) -> str:
    """Put values into the rule's reply (or its `else`, where nothing was found), in one pass.

    Of several replies one is said that the person wasn't told `before`, if there is one; `about` is what is known of
    the post that the mention answers.
    """
    options = rule.reply if found is not None else rule.otherwise or rule.reply
    values = {**values_of(mention, match, bot), **(about or {}), **(found or {})}
    if found and INSTEAD in found:
        return render(found[INSTEAD], values)
    # The mention's own name decides among several replies, so that a retry says the same words.
    first = pick(options, f"{mention.account}:{mention.remote_id}")
    said = [render(welcoming(one) if found and "welcome" in found else one, values) for one in (first, *options)]
    said = [text for text in said if text] or [render(NOTHING_TO_SAY, values)]
    known = {_unwelcomed(text) for text in before}
    return next((text for text in said if _unwelcomed(text) not in known), said[0])


def _unwelcomed(text: str) -> str:
    return " ".join(text.replace(WELCOME, "").split())


async def _said(rule: Rule, match: Match, mention: Mention, bot: Answering, now: datetime, *, undone: bool) -> Reply:
    limits = bot.limits.get(mention.account)
    if rule.do in PROMISES and limits is not None and not limits.unsolicited:
        return Reply(match=match, text=render(ONLY_ANSWERS, values_of(mention, match, bot)))
    if any(is_blank(reply, match.values) for reply in (*rule.reply, *rule.otherwise)):
        return Reply(match=match, text=render(PLAIN_WORDS, values_of(mention, match, bot)))
    on = _acting(bot)
    found = None if rule.do == "opt_in" and not undone else await act(rule.do, match, mention, on, now)
    about = await post_values(mention, on) if rule.about else None
    if rule.about and about is None:
        found = None
    if found is not None and await _is_welcomed(rule, mention, bot):
        found = {"welcome": WELCOME, **found}
    several = len(rule.reply if found is not None else rule.otherwise or rule.reply) > 1
    return Reply(
        match=match,
        text=say(rule, match, mention, found, bot, await said_lately(mention, on, now) if several else (), about),
        unanswered="no rule" if match.stage == "fallback" else PASSED_ON if rule.do == "ask_owner" else None,
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


def values_of(mention: Mention, match: Match, bot: Answering) -> dict[str, str]:
    """What a reply may name, besides what its action found."""
    account = bot.accounts.get(mention.account)
    slot = bot.next_post(mention.account)
    return {
        "next.at": clock(slot, bot.now(), bot.zone) if slot else "when there is something good",
        "name": mention.name.strip() or mention.author.lstrip("@").partition("@")[0].strip() or "there",
        "text": mention.text,
        "rule": match.rule,
        "bot.name": bot.name,
        "bot.niche": bot.niche,
        "owner": _shown(account.owner if account else None),
        "feeds": f"{bot.feeds} feed{'' if bot.feeds == 1 else 's'}",
        "feeds.count": str(bot.feeds),
        **match.values,
    }


def _shown(owner: str | None) -> str:
    """How the owner is named: without the @ that would call them each time, and let them read what is private.

    Some platforms' ids say nothing to people (numbers, "did:plc:…").
    """
    return "my owner" if owner is None or owner.isdigit() or owner.startswith("did:") else owner.lstrip("@")


async def _resting(mention: Mention, bot: Answering, now: datetime) -> frozenset[str]:
    """The rules that this person heard less than their cooldown ago."""
    cooling = {rule.id: rule.cooldown for rule in bot.engine.rules if rule.cooldown}
    if not cooling:
        return frozenset()
    last = await bot.db(bot.store.mentions.last_answers, mention.account, mention.author, list(cooling))
    return frozenset(rule for rule, at in last.items() if now - at < cooling[rule])
