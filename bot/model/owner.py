"""What the owner configured, and what is kept secret.

May import: the standard library, and each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal


class Secret:
    """A value that must never be printed: `repr`, `str` and formatting show `***`; `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the secret itself, at the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a feed, or all feeds, let through: words and phrases, compared case-folded at word borders."""

    include: tuple[str, ...] = ()  # empty: everything; else at least one must occur
    exclude: tuple[str, ...] = ()  # none may occur
    block: tuple[str, ...] = ()  # people (author names, handles) and domains, over all feeds
    categories: tuple[str, ...] = ()  # empty: any; else the entry carries one of them
    languages: tuple[str, ...] = ()  # empty: any; two-letter codes
    min_words: int = 0  # in title and text together


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed as the owner wrote it in `feeds.toml`."""

    url: str
    tags: tuple[str, ...] = ()
    own: bool = False
    backfill: int | None = 1  # entries of the first sight that may be shared; None: all
    every: timedelta | None = None  # a wish for the polling interval; the server's wishes still count
    filters: Filters = Filters()
    hashtags: tuple[str, ...] = ()
    max_age: timedelta | None = None  # counted from publication
    style: str | None = None  # overrides the account's
    headers: tuple[tuple[str, Secret], ...] = ()
    auth: Secret | None = None  # "user:password"
    cookie: Secret | None = None
    proxy: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When an account posts: exactly one of `at` (local times), `every` (a span) and `cron` (five fields, local)."""

    at: tuple[time, ...] = ()
    every: timedelta | None = None
    cron: str | None = None
    jitter: timedelta = timedelta(0)  # a slot is moved later by up to this, the same for the same slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` in `per`."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many replies a person, an account and a thread get; None: no cap."""

    person: Rate | None = Rate(count=6, per=timedelta(hours=1))
    account: Rate | None = Rate(count=60, per=timedelta(hours=1))
    thread: int | None = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One `[[accounts]]` block: where the bot speaks, when, and how."""

    name: str
    platform: str
    options: object = None  # the platform's own validated options model
    owner: str | None = None  # the platform's full id of the owner, compared exactly
    feeds: tuple[str, ...] = ()  # tags; empty: all feeds
    post: Rhythm | None = None  # None: answers only
    quiet: tuple[time, time] | None = None  # local, from-to, may wrap midnight
    max_per_day: int | None = None
    review: bool = False
    settle: timedelta = timedelta(seconds=120)
    unknown: Literal["hold", "resend", "assume_sent"] = "hold"
    dry_run: bool = False
    style: str = "takeaway"
    quotes: float = 0.0  # the share of the slots that a line of quotes.txt fills, 0 to 1
    otherwise: Literal["next", "link"] = "next"
    visibility: str | None = None
    language: str | None = None
    expires: timedelta | None = None
    caps: Caps = Caps()
    hashtags: tuple[str, ...] = ()
