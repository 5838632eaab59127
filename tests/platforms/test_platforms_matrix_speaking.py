"""What only Matrix has: devices, rooms that are closed or encrypted, transaction ids that a server forgets."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Secret
from bot.net import Client
from bot.platforms.matrix.keys import Options, device_for
from bot.ports import Deleter, Doctor, Listener, Publisher
from bot.prove.matrix_server import MatrixServer
from bot.prove.matrix_world import ALIAS, HOME
from bot.settings import load
from tests.platforms.contract import CANARY, MemoryVault, Stage
from tests.platforms.stages import matrix_stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write

ME = "@bot:example.org"
OTHER = "!other:far.example"


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account with a token, which posts into a room by its address."""
    server = MatrixServer(token=CANARY, password=f"{CANARY}-word")
    async with matrix_stage(make_client, clock, server, room=ALIAS, token=Secret(CANARY)) as stage:
        yield stage


def by_password(stage: Stage, password: str = f"{CANARY}-word", **more: Any) -> Any:
    """Open the account with a password instead of a token."""
    return stage.open_with(token=None, password=Secret(password), **more)


def asked(stage: Stage, method: str, end: str) -> list[Any]:
    """The requests that the server got, by how their paths end."""
    return [each for each in stage.server.asked if each.method == method and each.path.endswith(end)]


def answering(answer: dict[str, tuple[int, Any]]) -> Callable[..., Any]:
    """A server that answers by what a request's line holds, and counts; for what ours doesn't do."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0].decode()
        status, said = next((told for part, told in answer.items() if part in line), (404, {}))
        body = json.dumps(said).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    return serve


# --------------------------------------------------------------------------- what is sent


def test_it_keeps_all_the_ports(stage: Stage) -> None:
    """It speaks, listens, takes back and can be examined."""
    assert all(isinstance(stage.open(), port) for port in (Publisher, Listener, Deleter, Doctor))


async def test_a_post_is_sent_under_its_key(stage: Stage) -> None:
    """The same request whenever it is sent again; without a key nothing is sent at all."""
    await stage.open().publish(stage.post())
    await stage.open().publish(stage.post())
    first, second = asked(stage, "PUT", "/send/m.room.message/db-1-0")
    assert first.json == second.json
    assert len(stage.said()) == 1
    with pytest.raises(Rejected, match="key"):
        await stage.open().publish(stage.post(key=""))


async def test_ids_are_opaque(stage: Stage) -> None:
    """Whatever a key or an id holds, it is one segment of a path."""
    await stage.open().publish(stage.post(key="a/b?c#d%2F"))
    assert stage.server.asked[-1].path.endswith("/send/m.room.message/a/b?c#d%2F")
    assert stage.server.asked[-1].query == {}
    receipt = await stage.open().publish(stage.post())
    await stage.open().delete(replace(receipt, remote_id="$../x?y"))
    assert stage.server.asked[-1].query == {}


async def test_its_address_leads_to_the_message_from_everywhere(stage: Stage) -> None:
    """As links to Matrix look, with a server to ask."""
    receipt = await stage.open().publish(stage.post())
    assert receipt.url == f"https://matrix.to/#/{HOME}/{receipt.remote_id}?via=example.org"


async def test_a_part_of_a_thread_answers_the_part_before(stage: Stage) -> None:
    """It stays in the room of the first, and calls nobody."""
    first = await stage.open().publish(stage.post())
    part = stage.post("Part two.", None, key="db-2-0", reply_to=first.remote_id, reply_context={"after": "1"})
    await stage.open().publish(part)
    assert stage.server.kept[-1].reply_to == first.remote_id
    assert stage.server.pinged() == []
    assert (await stage.open().find(part)).remote_id == stage.server.kept[-1].id


# --------------------------------------------------------------------------- refusals


async def test_a_room_that_does_not_let_us_in_pauses_the_account(stage: Stage) -> None:
    """The owner can mend that, and the posts wait until then."""
    stage.server.rooms[HOME].members[ME] = "leave"
    with pytest.raises(NeedsLogin, match="does not let us in"):
        await stage.open().publish(stage.post())
    stage.server.rooms[HOME].members[ME] = "invite"
    await stage.open().publish(stage.post())
    assert stage.server.rooms[HOME].members[ME] == "join"


async def test_a_room_that_does_not_let_us_speak_pauses_the_account(stage: Stage) -> None:
    """Its power levels say so; a room that took its place under the same address is found at the next try."""
    account = stage.open()
    await account.publish(stage.post())
    stage.server.power = {"events_default": 50}
    with pytest.raises(NeedsLogin) as told:
        await account.publish(stage.post(key="db-2-0"))
    assert told.value.advice("acc") == f"Let {ME} into {ALIAS}, and speak there"
    stage.server.power = None
    stage.server.rooms[HOME].alias = ""
    stage.server.room(OTHER, alias=ALIAS, members={ME: "join"})
    await account.publish(stage.post(key="db-2-0"))
    assert stage.server.kept[-1].room == OTHER


async def test_a_room_that_closes_behind_us_pauses_nobody(stage: Stage) -> None:
    """Who spoke to us there can't be answered; everybody else can."""
    stage.server.room(OTHER, members={ME: "leave"})
    reply = stage.post("Hi!", None, reply_to="$1", reply_to_author="@ann:far.example", reply_context={"room": OTHER})
    with pytest.raises(Rejected, match="nobody can be answered"):
        await stage.open().publish(reply)
    with pytest.raises(Unsure):
        await stage.open().find(reply)
    assert asked(stage, "POST", OTHER) == []


