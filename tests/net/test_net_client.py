"""The client against a real server: what it sends, what it follows, and the network half of the fault battery (N)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import socket
import ssl
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import FeedError, FeedGone, FeedRefused, FeedUnreachable
from bot.model import Secret
from bot.net import Client
from bot.net.addresses import host_of
from bot.net.manners import AT_ONCE, Manners
from tests.servers.certificates import AUTHORITY, tls
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands
from tests.servers.stub_names import StubNames
from tests.servers.wire import wire

CANARY = "CANARY-7f3a"

# --------------------------------------------------------------------------- what is sent


async def test_a_request_says_who_asks_and_nothing_else(client: Client, server: FeedServer) -> None:
    """Name, version and contact; packed answers welcome; no cookie, no referer, no parameter of our own."""
    server.put("/feed?a=1", "hi")
    await client.get(server.url("/feed?a=1"), cap=1000, accept="text/plain")
    (seen,) = server.seen
    assert seen.path == "/feed?a=1"
    assert seen.headers["User-Agent"] == "Starfish/1.2 (+https://example.com/bot)"
    assert seen.headers["Accept"] == "text/plain"
    assert {"gzip", "deflate"} <= set(seen.headers["Accept-Encoding"].replace(" ", "").split(","))
    assert set(seen.headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}


async def test_cookies_are_never_kept(client: Client, server: FeedServer) -> None:
    """A server that sets cookies doesn't get them back."""
    server.put("/", "hi", headers=(("Set-Cookie", "a=b"),))
    for _ in range(2):
        await client.get(server.url("/"), cap=1000)
    assert all("Cookie" not in seen.headers for seen in server.seen)


async def test_the_answer_comes_with_its_headers(client: Client, server: FeedServer) -> None:
    """Names in lower case, repeated ones joined, the address it was got from."""
    url = server.put("/", "hi", headers=(("X-Two", "a"), ("X-Two", "b")), etag='W/"x"')
    got = await client.get(url, cap=1000)
    assert (got.reply.status, got.reply.body, got.reply.url, got.permanent_to) == (200, b"hi", url, None)
    assert got.reply.headers["x-two"] == "a, b"
    assert got.reply.headers["etag"] == 'W/"x"'


async def test_secrets_go_to_the_origin_that_was_asked_only(client: Client, server: FeedServer) -> None:
    """Own headers, password and cookie follow a redirect on the same origin, and never to another one."""
    async with FeedServer() as other:
        other.put("/feed", "hi")
        start = server.redirect("/feed", "/next", 302)
        server.redirect("/next", other.url("/feed"), 302)
        await client.get(
            start,
            cap=1000,
            headers={"If-None-Match": '"x"'},
            secrets={"X-Key": Secret("key"), "accept": Secret("text/own")},
            auth=Secret("ann:pässword"),
            cookie=Secret("session=1"),
        )
        for seen in server.seen:
            assert seen.headers["X-Key"] == "key"
            assert seen.headers["Cookie"] == "session=1"
            assert seen.headers["Authorization"] == "Basic " + base64.b64encode("ann:pässword".encode()).decode()
        (elsewhere,) = other.seen
        assert not {"X-Key", "Cookie", "Authorization"} & set(elsewhere.headers)
        assert elsewhere.headers["If-None-Match"] == '"x"'


async def test_a_feeds_own_header_replaces_ours(client: Client, server: FeedServer) -> None:
    """Whatever its case, a header of the owner's is sent once, in place of ours."""
    server.put("/", "hi")
    await client.get(server.url("/"), cap=1000, accept="text/ours", secrets={"ACCEPT": Secret("text/own")})
    values = [value for name, value in server.seen[0].headers.items() if name.lower() == "accept"]
    assert values == ["text/own"]


async def test_no_secret_is_in_any_failure(
    client: Client, server: FeedServer, caplog: pytest.LogCaptureFixture
) -> None:
    """L1: neither message, cause, nor log of a failed fetch holds a token of address, header, password or cookie."""
    caplog.set_level(logging.DEBUG)
    server.put("/500", status=500)
    server.put("/reset", "x" * 100, fault="reset_midway")
    server.put("/cut", "x", fault="cut")
    server.put("/large", "x" * 2000)
    server.redirect("/away", f"ftp://u:{CANARY}@x/?{CANARY}")
    unsendable = Secret(f"{CANARY}\r\nX: y")
    for path in ("/404", "/500", "/reset", "/cut", "/large", "/away", "//u:p@"):
        for cookie in (Secret(CANARY), unsendable):
            with pytest.raises(FeedError) as told:
                await client.get(
                    server.url(f"{path}?token={CANARY}"),
                    cap=1000,
                    auth=Secret(f"ann:{CANARY}"),
                    cookie=cookie,
                    secrets={"X-Key": Secret(CANARY)},
                )
            assert CANARY not in str(told.value)
            assert told.value.__suppress_context__ or told.value.__context__ is None
            assert CANARY not in str(told.value.__cause__)
    assert CANARY not in caplog.text


