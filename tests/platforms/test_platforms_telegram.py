"""Telegram against the contract; what is other there than on a social network stands in tests of the same names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from bot.errors import Unsure
from bot.model import Mention, Post, Secret
from bot.net import Client
from bot.platforms.telegram import platform
from bot.prove.telegram_world import GROUP
from tests.platforms.contract import CANARY, Heard, Stage
from tests.platforms.stages import telegram_stage
from tests.servers.fixtures import Hands

TOKEN = f"123456:{CANARY}"


async def heard(stage: Stage, count: int, cursor: str | None = "0") -> list[Mention]:
    """The first mentions after a cursor; by default all that the server still keeps."""
    async with aclosing(stage.open().mentions(cursor)) as mentions:
        return [(await anext(mentions))[1] for _ in range(count)]


def answer_to(stage: Stage, mention: Mention, text: str = "Hello Ann!", **more: Any) -> Post:
    """An answer as the second story makes it."""
    return stage.post(
        text,
        None,
        reply_to=mention.remote_id,
        reply_to_author=mention.author,
        reply_context=mention.context,
        visibility=mention.visibility,
        **more,
    )


class TestTelegram(Heard):
    """A bot that posts to a channel, and is spoken to in a group and in private."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {"token": Secret(TOKEN), "chat": "@proof"}
    calls = r"(?<!\w)[@/#]\w+"

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        async with telegram_stage(make_client, clock) as stage:
            yield stage

    async def test_our_own_words_are_no_mention(self, stage: Stage) -> None:
        """M3: what we say ourselves is never answered; another bot is known as one."""
        stage.server.say("@bot", "talking to myself")
        stage.server.say("@robot", "beep", bot=True)
        (mention,) = await heard(stage, 1)
        assert (mention.author, mention.bot) == (str(stage.server.people["@robot"]), True)

    async def test_a_mention_is_whole_and_harmless(self, stage: Stage) -> None:
        """The text is plain, without our name; the author is a number, which nobody can give away."""
        stage.server.say("@ann", '<script>alert("x")</script> what about <b>tides</b> & waves?\n\nSecond paragraph')
        (mention,) = await heard(stage, 1)
        assert mention.text == '<script>alert("x")</script> what about <b>tides</b> & waves?\nSecond paragraph'
        assert mention.author == str(stage.server.people["@ann"])
        assert (mention.account, mention.name, mention.bot, mention.language) == ("acc", "Ann", False, "en")
        assert mention.at == stage.clock()

    @pytest.mark.parametrize(("chat", "visibility"), [(None, None), (0, "direct")])
    async def test_visibility_is_never_widened(  # type: ignore[override]
        self, stage: Stage, chat: int | None, visibility: str | None
    ) -> None:
        """M4: an answer goes where the words were said, and what was said in private is known to be."""
        said = stage.server.say("@ann", "hello", chat=chat)
        (mention,) = await heard(stage, 1)
        assert mention.visibility == visibility
        await stage.open().publish(answer_to(stage, mention))
        (kept,) = stage.server.kept
        assert kept.asked["chat_id"] == said.chat

    async def test_a_reply_tags_the_asker_alone_and_is_found(self, stage: Stage) -> None:
        """It answers what was asked, and speaks to nobody else; nobody can find it again, and it says so."""
        said = stage.server.say("@ann", "hello, and @cat_cat too")
        (mention,) = await heard(stage, 1)
        post = answer_to(stage, mention, "Hello Ann! @cat_cat says hi, /start and /help@starfish_bot")
        await stage.open().publish(post)
        assert stage.server.kept[0].reply_to == said.id
        assert (stage.server.pinged(), stage.server.commands()) == ([], [])
        with pytest.raises(Unsure):
            await stage.open().find(post)

    async def test_the_same_answer_to_two_people_is_two(self, stage: Stage) -> None:
        """An answer is known by what it answers."""
        said = [stage.server.say(name, "hello") for name in ("@ann", "@cat")]
        account = stage.open()
        for mention in await heard(stage, 2):
            await account.publish(answer_to(stage, mention, key=mention.remote_id))
        assert [one.reply_to for one in stage.server.kept] == [one.id for one in said]

    async def test_a_conversation_goes_on_over_our_answers(self, stage: Stage) -> None:
        """Who answers our answer is in the same thread; after a restart a new one begins, and nothing is lost."""
        first = stage.server.say("@ann", "hello")
        account = stage.open()
        async with aclosing(account.mentions("0")) as mentions:
            _, mention = await anext(mentions)
            receipt = await account.publish(answer_to(stage, mention))
            stage.server.say("@ann", "and?", chat=GROUP["id"], reply_to=receipt.remote_id)
            cursor, second = await anext(mentions)
        assert (second.in_reply_to, second.thread) == (receipt.remote_id, first.id)
        stage.server.say("@ann", "and then?", reply_to=receipt.remote_id)
        (third,) = await heard(stage, 1, cursor)
        assert third.thread == receipt.remote_id

    async def test_a_part_of_a_thread_follows_the_part_before_it(self, stage: Stage) -> None:
        """It answers our own post in the channel."""
        account = stage.open()
        receipt = await account.publish(stage.post())
        await account.publish(replace(stage.post("Part two.", None), reply_to=receipt.remote_id))
        assert stage.server.kept[1].reply_to == receipt.remote_id
