"""Polling against peers, in one run: CPU seconds per 1,000 feeds, feeds per second, memory and loop stalls.

    python tests/bench/polling.py [FOLDER] [--count 1000] [--slow-count 300] [--engine NAME ...]

FOLDER holds feed documents; by default the `feeds` of the folder that STARFISH_DATA names.  Each engine runs in a process
of its own against a server process of its own: one cold pass over all feeds; a warm one, before which a tenth of them is
built anew with the entries of before (a comment at the end, new validators); and one before which a tenth gets an entry
more ("news").  The feeds live on fifty hosts (addresses of the loopback network), so that a hundred answers may come at
once where two are asked of each.  CPU is that of the engine and its children, without the start of the process; wall time
depends on who else uses the machine, so rank by CPU.  `reader` takes part where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

REPOSITORY = Path(__file__).resolve().parents[2]
AT_ONCE = 100
HOSTS = 50 if sys.platform == "linux" else 1  # elsewhere 127.0.0.2 is no address of this machine
CHANGED = 0.1
PHASES = ("cold", "warm", "news")
Pass = Callable[[], Awaitable[int]]  # polls every feed once; gives how many answers had a document


@contextlib.asynccontextmanager
async def floor(urls: Sequence[str]) -> AsyncIterator[Pass]:
    """The floor: conditional GET with plain aiohttp, nothing parsed, nothing stored."""
    async with plain(urls, lambda _: None) as once:
        yield once


@contextlib.asynccontextmanager
async def naive(urls: Sequence[str]) -> AsyncIterator[Pass]:
    """The naive version of this product: conditional aiohttp, and feedparser with its defaults."""
    import feedparser

    async with plain(urls, lambda body: feedparser.parse(io.BytesIO(body))) as once:  # noqa: TID251 -- the peer
        yield once


@contextlib.asynccontextmanager
async def plain(urls: Sequence[str], use: Callable[[bytes], object]) -> AsyncIterator[Pass]:
    """Poll with aiohttp alone."""
    import aiohttp

    known: dict[str, str] = {}
    async with aiohttp.ClientSession() as session:  # noqa: TID251 -- the peer

        async def one(url: str) -> bool:
            headers = {"If-None-Match": known[url]} if url in known else {}
            async with session.get(url, headers=headers) as response:
                body = await response.read()
                if response.status != 200:
                    return False
                known[url] = response.headers.get("ETag", "")
            use(body)
            return True

        async def once() -> int:
            return await all_at_once(urls, one)

        yield once


@contextlib.asynccontextmanager
async def feediverse(urls: Sequence[str]) -> AsyncIterator[Pass]:
    """What feediverse and feed2toot do: feedparser fetches and parses each feed, one after the other, always whole."""
    import feedparser

    async def once() -> int:
        return sum(bool(feedparser.parse(url).entries) for url in urls)  # noqa: TID251 -- the peer

    yield once


@contextlib.asynccontextmanager
async def lemon24_reader(urls: Sequence[str]) -> AsyncIterator[Pass]:
    """The library `reader`, ten workers, every feed each time."""
    from reader import make_reader  # type: ignore[import-not-found, unused-ignore]

    with tempfile.TemporaryDirectory() as folder:
        library = make_reader(f"{folder}/reader.sqlite")
        for url in urls:
            library.add_feed(url)

        async def once() -> int:
            results = library.update_feeds_iter(workers=10, scheduled=False)
            return sum(1 for one in results if getattr(one.value, "new", 0) or getattr(one.value, "modified", 0))

        yield once
        library.close()


@contextlib.asynccontextmanager
async def starfish(urls: Sequence[str]) -> AsyncIterator[Pass]:
    """Starfish: the whole first story up to candidates, with its store, worker, guard and manners."""
    from bot.app.collector import spare
    from bot.app.installed import utc_now
    from bot.articles.reader import Pages
    from bot.core import polling
    from bot.feeds.reader import Reader
    from bot.model import Feed
    from bot.net import Client
    from bot.share import Sharing, gather
    from bot.store import Writer, open_store
    from bot.worker import Worker

    spare()  # as `starfish run` does
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "bench.db", mode="run", now=utc_now())
        db, worker = Writer(store), Worker()
        feeds = {url: Feed(url=url) for url in urls}
        await db(store.feeds.register, list(feeds.values()), now=utc_now())
        await worker.warm()  # the start of processes is not counted
        networks = [ip_network("127.0.0.0/8")]
        async with Client(contact="bench", version="0", allow_private=networks, spacing=None, now=utc_now) as client:
            bot = Sharing(
                db=db,
                store=store,
                feeds=feeds,
                accounts={},
                limits={},
                reader=Reader(client, worker),
                pages=Pages(client, worker),
                zone=ZoneInfo("UTC"),
                chance=lambda: 0.5,
                floor=lambda _: polling.FLOOR,
            )
            now = datetime.now(UTC)

            async def one(url: str) -> bool:
                result = await gather(feeds[url], bot, now)
                return result.status in {"new", "changed", "held"}

            async def once() -> int:
                nonlocal now
                now += timedelta(hours=6)
                return await all_at_once(urls, one)

            yield once
        await worker.close()
        await db.close()
        store.close()


ENGINES = {
    "fetch floor (aiohttp)": floor,
    "starfish": starfish,
    "aiohttp + feedparser": naive,
    "reader": lemon24_reader,
    "feediverse logic": feediverse,
}
SLOW = {"aiohttp + feedparser", "reader", "feediverse logic"}


async def all_at_once(urls: Sequence[str], one: Callable[[str], Awaitable[bool]]) -> int:
    """Poll all, a hundred at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def guarded(url: str) -> bool:
        async with gate:
            return await one(url)

    return sum(await asyncio.gather(*map(guarded, urls)))


