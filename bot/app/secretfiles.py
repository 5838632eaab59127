"""Secrets in files of their own beside starfish.toml: the folder for its owner alone, each file too.

May import: model, errors.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.errors import UsageError
from bot.model import Secret

FOLDER = "secrets"


class SecretFiles:
    """The folder `secrets/`, and what was written to it just now."""

    def __init__(self, config: Path) -> None:
        self._folder = config / FOLDER
        self._before: dict[Path, bytes | None] = {}

    @property
    def written(self) -> list[Path]:
        """The files that were written."""
        return list(self._before)

    def put(self, name: str, value: Secret) -> dict[str, str]:
        """Write a secret, whole or not at all; gives its reference, as the block has it.

        :raises UsageError: it can't be kept in one line, or not written
        """
        text = value.reveal()
        if not text.strip() or not text.isprintable():
            raise UsageError(f"the secret {name} can't be kept: it is empty, or has control characters in it")
        path = self._folder / name.replace("/", "-")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._folder.chmod(0o700)
            before = path.read_bytes() if path.exists() else None
            _replace(path, f"{text}\n".encode())
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror or error}. Nothing was written.") from error
        self._before[path] = before
        return {"file": f"{FOLDER}/{path.name}"}

    def undo(self) -> None:
        """Leave things as they were."""
        for path, before in self._before.items():
            with suppress(OSError):
                if before is None:
                    path.unlink()
                else:
                    _replace(path, before)
        with suppress(OSError):
            self._folder.rmdir()  # only if nothing else is in it
        self._before.clear()


def _replace(path: Path, content: bytes) -> None:
    """Write beside it, then rename: whoever reads it sees the old one or the new one; never readable by others."""
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)  # 0600 from the first byte on
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
