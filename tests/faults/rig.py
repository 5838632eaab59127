"""One bot in this process, with a real store, real adapters and real servers, on a clock that moves by hand.

A crash is: all tasks dropped, the database closed as it stands, and opened again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import answer, deliver, share
from bot.app.build import Ground, Stories, ground, stories
from bot.app.installed import options_of, platforms
from bot.core.rules import check_rule
from bot.model import Mention, OutboxRow, Post
from bot.prove.classes import CLASSES, FURTHER, Server
from bot.prove.faults import Troubles
from bot.prove.platforms import IMAGINED
from bot.prove.servers import serving
from bot.settings import Settings, init, load
from bot.store import Store, open_store
from tests.servers.fixtures import Hands
from tests.servers.small_bot import RULES

KNOWN = {one.name: one for one in (*CLASSES, *FURTHER)}
HEAD = """
[bot]
timezone = "{zone}"
database = "rig.db"
[web]
listen = "127.0.0.1:0"
[net]
contact = "https://localhost/rig"
allow_private = ["127.0.0.0/8"]
"""
ACCOUNT = """
[[accounts]]
name = "{name}"
platform = "{platform}"
{keys}
{more}
"""


@dataclass
class Rig:
    """The bot, and what is around it."""

    folder: Path
    clock: Hands
    servers: dict[str, Any] = field(default_factory=dict)  # of several kinds; tests know which
    _life: AsyncExitStack = field(default_factory=AsyncExitStack)
    _settings: Settings | None = None
    store: Store = field(init=False)
    on: Ground = field(init=False)
    stories: Stories = field(init=False)

    async def open(self) -> None:
        """Begin a life: what `starfish run` does before its tasks start."""
        known = {**platforms(), **IMAGINED}
        options = options_of(known)
        if self._settings is None:
            self._settings = load(self.folder, options, env={"STARFISH_PROOF_TOKEN": "good"}, check_rule=check_rule)
        settings = self._settings
        self.store = self._life.enter_context(open_store(settings.bot.database, mode="run", now=self.clock()))
        self.on = await self._life.enter_async_context(ground(settings, self.store, self.clock))
        self.stories = await stories(settings, self.on, known)
        await self.on.db(self.store.clock.correct, now=self.clock())
        await self.on.db(self.store.outbox.recover, now=self.clock())

    def forget_settings(self) -> None:
        """Let the next life read the owner's files anew."""
        self._settings = None

    async def close(self) -> None:
        """End a life."""
        await self._life.aclose()
        self._life = AsyncExitStack()

    async def again(self) -> None:
        """A crash and a new start."""
        await self.close()
        await self.open()

    async def crash(self, work: Coroutine[Any, Any, Any], after: float) -> None:
        """Let some work begin, and end everything a little later, in seconds: what isn't committed then never is."""
        task = asyncio.create_task(work)
        await asyncio.wait({task}, timeout=after)
        await self.on.db.close()  # no task writes another word, whatever it would like to say at its end
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self.again()

    async def turn(self) -> None:
        """What the tasks of a running bot do in a moment: poll, answer, fill, deliver."""
        sharing, now = self.stories.sharing, self.clock()
        for url in await self.on.db(self.store.feeds.due, now, 1000):
            await share.gather(sharing.feeds[url], sharing, now)
        await self.reply()
        for name, account in sharing.accounts.items():
            if account.post:
                since = await self.on.db(self.store.owner.known_account, name, now=now)
                await share.on_time(account, sharing, now, since=since)
            await deliver.take_up(name, self.stories.delivering)
            await self.deliver(name)

    async def plan(self, account: str, name: str) -> int:
        """Decide a post."""
        link = f"https://example.com/{name}"
        post = Post(account=account, text=f"Words on {name} {link}", link=link, dedupe_key=f"example.com/{name}")
        number = await self.on.db(self.store.outbox.put, post, "post", now=self.clock())
        assert number is not None
        return number

    async def deliver(self, account: str) -> int:
        """Send and settle what is due now."""
        return await deliver.deliver(account, self.stories.delivering)

    async def settle(self, account: str, at_most: int = 50) -> None:
        """Let time pass from wake to wake until nothing of this account is under way."""
        for _ in range(at_most):
            wake = await deliver.next_wake(account, self.stories.delivering)
            if wake is None:
                return
            self.clock.now = max(self.clock.now, wake)
            await self.deliver(account)
        raise AssertionError(f"{account} never comes to rest: {self.rows(account)}")

    async def hear(self, account: str, remote_id: str, text: str = "hello", **more: Any) -> answer.Heard:
        """Receive a mention."""
        fields: dict[str, Any] = {"author": "@ann@example.social", "at": self.clock(), **more}
        cursor = fields.pop("cursor", None)
        said = Mention(account=account, remote_id=remote_id, text=text, **fields)
        return await answer.receive(said, self.stories.answering, cursor=cursor)

    async def reply(self) -> None:
        """Answer all that waits."""
        while await answer.answer_waiting(self.stories.answering):
            pass

    def rows(self, account: str) -> list[OutboxRow]:
        """Its deliveries, the oldest first."""
        return self.store.outbox.rows(account=account, limit=100_000)[::-1]

    def states(self, account: str) -> list[str]:
        """The states of its deliveries, the oldest first."""
        return [str(row.state) for row in self.rows(account)]

    def notices(self) -> dict[str, str]:
        """What the owner is told, by subject."""
        return {one.subject: one.text for one in self.store.owner.notices()}

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(**span)


@asynccontextmanager
async def rig(
    folder: Path,
    *names: str,
    more: str = "",
    zone: str = "UTC",
    feeds: Sequence[str] = (),
    share: float = 0.0,
    seed: int = 0,
) -> AsyncIterator[Rig]:
    """Set up a bot with an account of each named class, and let it live; `more` stands in each account's block."""
    clock = Hands()
    async with AsyncExitStack() as stack:
        config = folder / "config"
        init(config)
        made = Rig(config, clock)
        text = HEAD.format(zone=zone)
        for name in names:
            one, keys = KNOWN[name], ""
            if one.server is not None:
                server: Server = one.server(Troubles(random.Random(f"{name}{seed}"), share))
                made.servers[name] = server
                made.servers[name].clock = clock.ticks
                await stack.enter_async_context(serving(server))
                keys = one.keys.replace("{url}", server.url)
            text += ACCOUNT.format(name=name, platform=one.platform, keys=keys, more=more)
        (config / "starfish.toml").write_text(text, "utf-8")
        (config / "feeds.toml").write_text("".join(feeds), "utf-8")
        (config / "rules.toml").write_text(RULES, "utf-8")  # few, so that each of many lives begins at once
        await made.open()
        try:
            yield made
        finally:
            await made.close()
