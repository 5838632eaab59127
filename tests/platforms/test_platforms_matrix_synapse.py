"""Matrix against Synapse itself, the server that most people use: everything that our own server was told to be like."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Mention, Post, Secret, State
from bot.net import Client
from bot.platforms.matrix import platform
from bot.platforms.matrix.keys import Options
from bot.ports import Tools
from bot.prove.life import lives
from bot.prove.site import Site, publishing
from bot.prove.verdict import at_rest
from bot.store import open_store
from tests.platforms.contract import MemoryVault
from tests.platforms.stages import real_post as post
from tests.servers.fixtures import Hands
from tests.servers.lossy import lossy
from tests.servers.synapse import Person, Synapse, synapse

pytestmark = pytest.mark.server

BOT = "@bot:localhost"
PATIENCE = 60.0
"""Seconds that anything may take on a loaded machine."""


@pytest.fixture(scope="module")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A running Synapse, until the module's tests are over."""
    with synapse(tmp_path_factory.mktemp("synapse")) as server:
        yield server


class Town:
    """The server, the bot's account on it, and people."""

    def __init__(self, server: Synapse, make_client: Callable[..., Client]) -> None:
        self.server, self.make_client = server, make_client
        self.vault = MemoryVault()
        self.room = ""

    async def person(self, name: str, device: str = "PHONE") -> Person:
        """Somebody with a client of their own."""
        return await Person(self.server.url, self.make_client).log_in(name, device)

    def bot(self, url: str = "", **more: Any) -> Any:
        """Open the account, as at each start."""
        keys: dict[str, Any] = {"server": url or self.server.url, "user": BOT, "room": self.room, **more}
        if "token" not in keys:
            keys["password"] = Secret("pw-bot")
        options = Options(poll=timedelta(seconds=5), **keys)
        tools = Tools(
            http=self.make_client(allow_private=()).door([options.server]),
            vault=self.vault,
            log=logging.getLogger("acc"),
            now=lambda: datetime.now(UTC),
        )
        return platform.open(
            Account(name="acc", platform="matrix", options=options, owner="@ann:localhost"), options, tools
        )


@pytest.fixture
async def town(homeserver: Synapse, make_client: Callable[..., Client], clock: Hands) -> Town:
    """A town with a room of its own, which Ann opened and invited the bot to."""
    clock.now = datetime.now(UTC)
    town = Town(homeserver, make_client)
    ann = await town.person("ann", "OPENER")
    town.room = await ann.room(BOT, "@cat:localhost")
    await (await town.person("cat", "OPENER")).ask("POST", f"/join/{town.room}", {})
    return town


class Ear:
    """The bot's listening, one mention after the other."""

    def __init__(self, mentions: Any) -> None:
        self._mentions, self.cursor = mentions, ""

    async def next(self) -> Mention:
        """The next mention; a deletion is one too."""
        async with asyncio.timeout(PATIENCE):
            self.cursor, mention = await anext(self._mentions)
            assert isinstance(mention, Mention)
            return mention


async def first_listening(account: Any, town: Town) -> None:
    """Let it find its place, and be called away."""
    async with aclosing(account.mentions(None)) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        while not any("heard" in name for _, name in town.vault.kept):
            assert not hearing.done(), hearing.exception()
            await asyncio.sleep(0.02)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


# --------------------------------------------------------------------------- speaking


async def test_it_posts_once_and_finds_it(town: Town) -> None:
    """The same key is one message; it is found after a restart, from another device too, by its link and by its words."""
    ann = await town.person("ann")
    for one in (post("one"), post("two", "Words alone, “quoted” — & naïve 👩‍👩‍👧")):
        account = town.bot()
        first, second = await account.publish(one), await account.publish(one)
        assert first.remote_id == second.remote_id == (await town.bot().find(one)).remote_id
        other = await town.person("bot", "ANOTHER")
        assert (await town.bot(token=Secret(other.token)).find(one)).remote_id == first.remote_id
    said = await ann.read(town.room)
    assert [event["content"]["msgtype"] for event in said] == ["m.notice", "m.notice"]
    assert all(event["content"]["m.mentions"] == {} for event in said)
    assert await town.bot().find(post("three")) is None
    assert sum(name.startswith("token") for _, name in town.vault.kept) == 1


