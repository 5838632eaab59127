"""`feeds`: the owner looks after what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cli.show import counted
from bot.core.websub import Subscription
from bot.store import open_store
from tests.cli.terminal import Terminal, call
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START
from tests.servers.small_bot import BASE, PIECES, rss, write_config

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
    site.put("/feed.xml", rss(PIECES).replace("</item>", "<comments/></item>", 1), etag='"2"')
    assert terminal.ok("feeds", "refresh", "--all", "--json").json()["feeds"][0]["status"] == "changed"
    assert terminal.ok("outbox", "list", "--json").json() == {"items": []}


def test_a_quiet_refresh_names_the_feeds_that_failed_alone(terminal: Terminal, site: FeedServer) -> None:
    """Nothing where all went well; a line for each that didn't, with the reason."""
    assert terminal.ok("feeds", "refresh", "--quiet").out == ""
    site.put("/feed.xml", status=503)
    said = terminal.ok("feeds", "refresh", "--all", "--quiet").out
    assert len(said.splitlines()) == 1
    assert "503" in said


def test_a_feed_that_fails_is_a_result(terminal: Terminal, site: FeedServer) -> None:
    """Exit 0, status error, and a sentence; in `list` it is said since when."""
    site.put("/feed.xml", status=500)
    (feed,) = terminal.ok("feeds", "refresh", "--json").json()["feeds"]
    assert feed["status"] == "error"
    assert "500" in feed["error"]
    assert "failing since" in terminal.ok("feeds", "list").out
    assert terminal.ok("feeds", "list", "--json").json()["feeds"][0]["errors"] == 1


def test_trouble_is_told_once_and_by_the_owners_clock(terminal: Terminal, site: FeedServer, folder: Path) -> None:
    """Behind a feed's address stands what is wrong, not the address again; times are those of the bot's timezone."""
    url = site.put("/feed.xml?key=hunter2", status=500)
    file = folder / "starfish.toml"
    file.write_text(file.read_text("utf-8").replace("Europe/London", "Asia/Kolkata"), "utf-8")
    (folder / "feeds.toml").write_text(f'[[feeds]]\nurl = "{url}"\n', "utf-8")
    assert "\tanswered 500 Internal Server Error\n" in terminal.ok("feeds", "refresh").out
    (row,) = terminal.ok("feeds", "list", "--json").json()["feeds"]
    assert row["error"].startswith("http://")
    assert row["verdict"].endswith(": answered 500 Internal Server Error")
    since = datetime.fromisoformat(row["error_since"]).astimezone(ZoneInfo("Asia/Kolkata"))
    line = f"  {url} since {since:%a %-d %b %H:%M}: answered 500 Internal Server Error\n"
    assert line in terminal.ok("status").out


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


def test_an_address_is_taken_as_people_write_it(terminal: Terminal, site: FeedServer) -> None:
    """Without a scheme: by https, and where nobody answers so by http; a person of the fediverse is looked for at home."""
    bare = site.url("/feed.xml").removeprefix("http://")
    for address in (bare, f"feed:{bare}"):
        (found,) = terminal.ok("feeds", "discover", address, "--json").json()["feeds"]
        assert found["url"] == site.url("/feed.xml")
    assert "https://nowhere.invalid/@ann-b: " in terminal("feeds", "discover", "@ann-b@nowhere.invalid").err
    assert "https://nowhere.invalid/x: " in terminal("feeds", "check", "nowhere.invalid/x").out


def test_all_that_is_done_to_feeds_is_told_to_programs(terminal: Terminal, site: FeedServer, tmp_path: Path) -> None:
    """`add`, `export`, `import`, `remove` and `release` print one object with --json, too."""
    feed = site.put("/more", rss(PIECES[:1]))
    added = terminal.ok("feeds", "add", feed, "--tag", "more", "--json").json()
    assert (added["added"]["url"], added["also_there"]) == (feed, [])
    rows = terminal.ok("feeds", "export", "--json").json()["feeds"]
    assert {"url": feed, "tags": ["more"]} in rows
    assert terminal.ok("feeds", "remove", feed, "--json").json() == {"removed": feed}
    (tmp_path / "list.opml").write_text(OPML, "utf-8")
    assert terminal.ok("feeds", "import", tmp_path / "list.opml", "--json").json() == {"added": 2, "left_out": []}


