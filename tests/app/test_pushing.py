from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.app.feedbook import let_go
from bot.app.installed import platforms
from bot.app.page import Page
from bot.app.pushing import LONGEST_CHALLENGE, Pushing
from bot.app.run import Bot
from bot.app.serve import serve_bot
from bot.app.vault import OWN, PUSH
from bot.core.websub import FAREWELLS, LEASE, Subscription
from bot.demo.articles import Piece
from bot.store import open_store
from bot.web import serve
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands
from tests.servers.hub import Hub
from tests.servers.small_bot import PIECES, SmallBot, read_config, rss, small_bot, write_config

PUBLIC = "https://bot.example.com"
SITE = "https://sounds.example"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Scene:
    """A bot with its page, the hub of its feed, and the site of the feed."""

    bot: SmallBot
    hub: Hub
    site: FeedServer
    pushing: Pushing
    news: list[datetime]
    feed: str

    async def tend(self) -> datetime:
        return await self.pushing.tend()

    async def subscriptions(self) -> list[Subscription]:
        return await self.bot.on.db(self.bot.on.store.subscriptions.all)

    async def the_subscription(self) -> Subscription:
        (one,) = await self.subscriptions()
        return one

    async def entries(self) -> int:
        return await self.bot.on.db(self.bot.on.store.feeds.seen_count, self.feed)

    async def due_in(self) -> timedelta:
        state = await self.bot.on.db(self.bot.on.store.feeds.state, self.feed)
        assert state is not None
        assert state.next_at is not None
        return state.next_at - self.bot.clock()

    def serve_feed(self, count: int, *, hub: str | None = "") -> None:
        """Let the site have so many pieces, and name a hub ("": ours; None: none)."""
        self.site.put("/feed", named(document(PIECES[:count]), self.feed, self.hub.url if hub == "" else hub))

    def pushed(self) -> timedelta | None:
        """How long the feed's news are expected of its hub."""
        until = self.bot.on.pushed.get(self.feed)
        return None if until is None else until - self.bot.clock()


def document(pieces: Iterable[Piece]) -> str:
    """A feed with these pieces."""
    return rss(pieces, base=SITE)


def named(text: str, feed: str, hub: str | None) -> str:
    """A document with the links of WebSub in it."""
    links = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="{feed}"/>'
    if hub:
        links += f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="{hub}"/>'
    return text.replace("<channel>", f"<channel>{links}", 1)


def config(folder: Path, feed: str, *, web: str = "") -> Path:
    """The files of a bot that other machines can reach under a public name."""
    written = write_config(folder, feeds=[feed])
    main = written / "starfish.toml"
    main.write_text(main.read_text().replace("[web]\n", f'[web]\npublic_url = "{PUBLIC}"\n{web}\n'), "utf-8")
    return written


@asynccontextmanager
async def opened(folder: Path, clock: Hands, hub: Hub, site: FeedServer, feed: str) -> AsyncIterator[Scene]:
    """Run a bot's page and its subscriptions, steps by hand."""
    news: list[datetime] = []
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(small_bot(folder, clock))
        pushing = Pushing(bot.on, lambda: bot.stories, PUBLIC, lambda: news.append(clock()))
        page = Page(bot.on, lambda: bot.stories, lambda: None, pushing)
        serving = await stack.enter_async_context(serve(await page.parts(), "127.0.0.1", 0))
        hub.behind = serving.url
        yield Scene(bot, hub, site, pushing, news, feed)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    """A hub that verifies and delivers."""
    async with Hub() as hub:
        yield hub


@pytest.fixture
async def site() -> AsyncIterator[FeedServer]:
    """The site of the feed."""
    async with FeedServer() as site:
        yield site


@pytest.fixture
async def scene(tmp_path: Path, hub: Hub, site: FeedServer) -> AsyncIterator[Scene]:
    """The feed names the hub and was read once; nothing was asked of the hub yet."""
    feed = site.url("/feed")
    async with opened(config(tmp_path / "config", feed), Hands(), hub, site, feed) as scene:
        scene.serve_feed(2)
        await scene.bot.gather()
        yield scene


