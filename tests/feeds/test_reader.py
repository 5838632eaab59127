from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.errors import FeedUnreadable, WorkerError
from bot.feeds.parse import pack, parse_document
from bot.feeds.reader import BESIDE, BESIDE_TAGS, INLINE, Reader
from bot.model import Body, Feed, FeedState, ParsedFeed
from bot.net import Client
from bot.ports import FeedReader
from bot.worker import Worker
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START

URL = "https://example.com/feed?token=CANARY"
ITEM = "<item><guid>{0}</guid><title>Title {0}</title><link>https://example.com/{0}</link><description>Words.</description></item>"


def rss(count: int, filler: str = "") -> bytes:
    """A sound feed of so many items."""
    items = "".join(ITEM.format(number) for number in range(count))
    return f"<rss version='2.0'><channel><title>T</title>{items}{filler}</channel></rss>".encode()


class Bench:
    """Does jobs where the worker would, and counts them."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.jobs: list[str] = []
        self._failure = failure

    async def run(self, job: str, content: bytes, **args: Any) -> dict[str, Any]:
        self.jobs.append(job)
        if self._failure:
            raise self._failure
        return pack(parse_document(Body(content=content, **args)))


async def read(client: Client, bench: Bench, content: bytes) -> ParsedFeed:
    reader: FeedReader = Reader(client, bench)
    return await reader.parse(Body(url=URL, content=content))


async def test_small_clean_documents_are_read_at_once(client: Client) -> None:
    """Nine of ten feeds never see the worker."""
    bench = Bench()
    parsed = await read(client, bench, rss(20))
    assert (len(parsed.entries), bench.jobs) == (20, [])


async def test_many_documents_at_once_leave_the_loop_its_turns(client: Client) -> None:
    """Of documents that came together each is read in a turn of its own, so that others get theirs between them."""
    reader = Reader(client, Bench())
    readings = [asyncio.create_task(reader.parse(Body(url=URL, content=rss(20)))) for _ in range(12)]
    done = []
    while not all(reading.done() for reading in readings):
        await asyncio.sleep(0)
        done.append(sum(reading.done() for reading in readings))
    assert done[-1] == 12
    assert max(later - before for before, later in zip([0, *done], done, strict=False)) <= 1


@pytest.mark.parametrize(
    "content",
    [
        rss(20, "<!--" + "x" * BESIDE + "-->"),
        rss(BESIDE_TAGS // 8),
        rss(20)[:-20],
        b'{"version":"https://jsonfeed.org/version/1","title":"T","items":[{"id":"1","url":"https://example.com/1"}]}',
    ],
    ids=["large", "many tags", "cut short", "json"],
)
async def test_large_many_and_doubtful_ones_go_to_the_worker(client: Client, content: bytes) -> None:
    """What might hold the loop up is read elsewhere, with the same result."""
    bench = Bench()
    parsed = await read(client, bench, content)
    assert parsed.entries
    assert bench.jobs == ["parse"] or len(content) < INLINE
    assert parsed.entries[0].key == parse_document(Body(url=URL, content=content)).entries[0].key


async def test_long_texts_are_read_beside_the_loop(client: Client) -> None:
    """A few entries of many words are no work: they are read without the worker, and keep their texts."""
    bench = Bench()
    words = "many words " * (INLINE // 11)
    content = rss(3, f"<item><guid>long</guid><title>Long</title><description>{words}</description></item>")
    assert INLINE < len(content) < BESIDE
    parsed = await read(client, bench, content)
    assert (len(parsed.entries), bench.jobs) == (4, [])
    assert parsed.entries[3].html.startswith("many words many words")
    assert parsed == parse_document(Body(url=URL, content=content))


async def test_what_kills_the_worker_is_unreadable(client: Client) -> None:
    """A document that no reader survives is a failing feed, in words."""
    with pytest.raises(FeedUnreadable, match="too slow") as told:
        await read(client, Bench(WorkerError("too slow: 6 s")), b"<html>")
    assert "CANARY" not in str(told.value)


async def test_n12_a_login_page_is_no_feed(client: Client, server: FeedServer) -> None:
    """N12: 200 and an HTML page: named, and the feed keeps its state, because nothing else is raised."""
    url = server.put("/feed", "<!DOCTYPE html><html><form>Log in</form></html>", content_type="text/html")
    reader = Reader(client, Bench())
    fetched = await reader.fetch(Feed(url=url), FeedState(url=url), START)
    assert fetched.body is not None
    with pytest.raises(FeedUnreadable, match="HTML page"):
        await reader.parse(fetched.body)


async def test_no_token_of_an_address_is_told(client: Client) -> None:
    """L1: the parser's sentence comes with the address, but without its query."""
    with pytest.raises(FeedUnreadable, match=r"https://example\.com/feed\?token=…") as told:
        await read(client, Bench(), b"<html></html>")
    assert "CANARY" not in str(told.value)


WORDS = "Grüße aus Łódź"


@pytest.mark.parametrize(
    ("encoding", "content_type", "readable"),
    [
        ("utf-8", "text/xml; charset=utf-8", True),
        ("utf-16", "text/xml", True),
        ("utf-16-le", "text/xml; charset=utf-16", True),
        ("utf-16-be", "text/xml", False),
        ("iso-8859-2", "text/xml; charset=utf-8", False),
        ("cp1250", "text/xml; charset=windows-1250", True),
        ("gb18030", "text/xml; charset=gb18030", True),
        ("utf-7", "text/xml; charset=utf-7", False),
        ("utf-8", "text/xml; charset=no-such-thing", True),
        ("utf-8", "text/xml; charset=utf-16", True),
    ],
)
async def test_n13_a_charset_that_lies_breaks_nothing(
    client: Client, server: FeedServer, encoding: str, content_type: str, readable: bool
) -> None:
    """N13: readable, or replaced, or named unreadable; never a crash."""
    document = f"<rss version='2.0'><channel><title>{WORDS}</title>{ITEM.format(1)}</channel></rss>"
    url = server.put("/feed", document.encode(encoding, "replace"), content_type=content_type)
    reader = Reader(client, Bench())
    fetched = await reader.fetch(Feed(url=url), FeedState(url=url), START)
    assert fetched.body is not None
    try:
        parsed = await reader.parse(fetched.body)
    except FeedUnreadable:
        assert not readable
    else:
        assert parsed.title == WORDS or not readable
        assert len(parsed.entries) == 1


async def test_the_real_worker_reads_what_is_in_doubt(client: Client, server: FeedServer) -> None:
    """Reader, client and the sandboxed process together: a broken feed is read, a page is refused, the loop is spared."""
    worker = Worker()
    try:
        reader = Reader(client, worker)
        url = server.put("/feed", rss(5)[:-20])
        fetched = await reader.fetch(Feed(url=url), FeedState(url=url), START)
        assert fetched.body is not None
        assert len((await reader.parse(fetched.body)).entries) >= 4
        with pytest.raises(FeedUnreadable, match="HTML page"):
            await reader.parse(Body(url=url, content=b"<html><body>no</body></html>"))
    finally:
        await worker.close()
