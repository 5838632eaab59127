"""The running bot, as a process: its first minute, its page, its files changing under it, its end."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app.run import DRAIN, Bot
from bot.core.text import measure
from bot.demo.server import sites
from bot.model import Post
from bot.platforms.local import LIMITS
from bot.web.app import LAST_WORDS
from tests.cli.terminal import Terminal
from tests.faults.rig import rig
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands
from tests.servers.running_bot import RunningBot, running_bot
from tests.servers.small_bot import LOCAL, PIECES, rss, small_bot, write_config


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    """A site with feeds."""
    async with FeedServer() as server:
        yield server


@pytest.fixture
async def bot(server: FeedServer, tmp_path: Path) -> AsyncIterator[RunningBot]:
    """A running bot with one feed, hourly posts, and no extra ones."""
    url = server.put("/feed", rss(PIECES[:1]), etag='"1"')
    async with running_bot(write_config(tmp_path / "config", feeds=[url])) as bot:
        await bot.start()
        yield bot


def kinds(items: list[dict[str, Any]], kind: str) -> int:
    return sum(item["kind"] == kind for item in items)


def write_over(path: Path, old: str, new: str) -> None:
    """Change a file as an editor does: written beside, then renamed."""
    text = path.read_text("utf-8")
    assert old in text
    spare = path.with_suffix(".new")
    spare.write_text(text.replace(old, new), "utf-8")
    spare.replace(path)


async def test_a_newcomer_sees_posts_is_answered_and_ends_it_well(tmp_path: Path) -> None:
    """Three first posts from real pages, a mention answered once however often it is sent, and exit 0 on SIGTERM."""
    async with sites(START) as base:
        feeds = [f"{base}/{slug}/feed.xml" for slug in ("tide-table", "patch-notes", "quiet-bench")]
        async with running_bot(write_config(tmp_path / "config", feeds=feeds)) as bot:
            await bot.start()
            assert "Log in as the owner, once: http://127.0.0.1" in "".join(bot.said)
            health = await bot.browser.get("/healthz")
            assert (health.status, health.json()["status"]) == (200, "ok")
            posts = await bot.until(lambda items: kinds(items, "post") == 3)
            assert len({post["url"] for post in posts}) == 3
            assert all(post["text"].endswith(post["url"]) and measure(post["text"], LIMITS) <= 300 for post in posts)

            mention = {"id": "k1", "from": "@ann", "text": "hello"}
            sent = [await bot.browser.send_json("/api/mentions", mention) for _ in range(3)]
            assert {(one.status, one.json()["id"]) for one in sent} == {(202, sent[0].json()["id"])}
            items = await bot.until(lambda items: kinds(items, "reply") > 0)
            (reply,) = [item for item in items if item["kind"] == "reply"]
            assert (reply["text"], reply["in_reply_to"]) == ("Hello ann, nice to meet you.", sent[0].json()["id"])

            page = await bot.browser.get("/")
            assert page.status == 200
            assert "Hello ann, nice to meet you." in page.text
            assert await bot.stop() == 0
            assert "Stopped; everything that waits is kept." in bot.said[-1]
            assert "Traceback" not in bot.log

            await bot.start()  # what was posted and answered is not posted or answered again
            await bot.browser.send_json("/api/mentions", mention)
            await bot.browser.send_json("/api/mentions", {"from": "@bo", "text": "hi"})
            items = await bot.until(lambda items: kinds(items, "reply") == 2)
            assert (kinds(items, "post"), kinds(items, "mention")) == (3, 2)
            bot.signal(signal.SIGINT)
            assert await bot.ended() == 0


async def test_changed_files_come_into_force_and_wrong_ones_do_not(
    bot: RunningBot, server: FeedServer, tmp_path: Path
) -> None:
    """A saved rule answers; a mistake is a notice and the old rules stay; an added feed and account begin to work."""
    folder = bot.folder

    async def asked(text: str, key: str) -> str:
        answer = await bot.browser.send_json("/api/mentions", {"id": key, "from": "@ann", "text": text})
        number = answer.json()["id"]
        items = await bot.until(lambda items: any(item.get("in_reply_to") == number for item in items))
        return next(str(item["text"]) for item in items if item.get("in_reply_to") == number)

    async def notices() -> list[str]:
        return [line for line in bot.log.splitlines() if "! " in line]

    await bot.until(lambda items: kinds(items, "post") == 1)
    write_over(folder / "rules.toml", "Hello {name}, nice to meet you.", "Good day, {name}.")
    bot.signal(signal.SIGHUP)
    for number in range(100):
        if await asked("hello", f"a{number}") == "Good day, ann.":
            break
    else:
        pytest.fail("the changed rule is not in force")

    write_over(folder / "rules.toml", "Good day", "{nonsense")
    bot.signal(signal.SIGHUP)
    await bot.until(lambda _: "have mistakes, so the old settings stay in force" in bot.log)
    assert await asked("hello", "b") == "Good day, ann."
    write_over(folder / "rules.toml", "{nonsense", "Once more")

    second = server.put("/second", rss(PIECES[1:2]))
    feeds = folder / "feeds.toml"
    feeds.write_text(feeds.read_text("utf-8") + f'[[feeds]]\nurl = "{second}"\n', "utf-8")
    starfish = folder / "starfish.toml"
    starfish.write_text(starfish.read_text("utf-8") + LOCAL.replace("timeline", "second"), "utf-8")
    bot.signal(signal.SIGHUP)
    await bot.until(lambda items: kinds(items, "post") >= 3)  # the new account's first posts, of old and new feeds
    assert server.hits("/second") >= 1

    write_over(starfish, LOCAL.replace("timeline", "second"), "")
    write_over(starfish, 'listen = "127.0.0.1:0"', 'listen = "127.0.0.1:1"')
    bot.signal(signal.SIGHUP)
    await bot.until(lambda _: "restart needed" in bot.log)
    assert await asked("hello", "c") == "Once more, ann."
    assert await notices() != []
    assert "in our own code" not in bot.log
    assert await bot.stop() == 0


async def test_a_second_bot_and_commands_beside_the_first(bot: RunningBot) -> None:
    """A second `run` exits 3; what a command writes beside the bot is in force there within moments."""
    terminal = Terminal(bot.folder)
    second = RunningBot(bot.folder)
    with pytest.raises(AssertionError, match="did not start"):
        await second.start()
    assert await second.ended() == 3
    await bot.until(lambda items: kinds(items, "post") == 1)

    def beside(*words: str) -> str:
        return terminal.ok(*words).out

    taught = await asyncio.to_thread(beside, "rules", "teach", "--when", "tea or coffee", "--reply", "Tea.")
    assert "stored the rule" in taught
    bot.signal(signal.SIGHUP)
    for number in range(100):
        await bot.browser.send_json("/api/mentions", {"id": f"t{number}", "from": "@ann", "text": "tea or coffee"})
        items = await bot.until(lambda items, asked=number: kinds(items, "reply") > asked)  # type: ignore[misc]
        if items[-1]["text"] == "Tea.":
            break
    else:
        pytest.fail("what was taught beside the bot is not in force")
    status = json.loads(await asyncio.to_thread(beside, "status", "--json"))
    assert status["counts"]["outbox_sent"] >= 2


async def test_hostile_mentions_are_answered_or_refused(bot: RunningBot) -> None:
    """A megabyte, control characters, broken JSON, wrong types: 202 or 4xx, never 5xx, and the bot lives."""
    values: tuple[object, ...] = (
        {"from": "@ann", "text": "x" * 1_000_000},
        {"from": "@ann", "text": "\x00\x1b[31m\u202e"},
        {"from": "@" + "a" * 10_000, "text": "hello"},
        {"from": "@ann", "text": 5},
        {"text": "hello"},
        {"from": "@ann", "text": "hello", "in_reply_to": 10**30},
        {"from": "@ann", "text": "hello", "in_reply_to": -1},
        {"from": "@ann", "text": "hello", "id": "k" * 100_000},
        [],
        "hello",
    )
    for value in values:
        answer = await bot.browser.send_json("/api/mentions", value)
        assert answer.status in {202, 400, 413, 422}, (str(value)[:80], answer)
    for body in (b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"from": "@ann", "text": "\\ud800"}'):
        answer = await bot.browser.send("/api/mentions", body, "application/json")
        assert answer.status in {202, 400, 413, 415, 422}, (body[:80], answer)
    assert (await bot.browser.get("/healthz")).status == 200
    assert "in our own code" not in bot.log


async def test_a_database_deleted_under_it_is_saved_and_named(bot: RunningBot) -> None:
    """It stops within seconds with exit 1 and a sentence; what it held comes back by the command that this names."""
    await bot.until(lambda items: kinds(items, "post") == 1)
    for file in bot.folder.rglob("*.db*"):
        if not file.name.endswith((".lock", ".exists", ".secrets")):
            file.unlink()
    assert await bot.ended() == 1
    (rescued,) = bot.folder.rglob("*.rescued-*")
    assert f"starfish restore {rescued}" in " ".join(bot.log.split())
    assert "Traceback" not in bot.log
    assert "is restored" in Terminal(bot.folder).ok("restore", str(rescued)).out
    await bot.start()
    items = await bot.until(lambda items: kinds(items, "post") == 1)
    assert kinds(items, "post") == 1


async def test_what_the_last_run_said_of_itself_is_over(tmp_path: Path) -> None:
    """A restart that was needed and a task that had stopped are told no longer; what the world is told of stays."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as small:
        owner, now = small.on.store.owner, small.clock()
        for subject in ("config", "network", "task:polling", "task:listening of timeline", "feed:http://127.0.0.1:9/a"):
            await small.on.db(owner.tell, subject, "It is so.", now=now)
        bot = Bot(small.on, small.stories)
        bot.stopping.set()
        await bot.live()
        assert [one.subject for one in await small.on.db(owner.notices)] == ["feed:http://127.0.0.1:9/a"]


