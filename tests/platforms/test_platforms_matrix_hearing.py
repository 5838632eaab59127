"""Listening on Matrix: rooms and invitations, batches that leave things out, places that are kept, and who is meant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import DeliveryError, NeedsLogin, RetryLater, Unsure
from bot.model import Mention, Secret
from bot.net import Client
from bot.platforms.matrix import platform
from bot.platforms.matrix.hearing import Hearing, sync_filter
from bot.prove.matrix_server import MatrixServer
from bot.prove.matrix_world import HOME, Event
from tests.platforms.contract import Stage
from tests.platforms.stages import matrix_stage
from tests.servers.fixtures import Hands

ME, ANN, CAT = "@bot:example.org", "@ann:example.org", "@cat:far.example"
OTHER = "!other:far.example"


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account whose owner is Ann, on a server."""
    keys = {"room": HOME, "token": Secret("good"), "poll": timedelta(seconds=15)}
    async with matrix_stage(make_client, clock, MatrixServer(), **keys) as stage:
        yield stage


def hearing(stage: Stage, owner: str | None = ANN, **more: Any) -> Hearing:
    """The account's ears, as they are at each start."""
    options = platform.Options(**{**stage.options(stage.server.url), **more})
    account = stage.open()
    account._rooms._owner = owner
    account._rooms._listed = (options.room, *options.rooms)
    found = account._hearing
    assert isinstance(found, Hearing)
    found._wait = timedelta(0)
    return found


async def batch(ears: Hearing, cursor: str | None) -> list[tuple[str, Mention]]:
    """One batch after a cursor."""
    async with asyncio.timeout(20):
        return [heard async for heard in ears.since(cursor)]


async def begun(stage: Stage, **more: Any) -> Hearing:
    """Ears that have found the place where listening begins."""
    ears = hearing(stage, **more)
    assert await batch(ears, None) == []
    return ears


def talks(stage: Stage, text: str, author: str = "@cat@far.example", **content: Any) -> Event:
    """Somebody says something to nobody in particular, with a client of today."""
    event: Event = stage.server.say(author, text, **{"m__mentions": {}, "body": text, **content})
    return event


# --------------------------------------------------------------------------- where we are


async def test_a_cursor_in_the_middle_of_a_batch_gives_exactly_the_rest(stage: Stage) -> None:
    """Several were said at once; whoever stops after one of them hears the others, and each once."""
    ears = await begun(stage)
    said = [stage.server.say("@ann", f"hello {number}").id for number in range(4)]
    heard = await batch(ears, None)
    assert [mention.remote_id for _, mention in heard] == said
    for at, (cursor, _) in enumerate(heard):
        rest = await batch(hearing(stage), cursor)
        assert [mention.remote_id for _, mention in rest] == said[at + 1 :]


async def test_a_round_that_was_broken_off_is_heard_again(stage: Stage) -> None:
    """The store has the first of three when the bot is stopped: the same ears give the other two."""
    ears = await begun(stage)
    said = [stage.server.say("@ann", f"hello {number}").id for number in range(3)]
    mentions = ears.since(None)
    assert isinstance(mentions, AsyncGenerator)
    async with aclosing(mentions):
        cursor, first = await anext(mentions)
    assert first.remote_id == said[0]
    assert [mention.remote_id for _, mention in await batch(ears, cursor)] == said[1:]


async def test_a_quiet_time_is_not_read_again(stage: Stage) -> None:
    """Where no mention carries the cursor forward, the vault does, every ten minutes."""
    ears = await begun(stage)
    for number in range(3):
        talks(stage, f"among ourselves {number}")
    stage.clock.now += timedelta(minutes=11)
    assert await batch(ears, None) == []
    stage.server.asked.clear()
    assert await batch(hearing(stage), None) == []
    assert [each.query["since"] for each in stage.server.asked if "since" in each.query] == [
        f"s{len(stage.server.events)}"
    ]


async def test_a_place_in_the_vault_counts_only_after_its_own_cursor(stage: Stage) -> None:
    """A database that was restored knows an older cursor: from there on everything is heard again."""
    ears = await begun(stage)
    said = [stage.server.say("@ann", "first").id]
    ((early, _),) = await batch(ears, None)
    said.append(stage.server.say("@ann", "second").id)
    ((late, _),) = await batch(ears, early)
    stage.clock.now += timedelta(minutes=11)
    assert await batch(ears, late) == []
    said.append(stage.server.say("@ann", "third").id)
    assert [mention.remote_id for _, mention in await batch(hearing(stage), early)] == said[1:]
    assert [mention.remote_id for _, mention in await batch(hearing(stage), late)] == said[2:]


