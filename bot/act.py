"""What a matched rule does before it speaks: looks up, remembers, passes on.  May import: core, ports, store, orders.

Each action gives the values that the rule's reply names, or None where it found nothing and the rule's `else` speaks.
The list is closed (design, section 8): an owner's file can name an action, never code.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.period import period_of
from bot.core.reminders import Kept, chosen, clock, says_all, told
from bot.core.reply import defuse, pick
from bot.core.rule_checks import OWNERS
from bot.core.search import topic_of
from bot.core.sentences import sentences
from bot.core.when import moment_of, span_of
from bot.model import Match, Mention, OutboxRow
from bot.orders import ORDERS
from bot.ports import OwnerDesk
from bot.store import Found, Store, Writer

Values = Mapping[str, str]

_FIGURE = re.compile(r" \([+]\d+\.\d+\)$")

INSTEAD = "instead"
"""The value that is said in place of the rule's own reply, where an action ended in a way that no rule foresees."""

MOST_REMINDERS = 20
"""Reminders that one person may have waiting on one account: a help, not a flood."""

TOO_MANY = (
    f"You have {MOST_REMINDERS} reminders waiting, {{name}}, and that is all I can hold. `my reminders` shows them."
)
WHICH_REMINDER = "Which one, {name}? {list}. Say: cancel reminder {number}, or: cancel all reminders"
ON_ITS_WAY = "Too late, {name}: that reminder is on its way to you right now. It comes once, and then it is over."
ON_ITS_WAY_TOO = "(One more is on its way to you right now, too late for me to hold.)"

LINE = 160
"""Characters about an article beside its title and link in a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What the actions work with."""

    db: Writer
    store: Store
    quotes: tuple[str, ...]
    zone: ZoneInfo
    longer: Callable[[int, str], Awaitable[str]]  # (candidate, what was said) → more of it, in a few sentences
    desk: OwnerDesk | None = None  # carries out the owner's orders
    rehearsal: bool = False  # say what would be done, and do nothing


