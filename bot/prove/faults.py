"""What goes wrong with posting, by name: scripted by a test, or drawn from a seed.  May import: aiohttp.

A name says first what became of the post, then what the client is told: "kept, 500" is there and was answered with a
failure, "lost, cut" is not there and was answered with nothing.  A refusal ("429 seconds", "401") never keeps anything.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

LATE = 0.3
"""Seconds, the longest that keeping, answering and showing may take: a bot must settle longer than all of them."""

WAIT = 1
"""Seconds that a server asks a client to wait."""

ANSWERS = ("500", "504", "cut", "cut midway", "HTML", "half JSON", "no id", "list", "late")
"""What a client may be told of a post that nobody can tell apart from kept or lost."""

REFUSALS = ("429 seconds", "429 date", "429 iso", "429 unix", "429 body", "429 bare", "503 busy")
"""Not now: in every dialect of saying when."""

LOCKED = ("401", "403")

DRAWN = (*(f"kept, {answer}" for answer in ANSWERS), "kept late", "lost, 500", "lost, cut", "429 seconds", "503 busy")
"""What happens by chance: everything that a bot must get over by itself, within a proof's patience."""

Answer = Callable[[datetime], web.Response]


@dataclass(slots=True)
class Troubles:
    """Which fault the next post meets."""

    dice: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 -- a seed is wanted
    share: float = 0.0  # of the posts that go wrong by chance
    scripted: list[str] = field(default_factory=list)  # these come first

    def next(self) -> str:
        """Draw one; an empty name is none."""
        if self.scripted:
            return self.scripted.pop(0)
        return self.dice.choice(DRAWN) if self.share and self.dice.random() < self.share else ""

    def script(self, faults: Iterable[str]) -> None:
        """Let these happen next, one a post.

        :raises ValueError: if there is no such fault
        """
        faults = list(faults)
        known = {*REFUSALS, *LOCKED, *DRAWN, *(f"lost, {answer}" for answer in ANSWERS), "422", ""}
        if wrong := [name for name in faults if name not in known]:
            raise ValueError(f"no fault is called {wrong[0]!r}")
        self.scripted += faults

    def moment(self) -> float:
        """Draw a short while, in seconds."""
        return self.dice.uniform(0, LATE)


def keeps(fault: str) -> bool:
    """Whether a post that meets this fault is there afterwards."""
    return not fault or fault.startswith("kept")


def refusal(fault: str, now: datetime) -> web.Response | None:
    """The answer of a server that certainly did nothing; None for other faults."""
    status, _, dialect = fault.partition(" ")
    if not status.isdigit():
        return None
    then = now + timedelta(seconds=WAIT)
    body: dict[str, object] = {"error": "slow down" if status == "429" else "no"}
    headers = {
        "seconds": {"Retry-After": str(WAIT)},
        "busy": {"Retry-After": str(WAIT)},
        "date": {"Retry-After": format_datetime(then.replace(microsecond=0) + timedelta(seconds=1), usegmt=True)},
        "iso": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": then.isoformat().replace("+00:00", "Z")},
        "unix": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(then.timestamp()) + 1)},
    }.get(dialect, {})
    if dialect == "body":
        body["retry_after"] = WAIT
    date = format_datetime(now.replace(microsecond=0), usegmt=True)  # by which the client reads the others
    return web.json_response(body, status=int(status), headers={"Date": date, **headers})


async def misleading(fault: str, request: web.Request) -> web.StreamResponse | None:
    """The answer that doesn't say what happened; None where the fault leaves the answer as it is."""
    match fault.partition(", ")[2]:
        case "500" | "504" as status:
            return web.json_response({"error": "it broke"}, status=int(status))
        case "cut":
            _hang_up(request)
            return web.Response()
        case "cut midway":
            response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"id": "')
            _hang_up(request)
            return response
        case "HTML":
            return web.Response(text="<html><body>Welcome!</body></html>", content_type="text/html")
        case "half JSON":
            return web.Response(text='{"id": "', content_type="application/json")
        case "no id":
            return web.json_response({})
        case "list":
            return web.json_response([])
    return None


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def utc(seconds: float) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)