async def test_what_is_lost_on_the_way_back_is_looked_for(town: Town) -> None:
    """Ten posts whose answers a proxy cuts, each at another byte: ten are there, not twenty."""
    ann = await town.person("ann")
    await town.bot().publish(post("first"))
    async with lossy(town.server.port) as proxy:
        account = town.bot(proxy.url)
        await account.publish(post("second"))  # logs in
        for number in range(10):
            proxy.loses, proxy.after = 1, number * 40
            one = post(f"lost{number}")
            with pytest.raises(Unsure):
                await account.publish(one)
            assert (await account.find(one)).note == "found"
            assert await account.publish(one)  # and again under the same key, which changes nothing
        assert proxy.lost == 10
    assert sum("/lost" in event["content"]["body"] for event in await ann.read(town.room)) == 10


async def test_a_forgotten_token_is_renewed_on_the_same_device(town: Town) -> None:
    """Logged out by somebody: it logs in again, and the same key is still the same message."""
    one, account = post("renewed"), town.bot()
    first = await account.publish(one)
    ((_, token),) = [(name, kept) for (_, name), kept in town.vault.kept.items() if name.startswith("token")]
    person = Person(town.server.url, town.make_client)
    person.token = token.reveal()
    await person.ask("POST", "/logout", {})
    again = await account.publish(one)
    assert again.remote_id == first.remote_id
    lost = town.bot(token=token)
    with pytest.raises(NeedsLogin):
        await lost.publish(one)


async def test_its_refusals_are_understood(town: Town) -> None:
    """Too large, too fast, a room that doesn't let us in, a room that is encrypted."""
    ann, root = await town.person("ann"), await town.person("root")
    account = town.bot()
    await account.publish(post("fine"))
    account.limits = type(account.limits)(max_length=100_000, unit="bytes")
    with pytest.raises(TooLong):
        await account.publish(post("huge", "x" * 70_000))
    limit = f"/v1/users/{BOT}/override_ratelimit"
    await root.ask("POST", limit, {"messages_per_second": 1, "burst_count": 1}, api="/_synapse/admin")
    waits = [await hurried(account, post(f"fast{number}")) for number in range(8)]
    assert all(timedelta(0) < wait < timedelta(minutes=1) for wait in filter(None, waits))
    assert any(waits)
    await root.ask("DELETE", limit, api="/_synapse/admin")
    closed = await ann.room()
    with pytest.raises(NeedsLogin, match="does not let us in"):
        await town.bot(room=closed).publish(post("closed"))
    said = await ann.say(closed, "hello")
    with pytest.raises(Rejected):
        await account.publish(post("closed", "Hi!", reply_to=said, reply_context={"room": closed}))
    lock = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    secret = await ann.room(BOT, initial_state=[lock])
    locked = town.bot(room=secret)
    with pytest.raises(Rejected, match="encrypted"):
        await locked.publish(post("secret"))
    assert [what for fine, what in await locked.examine() if not fine] == [
        what for fine, what in await locked.examine() if "encrypt" in what
    ]


async def hurried(account: Any, one: Post) -> timedelta | None:
    """Send, and give how long to wait first, where that is asked."""
    try:
        await account.publish(one)
    except RetryLater as told:
        return told.after
    return None


# --------------------------------------------------------------------------- hearing


