"""The owner's files: read into validated settings, described for editors, and edited with their comments kept.

May import: model, errors, core, pydantic, tomlkit, cronsim.
"""

from bot.settings.about import About, read_about
from bot.settings.describe import schema
from bot.settings.edit import add_account, add_feed, add_feeds, add_rule, remove_feed, remove_rule, rules_toml
from bot.settings.fields import span
from bot.settings.reading import load
from bot.settings.starter import init
from bot.settings.values import (
    BotSettings,
    CondenseSettings,
    LlmSettings,
    NetSettings,
    Settings,
    WebSettings,
)
from bot.settings.words import no_account

__all__ = [
    "About",
    "BotSettings",
    "CondenseSettings",
    "LlmSettings",
    "NetSettings",
    "Settings",
    "WebSettings",
    "add_account",
    "add_feed",
    "add_feeds",
    "add_rule",
    "init",
    "load",
    "no_account",
    "read_about",
    "remove_feed",
    "remove_rule",
    "rules_toml",
    "schema",
    "span",
]
