"""Answers that people like: never the same twice, nobody called who isn't asked, nothing half said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import answer
from bot.model import Mention
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, RULES, SmallBot, rss, small_bot, write_config

MORE = """
[[rules]]
id = "thanks"
when = ["thanks"]
reply = ["Any time.", "Gladly.", "Sure, {name}."]

[[rules]]
id = "newest"
when = ["newest"]
do = "latest"
reply = "{article.title}: {article.line} {article.url}"
else = "That was the pile."

[[rules]]
id = "line"
when = ["read me {topic}"]
do = "search"
reply = "{article.line}"

[[rules]]
id = "more"
about = "my_post"
when = ["tell me more"]
do = "summary"
reply = "{post.summary} {post.url}"
else = "That was all, see {post.url}"

[[rules]]
id = "quote"
when = ["quote"]
do = "quote"
reply = "{quote}"

[[rules]]
id = "feeds"
when = ["how many feeds"]
reply = "I read {feeds}."

[[rules]]
id = "owner"
when = ["who runs this"]
reply = "{owner} does."
"""

CLUB = """
[[accounts]]
name = "club"
platform = "webhook"
url = "http://127.0.0.1:9/"
owner = "@boss@example.social"
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot that has shared some of a dozen articles."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES))
        folder = write_config(tmp_path / "config", feeds=[url], rules=RULES + MORE, accounts=LOCAL + CLUB)
        (folder / "quotes.txt").write_text("Listen first.\nListen twice.\n", "utf-8")
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            for number in range(4):
                await bot.fill(f"n{number}")
                await bot.deliver()
            yield bot


async def said_again(bot: SmallBot, text: str, times: int, **more: str) -> list[str]:
    """What one person is told who says the same several times."""
    told = []
    for _ in range(times):
        bot.later(seconds=5)
        told.append(await bot.talk(text, **more))
    return told


async def test_of_several_replies_none_comes_twice_while_there_is_another(bot: SmallBot) -> None:
    """Whatever chance says; the next person may hear the same words, and after hours so may the first."""
    told = await said_again(bot, "thanks", 3)
    assert sorted(told) == ["Any time.", "Gladly.", "Sure, ann."]
    assert (await said_again(bot, "thanks", 1))[0] in told
    assert sorted(await said_again(bot, "quote", 2)) == ["Listen first.", "Listen twice."]


async def test_the_newest_is_another_one_each_time(bot: SmallBot) -> None:
    """Until there is no other that the asker doesn't know: then the rule's `else` speaks."""
    told = await said_again(bot, "newest", 5)
    links = [text.rsplit(maxsplit=1)[-1] for text in told[:4]]
    assert len(set(links)) == 4
    assert told[4] == "That was the pile."


async def test_a_topic_with_one_article_is_not_told_twice_in_full(bot: SmallBot) -> None:
    """The second time it is said, in short, that there is nothing newer."""
    first, second = await said_again(bot, "latest on capacitors", 2)
    assert second.startswith("Nothing there that you don't know from me already, ann: ")
    assert first.rsplit(maxsplit=1)[-1] in second


async def test_tell_me_more_goes_on_and_ends(bot: SmallBot) -> None:
    """Each answer says something new of the article, and then that there is no more."""
    (post, *_) = await bot.posts()
    told = await said_again(bot, "tell me more", 12, in_reply_to=str(post.id))
    ends = told.index(f"That was all, see {post.url}")
    assert ends >= 1
    assert len(set(told[:ends])) == ends


async def test_a_handle_or_link_is_no_topic(bot: SmallBot) -> None:
    """Nothing of it may be said again, so nothing is promised or looked for, and it is said how to do it."""
    for text in ("follow @bob", "follow https://evil.example/x", "latest on @carol@example.com"):
        said = await bot.talk(text)
        assert said.startswith("In plain words, ann?")
        assert "bob" not in said
    assert await bot.on.db(bot.on.store.promises.follows) == []


async def test_words_that_nobody_called_a_topic_need_an_article_of_their_own(bot: SmallBot) -> None:
    """A bare topic is looked up by all of its words; a chance hit of one of them is no answer."""
    assert "http://" in await bot.talk("rain bridge")
    assert "http://" not in await bot.talk("rain pancakes")


async def test_a_quotation_is_closed_where_it_was_cut(bot: SmallBot) -> None:
    """The first sentence of a quotation keeps both of its marks."""
    said = [await bot.talk(f"read me {piece.title}", f"@{piece.slug}") for piece in PIECES]
    assert all(text.count("“") == text.count("”") for text in said)
    assert any("“" in text for text in said)


async def test_the_owner_is_named_but_not_called(bot: SmallBot) -> None:
    """Only the asker is: an @ would call the owner each time, and show them what was said in private."""
    mention = Mention(account="club", remote_id="1", author="@cy@c.example", text="who runs this", at=bot.clock())
    await answer.receive(mention, bot.stories.answering)
    await answer.answer_waiting(bot.stories.answering)
    (row,) = [row for row in await bot.outbox() if row.post.account == "club" and row.kind == "reply"]
    assert row.post.text == "boss@example.social does."


async def test_one_feed_is_one_feed(bot: SmallBot) -> None:
    """Numbers go with their nouns."""
    assert await bot.talk("how many feeds") == "I read 1 feed."
    assert (await bot.talk("status", "@me", owner=True)).startswith("1 feed, ")


async def test_everything_is_no_topic_to_follow(bot: SmallBot) -> None:
    """A promise to tell of whatever holds that word would be kept hardly ever: the posts themselves are to be followed."""
    for words in ("follow everything", "follow all"):
        assert (await bot.talk(words)).startswith("All of it, ann? Then my posts"), words
    assert await bot.talk("unfollow all") == "You follow nothing, ann, so all is quiet already."


async def test_unfollow_all_says_what_it_did(bot: SmallBot) -> None:
    """All is no topic's name."""
    assert await bot.talk("unfollow all") == "You follow nothing, ann, so all is quiet already."
    await bot.talk("follow rain")
    assert (await bot.talk("unfollow all")).startswith("Done, ann: you follow nothing any more.")
