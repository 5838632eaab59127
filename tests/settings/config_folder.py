"""A config folder for tests: small and whole, with any file replaced by another text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.errors import ConfigError
from bot.model import Rule, Secret
from bot.settings import Settings, load
from bot.settings.words import Unfit

CONTACT = 'contact = "https://bot.example.org/"\n'
WHOLE = {
    "starfish.toml": f'[net]\n{CONTACT}[[accounts]]\nname = "timeline"\nplatform = "local"\n',
    "feeds.toml": '[[feeds]]\nurl = "https://example.org/feed"\n',
    "rules.toml": '[[rules]]\nid = "hello"\nwhen = "hello"\nreply = "Hello {name}"\n',
    "quotes.txt": "Listen first.\n",
}


class LocalOptions(BaseModel):
    """A platform without keys of its own."""

    model_config = ConfigDict(extra="forbid")


class FediOptions(BaseModel):
    """A platform with a secret and a key that must be there."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    server: str
    token: Secret
    retries: int = 3


PLATFORMS: Mapping[str, type[BaseModel]] = {"local": LocalOptions, "fedi": FediOptions}


def write(folder: Path, **texts: str) -> Path:
    """Write the whole config, with some files replaced (`feeds="…"`)."""
    folder.mkdir(exist_ok=True)
    for name, text in WHOLE.items():
        (folder / name).write_text(texts.get(name.split(".", maxsplit=1)[0], text), encoding="utf-8")
    return folder


def loaded(
    folder: Path, env: Mapping[str, str] | None = None, check_rule: Callable[[Rule], list[str]] | None = None
) -> Settings:
    """The settings in a folder, with the two platforms of this module."""
    return load(folder, PLATFORMS, env=env or {}, check_rule=check_rule)


def complaints(
    folder: Path, env: Mapping[str, str] | None = None, check_rule: Callable[[Rule], list[str]] | None = None
) -> list[str]:
    """What `load` finds wrong, with places relative to the folder; empty: nothing."""
    try:
        loaded(folder, env, check_rule)
    except ConfigError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


def warned(folder: Path, env: Mapping[str, str] | None = None) -> list[str]:
    """What `load` warns of, with places relative to the folder."""
    return [str(problem).removeprefix(f"{folder}/") for problem in loaded(folder, env).warnings]


def refusal(reader: Callable[[object], object], value: object) -> str | None:
    """Why a reader refuses a value; None: it takes it."""
    try:
        reader(value)
    except Unfit as wrong:
        return str(wrong)
    return None
