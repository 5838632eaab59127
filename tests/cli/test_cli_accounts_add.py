"""`starfish accounts add`: from a terminal or a script to a block in starfish.toml, a secret's file, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.cli.terminal import Said, Terminal
from tests.platforms.contract import CANARY
from tests.servers.running_bot import ROOT


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    """A server in a thread of its own, since a command runs its own event loop."""
    loop, stack, made = asyncio.new_event_loop(), AsyncExitStack(), MastodonServer(token=CANARY)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(stack.enter_async_context(serving(made)), loop).result(10)
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def written(folder: Path) -> dict[str, Any]:
    """The last account's block."""
    block: dict[str, Any] = tomllib.loads((folder / "starfish.toml").read_text("utf-8"))["accounts"][-1]
    return block


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def add(terminal: Terminal, server: MastodonServer, *more: str, stdin: str = "") -> Said:
    """Add an account on the server."""
    return terminal(
        "accounts", "add", "mastodon", "--name", "fedi", "--set", f"server={server.url}", *more, stdin=stdin
    )


# --------------------------------------------------------------------------- what is written


def test_a_pasted_token_gets_a_file_of_its_own(terminal: Terminal, folder: Path, server: MastodonServer) -> None:
    """The block refers to it; the folder and the file are for their owner alone; the file of settings never has it."""
    told = add(terminal, server, stdin=f"{CANARY}\n@ann@far.example\n")
    assert told.code == 0, told.err
    assert written(folder) == {
        "name": "fedi",
        "platform": "mastodon",
        "server": server.url,
        "token": {"file": "secrets/fedi.token"},
        "owner": "@ann@far.example",
        "post": {"every": "3h"},
        "dry_run": True,
    }
    secret = folder / "secrets" / "fedi.token"
    assert secret.read_text() == f"{CANARY}\n"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (secret, secret.parent)] == [0o600, 0o700]
    assert CANARY not in (folder / "starfish.toml").read_text() + told.out + told.err
    assert terminal("check").code == 0
    assert terminal("accounts", "check", "--account", "fedi").code == 0


def test_what_it_tells_can_be_pasted_into_a_profile(terminal: Terminal, server: MastodonServer) -> None:
    """What it is, who runs it, how to stop it, in what the shortest profile holds."""
    told = add(terminal, server, stdin=f"{CANARY}\n@ann@far.example\n")
    profile = told.out.splitlines()[-1].strip()
    assert len(profile) <= 160
    assert all(word in profile for word in ("bot", "@ann@far.example", "stop"))
    assert "(@bot@social.example)" in told.out
    assert "rehearsal" in told.out


