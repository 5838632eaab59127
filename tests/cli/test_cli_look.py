"""`check`, `preview`, `status`, `timeline`, `why`, `doctor`, `schema`: commands that only look."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import open_store
from tests.cli.terminal import Terminal, call
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START
from tests.servers.small_bot import BASE, LOCAL, PIECES, rss, write_config


def test_check_names_five_mistakes_of_five_kinds(tmp_path: Path) -> None:
    """A misspelt key, an unknown zone, a wrong span, a rule without a reply, TOML that is none: all with their lines."""
    folder = write_config(tmp_path / "config", bot='nich = "x"')
    starfish = (folder / "starfish.toml").read_text("utf-8").replace("Europe/London", "Europe/Londn")
    (folder / "starfish.toml").write_text(starfish.replace('every = "1h"', 'every = "1 fortnight"'), "utf-8")
    (folder / "rules.toml").write_text('[[rules]]\nid = "a"\nwhen = "hello"\n', "utf-8")
    (folder / "feeds.toml").write_text('[[feeds]]\nurl = "https://example.com/feed"\n\n[[feeds]\nurl = 3\n', "utf-8")
    said = call("check", "--config", str(folder))
    assert said.code == 2
    for where, what in (
        ("starfish.toml:6", "niche"),
        ("starfish.toml:4", "Europe/London"),
        ("starfish.toml:17", "fortnight"),
        ("rules.toml:1", "reply"),
        ("feeds.toml:4", ""),
    ):
        assert any(where in line and what in line for line in said.err.splitlines()), (where, said.err)
    assert "5 mistakes. Nothing was started." in said.err
    told = call("check", "--json", "--config", str(folder))
    assert told.code == 2
    assert len(told.json()["mistakes"]) == 5
    assert not told.json()["ok"]


def test_every_command_that_reads_the_config_refuses_a_wrong_one(tmp_path: Path) -> None:
    """Exit 2 and the same sentences, whatever was asked."""
    folder = write_config(tmp_path / "config", bot="nich = 1")
    for command in (["run"], ["once"], ["preview"], ["ask", "hello"], ["status"], ["feeds", "list"], ["rules", "test"]):
        said = call(*command, "--config", str(folder))
        assert said.code == 2
        assert "starfish.toml:6" in said.err


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    """No config: exit 2, and what to do about it."""
    said = call("check", "--config", str(tmp_path / "nowhere"))
    assert said.code == 2
    assert "starfish init" in said.err


def test_check_fails_where_a_rules_own_test_does(terminal: Terminal, folder: Path) -> None:
    """A test that isn't true is named, with its rule's line and exit 2; without it all is well."""
    assert terminal.ok("check").out.endswith("No mistakes.\n")
    rules = (folder / "rules.toml").read_text("utf-8")
    (folder / "rules.toml").write_text(rules.replace('say = "hello there"', 'say = "good bye"'), "utf-8")
    said = terminal("check")
    assert said.code == 2
    assert re.search(r"rules\.toml:\d+: rule 'greeting': “good bye”: ", said.out)
    assert terminal("check", "--json").json()["tests"]["failed"][0]["rule"] == "greeting"


def test_check_warns_of_an_answer_that_is_too_long(terminal: Terminal, folder: Path) -> None:
    """With the account on which it loses its end; that is no mistake, and elsewhere it may fit."""
    rules = (folder / "rules.toml").read_text("utf-8")
    faq = f'[[rules]]\nid = "faq"\nwhen = "how do i feed bees"\nreply = "{"Sugar. " * 50}{{name}}"\n'
    (folder / "rules.toml").write_text(f"{rules}\n{faq}", "utf-8")
    said = terminal.ok("check").out
    assert "manners: an answer of the rule 'faq' loses its end on timeline: it has 349 graphemes, and 300 fit." in said
    assert said.count("loses its end") == 1


def test_a_quiet_check_says_only_what_is_wrong(terminal: Terminal, folder: Path) -> None:
    """Nothing where all is well; all of it where a test of the rules fails."""
    assert terminal.ok("check", "--quiet").out == ""
    rules = (folder / "rules.toml").read_text("utf-8")
    (folder / "rules.toml").write_text(rules.replace('say = "hello there"', 'say = "good bye"'), "utf-8")
    said = terminal("check", "--quiet")
    assert said.code == 2
    assert "good bye" in said.out


def test_preview_has_the_designed_shape_and_sends_nothing(terminal: Terminal) -> None:
    """Before the first start and after it: items with exactly the keys of the contract, the best first."""
    first = terminal.ok("preview", "--json").json()
    terminal.ok("feeds", "refresh")
    later = terminal.ok("preview", "--json", "--count", "2").json()
    assert len(later["items"]) == 2
    assert [item["url"] for item in first["items"][:2]] == [item["url"] for item in later["items"]]
    for item in later["items"]:
        assert list(item) == ["account", "text", "length", "limit", "url", "title", "feed", "score", "why", "at"]
        assert item["text"].endswith(item["url"])
        assert item["length"] <= item["limit"] == 300
        assert item["why"]
        assert item["at"]
    assert terminal.ok("timeline", "--json").json() == {"items": []}


def test_preview_before_the_first_start_leaves_nothing(terminal: Terminal, folder: Path) -> None:
    """The feeds are read for it, and no file is made."""
    before = sorted(path.name for path in folder.iterdir())
    assert terminal.ok("preview").out.count("──") == 3
    assert sorted(path.name for path in folder.iterdir()) == before


def test_preview_without_a_network_says_so(tmp_path: Path) -> None:
    """Where no feed answers, nobody is told that nothing waits."""
    folder = write_config(tmp_path / "config", feeds=["http://127.0.0.1:9/feed.xml", "http://127.0.0.1:9/other.xml"])
    assert "Not one of the feeds could be read" in Terminal(folder).ok("preview").out


def test_preview_of_an_account_that_only_answers_says_so(site: FeedServer, tmp_path: Path) -> None:
    """Nobody is sent to poll feeds for a post that would never come."""
    account = '[[accounts]]\nname = "timeline"\nplatform = "local"\n'
    folder = write_config(tmp_path / "config", feeds=[site.put("/feed.xml", rss(PIECES[:2]))], accounts=account)
    assert "it only answers" in Terminal(folder).ok("preview").out


def test_looking_decides_nothing(site: FeedServer, tmp_path: Path) -> None:
    """What is muted or expired is not shown, and is not decided by looking either."""
    url = site.put("/muted.xml", rss(PIECES[:3]))
    account = LOCAL + 'expires = "1d"\n'
    folder = write_config(tmp_path / "config", feeds=[url], accounts=account, bot='interests = ["-rain"]')
    terminal = Terminal(folder)
    terminal.ok("feeds", "refresh")
    links = [item["url"] for item in terminal.ok("preview", "--json").json()["items"]]
    assert links
    assert not any("rain" in link for link in links)
    assert len(terminal.ok("queue", "list").out.splitlines()) == 2
    assert terminal.ok("why", f"{BASE}/rain-under-a-bridge", "--json").json()["scores"]


def test_commands_that_look_say_how_to_begin(terminal: Terminal) -> None:
    """Without a database: exit 1 and one sentence that names the command to run first."""
    for command in (
        ["status"],
        ["timeline"],
        ["queue", "list"],
        ["why", "https://example.com/"],
        ["rules", "unanswered"],
    ):
        said = terminal(*command)
        assert (said.code, said.out) == (1, "")
        assert "starfish run" in said.err
        assert len(said.err.splitlines()) == 1


def test_status_tells_feeds_accounts_and_notices(terminal: Terminal, site: FeedServer) -> None:
    """A failing feed is named with its reason; the JSON is one object."""
    site.put("/feed.xml", b"<html>moved</html>")
    terminal.ok("once")
    said = terminal.ok("status")
    assert "1 feed, 1 with a problem" in said.out
    facts = terminal.ok("status", "--json").json()
    assert facts["feeds"][0]["error"]
    assert facts["accounts"][0]["name"] == "timeline"


def test_why_tells_the_whole_story_of_a_link(terminal: Terminal) -> None:
    """By link, by timeline number: feed, verdict, score, slot, state and receipt; an unknown link exits 1."""
    terminal.ok("once", "--post")
    (item,) = terminal.ok("timeline", "--json").json()["items"]
    told = terminal.ok("why", item["url"], "--json").json()
    assert told["known"]
    assert told["entries"][0]["verdict"] == "candidate"
    assert told["outbox"][0]["state"] == "sent"
    assert told["outbox"][0]["slot"].startswith("extra:")
    assert told["scores"]
    assert terminal.ok("why", item["id"], "--json").json()["outbox"] == told["outbox"]
    assert "is sent" in terminal.ok("why", item["url"]).out
    unknown = terminal("why", "https://never.example/x")
    assert unknown.code == 1
    assert "never seen" in unknown.out


def test_the_timeline_is_printed_in_three_ways(terminal: Terminal) -> None:
    """For people, as one object, and one object a line: the same items, signed with the bot's name."""
    terminal.ok("once", "--post")
    terminal.ok("once", "--post")
    items = terminal.ok("timeline", "--json").json()["items"]
    assert [item["kind"] for item in items] == ["post", "post"]
    assert {item["from"] for item in items} == {"starfish"}
    assert terminal.ok("timeline", "--jsonl").lines() == items
    assert terminal.ok("timeline", "--jsonl", "--limit", 1).lines() == items[1:]
    assert items[0]["url"] in terminal.ok("timeline").out


