"""What a matched rule does before it speaks: looks up, remembers, passes on.  May import: core, ports, store, acting, find, orders.

Each action gives the values that the rule's reply names, or None where it found nothing and the rule's `else` speaks.
The list is closed (design, section 8): an owner's file can name an action, never code.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.acting import INSTEAD, Acting, Values, said_lately
from bot.core.reminders import Kept, chosen, clock, says_all, told
from bot.core.reply import defuse, pick
from bot.core.rule_checks import OWNERS
from bot.core.when import moment_of, span_of
from bot.find import LINE, latest, of_the_post, search, similar, summary
from bot.model import Match, Mention
from bot.orders import ORDERS, UNANSWERED
from bot.store import EVERYTHING

MOST_REMINDERS = 20
"""Reminders that one person may have waiting on one account: a help, not a flood."""

ALL_FOLLOWED = "All of it, {name}? Then my posts are what to follow. Or name one topic, as in: follow reverb"
ALL_UNFOLLOWED = "Done, {name}: you follow nothing any more. `follow` and a topic begins anew."
NOTHING_FOLLOWED = "You follow nothing, {name}, so all is quiet already."
TOO_MANY = (
    f"You have {MOST_REMINDERS} reminders waiting, {{name}}, and that is all I can hold. `my reminders` shows them."
)
WHICH_REMINDER = "Which one, {name}? {list}. Say: cancel reminder {number}, or: cancel all reminders"
ON_ITS_WAY = "Too late, {name}: that reminder is on its way to you right now. It comes once, and then it is over."
ON_ITS_WAY_TOO = "One more is on its way to you right now, too late for me to hold"


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


async def _follow(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    topic = match.values.get("topic", "")
    if mention.bot or not topic:
        return None
    if topic.casefold() in EVERYTHING:
        return {INSTEAD: ALL_FOLLOWED}
    return {} if await on.db(on.store.promises.follow, mention, topic, now=now) else None


async def _unfollow(match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    topic = match.values.get("topic", "")
    gone = await on.db(on.store.promises.unfollow, mention.account, mention.author, topic)
    if topic.casefold() in EVERYTHING:
        return {INSTEAD: ALL_UNFOLLOWED if gone else NOTHING_FOLLOWED}
    return {} if gone else None


async def _follows(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    """What the asker follows on this account, in their own words."""
    rows = await on.db(on.store.promises.follows, mention.account)
    theirs = [f"“{defuse(row.words)}”" for row in rows if row.person == mention.author]
    shown = [topic for at, topic in enumerate(theirs) if len(", ".join(theirs[: at + 1])) <= LINE]
    rest = f" and {len(theirs) - len(shown)} more" if len(theirs) > len(shown) else ""
    return {"list": f"{', '.join(shown)}{rest}"} if theirs else None


async def _remind(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    # Where the rule names no `{when}`, the whole message is the time: the answer to “when?”.
    at = moment_of(match.values.get("when") or mention.text, now, on.zone)
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
        return {"list": told([one for one in kept if one.number in numbers], now, on.zone, numbered=False)}
    taken, sending = await on.db(on.store.promises.unremind, mention.account, mention.author, numbers, now=now)
    if not taken:
        return {INSTEAD: ON_ITS_WAY}
    gone = told([one for one in kept if one.number in taken], now, on.zone, numbered=False)
    return {"list": f"{gone}. {ON_ITS_WAY_TOO}" if sending else gone}


async def _kept(mention: Mention, on: Acting) -> list[Kept]:
    rows = await on.db(on.store.promises.reminders, mention.account, mention.author)
    return [Kept(row.mention, row.words, row.at, row.made_at) for row in rows]


async def _quote(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    told = await said_lately(mention, on, now)
    quotes = [quote for quote in on.quotes if not any(quote in text for text in told)] or on.quotes
    return {"quote": pick(quotes, f"{mention.account}:{mention.remote_id}")} if quotes else None


async def _pause(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    said = match.values.get("duration", "")
    span = span_of(said)
    if said and span is None:
        return None
    if not on.rehearsal:
        await on.db(on.store.owner.pause, mention.account, now + span if span else None, now=now)
    return {} if said else {"duration": "as long as you like"}


async def _resume(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    await on.db(on.store.owner.resume, mention.account, now=now)
    return {}


async def _status(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    notices = await on.db(on.store.owner.notices)
    paused = await on.db(on.store.owner.paused, mention.account, now=now)
    counts = await on.db(on.store.owner.counts)
    waiting = counts.get("mentions_unanswered", 0)
    feeds, sent = counts["feeds"], counts.get("outbox_sent", 0)
    waits = {0: "nobody waits for you", 1: "1 mention waits for you"}.get(waiting, f"{waiting} mentions wait for you")
    waits += " (`unanswered` shows who)" if waiting else ""
    figures = f"{feeds} feed{'' if feeds == 1 else 's'}, {sent} sent, {waits}."
    quiet = [f"{paused}; `resume` ends that."] if paused else []
    told = [notice.text for notice in notices if notice.subject != UNANSWERED]  # the figures say who waits
    return {"list": "\n".join([figures, *quiet, *told[:3]])}


async def _yours(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    row = await on.db(on.store.outbox.row, mention.about) if mention.about is not None else None
    candidate = await on.db(on.store.feeds.candidate, row.candidate) if row and row.candidate is not None else None
    return {} if candidate is not None and candidate.own else None


async def _nothing(_match: Match, _mention: Mention, _on: Acting, _now: datetime) -> Values | None:
    return {}


ACTIONS: Mapping[str, Callable[[Match, Mention, Acting, datetime], Awaitable[Values | None]]] = {
    "search": search,
    "latest": latest,
    "similar": similar,
    "summary": summary,
    "yours": _yours,
    "why": of_the_post,
    "source": of_the_post,
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

CHANGING = frozenset({"follow", "unfollow", "resume"})
"""Actions that change something, and so do nothing in a rehearsal; what reminders and pauses change, they see to themselves."""
