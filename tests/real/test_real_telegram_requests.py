"""Every request that the Telegram adapter sends, and every answer of our test server, against the published description.

The folder of real documents is named by STARFISH_DATA, else it is looked for beside the repository.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from bot.errors import Rejected
from bot.model import Secret
from bot.net import Client
from bot.platforms.telegram import platform
from bot.platforms.telegram.enrol import enrol
from bot.platforms.telegram.messages import LIMITS
from bot.prove.servers import serving
from bot.prove.telegram_server import TelegramServer
from bot.prove.telegram_world import BOT, GROUP
from tests.platforms.contract import Stage
from tests.platforms.test_platforms_telegram_enrol import Answers
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[3] / "shared" / "data")
PATH = DATA / "specs" / "telegram_bot_api.json"

pytestmark = pytest.mark.skipif(not PATH.exists(), reason=f"there is no {PATH}; set STARFISH_DATA")

PLAIN = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": float}


@pytest.fixture(scope="module")
def spec() -> Any:
    """The description of the Bot API."""
    return json.loads(PATH.read_bytes())


def faults(spec: Any, value: object, kinds: list[str], where: str) -> Iterator[str]:
    """What is wrong with a value that must be of one of these kinds."""
    found = [list(_faults(spec, value, kind, where)) for kind in kinds]
    if all(found):
        yield from min(found, key=len)


def _faults(spec: Any, value: object, kind: str, where: str) -> Iterator[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where} is no array"
            return
        for number, each in enumerate(value):
            yield from faults(spec, each, [kind.removeprefix("Array of ")], f"{where}[{number}]")
    elif kind in PLAIN:
        if not isinstance(value, PLAIN[kind]) or (isinstance(value, bool) and PLAIN[kind] is not bool):
            yield f"{where} is no {kind}"
    elif subtypes := spec["types"][kind].get("subtypes"):
        yield from faults(spec, value, subtypes, where)
    else:
        yield from of_fields(spec, value, spec["types"][kind].get("fields", []), where)


def of_fields(spec: Any, value: object, fields: list[dict[str, Any]], where: str) -> Iterator[str]:
    """What is wrong with an object that must have these fields: names, kinds, and what must be there."""
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    known = {field["name"]: field for field in fields}
    for name, inner in value.items():
        if name not in known:
            yield f"{where} has an unknown {name}"
        else:
            yield from faults(spec, inner, known[name]["types"], f"{where}.{name}")
    for name, field in known.items():
        if field["required"] and name not in value:
            yield f"{where} lacks {name}"


def test_the_yardstick_finds_what_is_wrong(spec: Any) -> None:
    """A missing, a misspelt and a mistyped field, also deep within."""
    fields = spec["methods"]["sendMessage"]["fields"]
    good = {"chat_id": -1, "text": "x", "entities": [{"type": "bold", "offset": 0, "length": 1}]}
    assert list(of_fields(spec, good, fields, "it")) == []
    assert list(of_fields(spec, {"chat_id": 1.5, "txt": "x"}, fields, "it")) == [
        "it.chat_id is no Integer",
        "it has an unknown txt",
        "it lacks text",
    ]
    bad = {**good, "entities": [{"type": "bold", "offset": "0"}]}
    assert list(of_fields(spec, bad, fields, "it")) == [
        "it.entities[0].offset is no Integer",
        "it.entities[0] lacks length",
    ]


async def test_telegram_gets_what_its_description_says(
    spec: Any, make_client: Callable[..., Client], clock: Hands
) -> None:
    """Everything that the adapter can do, with every key set in turn: all methods exist, with all their parameters."""
    async with serving(TelegramServer(token="1:good", clock=clock.ticks)) as server:
        for preview in ("on", "off", "small", "large", "above"):
            stage = Stage(
                server=server,
                platform=platform,
                options=lambda url, shown=preview: {  # type: ignore[misc]
                    "server": url,
                    "token": Secret("1:good"),
                    "chat": "@proof",
                    "silent": shown == "off",
                    "preview": shown,
                },
                said=lambda: [one.text for one in server.kept],
                yes=b"{}",
                make_client=make_client,
                clock=clock,
            )
            await _everything(stage)
        reach = make_client(allow_private=()).door
        await enrol({"server": server.url, "token": "1:good"}, Answers(["?", "@proof", "no"]), lambda url: reach([url]))
        problems = [
            problem
            for asked in server.asked
            for problem in of_fields(spec, asked.json, spec["methods"][asked.method].get("fields", []), asked.method)
        ]
        assert problems == []
        known = {"getMe", "getUpdates", "sendMessage", "deleteMessage", "getChat", "getChatMember", "getWebhookInfo"}
        assert {asked.method for asked in server.asked} == known
        updates = [fault for one in server.updates for fault in _faults(spec, one, "Update", "update")]
        assert updates == []


async def _everything(stage: Stage) -> None:
    account = stage.open()
    await account.examine()
    await account.delete(await account.publish(stage.post()))
    said = stage.server.say("@ann", "hello")
    stage.server.say("@ann", "hello", chat=0)
    more = {"reply_to": said.id, "reply_to_author": "1"}
    await account.publish(stage.post("Hello!", None, **more, reply_context={"topic": "5"}))
    with pytest.raises(Rejected):
        await account.publish(stage.post(" ", None))
    stage.server.say("@ann", "why?", reply_to=stage.server.kept[-1].id)
    async with aclosing(account.mentions("0")) as mentions:
        for _ in range(3):
            await anext(mentions)


def test_the_length_is_the_described_one(spec: Any) -> None:
    """And places in a text are counted as we count them."""
    (text,) = [field for field in spec["methods"]["sendMessage"]["fields"] if field["name"] == "text"]
    assert f"1-{LIMITS.max_length} characters after entities parsing" in text["description"]
    (offset,) = [field for field in spec["types"]["MessageEntity"]["fields"] if field["name"] == "offset"]
    assert "UTF-16 code units" in offset["description"]


async def test_our_servers_answers_are_as_described(spec: Any, make_client: Callable[..., Client]) -> None:
    """What it says of bot, chat, member and webhook, and of a message that was sent."""
    async with serving(TelegramServer(token="1:good")) as server:
        door = make_client(allow_private=()).door([server.url])
        for method, parameters in {
            "getMe": {},
            "getChat": {"chat_id": "@proof"},
            "getChatMember": {"chat_id": GROUP["id"], "user_id": BOT["id"]},
            "getWebhookInfo": {},
            "sendMessage": {"chat_id": GROUP["id"], "text": "hello"},
        }.items():
            reply = await door.send("POST", f"{server.url}/bot1:good/{method}", json=parameters)
            result, kinds = json.loads(reply.body)["result"], spec["methods"][method]["returns"]
            assert list(faults(spec, result, kinds, method)) == []
