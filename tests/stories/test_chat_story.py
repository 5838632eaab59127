"""The owner in the chat: orders, teaching, and what of it strangers can't do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import answer
from bot.model import Mention
from bot.settings import Settings
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, RULES, SmallBot, read_config, rss, small_bot, write_config

FAQ = """
[[rules]]
id = "faq-wasps"
like = ["how do i stop wasps", "wasp nest near my hive", "get rid of wasps"]
reply = "Narrow the entrance."
"""


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot that read a dozen articles, one question of which it knows."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES))
        folder = write_config(tmp_path / "config", feeds=[url], rules=RULES + FAQ)
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            yield bot


@pytest.fixture
async def reviewed(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """The same, with drafts that wait for approval."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES))
        folder = write_config(tmp_path / "config", feeds=[url], accounts=LOCAL + "review = true\n")
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            yield bot


async def order(bot: SmallBot, text: str, **more: object) -> str:
    """Say something as the owner, who is logged in."""
    return await bot.talk(text, "@me", owner=True, **more)


def settings_of(bot: SmallBot) -> Settings:
    """What stands in the files now."""
    return read_config(bot.folder)


ORDERS = [
    "queue",
    "skip",
    "approve 1",
    "approve",
    "pause 2h",
    "resume",
    "status",
    "add feed http://127.0.0.1:9/feed",
    "share https://example.com/a: good",
    "why not https://example.com/a",
    "unanswered",
    'teach "a b c" = "d"',
    "ignore 1",
    "forget faq-wasps yes",
    "lock faq-wasps",
]


@pytest.mark.parametrize("said", ORDERS)
async def test_an_order_of_a_strangers_is_no_order(bot: SmallBot, said: str) -> None:
    """Who isn't logged in is answered like everybody, whatever they call themselves, and nothing happens."""
    before = await bot.on.db(bot.on.store.rules.version), await bot.outbox(), settings_of(bot).feeds
    heard = await bot.hear(said, "@owner")
    await answer.answer_waiting(bot.stories.answering)
    outcome = await bot.on.db(bot.on.store.mentions.outcome, heard.id)
    assert outcome is not None
    assert outcome.match is not None
    assert bot.stories.engine.rule(outcome.match.rule.removeprefix("ask:")).by is None
    after = await bot.on.db(bot.on.store.rules.version), (await bot.outbox())[:-1], settings_of(bot).feeds
    assert after == before
    assert await bot.on.db(bot.on.store.owner.paused, "timeline", now=bot.clock()) is None


async def test_the_owner_is_known_by_the_platforms_id_alone(tmp_path: Path) -> None:
    """The exact id gives the rights; a name, another case, another server or the adapter's word don't."""
    accounts = '[[accounts]]\nname = "club"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/"\nowner = "@ann@example.social"\n'
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:

        async def owner(author: str, **more: object) -> bool:
            mention = Mention(
                account="club",
                remote_id=author,
                author=author,
                text="queue",
                at=bot.clock(),
                **more,  # type: ignore[arg-type]
            )
            heard = await answer.receive(mention, bot.stories.answering)
            stored = await bot.on.db(bot.on.store.mentions.get, heard.id)
            assert stored is not None
            return stored.owner

        assert await owner("@ann@example.social")
        assert not await owner("@ANN@example.social")
        assert not await owner("@ann@evil.example", name="@ann@example.social")
        assert not await owner("@bo@example.social", owner=True)


async def test_on_our_own_timeline_a_name_gives_no_rights(tmp_path: Path) -> None:
    """There `from` is a claim: even the name that the file gives the owner needs the login."""
    folder = write_config(tmp_path / "config", accounts=LOCAL + 'owner = "@me"\n')
    async with small_bot(folder, Hands()) as bot:
        assert "draft" not in await bot.talk("queue", "@me")
        assert "Nothing waits" in await bot.talk("queue", "@me", owner=True)


# --------------------------------------------------------------------------- what is shared


