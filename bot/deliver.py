"""The way out: what stands in the outbox is sent, each once.  May import: core, ports, store, failpoint.

    outbox ─claim→ sending (committed before the first byte) ─publish→ sent | waiting | refused | unknown
    unknown ─settle, then look→ sent | planned | held
    sent, and whom it answers deleted their words ─delete→ withdrawn

Whatever fails, nothing is guessed: an answer that is neither a clear yes nor a clear no makes a row *unknown*, and
an unknown row is looked for on the platform before anything is sent again (design, section 7; the classes of
platforms and their promises stand in decision 0003).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import failpoint
from bot.core import compose
from bot.core.outgoing import outlived
from bot.core.replies import shorter_reply
from bot.core.text import measure
from bot.errors import NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, OutboxRow, Post, Receipt
from bot.ports import Clock, Deleter, Publisher
from bot.store import CUT_OFF, TAKEN_BACK, Store, Writer

log = logging.getLogger("starfish.deliver")

BACKOFF = (timedelta(seconds=30), timedelta(days=1))
"""The first wait where a platform names none, doubled at each attempt, and the longest."""

LOOK_FOR = timedelta(days=1)
"""How long an unknown row is looked for, or tried again, before the owner is asked: longer trouble is theirs."""

TELL_AFTER = 5
"""Attempts after which the owner is told that one delivery is still being tried."""

TRIES = 12
"""How often it is tried to take a reply back; with waits that double, that is a day and a half."""

SLOWEST = timedelta(hours=1)
"""The longest between two attempts on a platform that fails without saying why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """What the way out works with."""

    db: Writer
    store: Store
    accounts: Mapping[str, Account]
    publishers: Mapping[str, Publisher]
    now: Clock


async def take_up(name: str, bot: Delivering) -> int:
    """Begin to deliver for an account: what an earlier beginning left in the air is in doubt.  Gives how many rows.

    Not only a crash leaves some: so does a disk that was full when the platform's answer should have been stored.
    """
    return await bot.db(bot.store.outbox.recover, account=name, now=bot.now())


async def deliver(name: str, bot: Delivering, *, over: Callable[[], bool] = lambda: False) -> int:
    """Send what is due for one account, in its order, and settle what is unknown; gives how many rows were moved.

    `over` tells before each of them that nothing more shall begin: a backlog may take longer than a stop has time.
    """
    account, publisher = bot.accounts[name], bot.publishers[name]
    await give_up_late(account, bot)
    if account.dry_run:  # all but sending; what is planned stays planned, and goes when this is switched off
        return 0
    for row in await bot.db(bot.store.outbox.to_take_back, name, now=bot.now()):
        if over():
            return 0
        await take_back(row, publisher, bot)
    if publisher.limits.in_store:
        sent = await bot.db(bot.store.outbox.publish_in_store, name, now=bot.now())
        if sent:
            failpoint.point("after_sent_commit")
        return len(sent)
    moved = 0
    for row in await bot.db(bot.store.outbox.reconcilable, name, account.settle, now=bot.now()):
        if over():
            return moved
        await reconcile(row, account, publisher, bot)
        moved += 1
    while not over():
        claimed = await bot.db(bot.store.outbox.claim, name, now=bot.now())
        if claimed is None:
            return moved
        failpoint.point("after_sending_commit")
        await send(claimed, publisher, bot)
        moved += 1
    return moved


async def give_up_late(account: Account, bot: Delivering) -> None:
    """Let what waited longer than the account's `expires` go unsent: after an outage or a sleep nothing comes late."""
    if account.expires:
        now = bot.now()
        reason = outlived(account.expires)
        await bot.db(bot.store.outbox.expire, account.name, now - account.expires, reason, now=now)


async def send(row: OutboxRow, publisher: Publisher, bot: Delivering) -> None:
    """Send one claimed row once, and record what came of it."""
    outbox = bot.store.outbox
    try:
        with failpoint.during("mid_request"):
            receipt = await publisher.publish(await _threaded(row.post, bot))
        failpoint.point("after_response")
    except RetryLater as error:
        until = bot.now() + _wait(error.after, row.attempts)
        await bot.db(outbox.settle_waiting, row.id, until, str(error), now=bot.now())
        await bot.db(outbox.hold_account, row.post.account, until, str(error), now=bot.now())
        await _still_trying(row, str(error), bot, at_once=error.tell)
        log.info("%s: waits until %s: %s", row.post.account, until.isoformat(timespec="seconds"), error)
    except Unsure as error:
        await bot.db(outbox.settle_unknown, row.id, str(error), now=bot.now())
        log.info("%s: outbox %s may or may not be there: %s", row.post.account, row.id, error)
    except TooLong as error:
        await _shorten(row, publisher, error, bot)
    except NeedsLogin as error:
        await bot.db(outbox.settle_planned, row.id, now=bot.now())
        await lock_out(row.post.account, error, bot)
    except Rejected as error:
        await _refused(row, str(error), bot)
    except asyncio.CancelledError:
        # The first byte may be out.  The start after this one finds the row as `sending` even if this isn't stored.
        await asyncio.shield(bot.db(outbox.settle_unknown, row.id, "stopped while sending", now=bot.now()))
        raise
    else:
        await _sent(row, receipt, bot)
        failpoint.point("after_sent_commit")


