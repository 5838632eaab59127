"""S1 to S14 of the fault battery: no foreign address ever reaches the owner's network.

A canary listens on 127.0.0.2; the client may reach 127.0.0.1 only, where the attacker's server lives.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network

import pytest

from bot.errors import FeedError, FeedRefused, FeedUnreachable, Rejected
from bot.net import Client
from bot.net.manners import Manners
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.stub_names import StubNames

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="only 127.0.0.1 is up on a Mac's loopback")

CANARY = "127.0.0.2"
PUBLIC = "192.0.2.1"  # a documentation address: stands for "something that doesn't answer"


@pytest.fixture
async def canary() -> AsyncIterator[FeedServer]:
    """A server inside the owner's network, which nothing foreign may reach."""
    async with FeedServer(host=CANARY) as canary:
        canary.put("/", "a secret of the owner's network")
        yield canary
        assert canary.seen == []


@pytest.fixture
def guarded(make_client: Callable[..., Client], clock: Hands) -> Client:
    """A client that may reach the attacker's server, and has the attacker's name service."""
    names = StubNames(
        {
            "inside.example": [[CANARY]],
            "inside6.example": [[f"::ffff:{CANARY}"]],
            "both.example": [[CANARY, "10.0.0.7", "::1"]],
            "mixed.example": [["127.0.0.1", CANARY]],
            "rebinding.example": [["127.0.0.1"], [CANARY]],
            "metadata.example": [["169.254.169.254"]],
        }
    )
    manners = Manners(now=clock, ticks=clock.ticks, pause=clock.pause)
    return make_client(allow_private=[ip_network("127.0.0.1/32")], resolver=names, manners=manners)


