from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.desk import Desk
from bot.app.run import Bot
from bot.errors import UsageError
from bot.model import Post, State
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import LOCAL, PIECES, SmallBot, rss, small_bot, write_config


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot whose drafts wait, with one draft and a backlog."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES[:4]))
        folder = write_config(tmp_path / "config", feeds=[url], accounts=LOCAL + "review = true\n")
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            await bot.fill("one")
            yield bot


@pytest.fixture
def renewed() -> list[str]:
    """Grows when the desk asks for the rules to be read anew."""
    return []


@pytest.fixture
def desk(bot: SmallBot, renewed: list[str]) -> Desk:
    """The owner's hands."""
    return Desk(bot.on, lambda: bot.stories, lambda: renewed.append("again"))


async def test_the_queue_shows_the_draft_and_what_comes_after(desk: Desk) -> None:
    """The draft with its length and without a time; the backlog with the coming slots, and why."""
    draft, *backlog = await desk.queue()
    assert (draft.id, draft.state, draft.expected) == (1, "draft", None)
    assert draft.length is not None
    assert draft.limit is not None
    assert 0 < draft.length <= draft.limit == 300
    assert [row.state for row in backlog] == ["backlog"] * 3
    times = [row.expected for row in backlog if row.expected]
    assert times == sorted(times)
    assert len(times) == 3
    assert all(row.why for row in backlog)


async def test_an_approved_draft_goes_out_and_a_second_word_is_too_late(desk: Desk, bot: SmallBot) -> None:
    """Approve, deliver; then approve, reject and edit are mistakes with a sentence."""
    await desk.edit(1, "My own words.")
    await desk.approve(1)
    await bot.deliver()
    (post,) = await bot.posts()
    assert post.text.startswith("My own words.\nhttp")
    for late in (desk.approve(1), desk.reject(1, ""), desk.edit(1, "x"), desk.snooze(1, timedelta(hours=1))):
        with pytest.raises(UsageError, match="outbox 1"):
            await late
    for unknown in (desk.approve(9), desk.resend(9), desk.mark_sent(9)):
        with pytest.raises(UsageError, match="outbox 9"):
            await unknown


async def test_drafts_approved_together_keep_to_the_most_of_a_day(tmp_path: Path) -> None:
    """One a slot, and what is more than a local day may have on the day after, with what is out already counted."""
    async with FeedServer() as server:
        accounts = LOCAL + "review = true\nmax_per_day = 2\n"
        folder = write_config(tmp_path / "config", feeds=[server.put("/feed", rss(PIECES))], accounts=accounts)
        async with small_bot(folder, Hands()) as bot:
            await bot.gather()
            desk = Desk(bot.on, lambda: bot.stories, lambda: None)
            for number in range(1, 6):
                await bot.fill(f"slot {number}")
            for number in range(1, 6):
                await desk.approve(number)
                await bot.deliver()
            times = sorted(row.not_before for row in await bot.outbox() if row.not_before)
            assert [f"{at - bot.clock()}" for at in times] == ["1:00:00", "12:00:00", "13:00:00", "1 day, 12:00:00"]


async def test_a_rejected_draft_is_gone(desk: Desk, bot: SmallBot) -> None:
    """Its reason is kept, and the next slot takes another article."""
    await desk.reject(1, "")
    row = (await desk.outbox())[0]
    assert (row.state, row.reason) == ("withdrawn", "rejected by the owner")
    await bot.fill("two")
    assert (await desk.queue())[0].link != row.post.link


async def test_what_does_not_fit_is_refused(desk: Desk) -> None:
    """Nothing, or too much, leaves the draft as it was."""
    before = (await desk.queue())[0].text
    for text in ("", "  ", "x" * 400):
        with pytest.raises(UsageError):
            await desk.edit(1, text)
    assert (await desk.queue())[0].text == before


async def test_a_pause_is_seen_and_ends(desk: Desk, bot: SmallBot) -> None:
    """One account or all, for a span or until resumed."""
    assert [row.paused for row in await desk.accounts()] == [None]
    await desk.pause(None, None)
    assert (await desk.accounts())[0].paused
    await desk.resume(None)
    await desk.pause("timeline", timedelta(hours=1))
    assert (await desk.accounts())[0].paused
    bot.later(hours=2)
    assert (await desk.accounts())[0].paused is None


async def test_who_lost_its_login_does_not_speak(desk: Desk, bot: SmallBot) -> None:
    """The desk says so and why, and to resume is another try."""
    await bot.on.db(bot.on.store.outbox.lock_out, "timeline", "the server refused our token (401)", now=bot.clock())
    assert (await desk.accounts())[0].paused == "locked out: the server refused our token (401)"
    await desk.resume("timeline")
    assert (await desk.accounts())[0].paused is None


async def test_a_lost_login_is_told_once(bot: SmallBot) -> None:
    """Posting and listening both fail by it: one notice says so, whichever failed first; other troubles are told."""
    running, owner = Bot(bot.on, bot.stories), bot.on.store.owner
    await running.tell("task:listening of timeline", "listening of timeline stopped: 401")
    assert len(await bot.on.db(owner.notices)) == 1
    await bot.on.db(bot.on.store.outbox.lock_out, "timeline", "401", now=bot.clock(), notice="timeline is paused")
    await running.tell("task:listening of timeline", "listening of timeline stopped: 401")
    await running.tell("task:polling", "polling stopped: no room")
    assert {one.subject for one in await bot.on.db(owner.notices)} == {"account:timeline", "task:polling"}


