"""Delivery against its peers, in one run: five entries, one failed POST, and kill -9 in the middle of a POST.

    python tests/bench/peers_delivery.py [--cache FOLDER] [--only NAME]

The same feed of five entries, the same server with the Mastodon client API (one that ignores idempotency keys, as several
do), the same accidents, to feed2toot and feediverse, installed from the package registry into environments of their own,
and to us.  Each accident happens once, at the first, third and fifth post in turn, and always to a fresh bot.  A bot
that is run by cron is run until three runs in a row bring nothing; where it waits for its own stale lock, an hour is let
pass, and counted.  What can't be installed (no network, another Python) is left out and said so.

Lost: entries that are not on the server at the end.  Doubled: posts too many.  Stalled: hours of waiting for a lock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.prove.asked import Asked
from bot.prove.life import lives
from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from bot.prove.site import told
from bot.prove.verdict import LINK
from bot.settings import init

ENTRIES = 5
AT = (1, 3, 5)
"""At which post the accident happens, in turn."""
QUIET_RUNS, MOST_RUNS = 3, 12
ACCIDENTS = ("none", "lost, 500", "kept, 500", "kill -9")
PATIENCE = 60.0


# --------------------------------------------------------------------------- the world


@dataclass(slots=True, kw_only=True)
class World(MastodonServer):
    """The server and the feed; it takes forms, too, as the peers' library sends them."""

    dialect: Any = "gotosocial"
    feed: str = ""  # its address

    def app(self) -> web.Application:
        """The Mastodon interface."""
        app = super(World, self).app()
        app.middlewares.insert(0, self._library())
        return app

    def _library(self) -> Any:
        """What the peers' library needs: it sends forms, and asks for a version."""

        @web.middleware
        async def understood(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            if request.method == "POST" and request.content_type != "application/json":
                form = await request.post()
                said = {name: str(form[name]) for name in ("status", "visibility") if form.get(name)}
                self.asked.append(Asked("POST", request.path, {}, dict(request.headers), said))
                return await self._post(request)
            response: web.StreamResponse = await handler(request)
            if request.path.rstrip("/").endswith("/instance") and isinstance(response, web.Response):
                return web.json_response({**json.loads(response.text or "{}"), "version": "4.2.1"})
            return response

        return understood


@dataclass(slots=True)
class Feed:
    """Five entries that never change."""

    url: str = ""

    def app(self) -> web.Application:
        """Its one page."""
        app = web.Application()
        app.router.add_get("/feed.xml", self._feed)
        return app

    def there(self) -> list[str]:
        """Nothing is posted here."""
        return []

    def say(self, author: str, text: str) -> None:
        """And nobody speaks."""

    async def _feed(self, _: web.Request) -> web.Response:
        start = datetime.now(UTC) - timedelta(hours=2)
        entries = "".join(
            f"<entry><id>{link}</id><title>Entry {number} of five</title><link href='{link}'/>"
            f"<updated>{start.replace(microsecond=0, minute=0, second=number).isoformat()}</updated>"
            f"<content type='html'>{told(number, f'Entry {number} of five')}</content></entry>"
            for number, link in enumerate(links(self.url), 1)
        )
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Five</title><id>{self.url}</id>{entries}</feed>"
        return web.Response(text=feed, content_type="application/atom+xml")


def links(url: str) -> list[str]:
    """The five addresses."""
    return [f"{url}/entry/{number}" for number in range(1, ENTRIES + 1)]


# --------------------------------------------------------------------------- the bots


@dataclass(slots=True)
class Outcome:
    """What one bot came to."""

    lost: int = 0
    doubled: int = 0
    stalled: int = 0
    held: int = 0
    notes: set[str] = field(default_factory=set)

    def add(self, other: Outcome) -> None:
        """Sum up."""
        self.lost += other.lost
        self.doubled += other.doubled
        self.stalled += other.stalled
        self.notes |= other.notes


Run = Callable[[World, Path, str, int], Awaitable[int]]
"""Let a bot do its work on a server, in a folder, with one accident at one post; gives the hours that it stalled."""


@dataclass(slots=True)
class Accident:
    """Lets one thing happen at one post."""

    world: World
    what: str
    at: int
    happened: bool = False
    kill: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        if self.what in {"lost, 500", "kept, 500"}:
            self.world.troubles.script([*[""] * (self.at - 1), self.what])
        self.world.arrived = self._arrived

    def _arrived(self) -> None:
        if self.what == "kill -9" and not self.happened and self.world.requests == self.at:
            self.happened = True
            self.kill()


def by_cron(command: Callable[[Path, World], list[str]], lock: str = "") -> Run:
    """A bot that is run again and again."""

    async def run(world: World, folder: Path, what: str, at: int) -> int:
        accident = Accident(world, what, at)
        quiet = hours = 0
        for _ in range(MOST_RUNS):
            if lock and (folder / lock).exists():
                hours += 1
                (folder / lock).write_text(f"{datetime.now() - timedelta(hours=2):%Y-%m-%d_%H-%M-%S}")  # noqa: DTZ005
            before = len(world.kept)
            process = await asyncio.create_subprocess_exec(
                *command(folder, world), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
            )
            accident.kill = process.kill
            async with asyncio.timeout(PATIENCE):
                await process.wait()
            quiet = quiet + 1 if len(world.kept) == before else 0
            if quiet == QUIET_RUNS:
                break
        return hours

    return run


def feed2toot(environment: Path) -> Run:
    """As its documentation sets it up."""

    def command(folder: Path, world: World) -> list[str]:
        (folder / "credentials.txt").write_text(f"good\n{world.url}\n")
        (folder / "feed2toot.ini").write_text(
            f"[mastodon]\ninstance_url={world.url}\nuser_credentials={folder}/credentials.txt\n"
            f"client_credentials={folder}/credentials.txt\n[cache]\ncachefile={folder}/cache.db\ncache_limit=1000\n"
            f"[lock]\nlock_file={folder}/feed2toot.lock\n[rss]\nuri={world.feed}/feed.xml\ntoot={{title}} {{link}}\n"
        )
        return [str(environment / "bin" / "feed2toot"), "-c", str(folder / "feed2toot.ini")]

    return by_cron(command, lock="feed2toot.lock")


def feediverse(environment: Path) -> Run:
    """As its documentation sets it up, told to share what stands in the feed."""

    def command(folder: Path, world: World) -> list[str]:
        config = folder / "feediverse.yml"
        if not config.exists():
            config.write_text(
                f"name: bench\nurl: {world.url}\nclient_id: x\nclient_secret: x\naccess_token: good\n"
                f"feeds:\n- url: {world.feed}/feed.xml\n  template: '{{title}} {{url}}'\n"
            )
        return [str(environment / "bin" / "feediverse"), "-c", str(config)]

    return by_cron(command)


async def ours(world: World, folder: Path, what: str, at: int) -> int:
    """`starfish run`, begun again after a kill, until everything has been out and at rest for a while."""
    config = folder / "config"
    init(config)
    (config / "starfish.toml").write_text(
        '[bot]\ndatabase = "bench.db"\n[web]\nlisten = "127.0.0.1:0"\n[net]\nallow_private = ["127.0.0.0/8"]\n'
        '[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nsettle = "1s"\npost = { every = "1s" }\n'
        f'server = "{world.url}"\ntoken = {{ env = "STARFISH_PROOF_TOKEN" }}\n'
    )
    (config / "feeds.toml").write_text(f'[[feeds]]\nurl = "{world.feed}/feed.xml"\nbackfill = "all"\nevery = "1s"\n')
    accident = Accident(world, what, at)
    async with lives(config) as bot:
        accident.kill = bot.kill
        quiet, seen = 0, -1
        end = await bot.begin()
        async with asyncio.timeout(PATIENCE):
            while quiet < 3 or len(world.kept) < ENTRIES:
                done, _ = await asyncio.wait({end}, timeout=1.5)
                if done:
                    end = await bot.begin()
                quiet = quiet + 1 if world.requests == seen else 0
                seen = world.requests
        await bot.stop()
    return 0


# --------------------------------------------------------------------------- the comparison


@asynccontextmanager
async def fresh() -> AsyncIterator[tuple[World, Path]]:
    """A new server, and an empty folder."""
    async with serving(Feed()) as feed, serving(World()) as world:
        world.feed = feed.url
        with tempfile.TemporaryDirectory(prefix="starfish-bench-") as folder:
            yield world, Path(folder)


async def trial(run: Run, what: str, at: int) -> Outcome:
    """One accident to one fresh bot."""
    outcome = Outcome()
    async with fresh() as (world, folder):
        try:
            outcome.stalled = await run(world, folder, what, at)
        except TimeoutError:
            outcome.notes.add("did not come to rest")
        posted = Counter(found[0] for one in world.kept if (found := LINK.search(one.text)))
        outcome.lost = sum(link not in posted for link in links(world.feed))
        outcome.doubled = sum(count - 1 for count in posted.values())
    return outcome


def environment(name: str, cache: Path) -> Path | None:
    """An environment of its own with a peer in it; None where it can't be had."""
    place = cache / name
    if not (place / "bin" / name).exists():
        venv.create(place, with_pip=True, clear=True)
        done = subprocess.run([place / "bin" / "pip", "install", "-q", name], capture_output=True, check=False)
        if done.returncode:
            return None
    return place


async def main(cache: Path, only: str | None) -> None:
    """Print the table."""
    bots: dict[str, Run] = {}
    for name, setup in (("feed2toot", feed2toot), ("feediverse", feediverse)):
        place = environment(name, cache) if only in (None, name) else None
        if place is not None:
            bots[name] = setup(place)
        elif only in (None, name):
            sys.stdout.write(f"{name}: left out, it can't be installed here (no network?)\n")
    if only in (None, "starfish"):
        bots["starfish"] = ours
    sys.stdout.write(f"{'':12} {'accident':10} {'trials':>6} {'lost':>5} {'doubled':>8} {'stalled':>8}\n")
    for name, run in bots.items():
        for what in ACCIDENTS:
            places = AT if what != "none" else (1,)
            total = Outcome()
            for at in places:
                total.add(await trial(run, what, at))
            row = f"{name:12} {what:10} {len(places):6} {total.lost:5} {total.doubled:8} {total.stalled:7}h"
            sys.stdout.write(f"{row} {'; '.join(sorted(total.notes))}".rstrip() + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "starfish-bench")
    words.add_argument("--only", choices=["feed2toot", "feediverse", "starfish"])
    given = words.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(given.cache, given.only))
