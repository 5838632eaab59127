"""One call of the bot, for people who use cron: listen, poll, fill, answer, deliver, leave.  May import: all but cli."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot import answer, deliver, share, tell
from bot.app.build import Ground, Stories
from bot.app.ears import ear_of
from bot.core.line import Line
from bot.errors import DeliveryError, FeedUnreachable, RetryLater, StarfishError, Unsure
from bot.model import Feed, Slot
from bot.ports import Listener

log = logging.getLogger("starfish.once")

AT_ONCE = 30
HUSH = 5.0
"""Seconds in which nobody speaks to an account after which it has heard everybody; no server that is well takes longer."""

LONGEST = 12
"""Where nobody falls silent, so many times as long is listened; the next call hears the others."""

ROUNDS = 50
"""Rounds of answering: each takes what came meanwhile, and a call must end."""


@dataclass(slots=True)
class Done:
    """What one call did."""

    gathered: list[share.Gathered] = field(default_factory=list)
    filled: list[share.Filled] = field(default_factory=list)
    answered: int = 0
    delivered: int = 0  # arrived: what was refused, waits or is in doubt is not among them


async def once(
    on: Ground, stories: Stories, *, extra: bool, seen: Callable[[share.Gathered], None], hush: float = HUSH
) -> Done:
    """Hear what was said, poll what is due, fill at most one slot an account, answer and deliver what waits.

    A slot is due if it came since the last call, however long ago that was; the first call only gathers.  `extra`
    (`--post`) adds one slot per account now.  `seen` is told of each feed as it is done.
    """
    now = on.now()
    done = Done()
    await on.db(on.store.clock.correct, now=now)
    await on.db(on.store.outbox.recover, now=now)
    await asyncio.gather(*(_listen(name, stories, on, hush) for name in stories.publishers))
    done.gathered = await refresh(on, stories, now, seen=seen)
    last = await on.db(on.store.owner.get, "last_call")
    for name, account in stories.sharing.accounts.items():
        if last and account.post:
            filled = await share.on_time(account, stories.sharing, now, since=datetime.fromisoformat(last), grace=None)
            done.filled += [filled] if filled else []
        if extra and account.post:
            # Delivered first: an account plans one post at a time.
            await deliver.deliver(name, stories.delivering)
            slot = Slot(account=name, identity=f"extra:{on.now().isoformat()}", at=now)
            done.filled.append(await share.fill(slot, stories.sharing, on.now()))
    await on.db(on.store.owner.put, "last_call", now.isoformat())
    for _ in range(ROUNDS):
        answered = await answer.answer_waiting(stories.answering)
        done.answered += answered
        if not answered:
            break
    done.answered += await tell.tell(stories.telling, on.now())
    for name in stories.delivering.accounts:
        await deliver.deliver(name, stories.delivering)
        done.delivered += await on.db(on.store.outbox.arrived_since, name, now)
    return done


async def _listen(name: str, stories: Stories, on: Ground, hush: float) -> None:
    """Hear an account's mentions, durably, until nobody speaks any more.

    A server that is away is nobody's business, the next call asks again; one that lets us in no more is told, once.
    """
    publisher, clock, subject = stories.publishers[name], asyncio.get_running_loop().time, f"task:listening of {name}"
    if not isinstance(publisher, Listener):
        return
    try:
        ear = await ear_of(name, stories, on)
        if ear.first != name:
            return
        end = clock() + LONGEST * hush
        async with asyncio.timeout(hush) as patience:
            async for after, mention in publisher.mentions(await ear.cursor()):
                if (heard := await ear.heard(mention)) is not None:
                    await answer.receive(heard, stories.answering, cursor=after)
                patience.reschedule(min(clock() + hush, end))
    except TimeoutError:
        await on.db(on.store.owner.clear, subject)
    except (RetryLater, Unsure) as error:
        log.info("%s: its mentions can't be heard now: %s", name, error)
    except DeliveryError as error:
        text = f"{name}: its mentions can't be heard: {error.told(name)}"
        if await on.db(on.store.owner.tell, subject, text, now=on.now()):
            log.warning("%s", text)


async def refresh(
    on: Ground, stories: Stories, now: datetime, *, seen: Callable[[share.Gathered], None]
) -> list[share.Gathered]:
    """Poll every feed that is due, many at once, but not many of one host; a feed that fails is a result."""
    line = Line(url for url in await on.db(on.store.feeds.due, now, 1_000_000) if url in stories.sharing.feeds)
    flying: dict[str, asyncio.Task[None]] = {}
    results: list[share.Gathered] = []
    landed = asyncio.Event()

    async def one(url: str) -> None:
        results.append(await gathered(stories.sharing.feeds[url], stories.sharing, now))
        seen(results[-1])
        del flying[url]
        landed.set()

    async with asyncio.TaskGroup() as group:
        while len(line):
            landed.clear()
            for url in line.take(flying, AT_ONCE - len(flying)):
                flying[url] = group.create_task(one(url))
            await landed.wait()
    return results


async def gathered(feed: Feed, sharing: share.Sharing, now: datetime) -> share.Gathered:
    """Poll one feed; a mistake of our own about its document is a failure of this feed alone, and is said so."""
    (result,) = await asyncio.gather(share.gather(feed, sharing, now), return_exceptions=True)
    if not isinstance(result, BaseException):
        return result
    if isinstance(result, StarfishError) or not isinstance(result, Exception):
        raise result
    log.debug("%s failed", feed.url, exc_info=result)
    mistake = FeedUnreachable(f"{type(result).__name__} in our own code ({result})")
    return await share.failed(feed, mistake, sharing, now)