async def act(do: str | None, match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """Carry out a rule's action; an action-less rule has nothing to add and nothing to miss."""
    if do is None:
        return {}
    if do in OWNERS and not mention.owner:  # the engine sees to it already; an order is never a matter of one check
        return None
    if do in ORDERS:
        if on.desk is None or on.rehearsal:
            return {"list": f"Understood: {do.replace('_', ' ')}. This is a rehearsal, so nothing is done."}
        return await ORDERS[do](on.desk, match, mention)
    if on.rehearsal and do in CHANGING:
        return {}
    return await ACTIONS[do](match, mention, on, now)


async def post_values(mention: Mention, on: Acting) -> Values | None:
    """What is known of the post that a mention answers: feed, date, link, reason; None where it answers none."""
    if mention.about is None:
        return None
    row = await on.db(on.store.outbox.row, mention.about)
    return None if row is None else await _of_post(row, on)


async def _of_post(row: OutboxRow, on: Acting) -> Values:
    facts = await on.db(on.store.feeds.story_of, row.candidate) if row.candidate is not None else None
    sent = row.settled_at or row.created_at
    values = {
        "post.url": row.post.link or "",
        "post.title": row.post.title,
        "post.date": sent.astimezone(on.zone).strftime("%-d %B %Y"),
        "post.feed": "my owner's own finds",
        "post.reason": "my owner found it worth sharing",
    }
    if facts is not None:
        values["post.feed"] = facts.feed_title
        values["post.reason"] = _spoke_for_it(facts.why) or "it was the best of what waited"
    return values


def _spoke_for_it(why: Sequence[str]) -> str:
    """The reasons of a choice for anybody's ears: without what spoke against it or not at all, and without the figures."""
    *most, last = [_FIGURE.sub("", one) for one in why if "(-" not in one and "(+0.00)" not in one] or [""]
    return f"{', '.join(most)} and {last}" if most else last


async def _search(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    topic = match.values.get("topic") or topic_of(mention.text) or mention.text
    return await _found(topic, mention, on, now, newest=False)


async def _latest(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    return await _found(match.values.get("topic") or match.values.get("when", ""), mention, on, now, newest=True)


async def _found(topic: str, mention: Mention, on: Acting, now: datetime, *, newest: bool) -> Values | None:
    """Ask the archive, within the time that the question names at its end, if it names one."""
    archive = on.store.archive
    period = period_of(topic, now, on.zone)
    since, until = (period.since, period.until) if period else (None, None)
    words = period.topic if period else topic
    if words:
        found = await on.db(archive.find, words, 1, newest=newest, since=since, until=until)
    else:
        found = await on.db(archive.newest, mention.account, 1, since, until)
    return _article(found, topic, on, now)


async def _similar(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    if mention.about is None:
        return None
    row = await on.db(on.store.outbox.row, mention.about)
    if row is None or row.candidate is None:
        return None
    return _article(await on.db(on.store.archive.similar, row.candidate, 1), row.post.title, on, now)


async def _of_the_post(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    return await post_values(mention, on)


async def _summary(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    row = await on.db(on.store.outbox.row, mention.about) if mention.about is not None else None
    if row is None or row.candidate is None:
        return None
    more = await on.longer(row.candidate, row.post.text)
    return {"post.summary": more} if more else None


async def _follow(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    topic = match.values.get("topic", "")
    if mention.bot or not topic:
        return None
    return {} if await on.db(on.store.promises.follow, mention, topic, now=now) else None


async def _unfollow(match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    topic = match.values.get("topic", "")
    gone = await on.db(on.store.promises.unfollow, mention.account, mention.author, topic)
    return {} if gone else None


async def _follows(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    """What the asker follows on this account, in their own words."""
    rows = await on.db(on.store.promises.follows, mention.account)
    theirs = [f"“{defuse(row.words)}”" for row in rows if row.person == mention.author]
    shown = [topic for at, topic in enumerate(theirs) if len(", ".join(theirs[: at + 1])) <= LINE]
    rest = f" and {len(theirs) - len(shown)} more" if len(theirs) > len(shown) else ""
    return {"list": f"{', '.join(shown)}{rest}"} if theirs else None


async def _remind(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    at = moment_of(match.values.get("when", ""), now, on.zone)
    if at is None or mention.bot:
        return None
    kept = await on.db(on.store.promises.reminders, mention.account, mention.author)
    if len(kept) >= MOST_REMINDERS and mention.id not in [one.mention for one in kept]:
        return {INSTEAD: TOO_MANY}
    if not on.rehearsal:
        await on.db(on.store.promises.remind, mention, at, now=now)
    return {"moment": clock(at, now, on.zone)}


async def _reminders(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """What the asker is still to be reminded of, the soonest first, each with the number that takes it back."""
    kept = await _kept(mention, on)
    return {"list": told(kept, now, on.zone)} if kept else None


async def _unremind(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """Take back a reminder of the asker's own; several are taken back by a word for all only, else it is asked which."""
    which = match.values.get("which", "")
    kept = await _kept(mention, on)
    if not kept:
        return None
    numbers = chosen(which, kept, now, on.zone)
    if not numbers or (len(numbers) > 1 and not says_all(which)):
        meant = [one for one in kept if one.number in numbers] or kept
        return {INSTEAD: WHICH_REMINDER, "list": told(meant, now, on.zone), "number": str(meant[0].number)}
    if on.rehearsal:
        return {"list": told([one for one in kept if one.number in numbers], now, on.zone)}
    taken, sending = await on.db(on.store.promises.unremind, mention.account, mention.author, numbers, now=now)
    if not taken:
        return {INSTEAD: ON_ITS_WAY}
    gone = told([one for one in kept if one.number in taken], now, on.zone)
    return {"list": f"{gone} {ON_ITS_WAY_TOO}" if sending else gone}


async def _kept(mention: Mention, on: Acting) -> list[Kept]:
    rows = await on.db(on.store.promises.reminders, mention.account, mention.author)
    return [Kept(row.mention, row.words, row.at, row.made_at) for row in rows]


async def _quote(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    return {"quote": pick(on.quotes, f"{mention.account}:{mention.remote_id}")} if on.quotes else None


async def _pause(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    span = span_of(match.values.get("duration", ""))
    if span is None:
        return None
    await on.db(on.store.owner.pause, mention.account, now + span, now=now)
    return {}


async def _resume(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    await on.db(on.store.owner.resume, mention.account, now=now)
    return {}


async def _status(_match: Match, _mention: Mention, on: Acting, _now: datetime) -> Values | None:
    notices = await on.db(on.store.owner.notices)
    counts = await on.db(on.store.owner.counts)
    waiting = counts.get("mentions_unanswered", 0)
    told = [f"{counts['feeds']} feeds, {counts.get('outbox_sent', 0)} sent, {waiting} mentions wait for you."]
    return {"list": "\n".join([*told, *(notice.text for notice in notices[:3])])}


async def _yours(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    row = await on.db(on.store.outbox.row, mention.about) if mention.about is not None else None
    candidate = await on.db(on.store.feeds.candidate, row.candidate) if row and row.candidate is not None else None
    return {} if candidate is not None and candidate.own else None


async def _nothing(_match: Match, _mention: Mention, _on: Acting, _now: datetime) -> Values | None:
    return {}


def _article(found: list[Found], topic: str, on: Acting, now: datetime) -> Values | None:
    if not found:
        return None
    best = found[0]
    at = best.at.astimezone(on.zone)
    day = at.strftime("%-d %B" if at.year == now.astimezone(on.zone).year else "%-d %B %Y")
    return {
        "topic": topic,
        "article.title": best.title,
        "article.line": _whole_sentences(best.line.partition("\n\n— ")[0]),  # the words alone, without credit
        "article.url": best.link,
        "article.feed": best.feed_title,
        "article.date": day,
        "article.when": f"shared on {day}" if best.shared else f"read on {day}",
    }


def _whole_sentences(line: str) -> str:
    """As many complete sentences as a reply has room for: what was cut from a longer text ends in the middle."""
    said = ""
    for sentence in sentences(line, None):
        if sentence.endswith(("...", "…")) or len(said) + len(sentence) > LINE:
            break
        said = f"{said} {sentence}".strip()
    return said


ACTIONS: Mapping[str, Callable[[Match, Mention, Acting, datetime], Awaitable[Values | None]]] = {
    "search": _search,
    "latest": _latest,
    "similar": _similar,
    "summary": _summary,
    "yours": _yours,
    "why": _of_the_post,
    "source": _of_the_post,
    "opt_out": _nothing,  # carried out by the guards already, before any cap
    "opt_in": _nothing,
    "follow": _follow,
    "unfollow": _unfollow,
    "follows": _follows,
    "remind": _remind,
    "reminders": _reminders,
    "unremind": _unremind,
    "quote": _quote,
    "pause": _pause,
    "resume": _resume,
    "status": _status,
    "help": _nothing,
    "ask_owner": _nothing,
}

PROMISES = frozenset({"follow", "remind"})
"""Actions that promise a word later, unasked."""

CHANGING = frozenset({"follow", "unfollow", "pause", "resume"})
"""Actions that change something, and so do nothing in a rehearsal; what reminders change there, they see to themselves."""
