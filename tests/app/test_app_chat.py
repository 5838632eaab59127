"""The owner's desk in the chat, where there is nothing to do, or it can't be done: a sentence that says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app.chat import ChatDesk
from bot.core.addresses import canonical
from bot.errors import UsageError
from bot.model import Post, State
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import BASE, LOCAL, PIECES, SmallBot, rss, small_bot, write_config

ACCOUNTS = (
    LOCAL
    + LOCAL.replace('"timeline"', '"birds"').replace(
        'post = { every = "1h" }', 'review = true\npost = { every = "2h" }'
    )
    + '[[accounts]]\nname = "quiet"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/"\n'
)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[SmallBot]:
    """A bot with an account that posts, one whose drafts wait, and one that has no schedule."""
    async with FeedServer() as server:
        url = server.put("/feed", rss(PIECES[:4]))
        folder = write_config(tmp_path / "config", feeds=[url], accounts=ACCOUNTS, bot='interests = ["-rain"]')
        async with small_bot(folder, Hands()) as bot:
            yield bot


@pytest.fixture
def desk(bot: SmallBot) -> ChatDesk:
    """The owner's hands."""
    return ChatDesk(bot.on, lambda: bot.stories)


async def test_an_empty_desk_says_so(desk: ChatDesk) -> None:
    """Before anything was read there is nothing to see, to skip, to approve or to answer."""
    assert (await desk.queue("timeline")).startswith("Nothing waits")
    assert await desk.skip("timeline") == "There is nothing to skip."
    with pytest.raises(UsageError, match="No draft waits"):
        await desk.approve("timeline", None)
    with pytest.raises(UsageError, match="no draft 7; see: queue"):
        await desk.approve("timeline", 7)
    assert await desk.unanswered(private=True) == (None, "Everybody was answered.")
    with pytest.raises(UsageError, match="None of these waits"):
        await desk.ignore([1, 2])


async def test_a_draft_stands_first_with_the_word_that_lets_it_go(desk: ChatDesk, bot: SmallBot) -> None:
    """What needs the owner comes before what goes by itself; approved, it goes at its time."""
    await bot.gather()
    await bot.fill("one", "birds")
    first, *others = (await desk.queue("timeline")).splitlines()
    assert first.startswith("waits for `approve 1`: “")
    assert len(others) == 2
    assert (await desk.approve("timeline", 1)).startswith("Approved 1: “")
    with pytest.raises(UsageError, match="no draft 1"):
        await desk.approve("timeline", 1)


async def test_what_is_on_its_way_is_not_skipped(desk: ChatDesk, bot: SmallBot) -> None:
    """The next one is, and the link brings it back."""
    await bot.gather()
    await bot.fill("one")
    (row,) = await bot.outbox()
    claimed = await bot.on.db(bot.on.store.outbox.claim, "timeline", now=bot.clock())
    assert claimed is not None
    said = await desk.skip("timeline")
    assert row.post.title not in said
    assert (await bot.outbox())[0].state is not State.WITHDRAWN


@pytest.mark.parametrize("address", ["", "no address at all", "ftp://example.com/a", "javascript:alert(1)"])
async def test_what_is_no_address_is_not_shared(desk: ChatDesk, address: str) -> None:
    """It is said what one looks like."""
    with pytest.raises(UsageError, match="should look like https://"):
        await desk.share("timeline", address, "")


async def test_an_account_that_only_answers_shares_nothing(desk: ChatDesk) -> None:
    """The order is understood, and can't be done there."""
    with pytest.raises(UsageError, match="only answers"):
        await desk.share("quiet", "https://example.com/a", "")


async def test_a_find_is_for_the_account_where_it_was_said(desk: ChatDesk, bot: SmallBot) -> None:
    """On the local timeline for all that post; elsewhere for that one. An address needs no scheme."""
    said = await desk.share("timeline", "example.com/an-article", "My own words.")
    assert said.startswith("Queued before all others: timeline ")
    assert "birds " in said
    assert said.endswith("With your words.")


async def test_why_not_knows_each_fate_of_a_link(desk: ChatDesk, bot: SmallBot) -> None:
    """Never seen, waiting at its place, muted by an interest, a draft, withdrawn, shared."""
    rainy = next(piece for piece in PIECES[:4] if "rain" in piece.slug)
    plain = next(piece for piece in PIECES[:4] if "rain" not in piece.slug)
    assert (await desk.why_not(f"{BASE}/{plain.slug}")).startswith("I never saw it")
    await bot.gather()
    assert (await desk.why_not(f"{BASE}/{plain.slug}?utm_source=x")).startswith("Not yet: it waits at place ")
    assert await desk.why_not(f"{BASE}/{rainy.slug}") == "It was let through, but no account may share it now."
    await bot.fill("one", "birds")
    (draft,) = await bot.outbox()
    assert draft.post.link is not None
    assert canonical(draft.post.link) == draft.post.dedupe_key
    assert await desk.why_not(draft.post.link) == "It is a draft and waits for you: approve 1"
    await bot.on.db(bot.on.store.outbox.reject, 1, "too wet", now=bot.clock())
    assert await desk.why_not(draft.post.link) == "On birds it is withdrawn: too wet."
    await bot.fill("one")
    await bot.deliver()
    (post,) = await bot.posts()
    assert (await desk.why_not(post.url or "")).startswith("It was shared on timeline, ")