# --------------------------------------------------------------------------- subscribing


async def test_a_feed_that_names_a_hub_is_subscribed_to(scene: Scene) -> None:
    """The hub is asked once, with a callback under the public address, verifies it while it is asked, and is trusted."""
    assert scene.pushed() is None
    await scene.tend()
    (form,) = scene.hub.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", scene.feed)
    assert form["hub.callback"].startswith(f"{PUBLIC}/websub/")
    assert len(form["hub.callback"].rpartition("/")[2]) >= 32
    assert 32 <= len(form["hub.secret"]) < 200
    (answer,) = scene.hub.answers
    assert (answer.status, answer.text, answer.content_type) == (200, "challenge 0", "text/plain")
    one = await scene.the_subscription()
    assert (one.pending, one.lease_until, one.tries, one.problem) == ("", START + LEASE, 0, "")
    assert scene.pushed() == LEASE
    await scene.tend()
    assert len(scene.hub.asked) == 1


async def test_feeds_without_a_hub_are_left_in_peace(scene: Scene) -> None:
    """Nothing is asked for a feed that names none, or was never read."""
    scene.serve_feed(2, hub=None)
    await scene.bot.gather()
    await scene.tend()
    assert (scene.hub.asked, await scene.subscriptions()) == ([], [])


async def test_the_secret_is_in_the_vault_only(scene: Scene) -> None:
    """Neither the secret nor the key that it is made of stands in the database or a backup of it."""
    await scene.tend()
    database = scene.bot.stories.settings.bot.database
    vault = database.with_name(database.name + ".secrets")
    key = scene.bot.on.vault.get(OWN, PUSH)
    assert key is not None
    assert key.reveal() in vault.read_text()
    for path in database.parent.glob(f"{database.name}*"):
        if path != vault and path.is_file():
            content = path.read_bytes()
            assert key.reveal().encode() not in content
            assert scene.hub.last["hub.secret"].encode() not in content


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_success_is_an_acceptance(scene: Scene, status: int) -> None:
    """Old hubs answer 204, the standard says 202."""
    scene.hub.status = status
    await scene.tend()
    assert (await scene.the_subscription()).problem == ""
    assert scene.pushed() == LEASE


async def test_a_hub_that_moved_is_followed(scene: Scene) -> None:
    """A redirect that keeps the form is followed, as the standard says."""
    scene.serve_feed(2, hub=scene.hub.url.replace("/hub", "/old"))
    await scene.bot.gather()
    await scene.tend()
    assert scene.hub.modes == ["subscribe"]
    assert scene.pushed() == LEASE


@pytest.mark.parametrize("status", [400, 404, 500, 503])
async def test_a_hub_that_refuses_is_asked_again_ever_more_seldom(scene: Scene, status: int) -> None:
    """After one hour, two, four …; why is kept, and the feed is polled as before."""
    scene.hub.status = status
    waits = []
    for _ in range(4):
        before = len(scene.hub.asked)
        await scene.tend()
        assert len(scene.hub.asked) == before + 1
        one = await scene.the_subscription()
        waits.append(one.ask_at - scene.bot.clock())
        assert str(status) in one.problem
        scene.bot.clock.now = one.ask_at
    assert waits == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR]
    assert scene.pushed() is None


async def test_a_hub_that_is_not_there_harms_nobody(scene: Scene) -> None:
    """A refused connection is a problem of the subscription, in words without secrets."""
    scene.serve_feed(2, hub="http://127.0.0.1:1/hub?key=hidden")
    await scene.bot.gather()
    await scene.tend()
    problem = (await scene.the_subscription()).problem
    assert "no connection could be made" in problem
    assert "hidden" not in problem


