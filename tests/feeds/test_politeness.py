"""Our manners, scored as the public feed reader score does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.core import polling
from bot.errors import FeedUnreachable
from bot.feeds.fetch import fetch
from bot.feeds.parse import parse_document
from bot.model import Feed, FeedState
from bot.net import Client
from tests.servers.fixtures import START, Hands
from tests.servers.politeness import DAY, HOUR, Rest, Scorekeeper, Version


def atom(days: int) -> bytes:
    """A small blog that writes every day, up to a day."""
    entries = "".join(
        f"<entry><id>tag:example.com,{day}</id><title>Post {day}</title><link href='https://example.com/{day}'/>"
        f"<updated>{START + day * DAY:%Y-%m-%dT%H:%M:%SZ}</updated><content>Words of day {day}.</content></entry>"
        for day in range(days, days - 10, -1)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A blog</title>{entries}</feed>".encode()


VERSIONS = [
    Version(START - DAY, atom(0), '"v0"', "Thu, 01 Jan 1970 00:00:01 GMT"),
    Version(START + DAY, atom(1), 'W/"v1 odd, ü"', "Fri, 02 Jan 1970 00:00:02 GMT"),
    Version(START + 2 * DAY, atom(2), '"v2"', None, max_age=timedelta(seconds=43_200)),
    Version(START + 3 * DAY, atom(3), None, "Sun, 04 Jan 1970 00:00:04 GMT", max_age=12 * HOUR),
    Version(START + 5 * DAY, atom(5), '"v0"', "Thu, 01 Jan 1970 00:00:01 GMT"),
]
RESTS = [Rest(START + 4 * DAY, START + 4 * DAY + 9 * HOUR)]


async def read_for(
    days: float, server: Scorekeeper, make_client: Callable[..., Client], clock: Hands, *, jitter: float
) -> FeedState:
    """Read the feed as the bot does, looking every ten minutes for what is due, and restarting every 17 hours."""
    client = make_client()
    feed = Feed(url=server.url)
    state = FeedState(url=server.url)
    end = clock.now + timedelta(days=days)
    restart = clock.now + 17 * HOUR
    while clock.now < end:
        if clock.now >= restart:
            # A new process: only what is stored survives.  The holds of hosts are forgotten here, on purpose.
            client = make_client()
            server.restarts.append(clock.now)
            restart += 17 * HOUR
        if state.next_at is None or state.next_at <= clock.now:
            try:
                fetched = await fetch(client, feed, state, clock.now)
                parsed = parse_document(fetched.body) if fetched.body else None
                state = polling.after_success(state, fetched, parsed, feed, clock.now, jitter)
                if parsed:
                    state = replace(state, last_new=clock.now)
            except FeedUnreachable as error:
                state = polling.after_failure(state, error, feed, clock.now, jitter)
        clock.now += timedelta(minutes=10)
    return state


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
async def test_fourteen_of_fourteen(make_client: Callable[..., Client], clock: Hands, jitter: float) -> None:
    """A week of reading, with new posts, odd validators, max-age, a 429 and restarts: every point is ours."""
    async with Scorekeeper(clock, VERSIONS, RESTS) as server:
        state = await read_for(7, server, make_client, clock, jitter=jitter)
        points = server.score()
    assert [point for point, ours in points.items() if not ours] == []
    assert len(points) == 14
    assert state.title == "A blog"
    statuses = [asked.status for asked in server.log]
    assert statuses.count(200) == len(VERSIONS)
    assert 429 in statuses
    assert statuses.count(304) > 10


async def test_the_weekly_full_fetch_is_the_only_other_unconditional_request(
    make_client: Callable[..., Client], clock: Hands
) -> None:
    """Over a month the validators are left out once in eight days, and never more often than that."""
    async with Scorekeeper(clock, VERSIONS[:1]) as server:
        await read_for(30, server, make_client, clock, jitter=0.3)
        points = server.score()
    whole = [asked.at for asked in server.log if not asked.conditional]
    assert len(whole) == 4
    assert all(later - earlier >= 8 * DAY for earlier, later in pairwise(whole))
    assert [point for point, ours in points.items() if not ours] == ["1 only the first request is unconditional"]


async def test_a_rude_reader_loses_points(make_client: Callable[..., Client], clock: Hands) -> None:
    """The score is no formality: a reader without memory fails the points that are about memory."""
    async with Scorekeeper(clock, VERSIONS, RESTS) as server:
        client = make_client()
        for _ in range(20):
            await client.get(server.url + "?t=1", cap=10_000, headers={"If-None-Match": '"made up"', "Cookie": "a=b"})
            clock.now += timedelta(minutes=5)
            server.restarts.append(clock.now)
        lost = {point.split()[0] for point, ours in server.score().items() if not ours}
    assert lost == {"1", "3", "4", "5", "6", "8", "9", "10", "13"}