async def test_a_proxy_of_the_owners_is_used(client: Client, server: FeedServer) -> None:
    """A feed's proxy gets the whole address, and its own password; the target is not connected to."""
    server.put("http://feeds.example/feed", "through the proxy")
    server.put("/feed", "through the proxy")
    proxy = Secret(f"http://ann:{CANARY}@127.0.0.1:{server.port}")
    got = await client.get("http://feeds.example/feed", cap=1000, proxy=proxy)
    assert got.reply.body == b"through the proxy"
    (seen,) = server.seen
    assert seen.headers["Host"] == "feeds.example"
    assert seen.headers["Proxy-Authorization"] == "Basic " + base64.b64encode(f"ann:{CANARY}".encode()).decode()


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9050", "nonsense", "", "http://", "file:///x"])
async def test_a_proxy_that_is_none_is_refused(client: Client, proxy: str) -> None:
    """What aiohttp can't use is named before anything is sent."""
    with pytest.raises(FeedRefused, match="proxy"):
        await client.get("http://feeds.example/feed", cap=1000, proxy=Secret(proxy))


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "http://10.0.0.1/", "http://localhost/", "http://intranet/"])
async def test_a_proxy_is_not_asked_for_private_addresses(client: Client, server: FeedServer, target: str) -> None:
    """The guard can't see behind a proxy, so addresses that are private by their text are refused before."""
    with pytest.raises(FeedRefused):
        await client.get(target, cap=1000, proxy=Secret(server.url("/")))
    assert server.seen == []


# --------------------------------------------------------------------------- redirects


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ([301], 1),
        ([308], 1),
        ([301, 308], 2),
        ([302], 0),
        ([303], 0),
        ([307], 0),
        ([301, 302], 1),
        ([302, 301], 0),
        ([301] * 5, 5),
    ],
)
async def test_only_permanent_redirects_move_an_address(
    client: Client, server: FeedServer, statuses: list[int], moved: int
) -> None:
    """The address has moved to the end of the permanent part of the chain; what follows is temporary."""
    for number, status in enumerate(statuses):
        server.redirect(f"/{number}", f"/{number + 1}", status)
    server.put(f"/{len(statuses)}", "hi")
    got = await client.get(server.url("/0"), cap=1000)
    assert got.reply.body == b"hi"
    assert got.permanent_to == (server.url(f"/{moved}") if moved else None)


async def test_n10_redirects_end(client: Client, server: FeedServer) -> None:
    """N10: loops, more than five hops, missing and impossible targets are named; relative ones are followed."""
    server.redirect("/loop", "/loop2", 301)
    server.redirect("/loop2", "/loop", 301)
    server.redirect("/self", "/self#again", 302)
    for number in range(20):
        server.redirect(f"/far/{number}", f"../far/{number + 1}", 302)
    server.put("/lost", status=302)
    server.redirect("/odd", "http://[", 302)
    for path, hits in (("/loop", 2), ("/self", 1), ("/far/0", 6), ("/odd", 1)):
        server.seen.clear()
        with pytest.raises(FeedRefused):
            await client.get(server.url(path), cap=1000)
        assert server.hits() == hits
    with pytest.raises(FeedUnreachable, match="without saying where to"):
        await client.get(server.url("/lost"), cap=1000)
    server.redirect("/dir/a", "b?x=ü y", 307)
    server.put("/dir/b", "relative")
    assert (await client.get(server.url("/dir/a"), cap=1000)).reply.body == b"relative"


# --------------------------------------------------------------------------- what answers mean


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 451, 500, 502, 503, 504, 599, 300, 206])
async def test_n1_other_answers_are_failures_of_this_address_only(
    client: Client, server: FeedServer, status: int
) -> None:
    """N1: the status is named, nothing is read, and other addresses of the host go on."""
    bad = server.put("/bad", "x" * 100, status=status)
    good = server.put("/good", "hi")
    if status == 206:  # a success of a kind: not ours to judge
        await client.get(bad, cap=1000)
    else:
        with pytest.raises(FeedUnreachable, match=str(status)) as told:
            await client.get(bad, cap=1000)
        assert not told.value.host_wide
        assert told.value.after == (timedelta(hours=4) if status == 403 else None)
    assert (await client.get(good, cap=1000)).reply.body == b"hi"


