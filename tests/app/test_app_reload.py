from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.app.build import Stories
from bot.app.installed import platforms
from bot.app.reload import stamps, watch
from bot.model import Post
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, SmallBot, read_config, small_bot, write_config


class Watched:
    """A bot whose files are watched, at a rhythm that tests don't wait for."""

    def __init__(self, bot: SmallBot) -> None:
        self.bot = bot
        self.taken: asyncio.Queue[Stories] = asyncio.Queue()
        self.asked = asyncio.Event()

    async def watch(self, every: float = 3600) -> None:
        """Look at the files whenever it is asked, else as often as given."""
        bot = self.bot
        await watch(
            bot.folder,
            self.asked,
            bot.on,
            bot.stories,
            platforms(),
            load=lambda: read_config(bot.folder),
            take=self.taken.put_nowait,
            every=every,
        )

    async def next(self) -> Stories:
        """The parts that are in force after a change."""
        async with asyncio.timeout(20):
            return await self.taken.get()

    async def notices(self) -> list[str]:
        """What the owner is told of the config."""
        told = await self.bot.on.db(self.bot.on.store.owner.notices)
        return [one.text for one in told if one.subject == "config"]

    async def notice(self, words: str) -> str:
        """Wait until the owner is told something."""
        async with asyncio.timeout(20):
            while not (found := [text for text in await self.notices() if words in text]):
                await asyncio.sleep(0.01)
        return found[0]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    """A small bot, its files watched."""
    async with small_bot(write_config(tmp_path / "config", feeds=["http://127.0.0.1:9/a"]), Hands()) as bot:
        watched = Watched(bot)
        task = asyncio.create_task(watched.watch())
        await asyncio.sleep(0)  # it has looked once
        yield watched
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def change(bot: SmallBot, name: str, old: str, new: str) -> None:
    path = bot.folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


async def test_asked_anew_the_files_are_in_force(watched: Watched) -> None:
    """SIGHUP: a changed niche, an added feed and an account that is gone stand in the parts that are handed on."""
    change(watched.bot, "starfish.toml", 'niche = "sound"', 'niche = "light"')
    change(watched.bot, "starfish.toml", LOCAL, LOCAL.replace("timeline", "other"))
    change(watched.bot, "feeds.toml", "9/a", "9/b")
    watched.asked.set()
    built = await watched.next()
    assert built.answering.niche == "light"
    assert list(built.sharing.accounts) == ["other"]
    assert list(built.sharing.feeds) == ["http://127.0.0.1:9/b"]
    due = await watched.bot.on.db(watched.bot.on.store.feeds.due, watched.bot.clock(), 10)
    assert due == ["http://127.0.0.1:9/b"]
    assert await watched.notices() == []


