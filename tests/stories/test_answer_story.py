"""The second walk: a mention is stored, guarded, matched, and answered once, whoever asks whatever."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import answer
from bot.core.text import measure
from bot.platforms.local import LIMITS
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, SmallBot, rss, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with rules and without feeds."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        yield bot


async def test_a_mention_walks_to_its_answer(bot: SmallBot) -> None:
    """Stored before anything else, matched by a rule, answered on the timeline under the mention it answers."""
    heard = await bot.hear("Hello there!")
    assert heard.new
    (mention,) = await bot.timeline()
    assert (mention.kind, mention.id) == ("mention", heard.timeline)

    assert await answer.answer_waiting(bot.stories.answering) == 1
    assert await bot.deliver() == 1
    _, reply = await bot.timeline()
    assert (reply.kind, reply.text) == ("reply", "Hello ann, nice to meet you.")
    assert reply.in_reply_to == mention.id
    assert await answer.answer_waiting(bot.stories.answering) == 0


async def test_who_has_no_name_is_greeted_all_the_same(bot: SmallBot) -> None:
    """A handle of which no name is left leaves no hole in the sentence."""
    await bot.hear("Hello!", author="@")
    await answer.answer_waiting(bot.stories.answering)
    await bot.deliver()
    _, reply = await bot.timeline()
    assert reply.text == "Hello there, nice to meet you."


@pytest.mark.parametrize("author", ["@starfish", "starfish", "@Starfish"])
async def test_the_bot_never_answers_itself(bot: SmallBot, author: str) -> None:
    """Who speaks under the bot's own name on its own page is heard and not answered, so that nothing runs in circles."""
    assert await bot.talk("hello", author=author) == ""
    assert [item.kind for item in await bot.timeline()] == ["mention"]
    assert await bot.talk("hello", author="@starfishes")


async def test_the_same_mention_twice_is_one(bot: SmallBot) -> None:
    """The platform may tell an event again, before the answer and after it: one mention, one reply."""
    first = await bot.hear("hello", key="k")
    again = await bot.hear("hello", key="k")
    assert (again.new, again.id, again.timeline) == (False, first.id, first.timeline)
    await answer.answer_waiting(bot.stories.answering)
    await bot.deliver()
    await bot.hear("hello", key="k")
    await answer.answer_waiting(bot.stories.answering)
    await bot.deliver()
    assert [item.kind for item in await bot.timeline()] == ["mention", "reply"]


async def test_whom_no_rule_fits_gets_an_honest_word_and_a_place_on_the_list(bot: SmallBot) -> None:
    """The fallback answers, and the owner sees the mention with the reason."""
    assert await bot.talk("what is the capital of Peru")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert (row.mention.text, row.reason) == ("what is the capital of Peru", "no rule")


async def test_a_mention_from_yesterday_is_kept_for_the_owner(bot: SmallBot) -> None:
    """Too late to answer at once: no reply, and it stands on the list as late."""
    await bot.hear("hello")
    bot.later(hours=25)
    await answer.answer_waiting(bot.stories.answering)
    assert await bot.deliver() == 0
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert row.reason == "late"


async def test_stop_is_for_good_and_start_undoes_it(bot: SmallBot) -> None:
    """After stop there is silence, whatever is said; after start there are answers again."""
    assert await bot.talk("stop")
    assert await bot.talk("hello") == ""
    assert await bot.talk("hello", "@bo") != ""
    assert await bot.talk("start")
    assert await bot.talk("hello") == "Hello ann, nice to meet you."


async def test_who_never_stopped_is_no_one_who_comes_back(bot: SmallBot) -> None:
    """On some platforms `start` is everybody's first word: it is a greeting, until it undoes a `stop`."""
    assert (await bot.talk("start")).startswith("Hello ann, good to have you here.")
    await bot.talk("stop")
    assert (await bot.talk("start")).startswith("Welcome back, ann.")


async def test_the_blocked_get_no_answer(bot: SmallBot) -> None:
    """A blocked person is not answered, one of another name is."""
    await bot.on.db(bot.on.store.mentions.block, "@ann")
    assert await bot.talk("hello") == ""
    assert await bot.talk("hello", "@anna") != ""


