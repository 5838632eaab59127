"""The contract of all platforms, kept by one that is installed from elsewhere; run in an environment where it is.

`pytest -c pyproject.toml --rootdir . tests/examples/guestbook/contract_guestbook.py`
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import entry_points
from typing import Any, ClassVar

import pytest

from bot.errors import DeliveryError, NeedsLogin, Unsure
from bot.model import Limits, Secret
from bot.net import Client
from bot.ports import Deleter, Doctor, Platform
from tests.examples.guestbook.guestbook_server import GuestbookServer
from tests.platforms.contract import CANARY, Spoken, Stage, staged
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

(found,) = entry_points(group="bot.platforms", name="guestbook")
platform: Platform = found.load()


class TestGuestbook(Spoken):
    """A key for ever, and read-back: each post exactly once."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {"server": "https://book.example", "token": Secret(CANARY)}

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        """A writer in a guestbook."""
        server = GuestbookServer(token=CANARY, clock=clock.ticks)
        keys = {"token": Secret(CANARY)}
        async with staged(server, platform, lambda url: {"server": url, **keys}, make_client, clock) as stage:
            yield stage

    def test_its_limits_are_the_published_ones(self) -> None:
        """As the guestbook's rules say; the table in `core/limits.py` is for the platforms that come with the bot."""
        assert platform.limits == Limits(max_length=400, searchable=True, idempotent_for=timedelta.max)

    async def test_an_entry_is_taken_back(self, stage: Stage) -> None:
        """Once more is fine: what is gone already is gone."""
        book = stage.open()
        assert [isinstance(book, port) for port in (Deleter, Doctor)] == [True, True]
        receipt = await book.publish(stage.post())
        await book.delete(receipt)
        await book.delete(receipt)
        assert stage.said() == []

    async def test_a_part_of_the_entries_proves_nothing(self, stage: Stage) -> None:
        """Neither does a post whose time nobody knows."""
        stage.server.complete = False
        for post in (stage.post(), replace(stage.post(), sent_at=None)):
            with pytest.raises(Unsure):
                await stage.open().find(post)

    async def test_its_token_can_be_looked_at(self, stage: Stage) -> None:
        """Whose it is; a wrong one, and a guestbook that isn't there, are findings."""
        book = stage.open()
        assert await book.examine() == [(True, "the token is good, and is Ann's")]
        stage.server.token = "another"
        assert [fine for fine, _ in await book.examine()] == [False]
        with pytest.raises(NeedsLogin):
            await book.find(stage.post())
        assert [fine for fine, _ in await stage.open("http://127.0.0.1:1").examine()] == [False]

    async def test_whatever_it_answers_is_a_sentence(self, stage: Stage) -> None:
        """An entry without a number is no receipt."""
        stage.server.troubles.script(["kept, no id"])
        with pytest.raises(DeliveryError):
            await stage.open().publish(stage.post())
