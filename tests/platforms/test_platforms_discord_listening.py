"""Who speaks to a bot on Discord: anywhere, at any time, told once, also when the gateway was silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from bot.errors import NeedsLogin, RetryLater
from bot.model import Mention, Secret
from bot.net import Client
from bot.platforms.discord.messages import Heard, number_of
from bot.platforms.discord.rooms import MOST, Room, Rooms
from bot.platforms.discord.sessions import Kept, Session
from bot.prove.discord_gateway import HEARTBEAT, RESUME
from bot.prove.discord_world import BOT, GUILD, HOME, Message
from tests.platforms.contract import CANARY, MemoryVault, Stage, _until
from tests.platforms.stages import discord_stage
from tests.servers.fixtures import Hands

OTHER = "1000000000000000009"


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """One bot in one channel, and another channel beside it."""
    async with discord_stage(make_client, clock) as stage:
        stage.server.channels[OTHER] = GUILD
        yield stage


class Hearing:
    """A life of the bot, and what it heard."""

    def __init__(self, stage: Stage, cursor: str | None) -> None:
        self.cursor, self.stage = cursor, stage
        self.heard: list[Mention] = []
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async with aclosing(self.stage.open().mentions(self.cursor)) as mentions:
            async for after, mention in mentions:
                self.heard.append(mention)
                self.cursor = after

    def texts(self) -> list[str]:
        return [mention.text for mention in self.heard if not mention.gone]

    async def until(self, texts: list[str]) -> None:
        """Wait until exactly this was heard."""
        async with asyncio.timeout(20):
            while self.texts() != texts and not self.task.done():
                await asyncio.sleep(0.002)
        assert self.texts() == texts, self.task


@asynccontextmanager
async def life(stage: Stage, cursor: str | None = None) -> AsyncIterator[Hearing]:
    """Listen until the block ends; it begins once the gateway stands and all was asked for, anew for a new session."""
    before, greeted = len(stage.server.asked), len(stage.server.gateway.heard)
    hearing = Hearing(stage, cursor)

    def settled() -> bool:
        asked = [one.path for one in stage.server.asked[before:]]
        greeting = next((said["op"] for said in stage.server.gateway.heard[greeted:] if said["op"] != HEARTBEAT), None)
        rounds = 1 if greeting == RESUME else 2
        return hearing.task.done() or (
            stage.server.listeners > 0 and sum("threads" in path for path in asked) >= rounds
        )

    try:
        await _until(settled)
        yield hearing
    finally:
        hearing.task.cancel()
        await asyncio.gather(hearing.task, return_exceptions=True)
        await _until(lambda: stage.server.listeners == 0)


@asynccontextmanager
async def life_again(stage: Stage, cursor: str | None) -> AsyncIterator[Hearing]:
    """Listen until the block ends, whatever comes first."""
    hearing = Hearing(stage, cursor)
    try:
        yield hearing
    finally:
        hearing.task.cancel()
        await asyncio.gather(hearing.task, return_exceptions=True)


async def test_it_is_called_anywhere(stage: Stage) -> None:
    """In its own channel, in another of its server, in private; each knows where to be answered."""
    async with life(stage) as now:
        stage.server.say("@ann", "here")
        stage.server.say("@ann", "there", channel=OTHER)
        stage.server.say("@ann", "in private", direct=True)
        await now.until(["here", "there", "in private"])
        private = stage.server.private("@ann")
        places = [(one.context["channel"], one.context["guild"], one.visibility) for one in now.heard]
        assert places == [(HOME, GUILD, "public"), (OTHER, GUILD, "public"), (private, "@me", "direct")]


async def test_what_was_said_anywhere_while_it_was_away_is_heard(stage: Stage) -> None:
    """In each channel of its server, and in private by those who spoke to it before; exactly once."""
    async with life(stage) as first:
        stage.server.say("@ann", "in private", direct=True)
        await first.until(["in private"])
    stage.server.say("@ann", "more", direct=True)
    stage.server.say("@bob", "here")
    stage.server.say("@bob", "there", channel=OTHER)
    async with life(stage, first.cursor) as second:
        stage.server.say("@cat", "and now")
        async with asyncio.timeout(20):
            while len(second.heard) < 4:
                await asyncio.sleep(0.002)
        assert sorted(second.texts()) == ["and now", "here", "more", "there"]
    async with life(stage, second.cursor) as third:
        stage.server.say("@cat", "again")
        await third.until(["again"])


async def test_channels_tell_in_any_order(stage: Stage) -> None:
    """A later message of one channel doesn't hide an earlier one of another that is told after it."""
    async with life(stage) as first:
        kept = stage.server.told
        stage.server.told = None  # the gateway is slow to tell of the other channel
        early = stage.server.say("@ann", "early", channel=OTHER)
        stage.server.told = kept
        stage.server.say("@ann", "late")
        await first.until(["late"])
    async with life(stage, first.cursor) as second:
        await second.until(["early"])
        assert number_of(early.id) in Heard.read(second.cursor or "")