async def test_a_private_hub_is_not_asked(scene: Scene) -> None:
    """A feed can't make us post into the owner's network: the guard of all foreign addresses holds for hubs too."""
    scene.serve_feed(2, hub="http://10.0.0.1/hub")
    await scene.bot.gather()
    await scene.tend()
    assert "private" in (await scene.the_subscription()).problem


# --------------------------------------------------------------------------- verification


async def test_only_what_we_asked_for_is_echoed(scene: Scene) -> None:
    """Another topic, another mode, another address, a question out of the blue, no challenge: 404, and nothing changes."""
    scene.hub.verifies = False
    await scene.tend()
    before = await scene.the_subscription()
    stranger = {**scene.hub.last, "hub.callback": f"{PUBLIC}/websub/{'x' * 32}"}
    assert (await scene.hub.verify(topic="https://elsewhere.example/feed")).status == 404
    assert (await scene.hub.verify(mode="unsubscribe")).status == 404
    assert (await scene.hub.verify(mode="publish")).status == 404
    assert (await scene.hub.verify(challenge=None)).status == 404
    assert (await scene.hub.verify(challenge="x" * (LONGEST_CHALLENGE + 1))).status == 404
    assert (await scene.hub.verify(challenge="a\r\nSet-Cookie: b")).status == 404
    assert (await scene.hub.verify(stranger)).status == 404
    assert await scene.the_subscription() == before
    assert scene.pushed() is None
    assert (await scene.hub.verify()).status == 200
    assert (await scene.hub.verify()).status == 404  # verified once: nothing is pending any more


async def test_a_challenge_is_text_and_nothing_more(scene: Scene) -> None:
    """Whatever a challenge looks like, browsers are told that it is plain text."""
    scene.hub.verifies = False
    await scene.tend()
    called = await scene.hub.verify(challenge="<script>alert(1)</script>")
    assert (called.text, called.content_type) == ("<script>alert(1)</script>", "text/plain")


@pytest.mark.parametrize(
    ("seconds", "lease"),
    [("3600", HOUR), (None, LEASE), ("soon", LEASE), ("-5", LEASE), ("9" * 10, 30 * DAY), ("9" * 50, LEASE)],
)
async def test_the_hub_decides_how_long_within_reason(scene: Scene, seconds: str | None, lease: timedelta) -> None:
    """The lease is what the hub says, at most a month; what can't be read counts as what we asked for."""
    scene.hub.verifies = False
    await scene.tend()
    await scene.hub.verify(lease_seconds=seconds)
    assert scene.pushed() == lease


async def test_a_denial_ends_it_for_a_week(scene: Scene) -> None:
    """The reason is kept, deliveries count no more, polling has its own pace again, and the hub is asked in a week."""
    await scene.tend()
    denied = await scene.hub.verify(mode="denied", challenge=None, reason="not with us")
    assert denied.status == 200
    one = await scene.the_subscription()
    assert (one.lease_until, one.problem, one.ask_at) == (None, "denied: not with us", START + timedelta(days=7))
    assert scene.pushed() is None
    assert (await scene.hub.deliver(document(PIECES[:4]))).status == 202
    assert await scene.entries() == 2
    scene.bot.later(days=6)
    await scene.tend()
    assert len(scene.hub.asked) == 1
    scene.bot.later(days=1)
    await scene.tend()
    assert scene.hub.modes == ["subscribe", "subscribe"]


# --------------------------------------------------------------------------- deliveries


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_a_signed_delivery_is_taken_in_at_once(scene: Scene, method: str) -> None:
    """What is new in it becomes a candidate by the same path as a poll's, and the accounts are told."""
    await scene.tend()
    scene.bot.later(hours=3)
    before = await scene.due_in()
    assert (await scene.hub.deliver(document([PIECES[2]]), method=method)).status == 202
    assert await scene.entries() == 3
    assert scene.news == [scene.bot.clock()]
    assert await scene.due_in() == before  # the next poll stays where it was
    assert (await scene.the_subscription()).delivered_at == scene.bot.clock()
    entries = scene.bot.on.store.feeds.entry_of(f"{SITE}/{PIECES[2].slug}")
    assert [entry.verdict for entry in entries] == ["candidate"]