def test_a_reference_stays_one(
    terminal: Terminal, folder: Path, server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given with the command or typed at the question: what the owner keeps elsewhere is tried, and not copied."""
    monkeypatch.setenv("FEDI_TOKEN", CANARY)
    assert add(terminal, server, "--set", "token=env:FEDI_TOKEN", "--post", "none").code == 0
    assert written(folder)["token"] == {"env": "FEDI_TOKEN"}
    assert "post" not in written(folder)
    kept = folder / "mine.token"
    kept.write_text(f"{CANARY}\n")
    kept.chmod(0o600)
    again = add(terminal, server, "--name", "other", stdin="env:NOWHERE\nfile:mine.token\n")
    assert again.code == 0, again.err
    assert '"NOWHERE" is not set' in again.out
    assert written(folder)["token"] == {"file": "mine.token"}
    assert not (folder / "secrets").exists()


def test_keys_are_written_as_toml_has_them(terminal: Terminal, folder: Path, server: MastodonServer) -> None:
    """Yes and no, numbers, lists, spans and words, of the platform's keys and of every account's."""
    keys = ["stream=false", "poll=2m", "max_per_day=4", 'feeds=["audio"]', "visibility=unlisted", "quiet=22:00-07:00"]
    more = [word for key in keys for word in ("--set", key)]
    told = add(terminal, server, *more, "--owner", "@ann@far.example", "--post", "at=09:00, 17:30", stdin=CANARY)
    assert told.code == 0, told.err
    found = written(folder)
    assert (found["stream"], found["poll"], found["max_per_day"], found["feeds"]) == (False, "2m", 4, ["audio"])
    assert (found["owner"], found["post"]) == ("@ann@far.example", {"at": ["09:00", "17:30"]})
    assert terminal("check").code == 0


def test_a_platform_without_a_walk_is_asked_key_by_key(terminal: Terminal, folder: Path) -> None:
    """A secret that is typed gets its file there too."""
    told = terminal("accounts", "add", "webhook", "--name", "hook", stdin="https://hooks.example/T0P\n")
    assert told.code == 0, told.err
    assert written(folder)["url"] == {"file": "secrets/hook.url"}
    assert "profile" not in told.out  # it has none
    assert "T0P" not in (folder / "starfish.toml").read_text()
    assert terminal("check").code == 0


def test_a_session_goes_where_sessions_are_kept(terminal: Terminal, folder: Path, server: MastodonServer) -> None:
    """The end of a token is remembered beside the database, and `check` warns when it comes near."""
    server.logins.lives = 86400
    person = Human(folder, "mastodon", "fedi", server.url)
    person.allow()
    assert person.end("-") == 0
    kept = json.loads((folder / "starfish.db.secrets").read_text())
    assert list(kept["fedi"]) == ["session", "app", f"account {server.url}"]
    told = terminal("accounts", "check", "--account", "fedi")
    assert told.code == 1
    assert "nobody can renew it" in told.out
    assert "starfish accounts renew fedi" in " ".join(told.out.split())


# --------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "there are: bluesky, discord, local, mastodon, matrix"),
        (["mastodn", "--name", "x"], 'did you mean "mastodon"?'),
        (["webhook"], "nobody answers “url: Where posts are sent; by reference where it is secret”"),
        (["mastodon", "--name", "timeline"], 'There is an account "timeline" already'),
        (["mastodon", "--name", "TimeLine"], 'There is an account "TimeLine" already'),
        (["mastodon", "--name", "../x"], "is not a name"),
        (["mastodon", "--name", "x", "--set", "tokn=env:T"], 'did you mean "token"?'),
        (["mastodon", "--name", "x", "--set", "name=y"], "no key 'name'"),
        (["mastodon", "--name", "x", "--set", "server"], "--set takes KEY=VALUE"),
        (["mastodon", "--name", "x", "--set", "poll=1m", "--set", "poll=2m"], "poll is given twice"),
        (["mastodon", "--name", "x", "--set", "token=plain"], "env:NAME or file:PATH"),
        (["mastodon", "--name", "x", "--set", "token=env:NOWHERE_AT_ALL"], '"NOWHERE_AT_ALL" is not set'),
        (["mastodon", "--name", "x", "--set", "server=social.example/x y"], "server's address alone"),
        (["mastodon", "--name", "x", "--set", "poll=soon"], "must be a span"),
        (["mastodon", "--name", "x", "--set", "visibility=everybody"], "visibility"),
        (["mastodon", "--name", "x", "--set", "max_per_day=many"], "max_per_day must be a whole number"),
        (["mastodon", "--name", "x", "--owner", "ann"], "full id"),
        (["mastodon", "--name", "x", "--post", "every=soon"], "is not a span"),
        (["mastodon", "--name", "x", "--post", "daily"], "--post takes"),
        (["mastodon", "--name", "x"], "nobody answers"),
        (["webhook", "--name", "x"], "nobody answers"),
    ],
)
def test_what_cannot_be_is_the_users_mistake(
    terminal: Terminal, folder: Path, words: list[str], complaint: str
) -> None:
    """Code 2 and a sentence, before anybody is asked anything; nothing is written."""
    before = everything(folder)
    told = terminal("accounts", "add", *words)
    assert told.code == 2, told
    assert complaint in told.err
    assert "Traceback" not in told.err
    assert everything(folder) == before


@pytest.mark.parametrize("trouble", ["token", "rights", "nobody"])
def test_a_walk_that_fails_writes_nothing(
    terminal: Terminal, folder: Path, server: MastodonServer, trouble: str
) -> None:
    """A wrong token, one that may too little, a server that isn't there: code 1, a sentence, everything as it was."""
    before = everything(folder)
    server.scopes = "read" if trouble == "rights" else server.scopes
    server.url = "http://127.0.0.1:1" if trouble == "nobody" else server.url
    told = add(terminal, server, stdin=f"{'wr0ng' if trouble == 'token' else CANARY}\n")
    assert told.code == 1, told
    assert told.err.rstrip().endswith("Nothing was written.")
    assert "wr0ng" not in told.err
    assert everything(folder) == before


def test_what_was_written_goes_again_if_the_block_cannot_be(
    terminal: Terminal, folder: Path, server: MastodonServer
) -> None:
    """Somebody adds an account of that name meanwhile: no secret of ours stays behind, and an older one comes back."""
    file = folder / "starfish.toml"
    meanwhile = file.read_text() + '\n[[accounts]]\nname = "fedi"\nplatform = "local"\n'
    old = folder / "secrets" / "fedi.token"
    old.parent.mkdir(mode=0o700)
    old.write_text("older\n")
    person = Human(folder, "mastodon", "fedi", server.url)
    person.allow()
    person.expect("word is a command")
    file.write_text(meanwhile)
    assert person.end("-") == 2
    assert 'There is an account "fedi" already' in person.seen
    assert (file.read_text(), old.read_text()) == (meanwhile, "older\n")


def test_a_broken_file_is_told_first(terminal: Terminal, folder: Path) -> None:
    """What isn't TOML can't be added to; what else is wrong or missing in it hinders nobody."""
    file = folder / "starfish.toml"
    whole = file.read_text()
    file.write_text(whole + "\n[[accounts\n")
    assert terminal("accounts", "add", "local", "--name", "second").code == 2
    file.write_text(whole + '\n[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = { env = "NOT_SET_HERE" }\n')
    assert terminal("accounts", "add", "local", "--name", "second").code == 0
    file.unlink()
    assert "starfish init" in terminal("accounts", "add", "local", "--name", "third").err


# --------------------------------------------------------------------------- at a real terminal


class Human:
    """Somebody at a real terminal, with a browser."""

    def __init__(self, folder: Path, platform: str, name: str, server: str = "") -> None:
        self._ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "bot", "accounts", "add", platform, "--name", name, "--config", str(folder)]
        self.process = subprocess.Popen(
            [*words, *(["--set", f"server={server}"] if server else [])],
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def expect(self, words: str) -> None:
        """Read until something stands on the screen."""
        while words not in self.seen:
            assert self._read(), f"{words!r} never came: {self.seen}"

    def type(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def allow(self) -> None:
        """Press Enter for a new token, allow it in the browser, and type the code."""
        self.expect("to make one")
        self.type("")
        self.expect("The code that it shows then")
        (address,) = re.findall(r"http://\S+/oauth/authorize\?\S+", self.seen)
        with urllib.request.urlopen(address, timeout=20) as page:
            self.type(re.findall("<code>(.*)</code>", page.read().decode())[0])

    def end(self, line: str | None = None) -> int:
        """Type a last line, and give how it ended."""
        if line is not None:
            self.expect("word is a command")
            self.type(line)
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(30)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], 30)[0]:
            self.process.kill()
            return False
        try:
            said = os.read(self._ours, 4096).decode("utf-8", "replace")
        except OSError:  # the other end is closed
            return False
        self.seen += said
        return bool(said)


