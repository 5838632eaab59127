"""How the bot is let in on Bluesky: once, renewed in time, and never asked for more than a server can bear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app.vault import FileVault
from bot.errors import DeliveryError, NeedsLogin, RetryLater, StoreError
from bot.model import Secret
from bot.net import Client
from bot.platforms.bluesky.wire import BETWEEN_LOGINS, LOCKED, session_name, session_of
from bot.prove.bluesky_server import GRACE
from tests.platforms.bluesky_stage import bluesky_stage
from tests.platforms.contract import CANARY, MemoryVault, Stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account that was never let in."""
    async with bluesky_stage(make_client, clock) as stage:
        stage.vault = MemoryVault()
        yield stage


def kept(stage: Stage) -> dict[str, Any]:
    """The session in the vault."""
    (value,) = [value for (_, name), value in stage.vault.kept.items() if name.startswith("session ")]
    said: dict[str, Any] = json.loads(value.reveal())
    return said


# --------------------------------------------------------------------------- logging in


async def test_it_logs_in_once_for_many_lives(stage: Stage) -> None:
    """At the first start; later ones find the session."""
    await stage.open().prepare()
    for number in range(5):
        await stage.open().publish(stage.post(key=f"db-{number}-0"))
    assert (stage.server.logins, stage.server.renewals) == (1, 0)
    login = next(asked for asked in stage.server.asked if asked.path.endswith("createSession"))
    assert login.json == {"identifier": "bot.test", "password": CANARY}
    assert "Authorization" not in login.headers


async def test_many_who_need_a_session_get_one(stage: Stage) -> None:
    """Ten posts at once, before there is one: one log-in."""
    account = stage.open()
    await asyncio.gather(*(account.publish(stage.post(key=f"db-{number}-0")) for number in range(10)))
    assert (stage.server.logins, len(stage.said())) == (1, 10)


async def test_a_wrong_password_locks_the_account(stage: Stage) -> None:
    """Said in a sentence that helps, and nothing was sent."""
    stage.server.password = "another"
    with pytest.raises(NeedsLogin, match="the handle or the app password is wrong"):
        await stage.open().publish(stage.post())
    assert stage.server.requests == 0


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", RetryLater),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", RetryLater),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", RetryLater),
        (b"", RetryLater),
        (b"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", RetryLater),
        (b"HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b'HTTP/1.1 400 No\r\nContent-Length: 26\r\n\r\n{"error":"InvalidRequest"}\r\n', NeedsLogin),
        (b'HTTP/1.1 401 No\r\nContent-Length: 35\r\n\r\n{"error":"AuthFactorTokenRequired"}\r\n', NeedsLogin),
    ],
)
async def test_a_log_in_that_fails_never_looks_like_a_post(
    stage: Stage, answer: bytes, failure: type[DeliveryError]
) -> None:
    """Nothing was said yet, so it is never in doubt: either later, or the owner must do something."""
    async with wire([answer]) as place:
        with pytest.raises(failure):
            await stage.open(place.url.rstrip("/")).publish(stage.post())


async def test_who_does_not_answer_is_left_alone(stage: Stage) -> None:
    """A log-in without an answer may have counted, and they are scarce: five minutes until the next."""
    account = stage.open()
    stage.server.loses_sessions = 1.0
    with pytest.raises(RetryLater):
        await account.publish(stage.post())
    stage.server.loses_sessions = 0.0
    stage.clock.now += timedelta(minutes=2)
    with pytest.raises(RetryLater) as told:
        await account.publish(stage.post())
    assert (stage.server.logins, told.value.after) == (1, timedelta(minutes=3))
    stage.clock.now += BETWEEN_LOGINS
    await account.publish(stage.post())
    assert stage.server.logins == 2


async def test_too_many_log_ins_wait_as_the_server_says(stage: Stage) -> None:
    """Its own dialect: a Unix time in a header of its own, compared with its own clock."""
    stage.server.logins = 30
    with pytest.raises(RetryLater) as told:
        await stage.open().publish(stage.post())
    assert told.value.after == timedelta(seconds=2)


# --------------------------------------------------------------------------- renewing


