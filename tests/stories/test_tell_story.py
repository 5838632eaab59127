"""The third walk: what was promised is told, once: follows, reminders, late answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import tell
from bot.app.teach import teach
from bot.errors import UsageError
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import PIECES, SmallBot, Troubled, rss, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot that read a dozen articles."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES))
        async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
            await bot.gather()
            yield bot


async def share_all(bot: SmallBot) -> None:
    for number in range(len(PIECES)):
        await bot.fill(f"n{number}")
        await bot.deliver()


async def test_a_follower_is_told_of_what_is_shared_on_their_topic(bot: SmallBot) -> None:
    """Each matching post once, with title, link and the way to end it; what doesn't match is not told."""
    assert await bot.talk("follow rain") == "I will tell you of rain."
    await share_all(bot)
    assert await bot.tell() >= 1
    told = [item for item in await bot.timeline() if "You follow" in item.text]
    assert any("Rain under a bridge" in item.text for item in told)
    assert all(item.kind == "reply" and "`unfollow rain`" in item.text for item in told)
    assert await bot.tell() == 0


async def test_a_headline_calls_nobody(tmp_path: Path) -> None:
    """What a feed wrote into a title pings nobody when a follower is told of it, nor does what the follower wrote."""
    async with FeedServer() as server:
        loud = replace(PIECES[0], title="Rain, by @bob@example.social, #now at https://evil.example/x")
        url = server.put("/feed", rss([loud]))
        async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
            await bot.gather()
            await bot.talk("follow rain @cyd")
            await bot.talk("follow rain")
            await bot.fill("n1")
            await bot.deliver()
            assert await bot.tell() >= 1
            told = [item.text for item in await bot.timeline() if "You follow" in item.text]
            assert "Rain, by bob@example" in told[0]
            assert not any(sign in text for text in told for sign in (" @", "#", "evil.example"))


async def test_nobody_is_told_more_than_three_times_a_day(bot: SmallBot) -> None:
    """A topic that everything matches is a favour, not a flood: three messages in a local day."""
    for topic in ("the", "a", "and"):
        await bot.talk(f"follow {topic}")
    await share_all(bot)
    await bot.tell()
    assert sum("You follow" in item.text for item in await bot.timeline()) == 3


async def test_who_follows_hears_of_what_comes_and_not_of_what_was(bot: SmallBot) -> None:
    """What was shared before they asked is no news."""
    await share_all(bot)
    assert await bot.tell() == 0
    await bot.talk("follow rain")
    assert await bot.tell() == 0


async def test_where_nobody_may_be_spoken_to_unasked_nobody_is(bot: SmallBot) -> None:
    """What was promised before a platform forbade it is not kept there: neither a topic nor a reminder."""
    assert await bot.talk("follow rain") == "I will tell you of rain."
    await bot.talk("remind me in 2 hours")
    assert len(await bot.on.db(bot.on.store.promises.reminders, "timeline", "@ann")) == 1
    await share_all(bot)
    bot.later(hours=3)
    limits = {name: replace(one, unsolicited=False) for name, one in bot.stories.telling.limits.items()}
    assert await tell.tell(replace(bot.stories.telling, limits=limits), bot.clock()) == 0


async def test_unfollow_and_stop_end_it(bot: SmallBot) -> None:
    """Who unfollowed, or said stop, hears nothing of what comes after."""
    await bot.talk("follow rain", "@ann")
    await bot.talk("follow rain", "@bo")
    assert await bot.talk("unfollow rain", "@ann") == "No more of rain."
    await bot.talk("stop", "@bo")
    await share_all(bot)
    assert await bot.tell() == 0


async def test_a_reminder_comes_once_at_its_time(bot: SmallBot) -> None:
    """Not before, then once, with the words that were said, defused."""
    await bot.talk("remind me in 2 hours")
    assert await bot.tell() == 0
    bot.later(hours=2, minutes=1)
    assert await bot.tell() == 1
    assert await bot.tell() == 0
    (reminder,) = [item for item in await bot.timeline() if "to remind you" in item.text]
    assert reminder.in_reply_to == 1


async def test_a_time_that_nobody_understands_is_asked_back(bot: SmallBot) -> None:
    """Where the rule finds no time, its `else` speaks and nothing is promised."""
    assert await bot.talk("remind me sometime or other") == "When?"
    bot.later(days=400)
    assert await bot.tell() == 0


async def test_a_taught_rule_answers_those_who_waited_once(bot: SmallBot) -> None:
    """Both who asked are answered late, the one from yesterday with the day; a second teaching answers nobody again."""
    await bot.talk("how do I feed bees", "@ann")
    bot.later(hours=20)
    await bot.talk("how do I feed bees", "@bo")
    bot.later(hours=5)
    rule, answered = await teach("how do I feed bees", "Sugar.", who="web", stories=bot.stories, on=bot.on)
    assert (rule.origin, answered) == ("web", 2)
    await bot.deliver()
    late = [item.text for item in await bot.timeline() if item.text.endswith("Sugar.")]
    assert late == ["You asked on Sunday: Sugar.", "Sugar."]
    await bot.reload()
    assert await bot.talk("how do I feed bees", "@cy") == "Sugar."
    with pytest.raises(UsageError):
        await teach("how do I feed bees", "Honey.", who="web", stories=bot.stories, on=bot.on)
    await bot.deliver()
    assert sum(item.text.endswith("Sugar.") for item in await bot.timeline()) == 3


async def test_an_answer_for_one_mention_is_given_to_it(bot: SmallBot) -> None:
    """Teaching from a mention's own place answers it although the pattern says something else."""
    await bot.talk("are you there at all, little star")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 5)
    _, answered = await teach(
        "are you there *", "I am here.", mention=row.mention.id, who="web", stories=bot.stories, on=bot.on
    )
    assert answered == 1
    await bot.deliver()
    assert (await bot.timeline())[-1].text == "I am here."


async def test_a_mistake_of_ours_about_one_follower_keeps_no_other_from_being_told(bot: SmallBot) -> None:
    """They are told of what comes next, and nothing is tried again and again."""
    for author in ("@ann", "@ben"):
        await bot.talk("follow rain", author)
    await share_all(bot)
    telling = replace(bot.stories.telling, limits=Troubled(bot.stories.telling.limits, times=1))
    told = await tell.tell(telling, bot.clock())
    assert told >= 1
    assert await tell.tell(telling, bot.clock()) == 0
    await bot.deliver()
    replies = [item for item in await bot.timeline() if "You follow" in item.text]
    assert len(replies) == told
