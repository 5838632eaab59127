"""What systemd is told: by a word at a time, and by a whole bot in a process of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.app.serve import answers
from bot.app.systemd import ALIVE, READY, STOPPING, give_signs_of_life, tell_systemd, watchdog_every
from bot.errors import StoreError
from tests.servers.fixtures import Hands
from tests.servers.running_bot import PATIENCE, running_bot
from tests.servers.small_bot import small_bot, write_config


class Systemd:
    """The other end of the socket."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.setblocking(False)

    async def heard(self) -> str:
        """The next word."""
        async with asyncio.timeout(PATIENCE):
            return (await asyncio.get_running_loop().sock_recv(self._socket, 100)).decode()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


@pytest.fixture
def systemd() -> Iterator[Systemd]:
    """A systemd that listens, at a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="sf") as folder:
        listening = Systemd(Path(folder))
        yield listening
        listening.close()


async def test_a_word_reaches_systemd(systemd: Systemd) -> None:
    """One datagram, to the letter."""
    assert tell_systemd(READY, {"NOTIFY_SOCKET": systemd.address})
    assert await systemd.heard() == "READY=1"


@pytest.mark.parametrize(
    "address", ["", "relative", "vsock:2:1234", "/nobody/listens/here", "@starfish-nobody", "/" + "x" * 300, "/a\0b"]
)
def test_where_nobody_listens_nothing_happens(address: str) -> None:
    """Without systemd, or with an address that is none, the bot runs all the same."""
    assert not tell_systemd(READY, {"NOTIFY_SOCKET": address})
    assert not tell_systemd(READY, {})


@pytest.mark.skipif(not hasattr(socket, "SO_PASSCRED"), reason="abstract sockets are Linux's")
async def test_an_abstract_socket_is_one_too() -> None:
    """An address with @ has no file."""
    name = f"starfish-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as theirs:
        theirs.bind(f"\0{name}")
        theirs.setblocking(False)
        assert tell_systemd(STOPPING, {"NOTIFY_SOCKET": f"@{name}"})
        assert await asyncio.get_running_loop().sock_recv(theirs, 100) == b"STOPPING=1"


@pytest.mark.parametrize(
    ("env", "every"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "٣"}, None),
        ({}, None),
    ],
)
def test_signs_are_given_twice_as_often_as_needed(env: dict[str, str], every: float | None) -> None:
    """As sd_watchdog_enabled(3) says; a watchdog for another process is none of ours."""
    assert watchdog_every(env) == every


async def test_a_bot_that_hangs_falls_silent(systemd: Systemd) -> None:
    """Each sign comes after the bot showed that it is alive; while it can't, there is none."""
    turns = asyncio.Queue[None]()
    env = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "2000"}
    giving = asyncio.create_task(give_signs_of_life(turns.get, env))
    for _ in range(2):
        turns.put_nowait(None)
        assert await systemd.heard() == ALIVE
    assert not giving.done()
    giving.cancel()
    await asyncio.gather(giving, return_exceptions=True)
    assert tell_systemd("LAST=1", env)
    assert await systemd.heard() == "LAST=1"


async def test_without_a_watchdog_no_sign_is_given() -> None:
    """The task ends at once."""
    await give_signs_of_life(asyncio.Event().wait, {})


async def test_a_running_bot_tells_systemd_its_life(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ready once its page serves, alive while it runs, stopping as soon as it is asked to."""
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.address)
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    async with running_bot(write_config(tmp_path / "config")) as bot:
        await bot.start()
        assert await systemd.heard() == READY
        assert (await bot.browser.get("/healthz")).status == 200
        assert await systemd.heard() == ALIVE
        assert await bot.stop() == 0
        words = [await systemd.heard()]
        while words[-1] == ALIVE:
            words.append(await systemd.heard())
        assert words[-1] == STOPPING


async def test_a_database_that_complains_is_alive(tmp_path: Path) -> None:
    """Whoever says what is wrong does not hang: a new start would mend nothing."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        await answers(bot.on)
        with closing(sqlite3.connect(bot.folder / "starfish.db")) as other:
            other.execute("DROP TABLE meta")
        with pytest.raises(StoreError):
            await bot.on.db(bot.on.store.owner.get, "last_call")
        await answers(bot.on)