# --------------------------------------------------------------------------- measuring, in the engine's process


def cpu() -> float:
    """CPU seconds of this process and of its children, those that still run too."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    running = 0.0
    with contextlib.suppress(OSError):  # Linux only: elsewhere children count once they end
        for task in Path("/proc/self/task").iterdir():
            for pid in (task / "children").read_text().split():
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                running += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + running


async def watch(stalls: list[float]) -> None:
    """Note by how much a sleep of 10 ms lasts too long."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        stalls.append(time.perf_counter() - begun - 0.01)


async def measure(name: str, urls: Sequence[str], change: Callable[[str], None]) -> dict[str, Any]:
    """Run one engine through all phases; `change` prepares the server for one."""
    figures: dict[str, Any] = {"engine": name, "feeds": len(urls)}
    async with ENGINES[name](urls) as once:
        for phase in PHASES:
            change(phase)
            stalls: list[float] = []
            watcher = asyncio.create_task(watch(stalls))
            begun, used = time.perf_counter(), cpu()
            documents = await once()
            watcher.cancel()
            wall = time.perf_counter() - begun
            slowest = sorted(stalls) or [wall]
            figures[phase] = {
                "cpu": 1000 * (cpu() - used) / len(urls),
                "rate": len(urls) / wall,
                "documents": documents,
                "stall_p99": 1000 * slowest[int(len(slowest) * 0.99)],
                "stall_max": 1000 * slowest[-1],
            }
    scale = 1 if sys.platform == "darwin" else 1024
    figures["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 1e6
    return figures


# --------------------------------------------------------------------------- the whole run


@contextlib.contextmanager
def served(folder: Path, count: int) -> Iterator[int]:
    """A server process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.servers.feedserver"]
    command += ["--folder", str(folder), "--copies", str(count), "--hosts", str(HOSTS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def run_engine(name: str, folder: Path, count: int) -> dict[str, Any]:
    """Measure one engine in a process of its own."""
    with served(folder, count) as port:
        command = [sys.executable, __file__, "--inside", name, "--port", str(port), "--count", str(count)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")])}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The figures, one engine a line."""
    heads = [f"{f'{phase} CPU s':>10} {'feeds/s':>8} {'stall p99/max ms':>17}" for phase in PHASES]
    lines = [f"{'':22} {'feeds':>5} | {' | '.join(heads)} | {'peak MB':>7}"]
    for row in rows:
        cells = [
            f"{row[phase]['cpu']:10.2f} {row[phase]['rate']:8.0f} "
            f"{row[phase]['stall_p99']:8.0f} /{row[phase]['stall_max']:7.0f}"
            for phase in PHASES
        ]
        lines.append(f"{row['engine']:22} {row['feeds']:5} | {' | '.join(cells)} | {row['rss']:7.0f}")
    return "\n".join(lines) + "\nCPU s per 1,000 feeds; warm and news: 90 % unchanged"


def main() -> None:
    """Read the command line; measure, or be measured."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(os.environ.get("STARFISH_DATA", REPOSITORY.parent / "shared" / "data"))
    arguments.add_argument("folder", type=Path, nargs="?", default=data / "feeds")
    arguments.add_argument("--count", type=int, default=1000)
    arguments.add_argument("--slow-count", type=int, default=300)
    arguments.add_argument("--engine", action="append", choices=list(ENGINES))
    arguments.add_argument("--inside", help=argparse.SUPPRESS)
    arguments.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.inside:
        base = f"http://127.0.0.1:{given.port}"
        hosts = [f"http://127.0.0.{number}:{given.port}" for number in range(1, HOSTS + 1)]

        def change(phase: str) -> None:
            if phase != "cold":
                asked = f"{base}/change?share={CHANGED}{'&news=1' if phase == 'news' else ''}"
                urllib.request.urlopen(urllib.request.Request(asked, method="POST")).close()

        urls = [f"{hosts[number % HOSTS]}/feed/{number}" for number in range(given.count)]
        sys.stdout.write(json.dumps(asyncio.run(measure(given.inside, urls, change))) + "\n")
        return
    rows = []
    for name in given.engine or ENGINES:
        if name == "reader" and importlib.util.find_spec("reader") is None:
            continue
        try:
            rows.append(run_engine(name, given.folder, given.slow_count if name in SLOW else given.count))
            sys.stderr.write(f"{name}: done\n")
        except subprocess.CalledProcessError:
            sys.stderr.write(f"{name}: could not run\n")
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
