"""Being let in by X: tokens that renew themselves and serve once, clocks that are off, and what is lost for good."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import NeedsLogin, RetryLater
from bot.model import Secret
from bot.net import Client
from bot.net.clocks import agreement
from bot.net.grants import unpacked
from bot.platforms.x.options import Options
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from tests.platforms.contract import CANARY, Stage
from tests.platforms.test_platforms_x import SIGNED, renewed, signed, stage_on
from tests.servers.fixtures import Hands
from tests.servers.lossy import lossy
from tests.servers.wire import wire


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account of OAuth 2.0, as on its first day: with the token that its owner gave."""
    server = XServer(refresh=CANARY, clock=clock.ticks)
    async with serving(server):
        yield stage_on(server, renewed, make_client, clock)


def session(stage: Stage) -> dict[str, Any]:
    """What is kept of the session."""
    kept = stage.vault.get("acc", "session")
    assert kept is not None
    told: dict[str, Any] = json.loads(kept.reveal())
    return told


async def test_the_first_token_is_traded_for_others(stage: Stage) -> None:
    """What X hands out is kept at once, and used by the next life, without asking again."""
    await stage.open().publish(stage.post())
    assert session(stage)["refresh"] == stage.server.refresh
    await stage.open().publish(stage.post("Another", None))
    assert stage.server.grants == 1


async def test_a_token_is_renewed_before_its_end(stage: Stage) -> None:
    """Five minutes before the two hours are over; several at once renew it once."""
    account = stage.open()
    await account.publish(stage.post())
    stage.clock.now += timedelta(hours=1, minutes=50)
    await account.publish(stage.post("Another", None))
    assert stage.server.grants == 1
    stage.clock.now += timedelta(minutes=6)
    await asyncio.gather(*(account.publish(stage.post(f"Number {number}", None)) for number in range(4)))
    assert stage.server.grants == 2
    assert len(stage.said()) == 6


async def test_a_token_that_x_took_back_is_renewed(stage: Stage) -> None:
    """A 401 is certainly no, so that the post goes out once, with the next token."""
    account = stage.open()
    await account.publish(stage.post())
    stage.server.revoke()
    await account.publish(stage.post("Another", None))
    assert (stage.server.grants, len(stage.said())) == (2, 2)


async def test_another_process_that_was_faster_is_believed(stage: Stage) -> None:
    """`starfish accounts check` beside a running bot renews too: the vault has what serves now."""
    running, beside = stage.open(), stage.open()
    await running.publish(stage.post())
    stage.clock.now += timedelta(hours=2)
    await asyncio.gather(running.publish(stage.post("One", None)), beside.publish(stage.post("Two", None)))
    assert len(stage.said()) == 3
    assert session(stage)["refresh"] == stage.server.refresh


async def test_a_login_that_was_lost_is_said(stage: Stage) -> None:
    """X answered, and we died before the token was kept: nothing is sent, and the owner is told what to do."""
    stage.server.grant()  # which nobody heard
    with pytest.raises(NeedsLogin, match="serves once") as told:
        await stage.open().publish(stage.post())
    assert CANARY not in str(told.value)
    assert "starfish accounts renew acc" in told.value.advice("acc")
    assert stage.said() == []


async def test_a_new_token_of_the_owner_is_believed_over_the_kept_one(stage: Stage) -> None:
    """After a lost login a fresh token in its place is enough."""
    await stage.open().publish(stage.post())
    stage.server.refresh = "fresh"
    before = stage.options
    stage.options = lambda url: {**before(url), "refresh_token": Secret("fresh")}
    await stage.open().publish(stage.post("Another", None))
    assert len(stage.said()) == 2


async def test_without_any_token_the_set_up_is_named(stage: Stage) -> None:
    """An account whose session is not in this vault was never let in."""
    before = stage.options
    stage.options = lambda url: {**before(url), "refresh_token": None}
    with pytest.raises(NeedsLogin, match="never let in"):
        await stage.open().publish(stage.post())