def test_nothing_there_is_a_mistake(terminal: Terminal, site: FeedServer) -> None:
    """An address without any feed, and one twice: exit 2; one that doesn't answer: 1; and the file stays as it was."""
    before = (terminal.folder or Path()).joinpath("feeds.toml").read_text("utf-8")
    empty = site.put("/empty", "<p>Nothing.</p>", content_type="text/html")
    for address, code in ((empty, 2), ("http://127.0.0.1:9/", 1), (site.url("/feed.xml"), 2)):
        said = terminal("feeds", "add", address)
        assert said.code == code, said
        assert len(said.err.splitlines()) == 1
    assert (terminal.folder or Path()).joinpath("feeds.toml").read_text("utf-8") == before


def test_check_tells_what_is_in_a_feed_and_stores_nothing(terminal: Terminal, site: FeedServer, folder: Path) -> None:
    """Its title, parser and entries; that one can't be read is a result as well, with the reason."""
    told = terminal.ok("feeds", "check", site.url("/feed.xml"), "--json").json()
    assert (told["title"], len(told["entries"]), told["error"]) == ("Small Sounds", len(PIECES), None)
    assert "12 entries" in terminal.ok("feeds", "check", site.url("/feed.xml")).out
    page = site.put("/page", b"<html><body>Hello</body></html>")
    assert "`starfish feeds discover` looks for its feed" in terminal.ok("feeds", "check", page).out
    linkless = site.put(
        "/pod", "<rss><channel><title>Pod</title><item><guid isPermaLink='false'>1</guid></item></channel></rss>"
    )
    assert "Without a link, so that it can't be shared: 1 of 1 entries." in terminal.ok("feeds", "check", linkless).out
    bad = site.put("/none", b"hello")
    assert terminal.ok("feeds", "check", bad).out
    assert terminal.ok("feeds", "check", bad, "--json").json()["error"]
    assert not (folder / "starfish.db").exists()


def test_exported_feeds_have_their_titles(terminal: Terminal, site: FeedServer) -> None:
    """What was read of a feed names it for other readers; before, its address does."""
    url = site.url("/feed.xml")
    assert f'text="{url}" xmlUrl="{url}"' in terminal.ok("feeds", "export").out
    terminal.ok("feeds", "refresh")
    assert f'text="Small Sounds" title="Small Sounds" xmlUrl="{url}"' in terminal.ok("feeds", "export").out


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


FEED2TOOT = """[mastodon]
instance_url=https://example.social
[rss]
uri_list=/etc/feed2toot/rss.txt
uri=https://a.example/feed
tweet={title} {link}
"""

FEEDIVERSE = """access_token: not-ours
client_id: "https://not-a-feed.example/"
feeds:
- template: '{summary} {url}'
  url: https://a.example/feed
- template: |
    {title}
  url: "https://b.example/rss?a=1&b=2"
updated: '2026-11-01T00:00:00+00:00'
url: https://example.social
"""

RSSTT = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>RSStT subscriptions</title></head><body>
<outline type="rss" text="A &amp; B" title="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example"/>
<outline type="rss" text="B" xmlUrl="https://b.example/rss?a=1&amp;b=2"/></body></opml>"""

MINIFLUX = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Miniflux</title></head><body>
<outline text="Music Tech"><outline title="A" text="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example" type="rss"></outline></outline>
<outline text="All"><outline title="B" text="B" xmlUrl="https://b.example/rss?a=1&amp;b=2" type="rss"></outline></outline>
</body></opml>"""


