"""What robots.txt asks of us (RFC 9309), kept for a day.  May import: errors, ports, this package.

Feeds that the owner subscribed to are meant for readers and are not looked up here; pages are.
The standard library's parser takes the first rule that fits and knows no `*`, so pages that ask to be left alone
would be fetched; the longest rule counts here, as the standard says.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import unquote_to_bytes
from weakref import WeakValueDictionary

from yarl import URL

from bot.errors import FeedError, FeedUnreachable
from bot.net.addresses import Origin, origin
from bot.ports import Reply

AGENT = "Starfish"
"""Our product token: what `User-agent:` lines are compared with."""

LARGEST = 500 * 1024
"""Bytes that are read: RFC 9309 (2.5) asks for 500 KiB at least, and lets the rest be ignored."""

KEPT = timedelta(hours=24)
RETRIED = timedelta(hours=1)
"""How long an answer counts, and how long the lack of one."""

REMEMBERED = 1_000
"""Origins whose rules are kept."""

MOST_RULES = 2_000
"""Rules of ours that count, from the top."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one robots.txt that bind us."""

    rules: tuple[tuple[str, bool], ...] = ()  # pattern, allowed
    everything: bool = True  # what counts where no rule fits

    def allow(self, path: str) -> bool:
        """Whether a path (with its query) may be fetched: the longest fitting rule counts, allowing wins a tie."""
        if path == "/robots.txt":
            return True
        path = _folded(path)
        fitting = [(len(pattern), allowed) for pattern, allowed in self.rules if fits(pattern, path)]
        return max(fitting)[1] if fitting else self.everything


NOTHING = Rules(everything=False)
ALL = Rules()


def fits(pattern: str, path: str) -> bool:
    """Whether a rule's pattern fits a path: a prefix, where `*` is anything and a last `$` the end.  Linear in both."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    *middle, last = rest
    for piece in middle:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if anchored:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0


def read(content: bytes) -> Rules:
    """Read a robots.txt: the groups that name us, all of them; else those for everybody."""
    ours: list[tuple[str, bool]] = []
    everybodys: list[tuple[str, bool]] = []
    named = False
    targets: list[list[tuple[str, bool]]] = []
    in_rules = True
    for line in re.split(r"\r\n|\r|\n", content.decode("utf-8-sig", "replace")):
        field_name, colon, value = line.partition("#")[0].partition(":")
        name, value = field_name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if in_rules:
                targets, in_rules = [], False
            agent = value.partition("/")[0].strip().lower()
            if agent == AGENT.lower():
                named = True
                targets.append(ours)
            elif agent == "*":
                targets.append(everybodys)
        elif name in {"allow", "disallow"}:
            in_rules = True
            if value:
                for rules in targets:
                    rules.append((_folded(value), name == "allow"))
    return Rules(rules=tuple((ours if named else everybodys)[:MOST_RULES]))


def _folded(path: str) -> str:
    """Bring percent-encoding into one shape, so that `/%61` and `/a` are the same path."""
    return unquote_to_bytes(path).decode("utf-8", "replace")


@dataclass(slots=True)
class _Page:
    rules: Rules
    until: datetime


@dataclass(slots=True)
class RobotsBook:
    """The rules of the origins that were asked, each for a day."""

    now: Callable[[], datetime]
    _pages: dict[Origin, _Page] = field(default_factory=dict)
    _asking: WeakValueDictionary[Origin, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def allows(self, url: URL, fetch: Callable[[URL], Awaitable[Reply]]) -> bool:
        """Whether a page may be fetched; asks its origin with `fetch` where nothing fresh is known."""
        key = origin(url)
        # The lock lives as long as somebody holds or waits for it.
        lock = self._asking.setdefault(key, asyncio.Lock())
        async with lock:
            page = self._pages.get(key)
            if page is None or page.until <= self.now():
                rules, kept = await _asked(url, fetch)
                self._forget()
                page = self._pages[key] = _Page(rules, self.now() + kept)
        return page.rules.allow(url.raw_path_qs)

    def _forget(self) -> None:
        if len(self._pages) >= REMEMBERED:
            now = self.now()
            self._pages = {key: page for key, page in self._pages.items() if page.until > now}
        while len(self._pages) >= REMEMBERED:
            del self._pages[next(iter(self._pages))]


async def _asked(url: URL, fetch: Callable[[URL], Awaitable[Reply]]) -> tuple[Rules, timedelta]:
    """Ask an origin for its rules, and say how long they count."""
    try:
        reply = await fetch(url.with_path("/robots.txt").with_query(None).with_fragment(None))
    except FeedUnreachable as error:
        if error.host_wide:
            return NOTHING, min(error.after or RETRIED, RETRIED)
        return ALL, RETRIED
    except FeedError:
        return ALL, RETRIED
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NOTHING, RETRIED
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return ALL, KEPT
    return read(reply.body), KEPT
