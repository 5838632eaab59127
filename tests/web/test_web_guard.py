from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import UsageError
from bot.web import serve
from bot.web.app import is_loopback
from bot.web.connection import CONNECTIONS, HEADERS
from bot.web.login import TRIES
from tests.web.browser import Browser
from tests.web.fake_bot import FakeBot

EVERYWHERE = [
    "/",
    "/api/timeline",
    "/api/nothing",
    "/nothing",
    "/healthz",
    "/login",
    "/favicon.ico",
    "/dashboard/queue",
]


def _carries_our_headers(answer_headers: object) -> bool:
    assert isinstance(answer_headers, bytes)
    return all(f"{name}: {value}".encode() in answer_headers for name, value in HEADERS.items())


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_carries_the_strict_headers(browser: Browser, path: str) -> None:
    """Pages, data, redirects and failures all say what the browser may not do."""
    answer = await browser.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


async def test_a_crash_and_a_flood_carry_them_too(browser: Browser, bot: FakeBot) -> None:
    """Also 500 and 413."""
    bot.failing = ZeroDivisionError()
    for answer in (
        await browser.get("/"),
        await browser.send("/mention", b"x" * 70_000, "application/x-www-form-urlencoded"),
    ):
        assert answer.status in (500, 413)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHo st: x\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_not_http_gets_a_short_400(
    browser: Browser, request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Noise is answered with our headers, quotes nothing of what was sent, and leaves no traceback in the log."""
    with caplog.at_level(logging.INFO):
        answer = await browser.raw(request_bytes)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert _carries_our_headers(answer)
    assert b"aaaa" not in answer
    assert "Traceback" not in caplog.text


# ---------------------------------------------------------------------- Host


async def _status_with_hosts(browser: Browser, *hosts: str) -> int:
    lines = "".join(f"Host: {host}\r\n" for host in hosts)
    answer = await browser.raw(f"GET /api/timeline HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
async def test_our_own_names_are_answered(browser: Browser, name: str) -> None:
    """With the port that we listen on, in any case of letters."""
    port = browser.host.rpartition(":")[2]
    assert await _status_with_hosts(browser, f"{name}:{port}") == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost", "localhost:1", "127.0.0.1:1", "127.0.0.1:99999", "127.0.0.1", "127.0.0.1:{port}.evil.example", "localhost.evil.example:{port}",
     "127.0.0.2:{port}", "10.0.0.1:{port}", "user@localhost:{port}", "bot.example.com:444", "", "[::1", "localhost:{port}:{port}", "localhost:٣"],
)  # fmt: skip
async def test_a_foreign_host_is_421(browser: Browser, host: str) -> None:
    """A rebound name, a wrong port, a trick with dots or userinfo: none of them is us, and none learns whose bot it is."""
    port = browser.host.rpartition(":")[2]
    assert await _status_with_hosts(browser, host.format(port=port)) in (421, 400)


async def test_a_stranger_learns_nothing(browser: Browser) -> None:
    """The refusal of a foreign name names neither the bot nor its niche."""
    answer = await browser.get("/", Host="evil.example")
    assert answer.status == 421
    assert "sound" not in answer.text
    assert "<" not in answer.text


async def test_exactly_one_host(browser: Browser) -> None:
    """None and two are refused, also where both are ours or the target is absolute."""
    assert await _status_with_hosts(browser) in (400, 421)
    assert await _status_with_hosts(browser, browser.host, browser.host) in (400, 421)
    assert await _status_with_hosts(browser, browser.host, "evil.example") in (400, 421)
    answer = await browser.raw(
        f"GET http://evil.example/api/timeline HTTP/1.1\r\nHost: {browser.host}\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.split(b" ", 2)[1] in (b"400", b"404", b"421")


async def test_the_public_name_is_ours(browser: Browser) -> None:
    """The owner's own address, behind their proxy, is answered; the proxy's headers about the client are not believed."""
    answer = await browser.get(
        "/api/timeline", Host="bot.example.com", X_Forwarded_For="127.0.0.1", X_Forwarded_Host="x"
    )
    assert answer.status == 200
    assert (await browser.get("/api/timeline", Host="x", X_Forwarded_Host="localhost")).status == 421


# ---------------------------------------------------------------------- other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "http://{host}.evil.example"},
        {"Origin": "ftp://{host}"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site", "Origin": "http://{host}"},
    ],
)
async def test_another_sites_page_can_not_speak(browser: Browser, bot: FakeBot, headers: dict[str, str]) -> None:
    """A post that a foreign page makes is 403 on every address, and changes nothing."""
    told = {name: value.format(host=browser.host) for name, value in headers.items()}
    form = {"from": "@ann", "text": "hello"}
    assert (await browser.send_json("/api/mentions", form, **told)).status == 403
    assert (await browser.post("/mention", form, **told)).status == 403
    assert (await browser.post("/login", {"password": "x"}, **told)).status == 403
    assert (await browser.post("/dashboard/pause", {}, **told)).status == 403
    assert bot.heard == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://{host}"},
        {"Origin": "HTTP://{host}"},
        {"Origin": "http://{host}", "Sec_Fetch_Site": "same-origin"},
        {"Origin": "null", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ],
)
async def test_our_own_page_and_programs_can(browser: Browser, headers: dict[str, str]) -> None:
    """Same origin, or no word of an origin: taken."""
    told = {name: value.format(host=browser.host) for name, value in headers.items()}
    assert (await browser.send_json("/api/mentions", {"from": "@ann", "text": "hello"}, **told)).status == 202


async def test_another_sites_page_can_not_read_either(browser: Browser) -> None:
    """The interface refuses a foreign origin on reads too; a plain link to the page works."""
    assert (await browser.get("/api/timeline", Origin="https://evil.example")).status == 403
    assert (await browser.get("/api/events", Sec_Fetch_Site="cross-site")).status == 403
    assert (await browser.get("/", Sec_Fetch_Site="cross-site")).status == 200


# ---------------------------------------------------------------------- the login's reach


@pytest.mark.parametrize(
    "path", ["/dashboard", "/dashboard/queue", "/dashboard/rules", "/dashboard/feeds", "/dashboard/outbox"]
)
async def test_the_desk_is_the_owners(browser: Browser, path: str) -> None:
    """Without the cookie the owner's pages lead to the login, for programs they are 401."""
    page = await browser.get(path)
    assert (page.status, page.headers["Location"]) == (303, "/login")
    assert (await browser.get(path, Accept="application/json")).status == 401
    assert (await browser.post("/dashboard/pause", {})).status == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "bot.example.com"])