@pytest.mark.parametrize(
    ("name", "content", "feeds"),
    [
        ("feed2toot.ini", FEED2TOOT.replace("uri_list=/etc/feed2toot/rss.txt\n", ""), {"https://a.example/feed": []}),
        ("rss.txt", "A blog <https://a.example/feed>\n# off <https://off.example/>\n", {"https://a.example/feed": []}),
        (".feediverse.yml", FEEDIVERSE, {"https://a.example/feed": [], "https://b.example/rss?a=1&b=2": []}),
        ("rsstt.opml", RSSTT, {"https://a.example/feed": [], "https://b.example/rss?a=1&b=2": []}),
        (
            "miniflux.xml",
            MINIFLUX,
            {"https://a.example/feed": ["music tech"], "https://b.example/rss?a=1&b=2": ["all"]},
        ),
        ("urls", 'https://a.example/feed "audio" "~The A"\n', {"https://a.example/feed": ["audio"]}),
    ],
)
def test_people_bring_their_feeds_from_other_bots(
    tmp_path: Path, name: str, content: str, feeds: dict[str, list[str]]
) -> None:
    """feed2toot, feediverse, RSStT, Miniflux, newsboat: their own files, as they are; the config is sound afterwards."""
    mine = Terminal(write_config(tmp_path / "config"))
    file = tmp_path / name
    file.write_text(content, "utf-8")
    assert f"{counted(len(feeds), 'feed')} added" in mine.ok("feeds", "import", file).out
    assert {one["url"]: one["tags"] for one in mine.ok("feeds", "list", "--json").json()["feeds"]} == feeds
    mine.ok("check")


def test_a_list_that_stands_elsewhere_is_named(tmp_path: Path) -> None:
    """A feed2toot.ini that only points to another file says which one to import."""
    mine = Terminal(write_config(tmp_path / "config"))
    file = tmp_path / "feed2toot.ini"
    file.write_text(FEED2TOOT.replace("uri=https://a.example/feed\n", ""), "utf-8")
    said = mine("feeds", "import", file)
    assert said.code == 2
    assert "/etc/feed2toot/rss.txt" in said.err


def test_a_long_list_comes_in_whole(tmp_path: Path) -> None:
    """Thousands of feeds in one go; what can't be a feed is left out and said, the others come in."""
    mine = Terminal(write_config(tmp_path / "config"))
    outlines = "".join(f'<outline type="rss" text="{n}" xmlUrl="https://f{n}.example/feed"/>' for n in range(3_000))
    bad = '<outline type="rss" text="bad" xmlUrl="https://ann:hunter2@bad.example/"/>'
    file = tmp_path / "all.opml"
    file.write_text(f'<opml version="2.0"><body>{bad}{outlines}</body></opml>', "utf-8")
    said = mine.ok("feeds", "import", file)
    assert "3000 feeds added" in said.out
    assert "bad.example: " in said.err
    assert "name or password" in said.err
    assert "hunter2" not in said.out + said.err


def test_the_health_of_a_feed_is_told_whole(terminal: Terminal, site: FeedServer) -> None:
    """`feeds list` and `status`: last success, next poll, errors, pace, what was seen and shared, and the silence."""
    terminal.ok("feeds", "refresh")
    terminal.ok("once")
    terminal.ok("once", "--post")
    (feed,) = terminal.ok("feeds", "list", "--json").json()["feeds"]
    assert (feed["url"], feed["verdict"], feed["error"], feed["errors"]) == (site.url("/feed.xml"), "fine", None, 0)
    assert feed["last_ok"] < feed["next_at"]
    assert feed["per_day"] > 0
    assert (feed["silent_days"], feed["entries"], feed["shared"]) == (0, len(PIECES), 1)
    assert feed["last_shared"] is not None
    assert feed["hub"] is None
    (known,) = terminal.ok("status", "--json").json()["feeds"]
    assert known == feed


def test_a_feed_that_fell_silent_is_told(terminal: Terminal, folder: Path) -> None:
    """After a month without anything new `feeds list` and `status` say for how many days."""
    terminal.ok("feeds", "refresh")
    with open_store(folder / "starfish.db", mode="write", now=START) as store:
        (state,) = store.feeds.states()
        assert state.last_ok is not None
        long_ago = state.last_ok - timedelta(days=45)
        store.feeds.save(replace(state, first_ok=long_ago, last_new=long_ago))
    assert "silent for 45 days" in terminal.ok("feeds", "list").out
    assert "silent for 45 days" in terminal.ok("status").out
    assert terminal.ok("feeds", "list", "--json").json()["feeds"][0]["silent_days"] == 45


