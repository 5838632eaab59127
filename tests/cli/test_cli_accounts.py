from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


def test_an_account_is_added_as_a_rehearsal_with_its_secret_by_reference(terminal: Terminal, folder: Path) -> None:
    """Nothing is sent before the owner takes `dry_run` out, and no secret stands in the file."""
    told = terminal("accounts", "add", "webhook", "--name", "hook", "--set", "url=env:HOOK_URL")
    assert told.code == 0, told.err
    written = (folder / "starfish.toml").read_text()
    assert "dry_run = true" in written
    assert 'url = { env = "HOOK_URL" }' in written
    assert terminal("check").code == 0


def test_a_secret_in_plain_words_is_refused(terminal: Terminal, folder: Path) -> None:
    """The message says where a secret belongs, and the file stays as it was."""
    before = (folder / "starfish.toml").read_text()
    told = terminal(
        "accounts",
        "add",
        "mastodon",
        "--name",
        "fedi",
        "--set",
        "server=https://example.social",
        "--set",
        "token=s3cret",
    )
    assert told.code == 2
    assert "env:NAME" in told.err
    assert "s3cret" not in told.err
    assert (folder / "starfish.toml").read_text() == before


def test_unknown_platforms_and_keys_are_named(terminal: Terminal) -> None:
    """Both with what there is instead."""
    assert "mastodon" in terminal("accounts", "add", "mastodn", "--name", "x").err
    assert "no key 'tokn'" in terminal("accounts", "add", "webhook", "--name", "x", "--set", "tokn=env:T").err


def test_accounts_are_examined_without_sending(terminal: Terminal) -> None:
    """The local timeline is always well set up."""
    told = terminal("accounts", "check", "--json")
    assert told.code == 0
    assert json.loads(told.out)["findings"] == [
        {"account": "timeline", "fine": True, "what": "takes 300 graphemes a post"}
    ]
    assert terminal("accounts", "check", "--account", "nobody").code == 2


def test_a_missing_secret_is_told_before_anybody_is_asked(terminal: Terminal, folder: Path) -> None:
    """Which variable or file it is, for each account; the platform isn't asked without it, and the others are."""
    blocks = """
[[accounts]]
name = "fedi"
platform = "mastodon"
server = "http://127.0.0.1:1"
token = { env = "NOT_SET_HERE" }
dry_run = true

[[accounts]]
name = "hook"
platform = "webhook"
url = { file = "secrets/hook.url" }
dry_run = true
"""
    file = folder / "starfish.toml"
    file.write_text(file.read_text() + blocks)
    told = terminal("accounts", "check", "--json")
    assert told.code == 1
    findings = {one["account"]: (one["fine"], one["what"]) for one in told.json()["findings"]}
    assert findings["fedi"] == (False, 'token: the environment variable "NOT_SET_HERE" is not set')
    assert findings["hook"][0] is False
    assert findings["hook"][1].startswith("url: the secret file")
    assert findings["timeline"] == (True, "takes 300 graphemes a post")


@pytest.mark.parametrize(
    "words",
    ["status", "timeline", "queue list", "outbox list", "feeds list", "rules list", "pause", "resume", "doctor",
     "why 1", "ask hello", "preview", "backup copy.db", "post x --account timeline"],
)  # fmt: skip
def test_who_looks_needs_no_secrets(terminal: Terminal, folder: Path, tmp_path: Path, words: str) -> None:
    """Where a service has its tokens in its own environment, the owner looks and decides without them."""
    terminal.ok("once", "--post")
    file = folder / "starfish.toml"
    block = '\n[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "http://127.0.0.1:1"\ntoken = { env = "NOT_SET_HERE" }\n'
    file.write_text(file.read_text() + block)
    terminal.ok(*(word.replace("copy.db", str(tmp_path / "copy.db")) for word in words.split()))


@pytest.mark.parametrize("words", ["run", "once", "feeds refresh", "check", "retract https://example.com/x"])
def test_who_speaks_needs_all_secrets(terminal: Terminal, folder: Path, words: str) -> None:
    """What polls or posts does not begin with half of them."""
    file = folder / "starfish.toml"
    block = '\n[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "http://127.0.0.1:1"\ntoken = { env = "NOT_SET_HERE" }\n'
    file.write_text(file.read_text() + block)
    told = terminal(*words.split())
    assert told.code == 2
    assert 'the environment variable "NOT_SET_HERE" is not set' in told.out + told.err


def test_a_server_that_is_not_there_is_a_finding(
    terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sentence and code 1, and no traceback."""
    monkeypatch.setenv("FEDI", "x")
    block = '\n[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "http://127.0.0.1:1"\ntoken = { env = "FEDI" }\n'
    file = folder / "starfish.toml"
    file.write_text(file.read_text() + block)
    told = terminal("accounts", "check", "--account", "fedi")
    assert told.code == 1
    assert told.out.count("http://127.0.0.1:1: no connection could be made") == 1
    assert "Traceback" not in told.out + told.err


def test_a_post_of_ones_own_goes_through_the_outbox_once(terminal: Terminal) -> None:
    """It is shown, queued, delivered, and not queued twice on one day."""
    text = "A first word, with https://example.org/link in it."
    shown = terminal("post", text, "--account", "timeline", "--dry-run")
    assert "nothing was sent" in shown.out
    terminal("once")
    assert terminal("post", text, "--account", "timeline").code == 0
    assert terminal("post", text, "--account", "timeline").code == 2
    terminal("once")
    items = [json.loads(line) for line in terminal("timeline", "--jsonl").out.splitlines()]
    assert [item["text"] for item in items if item["kind"] == "post"] == [text]
    assert items[-1]["url"] == "https://example.org/link"


def test_a_post_that_does_not_fit_is_refused_with_its_length(terminal: Terminal) -> None:
    """The owner shortens it: their words are never cut for them."""
    told = terminal("post", "word " * 100, "--account", "timeline", "--dry-run")
    assert told.code == 2
    assert "499 graphemes long, and timeline takes 300; nothing was queued" in told.err
    assert "the text is empty" in terminal("post", " ", "--account", "timeline", "--dry-run").err
