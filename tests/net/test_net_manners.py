from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.errors import FeedUnreachable
from bot.net.manners import AT_ONCE, REMEMBERED, SPACING, Manners
from tests.servers.fixtures import START, Hands


def spaced() -> timedelta:
    return SPACING


def unspaced() -> timedelta:
    return timedelta(0)


@pytest.fixture
def manners(clock: Hands) -> Manners:
    """Manners whose waits move the clock instead of lasting."""
    return Manners(now=clock, ticks=clock.ticks, pause=clock.pause)


async def test_requests_to_one_host_start_a_second_apart(manners: Manners, clock: Hands) -> None:
    """However many come at once, their starts are a full spacing apart."""
    starts: list[datetime] = []

    async def ask() -> None:
        async with manners.turn("example.com", spaced):
            starts.append(clock())

    await asyncio.gather(*(ask() for _ in range(5)))
    assert [start - START for start in starts] == [SPACING * number for number in range(5)]


async def test_hosts_do_not_wait_for_each_other(manners: Manners, clock: Hands) -> None:
    """Another host, or the same name at another port, is not delayed."""
    first, second = manners.turn("example.com", spaced), manners.turn("example.com:8080", spaced)
    async with first, second, manners.turn("example.org", spaced):
        assert clock() == START


async def test_at_most_two_are_in_flight(manners: Manners) -> None:
    """The third request waits until one of the first two is done, spacing or not."""
    running = 0
    most = 0

    async def ask() -> None:
        nonlocal running, most
        async with manners.turn("example.com", unspaced):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(ask() for _ in range(20)))
    assert most == 2 == AT_ONCE
    assert timedelta(seconds=1) == SPACING


async def test_the_spacing_is_asked_when_the_turn_has_come(manners: Manners, clock: Hands) -> None:
    """What the first request learns about a host counts for those that queued behind it."""
    at_home = False

    async def ask() -> None:
        nonlocal at_home
        async with manners.turn("nas.lan", lambda: timedelta(0) if at_home else SPACING):
            at_home = True

    await asyncio.gather(ask(), ask(), ask())
    assert clock() == START
    assert at_home


async def test_a_hold_reaches_those_who_queue(manners: Manners) -> None:
    """A host that refuses the first request is not asked by those that waited behind it."""
    asked = 0

    async def ask() -> None:
        nonlocal asked
        async with manners.turn("example.com", spaced):
            asked += 1
            manners.hold("example.com", timedelta(minutes=10))

    results = await asyncio.gather(*(ask() for _ in range(4)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, FeedUnreachable)]
    assert asked == 1
    assert len(refused) == 3
    assert all(error.host_wide and error.after for error in refused)


def test_a_hold_ends_by_itself(manners: Manners, clock: Hands) -> None:
    """A host is held until its moment, and not a second longer."""
    manners.hold("example.com", timedelta(seconds=90))
    assert manners.held("example.com") == START + timedelta(seconds=90)
    assert manners.held("example.com:8080") is None
    clock.now += timedelta(seconds=90)
    assert manners.held("example.com") is None


def test_a_host_that_gives_no_span_rests_four_hours_then_twice_as_long(manners: Manners, clock: Hands) -> None:
    """Our own backoff doubles with each refusal in a row, up to a day; one proper answer starts it anew."""
    spans = []
    for _ in range(5):
        spans.append(manners.hold("example.com", None) / timedelta(hours=1))
        clock.now += timedelta(days=2)
    assert spans == [4, 8, 16, 24, 24]
    manners.welcomed("example.com")
    assert manners.hold("example.com", None) == timedelta(hours=4)


def test_a_later_answer_does_not_shorten_a_hold(manners: Manners) -> None:
    """Two requests were in flight: the longer of their two waits counts."""
    manners.hold("example.com", timedelta(hours=2))
    manners.hold("example.com", timedelta(minutes=1))
    assert manners.held("example.com") == START + timedelta(hours=2)


def test_no_hold_is_longer_than_a_day(manners: Manners) -> None:
    """A Retry-After of thirty years and a stored hold of a clock gone wrong are both cut to a day."""
    manners.hold("a.example", timedelta(days=10_000))
    manners.load({"b.example": START + timedelta(days=400), "c.example": START + timedelta(hours=3)})
    assert manners.held("a.example") == manners.held("b.example") == START + timedelta(hours=24)
    assert manners.held("c.example") == START + timedelta(hours=3)


def test_each_hold_is_told_so_that_it_can_be_stored(clock: Hands) -> None:
    """The callback hears host and moment; a wait of nothing is no hold."""
    told: list[tuple[str, datetime]] = []
    manners = Manners(now=clock, on_hold=lambda host, until: told.append((host, until)))
    manners.hold("example.com", timedelta(minutes=5))
    manners.hold("example.org", timedelta(0))
    assert told == [("example.com", START + timedelta(minutes=5))]


async def test_a_failure_gives_the_turn_back(manners: Manners) -> None:
    """Errors and cancellations inside a turn never use a host up."""
    for _ in range(AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError):
            async with manners.turn("example.com", unspaced):
                raise ZeroDivisionError
    async with asyncio.timeout(5), manners.turn("example.com", unspaced):
        pass


async def test_who_gives_up_waiting_gives_nothing_back(manners: Manners) -> None:
    """A cancelled wait frees no place that it never had: still only two are in flight."""
    async with manners.turn("example.com", unspaced), manners.turn("example.com", unspaced):
        waiting = asyncio.create_task(_pass(manners))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        behind = asyncio.create_task(_pass(manners))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not behind.done()
    async with asyncio.timeout(5):
        await behind


async def test_a_turn_that_is_refused_is_free_for_others(manners: Manners, clock: Hands) -> None:
    """Held while it waited its second, it gives its place back, as often as that happens."""

    async def hold_meanwhile(seconds: float) -> None:
        await clock.pause(seconds)
        manners.hold("example.com", timedelta(minutes=1))

    for _ in range(AT_ONCE + 1):
        manners.pause = clock.pause
        async with manners.turn("example.com", spaced):
            pass
        manners.pause = hold_meanwhile
        with pytest.raises(FeedUnreachable):
            async with manners.turn("example.com", spaced):
                raise AssertionError("entered")
        clock.now += timedelta(minutes=2)
    async with asyncio.timeout(5), manners.turn("example.com", unspaced):
        pass
    assert manners.host("example.com").users == 0


async def _pass(manners: Manners) -> None:
    async with manners.turn("example.com", unspaced):
        pass


async def test_an_idle_host_is_forgotten_only_once_its_second_is_over(manners: Manners, clock: Hands) -> None:
    """Else a crawl over many hosts could come back to the first one too soon."""
    for number in range(REMEMBERED):
        async with manners.turn(f"{number}.example", spaced):
            pass
    async with manners.turn("another.example", spaced):
        pass
    began = clock()
    async with manners.turn("0.example", spaced):
        assert clock() == began + SPACING


async def test_memory_of_hosts_is_bounded(manners: Manners, clock: Hands) -> None:
    """A crawl over many thousand hosts remembers only the last ones, and never forgets one in use."""
    async with manners.turn("kept.example", spaced):
        for number in range(REMEMBERED * 2):
            async with manners.turn(f"{number}.example", spaced):
                pass
            clock.now += timedelta(seconds=2)
        assert len(manners._hosts) <= REMEMBERED
        assert "kept.example" in manners._hosts
