"""The small Telegram of the proof is as strict as the real one, and counts as it does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.net import Client
from bot.ports import Http, Reply
from bot.prove.faults import Troubles
from bot.prove.servers import serving
from bot.prove.telegram_server import TelegramServer, telegram
from bot.prove.telegram_world import GROUP, entities_of
from bot.prove.verdict import answer_to
from tests.servers.fixtures import clock, make_client

__all__ = ["clock", "make_client"]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """One that knows the bot by the token "good"."""
    async with serving(telegram(Troubles())) as server:
        yield server


@pytest.fixture
def door(server: TelegramServer, make_client: Callable[..., Client]) -> Http:
    """How it is reached."""
    return make_client(allow_private=()).door([server.url])


async def ask(server: TelegramServer, door: Http, method: str, **said: Any) -> Any:
    """Ask with JSON; gives the result, or the status of a no."""
    reply: Reply = await door.send("POST", f"{server.url}/botgood/{method}", json=said)
    body = json.loads(reply.body)
    assert body["ok"] is (reply.status == 200)
    return body["result"] if body["ok"] else (reply.status, body["description"])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": "x"}, "chat not found"),
        ({"chat_id": "@nobody", "text": "x"}, "chat not found"),
        ({"chat_id": "@proof"}, "text is empty"),
        ({"chat_id": "@proof", "text": " \n"}, "text is empty"),
        ({"chat_id": "@proof", "text": "👍" * 2049}, "too long"),
        ({"chat_id": "@proof", "text": "x", "parse_mode": "HTML"}, "parse_mode"),
        ({"chat_id": "@proof", "text": 7}, "text"),
        ({"chat_id": "@proof", "text": "x", "disable_notification": "yes"}, "disable_notification"),
        ({"chat_id": "@proof", "text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 2}]}, "entities"),
        ({"chat_id": "@proof", "text": "x", "entities": [{"type": "url", "offset": 0, "length": 1}]}, "entities"),
        ({"chat_id": "@proof", "text": "x", "link_preview_options": {"big": True}}, "preview"),
        ({"chat_id": "@proof", "text": "x", "reply_parameters": {"message_id": 77}}, "not found"),
    ],
)
async def test_it_refuses_what_the_real_one_refuses(
    server: TelegramServer, door: Http, said: dict[str, Any], words: str
) -> None:
    """Unknown chats and parameters, wrong types, places outside of the text, lengths in UTF-16 code units."""
    status, why = await ask(server, door, "sendMessage", **said)
    assert (status, words in why) == (400, True)
    assert server.kept == []


async def test_it_takes_what_the_real_one_takes(server: TelegramServer, door: Http) -> None:
    """The longest text, a chat by its number as text, an answer to what is gone, a form instead of JSON."""
    await ask(server, door, "sendMessage", chat_id=str(GROUP["id"]), text="👍" * 2048)
    gone = {"message_id": 77, "allow_sending_without_reply": True}
    await ask(server, door, "sendMessage", chat_id="@proof", text="https://example.org/a", reply_parameters=gone)
    form = {"chat_id": "@proof", "text": "plain"}
    reply = await door.send("POST", f"{server.url}/botgood/sendMessage", form=form)
    assert json.loads(reply.body)["ok"] is True
    assert [one.reply_to for one in server.kept] == [None, None, None]
    assert server.there()[1] == "https://example.org/a"


async def test_a_stranger_is_not_let_in(server: TelegramServer, door: Http) -> None:
    """A wrong token is 401; a method that isn't there 404."""
    reply = await door.send("POST", f"{server.url}/botwrong/getMe", json={})
    assert reply.status == 401
    assert (await ask(server, door, "sendPigeon"))[0] == 404


async def test_an_offset_forgets_and_nothing_else_does(server: TelegramServer, door: Http) -> None:
    """Updates come again until a later offset is asked for; one out of range says nothing; -1 leaves the last."""
    for number in range(3):
        server.say("@ann", f"hello {number}")
    first = server.first_update

    async def seen(**said: int) -> list[int]:
        return [one["update_id"] - first for one in await ask(server, door, "getUpdates", **said)]

    assert await seen() == await seen(offset=0) == [0, 1, 2]
    assert await seen(limit=1) == [0]
    assert await seen(offset=first + 1) == [1, 2]
    assert await seen(offset=first + 1000) == await seen(offset=5) == [1, 2]
    assert await seen(offset=-1) == [2]
    assert await seen() == [2]
    assert await ask(server, door, "getUpdates", allowed_updates=["poll"]) == []


async def test_it_holds_one_line(server: TelegramServer, door: Http) -> None:
    """News end the waiting; a newer question ends an older one with 409."""
    older = asyncio.create_task(ask(server, door, "getUpdates", timeout=50))
    while server.listeners == 0:
        await asyncio.sleep(0.005)
    newer = asyncio.create_task(ask(server, door, "getUpdates", timeout=50))
    assert (await older)[0] == 409
    server.say("@ann", "hello")
    (update,) = await newer
    assert update["message"]["text"] == "@starfish_bot hello"
    assert server.owed() == [answer_to(f"{GROUP['id']}:{update['message']['message_id']}")]


async def test_what_was_acknowledged_may_come_again(door: Http, server: TelegramServer) -> None:
    """On bad days only, and never in the stead of what is new."""
    server.redelivers = True
    for number in range(4):
        server.say("@ann", f"hello {number}")
    found = await ask(server, door, "getUpdates", offset=server.first_update + 3)
    assert [one["update_id"] - server.first_update for one in found] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@ann_ann hi", [("mention", 0, 8)]),
        ("👍 @ann_ann", [("mention", 3, 8)]),
        ("/start@some_bot and /help", [("bot_command", 0, 15), ("bot_command", 20, 5)]),
        ("x@ann_ann, 1/2, //x, </b>", []),
        ("@\u2060ann_ann /\u2060start", []),
    ],
)
def test_it_marks_what_telegram_marks(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Calls and commands, by their places in UTF-16 code units."""
    assert [(one["type"], one["offset"], one["length"]) for one in entities_of(text)] == expected
