"""What comes next is told as it will come: `preview` and the queue say what posting then does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from bot.app.page import Page
from bot.app.previewing import Preview, preview
from bot.app.queue import coming, waiting
from bot.core.occasions import is_quote_slot
from bot.model import Post, State
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, SmallBot, rss, small_bot, write_config

ACCOUNT = LOCAL + "max_per_day = 4\n"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with a feed of many articles, two of them with the same text, and a small feed beside it."""
    twins = [replace(PIECES[0], slug="film", title="A Film"), replace(PIECES[0], slug="trailer", title="A Trailer")]
    async with FeedServer() as server:
        feeds = [server.put("/large", rss([*twins, *PIECES[1:6]])), server.put("/small", rss(PIECES[6:8]))]
        folder = write_config(tmp_path / "config", feeds=feeds, accounts=ACCOUNT, bot='interests = ["tape", "rain"]')
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            yield bot


async def next_on_page(bot: SmallBot) -> datetime | None:
    """When the page says that the next post comes."""
    return (await Page(bot.on, lambda: bot.stories, lambda: None).parts()).about()["next_post"]


async def posted(bot: SmallBot, promised: Sequence[Preview]) -> list[str]:
    """Live through the slots of a preview, and give what was posted then."""
    since = bot.clock()
    for at in dict.fromkeys(one.at for one in promised):
        bot.clock.now = at
        filled = await bot.on_time(since)
        assert filled is not None
        assert filled.outbox is not None, filled.reason
        while await bot.deliver():
            pass
        since = at
    return [item.text for item in await bot.posts()]


async def test_preview_says_what_posting_then_does(bot: SmallBot) -> None:
    """The same posts, in the same order, for the same reasons: twins once, feeds by turns, each judged at its own time."""
    promised = await preview(bot.stories, bot.on, bot.clock(), account=None, count=20)
    assert len(promised) == 8
    assert await posted(bot, promised) == [one.post.text for one in promised]
    assert (await bot.fill("one more")).outbox is None


async def test_drafts_stand_before_what_needs_nobody(tmp_path: Path) -> None:
    """However long the backlog of the accounts above is, what waits for the owner's word comes first."""
    reviewed = LOCAL.replace("timeline", "reviewed") + "review = true\n"
    async with FeedServer() as server:
        folder = write_config(tmp_path / "config", feeds=[server.put("/a", rss(PIECES))], accounts=LOCAL + reviewed)
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            await bot.fill("one", account="reviewed")
            first, *others = await waiting(bot.stories, bot.on, bot.clock())
            assert (first.account, first.row and first.row.state) == ("reviewed", "draft")
            assert len(others) > 3
            assert [one.account for one in others] == sorted((one.account for one in others), reverse=True)


async def test_no_draft_is_left_out(bot: SmallBot) -> None:
    """However many wait, the oldest, which waits longest, stands first."""
    for number in range(120):
        draft = Post(account="timeline", text=f"Draft {number}.", dedupe_key=f"draft:{number}")
        await bot.on.db(bot.on.store.outbox.filled, None, None, draft, State.DRAFT, now=bot.clock())
    texts = [one.row.post.text for one in await waiting(bot.stories, bot.on, bot.clock()) if one.row]
    assert texts == [f"Draft {number}." for number in range(120)]


@pytest.mark.parametrize(("keys", "least"), [('style = "digest"\n', 2), ("quotes = 0.5\n", 9)])
async def test_digests_and_one_liners_are_previewed_too(tmp_path: Path, keys: str, least: int) -> None:
    """Where a slot holds no single article, it is shown with what it holds."""
    async with FeedServer() as server:
        feeds = [server.put("/a", rss(PIECES[:5])), server.put("/b", rss(PIECES[5:9]))]
        folder = write_config(tmp_path / "config", feeds=feeds, accounts=LOCAL + keys)
        (folder / "quotes.txt").write_text(
            "".join(f"Listen to the number {number}.\n" for number in range(50)), "utf-8"
        )
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            promised = await preview(bot.stories, bot.on, bot.clock(), account=None, count=12)
            assert len(promised) >= least
            assert any(one.score is None for one in promised)
            assert await posted(bot, promised) == [one.post.text for one in promised]


