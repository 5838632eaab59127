from __future__ import annotations

import inspect
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.errors import StoreError
from bot.model import FeedState, Filters, ParsedFeed, State
from bot.store import Store, open_store
from bot.store.archive import Archive
from bot.store.failures import explain
from bot.store.feeds import Feeds
from bot.store.mentions import Mentions
from bot.store.outbox import Outbox
from bot.store.owner import Owner
from bot.store.part import Part
from bot.store.promises import Promises
from bot.store.records import Follow
from bot.store.rules import Rules
from bot.store.subscriptions import Subscriptions
from bot.store.timeline import Timeline
from tests.store.given import (
    FEED,
    MATCH,
    NOW,
    SENT,
    candidate,
    entry,
    gather,
    later,
    mention,
    plan,
    poll,
    post,
    rule,
    sifted,
    slot,
    states,
    subscription,
)

PARTS: tuple[type[Part], ...] = (Feeds, Outbox, Mentions, Rules, Timeline, Owner, Archive, Promises, Subscriptions)

ARGUMENTS: dict[str, Any] = {
    "account": "fedi",
    "account_since": NOW,
    "after": None,
    "at": NOW,
    "author": "@ann",
    "before": NOW,
    "before_created": NOW,
    "callback_id": "a",
    "callback_ids": ["a"],
    "bot_since": NOW,
    "candidate": candidate(),
    "candidate_id": 1,
    "candidates": [1],
    "canonicals": ["a"],
    "cursor": "1",
    "feed": FEED,
    "feed_title": "Example",
    "feeds": [FEED],
    "follow": Follow(account="fedi", person="@ann", topic="tape", words="Tape", mention=1, since=NOW),
    "host": "example.com",
    "identities": ["a"],
    "item_id": 1,
    "key": "a",
    "keys": ["a"],
    "kind": "post",
    "limit": 1,
    "link": "https://example.com/a",
    "match": MATCH,
    "mention": mention(),
    "mention_id": 1,
    "mention_ids": [1],
    "name": "fedi",
    "not_before": None,
    "now": NOW,
    "outbox_id": 1,
    "person": "@ann",
    "person_since": NOW,
    "persons": ["@ann"],
    "ask_at": NOW,
    "parsed": ParsedFeed(entries=(entry(1),)),
    "prefix": "quote:",
    "posts": [post()],
    "problem": "a reason",
    "post": post(),
    "question": "tape",
    "reason": "a reason",
    "receipt": SENT,
    "remote_id": "r1",
    "rule": rule(),
    "rule_id": "greeting",
    "rules": [rule()],
    "settle": later(1) - NOW,
    "sifted": [sifted(1)],
    "since": NOW,
    "slot": slot(),
    "state": FeedState(url=FEED.url),
    "subject": "a",
    "subscription": subscription(),
    "text": "words",
    "thread": "t",
    "title_keys": ["a"],
    "topic": "Tape",
    "until": later(1),
    "url": FEED.url,
    "urls": None,
    "value": "b",
    "verdict": "failed",
    "what": "ann",
    "who": "owner",
}

SPECIAL: dict[str, dict[str, Any]] = {
    "feeds.candidates": {"feeds": None},
    "feeds.delivered": {"for_all": Filters()},
    "feeds.take_in": {"for_all": Filters(), "poll": poll([entry(1)])},
    "feeds.take_in_all": {"polls": [(poll([entry(1)]), Filters())]},
    "feeds.states_of": {"urls": [(FEED.url,)]},
    "feeds.polled_all": {"polls": [(FeedState(url=FEED.url), NOW)]},
    "archive.similar": {"candidate": 1},
    "mentions.last_answers": {"rules": ["a"]},
    "outbox.filled": {"state": State.PLANNED},
    "outbox.filled_together": {"state": State.PLANNED},
    "owner.backup": {"path": Path("nowhere.db")},
}


