from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app.vault import OWN, PUSH, SESSIONS, FileVault
from bot.errors import StoreError
from bot.model import Secret

ROOT = Path(__file__).parents[2]


def test_what_was_put_is_there_for_the_next_start(tmp_path: Path) -> None:
    """A session outlives the program, per account and name."""
    FileVault(tmp_path / "bot.db").put("sky", "session", Secret("s3cret"))
    FileVault(tmp_path / "bot.db").put("room", "session", Secret("other"))
    vault = FileVault(tmp_path / "bot.db")
    assert vault.get("sky", "session") == Secret("s3cret")
    assert vault.get("sky", "device") is None
    vault.forget("sky")
    assert vault.get("sky", "session") is None
    assert vault.get("room", "session") == Secret("other")


def test_no_account_shares_a_place_with_the_bots_own_keys(tmp_path: Path) -> None:
    """Those of older files are found where they were kept, and stay when an account of that name is forgotten."""
    path = tmp_path / "bot.db.secrets"
    path.write_text('{"web": {"session key": "one", "session": "hers"}, "websub": {"key": "two"}}')
    path.chmod(0o600)
    vault = FileVault(tmp_path / "bot.db")
    assert vault.get(OWN, SESSIONS) == Secret("one")
    assert vault.get("web", "session") == Secret("hers")
    for name in ("web", "websub"):
        vault.forget(name)
    assert vault.get("web", "session") is None
    vault.put("websub", "key", Secret("his"))
    assert vault.get("websub", "key") == Secret("his")
    assert (vault.get(OWN, SESSIONS), vault.get(OWN, PUSH)) == (Secret("one"), Secret("two"))


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """Mode 0600 from the first byte; a file that others may read is refused, with the remedy."""
    vault = FileVault(tmp_path / "bot.db")
    vault.put("sky", "session", Secret("s3cret"))
    path = tmp_path / "bot.db.secrets"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        vault.get("sky", "session")


def test_nothing_that_lies_in_the_way_gets_the_secrets(tmp_path: Path) -> None:
    """Neither a link under the name of the file's next version nor one that others may read: the name is new each time."""
    in_the_way = tmp_path / f"bot.db.secrets.{os.getpid()}"
    in_the_way.symlink_to(tmp_path / "elsewhere")
    vault = FileVault(tmp_path / "bot.db")
    vault.put("sky", "session", Secret("s3cret"))
    assert vault.get("sky", "session") == Secret("s3cret")
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "bot.db.secrets").is_symlink()


@pytest.mark.parametrize("content", ["{", "[1]", '{"sky": 3}'])
def test_a_damaged_file_is_refused_not_overwritten(tmp_path: Path, content: str) -> None:
    """Nothing is lost silently: the owner decides."""
    path = tmp_path / "bot.db.secrets"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(StoreError, match="log in anew"):
        FileVault(tmp_path / "bot.db").put("sky", "session", Secret("x"))
    assert path.read_text() == content


def test_no_secret_shows_in_messages(tmp_path: Path) -> None:
    """A folder that can't be written is named, the secret isn't."""
    with pytest.raises(StoreError) as caught:
        FileVault(tmp_path / "absent" / "bot.db").put("sky", "session", Secret("s3cret"))
    assert "s3cret" not in str(caught.value)


def test_two_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each process keeps what the other has just stored: a renewed login above all."""
    code = (
        "import sys; from pathlib import Path; from bot.app.vault import FileVault; from bot.model import Secret\n"
        "for at in range(50): FileVault(Path(sys.argv[1])).put(sys.argv[2], str(at), Secret(str(at)))"
    )
    database = tmp_path / "bot.db"
    writers = [subprocess.Popen([sys.executable, "-c", code, str(database), name], cwd=ROOT) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    vault = FileVault(database)
    assert all(vault.get(name, str(at)) == Secret(str(at)) for name in ("a", "b") for at in range(50))
