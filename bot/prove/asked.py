"""What a server of the proof notes of each request, and the clock that it answers by.  May import: aiohttp, faults."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import web

from bot.prove.faults import utc


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any = None

    @classmethod
    def of(cls, request: web.Request, body: object) -> Self:
        """Note a request whose body was read already."""
        return cls(request.method, request.path, dict(request.query), dict(request.headers), body)


def dated(response: web.StreamResponse, seconds: float) -> None:
    """Let an answer that isn't under way yet tell the server's own time, in seconds since 1970."""
    if not response.prepared:
        response.headers["Date"] = format_datetime(utc(seconds).replace(microsecond=0), usegmt=True)
