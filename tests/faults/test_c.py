"""C9-C13 of the fault battery: stops, two processes, and answers that lie.  C1-C8 stand in tests/crash."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from bot.prove.bench import bench
from bot.prove.classes import HELD
from bot.prove.faults import ANSWERS
from bot.prove.mastodon_server import MastodonServer
from bot.prove.proof import drain, first_life
from tests.faults.rig import rig

REMOTE = ["keyed", "readable", "blind", "mastodon", "gotosocial", "webhook"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_c9_a_stop_while_sending_ends_in_good_order(number: signal.Signals) -> None:
    """The answer under way is waited for: exit code 0, nothing in doubt, one post."""
    async with bench(["keyed"], random.Random(9), faulty=0) as table:
        server = table.servers["keyed"]
        await first_life(table)
        server.troubles.script(["kept, late"])
        arrived = asyncio.Event()
        table.watch(arrived.set)
        end = await table.lives.begin()
        await asyncio.wait_for(arrived.wait(), 30)
        assert table.lives.pid is not None
        os.kill(table.lives.pid, number)
        assert await end == 0
        with table.store() as store:
            assert [row.state for row in store.outbox.rows()] == ["sent"]
        assert len(server.there()) == 1


async def test_c9_a_second_signal_ends_at_once() -> None:
    """Who asks twice doesn't wait: what was in the air is in doubt, and is found by the next life."""
    async with bench(["readable"], random.Random(9), faulty=0) as table:
        server = table.servers["readable"]
        await first_life(table)
        server.troubles.script(["kept, cut"])
        arrived = asyncio.Event()

        def stop_twice() -> None:
            assert table.lives.pid is not None
            os.kill(table.lives.pid, signal.SIGTERM)
            os.kill(table.lives.pid, signal.SIGTERM)
            arrived.set()

        table.watch(stop_twice)
        end = await table.lives.begin()
        await asyncio.wait_for(arrived.wait(), 30)
        table.watch(None)
        assert await end in (0, 1)
        await drain(table)
        (verdict,) = table.verdicts()
        assert verdict.kept, verdict
        assert verdict.posts >= 1


async def test_c10_a_second_process_is_told_so() -> None:
    """Beside a running bot a second one exits with 3 and a sentence, and changes nothing."""
    async with bench(["local"], random.Random(10)) as table:
        end = await table.lives.begin()
        async with asyncio.timeout(30):
            while not await table.serves():
                await asyncio.sleep(0.05)
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "once", "--config", str(table.folder)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        _, said = await second.communicate()
        assert second.returncode == 3
        assert b"runs this bot already" in said
        assert b"Traceback" not in said
        assert not end.done()


@pytest.mark.parametrize("platform", REMOTE)
@pytest.mark.parametrize("answer", [answer for answer in ANSWERS if answer != "late"])
@pytest.mark.parametrize("kept", ["kept", "lost"])
async def test_c11_an_answer_that_does_not_say_what_happened(
    tmp_path: Path, platform: str, answer: str, kept: str
) -> None:
    """Kept or lost behind a 500, a cut, HTML, half an answer: in doubt, then there once; or held where nobody knows."""
    async with rig(tmp_path, platform) as bot:
        server = bot.servers[platform]
        await bot.plan(platform, "a")
        server.troubles.script([f"{kept}, {answer}"])
        await bot.deliver(platform)
        if bot.states(platform) == ["sent"]:
            assert platform == "webhook", "any 2xx is a receiver's yes: its answer has no form"
            return
        assert bot.states(platform) == ["unknown"]
        await bot.settle(platform)
        if platform in HELD:
            assert bot.states(platform) == ["held"]
            assert len(server.there()) == (kept == "kept")
            assert list(bot.notices()) == ["outbox:1"]
        else:
            assert bot.states(platform) == ["sent"]
            assert server.there() == ["https://example.com/a"]
            assert bot.notices() == {}


async def test_c12_a_used_key_that_answers_500(tmp_path: Path) -> None:
    """mastodon#40399: the key that posted is answered with 500 for ever; the read-back finds the post."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        assert isinstance(server, MastodonServer)
        assert server.used_key == "500"
        await bot.plan("mastodon", "a")
        server.troubles.script(["kept, 500"])
        await bot.settle("mastodon")
        (row,) = bot.rows("mastodon")
        assert row.state == "sent"
        assert row.receipt is not None
        assert row.receipt.note == "found"
        assert server.requests == 1, "looked for, not sent again"
        assert len(server.there()) == 1


@pytest.mark.parametrize("platform", ["readable", "mastodon", "gotosocial"])
async def test_c13_a_read_back_that_lags(tmp_path: Path, platform: str) -> None:
    """A post that shows up after 30 s is found, since the bot settles for two minutes before it looks."""
    async with rig(tmp_path, platform) as bot:
        server = bot.servers[platform]
        server.lag = lambda: 30.0
        await bot.plan(platform, "a")
        server.troubles.script(["kept, 500"])
        await bot.deliver(platform)
        bot.wait(seconds=31)
        assert await bot.deliver(platform) == 0, "it isn't looked for yet"
        await bot.settle(platform)
        assert bot.states(platform) == ["sent"]
        assert len(server.there()) == 1


async def test_c13_a_read_back_that_lags_beyond_all_patience(tmp_path: Path) -> None:
    """Where even settling was too short, a platform with keys takes the second attempt for the first."""
    async with rig(tmp_path, "mastodon", more='settle = "5s"') as bot:
        server = bot.servers["mastodon"]
        server.lag = lambda: 300.0
        await bot.plan("mastodon", "a")
        server.troubles.script(["kept, 500"])
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["sent"]
        assert len(server.there()) == 1


async def test_c13_a_platform_that_cannot_be_read_for_a_day(tmp_path: Path) -> None:
    """A post that can't be looked for in 24 h is held, and the owner is asked."""
    async with rig(tmp_path, "gotosocial") as bot:
        server = bot.servers["gotosocial"]
        await bot.plan("gotosocial", "a")
        server.troubles.script(["kept, 500"])
        await bot.deliver("gotosocial")
        server.missing = {"/api/v1/accounts/id-bot/statuses"}
        await bot.settle("gotosocial")
        assert bot.states("gotosocial") == ["held"]
        assert "could not be looked for in 24 h" in bot.notices()["outbox:1"]
        assert len(server.there()) == 1
