"""Edits of the owner's files by commands: comments, order, line ends, file modes and owners stay as they were.

May import: core.addresses, model, errors, everything of this package, pydantic, tomlkit.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.core.addresses import host_of
from bot.errors import ConfigError, Problem, UsageError
from bot.model import Rule, Secret
from bot.settings import checks
from bot.settings.feeds_file import FeedTable
from bot.settings.layout import appended, without
from bot.settings.mistakes import keys_of, mistakes
from bot.settings.reading import shown_path
from bot.settings.rules_file import RuleTable
from bot.settings.starfish_file import AccountTable
from bot.settings.syntax import read
from bot.settings.words import MISSING, shown
from bot.settings.written import rule_keys, table_text

Change = Callable[[str, dict[str, Any]], str]  # the file's text and its data to the new text


def add_feed(folder: Path, url: str, tags: Sequence[str] = ()) -> None:
    """Add a feed at the end of feeds.toml.

    :raises UsageError: it stands there already, or is not a web address
    :raises ConfigError: the file can't be read as TOML
    """
    keys: dict[str, Any] = {"url": url, **({"tags": list(tags)} if tags else {})}
    _fit(FeedTable, keys)

    def change(text: str, data: dict[str, Any]) -> str:
        if _numbers(data, "feeds", "url", url):
            raise UsageError(f"{url} is among the feeds already.")
        return appended(text, data, "feeds", keys)

    _edit(folder / "feeds.toml", change)


def add_feeds(folder: Path, feeds: Iterable[tuple[str, Sequence[str]]]) -> tuple[int, list[str]]:
    """Add the feeds of a list, addresses and tags, that don't stand there yet, all in one go.

    Gives how many were added, and a sentence for each that can't be one.

    :raises ConfigError: the file can't be read as TOML
    """
    wanted: dict[str, dict[str, Any]] = {}
    refused: list[str] = []
    for url, tags in feeds:
        keys: dict[str, Any] = {"url": url, **({"tags": list(tags)} if tags else {})}
        try:
            _fit(FeedTable, keys)
        except UsageError as error:
            refused.append(f"{host}: {error}" if (host := host_of(url)) and host not in str(error) else str(error))
        else:
            wanted.setdefault(checks.same_address(url), keys)

    def change(text: str, data: dict[str, Any]) -> str:
        for _, row in checks.rows(data, "feeds"):
            if isinstance(url := row.get("url"), str):
                wanted.pop(checks.same_address(url), None)
        return appended(text, data, "feeds", *wanted.values()) if wanted else text

    _edit(folder / "feeds.toml", change)
    return len(wanted), refused


def remove_feed(folder: Path, url: str) -> bool:
    """Remove a feed from feeds.toml; False: it did not stand there.

    :raises ConfigError: the file can't be read as TOML
    """
    return _remove(folder / "feeds.toml", "feeds", "url", url)


def add_rule(folder: Path, rule: Rule) -> None:
    """Add a rule at the end of rules.toml.

    :raises UsageError: a rule of that id stands there already, or it can't be a rule
    :raises ConfigError: the file can't be read as TOML
    """
    keys = rule_keys(rule)
    _fit(RuleTable, keys)

    def change(text: str, data: dict[str, Any]) -> str:
        if _numbers(data, "rules", "id", rule.id):
            raise UsageError(f"There is a rule {shown(rule.id)} already.")
        return appended(text, data, "rules", keys)

    _edit(folder / "rules.toml", change)


def remove_rule(folder: Path, rule_id: str) -> bool:
    """Remove a rule from rules.toml; False: it did not stand there.

    :raises ConfigError: the file can't be read as TOML
    """
    return _remove(folder / "rules.toml", "rules", "id", rule_id)


def add_account(folder: Path, name: str, platform: str, keys: Mapping[str, Any]) -> None:
    """Add an account at the end of starfish.toml; secrets in `keys` stand as references, `{"env": "NAME"}`.

    :raises UsageError: an account of that name stands there already, a key can't be, or a secret stands in plain text
    :raises ConfigError: the file can't be read as TOML
    """
    whole = {"name": name, "platform": platform, **keys}
    if any(isinstance(value, Secret) for value in whole.values()):
        raise UsageError('Secrets are written by reference, { env = "NAME" }, never as they are.')
    _fit(AccountTable, {key: value for key, value in whole.items() if key in keys_of(AccountTable)})

    def change(text: str, data: dict[str, Any]) -> str:
        if _numbers(data, "accounts", "name", name):
            raise UsageError(f"There is an account {shown(name)} already.")
        return appended(text, data, "accounts", whole)

    _edit(folder / "starfish.toml", change)


def rules_toml(rules: Sequence[Rule]) -> str:
    """Rules as the text of a rules.toml, for export."""
    return "\n".join(table_text("rules", rule_keys(rule)) for rule in rules)


# --------------------------------------------------------------------------- how


def _fit(model: type[BaseModel], keys: dict[str, Any]) -> None:
    """Refuse what `load` would refuse."""
    try:
        model.model_validate(keys)
    except ValidationError as error:
        sentences = [mistake.sentence for mistake in mistakes(error, model)]
        raise UsageError(" ".join(one if one.endswith("?") else f"{one}." for one in sentences)) from None


def _numbers(data: dict[str, Any], table: str, key: str, value: str) -> list[int]:
    """The tables whose key has this value, in whatever spelling."""

    def same(text: object) -> str | None:
        if not isinstance(text, str):
            return None
        return checks.same_address(text) if key == "url" else text.casefold()

    return [i for i, row in checks.rows(data, table) if same(row.get(key)) == same(value)]


def _remove(path: Path, table: str, key: str, value: str) -> bool:
    removed = False

    def change(text: str, data: dict[str, Any]) -> str:
        nonlocal removed
        for number in reversed(_numbers(data, table, key, value)):
            text, removed = without(text, table, number), True
        return text

    _edit(path, change)
    return removed


def _edit(path: Path, change: Change) -> None:
    """Read, change and write one file, alone, and all at once or not at all."""
    real = path.resolve()  # a link to the file stays a link
    with _alone(real.parent):
        try:
            document = read(real)
        except FileNotFoundError:
            raise UsageError(f"{shown_path(path)} {MISSING}.") from None
        if document.mistakes:
            where = shown_path(path)
            raise ConfigError([Problem(f"{where}:{line}" if line else where, what) for line, what in document.mistakes])
        raw = real.read_bytes()
        new = change(document.text, document.data)
        tomllib.loads(new)  # never replace a good file by one that can't be read
        if new != document.text:
            mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
            ends = "\r\n" if b"\r\n" in raw else "\n"
            try:
                _replace(real, mark + new.replace("\n", ends).encode("utf-8"))
            except OSError as error:
                raise UsageError(f"{shown_path(path)} can't be written: {error.strerror or error}.") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep two commands from editing the same folder at once; where it can't be locked, go on without."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, with its mode and owner, then rename over it: a reader sees the old one or the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            before = path.stat()
            with suppress(PermissionError):  # only root can give files away, and only root needs to
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), before.st_mode & 0o7777)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
