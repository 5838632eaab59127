"""Where a platform lets a bot speak only when it is spoken to, and once each time: X, on a server that refuses the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import answer, tell
from bot.app.teach import teach
from bot.model import Mention, State
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from bot.prove.x_world import Said
from tests.servers.fixtures import Hands
from tests.servers.small_bot import SmallBot, small_bot, write_config

ACCOUNT = """
[[accounts]]
name = "x"
platform = "x"
server = "{url}"
client_id = "app"
refresh_token = {{ file = "token" }}
i_accept_costs = true
budget = {budget}
"""


@pytest.fixture
async def server() -> AsyncIterator[XServer]:
    """An X whose clock is moved with the bot's."""
    clock = Hands()
    server = XServer(clock=clock.ticks)
    async with serving(server):
        yield server


@pytest.fixture
async def bot(server: XServer, tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with one account there."""
    folder = write_config(tmp_path / "config", accounts=ACCOUNT.format(url=server.url, budget=5))
    (folder / "token").write_text("good", "utf-8")
    (folder / "token").chmod(0o600)
    clock = Hands()
    server.clock = clock.ticks
    async with small_bot(folder, clock) as bot:
        yield bot


async def spoken(bot: SmallBot, server: XServer, text: str, author: str = "@ann") -> Said:
    """Let somebody mention the bot, and let it answer."""
    said = server.say(author, text)
    mention = Mention(account="x", remote_id=said.id, author=author, name=author[1:], text=text, at=bot.clock())
    await answer.receive(mention, bot.stories.answering)
    await answer.answer_waiting(bot.stories.answering)
    await bot.deliver("x")
    return said


async def test_a_mention_is_answered_once(bot: SmallBot, server: XServer) -> None:
    """The answer stands beneath what was said."""
    said = await spoken(bot, server, "hello you")
    assert [(one.text, one.reply_to) for one in server.kept] == [("Hello ann, nice to meet you.", said.id)]


@pytest.mark.parametrize("wish", ["follow rain", "remind me in 2 days"])
async def test_nothing_is_promised_that_may_not_be_kept(bot: SmallBot, server: XServer, wish: str) -> None:
    """A follow or a reminder would be a second word to one mention: the answer says so, and nothing is stored."""
    await spoken(bot, server, wish)
    assert server.kept[0].text.startswith("Here I may only answer, ann, once")
    bot.later(days=3)
    assert await bot.on.db(bot.on.store.promises.follows) == []
    assert await bot.on.db(bot.on.store.promises.due_reminders, bot.clock()) == []


async def test_old_promises_are_not_kept_by_breaking_the_rules(bot: SmallBot, server: XServer) -> None:
    """One that was made before, as by an older version, is let go in silence."""
    await spoken(bot, server, "hello you")
    mention = await bot.on.db(bot.on.store.mentions.get, 1)
    assert mention is not None
    await bot.on.db(bot.on.store.promises.remind, mention, bot.clock(), now=bot.clock())
    bot.later(hours=1)
    assert await tell.tell(bot.stories.telling, bot.clock()) == 0
    assert await bot.on.db(bot.on.store.promises.due_reminders, bot.clock()) == []
    assert len(await bot.outbox()) == 1


async def test_what_is_taught_later_answers_only_those_who_got_no_answer(bot: SmallBot, server: XServer) -> None:
    """Whom the fallback answered has had the one answer; who was over a cap in silence gets it now."""
    await spoken(bot, server, "how do I feed bees")
    rule, answered = await teach("how do I feed bees", "Sugar.", who="web", stories=bot.stories, on=bot.on)
    assert (rule.origin, answered) == ("web", 0)
    assert await bot.on.db(bot.on.store.mentions.unanswered, 5) == []
    assert len(server.kept) == 1


async def test_late_mentions_are_answered_when_it_is_taught(bot: SmallBot, server: XServer) -> None:
    """A mention that was too old to be answered at once had no answer yet."""
    said = server.say("@ann", "how do I feed bees")
    mention = Mention(account="x", remote_id=said.id, author="@ann", text="how do I feed bees", at=bot.clock())
    bot.later(days=2)
    await answer.receive(mention, bot.stories.answering)
    await answer.answer_waiting(bot.stories.answering)
    _, answered = await teach("how do I feed bees", "Sugar.", who="web", stories=bot.stories, on=bot.on)
    assert answered == 1
    await bot.deliver("x")
    assert [one.reply_to for one in server.kept] == [said.id]


async def test_an_empty_budget_waits_and_the_owner_is_told_at_once(bot: SmallBot, server: XServer) -> None:
    """Nothing is lost: what is planned waits for the next month, with a notice that says why."""
    (bot.folder / "starfish.toml").write_text(
        (bot.folder / "starfish.toml").read_text("utf-8").replace("budget = 5", "budget = 0.015"), "utf-8"
    )
    await bot.reload()
    await spoken(bot, server, "hello you")
    await spoken(bot, server, "hello you", "@bo")
    assert len(server.kept) == 1
    rows = await bot.outbox()
    assert [row.state for row in rows] == [State.SENT, State.WAITING]
    (notice,) = [one for one in await bot.on.db(bot.on.store.owner.notices) if one.subject == f"outbox:{rows[1].id}"]
    assert "budget for X is used up ($0.01 of $0.015" in notice.text
    bot.later(days=10)
    await bot.deliver("x")
    assert [row.state for row in await bot.outbox()] == [State.SENT, State.SENT]
    assert notice not in await bot.on.db(bot.on.store.owner.notices)


async def test_without_consent_everything_waits_and_says_what_to_do(bot: SmallBot, server: XServer) -> None:
    """The answer is kept, nothing is asked of X, and one word of the owner's lets it go."""
    file = bot.folder / "starfish.toml"
    agreed = file.read_text("utf-8")
    file.write_text(agreed.replace("i_accept_costs = true", "i_accept_costs = false"), "utf-8")
    await bot.reload()
    await spoken(bot, server, "hello you")
    assert server.asked == []
    (notice,) = await bot.on.db(bot.on.store.owner.notices)
    assert "nothing is sent or asked before i_accept_costs = true stands in this account's block." in notice.text
    assert "its 1 waiting post waits, all others go on. Write that if you do, then start the bot again" in notice.text
    file.write_text(agreed, "utf-8")
    await bot.reload()
    await bot.on.db(bot.on.store.owner.resume, "x", now=bot.clock())
    await bot.deliver("x")
    assert len(server.kept) == 1
