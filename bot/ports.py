"""The doors between the stories and the world: Protocols that document behaviour.

May import: model, errors, and the standard library.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bot.model import (
    Account,
    Article,
    Body,
    Candidate,
    Feed,
    FeedState,
    Fetched,
    Limits,
    Mention,
    ParsedFeed,
    Post,
    Receipt,
    Secret,
)

if TYPE_CHECKING:
    import logging


class Clock(Protocol):
    """The time, passed in: aware, in UTC."""

    def __call__(self) -> datetime: ...


@runtime_checkable
class Publisher(Protocol):
    """An account on a platform that can be spoken through."""

    name: str
    limits: Limits

    async def publish(self, post: Post) -> Receipt:
        """Send once.

        :raises RetryLater: certainly not accepted, may be later
        :raises Unsure: perhaps accepted
        :raises TooLong: certainly not accepted, shorten
        :raises Rejected: certainly not accepted, final
        :raises NeedsLogin: certainly not accepted, the account is locked out
        """
        ...

    async def find(self, post: Post) -> Receipt | None:
        """Look for a post that may have been sent.  None only when its absence is proven.

        :raises Unsure: the platform can't be asked, or not completely since `post.sent_at` - 5 min
        :raises NeedsLogin: the account is locked out
        """
        ...


@runtime_checkable
class Listener(Protocol):
    """An account that can be spoken to."""

    def mentions(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever, each with the cursor that follows it."""
        ...


@runtime_checkable
class Deleter(Protocol):
    """An account whose posts can be taken back."""

    async def delete(self, receipt: Receipt) -> None:
        """Take a post back; one that is gone already is fine.  Raises as `publish` does."""
        ...


@runtime_checkable
class Doctor(Protocol):
    """An account that can tell whether it is well set up."""

    async def examine(self) -> list[tuple[bool, str]]:
        """What was looked at: whether it is fine, and a sentence.  Reads only, and never raises a DeliveryError."""
        ...


@runtime_checkable
class Identified(Protocol):
    """An account of which only its server can say who it is there."""

    async def identity(self) -> str:
        """Who it is there: the same for every account that is the same one there.

        :raises DeliveryError: the server can't be asked now
        """
        ...


@runtime_checkable
class Preparing(Protocol):
    """An account that learns something from its server before anything is composed for it, its limits above all."""

    async def prepare(self) -> None:
        """Learn it; called once at start, within a timeout.  Where it fails, what is known without it holds.

        :raises DeliveryError: as `publish` does, except that nothing was sent
        """
        ...


class Vault(Protocol):
    """Where platforms keep what they were handed at run time: sessions, refresh tokens."""

    def get(self, account: str, name: str) -> Secret | None:
        """The stored secret, or None."""
        ...

    def put(self, account: str, name: str, value: Secret) -> None:
        """Store it, durable on return."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, read within its cap."""

    status: int
    headers: Mapping[str, str]  # names in lower case; repeated ones joined by ", "
    body: bytes
    url: str  # where it was finally got


class Socket(Protocol):
    """A WebSocket that stands, to speak and to listen by turns or at once."""

    @property
    def code(self) -> int | None:
        """The code that the other side closed with; None while it stands, and where it ended without a word."""
        ...

    async def send(self, text: str) -> None:
        """Say something.

        :raises Unsure: the socket is closed, or breaks
        """
        ...

    def heard(self) -> AsyncIterator[str]:
        """What the other side says, message by message, until either side closes or the connection breaks."""
        ...

    async def close(self, code: int = 1000) -> None:
        """End it with a code; one that has ended already is fine."""
        ...


class Http(Protocol):
    """What platforms may do over HTTP; `bot/net` implements it, with the owner's addresses allowed to be private."""

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,  # noqa: ANN401 -- any JSON value
        form: Mapping[str, str] | None = None,
        data: bytes | None = None,
        timeout: timedelta = timedelta(seconds=30),
    ) -> Reply:
        """Send one request, once, follow no redirect, and give the answer whatever its status.

        :raises RetryLater: nothing was sent (connection refused, name unknown, TLS failed)
        :raises Unsure: the request may have arrived, the answer did not
        """
        ...

    def events(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[str]:
        """Hear what a server streams, over a WebSocket (ws, wss) or as server-sent events (http, https), until it ends.

        First comes an empty text, once the stream stands, then each message.  Nothing is replayed after a reconnect,
        so a stream may only wake somebody who then asks properly.

        :raises RetryLater: there was no connection
        :raises Unsure: the stream broke, or fell silent
        :raises Rejected: there is no such stream; NeedsLogin: not for us
        """
        ...

    def socket(self, url: str, *, headers: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Socket]:
        """Open a WebSocket (ws, wss) to speak through, closed on leaving; only where `send` would go too.

        No signs of life are sent: protocols that need some have their own.

        :raises RetryLater: there was no connection
        :raises Rejected: there is no WebSocket, or its address is none of ours; NeedsLogin: not for us
        """
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a platform is given: nothing else."""

    http: Http
    vault: Vault
    log: logging.Logger
    now: Clock


class Asker(Protocol):
    """The owner at a terminal, as a platform's set-up walk speaks with them."""

    def say(self, text: str) -> None:
        """Tell them something: a paragraph, or an address to open."""
        ...

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Ask for one line; `secret` is not shown while it is typed.  Never gives an empty one.

        :raises UsageError: nobody is there to answer, and there is no default
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What a set-up walk found out, tested with a call that only reads."""

    handle: str  # who the account is there, to be shown
    keys: Mapping[str, Any] = field(default_factory=dict)  # for the account's block, in plain words
    secrets: Mapping[str, Secret] = field(
        default_factory=dict
    )  # keys of the block that are kept in a file of their own
    session: Mapping[str, Secret] = field(default_factory=dict)  # for the vault: what the platform hands out and renews


Enrol = Callable[[Mapping[str, str], Asker, Callable[[str], Http]], Awaitable[Enrolled]]
"""A set-up walk: what the owner gave already (keys as text), whom to ask for the rest, and how to reach an address.

It registers, logs in or tries a token, and raises a DeliveryError with a sentence where that fails.
"""


Costs = Callable[[Account, Vault | None, datetime], list[str]]
"""What the owner must know of the money that an account costs: sentences for `starfish check` (no vault: of the settings
alone) and `starfish status` (of what was spent so far)."""


Identity = Callable[[Any], str]
"""Who an account is there, by its options: the same for two blocks that are one account, empty where they don't tell.

It is compared and never shown, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What an entry point of the group `bot.platforms` names."""

    name: str
    Options: type[Any]  # a pydantic model of the account's own keys
    open: Callable[[Account, Any, Tools], Publisher]
    limits: Limits = Limits(max_length=500)  # as published; an account may learn better ones from its server
    enrol: Enrol | None = None  # the walk of `starfish accounts add`; without one, each key is asked for
    costs: Costs | None = None  # where it costs money
    identity: Identity | None = None  # where the settings alone tell who an account is


class Rewriter(Protocol):
    """The optional language model: says an article in its own words; the gate in core judges them."""

    async def rewrite(self, article: Article, budget: int) -> str | None:
        """At most `budget` characters, or None when it can't or won't."""
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


class Bells(Protocol):
    """Rings at given times, and nothing else; implemented on APScheduler."""

    def ring(self, name: str, next_after: Callable[[datetime], datetime | None], bell: Callable[[], None]) -> None:
        """Call `bell` at each time that `next_after(previous or now)` gives; replaces an earlier bell of that name."""
        ...

    def silence(self, name: str) -> None:
        """Forget a bell."""
        ...


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