async def test_the_queue_and_skipping(bot: SmallBot) -> None:
    """The next three with their times; the first is skipped, and isn't shared any more."""
    lines = (await order(bot, "queue")).splitlines()
    assert len(lines) == 3
    first, second = (line.split("“")[1].split("”")[0] for line in lines[:2])
    assert all(line[:3] in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") for line in lines)
    assert first in await order(bot, "skip")
    assert second in (await order(bot, "queue")).splitlines()[0]
    await bot.fill("one")
    await bot.deliver()
    (post,) = await bot.posts()
    link = next(piece.slug for piece in PIECES if piece.title.startswith(first.rstrip("…")))
    assert link not in post.text
    assert "skipped by the owner" in await order(bot, f"why not http://127.0.0.1:9/{link}")


async def test_a_draft_is_approved_by_its_number_or_as_the_oldest(reviewed: SmallBot) -> None:
    """It goes out then; a number that is none, or no draft at all, is said in words."""
    bot = reviewed
    assert await order(bot, "approve") == "No draft waits."
    one = (await bot.fill("one")).outbox
    assert f"`approve {one}`" in await order(bot, "queue")
    assert "no draft 999" in await order(bot, "approve 999")
    assert f"Approved {one}" in await order(bot, f"approve {one}")
    await bot.deliver()
    assert len(await bot.posts()) == 1
    bot.later(hours=2)
    two = (await bot.fill("two")).outbox
    assert f"Approved {two}" in await order(bot, "approve")


async def test_a_draft_is_skipped_before_a_candidate(reviewed: SmallBot) -> None:
    """The draft that would go first is withdrawn."""
    row = (await reviewed.fill("one")).outbox
    assert "Skipped" in await order(reviewed, "skip")
    assert {one.id: one.state for one in await reviewed.outbox()}[row or 0] == "withdrawn"


async def test_a_pause_ends_by_itself_or_by_a_word(bot: SmallBot) -> None:
    """It is acknowledged at once; posts and replies to others are held, and come afterwards."""
    assert "Quiet for 2h" in await bot.talk("pause 2h", "@me", owner=True)
    await bot.hear("hello", "@ann")
    await answer.answer_waiting(bot.stories.answering)
    assert await bot.deliver() == 0
    assert "is paused" in await bot.talk("status", "@me", owner=True)
    bot.later(hours=2, minutes=1)
    assert await bot.deliver() == 1
    assert await order(bot, "pause soon") == "I didn't understand how long. Try: pause 2h"
    assert await order(bot, "pause") == "Quiet for as long as you like. `resume` wakes me earlier."
    bot.later(hours=50)
    assert await bot.on.db(bot.on.store.owner.paused, "timeline", now=bot.clock())


async def test_the_owners_own_find_goes_first(bot: SmallBot) -> None:
    """With their words; a text without a link is told how to say it."""
    assert "Which link?" in await order(bot, "share nothing")
    assert "That is a sound file" in await order(bot, "share http://127.0.0.1:9/12.mp3")
    assert "With your words" in await order(bot, "share http://127.0.0.1:9/mine: Worth an hour of anybody's evening.")
    (first, *_) = (await order(bot, "queue")).splitlines()
    assert "“" in first
    await bot.fill("one")
    await bot.deliver()
    (post,) = await bot.posts()
    assert "Worth an hour" in post.text


async def test_a_feed_is_found_and_added_to_the_file(tmp_path: Path) -> None:
    """By its site's address; a site without one, or one that isn't there, is named."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES))
        async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
            assert url in await order(bot, f"add feed {url}")
            assert [feed.url for feed in settings_of(bot).feeds] == [url]
            assert "already" in await order(bot, f"add feed {url}")
            assert "No feed" in await order(bot, "add feed http://127.0.0.1:9/")
            assert "Which one?" in await order(bot, "add feed please")


async def test_why_not_tells_what_became_of_a_link(bot: SmallBot) -> None:
    """Waiting, shared, or never seen."""
    slug = PIECES[0].slug
    assert "waits at place" in await order(bot, f"why not http://127.0.0.1:9/{slug}")
    for number in range(len(PIECES)):
        await bot.fill(f"n{number}")
        await bot.deliver()
    assert "It was shared on timeline" in await order(bot, f"why not http://127.0.0.1:9/{slug}")
    assert "never saw it" in await order(bot, "why not https://elsewhere.example/x")
    assert "Which link" not in await order(bot, "why not elsewhere.org/x")


# --------------------------------------------------------------------------- what is taught


async def test_an_answer_is_taught_and_those_who_wait_hear_it(bot: SmallBot) -> None:
    """On another day with the day they asked; once; whoever asks later is answered at once."""
    await bot.talk("how do i feed bees in winter", "@ann")
    bot.later(days=2)
    assert "1 who waited hears it" in await order(bot, 'teach "how do I feed bees in winter" = "Sugar, dry."')
    await bot.deliver()
    (told,) = [item.text for item in await bot.timeline() if item.kind == "reply" and "Sugar" in item.text]
    assert told == f"You asked on {(bot.clock() - timedelta(days=2)).strftime('%A')}: Sugar, dry."
    await bot.reload()
    assert await bot.talk("how do I feed bees in winter?", "@bo") == "Sugar, dry."
    assert await bot.on.db(bot.on.store.mentions.unanswered, 10) == []


async def test_a_rule_knows_who_taught_it_and_how_often_it_answered(bot: SmallBot) -> None:
    """Its origin, its teacher, the mention it came from, a test of its own, and its use."""
    await bot.talk("how do i feed bees", "@ann")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    said = await order(bot, f"teach {row.mention.id} = Sugar.")
    name = said.split("as ")[1].split(".")[0]
    learnt = await bot.on.db(bot.on.store.rules.learnt, name)
    assert learnt is not None
    assert (learnt.rule.origin, learnt.by, learnt.at) == ("chat", f"@me, from mention {row.mention.id}", bot.clock())
    assert [test.say for test in learnt.rule.tests] == ["how do i feed bees"]
    assert (await bot.on.db(bot.on.store.rules.usage))[name].count == 1


async def test_what_belongs_to_another_rule_is_not_taught(bot: SmallBot) -> None:
    """The rule that would lose it is named, and nothing is stored."""
    assert "from the rule 'faq-wasps'" in await order(bot, 'teach "get rid of wasps" = "Run."')
    assert "the rule 'greeting' answers that already" in await order(bot, 'teach "hello *" = "Go away."')
    assert await bot.on.db(bot.on.store.rules.names) == []


async def test_a_mention_becomes_one_more_way_to_say_a_rule(bot: SmallBot) -> None:
    """The rule stays the file's; its answer goes to who asked, and to whoever says it that way again."""
    await bot.talk("yellow jackets everywhere, please advise", "@ann")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert "one more way to say faq-wasps" in await order(bot, f"teach {row.mention.id} to faq-wasps")
    await bot.deliver()
    assert any(item.text == "Narrow the entrance." for item in await bot.timeline())
    await bot.reload()
    assert await bot.talk("yellow jackets everywhere, please advise", "@bo") == "Narrow the entrance."
    assert bot.stories.engine.check() == []
    assert "there is no rule 'nonsense'" in await order(bot, f"teach {row.mention.id} to nonsense")


async def test_a_strangers_signs_are_no_pattern(bot: SmallBot) -> None:
    """Teaching by number takes the words alone: nobody can smuggle a * into the rules."""
    await bot.talk("is xyzzy * {name} [a|b] plugh?", "@ann")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert "Learnt" in await order(bot, f"teach {row.mention.id} = Nothing happens.")
    (name,) = await bot.on.db(bot.on.store.rules.names)
    learnt = await bot.on.db(bot.on.store.rules.learnt, name)
    assert learnt is not None
    assert learnt.rule.when == learnt.rule.like == ("is xyzzy name a b plugh",)


async def test_replying_to_what_was_shown_teaches_it(bot: SmallBot) -> None:
    """The owner looks at what waits, and what they say next, if no rule knows it, is the answer."""
    await bot.talk("what is the best hive tool", "@ann")
    shown = await order(bot, "unanswered", thread="t")
    assert "what is the best hive tool" in shown
    assert "Learnt" in await order(bot, "The J-shaped one, by far.", thread="t")
    await bot.deliver()
    assert any(item.text == "The J-shaped one, by far." for item in await bot.timeline())
    assert "Everybody was answered" in await order(bot, "unanswered")


async def test_what_nobody_understands_is_no_lesson_where_nothing_was_shown(bot: SmallBot) -> None:
    """The owner is answered by the fallback, like everybody, and their words wait on the list."""
    assert "my owner" in await order(bot, "the marmot has a trombone")
    waiting = await bot.on.db(bot.on.store.mentions.unanswered, 5)
    assert [row.mention.text for row in waiting] == ["the marmot has a trombone"]


async def test_the_status_says_once_who_waits(bot: SmallBot) -> None:
    """In its figures, and not by the notice on top."""
    await bot.talk("what is the best hive tool", "@ann")
    await bot.tell()
    assert (await order(bot, "status")).endswith("1 mention waits for you (`unanswered` shows who).")


async def test_the_notice_in_the_chat_is_answered_by_a_reply(bot: SmallBot) -> None:
    """Once a day, to an owner who spoke to the bot before: the reply to it is the answer; the notice then ends."""
    await order(bot, "status")
    await bot.talk("what is the best hive tool", "@ann")
    assert await bot.tell() == 1
    assert await bot.tell() == 0
    notice = (await bot.timeline())[-1]
    assert "what is the best hive tool" in notice.text
    assert [one.subject for one in await bot.on.db(bot.on.store.owner.notices)] == ["unanswered"]
    assert "Learnt" in await order(bot, "The J-shaped one.", in_reply_to=str(notice.id), thread="elsewhere")
    assert await bot.tell() == 0
    assert await bot.on.db(bot.on.store.owner.notices) == []


async def test_what_was_said_in_private_is_not_shown_in_public(bot: SmallBot) -> None:
    """An owner who asks in public is told that there is something, not what."""
    await bot.talk("my secret hive is at the mill", "@ann", visibility="direct")
    assert "mill" not in await order(bot, "unanswered")
    assert "mill" in await order(bot, "unanswered", visibility="direct")


async def test_a_question_left_as_it_is_waits_no_more(bot: SmallBot) -> None:
    """It is off the list, unanswered; a number that doesn't wait is said."""
    await bot.talk("blorb the frumious", "@ann")
    (row,) = await bot.on.db(bot.on.store.mentions.unanswered, 10)
    assert await order(bot, f"ignore {row.mention.id}") == "Left as it is."
    assert "None of these waits" in await order(bot, f"ignore {row.mention.id}")


async def test_forgetting_asks_first_and_a_lock_keeps(bot: SmallBot) -> None:
    """`forget` says what is lost and how to confirm it; a locked rule stays; a rule of the file is the file's."""
    await order(bot, 'teach "blue hives" = "Bees like blue."')
    (name,) = await bot.on.db(bot.on.store.rules.names)
    assert f"forget {name} yes" in await order(bot, f"forget {name}")
    assert await order(bot, f"lock {name}") == f"Locked: {name}."
    assert "is locked" in await order(bot, f"forget {name} yes")
    assert await order(bot, f"unlock {name}") == f"Unlocked: {name}."
    assert await order(bot, f"forget {name} yes") == f"Forgotten: {name}."
    assert await bot.on.db(bot.on.store.rules.names) == []
    assert "No rule faq-wasps was taught" in await order(bot, "forget faq-wasps yes")


async def test_an_answer_that_comes_after_a_week_is_not_sent(bot: SmallBot) -> None:
    """Nor one to somebody who said stop since; both leave the list."""
    await bot.talk("how do i feed bees", "@ann")
    await bot.talk("how do i feed bees", "@bo")
    bot.later(days=6)
    await bot.talk("how do i feed bees", "@cy")
    await bot.talk("stop", "@cy")
    bot.later(days=2)
    said = await order(bot, 'teach "how do I feed bees" = "Sugar."')
    assert "waited" not in said
    assert await bot.on.db(bot.on.store.mentions.unanswered, 10) == []


async def test_what_cannot_be_read_is_told_how_to_say(bot: SmallBot) -> None:
    """An order without what it needs is answered with an example."""
    for said in ("teach me", "share this", "why not", "forget !", "lock !", "ignore it", "add feed"):
        reply = await order(bot, said)
        assert reply, said
    assert "teach 12" in await order(bot, "teach bees")
