"""Pages read over HTTP from a real server, by a real worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest

from bot.articles.fromfeed import INLINE
from bot.articles.reader import KEPT, Pages
from bot.errors import NoPageError, PageError
from bot.net import Client
from bot.ports import PageReader
from bot.worker import Bounds, Worker
from tests.articles.our_pages import LONG, PROSE, page, paragraphs
from tests.articles.test_articles_fromfeed import candidate
from tests.servers.feedserver import FeedServer

HTML = "text/html; charset=utf-8"


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """A worker that is closed at the end."""
    worker = Worker()
    yield worker
    await worker.close()


@pytest.fixture
def pages(client: Client, worker: Worker) -> Pages:
    """The reader, over a client that may reach loopback."""
    return Pages(client, worker)


def test_it_is_what_the_stories_ask_for(pages: Pages) -> None:
    """The reader fits the port."""
    reader: PageReader = pages
    assert reader is pages


async def test_an_article_behind_a_link(server: FeedServer, pages: Pages) -> None:
    """A page is fetched, extracted in the worker, and is an article."""
    article = await pages.read(server.put("/boats", page(), content_type=HTML))
    assert article.title == "Eleven hundred boats"
    assert PROSE[2] in article.text.split("\n")
    assert (article.origin, article.problem) == ("page", None)


async def test_the_last_pages_are_kept(server: FeedServer, pages: Pages) -> None:
    """What was read lately, or failed lately, is not asked for again; of more pages the oldest one is."""
    urls = [server.put(f"/boats/{number}", page(), content_type=HTML) for number in range(KEPT + 1)]
    missing = server.put("/gone", b"", status=500)
    for url in (urls[0], urls[0], *urls):
        await pages.read(url)
    for _ in range(2):
        with pytest.raises(PageError):
            await pages.read(missing)
    await pages.read(urls[-1])
    await pages.read(urls[0])
    asked = Counter(one.path for one in server.seen)
    assert (asked["/boats/0"], asked["/gone"]) == (2, 1)
    assert {asked[f"/boats/{number}"] for number in range(1, KEPT + 1)} == {1}


async def test_a_page_is_read_anew_after_hours(server: FeedServer, client: Client, worker: Worker) -> None:
    """It may have been corrected since; what failed is tried again after one."""
    hours = [0.0]
    pages = Pages(client, worker, clock=lambda: 3600 * hours[0])
    url = server.put("/boats", page(), content_type=HTML)
    for hours[0], hits in ((0.0, 1), (5.9, 1), (6.1, 2), (12.0, 2)):
        await pages.read(url)
        assert server.hits("/boats") == hits
    missing = server.put("/gone", b"", status=500)
    for hours[0], hits in ((13.0, 1), (13.9, 1), (14.1, 2)):
        with pytest.raises(PageError, match="500"):
            await pages.read(missing)
        assert server.hits("/gone") == hits


async def test_a_failure_that_is_known_says_so(server: FeedServer, pages: Pages) -> None:
    """Slot after slot looks at the same page; only when it was asked for is there something to tell."""
    gone = server.put("/gone", b"", status=404)
    told = []
    for _ in range(3):
        with pytest.raises(PageError, match="404") as caught:
            await pages.read(gone)
        told.append(caught.value.again)
    assert told == [False, True, True]


async def test_a_page_asks_for_html_and_says_who_asks(server: FeedServer, pages: Pages) -> None:
    """The request names HTML as what is wanted, and carries the bot's own name."""
    await pages.read(server.put("/boats", page(), content_type=HTML))
    sent = next(one for one in server.seen if one.path == "/boats")
    assert sent.headers["Accept"].startswith("text/html")
    assert sent.headers["User-Agent"].startswith("Starfish/")