async def test_a_server_that_forgot_the_place_is_read_as_far_as_it_shows(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """It was set up anew, or its tokens are others now: recent words come again, the store knows those that it had."""
    ears = await begun(stage)
    first = stage.server.say("@ann", "first")
    ((cursor, _),) = await batch(ears, None)
    second = stage.server.say("@ann", "second")
    stage.server.knows_since = False
    again = await batch(ears, cursor)
    assert [mention.remote_id for _, mention in again] == [first.id, second.id]
    assert "forgotten where we were" in caplog.text
    stage.server.knows_since = True
    assert await batch(ears, again[-1][0]) == []
    assert (await batch(hearing(stage), "nonsense"))[0][1].remote_id == first.id


async def test_what_a_batch_left_out_is_asked_for(stage: Stage) -> None:
    """The timeline holds fifty; what was said before them, and since we listened, is read by pages."""
    stage.server.say("@ann", "history")
    ears, place = await begun(stage), f"s{len(stage.server.events)}"
    said = [stage.server.say("@ann", "first").id]
    for number in range(260):
        talks(stage, f"among ourselves {number}")
    said.append(stage.server.say("@ann", "last").id)
    heard = await batch(ears, None)
    assert [mention.remote_id for _, mention in heard] == said
    pages = [each for each in stage.server.asked if each.path.endswith("/messages")]
    assert len(pages) == 3
    assert pages[0].query["to"] == place


async def test_what_is_too_much_at_once_is_asked_for_in_smaller_parts(stage: Stage) -> None:
    """An answer that can't be taken whole: the timeline is halved each time, the pages bring the rest."""
    ears = await begun(stage)
    talks(stage, "x" * 50_000)
    for _ in range(45):
        talks(stage, "x" * 90_000)
    said = stage.server.say("@ann", "hello")
    with pytest.raises(Unsure):
        await batch(ears, None)
    assert [mention.remote_id for _, mention in await batch(ears, None)] == [said.id]
    limits = [
        json.loads(each.query["filter"])["room"]["timeline"]["limit"]
        for each in stage.server.asked
        if "since" in each.query
    ]
    assert limits == [50, 50, 25]


async def test_each_first_look_is_a_question_of_its_own(stage: Stage) -> None:
    """Synapse answers the same question for two minutes with the same answer, in which a new room is missing."""
    for _ in range(2):
        stage.clock.now += timedelta(milliseconds=7)
        await batch(hearing(stage), None)
    looks = [
        each.query["timeout"]
        for each in stage.server.asked
        if each.path.endswith("/sync") and "since" not in each.query
    ]
    assert len(looks) == len(set(looks)) == 2


@pytest.mark.parametrize(
    "answer", ["{}", "[]", '{"next_batch": 7}', '{"next_batch": "a b"}', "<html>", '{"next_batch": "s1", "rooms": []}']
)
async def test_what_a_sync_may_say_breaks_nothing(stage: Stage, answer: str) -> None:
    """Without a place to go on from nothing is believed; with one, whatever else is missing is missing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0]
        body = answer.encode() if b"/sync" in line else b'{"joined_rooms": ["!home:example.org"]}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        stage.server.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        if '"s1"' in answer:
            assert await batch(hearing(stage), None) == []
        else:
            with pytest.raises(DeliveryError):
                await batch(hearing(stage), None)


def test_the_filter_is_one(stage: Stage) -> None:
    """JSON that asks for what is read, and for nothing else."""
    wanted = json.loads(sync_filter(7))
    assert wanted["room"]["timeline"]["limit"] == 7
    assert wanted["presence"] == wanted["account_data"] == {"types": [], "limit": 0}


# --------------------------------------------------------------------------- who is meant


async def test_only_what_is_said_to_us_is_heard(stage: Stage) -> None:
    """A call, a reply to us, an old client's call; not what others tell each other, not notices, not ourselves."""
    ears = await begun(stage)
    ours = stage.server.happen(
        HOME, ME, "m.room.message", {"msgtype": "m.notice", "body": "Tides: https://example.org/a"}
    )
    theirs = talks(stage, "nice weather")
    talks(stage, "indeed", reply_to=theirs.id)
    talks(stage, "Starfish is a nice bot")
    talks(stage, "beep", msgtype="m.notice", m__mentions={"user_ids": [ME]})
    talks(stage, "me too", author="@bot", m__mentions={"user_ids": [ME]})
    talks(stage, "picture.png", msgtype="m.image")
    expected = [
        stage.server.say("@ann", "hello"),
        talks(stage, "why?", reply_to=ours.id),
        talks(stage, "Starfish, why?", m__mentions=None),
        talks(stage, "waves", msgtype="m.emote", m__mentions={"user_ids": [ME]}),
        talks(stage, "picture.png", msgtype="m.image", m__mentions={"user_ids": [ME]}),
    ]
    heard = [mention for _, mention in await batch(ears, None)]
    assert [mention.remote_id for mention in heard] == [one.id for one in expected]
    assert [mention.text for mention in heard] == ["hello", "why?", "why?", "waves", "picture.png"]
    assert heard[1].in_reply_to == ours.id


async def test_a_reply_to_what_was_said_long_ago_is_looked_up(stage: Stage) -> None:
    """After a restart nobody remembers who said what; one event that can't be shown deafens nobody."""
    ours = stage.server.happen(HOME, ME, "m.room.message", {"msgtype": "m.notice", "body": "Tides"})
    theirs = talks(stage, "nice weather")
    await begun(stage)
    said = talks(stage, "why?", reply_to=ours.id)
    talks(stage, "yes", reply_to=theirs.id)
    talks(stage, "what?", reply_to="$gone")
    ((_, mention),) = await batch(hearing(stage), None)
    assert (mention.remote_id, mention.thread) == (said.id, ours.id)
    assert sum("/event/" in each.path for each in stage.server.asked) == 3


async def test_a_conversation_is_followed_back_to_its_first_word(stage: Stage) -> None:
    """Also over a restart, as far as it can be seen; a thread is known by its root."""
    await begun(stage)
    first = said = stage.server.say("@ann", "hello")
    for _ in range(4):
        said = stage.server.say("@ann", "and then?", reply_to=said.id)
    root = talks(stage, "a thread")
    threaded = talks(
        stage, "here", m__mentions={"user_ids": [ME]}, m__relates_to={"rel_type": "m.thread", "event_id": root.id}
    )
    heard = {mention.remote_id: mention for _, mention in await batch(hearing(stage), None)}
    assert heard[said.id].thread == first.id
    assert (heard[threaded.id].thread, heard[threaded.id].context) == (root.id, {"room": HOME, "thread": root.id})


async def test_alone_with_somebody_everything_is_said_to_us(stage: Stage) -> None:
    """Two in a room; as soon as there are three, only calls count."""
    stage.server.room(OTHER, members={ME: "join", CAT: "join"})
    ears = await begun(stage)
    said = talks(stage, "psst", room=OTHER)
    ((cursor, mention),) = await batch(ears, None)
    assert (mention.remote_id, mention.context) == (said.id, {"room": OTHER})
    talks(stage, "hello Cat", author="@ann", room=OTHER)
    assert await batch(ears, cursor) == []


async def test_rooms_are_heard_side_by_side_in_the_order_of_time(stage: Stage) -> None:
    """Each room's words in its own order, whatever time they claim."""
    stage.server.room(OTHER, members={ME: "join", CAT: "join", ANN: "join"})
    ears = await begun(stage)
    said = []
    for number in range(6):
        stage.clock.now += timedelta(seconds=1)
        said.append(stage.server.say("@ann", f"hello {number}", room=(HOME, OTHER)[number % 2]).id)
    assert [mention.remote_id for _, mention in await batch(ears, None)] == said


# --------------------------------------------------------------------------- taken back, and said anew


async def test_what_is_taken_back_is_told(stage: Stage) -> None:
    """With the cursor as it stands, as nothing is stored of it; what was gone before we came is nothing."""
    ears = await begun(stage)
    said = stage.server.say("@ann", "hello")
    ((cursor, _),) = await batch(ears, None)
    early = stage.server.say("@ann", "never mind")
    stage.server.redact(early)
    stage.server.redact(said, by=CAT)  # a moderator
    later = stage.server.say("@ann", "hello again")
    heard = await batch(ears, cursor)
    gone = [mention.remote_id for _, mention in heard if mention.gone]
    assert gone == [early.id, said.id]
    assert [mention.remote_id for _, mention in heard if not mention.gone] == [later.id]
    assert all(after.startswith(after.split(" ")[0]) and early.id not in after for after, _ in heard)


async def test_an_edit_is_no_second_mention(stage: Stage) -> None:
    """Words that were heard stay as they were first said; an edit that calls us only now is heard under their id."""
    ears = await begun(stage)
    heard_before = stage.server.say("@ann", "hello")
    uncalled = talks(stage, "what are tides?", author="@ann")

    def edits(event: Event, author: str, called: list[str]) -> None:
        new = {"msgtype": "m.text", "body": "what are tides, Starfish?"}
        relation = {"rel_type": "m.replace", "event_id": event.id}
        talks(stage, "* x", author=author, m__mentions={"user_ids": called}, m__new_content=new, m__relates_to=relation)

    edits(heard_before, "@ann", [])
    edits(uncalled, "@cat@far.example", [ME])  # somebody else's words can't be edited
    assert [mention.remote_id for _, mention in await batch(ears, None)] == [heard_before.id]
    ears = hearing(stage)
    edits(uncalled, "@ann", [ME])
    *_, (_, mention) = await batch(ears, None)
    assert (mention.remote_id, mention.text, mention.thread) == (uncalled.id, "what are tides, Starfish?", uncalled.id)


# --------------------------------------------------------------------------- rooms


async def test_invitations_are_followed_only_where_the_owner_wants_it(stage: Stage) -> None:
    """The owner's, and into rooms that they named; strangers' are left alone."""
    ears = await begun(stage, rooms=["!listed:far.example"])
    for name, inviter in (("!owner:x", ANN), ("!stranger:x", CAT), ("!listed:far.example", CAT)):
        stage.server.room(name, members={inviter: "join"})
        stage.server.move(ME, name, "invite", by=inviter)
    await batch(ears, None)
    joined = {name: room.members[ME] for name, room in stage.server.rooms.items()}
    assert joined == {HOME: "join", "!owner:x": "join", "!stranger:x": "invite", "!listed:far.example": "join"}


async def test_nobody_is_the_owner_where_there_is_none(stage: Stage) -> None:
    """An invitation without an inviter fits no owner, and no owner fits none."""
    ears = await begun(stage, owner=None)
    stage.server.room("!x:x", members={})
    stage.server.move(ME, "!x:x", "invite", by="")
    await batch(ears, None)
    assert stage.server.rooms["!x:x"].members[ME] == "invite"


async def test_what_was_said_before_we_could_enter_is_heard(stage: Stage) -> None:
    """The owner opens a room, invites us, and says something before we are in."""
    ears = await begun(stage)
    stage.server.room("!owner:x", members={ANN: "join"})
    stage.server.move(ME, "!owner:x", "invite", by=ANN)
    said = talks(stage, "psst", author="@ann", room="!owner:x")
    await batch(ears, None)
    ((_, mention),) = await batch(ears, None)
    assert mention.remote_id == said.id


async def test_an_invitation_that_is_no_longer_one_stops_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """It was taken back before we could follow it: said in the log, and the listening goes on."""
    ears = await begun(stage)
    stage.server.room("!gone:x", members={ANN: "join"})
    stage.server.move(ME, "!gone:x", "invite", by=ANN)
    told = stage.server.told({"since": "s3"}, "STARFISH")["rooms"]["invite"]
    stage.server.rooms["!gone:x"].members[ME] = "leave"
    await ears._rooms.invitations(told, ME)
    assert "can't be followed" in caplog.text
    await ears._rooms.invitations({"!odd:x": [], "odd": {"invite_state": 7}, "!empty:x": {}}, ME)


async def test_the_owners_rooms_are_entered_at_the_start(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Where they are open to us; one that isn't is named, and stops nothing."""
    stage.server.rooms[HOME].members[ME] = "leave"
    stage.server.rooms[HOME].is_open = True
    ears = await begun(stage, rooms=["!closed:x", "#nowhere:x"])
    assert stage.server.rooms[HOME].members[ME] == "join"
    assert "!closed:x can't be entered" in caplog.text
    assert "#nowhere:x can't be entered" in caplog.text
    stage.server.say("@ann", "hello")
    assert len(await batch(ears, None)) == 1


async def test_a_room_that_becomes_encrypted_is_left_silent(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """What is said there can't be read, and nothing is said; the owner is told once."""
    account = stage.open()
    await account.publish(stage.post())
    account._hearing._wait = timedelta(0)
    await batch(account._hearing, None)
    stage.server.happen(HOME, ANN, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, state_key="")
    stage.server.happen(HOME, ANN, "m.room.encrypted", {"ciphertext": "x"})
    for _ in range(2):
        assert await batch(account._hearing, None) == []
    with pytest.raises(DeliveryError, match="encrypted"):
        await account.publish(stage.post(key="db-2-0"))
    assert caplog.text.count("pantalaimon") == 1


# --------------------------------------------------------------------------- failures


async def test_a_refused_token_ends_the_listening(stage: Stage) -> None:
    """The owner is told; a server that is away is told as that."""
    stage.server.tokens.clear()
    with pytest.raises(NeedsLogin):
        await batch(hearing(stage), None)
    stage.server.url = "http://127.0.0.1:1"
    with pytest.raises(RetryLater):
        await batch(hearing(stage), None)
