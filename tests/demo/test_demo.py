from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

from bot.core.limits import LIMITS
from bot.core.text import measure
from bot.demo.articles import CONVERSATION, SITES
from bot.demo.server import sites
from bot.demo.show import show, write
from tests.cli.terminal import call
from tests.servers.fixtures import START
from tests.web.browser import Browser


def test_the_demo_shows_posts_and_a_conversation() -> None:
    """`demo --once` prints three posts with their links and an answer to each visitor, and leaves nothing behind."""
    said = call("demo", "--once", "--no-open")
    assert said.code == 0
    assert said.err == ""
    assert said.out.count("http://127.0.0.1:") >= 3
    assert "The page:" not in said.out  # which is gone by the time that it could be opened
    assert said.out.count("\nstarfish answers:") == len(CONVERSATION)
    for handle, words in CONVERSATION:
        assert f"\n{handle}:\n{words}\n" in said.out
    assert "shows less than it should" not in said.out


async def test_the_demo_serves_its_page_until_it_is_stopped() -> None:
    """Without --once the page opens on posts and the conversation."""
    said: list[str] = []
    running = asyncio.create_task(show(port=0, brief=False, browser=False, say=said.append))
    try:
        async with asyncio.timeout(30):
            while not any("The page is ready" in line for line in said):
                await asyncio.sleep(0.02)
        url = next(line.partition(": ")[2] for line in said if line.startswith("The page: "))
        page = await Browser(url).get("/")
        assert page.status == 200
        assert all(words in page.text.replace("&#39;", "'") for _, words in CONVERSATION)
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_who_stops_the_demo_at_once_is_told_that_it_stopped() -> None:
    """Ctrl-C before the visitors have spoken: they fall silent, and that is all."""
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("The page: "):
            signal.raise_signal(signal.SIGINT)

    async with asyncio.timeout(30):
        await show(port=0, brief=False, browser=False, say=say)
    assert said[-1] == "Stopped; the demonstration is thrown away."


def test_a_port_that_is_taken_is_told_as_such() -> None:
    """One sentence with the address; and no number that is no port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = call("demo", "--no-open", "--port", str(port))
    assert said.code == 2
    assert f"The page can't be served at 127.0.0.1:{port} (Address already in use)" in said.err
    assert call("demo", "--port", "99999").code == 2


async def test_the_sites_serve_feeds_and_pages() -> None:
    """Each site has a feed, each article a page; anything else is not found."""
    async with sites(START) as base:
        browser = Browser(base)
        for site in SITES:
            feed = await browser.get(f"/{site.slug}/feed.xml")
            assert feed.status == 200
            for piece in site.pieces:
                assert f"{base}/{site.slug}/{piece.slug}" in feed.text
                assert (await browser.get(f"/{site.slug}/{piece.slug}")).status == 200
        for path in ("/nowhere/feed.xml", f"/{SITES[0].slug}/nothing"):
            assert (await browser.get(path)).status == 404


def test_the_articles_are_a_dozen_with_names_of_their_own(tmp_path: Path) -> None:
    """Twelve or more, no two with one address; and the demo's config is one without a mistake."""
    slugs = [(site.slug, piece.slug) for site in SITES for piece in site.pieces]
    assert len(set(slugs)) == len(slugs) >= 12
    settings = write(tmp_path / "config", "http://127.0.0.1:9", 0)
    assert len(settings.feeds) == len(SITES)
    assert all(measure(words, LIMITS["local"]) <= 300 for _, words in CONVERSATION)