async def test_what_is_not_signed_is_thrown_away(scene: Scene) -> None:
    """No signature, a wrong one, one by another secret or method: 202 as the standard says, and nothing is taken in."""
    await scene.tend()
    four = document(PIECES[:4])
    for signature in ("", "sha256=", "sha256=" + "0" * 64, "md5=" + "0" * 32, "sha256", "sha256=é", "crc=1", "=" * 99):
        assert (await scene.hub.deliver(four, signature=signature)).status == 202
    other = {**scene.hub.last, "hub.secret": "another"}
    assert (await scene.hub.deliver(four, form=other)).status == 202
    assert await scene.entries() == 2
    assert scene.news == []
    assert (await scene.the_subscription()).delivered_at is None


async def test_a_replayed_delivery_doubles_nothing(scene: Scene) -> None:
    """The same body ten times, and then the poll that has it too: one entry."""
    await scene.tend()
    for _ in range(10):
        await scene.hub.deliver(document([PIECES[2]]))
    assert len(scene.news) == 1
    scene.serve_feed(3)
    scene.bot.later(days=1)
    (polled,) = await scene.bot.gather()
    assert (polled.status, polled.new) == ("changed", 0)
    assert await scene.entries() == 3


async def test_a_delivery_after_the_poll_that_found_it_brings_nothing(scene: Scene) -> None:
    """Whoever comes second finds it known."""
    await scene.tend()
    scene.serve_feed(3)
    (polled,) = await scene.bot.gather()
    assert polled.new == 1
    await scene.hub.deliver(document([PIECES[2]]))
    assert (await scene.entries(), scene.news) == (3, [])


async def test_a_poll_that_finds_what_the_hub_did_not_bring_ends_the_trust_in_it(scene: Scene) -> None:
    """Then the feed is polled at its own pace, until the hub delivers again."""
    await scene.tend()
    scene.serve_feed(3)
    await scene.bot.gather()
    assert scene.pushed() is None
    await scene.tend()
    assert scene.pushed() is None
    await scene.hub.deliver(document([PIECES[3]]))
    assert scene.pushed() == LEASE


@pytest.mark.parametrize("body", [b"", b"<html><p>no feed</p></html>", b"\x00\xff" * 500, b"\x1f\x8b\x08broken"])
async def test_a_signed_document_that_is_no_feed_is_survived(scene: Scene, body: bytes) -> None:
    """The hub is not told off, nothing is taken in, the feed's state stays."""
    await scene.tend()
    before = await scene.bot.on.db(scene.bot.on.store.feeds.state, scene.feed)
    assert (await scene.hub.deliver(body)).status == 202
    assert await scene.bot.on.db(scene.bot.on.store.feeds.state, scene.feed) == before


async def test_a_flood_is_held_whoever_brings_it(scene: Scene) -> None:
    """A hub that brings known items under new ids has the feed held, as a poll would."""
    await scene.tend()
    again = document(PIECES[:2]).replace("<guid>", "<guid>new ")
    await scene.hub.deliver(again)
    state = await scene.bot.on.db(scene.bot.on.store.feeds.state, scene.feed)
    assert state is not None
    assert "new ids" in str(state.held)
    await scene.hub.deliver(document(PIECES[4:6]))
    assert await scene.entries() == 2


async def test_after_the_owners_word_the_whole_document_is_the_baseline(scene: Scene) -> None:
    """A part of it that a hub brings is not mistaken for it, so nothing old is posted afterwards."""
    await scene.tend()
    store = scene.bot.on.store
    await scene.bot.on.db(store.feeds.mute, scene.feed, "by the owner")
    await scene.hub.deliver(document([PIECES[2]]))
    let_go(scene.feed, store)
    await scene.hub.deliver(document([PIECES[3]]))
    assert await scene.entries() == 2
    scene.serve_feed(5)
    await scene.bot.gather()
    assert [entry.verdict for entry in store.feeds.entry_of(f"{SITE}/{PIECES[3].slug}")] == ["baseline"]


