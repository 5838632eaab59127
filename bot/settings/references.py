"""Secrets by reference: `{ env = "NAME" }` and `{ file = "path" }` become `Secret` values.

May import: model, lines, words.  Reads the files that references name, nothing else.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.model import Secret
from bot.settings.lines import Where
from bot.settings.words import Unfit, shown

EVERYTHING: frozenset[Where] = frozenset({()})
"""What to spare where nothing needs its secrets: every place begins with this one."""

LARGEST = 64 * 1024  # bytes of a secret file


@dataclass(slots=True)
class References:
    """Resolves the references of one file; what is missing is collected, not raised."""

    folder: Path  # relative secret files live here
    env: Mapping[str, str]
    spared: frozenset[Where] = frozenset()  # what rehearses only: a secret missing there is a warning
    files: list[Path] = field(default_factory=list)  # that the references name
    missing: list[tuple[Where, str]] = field(default_factory=list)
    excused: list[tuple[Where, str]] = field(default_factory=list)

    def resolved(self, value: Any, where: Where = ()) -> Any:  # noqa: ANN401 -- whatever TOML holds
        """The same document with a `Secret` in place of each reference; of a missing one, an empty Secret."""
        if isinstance(value, list):
            return [self.resolved(item, (*where, i)) for i, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and where:
            (kind, target) = next(iter(value.items()))
            if kind in ("env", "file") and isinstance(target, str):
                return self._secret(kind, target, where)
        return {key: self.resolved(item, (*where, key)) for key, item in value.items()}

    def _secret(self, kind: str, target: str, where: Where) -> Secret:
        key = next((part for part in reversed(where) if isinstance(part, str)), "secret")
        try:
            return Secret(self._from_env(target) if kind == "env" else self._from_file(target))
        except Unfit as error:
            spared = any(where[: len(path)] == path for path in self.spared)
            (self.excused if spared else self.missing).append((where, f"{key}: {error}"))
            return Secret("")

    def _from_env(self, name: str) -> str:
        if name not in self.env:
            raise Unfit(f"the environment variable {shown(name)} is not set")
        return _content(self.env[name], f"the environment variable {shown(name)}")

    def _from_file(self, target: str) -> str:
        try:
            path = self.folder / Path(target).expanduser()
        except RuntimeError:  # the home of nobody
            raise Unfit(f"the secret file {shown(target)} is not there") from None
        if "\0" in target:  # no file has such a name
            raise Unfit(f"the secret file {shown(target)} is not there")
        self.files.append(path)
        what = f"the secret file {shown(str(path))}"
        try:
            state = path.stat()
            if not stat.S_ISREG(state.st_mode):
                raise Unfit(f"{what} is not a file")
            if state.st_mode & 0o077:
                raise Unfit(f"{what} can be read by others; run: chmod 600 {path}")
            if state.st_size > LARGEST:
                raise Unfit(f"{what} is too large for a secret")
            return _content(path.read_bytes().decode("utf-8"), what)
        except FileNotFoundError:
            raise Unfit(f"{what} is not there") from None
        except OSError as error:
            raise Unfit(f"{what} can't be read: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise Unfit(f"{what} is not text") from None


def _content(raw: str, what: str) -> str:
    """The secret without the line end that editors and `echo` leave."""
    text = raw.strip("\r\n \t")
    if not text:
        raise Unfit(f"{what} is empty")
    if any(ord(c) < 32 or ord(c) == 0x7F for c in text):
        raise Unfit(f"{what} holds control characters or several lines")
    return text


def rehearsing(accounts: object) -> Iterator[Where]:
    """Where the accounts with `dry_run = true` stand."""
    for i, account in enumerate(accounts if isinstance(accounts, list) else []):
        if isinstance(account, dict) and account.get("dry_run") is True:
            yield ("accounts", i)