async def test_a_saved_file_is_noticed_by_itself(tmp_path: Path) -> None:
    """Nobody has to ask: a change of a file's time or size is enough."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        watched = Watched(bot)
        task = asyncio.create_task(watched.watch(every=0.01))
        await asyncio.sleep(0)
        change(bot, "quotes.txt", "Listen first.", "Listen twice.")
        assert (await watched.next()).answering.quotes == ("Listen twice.",)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_an_account_with_a_fresh_secret_is_let_in_anew(tmp_path: Path) -> None:
    """A token that was renewed in its file is taken up by itself; an account that nothing changed for stays out."""
    block = '[[accounts]]\nname = "{0}"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/"\nheaders = {{ Key = {{ file = "{0}" }} }}\n'
    folder = write_config(tmp_path / "config", accounts=block.format("renewed") + block.format("other"))
    for name in ("renewed", "other", "spare"):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text("stale", "utf-8")
    async with small_bot(folder, Hands()) as bot:
        for name in ("renewed", "other"):
            await bot.on.db(bot.on.store.outbox.lock_out, name, "who are you?", now=bot.clock(), notice="who are you?")
        watched = Watched(bot)
        task = asyncio.create_task(watched.watch(every=0.01))
        await asyncio.sleep(0)
        change(bot, "starfish.toml", '{ file = "other" }', '{ file = "spare" }')
        await watched.next()  # of which files there are other ones now
        (folder / "renewed").write_text("fresh one", "utf-8")
        await watched.next()
        async with asyncio.timeout(20):
            while len(told := await bot.on.db(bot.on.store.owner.notices)) > 1:
                await asyncio.sleep(0.01)
        assert [one.subject for one in told] == ["account:other"]
        assert (await bot.on.db(bot.on.store.owner.account_state, "renewed")).locked_out is None
        assert watched.taken.empty()  # each change once
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("starfish.toml", "niche", "nich", "did you mean"),
        ("starfish.toml", "[bot]", "[bot", "starfish.toml:"),
        ("feeds.toml", "url", "ulr", "feeds.toml:"),
        ("rules.toml", 'id = "hours"', 'id = "greeting"', "greeting"),
        ("rules.toml", "hello *", "hello {", "rules.toml:"),
    ],
)
async def test_a_mistake_keeps_the_old_settings_and_is_told(
    watched: Watched, name: str, old: str, new: str, words: str
) -> None:
    """The notice names file and line; nothing is handed on; mended, the notice goes."""
    before = (watched.bot.folder / name).read_text("utf-8")
    change(watched.bot, name, old, new)
    watched.asked.set()
    assert words in await watched.notice("the old settings stay in force")
    assert watched.taken.empty()
    (watched.bot.folder / name).write_text(before, "utf-8")
    watched.asked.set()
    await watched.next()
    assert await watched.notices() == []


async def test_a_file_that_is_gone_is_told(watched: Watched) -> None:
    """A deleted or unreadable starfish.toml stops nothing, and is said."""
    (watched.bot.folder / "starfish.toml").unlink()
    watched.asked.set()
    assert "starfish.toml" in await watched.notice("the old settings stay in force")


async def test_what_needs_a_restart_says_so_until_then(watched: Watched) -> None:
    """Another database or address is told, and still told after a further change; everything else is in force."""
    change(watched.bot, "starfish.toml", '"starfish.db"', '"other.db"')
    change(watched.bot, "starfish.toml", "127.0.0.1:0", "127.0.0.1:1")
    watched.asked.set()
    await watched.next()
    assert "database, listen changed" in await watched.notice("restart needed")
    change(watched.bot, "starfish.toml", 'niche = "sound"', 'niche = "light"')
    watched.asked.set()
    assert (await watched.next()).answering.niche == "light"
    assert "database, listen changed" in await watched.notice("restart needed")
    change(watched.bot, "starfish.toml", '"other.db"', '"starfish.db"')
    change(watched.bot, "starfish.toml", "127.0.0.1:1", "127.0.0.1:0")
    watched.asked.set()
    await watched.next()
    assert await watched.notices() == []


async def test_an_account_that_is_gone_leaves_nothing_behind_in_silence(watched: Watched) -> None:
    """What waits for it is told, and nothing else of it; back in the file, or given up, that goes too."""
    bot = watched.bot
    post = Post(account="timeline", text="Words.", dedupe_key="k")
    number = await bot.on.db(bot.on.store.outbox.put, post, "post", now=bot.clock())
    assert number is not None
    await bot.on.db(bot.on.store.outbox.lock_out, "timeline", "who?", now=bot.clock(), notice="timeline: who are you?")

    async def renamed(old: str, new: str) -> None:
        change(bot, "starfish.toml", old, new)
        watched.asked.set()
        await watched.next()

    async def told(subjects: list[str]) -> None:
        async with asyncio.timeout(20):
            while [one.subject for one in await bot.on.db(bot.on.store.owner.notices)] != subjects:
                await asyncio.sleep(0.01)

    await renamed('"timeline"', '"other"')
    await told(["gone:timeline"])
    await renamed('"other"', '"timeline"')
    await told([])
    await renamed('"timeline"', '"other"')
    await told(["gone:timeline"])
    await bot.on.db(bot.on.store.outbox.reject, number, "not wanted", now=bot.clock())
    watching = asyncio.create_task(watched.watch(every=0.01))  # nobody has to save a file for that
    await told([])
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def test_a_stamp_tells_change_from_no_change(tmp_path: Path) -> None:
    """The same files, the same stamp; a new size, or a file that is gone, another one."""
    folder = write_config(tmp_path / "config")
    before = stamps(folder)
    assert stamps(folder) == before
    (folder / "quotes.txt").write_text("Another one.\n", "utf-8")
    assert stamps(folder) != before
    (folder / "quotes.txt").unlink()
    assert stamps(folder)[folder / "quotes.txt"] is None
