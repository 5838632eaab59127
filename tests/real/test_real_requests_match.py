"""Every request that adapters send, held against the platforms' published descriptions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.model import Secret
from bot.net import Client
from bot.platforms.mastodon import platform
from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.platforms.contract import Stage
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

jsonschema = pytest.importorskip("jsonschema")


def description(name: str) -> Any:
    """A published description, where the real documents are."""
    folder = os.environ.get("STARFISH_DATA")
    path = (Path(folder) if folder else Path(__file__).parents[3] / "shared" / "data") / "specs" / name
    if not path.exists():
        pytest.skip(f"there is no {path.name} to hold requests against: set STARFISH_DATA")
    return json.loads(path.read_bytes())


def body_of(spec: Any, method: str, path: str) -> Any:
    """What the description says of a request's body."""
    schema = spec["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator({**schema, "components": spec["components"]})


async def test_mastodon_gets_what_its_description_says(make_client: Callable[..., Client], clock: Hands) -> None:
    """Posts and replies with everything in them; every path that is asked for exists, with every parameter."""
    spec = description("mastodon_openapi.json")
    valid = body_of(spec, "post", "/api/v1/statuses")
    async with serving(MastodonServer(clock=clock.ticks)) as server:
        stage = Stage(
            server=server,
            platform=platform,
            options=lambda url: {"server": url, "token": Secret("good"), "content_warning": "tides", "stream": False},
            said=lambda: [one.text for one in server.kept],
            yes=b"{}",
            make_client=make_client,
            clock=clock,
        )
        account = stage.open()
        await account.examine()
        receipt = await account.publish(stage.post(language="de", visibility="unlisted"))
        said = server.say("@ann", "hello", spoiler="tides")
        reply = stage.post("Hi!", None, reply_to=said.id, reply_to_author="@ann", reply_context={"spoiler": "tides"})
        await account.publish(reply)
        await account.find(reply)
        await account.delete(receipt)
        for asked in server.asked:
            _check(asked, spec, valid)
        assert {asked.method for asked in server.asked} == {"GET", "POST", "DELETE"}


def _check(asked: Any, spec: Any, valid: Any) -> None:
    if asked.path.startswith(("/nodeinfo", "/.well-known")):
        return
    parts = asked.path.split("/")
    known = [path for path in spec["paths"] if _fits(path.split("/"), parts)]
    assert known, asked.path
    operation = spec["paths"][known[0]][asked.method.lower()]
    if asked.method == "POST":
        assert list(valid.iter_errors(asked.json)) == []
    names = {
        parameter["name"].removesuffix("[]") for parameter in operation.get("parameters", []) if "name" in parameter
    }
    assert {name.removesuffix("[]") for name in asked.query} <= names


def _fits(pattern: list[str], path: list[str]) -> bool:
    return len(pattern) == len(path) and all(a == b or a.startswith("{") for a, b in zip(pattern, path, strict=True))