async def test_a_renewal_without_an_answer_is_no_doubt_about_the_post(stage: Stage) -> None:
    """The post was not sent: it waits, and so does everything else."""
    async with lossy(int(stage.server.url.rpartition(":")[2])) as proxy:
        proxy.loses = 1
        with pytest.raises(RetryLater):
            await stage.open(proxy.url).publish(stage.post())
    assert stage.said() == []
    with pytest.raises(RetryLater):
        await stage.open("http://127.0.0.1:1").publish(stage.post())


async def test_a_good_token_is_used_while_x_renews_none(stage: Stage) -> None:
    """In its last five minutes a token is still good."""
    account = stage.open()
    await account.publish(stage.post())
    stage.clock.now += timedelta(hours=1, minutes=57)
    stage.server.renews = False
    await account.publish(stage.post("Another", None))
    assert len(stage.said()) == 2
    stage.clock.now += timedelta(minutes=4)
    with pytest.raises(RetryLater):
        await account.publish(stage.post("A third", None))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", RetryLater),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>hi</html>", RetryLater),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"access_token": "a\\r\\nb"}', RetryLater),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 302 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
    ],
)
async def test_odd_answers_are_no_tokens(stage: Stage, answer: bytes, error: type[Exception]) -> None:
    """Whatever comes instead of a token, the post was certainly not sent."""
    async with wire([answer]) as place:
        with pytest.raises(error):
            await stage.open(place.url.rstrip("/")).publish(stage.post())


async def test_a_web_app_shows_its_secret(stage: Stage) -> None:
    """An app that has one says it with each renewal, and nowhere else."""
    stage.server.client_secret = "s3cret"
    with pytest.raises(NeedsLogin):
        await stage.open().publish(stage.post())
    before = stage.options
    stage.options = lambda url: {**before(url), "client_secret": Secret("s3cret")}
    await stage.open().publish(stage.post())
    assert len(stage.said()) == 1


async def test_a_clock_that_is_off_is_made_up_for(make_client: Callable[..., Client], clock: Hands) -> None:
    """X refuses a signature that is five minutes off; its own time is in the refusal, so that the second try is good."""
    server = XServer(keys=(*SIGNED.values(),), clock=lambda: clock.ticks() + 1000)
    async with serving(server):
        stage = stage_on(server, signed, make_client, clock)
        account = stage.open()
        await account.publish(stage.post())
        assert len(stage.said()) == 1
        findings = await account.examine()
        assert agreement(timedelta(seconds=1000)) in findings


async def test_wrong_keys_are_named(make_client: Callable[..., Client], clock: Hands) -> None:
    """OAuth 1.0a has nothing to renew."""
    server = XServer(keys=("a", "b", "c", "d"), clock=clock.ticks)
    async with serving(server):
        stage = stage_on(server, signed, make_client, clock)
        with pytest.raises(NeedsLogin):
            await stage.open().publish(stage.post())
        assert len(server.asked) == 1


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"access": 1}', '{"access": "a", "refresh": "", "until": 1e99, "scope": "", "root": ""}'])  # fmt: skip
def test_what_the_vault_has_is_read_with_distrust(kept: str) -> None:
    """Another version's session is none."""
    assert unpacked(Secret(kept)) is None


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({}, "needs either"),
        ({"client_id": "a", "consumer_key": Secret("b")}, "needs either"),
        ({"consumer_key": Secret("a"), "access_token": Secret("b")}, "has no consumer_secret, access_secret"),
        ({"client_id": "a:b"}, "pattern"),
        ({"client_id": "a", "budget": 0}, "greater than 0"),
        ({"client_id": "a", "poll": "often"}, "span"),
    ],
)
def test_half_a_login_is_a_mistake(keys: dict[str, Any], word: str) -> None:
    """It is said before anything is started."""
    with pytest.raises(ValidationError, match=word):
        Options(**keys)
