"""The settings as the rest of the bot gets them: frozen values, complete, with every default filled in.

May import: model, errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from bot.errors import Problem
from bot.model import Account, Feed, Filters, Rule, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSettings:
    """Who the bot is."""

    name: str
    niche: str
    timezone: ZoneInfo
    database: Path  # resolved against the config folder
    interests: tuple[str, ...] = ()  # "-" before a word mutes it


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """The bot's own page."""

    host: str
    port: int  # 0: any free one
    password: Secret | None = None
    public_url: str | None = None  # without a slash at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class NetSettings:
    """How the bot behaves on other people's servers."""

    contact: str
    allow_private: tuple[IPv4Network | IPv6Network, ...] = ()
    spacing: timedelta | None = None  # None: one second, and none within `allow_private`


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmSettings:
    """The optional language model."""

    url: str
    model: str
    key: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CondenseSettings:
    """How articles become posts; `style` and `otherwise` stand in every account already."""

    llm: LlmSettings | None = None
    style: str = "takeaway"
    otherwise: Literal["next", "link"] = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the owner wrote, validated."""

    folder: Path
    bot: BotSettings
    web: WebSettings
    net: NetSettings
    condense: CondenseSettings
    filters: Filters = Filters()  # for all feeds
    accounts: tuple[Account, ...] = ()
    feeds: tuple[Feed, ...] = ()
    rules: tuple[Rule, ...] = ()
    quotes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    secret_files: tuple[Path, ...] = ()  # that references name: a change of one is a change of the settings