@pytest.mark.parametrize(("keys", "slots"), [('style = "digest"\n', 2), ("", 9), ("quotes = 0.5\n", 9)])
async def test_the_queue_counts_what_a_slot_holds(tmp_path: Path, keys: str, slots: int) -> None:
    """Nine articles wait for nine slots, or for two where a digest tells five of them; a one-liner's slot is none of them."""
    async with FeedServer() as server:
        feeds = [server.put("/a", rss(PIECES[:9]))]
        folder = write_config(tmp_path / "config", feeds=feeds, accounts=LOCAL + keys)
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            account = bot.stories.sharing.accounts["timeline"]
            expected = [one.expected for one in await waiting(bot.stories, bot.on, bot.clock())]
            assert len(expected) == 9
            assert len(set(expected)) == slots
            one_liners = [
                slot.at
                for slot in islice(await coming(account, bot.stories, bot.on, bot.clock()), 20)
                if is_quote_slot(account, slot)
            ]
            assert set(one_liners).isdisjoint(expected)
            assert bool(one_liners) == bool(account.quotes)


async def test_the_queue_is_in_the_order_of_the_scores(bot: SmallBot) -> None:
    """Its backlog names the articles of the preview, which leaves out what makes no post, and knows which tells most."""
    promised = [one.title for one in await preview(bot.stories, bot.on, bot.clock(), account=None, count=20)]
    backlog = [one.choice for one in await waiting(bot.stories, bot.on, bot.clock()) if one.choice]
    queued = [choice.candidate.title for choice in backlog]
    assert len(queued) == 9
    assert backlog[0].score == max(choice.score for choice in backlog)
    assert set(promised[:2]) <= set(queued[:5])
    assert sorted(set(queued) - set(promised)) in (["A Film"], ["A Trailer"])


async def test_nothing_is_expected_while_the_account_is_paused(bot: SmallBot) -> None:
    """After a pause that ends the first slot is the first; without an end nothing has a time, but can be looked at."""
    now, owner = bot.clock(), bot.on.store.owner
    end = now + timedelta(hours=5, minutes=10)
    await bot.on.db(owner.pause, "timeline", end, now=now)
    (first, *_) = await waiting(bot.stories, bot.on, now)
    (promised, *_) = await preview(bot.stories, bot.on, now, account=None, count=1)
    assert first.expected == promised.at == await next_on_page(bot)
    assert end < promised.at < end + timedelta(hours=1)
    await bot.on.db(owner.pause, None, None, now=now)
    assert {one.expected for one in await waiting(bot.stories, bot.on, now)} == {None}
    assert await preview(bot.stories, bot.on, now, account=None, count=1)
    assert await next_on_page(bot) is None


async def test_the_page_counts_what_is_out_today(bot: SmallBot) -> None:
    """As the queue does: after the most of a day, the next post is tomorrow's."""
    for number in range(4):
        await bot.fill(f"number {number}")
        while await bot.deliver():
            pass
    (first, *_) = await waiting(bot.stories, bot.on, bot.clock())
    assert first.expected is not None
    assert first.expected.date() > bot.clock().date()
    assert await next_on_page(bot) == first.expected


async def test_an_account_without_a_schedule_has_nothing_to_come(tmp_path: Path) -> None:
    """It only answers: nothing is previewed for it, and no candidate waits there."""
    async with FeedServer() as server:
        feeds = [server.put("/feed", rss(PIECES[:3]))]
        account = '[[accounts]]\nname = "timeline"\nplatform = "local"\n'
        async with small_bot(write_config(tmp_path / "config", feeds=feeds, accounts=account), Hands()) as bot:
            await bot.gather()
            assert await preview(bot.stories, bot.on, bot.clock(), account=None, count=2) == []
            assert await waiting(bot.stories, bot.on, bot.clock()) == []
