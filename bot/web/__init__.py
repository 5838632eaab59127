"""The local timeline and the owner's dashboard, over aiohttp.web.

May import: model, errors, ports.  `WebParts` says what the composition root hands in; nothing else is reached from here.
"""

from bot.web.app import Serving, make_app, serve
from bot.web.login import Login
from bot.web.parts import (
    SHOWN,
    About,
    AccountRow,
    Dashboard,
    FeedRow,
    Hubs,
    QueueRow,
    RuleRow,
    UnansweredRow,
    WebParts,
)
from bot.web.timeline import as_json

__all__ = [
    "SHOWN",
    "About",
    "AccountRow",
    "Dashboard",
    "FeedRow",
    "Hubs",
    "Login",
    "QueueRow",
    "RuleRow",
    "Serving",
    "UnansweredRow",
    "WebParts",
    "as_json",
    "make_app",
    "serve",
]
