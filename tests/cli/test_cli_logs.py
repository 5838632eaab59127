"""How the log is written: a line a record, for people and for machines."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path

import pytest

from bot.cli.logs import JsonLines, PlainLines
from tests.cli.terminal import Terminal
from tests.servers.small_bot import write_config


def record(
    level: int, message: str = "feed %s is “gone”\nor not", *args: object, fails: bool = False
) -> logging.LogRecord:
    """A record as `log.warning(…, exc_info=…)` makes it."""
    info = None
    if fails:
        try:
            raise ValueError("the reason")
        except ValueError:
            info = sys.exc_info()
    return logging.LogRecord("starfish.run", level, __file__, 1, message, args or ("x",), info)


@pytest.mark.parametrize(
    ("level", "mark"), [(logging.INFO, ""), (logging.DEBUG, ""), (logging.WARNING, "! "), (logging.ERROR, "!! ")]
)
def test_a_person_sees_what_matters_marked(level: int, mark: str) -> None:
    """The time, a mark where something is wrong, the sentence."""
    line = rf"\d\d:\d\d:\d\d {mark}feed x is “gone” or not"
    assert re.fullmatch(line, PlainLines().format(record(level)))
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d {line}", PlainLines(dated=True).format(record(level)))


def test_nobody_writes_lines_of_the_log_but_us() -> None:
    """What a hub or a platform says stands in the line that quotes it, and gives the terminal no orders."""
    said = "denied: no\n12:00:00 !! your password was wrong\r\x1b[2J\x1b]8;;http://x.example\x07\x9b31m\u202egnp"
    line = PlainLines().format(record(logging.INFO, "its hub does not serve us (%s)", said))
    assert line.isprintable()
    assert "(denied: no 12:00:00 !! your password was wrong" in line


def test_a_machine_gets_one_object_a_line() -> None:
    """Line breaks are escaped, letters are not; the time is in UTC, to the millisecond."""
    line = JsonLines().format(record(logging.WARNING))
    assert "\n" not in line
    assert "“gone”" in line
    told = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told.pop("time"))
    assert told == {"level": "warning", "part": "starfish.run", "message": "feed x is “gone”\nor not"}


def test_tracebacks_are_for_who_debugs() -> None:
    """At --verbose the way to a failure is shown; a warning with one attached stays a sentence."""
    for formatter in (PlainLines(), JsonLines()):
        assert "ValueError" in formatter.format(record(logging.DEBUG, fails=True))
        assert "ValueError" not in formatter.format(record(logging.WARNING, fails=True))
    assert json.loads(JsonLines().format(record(logging.DEBUG, fails=True)))["traceback"].endswith(
        "ValueError: the reason"
    )


def test_what_is_read_tomorrow_has_its_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log in a file tells the day; a person at a terminal knows it, and systemd's journal adds it by itself."""
    terminal = Terminal(write_config(tmp_path / "config", feeds=["http://127.0.0.1:9/feed.xml"]))
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d http", terminal.ok("preview").err)
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    assert re.match(r"\d\d:\d\d:\d\d http", terminal.ok("preview").err)


def test_the_log_of_a_command_is_what_was_asked_for(tmp_path: Path) -> None:
    """One line a feed that fails: as JSON, as text, or not at all; the output itself is the same."""
    terminal = Terminal(write_config(tmp_path / "config", feeds=["http://127.0.0.1:9/feed.xml"]))
    told = json.loads(terminal.ok("preview", "--log-format", "json").err)
    assert (told["level"], told["part"]) == ("info", "starfish.share")
    assert "http://127.0.0.1:9/feed.xml" in told["message"]
    assert "http://127.0.0.1:9/feed.xml" in terminal.ok("preview").err
    assert terminal.ok("preview", "--quiet").err == ""