def test_doctor_looks_before_and_after_the_first_start(terminal: Terminal) -> None:
    """Every finding is one line that begins with ok or !!."""
    for _ in range(2):
        lines = terminal.ok("doctor").out.splitlines()
        assert len(lines) > 3
        assert all(line.startswith(("ok ", "!! ")) for line in lines[:-1])
        terminal.ok("once")


def test_doctor_finds_damage_that_nobody_has_met_yet(terminal: Terminal, folder: Path) -> None:
    """One page of the archive lost, and all that is read every day still well: the whole file is looked at."""
    terminal.ok("once")
    path = folder / "starfish.db"
    assert f"ok  the database {path} is whole, {path.stat().st_size:,} bytes" in terminal.ok("doctor").out
    with closing(sqlite3.connect(path)) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'archive_content'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    terminal.ok("status")
    (line,) = [line for line in terminal.ok("doctor").out.splitlines() if "database:" in line]
    assert line.startswith(f"!!  database: {path} is damaged (")
    assert line.endswith("starfish restore FILE")


def test_doctor_tells_the_bot_from_another_program(terminal: Terminal, folder: Path) -> None:
    """A port that answers is fine while the bot runs, and a finding where something else has it."""
    terminal.ok("once")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        starfish = folder / "starfish.toml"
        port = taken.getsockname()[1]
        text = re.sub("listen = .*", f'listen = "127.0.0.1:{port}"', starfish.read_text("utf-8"))
        starfish.write_text(text, "utf-8")
        assert f"!!  the page's address 127.0.0.1:{port} is used by another program" in terminal.ok("doctor").out
        with open_store(folder / "starfish.db", mode="run", now=START):
            assert f"ok  the page's address 127.0.0.1:{port} answers: the bot runs" in terminal.ok("doctor").out


