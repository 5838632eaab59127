"""The composition root: every part is built here, once, from settings and a store.  May import: all but cli.

What follows from the owner's files alone (`Stories`) is rebuilt when they change; what holds connections or
processes (`Ground`) lives as long as the program.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import __version__, semantic
from bot.app.ears import identities
from bot.app.installed import utc_now
from bot.app.vault import FileVault
from bot.articles.reader import Pages
from bot.core import polling
from bot.core.pace import next_time
from bot.core.rules import Engine
from bot.deliver import Delivering
from bot.errors import DeliveryError, StoreError
from bot.feeds.reader import Reader
from bot.llm import Llm
from bot.model import Account, Limits
from bot.net import Client
from bot.ports import Clock, Platform, Preparing, Publisher, Tools, Vault
from bot.reply import Answering, bare_name
from bot.settings import Settings
from bot.share import Sharing
from bot.store import Store, Writer
from bot.tell import Telling
from bot.wording import longer
from bot.worker import Worker

MORE = 200
"""Characters of a longer summary in a reply: what a post's 300 leave beside a link."""

log = logging.getLogger("starfish.build")

PREPARE_WITHIN = 5.0
"""Seconds that all servers together get to tell their limits: a start waits for none longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What lives as long as the program."""

    store: Store
    db: Writer
    client: Client
    worker: Worker
    vault: Vault
    now: Clock
    pushed: dict[str, datetime] = field(default_factory=dict)  # feeds whose news a hub brings, and until when


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """The three stories, built for one reading of the owner's files."""

    settings: Settings
    publishers: Mapping[str, Publisher]
    identities: Mapping[str, str]  # who each account is on its platform, as far as its settings tell
    sharing: Sharing
    answering: Answering
    telling: Telling
    delivering: Delivering
    engine: Engine


@asynccontextmanager
async def ground(settings: Settings, store: Store, now: Clock = utc_now) -> AsyncIterator[Ground]:
    """Open what the stories stand on; everything is closed, drained and reaped on leaving."""
    async with AsyncExitStack() as stack:
        db = Writer(store)
        stack.push_async_callback(db.close)
        client = await stack.enter_async_context(
            Client(
                contact=settings.net.contact,
                version=__version__,
                allow_private=settings.net.allow_private,
                spacing=settings.net.spacing,
                now=now,
                on_hold=await stack.enter_async_context(_remembering(store, db)),
            )
        )
        client.load_holds(await db(store.feeds.held_hosts, now=now()))
        worker = Worker()
        stack.push_async_callback(worker.close)
        vault = FileVault(settings.bot.database)
        yield Ground(store=store, db=db, client=client, worker=worker, vault=vault, now=now)


async def stories(settings: Settings, on: Ground, known: Mapping[str, Platform], *, look_only: bool = False) -> Stories:
    """Build the stories from the owner's files and what the store remembers (taught rules, moved feeds).

    `look_only`: store nothing, for commands that only look.
    """
    from bot.app.chat import ChatDesk  # here, because it works with what is built here

    if not look_only:
        await _registered(settings, on)
    publishers = {account.name: _open(account, known[account.platform], on) for account in settings.accounts}
    await asyncio.gather(*map(_prepared, publishers.values()))
    stored = await on.db(on.store.rules.all)
    # Off the loop: thousands of rules take longer than the loop may stand still.
    engine = await asyncio.to_thread(Engine.build, stored, name=settings.bot.name, sense=semantic.sense())
    accounts = {account.name: account for account in settings.accounts}
    limits: dict[str, Limits] = {name: publisher.limits for name, publisher in publishers.items()}
    sharing = _sharing(settings, on, accounts, limits)
    answering = Answering(
        db=on.db,
        store=on.store,
        engine=engine,
        accounts=accounts,
        limits=limits,
        name=settings.bot.name,
        own_names={name: frozenset({bare_name(settings.bot.name)}) for name in accounts if limits[name].in_store},
        niche=settings.bot.niche,
        quotes=settings.quotes,
        feeds=len(settings.feeds),
        zone=settings.bot.timezone,
        now=on.now,
        next_post=lambda name: next_time(accounts[name], settings.bot.timezone, on.now()),
        longer=lambda number, said: longer(number, said, sharing, MORE),
        desk=ChatDesk(on, lambda: built),
    )
    telling = Telling(db=on.db, store=on.store, accounts=accounts, limits=limits, zone=settings.bot.timezone)
    delivering = Delivering(db=on.db, store=on.store, accounts=accounts, publishers=publishers, now=on.now)
    built = Stories(
        settings=settings,
        publishers=publishers,
        identities=identities(settings.accounts, known),
        sharing=sharing,
        answering=answering,
        telling=telling,
        delivering=delivering,
        engine=engine,
    )
    return built


