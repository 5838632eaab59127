"""K1 and K2 of the fault battery: clocks that jump, machines that sleep, nights with an hour too many or too few."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.prove.site import Site, publishing
from tests.faults.rig import Rig, rig

FEED = '[[feeds]]\nurl = "{url}/feed.xml"\nbackfill = "all"\nevery = "30m"\n'


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A feed with more entries than any of these tests posts."""
    growing = Site(random.Random(1), frozen=True)
    for _ in range(40):
        growing.grow()
    async with publishing(growing) as served:
        yield served


def posted(bot: Rig) -> int:
    """How many posts stand on the local timeline."""
    return sum(item.kind == "post" for item in bot.store.timeline.items(0, 1000))


async def turns(bot: Rig, count: int, **step: float) -> list[int]:
    """Let time pass, turn by turn; gives how many posts each turn brought."""
    brought = []
    for _ in range(count):
        before = posted(bot)
        await bot.turn()
        brought.append(posted(bot) - before)
        bot.wait(**step)
    return brought


async def test_k1_a_clock_that_jumps_ten_years_and_back(tmp_path: Path, site: Site) -> None:
    """One post at most where it lands, one at most where it comes back to, and then one a slot as before."""
    more = 'post = { every = "1h" }\nmax_per_day = 30'
    async with rig(tmp_path, "local", more=more, feeds=[FEED.format(url=site.url)]) as bot:
        bot.wait(minutes=1)
        assert sum(await turns(bot, 4, hours=1)) in (3, 4)
        bot.wait(days=3650)
        assert sum(await turns(bot, 3, minutes=10)) <= 1
        bot.wait(days=-3650)
        await bot.on.db(bot.store.clock.correct, now=bot.clock())
        assert max(await turns(bot, 6, hours=1)) <= 1
        before = posted(bot)
        await turns(bot, 6, hours=1)
        assert posted(bot) - before in (5, 6)
        assert len({row.slot for row in bot.rows("local")}) == len(bot.rows("local"))


async def test_k1_a_machine_whose_clock_was_wrong_at_the_first_start(tmp_path: Path, site: Site) -> None:
    """A bot that was born in 2036 and put right a minute later posts and answers today."""
    async with rig(tmp_path, "local", more='post = { every = "1h" }', feeds=[FEED.format(url=site.url)]) as bot:
        right = bot.clock()
        await bot.close()
        for file in (tmp_path / "config").glob("rig.db*"):
            file.unlink()
        bot.clock.now = right + timedelta(days=3650)
        await bot.open()
        await bot.turn()
        bot.clock.now = right
        await bot.again()
        bot.wait(minutes=61)
        await bot.hear("local", "m1")
        await turns(bot, 3, minutes=61)
        assert posted(bot) >= 2
        assert sum(row.kind == "reply" for row in bot.rows("local")) == 1


async def test_k1_a_clock_that_goes_back_a_day(tmp_path: Path, site: Site) -> None:
    """The slots of that day were filled once, and are not filled again."""
    async with rig(tmp_path, "local", more='post = { every = "1h" }', feeds=[FEED.format(url=site.url)]) as bot:
        bot.wait(minutes=1)
        await turns(bot, 24, hours=1)
        count = posted(bot)
        bot.wait(days=-1)
        await bot.on.db(bot.store.clock.correct, now=bot.clock())
        await turns(bot, 23, hours=1)
        assert posted(bot) == count


async def test_k1_eight_hours_asleep(tmp_path: Path, site: Site) -> None:
    """On waking one slot is filled, those just missed are passed over and said so: no burst."""
    async with rig(tmp_path, "local", more='post = { every = "1h" }', feeds=[FEED.format(url=site.url)]) as bot:
        bot.wait(minutes=1)
        await turns(bot, 3, hours=1)
        bot.wait(hours=8)
        assert await turns(bot, 3, minutes=5) == [1, 0, 0]
        identities = [f"grid:{bot.clock.now - timedelta(hours=hours):%Y-%m-%dT%H}:00:00Z" for hours in (1, 2)]
        assert bot.store.outbox.handled("local", identities) == set(identities)


async def test_k1_asleep_while_sending(tmp_path: Path) -> None:
    """A post in doubt is looked for after the sleep, once, and isn't sent again."""
    async with rig(tmp_path, "readable") as bot:
        await bot.plan("readable", "a")
        bot.servers["readable"].troubles.script(["kept, cut"])
        await bot.deliver("readable")
        bot.wait(hours=8)
        await bot.deliver("readable")
        assert bot.states("readable") == ["sent"]
        assert len(bot.servers["readable"].there()) == 1


async def test_k1_a_key_is_not_trusted_where_the_clock_is_not(tmp_path: Path) -> None:
    """Where nobody knows when a key was used, it isn't used again: the owner is asked."""
    async with rig(tmp_path, "keyed") as bot:
        bot.clock.now += timedelta(days=3650)
        await bot.plan("keyed", "a")
        bot.servers["keyed"].troubles.script(["kept, 500"])
        await bot.deliver("keyed")
        bot.clock.now -= timedelta(days=3650)
        await bot.on.db(bot.store.clock.correct, now=bot.clock())
        await bot.settle("keyed")
        assert bot.states("keyed") == ["sent"], "for ever is for ever, whatever the clock said"
        assert len(bot.servers["keyed"].there()) == 1


@pytest.mark.parametrize(
    ("zone", "wall", "nights"),
    [
        ("Europe/Berlin", "02:30", ["2026-10-24", "2027-03-27"]),
        ("Australia/Lord_Howe", "01:45", ["2027-04-03", "2026-10-03"]),
        ("Australia/Lord_Howe", "02:15", ["2027-04-03", "2026-10-03"]),
        ("Pacific/Apia", "02:30", ["2026-10-24"]),
    ],
)
async def test_k2_each_wall_slot_comes_once(
    tmp_path: Path, site: Site, zone: str, wall: str, nights: list[str]
) -> None:
    """Around both changes of clocks there is one post a day, whether its time comes twice or not at all."""
    for night in sorted(nights):
        folder = tmp_path / night
        more = f'post = {{ at = ["{wall}"] }}'
        async with rig(folder, "local", more=more, zone=zone, feeds=[FEED.format(url=site.url)]) as bot:
            bot.clock.now = datetime.fromisoformat(f"{night}T00:00").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            await bot.close()
            for file in (folder / "config").glob("rig.db*"):
                file.unlink()
            await bot.open()
            await turns(bot, 3 * 24 * 4, minutes=15)
            days = Counter(
                item.created_at.astimezone(ZoneInfo(zone)).date() for item in bot.store.timeline.items(0, 100)
            )
            assert list(days.values()) == [1, 1, 1], (zone, night, days)