async def test_what_waits_for_a_slot_is_named_once(desk: Desk) -> None:
    """Of the backlog there is a headline and no text yet: it is not shown as both."""
    _, *backlog = await desk.queue()
    assert all(row.text and not row.title for row in backlog)


async def test_feeds_and_rules_are_shown_with_their_use(desk: Desk, bot: SmallBot) -> None:
    """How many entries a feed brought, how often a rule answered."""
    (feed,) = await desk.feeds()
    assert (feed.entries, feed.state.errors) == (4, 0)
    await bot.talk("hello")
    await bot.talk("hello")
    used = {row.rule.id: row.used for row in await desk.rules()}
    assert used["greeting"] == 2


async def test_a_taught_answer_goes_to_who_waits(desk: Desk, bot: SmallBot, renewed: list[str]) -> None:
    """The unanswered mention is on the desk; taught, it is answered, gone from the list, and the rules are renewed."""
    await bot.talk("how do I feed bees")
    (waiting,) = await desk.unanswered()
    assert waiting.mention.text == "how do I feed bees"
    await desk.teach(waiting.mention.id, "how do I feed bees", "Sugar.")
    await bot.deliver()
    assert (await bot.timeline())[-1].text == "Sugar."
    assert await desk.unanswered() == []
    assert renewed == ["again"]
    with pytest.raises(UsageError):
        await desk.teach(None, "", "nothing to match")


async def test_words_to_match_are_offered_plain(desk: Desk, bot: SmallBot) -> None:
    """No handle, bracket or star of a stranger's becomes part of a pattern, and what is taught has its own test."""
    await bot.talk("@starfish what's the (best) way to *splice* tape [fast]?")
    (row,) = await desk.unanswered()
    assert row.words == "what's the best way to splice tape fast"
    await desk.teach(row.mention.id, row.words, "With a sharp blade.")
    (rule,) = [one.rule for one in await desk.rules() if one.rule.origin == "web"]
    assert [test.say for test in rule.tests] == [row.words]


async def test_what_was_passed_on_is_answered_without_a_rule(desk: Desk, bot: SmallBot, renewed: list[str]) -> None:
    """No words to match are needed, and the rules need not be read anew; an answer without words is none."""
    rules = (bot.folder / "rules.toml").read_text("utf-8")
    passing = '[[rules]]\nid = "tip"\nwhen = ["https"]\ndo = "ask_owner"\nreply = "Thank you."\n'
    (bot.folder / "rules.toml").write_text(rules + passing, "utf-8")
    await bot.reload()
    assert await bot.talk("https://example.org/a") == "Thank you."
    (row,) = await desk.unanswered()
    assert (row.reason, row.known) == ("passed on", True)
    with pytest.raises(UsageError, match="needs words"):
        await desk.teach(row.mention.id, "", " ")
    await desk.teach(row.mention.id, "", "A good one, {name}!")
    await bot.deliver()
    assert (await bot.timeline())[-1].text == "A good one, ann!"
    assert (await desk.unanswered(), renewed) == ([], [])


async def test_who_was_held_back_is_answered_by_the_owner_though_there_is_a_rule(desk: Desk, bot: SmallBot) -> None:
    """Words that came late, say, have their rule, which nothing may be taken from: what the owner says is said once."""
    for words in ("hello", "how do I feed bees"):
        await bot.hear(words)
    bot.later(days=2)
    assert await bot.talk("hello", "@ben") == "Hello ben, nice to meet you."
    greeting, bees = await desk.unanswered()
    assert [(row.reason, row.known) for row in (greeting, bees)] == [("late", True), ("late", False)]
    await desk.teach(greeting.mention.id, "", "Sorry, {name}, I was away.")
    await desk.teach(bees.mention.id, "", "Sugar and water.")
    await bot.deliver()
    late = [item.text for item in await bot.timeline()][-2:]
    assert late == ["You asked on Sunday: Sorry, ann, I was away.", "You asked on Sunday: Sugar and water."]
    assert await desk.unanswered() == []
    assert [one.rule.id for one in await desk.rules() if one.rule.origin == "web"] == ["taught-how-do-i-feed"]


async def test_a_mention_that_is_left_waits_no_more(desk: Desk, bot: SmallBot) -> None:
    """The owner has seen it; a second word is too late."""
    await bot.talk("what is the capital of Peru")
    (row,) = await desk.unanswered()
    await desk.ignore(row.mention.id)
    assert await desk.unanswered() == []
    with pytest.raises(UsageError, match="does not wait"):
        await desk.ignore(row.mention.id)


async def test_the_outbox_shows_what_needs_the_owner_first_and_no_draft(desk: Desk, bot: SmallBot) -> None:
    """However much was sent since, a held post is there to be decided; drafts stand in the queue."""
    for number in range(120):
        state = State.HELD if number == 3 else State.SENT
        post = Post(account="timeline", text=f"Post {number}.", dedupe_key=f"post:{number}")
        await bot.on.db(bot.on.store.outbox.filled, None, None, post, state, now=bot.clock())
    rows = await desk.outbox()
    assert [row.post.text for row in rows[:3]] == ["Post 3.", "Post 119.", "Post 118."]
    assert {row.state for row in rows} == {State.HELD, State.SENT}
    assert len(rows) == 100
