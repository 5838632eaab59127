from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from bot.errors import Rejected, Unsure
from bot.model import Account, Post
from bot.platforms.local import platform
from bot.ports import Publisher, Tools
from tests.platforms.contract import Contract

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


class TestLocal(Contract):
    """The contract, as far as it holds for what no server stands behind."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {}


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


def test_its_limits_are_known_before_it_is_opened(local: Publisher) -> None:
    """What is asked for without an account (`condense --platform local`) is what an account gets."""
    assert platform.limits == local.limits
