"""Webhooks: an address that only takes posts, with and without keys."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from bot.errors import ConfigError, Rejected, TooLong
from bot.model import Secret
from bot.net import Client
from bot.platforms.webhook import Options, platform
from bot.prove.faults import Troubles
from bot.prove.servers import serving
from bot.prove.webhook_server import WebhookServer
from bot.settings import load, schema
from tests.platforms.contract import CANARY, LINK, Spoken, Stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write


class OnAnAddress:
    """One account on one address."""

    keyed = False
    wishes: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        """An account whose address and header are secret."""

        def options(url: str) -> dict[str, Any]:
            headers = {"Authorization": Secret(CANARY)}
            return {"url": Secret(f"{url}/hook?{CANARY}"), "headers": headers, "length": 500, **self.wishes}

        server = WebhookServer(token=CANARY, keyed=self.keyed, clock=clock.ticks, troubles=Troubles())
        async with serving(server):
            yield Stage(
                server=server,
                platform=platform,
                options=options,
                said=lambda: [one.json["text"] for one in server.kept],
                yes=b"ok",
                make_client=make_client,
                clock=clock,
            )


class Webhooks(OnAnAddress, Spoken):
    """The contract, for both kinds of receivers."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = {"url": f"https://x.example/{CANARY}", "headers": {"X": Secret(CANARY)}}
    any_2xx_is_yes = True
    calls = rf"{Spoken.calls}|<[!@#]"


class TestWebhook(Webhooks):
    """A receiver that knows no keys: what is doubtful is held."""


class TestKeyedWebhook(Webhooks):
    """A receiver that honours `Idempotency-Key`: what is doubtful is sent again under the same key."""

    keyed = True
    wishes: ClassVar[dict[str, Any]] = {"idempotent": "24h"}


class TestWhatIsSent(OnAnAddress):
    """The body and the limits are as the owner wishes."""

    async def test_everything_that_is_known_is_told(self, stage: Stage) -> None:
        """Without a wish of the owner's, the body has a fixed set of keys."""
        receipt = await stage.open().publish(stage.post(title="A café"))
        headers, said = stage.server.asked[0]
        assert said == {
            "text": f"Worth reading: a café.\n\n{LINK}",
            "url": LINK,
            "title": "A café",
            "account": "acc",
            "key": "db-1-0",
            "created_at": "2026-11-22T12:00:00+00:00",
        }
        assert headers["Idempotency-Key"] == "db-1-0"
        assert receipt.remote_id == "db-1-0"

    async def test_the_owners_own_body_is_filled_in_one_pass(self, stage: Stage) -> None:
        """A post that looks like a placeholder stays as it is; what is missing is null where it stands alone."""
        body = {"content": "{title}: {text}", "embeds": [{"url": "{url}"}], "silent": True, "count": 3, "tags": []}
        stage.options = lambda url: {"url": f"{url}/hook", "body": body}
        stage.server.token = ""
        await stage.open().publish(stage.post("Read {key} and {url}", None, title="{text}"))
        assert stage.server.kept[0].json == {
            "content": "{text}: Read {key} and {url}",
            "embeds": [{"url": None}],
            "silent": True,
            "count": 3,
            "tags": [],
        }

    @pytest.mark.parametrize(("answer", "expected"), [(b'{"id": 77}', "77"), (b"[1]", "db-1-0"), (b"\xff", "db-1-0")])
    async def test_an_id_is_kept_where_one_is_answered(
        self, stage: Stage, make_client: Callable[..., Client], answer: bytes, expected: str
    ) -> None:
        """Any 2xx is a yes, whatever its body; an id in it is kept."""
        head = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(answer)
        async with wire([head + answer]) as place:
            assert (await stage.open(place.url.rstrip("/")).publish(stage.post())).remote_id == expected

    async def test_the_owners_length_holds(self, stage: Stage) -> None:
        """Nobody else counts, so the adapter does, before anything is sent."""
        with pytest.raises(TooLong) as told:
            await stage.open().publish(stage.post("x" * 501, None))
        assert told.value.limit == 500
        assert stage.server.requests == 0

    @pytest.mark.parametrize("status", [404, 410, 302])
    async def test_an_address_that_is_gone_refuses(self, stage: Stage, status: int) -> None:
        """What is certainly not taken is said to be, with the reason."""
        head = b"HTTP/1.1 %d Gone\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n" % status
        async with wire([head]) as place:
            with pytest.raises(Rejected, match=str(status)):
                await stage.open(place.url.rstrip("/")).publish(stage.post())
            assert len(place.heads) == 1

    def test_the_limits_follow_the_options(self, stage: Stage) -> None:
        """Length and window are the owner's; nothing can be searched."""
        limits = stage.open().limits
        assert (limits.max_length, limits.idempotent_for, limits.searchable) == (500, None, False)


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"url": "ftp://x.example"}, "must be an address"),
        ({"url": "https://user:word@x.example/"}, "no name or password"),
        ({"url": "https://["}, "must be an address"),
        ({"url": "https://x.example:99999/"}, "must be an address"),
        ({"body": {"a": ["{nobody}"]}}, r"has no {nobody}"),
        ({"body": {"a": {"b": "{text.x}"}}}, r"has no {text.x}"),
        ({"headers": {"X\n": Secret("x")}}, "names of headers"),
        ({"headers": {"X": "plain"}}, "instance of Secret"),
        ({"length": 10}, "greater than or equal to 50"),
        ({"idempotent": "soon"}, "must be a span"),
    ],
)
def test_mistakes_are_named(wish: dict[str, Any], complaint: str) -> None:
    """Each in words that the owner understands."""
    with pytest.raises(ValidationError, match=complaint):
        Options(**{"url": "https://x.example/hook", **wish})


def test_it_is_set_up_in_toml(tmp_path: Path) -> None:
    """The address may be plain or a secret; headers are secrets; the body is a table."""
    account = (
        '[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = { env = "HOOK" }\nidempotent = "24h"\n'
        'headers = { Authorization = { env = "TOKEN" } }\nbody = { content = "{text}", allowed_mentions = { parse = [] } }\n'
    )
    folder = write(tmp_path, starfish=f"[net]\n{CONTACT}{account}")
    env = {"HOOK": f"https://x.example/{CANARY}", "TOKEN": CANARY}
    (made,) = load(folder, {"webhook": Options}, env=env).accounts
    assert isinstance(made.options, Options)
    assert made.options.server == f"https://x.example/{CANARY}"
    assert made.options.headers == {"Authorization": Secret(CANARY)}
    assert made.options.body == {"content": "{text}", "allowed_mentions": {"parse": []}}
    assert made.options.idempotent == timedelta(hours=24)
    assert CANARY not in repr(made)


def test_a_missing_secret_is_told_once(tmp_path: Path) -> None:
    """The empty stand-in of a missing reference makes no second mistake."""
    account = '[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = { env = "HOOK" }\n'
    with pytest.raises(ConfigError) as told:
        load(write(tmp_path, starfish=f"[net]\n{CONTACT}{account}"), {"webhook": Options}, env={})
    assert len(told.value.problems) == 1


def test_the_schema_takes_both_kinds_of_addresses() -> None:
    """An editor offers a plain address and a reference."""
    offered = schema({"webhook": Options})["$defs"]["account on webhook"]["properties"]["url"]
    assert "string" in json.dumps(offered)
    assert "env" in json.dumps(offered)