async def _registered(settings: Settings, on: Ground) -> None:
    """Tell the store what the owner's files name."""
    now = on.now()
    await on.db(on.store.feeds.register, settings.feeds, now=now)
    await on.db(on.store.rules.sync_file, settings.rules, now=now)
    for account in settings.accounts:
        await on.db(on.store.owner.known_account, account.name, now=now)


def _sharing(settings: Settings, on: Ground, accounts: Mapping[str, Account], limits: Mapping[str, Limits]) -> Sharing:
    return Sharing(
        db=on.db,
        store=on.store,
        feeds={feed.url: feed for feed in settings.feeds},
        accounts=accounts,
        limits=limits,
        reader=Reader(on.client, on.worker),
        pages=Pages(on.client, on.worker),
        zone=settings.bot.timezone,
        interests=settings.bot.interests,
        filters=settings.filters,
        quotes=settings.quotes,
        rewriter=_rewriter(settings, on),
        chance=random.random,
        floor=_floor(on.client),
        pushed=on.pushed,
    )


def _rewriter(settings: Settings, on: Ground) -> Llm | None:
    llm = settings.condense.llm
    return None if llm is None else Llm(on.client.door([llm.url]), llm.url, llm.model, llm.key)


async def _prepared(publisher: Publisher) -> None:
    """Let an account learn its server's limits before anything is composed for it."""
    if not isinstance(publisher, Preparing):
        return
    try:
        async with asyncio.timeout(PREPARE_WITHIN):
            await publisher.prepare()
    except (DeliveryError, TimeoutError) as error:
        why = str(error) or "it took too long to answer"
        log.info("%s: its server could not be asked for its limits (%s); the usual ones hold", publisher.name, why)


def _open(account: Account, platform: Platform, on: Ground) -> Publisher:
    options = account.options
    server = getattr(options, "server", None)
    tools = Tools(
        http=on.client.door([str(server)] if server else []),
        vault=on.vault,
        log=logging.getLogger(f"starfish.{account.name}"),
        now=on.now,
    )
    return platform.open(account, options, tools)


@asynccontextmanager
async def _remembering(store: Store, db: Writer) -> AsyncIterator[Callable[[str, datetime], None]]:
    """Keep over restarts which hosts want to be left alone; what is begun is finished on leaving."""

    async def keep(host: str, until: datetime) -> None:
        try:
            await db(store.feeds.hold_host, host, until)
        except StoreError as error:
            log.warning("%s is left alone until %s, which could not be stored: %s", host, until, error)

    keeping: set[asyncio.Task[None]] = set()

    def on_hold(host: str, until: datetime) -> None:
        task = asyncio.create_task(keep(host, until))
        keeping.add(task)
        task.add_done_callback(keeping.discard)

    try:
        yield on_hold
    finally:
        await asyncio.gather(*keeping)


def _floor(client: Client) -> Callable[[str], timedelta]:
    """The shortest polling interval of an address: on the owner's own machines, what the owner wrote."""

    def floor(url: str) -> timedelta:
        return timedelta(seconds=1) if client.allows_private(url) else polling.FLOOR

    return floor
