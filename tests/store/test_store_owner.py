from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.model import Notice
from bot.store import Store, open_store
from tests.store.given import FEED, NOW, gather, later, mention, plan, rule


def test_a_notice_is_one_row_while_it_lasts(store: Store) -> None:
    """Told again it changes its words and keeps its beginning; cleared it is gone."""
    assert store.owner.tell("feed:a", "It is gone.", now=NOW)
    assert not store.owner.tell("feed:a", "It is still gone.", now=later(60))
    assert store.owner.tell("account:b", "Locked out.", now=later(1))
    assert store.owner.notices() == [
        Notice(subject="feed:a", text="It is still gone.", since=NOW),
        Notice(subject="account:b", text="Locked out.", since=later(1)),
    ]
    assert store.owner.clear("feed:a")
    assert not store.owner.clear("feed:a")
    assert [each.subject for each in store.owner.notices()] == ["account:b"]


def test_saying_the_same_again_changes_nothing(store: Store) -> None:
    """A notice that is told at every tick wakes nobody, and neither does what is known already."""
    store.owner.tell("feed:a", "It is gone.", now=NOW)
    store.owner.known_account("fedi", now=NOW)
    store.feeds.register([FEED], now=NOW)
    before = store.connection.raw.total_changes
    store.owner.tell("feed:a", "It is gone.", now=later(1))
    store.owner.clear("feed:b")
    store.owner.known_account("fedi", now=later(1))
    store.feeds.register([FEED], now=later(1))
    assert store.connection.raw.total_changes == before


def test_values_are_kept_apart_from_the_stores_own(store: Store) -> None:
    """What is put is got; the store's own facts can't be read or overwritten by such a key."""
    assert store.owner.get("first:local") is None
    store.owner.put("first:local", "done")
    store.owner.put("first:local", "done twice")
    assert store.owner.get("first:local") == "done twice"
    assert store.owner.get("database") is None
    store.owner.put("database", "x")
    plan(store)
    row = store.outbox.claim("fedi", now=NOW)
    assert row is not None
    assert not row.post.key.startswith("x")


def test_an_account_is_known_since_it_was_first_seen(store: Store) -> None:
    """Whatever else was done with it before."""
    assert store.owner.known_account("fedi", now=NOW) == NOW
    assert store.owner.known_account("fedi", now=later(5)) == NOW
    store.owner.pause("local", None, now=later(7))
    assert store.owner.known_account("local", now=later(9)) == later(7)


def test_counts_are_the_status(store: Store) -> None:
    """Every table's figure, deliveries and mentions by state."""
    gather(store, [1, 2])
    plan(store)
    store.mentions.heard(mention(), None, now=NOW)
    store.rules.sync_file([rule("a")], now=NOW)
    store.rules.add(rule("a", origin="cli"), "owner", now=NOW)
    counts = store.owner.counts()
    assert counts["feeds"] == counts["rules"] == counts["outbox_planned"] == counts["mentions_new"] == 1
    assert counts["entries"] == counts["candidates"] == 2
    assert counts["notices"] == counts["timeline"] == counts["feeds_held"] == counts["feeds_failing"] == 0


def test_a_backup_is_one_whole_file(store: Store, tmp_path: Path) -> None:
    """Made while the store goes on; it holds what was committed, needs no WAL, and replaces an older one."""
    target = tmp_path / "copy.db"
    plan(store, "a")
    store.owner.backup(target)
    plan(store, "b")
    store.owner.backup(target)
    plan(store, "c")
    assert sorted(each.name for each in tmp_path.iterdir() if "copy" in each.name) == ["copy.db"]
    with closing(sqlite3.connect(target)) as copied:
        assert copied.execute("SELECT count(*) FROM outbox").fetchone() == (2,)
        assert copied.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copied.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_beside_a_running_bot(store: Store, path: Path, tmp_path: Path) -> None:
    """A command that only reads can make it."""
    plan(store)
    with open_store(path, mode="read", now=NOW) as beside:
        beside.owner.backup(tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db", mode="read", now=NOW) as copied:
        assert len(copied.outbox.rows()) == 1


def test_a_damaged_database_never_replaces_a_good_backup(store: Store, path: Path, tmp_path: Path) -> None:
    """A copy that isn't whole is thrown away; the older backup is as it was, and the sentence says what to do."""
    for number in range(300):
        plan(store, f"a{number}")
    target = tmp_path / "copy.db"
    store.owner.backup(target)
    good = target.read_bytes()
    store.close()
    with path.open("r+b") as file:
        file.seek(-4096 * 5, os.SEEK_END)  # rows, not the tables' list: reading the head notices nothing
        file.write(b"\xa5" * 4096 * 5)
    with (
        open_store(path, mode="read", now=NOW) as damaged,
        pytest.raises(StoreError, match=r"No backup was made.*damaged"),
    ):
        damaged.owner.backup(target)
    assert target.read_bytes() == good
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == ["copy.db"]


def test_a_backup_that_cannot_be_written_says_so(store: Store, tmp_path: Path) -> None:
    """A folder that isn't there, or a folder in the file's place: a sentence that names it, and no half file."""
    with pytest.raises(StoreError, match=r"No backup was made: .*nowhere.* can't be written"):
        store.owner.backup(tmp_path / "nowhere" / "copy.db")
    (tmp_path / "taken").mkdir()
    with pytest.raises(StoreError, match="No backup was made"):
        store.owner.backup(tmp_path / "taken")
    plan(store)
