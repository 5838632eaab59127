"""Whose turn it is to be polled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.turns import ANEW, PIECE, PIECES, Turns
from bot.model import Feed, FeedState
from bot.store import Store, Writer, open_store
from tests.servers.due_queue import Simulation, many_feeds

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    with open_store(tmp_path / "turns.db", mode="run", now=NOW) as opened:
        yield opened


@pytest.fixture
async def db(store: Store) -> AsyncIterator[Writer]:
    """Its writer."""
    writer = Writer(store)
    yield writer
    await writer.close()


def crowd(count: int) -> list[Feed]:
    """Feeds of one host."""
    return [Feed(url=f"https://videos.example/{number}") for number in range(count)]


async def test_a_crowd_on_one_host_keeps_nobody_waiting(db: Writer, store: Store) -> None:
    """Behind more feeds of one host than one choice reads, the others are found by the choices that follow."""
    others = [Feed(url=f"https://blog{number}.example/") for number in range(3)]
    store.feeds.register([*crowd(PIECE * PIECES + 50), *others], now=NOW)
    turns = Turns(db, store)
    first = await turns.next(NOW, [], 50)
    assert first == [feed.url for feed in crowd(2)]
    second = await turns.next(NOW + SECOND, first, 48)
    assert second == [feed.url for feed in others]
    assert len(turns) == PIECE * PIECES + 48


async def test_who_is_being_polled_is_not_begun_again(db: Writer, store: Store) -> None:
    """While a poll is under way its feed is still due, and stands in no line."""
    store.feeds.register([Feed(url=f"https://blog{number}.example/") for number in range(5)], now=NOW)
    turns = Turns(db, store)
    first = await turns.next(NOW, [], 3)
    assert len(await turns.next(NOW, first, 50)) == 2
    assert await turns.next(NOW, store.feeds.due(NOW, 100), 50) == []


async def test_who_comes_due_meanwhile_is_found(db: Writer, store: Store) -> None:
    """At once behind those who wait, and within a minute at the front, whatever changed there."""
    store.feeds.register([*crowd(9), Feed(url="https://late.example/"), Feed(url="https://early.example/")], now=NOW)
    store.feeds.polled(FeedState(url="https://late.example/", next_at=NOW + SECOND), now=NOW)
    store.feeds.polled(FeedState(url="https://early.example/", next_at=NOW + timedelta(hours=1)), now=NOW)
    turns = Turns(db, store)
    flying = await turns.next(NOW, [], 50)
    assert await turns.next(NOW + SECOND, flying, 48) == ["https://late.example/"]
    store.feeds.polled(FeedState(url="https://early.example/", next_at=NOW - SECOND), now=NOW)
    store.feeds.polled(FeedState(url="https://late.example/", next_at=NOW + timedelta(hours=1)), now=NOW)
    assert await turns.next(NOW + 2 * SECOND, flying, 48) == []
    assert await turns.next(NOW + ANEW, flying, 48) == ["https://early.example/"]


async def test_nothing_due_is_nothing_to_do(db: Writer, store: Store) -> None:
    """An empty line, and no room."""
    turns = Turns(db, store)
    assert await turns.next(NOW, [], 50) == []
    store.feeds.register(crowd(3), now=NOW)
    assert await turns.next(NOW, [], 0) == []


async def test_a_small_world_is_polled_in_turn(db: Writer, store: Store) -> None:
    """A thousand feeds, a fifth of them on one host: each gets its poll, none two before its time, no host three."""
    store.feeds.register(many_feeds(1_000), now=NOW)
    simulation = Simulation(db, store, NOW)
    await simulation.run(timedelta(minutes=10))
    assert len(simulation.polls) == 1_000
    assert set(simulation.polls.values()) == {1}
    assert simulation.most_of_a_host == 2


@pytest.mark.slow
async def test_a_hundred_thousand_feeds_are_polled_in_turn(db: Writer, store: Store) -> None:
    """Nothing starves: all but the crowd are through in the first third, each choice reads a few pieces at most."""
    store.feeds.register(many_feeds(100_000), now=NOW)
    simulation = Simulation(db, store, NOW)
    await simulation.run(timedelta(hours=4))
    assert len(simulation.polls) == 100_000
    assert set(simulation.polls.values()) == {1}
    assert simulation.most_of_a_host == 2
    assert simulation.last_of_others <= NOW + timedelta(hours=1)