# --------------------------------------------------------------------------- the safety net


async def test_polls_are_but_a_safety_net_while_a_lease_lives(scene: Scene) -> None:
    """Before: several times a day.  With a verified lease: once a day.  At its end: the feed's own pace again."""
    assert await scene.due_in() < 12 * HOUR
    await scene.tend()
    await scene.bot.gather()
    assert DAY <= await scene.due_in() <= 1.1 * DAY
    scene.hub.verifies = False
    scene.bot.later(days=9, hours=20)
    await scene.bot.gather()
    assert 4 * HOUR <= await scene.due_in() < 12 * HOUR  # no later than the lease's end, or the feed's own pace
    scene.bot.later(hours=4)
    await scene.tend()
    assert scene.pushed() is None


async def test_a_lease_is_renewed_before_it_ends(scene: Scene) -> None:
    """At two thirds of it the same callback is asked for again, with the same secret, and lives on."""
    await scene.tend()
    first = scene.hub.last
    scene.bot.later(days=6, hours=15)
    await scene.tend()
    assert len(scene.hub.asked) == 1
    scene.bot.later(hours=2)
    await scene.tend()
    assert scene.hub.modes == ["subscribe", "subscribe"]
    assert scene.hub.last == first
    assert scene.pushed() == LEASE
    assert (await scene.hub.deliver(document([PIECES[2]]), form=first)).status == 202
    assert await scene.entries() == 3


async def test_a_lease_that_is_not_renewed_is_lost(scene: Scene) -> None:
    """Deliveries count until its end, and no longer; the hub goes on being asked."""
    await scene.tend()
    scene.hub.verifies = False
    for _ in range(20):
        scene.bot.clock.now = min(await scene.tend(), START + LEASE - HOUR)
    await scene.hub.deliver(document([PIECES[2]]))
    assert await scene.entries() == 3
    scene.bot.clock.now = START + LEASE
    await scene.hub.deliver(document([PIECES[3]]))
    assert await scene.entries() == 3
    await scene.tend()
    assert scene.pushed() is None
    scene.hub.verifies = True
    scene.bot.later(days=1)
    await scene.tend()
    assert scene.pushed() == LEASE


async def test_the_lease_outlives_a_restart(tmp_path: Path, hub: Hub, site: FeedServer) -> None:
    """A new process takes deliveries under the same callback and secret, and asks nobody anew."""
    feed, clock = site.url("/feed"), Hands()
    folder = config(tmp_path / "config", feed)
    async with opened(folder, clock, hub, site, feed) as scene:
        scene.serve_feed(2)
        await scene.bot.gather()
        await scene.tend()
    clock.now += DAY
    async with opened(folder, clock, hub, site, feed) as scene:
        living = asyncio.create_task(scene.pushing.live())
        await until(lambda: scene.pushed() is not None)
        assert scene.pushed() == LEASE - DAY
        await hub.deliver(document([PIECES[2]]))
        assert await scene.entries() == 3
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        assert hub.modes == ["subscribe"]


# --------------------------------------------------------------------------- farewells


async def test_a_feed_that_was_removed_is_unsubscribed(scene: Scene) -> None:
    """The hub verifies that too; after it the callback is over, and says so with a status on which hubs give up."""
    await scene.tend()
    (scene.bot.folder / "feeds.toml").write_text("", "utf-8")
    await scene.bot.reload()
    await scene.tend()
    assert scene.hub.modes == ["subscribe", "unsubscribe"]
    assert scene.hub.answers[-1].status == 200
    assert await scene.subscriptions() == []
    assert scene.pushed() is None
    assert (await scene.hub.deliver(document(PIECES[:4]))).status == 410


