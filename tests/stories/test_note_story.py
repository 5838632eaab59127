"""Entries that are no articles walk the whole way: notes without a title, and episodes without a page."""

from __future__ import annotations

from pathlib import Path

from bot.app.explain import explain
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands
from tests.servers.small_bot import BASE, read_config, small_bot, write_config

NOTE = "Seagrass meadows store twice as much carbon as was thought, a survey of 400 bays finds."
HTML = NOTE.replace("meadows", "mead&lt;b&gt;ows&lt;/b&gt;")
EPISODE = "Rivers carry four billion tonnes of dissolved rock into the sea each year, and most of it stays there."


def feed(*items: str) -> str:
    """A feed of these items."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Ann Reef</title><link>{BASE}</link>{inner}</channel></rss>'


async def test_a_note_without_a_title_is_called_by_its_words(tmp_path: Path) -> None:
    """In the queue, in the story of its link, to followers and in answers: nowhere an empty place for a headline."""
    async with FeedServer() as server:
        url = server.put("/feed", feed(f"<link>{BASE}/notes/1</link><description>{HTML}</description>"))
        async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
            await bot.gather()
            assert "“Seagrass meadows store" in await bot.talk("queue", "@me", owner=True)
            await bot.talk("follow seagrass")
            await bot.fill("n1")
            await bot.deliver()
            (post,) = await bot.posts()
            assert post.text.startswith(f"{NOTE}\n\n— Ann Reef")
            assert await bot.tell() == 1
            told = [
                item.text for item in await bot.timeline() if "You follow “seagrass”: Seagrass meadows" in item.text
            ]
            assert len(told) == 1
            assert (await bot.talk("latest on seagrass", "@bob")).startswith("Ann Reef: ")
            (line, *_) = explain(f"{BASE}/notes/1", bot.on.store, read_config(bot.folder)).lines()
            assert line.startswith(f"A note without a title, {BASE}/notes/1: in {url}")


async def test_an_episode_without_a_page_is_told_by_its_feed(tmp_path: Path) -> None:
    """The post links the sound, whose server is not asked for anything."""
    async with FeedServer() as server:
        sound = server.put("/12.mp3", fault="endless", content_type="audio/mpeg")
        item = f'<title>Why is the sea salt?</title><enclosure url="{sound}" type="audio/mpeg"/>'
        url = server.put("/feed", feed(f"<guid>ep-12</guid>{item}<description>{EPISODE}</description>"))
        async with small_bot(write_config(tmp_path / "config", feeds=[url]), Hands()) as bot:
            await bot.gather()
            await bot.fill("e1")
            await bot.deliver()
            (post,) = await bot.posts()
            assert (post.url, post.text.startswith(EPISODE)) == (sound, True)
        assert server.hits("/12.mp3") == 0
