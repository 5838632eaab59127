"""A fake bot, the real server in front of it, and a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.web import serve
from tests.web.browser import Browser
from tests.web.fake_bot import FakeBot


@pytest.fixture
def bot() -> FakeBot:
    """A bot that answers every mention."""
    return FakeBot()


@pytest.fixture
async def browser(bot: FakeBot) -> AsyncIterator[Browser]:
    """A browser on this machine, not logged in."""
    async with serve(bot.parts(public_url="https://bot.example.com"), "127.0.0.1", 0) as serving:
        yield Browser(serving.url)


@pytest.fixture
async def owner(browser: Browser, bot: FakeBot) -> Browser:
    """The owner's browser, logged in by the one-time link."""
    answer = await browser.get(f"/login?token={bot.login.new_token()}")
    assert answer.status == 303
    return browser
