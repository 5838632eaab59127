from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from bot.core.same import canonical, title_key
from bot.errors import StoreBusy, StoreError
from bot.store import Store, open_store, restore
from bot.store.migrations import MIGRATIONS
from bot.store.values import key_bytes, mark
from tests.store.given import FEED, MATCH, MINUTE, NOW, entry, gather, mention, plan, reply, rule, slot

MODES: tuple[Literal["write", "read", "run"], ...] = ("write", "read", "run")


def make(path: Path, *posts: str) -> None:
    """Make a database with some posts, and close it cleanly."""
    with open_store(path, mode="run", now=NOW) as store:
        for name in posts:
            plan(store, name)


def crash(path: Path, name: str = "a") -> None:
    """Let another process plan a post durably, and die without a goodbye."""
    script = (
        "import os, sys; from pathlib import Path; from bot.store import open_store; from tests.store.given import *\n"
        "store = open_store(Path(sys.argv[1]), mode='run', now=NOW); plan(store, sys.argv[2]); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path), name], cwd=Path(__file__).parents[2], check=False)
    assert ended.returncode == 9


def refused(path: Path) -> str:
    """Open to run, and give the sentence of the refusal; the file is as it was."""
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(StoreError) as refusal:
        open_store(path, mode="run", now=NOW)
    assert (path.read_bytes() if path.exists() else None) == before
    return str(refusal.value)


def test_a_new_database_leaves_a_marker(path: Path) -> None:
    """Beside the database stand the marker and the lock, which is empty after a clean end."""
    make(path)
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "starfish.db",
        "starfish.db.exists",
        "starfish.db.lock",
    ]
    assert (path.parent / "starfish.db.lock").read_bytes() == b""


def test_what_people_said_is_for_the_bots_user_alone(path: Path, tmp_path: Path) -> None:
    """The database, what SQLite keeps beside it, and every copy, whatever the umask; an owner who opened theirs is obeyed."""
    before = os.umask(0)
    try:
        with open_store(path, mode="run", now=NOW) as store:
            plan(store, "a")
            store.owner.backup(tmp_path / "copy.db")
            private = [*path.parent.glob("starfish.db-*"), path, tmp_path / "copy.db"]
            assert {each.name for each in private} == {"starfish.db-wal", "starfish.db-shm", "starfish.db", "copy.db"}
            assert {each.stat().st_mode & 0o777 for each in private} == {0o600}
        path.chmod(0o640)
        open_store(path, mode="run", now=NOW, migrations=ADDED).close()
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.with_name(f"starfish.db.before-v{len(ADDED)}").stat().st_mode & 0o777 == 0o600


def test_what_was_stored_is_there_again(path: Path) -> None:
    """Closing and opening in each mode finds the same."""
    make(path, "a")
    for mode in ("run", "write", "read"):
        with open_store(path, mode=mode, now=NOW) as store:
            assert [row.post.dedupe_key for row in store.outbox.rows()] == ["example.com/a"]


def test_a_second_bot_is_refused_by_name(path: Path) -> None:
    """It is told which process runs the bot; when that ends, it may."""
    with open_store(path, mode="run", now=NOW), pytest.raises(StoreBusy, match=f"Process {os.getpid()} runs this bot"):
        open_store(path, mode="run", now=NOW)
    make(path)


def test_a_second_process_is_refused(path: Path) -> None:
    """The lock holds between processes, and a crash frees it."""
    script = (
        "import sys; from pathlib import Path; from bot.store import open_store; from tests.store.given import NOW\n"
        "store = open_store(Path(sys.argv[1]), mode='run', now=NOW); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreBusy, match=f"Process {other.pid} runs this bot already"):
            open_store(path, mode="run", now=NOW)
        with open_store(path, mode="write", now=NOW) as beside:
            plan(beside)
        other.kill()
    with open_store(path, mode="run", now=NOW) as store:
        assert len(store.outbox.rows()) == 1


@pytest.mark.parametrize("mode", ["write", "read"])
def test_commands_need_a_database(path: Path, mode: Literal["write", "read"]) -> None:
    """They never make one, and say which command does."""
    with pytest.raises(StoreError, match="starfish run"):
        open_store(path, mode=mode, now=NOW)
    assert not path.exists()


def test_reading_changes_nothing(path: Path) -> None:
    """A store opened to read refuses to write, in a sentence."""
    make(path)
    with open_store(path, mode="read", now=NOW) as store, pytest.raises(StoreError, match="can't be written"):
        plan(store)


# --------------------------------------------------------------------------- never start empty


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_a_lost_database_is_not_begun_anew(path: Path, how: str) -> None:
    """Marker without database: refused, with a word on restoring."""
    make(path, "a")
    if how == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"")
    assert "starfish restore FILE" in refused(path)
    for mode in ("read", "write"):  # commands beside the bot don't advise to begin anew either
        with pytest.raises(StoreError, match=r"is gone, but .* starfish restore FILE"):
            open_store(path, mode=mode, now=NOW)


