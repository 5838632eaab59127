"""The whole bot, offline, for a first look: `starfish demo`.  May import: all but cli."""

from __future__ import annotations

import asyncio
import os
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.app.installed import options_of, platforms, utc_now
from bot.app.page import signed
from bot.app.run import Bot
from bot.app.serve import serve_bot
from bot.core.rules import check_rule
from bot.demo.articles import CONVERSATION, SITES
from bot.demo.server import sites
from bot.errors import StoreError
from bot.model import Mention
from bot.settings import Settings, init, load
from bot.store import open_store

Say = Callable[[str], object]

SHOWN = 300
PATIENCE = 20.0
"""Seconds after which a demo that shows nothing says so."""

STARFISH = """# A demonstration: everything here is thrown away when it ends.
[bot]
name = "starfish"
niche = "sound and music technology"
timezone = "UTC"
database = "demo.db"
interests = ["field recording", "synthesis", "mixing"]

[web]
listen = "127.0.0.1:{port}"

[net]
contact = "https://localhost/starfish-demo"
allow_private = ["127.0.0.0/8"]

[[accounts]]
name = "timeline"
platform = "local"
post = {{ every = "20s" }}
"""

FEED = """
[[feeds]]
url = "{base}/{slug}/feed.xml"
tags = ["audio"]
backfill = "all"
"""


async def show(*, port: int, brief: bool, browser: bool, say: Say) -> None:
    """Run the demo until it is stopped; `brief`: print the timeline once it is there, and end."""
    with tempfile.TemporaryDirectory(prefix="starfish-demo-") as folder:
        async with sites(utc_now()) as base:
            settings = write(Path(folder) / "config", base, port)
            with open_store(settings.bot.database, mode="run", now=utc_now()) as store:
                talk: list[asyncio.Task[None]] = []

                def ready(url: str, bot: Bot) -> None:
                    if browser and not brief and _has_desktop():
                        webbrowser.open(url)
                    talk.append(asyncio.create_task(_converse(bot, say, brief=brief)))

                say("A demonstration, offline: the articles are ours, and everything is thrown away at the end.")
                await serve_bot(
                    settings,
                    store,
                    load=lambda: read(settings.folder),
                    say=(lambda _line: None) if brief else say,  # a page that is gone at once is not worth a visit
                    ready=ready,
                    farewell="Stopped; the demonstration is thrown away.",
                )
                await _fall_silent(talk)


async def _fall_silent(talk: Sequence[asyncio.Task[None]]) -> None:
    """End what visitors still say: the bot was stopped, and its store is closed."""
    for task in talk:
        task.cancel()
    for ended in await asyncio.gather(*talk, return_exceptions=True):
        if isinstance(ended, BaseException) and not isinstance(ended, (StoreError, asyncio.CancelledError)):
            raise ended


def write(folder: Path, base: str, port: int) -> Settings:
    """Write the demo's config beside the starter's own rules and quotes, and read it."""
    init(folder)
    (folder / "starfish.toml").write_text(STARFISH.format(port=port), "utf-8")
    (folder / "feeds.toml").write_text("".join(FEED.format(base=base, slug=site.slug) for site in SITES), "utf-8")
    return read(folder)


def read(folder: Path) -> Settings:
    """Read a config as every command does."""
    options = options_of(platforms())
    return load(folder, options, env=os.environ, check_rule=check_rule)


async def _converse(bot: Bot, say: Say, *, brief: bool) -> None:
    """Let a few visitors speak once the first posts are there."""
    from bot import answer

    timeline, db = bot.on.store.timeline, bot.on.db
    seen = 0
    try:
        async with asyncio.timeout(PATIENCE):
            while sum(item.kind == "post" for item in await db(timeline.items, 0, SHOWN)) < 3:
                seen = await db.wait_for_change(seen)
            for number, (handle, words) in enumerate(CONVERSATION):
                mention = Mention(
                    account="timeline",
                    remote_id=f"demo {number}",
                    author=handle,
                    name=handle.lstrip("@"),
                    text=words,
                    at=bot.on.now(),
                )
                await answer.receive(mention, bot.stories.answering)
                while sum(item.kind == "reply" for item in await db(timeline.items, 0, SHOWN)) <= number:
                    seen = await db.wait_for_change(seen)
    except TimeoutError:
        say(f"After {PATIENCE:.0f} s the demo shows less than it should; run it with --verbose to see why.")
    if brief:
        for item in (signed(one, bot.stories.settings) for one in await db(timeline.items, 0, SHOWN)):
            say(f"\n{item.author}{' answers' if item.kind == 'reply' else ''}:\n{item.text}")
        bot.stopping.set()
    else:
        say("The page is ready. Stop the demo with Ctrl-C.")


def _has_desktop() -> bool:
    """Whether a browser could open somewhere that the owner sees."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.uname().sysname == "Darwin")
