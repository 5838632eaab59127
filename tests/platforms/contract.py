"""What every platform must keep, as test classes that each platform's own tests inherit.

`Contract` is for all; `Spoken` for those that speak to a server, with a `stage` fixture; `Heard` for those that listen.
"""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from typing import Any, ClassVar, Protocol

import pytest
from pydantic import ValidationError

from bot.core import compose
from bot.core.limits import LIMITS
from bot.core.text import fits
from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Article, Candidate, Limits, Mention, Post, Receipt, Secret
from bot.net import Client
from bot.ports import Listener, Platform, Publisher, Tools
from bot.prove.faults import ANSWERS, LOCKED, REFUSALS, Troubles
from bot.prove.servers import serving
from tests.platforms.distrust import Distrusting
from tests.servers.fixtures import Hands
from tests.servers.lossy import lossy
from tests.servers.wire import wire

CANARY = "CANARY-4f1d"
"""The secret of every account in these tests: it must be seen nowhere but by its server."""

LINK = "https://example.org/caf%C3%A9/a_(b)?q=1&r=%20x,y#part"

SCRIPTS = {
    "latin": "The quick brown fox jumps over it. ",
    "umlauts": "Größe und Übermut, naïve façades. ",
    "cyrillic": "Съешь же ещё этих мягких булок. ",
    "arabic": "نص عربي قصير للتجربة هنا. ",
    "devanagari": "हिन्दी में एक छोटा वाक्य। ",
    "han": "我们今天在这里写一个句子。",
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇳🇴👍🏽",
    "combining": "ẹ̀kọ́ z̧ǎ́ ñ̃ ",
}


class MemoryVault:
    """Secrets for as long as a test lasts."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Secret] = {}

    def get(self, account: str, name: str) -> Secret | None:
        return self.kept.get((account, name))

    def put(self, account: str, name: str, value: Secret) -> None:
        self.kept[account, name] = value


class Server(Protocol):
    """A counting server, as the contract sees it."""

    url: str
    troubles: Troubles
    requests: int
    arrived: Callable[[], object] | None

    def there(self) -> list[str]: ...


@dataclass(slots=True, kw_only=True)
class Stage:
    """One account on one server, and what a test may do with both."""

    server: Any
    platform: Platform
    options: Callable[[str], dict[str, Any]]  # the account's keys, for a server's address
    said: Callable[[], list[str]]  # what arrived at the server, to the letter
    yes: bytes  # a body that means yes
    make_client: Callable[..., Client]
    clock: Hands
    visibility: str | None = None
    asks_at: str = "notifications"  # how the path ends that mentions are asked for at
    vault: MemoryVault = field(default_factory=MemoryVault)

    def open(self, url: str = "") -> Any:
        """Open the account, as at each start."""
        options = self.platform.Options(**self.options(url or self.server.url))
        account = Account(name="acc", platform=self.platform.name, options=options, visibility=self.visibility)
        http = self.make_client(allow_private=()).door([options.server])
        return self.platform.open(
            account, options, Tools(http=http, vault=self.vault, log=logging.getLogger("acc"), now=self.clock)
        )

    def open_with(self, **more: Any) -> Any:
        """Open the account with further keys, now and from now on."""
        before = self.options
        self.options = lambda url: {**before(url), **more}
        return self.open()

    def post(self, text: str = f"Worth reading: a café.\n\n{LINK}", link: str | None = LINK, **more: Any) -> Post:
        """Make a post as the outbox would give it."""
        key = more.pop("key", "db-1-0")
        now = self.clock()
        return Post(
            account="acc", text=text, link=link, dedupe_key=key, id=1, key=key, created_at=now, sent_at=now, **more
        )


def hostile_post(platform: str, limits: Limits, now: datetime) -> Post:
    """A post as the first story makes it of a feed that tries to call people and rooms."""
    hostile = "@everyone @here <@1> <!channel> @ann@social.example @bot #all ＠ann says things about tides"
    article = Article(url=LINK, title=hostile, text=f"{hostile}. The tide comes twice a day. {hostile}.")
    candidate = Candidate(
        id=1, feed=LINK, feed_title=hostile, key="k", link=LINK, canonical=LINK, title=hostile, first_seen=now
    )
    draft = compose.say(article, candidate, Account(name="acc", platform=platform, otherwise="link"), limits)
    return compose.fit(draft, limits, account="acc", dedupe_key="k")


@asynccontextmanager
async def staged(
    server: Any,
    platform: Platform,
    options: Callable[[str], dict[str, Any]],
    make_client: Callable[..., Client],
    clock: Hands,
    **more: Any,
) -> AsyncIterator[Stage]:
    """An account on a server that listens until the end; what it said is the `text` of what it kept."""
    given = {"said": lambda: [one.text for one in server.kept], "yes": b'{"id": "1"}', **more}
    async with serving(server):
        yield Stage(server=server, platform=platform, options=options, make_client=make_client, clock=clock, **given)


class Contract:
    """What holds for every platform."""

    platform: Platform
    good_options: ClassVar[dict[str, Any]]

    def test_it_is_found_by_its_entry_point(self) -> None:
        """Ours use the same door as everybody's."""
        (found,) = entry_points(group="bot.platforms", name=self.platform.name)
        assert found.load() is self.platform

    def test_its_limits_are_the_published_ones(self) -> None:
        """What is asked for without an account is what the platform declares."""
        assert self.platform.limits == LIMITS[self.platform.name]

    def test_a_misspelt_key_is_a_mistake(self) -> None:
        """No wish of the owner's is silently lost."""
        self.platform.Options(**self.good_options)
        with pytest.raises(ValidationError):
            self.platform.Options(**self.good_options, sevrer="x")

    def test_its_options_never_show_a_secret(self) -> None:
        """Neither in `repr` nor in `str` nor as JSON."""
        options = self.platform.Options(**self.good_options)
        assert CANARY not in f"{options!r} {options}"