@pytest.mark.parametrize(("cut", "said"), [(1, "1 delivery was cut off"), (2, "2 deliveries were cut off")])
async def test_what_the_last_stop_cut_off_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, cut: int, said: str
) -> None:
    """The log says at the start how much is looked for before it goes again."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as small:
        outbox, now = small.on.store.outbox, small.clock()
        for name in ("a", "b")[:cut]:
            await small.on.db(outbox.put, Post(account=name, text="Words", dedupe_key=name), "post", now=now)
            assert await small.on.db(outbox.claim, name, now=now)
        bot = Bot(small.on, small.stories)
        bot.stopping.set()
        await bot.live()
        assert f"{said} by the last stop; each is looked for" in caplog.text


async def test_a_task_of_an_account_that_is_gone_is_over(tmp_path: Path) -> None:
    """One that failed, and whose account the owner removed before it was tried again, is no mistake of ours."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as small:
        bot = Bot(small.on, small.stories)
        async with asyncio.timeout(5):
            await bot._work("posting of gone")
            await bot._work("delivery of gone")


async def test_an_account_that_comes_back_hears_its_bell(tmp_path: Path) -> None:
    """Taken out and put back before its task took note of either, it is rung at each slot, and not once a minute."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as small:
        bot, with_it = Bot(small.on, small.stories), small.stories
        life = asyncio.create_task(bot.live())
        async with asyncio.timeout(5):
            while not bot._rung or bot._rung["timeline"].is_set():
                await asyncio.sleep(0)
            write_config(tmp_path / "config", accounts=LOCAL.replace("timeline", "other"))
            await small.reload()
            bot.take(small.stories)
            bot.take(with_it)
            for _ in range(2):
                while bot._rung["timeline"].is_set():
                    await asyncio.sleep(0)
                bot.news()
            bot.stopping.set()
            await life


async def test_on_a_stop_nothing_new_is_sent(tmp_path: Path) -> None:
    """Of a backlog what is on its way arrives, and the rest waits: none is cut off by the end of the drain's time."""
    async with rig(tmp_path, "blind") as around:
        for name in ("a", "b", "c"):
            await around.plan("blind", name)
        bot = Bot(around.on, around.stories)
        around.servers["blind"].arrived = bot.stopping.set
        async with asyncio.timeout(10):
            await bot.live()
        assert around.states("blind") == ["sent", "planned", "planned"]


