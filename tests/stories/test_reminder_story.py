"""Reminders from asking to taking back: said clearly, kept to the asker, and never held back once they are on their way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import answer, tell
from bot.act import MOST_REMINDERS
from tests.servers.fixtures import Hands
from tests.servers.small_bot import RULES, SmallBot, Troubled, small_bot, write_config

MORE = """
[[rules]]
id = "remind-clearly"
when = ["ping me {when}", "ping me"]
do = "remind"
reply = "{moment}."
else = "When?"

[[rules]]
id = "when"
after = "remind-clearly"
when = ["in *", "tomorrow *"]
do = "remind"
reply = "{moment}."
else = "When?"

[[rules]]
id = "reminders"
when = ["my reminders"]
do = "reminders"
reply = "{list}"
else = "None."

[[rules]]
id = "unremind"
when = ["cancel [my] reminder", "cancel {which} reminders", "cancel reminder {which}"]
do = "unremind"
reply = "Gone: {list}"
else = "Nothing to take back."
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot that takes reminders, lists them, and lets go of them."""
    async with small_bot(write_config(tmp_path / "config", rules=RULES + MORE), Hands()) as bot:
        yield bot


async def test_the_time_that_was_understood_is_told(bot: SmallBot) -> None:
    """With its zone, whatever zone it was said in; a time that comes again and again is none."""
    assert await bot.talk("ping me tomorrow at 9 am EST") == "Monday 23 November at 14:00 GMT."
    assert await bot.talk("ping me in 2 hours") == "today at 14:00 GMT."
    assert await bot.talk("ping me every day at 9") == "When?"


async def test_the_answer_to_when_is_the_time(bot: SmallBot) -> None:
    """A rule that follows the question takes the whole message as the time."""
    assert await bot.talk("ping me") == "When?"
    assert await bot.talk("in 2 hours") == "today at 14:00 GMT."


async def test_a_reminder_that_was_taken_back_never_comes(bot: SmallBot) -> None:
    """The one there is needs no number; what it was is told."""
    await bot.talk("ping me tomorrow at 9 to water the plants")
    assert await bot.talk("cancel my reminder") == "Gone: Monday 23 November at 09:00 GMT, “to water the plants”"
    bot.later(days=3)
    assert await bot.tell() == 0
    assert await bot.talk("cancel my reminder") == "Nothing to take back."


async def test_of_several_it_is_asked_which(bot: SmallBot) -> None:
    """Nothing is taken back by a guess; a number, words of it, or "all" say it."""
    await bot.talk("ping me tomorrow to call mum")
    await bot.talk("ping me in 2 days about tea")
    await bot.talk("ping me in 3 days")
    said = await bot.talk("cancel my reminder")
    assert said.startswith("Which one, ann? 1: Monday 23 November at 09:00 GMT, “to call mum”; 2: ")
    assert said.endswith("Say: cancel reminder 1, or: cancel all reminders")
    assert "“tea”" in await bot.talk("cancel reminder about tea")
    assert (await bot.talk("cancel reminder 1")).startswith("Gone: Monday")
    assert (await bot.talk("my reminders")).startswith("3: Wednesday 25 November at ")
    await bot.talk("ping me in 4 days")
    assert "; " in await bot.talk("cancel all reminders")
    assert await bot.talk("my reminders") == "None."


async def test_nobody_sees_or_ends_what_others_asked_for(bot: SmallBot) -> None:
    """Neither by its number nor by all."""
    await bot.talk("ping me in 2 hours", "@ann")
    assert await bot.talk("my reminders", "@bo") == "None."
    assert await bot.talk("cancel reminder 1", "@bo") == "Nothing to take back."
    await bot.talk("ping me in 3 hours", "@bo")
    assert (await bot.talk("cancel reminder 1", "@bo")).startswith("Which one, bo? ")
    await bot.talk("cancel all reminders", "@bo")
    bot.later(hours=2, minutes=1)
    assert await bot.tell() == 1


async def test_what_is_on_its_way_is_not_held_back_and_that_is_said(bot: SmallBot) -> None:
    """Once it is being sent nobody can tell whether it arrived: it comes once, and the asker knows."""
    await bot.talk("ping me in 2 hours")
    await bot.talk("ping me in 9 hours")
    bot.later(hours=2, minutes=1)
    (due,) = await bot.on.db(bot.on.store.promises.due_reminders, bot.clock())
    asked = await bot.on.db(bot.on.store.mentions.get, due.mention)
    assert asked is not None
    await bot.hear("cancel all reminders", key="late")
    await tell.tell(bot.stories.telling, bot.clock())
    assert await bot.on.db(bot.on.store.outbox.claim, "timeline", bot.clock()) is not None
    await answer.answer_waiting(bot.stories.answering)
    assert "One more is on its way to you right now" in (await bot.outbox())[-1].post.text
    await bot.hear("cancel reminder 1", key="later")
    await answer.answer_waiting(bot.stories.answering)
    assert (await bot.outbox())[-1].post.text.startswith("Too late, ann: that reminder is on its way")


async def test_nobody_is_reminded_without_end(bot: SmallBot) -> None:
    """Over the bound the wish is turned down, with the way to make room."""
    for number in range(MOST_REMINDERS):
        bot.later(seconds=5)
        assert "2026" not in await bot.talk(f"ping me in {number + 2} hours")
    said = await bot.talk("ping me in 50 hours")
    assert said.startswith(f"You have {MOST_REMINDERS} reminders waiting, ann")
    assert len(await bot.on.db(bot.on.store.promises.reminders, "timeline", "@ann")) == MOST_REMINDERS


async def test_a_reminder_says_what_it_is_about_and_not_when(bot: SmallBot) -> None:
    """The time has come, so only the matter is said, in words that read on."""
    for words in ("ping me in 1 hour", "ping me in 1 hour to call mum", "ping me in 1 hour about the tea"):
        await bot.talk(words)
    bot.later(hours=1, minutes=1)
    assert await bot.tell() == 3
    assert [item.text for item in await bot.timeline()][-3:] == [
        "You asked me today to remind you of this.",
        "You asked me today to remind you to call mum.",
        "You asked me today to remind you: the tea.",
    ]


async def test_a_reminder_counts_days_where_its_owner_lives(bot: SmallBot) -> None:
    """Noon in London is the next day in Kiritimati, for the asking and for the reminder alike."""
    await bot.talk("ping me in 3 hours")
    bot.later(hours=3, minutes=1)
    await tell.tell(replace(bot.stories.telling, zone=ZoneInfo("Pacific/Kiritimati")), bot.clock())
    assert (await bot.outbox())[-1].post.text == "You asked me today to remind you of this."


@pytest.mark.parametrize(("days", "day"), [(6, "on Sunday"), (7, "on 22 November"), (200, "on 22 November")])
async def test_a_reminder_says_when_it_was_asked_for(bot: SmallBot, days: int, day: str) -> None:
    """By a weekday only as long as that names one day."""
    await bot.talk(f"ping me in {days} days")
    bot.later(days=days, hours=2)
    await bot.tell()
    assert (await bot.timeline())[-1].text == f"You asked me {day} to remind you of this."


async def test_a_mistake_of_ours_about_one_reminder_keeps_nobody_elses(bot: SmallBot) -> None:
    """It ends, its asker waits for the owner's word, and all others are reminded."""
    for author in ("@ann", "@ben"):
        await bot.talk("ping me in 1 hour to call mum", author)
    bot.later(hours=1, minutes=1)
    telling = replace(bot.stories.telling, limits=Troubled(bot.stories.telling.limits, times=1))
    assert await tell.tell(telling, bot.clock()) == 1
    assert await tell.tell(telling, bot.clock()) == 0
    await bot.deliver()
    assert (await bot.timeline())[-1].text == "You asked me today to remind you to call mum."
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert (row.mention.author, row.reason) == ("@ann", "our mistake")