async def _threaded(post: Post, bot: Delivering) -> Post:
    """Let a part of a thread answer the part before it, once that one's name on the platform is known."""
    before = post.reply_context.get("after")
    row = await bot.db(bot.store.outbox.row, int(before)) if before else None
    if row is None or row.receipt is None or not row.receipt.remote_id:
        return post
    return replace(post, reply_to=row.receipt.remote_id)


async def reconcile(row: OutboxRow, account: Account, publisher: Publisher, bot: Delivering) -> None:
    """Find out what became of an unknown row, once its settle time is over."""
    failpoint.point("in_reconcile")
    outbox, limits, now = bot.store.outbox, publisher.limits, bot.now()
    if limits.searchable:
        await _look(row, account, publisher, bot)
    elif limits.idempotent_for and timedelta(0) <= now - (row.first_sent_at or now) < limits.idempotent_for:
        await _again(row, account, bot)  # the same key again is the same post
    elif account.unknown == "assume_sent":
        await _sent(row, Receipt(remote_id="", note="assumed"), bot)
    elif account.unknown == "resend":
        await bot.db(outbox.settle_planned, row.id, now=now)
    else:
        await _hold(row, "that platform can't be asked", bot)


async def take_back(row: OutboxRow, publisher: Publisher, bot: Delivering) -> None:
    """Delete a reply whose asker deleted what it answers; where that can't be done it stays, and says why.

    To delete is the same once or twice, so whatever is in doubt is simply tried again.
    """
    outbox, receipt, now = bot.store.outbox, row.receipt, bot.now()
    if publisher.limits.in_store:
        await bot.db(outbox.withdraw, row.id, TAKEN_BACK, now=now)
        return
    if not isinstance(publisher, Deleter) or receipt is None:
        await bot.db(outbox.stays, row.id, f"{TAKEN_BACK}, and here nothing can be taken back")
        return
    try:
        await publisher.delete(receipt)
    except NeedsLogin as error:
        await lock_out(row.post.account, error, bot)
    except (RetryLater, Unsure) as error:
        if row.looks >= TRIES:
            await bot.db(outbox.stays, row.id, f"{TAKEN_BACK}, and it could not be taken back: {error}")
            return
        after = error.after if isinstance(error, RetryLater) else None
        await bot.db(outbox.take_back_later, row.id, now + _wait(after, row.looks + 1))
    except (Rejected, TooLong) as error:
        await bot.db(outbox.stays, row.id, f"{TAKEN_BACK}, and it could not be taken back: {error}")
    else:
        await bot.db(outbox.withdraw, row.id, TAKEN_BACK, now=now)
        log.info("%s: took outbox %s back: %s", row.post.account, row.id, TAKEN_BACK)


async def lock_out(name: str, error: NeedsLogin, bot: Delivering) -> None:
    """Pause an account that the platform doesn't let in, and tell the owner once."""
    counts = await bot.db(bot.store.outbox.pending_count, name)
    waiting = sum(counts.values())
    text = (
        f"{name}: {error}. This account is paused, its {waiting} waiting post{' waits' if waiting == 1 else 's wait'},"
        f" all others go on. {error.advice(name)}, then start the bot again or run: `starfish resume --account {name}`"
    )
    await bot.db(bot.store.outbox.lock_out, name, str(error), now=bot.now(), notice=text)
    log.warning("%s", text)


