"""Story 1: feeds become candidates, slots become posts.  May import: core, ports, store, wording.

    gather:  Feed ─fetch→ body ─parse→ Entry… ─filter, key, same story?→ Candidate…        (no pages, no posts)
    fill:    slot ─choose among candidates→ (page → Article) ─condense→ Draft ─fit→ Post → outbox

Read this, `answer.py` and `deliver.py`, and you have understood the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.core import polling
from bot.core.choose import Choice, rank
from bot.core.filters import blocked_by
from bot.core.intake import Intake, Poll
from bot.core.occasions import NO_REPEAT, is_quote_slot, quote_post
from bot.core.outgoing import outlived
from bot.core.pace import GRACE, day_start, due
from bot.errors import FeedError
from bot.model import (
    Account,
    Body,
    Feed,
    FeedState,
    Filters,
    Limits,
    ParsedFeed,
    Slot,
    State,
)
from bot.ports import FeedReader, PageReader, Rewriter
from bot.store import Store, Writer
from bot.wording import Contest, compose_digest, post_of, tell

log = logging.getLogger("starfish.share")

TRIED_AT_ONCE = 12
"""How many candidates one slot may try before it is passed over: each may cost a page and a second."""

RECENT = timedelta(days=7)
"""What fairness between feeds looks back on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What the first story works with; built anew when the owner's files change."""

    db: Writer
    store: Store
    feeds: Mapping[str, Feed]
    accounts: Mapping[str, Account]
    limits: Mapping[str, Limits]
    reader: FeedReader
    pages: PageReader
    zone: ZoneInfo
    interests: tuple[str, ...] = ()
    filters: Filters = Filters()
    quotes: tuple[str, ...] = ()
    rewriter: Rewriter | None = None
    chance: Callable[[], float]  # 0 to 1: the jitter of polls
    floor: Callable[[str], timedelta]  # the shortest polling interval of an address
    pushed: dict[str, datetime] = field(default_factory=dict)  # feeds whose news a hub brings, and until when


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one poll of one feed brought."""

    url: str
    status: Literal["new", "changed", "unchanged", "held", "error"]
    entries: int = 0
    new: int = 0
    error: str | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What became of one slot."""

    slot: Slot
    outbox: int | None = None
    reason: str = ""


# --------------------------------------------------------------------------- gather


async def gather(feed: Feed, bot: Sharing, now: datetime) -> Gathered:
    """Walk one due feed to its candidates; a failure is a result, and the feed keeps its state then."""
    state = await bot.db(bot.store.feeds.state, feed.url) or FeedState(url=feed.url)
    try:
        fetched = await bot.reader.fetch(feed, state, now)
        parsed = await bot.reader.parse(fetched.body) if fetched.body else None
    except FeedError as error:
        return await failed(feed, error, bot, now)
    floor, pushed_until = bot.floor(feed.url), bot.pushed.get(feed.url)
    after = polling.after_success(
        state, fetched, parsed, feed, now, bot.chance(), floor=floor, pushed_until=pushed_until
    )
    if parsed is None:
        await bot.db(bot.store.feeds.polled, after, now)
        return Gathered(url=feed.url, status="unchanged", next_at=after.next_at)
    poll = Poll(feed=feed, before=state, after=after, parsed=parsed, at=now)
    intake = await bot.db(bot.store.feeds.take_in, poll, bot.filters)
    if intake.sifted:
        bot.pushed.pop(feed.url, None)  # its hub did not bring this: until it brings something, we look for ourselves
    return _gathered(feed, parsed, intake)


async def receive(feed: Feed, body: Body, bot: Sharing, now: datetime) -> Gathered:
    """Take in what a feed's hub brought, as a poll would; the feed's state and its next poll stay as they are.

    A feed that is held, muted or read for the first time waits for its whole document: nothing is taken in then.

    :raises FeedUnreadable: it is no feed
    """
    state = await bot.db(bot.store.feeds.state, feed.url) or FeedState(url=feed.url)
    # Relative links are read from where the feed lives, whatever its hub calls it: so they mean what they mean in a poll.
    parsed = await bot.reader.parse(replace(body, url=state.address or feed.url))
    intake = await bot.db(bot.store.feeds.delivered, feed, parsed, bot.filters, now=now)
    return _gathered(feed, parsed, intake) if intake else Gathered(url=feed.url, status="unchanged")


