"""The owner's files: read into validated settings, described for editors, and edited with their comments kept.

May import: model, errors, core, pydantic, tomlkit, cronsim.
"""

from bot.settings.reading import load
from bot.settings.values import (
    BotSettings,
    CondenseSettings,
    LlmSettings,
    NetSettings,
    Settings,
    WebSettings,
)

__all__ = [
    "BotSettings",
    "CondenseSettings",
    "LlmSettings",
    "NetSettings",
    "Settings",
    "WebSettings",
    "load",
]
