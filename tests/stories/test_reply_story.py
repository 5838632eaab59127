"""What is said in the second walk: a guess is asked about, a resting rule is silent, and a rehearsal keeps nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import Mention
from bot.reply import Reply, reply_to
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import PIECES, RULES, SmallBot, rss, small_bot, write_config

MORE = """
[[rules]]
id = "rest"
when = ["tea"]
cooldown = "1h"
reply = "Here is your tea."

[[rules]]
id = "honey"
like = ["when do I harvest honey", "how much honey can I take", "is my honey ripe"]
reply = "In July."

[[rules]]
id = "wasps"
like = ["how do I stop wasps", "wasp nest near my hive", "get rid of wasps"]
reply = "With patience."

[[rules]]
id = "whose"
when = ["whose is it"]
about = "my_post"
do = "why"
reply = "It is of {post.feed}, one of {feeds}."
else = "I can't tell any more."

[[rules]]
id = "read"
when = ["what do you read"]
reply = "I read {feeds}."
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with a few rules more, and without feeds."""
    async with small_bot(write_config(tmp_path / "config", rules=RULES + MORE), Hands()) as bot:
        yield bot


async def rehearsed(bot: SmallBot, text: str, **more: object) -> Reply:
    """What would be said, as `ask` asks it."""
    asked = Mention(account="timeline", remote_id="r", author="@ann", text=text, at=bot.clock(), **more)  # type: ignore[arg-type]
    return await reply_to(asked, replace(bot.stories.answering, rehearsal=True), bot.clock())


async def test_a_guess_is_asked_about_and_a_yes_is_answered(bot: SmallBot) -> None:
    """What is near a rule but not near enough is proposed in its words; only then is it said."""
    asked = await bot.talk("harvest season")
    assert "“when do I harvest honey”?" in asked
    assert await bot.talk("yes") == "In July."
    assert await bot.talk("yes", "@bo") != "In July."


async def test_a_rule_rests_for_its_cooldown_for_who_heard_it(bot: SmallBot) -> None:
    """Others hear it meanwhile, and once the time is over so does who heard it first."""
    assert await bot.talk("tea") == "Here is your tea."
    bot.later(minutes=59)
    assert await bot.talk("tea") != "Here is your tea."
    assert await bot.talk("tea", "@bo") == "Here is your tea."
    bot.later(minutes=1)
    assert await bot.talk("tea") == "Here is your tea."


async def test_a_rehearsal_knows_no_cooldown_and_no_talk(bot: SmallBot) -> None:
    """It tells what the rules say by themselves, whatever was said before, and stores nothing."""
    await bot.talk("tea")
    before = await bot.outbox()
    assert (await rehearsed(bot, "tea")).text == "Here is your tea."
    await bot.talk("harvest season")
    assert (await rehearsed(bot, "yes")).text != "In July."
    assert (await rehearsed(bot, "start")).text.startswith("Welcome back")
    assert len(await bot.outbox()) == len(before) + 1


async def test_a_topic_alone_finds_what_was_shared_of_it(tmp_path: Path) -> None:
    """Nobody needs to know a rule's words; where the archive has nothing, that is no find."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES[:1]))
        async with small_bot(write_config(tmp_path / "config", feeds=[url], rules=RULES + MORE), Hands()) as bot:
            await bot.gather()
            row = (await bot.fill("one")).outbox
            await bot.deliver()
            (post,) = await bot.posts()
            assert post.url is not None
            assert (await bot.talk("rain")).endswith(post.url)
            assert post.url not in await bot.talk("violins")
            assert await bot.talk("whose is it", about=row) == "It is of Small Sounds, one of 1 feed."
            assert await bot.talk("whose is it", about=999) == "I can't tell any more."


async def test_feeds_are_counted_as_people_count(bot: SmallBot) -> None:
    """None is “0 feeds”."""
    assert await bot.talk("what do you read") == "I read 0 feeds."


async def test_the_owner_teaches_by_an_answer_not_by_a_greeting(bot: SmallBot) -> None:
    """After the list of who waits, words that no rule knows are the answer; words that one knows are just that."""
    await bot.talk("will it rain tomorrow afternoon?")
    await bot.talk("unanswered", "@me", owner=True)
    rules = len(bot.stories.engine.rules)
    assert await bot.talk("hello", "@me", owner=True) == "Hello me, nice to meet you."
    assert len(bot.stories.engine.rules) == rules
    assert (await rehearsed(bot, "Take an umbrella with you", owner=True)).match.stage != "owner"
