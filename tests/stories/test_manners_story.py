"""Manners in the second walk: no loops, no insisting, nobody lost, nothing said to who doesn't want it."""

from __future__ import annotations

from pathlib import Path

from bot import answer
from bot.core.guards import Seen
from bot.model import Mention, Post
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, RULES, SmallBot, small_bot, write_config

TWO = """
[[accounts]]
name = "club"
platform = "webhook"
url = "http://127.0.0.1:9/"

[[accounts]]
name = "guild"
platform = "webhook"
url = "http://127.0.0.1:9/"
"""


async def hear(
    bot: SmallBot, account: str, key: str, text: str, author: str = "@ann@a.example", /, **more: object
) -> int:
    """Take in a mention of an account that is not on our own timeline, and answer it; gives its number."""
    mention = Mention(
        account=account,
        remote_id=key,
        author=author,
        name=author[1:4],
        text=text,
        at=bot.clock(),
        **more,  # type: ignore[arg-type]
    )
    heard = await answer.receive(mention, bot.stories.answering)
    await answer.answer_waiting(bot.stories.answering)
    return heard.id


async def said(bot: SmallBot, account: str, state: str = "planned") -> list[str]:
    """What an account is about to say, or has said, in order."""
    return [row.post.text for row in await bot.outbox() if row.post.account == account and row.state == state]


async def test_two_of_our_bots_stop_by_themselves(tmp_path: Path) -> None:
    """Each hears every answer of the other as a mention, none says that it is a bot: it ends at the thread's cap."""
    one = write_config(tmp_path / "one", accounts=TWO, rules=RULES)
    two = write_config(tmp_path / "two", accounts=TWO, rules=RULES)
    async with small_bot(one, Hands()) as ann, small_bot(two, Hands()) as bo:
        await hear(ann, "club", "0", "hello", "@bo@b.example", thread="t")
        for turn in range(50):
            heard = [len(await said(bot, "club")) for bot in (ann, bo)]
            for speaker, listener, name in ((ann, bo, "@ann@a.example"), (bo, ann, "@bo@b.example")):
                for number, text in enumerate(await said(speaker, "club")):
                    await hear(listener, "club", f"{name} {number}", text, name, thread="t")
            if turn and heard == [len(await said(bot, "club")) for bot in (ann, bo)]:
                break
        assert turn < 20
        for bot in (ann, bo):
            assert 1 <= len(await said(bot, "club")) <= 5  # four answers and one word that we pause


async def test_a_flagged_bot_gets_one_answer_a_day(tmp_path: Path) -> None:
    """Whatever it says; the day after it gets another one."""
    async with small_bot(write_config(tmp_path / "config", accounts=TWO), Hands()) as bot:
        for number in range(5):
            await hear(bot, "club", str(number), "hello", bot=True)
        assert len(await said(bot, "club")) == 1
        bot.later(hours=25)
        await hear(bot, "club", "next", "hello", bot=True)
        assert len(await said(bot, "club")) == 2


async def test_stop_counts_on_all_accounts_of_the_platform(tmp_path: Path) -> None:
    """The same id is the same person there; the word itself is confirmed, once; `start` brings all back."""
    async with small_bot(write_config(tmp_path / "config", accounts=LOCAL + TWO), Hands()) as bot:
        await hear(bot, "club", "1", "stop")
        await hear(bot, "guild", "2", "hello")
        await hear(bot, "club", "3", "stop")
        assert len(await said(bot, "club")) == 1
        assert await said(bot, "guild") == []
        assert await bot.talk("hello", "@ann@a.example") != ""  # on our own timeline a name is only a claim
        await hear(bot, "guild", "4", "start")
        await hear(bot, "club", "5", "hello")
        assert len(await said(bot, "club")) == 2


async def test_stop_counts_on_an_account_that_is_newer(tmp_path: Path) -> None:
    """It was said for good; `start` takes it back there, and so on the older one."""
    club, guild = TWO.split("\n\n")
    folder = write_config(tmp_path / "config", accounts=club)
    async with small_bot(folder, Hands()) as bot:
        await hear(bot, "club", "1", "stop")
        write_config(folder, accounts=f"{club}\n\n{guild}")
        await bot.reload()
        await hear(bot, "guild", "2", "hello")
        assert await said(bot, "guild") == []
        await hear(bot, "guild", "3", "start")
        await hear(bot, "guild", "4", "hello")
        await hear(bot, "club", "5", "hello")
        assert [len(await said(bot, name)) for name in ("club", "guild")] == [2, 2]