async def test_n4_gone_is_gone(client: Client, server: FeedServer) -> None:
    """N4: 410 has its own failure."""
    with pytest.raises(FeedGone, match="410"):
        await client.get(server.put("/", status=410), cap=1000, purpose="feed")


@pytest.mark.parametrize(
    ("status", "header", "hours"),
    [
        (429, "3600", 1),
        (429, "Sun, 22 Nov 2026 14:00:00 GMT", 2),
        (429, None, 4),
        (429, "garbage", 4),
        (429, "-1", 4),
        (429, "1000000000", 24),
        (503, "7200", 2),
        (503, "garbage", 4),
    ],
)
async def test_n2_a_host_that_asks_is_left_alone(
    client: Client, server: FeedServer, clock: Hands, status: int, header: str | None, hours: int
) -> None:
    """N2: 429, and 503 with Retry-After, hold the whole host: seconds, dates, garbage, nonsense; not longer than a day."""
    headers = (("Retry-After", header),) if header else ()
    busy = server.put("/busy", status=status, headers=headers)
    other = server.put("/other", "hi")
    with pytest.raises(FeedUnreachable, match=str(status)) as told:
        await client.get(busy, cap=1000)
    assert told.value.host_wide
    assert told.value.after == timedelta(hours=hours)
    assert client.held(host_of(busy)) == START + timedelta(hours=hours)
    with pytest.raises(FeedUnreachable, match="left alone") as told:
        await client.get(other, cap=1000)
    assert told.value.host_wide
    assert server.hits() == 1
    clock.now += timedelta(hours=hours)
    assert (await client.get(other, cap=1000)).reply.body == b"hi"


async def test_holds_are_told_and_taken_over(
    make_client: Callable[..., Client], server: FeedServer, clock: Hands
) -> None:
    """A hold outlives the process: what was told to the first client is loaded into the second."""
    told: dict[str, datetime] = {}
    first = make_client(on_hold=told.__setitem__)
    with pytest.raises(FeedUnreachable):
        await first.get(server.put("/busy", status=429, headers=(("Retry-After", "600"),)), cap=1000)
    second = make_client()
    second.load_holds(told)
    with pytest.raises(FeedUnreachable, match="left alone"):
        await second.get(server.url("/other"), cap=1000)
    assert server.hits() == 1


async def test_a_redirect_to_a_held_host_stops_there(client: Client, server: FeedServer, clock: Hands) -> None:
    """Manners count at every hop."""
    async with FeedServer() as other:
        client.load_holds({host_of(other.url()): clock() + timedelta(hours=1)})
        with pytest.raises(FeedUnreachable, match="left alone"):
            await client.get(server.redirect("/", other.url("/feed"), 302), cap=1000)
        assert other.seen == []


# --------------------------------------------------------------------------- pace


async def test_at_most_two_requests_are_in_flight_to_a_host(client: Client, server: FeedServer) -> None:
    """Twenty at once arrive two by two, and within `allow_private` without spacing."""
    server.put("/", "hi", delay=0.01)
    await asyncio.gather(*(client.get(server.url("/"), cap=1000) for _ in range(20)))
    assert server.most_in_flight == AT_ONCE
    assert server.hits() == 20


@pytest.mark.parametrize(
    ("wishes", "pauses"),
    [
        ({}, []),
        ({"spacing": timedelta(seconds=2)}, [2.0, 2.0]),
        ({"allow_private": ()}, []),
    ],
)
async def test_spacing_within_private_networks_only_if_the_owner_set_it(
    make_client: Callable[..., Client], server: FeedServer, clock: Hands, wishes: dict[str, Any], pauses: list[float]
) -> None:
    """Loopback is asked without pause, unless `spacing` says otherwise; what is refused needs no pause."""
    manners = Manners(now=clock, ticks=clock.ticks, pause=clock.pause)
    client = make_client(manners=manners, **wishes)
    server.put("/", "hi")
    for _ in range(3):
        try:
            await client.get(server.url("/"), cap=1000)
        except FeedRefused:
            assert wishes == {"allow_private": ()}
            break
    assert clock.pauses == pauses


