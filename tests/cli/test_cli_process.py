"""The program as a process: its streams, its signals, its last word."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli import _expected, _surprised
from bot.errors import StoreBusy, StoreError
from tests.servers.small_bot import write_config

ROOT = Path(__file__).parents[2]


def process(
    arguments: Sequence[str], *, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m bot`, and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        check=False,
    )


def test_the_module_is_the_program(tmp_path: Path) -> None:
    """`python -m bot` does what `starfish` does; a mistake exits 2, with words on the error output only."""
    assert process(["--version"]).stdout.startswith(b"starfish, version ")
    said = process(["check", "--config", str(tmp_path / "nowhere")])
    assert (said.returncode, said.stdout) == (2, b"")
    assert b"Traceback" not in said.stderr


def test_a_terminal_without_our_letters_shows_what_it_can(tmp_path: Path) -> None:
    """An output that knows ASCII only gets question marks, and no failure."""
    folder = write_config(tmp_path / "config")
    said = process(
        ["ask", "grüße 🐙", "--config", str(folder)],
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"},
    )
    assert said.returncode == 0, said.stderr
    assert b"by the rule 'fallback'" in said.stdout


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    """`starfish schema | head -1` ends well and says nothing."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


def test_answers_stream(tmp_path: Path) -> None:
    """A line is answered before the next one is written: a program may talk with it."""
    folder = write_config(tmp_path / "config")
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--jsonl", "--config", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for text in ("hello", "", "latest on reverb"):
            running.stdin.write(json.dumps({"text": text}).encode() + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["text"] == text
        running.stdin.close()
    assert running.returncode == 0


def test_what_nobody_foresaw_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback, unless --verbose asked for one; a full disk is told as such; Ctrl-C is no mistake."""
    logging.getLogger("starfish").setLevel(logging.INFO)
    _surprised(ZeroDivisionError, ZeroDivisionError("of ours"), None)
    _surprised(OSError, OSError(28, "No space left on device", "/disk/x"), None)
    _surprised(KeyboardInterrupt, KeyboardInterrupt(), None)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("starfish: ZeroDivisionError: of ours. That is a mistake of ours;")
    assert lines[1:] == ["starfish: No space left on device: /disk/x", "stopped"]
    logging.getLogger("starfish").setLevel(logging.DEBUG)
    _surprised(ZeroDivisionError, ZeroDivisionError("of ours"), None)
    logging.getLogger("starfish").setLevel(logging.NOTSET)
    assert capsys.readouterr().err == "ZeroDivisionError: of ours\n"


def test_failures_of_tasks_side_by_side_are_explained_by_the_one_we_know() -> None:
    """Groups in groups are searched; where nobody expected any, nothing is found."""
    busy = StoreBusy("another process runs this bot")
    assert _expected(ExceptionGroup("", [ValueError(), ExceptionGroup("", [busy])])) is busy
    assert isinstance(_expected(ExceptionGroup("", [StoreError("x"), busy])), StoreError)
    assert _expected(ExceptionGroup("", [ValueError()])) is None


@pytest.mark.parametrize("command", ["ask", "condense"])
def test_an_interrupt_ends_a_stream_at_once(tmp_path: Path, command: str) -> None:
    """Ctrl-C while the next line is waited for: the answers so far are out, exit 1, and no traceback."""
    line = {"ask": '{"text": "hello"}', "condense": '{"url": "https://example.com/a", "text": "Words."}'}[command]
    more = ["--config", str(write_config(tmp_path / "config"))] if command == "ask" else []
    with subprocess.Popen(
        [sys.executable, "-m", "bot", command, "--jsonl", *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(f"{line}\n".encode())
        running.stdin.flush()
        assert json.loads(running.stdout.readline())
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 1
        assert running.stderr is not None
        assert b"Traceback" not in running.stderr.read()


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-"])
def test_a_stream_that_is_closed_is_no_failure(tmp_path: Path, closed: str) -> None:
    """Cron jobs and daemons may have none of the three; what the others get is the same."""
    folder = write_config(tmp_path / "config")
    program = f"exec '{sys.executable}' -m bot ask --jsonl --config '{folder}' {closed}"
    said = subprocess.run(["sh", "-c", program], capture_output=True, timeout=60, cwd=ROOT, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, b"", b"")


def test_a_bot_outlives_its_terminal(tmp_path: Path) -> None:
    """Who logs out leaves it running (SIGHUP only reads the files anew), and it ends well later, with nobody to tell."""
    folder = write_config(tmp_path / "config")
    ours, its = os.openpty()
    command = [sys.executable, "-m", "bot", "run", "--config", str(folder)]
    with subprocess.Popen(command, stdin=its, stdout=its, stderr=its, cwd=ROOT) as bot:
        os.close(its)
        said = b""
        while b"/login?token=" not in said:
            said += os.read(ours, 4096)
        os.close(ours)
        bot.send_signal(signal.SIGHUP)
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_bot_that_is_stopped_while_it_starts_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    """Nothing was begun that has to be drained: exit 0, and no traceback; SIGHUP ends nothing."""
    folder = write_config(tmp_path / "config")
    (tmp_path / "tomllib.py").write_text("import sys\nprint('begun', flush=True)\nsys.stdin.read()\n", "utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--config", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"begun\n"  # it waits where it would read its files
        run.send_signal(signal.SIGHUP)
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (0, b"")
    assert b"Traceback" not in err


def test_an_interrupt_during_the_first_import_is_no_traceback(tmp_path: Path) -> None:
    """Whoever changes their mind at once sees one word."""
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n", "utf-8")
    said = process(["--help"], env={"PYTHONPATH": str(tmp_path)})
    assert (said.returncode, said.stdout, said.stderr) == (1, b"", b"stopped\n")
