from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StoreBusy, StoreError
from bot.model import FeedState, State
from bot.store import open_store, restore
from tests.store.given import FEED, HOUR, NOW, SENT, gather, later, mention, plan, reply, sifted, slot, states


@pytest.fixture
def backup(path: Path, tmp_path: Path) -> Path:
    """A backup with one post ready, one being chosen, one reply on the local timeline; the bot went on after it."""
    target = tmp_path / "copy.db"
    with open_store(path, mode="run", now=NOW) as store:
        gather(store, [1])
        plan(store, "a")
        reply(store, "m1", "local")
        store.owner.known_account("fedi", now=NOW)
        store.owner.backup(target)
        row = store.outbox.claim("fedi", now=later(1))
        assert row is not None
        store.outbox.settle_sent(row.id, SENT, now=later(1))
        plan(store, "b", at=later(2))
    return target


def test_what_stood_ready_is_looked_for_first(path: Path, backup: Path) -> None:
    """It may have been sent since: unknown, with the key it was sent under; our own timeline's replies just go."""
    with open_store(path, mode="read", now=NOW) as before:
        sent = before.outbox.by_link("https://example.com/a")[0]
    old = restore(path, backup, now=later(60), in_store=["local"])
    assert old is not None
    assert old.exists()
    with open_store(path, mode="run", now=later(60)) as store:
        assert states(store) == {1: "unknown", 2: "planned"}
        (row,) = store.outbox.rows(states=["unknown"])
        assert row.post.key == sent.post.key
        assert row.post.sent_at == NOW
        assert "backup" in row.reason
        store.outbox.settle_planned(row.id, now=later(61))
        again = store.outbox.claim("fedi", now=later(61))
        assert again is not None
        assert again.post.key == sent.post.key, "a platform with keys takes it for the same post"


def test_new_deliveries_get_keys_never_used(path: Path, backup: Path) -> None:
    """A row number is used again after a restore; its key isn't."""
    with open_store(path, mode="run", now=NOW) as lost:
        (third,) = lost.outbox.rows(states=[State.PLANNED], account="fedi")
        claimed = lost.outbox.claim("fedi", now=later(3))
        assert claimed is not None
    restore(path, backup, now=later(60), in_store=["local"])
    with open_store(path, mode="run", now=later(60)) as store:
        store.outbox.mark_sent(1, now=later(60))
        assert plan(store, "c", at=later(60)) == third.id
        row = store.outbox.claim("fedi", now=later(60))
        assert row is not None
        assert row.post.key != claimed.post.key


def test_nothing_from_between_is_offered(path: Path, backup: Path) -> None:
    """What waited then may have been shared since; the feeds' next poll is known, and the one after is news again."""
    restore(path, backup, now=later(60), in_store=["local"])
    with open_store(path, mode="run", now=later(60)) as store:
        assert store.feeds.candidates("fedi", None, 10) == []
        state = FeedState(url=FEED.url, first_ok=NOW, next_at=later(90))
        assert store.feeds.gathered(state, FEED, [sifted(1), sifted(2)], "Example", now=later(61)) == []
        assert store.feeds.seen_count(FEED.url) == 2
        assert len(store.feeds.gathered(state, FEED, [sifted(2), sifted(3)], "Example", now=later(90))) == 1
        assert len(store.feeds.candidates("fedi", None, 10)) == 1
        assert len(store.feeds.candidates("local", None, 10)) == 2, "nothing of our own timeline was sent elsewhere"


def test_mentions_from_before_are_for_the_owner(path: Path, backup: Path) -> None:
    """The guards learn that answers begin at the restore; what was written before may have been answered."""
    restore(path, backup, now=NOW + HOUR)
    with open_store(path, mode="run", now=NOW + HOUR) as store:
        tally = store.mentions.tally(mention(), person_since=NOW, account_since=NOW, bot_since=NOW, now=NOW)
        assert tally.first_start == NOW + HOUR


