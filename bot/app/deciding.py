"""The owner decides about a delivery from the command line: approve, edit, retract.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app.build import Ground, ground, stories
from bot.app.installed import platforms, utc_now
from bot.core.pace import coming, day_start
from bot.core.same import canonical
from bot.core.text import measure
from bot.errors import DeliveryError, UsageError
from bot.model import Account, Limits, OutboxRow, State
from bot.ports import Deleter, Publisher
from bot.settings import Settings
from bot.store import Store


def approve(number: int, settings: Settings, store: Store) -> str:
    """Let a draft go; gives what to tell the owner.

    :raises UsageError: it is no draft
    """
    row = _row(number, store)
    account = next((one for one in settings.accounts if one.name == row.post.account), None)
    zone, name = settings.bot.timezone, row.post.account
    waiting = store.outbox.rows(account=name, states=[State.PLANNED, State.WAITING])
    last, today = store.outbox.last_post_at(name), store.outbox.sent_since(name, day_start(utc_now(), zone))
    at = release_time(account, zone, waiting, last, today, utc_now()) if account else None
    if not store.outbox.approve(number, at, now=utc_now()):
        raise UsageError(f"outbox {number} is {_row(number, store).state}, no draft")
    when = f"at {at.astimezone(zone):%a %H:%M}" if at else "now"
    return f"outbox {number}: approved, goes {when}"


def release_time(
    account: Account, zone: ZoneInfo, waiting: Sequence[OutboxRow], last: datetime | None, today: int, now: datetime
) -> datetime | None:
    """When an approved draft may go: now (None), unless the account has posted or will post in the present slot.

    So that ten drafts approved at once go out one a slot, and not in a burst; nor more than `max_per_day` a day, of
    which `today` are out.
    """
    times = [row.not_before or now for row in waiting if row.kind == "post"]
    if not times and last is None:
        return None
    latest = max([*times, last] if last else times)
    day = day_start(latest, zone)
    out = sum(day_start(at, zone) == day for at in times) + (today if day == day_start(now, zone) else 0)
    slot = next(coming(account, zone, latest, out), None)
    return None if slot is None or slot.at <= now else slot.at


async def release(account: Account, zone: ZoneInfo, on: Ground) -> datetime | None:
    """The same, of a running bot."""
    now, outbox = on.now(), on.store.outbox
    waiting = await on.db(outbox.rows, account=account.name, states=[State.PLANNED, State.WAITING])
    last = await on.db(outbox.last_post_at, account.name)
    today = await on.db(outbox.sent_since, account.name, day_start(now, zone))
    return release_time(account, zone, waiting, last, today, now)


def edit(number: int, text: str, settings: Settings, store: Store) -> str:
    """Change the words of a draft or planned post.

    :raises UsageError: it is sent already, or the new text doesn't fit
    """
    row = _row(number, store)
    options = platforms()
    account = next((one for one in settings.accounts if one.name == row.post.account), None)
    limits = options[account.platform].limits if account else None
    words = edited(row, text, limits)
    if not store.outbox.revise(number, words, row.post.link):
        raise UsageError(f"outbox {number} is {_row(number, store).state}, and can't be edited any more")
    return f"outbox {number}: {words}"


def edited(row: OutboxRow, text: str, limits: Limits | None) -> str:
    """Put the owner's own words together with the link that must stay.

    :raises UsageError: nothing is said, or it is too long for the platform
    """
    text = text.strip()
    if not text:
        raise UsageError("a post needs words; to drop it: starfish queue reject")
    if row.post.link and row.post.link not in text:
        text = f"{text}\n{row.post.link}"
    if limits and (length := measure(text, limits)) > limits.max_length:
        raise UsageError(f"that is {length} long, and {row.post.account} takes {limits.max_length}: shorten it")
    return text


async def retract(link: str, settings: Settings, store: Store) -> list[str]:
    """Take back every post of a link; gives what to tell the owner, a line each.

    :raises UsageError: the link was never posted
    """
    rows = {row.id: row for row in [*store.outbox.by_link(link), *store.outbox.by_link(canonical(link))]}
    if not rows:
        raise UsageError(f"{link} was not posted; see: starfish why {link}")
    async with ground(settings, store) as on:
        built = await stories(settings, on, platforms(), look_only=True)
        return [await _take_back(row, built.publishers.get(row.post.account), on) for row in rows.values()]


async def _take_back(row: OutboxRow, publisher: Publisher | None, on: Ground) -> str:
    name = f"{row.post.account}: outbox {row.id}"
    if row.state is State.SENT and publisher is not None and not publisher.limits.in_store:
        if not isinstance(publisher, Deleter) or row.receipt is None or not row.receipt.remote_id:
            return f"{name} is sent, and that platform can't take it back: delete it there by hand"
        try:
            await publisher.delete(row.receipt)
        except DeliveryError as error:
            return f"{name} could not be taken back: {error}"
    if row.state in (State.SENDING, State.UNKNOWN):
        return f"{name} is being sent or in doubt; ask again when it is settled"
    if await on.db(on.store.outbox.withdraw, row.id, "retracted by the owner", now=on.now()):
        return f"{name} is taken back"
    return f"{name} is {row.state}; there is nothing to take back"


def _row(number: int, store: Store) -> OutboxRow:
    row = store.outbox.row(number)
    if row is None:
        raise UsageError(f"there is no outbox {number}; see: starfish queue list")
    return row