def test_doctor_writes_addresses_as_browsers_take_them(terminal: Terminal, folder: Path) -> None:
    """An IPv6 address stands in brackets, and one feed is counted as one."""
    path = folder / "starfish.toml"
    path.write_text(path.read_text("utf-8").replace("127.0.0.1:0", "[::1]:0"), "utf-8")
    terminal.ok("once")
    lines = terminal.ok("doctor").out.splitlines()
    assert "ok  the page's address [::1]:0 is free" in lines
    assert "ok  1 feed is known" in lines


def test_doctor_names_a_folder_that_is_not_there(terminal: Terminal, folder: Path) -> None:
    """Nothing could be kept in it."""
    starfish = folder / "starfish.toml"
    starfish.write_text(starfish.read_text("utf-8").replace("starfish.db", "gone/starfish.db"), "utf-8")
    assert "gone is not there: make it" in terminal.ok("doctor").out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("77", "There is no post 77, neither on the timeline nor in the outbox."),
        ("nonsense", "“nonsense” is neither a link nor the number of a post."),
        ("https://example.com/never", "https://example.com/never: never seen."),
    ],
)
def test_why_of_what_was_never_there_says_what_it_is_not(terminal: Terminal, asked: str, said: str) -> None:
    """A number, a word and a link are told apart; nothing could be done, so exit 1."""
    terminal.ok("once")
    told = terminal("why", asked)
    assert told.code == 1
    assert told.out.startswith(said)


@pytest.mark.parametrize("loss", ["deleted", "damaged"])
def test_doctor_names_a_lost_database(terminal: Terminal, folder: Path, loss: str) -> None:
    """Gone or damaged: a finding like all others, with the way back, after which the doctor goes on looking."""
    terminal.ok("once")
    database = folder / "starfish.db"
    if loss == "deleted":
        database.unlink()
    else:
        database.write_bytes(b"no database")
    said = terminal("doctor")
    (line,) = [line for line in said.out.splitlines() if "starfish restore FILE" in line]
    assert line.startswith("!! ")
    assert "worker process" in said.out


@pytest.mark.parametrize(
    "command",
    ["status", "feeds list", "rules list", "queue list", "feeds refresh", "backup x.db", "preview", "ask hello"],
)
def test_a_lost_database_is_never_taken_for_a_new_one(terminal: Terminal, folder: Path, command: str) -> None:
    """Whatever reads what the bot remembers refuses, and names the way back, where only the marker is left."""
    terminal.ok("once")
    (folder / "starfish.db").unlink()
    said = terminal(*command.split())
    assert (said.code, said.out) == (1, "")
    assert "starfish restore FILE" in said.err


def test_the_schema_is_json_and_names_the_settings() -> None:
    """What editors read: valid JSON with the keys of the three files."""
    schema = json.dumps(call("schema").json())
    for key in ("max_per_day", "backfill", "otherwise", "allow_private"):
        assert f'"{key}"' in schema
