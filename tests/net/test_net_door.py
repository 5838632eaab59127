"""The door for platforms: sent once, and every failure is "certainly not" or "perhaps"."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import DeliveryError, Rejected, RetryLater, Unsure
from bot.net import Client
from bot.net.door import Door
from bot.ports import Http
from tests.servers.certificates import AUTHORITY, tls
from tests.servers.feedserver import Document, FeedServer
from tests.servers.stub_names import StubNames
from tests.servers.wire import wire

CANARY = "CANARY-91bc"


@pytest.fixture
def door(make_client: Callable[..., Client], server: FeedServer) -> Door:
    """A door to one server, of a client that allows no private network at all."""
    return make_client(allow_private=()).door([server.url()])


def test_the_door_is_the_port(door: Door) -> None:
    """Platforms get what the port promises."""
    port: Http = door
    assert port is door


async def test_json_form_and_bytes_arrive_as_they_are(door: Door, server: FeedServer) -> None:
    """Each kind of body has its type, unless the caller says another; all methods go through."""
    server.put("/", "ok")
    text = "ünï 🎵 & = \ud800"
    await door.send("POST", server.url(), json={"text": text}, headers={"Authorization": "Bearer t"})
    await door.send("POST", server.url(), form={"text": "ü & =", "b": ""})
    await door.send("PUT", server.url(), data=b"\x00\xff", headers={"Content-Type": "image/png"})
    await door.send("DELETE", server.url())
    posted, formed, put, deleted = server.seen
    assert json.loads(posted.body)["text"] == text
    assert posted.headers["Content-Type"] == "application/json"
    assert posted.headers["Authorization"] == "Bearer t"
    assert posted.headers["User-Agent"].startswith("Starfish/")
    assert (formed.headers["Content-Type"], formed.body) == (
        "application/x-www-form-urlencoded",
        b"text=%C3%BC+%26+%3D&b=",
    )
    assert (put.headers["Content-Type"], put.body) == ("image/png", b"\x00\xff")
    assert (deleted.method, deleted.body) == ("DELETE", b"")


@pytest.mark.parametrize("status", [200, 201, 302, 308, 400, 401, 404, 429, 500, 503])
async def test_every_status_is_an_answer(door: Door, server: FeedServer, status: int) -> None:
    """What a status means is the adapter's business; error bodies are read, redirects are not followed."""
    server.put("/", "words", status=status, headers=(("Location", "/elsewhere"), ("Retry-After", "9")))
    reply = await door.send("POST", server.url(), json={})
    assert (reply.status, reply.body, reply.headers["retry-after"]) == (status, b"words", "9")
    assert server.hits() == 1


async def test_nothing_sent_is_certain(make_client: Callable[..., Client]) -> None:
    """A closed port, an unknown name, a certificate that isn't valid: the request never left."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with wire([], tls=tls("good")) as place:
            addresses = [closed, "https://nowhere.example", place.url]
            door = make_client(allow_private=(), resolver=StubNames({})).door(addresses)
            for address in addresses:
                with pytest.raises(RetryLater):
                    await door.send("POST", address, json={"text": "x"})
            assert place.heads == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("fault", ["reset", "reset_midway", "cut", "broken_gzip", "endless", "gzip_bomb", "drip"])
async def test_anything_after_the_first_byte_is_unsure_and_sent_once(
    door: Door, server: FeedServer, fault: str, method: str
) -> None:
    """Cut, reset, unreadable, too large or too slow: the post may be there, and nobody sends it again by themselves."""
    server.put("/", "x" * 100, fault=fault)
    with pytest.raises(Unsure):
        await door.send(
            method, server.url(), json={"text": "x"}, timeout=timedelta(seconds=2 if fault != "drip" else 0.3)
        )
    assert server.hits() == 1


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"])
async def test_a_server_that_reads_and_says_nothing_useful_leaves_us_unsure(
    make_client: Callable[..., Client], answer: bytes
) -> None:
    """The request arrived; what became of it, nobody knows."""
    async with wire([answer]) as place:
        with pytest.raises(Unsure):
            await make_client(allow_private=()).door([place.url]).send("POST", place.url, json={"text": "x"})
        assert len(place.heads) == 1


async def test_a_silent_server_leaves_us_unsure_after_the_callers_patience(make_client: Callable[..., Client]) -> None:
    """The caller's timeout counts, not that of feeds."""
    async with wire([], hang=True) as place:
        with pytest.raises(Unsure):
            await make_client().door([place.url]).send("POST", place.url, data=b"x", timeout=timedelta(seconds=0.2))


async def test_each_request_has_a_connection_of_its_own(door: Door, server: FeedServer) -> None:
    """A kept connection that the server had closed would make a post unsure for nothing."""
    server.put("/", "ok")
    for _ in range(2):
        assert (await door.send("POST", server.url(), json={})).headers.get("connection") == "close"


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "ftp://example.com/",
        "https://u:p@example.com/",
        "",
        "nonsense",
        "http://[",
        "http://127.0.0.1:1/",
    ],
)
async def test_other_addresses_must_be_public_and_https(door: Door, address: str) -> None:
    """What a platform's answer names is as foreign as a feed's link."""
    with pytest.raises(Rejected):
        await door.send("POST", address, json={})


async def test_another_https_place_is_gone_to(make_client: Callable[..., Client]) -> None:
    """A platform keeps files elsewhere; nobody knows this name, so nothing was sent there."""
    door = make_client(allow_private=(), resolver=StubNames({})).door(["https://example.social/"])
    with pytest.raises(RetryLater):
        await door.send("PUT", "https://files.example/", data=b"x")


async def test_the_owners_address_is_exactly_that_one(door: Door, server: FeedServer) -> None:
    """The same host at another port is another server."""
    async with FeedServer() as other:
        with pytest.raises(Rejected):
            await door.send("POST", other.url(), json={})
        assert other.seen == []


@pytest.mark.parametrize("wishes", [{"headers": {"Authorization": f"{CANARY}\r\nX: y"}}, {"headers": {"X\n": CANARY}}])
async def test_what_http_cannot_carry_is_rejected(door: Door, server: FeedServer, wishes: dict[str, Any]) -> None:
    """Line breaks in a header would be another request: nothing is sent, and the secret isn't told."""
    with pytest.raises(Rejected) as told:
        await door.send("POST", server.url(), **wishes)
    assert CANARY not in str(told.value)
    assert server.seen == []


async def test_a_token_in_the_path_is_never_told(
    make_client: Callable[..., Client], server: FeedServer, caplog: pytest.LogCaptureFixture
) -> None:
    """L1: some platforms carry the token in the path: failures name the origin only."""
    caplog.set_level(logging.DEBUG)
    door = make_client(allow_private=()).door([server.url(), "http://127.0.0.1:1"])
    server.documents[f"/bot{CANARY}/send"] = Document(fault="reset")
    for address in (server.url(), "http://127.0.0.1:1/", "http://example.com/"):
        with pytest.raises(DeliveryError) as told:
            await door.send("POST", f"{address}bot{CANARY}/send", json={"token": CANARY})
        assert CANARY not in str(told.value)
        assert told.value.__cause__ is None
        assert told.value.__suppress_context__ or told.value.__context__ is None
    assert CANARY not in caplog.text


async def test_platforms_trust_the_same_authorities(make_client: Callable[..., Client]) -> None:
    """An owner's own certificate authority counts for platforms too."""
    trust = ssl.create_default_context(cafile=AUTHORITY)
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"], tls=tls("good")) as place:
        door = make_client(allow_private=(), trust=trust).door([place.url])
        assert (await door.send("POST", place.url, json={})).body == b"{}"