async def test_an_encrypted_room_is_refused_honestly(stage: Stage) -> None:
    """Before anything is sent, with a way out."""
    stage.server.happen(HOME, ME, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}, state_key="")
    with pytest.raises(Rejected, match=r"encrypted.*pantalaimon"):
        await stage.open().publish(stage.post())
    assert stage.server.requests == 0
    wrong = [what for fine, what in await stage.open().examine() if not fine]
    assert len(wrong) == 1
    assert "encrypted" in wrong[0]


async def test_a_room_that_nobody_knows_is_named(stage: Stage) -> None:
    """A misspelt address is the owner's mistake."""
    with pytest.raises(Rejected, match="#nowhere"):
        await stage.open_with(room="#nowhere:example.org").publish(stage.post())
    ((fine, what),) = await stage.open().examine()
    assert (fine, "#nowhere" in what) == (False, True)


@pytest.mark.parametrize("answer", [(500, {}), (200, []), (502, {"errcode": "M_UNKNOWN"})])
async def test_doubt_before_the_first_byte_is_none(stage: Stage, answer: tuple[int, Any]) -> None:
    """The room can't be looked at: nothing of the post was sent, and that is certain."""
    told = {"/state/": answer}
    async with await asyncio.start_server(answering(told), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RetryLater, match="nothing was sent"):
            await stage.open_with(room=HOME, server=url).publish(stage.post())


