"""`feeds`: the owner looks after what is read."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal, call
from tests.servers.feedserver import FeedServer
from tests.servers.small_bot import PIECES, rss, write_config

OPML = """<?xml version="1.0"?><opml version="2.0"><body>
<outline text="Synths"><outline text="Deep"><outline type="rss" text="A" xmlUrl="https://a.example/feed"/></outline></outline>
<outline type="rss" text="B &amp; b" xmlUrl="https://b.example/rss"/>
<outline type="rss" text="again" xmlUrl="https://b.example/rss"/></body></opml>"""


def test_refresh_has_the_designed_shape(terminal: Terminal, site: FeedServer) -> None:
    """New, then nothing due, then unchanged with --all, then changed; no pages, drafts or posts."""
    told = terminal.ok("feeds", "refresh", "--json").json()
    assert [list(one) for one in told["feeds"]] == [["url", "status", "entries", "new", "error", "next_at"]]
    (feed,) = told["feeds"]
    assert (feed["status"], feed["entries"], feed["new"], feed["error"]) == ("new", len(PIECES), len(PIECES), None)
    assert terminal.ok("feeds", "refresh", "--json").json() == {"feeds": []}
    assert terminal.ok("feeds", "refresh", "--all", "--json").json()["feeds"][0]["status"] == "unchanged"
    site.put("/feed.xml", rss(PIECES) + "<!-- -->", etag='"2"')
    assert terminal.ok("feeds", "refresh", "--all", "--json").json()["feeds"][0]["status"] == "changed"
    assert terminal.ok("outbox", "list", "--json").json() == {"items": []}


def test_a_feed_that_fails_is_a_result(terminal: Terminal, site: FeedServer) -> None:
    """Exit 0, status error, and a sentence; in `list` it is said since when."""
    site.put("/feed.xml", status=500)
    (feed,) = terminal.ok("feeds", "refresh", "--json").json()["feeds"]
    assert feed["status"] == "error"
    assert "500" in feed["error"]
    assert "failing since" in terminal.ok("feeds", "list").out
    assert terminal.ok("feeds", "list", "--json").json()["feeds"][0]["errors"] == 1


def test_a_sites_address_is_enough(terminal: Terminal, site: FeedServer, folder: Path) -> None:
    """`discover` shows what a site has, `add` takes the best, `remove` takes it out, and comments stay."""
    feed = site.put("/blog/feed", rss(PIECES[:1]))
    home = site.put(
        "/blog",
        f'<link rel="alternate" type="application/rss+xml" title="Blog" href="{feed}">',
        content_type="text/html",
    )
    (found, *_) = terminal.ok("feeds", "discover", home, "--json").json()["feeds"]
    assert found["url"] == feed
    file = folder / "feeds.toml"
    file.write_text("# my own words\n" + file.read_text("utf-8"), "utf-8")
    assert feed in terminal.ok("feeds", "add", home, "--tag", "blog").out
    assert file.read_text("utf-8").startswith("# my own words\n")
    assert {one["url"]: one["tags"] for one in terminal.ok("feeds", "list", "--json").json()["feeds"]}[feed] == ["blog"]
    terminal.ok("feeds", "remove", feed)
    assert feed not in file.read_text("utf-8")
    assert terminal("feeds", "remove", feed).code == 2


def test_nothing_there_is_a_mistake(terminal: Terminal, site: FeedServer) -> None:
    """An address without any feed, one that doesn't answer, and one twice: exit 2, and the file stays as it was."""
    before = (terminal.folder or Path()).joinpath("feeds.toml").read_text("utf-8")
    empty = site.put("/empty", "<p>Nothing.</p>", content_type="text/html")
    for address in (empty, "http://127.0.0.1:9/", site.url("/feed.xml")):
        said = terminal("feeds", "add", address)
        assert said.code == 2, said
        assert len(said.err.splitlines()) == 1
    assert (terminal.folder or Path()).joinpath("feeds.toml").read_text("utf-8") == before


def test_check_tells_what_is_in_a_feed_and_stores_nothing(terminal: Terminal, site: FeedServer, folder: Path) -> None:
    """Its title, parser and entries; an unreadable one exits 1 with the reason."""
    told = terminal.ok("feeds", "check", site.url("/feed.xml"), "--json").json()
    assert (told["title"], len(told["entries"]), told["error"]) == ("Small Sounds", len(PIECES), None)
    assert "12 entries" in terminal.ok("feeds", "check", site.url("/feed.xml")).out
    bad = terminal("feeds", "check", site.put("/none", b"hello"))
    assert bad.code == 1
    assert bad.out
    assert not (folder / "starfish.db").exists()


def test_lists_of_other_readers_come_in_and_go_out(terminal: Terminal, tmp_path: Path) -> None:
    """OPML: folders become tags, doubles are dropped, and what is exported can be imported again."""
    file = tmp_path / "subscriptions.opml"
    file.write_text(OPML, "utf-8")
    assert "2 feeds added" in terminal.ok("feeds", "import", file).out
    assert "0 feeds added" in terminal.ok("feeds", "import", file).out
    exported = terminal.ok("feeds", "export").out
    copy = tmp_path / "copy.opml"
    copy.write_text(exported, "utf-8")
    other = Terminal(write_config(tmp_path / "other"))
    assert "3 feeds added" in other.ok("feeds", "import", copy).out
    tags = {one["url"]: one["tags"] for one in other.ok("feeds", "list", "--json").json()["feeds"]}
    assert tags["https://a.example/feed"]
    assert terminal("feeds", "import", tmp_path / "nosuch.opml").code == 2


def test_what_is_no_list_of_feeds_is_a_mistake(terminal: Terminal, tmp_path: Path) -> None:
    """Random bytes, an empty file, HTML: exit 2 and a sentence."""
    for content in (b"", b"\x00\xff" * 500, b"<html><body>x</body></html>", b"nothing in it"):
        file = tmp_path / "list"
        file.write_bytes(content)
        said = terminal("feeds", "import", file)
        assert said.code == 2, said
        assert str(file) in said.err


def test_a_held_feed_is_released(terminal: Terminal, site: FeedServer) -> None:
    """What came back as new is held and said; released, it is the new baseline, and nothing of it is shared."""
    terminal.ok("once")
    again = rss(PIECES).replace("<guid>", "<guid>moved-")
    site.put("/feed.xml", again.replace("127.0.0.1:9/", "127.0.0.1:9/new/"), etag='"2"')
    (feed,) = terminal.ok("feeds", "refresh", "--all", "--json").json()["feeds"]
    assert feed["status"] == "held"
    assert "held" in terminal.ok("feeds", "list").out
    url = site.url("/feed.xml")
    assert any("held" in one["text"] for one in terminal.ok("status", "--json").json()["notices"])
    terminal.ok("feeds", "release", url)
    (feed,) = terminal.ok("feeds", "refresh", "--all", "--json").json()["feeds"]
    assert feed["status"] in ("new", "changed")
    assert terminal.ok("status", "--json").json()["notices"] == []
    assert terminal("feeds", "release", url).code == 2
    assert terminal("feeds", "release", "https://never.example/").code == 2


def test_no_feeds_is_said(tmp_path: Path) -> None:
    """A list without feeds names the command that adds one."""
    folder = write_config(tmp_path / "config")
    assert "starfish feeds add" in call("feeds", "list", "--config", str(folder)).out