def test_a_lost_database_comes_back(path: Path, backup: Path) -> None:
    """Where the file was deleted, opening is refused, restoring works, and then opening does."""
    path.unlink()
    with pytest.raises(StoreError, match="starfish restore"):
        open_store(path, mode="run", now=NOW)
    assert restore(path, backup, now=NOW) is None
    with open_store(path, mode="run", now=NOW) as store:
        assert len(store.outbox.rows()) == 2


def test_a_broken_backup_changes_nothing(path: Path, backup: Path, tmp_path: Path) -> None:
    """Missing, garbage, of another program: refused, and the bot goes on with what it had."""
    (tmp_path / "noise.db").write_bytes(b"noise" * 999)
    before = path.read_bytes()
    for broken in (tmp_path / "nowhere.db", tmp_path / "noise.db", tmp_path):
        with pytest.raises(StoreError):
            restore(path, broken, now=NOW)
    assert path.read_bytes() == before
    with open_store(path, mode="run", now=NOW) as store:
        store.outbox.filled(slot(), None, store.outbox.rows()[0].post, State.PLANNED, now=NOW)
    assert not path.with_name("starfish.db.unfinished").exists()


def test_never_under_a_running_bot(path: Path, backup: Path) -> None:
    """The lock is asked first."""
    with open_store(path, mode="run", now=NOW), pytest.raises(StoreBusy):
        restore(path, backup, now=NOW)


def test_a_restore_that_cannot_be_written_changes_nothing(path: Path, backup: Path) -> None:
    """Where the new file can't be made, the old one stays in its place."""
    before = path.read_bytes()
    path.with_name("starfish.db.unfinished").mkdir()
    with pytest.raises(StoreError, match="Nothing was restored"):
        restore(path, backup, now=NOW)
    assert path.read_bytes() == before


def test_a_document_that_did_not_change_is_trusted_again(path: Path, backup: Path) -> None:
    """Nothing can have been shared of it since the backup, so what it brings next is news; a failed poll tells nothing."""
    restore(path, backup, now=later(60), in_store=["local"])
    with open_store(path, mode="run", now=later(60)) as store:
        state = store.feeds.state(FEED.url)
        assert state is not None
        store.feeds.polled(replace(state, errors=1), now=later(61))
        store.feeds.polled(state, now=later(62))
        assert len(store.feeds.gathered(state, FEED, [sifted(7)], "Example", now=later(63))) == 1


def test_a_feed_that_only_failed_stays_distrusted(path: Path, backup: Path) -> None:
    """Its first document after the restore is the baseline, however late it comes."""
    restore(path, backup, now=later(60), in_store=["local"])
    with open_store(path, mode="run", now=later(60)) as store:
        state = store.feeds.state(FEED.url)
        assert state is not None
        store.feeds.polled(replace(state, errors=1), now=later(61))
        assert store.feeds.gathered(state, FEED, [sifted(7)], "Example", now=later(63)) == []


def test_promises_that_came_due_since_are_not_kept_twice(path: Path, tmp_path: Path) -> None:
    """A reminder of then was given since; one of tomorrow, and those of our own timeline, still come."""
    with open_store(path, mode="run", now=NOW) as store:
        for account, name, minutes in (("fedi", "m1", 30), ("fedi", "m2", 300), ("local", "m3", 30)):
            number, _, _ = store.mentions.heard(mention(name, account), None, now=NOW)
            said = store.mentions.get(number)
            assert said is not None
            store.promises.remind(said, later(minutes), now=NOW)
        plan(store, "draft", state=State.DRAFT)
        store.owner.backup(tmp_path / "copy.db")
    restore(path, tmp_path / "copy.db", now=later(60), in_store=["local"])
    with open_store(path, mode="run", now=later(60)) as store:
        assert [one.mention for one in store.promises.due_reminders(later(1000))] == [3, 2]
        (draft,) = store.outbox.rows(states=[State.DRAFT])
        assert "may have been sent" in draft.reason
