"""When an account may post: slots, their identity, quiet hours, missed ones.  Pure; may import: model, errors, cronsim.

A slot's identity is its local wall time (`at`, `cron`) or its place on a grid from the epoch (`every`), never the
moment a timer fired: measured, a 02:30 cron fires twice on the night the clocks go back.  The same slot has the same
identity after a restart, a clock jump or an edit of the schedule, and the store fills an identity once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.model import Account, Rhythm, Slot

GRACE = timedelta(hours=2)
"""A slot missed by less than this is filled on waking (design, section 1)."""

NAMED = 50
"""Slots that one look goes through, the latest ones: what a sleep of months missed is not recorded by the thousand."""

_FURTHER = (timedelta(days=1), timedelta(days=7), timedelta(days=31), timedelta(days=370))
_HORIZON = timedelta(days=370)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What to do about the slots between two looks at the clock."""

    fill: Slot | None = None
    passed: tuple[Slot, ...] = ()  # missed for good: too old, or a later one is due too


def slots(account: Account, zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[Slot]:
    """Give the account's slots with `after` < time <= `until`, in order of their times; quiet hours have none."""
    rhythm = account.post
    if rhythm is None:
        return
    named = (
        Slot(account=account.name, identity=identity, at=base + _jitter(account.name, identity, rhythm.jitter))
        for identity, base in _bases(rhythm, zone, after - rhythm.jitter, until)
    )
    found = (slot for slot in named if after < slot.at <= until and not is_quiet(account.quiet, slot.at, zone))
    # Only a grid comes in order: jitter moves slots past others, and where clocks go forward 02:30 is after 03:15.
    yield from found if rhythm.every and not rhythm.jitter else sorted(found, key=lambda slot: slot.at)


def next_slot(account: Account, zone: ZoneInfo, after: datetime) -> Slot | None:
    """Give the first slot after a moment, or None where the account has none within a year."""
    step, start = timedelta(hours=1), after
    if account.post and account.post.every:
        step = max(account.post.every * 2, timedelta(minutes=1))
    while start < after + _HORIZON:
        for slot in slots(account, zone, start, start + step):
            return slot
        start, step = start + step, min(step * 2, timedelta(days=30))
    return None


def next_time(account: Account, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Give the moment of that slot."""
    slot = next_slot(account, zone, after)
    return slot.at if slot else None


def coming(account: Account, zone: ZoneInfo, after: datetime, out: int) -> Iterator[Slot]:
    """Give the account's slots after a moment, as many as a local day may have; `out` posts of that day are out."""
    today = day_start(after, zone)
    while (slot := next_slot(account, zone, after)) is not None:
        after = slot.at
        if day_start(after, zone) != today:
            today, out = day_start(after, zone), 0
        out += 1
        if account.max_per_day is None or out <= account.max_per_day:
            yield slot


def due(
    account: Account,
    zone: ZoneInfo,
    *,
    since: datetime,
    now: datetime,
    handled: frozenset[str] = frozenset(),
    grace: timedelta | None = GRACE,
) -> Due:
    """Choose the one slot to fill now: the latest since `since`, unless it is handled or older than `grace`.

    One at most, so that what was missed is never made up in a burst; the others are passed over, and named.  Without
    a grace the latest slot counts however old it is.
    """
    window = timedelta(days=7) if grace is None else grace + timedelta(hours=1)
    if account.post and account.post.every:
        window = min(window, max(account.post.every * NAMED, account.post.jitter + account.post.every))
    found: list[Slot] = []
    for further in (window, *(_FURTHER if grace is None else ())):
        found = list(slots(account, zone, max(since, now - further), now))[-NAMED:]
        if found or now - further <= since:
            break
    if not found:
        return Due()
    latest = found[-1]
    in_time = latest.identity not in handled and (grace is None or now - latest.at < grace)
    missed = (slot for slot in found if slot.identity not in handled and not (in_time and slot is latest))
    return Due(fill=latest if in_time else None, passed=tuple(missed))


def is_quiet(quiet: tuple[time, time] | None, at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a moment lies in the quiet hours: from the first time (included) to the second (not included)."""
    if quiet is None:
        return False
    start, end = quiet
    local = at.astimezone(zone).time()
    return start <= local < end if start <= end else local >= start or local < end


def day_start(now: datetime, zone: ZoneInfo) -> datetime:
    """Give the first moment of the local day, in UTC: what `max_per_day` counts from."""
    return _to_utc(datetime.combine(now.astimezone(zone).date(), time()), zone)


def _bases(rhythm: Rhythm, zone: ZoneInfo, early: datetime, late: datetime) -> Iterator[tuple[str, datetime]]:
    if rhythm.every:
        step = rhythm.every
        count = (early - _EPOCH) // step + 1
        while (base := _EPOCH + count * step) <= late:
            yield f"grid:{base.strftime('%Y-%m-%dT%H:%M:%SZ')}", base
            count += 1
        return
    walls = _cron_walls(rhythm.cron, zone, early) if rhythm.cron else _at_walls(rhythm.at, zone, early)
    for wall in walls:
        base = _to_utc(wall, zone)
        if base > late + timedelta(hours=3):  # beyond any change of clocks
            return
        if early < base <= late:
            yield f"wall:{wall.isoformat(timespec='minutes')}", base


def _at_walls(times: tuple[time, ...], zone: ZoneInfo, early: datetime) -> Iterator[datetime]:
    day = early.astimezone(zone).date() - timedelta(days=1)
    while times:
        for moment in sorted(times):
            yield datetime.combine(day, moment)
        day += timedelta(days=1)


def _cron_walls(cron: str, zone: ZoneInfo, early: datetime) -> Iterator[datetime]:
    # Naive on purpose: the sequence of wall times knows no change of clocks, so each comes once.
    start = (early.astimezone(zone) - timedelta(hours=3)).replace(tzinfo=None, second=0, microsecond=0)
    yield from CronSim(cron, start)


def _to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the first one where it occurs twice, the hour after where it doesn't exist."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _jitter(account: str, identity: str, most: timedelta) -> timedelta:
    """A delay up to `most`, drawn from the slot's own name: the same after a restart, and it never drifts."""
    if not most:
        return most
    draw = int.from_bytes(hashlib.blake2b(f"{account}|{identity}".encode(), digest_size=8).digest()) / 2**64
    return timedelta(seconds=int(most.total_seconds() * draw))
