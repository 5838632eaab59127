"""How Telegram is listened to: an offset is an acknowledgement, and only one program may ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NeedsLogin, RetryLater, Unsure
from bot.model import Mention, Secret
from bot.net import Client
from bot.platforms.telegram import UPDATES
from bot.platforms.telegram.messages import Me
from bot.prove.telegram_world import BOT
from tests.platforms.contract import Stage
from tests.platforms.stages import telegram_stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """A bot whose updates wait in full: it hears from the beginning."""
    async with telegram_stage(make_client, clock, "1:good") as stage:
        yield stage


async def heard(account: Any, count: int, cursor: str | None = "0") -> list[tuple[str, Mention]]:
    """The first mentions after a cursor."""
    async with asyncio.timeout(20), aclosing(account.mentions(cursor)) as mentions:
        return [await anext(mentions) for _ in range(count)]


def questions(stage: Stage) -> list[dict[str, Any]]:
    """What updates were asked for with."""
    return [asked.json for asked in stage.server.asked if asked.method == "getUpdates"]


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


# --------------------------------------------------------------------------- acknowledging


async def test_nothing_is_acknowledged_before_it_is_taken(stage: Stage) -> None:
    """A mention that its reader has not come back from is still at the server: a crash then loses nothing."""
    for number in range(3):
        stage.server.say("@ann", f"hello {number}")
    first = stage.server.first_update
    async with aclosing(stage.open().mentions("0")) as mentions:
        for number in range(3):
            cursor, _ = await anext(mentions)
            assert cursor == f"{BOT['id']}:{first + number + 1}"
            assert stage.server.forgotten == 0
        asking = asyncio.ensure_future(anext(mentions))
        await until(lambda: stage.server.forgotten == first + 3)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert [asked["offset"] for asked in questions(stage)] == [0, first + 3]


async def test_what_a_stopped_reader_left_comes_again(stage: Stage) -> None:
    """Also in the same process: what was given but never taken is given again."""
    said = [stage.server.say("@ann", f"hello {number}") for number in range(3)]
    account = stage.open()
    (cursor, _), *_ = await heard(account, 2)
    again = await heard(account, 2, cursor)
    assert [mention.remote_id for _, mention in again] == [one.id for one in said[1:]]


async def test_talk_that_is_not_for_us_does_not_stand_in_the_way(stage: Stage) -> None:
    """More than a page of it, over several questions: it is acknowledged though no mention moves the cursor."""
    for number in range(250):
        stage.server.say("@ann", f"not for bots {number}", entities=[])
    said = stage.server.say("@ann", "hello")
    ((_, mention),) = await heard(stage.open(), 1)
    assert mention.remote_id == said.id
    first = stage.server.first_update
    assert [asked["offset"] for asked in questions(stage)] == [0, first + 100, first + 200]


async def test_it_asks_for_what_it_needs(stage: Stage) -> None:
    """A long poll for the kinds in which people speak; the connection waits longer than the server does."""
    stage.server.say("@ann", "hello")
    stage.options = lambda url: {"server": url, "token": Secret("1:good"), "chat": "@proof", "poll": "7s"}
    await heard(stage.open(), 1)
    assert questions(stage) == [{"offset": 0, "limit": 100, "timeout": 7, "allowed_updates": list(UPDATES)}]


async def test_a_quiet_hour_is_no_failure(stage: Stage) -> None:
    """An empty answer is asked on after, at the same place."""
    stage.options = lambda url: {"server": url, "token": Secret("1:good"), "chat": "@proof", "poll": "1s"}
    async with aclosing(stage.open().mentions("0")) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        await until(lambda: len(questions(stage)) >= 2)
        said = stage.server.say("@ann", "hello")
        async with asyncio.timeout(20):
            assert (await hearing)[1].remote_id == said.id


async def test_numbers_that_begin_anew_are_followed(stage: Stage) -> None:
    """After a quiet week, or on another server, they may be lower: they are never compared, only followed."""
    said = [stage.server.say("@ann", f"hello {number}") for number in range(2)]
    far = str(stage.server.first_update + 10**6)
    async with aclosing(stage.open().mentions(far)) as mentions:
        found = [await anext(mentions) for _ in range(2)]
        asking = asyncio.ensure_future(anext(mentions))
        await until(lambda: len(questions(stage)) == 2)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert [mention.remote_id for _, mention in found] == [one.id for one in said]
    assert questions(stage)[1]["offset"] == stage.server.first_update + 2


async def test_an_edit_brings_nothing_twice(stage: Stage) -> None:
    """It has the same id as the words that it is an edit of."""
    said = stage.server.say("@ann", "hello")
    message = stage.server.updates[0]["message"]
    stage.server.tell({"edited_message": {**message, "edit_date": 1}})
    assert [mention.remote_id for _, mention in await heard(stage.open(), 2)] == [said.id, said.id]


# --------------------------------------------------------------------------- beginnings


async def test_the_first_start_forgets_what_was_before(stage: Stage) -> None:
    """Nobody of the past is answered, and that stays so over a restart before the first mention."""
    stage.server.say("@ann", "old")
    for _ in range(2):
        async with aclosing(stage.open().mentions(None)) as mentions:
            hearing = asyncio.ensure_future(anext(mentions))
            await until(lambda: stage.server.listeners == 1)
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
    assert [asked["offset"] for asked in questions(stage)].count(-1) == 1
    new = stage.server.say("@ann", "new")
    ((_, mention),) = await heard(stage.open(), 1, None)
    assert mention.remote_id == new.id


async def test_the_beginning_is_kept_for_each_bot_and_server(stage: Stage) -> None:
    """Where an account becomes another bot, the old one's beginning says nothing; the name holds no secret."""
    stage.server.say("@ann", "old")
    hearing = asyncio.ensure_future(anext(stage.open().mentions(None)))
    await until(lambda: bool(stage.vault.kept))
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
    ((account, name),) = stage.vault.kept
    assert (account, name) == ("acc", f"heard-from {stage.server.url} 1")