def test_the_hub_of_a_feed_is_told(terminal: Terminal, folder: Path, site: FeedServer) -> None:
    """Whether it brings the news, until when, and what went wrong last."""
    terminal.ok("feeds", "refresh")
    url, now = site.url("/feed.xml"), datetime.now(UTC)
    with open_store(folder / "starfish.db", mode="write", now=now) as store:
        one = Subscription(
            id="i", feed=url, hub="https://hub.example/", topic=url, callback="c", pending="subscribe", ask_at=now
        )
        store.subscriptions.asking(one)
        store.subscriptions.failed("i", "hub.example answered 500")
        (feed,) = terminal.ok("feeds", "list", "--json").json()["feeds"]
        assert (feed["hub"]["live"], feed["hub"]["problem"]) == (False, "hub.example answered 500")
        assert feed["verdict"] == "fine"
        store.subscriptions.verified("i", url, now + timedelta(days=9), now)
    (feed,) = terminal.ok("feeds", "list", "--json").json()["feeds"]
    assert (feed["hub"]["url"], feed["hub"]["live"], feed["hub"]["problem"]) == ("https://hub.example/", True, None)
    assert "its hub brings what is new" in terminal.ok("feeds", "list").out


def test_why_names_the_story_that_an_entry_repeats(tmp_path: Path, site: FeedServer) -> None:
    """Whose link is asked for, with its scheme or without, reads where the same story stood first, under which link."""
    first = site.put("/first", rss(PIECES[:1]))
    second = site.put("/second", rss(PIECES[:1], base="http://copy.example"))
    mine = Terminal(write_config(tmp_path / "config", feeds=[first]))
    mine.ok("feeds", "refresh")
    mine.ok("feeds", "add", second)
    mine.ok("feeds", "refresh")
    slug = PIECES[0].slug
    for asked in (f"http://copy.example/{slug}", f"copy.example/{slug}"):
        told = mine.ok("why", asked).out
        assert "not shared again" in told
        assert f"it is told as “{PIECES[0].title}” {BASE}/{slug}, in {first}" in told
    assert "it is told as" not in mine.ok("why", f"{BASE}/{slug}").out


def test_the_words_that_matched_are_shown(tmp_path: Path, site: FeedServer) -> None:
    """`preview` and `why` say for which words of the filters an entry was let through, and for which it was left out."""
    url = site.put("/filtered", rss(PIECES), etag='"1"')
    word = PIECES[0].title.split()[-1].strip(".,?!").lower()
    other = PIECES[1].title.split()[-1].strip(".,?!").lower()
    keys = f'backfill = "all"\ninclude = ["{word}", "{other}"]\nexclude = ["{other}"]'
    mine = Terminal(write_config(tmp_path / "config", feeds=[url], feed_keys=keys))
    mine.ok("feeds", "refresh")
    items = mine.ok("preview", "--json", "--count", "20").json()["items"]
    assert items
    assert all(any(f"your filters let it through for “{word}”" in why for why in item["why"]) for item in items)
    (entry,) = mine.ok("why", items[0]["url"], "--json").json()["entries"]
    assert (entry["verdict"], entry["matched"]) == ("candidate", [word])
    told = mine.ok("why", f"{BASE}/{PIECES[1].slug}").out
    assert "filtered out" in told
    assert f"the words: {other}" in told


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


def test_a_muted_feed_that_is_added_again_is_asked_again(terminal: Terminal, site: FeedServer) -> None:
    """It was found alive; while it is muted, the notice says how to ask again."""
    url = site.put("/back", status=410)
    folder = terminal.folder or Path()
    (folder / "feeds.toml").write_text(f'[[feeds]]\nurl = "{url}"\n', "utf-8")
    for _ in range(2):
        terminal.ok("feeds", "refresh", "--all", "--quiet")
    assert f"starfish feeds release {url}" in terminal.ok("status").out
    site.put("/back", rss(PIECES[:2]))
    terminal.ok("feeds", "remove", url)
    terminal.ok("feeds", "add", url)
    assert "Nothing needs you." in terminal.ok("status").out
    assert terminal.ok("feeds", "refresh", "--json").json()["feeds"][0]["status"] == "new"


def test_no_feeds_is_said(tmp_path: Path) -> None:
    """A list without feeds names the command that adds one."""
    folder = write_config(tmp_path / "config")
    assert "starfish feeds add" in call("feeds", "list", "--config", str(folder)).out