def _gathered(feed: Feed, parsed: ParsedFeed, intake: Intake) -> Gathered:
    return Gathered(
        url=feed.url,
        status="held" if intake.held else "new" if intake.sifted else "changed",
        entries=len(parsed.entries),
        new=len(intake.sifted),
        error=intake.held,
        next_at=intake.state.next_at,
    )


async def failed(feed: Feed, error: FeedError, bot: Sharing, now: datetime) -> Gathered:
    """Record that a feed could not be polled, and back off."""
    state = await bot.db(bot.store.feeds.state, feed.url) or FeedState(url=feed.url)
    after = polling.after_failure(state, error, feed, now, bot.chance(), floor=bot.floor(feed.url))
    await bot.db(bot.store.feeds.polled, after, now)
    plain = feed.url.partition("?")[0]  # what follows may be a token
    log.info("%s", error if plain in str(error) else f"{plain}: {error}")
    return Gathered(url=feed.url, status="error", error=str(error), next_at=after.next_at)


# --------------------------------------------------------------------------- fill


async def on_time(
    account: Account, bot: Sharing, now: datetime, *, since: datetime, grace: timedelta | None = GRACE
) -> Filled | None:
    """Fill the slot that came due since a moment, at most one; those missed for good are passed over, and said so."""
    first_look = due(account, bot.zone, since=since, now=now, grace=grace)
    names = [slot.identity for slot in (*first_look.passed, first_look.fill) if slot]
    handled = frozenset(await bot.db(bot.store.outbox.handled, account.name, names))
    answer = due(account, bot.zone, since=since, now=now, handled=handled, grace=grace)
    if answer.passed:
        await _pass_all_over(answer.passed, "missed: the bot was not running, or a later slot was due", bot, now)
    return await fill(answer.fill, bot, now) if answer.fill else None


async def fill(slot: Slot, bot: Sharing, now: datetime) -> Filled:
    """Fill one slot of one account with the best candidate that adds value, or say why none did."""
    account = bot.accounts[slot.account]
    if why := await unready(account, bot, now):
        return await _pass_over(slot, why, bot, now)
    if is_quote_slot(account, slot) and (filled := await _fill_with_quote(slot, account, bot, now)):
        return filled
    choices = await choose(account, bot, now, decide=True)
    if account.style == "digest":
        return await _fill_with_digest(slot, choices, account, bot, now)
    contest = Contest(choices[:TRIED_AT_ONCE], lambda candidate: tell(candidate, account, bot))
    while found := await contest.best():
        choice, told = found
        worded = await post_of(told, account, bot)
        if isinstance(worded, str):
            await bot.db(bot.store.feeds.decided, account.name, choice.candidate.id, "failed", worded, now=now)
            continue
        state = State.DRAFT if account.review else State.PLANNED
        reasons = (*choice.why, *worded.why)
        row = await bot.db(bot.store.outbox.filled, slot, choice.candidate.id, worded.post, state, now=now, why=reasons)
        if row is not None:
            return Filled(slot=slot, outbox=row)
        if await bot.db(bot.store.outbox.handled, account.name, [slot.identity]):
            return Filled(slot=slot, reason="this slot was filled already")
    return await _pass_over(slot, "no candidate that adds value" if choices else "no candidate", bot, now)


async def _fill_with_quote(slot: Slot, account: Account, bot: Sharing, now: datetime) -> Filled | None:
    """Fill a slot with a one-liner that was not said for a year; None where there is none left."""
    used = await bot.db(bot.store.outbox.said, account.name, "quote:", now - NO_REPEAT)
    post = quote_post(bot.quotes, used, slot, account, bot.limits[account.name])
    if post is None:
        return None
    state = State.DRAFT if account.review else State.PLANNED
    row = await bot.db(bot.store.outbox.filled, slot, None, post, state, now=now)
    return None if row is None else Filled(slot=slot, outbox=row)


