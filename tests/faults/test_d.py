"""D1-D5 of the fault battery: a disk that is full, forbidden, broken, of another version, or gone."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot import deliver
from bot.errors import StoreError
from bot.store import open_store
from bot.store.migrations import MIGRATIONS
from tests.faults.rig import Rig, rig
from tests.servers.fixtures import START


@contextmanager
def full_disk(bot: Rig) -> Iterator[None]:
    """No file may grow beyond the database's journal, so that every commit fails, as on a full disk."""
    size = bot.store.path.with_name("rig.db-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_d1_a_disk_that_is_full_before_the_first_byte(tmp_path: Path) -> None:
    """What can't be remembered isn't sent; with room again it is, without a restart."""
    async with rig(tmp_path, "readable") as bot:
        await bot.plan("readable", "a")
        with full_disk(bot), pytest.raises(StoreError, match="disk"):
            await bot.deliver("readable")
        assert bot.servers["readable"].requests == 0
        await bot.settle("readable")
        assert bot.states("readable") == ["sent"]
        assert len(bot.servers["readable"].there()) == 1


@pytest.mark.parametrize("platform", ["keyed", "readable", "mastodon"])
async def test_d1_a_disk_that_is_full_when_the_answer_comes(tmp_path: Path, platform: str) -> None:
    """The platform has it and we couldn't write that down: in doubt, found, there once, and no restart was needed."""
    async with rig(tmp_path, platform) as bot:
        server = bot.servers[platform]
        await bot.plan(platform, "a")
        await bot.plan(platform, "b")
        disk = full_disk(bot)
        server.arrived = disk.__enter__
        with pytest.raises(StoreError, match="disk"):
            await bot.deliver(platform)
        disk.__exit__(None, None, None)
        server.arrived = None
        assert bot.states(platform) == ["sending", "planned"]
        assert await deliver.take_up(platform, bot.stories.delivering) == 1  # as its task does when it is begun again
        await bot.settle(platform)
        assert bot.states(platform) == ["sent", "sent"]
        assert server.there() == ["https://example.com/a", "https://example.com/b"]


async def test_d1_a_disk_that_is_full_for_the_local_timeline(tmp_path: Path) -> None:
    """Sending is the transaction: it fails as a whole, and succeeds as a whole later."""
    async with rig(tmp_path, "local") as bot:
        await bot.plan("local", "a")
        with full_disk(bot), pytest.raises(StoreError, match="disk"):
            await bot.deliver("local")
        assert bot.states("local") == ["planned"]
        assert bot.store.timeline.newest() == 0
        await bot.deliver("local")
        assert bot.states("local") == ["sent"]
        assert len(bot.store.timeline.items(0, 10)) == 1


async def test_d1_a_mention_that_cannot_be_stored_is_not_acknowledged(tmp_path: Path) -> None:
    """Who is told nothing comes again: the mention is heard once there is room, and answered once."""
    async with rig(tmp_path, "local") as bot:
        with full_disk(bot), pytest.raises(StoreError, match="disk"):
            await bot.hear("local", "m1")
        heard = await bot.hear("local", "m1")
        assert heard.new
        await bot.reply()
        assert len(bot.rows("local")) == 1


async def test_d2_a_read_only_database_sends_nothing(tmp_path: Path) -> None:
    """Where the bot couldn't remember what it posts, it doesn't post."""
    async with rig(tmp_path, "readable") as bot:
        await bot.plan("readable", "a")
        bot.store.connection.raw.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="can't be written"):
            await bot.deliver("readable")
        assert bot.servers["readable"].requests == 0
        bot.store.connection.raw.execute("PRAGMA query_only = OFF")
        await bot.settle("readable")
        assert len(bot.servers["readable"].there()) == 1


@pytest.mark.parametrize("damage", ["garbage", "no wal", "half a wal", "noise inside"])
async def test_d3_a_damaged_database_is_refused_and_kept(tmp_path: Path, damage: str) -> None:
    """It never counts as a new one: the start is refused with a word on restoring, and the file stays as it is."""
    async with rig(tmp_path, "local") as bot:
        for number in range(50):
            await bot.plan("local", f"a{number}")
        await bot.deliver("local")
        path = bot.store.path
        whole = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.name.startswith("rig.db")}
    # What a crash leaves: the files as they were while the bot ran.
    for name, content in whole.items():
        path.with_name(name).write_bytes(content)
    wal = path.with_name("rig.db-wal")
    match damage:
        case "garbage":
            wal.unlink()  # with it, SQLite would bring back every page that isn't written back yet
            path.write_bytes(os.urandom(8192))
        case "no wal":
            wal.unlink()
        case "half a wal":
            wal.write_bytes(whole["rig.db-wal"][: len(whole["rig.db-wal"]) // 2])
        case _:
            with closing(open_store(path, mode="run", now=START)) as store:
                store.connection.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            path.with_name("rig.db.lock").write_bytes(b"4711\n")  # no goodbye
            noisy = bytearray(path.read_bytes())
            for page in range(8, len(noisy) // 4096):
                noisy[page * 4096 : page * 4096 + 64] = os.urandom(64)
            path.write_bytes(noisy)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="starfish restore"):
        open_store(path, mode="run", now=START)
    if damage != "half a wal":  # whose sound half SQLite writes back when it closes the file
        assert path.read_bytes() == before


async def test_d4_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """An older program doesn't touch what a newer one wrote."""
    async with rig(tmp_path, "local") as bot:
        path = bot.store.path
        bot.store.connection.raw.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    with pytest.raises(StoreError, match="newer version"):
        open_store(path, mode="run", now=START)


async def test_d4_an_older_schema_is_brought_up_to_date_with_a_copy_kept(tmp_path: Path) -> None:
    """An update loses nothing, and leaves the database of before beside it."""
    async with rig(tmp_path, "local") as bot:
        await bot.plan("local", "a")
        path = bot.store.path
    newer = (*MIGRATIONS, "CREATE TABLE later (x);")
    with open_store(path, mode="run", now=START, migrations=newer) as store:
        assert [row.state for row in store.outbox.rows()] == ["planned"]
    assert path.with_name(f"rig.db.before-v{len(newer)}").exists()


async def test_d5_a_deleted_database_is_not_begun_anew(tmp_path: Path) -> None:
    """An empty memory would post everything again: refused, until a backup is back or the marker is gone."""
    async with rig(tmp_path, "local") as bot:
        path = bot.store.path
    path.unlink()
    with pytest.raises(StoreError, match="starfish restore"):
        open_store(path, mode="run", now=START)
    assert not path.exists()
    path.with_name("rig.db.exists").unlink()
    with open_store(path, mode="run", now=START) as store:
        assert store.outbox.rows() == []
