"""The server's clock and ours: how far apart they are, as an answer tells.  Pure.  May import: ports, this package."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.net.patience import http_date
from bot.ports import Reply

SKEW = timedelta(seconds=60)
"""A clock further off than this makes fresh mentions look old or yet to come, and waits of the wrong length."""


def ahead(reply: Reply, now: datetime) -> timedelta:
    """How far the server's clock is ahead of ours; nothing where it doesn't say."""
    return (http_date(reply.headers.get("date", "")) or now) - now


def agreement(difference: timedelta) -> tuple[bool, str]:
    """What is to be said of that, as a finding of `ports.Doctor`."""
    seconds = round(difference.total_seconds())
    if abs(seconds) <= SKEW.total_seconds():
        return True, "both clocks agree"
    way = "ahead of" if seconds > 0 else "behind"
    return False, (
        f"the server's clock is {abs(seconds)} s {way} this machine's: let that one be set over the network (NTP)"
    )
