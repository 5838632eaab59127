"""Tokens of Mastodon-API servers that have an end: renewed by themselves, kept over restarts, or lost and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NeedsLogin, RetryLater
from bot.model import Secret
from bot.net import Client
from bot.net.grants import App, Session, digest, unpacked
from bot.platforms.mastodon.login import kept
from bot.prove.mastodon_server import MastodonServer
from tests.platforms.contract import CANARY, Stage, _until
from tests.platforms.stages import mastodon_stage
from tests.servers.fixtures import Hands

TOKEN, RENEWAL = Secret(CANARY), f"{CANARY}-renewal"


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account whose token has an hour to live, as the set-up walk left it."""
    server = MastodonServer()
    server.logins.lives, server.logins.renewal = 3600, RENEWAL
    server.logins.apps["client"] = {"client_secret": f"{CANARY}-app", "scopes": {"read", "write"}}
    async with mastodon_stage(make_client, clock, server, poll=timedelta(seconds=15)) as made:
        until = clock.now + timedelta(hours=1)
        session = Session(access=TOKEN, refresh=Secret(RENEWAL), until=until, root=digest(TOKEN))
        for name, secret in kept(session, App(client_id="client", client_secret=Secret(f"{CANARY}-app"))).items():
            made.vault.put("acc", name, secret)
        yield made


async def said_by(stage: Stage, account: Any) -> list[tuple[bool, str]]:
    """What is found of its token's end."""
    found: list[tuple[bool, str]] = await account.examine()
    return [(fine, what) for fine, what in found if "its token" in what]


async def test_a_token_is_renewed_before_its_end_and_kept(stage: Stage) -> None:
    """Five minutes early; several at once renew it once, and the next life goes on with what was handed out."""
    account = stage.open()
    await account.publish(stage.post())
    assert stage.server.logins.renewed == 0
    stage.clock.now += timedelta(minutes=56)
    await asyncio.gather(
        *(account.publish(stage.post(f"Number {number}", None, key=f"k{number}")) for number in range(4))
    )
    assert stage.server.logins.renewed == 1
    await stage.open().publish(stage.post("Another life", None, key="k9"))
    assert (stage.server.logins.renewed, len(stage.said())) == (1, 6)
    session = unpacked(stage.vault.get("acc", "session"))
    assert session is not None
    assert session.refresh == Secret(stage.server.logins.renewal)  # it served once


async def test_a_token_that_was_taken_back_early_is_renewed(stage: Stage) -> None:
    """A 401 is certainly no, so that the post goes out once, with the next token."""
    account = stage.open()
    await account.prepare()
    stage.server.token = "another"
    await account.publish(stage.post())
    assert (stage.server.logins.renewed, len(stage.said())) == (1, 1)


async def test_an_account_that_renews_itself_says_so(stage: Stage) -> None:
    """Its end is no trouble."""
    ((fine, what),) = await said_by(stage, stage.open())
    assert fine
    assert what == "its token is good until 2026-11-22 13:00 UTC, and renews itself"


async def test_a_stream_is_opened_with_the_token_that_is_good_then(stage: Stage) -> None:
    """Also after a reconnect past the old one's end."""
    async with aclosing(stage.open().mentions("0")) as mentions:
        first = asyncio.ensure_future(anext(mentions))
        await _until(lambda: stage.server.listeners > 0)
        stage.clock.now += timedelta(hours=2)
        stage.server.cut_streams()
        await _until(lambda: stage.server.logins.renewed == 1 and stage.server.listeners > 0)
        stage.server.say("@ann", "hello")
        async with asyncio.timeout(20):
            assert (await first)[1].text == "hello"


async def test_a_renewal_that_fails_for_now_sends_nothing(stage: Stage) -> None:
    """While the old token is good it serves; past its end the post waits, and was certainly not sent."""
    stage.server.missing = {"/oauth/token"}
    stage.clock.now += timedelta(minutes=57)
    account = stage.open()
    await account.publish(stage.post())
    stage.clock.now += timedelta(minutes=10)
    with pytest.raises(RetryLater, match="gave no new login"):
        await account.publish(stage.post("Two", None, key="k2"))
    stage.server.missing = set()
    await account.publish(stage.post("Three", None, key="k3"))
    assert [text.splitlines()[0] for text in stage.said()] == ["Worth reading: a café.", "Three"]


async def test_a_renewal_that_is_refused_names_the_way_back(stage: Stage) -> None:
    """The account is paused, and its owner told the command; no secret stands in it."""
    stage.server.logins.renewal = "used by somebody"
    stage.clock.now += timedelta(hours=2)
    with pytest.raises(NeedsLogin, match="does not renew") as told:
        await stage.open().publish(stage.post())
    assert "starfish accounts renew acc" in told.value.told("acc")
    assert CANARY not in told.value.told("acc")
    assert stage.said() == []


async def test_a_fresh_token_of_the_owners_is_believed_over_the_kept_one(stage: Stage) -> None:
    """Put where the old one was, it is enough; what was kept belongs to that one."""
    stage.server.token, stage.server.logins.renewal = "fresh", "used"
    before = stage.options
    stage.options = lambda url: {**before(url), "token": Secret("fresh")}
    stage.clock.now += timedelta(hours=2)
    account = stage.open()
    await account.publish(stage.post())
    assert len(stage.said()) == 1
    assert await said_by(stage, account) == []


@pytest.mark.parametrize("damaged", ["", "x", "[]", "{}", '{"client_id": 7}', "[" * 9999])
async def test_without_its_program_a_token_serves_to_its_end(stage: Stage, damaged: str) -> None:
    """A vault that lost what renews it: the token is used as it is."""
    stage.vault.put("acc", "app", Secret(damaged))
    stage.clock.now += timedelta(hours=2)
    await stage.open().publish(stage.post())
    assert (len(stage.said()), stage.server.logins.renewed) == (1, 0)
