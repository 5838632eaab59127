"""Every request to X, and every answer of our small X, held against X's published description."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bot.net import Client
from bot.prove.asked import Asked
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from tests.platforms.contract import Stage
from tests.platforms.test_platforms_x import SIGNED, signed, stage_on
from tests.platforms.test_platforms_x_speaking import hear
from tests.real.test_real_requests_match import description
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

jsonschema = pytest.importorskip("jsonschema")


@cache
def spec() -> Any:
    """The published description."""
    return description("x_openapi.json")


def problems(schema: Any, value: object) -> list[str]:
    """What is wrong with a value."""
    valid = jsonschema.Draft202012Validator({**schema, "components": spec()["components"]})
    return [error.message for error in valid.iter_errors(value)]


def operation(asked: Asked) -> Any:
    """What the description says of a request."""
    parts = asked.path.split("/")
    for path, methods in spec()["paths"].items():
        pattern = path.split("/")
        alike = len(pattern) == len(parts) and all(a == b or "{" in a for a, b in zip(pattern, parts, strict=True))
        if alike and asked.method.lower() in methods:
            return methods[asked.method.lower()]
    raise AssertionError(f"X has no {asked.method} {asked.path}")


def parameters(of: Any) -> dict[str, Any]:
    """Its parameters by name."""
    shared = spec()["components"]["parameters"]
    told = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in of.get("parameters", [])]
    return {one["name"]: one["schema"] for one in told}


def read(schema: Any, text: str) -> object:
    """A parameter's text as the value that it stands for."""
    kind = schema.get("type")
    return text.split(",") if kind == "array" else int(text) if kind == "integer" else text


def check_request(asked: Asked) -> None:
    """Its body, the names of its parameters and their values."""
    of = operation(asked)
    if asked.json is not None:
        assert problems(of["requestBody"]["content"]["application/json"]["schema"], asked.json) == []
    known = parameters(of)
    for name, text in asked.query.items():
        assert name in known, f"{asked.path} has no {name}"
        assert problems(known[name], read(known[name], text)) == [], name


async def everything(stage: Stage, begin: Callable[[], Any]) -> None:
    """Do all that an account can do."""
    account = begin()
    await account.examine()
    post = stage.post("Worth reading: https://example.org/a—b", "https://example.org/a—b")
    receipt = await account.publish(post)
    stage.server.say("@ann", "hello @cat", reply_to=receipt.remote_id)
    for number in range(101):
        stage.server.say("@bo", f"hello {number}")
    (_, first), *_ = await hear(account, "1", 102)
    asked = {"reply_to": first.remote_id, "reply_to_author": first.author, "reply_context": first.context}
    answer = stage.post("Hi!", None, key="db-2-0", **asked)
    await account.publish(answer)
    assert await begin().find(replace(answer, key="db-3-0")) is not None
    assert await begin().find(stage.post("Never said", None)) is None
    await account.delete(receipt)


async def test_x_gets_what_its_description_says(make_client: Callable[..., Client], clock: Hands) -> None:
    """Posts, answers, looks, mentions over pages, taking back: every path, parameter, value and body is known."""
    spec()
    server = XServer(keys=(*SIGNED.values(),), clock=clock.ticks)
    async with serving(server):
        stage = stage_on(server, signed, make_client, clock)
        await everything(stage, stage.open)
    for asked in server.asked:
        check_request(asked)
    assert {(one.method, one.path.rpartition("/")[2]) for one in server.asked} >= {
        ("GET", "me"),
        ("GET", "mentions"),
        ("GET", "tweets"),
        ("POST", "tweets"),
    }
    assert any(one.method == "DELETE" for one in server.asked)
    assert any("exclude_reply_user_ids" in (one.json or {}).get("reply", {}) for one in server.asked)


async def test_our_small_x_answers_as_described(make_client: Callable[..., Client], clock: Hands) -> None:
    """What the bot is tested against speaks the same language."""
    spec()
    server = XServer(keys=(*SIGNED.values(),), clock=clock.ticks)
    answers: list[tuple[Asked, Any]] = []
    async with serving(server):
        stage = stage_on(server, signed, make_client, clock)
        opened = stage.open()
        sending = opened._tools.http.send

        class Listening:
            """The door, and an ear at it."""

            async def send(self, method: str, url: str, **more: Any) -> Any:
                reply = await sending(method, url, **more)
                answers.append((server.asked[-1], reply))
                return reply

        tools = replace(opened._tools, http=Listening())
        await everything(stage, lambda: stage.platform.open(opened._account, opened._options, tools))
    for asked, reply in answers:
        schema = operation(asked)["responses"][str(reply.status)]["content"]["application/json"]["schema"]
        assert problems(schema, json.loads(reply.body)) == [], asked.path
    assert len(answers) > 6


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a", "in_reply_to": "5"},
        {"text": 5},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "x"}},
        {"text": "a", "reply": {}},
    ],
)
def test_the_description_refuses_what_is_wrong(body: dict[str, Any]) -> None:
    """The check isn't blind."""
    schema = spec()["paths"]["/2/tweets"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert problems(schema, body)
