"""Every value that flows through the bot: frozen, slotted, without behaviour beyond its own meaning.

May import: the standard library only.
Times are aware datetimes in UTC unless a name says "local"; lengths and costs are in the unit that the field names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Literal

# --------------------------------------------------------------------------- secrets


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


# --------------------------------------------------------------------------- what the owner configured


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


# --------------------------------------------------------------------------- feeds, entries, articles


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the bot knows of a feed's address between two polls; stored whole, replaced whole."""

    url: str  # the configured address: the feed's identity
    address: str = ""  # where it lives now, after permanent moves; empty: at `url`
    title: str = ""
    etag: str | None = None  # opaque, sent back byte for byte
    last_modified: str | None = None
    validators_at: datetime | None = None  # when they were got; forgotten after 8 days
    body_hash: str | None = None
    next_at: datetime | None = None
    first_ok: datetime | None = None  # the first sight: its entries are the baseline
    last_ok: datetime | None = None
    last_new: datetime | None = None  # when an entry was last new
    errors: int = 0  # in a row
    error: str | None = None
    error_since: datetime | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_count: int = 0
    gone_count: int = 0
    muted: str | None = None  # the reason: 410, or the owner's word
    held: str | None = None  # flood guard: known items came back as new
    released: bool = False  # the owner let it go: what stands in it at the next poll is a new baseline
    per_day: float | None = None  # entries a day, of its recent dates
    wishes: str = ""  # of the document itself, kept for polls that bring none: "ttl=60 hours=0,1 days=5,6"
    hub: str | None = None
    topic: str | None = None  # WebSub: rel=self


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A fetched feed document, decompressed and within the cap."""

    url: str  # where it was finally got
    content: bytes
    content_type: str = ""
    charset: str | None = None  # from the Content-Type header


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one conditional poll of a feed brought."""

    body: Body | None  # None: unchanged (a 304, or the same bytes again)
    etag: str | None = None  # of this answer; on a 304 without one: the old one
    last_modified: str | None = None
    validated: bool = True  # False: the validators were left out of the question on purpose
    body_hash: str | None = None
    fresh_for: timedelta | None = None  # max-age or Expires, also of a 304
    moved_to: str | None = None  # the end of a chain of permanent redirects only
    at: datetime | None = None  # when the answer came: after a wait for the host's turn, later than the poll began


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, identified by our own key, whichever parser read it."""

    key: str  # guid, else link, else hash(title + text); 32 hex characters of its blake2b
    link: str = ""  # absolute http(s), as the feed gives it; empty: none usable
    title: str = ""  # plain text, one line, at most 1,000 characters
    html: str = ""  # the fullest text of the entry, foreign HTML, at most 100,000 characters
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None
    source: str = ""  # the title of the feed it was taken over from, if it says so


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document, read."""

    entries: tuple[Entry, ...]  # in document order, at most 200: the first ones, or the newest where dates say so
    title: str = ""
    link: str = ""  # the site
    language: str | None = None
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()  # GMT
    skip_days: frozenset[int] = frozenset()  # 0 = Monday
    hub: str | None = None
    topic: str | None = None
    parser: str = ""  # "fast", "feedparser" or "json"
    problem: str | None = None  # why it was read only in part


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What was decided about one entry of a poll, and why."""

    entry: Entry
    verdict: Literal["candidate", "baseline", "filtered", "same", "old", "unusable"]
    reason: str = ""  # one sentence for `why`
    matched: tuple[str, ...] = ()  # the filter words that decided
    canonical: str = ""  # the dedupe key of its link
    title_key: str = ""  # its title, folded for comparing; empty: too short to mean anything
    simhash: int = 0  # 64 bits, unsigned, of title and text; 0: too little text
    same_as: int | None = None  # the candidate that tells the same story


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry that may be shared: passed the filters, not seen before, one per story."""

    id: int  # grows with first sight
    feed: str  # the feed's url
    feed_title: str
    key: str
    link: str
    canonical: str  # the dedupe key
    title: str
    html: str = ""
    author: str = ""
    published: datetime | None = None
    first_seen: datetime
    categories: tuple[str, ...] = ()
    language: str | None = None
    own: bool = False
    tags: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # titles of further feeds with the same story
    note: str | None = None  # the owner's own takeaway (`starfish share`)
    matched: tuple[str, ...] = ()  # the filter words that let it through


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What there is to read behind a link: of the page, or of the feed itself."""

    url: str
    title: str = ""
    text: str = ""  # plain, paragraphs parted by "\n"
    site: str = ""
    author: str = ""
    published: datetime | None = None
    language: str | None = None
    description: str = ""  # the publisher's own
    canonical: str = ""  # rel=canonical of the page
    image: str = ""
    origin: Literal["page", "feed"] = "page"
    problem: str | None = None  # "paywall", "cookie wall", "sign-up", "video only", "empty"; None: fine


# --------------------------------------------------------------------------- posts


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
    in_store: bool = False  # only `local`: sent by a transaction in our own database
    idempotent_for: timedelta | None = None  # None: no key; timedelta.max: for ever
    searchable: bool = False  # `find` can prove that a post is there, or is not


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


# --------------------------------------------------------------------------- mentions, rules, matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody spoke to the bot."""

    account: str
    remote_id: str  # the platform's event id, opaque
    author: str  # full id, or the handle where the platform has nothing else
    text: str
    at: datetime
    id: int = 0  # our number
    name: str = ""  # how the author wants to be called
    thread: str = ""
    in_reply_to: str | None = None  # the platform's id of what it answers
    about: int | None = None  # our outbox row that it answers
    bot: bool = False
    owner: bool = False
    visibility: str | None = None
    language: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)  # what the platform needs for a reply
    gone: bool = False  # its author took it back: what isn't sent yet is withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """`say` must be answered by rule `expect` (and capture `with`, and contain `contains`)."""

    say: str
    expect: str
    by: Literal["owner", "anybody"] = "anybody"
    captures: Mapping[str, str] = field(default_factory=dict)
    contains: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stored rule: when it matches, what it does, what it says."""

    id: str
    when: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    reply: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()  # `else`: when the action finds nothing
    do: str | None = None
    about: Literal["my_post"] | None = None
    after: str | None = None
    by: Literal["owner"] | None = None  # `from`
    accounts: tuple[str, ...] = ()
    priority: int = 0
    max_words: int | None = None
    cooldown: timedelta | None = None
    tests: tuple[RuleTest, ...] = ()
    origin: str = "file"  # file, cli, web, chat, built-in
    adds_to: str | None = None  # taught as one more way to say that rule: it has no reply of its own
    locked: bool = False  # taught, and not to be forgotten by a word in the chat
    order: int = 0  # its place in the file
    line: int | None = None  # where it stands in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which rule answers, found at which stage, how surely, with what captured."""

    rule: str
    stage: Literal["owner", "built-in", "phrase", "regex", "like", "ask", "search", "fallback"]
    score: float = 1.0
    values: Mapping[str, str] = field(default_factory=dict)
    nearest: tuple[str, float] | None = None  # the best `like` rule and its score, reached or not


# --------------------------------------------------------------------------- what the owner is told


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