async def test_a_mention_is_heard_and_answered(town: Town) -> None:
    """From nothing: what was said before is history; then each mention once, in order, and the answer where it was asked."""
    ann = await town.person("ann")
    account = town.bot()
    await account.publish(post("enter"))
    await ann.call(town.room, "before")
    await first_listening(account, town)
    said = [await ann.call(town.room, f"hello {number}") for number in range(3)]
    await ann.say(town.room, "to nobody")
    await ann.say(town.room, "bot: a notice", msgtype="m.notice", m__mentions={"user_ids": [BOT]})
    async with aclosing(town.bot().mentions(None)) as mentions:
        ear = Ear(mentions)
        heard = [await ear.next() for _ in range(3)]
        assert [mention.remote_id for mention in heard] == said
        assert [mention.text for mention in heard] == ["hello 0", "hello 1", "hello 2"]
        assert (heard[0].author, heard[0].name) == ("@ann:localhost", "ann")
        answer = post(
            "answer",
            "Hello Ann!",
            reply_to=said[0],
            reply_to_author=heard[0].author,
            reply_context=heard[0].context,
        )
        receipt = await account.publish(answer)
        (event,) = [event for event in await ann.read(town.room) if "m.relates_to" in event["content"]]
        assert event["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": said[0]}}
        assert event["content"]["m.mentions"] == {"user_ids": ["@ann:localhost"]}
        back = await ann.say(town.room, "and why?", m__relates_to={"m.in_reply_to": {"event_id": receipt.remote_id}})
        further = await ear.next()
        assert (further.remote_id, further.thread, further.in_reply_to) == (back, said[0], receipt.remote_id)
        await ann.redact(town.room, back)
        gone = await ear.next()
        assert (gone.remote_id, gone.gone) == (back, True)
    await account.delete(receipt)
    await account.delete(receipt)
    assert "Hello Ann!" not in json.dumps(await ann.read(town.room))


async def test_what_was_said_meanwhile_is_heard_whole(town: Town) -> None:
    """A batch leaves most of it out: the first words after the last ones are heard, and none from before."""
    ann, account = await town.person("ann"), town.bot()
    await account.publish(post("enter"))
    await ann.call(town.room, "before")
    await first_listening(account, town)
    said = [await ann.call(town.room, "first")]
    for number in range(130):
        await ann.say(town.room, f"among ourselves {number}")
    said.append(await ann.call(town.room, "last"))
    async with aclosing(town.bot().mentions(None)) as mentions:
        ear = Ear(mentions)
        assert [(await ear.next()).remote_id for _ in range(2)] == said
    more = await ann.call(town.room, "more")
    async with aclosing(town.bot().mentions(ear.cursor)) as mentions:
        assert (await Ear(mentions).next()).remote_id == more


async def test_it_goes_where_its_owner_invites_it(town: Town) -> None:
    """Ann is its owner; alone with her, everything she says is said to it. Cat is somebody else."""
    ann, cat, account = await town.person("ann"), await town.person("cat"), town.bot()
    await account.publish(post("enter"))
    await first_listening(account, town)
    theirs = await cat.room(BOT)
    async with aclosing(account.mentions(None)) as mentions:
        ear = Ear(mentions)
        alone = await ann.room(BOT, is_direct=True)
        said = await ann.say(alone, "psst")
        heard = await ear.next()
        assert (heard.remote_id, heard.text, heard.context["room"]) == (said, "psst", alone)
        await account.publish(post("psst", "Yes?", reply_to=said, reply_context=heard.context))
        assert [event["content"]["body"] for event in await ann.read(alone)] == ["Yes?"]
    members = await cat.ask("GET", f"/rooms/{theirs}/members", membership="join")
    assert [event["state_key"] for event in members["chunk"]] == ["@cat:localhost"]


async def test_it_examines_well(town: Town) -> None:
    """All is fine, once it is in its room."""
    account = town.bot()
    assert [what for fine, what in await account.examine() if not fine] == [f"it is not in {town.room}: invite it"]
    await account.publish(post("enter"))
    assert all(fine for fine, _ in await account.examine())


# --------------------------------------------------------------------------- being killed

ACCOUNT = """
[bot]
timezone = "UTC"
database = "bot.db"
[web]
listen = "127.0.0.1:0"
[net]
contact = "https://localhost/starfish-test"
allow_private = ["127.0.0.0/8"]
[[accounts]]
name = "rooms"
platform = "matrix"
server = "{url}"
user = "@bot:localhost"
room = "{room}"
poll = "5s"
password = {{ file = "password" }}
settle = "3s"
caps = {{ person = false, account = false, thread = false }}
{rhythm}
"""
FEEDS = '[[feeds]]\nurl = "{url}/feed.xml"\nevery = "1s"\nbackfill = "all"\n'
RULES = '[[rules]]\nid = "hello"\nwhen = ["hello *"]\nreply = "Hello {name}!"\n'
KILLS = 50