async def test_a_lost_session_is_asked_after(stage: Stage) -> None:
    """What the gateway couldn't tell any more is read, everywhere, as soon as a new session stands."""
    async with life(stage) as now:
        stage.server.say("@ann", "before")
        await now.until(["before"])
        stage.server.gateway.forgets = True
        stage.server.gateway.sessions.clear()  # nobody is told of the next ones
        stage.server.say("@ann", "meanwhile")
        stage.server.say("@ann", "elsewhere", channel=OTHER)
        stage.server.cut_streams()
        await now.until(["before", "meanwhile", "elsewhere"])


async def test_a_strangers_first_private_words_are_told_after_a_restart(stage: Stage) -> None:
    """Nobody can ask for them, so the session is taken up again, and tells what came while the bot was away."""
    async with life(stage) as first:
        stage.server.say("@ann", "here")
        await first.until(["here"])
    stage.server.say("@eve", "may I ask something?", direct=True)
    stage.server.say("@ann", "also this")
    async with life_again(stage, first.cursor) as second:
        await _until(lambda: len(second.heard) == 2 or second.task.done())
        assert sorted(second.texts()) == ["also this", "may I ask something?"]
        assert len(stage.server.gateway.sessions) == 1


async def test_a_life_that_ends_without_a_word_loses_nothing(stage: Stage) -> None:
    """The session's place was written down before; what was told since is told again, and known by its id."""
    async with life(stage) as first:
        stage.server.say("@ann", "here")
        await first.until(["here"])
        kept = dict(stage.vault.kept)  # as a kill leaves it
        stage.server.say("@eve", "hello", direct=True)
        await first.until(["here", "hello"])
    stage.vault.kept = kept
    stage.server.say("@eve", "still there?", direct=True)
    async with life_again(stage, first.cursor) as second:
        await second.until(["hello", "still there?"])
        assert second.heard[0].remote_id == first.heard[-1].remote_id  # which its receiver knows


async def test_private_words_of_a_gap_are_found_when_they_write_again(stage: Stage) -> None:
    """A session that is gone tells nothing; the channel of whoever writes in private for the first time is read back."""
    stage.server.say("@eve", "before there was a bot", direct=True)
    stage.clock.now += timedelta(minutes=1)
    async with life(stage) as first:
        stage.server.say("@ann", "here")
        await first.until(["here"])
    stage.server.gateway.sessions.clear()
    stage.server.say("@eve", "may I ask something?", direct=True)
    stage.clock.now += timedelta(minutes=5)
    async with life(stage, first.cursor) as second:
        stage.server.say("@eve", "hello?", direct=True)
        await second.until(["may I ask something?", "hello?"])


async def test_a_private_channel_that_cannot_be_read_back_is_answered_all_the_same(stage: Stage) -> None:
    """Whatever they may have said before, this is heard."""
    stage.server.missing = {f"/api/v10/channels/{stage.server.private('@eve')}/messages"}
    async with life(stage) as now:
        stage.server.say("@eve", "hello?", direct=True)
        await now.until(["hello?"])


async def test_what_the_gateway_tells_before_we_know_who_we_are_waits(stage: Stage) -> None:
    """An interface that fails at the start costs nobody's words."""
    async with life(stage) as first:
        stage.server.say("@ann", "here")
        await first.until(["here"])
    stage.server.say("@eve", "hello?", direct=True)
    before = stage.options
    stage.options = lambda url: {**before(url), "poll": timedelta(seconds=0.05)}
    ears = stage.open().mentions(first.cursor)
    stage.server.limited = ["user"]
    with pytest.raises(RetryLater):
        await anext(ears)
    stage.clock.now += timedelta(seconds=5)
    async with life_again(stage, first.cursor) as second:
        await second.until(["hello?"])


async def test_words_that_are_taken_back_are_told(stage: Stage) -> None:
    """One by one and in bulk, by the ids of the mentions; the cursor stays where it was."""
    async with life(stage) as now:
        said = [stage.server.say("@ann", f"hello {number}") for number in range(3)]
        await now.until(["hello 0", "hello 1", "hello 2"])
        cursor = now.cursor
        stage.server.remove(said[0])
        bulk = {"ids": [said[1].id, said[2].id, "x", None], "channel_id": HOME, "guild_id": GUILD}
        stage.server.gateway.dispatch("MESSAGE_DELETE_BULK", bulk)
        await _until(lambda: len(now.heard) == 6)
        assert [(one.remote_id, one.gone) for one in now.heard[3:]] == [(one.id, True) for one in said]
        assert now.cursor == cursor