async def test_a_name_is_at_home_once_it_was_looked_up(
    make_client: Callable[..., Client], server: FeedServer, clock: Hands
) -> None:
    """A name within the owner's networks is spaced like them from its second request on."""
    manners = Manners(now=clock, ticks=clock.ticks, pause=clock.pause)
    client = make_client(manners=manners, resolver=StubNames({"nas.lan": [["127.0.0.1"]]}))
    server.put("/", "hi")
    for _ in range(4):
        await client.get(f"http://nas.lan:{server.port}/", cap=1000)
    assert len(clock.pauses) <= 1
    assert client.allows_private(f"http://nas.lan:{server.port}/feed")
    assert client.allows_private("http://localhost/")
    assert not client.allows_private("https://example.com/")


# --------------------------------------------------------------------------- broken and hostile answers


@pytest.mark.parametrize("fault", ["reset", "reset_midway", "cut", "broken_gzip"])
async def test_n5_an_answer_that_breaks_off_is_no_answer(client: Client, server: FeedServer, fault: str) -> None:
    """N5: a reset, a short body, a broken gzip: a failed fetch, asked once, and the next one is fine."""
    url = server.put("/", "x" * 500, fault=fault)
    with pytest.raises(FeedUnreachable):
        await client.get(url, cap=10_000)
    assert server.hits() == 1
    server.put("/", "hi")
    assert (await client.get(url, cap=1000)).reply.body == b"hi"


async def test_n6_a_dripping_server_is_given_up(make_client: Callable[..., Client], server: FeedServer) -> None:
    """N6: a byte now and then keeps nobody waiting longer than the total."""
    client = make_client(timeout=aiohttp.ClientTimeout(total=0.3))
    with pytest.raises(FeedUnreachable, match="too long"):
        await client.get(server.put("/", fault="drip"), cap=10_000)


async def test_n6_a_silent_server_is_given_up(make_client: Callable[..., Client]) -> None:
    """N6: a server that accepts and says nothing, too."""
    client = make_client(timeout=aiohttp.ClientTimeout(total=5, sock_read=0.2))
    async with wire([], hang=True) as place:
        with pytest.raises(FeedUnreachable, match="too long"):
            await client.get(place.url, cap=10_000)


@pytest.mark.parametrize("fault", ["endless", "gzip_bomb", "deflate_bomb"])
async def test_n7_n8_what_is_too_large_is_cut_at_the_cap(client: Client, server: FeedServer, fault: str) -> None:
    """N7, N8: endless bodies and 100 MB in 100 kB are refused at the cap, in little memory."""
    url = server.put("/", fault=fault)
    tracemalloc.start()
    try:
        with pytest.raises(FeedRefused, match="more than 2 MB"):
            await client.get(url, cap=2_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000


async def test_n8_a_gzip_within_a_gzip_is_one_gzip_unpacked(client: Client, server: FeedServer) -> None:
    """N8: only the transport's packing is undone; the rest is the document's business."""
    inner = gzip.compress(b"hi")
    url = server.put("/", gzip.compress(inner), headers=(("Content-Encoding", "gzip"),))
    assert (await client.get(url, cap=1000)).reply.body == inner


async def test_n7_a_length_beyond_the_cap_is_refused_unread(client: Client) -> None:
    """N7: an honest giant is refused by its Content-Length."""
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx"], hang=True) as place:
        with pytest.raises(FeedRefused, match="more than 1 kB"):
            await client.get(place.url, cap=1000)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 64_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(10_000)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-Trailer: a\r\n" * 100_000,
        b"HTTP/1.1 200 " + b"a" * 64_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        b"HTTP/1.1 2 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"220 mail.example ESMTP\r\n",
        b"\x16\x03\x01\x00\x00",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nnot brotli",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\nnope",
        b"",
    ],
)
async def test_n9_what_is_no_proper_http_is_refused(make_client: Callable[..., Client], answer: bytes) -> None:
    """N9: headers too long or too many, trailers without end, other protocols: a named failure each."""
    client = make_client(timeout=aiohttp.ClientTimeout(total=10))
    async with wire([answer[at : at + 65_536] for at in range(0, len(answer), 65_536)]) as place:
        with pytest.raises(FeedUnreachable):
            await client.get(place.url, cap=1_000_000)


# --------------------------------------------------------------------------- N11: names, connections, certificates


@pytest.fixture
def trusting(make_client: Callable[..., Client]) -> Client:
    """A client that trusts the tests' own authority."""
    return make_client(trust=ssl.create_default_context(cafile=AUTHORITY))