@pytest.mark.parametrize(
    ("status", "said", "failure"),
    [
        (413, {}, TooLong),
        (400, {"errcode": "M_TOO_LARGE"}, TooLong),
        (400, {"errcode": "M_BAD_JSON"}, Rejected),
        (401, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, NeedsLogin),
        (403, {"errcode": "M_USER_DEACTIVATED"}, NeedsLogin),
        (403, {"errcode": ["M_FORBIDDEN"]}, NeedsLogin),
        (404, {"errcode": "M_UNRECOGNIZED"}, Rejected),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}, RetryLater),
        (500, {"errcode": "M_UNKNOWN"}, Unsure),
        (200, {"event_id": ["$1"]}, Unsure),
        (200, {"event_id": "a b"}, Unsure),
        (200, None, Unsure),
    ],
)
async def test_answers_mean_what_they_say(stage: Stage, status: int, said: Any, failure: type[DeliveryError]) -> None:
    """By status and by the API's own word."""
    async with await asyncio.start_server(answering({"/send/": (status, said)}), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(failure) as told:
            await stage.open_with(room=HOME, server=url).publish(stage.post())
    if isinstance(told.value, RetryLater):
        assert told.value.after == timedelta(seconds=1.5)
    if isinstance(told.value, TooLong):
        assert told.value.limit is not None


# --------------------------------------------------------------------------- devices and logins


async def test_a_login_happens_once_and_is_kept(stage: Stage) -> None:
    """On the fixed device, over restarts; however many ask for it at the same time."""
    account = by_password(stage)
    await asyncio.gather(*(account.publish(stage.post(key=f"db-{number}-0")) for number in range(5)))
    await stage.open().publish(stage.post(key="db-9-0"))
    assert stage.server.logins == 1
    (login,) = asked(stage, "POST", "/login")
    assert login.json["device_id"] == device_for(ALIAS)
    assert list(stage.server.tokens.values()) == ["STARFISH", device_for(ALIAS)]


async def test_two_accounts_of_one_user_leave_each_other_alone(stage: Stage) -> None:
    """Each room has a device of its own: a login for one ends nothing of the other's."""
    stage.server.room(OTHER, members={ME: "join"})
    first = by_password(stage)
    stage.vault = MemoryVault()
    second = stage.open_with(room=OTHER)
    for number in range(3):
        for account in (first, second):
            await account.publish(stage.post(key=f"db-{number}-0"))
    assert stage.server.logins == 2
    assert device_for(OTHER) != device_for(ALIAS)


async def test_a_forgotten_token_is_renewed_and_nothing_doubles(stage: Stage) -> None:
    """In the middle of everything: the same device again, and the same key is still the same message."""
    account = by_password(stage)
    await account.publish(stage.post())
    for number in range(2):
        stage.server.tokens.clear()
        await asyncio.gather(account.publish(stage.post()), account.find(stage.post()))
        assert stage.server.logins == number + 2
    assert len(stage.said()) == 1


async def test_another_process_has_logged_in_meanwhile(stage: Stage) -> None:
    """Its token is in the vault: it is used, instead of a login that would end it."""
    first, second = by_password(stage), stage.open()
    await first.publish(stage.post())
    stage.server.tokens.clear()
    await second.publish(stage.post(key="db-2-0"))
    await first.publish(stage.post(key="db-3-0"))
    assert stage.server.logins == 2


async def test_a_token_that_is_forgotten_at_once_pauses_nobody(stage: Stage) -> None:
    """The password is good, and nothing was sent: it is tried later, and the owner has nothing to mend."""
    told = {
        "/login": (200, {"access_token": CANARY, "device_id": device_for(HOME)}),
        "/_matrix/": (401, {"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}),
    }
    async with await asyncio.start_server(answering(told), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RetryLater, match="forgot our login"):
            await by_password(stage, server=url, room=HOME).publish(stage.post())


async def test_a_wrong_password_is_named_and_not_tried_again(stage: Stage) -> None:
    """Nothing was sent; neither it nor the token is shown."""
    with pytest.raises(NeedsLogin, match=r"password \(M_FORBIDDEN\)"):
        await by_password(stage, "wrong").publish(stage.post())
    assert (stage.server.logins, stage.server.requests) == (1, 0)


async def test_a_server_that_gives_another_device_is_refused(stage: Stage) -> None:
    """There nothing could be sent exactly once."""
    told = {"/login": (200, {"access_token": CANARY, "device_id": "OTHER"})}
    async with await asyncio.start_server(answering(told), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(Rejected, match="device") as refused:
            await by_password(stage, server=url, room=HOME).publish(stage.post())
    assert CANARY not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("told", [(200, {}), (200, []), (500, {}), (429, {}), (200, {"access_token": 7})])
async def test_a_login_that_fails_is_no_doubt(stage: Stage, told: tuple[int, Any]) -> None:
    """Whatever became of it, nothing of the post was sent."""
    async with await asyncio.start_server(answering({"/login": told}), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(RetryLater):
            await by_password(stage, server=url, room=HOME).publish(stage.post())


# --------------------------------------------------------------------------- reading back


async def test_a_server_that_forgets_keys_is_looked_at_first(stage: Stage) -> None:
    """Where the same key is a second message, the first one is found, before anything is sent again."""
    stage.server.remembers = False
    account = stage.open()
    await account.publish(stage.post())
    assert (await stage.open().find(stage.post())).remote_id == stage.server.kept[0].id
    await account.publish(stage.post())
    assert len(stage.said()) == 2  # which is why


async def test_another_device_finds_by_words_what_has_no_key_for_it(stage: Stage) -> None:
    """A token of another device: what was sent from the first one is found by its link or its words."""
    quote = stage.post("To be.", None, key="db-2-0")
    for one in (stage.post(), quote):
        await stage.open().publish(one)
    stage.server.tokens = {CANARY: "OTHER"}
    for number, one in enumerate((stage.post(), quote)):
        assert (await stage.open().find(one)).remote_id == stage.server.kept[number].id
    assert await stage.open().find(stage.post("Else.", None, key="db-3-0")) is None


async def test_a_post_is_found_behind_many_others(stage: Stage) -> None:
    """Pages are read until they are older than it could be, and no further; others' words don't count."""
    for number in range(150):
        stage.server.happen(HOME, ME, "m.room.message", {"body": f"old {number}"})
    stage.clock.now += timedelta(days=1)
    await stage.open().publish(stage.post())
    for number in range(130):
        stage.server.happen(HOME, ME, "m.room.message", {"body": f"new {number}"})
        stage.server.say("@ann", f"hello {number}")
    stage.server.asked.clear()
    assert (await stage.open().find(stage.post())).remote_id == stage.server.find(
        next(one.id for one in stage.server.events if one.txn)
    ).id
    assert len(asked(stage, "GET", "/messages")) == 2
    assert await stage.open().find(stage.post(key="db-2-0")) is None


async def test_more_than_can_be_read_is_doubt(stage: Stage) -> None:
    """Absence is only proven by a complete reading."""
    for number in range(5_001):
        stage.server.happen(HOME, ME, "m.room.message", {"body": f"{number}"})
    with pytest.raises(Unsure, match="completely"):
        await stage.open().find(stage.post())


async def test_a_reading_that_lags_shows_it_later(stage: Stage) -> None:
    """C13: right after posting it is not there yet; once the settle time is over it is."""
    stage.server.lag = lambda: 30.0
    await stage.open().publish(stage.post())
    assert await stage.open().find(stage.post()) is None
    stage.clock.now += timedelta(seconds=120)
    assert await stage.open().find(replace(stage.post(), sent_at=stage.clock.now - timedelta(seconds=120))) is not None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Unsure),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"chunk": 7}', Unsure),
        (b'HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{"chunk":[7],"end":"s1"}', Unsure),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b'HTTP/1.1 403 No\r\nContent-Length: 25\r\n\r\n{"errcode":"M_FORBIDDEN"}', Unsure),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", RetryLater),
    ],
)
async def test_what_cannot_be_read_proves_nothing(stage: Stage, answer: bytes, failure: type[DeliveryError]) -> None:
    """Whatever keeps us from looking, it never becomes "it is not there"."""
    async with wire([answer]) as place:
        with pytest.raises(failure):
            await stage.open_with(room=HOME, server=place.url).find(stage.post())


