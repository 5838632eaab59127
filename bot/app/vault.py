"""The secrets that platforms hand out at run time, beside the database.  May import: model, errors.

They live in `<database>.secrets`, mode 0600, replaced as a whole by a rename, so that a crash leaves the old or the
new file and never half of one.  They are never in the database, a backup or a log.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.errors import StoreError
from bot.model import Secret

OWN = ""
"""The name under which the bot keeps its own secrets, as no account can be called."""

SESSIONS = "session key"
PUSH = "websub key"
"""What the bot keeps there: what signs the page's logins, and what the secrets of subscriptions are made of."""

_MOVED = (("web", SESSIONS, SESSIONS), ("websub", "key", PUSH))
"""Where they once were: an account of that name was kept in the same place, and forgotten with them."""


class FileVault:
    """Implements `ports.Vault` on one file, `<database>.secrets`."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".secrets")

    def get(self, account: str, name: str) -> Secret | None:
        """The stored secret, or None."""
        value = self._read().get(account, {}).get(name)
        return Secret(value) if isinstance(value, str) else None

    def put(self, account: str, name: str, value: Secret) -> None:
        """Store it, durable on return."""
        with self._alone():
            content = self._read()
            content.setdefault(account, {})[name] = value.reveal()
            self._write(content)

    def forget(self, account: str) -> None:
        """Drop all that was stored for an account."""
        with self._alone():
            content = self._read()
            if content.pop(account, None) is not None:
                self._write(content)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other process change the file meanwhile: `accounts check` renews sessions beside a running bot."""
        name = self._path.with_name(self._path.name + ".lock")
        try:
            lock = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"{name} can't be written ({error.strerror}); make room or mend its folder.") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)  # held for as long as one small file takes to be written
            yield
        finally:
            os.close(lock)

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            mode = stat.S_IMODE(self._path.stat().st_mode)
            content = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{self._path} can't be read ({type(error).__name__}), so the accounts' sessions are unknown."
                " Delete it to log in anew, or restore it."
            ) from None
        if mode & 0o077:
            raise StoreError(f"{self._path} holds secrets and others can read it. Run: chmod 600 {self._path}")
        if not isinstance(content, dict) or not all(isinstance(part, dict) for part in content.values()):
            raise StoreError(f"{self._path} is not what the bot wrote. Delete it to log in anew, or restore it.")
        if OWN not in content:  # as older versions wrote it
            content[OWN] = {now: content[name].pop(key) for name, key, now in _MOVED if key in content.get(name, {})}
        return content

    def _write(self, content: dict[str, dict[str, str]]) -> None:
        spare = ""
        try:
            # 0600 from the first byte on, and of a name that nobody can have taken before.
            handle, spare = tempfile.mkstemp(prefix=f"{self._path.name}.", dir=self._path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            Path(spare).replace(self._path)
        except OSError as error:
            if spare:
                Path(spare).unlink(missing_ok=True)
            raise StoreError(
                f"{self._path} can't be written ({error.strerror}); make room or mend its folder."
            ) from None