def test_a_whole_walk_at_a_terminal(folder: Path, server: MastodonServer) -> None:
    """The address to open, the code, the bot flag, the owner: what is typed unseen is never shown."""
    server.is_bot = False
    person = Human(folder, "mastodon", "fedi", server.url)
    person.allow()
    person.expect("yes or no")
    person.type("yes")
    assert person.end("@ann@far.example") == 0, person.seen
    assert written(folder)["owner"] == "@ann@far.example"
    assert server.is_bot
    assert CANARY not in person.seen
    assert (folder / "secrets" / "fedi.token").read_text() == f"{CANARY}\n"


def test_ctrl_c_at_a_question_ends_it_at_once(folder: Path, server: MastodonServer) -> None:
    """Not when the line is typed: nothing is written, and no traceback is shown."""
    before = everything(folder)
    person = Human(folder, "mastodon", "fedi", server.url)
    person.expect("to make one")
    os.kill(person.process.pid, signal.SIGINT)
    assert person.end() == 1
    assert "stopped; nothing was written" in person.seen
    assert "Traceback" not in person.seen
    assert everything(folder) == before


def test_an_owner_who_is_none_is_asked_again(terminal: Terminal, folder: Path, server: MastodonServer) -> None:
    """An id that could never match is told at once, with what was probably meant."""
    told = add(terminal, server, stdin=f"{CANARY}\nann\n@ann@far.example\n")
    assert "full id" in told.out
    assert written(folder)["owner"] == "@ann@far.example"