async def test_over_the_cap_is_told_once_and_kept(tmp_path: Path) -> None:
    """Beyond their cap a person is told once that we pause, and the rest waits for the owner; others go on."""
    accounts = LOCAL + 'caps = { person = "3/h" }\n'
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:
        replies = [await bot.talk("hello") for _ in range(8)]
        assert replies[:3] == ["Hello ann, nice to meet you."] * 3
        assert replies[3] not in ("", replies[0])
        assert replies[4:] == [""] * 4
        assert await bot.talk("hello", "@bo") == "Hello bo, nice to meet you."
        kept = await bot.on.db(bot.on.store.mentions.unanswered, 10)
        assert {row.reason for row in kept} == {"capped"}
        assert len(kept) == 5
        bot.later(hours=1, minutes=1)
        assert await bot.talk("hello") == "Hello ann, nice to meet you."


async def test_caps_of_a_local_account_hold_even_where_they_are_the_usual_ones(tmp_path: Path) -> None:
    """What the owner wrote counts, also where it is what other platforms have without a word."""
    accounts = LOCAL + 'caps = { person = "6/h", account = "60/h", thread = 4 }\n'
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:
        replies = [await bot.talk("hello") for _ in range(8)]
        assert replies[:6] == ["Hello ann, nice to meet you."] * 6
        assert replies[7] == ""


async def test_a_reply_to_a_post_is_explained(tmp_path: Path) -> None:
    """`why` under a post names its feed and what spoke for it; the archive has it, of the day that it was shared."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES[:1]))
        async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
            await bot.gather()
            row = (await bot.fill("one")).outbox
            await bot.deliver()
            assert await bot.talk("why?", about=row) == (
                "It came from Small Sounds: it is 3 hours old and there is much to tell of it."
            )
            (post,) = await bot.posts()
            assert post.url is not None
            found = await bot.talk("latest on rain")
            assert found.endswith(post.url)
            bot.later(days=1)
            assert (await bot.talk("latest on rain since yesterday", "@bob")).endswith(post.url)
            assert await bot.talk("latest on rain today", "@bob") == "Nothing about rain today yet."


async def test_strangers_talk_side_by_side_and_each_in_order(bot: SmallBot) -> None:
    """Ten people, ten mentions each, all at once: a hundred answers, each person's in the order asked."""
    for number in range(100):
        await bot.hear(f"say {number}", f"@p{number % 10}")
    await answer.answer_waiting(bot.stories.answering)
    await bot.deliver()
    items = await bot.timeline()
    replies = [item for item in items if item.kind == "reply"]
    assert sorted(reply.in_reply_to or 0 for reply in replies) == [one.id for one in items if one.kind == "mention"]
    authors = {item.id: item.author for item in items}
    for person in {f"@p{number}" for number in range(10)}:
        theirs = [reply.in_reply_to or 0 for reply in replies if authors[reply.in_reply_to or 0] == person]
        assert theirs == sorted(theirs)
        assert len(theirs) == 10


HOSTILE = [
    "",
    " ",
    "\x00\x01\x02",
    "\N{RIGHT-TO-LEFT OVERRIDE}evil",
    "👩‍👩‍👧‍👦" * 400,
    "a" * 1_000_000,
    "hello " * 100_000,
    "{name} {bot.token} {0} {}",
    "<script>alert(1)</script>",
    "@everyone @here #tag https://evil.example",
    "'; DROP TABLE mentions; --",
    "(((((((((" * 1000,
    "مرحبا بالعالم",
    "你好，世界",
    "e" + "\N{COMBINING ACUTE ACCENT}" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_whatever_is_said_is_answered_within_the_limit(bot: SmallBot, text: str) -> None:
    """Control characters, a megabyte, any script: one answer, short enough, that tags nobody else."""
    reply = await bot.talk(text)
    assert reply
    assert measure(reply, LIMITS) <= 300
    assert "@everyone" not in reply


def test_any_text_gets_one_answer(tmp_path: Path) -> None:
    """Whatever the text, the rules give a reply that fits, and never raise."""
    with asyncio.Runner() as runner:
        opening = small_bot(write_config(tmp_path / "config"), Hands())
        bot = runner.run(opening.__aenter__())
        people = itertools.count()

        @settings(deadline=None, max_examples=60)
        @given(text=st.text(max_size=300))
        def answered(text: str) -> None:
            reply = runner.run(bot.talk(text, f"@p{next(people)}"))
            assert reply
            assert measure(reply, LIMITS) <= 300

        try:
            answered()
        finally:
            runner.run(opening.__aexit__(None, None, None))
