"""Fixtures for tests over HTTP: a real server, and clients with a clock that only moves when told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from bot.net import Client
from tests.servers.feedserver import FeedServer

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass
class Hands:
    """A clock that moves by hand, for moments and for spans."""

    now: datetime = START
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def ticks(self) -> float:
        return self.now.timestamp()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    """The time, at noon."""
    return Hands()


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    """A real server on loopback."""
    async with FeedServer() as server:
        yield server


@pytest.fixture
async def make_client(clock: Hands) -> AsyncIterator[Callable[..., Client]]:
    """Make clients that are closed at the end."""
    made: list[Client] = []

    def make(**wishes: Any) -> Client:
        defaults: dict[str, Any] = {
            "contact": "https://example.com/bot",
            "version": "1.2",
            "allow_private": LOOPBACK,
            "spacing": None,
            "now": clock,
        }
        made.append(Client(**(defaults | wishes)))
        return made[-1]

    yield make
    for client in made:
        await client.__aexit__(None, None, None)


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    """A client that may reach loopback."""
    return make_client()
