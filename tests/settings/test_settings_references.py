"""Secrets by reference."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.model import Secret
from bot.settings.references import LARGEST, References, rehearsing


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """A secret file with a mode."""
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def missing(folder: Path, document: dict[str, object], env: dict[str, str] | None = None) -> list[str]:
    """What a document's references lack."""
    references = References(folder, env or {})
    references.resolved(document)
    return [sentence for _, sentence in references.missing]


def test_references_are_found_wherever_they_stand(tmp_path: Path) -> None:
    """In tables, inline tables and lists, a reference becomes its secret; all else stays."""
    secret_file(tmp_path, b"from a file\n")
    document = {
        "a": {"env": "A"},
        "b": [{"c": {"file": "secret"}}, {"env": "A", "x": 1}, 3],
        "d": {"env": 3},
        "env": {"e": "x"},
    }
    got = References(tmp_path, {"A": "from the environment"}).resolved(document)
    assert got == {
        "a": Secret("from the environment"),
        "b": [{"c": Secret("from a file")}, {"env": "A", "x": 1}, 3],
        "d": {"env": 3},
        "env": {"e": "x"},
    }


def test_a_secret_file_may_stand_anywhere(tmp_path: Path) -> None:
    """Relative files are those of the config folder; absolute ones and links are followed."""
    path = secret_file(tmp_path, b"s")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "link").symlink_to(path)
    for target in ("../secret", str(path), "link"):
        assert References(tmp_path / "config", {}).resolved({"k": {"file": target}}) == {"k": Secret("s")}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_can_read_is_no_secret(tmp_path: Path, mode: int) -> None:
    """Any right of group or others is a mistake that says how to mend it."""
    secret_file(tmp_path, b"s", mode)
    (said,) = missing(tmp_path, {"k": {"file": "secret"}})
    assert "run: chmod 600" in said


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"a\nb", b"a\x00b", b"a\x7fb", b"a\tb", b"\xff", b"x" * (LARGEST + 1)]
)
def test_a_file_that_can_be_no_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, binary, huge and many-lined files are named without their content."""
    secret_file(tmp_path, content)
    (said,) = missing(tmp_path, {"k": {"file": "secret"}})
    assert said.startswith("k: the secret file")
    assert "xxx" not in said


def test_the_largest_secret_is_read_whole(tmp_path: Path) -> None:
    """A key of 64 KiB is one; nobody else's rights stand in its way."""
    secret_file(tmp_path, b"x" * LARGEST, 0o400)
    assert References(tmp_path, {}).resolved({"k": {"file": "secret"}}) == {"k": Secret("x" * LARGEST)}


def test_folders_and_absent_files_are_no_secrets(tmp_path: Path) -> None:
    """What is no file is named."""
    assert "is not a file" in missing(tmp_path, {"k": {"file": "."}})[0]
    assert "is not there" in missing(tmp_path, {"k": {"file": "nope"}})[0]
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is not a file" in missing(tmp_path, {"k": {"file": "pipe"}})[0], "and a pipe is never opened"


@pytest.mark.parametrize("name", ["a\0b", "~nobody-has-this-name/token"])
def test_a_name_that_no_file_can_have_is_a_mistake(tmp_path: Path, name: str) -> None:
    """It is named like one that is not there, and nothing ever looks for it again."""
    references = References(tmp_path, {})
    references.resolved({"k": {"file": name}})
    ((_, said),) = references.missing
    assert said.startswith("k: the secret file")
    assert (said.endswith("is not there"), references.files) == (True, [])


def test_variables_must_be_set_and_hold_one_line(tmp_path: Path) -> None:
    """Unset, empty and many-lined variables are named; the line end of a shell is dropped."""
    env = {"EMPTY": " ", "TWO": "a\nb", "FINE": "x\n"}
    assert "is not set" in missing(tmp_path, {"k": {"env": "NONE"}}, env)[0]
    assert "is empty" in missing(tmp_path, {"k": {"env": "EMPTY"}}, env)[0]
    assert "several lines" in missing(tmp_path, {"k": {"env": "TWO"}}, env)[0]
    assert missing(tmp_path, {"k": {"env": "FINE"}}, env) == []


def test_only_rehearsing_accounts_are_spared(tmp_path: Path) -> None:
    """A missing secret is excused where dry_run is plainly true, and nowhere else."""
    accounts: list[object] = [{"dry_run": True}, {"dry_run": "true"}, {}, 3]
    assert list(rehearsing(accounts)) == [("accounts", 0)]
    assert list(rehearsing({"dry_run": True})) == []
    references = References(tmp_path, {}, frozenset({("accounts", 0)}))
    references.resolved({"accounts": [{"t": {"env": "A"}}, {"t": {"env": "B"}}]})
    assert [where for where, _ in references.excused] == [("accounts", 0, "t")]
    assert [where for where, _ in references.missing] == [("accounts", 1, "t")]
