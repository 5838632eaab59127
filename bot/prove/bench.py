"""What the proof stands on: a growing site, a server for each class, people who speak, and one bot among them.

May import: all but cli.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot import __version__
from bot.app.installed import utc_now
from bot.errors import DeliveryError, StoreError, UsageError
from bot.model import State
from bot.net import Client
from bot.prove.classes import CLASSES, FURTHER, Class, Server
from bot.prove.faults import Troubles
from bot.prove.life import Lives, lives
from bot.prove.servers import serving
from bot.prove.site import Site, publishing
from bot.prove.verdict import Verdict, answer_to, deliveries, judge, shown
from bot.settings import init
from bot.store import Store, open_store

SPEAK_EVERY = 0.4
"""Seconds between two mentions on each platform."""

SETTLE = "2s"
"""Longer than any server's delay, the promise's one condition, with room for a loaded machine."""

FAULTY = 0.3
"""The share of requests that go wrong: many more than on any real platform's worst day."""

SHOWN = 1_000_000


@dataclass(slots=True)
class Bench:
    """Everything around the bot."""

    folder: Path
    classes: Sequence[Class]
    servers: dict[str, Server]
    site: Site
    lives: Lives
    port: int
    heard: dict[str, int] = field(default_factory=dict)  # local mentions that were acknowledged: key → timeline id
    over: asyncio.Event = field(default_factory=asyncio.Event)  # nobody begins to speak any more
    silent: asyncio.Event = field(default_factory=asyncio.Event)  # nobody speaks

    def __post_init__(self) -> None:
        self.silent.set()

    def write(self, *, posting: bool) -> None:
        """Write the bot's settings; not `posting`: it decides nothing new, and delivers what it decided."""
        accounts = "".join(self._account(one, posting=posting) for one in self.classes)
        (self.folder / "starfish.toml").write_text(STARFISH.format(port=self.port) + accounts, "utf-8")
        (self.folder / "feeds.toml").write_text(FEEDS.format(url=self.site.url), "utf-8")

    def store(self) -> Store:
        """The bot's database, to look at."""
        return open_store(self.folder / "proof.db", mode="read", now=utc_now())

    def hurry(self) -> None:
        """Let all waits be over now, as if the hours that they ask for had passed: a proof can't wait for them."""
        now = utc_now()
        with suppress(StoreError), open_store(self.folder / "proof.db", mode="write", now=now) as store:
            for one in self.classes:
                if (held := store.outbox.account_state(one.name).hold_until) is not None and held > now:
                    store.outbox.lock_out(one.name, "its wait is over", now=now)
                    store.owner.resume(one.name, now=now)
            for row in store.outbox.rows(states=[State.WAITING], limit=10_000):
                store.outbox.snooze(row.id, now, now=now)

    async def serves(self) -> bool:
        """Whether the bot serves its page, and so has met all its accounts."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def listens(self) -> bool:
        """Whether the bot has begun to listen everywhere: what is said before is history, and owed no answer."""
        return all(getattr(server, "listened", True) for server in self.servers.values())

    def watch(self, told: Callable[[], object] | None) -> None:
        """Be told of the next requests that any server gets."""
        for server in self.servers.values():
            server.arrived = told

    def owed(self, name: str) -> list[str]:
        """The answers that an account owes."""
        if name in self.servers:
            return self.servers[name].owed()
        return [answer_to(number) for number in self.heard.values()]

    def verdicts(self) -> list[Verdict]:
        """Compare what the bot believes with what is there, class by class."""
        with self.store() as store:
            told = frozenset(notice.subject for notice in store.owner.notices())
            items = shown(store.timeline.items(0, SHOWN))
            return [
                judge(
                    one.name,
                    self.lives.killed,
                    deliveries(store, one.name, in_store=one.server is None),
                    self.servers[one.name].there() if one.server else items,
                    self.owed(one.name),
                    told,
                )
                for one in self.classes
            ]

    async def speak(self) -> None:
        """Mention the bot everywhere, until it is over; on the local page each again until it is acknowledged."""
        self.silent.clear()
        local = any(one.server is None for one in self.classes)
        number = 0
        client = Client(
            contact="https://localhost/proof", version=__version__, allow_private=(), spacing=None, now=utc_now
        )
        async with client:
            door = client.door([f"http://127.0.0.1:{self.port}"])
            while not self.over.is_set():
                number += 1
                for server in self.servers.values():
                    server.say(f"@p{number}@example.net", WORDS[number % len(WORDS)])
                while local and f"m{number}" not in self.heard:
                    with suppress(DeliveryError):
                        said = {"id": f"m{number}", "from": f"@p{number}", "text": WORDS[number % len(WORDS)]}
                        reply = await door.send("POST", f"http://127.0.0.1:{self.port}/api/mentions", json=said)
                        if reply.status == 202:
                            self.heard[f"m{number}"] = int(json.loads(reply.body)["id"])
                            continue
                    await asyncio.sleep(0.1)
                with suppress(TimeoutError):
                    async with asyncio.timeout(SPEAK_EVERY):
                        await self.over.wait()
        self.silent.set()

    def _account(self, one: Class, *, posting: bool) -> str:
        keys = one.keys.replace("{url}", self.servers[one.name].url) if one.server else ""
        rhythm = 'post = { every = "1s" }' if posting else ""
        return ACCOUNT.format(name=one.name, platform=one.platform, keys=keys, rhythm=rhythm, settle=SETTLE)


STARFISH = """
[bot]
timezone = "UTC"
database = "proof.db"

