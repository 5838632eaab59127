"""The proof itself: begin, kill, again; then drain, and compare.  May import: all but cli.

entries, mentions ─► the bot, with an account of each class ─► servers that count, and misbehave
                      ▲ SIGKILL at a random moment, or while a server has its request, again and again
last life: nothing new, until the outbox is at rest ─► verdicts
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from bot.errors import StarfishError
from bot.prove.bench import Bench, bench
from bot.prove.classes import Class
from bot.prove.verdict import Verdict, at_rest, deliveries

Say = Callable[[str], object]

LONGEST_LIFE = 1.5
"""Seconds: a life needs a third of one to begin, and posts once a second."""

WATCHED = 3.0
"""Seconds that a life may take until a server has a request of it."""

DRAIN = 300.0
"""Seconds until everything must be at rest: what failed often waits a minute between two attempts."""


class ProofError(StarfishError):
    """The proof could not be made: the program ended by itself, or never came to rest."""


async def prove(kills: int, platforms: Sequence[str | Class] = (), seed: int = 0, say: Say = print) -> list[Verdict]:
    """Kill one bot with an account of each class so often, and give the verdict on each.

    :param platforms: the classes, by name or as they are; none: all
    :param seed: of everything that is drawn: entries, faults, moments of death
    :raises UsageError: there is no such class
    :raises ProofError: the program ended by itself, or never came to rest
    """
    dice = random.Random(seed)  # noqa: S311 -- a seed is wanted
    async with bench(platforms, dice) as table:
        await first_life(table)
        async with people(table) as hush:
            while table.lives.killed < kills:
                await one_life(table, dice)
                if table.lives.killed % 10 == 0 or table.lives.killed == kills:
                    requests = sum(server.requests for server in table.servers.values())
                    say(f"{table.lives.killed} of {kills} kills, {requests} requests to post so far")
            hush()
            await drain(table)
        return table.verdicts()


async def first_life(table: Bench) -> None:
    """Let the bot meet its accounts: what was said to it before that is history, and owed no answer.

    :raises ProofError: it doesn't begin
    """
    end = await table.lives.begin()
    try:
        async with asyncio.timeout(2 * DRAIN):  # a log-in that was not answered is tried again after five minutes
            while not (await table.serves() and table.listens()) and not end.done():  # noqa: ASYNC110 -- another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise ProofError(f"the program does not begin:\n{table.lives.last_words()}") from None
    await stop(table)


async def stop(table: Bench) -> None:
    """End a life in good order.

    :raises ProofError: it doesn't
    """
    if (code := await table.lives.stop()) != 0:
        raise ProofError(f"the program did not stop in good order ({code}):\n{table.lives.last_words()}")


async def one_life(table: Bench, dice: random.Random) -> None:
    """Let the bot live until it is killed: at a random moment, or when a server gets a request of it.

    :raises ProofError: it ended by itself
    """
    way = dice.choice(("any time", "any time", "on arrival", "after arrival"))
    if way == "on arrival":
        await die_on_arrival(table, WATCHED)
        return
    end, arrived = await table.lives.begin(), asyncio.Event()
    if way == "after arrival":
        table.watch(arrived.set)
    seen = asyncio.create_task(arrived.wait())
    patience = dice.uniform(0.05, LONGEST_LIFE) if way == "any time" else WATCHED
    await asyncio.wait({end, seen}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    if way == "after arrival":
        await asyncio.sleep(dice.uniform(0, 0.05))
    table.watch(None)
    seen.cancel()
    await _kill(table, end)


async def die_on_arrival(table: Bench, seconds: float = DRAIN) -> None:
    """Let the bot live until a server has a request of it, and kill it before the server has looked at it.

    :raises ProofError: it ended by itself
    """
    end = await table.lives.begin()
    table.watch(table.lives.kill)
    await asyncio.wait({end}, timeout=seconds)
    table.watch(None)
    await _kill(table, end)


async def _kill(table: Bench, end: asyncio.Task[int]) -> None:
    if not end.done():
        table.lives.kill()
    if (code := await end) != -signal.SIGKILL:
        raise ProofError(f"the program ended by itself ({code}):\n{table.lives.last_words()}")


async def die_at(table: Bench, failpoint: str, seconds: float = DRAIN) -> None:
    """Let the bot live until it dies by itself, at a failpoint ("name:n").

    :raises ProofError: it doesn't get there, or ends otherwise
    """
    end = await table.lives.begin(failpoint)
    done, _ = await asyncio.wait({end}, timeout=seconds)
    if not done:
        table.lives.kill()
        await end
        raise ProofError(f"the program never came to {failpoint}:\n{table.lives.last_words()}")
    if end.result() != -signal.SIGKILL:
        raise ProofError(f"the program ended by itself ({end.result()}):\n{table.lives.last_words()}")


async def drain(table: Bench, seconds: float = DRAIN) -> None:
    """A last life that decides nothing new, until everything is at rest and every answer planned; then stop it.

    :raises ProofError: it never comes to rest, or doesn't stop in good order
    """
    table.site.frozen = True
    table.write(posting=False)
    await table.lives.begin()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            looks = 0
            while not (await table.serves() and _rests(table)):
                looks += 1
                if looks % 8 == 0:
                    table.hurry()
                await asyncio.sleep(0.25)
    await stop(table)


def _rests(table: Bench) -> bool:
    with table.store() as store:
        return (
            table.silent.is_set()
            and at_rest(store)
            and all(
                set(table.owed(one.name)) <= set(deliveries(store, one.name, in_store=one.server is None))
                for one in table.classes
            )
        )


@asynccontextmanager
async def people(table: Bench) -> AsyncIterator[Callable[[], None]]:
    """People who mention the bot until they are hushed; what they began to say then, they say to its end."""
    speaking = asyncio.create_task(table.speak())
    try:
        yield table.over.set
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
