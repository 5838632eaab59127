from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.limits import LIMITS
from bot.core.text import measure
from bot.demo.articles import Piece
from tests.cli.terminal import Terminal
from tests.servers.feedserver import FeedServer
from tests.servers.small_bot import PIECES

KEYS = {"id", "url", "title", "text", "summary", "post", "length", "adds_value", "reason"}
URL = "https://sounds.example/a-quite-long-address/of-an-article"


def page(piece: Piece) -> str:
    """An article as a page."""
    text = "".join(f"<p>{part}</p>" for part in piece.paragraphs)
    return f"<html><head><title>{piece.title}</title></head><body><article><h1>{piece.title}</h1>{text}</article></body></html>"


def line(**given: object) -> str:
    return json.dumps({"url": URL, **given}) + "\n"


@pytest.fixture
def anywhere() -> Terminal:
    """The command line without a config: `condense` needs none."""
    return Terminal()


def test_a_saved_page_becomes_a_post(anywhere: Terminal, tmp_path: Path) -> None:
    """A file gives one post within the limit, its link whole at the end, and nothing else is written."""
    saved = tmp_path / "saved.html"
    saved.write_text(page(PIECES[0]), "utf-8")
    told = anywhere.ok("condense", saved, "--json").json()
    assert set(told) == KEYS
    assert told["post"].endswith(told["url"])
    assert told["length"] == measure(told["post"], LIMITS["local"]) <= 300
    assert [path.name for path in tmp_path.iterdir()] == ["saved.html"]


@pytest.mark.parametrize(("platform", "limit"), [("x", 140), ("local", 200), ("mastodon", 500), ("irc", 300)])
def test_limit_bounds_the_whole_post_as_the_platform_counts(anywhere: Terminal, platform: str, limit: int) -> None:
    """Links cost what the platform says."""
    said = anywhere.ok(
        "condense", "--jsonl", "--platform", platform, "--limit", limit, stdin=line(html=page(PIECES[1]), id=7)
    )
    (told,) = said.lines()
    assert told["id"] == 7
    assert told["length"] == measure(told["post"], LIMITS[platform]) <= limit
    assert URL in told["post"]


@pytest.mark.parametrize("budget", [60, 120, 250])
def test_budget_bounds_the_words_alone(anywhere: Terminal, budget: int) -> None:
    """`--budget N` is in code points of the summary, which is never empty where there is text."""
    lines = "".join(line(html=page(piece)) for piece in PIECES[:4])
    for told in anywhere.ok("condense", "--jsonl", "--budget", budget, stdin=lines).lines():
        assert 0 < len(told["summary"]) <= budget


def test_budget_sentence_gives_one_whole_sentence(anywhere: Terminal) -> None:
    """One sentence of the text, uncut."""
    (told,) = anywhere.ok("condense", "--jsonl", "--budget", "sentence", stdin=line(html=page(PIECES[2]))).lines()
    assert told["summary"].endswith((".", "!", "?"))
    assert told["summary"] in " ".join(told["text"].split())


def test_one_line_out_for_each_line_in(anywhere: Terminal) -> None:
    """In order, errors too, each with every key and a reason."""
    lines = [
        line(id="a", text=" ".join(PIECES[0].paragraphs), title=PIECES[0].title),
        "broken\n",
        line(id="b", text=""),
        line(id="c"),
        "[1, 2]\n",
        "\n",
        line(id="d", html="<p>" * 5000),
        line(id={"any": "thing"}, text="Short."),
        line(id="e", html=page(PIECES[3])),
    ]
    told = anywhere.ok("condense", "--jsonl", stdin="".join(lines)).lines()
    assert len(told) == len(lines)
    assert all(set(one) - {"error"} == KEYS for one in told)
    assert [one["id"] for one in told] == ["a", None, "b", "c", None, None, "d", {"any": "thing"}, "e"]
    assert told[0]["adds_value"]
    assert told[-1]["adds_value"]
    for bad in (1, 2, 3, 4, 5, 6):
        assert not told[bad]["adds_value"]
        assert told[bad]["reason"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://user:word@", "no link"])
def test_what_is_no_web_address_never_becomes_a_link(anywhere: Terminal, url: str) -> None:
    """The words are told all the same, the address is echoed as it came, and the post is the words alone."""
    text = "The workshop in Leeds repaired forty tape machines in May, and twelve of them went back to schools."
    (told,) = anywhere.ok("condense", "--jsonl", stdin=json.dumps({"url": url, "text": text}) + "\n").lines()
    assert (told["url"], told["post"]) == (url, text)


def test_what_is_neither_file_nor_address_is_a_mistake(anywhere: Terminal, tmp_path: Path) -> None:
    """Exit 2 and a sentence: a missing file, a folder, another scheme."""
    for source in (tmp_path / "nosuch.html", tmp_path, "ftp://example.com/x", "javascript:alert(1)"):
        said = anywhere("condense", source)
        assert said.code == 2
        assert "neither a file nor an address" in said.err


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 1000, b"<html></html>", b"%PDF-1.4 nothing"])
def test_a_file_without_an_article_is_named(anywhere: Terminal, tmp_path: Path, content: bytes) -> None:
    """Nothing to read: a sentence, no traceback, and never a post of nothing."""
    saved = tmp_path / "x.html"
    saved.write_bytes(content)
    told = json.loads(anywhere("condense", saved, "--json").out)
    assert not told["adds_value"]
    assert told["reason"]


def test_a_private_address_is_refused(anywhere: Terminal) -> None:
    """A page on this machine is not fetched for anybody: exit 1 and the reason."""
    said = anywhere("condense", "http://127.0.0.1:1/x")
    assert said.code == 1
    assert "private" in said.out


def test_an_address_of_the_owners_own_is_read(terminal: Terminal, site: FeedServer, anywhere: Terminal) -> None:
    """Where a config allows a private address it is fetched, as the bot would; nothing is stored."""
    url = site.put("/own", page(PIECES[0]), content_type="text/html")
    told = terminal.ok("condense", url, "--json").json()
    assert told["post"].endswith(url)
    assert anywhere("condense", url).code == 1
    assert terminal.folder is not None
    assert not (terminal.folder / "starfish.db").exists()


def test_a_config_with_mistakes_keeps_nobody_from_condensing(tmp_path: Path) -> None:
    """`condense` needs no config: a wrong one counts as none."""
    (tmp_path / "starfish.toml").write_text("[bto]\n", "utf-8")
    said = Terminal(tmp_path)("condense", "http://127.0.0.1:1/x")
    assert said.code == 1
    assert "private" in said.out


def test_a_file_where_a_config_could_be_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder with a file called config, `condense` works, and what needs a config says that this is none."""
    (tmp_path / "config").write_text("Host *\n", "utf-8")
    (tmp_path / "page.html").write_text(page(PIECES[0]), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert Terminal()("condense", "page.html").code == 0
    said = Terminal()("status")
    assert said.code == 2
    assert "config is a file" in said.err


def test_an_unknown_platform_is_named_with_those_that_there_are(anywhere: Terminal) -> None:
    """Exit 2, and the names to choose from."""
    said = anywhere("condense", "--jsonl", "--platform", "nope")
    assert said.code == 2
    assert "local" in said.err
    assert "mastodon" in said.err


def test_limit_and_budget_exclude_each_other(anywhere: Terminal) -> None:
    """One bounds the whole, the other the words: both at once mean nothing."""
    assert anywhere("condense", "--jsonl", "--limit", 100, "--budget", 50).code == 2
    assert anywhere("condense", "--jsonl", "--budget", "many").code == 2