def test_the_whole_stop_takes_less_than_ten_seconds() -> None:
    """Whoever hangs, a platform and then a visitor of the page, there is a second left to close everything."""
    assert DRAIN + LAST_WORDS <= 9


async def test_a_file_saved_on_the_way_out_begins_nothing(tmp_path: Path) -> None:
    """What would begin then would go on without a database."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as small:
        bot = Bot(small.on, small.stories)
        bot.stopping.set()
        bot.take(small.stories)
        await bot.live()
        bot.take(small.stories)
        assert bot._tasks.keys().isdisjoint({"posting of timeline", "delivery of timeline"})


class Saving(Hands):
    """A clock that is looked at in the middle of a turn: just then something else happens."""

    def __init__(self, looker: str) -> None:
        super().__init__()
        self.looker, self.then = looker, list[Callable[[], object]]()

    def __call__(self) -> datetime:
        """The time; before it is told to the looker, what else happens."""
        task = asyncio.current_task() if self.then else None
        if task and task.get_name() == self.looker:
            self.then.pop()()
        return super().__call__()


async def test_a_turn_keeps_its_parts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An account that is taken out while its slot is looked for ends that turn as it began it, and is over."""
    clock = Saving("posting of timeline")
    async with small_bot(write_config(tmp_path / "config"), clock) as small:
        await small.on.db(small.on.store.owner.put, "first:timeline", "done")
        bot, with_it = Bot(small.on, small.stories), small.stories
        write_config(tmp_path / "config", accounts=LOCAL.replace("timeline", "other"))
        await small.reload()
        small.later(hours=1)
        clock.then.append(lambda: bot.take(small.stories))
        bot.take(with_it)
        async with asyncio.timeout(10):
            await bot._tasks["posting of timeline"]
        bot.stopping.set()
        await bot.live()
        assert "in our own code" not in caplog.text