# --------------------------------------------------------------------------- letting one in anew


def test_an_account_is_let_in_anew(terminal: Terminal, folder: Path, server: MastodonServer) -> None:
    """A fresh secret stands where the old one was; the block is as it was, to the letter."""
    assert add(terminal, server, stdin=f"{CANARY}\n@ann@far.example\n").code == 0
    block = (folder / "starfish.toml").read_text("utf-8")
    server.token = f"{CANARY}-2"
    assert terminal("accounts", "check", "--account", "fedi").code == 1
    told = terminal.ok("accounts", "renew", "fedi", stdin=f"{CANARY}-2\n")
    assert "Let fedi in anew (@bot@social.example)." in told.out
    assert (folder / "secrets" / "fedi.token").read_text() == f"{CANARY}-2\n"
    assert (folder / "starfish.toml").read_text("utf-8") == block
    assert CANARY not in told.out + told.err
    assert terminal("accounts", "check", "--account", "fedi").code == 0


def test_the_token_of_another_account_is_refused(terminal: Terminal, folder: Path, server: MastodonServer) -> None:
    """It would be let in, and speak as somebody else: that is told before anything is written."""
    assert add(terminal, server, stdin=f"{CANARY}\n-\n").code == 0
    before = everything(folder)
    server.own, server.token = "ann", f"{CANARY}-2"
    told = terminal("accounts", "renew", "fedi", stdin=f"{CANARY}-2\n")
    assert (told.code, everything(folder)) == (2, before)
    assert "that is another account there than fedi has been so far. Nothing was written." in told.err


def test_a_secret_that_is_kept_elsewhere_stays_there(
    terminal: Terminal, folder: Path, server: MastodonServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named by its reference it is tried and not copied; one that is pasted instead gets a file, and its owner a word."""
    monkeypatch.setenv("FEDI_TOKEN", CANARY)
    assert add(terminal, server, "--set", "token=env:FEDI_TOKEN", "--post", "none").code == 0
    before = everything(folder)
    told = terminal.ok("accounts", "renew", "fedi", stdin="env:FEDI_TOKEN\n")
    assert everything(folder) == before
    assert "In its block" not in told.out
    told = terminal.ok("accounts", "renew", "fedi", stdin=f"{CANARY}\n")
    assert 'In its block, write: token = { file = "secrets/fedi.token" }' in told.out


def test_a_walk_that_fails_leaves_the_account_as_it_was(
    terminal: Terminal, folder: Path, server: MastodonServer
) -> None:
    """A wrong token, and an owner who goes away."""
    assert add(terminal, server, stdin=f"{CANARY}\n-\n").code == 0
    before = everything(folder)
    told = terminal("accounts", "renew", "fedi", stdin="wrong\n")
    assert (told.code, everything(folder)) == (1, before)
    assert "Nothing was written" in told.err
    assert terminal("accounts", "renew", "fedi").code != 0
    assert everything(folder) == before


@pytest.mark.parametrize(
    ("name", "words"), [("nobody", 'there is no account "nobody"'), ("timeline", "timeline has no login to renew")]
)
def test_what_has_no_login_is_not_renewed(terminal: Terminal, name: str, words: str) -> None:
    """With what there is instead."""
    told = terminal("accounts", "renew", name)
    assert told.code == 2
    assert words in told.err
