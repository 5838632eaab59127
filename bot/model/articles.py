"""What flows in: feeds, entries, candidates, articles.

May import: the standard library, and each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Verdict = Literal["candidate", "baseline", "filtered", "same", "old", "unusable"]
"""What becomes of an entry."""


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
    hub: str | None = None  # as the answer's header says, not its document
    topic: str | None = None


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
    verdict: Verdict
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
