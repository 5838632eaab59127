"""What comes next: every waiting draft and candidate with its expected time.  May import: all but cli."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot import share
from bot.app.build import Ground, Stories
from bot.app.health import speaks_from
from bot.core import pace
from bot.core.choose import Choice, Lineup
from bot.core.occasions import WORTH, is_quote_slot
from bot.core.pace import day_start
from bot.core.text import first_words, plain
from bot.model import Account, OutboxRow, Slot, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that will be posted: an outbox row, or a candidate of the backlog."""

    account: str
    expected: datetime | None  # None: it waits for somebody, or the account has no schedule
    row: OutboxRow | None = None
    choice: Choice | None = None

    @property
    def called(self) -> str:
        """What to call it for people: its title, else its words, as notes without a headline have nothing else."""
        if self.row is not None:
            return self.row.post.title or self.row.post.text
        if self.choice is None:
            return ""
        candidate = self.choice.candidate
        return candidate.title or first_words(plain(candidate.html[:2_000])) or candidate.link


async def waiting(stories: Stories, on: Ground, now: datetime, account: str | None = None) -> list[Waiting]:
    """Everything that waits: first the drafts, which need the owner's word; then per account as it will go out."""
    found: list[Waiting] = []
    for name, one in stories.sharing.accounts.items():
        if account in (None, name):
            found += await _of(one, stories, on, now)
    return sorted(found, key=lambda one: one.row is None or one.row.state is not State.DRAFT)


async def _of(account: Account, stories: Stories, on: Ground, now: datetime) -> list[Waiting]:
    slots = await coming(account, stories, on, now)
    quotes = bool(stories.sharing.quotes)
    times = (slot.at for slot in slots if not (quotes and is_quote_slot(account, slot)))
    if account.style == "digest":
        times = (at for at in times for _ in range(WORTH))
    rows = await on.db(
        on.store.outbox.rows,
        account=account.name,
        states=[State.DRAFT, State.PLANNED, State.SENDING, State.WAITING, State.UNKNOWN],
    )
    found = []
    for row in sorted(rows, key=lambda row: row.id):
        if row.kind != "post":
            continue
        expected = None if row.state is State.DRAFT else row.not_before or now
        found.append(Waiting(account=account.name, expected=expected, row=row))
    if account.post is None:  # it only answers
        return found
    lineup = await lineup_of(account, stories, on, now)
    # Off the loop: 200 candidates are judged once for each of their slots.
    backlog = await asyncio.to_thread(_in_turn, lineup, times, now)
    return [*found, *(Waiting(account=account.name, expected=at, choice=choice) for at, choice in backlog)]


async def lineup_of(account: Account, stories: Stories, on: Ground, now: datetime) -> Lineup:
    """What the account's coming slots will choose from, as posting does."""
    open_ones = [choice.candidate for choice in await share.choose(account, stories.sharing, now)]
    recent = await on.db(on.store.feeds.recent_shares, account.name, now - share.RECENT)
    return Lineup(open_ones, interests=stories.sharing.interests, recent=recent)


def _in_turn(lineup: Lineup, times: Iterator[datetime], now: datetime) -> list[tuple[datetime | None, Choice]]:
    """All that wait, each with the time of its slot; None where its schedule has no further one."""
    found = []
    at = next(times, None)
    while (choice := lineup.best(at or now)) is not None:
        found.append((at, choice))
        lineup.taken(choice, at or now)
        at = next(times, None)
    return found


async def coming(
    account: Account, stories: Stories, on: Ground, now: datetime, *, silent_too: bool = False
) -> Iterator[Slot]:
    """The account's coming slots: after its pause, as many as a local day may have; what is out today counts.

    Of an account that is silent until somebody does something: none, or those it would have (`silent_too`).
    """
    since = speaks_from(await on.db(on.store.owner.account_state, account.name), now)
    if since is None and not silent_too:
        return iter(())
    zone, since = stories.sharing.zone, since or now
    out = await on.db(on.store.outbox.sent_since, account.name, day_start(since, zone))
    return pace.coming(account, zone, since, out)


async def next_at(account: Account, stories: Stories, on: Ground, now: datetime) -> datetime | None:
    """When the account posts next, as far as that is plain."""
    slot = next(await coming(account, stories, on, now), None)
    return slot.at if slot else None