async def test_a_strangers_clock_ends_no_reading(stage: Stage) -> None:
    """A server that ignores the filter gives words of people whose servers say what time they like."""
    old = {"sender": "@evil:far.example", "origin_server_ts": 1, "event_id": "$evil"}
    ours = {"sender": ME, "origin_server_ts": int(stage.clock.ticks() * 1000), "event_id": "$ours"}
    told = {"/messages?": (200, {"chunk": [old, {**ours, "unsigned": {"transaction_id": "db-1-0"}}]})}
    async with await asyncio.start_server(answering(told), "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        found = await stage.open_with(room=HOME, server=url).find(stage.post())
    assert found.remote_id == "$ours"


# --------------------------------------------------------------------------- taking back, and the set-up


async def test_a_post_is_taken_back(stage: Stage) -> None:
    """In whatever room it is; once more is fine; what has no id can't be, and what may not be is told."""
    said = stage.server.say("@ann", "hello", room=stage.server.room(OTHER, members={ME: "join"}).id)
    reply = stage.post("Hi!", None, key="db-2-0", reply_to=said.id, reply_context={"room": OTHER})
    receipts = [await stage.open().publish(one) for one in (stage.post(), reply)]
    for receipt in [*receipts, *receipts]:
        await stage.open().delete(receipt)
    assert stage.said() == []
    await stage.open().delete(replace(receipts[0], remote_id="$gone", url=None))
    with pytest.raises(Rejected):
        await stage.open().delete(replace(receipts[0], remote_id=""))
    stage.server.rooms[OTHER].members[ME] = "leave"
    with pytest.raises(Rejected, match="taken back"):
        await stage.open().delete(receipts[1])


async def test_a_good_account_is_well(stage: Stage) -> None:
    """Everything that can be looked at without sending."""
    found = await stage.open().examine()
    assert all(fine for fine, _ in found), found
    assert ME in found[0][1]
    assert stage.server.requests == 0
    assert {each.method for each in stage.server.asked} == {"GET"}


async def test_what_is_not_well_is_named(stage: Stage) -> None:
    """Another's token, another device, no right to speak, a room that was replaced, a wrong clock, a refused token."""
    stage.server.clock = lambda: stage.clock.ticks() - 600
    stage.server.power = {"events_default": 50}
    stage.server.tokens = {CANARY: "OTHER"}
    stage.server.happen(HOME, "@ann:example.org", "m.room.tombstone", {"replacement_room": OTHER}, state_key="")
    account = stage.open_with(device="STARFISH")
    wrong = [what for fine, what in await account.examine() if not fine]
    assert len(wrong) == 4
    for word, what in zip(("OTHER", OTHER, "may not speak", "600 s behind"), wrong, strict=True):
        assert word in what
    stage.server.me = "@else:example.org"
    stage.server.rooms[HOME].members["@else:example.org"] = "join"
    assert "@else:example.org's" in next(what for fine, what in await account.examine() if not fine)
    stage.server.tokens.clear()
    ((fine, what),) = await account.examine()
    assert (fine, "401" in what) == (False, True)


async def test_a_room_that_we_are_not_in_is_named(stage: Stage) -> None:
    """With what to do about it."""
    stage.server.rooms[HOME].members[ME] = "leave"
    assert [what for fine, what in await stage.open().examine() if not fine] == [f"it is not in {ALIAS}: invite it"]


# --------------------------------------------------------------------------- the owner's keys


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"server": "matrix.example.org"}, "server's address alone"),
        ({"user": "bot"}, "full id"),
        ({"room": "news"}, "room's id or address"),
        ({"rooms": ["#a:b", "x"]}, "room's id or address"),
        ({"token": "plain"}, "instance of Secret"),
        ({"token": None}, "either a token or a password"),
        ({"password": Secret("x")}, "either a token or a password"),
        ({"device": "my bot"}, "pattern"),
        ({"poll": "now"}, "must be a span"),
        ({"poll": "1h"}, "less than or equal to 5 minutes"),
    ],
)
def test_mistakes_are_named(wish: dict[str, Any], complaint: str) -> None:
    """Each in words that the owner understands."""
    good = {"server": "https://example.org", "user": ME, "room": ALIAS, "token": Secret("x")}
    with pytest.raises(ValidationError, match=complaint):
        Options(**{**good, **wish})


def test_it_is_set_up_in_toml(tmp_path: Path) -> None:
    """As the owner writes it."""
    account = (
        '[[accounts]]\nname = "room"\nplatform = "matrix"\nserver = "https://matrix.example.org/"\nuser = "@bot:example.org"\n'
        'room = "#news:example.org"\nrooms = ["!abc:example.org"]\npassword = { env = "P" }\nowner = "@ann:example.org"\n'
    )
    (made,) = load(
        write(tmp_path, starfish=f"[net]\n{CONTACT}{account}"), {"matrix": Options}, env={"P": CANARY}
    ).accounts
    assert isinstance(made.options, Options)
    assert (made.options.rooms, made.options.device, made.options.password) == (
        ("!abc:example.org",),
        None,
        Secret(CANARY),
    )
    assert CANARY not in repr(made)
