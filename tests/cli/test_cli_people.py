"""`starfish forget`: what it says, to people and to programs, and that it is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.installed import utc_now
from bot.model import Match, Mention, Post
from bot.store import Store, open_store
from tests.cli.terminal import Terminal
from tests.servers.small_bot import write_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config without feeds."""
    return write_config(tmp_path / "config")


def speak(store: Store, author: str, name: str = "", *, text: str = "I am needle") -> int:
    """Somebody speaks on the local timeline, and is answered."""
    said = Mention(account="timeline", remote_id=f"{author}{text}", author=author, name=name, text=text, at=utc_now())
    number, _, _ = store.mentions.heard(said, None, now=utc_now(), on_timeline=True)
    told = Post(account="timeline", text=f"Hi, {name}", dedupe_key=f"reply:{number}", reply_to_author=author)
    store.mentions.answered(number, told, Match(rule="r", stage="phrase"), now=utc_now())
    store.outbox.publish_in_store("timeline", now=utc_now())
    return number


@pytest.fixture
def database(folder: Path) -> Path:
    """Where two have spoken to the bot."""
    path = folder / "starfish.db"
    with open_store(path, mode="run", now=utc_now()) as store:
        speak(store, "@ann", "Ann")
        speak(store, "@bob", "Bob")
    return path


def test_a_person_is_forgotten_and_another_is_not(terminal: Terminal, database: Path) -> None:
    """It says what went and what is out of reach; no byte is left, and the timeline shows the other one alone."""
    said = terminal.ok("forget", "Ann")
    assert said.out.splitlines() == [
        "@ann: forgotten, with 1 mention, 1 answer and 0 promises.",
        "Out of reach: what stands on the platforms, in logs, and in backups made before now.",
    ]
    assert [item["from"] for item in terminal.ok("timeline", "--json").json()["items"]] == ["@bob", "starfish"]
    for file in database.parent.glob("starfish.db*"):
        assert b"@ann" not in file.read_bytes(), file
    assert "somebody who is forgotten said “”" in terminal.ok("why", 1).out
    assert terminal.ok("forget", "@ann").out == "@ann: nothing is known of them.\n"


def test_what_stays_is_said(terminal: Terminal, database: Path) -> None:
    """Their stop, the owner's block, the rules of their words, and copies that lie beside the database."""
    with open_store(database, mode="write", now=utc_now()) as store:
        store.mentions.opt_out("@ann", "timeline", now=utc_now())
        speak(store, "@ann", text="what is a needle")
    terminal.ok("block", "@ann")
    for name in (
        "starfish.db.before-v4",
        "starfish.db.replaced-20261122T090000",
        "starfish.db.replaced-20261122T090000-wal",
    ):
        (database.parent / name).write_bytes(b"")
    out = terminal.ok("forget", "@ann").out
    assert "with 2 mentions, 2 answers and 0 promises" in out
    assert "They said stop: that stays" in out
    assert "They are blocked, and stay so; to end it: starfish block @ann --undo" in out
    assert "what you don't need: starfish.db.before-v4, starfish.db.replaced-20261122T090000\n" in out
    # What is left of them is that wish alone, and to forget them once more changes nothing.
    assert "with 0 mentions, 0 answers and 0 promises" in terminal.ok("forget", "@ann").out


def test_rules_of_their_words_are_named(terminal: Terminal, database: Path) -> None:
    """They answer everybody; the owner decides about each."""
    with open_store(database, mode="write", now=utc_now()) as store:
        number = speak(store, "@ann", text="what is a needle")
    terminal.ok("rules", "teach", number, "--reply", "It is thin.")
    taught = "taught-what-is-a-needle"
    assert f"stays: {taught}. If it tells who they are: starfish rules remove NAME" in terminal.ok("forget", "@ann").out
    terminal.ok("rules", "remove", taught)


def test_a_name_is_no_id(terminal: Terminal, database: Path) -> None:
    """People who call themselves so are named, to choose from; nobody is forgotten by accident."""
    with open_store(database, mode="write", now=utc_now()) as store:
        speak(store, "4711", "Carol")
    assert terminal.ok("forget", "carol").out == (
        "carol: nothing is known of them. By that name there is: 4711. Say which.\n"
    )
    assert "1 mention" in terminal.ok("forget", "4711").out


def test_programs_are_told_the_same(terminal: Terminal, database: Path) -> None:
    """One object, with the same keys for somebody nobody knows."""
    told = terminal.ok("forget", "@ann", "--account", "timeline", "--json").json()
    assert told == {
        "ids": ["@ann"],
        "mentions": 1,
        "answers": 1,
        "promises": 0,
        "rules": [],
        "stopped": False,
        "blocked": False,
        "traces": False,
        "copies": [],
    }
    nobody = terminal.ok("forget", "@ann", "--json").json()
    assert nobody == {**told, "ids": [], "mentions": 0, "answers": 0}


def test_mistakes_are_told(terminal: Terminal, database: Path) -> None:
    """An account that there isn't, and nobody named at all."""
    assert database.exists()
    assert "no account" in terminal("forget", "@ann", "--account", "elsewhere").err
    assert terminal("forget", "@ann", "--account", "elsewhere").code == 2
    assert terminal("forget", " @ ").code == 2


def test_beside_a_running_bot_it_is_done_at_once(terminal: Terminal, database: Path) -> None:
    """The last traces go at its next start, and that is said."""
    with open_store(database, mode="run", now=utc_now()) as store:
        out = terminal.ok("forget", "@ann").out
        assert "A bot is running: unused parts of the database may hold traces until it starts anew." in out
        assert [item.author for item in store.timeline.items(0, 9)] == ["@bob", "timeline"]
    open_store(database, mode="run", now=utc_now()).close()
    assert b"@ann" not in database.read_bytes()
