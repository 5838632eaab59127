"""Who the bot is, read without the rest: for commands that help to write the rest.

May import: model, errors, everything of this package but the editing half, pydantic.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.errors import ConfigError, Problem, UsageError
from bot.settings import checks, convert
from bot.settings.mistakes import mistakes
from bot.settings.reading import shown_path
from bot.settings.starfish_file import StarfishFile
from bot.settings.syntax import read
from bot.settings.values import BotSettings, NetSettings
from bot.settings.words import MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The bot, its manners, and the names of its accounts."""

    bot: BotSettings
    net: NetSettings
    accounts: tuple[str, ...]


def read_about(folder: Path) -> About:
    """Read `[bot]`, `[net]` and the accounts' names; whatever else is wrong or missing hinders nobody.

    :raises UsageError: there is no starfish.toml
    :raises ConfigError: it is no TOML, or one of the two tables is wrong
    """
    path = folder / "starfish.toml"
    try:
        document = read(path)
    except FileNotFoundError:
        raise UsageError(f"{shown_path(path)} {MISSING}.") from None
    if document.mistakes:
        raise ConfigError([_problem(path, line, sentence) for line, sentence in document.mistakes])
    try:
        file = StarfishFile.model_validate({key: document.data[key] for key in ("bot", "net") if key in document.data})
    except ValidationError as error:
        found = mistakes(error, StarfishFile)
        raise ConfigError([_problem(path, document.line(one.where), one.sentence) for one in found]) from None
    names = [row.get("name") for _, row in checks.rows(document.data, "accounts")]
    return About(
        bot=convert.bot_of(file, folder),
        net=convert.net_of(file),
        accounts=tuple(name for name in names if isinstance(name, str)),
    )


def _problem(path: Path, line: int | None, sentence: str) -> Problem:
    where = shown_path(path)
    return Problem(f"{where}:{line}" if line else where, sentence)