async def test_an_edit_can_call(stage: Stage) -> None:
    """What names us only after it was changed is a mention then; one that was told stays as it was heard first."""
    async with life(stage) as now:
        plain = stage.server.say("@ann", "hello bot", named=False)
        named = stage.server.say("@ann", "one")
        await now.until(["one"])
        stage.server.edit(named, f"<@{BOT}> two")
        stage.server.edit(plain, f"<@{BOT}> hello bot")
        await now.until(["one", "hello bot"])


async def test_pictures_that_were_looked_up_are_no_edit(stage: Stage) -> None:
    """Discord tells of old messages again once their links have previews."""
    old = stage.server.say("@ann", "old https://example.org/")
    async with life(stage) as now:
        stage.server.tell("MESSAGE_UPDATE", old)
        stage.server.say("@ann", "new")
        await now.until(["new"])


async def test_only_people_and_programs_that_speak_are_heard(stage: Stage) -> None:
    """Joins and pins are no words; chat that isn't for us is none of our business."""
    async with life(stage) as now:
        ann = stage.server.person("@ann")
        stage.server.keep(Message(author=ann, text=f"<@{BOT}>", kind=7))
        stage.server.say("@ann", "to others", named=False)
        stage.server.say("@ann", "to us")
        await now.until(["to us"])


async def test_a_talk_with_the_bot_is_one_conversation(stage: Stage) -> None:
    """Its own answers are part of it, after a restart too, and even where the interface must be asked."""
    account = stage.open()
    async with life(stage) as now:
        first = stage.server.say("@ann", "hello")
        await now.until(["hello"])
        receipt = await account.publish(stage.post("Hi", None, reply_to=first.id))
        second = stage.server.say("@ann", "and?", reply_to=receipt.remote_id)
        await now.until(["hello", "and?"])
        assert now.heard[-1].thread == first.id
        assert now.heard[-1].in_reply_to == receipt.remote_id
    async with life(stage, now.cursor) as later:
        stage.server.say("@ann", "so?", reply_to=second.id)
        await later.until(["so?"])
        assert later.heard[-1].thread == first.id


async def test_a_conversation_whose_beginning_is_gone_has_a_name_all_the_same(stage: Stage) -> None:
    """As far up as it can be followed."""
    async with life(stage) as now:
        root = stage.server.say("@ann", "x", named=False)
        reply = stage.server.say("@bob", "y", named=False, reply_to=root.id)
        stage.server.messages.remove(root)
        stage.server.say("@ann", "hello", reply_to=reply.id)
        await now.until(["hello"])
        assert now.heard[0].thread == root.id


async def test_it_listens_without_a_gateway(stage: Stage) -> None:
    """Where sockets are barred, asking alone brings everything."""
    stage.server.sessions_left = 0
    before = stage.options
    stage.options = lambda url: {**before(url), "poll": timedelta(seconds=0.05)}
    hearing = Hearing(stage, None)
    try:
        await _until(lambda: sum("threads" in one.path for one in stage.server.asked) >= 2)
        stage.server.say("@ann", "here")
        await hearing.until(["here"])
        stage.server.say("@ann", "there", channel=OTHER)
        await hearing.until(["here", "there"])
        assert stage.server.gateway.sessions == []
    finally:
        hearing.task.cancel()
        await asyncio.gather(hearing.task, return_exceptions=True)


async def test_closed_channels_end_nothing(stage: Stage) -> None:
    """The bot was shut out of another channel, and of the list of them: its own is still heard."""
    stage.server.missing = {f"/api/v10/channels/{OTHER}/messages", f"/api/v10/guilds/{GUILD}/threads/active"}
    stage.server.say("@ann", "there", channel=OTHER)
    async with life(stage) as now:
        stage.server.say("@ann", "here")
        await now.until(["here"])


async def test_a_token_that_is_not_good_is_named(stage: Stage) -> None:
    """By the interface at the start, by the gateway later."""
    stage.server.token = "another"
    with pytest.raises(NeedsLogin):
        await anext(stage.open().mentions(None))
    stage.server.token = CANARY
    async with life(stage) as now:
        stage.server.gateway.closes = [4004]
        stage.server.cut_streams()
        with pytest.raises(NeedsLogin, match="4004"):
            await now.task


