"""M1-M4 of the fault battery: mentions that come twice, in droves, in circles, or from people who are gone."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.prove.mastodon_server import MastodonServer
from tests.faults.rig import Rig, rig


async def test_m1_redelivered_reordered_and_edited_mentions_are_answered_once(tmp_path: Path) -> None:
    """Whatever order they come in, however often, with whatever words the second time: one reply each."""
    async with rig(tmp_path, "readable", more="caps = { person = false, account = false }") as bot:
        for name in ("m3", "m1", "m2", "m1", "m3", "m2", "m1"):
            await bot.hear("readable", name, f"hello {name}")
        await bot.reply()
        await bot.hear("readable", "m2", "hello, edited since")
        await bot.reply()
        await bot.settle("readable")
        assert sorted(row.post.reply_to or "" for row in bot.rows("readable")) == ["m1", "m2", "m3"]
        assert len(bot.servers["readable"].there()) == 3


async def test_m1_a_cursor_that_is_lost(tmp_path: Path) -> None:
    """Where a platform tells everything from the beginning again, nobody is answered again."""
    async with rig(tmp_path, "readable") as bot:
        for number in range(4):
            await bot.hear("readable", f"m{number}", author=f"@p{number}@example.net", cursor=str(number))
        await bot.reply()
        assert bot.store.mentions.cursor("readable") == "3"
        for number in range(5):
            await bot.hear("readable", f"m{number}", author=f"@p{number}@example.net", cursor=str(number))
        await bot.reply()
        assert len(bot.rows("readable")) == 5


async def test_m1_a_crash_between_hearing_and_answering(tmp_path: Path) -> None:
    """What was acknowledged is answered by the next life, in the same words that a retry would have said."""
    async with rig(tmp_path, "readable") as bot:
        await bot.hear("readable", "m1")
        await bot.again()
        await bot.reply()
        said = bot.rows("readable")[0].post.text
        await bot.again()
        await bot.reply()
        assert [row.post.text for row in bot.rows("readable")] == [said]


async def crowd(bot: Rig, size: int) -> None:
    """So many people at once, and everybody's answer."""
    said = (bot.hear("readable", f"m{number}", author=f"@p{number}@example.net") for number in range(size))
    heard = await asyncio.gather(*said)
    assert len({one.id for one in heard}) == size
    await bot.reply()
    waiting = bot.store.mentions.unanswered(limit=size)
    answers = [row for row in bot.rows("readable") if row.kind == "reply"]
    # Within the account's cap people are answered; the others are told nothing wrong, and are on the owner's list.
    assert len(answers) + len(waiting) >= size
    assert all(one.kind == "reply" for one in answers)


async def test_m2_a_crowd_is_heard_to_the_last(tmp_path: Path) -> None:
    """1,000 mentions at once: all are stored, each is answered or on the owner's list."""
    async with rig(tmp_path, "readable") as bot:
        await crowd(bot, 1_000)


@pytest.mark.slow
async def test_m2_ten_thousand_at_once(tmp_path: Path) -> None:
    """The same with 10,000."""
    async with rig(tmp_path, "readable") as bot:
        await crowd(bot, 10_000)


async def test_m3_another_bot_is_answered_once_a_day(tmp_path: Path) -> None:
    """Two bots that answer each other's answers stop after one round, and may begin again tomorrow."""
    async with rig(tmp_path, "readable") as bot:
        for number in range(20):
            await bot.hear("readable", f"m{number}", author="@other@bots.example", bot=True)
            await bot.reply()
            bot.wait(minutes=1)
        assert len(bot.rows("readable")) == 1
        bot.wait(days=1)
        await bot.hear("readable", "tomorrow", author="@other@bots.example", bot=True)
        await bot.reply()
        assert len(bot.rows("readable")) == 2


async def test_m3_a_ring_that_hides_being_bots_stops_at_the_threads_cap(tmp_path: Path) -> None:
    """Three accounts that answer in turn, in one thread: four answers, and one pause notice for each at most."""
    async with rig(tmp_path, "readable", more="caps = { person = false, account = false, thread = 4 }") as bot:
        for number in range(30):
            author = f"@ring{number % 3}@bots.example"
            await bot.hear("readable", f"m{number}", author=author, thread="t1")
            await bot.reply()
        assert 4 <= len(bot.rows("readable")) <= 4 + 3


async def test_m3_its_own_words_are_not_answered(tmp_path: Path) -> None:
    """A platform that tells the bot of its own posts doesn't set it talking to itself."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        assert isinstance(server, MastodonServer)
        said = server.say("@bot", "I am talking to myself"), server.say("@ann@example.net", "and I to you")
        async with asyncio.timeout(20), aclosing(bot.stories.publishers["mastodon"].mentions("0")) as mentions:  # type: ignore[attr-defined]
            _, mention = await anext(mentions)
        assert (mention.remote_id, mention.author) == (said[1].id, "@ann@example.net")


async def test_m4_a_mention_that_was_deleted_is_done(tmp_path: Path) -> None:
    """A reply to what isn't there any more is refused for good: said once, tried once, and the others go on."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        gone = server.say("@ann@example.net", "hello")
        stays = server.say("@bob@example.net", "hello")
        for said in (gone, stays):
            await bot.hear("mastodon", said.id, author=f"@{said.account}")
        server.statuses.remove(gone)
        await bot.reply()
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["refused", "sent"]
        assert server.requests == 2


async def test_m4_an_answer_is_taken_back_with_the_words_that_it_answers(tmp_path: Path) -> None:
    """Ann deletes what she said: our answer goes too, once the platform lets it, over a crash; other answers stay."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        gone, stays = server.say("@ann@example.net", "hello"), server.say("@bob@example.net", "hello")
        for said in (gone, stays):
            await bot.hear("mastodon", said.id, author=f"@{said.account}")
        await bot.reply()
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["sent", "sent"]
        server.take_back(gone)
        await bot.hear("mastodon", gone.id, "", gone=True)
        server.unsaying.script(["429 seconds", "lost, cut", "kept, 500"])
        await bot.deliver("mastodon")
        assert bot.states("mastodon") == ["sent", "sent"]
        await bot.again()
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["withdrawn", "sent"]
        assert [one.reply_to for one in server.kept] == [stays.id]


async def test_m4_a_private_word_is_answered_in_private_and_to_the_asker_alone(tmp_path: Path) -> None:
    """The visibility never widens, and of a hundred people named only the asker is tagged."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        crowd = " ".join(f"@p{number}@example.net" for number in range(100))
        said = server.say("@ann@example.net", f"hello {crowd}", visibility="direct")
        await bot.hear("mastodon", said.id, f"hello {crowd}", author="@ann@example.net", visibility="direct")
        await bot.reply()
        await bot.settle("mastodon")
        (reply,) = server.kept
        assert reply.visibility == "direct"
        assert server.pinged() == ["@ann@example.net"]


async def test_m4_who_is_blocked_or_said_stop_hears_nothing(tmp_path: Path) -> None:
    """A block by the owner and a stop by the person both end it, and count after a crash too."""
    async with rig(tmp_path, "readable") as bot:
        await bot.on.db(bot.store.mentions.block, "spam.example")
        await bot.hear("readable", "m1", author="@x@spam.example")
        await bot.hear("readable", "m2", "stop", author="@ann@example.net")
        await bot.reply()
        before = len(bot.rows("readable"))
        await bot.again()
        await bot.hear("readable", "m3", author="@ann@example.net")
        await bot.hear("readable", "m4", author="@y@spam.example")
        await bot.reply()
        assert len(bot.rows("readable")) == before <= 1