async def test_the_owner_adds_a_feed_as_they_would_write_it(desk: ChatDesk, bot: SmallBot) -> None:
    """An address without a scheme is looked for by https, and then by http."""
    async with FeedServer() as server:
        url = server.put("/other", rss(PIECES[:1]))
        assert url in await desk.add_feed(url.removeprefix("http://"))
    assert url in (bot.folder / "feeds.toml").read_text("utf-8")


async def test_a_site_without_a_feed_is_not_added(desk: ChatDesk, bot: SmallBot) -> None:
    """Nothing there, or nobody there: the file stays as it is, and the owner is told which."""
    before = (bot.folder / "feeds.toml").read_text("utf-8")
    async with FeedServer() as server:
        page = server.put("/page", "<title>no feed here</title>", content_type="text/html")
        with pytest.raises(UsageError, match="no feed at that address"):
            await desk.add_feed(page)
    with pytest.raises(UsageError, match="No feed was added"):
        await desk.add_feed("http://127.0.0.1:9/")
    assert (bot.folder / "feeds.toml").read_text("utf-8") == before


async def test_only_what_was_taught_is_forgotten_or_locked(desk: ChatDesk) -> None:
    """Rules of the file are the file's; a rule that there is none of is not found, and a stranger's signs are harmless."""
    for name in ("greeting", "nosuch @bob"):
        with pytest.raises(UsageError, match="was taught") as refused:
            await desk.forget(name, "@me", sure=True)
        assert "@bob" not in str(refused.value)
        with pytest.raises(UsageError, match="was taught"):
            await desk.lock(name, "@me", locked=True)


@pytest.mark.parametrize(
    ("when", "reply", "why"),
    [
        ("how do I oil a reel", "", "words to match and a reply"),
        ("how do I oil a (reel", "Sparingly.", "when: "),
        ("how do I oil a reel", "Ask {nobody}.", "not a name that a reply can use"),
        ("hello there *", "Mine.", "from the rule 'greeting'"),
        ("hi", "Mine.", "'greeting'"),
    ],
)
async def test_a_lesson_that_is_none_is_refused_with_the_reason(
    desk: ChatDesk, when: str, reply: str, why: str
) -> None:
    """Nothing is stored; the sentence says what to change."""
    with pytest.raises(UsageError) as refused:
        await desk.teach(when=when, number=None, reply=reply, rule=None, who="@me")
    assert why in str(refused.value)


async def test_signs_alone_teach_nothing(desk: ChatDesk, bot: SmallBot) -> None:
    """A mention without words has none to learn: the owner says what to match."""
    await bot.talk("?!")
    with pytest.raises(UsageError, match="no words to learn"):
        await desk.teach(when="", number=1, reply="Yes?", rule=None, who="@me")
    with pytest.raises(UsageError, match="no rule 'nosuch'"):
        await desk.teach(when="", number=1, reply="", rule="nosuch", who="@me")


async def test_the_oldest_of_very_many_drafts_is_approved_first(bot: SmallBot, desk: ChatDesk) -> None:
    """However many wait: a draft that is not seen would wait for ever."""
    outbox = bot.on.store.outbox
    for n in range(120):
        post = Post(account="birds", text=f"Words {n}.", dedupe_key=str(n))
        outbox.filled(None, None, post, State.DRAFT, now=bot.on.now())
    assert (await desk.approve("birds", None)).startswith("Approved 1: ")
    assert (await desk.approve("birds", 2)).startswith("Approved 2: ")


async def test_a_link_for_one_more_account_stays_with_the_first(tmp_path: Path) -> None:
    """Each order is about its own account: what was meant for another one before is still meant for it."""
    block = (
        '[[accounts]]\nname = "{0}"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/{0}"\npost = {{ every = "1h" }}\n'
    )
    accounts = "".join(block.format(name) for name in ("one", "two", "three"))
    async with small_bot(write_config(tmp_path / "config", accounts=accounts), Hands()) as bot:
        desk = ChatDesk(bot.on, lambda: bot.stories)
        await desk.share("one", "https://example.com/a", "")
        await desk.share("two", "https://example.com/a", "")
        offered = [name for name in ("one", "two", "three") if bot.on.store.feeds.candidates(name, None, 10)]
    assert offered == ["one", "two"]
