"""The callbacks of hubs: who gets in where nobody else does, what is read of them, and how much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot.errors import StoreError
from bot.web import serve
from bot.web.websub import AT_ONCE, LARGEST
from tests.web.browser import Browser
from tests.web.fake_bot import FakeBot

ID = "abcdefghij-0123456789_XYZ"
AT = f"/websub/{ID}"


@dataclass
class FakeHubs:
    """Knows one callback, echoes every challenge for it, and keeps what was brought."""

    got: list[tuple[str, str, str, bytes]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    failing: Exception | None = None

    async def asked(self, callback_id: str, query: Mapping[str, str]) -> str | None:
        return query.get("hub.challenge") if callback_id == ID else None

    async def expected(self, callback_id: str) -> bool:
        return callback_id == ID

    async def brought(self, callback_id: str, content_type: str, signature: str, body: bytes) -> None:
        if self.failing:
            raise self.failing
        self.waiting += 1
        await self.gate.wait()
        self.got.append((callback_id, content_type, signature, body))


@pytest.fixture
def hubs() -> FakeHubs:
    """Hubs that don't have to wait."""
    made = FakeHubs()
    made.gate.set()
    return made


@pytest.fixture
async def hub(hubs: FakeHubs) -> AsyncIterator[Browser]:
    """Something out there that speaks to a bot which needs a password for everything."""
    bot = FakeBot(password="a long enough password")
    parts = replace(bot.parts(public_url="https://bot.example.com"), hubs=hubs)
    async with serve(parts, "127.0.0.1", 0) as serving:
        yield Browser(serving.url)


async def test_a_hub_gets_in_where_nobody_else_does(hub: Browser, hubs: FakeHubs) -> None:
    """Under the public name, without login, with a foreign Origin or another site's page: only the callback answers."""
    foreign = {"Host": "bot.example.com", "Origin": "https://hub.example", "Sec-Fetch-Site": "cross-site"}
    assert (await hub.get("/api/timeline", Host="bot.example.com")).status == 401
    assert (await hub.get("/", Host="bot.example.com")).status == 303
    echoed = await hub.get(f"{AT}?hub.challenge=abc", **foreign)
    assert (echoed.status, echoed.text, echoed.headers["Content-Type"]) == (200, "abc", "text/plain; charset=utf-8")
    assert echoed.headers["X-Content-Type-Options"] == "nosniff"
    brought = await hub.send(AT, b"<rss/>", "application/rss+xml", **foreign, X_Hub_Signature="sha1=00")
    assert brought.status == 202
    assert hubs.got == [(ID, "application/rss+xml", "sha1=00", b"<rss/>")]


async def test_a_wrong_password_is_no_matter_here(hub: Browser) -> None:
    """A hub that sends an Authorization of its own is neither refused nor counted as a guess."""
    for _ in range(10):
        answer = await hub.get(f"{AT}?hub.challenge=abc", Host="bot.example.com", Authorization="Bearer wrong")
        assert answer.status == 200


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1", "bot.example.com.evil.example"])
async def test_a_foreign_name_is_not_answered(hub: Browser, host: str) -> None:
    """The Host check holds for hubs too: callbacks live under our own names."""
    assert (await hub.get(f"{AT}?hub.challenge=abc", Host=host)).status == 421


@pytest.mark.parametrize(
    "path", ["/websub/", "/websub", "/websub/x", f"/websub/{ID}/more", "/websub/" + "a" * 101, f"/websub/{ID}%0a"]
)
async def test_only_a_callback_is_a_callback(hub: Browser, path: str) -> None:
    """Everything else below that path is as closed as the rest."""
    answer = await hub.get(f"{path}?hub.challenge=abc", Host="bot.example.com")
    assert answer.status in {303, 401, 404}


