"""What the answers to foreign requests mean.  May import: errors, ports, this package."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from yarl import URL

from bot.errors import FeedGone, FeedRefused, FeedUnreachable
from bot.net.addresses import checked, shown
from bot.net.patience import retry_after
from bot.ports import Reply

Purpose = Literal["feed", "page", "discovery"]

AFTER_FORBIDDEN = timedelta(hours=4)
"""How long to wait after a 403: somebody decided it, so asking again soon is rude (Unread Cloud does the same)."""

PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
REDIRECTS = PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}

_NOUNS: dict[Purpose, str] = {"feed": "feed", "page": "page", "discovery": "address"}


def has_use(status: int) -> bool:
    """Whether a body is worth reading: only of what succeeded."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def asks_for_rest(reply: Reply) -> bool:
    """Whether a host wants to be left alone: 429 always, 503 where it says for how long."""
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return bool(reply.headers.get("retry-after"))
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS


def judge(url: URL, reply: Reply, purpose: Purpose, now: datetime) -> None:
    """Pass what is an answer; name what is none.

    :raises FeedGone: for a 410
    :raises FeedUnreachable: for everything but 2xx and 304
    """
    if has_use(reply.status) or reply.status == HTTPStatus.NOT_MODIFIED:
        return
    said = f"{shown(str(url))} answered {phrase(reply.status)}"
    if reply.status == HTTPStatus.GONE:
        raise FeedGone(f"{said}: the {_NOUNS[purpose]} is gone for good")
    wait = retry_after(reply.headers.get("retry-after"), now)
    if reply.status == HTTPStatus.FORBIDDEN:
        wait = wait or AFTER_FORBIDDEN
    if reply.status == HTTPStatus.UNAUTHORIZED:
        said += ": it wants a login (`auth` or `cookie`)"
    raise FeedUnreachable(said, wait)


def target(here: URL, reply: Reply) -> URL:
    """Read where a redirect leads.

    :raises FeedUnreachable: if it doesn't say
    :raises FeedRefused: if we don't go there
    """
    location = reply.headers.get("location", "").strip()
    if not location:
        raise FeedUnreachable(f"{shown(str(here))} redirects without saying where to")
    try:
        there = here.join(URL(location))
    except ValueError:
        raise FeedRefused(f"{shown(str(here))} redirects to something that is no address") from None
    return checked(str(there))


def moves(here: URL, reply: Reply, there: URL) -> bool:
    """Whether a redirect is a permanent move; one from https to http is followed, but never believed."""
    return reply.status in PERMANENT and not (here.scheme == "https" and there.scheme == "http")


def phrase(status: int) -> str:
    """A status with its name: "404 Not Found"."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def span(wait: timedelta) -> str:
    """A wait in words: "15 min", "4 h"."""
    minutes = max(1, round(wait.total_seconds() / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
