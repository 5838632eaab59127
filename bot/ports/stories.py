"""What the stories ask of the world besides: to read, to reword, to ring, and to do what the owner orders.

May import: model, and the standard library.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.model import Article, Body, Candidate, Feed, FeedState, Fetched, ParsedFeed


class FeedReader(Protocol):
    """Fetching and parsing of one feed, as the story sees it."""

    async def fetch(self, feed: Feed, state: FeedState, now: datetime) -> Fetched:
        """Poll once, conditionally.  Raises FeedError."""
        ...

    async def parse(self, body: Body) -> ParsedFeed:
        """Read a document without ever stalling the loop.  Raises FeedUnreadable."""
        ...


class PageReader(Protocol):
    """Fetching and extracting of an article's page, as the story sees it."""

    async def read(self, url: str) -> Article:
        """The article behind a link.  Raises PageError, also where robots.txt asks us not to."""
        ...

    async def of_feed(self, candidate: Candidate) -> Article:
        """The article as the feed itself tells it; never raises, but may have no text."""
        ...

    def worth_fetching(self, candidate: Candidate) -> bool:
        """Whether the page has more to say than the feed."""
        ...


class Rewriter(Protocol):
    """The optional language model: says an article in its own words; the gate in core judges them."""

    async def rewrite(self, article: Article, budget: int) -> str | None:
        """At most `budget` characters, or None when it can't or won't."""
        ...


class Bells(Protocol):
    """Rings at given times, and nothing else; implemented on APScheduler."""

    def ring(self, name: str, next_after: Callable[[datetime], datetime | None], bell: Callable[[], None]) -> None:
        """Call `bell` at each time that `next_after(previous or now)` gives; replaces an earlier bell of that name."""
        ...

    def silence(self, name: str) -> None:
        """Forget a bell."""
        ...


class OwnerDesk(Protocol):
    """What the owner orders by a word in the chat; each gives what to say back, in a few lines.

    `account` is where it was said: on the local timeline an order is for all accounts, elsewhere for that one.
    Words of strangers within it (titles, mentions) are harmless to repeat.
    :raises UsageError: it can't be done; the message says why, and what to do instead
    """

    async def queue(self, account: str) -> str:
        """The next three posts with their times."""
        ...

    async def skip(self, account: str) -> str:
        """Drop the next draft, or the best candidate."""
        ...

    async def approve(self, account: str, number: int | None) -> str:
        """Let a draft go, the oldest one without a number."""
        ...

    async def add_feed(self, address: str) -> str:
        """Find the feed of an address and add it to the file."""
        ...

    async def share(self, account: str, link: str, note: str) -> str:
        """Offer a link of the owner's own finding, with their takeaway, before all others."""
        ...

    async def why_not(self, link: str) -> str:
        """Why a link was not shared, or that it was."""
        ...

    async def unanswered(self, *, private: bool) -> tuple[int | None, str]:
        """The first mention that waits, and what to say; unless `private`, words said in private are left out."""
        ...

    async def teach(self, *, when: str, number: int | None, reply: str, rule: str | None, who: str) -> str:
        """Teach an answer to words or to a waiting mention, or (`rule`) that mention's words as ones of a rule's."""
        ...

    async def ignore(self, numbers: list[int]) -> str:
        """Leave waiting mentions as they are."""
        ...

    async def forget(self, rule: str, who: str, *, sure: bool) -> str:
        """Forget a taught rule; unless `sure`, only say what that means and how to confirm it."""
        ...

    async def lock(self, rule: str, who: str, *, locked: bool) -> str:
        """Keep a taught rule from being forgotten by a word, or let it be again."""
        ...