@pytest.mark.parametrize("damage", [b"This is not a database, whatever its name says. " * 99, os.urandom(200)])
def test_garbage_is_refused_and_kept(path: Path, damage: bytes) -> None:
    """With a marker or without one."""
    path.write_bytes(damage)
    assert "starfish restore FILE" in refused(path)
    assert not path.with_name("starfish.db.exists").exists()


def test_a_hole_in_the_file_is_noticed(path: Path) -> None:
    """After a crash the whole file is looked at; a page of noise in it is refused in every mode that writes."""
    make(path, *(f"p{number}" for number in range(200)))
    crash(path)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'outbox'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))
    assert "damaged" in refused(path)


def test_another_programs_database_is_left_alone(path: Path) -> None:
    """A SQLite file that isn't ours stays as it is."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE t (x)")
    assert "another program" in refused(path)


def test_an_interrupted_creation_is_finished(path: Path) -> None:
    """A file without tables and without a marker is a beginning, not a loss."""
    path.write_bytes(b"")
    make(path)
    path.with_name("starfish.db.exists").unlink()
    make(path)
    assert path.with_name("starfish.db.exists").exists()


@pytest.mark.parametrize("loss", ["wal deleted", "wal cut", "wal noise", "old copy"])
def test_missing_commits_are_noticed(path: Path, loss: str) -> None:
    """Durable commits that the marker counts and the file doesn't hold: refused, because going on could post twice."""
    make(path, "a")
    old = path.read_bytes()
    crash(path, "b")
    wal = path.with_name("starfish.db-wal")
    match loss:
        case "wal deleted":
            wal.unlink()
        case "wal cut":
            wal.write_bytes(wal.read_bytes()[: 32 + 4120 // 2])
        case "wal noise":
            wal.write_bytes(os.urandom(wal.stat().st_size))
        case _:
            wal.unlink()
            path.write_bytes(old)
    for mode in MODES:  # a command that wrote beside the bot would count on from there, and hide what is missing
        with pytest.raises(StoreError, match="older than what this bot did last"):
            open_store(path, mode=mode, now=NOW)


def test_another_bots_database_is_refused(path: Path, tmp_path: Path) -> None:
    """The marker names its database; a file of another bot in its place isn't taken."""
    make(path, "a")
    make(tmp_path / "other.db", "b")
    (tmp_path / "other.db").replace(path)
    assert "belongs to another bot" in refused(path)
    for mode in MODES:
        with pytest.raises(StoreError, match="belongs to another bot"):
            open_store(path, mode=mode, now=NOW)


def test_a_crash_loses_nothing_and_opens_again(path: Path) -> None:
    """A process that died without a goodbye leaves all its commits."""
    crash(path, "a")
    crash(path, "b")
    with open_store(path, mode="run", now=NOW) as store:
        assert {row.post.dedupe_key for row in store.outbox.rows()} == {"example.com/a", "example.com/b"}


def test_a_marker_that_says_nothing_is_written_anew(path: Path) -> None:
    """A damaged marker still says that there was a database; with one there, it is repaired."""
    make(path, "a")
    marker = path.with_name("starfish.db.exists")
    before = marker.read_bytes()
    marker.write_bytes(b"\xff\x00")
    make(path)
    assert marker.read_bytes().split()[:2] == before.split()[:2]
    marker.write_bytes(b"")
    path.unlink()
    assert "is gone" in refused(path)


# --------------------------------------------------------------------------- versions


ADDED = (
    *MIGRATIONS,
    "CREATE TABLE added (x); INSERT INTO added VALUES (1);\nUPDATE outbox SET reason = 'new; here';\n",
)


def test_an_older_database_is_backed_up_and_brought_up_to_date(path: Path) -> None:
    """The copy beside it is the old one, whole; the posts are there in both."""
    make(path, "a")
    with open_store(path, mode="run", now=NOW, migrations=ADDED) as store:
        assert [row.reason for row in store.outbox.rows()] == ["new; here"]
        assert store.connection.raw.execute("SELECT x FROM added").fetchone()[0] == 1
    copy = path.with_name(f"starfish.db.before-v{len(ADDED)}")
    with open_store(copy, mode="read", now=NOW) as before:
        assert [row.reason for row in before.outbox.rows()] == [""]


def test_what_was_read_before_marks_took_the_place_of_links_is_known_still(path: Path) -> None:
    """Version 2 kept every canonical link as text: its entries keep their keys, links, titles and reasons."""
    old = entry(1, link="http://www.example.com/post/1?utm_source=feed")
    with open_store(path, mode="run", now=NOW, migrations=MIGRATIONS[:2]) as store:
        store.feeds.register([FEED], now=NOW)
        for each, verdict in ((old, "candidate"), (entry(2, link=""), "unusable")):
            store.connection.raw.execute(
                "INSERT INTO entries VALUES (1, ?, ?, ?, NULL, 7, ?, 'so', ?, ?, '[\"word\"]', NULL, 3)",
                (
                    key_bytes(each.key),
                    each.title,
                    each.link,
                    verdict,
                    canonical(each.link),
                    mark(title_key(each.title)),
                ),
            )
    with open_store(path, mode="run", now=NOW) as store:
        assert store.feeds.known(FEED.url, [old.key, entry(2).key, entry(3).key]) == {old.key, entry(2).key}
        familiar = store.feeds.familiar(FEED.url, ["https://example.com/post/1", ""], [title_key(old.title)])
        assert familiar.links == {"https://example.com/post/1"}
        assert familiar.titles == {title_key(old.title)}
        (found,) = store.feeds.entry_of("https://example.com/post/1/")
        assert (found.link, found.canonical, found.verdict) == (old.link, "https://example.com/post/1", "candidate")
        assert (found.reason, found.matched, found.candidate) == ("so", ("word",), 3)
        assert store.feeds.entry_of("") == []
        question = "EXPLAIN QUERY PLAN SELECT 1 FROM entries WHERE feed = 1 AND link_mark = 2 AND link_mark != 0"
        plan = store.connection.raw.execute(question)
        assert "entries_link (feed=? AND link_mark=?)" in str([tuple(row) for row in plan])


def tables(path: Path) -> set[str]:
    """How the tables and indexes of a database were made."""
    with closing(sqlite3.connect(path)) as raw:
        return {row[0] for row in raw.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_every_earlier_version_becomes_the_same_one(path: Path, tmp_path: Path, version: int) -> None:
    """Each with its data: by a start, and by the restore of a backup that was made then."""
    restored, backup, new = (tmp_path / name for name in ("restored.db", "backup.db", "new.db"))
    with open_store(path, mode="run", now=NOW, migrations=MIGRATIONS[:version]) as store:
        answered, outbox = reply(store, "r1")
        store.mentions.heard(mention("r2"), "cursor", now=NOW)
        store.mentions.opt_out("@bob@example.social", "fedi", now=NOW)
        store.rules.add(rule("taught"), "ann", now=NOW)
        store.outbox.passed_over(slot(), "nothing to say", now=NOW)
        store.owner.backup(backup)
    restore(restored, backup, now=NOW)
    make(new)
    for each in (path, restored):
        with open_store(each, mode="run", now=NOW) as store:
            assert [one.remote_id for one in store.mentions.pending(10)] == ["r2"]
            assert (found := store.mentions.outcome(answered)) is not None
            assert (found.mention.remote_id, found.match) == ("r1", MATCH)
            assert (row := store.outbox.row(outbox)) is not None
            assert row.post.text == "Hello, r1"
            assert store.mentions.opted_out("fedi", "@bob@example.social")
            assert [one.what for one in store.rules.history("taught")] == ["added"]
            assert store.outbox.handled("fedi", [slot().identity]) == {slot().identity}
        assert tables(each) == tables(new)


def test_a_newer_database_is_refused(path: Path) -> None:
    """In every mode, and it stays as it is."""
    make(path)
    with open_store(path, mode="run", now=NOW, migrations=ADDED):
        pass
    assert f"newer version (schema {len(ADDED)}, this one knows {len(MIGRATIONS)})" in refused(path)
    for mode in ("write", "read"):
        with pytest.raises(StoreError, match="newer version"):
            open_store(path, mode=mode, now=NOW)


def test_commands_leave_the_update_to_the_bot(path: Path) -> None:
    """A command beside an old database says what brings it up to date."""
    make(path)
    with pytest.raises(StoreError, match="Start the bot once"):
        open_store(path, mode="write", now=NOW, migrations=ADDED)


def test_a_failing_update_leaves_the_old_database(path: Path) -> None:
    """All of it or nothing, and the next try begins at the same place."""
    make(path, "a")
    broken = (*MIGRATIONS, "CREATE TABLE added (x);\nINSERT INTO nowhere VALUES (1);\n")
    for _ in range(2):
        with pytest.raises(StoreError):
            open_store(path, mode="run", now=NOW, migrations=broken)
    with open_store(path, mode="run", now=NOW) as store:
        assert len(store.outbox.rows()) == 1


# --------------------------------------------------------------------------- places that can't be used


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """It is named, and not made."""
    with pytest.raises(StoreError, match="The folder of"):
        open_store(tmp_path / "nowhere" / "starfish.db", mode="run", now=NOW)


def test_a_folder_in_the_databases_place(path: Path) -> None:
    """A sentence, in each mode, and no talk of a disk that failed."""
    path.mkdir()
    for mode in ("run", "write", "read"):
        with pytest.raises(StoreError, match=r"starfish\.db is a folder"):
            open_store(path, mode=mode, now=NOW)


@pytest.mark.parametrize("ending", [".lock", ".exists"])
def test_a_file_beside_it_that_cannot_be_opened_is_named(path: Path, ending: str) -> None:
    """Whoever once ran the bot as root finds what to give back, and no talk of the folder, which is fine."""
    make(path)
    other = path.with_name(path.name + ending)
    other.unlink()
    other.mkdir()  # as little to be opened as a file of root's
    said = refused(path)
    assert said.startswith(f"{other} can't be opened (Is a directory). ")
    assert "belong to the user who runs the bot" in said


@pytest.fixture
def read_only(path: Path) -> Iterator[Path]:
    """A database in a folder that can't be written."""
    make(path, "a")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    yield path
    path.parent.chmod(0o700)
    path.chmod(0o600)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(read_only: Path) -> None:
    """The bot refuses to start where it couldn't remember what it posts."""
    with pytest.raises(StoreError):
        open_store(read_only, mode="run", now=NOW)


def test_names_with_odd_signs_are_files(tmp_path: Path) -> None:
    """A path with signs that mean something in a URI is a path."""
    odd = tmp_path / "a?mode=memory&x#100% ü.db"
    make(odd, "a")
    assert odd.is_file()
    with open_store(odd, mode="read", now=NOW) as store:
        assert len(store.outbox.rows()) == 1


def test_a_write_beside_the_bot_is_counted(path: Path) -> None:
    """A durable commit of a command counts in the marker as the bot's own do."""
    marker = path.with_name("starfish.db.exists")
    with open_store(path, mode="run", now=NOW) as store:
        plan(store, "a")
        with open_store(path, mode="write", now=NOW) as beside:
            plan(beside, "b")
        assert int(marker.read_bytes().split()[2]) == 2
        gather(store, [1], at=NOW + MINUTE)
        assert int(marker.read_bytes().split()[2]) == 3, "registering is durable, gathering is not"


def test_a_store_is_a_context(path: Path) -> None:
    """Leaving it closes it; a closed store says so."""
    with open_store(path, mode="run", now=NOW) as store:
        assert isinstance(store, Store)
    with pytest.raises(StoreError):
        store.outbox.rows()


def test_a_marker_that_cannot_be_kept_is_refused(path: Path) -> None:
    """Without its marker a lost database could not be told from a new one, so nothing is begun."""
    marker = path.with_name("starfish.db.exists")
    marker.mkdir()
    with pytest.raises(StoreError, match="can't be opened"):
        open_store(path, mode="run", now=NOW)
    marker.rmdir()
    path.with_name("starfish.db.exists.unfinished").mkdir()
    with pytest.raises(StoreError, match="guards against posting twice"):
        open_store(path, mode="run", now=NOW)


def test_without_a_backup_there_is_no_update(path: Path) -> None:
    """Where the copy of the old database can't be written, the old database stays as it is."""
    make(path, "a")
    path.with_name(f"starfish.db.before-v{len(ADDED)}").mkdir()
    with pytest.raises(StoreError, match="The database was not updated"):
        open_store(path, mode="run", now=NOW, migrations=ADDED)
    make(path, "b")


def test_a_locked_database_is_said_to_be_locked(path: Path) -> None:
    """Opening while another program holds it for itself: a sentence in each mode, no waiting for ever."""
    make(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        for mode in ("run", "write", "read"):
            with pytest.raises(StoreError, match="locked by another program"):
                open_store(path, mode=mode, now=NOW, busy=0)
