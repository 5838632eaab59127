"""What the proof stands on: a growing site, a server for each class, people who speak, and one bot among them.

May import: all but cli.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot import __version__
from bot.app.build import utc_now
from bot.errors import DeliveryError, UsageError
from bot.net import Client
from bot.prove.counting import Counting, serving
from bot.prove.life import Lives, lives
from bot.prove.site import Site, publishing
from bot.prove.verdict import Verdict, answer_to, deliveries, judge, shown
from bot.settings import init
from bot.store import Store, open_store

SPEAK_EVERY = 0.4
"""Seconds between two mentions on each platform."""

SETTLE = "2s"
"""Longer than any server's delay, the promise's one condition, with room for a loaded machine."""

SHOWN = 1_000_000


class Server(Protocol):
    """A platform's server, as the proof sees it."""

    url: str
    arrived: Callable[[], None] | None  # told of each request to post, before anything is done about it
    requests: int

    def there(self) -> list[str]:
        """What it kept, by what it is known by: a link, or `answer_to` a mention."""
        ...

    def say(self, author: str, text: str) -> None:
        """Let somebody mention the bot."""
        ...

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of platforms: what can be promised on it, and how one of it is set up."""

    name: str  # of the platform and of the account
    promise: str
    serve: Callable[[random.Random], AbstractAsyncContextManager[Server]] | None = None  # None: in the store
    keys: str = 'server = "{url}"'  # of the account, in TOML


def _counting(*, keyed: bool = False) -> Callable[[random.Random], AbstractAsyncContextManager[Server]]:
    @asynccontextmanager
    async def serve(dice: random.Random) -> AsyncIterator[Server]:
        async with serving(Counting(dice, keyed=keyed)) as server:
            yield server

    return serve


CLASSES = (
    Class(name="local", promise="same transaction"),
    Class(name="keyed", promise="a key for ever", serve=_counting(keyed=True)),
    Class(name="readable", promise="read-back only", serve=_counting()),
    Class(name="blind", promise="neither: held for the owner", serve=_counting()),
)


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
    silent: asyncio.Event = field(default_factory=asyncio.Event)  # and everybody has ended

    def write(self, *, posting: bool) -> None:
        """Write the bot's settings; not `posting`: it decides nothing new, and delivers what it decided."""
        accounts = "".join(self._account(one, posting=posting) for one in self.classes)
        (self.folder / "starfish.toml").write_text(STARFISH.format(port=self.port) + accounts, "utf-8")
        (self.folder / "feeds.toml").write_text(FEEDS.format(url=self.site.url), "utf-8")

    def store(self) -> Store:
        """The bot's database, to look at."""
        return open_store(self.folder / "proof.db", mode="read", now=utc_now())

    async def serves(self) -> bool:
        """Whether the bot serves its page, and so has met all its accounts."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def watch(self, told: Callable[[], None] | None) -> None:
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
                    deliveries(store, one.name, in_store=one.serve is None),
                    self.servers[one.name].there() if one.serve else items,
                    self.owed(one.name),
                    told,
                )
                for one in self.classes
            ]

    async def speak(self) -> None:
        """Mention the bot everywhere, until it is over; on the local page each again until it is acknowledged."""
        local = any(one.serve is None for one in self.classes)
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
        keys = one.keys.format(url=self.servers[one.name].url) if one.serve else ""
        rhythm = 'post = { every = "1s" }' if posting else ""
        return ACCOUNT.format(name=one.name, keys=keys, rhythm=rhythm, settle=SETTLE)


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
platform = "{name}"
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
async def bench(names: Sequence[str], dice: random.Random) -> AsyncIterator[Bench]:
    """Set everything up in a temporary folder; nothing is left of it.

    :raises UsageError: there is no such class
    """
    known = {one.name: one for one in CLASSES}
    for name in names:
        if name not in known:
            raise UsageError(f"the proof knows no platform {name!r}; it knows: {', '.join(known)}")
    classes = [known[name] for name in names] or list(CLASSES)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="starfish-proof-"))) / "config"
        init(folder)
        site = await stack.enter_async_context(publishing(Site(_own(dice))))
        servers = {
            one.name: await stack.enter_async_context(one.serve(_own(dice))) for one in classes if one.serve is not None
        }
        bot = await stack.enter_async_context(lives(folder))
        made = Bench(folder=folder, classes=classes, servers=servers, site=site, lives=bot, port=_free_port())
        made.write(posting=True)
        yield made


def _own(dice: random.Random) -> random.Random:
    """Dice of one's own, so that one server's bad luck doesn't depend on another's requests."""
    return random.Random(dice.getrandbits(64))  # noqa: S311 -- a seed is wanted


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