async def test_other_addresses_demand_a_password(bot: FakeBot, host: str) -> None:
    """Where other machines can reach us, nothing starts without a password, and the refusal says how to set it."""
    with pytest.raises(UsageError, match="password"):
        async with serve(bot.parts(), host, 0):
            pass
    assert not is_loopback(host)


async def test_beyond_this_machine_everything_needs_the_password() -> None:
    """Page, interface, health and metrics are closed; the login form and what it needs are open."""
    bot = FakeBot(password="open sesame")
    async with serve(bot.parts(), "0.0.0.0", 0) as serving:
        browser = Browser(serving.url.replace("localhost", "127.0.0.1"))
        assert (await browser.get("/")).headers["Location"] == "/login"
        for path in ("/api/timeline", "/api/events", "/healthz", "/metrics"):
            assert (await browser.get(path)).status == 401
        assert (await browser.send_json("/api/mentions", {"from": "@ann", "text": "hi"})).status == 401
        form = await browser.get("/login")
        assert 'type="password"' in form.text
        assert (await browser.get("/static/" + form.text.split("/static/")[1].split('"')[0])).status == 200
        assert (await browser.post("/login", {"password": "guess"})).status == 403
        assert (await browser.post("/login", {"password": "open sesame"})).status == 303
        assert (await browser.get("/")).status == 200
        assert (await browser.get("/api/timeline")).status == 200


async def test_programs_show_the_password_as_a_bearer() -> None:
    """`Authorization: Bearer` opens the interface to programs, but gives none of the owner's rights."""
    bot = FakeBot(password="open sesame")
    async with serve(bot.parts(), "0.0.0.0", 0) as serving:
        browser = Browser(serving.url.replace("localhost", "127.0.0.1"))
        assert (await browser.get("/api/timeline", Authorization="Bearer open sesame")).status == 200
        assert (await browser.get("/api/timeline", Authorization="Bearer wrong")).status == 401
        assert (await browser.get("/api/timeline", Authorization="Basic b3Blbg==")).status == 401
        assert (await browser.get("/dashboard/queue", Authorization="Bearer open sesame")).status == 303
        said = await browser.send_json("/api/mentions", {"from": "@a", "text": "x"}, Authorization="Bearer open sesame")
        assert said.status == 202
        assert bot.heard[0][4] is False


async def test_behind_a_proxy_a_password_closes_the_public_name_only() -> None:
    """Bound to this machine with a public address: strangers log in, this machine doesn't have to."""
    bot = FakeBot(password="open sesame")
    async with serve(bot.parts(public_url="https://bot.example.com"), "127.0.0.1", 0) as serving:
        browser = Browser(serving.url)
        assert (await browser.get("/api/timeline")).status == 200
        assert (await browser.get("/api/timeline", Host="bot.example.com")).status == 401


