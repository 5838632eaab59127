"""The first walk: feeds become candidates, slots become posts, each post goes out once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.queue import waiting
from bot.core.text import measure
from bot.demo.server import sites
from bot.platforms.local import LIMITS
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import BASE, LOCAL, PIECES, SmallBot, rss, small_bot, write_config

CHAT = (
    "The weather was grey when the meeting of the local members began in the afternoon.",
    "There was some coffee, and most people stood around the tables near the windows.",
    "Later on the tables were moved, and the chairs were put back along the walls again.",
)
DULL = replace(PIECES[0], slug="dull", title="Our meeting", age=timedelta(0), paragraphs=CHAT)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    """A site with feeds."""
    async with FeedServer() as server:
        yield server


async def test_an_article_walks_from_its_feed_to_the_timeline(tmp_path: Path) -> None:
    """A site's feed is read, its best entry's page is fetched and condensed, and one post with its whole link goes out."""
    clock = Hands()
    async with (
        sites(clock()) as base,
        small_bot(write_config(tmp_path / "config", feeds=[f"{base}/patch-notes/feed.xml"]), clock) as bot,
    ):
        (gathered,) = await bot.gather()
        assert gathered.status == "new"
        assert gathered.new == gathered.entries > 0
        assert await bot.timeline() == []  # gathering posts nothing

        filled = await bot.fill("wall:2026-11-22T12:00")
        assert filled.outbox is not None
        assert await bot.deliver() == 1

        (post,) = await bot.posts()
        assert post.url is not None
        assert post.url.startswith(f"{base}/patch-notes/")
        assert post.text.endswith(post.url)
        assert measure(post.text, LIMITS) <= 300
        (row,) = await bot.outbox()
        assert (row.state, row.slot) == ("sent", "wall:2026-11-22T12:00")
        assert row.receipt is not None


async def test_what_tells_most_goes_first(server: FeedServer, tmp_path: Path) -> None:
    """Of two stories of one day the fresher one waits where its post would tell little, and the choice says so."""
    telling = replace(PIECES[1], age=timedelta(hours=3))
    url = server.put("/feed", rss([DULL, telling]))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        queued = [one.choice for one in await waiting(bot.stories, bot.on, bot.clock())]
        assert [one.candidate.title for one in queued if one] == [DULL.title, telling.title]
        for number in range(2):
            await bot.fill(f"extra:{number}")
            await bot.deliver()
        assert [row.post.title for row in sorted(await bot.outbox(), key=lambda row: row.id)] == [
            telling.title,
            DULL.title,
        ]


async def test_a_digest_tells_what_tells_most(server: FeedServer, tmp_path: Path) -> None:
    """Of six stories it tells five, and the dull one, though the freshest, is not among them."""
    telling = [replace(piece, age=timedelta(hours=3)) for piece in PIECES[1:6]]
    url = server.put("/feed", rss([DULL, *telling]))
    account = LOCAL + 'style = "digest"\n'
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), Hands()) as bot:
        await bot.gather()
        await bot.fill("weekly")
        told = "\n".join([row.post.text for row in await bot.outbox()])
        assert all(f"{BASE}/{piece.slug}" in told for piece in telling)
        assert f"{BASE}/{DULL.slug}" not in told


async def test_the_same_document_again_brings_nothing(server: FeedServer, tmp_path: Path) -> None:
    """A second poll of an unchanged feed is unchanged, a changed one brings only what is new, and each is shared once."""
    url = server.put("/feed", rss(PIECES[:2]), etag='"1"')
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        assert [(one.status, one.new) for one in await bot.gather()] == [("new", 2)]
        bot.later(hours=1)
        assert [(one.status, one.new) for one in await bot.gather()] == [("unchanged", 0)]
        server.put("/feed", rss(PIECES[:3]), etag='"2"')
        bot.later(hours=1)
        assert [(one.status, one.new) for one in await bot.gather()] == [("new", 1)]
        for number in range(5):
            await bot.fill(f"extra:{number}")
            await bot.deliver()
        links = [post.url for post in await bot.posts()]
        assert sorted(map(str, links)) == sorted(f"{BASE}/{piece.slug}" for piece in PIECES[:3])


async def test_a_slot_is_filled_once(server: FeedServer, tmp_path: Path) -> None:
    """The same slot again posts nothing and says why."""
    url = server.put("/feed", rss(PIECES))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        assert (await bot.fill("wall:x")).outbox is not None
        await bot.deliver()
        again = await bot.fill("wall:x")
        assert again.outbox is None
        assert "filled already" in again.reason
        assert len(await bot.posts()) == 1


async def test_the_same_words_are_not_said_of_two_links(server: FeedServer, tmp_path: Path) -> None:
    """A film and its trailer share a description: one of them is posted, and it is said why the other isn't."""
    twins = [replace(PIECES[0], slug="film", title="A Film"), replace(PIECES[0], slug="trailer", title="A Trailer")]
    url = server.put("/feed", rss(twins))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        filled = []
        for number in range(2):
            filled.append(await bot.fill(f"n{number}"))
            await bot.deliver()
        assert len(await bot.posts()) == 1
        assert filled[1].reason == "no candidate that adds value"


