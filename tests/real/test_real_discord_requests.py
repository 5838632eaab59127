"""Every request that the Discord adapter sends in a whole run, held against Discord's own published description."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model import Secret
from bot.net import Client
from bot.platforms.discord import platform
from bot.prove.discord_server import DiscordServer
from bot.prove.discord_world import HOME, World
from bot.prove.servers import serving
from tests.platforms.contract import Stage
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema holds requests against descriptions")


@pytest.fixture(scope="module")
def spec() -> Any:
    """The description, where the real documents are."""
    folder = os.environ.get("STARFISH_DATA")
    data = Path(folder) if folder else Path(__file__).parents[3] / "shared" / "data"
    path = data / "specs" / "discord_openapi.json"
    if not path.exists():
        pytest.skip("there is no description of Discord to hold requests against: set STARFISH_DATA")
    return json.loads(path.read_bytes())


def errors(spec: Any, schema: Any, value: object) -> list[str]:
    """What a description objects to."""
    checked = jsonschema.Draft202012Validator({**schema, "components": spec["components"]})
    return [error.message for error in checked.iter_errors(value)]


def operation(spec: Any, method: str, path: str) -> tuple[Any, Any]:
    """What the description says of a request, by the path that fits best: one that names more of it."""
    parts = path.removeprefix("/api/v10").split("/")

    def fits(pattern: str) -> bool:
        wanted = pattern.split("/")
        return len(wanted) == len(parts) and all(a == b or a[:1] == "{" for a, b in zip(wanted, parts, strict=True))

    known = sorted((one for one in spec["paths"] if fits(one)), key=lambda one: one.count("{"))
    assert known, path
    return spec["paths"][known[0]], spec["paths"][known[0]][method.lower()]


def check(spec: Any, asked: Any) -> None:
    """One request: its path, its parameters in the path and behind it, its body."""
    where, told = operation(spec, asked.method, asked.path)
    known = {each["name"]: each for each in [*where.get("parameters", []), *told.get("parameters", [])]}
    for name, value in asked.query.items():
        schema = known[name]["schema"]
        given: object = int(value) if schema.get("type") == "integer" else value
        assert errors(spec, schema, given) == [], (name, value)
    if asked.json is None:
        assert "requestBody" not in told or not told["requestBody"].get("required")
        return
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    assert errors(spec, schema, asked.json) == []
    fields = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    assert set(asked.json) <= set(fields)  # nothing that it doesn't know


async def test_a_whole_run_is_what_the_description_says(
    spec: Any, make_client: Callable[..., Client], clock: Hands
) -> None:
    """Looked at, posted, heard, answered, found and taken back: every request exists, with all that it has."""
    async with serving(DiscordServer(clock=clock.ticks)) as server:
        stage = Stage(
            server=server,
            platform=platform,
            options=lambda url: {
                "server": f"{url}/api/v10",
                "token": Secret("good"),
                "channel": HOME,
                "embeds": False,
                "poll": timedelta(seconds=15),
            },
            said=lambda: [one.sent for one in server.kept],
            yes=b"{}",
            make_client=make_client,
            clock=clock,
        )
        account = stage.open()
        await account.prepare()
        assert all(fine for fine, _ in await account.examine())
        receipt = await account.publish(stage.post())
        async with aclosing(account.mentions(None)) as mentions:
            hearing = asyncio.ensure_future(anext(mentions))
            async with asyncio.timeout(20):
                while not server.listened:
                    await asyncio.sleep(0.005)
                root = server.say("@ann", "x", named=False)
                server.say("@ann", "hello", reply_to=server.say("@bob", "y", named=False, reply_to=root.id).id)
                mention = (await hearing)[1]
        reply = stage.post(
            "Hi <@1> @everyone",
            None,
            key="db-2-0",
            reply_to=mention.remote_id,
            reply_to_author=mention.author,
            reply_context=mention.context,
        )
        await account.publish(reply)
        assert await account.find(reply) is not None
        await account.delete(receipt)
        for asked in server.asked:
            check(spec, asked)
        assert {asked.method for asked in server.asked} == {"GET", "POST", "DELETE"}
        assert len({operation(spec, asked.method, asked.path)[1]["operationId"] for asked in server.asked}) >= 10


def test_what_our_server_answers_is_a_message(spec: Any) -> None:
    """The server of the proof speaks as Discord does: its messages, users and refusals fit the description too."""
    world = World()
    said = world.say("@ann", "hello")
    reply = world.say("@bob", "and me", reply_to=said.id)
    for message in (said, reply, world.edit(said, "changed")):
        assert errors(spec, {"$ref": "#/components/schemas/MessageResponse"}, world.shown(message)) == []


def test_the_description_is_held_against_something(spec: Any) -> None:
    """What is wrong is seen: a number for a text, a nonce that is too long, a path that doesn't exist."""
    body = {"$ref": "#/components/schemas/MessageCreateRequest"}
    for wrong in ({"content": 5}, {"nonce": "x" * 26}, {"allowed_mentions": {"parse": ["nobody"]}}, {"flags": "4"}):
        assert errors(spec, body, wrong)
    with pytest.raises(AssertionError):
        operation(spec, "GET", "/api/v10/channel/5")
