"""Manners towards hosts: at most two requests at once, spaced, and silence where a host asked for it.

May import: errors, this package.  A host is named as `addresses.host_of` does.  Spans are measured on a clock that never jumps;
holds are moments, because they outlive the process.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import FeedUnreachable
from bot.net.patience import LONGEST, clamped

AT_ONCE = 2
"""Requests in flight to one host."""

SPACING = timedelta(seconds=1)
"""Between the starts of two requests to one host."""

FIRST_HOLD = timedelta(hours=4)
"""How long a host rests that refuses without a word on how long (feedmail and Unread do the same); then doubling."""

REMEMBERED = 2_000
"""Hosts whose pace is kept; idle ones beyond this are forgotten."""


@dataclass(slots=True)
class Host:
    """What is going on with one host."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    users: int = 0


@dataclass(slots=True)
class Manners:
    """The pace of all requests to foreign hosts."""

    now: Callable[[], datetime]
    on_hold: Callable[[str, datetime], None] | None = None
    ticks: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _hosts: dict[str, Host] = field(default_factory=dict)
    _holds: dict[str, datetime] = field(default_factory=dict)
    _strikes: dict[str, int] = field(default_factory=dict)

    def turn(self, host: str, spacing: Callable[[], timedelta]) -> Turn:
        """Wait for this host's turn, and keep it while the block of `async with` runs.

        `spacing` is asked when the turn has come: whether a name is one of the owner's own shows at its first look-up.
        The block isn't entered, but FeedUnreachable raised, if the host is held, before or after the wait.
        """
        return Turn(self, host, spacing)

    def host(self, name: str) -> Host:
        """What is going on with a host."""
        return self._hosts.get(name) or self._remember(name)

    def _remember(self, host: str) -> Host:
        if len(self._hosts) >= REMEMBERED:
            now = self.ticks()
            self._hosts = {name: one for name, one in self._hosts.items() if one.users or one.next_start > now}
        return self._hosts.setdefault(host, Host())

    # ----------------------------------------------------------------- holds

    def held(self, host: str) -> datetime | None:
        """Until when a host wants to be left alone; None: it doesn't."""
        until = self._holds.get(host)
        if until is not None and until <= self.now():
            del self._holds[host]
            return None
        return until

    def refuse_if_held(self, host: str) -> None:
        """Pass, or say that the host is held.

        :raises FeedUnreachable: with the rest of the hold
        """
        if (until := self.held(host)) is not None:
            message = f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            raise FeedUnreachable(message, until - self.now(), host_wide=True)

    def hold(self, host: str, wait: timedelta | None) -> timedelta:
        """Leave a host alone as long as it asked, else 4 h, doubled each time in a row up to 24 h; gives the wait."""
        strikes = self._strikes[host] = self._strikes.get(host, 0) + 1
        span = clamped(wait) if wait is not None else min(FIRST_HOLD * 2 ** min(strikes - 1, 8), LONGEST)
        until = self.now() + span
        # An answer that was on its way while another one set a longer hold doesn't shorten it.
        if until > (self.held(host) or self.now()):
            self._holds[host] = until
            if self.on_hold is not None:
                self.on_hold(host, until)
        return span

    def welcomed(self, host: str) -> None:
        """Note that a host answered properly: its next refusal is the first one again."""
        self._strikes.pop(host, None)

    def load(self, holds: Mapping[str, datetime]) -> None:
        """Take over the holds of an earlier process; none is longer than 24 h from now, whatever the clock did."""
        latest = self.now() + LONGEST
        for host, until in holds.items():
            self._holds[host] = min(until, latest)


class Turn:
    """One request's turn with its host."""

    __slots__ = ("_has_slot", "_host", "_known", "_manners", "_spacing")

    def __init__(self, manners: Manners, host: str, spacing: Callable[[], timedelta]) -> None:
        self._manners, self._host, self._spacing = manners, host, spacing
        self._has_slot = False

    async def __aenter__(self) -> None:
        manners = self._manners
        manners.refuse_if_held(self._host)
        known = self._known = manners.host(self._host)
        known.users += 1
        begun = False
        try:
            await known.slots.acquire()
            self._has_slot = True
            if self._spacing():
                await self._spaced(known)
            else:
                manners.refuse_if_held(self._host)
            begun = True
        finally:
            if not begun:
                self._over()

    async def _spaced(self, known: Host) -> None:
        """Wait until the last request's start is long enough ago."""
        manners = self._manners
        async with known.gate:
            gap = self._spacing().total_seconds()  # again: while we stood here, a look-up may have told more
            if gap and (wait := known.next_start - manners.ticks()) > 0:
                await manners.pause(wait)
            manners.refuse_if_held(self._host)
            known.next_start = manners.ticks() + gap

    async def __aexit__(self, *_: object) -> None:
        self._over()

    def _over(self) -> None:
        if self._has_slot:
            self._known.slots.release()
        self._known.users -= 1