def methods() -> list[str]:
    """Every public method of every part: those that are marked by how durable they are."""
    return [
        f"{part.name}.{method}"
        for part in PARTS
        for method in dir(part)
        if hasattr(getattr(part, method), "store_kind")
    ]


def arguments(name: str, method: Callable[..., Any]) -> dict[str, Any]:
    """Sensible arguments for a method, by their names."""
    wanted = [
        parameter.name
        for parameter in inspect.signature(method).parameters.values()
        if parameter.default is parameter.empty
    ]
    return {each: SPECIAL.get(name, {}).get(each, ARGUMENTS.get(each)) for each in wanted}


@pytest.fixture
def locked(path: Path) -> Iterator[Store]:
    """A store whose database another program holds, so that even reading has to wait, and doesn't."""
    with open_store(path, mode="run", now=NOW) as store:
        gather(store, [1])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")  # in WAL nobody can keep a reader out
        with open_store(path, mode="write", now=NOW, busy=0) as store:
            other.execute("BEGIN EXCLUSIVE")
            yield store


@pytest.mark.parametrize("name", methods())
def test_every_method_names_the_lock(locked: Store, name: str) -> None:
    """Against a locked database each method of the store is a StoreError that says so, never another error."""
    part, _, method = name.partition(".")
    call = getattr(getattr(locked, part), method)
    with pytest.raises(StoreError, match="locked by another program"):
        call(**arguments(name, call))


@pytest.mark.parametrize("name", methods())
def test_every_method_works_on_an_empty_store(store: Store, tmp_path: Path, name: str) -> None:
    """The same calls on a new database: no error, whatever there is to find or to change."""
    part, _, method = name.partition(".")
    call = getattr(getattr(store, part), method)
    given = arguments(name, call)
    call(**{**given, "path": tmp_path / "copy.db"} if "path" in given else given)


def test_every_method_is_listed() -> None:
    """The list above is the store: a method that forgot its mark would miss every promise."""
    for part in PARTS:
        for name, member in inspect.getmembers(part, inspect.isfunction):
            if not name.startswith("_") and name not in ("one", "all_of", "all_at_once", "number", "change"):
                assert hasattr(member, "store_kind"), f"{part.name}.{name} has no mark"


# --------------------------------------------------------------------------- the disk


def fill_up(store: Store) -> None:
    """Let the database have no page more than it has now."""
    pages = store.connection.raw.execute("PRAGMA page_count").fetchone()[0]
    store.connection.raw.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_stops_before_anything_is_sent(store: Store) -> None:
    """What can't be stored isn't begun; with room again the same store goes on, nothing lost, nothing doubled."""
    first = plan(store, "a")
    fill_up(store)
    with pytest.raises(StoreError, match="disk is full"):
        plan(store, "b", text="x" * 90_000)
    known = states(store)
    assert known == {first: "planned"}
    store.connection.raw.execute("PRAGMA max_page_count = 1073741823")
    row = store.outbox.claim("fedi", now=NOW)
    assert row is not None
    assert row.id == first
    assert plan(store, "b", text="x" * 90_000) == first + 1


def test_a_full_disk_in_the_middle_of_a_poll_takes_none_of_it(store: Store) -> None:
    """All of a poll or nothing: its entries are new again next time."""
    store.feeds.register([FEED], now=NOW)
    fill_up(store)
    many = [sifted(number, entry=None) for number in range(500)]
    with pytest.raises(StoreError, match="disk is full"):
        store.feeds.gathered(FeedState(url=FEED.url, title="Late"), FEED, many, "Example", now=NOW)
    state = store.feeds.state(FEED.url)
    assert state is not None
    assert (state.title, store.feeds.seen_count(FEED.url)) == ("", 0)
    store.connection.raw.execute("PRAGMA max_page_count = 1073741823")
    assert len(gather(store, range(500))) == 500


