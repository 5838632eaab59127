"""Who asks, as far as we know, and where a request finds the parts of the application.

May import: web's own `parts` and `login`.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.web.login import Session
from bot.web.parts import WebParts

PARTS = web.AppKey("parts", WebParts)
EXPOSED = web.AppKey("exposed", bool)  # bound to an address that other machines can reach
COOKIE = "starfish_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks."""

    session: Session | None  # the owner's, by cookie: nothing else gives the owner's rights
    admitted: bool  # the owner, or a program that knows the password
    local: bool  # asks by a name of this machine

    @property
    def owner(self) -> bool:
        """Whether they proved to be the owner."""
        return self.session is not None


_VISITOR = web.RequestKey("visitor", Visitor)


def introduce(request: web.Request, who: Visitor) -> None:
    """Remember who asks; for the doorkeeper."""
    request[_VISITOR] = who


def known(request: web.Request) -> bool:
    """Whether the doorkeeper let the request in so far."""
    return _VISITOR in request


def visitor(request: web.Request) -> Visitor:
    """Who asks; the doorkeeper found out."""
    return request[_VISITOR]
