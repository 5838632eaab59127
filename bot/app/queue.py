"""What comes next: every waiting draft and candidate with its expected time.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import share, wording
from bot.app.build import Ground, Stories
from bot.core.choose import Choice
from bot.core.pace import day_start, next_slot
from bot.core.text import measure
from bot.model import Account, OutboxRow, Post, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that will be posted: an outbox row, or a candidate of the backlog."""

    account: str
    expected: datetime | None  # None: it waits for somebody, or the account has no schedule
    row: OutboxRow | None = None
    choice: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a candidate would look like as a post."""

    account: str
    choice: Choice
    at: datetime | None
    post: Post
    length: int
    limit: int


async def waiting(stories: Stories, on: Ground, now: datetime, account: str | None = None) -> list[Waiting]:
    """Everything that waits, in the order in which it will go out, per account."""
    found: list[Waiting] = []
    for name, one in stories.sharing.accounts.items():
        if account in (None, name):
            found += await _of(one, stories, on, now)
    return found


async def _of(account: Account, stories: Stories, on: Ground, now: datetime) -> list[Waiting]:
    times = await _times(account, stories, on, now)
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
    backlog = await share.choose(account, stories.sharing, now)
    return [*found, *(Waiting(account=account.name, expected=next(times, None), choice=choice) for choice in backlog)]


async def _times(account: Account, stories: Stories, on: Ground, now: datetime) -> Iterator[datetime]:
    """The times of the account's coming slots, as many as a local day may have; what is out today counts."""
    midnight = day_start(now, stories.sharing.zone)
    sent = await on.db(on.store.outbox.sent_since, account.name, midnight)
    return _slots(account, stories.sharing.zone, now, sent)


def _slots(account: Account, zone: ZoneInfo, after: datetime, count: int) -> Iterator[datetime]:
    today = day_start(after, zone)
    while (slot := next_slot(account, zone, after)) is not None:
        after = slot.at
        if day_start(after, zone) != today:
            today, count = day_start(after, zone), 0
        count += 1
        if account.max_per_day is None or count <= account.max_per_day:
            yield after


async def preview(stories: Stories, on: Ground, now: datetime, *, account: str | None, count: int) -> list[Preview]:
    """Compose what would be posted next, and send nothing; those that would fail the value gate are left out."""
    found: list[Preview] = []
    for name, one in stories.sharing.accounts.items():
        if account not in (None, name):
            continue
        times = await _times(one, stories, on, now)
        left = count
        for choice in await share.choose(one, stories.sharing, now):
            if not left:
                break
            post = await wording.compose_post(choice.candidate, one, stories.sharing)
            if isinstance(post, str):
                continue
            limits = stories.sharing.limits[name]
            length = measure(post.text, limits)
            at = next(times, None)
            found.append(Preview(account=name, choice=choice, at=at, post=post, length=length, limit=limits.max_length))
            left -= 1
    return found
