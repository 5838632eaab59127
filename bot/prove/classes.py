"""The classes of platforms, and how the proof sets one of each up.  May import: aiohttp, the servers of the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from bot.prove.bluesky_server import bluesky
from bot.prove.counting import Counting
from bot.prove.discord_server import PROOF_KEYS as DISCORD_KEYS
from bot.prove.discord_server import discord
from bot.prove.faults import Troubles
from bot.prove.matrix_server import PROOF_KEYS as MATRIX_KEYS
from bot.prove.matrix_server import matrix
from bot.prove.servers import gotosocial, mastodon, webhook
from bot.prove.telegram_server import PROOF_KEYS, telegram
from bot.prove.x_server import PROOF_KEYS as X_KEYS
from bot.prove.x_server import x


class Server(Protocol):
    """A platform's server, as the proof sees it."""

    url: str
    arrived: Callable[[], object] | None  # told of each request to post, before anything is done about it
    requests: int
    troubles: Troubles

    def app(self) -> web.Application:
        """Its interface, to be served."""
        ...

    def there(self) -> list[str]:
        """What it kept, by what it is known by: a link, or `answer_to` a mention."""
        ...

    def say(self, author: str, text: str) -> object:
        """Let somebody mention the bot."""
        ...

    def owed(self) -> list[str]:
        """The answers to all who spoke."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of platforms: what can be promised on it, and how one of it is set up."""

    name: str  # of the account, too
    promise: str
    platform: str
    server: Callable[[Troubles], Server] | None = None  # None: in the store
    keys: str = 'server = "{url}"'  # of the account, in TOML


def _imagined(*, keyed: bool) -> Callable[[Troubles], Server]:
    def server(troubles: Troubles) -> Server:
        return Counting(troubles=troubles, keyed=keyed, lag=troubles.moment if troubles.share else float)

    return server


_MASTODON = 'server = "{url}"\ntoken = { env = "STARFISH_PROOF_TOKEN" }\npoll = "1s"'

CLASSES = (
    Class(name="local", promise="same transaction", platform="local"),
    Class(name="keyed", promise="a key for ever", platform="keyed", server=_imagined(keyed=True)),
    Class(
        name="mastodon",
        promise="a key for an hour, and read-back",
        platform="mastodon",
        server=mastodon,
        keys=_MASTODON,
    ),
    Class(name="gotosocial", promise="read-back only", platform="mastodon", server=gotosocial, keys=_MASTODON),
    Class(
        name="webhook",
        promise="neither: held for the owner",
        platform="webhook",
        server=webhook,
        keys='url = "{url}/hook"',
    ),
)
"""One of each; `prove` takes them all."""

FURTHER = (
    Class(
        name="bluesky",
        promise="a key for ever, and read-back",
        platform="bluesky",
        server=bluesky,
        keys='server = "{url}"\nhandle = "bot.test"\npassword = { env = "STARFISH_PROOF_TOKEN" }\npoll = "1s"',
    ),
    Class(
        name="discord",
        promise="a key for minutes, and read-back",
        platform="discord",
        server=discord,
        keys=DISCORD_KEYS,
    ),
    Class(name="readable", promise="read-back only", platform="readable", server=_imagined(keyed=False)),
    Class(name="blind", promise="neither: held for the owner", platform="blind", server=_imagined(keyed=False)),
    Class(
        name="telegram", promise="neither: held for the owner", platform="telegram", server=telegram, keys=PROOF_KEYS
    ),
    Class(name="x", promise="read-back, and no words twice", platform="x", server=x, keys=X_KEYS),
    Class(name="matrix", promise="a key for a day, and read-back", platform="matrix", server=matrix, keys=MATRIX_KEYS),
)
"""More of the same classes, for those who ask: platforms as simple as can be, and one of which people can speak to."""

HELD = frozenset({"webhook", "blind", "telegram"})
"""Where nobody can find out."""