async def test_stop_withdraws_what_is_planned_and_forgets_what_was_promised(tmp_path: Path) -> None:
    """An answer that waits isn't sent any more, a follow and a reminder are gone; `start` doesn't bring them back."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        await bot.talk("follow rain")
        await bot.talk("remind me in 2 days")
        await bot.hear("hello")
        await answer.answer_waiting(bot.stories.answering)
        await bot.hear("stop")
        bot.later(seconds=1)
        await answer.answer_waiting(bot.stories.answering)
        await bot.deliver()
        replies = [item.text for item in await bot.timeline() if item.kind == "reply"]
        assert not any(text.startswith("Hello") for text in replies)
        assert "start" in replies[-1]
        await bot.talk("start")
        assert await bot.on.db(bot.on.store.promises.follows) == []
        assert await bot.on.db(bot.on.store.promises.next_reminder) is None


async def test_who_takes_their_words_back_is_not_answered(tmp_path: Path) -> None:
    """Before the answer was sent: it is withdrawn; before it was made: it never is; unknown words are no matter."""
    async with small_bot(write_config(tmp_path / "config", accounts=TWO), Hands()) as bot:
        await hear(bot, "club", "1", "hello")
        await hear(bot, "club", "1", "", gone=True)
        assert await said(bot, "club") == []
        assert await said(bot, "club", "withdrawn") == ["Hello ann, nice to meet you."]
        await hear(bot, "club", "never heard", "", gone=True)
        await hear(bot, "club", "1", "hello")
        assert await said(bot, "club") == []


async def test_an_answer_on_our_own_timeline_goes_with_its_question(tmp_path: Path) -> None:
    """There it needs nobody else: question and answer leave together."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        assert await bot.talk("hello", key="1")
        await bot.hear("", key="1", gone=True)
        await bot.deliver()
        assert await bot.timeline() == []
        assert await said(bot, "timeline", "withdrawn") == ["Hello ann, nice to meet you."]


async def test_late_and_capped_ones_wait_for_the_owner(tmp_path: Path) -> None:
    """One word that we pause, then silence, and everything on the list with its reason."""
    accounts = TWO.replace('url = "http://127.0.0.1:9/"', 'url = "http://127.0.0.1:9/"\ncaps = { person = "2/h" }', 1)
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:
        for number in range(6):
            await hear(bot, "club", str(number), "hello")
        told = await said(bot, "club")
        assert len(told) == 3
        assert "pause" in told[-1]
        old = Mention(account="club", remote_id="old", author="@bo@b.example", text="hello", at=bot.clock())
        bot.later(hours=25)
        await answer.receive(old, bot.stories.answering)
        await answer.answer_waiting(bot.stories.answering)
        waiting = await bot.on.db(bot.on.store.mentions.unanswered, 20)
        assert [row.reason for row in waiting] == ["capped"] * 4 + ["late"]
        assert len(await said(bot, "club")) == 3


async def test_a_newcomer_is_welcomed_once(tmp_path: Path) -> None:
    """Where the rule has a word for newcomers; whoever they are, and never twice."""
    rules = '[[rules]]\nid = "hi"\nwhen = ["hi"]\nreply = "{welcome}Hi {name}."\n'
    async with small_bot(write_config(tmp_path / "config", rules=rules), Hands()) as bot:
        assert await bot.talk("hi") == "Hi ann. Good to meet you."
        assert await bot.talk("hi") == "Hi ann."
        assert await bot.talk("hi", "@bo") == "Hi bo. Good to meet you."


async def test_who_gives_no_name_is_called_by_their_handle(tmp_path: Path) -> None:
    """By its first part, which nobody's server makes a mention of."""
    async with small_bot(write_config(tmp_path / "config", accounts=TWO), Hands()) as bot:
        nameless = Mention(account="club", remote_id="1", author="@cy@c.example", text="hello", at=bot.clock())
        await answer.receive(nameless, bot.stories.answering)
        await answer.answer_waiting(bot.stories.answering)
        assert await said(bot, "club") == ["Hello cy, nice to meet you."]


async def test_a_reply_to_a_post_elsewhere_is_known_as_one(tmp_path: Path) -> None:
    """The platform names its own number of the post; which of ours that is, the store knows."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        word = Post(account="timeline", text="A word.", dedupe_key="word")
        post = await bot.on.db(bot.on.store.outbox.put, word, "post", now=bot.clock())
        await bot.deliver()
        (shown,) = await bot.posts()
        heard = await bot.hear("why", in_reply_to=str(shown.id))
        stored = await bot.on.db(bot.on.store.mentions.get, heard.id)
        assert stored is not None
        assert stored.about == post


def test_follower_counts_are_never_read() -> None:
    """Nothing that decides about an answer has a place for them: a stranger is answered as kindly as anybody."""
    fields = {*Mention.__dataclass_fields__, *Seen.__dataclass_fields__}
    assert not any("follower" in name for name in fields)
