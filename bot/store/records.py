"""What the store answers that isn't in the model: small frozen values, each named by what it is.

May import: model, and the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.model import Match, Mention, Rule


class Story(NamedTuple):
    """A candidate as the lookup of same stories sees it."""

    candidate: int
    canonical: str
    title_key: str
    simhash: int  # 64 bits, unsigned; 0: too little text
    feed: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Familiar:
    """What a feed held before, by link and by title instead of by id."""

    seen: int = 0  # its entries in all
    links: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    newest: datetime | None = None  # the latest publication among them


class Due(NamedTuple):
    """A feed that is due, and its place among them: who is due first stands first, then who was registered first."""

    at: int  # microseconds, as stored
    number: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where a shared candidate came from, and why it was chosen."""

    feed_title: str
    link: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the guards want to know about the past when a mention comes in: one snapshot."""

    opted_out: bool
    blocked: bool
    person: int  # our replies to this person since a time
    account: int  # our replies of this account since a time
    thread: int  # our replies in this thread
    bot_today: int  # our replies to this author since a time, for bots
    paused: bool  # a "let us pause" notice stands
    first_start: datetime | None  # when this database was made, or restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What of a person was taken out, and what stays."""

    mentions: int
    replies: int
    promises: int
    rules: tuple[str, ...]  # taught from their words; they answer everybody, and stay
    stopped: bool  # they said stop, and that stays
    blocked: bool  # the owner blocked them, and that stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Somebody wants to hear of a topic."""

    account: str
    person: str
    topic: str  # folded
    words: str  # as they wrote it
    mention: int  # the one that asked for it: what they are told is a reply to it
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Somebody wants to be reminded."""

    mention: int
    at: datetime
    made_at: datetime
    words: str = ""  # what they said when they asked for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A post that was sent, and what it is about."""

    cursor: str  # what `shared_since` goes on from
    account: str
    text: str
    link: str
    title: str
    about: str  # title, categories and text, for comparing


class Unanswered(NamedTuple):
    """A mention that waits for the owner, and the rule that came nearest."""

    mention: Mention
    reason: str  # "no rule", "passed on" (a rule answered it, and says that the owner gets it), "late", "capped", "our mistake"
    rule: str | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """One entry that ever stood in a feed, and what was decided about it."""

    feed: str
    key: str  # 32 hex characters
    title: str
    link: str
    published: datetime | None
    first_seen: datetime
    verdict: str
    reason: str
    canonical: str
    matched: tuple[str, ...]
    same_as: int | None
    candidate: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCounts:
    """What came of one feed so far."""

    entries: int = 0
    candidates: int = 0
    shared: int = 0
    last_shared: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one account decided about a candidate."""

    account: str
    candidate: int
    verdict: str  # shared, failed, expired, rejected, blocked, muted
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What holds an account back, if anything."""

    name: str
    known_since: datetime | None = None
    paused: str | None = None  # the sentence; of the account, or of the whole bot
    paused_until: datetime | None = None
    hold_until: datetime | None = None
    hold_reason: str = ""
    locked_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How a mention was dealt with, as it is kept."""

    mention: Mention
    state: str  # new, answered, unanswered (waits for the owner, whether or not a rule spoke), skipped, withdrawn
    reason: str  # why it waits (see `Unanswered`), was skipped or withdrawn; "" where it was answered
    match: Match | None
    details: Mapping[str, str]
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """One line of a rule's history."""

    id: str
    what: str  # added, changed, removed, locked, unlocked
    who: str
    at: datetime
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A taught rule and where it comes from."""

    rule: Rule
    by: str  # the owner's name, and the mention that it answers
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How often a rule answered: spoke to somebody in its own words, also where it passed the mention on to the owner."""

    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something of the archive that fits a question."""

    candidate: int
    title: str
    line: str  # what the bot said of it, else its first words
    link: str
    feed_title: str
    at: datetime  # when it was shared, else first seen
    shared: bool
