"""What the web side is given by the composition root: callables and values, so that it depends on no other part.

May import: model, errors, ports.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NotRequired, Protocol, TypedDict

from bot.model import FeedState, Mention, Notice, OutboxRow, Rule, TimelineItem
from bot.ports import Clock
from bot.web.login import Login

SHOWN = 100  # rows of a list on the desk: the page stays short enough to read and to send


def utc_now() -> datetime:
    """The clock where none is passed in."""
    return datetime.now(UTC)


class About(TypedDict):
    """What the page says of the bot itself."""

    name: str
    niche: str
    next_post: datetime | None  # None: no posting schedule, or nothing to say of it
    feeds: int
    notices: Sequence[Notice]  # shown to people on this machine and to the owner
    ask: NotRequired[Sequence[str]]  # things worth asking, shown as chips; absent: a few that any bot understands


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A draft that waits for approval, a planned post, or a candidate of the backlog (`id` None: no actions yet)."""

    id: int | None  # the outbox row
    account: str
    text: str
    state: str  # "draft", "planned", "backlog"
    title: str = ""
    link: str | None = None
    feed: str = ""
    expected: datetime | None = None
    length: int | None = None  # as the platform counts it
    limit: int | None = None
    why: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A stored rule and how often it answered."""

    rule: Rule
    used: int = 0
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredRow:
    """A mention that got no real answer yet, and the rule that came nearest."""

    mention: Mention
    words: str = ""  # of it, plain: what a lesson would match
    known: bool = False  # they have their rule: there is nothing to learn, only to answer
    reason: str = ""  # "no rule", "passed on", "late", "capped", "our mistake"
    nearest: str | None = None
    score: float | None = None  # 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed's health."""

    state: FeedState
    tags: Sequence[str] = ()
    entries: int = 0  # ever seen
    shared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account, and whether it is silent."""

    name: str
    platform: str
    paused: str | None = None  # the reason; None: it speaks
    rehearses: bool = False  # dry_run: it does all but send


class Dashboard(Protocol):
    """What the owner sees and does behind the login.  Every action raises UsageError with a sentence when it can't."""

    async def queue(self) -> Sequence[QueueRow]: ...
    async def rules(self) -> Sequence[RuleRow]: ...
    async def unanswered(self) -> Sequence[UnansweredRow]: ...
    async def feeds(self) -> Sequence[FeedRow]: ...
    async def outbox(self) -> Sequence[OutboxRow]: ...
    async def accounts(self) -> Sequence[AccountRow]: ...

    async def approve(self, row: int) -> None: ...
    async def reject(self, row: int, reason: str) -> None: ...
    async def edit(self, row: int, text: str) -> None: ...
    async def snooze(self, row: int, span: timedelta) -> None: ...
    async def resend(self, row: int) -> None: ...
    async def mark_sent(self, row: int) -> None: ...

    async def teach(self, mention: int | None, when: str, reply: str) -> None:
        """Store the rule `when` → `reply`; with `mention` (our number), also answer those who still wait for it.

        Without `when`, its own words are the rule's; one whose words have their rule is only answered.
        """
        ...

    async def ignore(self, mention: int) -> None:
        """Leave a waiting mention (our number) as it is."""
        ...

    async def pause(self, account: str | None, span: timedelta | None) -> None:
        """Silence one account or all (None), for a span or until resumed (None)."""
        ...

    async def resume(self, account: str | None) -> None: ...


class Hubs(Protocol):
    """What hubs may ask of the bot, and bring (WebSub); `callback_id` is the unguessable end of a callback's address."""

    async def asked(self, callback_id: str, query: Mapping[str, str]) -> str | None:
        """Answer a hub's question whether we asked for something: what to echo; None: we didn't."""
        ...

    async def expected(self, callback_id: str) -> bool:
        """Whether anything is to be brought there at all."""
        ...

    async def brought(self, callback_id: str, content_type: str, signature: str, body: bytes) -> None:
        """Take in what a hub brought, durable on return, if it is signed as agreed; else throw it away."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """Everything that the web side may call."""

    items: Callable[[int | None, int], Awaitable[list[TimelineItem]]]  # (after, limit); oldest first; None: the newest
    wait: Callable[[int], Awaitable[int]]  # (seen) → a growing counter, once it has passed `seen`
    receive: Callable[[str, str, str | None, int | None, bool], Awaitable[int]]
    # ^ (author, text, key, in_reply_to, owner) → the timeline id, durable on return; UsageError: bad input
    about: Callable[[], About]
    status: Callable[[], Awaitable[Mapping[str, object]]]  # "status": "ok", else the answer is a 503
    metrics: Callable[[], Awaitable[str]]  # Prometheus text
    dashboard: Dashboard
    login: Login
    public_url: str | None = None  # the owner's own address for this page, behind their proxy
    hubs: Hubs | None = None  # None: no hub knows us
    now: Clock = utc_now
    heartbeat: timedelta = timedelta(seconds=15)  # silence on a live stream after which it says "still here"
    streams: int = 50  # live streams at once
    patience: timedelta = timedelta(
        seconds=1.5
    )  # how long a page without JavaScript is held for the answer to be on it