def test_a_number_beyond_sqlite_is_a_sentence(store: Store) -> None:
    """A value no column can hold is refused as a StoreError, not as an OverflowError."""
    with pytest.raises(StoreError):
        store.mentions.heard(mention(about=10**30), None, now=NOW)
    assert store.mentions.pending(1) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "Make room"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "the right to write"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked by another program"),
        (sqlite3.SQLITE_CORRUPT_VTAB, "starfish restore FILE"),
        (sqlite3.SQLITE_NOTADB, "starfish restore FILE"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "can't be opened"),
        (sqlite3.SQLITE_IOERR_WRITE, "The disk failed"),
        (sqlite3.SQLITE_ERROR, "starfish doctor"),
    ],
)
def test_every_failure_says_what_to_do(code: int, words: str) -> None:
    """Extended codes, too; the file is named."""
    error = sqlite3.OperationalError("something low-level.")
    error.sqlite_errorcode = code
    sentence = str(explain(error, Path("starfish.db")))
    assert words in sentence
    assert "starfish.db" in sentence
    assert ".." not in sentence


def test_reading_then_writing_never_finds_a_stale_snapshot(store: Store, path: Path) -> None:
    """A transaction that reads before it writes has the write lock from its beginning: nobody overtakes it."""
    with open_store(path, mode="write", now=NOW, busy=0) as beside:
        with store.connection.writing(durable=False):
            store.outbox.rows()
            with pytest.raises(StoreError, match="locked"):
                plan(beside, "b")
            plan(store, "a")
        plan(beside, "b")
    assert len(states(store)) == 2


# --------------------------------------------------------------------------- kill -9


WRITERS = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.model import State
from bot.store import Writer, open_store
from tests.store.given import *

async def main(first):
    store = open_store(Path(sys.argv[1]), mode="run", now=NOW)
    db = Writer(store)

    async def one(number):
        row = await db(store.outbox.filled, slot(f"s{number}"), None, post(f"p{number}"), State.PLANNED, now=NOW)
        print("post", number, row, flush=True)
        heard = await db(store.mentions.heard, mention(f"m{number}"), f"c{number}", now=NOW)
        print("mention", number, heard[0], flush=True)

    for start in range(first, first + 100_000, 7):
        await asyncio.gather(*(one(number) for number in range(start, start + 7)))

for line in sys.stdin:
    if (child := os.fork()) == 0:
        print("pid", os.getpid(), flush=True)
        asyncio.run(main(int(line)))
    _, status = os.waitpid(child, 0)
    print("\\ndead", os.waitstatus_to_exitcode(status), flush=True)
"""


@contextmanager
def writers(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has imported everything; each number it reads becomes a child of it that writes until it dies."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", WRITERS, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


def kill_while_writing(process: subprocess.Popen[str], first: int, lines: int) -> list[list[str]]:
    """Let a child write, kill it after so many acknowledged writes; gives all that it acknowledged."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{first}\n")
    process.stdin.flush()
    name, pid = process.stdout.readline().split()
    assert name == "pid"
    told = [process.stdout.readline() for _ in range(lines)]
    os.kill(int(pid), signal.SIGKILL)
    while not (line := process.stdout.readline()).startswith("dead"):
        told.append(line)
    assert line.split()[1] == str(-signal.SIGKILL)
    return [words for line in told if len(words := line.split()) == 3]


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kill_9_loses_nothing_that_was_acknowledged(path: Path, kills: int) -> None:
    """Whenever the process dies, every answer that it gave is in the database, which is whole."""
    chance = random.Random(20261122)
    acknowledged: list[list[str]] = []
    with writers(path) as process:
        for kill in range(kills):
            acknowledged += kill_while_writing(process, kill * 100_000, chance.randint(1, 60))
    with open_store(path, mode="run", now=NOW) as store:
        rows = {row.id: row.post.dedupe_key for row in store.outbox.rows(limit=10**6)}
        for what, number, ours in acknowledged:
            if what == "post":
                assert rows[int(ours)] == f"example.com/p{number}"
            else:
                heard = store.mentions.by_remote("fedi", f"m{number}")
                assert heard is not None
                assert heard.id == int(ours)
        assert store.connection.raw.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert len(acknowledged) >= kills
