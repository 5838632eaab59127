"""What a platform's answer means for a delivery.  Pure.  May import: errors, ports, this package.

Adapters call `outcome(reply)` after they looked for what only their platform says (a duplicate, a length limit).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.net.answers import phrase
from bot.net.patience import clamped, http_date, retry_after, until
from bot.net.replies import object_of
from bot.ports import Reply

RESETS = (
    ("x-ratelimit-reset-after", "x-ratelimit-remaining"),  # Discord
    ("x-ratelimit-reset", "x-ratelimit-remaining"),  # Mastodon (ISO), GitHub and others (Unix)
    ("ratelimit-reset", "ratelimit-remaining"),  # Bluesky
    ("x-rate-limit-reset", "x-rate-limit-remaining"),  # X, 15-minute windows
    ("x-user-limit-24hour-reset", "x-user-limit-24hour-remaining"),  # X, the day's posts
    ("x-app-limit-24hour-reset", "x-app-limit-24hour-remaining"),
)
"""Headers that say when a limit ends (a Unix time, a span or an ISO time), and how much of it is left."""

LARGEST_ERROR = 64_000
"""Bytes of an error's body that is looked at."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_DRAFT = re.compile(r"(?:^|[\s;,])(?:t|reset)=(\d{1,9})(?=$|[\s;,])", re.ASCII)
"""The span in the RateLimit header of the IETF drafts, `"default";r=0;t=30` and `limit=10, remaining=0, reset=30`."""


def outcome(reply: Reply) -> None:
    """Pass where a platform accepted; else raise by what can be done about it.

    :raises RetryLater: 429, and 503 that says when to come back: certainly not accepted
    :raises Unsure: other 5xx, 408, and what is no final answer at all
    :raises NeedsLogin: 401, 403
    :raises Rejected: other 4xx, and redirects, which would turn a post into something else
    """
    status = reply.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    said = f"{phrase(status)}{_detail(reply)}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RetryLater(f"too many requests ({said})", wait_of(reply))
    if status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in reply.headers:
        raise RetryLater(f"the server is busy ({said})", wait_of(reply))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        raise Unsure(f"the server failed ({said})")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NeedsLogin(f"the server refused our token ({said})")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise Rejected(f"the server sends us elsewhere ({said}); is the account's address right?")
    if status < HTTPStatus.OK:
        raise Unsure(f"the server gave no final answer ({said})")
    raise Rejected(f"the server refused the post ({said})")


def wait_of(reply: Reply) -> timedelta | None:
    """How long a platform asks us to wait, at most 24 h; None where it says nothing that can be read.

    Retry-After counts first, then the JSON body, then the limits that are used up, the longest of them.  Times are
    compared with the answer's own Date, so that a wrong clock on our side doesn't matter.
    """
    now = http_date(reply.headers.get("date", ""))
    wait = retry_after(reply.headers.get("retry-after"), now)
    if wait is None:
        wait = _in_body(reply)
    if wait is None:
        wait = max(_limits(reply, now), default=None)
    return wait


def _limits(reply: Reply, now: datetime | None) -> list[timedelta]:
    """The spans until the limits end that are used up, or that don't say how much is left."""
    waits = [
        until(reply.headers.get(reset), now)
        for reset, remaining in RESETS
        if reply.headers.get(remaining, "0").strip() in {"0", "0.0", ""}
    ]
    if found := _DRAFT.search(reply.headers.get("ratelimit", "")):
        waits.append(until(found[1], now))
    return [wait for wait in waits if wait is not None]


def _in_body(reply: Reply) -> timedelta | None:
    """Read `retry_after_ms` (Matrix) or `retry_after` (Discord; Telegram under `parameters`) of a JSON body."""
    said = refusal(reply)
    inner = said.get("parameters")
    for place in (said, inner if isinstance(inner, dict) else {}):
        for name, scale in (("retry_after_ms", 1000), ("retry_after", 1)):
            value = place.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e12:
                return clamped(timedelta(seconds=min(value / scale, 1e6)))
    return None


def _detail(reply: Reply) -> str:
    """What the server says itself, as one short line; nothing where that is its status once more."""
    said = refusal(reply)
    for name in ("error_description", "description", "message", "detail", "error"):
        text = said.get(name)
        text = text.get("message") if isinstance(text, dict) else text
        if isinstance(text, str) and (line := " ".join(_CONTROL.sub(" ", text[:2000]).split())):
            words = line.removeprefix(str(reply.status)).lstrip(": ")
            return "" if phrase(reply.status) == f"{reply.status} {words}" else f": {line[:200]}"
    return ""


def refusal(reply: Reply) -> dict[str, Any]:
    """What an answer says besides its status, if that is a small JSON object; else an empty one."""
    return object_of(reply.body) if len(reply.body) <= LARGEST_ERROR else {}