SPELLINGS = [
    f"http://{CANARY}:{{port}}/",
    f"http://[::ffff:{CANARY}]:{{port}}/",
    "http://[::ffff:7f00:2]:{port}/",
    "http://[64:ff9b::7f00:2]:{port}/",
    "http://[2002:7f00:2::]:{port}/",
    "http://[::7f00:2]:{port}/",
    "http://0x7f000002:{port}/",
    "http://2130706434:{port}/",
    "http://017700000002:{port}/",
    "http://127.2:{port}/",
    "http://0x7f.0.0.2:{port}/",
    "http://①②⑦.⓪.⓪.②:{port}/",
    "http://１２７.０.０.２:{port}/",
    "http://127。0。0。2:{port}/",
    "http://inside.example:{port}/",
    "http://inside.example.:{port}/",
    "http://inside6.example:{port}/",
    "http://both.example:{port}/",
    "https://127.0.0.2:{port}/",
]
ELSEWHERE = [
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://127.0.0.3/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.example/latest/meta-data/",
    "http://[fe80::1%25lo]/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://224.0.0.1/",
    "http://1.1.1.1:25/",
    "http://1.1.1.1:6379/",
]
SCHEMES = [
    "file:///etc/passwd",
    "ftp://127.0.0.2/",
    "gopher://127.0.0.2:6379/_INFO",
    "dict://127.0.0.2:11211/stats",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "data:text/xml,<rss/>",
    "jar:http://127.0.0.2/!/",
    "ws://127.0.0.2/",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_s1_no_spelling_of_a_private_address_is_reached(
    guarded: Client, canary: FeedServer, spelling: str
) -> None:
    """S1 to S4: literal, mapped, embedded, numeric, full-width and by name: 0 hits."""
    with pytest.raises(FeedError):
        await guarded.get(spelling.format(port=canary.port), cap=1000)


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_s5_no_redirect_leads_to_a_private_address(
    guarded: Client, server: FeedServer, canary: FeedServer, spelling: str
) -> None:
    """S5: what may not be asked for may not be redirected to either."""
    start = server.redirect("/feed", spelling.format(port=canary.port), 302)
    with pytest.raises(FeedError):
        await guarded.get(start, cap=1000, purpose="feed")
    assert server.hits("/feed") == 1


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_s6_nothing_special_is_connected_to(guarded: Client, address: str) -> None:
    """S6: this host, link-local, cloud metadata, multicast, and ports where no website lives, are refused by name."""
    with pytest.raises(FeedRefused):
        await guarded.get(address, cap=1000)


@pytest.mark.parametrize("address", SCHEMES)
async def test_s7_only_http_and_https(guarded: Client, server: FeedServer, address: str) -> None:
    """S7: other schemes are refused, asked for directly or by redirect."""
    with pytest.raises(FeedRefused):
        await guarded.get(address, cap=1000)
    with pytest.raises(FeedRefused):
        await guarded.get(server.redirect("/feed", address, 302), cap=1000)


async def test_s8_a_user_name_does_not_disguise_the_host(
    guarded: Client, server: FeedServer, canary: FeedServer
) -> None:
    """S8: `public.example@private` is refused before anything is looked up, in redirects too."""
    disguised = f"http://public.example@{CANARY}:{canary.port}/"
    with pytest.raises(FeedRefused):
        await guarded.get(disguised, cap=1000)
    with pytest.raises(FeedRefused):
        await guarded.get(server.redirect("/feed", disguised), cap=1000)


async def test_s9_a_name_that_changes_its_mind_is_checked_again(
    make_client: Callable[..., Client], canary: FeedServer
) -> None:
    """S9: rebinding: whatever the name said a moment ago, the address that is connected to counts."""
    names = StubNames({"rebinding.example": [[PUBLIC], [CANARY]]})
    await names.resolve("rebinding.example")
    client = make_client(allow_private=(), resolver=names)
    with pytest.raises(FeedRefused):
        await client.get(f"http://rebinding.example:{canary.port}/", cap=1000)


async def test_s10_of_several_addresses_only_the_public_ones_are_tried(
    guarded: Client, server: FeedServer, canary: FeedServer
) -> None:
    """S10: a name with a reachable and a private address: the private one is never connected to."""
    server.put("/", "fine")
    got = await guarded.get(f"http://mixed.example:{server.port}/", cap=1000)
    assert got.reply.body == b"fine"
    with pytest.raises(FeedError):
        await guarded.get(f"http://mixed.example:{canary.port}/", cap=1000)


async def test_s11_pages_and_discovery_are_guarded_as_feeds_are(guarded: Client, canary: FeedServer) -> None:
    """S11: whatever it is fetched for, the guard is the same one."""
    for purpose in ("feed", "page", "discovery"):
        with pytest.raises(FeedRefused):
            await guarded.get(canary.url("/"), cap=1000, purpose=purpose)


async def test_s12_robots_files_are_guarded_too(guarded: Client, server: FeedServer, canary: FeedServer) -> None:
    """S12: neither a page's own robots.txt nor one behind a redirect is fetched from a private host."""
    assert await guarded.robots_allow(canary.url("/page"))
    server.redirect("/robots.txt", canary.url("/robots.txt"), 301)
    assert await guarded.robots_allow(server.url("/page"))


async def test_s13_the_environment_names_no_proxy(
    guarded: Client, server: FeedServer, canary: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S13: a proxy of the environment, which would connect where the guard can't see, is not used; nor is netrc."""
    monkeypatch.setenv("http_proxy", canary.url("/"))
    monkeypatch.setenv("HTTP_PROXY", canary.url("/"))
    monkeypatch.setenv("all_proxy", canary.url("/"))
    server.put("/", "fine")
    assert (await guarded.get(server.url("/"), cap=1000)).reply.body == b"fine"


async def test_s14_platforms_are_guarded_beyond_the_owners_addresses(guarded: Client, canary: FeedServer) -> None:
    """S14: an address that a platform's answer names must be public and https, whatever the owner's own may be."""
    door = guarded.door([f"http://127.0.0.1:{canary.port}"])
    for address in (canary.url("/"), f"https://{CANARY}:{canary.port}/", f"https://inside.example:{canary.port}/"):
        with pytest.raises(Rejected):
            await door.send("POST", address, json={})


async def test_what_the_owner_allowed_is_reached(guarded: Client, server: FeedServer) -> None:
    """The guard is no wall: within `allow_private` any port answers."""
    server.put("/", "fine")
    assert (await guarded.get(server.url("/"), cap=1000)).reply.body == b"fine"


async def test_a_name_without_addresses_is_unreachable_not_refused(guarded: Client) -> None:
    """A name that doesn't exist is worth trying again; a private address isn't."""
    with pytest.raises(FeedUnreachable, match="name can't be found"):
        await guarded.get("http://nowhere.example/", cap=1000)
