"""What is known of a mention before it is answered: whose it is, which post it is about, and whether it still stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import answer
from bot.model import Caps, Mention, Post, Rate, Receipt
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, SmallBot, small_bot, write_config

OWNED = """
[[accounts]]
name = "club"
platform = "webhook"
url = "http://127.0.0.1:9/"
owner = "@ann@a.example"
caps = { account = "2/h" }

[[accounts]]
name = "guild"
platform = "webhook"
url = "http://127.0.0.1:9/"
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot on its own timeline and in two places elsewhere; the owner's full id is known in one of them."""
    async with small_bot(write_config(tmp_path / "config", accounts=LOCAL + OWNED), Hands()) as bot:
        yield bot


async def heard(bot: SmallBot, account: str, author: str, **more: object) -> Mention:
    """Take a mention in, and give what is stored of it."""
    words: dict[str, object] = {"text": "why", "remote_id": f"{author} {bot.clock()}", **more}
    received = await answer.receive(
        Mention(account=account, author=author, at=bot.clock(), **words),  # type: ignore[arg-type]
        bot.stories.answering,
    )
    stored = await bot.on.db(bot.on.store.mentions.get, received.id)
    assert stored is not None
    return stored


async def posted(bot: SmallBot, account: str, number: str, *, reply: bool = False) -> int:
    """Say something there that the platform gives a number; gives ours."""
    post = Post(account=account, text="A word.", dedupe_key=number)
    row = await bot.on.db(bot.on.store.outbox.put, post, "reply" if reply else "post", now=bot.clock())
    assert row is not None
    assert await bot.on.db(bot.on.store.outbox.claim, account, now=bot.clock()) is not None
    assert await bot.on.db(bot.on.store.outbox.settle_sent, row, Receipt(remote_id=number), now=bot.clock())
    return row


async def test_the_owner_is_known_by_their_full_id_alone(bot: SmallBot) -> None:
    """Not by a part of it, not by what a platform claims of somebody else, and not where no owner is named."""
    assert (await heard(bot, "club", "@ann@a.example")).owner
    assert not (await heard(bot, "club", "@ann@b.example")).owner
    assert not (await heard(bot, "club", "@ann", owner=True)).owner
    assert not (await heard(bot, "guild", "@ann@a.example", owner=True)).owner


async def test_on_our_own_timeline_the_login_tells_the_owner(bot: SmallBot) -> None:
    """There a name is only a claim, and who is logged in is the owner under any."""
    assert (await heard(bot, "timeline", "@somebody", owner=True)).owner
    assert not (await heard(bot, "timeline", "@ann@a.example")).owner


async def test_a_reply_is_about_the_post_of_that_account(bot: SmallBot) -> None:
    """Two platforms may give two posts of ours the same number; the one of the place where it was said is meant."""
    club, guild = await posted(bot, "club", "7"), await posted(bot, "guild", "7")
    assert club != guild
    assert (await heard(bot, "club", "@bo", in_reply_to="7")).about == club
    assert (await heard(bot, "guild", "@bo", in_reply_to="7")).about == guild


async def test_only_a_reply_to_a_post_is_about_one(bot: SmallBot) -> None:
    """A word to an answer of ours, to somebody else, or to nobody is about no post."""
    await posted(bot, "club", "8", reply=True)
    for number, to in enumerate(("8", "9", "", None)):
        assert (await heard(bot, "club", "@bo", remote_id=str(number), in_reply_to=to)).about is None


async def test_what_the_platform_knows_itself_is_kept(bot: SmallBot) -> None:
    """Where it says which of our posts is meant, nothing is looked up."""
    first, second = await posted(bot, "club", "1"), await posted(bot, "club", "2")
    assert (await heard(bot, "club", "@bo", about=first, in_reply_to="2")).about == first
    assert second != first


async def test_what_was_taken_back_is_no_news(bot: SmallBot) -> None:
    """It is the mention that was known, or none where nothing was ever heard."""
    said = await heard(bot, "club", "@bo", remote_id="1")
    gone = Mention(account="club", remote_id="1", author="@bo", text="", at=bot.clock(), gone=True)
    answering = bot.stories.answering
    assert await answer.receive(gone, answering) == answer.Heard(id=said.id, new=False)
    never = Mention(account="guild", remote_id="1", author="@bo", text="", at=bot.clock(), gone=True)
    assert await answer.receive(never, answering) == answer.Heard(id=0, new=False)


async def waiting(bot: SmallBot) -> list[str]:
    """Answer all who wait; gives why those wait on who were held back."""
    await answer.answer_waiting(bot.stories.answering)
    return [row.reason for row in await bot.on.db(bot.on.store.mentions.unanswered, 10)]


async def test_an_account_says_no_more_than_its_cap_within_the_hour(bot: SmallBot) -> None:
    """Not when ten strangers ask in the same moment either; the hour after, there is room again."""
    assert bot.stories.answering.accounts["club"].caps == Caps(account=Rate(count=2, per=timedelta(hours=1)))
    for number in range(10):
        await heard(bot, "club", f"@p{number}", text="hello")
    assert await waiting(bot) == ["capped"] * 8
    bot.later(hours=1, minutes=1)
    await heard(bot, "club", "@ed", text="hello")
    assert await waiting(bot) == ["capped"] * 8


async def test_those_answered_before_count_once(bot: SmallBot) -> None:
    """One after the other or together, the second still has room under a cap of two, and the third has none."""
    await heard(bot, "club", "@bo", text="hello")
    assert await waiting(bot) == []
    await heard(bot, "club", "@cy", text="hello")
    assert await waiting(bot) == []
    await heard(bot, "club", "@di", text="hello")
    assert await waiting(bot) == ["capped"]


async def test_a_crowd_in_one_thread_gets_what_one_person_gets(bot: SmallBot) -> None:
    """Four answers, however many speak at once; who speaks in no thread, or in another, is not of that crowd."""
    for number in range(6):
        await heard(bot, "guild", f"@p{number}", text="hello", thread="t")
    for number in range(6, 12):
        await heard(bot, "guild", f"@p{number}", text="hello")
    await heard(bot, "guild", "@bo", text="hello", thread="u")
    assert await waiting(bot) == ["capped"] * 2


async def test_the_word_that_we_pause_holds_for_the_persons_window(tmp_path: Path) -> None:
    """Once in it however much is said, and again in the next one; who speaks in no thread is under no thread's cap."""
    accounts = OWNED.replace('caps = { account = "2/h" }', 'caps = { person = "1/m", thread = 1 }')
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:
        told = []
        for _ in range(2):
            for number in range(4):
                await heard(bot, "club", "@bo", text="hello", remote_id=f"{bot.clock()} {number}")
                await waiting(bot)
                bot.later(seconds=10)
            told.append(len(await bot.outbox()))
            bot.later(minutes=1)
        assert told == [2, 4]  # an answer and the word, each time