class Battery:
    """A bot process that is killed, and what it should have said."""

    def __init__(self, folder: Path, town: Town, site: Site, url: str) -> None:
        self.folder, self.town, self.site, self.url = folder, town, site, url
        folder.mkdir()
        (folder / "password").write_text("pw-bot", "utf-8")
        (folder / "password").chmod(0o600)
        (folder / "feeds.toml").write_text(FEEDS.format(url=site.url), "utf-8")
        (folder / "rules.toml").write_text(RULES, "utf-8")
        (folder / "quotes.txt").write_text("Listen first.\n", "utf-8")
        self.write(posting=True)

    def write(self, *, posting: bool) -> None:
        """Write the settings; not `posting`: it decides nothing new, and delivers what it decided."""
        rhythm = 'post = { every = "1s" }' if posting else ""
        (self.folder / "starfish.toml").write_text(
            ACCOUNT.format(url=self.url, room=self.town.room, rhythm=rhythm), "utf-8"
        )

    def rests(self, said: list[str]) -> bool:
        """Whether nothing is on its way, and everybody has an answer in the outbox."""
        with open_store(self.folder / "bot.db", mode="read", now=datetime.now(UTC)) as store:
            answered = {row.post.reply_to for row in store.outbox.rows(limit=10_000)}
            return at_rest(store) and answered >= set(said)

    def heard_first(self) -> bool:
        """Whether the bot has found the place where its listening begins."""
        secrets = self.folder / "bot.db.secrets"
        return secrets.exists() and "heard" in secrets.read_text("utf-8")


async def until(true: Callable[[], bool], seconds: float = 150.0) -> None:
    """Look again and again until something is true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.2)


@pytest.fixture
async def battery(town: Town, tmp_path: Path) -> AsyncIterator[tuple[Battery, Any]]:
    """A bot before a proxy that loses answers, with a feed that grows."""
    async with lossy(town.server.port) as proxy, publishing(Site(random.Random(7))) as site:
        yield Battery(tmp_path / "config", town, site, proxy.url), proxy


async def test_fifty_kills_lose_and_double_nothing(battery: tuple[Battery, Any]) -> None:
    """A bot posts from its feed and answers Ann, is killed fifty times, its server once restarted, answers lost on the way."""
    table, proxy = battery
    dice, ann, said = random.Random(50), await table.town.person("ann"), list[str]()
    async with lives(table.folder) as bot:
        end = await bot.begin()
        await until(table.heard_first)
        await until((table.folder / "bot.db").exists)
        for number in range(KILLS):
            if number == KILLS // 2:
                table.town.server.stop()
                table.town.server.start()
            said.append(await ann.call(table.town.room, f"hello {number}"))
            proxy.loses, proxy.after = int(dice.random() < 0.5), dice.randrange(300)
            await asyncio.sleep(dice.uniform(0.2, 2.4))
            bot.kill()
            assert await end == -signal.SIGKILL, bot.last_words()
            if number == KILLS - 1:  # a last life, in which it only says what it decided
                proxy.loses, table.site.frozen = 0, True
                table.write(posting=False)
            end = await bot.begin()
        await until(lambda: table.rests(said))
        assert await bot.stop() == 0
        assert bot.killed == KILLS
    await judged(table, ann, said)


async def judged(table: Battery, ann: Person, said: list[str]) -> None:
    """Compare what the bot believes with what stands in the room."""
    with open_store(table.folder / "bot.db", mode="read", now=datetime.now(UTC)) as store:
        rows = store.outbox.rows(limit=10_000)
    assert {row.state for row in rows} == {State.SENT}
    there = Counter[str]()
    for event in await ann.read(table.town.room):
        answered = event["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
        there[answered or event["content"]["body"]] += 1
    decided = Counter(row.post.reply_to or row.post.text for row in rows)
    assert there == decided
    assert set(there.values()) == {1}
    assert set(said) <= set(there)
    assert len(rows) - len(said) >= 10
    logging.getLogger(__name__).info("%s kills, %s posts, %s answers", KILLS, len(rows) - len(said), len(said))