async def _look(row: OutboxRow, account: Account, publisher: Publisher, bot: Delivering) -> None:
    outbox, now = bot.store.outbox, bot.now()
    try:
        receipt = await publisher.find(await _threaded(row.post, bot))
        failpoint.point("in_reconcile")
    except (Unsure, RetryLater) as error:
        if now - (row.first_sent_at or now) > LOOK_FOR:
            await _hold(row, f"it could not be looked for in {LOOK_FOR.days * 24} h: {error}", bot)
            return
        after = error.after if isinstance(error, RetryLater) else None
        await bot.db(outbox.look_again, row.id, now + _wait(after, row.looks + 1), str(error), now=now)
    except NeedsLogin as error:
        await lock_out(row.post.account, error, bot)
    else:
        if receipt is None:
            await _again(row, account, bot)  # absence is proven: the same row goes again
        else:
            await _sent(row, receipt, bot)


async def _again(row: OutboxRow, account: Account, bot: Delivering) -> None:
    """Let the same row go again: at once, then ever later; after a day the owner decides, and all others go on."""
    now = bot.now()
    if row.attempts >= TELL_AFTER and now - (row.first_sent_at or now) > LOOK_FOR:
        await _hold(row, f"the platform failed on it {row.attempts} times in {LOOK_FOR.days * 24} h", bot)
        return
    if row.attempts <= 1 or row.reason == CUT_OFF:
        await bot.db(bot.store.outbox.settle_planned, row.id, now=now)
        return
    doubled: timedelta = max(account.settle, timedelta(seconds=1)) * 2 ** min(row.attempts - 1, 5)
    await bot.db(bot.store.outbox.settle_waiting, row.id, now + min(doubled, SLOWEST), row.reason, now=now)
    await _still_trying(row, row.reason, bot)


async def _still_trying(row: OutboxRow, why: str, bot: Delivering, *, at_once: bool = False) -> None:
    """Nothing is tried for ever in silence; `at_once`: nor once, where only the owner can change anything about it."""
    if row.attempts < TELL_AFTER and not at_once:
        return
    times = "once" if row.attempts == 1 else f"{row.attempts} times"
    text = (
        f"{row.post.account}: outbox {row.id} was tried {times}, and is not out yet ({why})."
        f" It is tried again, and later posts of this account wait for it; to give it up: starfish queue reject {row.id}"
    )
    await bot.db(bot.store.owner.tell, f"outbox:{row.id}", text, now=bot.now())
    log.warning("%s", text)


async def _shorten(row: OutboxRow, publisher: Publisher, error: TooLong, bot: Delivering) -> None:
    """Make a post that the platform called too long shorter, once."""
    limits = publisher.limits
    limit = min(error.limit or limits.max_length * 9 // 10, measure(row.post.text, limits) - 1)
    if row.revision > 0:
        await _refused(row, f"{error} (already shortened once)", bot)
        return
    try:
        shorten = compose.shorten if row.post.reply_to is None else shorter_reply
        shorter = shorten(row.post, replace(limits, max_length=limit, link_cost=None))
    except Rejected as rejected:
        await _refused(row, str(rejected), bot)
        return
    await bot.db(bot.store.outbox.shortened, row.id, shorter.text, shorter.link)


async def _sent(row: OutboxRow, receipt: Receipt, bot: Delivering) -> None:
    await bot.db(bot.store.outbox.settle_sent, row.id, receipt, now=bot.now())
    log.info("%s: sent outbox %s%s", row.post.account, row.id, f" as {receipt.url}" if receipt.url else "")


async def _refused(row: OutboxRow, reason: str, bot: Delivering) -> None:
    text = (
        f"{row.post.account}: the platform refused outbox {row.id}: {reason}. It will not be sent; all others go on."
        f" Try it again with: starfish outbox resend {row.id}"
    )
    await bot.db(bot.store.outbox.settle_refused, row.id, reason, now=bot.now(), notice=text)
    log.warning("%s", text)


async def _hold(row: OutboxRow, why: str, bot: Delivering) -> None:
    text = (
        f"{row.post.account}: outbox {row.id} may or may not be there ({row.reason}), and {why}."
        f" Look at the account, then: starfish outbox mark-sent {row.id}, or: starfish outbox resend {row.id}"
    )
    await bot.db(bot.store.outbox.settle_held, row.id, f"{row.reason}; {why}", now=bot.now(), notice=text)
    log.warning("%s", text)


def _wait(after: timedelta | None, attempts: int) -> timedelta:
    first, longest = BACKOFF
    if after is not None:
        return min(max(after, timedelta(seconds=1)), longest)
    doubled: timedelta = first * 2 ** min(max(attempts - 1, 0), 12)
    return min(doubled, longest)


async def next_wake(name: str, bot: Delivering) -> datetime | None:
    """When this account next has something to do; None: not before something changes."""
    account = bot.accounts[name]
    return None if account.dry_run else await bot.db(bot.store.outbox.next_wake, name, account.settle, now=bot.now())