async def test_one_post_at_a_time(server: FeedServer, tmp_path: Path) -> None:
    """While a post waits to be sent, the next slot is passed over, so that an outage ends without a burst."""
    url = server.put("/feed", rss(PIECES))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        await bot.fill("one")
        passed = await bot.fill("two")
        assert (passed.outbox, "earlier post" in passed.reason) == (None, True)


async def test_a_full_day_posts_no_more(server: FeedServer, tmp_path: Path) -> None:
    """`max_per_day` counts the posts of the local day, and the next day begins anew."""
    url = server.put("/feed", rss(PIECES))
    account = LOCAL + "max_per_day = 2\n"
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), Hands()) as bot:
        await bot.gather()
        for number in range(4):
            await bot.fill(f"n{number}")
            await bot.deliver()
        assert len(await bot.posts()) == 2
        bot.later(hours=12, minutes=1)  # past midnight in London
        assert (await bot.fill("next day")).outbox is not None


async def test_a_missed_slot_is_filled_once_on_waking(server: FeedServer, tmp_path: Path) -> None:
    """After five hours asleep with an hourly rhythm one post goes out, and the four older slots are passed over."""
    url = server.put("/feed", rss(PIECES))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        since = bot.clock()
        bot.later(hours=5, minutes=10)
        filled = await bot.on_time(since)
        assert filled is not None
        assert filled.slot.identity == "grid:2026-11-22T17:00:00Z"
        await bot.deliver()
        assert await bot.on_time(since) is None
        assert len(await bot.posts()) == 1


async def test_an_autumn_night_posts_once(server: FeedServer, tmp_path: Path) -> None:
    """Half past one occurs twice when the clocks go back, and is one slot, also after a restart between the two."""
    clock = Hands()
    clock.now = clock.now.replace(year=2026, month=10, day=24, hour=12)
    url = server.put("/feed", rss(PIECES, now=clock.now))
    account = '[[accounts]]\nname = "timeline"\nplatform = "local"\npost = { cron = "30 1 * * *" }\n'
    folder = write_config(tmp_path / "config", feeds=[url], accounts=account)
    async with small_bot(folder, clock) as bot:
        await bot.gather()
        since = clock.now
        clock.now = clock.now.replace(day=25, hour=0, minute=35)  # 01:35 in summer time
        first = await bot.on_time(since)
        assert first is not None
        assert first.outbox is not None
        assert first.slot.identity == "wall:2026-10-25T01:30"
        await bot.deliver()
    async with small_bot(folder, clock) as bot:
        clock.now = clock.now.replace(hour=1, minute=35)  # 01:35 again, in winter time
        assert await bot.on_time(since) is None
        await bot.deliver()
        assert len(await bot.posts()) == 1


async def test_a_slot_in_the_hour_that_spring_skips_is_filled_once(server: FeedServer, tmp_path: Path) -> None:
    """01:30 doesn't exist on the last Sunday of March in London: the post goes out an hour later, once."""
    clock = Hands()
    clock.now = clock.now.replace(year=2027, month=3, day=27, hour=12)
    url = server.put("/feed", rss(PIECES, now=clock.now))
    account = '[[accounts]]\nname = "timeline"\nplatform = "local"\npost = { at = ["01:30"] }\n'
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), clock) as bot:
        await bot.gather()
        since = clock.now
        filled = []
        clock.now = clock.now.replace(day=28, hour=0, minute=0)
        for _ in range(24):
            bot.later(minutes=10)
            filled.append(await bot.on_time(since))
            await bot.deliver()
        assert [one.slot.identity for one in filled if one] == ["wall:2027-03-28T01:30"]


async def test_a_clock_set_back_posts_nothing_twice(server: FeedServer, tmp_path: Path) -> None:
    """A slot that was filled stays filled when the clock jumps back by an hour and comes there again."""
    url = server.put("/feed", rss(PIECES))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        since = bot.clock() - timedelta(minutes=1)
        for _ in range(2):
            bot.clock.now = since + timedelta(minutes=2)
            await bot.on_time(since)
            await bot.deliver()
        assert len(await bot.posts()) == 1


async def test_nothing_is_posted_in_quiet_hours(server: FeedServer, tmp_path: Path) -> None:
    """Slots in the quiet hours don't exist; the first one after them is filled."""
    url = server.put("/feed", rss(PIECES))
    account = LOCAL + 'quiet = "13:30-18:00"\n'
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), Hands()) as bot:
        await bot.gather()
        since, slots = bot.clock(), []
        for _ in range(36):
            bot.later(minutes=10)
            if filled := await bot.on_time(since):
                slots.append(filled.slot.identity[-9:-4])
            await bot.deliver()
        assert slots == ["13:00", "18:00"]