async def test_a_hub_that_does_not_let_go_is_waited_out(scene: Scene) -> None:
    """Three requests, then the lease runs out by itself; meanwhile its deliveries are thrown away."""
    await scene.tend()
    scene.hub.verifies = False
    await scene.bot.on.db(scene.bot.on.store.feeds.mute, scene.feed, "by the owner")
    for _ in range(12):
        wake = await scene.tend()
        assert wake > scene.bot.clock()
        scene.bot.later(hours=6)
    assert scene.hub.modes == ["subscribe"] + ["unsubscribe"] * FAREWELLS
    assert (await scene.hub.deliver(document(PIECES[:4]))).status == 202
    assert await scene.entries() == 2
    scene.bot.clock.now = START + LEASE
    await scene.tend()
    assert await scene.subscriptions() == []


async def test_a_feed_that_changes_its_hub_changes_the_subscription(scene: Scene) -> None:
    """The new hub is asked, the old one is told to stop."""
    await scene.tend()
    async with Hub(behind=scene.hub.behind) as new:
        scene.serve_feed(2, hub=new.url)
        await scene.bot.gather()
        await scene.tend()
        assert (scene.hub.modes, new.modes) == (["subscribe", "unsubscribe"], ["subscribe"])
        assert (await scene.the_subscription()).hub == new.url
        assert scene.pushed() == LEASE
        await new.deliver(document([PIECES[2]]))
        assert await scene.entries() == 3


async def test_another_public_address_needs_another_callback(tmp_path: Path, hub: Hub, site: FeedServer) -> None:
    """What a hub knows under the old name is let go, and asked for under the new one."""
    feed, clock = site.url("/feed"), Hands()
    async with opened(config(tmp_path / "config", feed), clock, hub, site, feed) as scene:
        scene.serve_feed(2)
        await scene.bot.gather()
        await scene.tend()
        moved = Pushing(scene.bot.on, lambda: scene.bot.stories, "https://new.example.com", lambda: None)
        hub.verifies = False
        await moved.tend()
        assert sorted(hub.modes) == ["subscribe", "subscribe", "unsubscribe"]
        callbacks = {
            form["hub.callback"].partition("/websub/")[0] for form in hub.asked if form["hub.mode"] == "subscribe"
        }
        assert callbacks == {PUBLIC, "https://new.example.com"}


# --------------------------------------------------------------------------- the whole program


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def test_the_running_bot_subscribes_and_hears(tmp_path: Path, hub: Hub, site: FeedServer) -> None:
    """`starfish run` with a public address and a password: the hub gets in without the password, and nobody else."""
    feed = site.url("/feed")
    secret = tmp_path / "password"
    secret.write_text("a long enough password")
    secret.chmod(0o600)
    folder = config(tmp_path / "config", feed, web=f'password = {{ file = "{secret}" }}')
    clock = Hands(now=datetime.now(START.tzinfo))
    async with opened(folder, clock, hub, site, feed) as scene:
        scene.serve_feed(2)
        await scene.bot.gather()
    settings = read_config(folder)
    ready: list[tuple[str, Bot]] = []

    def on_ready(url: str, bot: Bot) -> None:
        hub.behind = url
        ready.append((url, bot))

    with open_store(settings.bot.database, mode="run", now=clock()) as store:
        running = asyncio.create_task(
            serve_bot(
                settings,
                store,
                load=lambda: read_config(folder),
                say=lambda _: None,
                ready=on_ready,
                known=platforms(),
            )
        )
        await until(lambda: bool(ready and ready[0][1].on.pushed))
        _, bot = ready[0]
        assert (await hub.deliver(document([PIECES[2]]))).status == 202
        assert await bot.on.db(store.feeds.seen_count, feed) == 3
        closed = await hub.call("GET", f"{PUBLIC}/api/timeline")
        assert closed.status == 401
        bot.stopping.set()
        await running