async def test_relative_addresses_are_those_of_the_last_hop(server: FeedServer, pages: Pages) -> None:
    """After a redirect the page's own address is where it was found."""
    head = '<meta property="og:image" content="boats.jpg">'
    target = server.put("/news/boats", page(head=head), content_type=HTML)
    article = await pages.read(server.redirect("/b", target, 302))
    assert article.url == target
    assert article.image == server.url("/news/boats.jpg")


async def test_the_headers_charset_counts(server: FeedServer, pages: Pages) -> None:
    """A page in another encoding is read by its header."""
    body = page(paragraphs("Привет, мир! Это первая строка.", "А вот и вторая строка этой статьи.")).replace(
        '<meta charset="utf-8">', ""
    )
    url = server.put("/ru", content_type="text/html; charset=windows-1251")
    server.put("/ru", body.encode("cp1251"), content_type="text/html; charset=windows-1251")
    assert "А вот и вторая строка этой статьи." in (await pages.read(url)).text


async def test_robots_txt_is_obeyed(server: FeedServer, pages: Pages) -> None:
    """A page that we are asked not to read isn't asked for."""
    server.put("/robots.txt", "User-agent: *\nDisallow: /private/\n", content_type="text/plain")
    url = server.put("/private/boats", page(), content_type=HTML)
    with pytest.raises(PageError, match=r"robots\.txt asks us not to"):
        await pages.read(url)
    assert server.hits("/private/boats") == 0
    assert (await pages.read(server.put("/boats", page(), content_type=HTML))).text


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("application/pdf", "a PDF"),
        ("image/png", "an image"),
        ("video/mp4", "a video"),
        ("audio/mpeg", "a sound file"),
        ("application/json; charset=utf-8", "JSON"),
        ("text/plain", "plain text"),
        ("application/x-strange+thing", "application/x-strange+thing"),
    ],
)
async def test_what_is_no_page_is_named(server: FeedServer, pages: Pages, kind: str, named: str) -> None:
    """A link to something else is told as what it leads to, and never parsed."""
    with pytest.raises(PageError) as caught:
        await pages.read(server.put("/thing", b"%PDF-1.7", content_type=kind))
    assert str(caught.value) == f"The link leads to {named}, not to a page."


@pytest.mark.parametrize(("kind", "named"), [("audio/mpeg", "a sound file"), ("application/zip", "an archive")])
async def test_the_body_of_a_file_is_not_read(server: FeedServer, pages: Pages, kind: str, named: str) -> None:
    """Its head tells what it is, however many gigabytes follow; a slot that looks again is told the same."""
    url = server.put("/episode", content_type=kind, fault="endless")
    for _ in range(2):
        with pytest.raises(NoPageError, match=f"leads to {named}, not to a page"):
            await pages.read(url)
    assert server.hits("/episode") == 1


async def test_a_file_that_its_address_names_is_not_asked_for(server: FeedServer, pages: Pages) -> None:
    """Nor is robots.txt; behind a redirect its head tells."""
    url = server.put("/12.mp3", b"ID3", content_type="audio/mpeg")
    with pytest.raises(NoPageError, match="leads to a sound file, not to a page"):
        await pages.read(url)
    assert server.hits() == 0
    with pytest.raises(NoPageError, match="leads to a sound file, not to a page"):
        await pages.read(server.redirect("/episodes/12", url, 302))


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
async def test_a_refusing_server_is_a_page_error(server: FeedServer, pages: Pages, status: int) -> None:
    """Whatever keeps the page away is one kind of failure, with a sentence."""
    with pytest.raises(PageError, match=r"^The page can't be had: .*[^.]$"):
        await pages.read(server.put("/boats", page(), content_type=HTML, status=status))


async def test_an_unreachable_server_is_a_page_error(pages: Pages) -> None:
    """A host that doesn't answer is no reason to fail otherwise."""
    with pytest.raises(PageError, match="The page can't be had"):
        await pages.read("http://127.0.0.1:9/boats")


