"""What the page asks of a running bot: conversations, health, figures, and a login that outlives a restart."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import answer
from bot.app.build import Stories
from bot.app.page import DEEPEST, Page
from bot.errors import UsageError
from bot.web import WebParts
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, SmallBot, rss, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot that has shared one article."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES[:3]))
        async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
            await bot.gather()
            await bot.fill("one")
            await bot.deliver()
            yield bot


def page_of(bot: SmallBot) -> Page:
    """The page's view of it."""
    return Page(bot.on, lambda: bot.stories, lambda: None)


@pytest.fixture
async def parts(bot: SmallBot) -> WebParts:
    """What the web side may call."""
    return await page_of(bot).parts()


async def said(parts: WebParts, text: str, to: int | None = None, *, key: str | None = None, who: str = "@ann") -> int:
    """Say something on the page; gives its place on the timeline."""
    return await parts.receive(who, text, key, to, False)


async def test_what_the_page_says_of_the_bot_is_renewed_with_its_files(bot: SmallBot) -> None:
    """At a reload, though nothing changed in the database: a new schedule has another next post."""
    looks: asyncio.Queue[None] = asyncio.Queue()

    def current() -> Stories:
        looks.put_nowait(None)
        return bot.stories

    reloaded = asyncio.Event()
    keeping = asyncio.create_task(Page(bot.on, current, lambda: None).stay_current(reloaded))
    async with asyncio.timeout(20):
        for _ in range(3):  # at its start, and as its first two looks at the database find it changed
            await looks.get()
        reloaded.set()
        await looks.get()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_under_a_post_the_question_is_about_that_post(bot: SmallBot, parts: WebParts) -> None:
    """A reply to a post knows it, and one to a reply of the bot's belongs to the same conversation."""
    (post,) = await bot.posts()
    asked = await said(parts, "why", post.id)
    await answer.answer_waiting(bot.stories.answering)
    await bot.deliver()
    (reply,) = [item for item in await bot.timeline() if item.in_reply_to == asked]
    assert reply.text.startswith("It came from Small Sounds")
    again = await said(parts, "thanks, and hello", reply.id)
    mentions = [await bot.on.db(bot.on.store.mentions.get, number) for number in (1, 2)]
    assert [one.thread for one in mentions if one] == [f"timeline:{post.id}"] * 2
    assert [one.about is not None for one in mentions if one] == [True, False]
    assert again > reply.id


async def test_a_reply_to_nothing_is_refused(parts: WebParts) -> None:
    """With a sentence, and nothing is stored."""
    with pytest.raises(UsageError, match="no item 999"):
        await said(parts, "hello", 999)
    assert len(await parts.items(0, 100)) == 1


async def test_a_key_is_the_senders_own(parts: WebParts) -> None:
    """The same key again is the same mention; another person's is another one; without a key each is new."""
    first = await said(parts, "hello", key="k")
    assert await said(parts, "hello", key="k") == first
    assert await said(parts, "hello", key="k", who="@ben") != first
    assert await said(parts, "hello") != await said(parts, "hello")


async def test_an_endless_conversation_is_followed_so_far_and_no_further(bot: SmallBot, parts: WebParts) -> None:
    """Whoever answers themselves for ever costs a bounded look upwards."""
    last = await said(parts, "one")
    for _ in range(DEEPEST + 5):
        last = await said(parts, "and on", last)
    newest = await bot.on.db(bot.on.store.mentions.get, DEEPEST + 6)
    assert newest is not None
    assert newest.thread != "timeline:2"
    earlier = await bot.on.db(bot.on.store.mentions.get, DEEPEST)
    assert earlier is not None
    assert earlier.thread == "timeline:2"


async def test_the_bot_is_told_about_and_kept_current(bot: SmallBot) -> None:
    """Its name, its niche, its next post; notices come with the next look."""
    page = page_of(bot)
    parts = await page.parts()
    about = parts.about()
    assert (about["name"], about["niche"], about["feeds"], list(about["notices"])) == ("starfish", "sound", 1, [])
    assert about["next_post"] is not None
    assert about["next_post"] > bot.clock()
    await bot.on.db(bot.on.store.owner.tell, "feed:x", "a feed is dead", now=bot.clock())
    assert list(parts.about()["notices"]) == []
    await page.refresh()
    assert [notice.text for notice in parts.about()["notices"]] == ["a feed is dead"]


async def test_health_and_figures_are_those_of_the_database(bot: SmallBot, parts: WebParts) -> None:
    """`/healthz` says ok with the counts; every metric has a type and a number."""
    await said(parts, "hello")
    status = await parts.status()
    assert status["status"] == "ok"
    assert (status["feeds"], status["outbox_sent"]) == (1, 1)
    text = await parts.metrics()
    types = re.findall(r"^# TYPE (starfish_[a-z_]+) (?:gauge|counter)$", text, re.MULTILINE)
    figures = re.findall(r"^(starfish_[a-z_]+) \d+(?:\.\d+)?$", text, re.MULTILINE)
    assert types == figures
    assert {"starfish_outbox_sent", "starfish_uptime_seconds"} <= set(figures)
    assert len(text.splitlines()) == 2 * len(types)


async def test_a_login_outlives_a_restart_and_is_no_use_elsewhere(bot: SmallBot, tmp_path: Path) -> None:
    """Sessions are signed with a key of this database's own."""
    cookie = (await page_of(bot).parts()).login.open_session(bot.clock())
    assert (await page_of(bot).parts()).login.session(cookie, bot.clock()) is not None
    async with small_bot(write_config(tmp_path / "other"), Hands()) as other:
        assert (await page_of(other).parts()).login.session(cookie, bot.clock()) is None


async def test_posts_are_signed_by_the_bot_or_by_its_several_accounts(tmp_path: Path) -> None:
    """With one account on the timeline the bot speaks; with two, each has its own name."""
    two = LOCAL + LOCAL.replace('"timeline"', '"birds"')
    for accounts, names in ((LOCAL, {"starfish"}), (two, {"timeline", "birds"})):
        async with FeedServer() as server:
            url = server.put("/feed", rss(PIECES[:3]))
            folder = write_config(tmp_path / str(len(names)), feeds=[url], accounts=accounts)
            async with small_bot(folder, Hands()) as bot:
                await bot.gather()
                for name in bot.stories.sharing.accounts:
                    await bot.fill("one", name)
                    await bot.deliver(name)
                parts = await page_of(bot).parts()
                assert {item.author for item in await parts.items(0, 10)} == names


async def test_a_bot_without_a_timeline_hears_nobody_there(tmp_path: Path) -> None:
    """Where it only speaks elsewhere, the page says so."""
    hook = '[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/"\n'
    async with small_bot(write_config(tmp_path / "config", accounts=hook), Hands()) as bot:
        with pytest.raises(UsageError, match="no account on the local timeline"):
            await said(await page_of(bot).parts(), "hello")
