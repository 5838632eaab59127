from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app.installed import utc_now
from bot.cli.keep import judged
from bot.model import Post
from bot.prove.verdict import Verdict
from bot.store import open_store
from tests.cli.terminal import Terminal


@pytest.fixture
def lived(terminal: Terminal, folder: Path) -> Path:
    """A bot that has posted; gives its database."""
    terminal.ok("once")
    terminal.ok("once", "--post")
    return folder / "starfish.db"


def links(path: Path) -> list[str | None]:
    """What a database knows to be posted."""
    with open_store(path, mode="read", now=utc_now()) as store:
        return [row.post.link for row in store.outbox.rows()]


def test_a_backup_can_be_restored(terminal: Terminal, lived: Path, tmp_path: Path) -> None:
    """What it knew then it knows again, the database of now is kept, and nothing is posted a second time."""
    copy = tmp_path / "copy.db"
    assert f"starfish restore {copy}" in terminal.ok("backup", copy).out
    before = links(lived)
    terminal.ok("once", "--post")
    assert len(links(lived)) == len(before) + 1
    assert "is kept as" in terminal.ok("restore", copy).out
    assert links(lived) == before
    terminal.ok("once")
    after = links(lived)
    assert len(after) == len(set(after))


def test_a_restore_says_what_is_looked_for(terminal: Terminal, lived: Path, tmp_path: Path) -> None:
    """What stood ready for a remote account may be out by now, and the owner hears that it is looked for."""
    with open_store(lived, mode="write", now=utc_now()) as store:
        store.outbox.put(Post(account="fedi", text="Words", dedupe_key="a"), "post", now=utc_now())
    terminal.ok("backup", tmp_path / "copy.db")
    assert "1 delivery may have been sent since: it is looked for" in terminal.ok("restore", tmp_path / "copy.db").out


@pytest.mark.parametrize("what", ["itself", "letter", "folder", "pipe", "nothing", "other_program", "other_bot"])
def test_a_backup_never_replaces_what_is_no_backup(
    terminal: Terminal, lived: Path, folder: Path, tmp_path: Path, what: str
) -> None:
    """Neither a database that somebody works with nor anything of another kind: `backup /dev/null` would end the device."""
    target = {"itself": lived, "letter": folder / "feeds.toml", "nothing": Path()}.get(what, tmp_path / what)
    match what:
        case "folder":
            target.mkdir()
        case "pipe":
            os.mkfifo(target)
        case "other_program":
            with closing(sqlite3.connect(target)) as there:
                there.execute("CREATE TABLE theirs (a)")
        case "other_bot":
            open_store(target, mode="run", now=utc_now()).close()
    before = target.stat()
    said = terminal("backup", target)
    assert (said.code, said.out) == (2, "")
    assert "name another file" in said.err
    assert target.stat()[:7] == before[:7]  # kind, inode, owner, size


def test_an_older_backup_is_replaced(terminal: Terminal, lived: Path, tmp_path: Path) -> None:
    """So that a crontab line needs no date in it."""
    for _ in range(2):
        terminal.ok("backup", tmp_path / "copy.db")
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy.db"]


def test_a_restore_of_nothing_changes_nothing(terminal: Terminal, lived: Path, tmp_path: Path) -> None:
    """A sentence, exit code 1, and the bot's memory as it was."""
    before = links(lived)
    said = terminal("restore", tmp_path / "nowhere.db")
    assert said.code == 1
    assert "nothing was restored" in said.err
    (tmp_path / "letter.db").write_text("no database", "utf-8")
    said = terminal("restore", tmp_path / "letter.db")
    assert said.code == 1
    assert "letter.db is no backup, or a damaged one, so nothing was restored. Take another one." in said.err
    assert links(lived) == before


def test_the_proof_prints_its_table() -> None:
    """Kills, posts, lost, doubled, held: for anybody, on their machine, without a config."""
    said = Terminal().ok("prove", "--kills", "2", "--platform", "local", "--json")
    (line,) = said.json()["platforms"]
    assert line["kills"] == 2
    assert line["lost"] == line["doubled"] == []
    assert "2 of 2 kills" in said.err


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("broken", ["lost", "doubled"])
def test_a_broken_promise_ends_with_one(capsys: pytest.CaptureFixture[str], broken: str, as_json: bool) -> None:
    """And says what it was, so that a script sees it too; what is kept, or held, ends well."""
    fine = Verdict(platform="local", kills=2, posts=3, held=("outbox 1",))
    judged([fine], 0, as_json=as_json)
    what: dict[str, Any] = {broken: ("outbox 7 (https://example.org/)",)}
    with pytest.raises(SystemExit) as end:
        judged([fine, replace(fine, **what)], 0, as_json=as_json)
    assert end.value.code == 1
    assert "outbox 7 (https://example.org/)" in capsys.readouterr().out


def test_the_proof_of_an_unknown_platform_is_a_usage_error() -> None:
    """With the names that it knows."""
    said = Terminal()("prove", "--platform", "nosuch")
    assert said.code == 2
    assert "it knows: local" in said.err
