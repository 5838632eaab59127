from __future__ import annotations

import logging
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import Rejected, Unsure
from bot.model import Account, Post
from bot.platforms.local import platform
from bot.ports import Publisher, Tools

POST = Post(account="timeline", text="Hi", dedupe_key="x", id=7)


class Nothing:
    """Stands where the local platform must not reach."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.fixture
def local() -> Publisher:
    """The account as the bot opens it."""
    tools = Tools(http=Nothing(), vault=Nothing(), log=logging.getLogger(), now=lambda: datetime.now(UTC))
    return platform.open(Account(name="timeline", platform="local"), platform.Options(), tools)


def test_it_is_found_by_its_entry_point() -> None:
    """The embedded platform uses the same door as every other."""
    (found,) = entry_points(group="bot.platforms", name="local")
    assert found.load() is platform


def test_its_limits_are_the_designed_ones(local: Publisher) -> None:
    """300 graphemes, links in full, sent by the store; it keeps no keys and can't be searched."""
    assert isinstance(local, Publisher)
    assert (local.name, local.limits.max_length, local.limits.unit) == ("timeline", 300, "graphemes")
    assert local.limits.in_store
    assert local.limits.link_cost is None
    assert local.limits.idempotent_for is None
    assert not local.limits.searchable


async def test_it_never_sends(local: Publisher) -> None:
    """Whoever tries is told that nothing was sent, and that only the store knows."""
    with pytest.raises(Rejected, match="nothing was sent"):
        await local.publish(POST)
    with pytest.raises(Unsure, match="store"):
        await local.find(POST)


def test_it_has_no_keys_of_its_own() -> None:
    """A misspelt key in its block is a mistake, not a wish that is silently lost."""
    with pytest.raises(ValidationError):
        platform.Options(server="https://example.com")


def test_its_limits_are_known_before_it_is_opened(local: Publisher) -> None:
    """What is asked for without an account (`condense --platform local`) is what an account gets."""
    assert platform.limits == local.limits