async def test_a_private_address_is_refused(
    make_client: Callable[..., Client], worker: Worker, server: FeedServer
) -> None:
    """Without the owner's leave no article of a feed reaches the owner's network."""
    with pytest.raises(PageError):
        await Pages(make_client(allow_private=()), worker).read(server.put("/boats", page(), content_type=HTML))
    assert server.hits() == 0


async def test_a_page_too_large_is_refused(server: FeedServer, pages: Pages) -> None:
    """More than three megabytes aren't read into memory."""
    with pytest.raises(PageError, match="The page can't be had"):
        await pages.read(server.put("/boats", b"<p>" + b"x" * 3_100_000, content_type=HTML))


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "file:///etc/passwd", "ftp://tide.example/x", "//", "http://u:p@h/"]
)
async def test_what_is_no_link_is_not_followed(pages: Pages, server: FeedServer, link: str) -> None:
    """A feed's link that we wouldn't post is one that we don't fetch."""
    with pytest.raises(PageError, match="not one that we follow"):
        await pages.read(link)
    assert server.hits() == 0


async def test_an_empty_page_is_a_page_error(server: FeedServer, pages: Pages) -> None:
    """An answer without content is told as that."""
    with pytest.raises(PageError, match="empty"):
        await pages.read(server.put("/boats", b"", content_type=HTML))


async def test_a_page_that_kills_the_worker_is_a_page_error(server: FeedServer, client: Client) -> None:
    """Where the worker gives up, the page can't be read, and the next one can."""
    worker = Worker(jobs={"extract": "odd_extract:die_of_the_first"}, bounds=Bounds(seconds=30))
    pages = Pages(client, worker)
    try:
        with pytest.raises(PageError, match=r"^The page can't be read: died: "):
            await pages.read(server.put("/deadly", "<p>deadly</p>", content_type=HTML))
        assert (await pages.read(server.put("/boats", page(), content_type=HTML))).text
    finally:
        await worker.close()


# --------------------------------------------------------------------------- the feed's own words


async def test_short_html_of_a_feed_is_read_at_once(pages: Pages, worker: Worker) -> None:
    """What is cheap needs no worker."""
    article = await pages.of_feed(candidate(paragraphs(*PROSE)))
    assert (article.text, article.origin) == ("\n".join(PROSE), "feed")
    assert worker.pids == ()


async def test_long_html_of_a_feed_is_read_in_the_worker(pages: Pages, worker: Worker) -> None:
    """What could take long doesn't stand in the event loop's way."""
    padding = "".join(f"<p>Sentence number {n} about the harbour of Wick and its boats.</p>" for n in range(400))
    assert len(padding) > INLINE
    article = await pages.of_feed(candidate(padding))
    assert article.text.count("\n") == 399
    assert len(worker.pids) == 1


async def test_a_feeds_text_is_had_without_a_worker(client: Client) -> None:
    """If the worker gives nothing, the beginning of the feed's text serves."""
    worker = Worker()
    await worker.close()
    padding = "".join(f"<p>Sentence number {n} about the harbour of Wick and its boats.</p>" for n in range(400))
    article = await Pages(client, worker).of_feed(candidate(padding))
    assert article.text.startswith("Sentence number 0 about")


async def test_a_feed_without_text_is_an_article_without_text(pages: Pages) -> None:
    """Nothing said is nothing read, and no failure."""
    assert (await pages.of_feed(candidate())).text == ""


def test_pages_are_fetched_only_where_they_say_more(pages: Pages) -> None:
    """A feed that carries the whole text spares its server the visit; a teaser or a title doesn't."""
    assert not pages.worth_fetching(candidate(paragraphs(*LONG)))
    assert pages.worth_fetching(candidate(paragraphs(PROSE[0])))
    assert pages.worth_fetching(candidate())
    assert not pages.worth_fetching(candidate(link=""))
    assert not pages.worth_fetching(candidate(link="https://tide.example/12.mp3"))