async def _fill_with_digest(
    slot: Slot, choices: Sequence[Choice], account: Account, bot: Sharing, now: datetime
) -> Filled:
    """Fill a slot with the best finds together, as one post or a thread."""
    posts, told = await compose_digest(slot, choices, account, bot)
    if not posts:
        return await _pass_over(slot, "too few finds for a digest", bot, now)
    state = State.DRAFT if account.review else State.PLANNED
    row = await bot.db(bot.store.outbox.filled_together, slot, posts, told, state, now=now)
    return Filled(slot=slot, outbox=row, reason="" if row else "this slot was filled already")


async def unready(account: Account, bot: Sharing, now: datetime) -> str | None:
    """Tell why an account should plan no post now; None: it should."""
    if why := await bot.db(bot.store.owner.paused, account.name, now=now):
        return why
    if await bot.db(bot.store.outbox.open_post, account.name):
        # One post at a time: so that an outage ends with one post a slot, not with a burst.
        return "an earlier post still waits to be sent"
    if account.max_per_day is not None:
        today = await bot.db(bot.store.outbox.sent_since, account.name, day_start(now, bot.zone))
        if today >= account.max_per_day:
            return f"the {account.max_per_day} posts of today are out"
    return None


async def choose(account: Account, bot: Sharing, now: datetime, *, decide: bool = False) -> list[Choice]:
    """The account's candidates, best first; `decide`: what expired or is muted is decided so, with the reason."""
    urls = (
        None if not account.feeds else [feed.url for feed in bot.feeds.values() if set(feed.tags) & set(account.feeds)]
    )
    candidates = await bot.db(bot.store.feeds.candidates, account.name, urls, 200)
    blocked = await _blocked(bot)
    # The blocked stay undecided, so that they come back if the block is taken back; the owner's own finds are theirs.
    open_to_all = [one for one in candidates if not one.feed or not blocked_by(one.link, one.author, blocked)]
    too_old = {one.id for one in open_to_all if account.expires and now - one.first_seen > account.expires}
    alive = [one for one in open_to_all if one.id not in too_old]
    recent = await bot.db(bot.store.feeds.recent_shares, account.name, now - RECENT)
    choices = rank(alive, interests=bot.interests, recent=recent, now=now)
    if decide:
        for number in too_old:
            reason = outlived(account.expires or timedelta())
            await bot.db(bot.store.feeds.decided, account.name, number, "expired", reason, now=now)
        for choice in choices:
            if choice.muted:
                why = choice.why[0]
                await bot.db(bot.store.feeds.decided, account.name, choice.candidate.id, "muted", why, now=now)
    return [choice for choice in choices if not choice.muted]


async def _blocked(bot: Sharing) -> tuple[str, ...]:
    """The people and domains that nothing is shared of: those of the owner's file, and those of `starfish block`."""
    return (*bot.filters.block, *await bot.db(bot.store.mentions.blocks))


async def _pass_over(slot: Slot, reason: str, bot: Sharing, now: datetime) -> Filled:
    log.info("%s: slot %s passed over: %s", slot.account, slot.identity, reason)
    await bot.db(bot.store.outbox.passed_over, slot, reason, now=now)
    return Filled(slot=slot, reason=reason)


async def _pass_all_over(slots: Sequence[Slot], reason: str, bot: Sharing, now: datetime) -> None:
    """Pass over what was missed together: each slot is kept with the reason, and one line says so."""
    until = f" until {slots[-1].identity}, {len(slots)} slots," if len(slots) > 1 else ""
    log.info("%s: slot %s%s passed over: %s", slots[0].account, slots[0].identity, until, reason)
    for slot in slots:
        await bot.db(bot.store.outbox.passed_over, slot, reason, now=now)