[web]
listen = "127.0.0.1:{port}"

[net]
contact = "https://localhost/starfish-proof"
allow_private = ["127.0.0.0/8"]
"""
ACCOUNT = """
[[accounts]]
name = "{name}"
platform = "{platform}"
settle = "{settle}"
caps = {{ person = false, account = false, thread = false }}
{keys}
{rhythm}
"""
FEEDS = """
[[feeds]]
url = "{url}/feed.xml"
every = "1s"
backfill = "all"
"""
WORDS = ("hello", "help", "what are you?", "thank you", "do you know the tides of Bergen?")


@asynccontextmanager
async def bench(names: Sequence[str | Class], dice: random.Random, faulty: float = FAULTY) -> AsyncIterator[Bench]:
    """Set everything up in a temporary folder; nothing is left of it.

    :param names: of classes, or classes that only the caller knows; none: one of each
    :param faulty: the share of requests that go wrong

    :raises UsageError: there is no such class
    """
    known = {one.name: one for one in (*CLASSES, *FURTHER)}
    for name in names:
        if isinstance(name, str) and name not in known:
            raise UsageError(f"the proof knows no platform {name!r}; it knows: {', '.join(known)}")
    classes = [known[name] if isinstance(name, str) else name for name in names] or list(CLASSES)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="starfish-proof-"))) / "config"
        init(folder)
        site = await stack.enter_async_context(publishing(Site(_own(dice))))
        servers = {
            one.name: await stack.enter_async_context(serving(one.server(Troubles(_own(dice), faulty))))
            for one in classes
            if one.server is not None
        }
        bot = await stack.enter_async_context(lives(folder))
        made = Bench(folder=folder, classes=classes, servers=servers, site=site, lives=bot, port=free_port())
        made.write(posting=True)
        yield made


def _own(dice: random.Random) -> random.Random:
    """Dice of one's own, so that one server's bad luck doesn't depend on another's requests."""
    return random.Random(dice.getrandbits(64))  # noqa: S311 -- a seed is wanted


PORTS = range(20_000, 32_000)
"""Below those that systems hand out by themselves (Linux from 32768, others from 49152), above the well-known ones."""


def free_port() -> int:
    """Find a port for a page that is opened again and again.

    One that the system gave could be given to somebody else between two lives, and the next life would find it taken.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