async def test_an_expired_session_is_renewed(stage: Stage) -> None:
    """400 `ExpiredToken` is no refusal: the same post goes again under a new token, which is kept."""
    account = stage.open()
    await account.publish(stage.post())
    before = kept(stage)
    stage.clock.now += timedelta(hours=3)
    await account.publish(stage.post(key="db-2-0"))
    assert (stage.server.logins, stage.server.renewals, len(stage.said())) == (1, 1, 2)
    assert kept(stage)["accessJwt"] != before["accessJwt"]
    assert kept(stage)["refreshJwt"] != before["refreshJwt"]
    renewal = next(asked for asked in stage.server.asked if asked.path.endswith("refreshSession"))
    assert (renewal.json, renewal.headers["Authorization"]) == (None, f"Bearer {before['refreshJwt']}")


async def test_many_at_once_renew_it_once(stage: Stage) -> None:
    """Ten posts meet an expired token together."""
    account = stage.open()
    await account.prepare()
    stage.clock.now += timedelta(hours=3)
    await asyncio.gather(*(account.publish(stage.post(key=f"db-{number}-0")) for number in range(10)))
    assert (stage.server.logins, stage.server.renewals, len(stage.said())) == (1, 1, 10)


async def test_another_process_may_have_renewed_it(stage: Stage) -> None:
    """`accounts check` beside a running bot: the vault is looked at before anybody is asked."""
    running, beside = stage.open(), stage.open()
    await running.prepare()
    await beside.prepare()
    stage.clock.now += timedelta(hours=3)
    await beside.examine()
    await running.publish(stage.post())
    assert (stage.server.logins, stage.server.renewals) == (1, 1)


async def test_a_crash_between_renewing_and_keeping_is_survived(stage: Stage) -> None:
    """The old token is still good for two hours; after that, the password is."""
    await stage.open().prepare()
    before = dict(stage.vault.kept)
    stage.clock.now += timedelta(hours=3)
    for renewals in (1, 2):
        stage.vault.kept = dict(before)  # as if what was handed over had never been written
        await stage.open().publish(stage.post(key=f"db-{renewals}-0"))
        assert (stage.server.logins, stage.server.renewals) == (1, renewals)
    stage.clock.now += timedelta(seconds=GRACE + 1)
    stage.vault.kept = dict(before)
    await stage.open().publish(stage.post(key="db-3-0"))
    assert (stage.server.logins, stage.server.renewals, len(stage.said())) == (2, 2, 3)


async def test_a_renewal_that_is_lost_is_asked_for_again(stage: Stage) -> None:
    """The post was refused in full before it, so nothing is in doubt."""
    account = stage.open()
    await account.prepare()
    stage.clock.now += timedelta(hours=3)
    stage.server.loses_sessions = 1.0
    with pytest.raises(RetryLater, match="renewed"):
        await account.publish(stage.post())
    stage.server.loses_sessions = 0.0
    await account.publish(stage.post())
    assert (stage.server.logins, stage.server.renewals, len(stage.said())) == (1, 2, 1)


async def test_a_session_that_ended_for_good_is_opened_anew(stage: Stage) -> None:
    """After ninety days away, or where the server forgot us: by the password, once."""
    await stage.open().prepare()
    stage.clock.now += timedelta(days=91)
    await stage.open().publish(stage.post())
    stage.server.tokens.clear()
    await stage.open().publish(stage.post(key="db-2-0"))
    assert (stage.server.logins, stage.server.renewals, len(stage.said())) == (3, 0, 2)


async def test_a_server_that_takes_none_of_its_own_sessions_is_told(stage: Stage) -> None:
    """It never becomes a loop: the owner is asked after one try."""
    stage.server.access_lives = -1.0
    with pytest.raises(NeedsLogin, match="just given"):
        await stage.open().publish(stage.post())
    assert (stage.server.logins, stage.server.renewals) == (1, 1)


@pytest.mark.parametrize("name", sorted(LOCKED))
async def test_a_locked_account_is_named(stage: Stage, name: str) -> None:
    """Suspended, deactivated, taken down: said with 400 as well as with 401; the account is paused, no post is refused."""
    await stage.open().prepare()
    session = stage.vault.kept["acc", session_name(stage.server.url, "bot.test")]
    body = json.dumps({"error": name, "message": "Account is gone"}).encode()
    for status in (400, 401, 403):
        head = b"HTTP/1.1 %d No\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        async with wire([head + body]) as place:
            stage.vault.put("acc", session_name(place.url.rstrip("/"), "bot.test"), session)
            with pytest.raises(NeedsLogin, match="Account is gone") as told:
                await stage.open(place.url.rstrip("/")).publish(stage.post())
            assert "renew" not in told.value.advice("acc")  # no password would help