async def test_drafts_wait_for_the_owner(server: FeedServer, tmp_path: Path) -> None:
    """With `review` a slot makes a draft, which goes out only once it is approved."""
    url = server.put("/feed", rss(PIECES))
    account = LOCAL + "review = true\n"
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), Hands()) as bot:
        await bot.gather()
        row = (await bot.fill("one")).outbox
        assert row is not None
        assert await bot.deliver() == 0
        assert await bot.on.db(bot.on.store.outbox.approve, row, None, now=bot.clock())
        assert await bot.deliver() == 1
        assert len(await bot.posts()) == 1


async def test_what_waited_too_long_expires(server: FeedServer, tmp_path: Path) -> None:
    """`expires` counts from when an entry became a candidate; what is older is dropped, and the reason is kept."""
    url = server.put("/feed", rss(PIECES[:2]))
    account = LOCAL + 'expires = "1d"\n'
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), Hands()) as bot:
        await bot.gather()
        bot.later(hours=25)
        filled = await bot.fill("late")
        assert (filled.outbox, filled.reason) == (None, "no candidate")
        decisions = await bot.on.db(bot.on.store.feeds.decisions, 1)
        assert [(one.verdict, one.reason) for one in decisions] == [("expired", "older than 24 h")]


async def test_what_was_planned_too_long_ago_is_not_posted_late(server: FeedServer, tmp_path: Path) -> None:
    """A machine that slept finds it expired before it sends anything; so does a word of the owner's that comes late."""
    url = server.put("/feed", rss(PIECES[:2]))
    account = LOCAL + 'expires = "20m"\nreview = true\n'
    async with small_bot(write_config(tmp_path / "config", feeds=[url], accounts=account), Hands()) as bot:
        await bot.gather()
        row = (await bot.fill("one")).outbox
        assert row is not None
        bot.later(hours=8)
        assert await bot.on.db(bot.on.store.outbox.approve, row, None, now=bot.clock())
        assert await bot.deliver() == 0
        assert [(one.state, one.reason) for one in await bot.outbox()] == [("expired", "older than 20 min")]


@pytest.mark.parametrize("fault", ["reset", "cut", "gzip_bomb", "broken_gzip"])
async def test_a_broken_feed_is_named_and_stops_nobody(server: FeedServer, tmp_path: Path, fault: str) -> None:
    """A feed that breaks is an error with a sentence, a notice in time and a later poll; the other one is read."""
    bad = server.put("/bad", rss(PIECES[:1]), fault=fault)
    good = server.put("/good", rss(PIECES[1:2]))
    async with small_bot(write_config(tmp_path / "config", feeds=[bad, good]), Hands()) as bot:
        broken, fine = await bot.gather()
        assert (broken.status, fine.status) == ("error", "new")
        assert broken.error
        assert broken.next_at is not None
        assert broken.next_at > bot.clock()


@pytest.mark.parametrize(
    "body", [b"", b"<html><body>Not found</body></html>", b"\x00\xff" * 500, b"<rss", b'{"a": 1}', b"hello"]
)
async def test_what_is_no_feed_is_named_unreadable(server: FeedServer, tmp_path: Path, body: bytes) -> None:
    """Whatever is not a feed is an error with a sentence, never an exception."""
    url = server.put("/feed", body)
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        (result,) = await bot.gather()
        assert result.status == "error"
        assert result.error


async def test_a_page_that_is_gone_leaves_the_feeds_own_text(server: FeedServer, tmp_path: Path) -> None:
    """Where a link leads to a 404, the feed's own words make the post."""
    short = replace(PIECES[0], paragraphs=PIECES[0].paragraphs[:2])
    url = server.put("/feed", rss([short], base=server.url("/gone")))
    async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
        await bot.gather()
        await bot.fill("one")
        await bot.deliver()
        (post,) = await bot.posts()
        assert any(" ".join(part.split()[3:7]) in post.text for part in short.paragraphs)


async def blocked_links(bot: SmallBot) -> list[str | None]:
    """Fill slot after slot, and give what was shared."""
    for number in range(4):
        await bot.fill(f"b{number}")
        await bot.deliver()
    return [post.url for post in await bot.posts()]


@pytest.mark.parametrize("who", ["spam.example", "Mara Lindqvist", "@mara lindqvist"])
async def test_the_blocked_are_shared_from_no_feed(server: FeedServer, tmp_path: Path, who: str) -> None:
    """`starfish block` holds for what waits already and for what comes later; taking it back lets what waited go on."""
    mara = [replace(piece, author="Mara Lindqvist") for piece in PIECES[:2]]
    others = [replace(piece, author="Someone Else") for piece in PIECES[2:3]]
    bad = server.put("/bad", rss(mara[:1], base="https://www.spam.example"))
    good = server.put("/good", rss(others))
    async with small_bot(write_config(tmp_path / "config", feeds=[bad, good]), Hands()) as bot:
        await bot.gather()
        assert await bot.on.db(bot.on.store.mentions.block, who)
        server.put("/bad", rss(mara, base="https://www.spam.example"))
        bot.later(hours=1)
        await bot.gather()
        assert await blocked_links(bot) == [f"{BASE}/{others[0].slug}"]
        assert await bot.on.db(bot.on.store.mentions.unblock, who)
        bot.later(hours=1)
        assert (await bot.fill("after")).outbox is not None
