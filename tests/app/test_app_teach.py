"""What the owner teaches: the rule's name, its test, whom it answers late, and what it may not take."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.teach import STILL_WAITING, TOO_LATE, teach, teach_more
from bot.errors import UsageError
from bot.model import Rule
from tests.servers.fixtures import Hands
from tests.servers.small_bot import SmallBot, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with a few rules, and without feeds."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        yield bot


async def taught(bot: SmallBot, when: str, reply: str = "Sugar.", *, mention: int | None = None) -> tuple[Rule, int]:
    """Teach, take the new rule in, and send what it answers."""
    rule, answered = await teach(when, reply, mention=mention, who="web", stories=bot.stories, on=bot.on)
    await bot.reload()
    await bot.deliver()
    return rule, answered


@pytest.mark.parametrize(
    ("when", "name"),
    [
        ("How do I feed bees?", "taught-how-do-i-feed"),
        ("bees", "taught-bees"),
        ("Föhn über {what}", "taught-föhn-über-what"),
        ("x" * 100, "taught-" + "x" * 60),
    ],
)
async def test_a_taught_rule_is_named_by_its_first_words(bot: SmallBot, when: str, name: str) -> None:
    """Four of them at most; words without pattern signs are an example and a test too."""
    rule, _ = await taught(bot, when)
    plain = "{" not in when
    assert (rule.id, rule.when, rule.like) == (name, (when,), (when,) if plain else ())
    assert [(test.say, test.expect) for test in rule.tests] == ([(when, name)] if plain else [])


async def test_a_name_that_is_taken_gets_a_number(bot: SmallBot) -> None:
    """The next one that is free."""
    names = [(await taught(bot, f"how do I feed ({whom})"))[0].id for whom in ("bees", "rooks", "newts")]
    assert names == ["taught-how-do-i-feed", "taught-how-do-i-feed-2", "taught-how-do-i-feed-3"]


@pytest.mark.parametrize(("when", "reply"), [("", "Sugar."), ("  ", "Sugar."), ("bees", ""), ("bees", " ")])
async def test_a_lesson_without_words_is_none(bot: SmallBot, when: str, reply: str) -> None:
    """Nothing to match, or nothing to say."""
    with pytest.raises(UsageError, match="needs words"):
        await taught(bot, when, reply)


async def test_what_another_rule_answers_is_not_taken(bot: SmallBot) -> None:
    """Neither its tests nor its very words; the refusal names it, and nothing is stored."""
    with pytest.raises(UsageError, match="greeting"):
        await taught(bot, "hello there")
    with pytest.raises(UsageError, match="greeting"):
        await taught(bot, "hi")
    with pytest.raises(UsageError, match="never closed"):
        await taught(bot, "(open")
    assert await bot.on.db(bot.on.store.rules.names) == []


async def test_a_test_that_a_lesson_breaks_is_named_with_its_rule(bot: SmallBot) -> None:
    """It may be another rule's, the fallback's above all, and is then what the owner must change."""
    rules = bot.folder / "rules.toml"
    last = '[[rules]]\nid = "last"\nwhen = ["*"]\nreply = "Hm."\ntests = [{ say = "how do I feed moths?", expect = "last" }]\n'
    rules.write_text(f"{rules.read_text('utf-8')}\n{last}", "utf-8")
    await bot.reload()
    with pytest.raises(UsageError, match=r"would take “how do I feed moths\?” from the rule 'last'"):
        await taught(bot, "how do I feed {whom}")


async def test_who_waits_is_answered_once_by_what_they_asked(bot: SmallBot) -> None:
    """Everybody whom the rule fits, and nobody else; on another day they are told which one they asked on."""
    await bot.talk("how do I feed bees")
    await bot.talk("how do I feed bees", "@bo")
    await bot.talk("will it rain tomorrow afternoon?", "@cy")
    bot.later(days=1)
    assert (await taught(bot, "how do I feed bees"))[1] == 2
    day = (bot.clock() - timedelta(days=1)).strftime("%A")
    late = [item.text for item in await bot.timeline() if item.kind == "reply" and "Sugar" in item.text]
    assert late == [f"You asked on {day}: Sugar."] * 2
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, STILL_WAITING)
    assert row.mention.author == "@cy"


async def test_who_asked_too_long_ago_or_left_is_let_go(bot: SmallBot) -> None:
    """A week is the last day; who said stop is told nothing; both leave the list."""
    await bot.talk("how do I feed bees", "@old")
    bot.later(seconds=1)
    await bot.talk("how do I feed bees", "@new")
    await bot.talk("how do I feed bees", "@gone")
    await bot.talk("stop", "@gone")
    bot.clock.now += TOO_LATE
    assert (await taught(bot, "how do I feed bees"))[1] == 1
    assert await bot.on.db(bot.on.store.mentions.unanswered, STILL_WAITING) == []


async def test_a_chosen_mention_is_answered_whatever_its_words(bot: SmallBot) -> None:
    """Its own words are what is learned where none are given; one that isn't there, or says nothing, can't be."""
    await bot.talk("wie füttere ich Bienen *jetzt*?")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, STILL_WAITING)
    rule, answered = await taught(bot, "", "Zucker.", mention=row.mention.id)
    assert (rule.when, answered) == (("wie füttere ich bienen jetzt",), 1)
    with pytest.raises(UsageError, match="no mention 99"):
        await taught(bot, "", mention=99)
    await bot.talk("?!", "@bo")
    (wordless,) = await bot.on.db(bot.on.store.mentions.unanswered, STILL_WAITING)
    with pytest.raises(UsageError, match="no words to learn"):
        await taught(bot, "", mention=wordless.mention.id)
    assert (await taught(bot, "what do you mean", "Ask me again.", mention=wordless.mention.id))[1] == 1


async def test_a_waiting_mention_may_be_one_more_way_to_say_a_rule(bot: SmallBot) -> None:
    """Then that rule answers it, and the same words from then on; a rule for the owner alone can't be said by others."""
    await bot.talk("salutations, machine")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, STILL_WAITING)
    rule, answered = await teach_more(row.mention.id, "greeting", who="web", stories=bot.stories, on=bot.on)
    assert (rule.id, answered) == ("greeting", 1)
    await bot.reload()
    assert await bot.talk("salutations, machine", "@bo") == "Hello bo, nice to meet you."
    owners = next(one.id for one in bot.stories.engine.rules if one.by == "owner")
    for name in ("nothing-of-that-name", owners):
        with pytest.raises(UsageError, match="no rule"):
            await teach_more(row.mention.id, name, who="web", stories=bot.stories, on=bot.on)