# --------------------------------------------------------------------------- keeping


async def test_a_session_is_kept_in_the_vault_alone(stage: Stage, tmp_path: Path) -> None:
    """Beside the database, for the owner's eyes; a vault that can't be written is said once, and costs no log-ins."""
    vault = FileVault(tmp_path / "starfish.db")
    stage.vault = vault  # type: ignore[assignment]
    await stage.open().publish(stage.post())
    await stage.open().publish(stage.post(key="db-2-0"))
    assert stage.server.logins == 1
    (tmp_path / "starfish.db.secrets").chmod(0o644)
    account = stage.open()
    with pytest.raises(StoreError, match="chmod"):
        await account.publish(stage.post(key="db-3-0"))
    assert stage.server.logins == 1


async def test_a_vault_that_keeps_nothing_costs_one_log_in(stage: Stage) -> None:
    """A full disk is told, and what the server handed over is used all the same."""

    class Full(MemoryVault):
        def put(self, account: str, name: str, value: Secret) -> None:
            raise StoreError("the disk is full")

    stage.vault = Full()
    account = stage.open()
    with pytest.raises(StoreError):
        await account.prepare()
    await account.publish(stage.post())
    assert stage.server.logins == 1


@pytest.mark.parametrize(
    "kept_", ["", "[]", "null", "{", '{"did": 7}', '{"did": "did:plc:a", "accessJwt": "a b"}', "[" * 9000]
)
async def test_what_the_vault_holds_is_read_with_distrust(stage: Stage, kept_: str) -> None:
    """A session that can't be one is none: it logs in."""
    stage.vault.put("acc", session_name(stage.server.url, "bot.test"), Secret(kept_))
    await stage.open().publish(stage.post())
    assert stage.server.logins == 1


# --------------------------------------------------------------------------- where the data is


def session(server: str, *services: Any, **more: Any) -> Any:
    """A session as a server of that address hands it over."""
    said = {"did": "did:plc:abc", "handle": "bot.test", "accessJwt": "a.b.c", "refreshJwt": "d.e.f", **more}
    return session_of({**said, "didDoc": {"service": list(services)}}, server)


PDS = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example"}


def test_the_account_is_where_its_document_says() -> None:
    """A door like bsky.social only lets in; the data is elsewhere."""
    assert (
        session("https://bsky.social", {"id": "#else", "serviceEndpoint": "https://x.example"}, PDS).pds
        == "https://pds.example"
    )
    again = session_of(json.loads(session("https://bsky.social", PDS).kept().reveal()), "https://bsky.social")
    assert again is not None
    assert again.pds == "https://pds.example"


@pytest.mark.parametrize(
    ("server", "endpoint"),
    [
        ("http://127.0.0.1:2583", "https://pds.example"),
        ("https://bsky.social", "http://pds.example"),
        ("https://bsky.social", "https://ann:pw@pds.example"),
        ("https://bsky.social", "https://pds.example/path?x"),
        ("https://bsky.social", "javascript:alert(1)"),
        ("https://bsky.social", 7),
    ],
)
def test_what_is_no_place_for_secrets_is_not_gone_to(server: str, endpoint: object) -> None:
    """The owner's own server stays where they say; anything but a plain https origin isn't trusted."""
    assert session(server, {**PDS, "serviceEndpoint": endpoint}).pds == server


@pytest.mark.parametrize(
    "wrong", [{"did": "ann.test"}, {"accessJwt": ""}, {"refreshJwt": "a\nb"}, {"accessJwt": "x" * 9000}, {"did": None}]
)
def test_a_session_that_lets_nobody_in_is_none(wrong: dict[str, object]) -> None:
    """What would be sent as a header is looked at first."""
    assert session("https://bsky.social", **wrong) is None


def test_a_session_never_shows_its_tokens() -> None:
    """Neither it nor what is kept of it."""
    made = session("https://bsky.social", accessJwt=CANARY, refreshJwt=CANARY)
    assert CANARY not in f"{made!r} {made} {made.kept()!r}"