class Spoken(Contract, Distrusting):
    """What holds for every platform that is spoken to over a network."""

    @pytest.fixture
    @abstractmethod
    def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        """Set one account on one server up."""

    any_2xx_is_yes = False  # whether the server's silence is consent
    calls = r"(?<![\w.])[@＠#]\w+"  # what calls somebody, or a room, there

    # ----------------------------------------------------------------- speaking

    async def test_it_posts_and_finds_it_again(self, stage: Stage) -> None:
        """A post arrives to the letter, and is found after a restart; where nothing can be found, it says so."""
        publisher = stage.open()
        assert isinstance(publisher, Publisher)
        receipt = await publisher.publish(stage.post())
        assert receipt.remote_id
        assert stage.said() == [stage.post().text]
        if not publisher.limits.searchable:
            with pytest.raises(Unsure):
                await stage.open().find(stage.post())
            return
        for asked in (publisher, stage.open()):
            found = await asked.find(stage.post())
            assert found is not None
            assert (found.remote_id, found.url, found.note) == (receipt.remote_id, receipt.url, "found")

    async def test_what_is_not_there_is_not_found(self, stage: Stage) -> None:
        """Absence is proven, or not claimed; another post is not mistaken for this one."""
        publisher = stage.open()
        await publisher.publish(stage.post("Something else. https://example.org/else", "https://example.org/else"))
        if publisher.limits.searchable:
            assert await publisher.find(stage.post(key="db-2-0")) is None
            assert await publisher.find(stage.post("Words alone.", None, key="db-3-0")) is None
        else:
            with pytest.raises(Unsure):
                await publisher.find(stage.post(key="db-2-0"))

    async def test_words_without_a_link_are_found_too(self, stage: Stage) -> None:
        """A quote or an idea has no link to be known by."""
        publisher, words = stage.open(), "“To be” & <not> to be: 100% — that’s *the* question\n\n1. or\n2. not? :)"
        await publisher.publish(stage.post(words, None))
        assert stage.said() == [words]
        if publisher.limits.searchable:
            assert (await stage.open().find(stage.post(words, None))).note == "found"

    async def test_the_same_words_twice_are_told_apart(self, stage: Stage) -> None:
        """A post that this process knows to be another's is not taken for the one that is looked for."""
        publisher = stage.open()
        await publisher.publish(stage.post("Good morning!", None, key="db-1-0"))
        if publisher.limits.searchable:
            assert await publisher.find(stage.post("Good morning!", None, key="db-2-0")) is None

    async def test_the_same_key_twice_is_one_post_or_declared_impossible(self, stage: Stage) -> None:
        """Where `idempotent_for` promises it, repeating is harmless; where it doesn't, it doubles."""
        publisher = stage.open()
        with suppress(AttributeError):
            await publisher.prepare()
        for _ in range(2):
            with suppress(Unsure):  # a used key may be answered with a failure
                await publisher.publish(stage.post())
        assert len(stage.said()) == (2 if publisher.limits.idempotent_for is None else 1)

    @pytest.mark.parametrize("fault", REFUSALS)
    async def test_not_now_is_understood_in_every_dialect(self, stage: Stage, fault: str) -> None:
        """Seconds, date, ISO time, Unix time, a body, nothing: certainly not accepted, and when to come back."""
        publisher = stage.open()
        stage.server.troubles.script([fault])
        with pytest.raises(RetryLater) as told:
            await publisher.publish(stage.post())
        assert stage.said() == []
        if fault == "429 bare":
            assert told.value.after is None
        else:
            assert told.value.after is not None
            assert timedelta(0) <= told.value.after <= timedelta(seconds=3)

    @pytest.mark.parametrize("fault", LOCKED)
    async def test_a_refused_login_is_named(self, stage: Stage, fault: str) -> None:
        """A1: 401 and 403 pause the account; nothing was sent."""
        stage.server.troubles.script([fault])
        with pytest.raises(NeedsLogin):
            await stage.open().publish(stage.post())
        assert stage.said() == []

    @pytest.mark.parametrize("fault", [f"{fate}, {answer}" for fate in ("kept", "lost") for answer in ANSWERS])
    async def test_doubt_is_doubt_and_looking_settles_it(self, stage: Stage, fault: str) -> None:
        """C11: 5xx, cuts, HTML, wrong JSON: never a no; a look tells what became of it."""
        publisher = stage.open()
        stage.server.troubles.script([fault])
        kept = fault.startswith("kept")
        readable = fault.endswith(("HTML", "JSON", "id", "list", "late"))
        if (readable and self.any_2xx_is_yes) or fault == "kept, late":
            await publisher.publish(stage.post())
            return
        with pytest.raises(Unsure):
            await publisher.publish(stage.post())
        assert len(stage.said()) == kept
        if publisher.limits.searchable:
            found = await publisher.find(stage.post())
            assert (found is not None) == kept

    @pytest.mark.parametrize("after", [0, 1, 30])
    async def test_a_lost_answer_is_doubt(self, stage: Stage, after: int) -> None:
        """C11: a proxy passes the post on and cuts before, at and after the answer's first byte: sent once, and found."""
        async with lossy(int(stage.server.url.rpartition(":")[2])) as proxy:
            proxy.loses, proxy.after = 1, after
            publisher = stage.open(proxy.url)
            with pytest.raises(Unsure):
                await publisher.publish(stage.post())
            assert len(stage.said()) == proxy.lost == 1
            if publisher.limits.searchable:
                assert await publisher.find(stage.post()) is not None

    async def test_a_closed_door_means_nothing_was_sent(self, stage: Stage) -> None:
        """A refused connection is certain."""
        with pytest.raises(RetryLater):
            await stage.open("http://127.0.0.1:1").publish(stage.post())

    async def test_a_connection_closed_unannounced_costs_nothing(self, stage: Stage) -> None:
        """Some servers close kept connections silently: every post has a connection of its own."""
        answer = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n%s" % (
            len(stage.yes),
            stage.yes,
        )
        async with wire([answer]) as place:
            publisher = stage.open(place.url.rstrip("/"))
            for number in range(3):
                await publisher.publish(stage.post(key=f"db-{number}-0"))
            assert len(place.heads) == 3

    @pytest.mark.parametrize("seed", range(8))
    async def test_whatever_goes_wrong_each_post_is_there_once(self, stage: Stage, seed: int) -> None:
        """The way out of section 7 in small: again after a clear no, a look after any doubt; held where none is possible."""
        stage.server.troubles.dice.seed(seed)
        stage.server.troubles.share = 0.7
        publisher, held = stage.open(), []
        for number in range(5):
            link = f"https://example.org/{number}"
            if await _delivered(publisher, stage.post(f"Post {number}: {link}", link, key=f"db-{number}-0")) is None:
                held.append(link)
        there = stage.server.there()
        assert len(there) == len(set(there))
        assert {f"https://example.org/{number}" for number in range(5)} <= {*there, *held}
        if publisher.limits.searchable:
            assert held == []

    async def test_cancellation_in_the_middle_leaves_no_trace(self, stage: Stage) -> None:
        """A stop while a server thinks ends at once, sends nothing again, and can be looked up afterwards."""
        publisher, arrived = stage.open(), asyncio.Event()
        stage.server.troubles.script(["kept, late"])
        stage.server.arrived = arrived.set
        sending = asyncio.create_task(publisher.publish(stage.post()))
        await arrived.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert stage.server.requests == 1
        if publisher.limits.searchable:
            assert await publisher.find(stage.post()) is None or len(stage.said()) == 1

    # ----------------------------------------------------------------- words

    @pytest.mark.parametrize("script", SCRIPTS)
    async def test_the_longest_post_is_taken_and_a_longer_one_is_not(self, stage: Stage, script: str) -> None:
        """Our count and the server's agree in every script; what is too long is said before it is sent, or by the server."""
        publisher = stage.open()
        with suppress(AttributeError):
            await publisher.prepare()
        limits = publisher.limits
        pieces, words = SCRIPTS[script] * (limits.max_length // 4), f"{LINK} "
        for piece in pieces:
            if not fits(words + piece, limits):
                break
            words += piece
        while fits(f"{words}.", limits):  # there may be a second limit, in bytes
            words += "."
        await publisher.publish(stage.post(words))
        assert stage.said() == [words]
        with pytest.raises(TooLong) as told:
            await publisher.publish(stage.post(f"{words}!", key="db-2-0"))
        assert told.value.limit is not None
        shorter = compose.shorten(stage.post(f"{words}!"), replace(limits, max_length=told.value.limit, link_cost=None))
        await publisher.publish(replace(shorter, key="db-2-1"))
        assert len(stage.said()) == 2
        assert all(LINK in said for said in stage.said())  # the link is whole, whatever had to go

    async def test_foreign_words_ping_nobody(self, stage: Stage) -> None:
        """T1: whatever a feed's title holds, nobody is called and no room is."""
        publisher = stage.open()
        post = hostile_post(self.platform.name, publisher.limits, stage.clock())
        await publisher.publish(replace(post, key="db-1-0", sent_at=stage.clock()))
        (said,) = stage.said()
        assert re.findall(self.calls, said.replace(LINK, "")) == []
        if hasattr(stage.server, "pinged"):
            assert stage.server.pinged() == []

    async def test_nothing_to_say_is_not_said(self, stage: Stage) -> None:
        """An empty post is refused before it is sent: some servers hang up on it, which would look like doubt."""
        for empty in ("", " \n\t"):
            with pytest.raises(Rejected):
                await stage.open().publish(stage.post(empty, None))
        assert stage.server.requests == 0

    @pytest.mark.parametrize(
        "fault", ["401", "429 seconds", "kept, cut", "kept, HTML", "kept, 500", "kept, cut midway"]
    )
    async def test_the_secret_is_seen_nowhere(self, stage: Stage, fault: str, caplog: pytest.LogCaptureFixture) -> None:
        """L1: neither in a log nor in a traceback nor in what the account shows of itself."""
        caplog.set_level(logging.DEBUG)
        publisher = stage.open()
        stage.server.troubles.script([fault])
        shown = [repr(publisher), repr(vars(publisher)), str(stage.vault.kept)]
        try:
            shown.append(repr(await publisher.publish(stage.post())))
            shown.append(repr(await publisher.find(stage.post())))
        except DeliveryError as error:
            shown += traceback.format_exception(error)
        assert CANARY not in "".join(shown)
        assert CANARY not in caplog.text


async def _delivered(publisher: Publisher, post: Post) -> Receipt | None:
    """Send as `deliver` does, without its waits; None: held for the owner."""
    for _ in range(60):
        try:
            return await publisher.publish(post)
        except RetryLater:
            continue
        except Unsure:
            pass
        if publisher.limits.searchable:
            try:
                found = await publisher.find(post)
            except (Unsure, RetryLater):
                continue
            if found is not None:
                return found
        elif publisher.limits.idempotent_for is None:
            return None
    raise AssertionError("it never came through")


class Heard(Spoken):
    """What holds for every platform where the bot is spoken to; its server has `say`, and `notify` for other events."""

    # ----------------------------------------------------------------- listening

    async def test_a_mention_arrives_once_and_in_order(self, stage: Stage) -> None:
        """Many at once, more than a page holds, come as they were said, each with a cursor of its own."""
        start = await _first_listening(stage)
        said = [stage.server.say(f"@p{number}@far.example", f"hello {number}").id for number in range(90)]
        heard = await _hear(stage.open(), start, 90)
        assert [mention.remote_id for _, mention in heard] == said
        assert len({cursor for cursor, _ in heard}) == 90
        assert [mention.text for _, mention in heard] == [f"hello {number}" for number in range(90)]

    async def test_listening_goes_on_where_it_stopped(self, stage: Stage) -> None:
        """After a restart at any cursor, exactly the later ones come."""
        start = await _first_listening(stage)
        said = [stage.server.say("@ann", f"hello {number}").id for number in range(6)]
        heard = await _hear(stage.open(), start, 6)
        for at in range(5):
            rest = await _hear(stage.open(), heard[at][0], 5 - at)
            assert [mention.remote_id for _, mention in rest] == said[at + 1 :]

    @pytest.mark.parametrize("cursor", ["x", "https://else.example 7", "-5", "7:7:7", "0" * 400, "é,1\n"])
    async def test_a_cursor_of_another_kind_ends_nothing(self, stage: Stage, cursor: str) -> None:
        """What another platform left under the account's name: no error of ours comes of it."""
        await _first_listening(stage)
        stage.server.say("@ann", "hello")
        before = len(stage.server.asked)
        async with aclosing(stage.open().mentions(cursor)) as mentions:
            hearing: asyncio.Task[Any] = asyncio.ensure_future(anext(mentions))
            asks = stage.asks_at
            await _until(
                lambda: hearing.done() or sum(one.path.endswith(asks) for one in stage.server.asked[before:]) >= 2
            )
            hearing.cancel()
            end: object = (await asyncio.gather(hearing, return_exceptions=True))[0]
            assert isinstance(end, tuple | DeliveryError | asyncio.CancelledError)

    async def test_what_was_said_before_the_first_start_is_history(self, stage: Stage) -> None:
        """The first start answers nobody of the past; what comes after it is heard, even over a restart without a mention."""
        for number in range(3):
            stage.server.say("@ann", f"old {number}")
        await _first_listening(stage)
        new = stage.server.say("@ann", "new")
        assert [mention.remote_id for _, mention in await _hear(stage.open(), None, 1)] == [new.id]

    async def test_redelivery_brings_the_same_ids(self, stage: Stage) -> None:
        """M1: what comes again has the same id, so that it is one mention to the store."""
        start = await _first_listening(stage)
        stage.server.redelivers = True
        said = [stage.server.say("@ann", f"hello {number}").id for number in range(4)]
        first = await _hear(stage.open(), start, 4)
        last = stage.server.say("@ann", "and again")
        again = await _hear(stage.open(), first[-1][0], 1, until=last.id)
        assert {mention.remote_id for _, mention in [*first, *again]} == {*said, last.id}
        assert again[-1][1].remote_id == last.id

    async def test_a_stream_wakes_and_a_reconnect_misses_nothing(self, stage: Stage) -> None:
        """What is said while no stream stands is asked for after the reconnect."""
        publisher = stage.open()
        async with aclosing(publisher.mentions(await _first_listening(stage))) as mentions:
            for number in range(3):
                hearing = asyncio.ensure_future(anext(mentions))
                await _until(lambda: stage.server.listeners > 0)
                said = stage.server.say("@ann", f"hello {number}")
                async with asyncio.timeout(20):
                    assert (await hearing)[1].remote_id == said.id
                stage.server.cut_streams()

    async def test_our_own_words_are_no_mention(self, stage: Stage) -> None:
        """M3: what we say ourselves is never answered; another bot is known as one."""
        start = await _first_listening(stage)
        stage.server.say("@bot", "talking to myself")
        stage.server.say("@robot@far.example", "beep", bot=True)
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert (mention.author, mention.bot) == ("@robot@far.example", True)

    async def test_a_mention_is_whole_and_harmless(self, stage: Stage) -> None:
        """The text is plain, without the handles in front; the author's id is full, also on our own server."""
        start = await _first_listening(stage)
        stage.server.say("@ann", '<script>alert("x")</script> what about <b>tides</b> & waves?\n\nSecond paragraph')
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert mention.text == '<script>alert("x")</script> what about <b>tides</b> & waves?\nSecond paragraph'
        assert mention.author == f"@ann@{stage.server.domain}"
        assert (mention.account, mention.name, mention.bot) == ("acc", "Ann", False)
        assert mention.at == stage.clock()

    @pytest.mark.parametrize("theirs", ["public", "unlisted", "private", "direct", "local", "mutuals_only"])
    @pytest.mark.parametrize("ours", [None, "public", "unlisted", "private", "direct"])
    async def test_visibility_is_never_widened(self, stage: Stage, theirs: str, ours: str | None) -> None:
        """M4: a reply is at most as visible as what it answers, and as the owner allows."""
        order = ["public", "unlisted", "private", "direct"]
        stage.visibility = ours
        reply, _ = await _replied(stage, visibility=theirs)
        widest = max(order.index(each) if each in order else 3 for each in (theirs, ours or "public"))
        assert order.index(reply.visibility) >= max(widest, 1)

    async def test_a_reply_tags_the_asker_alone_and_is_found(self, stage: Stage) -> None:
        """It answers what was asked, speaks to nobody else, copies the warning, and is found after a restart."""
        reply, post = await _replied(stage, spoiler="tides", text="hello @cat@far.example and @dog")
        assert stage.server.pinged() == ["@ann@far.example"]
        assert (reply.reply_to, reply.spoiler) == (post.reply_to, "tides")
        found = await stage.open().find(post)
        assert found is not None
        assert found.remote_id == reply.id

    async def test_the_same_answer_to_two_people_is_two(self, stage: Stage) -> None:
        """A reply is known by what it answers."""
        _, first = await _replied(stage)
        second = stage.server.say("@cat@far.example", "hello")
        other = replace(first, key="db-9-0", reply_to=second.id, reply_to_author="@cat@far.example")
        assert await stage.open().find(other) is None

    async def test_what_is_stored_holds_no_secret(self, stage: Stage) -> None:
        """L1: a mention, its cursor, and the receipt of the answer go into the database; what lets us in does not."""
        _, post = await _replied(stage, text="hello")
        heard = await _hear(stage.open(), None, 1)
        receipt = await stage.open().publish(replace(post, key="db-5-0"))
        assert CANARY not in f"{heard} {receipt} {post}"

    async def test_a_conversation_is_one_thread(self, stage: Stage) -> None:
        """However long, it has the id of its first post: that is what caps count."""
        start = await _first_listening(stage)
        first = said = stage.server.say("@ann", "hello")
        for _ in range(3):
            said = stage.server.say("@ann", "and then?", reply_to=said.id)
        heard = await _hear(stage.open(), start, 4)
        assert {mention.thread for _, mention in heard} == {first.id}

    async def test_a_server_that_fails_for_a_moment_is_asked_again(self, stage: Stage) -> None:
        """A hiccup ends nothing; a server that never answers is told."""
        start = await _first_listening(stage)
        with pytest.raises(RetryLater):
            await anext(stage.open("http://127.0.0.1:1").mentions(start))


async def _first_listening(stage: Stage) -> str | None:
    """Listen once, so that the beginning is known; gives the cursor, of which there is none yet."""
    publisher = stage.open()
    assert isinstance(publisher, Listener)
    before = len(stage.server.asked)
    waiting = asyncio.ensure_future(anext(publisher.mentions(None)))
    await _until(lambda: sum(asked.path.endswith(stage.asks_at) for asked in stage.server.asked[before:]) >= 2)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return None


async def _hear(publisher: Any, cursor: str | None, count: int, *, until: str = "") -> list[tuple[str, Mention]]:
    heard: list[tuple[str, Mention]] = []
    async with asyncio.timeout(20), aclosing(publisher.mentions(cursor)) as mentions:
        async for after, mention in mentions:
            heard.append((after, mention))
            if mention.remote_id == until or (not until and len(heard) == count):
                break
    return heard


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def _replied(stage: Stage, *, text: str = "hello", **more: Any) -> tuple[Any, Post]:
    """Let Ann speak, and answer her as the second story does; gives what the server kept."""
    start = await _first_listening(stage)
    stage.server.say("@ann@far.example", text, **more)
    publisher = stage.open()
    ((_, mention),) = await _hear(publisher, start, 1)
    post = stage.post(
        "Hello Ann!",
        None,
        reply_to=mention.remote_id,
        reply_to_author=mention.author,
        reply_context=mention.context,
        visibility=mention.visibility,
    )
    await publisher.publish(post)
    return stage.server.kept[-1], post
