from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from bot.errors import FeedError, FeedRefused, FeedUnreachable
from bot.feeds.discover import Found, discover
from bot.feeds.fetch import CAP
from bot.net import Client, Got
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import LOOPBACK, Hands
from tests.servers.stub_names import StubNames

RSS = "<rss version='2.0'><channel><title>A blog</title></channel></rss>"
NAMING = "<html><head><link rel=alternate type=application/rss+xml title='All posts' href='/feed.xml'></head></html>"


async def test_a_feeds_own_address_is_found(client: Client, server: FeedServer) -> None:
    """One request, and it is what it is; packed ones too."""
    for body in (RSS.encode(), gzip.compress(RSS.encode())):
        url = server.put("/anything", body, content_type="text/plain")
        server.seen.clear()
        assert await discover(client, url) == [Found(feed_url=url, title="A blog", how="the address is a feed")]
        assert server.hits() == 1


async def test_a_page_that_names_its_feed(client: Client, server: FeedServer) -> None:
    """The page's own word is tried, and nothing else: nothing is guessed."""
    server.put("/feed.xml", RSS)
    url = server.put("/", NAMING, content_type="text/html")
    assert await discover(client, url) == [
        Found(feed_url=server.url("/feed.xml"), title="All posts", how="the page names it")
    ]
    assert server.hits() == 2


async def test_a_page_that_names_what_is_no_feed(client: Client, server: FeedServer) -> None:
    """A sitemap and a dead link are passed over; where nothing else is found, it is said what the page names."""
    named = "".join(f"<link rel=alternate type=text/xml href={path}>" for path in ("/sitemap.xml", "/dead", "/rss"))
    server.put("/sitemap.xml", "<urlset></urlset>")
    url = server.put("/", named, content_type="text/html")
    with pytest.raises(FeedUnreachable, match=r"names \S+/sitemap.xml as its feed, but none is to be had there"):
        await discover(client, url)
    server.put("/atom.xml", RSS)
    assert [found.feed_url for found in await discover(client, url)] == [server.url("/atom.xml")]
    server.put("/rss", RSS)
    assert [found.feed_url for found in await discover(client, url)] == [server.url("/rss")]


async def test_a_page_that_only_links_to_its_feed(client: Client, server: FeedServer) -> None:
    """Anchors are believed only if there is a feed behind them."""
    server.put("/rss", RSS)
    server.put("/feed", "<html>not this one</html>")
    url = server.put("/", "<a href=/feed>Feed</a><a href=/rss>RSS</a>", content_type="text/html")
    assert await discover(client, url) == [
        Found(feed_url=server.url("/rss"), title="A blog", how="the page links to it")
    ]


async def test_a_page_that_says_nothing_is_looked_behind(client: Client, server: FeedServer) -> None:
    """A few usual places are tried, the software's own first, until one has a feed."""
    server.put("/index.xml", RSS)
    url = server.put("/", "<meta name=generator content='Hugo 0.1'>", content_type="text/html")
    assert await discover(client, url) == [
        Found(feed_url=server.url("/index.xml"), title="A blog", how="where Hugo puts its feed")
    ]
    assert server.hits() == 2


async def test_a_profile_of_the_fediverse(client: Client, server: FeedServer) -> None:
    """A profile's feed is its address with .rss."""
    server.put("/@ann.rss", RSS)
    url = server.put("/@ann", "<html></html>", content_type="text/html")
    (found,) = await discover(client, url)
    assert found.feed_url == server.url("/@ann.rss")
    assert "profile" in found.how


async def test_a_site_without_a_feed(client: Client, server: FeedServer) -> None:
    """Nothing is invented, and the site is not asked more than a handful of times."""
    url = server.put("/", "<html>nothing here</html>", content_type="text/html")
    assert await discover(client, url) == []
    assert server.hits() <= 9


async def test_a_moved_feed_is_found_where_it_is(client: Client, server: FeedServer) -> None:
    """A permanent redirect gives the new address, a temporary one keeps the old."""
    server.put("/new", RSS)
    assert (await discover(client, server.redirect("/old", "/new", 301)))[0].feed_url == server.url("/new")
    assert (await discover(client, server.redirect("/temp", "/new", 302)))[0].feed_url == server.url("/temp")


async def test_known_sites_are_asked_at_their_known_place(server: FeedServer, clock: Hands) -> None:
    """The shape of the address is enough, and the page is not even fetched."""
    asked: list[str] = []

    class Elsewhere(Client):
        """Gives every address of the world from one server of ours."""

        async def get(self, url: str, **wishes: object) -> Got:
            asked.append(url)
            return await super().get(server.url("/feed"), **wishes)  # type: ignore[arg-type]

    server.put("/feed", RSS)
    client = Elsewhere(contact="x", version="1", allow_private=LOOPBACK, spacing=None, now=clock)
    async with client:
        (found,) = await discover(client, "github.com/aio-libs/aiohttp")
    assert found == Found(
        feed_url="https://github.com/aio-libs/aiohttp/releases.atom",
        title="A blog",
        how="GitHub's feed of the releases",
    )
    assert asked == ["https://github.com/aio-libs/aiohttp/releases.atom"]


async def test_what_people_type_is_understood(make_client: Callable[..., Client], server: FeedServer) -> None:
    """A bare host by https and then http; `feed:` addresses; people of the fediverse."""
    server.put("/", RSS)
    names = StubNames({"blog.example": [["127.0.0.1"]]})
    client = make_client(resolver=names)
    bare = f"blog.example:{server.port}"
    (found,) = await discover(client, bare)
    assert found.feed_url == f"http://{bare}"
    (found,) = await discover(client, f"feed:http://{bare}/")
    assert found.feed_url == f"http://{bare}/"
    with pytest.raises(FeedUnreachable, match=r"nowhere\.example/@ann"):
        await discover(client, "@ann@nowhere.example")


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.com/", "http://", "", "http://10.0.0.1/", "http://["]
)
async def test_what_is_no_address_of_the_web_is_refused(client: Client, address: str) -> None:
    """As everywhere."""
    with pytest.raises(FeedError):
        await discover(client, address)


async def test_a_hostile_page_costs_little(client: Client, server: FeedServer) -> None:
    """Endless pages, private targets and loops of guesses end in a refusal or an empty list."""
    with pytest.raises(FeedRefused):
        await discover(client, server.put("/endless", fault="endless"))
    with pytest.raises(FeedRefused):
        await discover(client, server.put("/bomb", gzip.compress(bytes(CAP + 1))))
    page = "<a href='http://10.0.0.1/rss'>RSS</a>" * 1000 + "<div>" * 10_000
    assert await discover(client, server.put("/page", page, content_type="text/html")) == []
    assert server.hits() <= 12


async def test_discovery_keeps_the_manners(client: Client, server: FeedServer, clock: Hands) -> None:
    """A host that asks to be left alone is left alone by guesses, too."""
    url = server.put("/", "<html></html>", content_type="text/html")
    server.put("/feed", status=429)
    assert await discover(client, url) == []
    assert server.hits() == 2