async def test_asking_that_fails_for_a_moment_is_repeated(stage: Stage) -> None:
    """Three times in a row nobody is told; the fourth is."""
    before = stage.options
    stage.options = lambda url: {**before(url), "poll": timedelta(seconds=0.02)}
    async with life(stage) as now:
        stage.server.limited = ["user"]
        stage.clock.now += timedelta(seconds=1)
        await _until(lambda: not stage.server.limited)
        stage.clock.now += timedelta(seconds=5)
        stage.server.say("@ann", "still there?")
        await now.until(["still there?"])


async def test_nothing_is_read_twice_for_long(stage: Stage) -> None:
    """After an hour in a busy channel that never names us, a restart reads on from there."""
    before = stage.options
    stage.options = lambda url: {**before(url), "poll": timedelta(seconds=0.02)}
    async with life(stage):
        for number in range(150):
            stage.server.say("@ann", f"chat {number}", named=False)
        stage.clock.now += timedelta(hours=3)
        stage.server.say("@ann", "late chat", named=False)
        kept = dict(stage.vault.kept)
        await _until(lambda: stage.vault.kept != kept)
    before_restart = len(stage.server.asked)
    async with life(stage) as again:
        read = [one.query["after"] for one in stage.server.asked[before_restart:] if "after" in one.query]
        assert min(map(int, read)) > int(stage.server.messages[140].id)
        stage.server.say("@ann", "hello")
        await again.until(["hello"])


async def test_the_first_asking_that_fails_is_told(stage: Stage) -> None:
    """A start that gets no answer says so."""
    stage.server.limited = ["global"]
    with pytest.raises(RetryLater):
        await anext(stage.open().mentions(None))


# --------------------------------------------------------------------------- what is remembered


def test_rooms_are_remembered_and_bounded() -> None:
    """The channels in which somebody spoke to us, the latest ones, over restarts."""
    vault = MemoryVault()
    rooms = Rooms("acc", HOME, vault, "place")
    assert not rooms.recall()
    for number in range(MOST + 5):
        rooms.enter(str(5000 + number), "7")
    again = Rooms("acc", HOME, vault, "place")
    assert again.recall()
    assert again.others == [str(5000 + number) for number in range(5, MOST + 5)]
    assert again.known["5010"] == Room("7")


@pytest.mark.parametrize(
    "kept", ["", "x", "[]", "5", '{"upto": [], "rooms": 7}', '{"upto": "12", "rooms": {"x": "1", "5": 6}}']
)
def test_a_damaged_memory_is_none(kept: str) -> None:
    """Whatever it holds, nothing breaks, and nothing odd is asked."""
    vault = MemoryVault()
    vault.put("acc", "place", Secret(kept))
    rooms = Rooms("acc", HOME, vault, "place")
    rooms.recall()
    assert rooms.others == []
    assert rooms.upto in {0, 12}


def test_a_note_is_written_once_an_hour() -> None:
    """Not for every message that is read."""
    vault, base = MemoryVault(), 1_300_000_000_000_000_000
    rooms = Rooms("acc", HOME, vault, "place")
    rooms.note(base)
    rooms.heard(base + (60_000 << 22))
    assert rooms.upto == base
    rooms.heard(base + (3_700_000 << 22))
    assert rooms.upto > base
    rooms.heard(-5)


def test_a_session_is_remembered_as_far_as_it_was_acted_on(clock: Hands) -> None:
    """Not for every event: when it is new, twice a minute, and at the end; whatever the clock does."""
    vault = MemoryVault()
    kept = Kept("acc", vault, "place", clock)
    assert kept.recalled() == Session()
    kept.reached(Session("one", "wss://there", 1))
    clock.now += timedelta(seconds=29)
    kept.reached(Session("one", "wss://there", 2))
    assert kept.recalled().seq == 1
    clock.now += timedelta(seconds=1)
    kept.reached(Session("one", "wss://there", 3))
    assert kept.recalled() == Session("one", "wss://there", 3)
    clock.now -= timedelta(hours=2)
    kept.reached(Session("one", "wss://there", 4))
    assert kept.recalled().seq == 4
    kept.reached(Session("two", "", 5))
    assert kept.recalled() == Session("two", "", 5)
    kept.write(Session("two", "", 6))
    assert Kept("acc", vault, "place", clock).recalled().seq == 6


@pytest.mark.parametrize(
    "said", ["", "x", "[]", "5", "{}", '{"id": 5, "seq": 1}', '{"id": "a"}', '{"id": "a", "seq": true}', "[" * 9999]
)
def test_a_damaged_session_is_none(clock: Hands, said: str) -> None:
    """Then a new one begins, and everything is asked for."""
    vault = MemoryVault()
    vault.put("acc", "place", Secret(said))
    assert Kept("acc", vault, "place", clock).recalled() == Session()
