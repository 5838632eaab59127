from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from bot.app.once import once, refresh
from bot.errors import StoreError
from bot.model import Body, Feed, FeedState, Fetched, Mention, ParsedFeed
from bot.ports import FeedReader
from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands
from tests.servers.small_bot import PIECES, SmallBot, rss, small_bot, write_config


class Odd:
    """A reader that fails at one feed in a way that nobody foresaw."""

    def __init__(self, real: FeedReader, bad: str, error: Exception) -> None:
        self.real, self.bad, self.error = real, bad, error

    async def fetch(self, feed: Feed, state: FeedState, now: datetime) -> Fetched:
        return await self.real.fetch(feed, state, now)

    async def parse(self, body: Body) -> ParsedFeed:
        if body.url == self.bad:
            raise self.error
        return await self.real.parse(body)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with two good feeds."""
    async with FeedServer() as server:
        urls = [server.put("/a", rss(PIECES[:1])), server.put("/b", rss(PIECES[1:2]))]
        async with small_bot(write_config(tmp_path / "config", feeds=urls), Hands()) as bot:
            yield bot


def spoil(bot: SmallBot, error: Exception) -> str:
    """Let the first feed fail with an error of our own."""
    sharing = bot.stories.sharing
    bad = next(iter(sharing.feeds))
    bot.stories = replace(bot.stories, sharing=replace(sharing, reader=Odd(sharing.reader, bad, error)))
    return bad


async def test_a_mistake_of_ours_is_one_feeds_failure(bot: SmallBot) -> None:
    """A document that breaks our own code is named in that feed's result, the other feed is read, and a post goes out."""
    bad = spoil(bot, ZeroDivisionError("of ours"))
    done = await once(bot.on, bot.stories, extra=True, seen=lambda _: None)
    results = {one.url: one for one in done.gathered}
    assert results[bad].status == "error"
    assert "ZeroDivisionError in our own code" in str(results[bad].error)
    assert sorted(one.status for one in done.gathered) == ["error", "new"]
    assert done.delivered == 1


async def test_a_database_that_fails_stops_the_call(bot: SmallBot) -> None:
    """What concerns all feeds is no feed's failure."""
    spoil(bot, StoreError("the disk is full"))
    with pytest.raises(ExceptionGroup, match="unhandled errors") as caught:
        await refresh(bot.on, bot.stories, bot.clock(), seen=lambda _: None)
    assert caught.group_contains(StoreError, match="the disk is full")


async def test_each_feed_is_told_as_it_is_done(bot: SmallBot) -> None:
    """Progress sees every feed once."""
    seen: list[str] = []
    results = await refresh(bot.on, bot.stories, bot.clock(), seen=lambda one: seen.append(one.url))
    assert sorted(seen) == sorted(one.url for one in results) == sorted(bot.stories.sharing.feeds)


class Crowd:
    """An account to which somebody is always speaking."""

    async def mentions(self, _: str | None) -> AsyncIterator[tuple[str, Mention]]:
        for number in count():
            yield str(number), Mention(account="timeline", remote_id=str(number), author="@ann", text="hi", at=START)


async def test_a_crowd_keeps_no_call_from_its_end(bot: SmallBot) -> None:
    """Where nobody falls silent the call listens twelve times as long as to a hush, and goes on to its feeds."""
    bot.stories = replace(bot.stories, publishers={"timeline": Crowd()})  # type: ignore[dict-item]  # it is only heard
    done = await once(bot.on, bot.stories, extra=False, seen=lambda _: None, hush=0.02)
    assert len(done.gathered) == 2
    assert done.answered > 0


async def test_each_call_hears_what_was_said_since_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first call only begins to listen; what is said after it is answered by the next, once; a refusal is told."""
    monkeypatch.setenv("FEDI", "good")
    async with serving(MastodonServer()) as server:
        keys = f'server = "{server.url}"\ntoken = {{ env = "FEDI" }}\nstream = false'
        block = f'[[accounts]]\nname = "fedi"\nplatform = "mastodon"\n{keys}\n'
        server.say("@ann@far.example", "hello before")
        async with small_bot(write_config(tmp_path / "config", accounts=block), Hands()) as bot:
            for said, answered in (("hello you", 0), ("", 1), ("", 0)):
                done = await once(bot.on, bot.stories, extra=False, seen=lambda _: None, hush=2.0)
                assert done.answered == answered
                if said:
                    asked = server.say("@ann@far.example", said)
            assert [one.reply_to for one in server.kept] == [asked.id]
            for server.token, notices in (("another", 1), ("another", 1), ("good", 0)):
                await once(bot.on, bot.stories, extra=False, seen=lambda _: None, hush=2.0)
                assert len(await bot.on.db(bot.on.store.owner.notices)) == notices
            assert caplog.text.count("starfish accounts renew fedi") == 1
    caplog.clear()
    async with small_bot(tmp_path / "config", Hands()) as bot:  # the server is away
        await once(bot.on, bot.stories, extra=False, seen=lambda _: None, hush=2.0)
        assert not [record for record in caplog.records if record.levelname == "WARNING"]