async def test_a_beginning_that_is_damaged_is_no_beginning(stage: Stage) -> None:
    """What the vault holds is read with care: at worst, what waits is heard."""
    stage.vault.put("acc", f"heard-from {stage.server.url} 1", Secret("soon"))
    said = stage.server.say("@ann", "hello")
    ((_, mention),) = await heard(stage.open(), 1, None)
    assert mention.remote_id == said.id


@pytest.mark.parametrize("cursor", ["01JDXQ8Z", "115519872340981237", "$sync-token", "-1", "٣"])
async def test_a_cursor_of_another_platform_is_no_place(stage: Stage, cursor: str) -> None:
    """An account that came here from elsewhere begins here."""
    stage.server.say("@ann", "old")
    hearing = asyncio.ensure_future(heard(stage.open(), 1, cursor))
    await until(lambda: stage.server.listeners == 1)
    new = stage.server.say("@ann", "new")
    ((_, mention),) = await hearing
    assert mention.remote_id == new.id


# --------------------------------------------------------------------------- who else asks


async def test_a_webhook_is_named(stage: Stage) -> None:
    """Telegram gives updates to one of the two: the owner must choose."""
    stage.server.hook = "https://elsewhere.example"
    with pytest.raises(RetryLater, match="webhook") as failure:
        await heard(stage.open(), 1)
    assert failure.value.after == timedelta(seconds=5)


async def test_a_second_program_ends_the_first_ones_waiting(stage: Stage) -> None:
    """The one that asked last is answered; the other is told, at its first question, who takes its updates."""
    first = asyncio.ensure_future(anext(stage.open().mentions("0")))
    await until(lambda: stage.server.listeners == 1)
    second = asyncio.ensure_future(anext(stage.open().mentions("0")))
    with pytest.raises(RetryLater, match="another program"):
        await first
    said = stage.server.say("@ann", "hello")
    async with asyncio.timeout(20):
        assert (await second)[1].remote_id == said.id


async def test_a_line_that_is_cut_is_taken_up_again(stage: Stage) -> None:
    """Once it worked, a hiccup is nobody's business."""
    stage.server.say("@ann", "hello")
    async with aclosing(stage.open().mentions("0")) as mentions:
        await anext(mentions)
        hearing = asyncio.ensure_future(anext(mentions))
        await until(lambda: stage.server.listeners == 1)
        stage.server.cut_streams()
        await until(lambda: stage.server.listeners == 1)
        said = stage.server.say("@ann", "again")
        async with asyncio.timeout(20):
            assert (await hearing)[1].remote_id == said.id


@pytest.mark.parametrize("status", [401, 404])
async def test_a_bad_token_is_named(stage: Stage, status: int) -> None:
    """Listening ends, and the owner is told."""
    stage.server.token, stage.server.bad_token = "another", status
    with pytest.raises(NeedsLogin):
        await heard(stage.open(), 1)


@pytest.mark.parametrize(
    "result", [b"{}", b"true", b'"x"', b'{"update_id":1}', b'{"id":1}', b'{"id":1,"username":7}', b'{"username":"x"}']
)
async def test_an_answer_that_is_none_is_a_failure(stage: Stage, result: bytes) -> None:
    """Whatever stands where we, or a list of updates, should."""
    body = b'{"ok":true,"result":%s}' % result
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)]) as place:
        with pytest.raises(Unsure):
            await heard(stage.open(place.url.rstrip("/")), 1)


async def test_updates_without_a_number_are_passed_over(stage: Stage) -> None:
    """They can't be acknowledged, and so not be taken; those after them are."""
    stage.server.say("@ann", "hello")
    (good,) = stage.server.updates
    bad = [{**good, "update_id": wrong} for wrong in ("7", -1, 2**40, None, True)]
    body = json.dumps({"ok": True, "result": [7, None, *bad, good]}).encode()
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)]) as place:
        account = stage.open(place.url.rstrip("/"))
        account._me = Me(id=123456, username="starfish_bot")
        ((cursor, mention),) = await heard(account, 1)
    assert (cursor, mention.text) == (f"123456:{good['update_id'] + 1}", "hello")


@pytest.mark.parametrize("cursor", ["999:700000009", "abc:700000009", ":700000009"])
async def test_a_place_in_another_bots_updates_is_none(stage: Stage, cursor: str) -> None:
    """Each bot's updates have numbers of their own: with another's we would be deaf, or forget what nobody heard."""
    account = stage.open()
    await account._beginning()
    said = stage.server.say("@ann", "hello")
    ((after, mention),) = await heard(account, 1, cursor)
    assert mention.remote_id == said.id
    assert after.startswith(f"{BOT['id']}:")
