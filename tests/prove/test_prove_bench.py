from __future__ import annotations

import random
import signal
import socket
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.prove.bench import PORTS, bench, free_port
from bot.prove.classes import CLASSES, FURTHER
from bot.prove.proof import ProofError, die_at, first_life, prove
from bot.prove.site import Site, publishing
from bot.prove.verdict import answer_to
from tests.faults.rig import rig
from tests.web.browser import Browser


async def test_a_class_that_nobody_knows_is_refused() -> None:
    """With the names that there are; nothing is started."""
    with pytest.raises(UsageError, match="it knows: local, keyed"):
        await prove(1, ["nosuch"])


def test_each_class_promises_something_of_its_own() -> None:
    """Five classes for five promises, which the proof takes by itself; the further ones have names of their own."""
    assert len({one.promise for one in CLASSES}) == len(CLASSES) == 5
    assert len({one.name for one in (*CLASSES, *FURTHER)}) == len(CLASSES) + len(FURTHER)


def test_every_adapter_has_a_class() -> None:
    """No platform that is installed with the bot goes without its proof."""
    ours = {one.name for one in entry_points(group="bot.platforms") if one.value.startswith("bot.platforms.")}
    assert ours <= {one.platform for one in (*CLASSES, *FURTHER)}


async def test_a_life_ends_as_it_is_told() -> None:
    """Stopped: 0; killed: minus nine, and counted; nothing of it is left afterwards."""
    async with bench(["local"], random.Random(0)) as table:
        await first_life(table)
        assert table.lives.killed == 0
        end = await table.lives.begin()
        table.lives.kill()
        assert await end == -signal.SIGKILL
        assert table.lives.killed == 1
        assert table.lives.pid is None
        folder: Path = table.folder
    assert not folder.exists()  # noqa: ASYNC240 -- once, at the end


async def test_a_program_that_ends_by_itself_is_no_proof() -> None:
    """A mistake in the settings ends the program, and the proof says what it said."""
    async with bench(["local"], random.Random(0)) as table:
        (table.folder / "starfish.toml").write_text("[bot]\nnmae = 'x'\n")
        with pytest.raises(ProofError, match="did you mean"):
            await die_at(table, "in_decide", 20)


def test_a_ports_own_life_is_longer_than_its_programs() -> None:
    """It is one that no system gives away by itself, and that nobody listens at."""
    ports = {free_port() for _ in range(20)}
    assert len(ports) > 1
    assert ports <= set(PORTS)
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if given.exists():  # Linux
        assert max(PORTS) < int(given.read_text().split()[0])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", next(iter(ports))))
        assert taken.getsockname()[1] not in {free_port() for _ in range(50)}


async def test_a_site_grows_with_each_poll() -> None:
    """One entry more each time, the same words for the same entry, until it is frozen."""
    async with publishing(Site(random.Random(0))) as site:
        browser = Browser(site.url)
        texts = [(await browser.get("/feed.xml")).text for _ in range(2)]
        assert [text.count("<item>") for text in texts] == [1, 2]
        assert texts[0].partition("<description>")[2].partition("</description>")[0] in texts[1]
        site.frozen = True
        assert (await browser.get("/feed.xml")).text.count("<item>") == 2
        assert site.links() == [f"{site.url}/entry/1", f"{site.url}/entry/2"]


async def test_the_imagined_platforms_keep_their_classes(tmp_path: Path) -> None:
    """Keyed takes the same key for the same post, readable shows its posts, blind does neither."""
    async with rig(tmp_path, "keyed", "readable", "blind") as bot:
        for name in ("keyed", "readable", "blind"):
            await bot.plan(name, "a")
            await bot.deliver(name)
            publisher, (row,) = bot.stories.publishers[name], bot.rows(name)
            again = await publisher.publish(row.post)
            assert (again.remote_id == "1") == (name == "keyed")
            assert len(bot.servers[name].there()) == (1 if name == "keyed" else 2)
        found = await bot.stories.publishers["readable"].find(bot.rows("readable")[0].post)
        assert found is not None
        bot.servers["readable"].kept.clear()
        assert await bot.stories.publishers["readable"].find(bot.rows("readable")[0].post) is None


async def test_people_are_owed_an_answer(tmp_path: Path) -> None:
    """Who spoke on an imagined platform stands in its list until the bot answered them."""
    async with rig(tmp_path, "readable") as bot:
        server = bot.servers["readable"]
        server.say("@ann@example.net", "hello")
        assert server.owed() == [answer_to(1)]
        await bot.hear("readable", "1")
        await bot.reply()
        await bot.settle("readable")
        assert server.there() == server.owed()