async def test_n11_a_valid_certificate_is_fine(trusting: Client) -> None:
    """N11: over TLS as over plain connections."""
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"], tls=tls("good")) as place:
        assert (await trusting.get(place.url, cap=1000)).reply.body == b"hi"


@pytest.mark.parametrize(("name", "words"), [("expired", "expired"), ("other-name", "mismatch")])
async def test_n11_an_invalid_certificate_is_named(trusting: Client, name: str, words: str) -> None:
    """N11: expired, or of another host: nothing is asked, and the reason is said."""
    async with wire([], tls=tls(name)) as place:
        with pytest.raises(FeedUnreachable, match=words):
            await trusting.get(place.url, cap=1000)
        assert place.heads == []


async def test_n11_an_unknown_authority_is_named(client: Client) -> None:
    """N11: a certificate that nobody vouches for."""
    async with wire([], tls=tls("good")) as place:
        with pytest.raises(FeedUnreachable, match="certificate is not valid"):
            await client.get(place.url, cap=1000)


async def test_n11_no_name_no_listener_notls(make_client: Callable[..., Client], server: FeedServer) -> None:
    """N11: a name that doesn't exist, a closed port, TLS to a plain server: each has its sentence."""
    client = make_client(resolver=StubNames({"empty.example": [[]]}))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        for url, words in (
            ("http://nowhere.example/", "name can't be found"),
            ("http://empty.example/", "name can't be found"),
            (closed, "no connection"),
            (server.url("/").replace("http:", "https:"), "no secure connection"),
        ):
            with pytest.raises(FeedUnreachable, match=words):
                await client.get(url, cap=1000)


async def test_n11_a_black_hole_is_given_up(make_client: Callable[..., Client]) -> None:
    """N11: a connection that is never accepted ends by the connect timeout."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        client = make_client(timeout=aiohttp.ClientTimeout(total=5, sock_connect=0.2, sock_read=0.2))
        with pytest.raises(FeedUnreachable):
            await client.get(f"http://127.0.0.1:{address[1]}/", cap=1000)
        for one in waiting:
            one.close()


async def test_a_kept_connection_that_was_closed_is_opened_anew(client: Client) -> None:
    """A server that hangs up between two requests costs one more connection, not a failure."""
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"]) as place:
        for _ in range(3):
            assert (await client.get(place.url, cap=1000)).reply.body == b"hi"


# --------------------------------------------------------------------------- forms


async def test_a_form_is_sent_once_and_any_answer_is_one(client: Client, server: FeedServer) -> None:
    """URL-encoded, whatever is in it; the status is the caller's to judge."""
    url = server.put("/hub", "no", status=404)
    reply = await client.post(url, {"hub.topic": "https://example.com/?a=1&b=2", "odd": "\ud800ä"})
    assert reply.status == 404
    (seen,) = server.seen
    assert (seen.method, seen.headers["Content-Type"]) == ("POST", "application/x-www-form-urlencoded")
    assert seen.body == b"hub.topic=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2&odd=%3F%C3%A4"


@pytest.mark.parametrize(("status", "hits"), [(307, 1), (308, 1), (301, 0), (302, 0), (303, 0)])
async def test_a_form_follows_only_what_keeps_it_a_form(
    client: Client, server: FeedServer, status: int, hits: int
) -> None:
    """307 and 308 are followed; the others would turn it into a question, and are answers."""
    server.put("/new", "yes")
    reply = await client.post(server.redirect("/old", "/new", status), {"a": "b"})
    assert reply.status == (200 if hits else status)
    assert server.hits("/new") == hits
    assert all(seen.body == b"a=b" for seen in server.seen)


async def test_a_form_never_goes_round_and_round(client: Client, server: FeedServer) -> None:
    """Redirects without end are given up."""
    with pytest.raises(FeedRefused, match="more than 5 times"):
        await client.post(server.redirect("/a", "/a", 307), {})
    assert server.hits("/a") == 6


async def test_a_form_is_not_sent_where_we_do_not_go(make_client: Callable[..., Client], server: FeedServer) -> None:
    """The guard, the schemes and the holds are those of every foreign request."""
    url = server.put("/hub", "", status=429, headers=(("Retry-After", "60"),))
    with pytest.raises(FeedRefused, match="private"):
        await make_client(allow_private=()).post(url, {})
    with pytest.raises(FeedRefused, match="not an http"):
        await make_client().post("file:///etc/passwd", {})
    client = make_client()
    for _ in range(2):
        with pytest.raises(FeedUnreachable) as caught:
            await client.post(url, {})
        assert caught.value.host_wide
    assert server.hits("/hub") == 1
