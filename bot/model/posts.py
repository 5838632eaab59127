"""What flows out: drafts, posts, deliveries, slots, and what the owner is told.

May import: the standard library, and each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform lets us say at once, as data."""

    max_length: int
    unit: Literal["graphemes", "characters", "utf16", "bytes", "weighted"] = "characters"
    max_bytes: int | None = None  # a second limit, in UTF-8 bytes
    link_cost: int | None = None  # what any link costs in `unit`; None: its full length
    hashtags: bool = False  # whether the platform uses them
    markup: Literal["none", "html", "markdown", "facets"] = "none"
    threads: bool = True
    names_asker: bool = False  # an answer begins with the full name of whom it answers, which counts
    in_store: bool = False  # only `local`: sent by a transaction in our own database
    idempotent_for: timedelta | None = None  # None: no key; timedelta.max: for ever
    searchable: bool = False  # `find` can prove that a post is there, or is not
    unsolicited: bool = (
        True  # whether people may be told more than the one answer to what they said: follows, reminders
    )

    @property
    def units(self) -> str:
        """What is counted, as people call it."""
        return {"utf16": "UTF-16 units", "weighted": "weighted characters"}.get(self.unit, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the bot wants to say, before it is fitted to a platform."""

    text: str  # the words alone, complete sentences, without link, credit or hashtags
    link: str | None = None  # the entry's own link minus trackers; must stand in the post
    credit: str = ""  # site or author
    hashtags: tuple[str, ...] = ()
    language: str | None = None
    title: str = ""
    reply_to: int | None = None  # our number of the mention
    adds_value: bool = True
    reason: str = ""  # which point of the value gate failed, in words
    merit: float | None = None  # how much its words tell and how well; None: they were not chosen for that


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is sent, to the letter: frozen before the first attempt."""

    account: str
    text: str
    dedupe_key: str
    link: str | None = None  # exactly as it stands in `text`
    language: str | None = None
    visibility: str | None = None
    title: str = ""
    id: int = 0  # the outbox row, once it has one
    key: str = ""  # the idempotency key: row and revision
    reply_to: str | None = None  # the platform's id of the mention answered
    reply_to_author: str | None = None  # their full id: the only one tagged
    reply_context: Mapping[str, str] = field(default_factory=dict)  # what the platform needs to thread it
    created_at: datetime | None = None
    sent_at: datetime | None = None  # when the first attempt began


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The platform's word that a post is there."""

    remote_id: str
    url: str | None = None
    note: str = ""  # how we know: "answered", "found", "assumed"


class State(StrEnum):
    """The states of an outbox row (design, section 7)."""

    DRAFT = "draft"
    PLANNED = "planned"
    SENDING = "sending"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    HELD = "held"
    SENT = "sent"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A delivery and where it stands."""

    id: int
    post: Post
    kind: Literal["post", "reply"]
    state: State
    reason: str = ""
    revision: int = 0
    attempts: int = 0
    candidate: int | None = None
    mention: int | None = None
    slot: str | None = None
    created_at: datetime
    not_before: datetime | None = None  # waiting(until), or the time an approved draft may go
    sent_at: datetime | None = None  # the first byte of the last attempt
    first_sent_at: datetime | None = None  # and of the first one under this key: a key's window counts from it
    looks: int = 0  # how often an unknown row was looked for in vain
    settled_at: datetime | None = None
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One occasion to post: its identity is unique per account, so that it is filled once."""

    account: str
    identity: str  # "wall:2026-11-22T09:00" · "grid:2026-11-22T09:00:00Z" · "first:1" · "extra:…"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the owner must know: one row while it lasts."""

    subject: str  # "feed:<url>", "account:<name>", "outbox:<id>", …: unique
    text: str  # what happened, what it means for the posts, what to do
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One item of the local timeline."""

    id: int
    kind: Literal["post", "mention", "reply"]
    author: str  # as `from` in JSON
    text: str
    created_at: datetime
    url: str | None = None
    in_reply_to: int | None = None