@pytest.mark.parametrize(
    "path", ["/websub/../dashboard", "/websub/%2e%2e/api/timeline", f"/websub/{ID}/../../api/timeline"]
)
async def test_no_path_leads_from_it_to_the_rest(hub: Browser, path: str) -> None:
    """What is let in without a login is what the router takes for a callback, not what the address begins with."""
    answer = await hub.raw(f"GET {path} HTTP/1.1\r\nHost: bot.example.com\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in {b"303", b"401", b"404"}


@pytest.mark.parametrize("verb", ["PUT", "DELETE", "OPTIONS", "HEAD"])
async def test_other_methods_are_refused(hub: Browser, verb: str) -> None:
    """Hubs ask with GET and bring with POST."""
    request = f"{verb} {AT} HTTP/1.1\r\nHost: bot.example.com\r\nConnection: close\r\n\r\n"
    assert (await hub.raw(request.encode())).split(b" ")[1] in {b"401", b"405"}


async def test_an_unknown_callback_is_over(hub: Browser, hubs: FakeHubs) -> None:
    """404 to a question, 410 to a delivery, whose body is not even read."""
    other = "/websub/" + "z" * 30
    assert (await hub.get(f"{other}?hub.challenge=abc", Host="bot.example.com")).status == 404
    assert (await hub.send(other, b"<rss/>", "application/xml", Host="bot.example.com")).status == 410
    assert hubs.got == []


async def test_a_bot_without_hubs_has_no_callbacks(browser: Browser) -> None:
    """Where the owner gives no public address, the path is nothing."""
    assert (await browser.get(f"{AT}?hub.challenge=abc")).status == 404
    assert (await browser.send(AT, b"", "text/xml")).status == 404


def post(*headers: str) -> bytes:
    """The head of a delivery."""
    lines = (f"POST {AT} HTTP/1.1", "Host: bot.example.com", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode()


async def test_a_delivery_may_be_as_large_as_a_large_feed(hub: Browser, hubs: FakeHubs) -> None:
    """Beyond the 64 KiB of other requests, up to four megabytes."""
    body = b"x" * LARGEST
    assert b" 202 " in await hub.raw(post(f"Content-Length: {LARGEST}") + body)
    assert hubs.got == [(ID, "", "", body)]


async def test_a_larger_one_is_refused(hub: Browser, hubs: FakeHubs) -> None:
    """Whether it says so first or keeps it to itself."""
    assert b" 413 " in await hub.raw(post(f"Content-Length: {LARGEST + 1}"))
    piece = b"%x\r\n%s\r\n" % (1_000_001, b"x" * 1_000_001)
    assert b" 413 " in await hub.raw(post("Transfer-Encoding: chunked") + piece * 4 + b"0\r\n\r\n")
    assert hubs.got == []


async def test_a_delivery_that_breaks_off_is_not_taken_in(hub: Browser, hubs: FakeHubs) -> None:
    """Half a document is none."""
    answer = await hub.raw(post("Transfer-Encoding: chunked") + b"5\r\n<rss>\r\nnonsense\r\n")
    assert b" 400 " in answer or answer == b""
    assert hubs.got == []


async def test_only_so_many_are_taken_in_at_once(hub: Browser, hubs: FakeHubs) -> None:
    """One too many is asked to come back; the others are not disturbed."""
    hubs.gate.clear()
    early = [asyncio.create_task(hub.send(AT, b"x", "text/xml", Host="bot.example.com")) for _ in range(AT_ONCE)]
    async with asyncio.timeout(10):
        while hubs.waiting < AT_ONCE:
            await asyncio.sleep(0.01)
    late = await hub.send(AT, b"x", "text/xml", Host="bot.example.com")
    assert (late.status, late.headers["Retry-After"]) == (503, "10")
    hubs.gate.set()
    assert [answer.status for answer in await asyncio.gather(*early)] == [202] * AT_ONCE


async def test_a_store_that_fails_makes_the_hub_try_again(hub: Browser, hubs: FakeHubs) -> None:
    """What could not be stored is not acknowledged."""
    hubs.failing = StoreError("the disk is full")
    assert (await hub.send(AT, b"x", "text/xml", Host="bot.example.com")).status == 503
