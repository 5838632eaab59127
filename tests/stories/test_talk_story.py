"""Talks in the second walk: what is passed on to the owner, what somebody follows, and when something was shared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import answer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, RULES, SmallBot, small_bot, write_config

MORE = """
[[rules]]
id = "complaint"
when = ["bad bot"]
do = "ask_owner"
reply = "I've told {owner}."

[[rules]]
id = "follows"
when = ["what do I follow"]
do = "follows"
reply = "You follow {list}."
else = "Nothing yet."

[[rules]]
id = "shared-when"
when = ["what did you share {when}"]
do = "latest"
reply = "{article.title} ({article.when})"
else = "Nothing {when}."
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with a few rules more, and without feeds."""
    async with small_bot(write_config(tmp_path / "config", rules=RULES + MORE), Hands()) as bot:
        yield bot


async def test_what_is_passed_on_stands_on_the_owners_list(bot: SmallBot) -> None:
    """A rule that says "I've told my owner" tells the truth: the mention is answered once, and waits for them."""
    assert await bot.talk("bad bot") == "I've told my owner."
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert (row.mention.text, row.reason) == ("bad bot", "passed on")
    assert await bot.deliver() == 0


async def test_the_owner_answers_what_was_passed_on_and_teaches_nothing(bot: SmallBot) -> None:
    """By its number, or by replying to the list: in their own words, once; the rule stays the only one for such words."""
    await bot.talk("bad bot")
    await bot.talk("bad bot", author="@ben")
    before = len(bot.stories.engine.rules)
    assert "“bad bot”" in await bot.talk("unanswered", author="@me", owner=True)
    assert (await bot.talk("I am sorry, what went wrong?", author="@me", owner=True)).startswith("Told.")
    assert (await bot.talk("teach 2 = Sorry, {name}.", author="@me", owner=True)).startswith("Told.")
    await bot.deliver()
    told = [(item.in_reply_to, item.text) for item in await bot.timeline() if item.kind == "reply"]
    assert (1, "I am sorry, what went wrong?") in told
    assert "Sorry, ben." in [text for _, text in told]
    assert await bot.on.db(bot.on.store.mentions.unanswered, 10) == []
    await bot.reload()
    assert len(bot.stories.engine.rules) == before
    assert "no mention" in await bot.talk("teach 999 = Sorry.", author="@me", owner=True)


async def test_who_said_stop_is_not_answered_late_either(bot: SmallBot) -> None:
    """The owner is told that nobody hears it."""
    await bot.talk("bad bot")
    await bot.talk("stop")
    assert "can't be told any more" in await bot.talk("teach 1 = Sorry.", author="@me", owner=True)


async def test_a_person_is_told_what_they_follow_and_nobody_elses_topics(bot: SmallBot) -> None:
    """In their own words, without the please, and made harmless where somebody else would be called by them."""
    assert await bot.talk("what do I follow?") == "Nothing yet."
    assert await bot.talk("follow Tape Loops, please") == "I will tell you of Tape Loops."
    bot.later(minutes=1)
    await bot.talk("follow @bob https://spam.example reverb")
    await bot.talk("follow wasps", author="@ben")
    assert await bot.talk("what do I follow?") == "You follow “Tape Loops”, “reverb”."


async def test_a_long_list_of_topics_ends_with_how_many_more(bot: SmallBot) -> None:
    """What doesn't fit into a reply is counted, and the reply ends as its rule says."""
    for number in range(20):
        await bot.talk(f"follow the many sounds of number {number}")
    said = await bot.talk("what do I follow?")
    assert said.startswith("You follow “the many sounds of number 0”, ")
    assert said.endswith(" and 15 more.")


async def test_a_day_without_anything_is_said_to_be_one(bot: SmallBot) -> None:
    """A time alone is a question for that time, not a topic."""
    assert await bot.talk("what did you share yesterday?") == "Nothing yesterday."


async def test_a_mistake_of_ours_about_one_mention_keeps_nobody_else_waiting(bot: SmallBot) -> None:
    """It goes onto the owner's list, once and not again and again, and all others are answered."""
    troubled = ["@ann"]

    def next_post(_account: str) -> None:
        if troubled:
            raise OverflowError(troubled.pop())

    for author in ("@ann", "@ben"):
        await bot.hear("hello", author)
    answering = replace(bot.stories.answering, next_post=next_post)
    assert await answer.answer_waiting(answering) == 2
    assert await answer.answer_waiting(answering) == 0
    await bot.deliver()
    assert [item.text for item in await bot.timeline() if item.kind == "reply"] == ["Hello ben, nice to meet you."]
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert (row.mention.author, row.reason) == ("@ann", "our mistake")


@pytest.mark.parametrize(
    ("cron", "said"),
    [("30 13 * * *", "today at 13:30 GMT"), ("0 9 1 * *", "Tuesday 1 December at 09:00 GMT"), ("0 9 29 2 *", "when")],
)
async def test_when_the_next_post_comes_is_told_with_its_day(tmp_path: Path, cron: str, said: str) -> None:
    """Of a rare schedule a weekday would not tell which one."""
    accounts = LOCAL.replace('every = "1h"', f'cron = "{cron}"')
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:
        assert (await bot.talk("when do you usually post")).startswith(f"Next: {said}")