async def test_guessing_is_slowed_down() -> None:
    """After a few wrong passwords an address waits; even the right one isn't looked at, but the one-time link works."""
    bot = FakeBot(password="open sesame")
    async with serve(bot.parts(), "127.0.0.1", 0) as serving:
        browser = Browser(serving.url)
        for _ in range(TRIES):
            assert (await browser.post("/login", {"password": "guess"})).status == 403
        refused = await browser.post("/login", {"password": "open sesame"})
        assert refused.status == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 301
        assert (await browser.get(f"/login?token={bot.login.new_token()}")).status == 303


# ---------------------------------------------------------------------- the server itself


async def test_a_taken_port_is_said_plainly(bot: FakeBot) -> None:
    """Two servers on one port: the second says so, in one sentence."""
    async with serve(bot.parts(), "127.0.0.1", 0) as serving:
        with pytest.raises(UsageError, match=str(serving.port)):
            async with serve(bot.parts(), "127.0.0.1", serving.port):
                pass


async def test_a_crowd_is_hung_up_on(browser: Browser) -> None:
    """One connection too many is closed; those that are there go on."""
    host, _, port = browser.host.rpartition(":")
    crowd = [await asyncio.open_connection(host, int(port)) for _ in range(CONNECTIONS + 20)]
    try:
        reader, writer = crowd[0]
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {browser.host}\r\n\r\n".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        last, _ = crowd[-1]
        assert await last.read() == b""
    finally:
        for _, writer in crowd:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in crowd), return_exceptions=True)


@pytest.mark.parametrize(("host", "own"), [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("localhost", True), ("127.8.8.8", True),
                                           ("0.0.0.0", False), ("example.com", False), ("localhost.example.com", False)])  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, own: bool) -> None:
    """Names other than localhost are never taken for it."""
    assert is_loopback(host) is own


async def test_beyond_this_machine_addresses_are_ours_with_any_port() -> None:
    """A container's port mapping hides our own port, and an address can't be rebound; a foreign name still is 421."""
    bot = FakeBot(password="open sesame")
    async with serve(bot.parts(), "0.0.0.0", 0) as serving:
        browser = Browser(serving.url.replace("localhost", "127.0.0.1"))
        for host, status in (
            ("192.0.2.7:80", 401),
            ("localhost:80", 401),
            ("[2001:db8::1]", 401),
            ("evil.example", 421),
        ):
            assert await _status_with_hosts(browser, host) == status
        assert await _status_with_hosts(browser, "192.0.2.7:99999") == 421


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("OPTIONS * HTTP/1.1", 404),
        ("TRACE / HTTP/1.1", 405),
        ("PUT /api/timeline HTTP/1.1", 405),
        ("HEAD /api/events HTTP/1.1", 405),
        ("HEAD /api/timeline HTTP/1.1", 200),
        ("GET /%ff%00 HTTP/1.1", 404),
        ("GET //evil.example/ HTTP/1.1", 404),
        ("GET /?say=%ff%00 HTTP/1.1", 200),
        ("GET /?before=%ff HTTP/1.1", 400),
        ("GET /api/timeline?limit=1&limit=x HTTP/1.1", 200),
        ("GET /api/timeline HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade", 200),
        ("POST /api/mentions HTTP/1.1\r\nExpect: nonsense", 417),
        ("POST /api/mentions HTTP/1.1\r\nContent-Type: \xff/\xfe\r\nContent-Length: 0", 415),
        ("GET / HTTP/1.1\r\nCookie: starfish_session=a.b.c; starfish_name=%f; =;;", 200),
    ],
)
async def test_odd_requests_have_plain_answers(browser: Browser, line: str, status: int) -> None:
    """Whatever the method, path, query or header: an answer of the right kind, never a 500."""
    request = f"{line}\r\nHost: {browser.host}\r\nConnection: close\r\n\r\n"
    assert int((await browser.raw(request.encode("latin-1"))).split(b" ", 2)[1]) == status


@pytest.mark.parametrize("part", [b"", b"5\r\nab", b"zz\r\n", b"2\r\n{}xx0\r\n\r\n"])
async def test_who_leaves_or_garbles_midway_is_no_failure_of_ours(
    browser: Browser, bot: FakeBot, caplog: pytest.LogCaptureFixture, part: bytes
) -> None:
    """A body that is cut or badly chunked stores nothing, and leaves no traceback in the log."""
    host, _, port = browser.host.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /api/mentions HTTP/1.1\r\nHost: {browser.host}\r\nContent-Type: application/json\r\n"
    writer.write(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + part)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert not answer or b" 400 " in answer.split(b"\r\n")[0]
    assert (await browser.get("/healthz")).status == 200
    assert (bot.heard, caplog.text) == ([], "")
