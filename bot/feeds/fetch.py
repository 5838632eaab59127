"""One conditional poll of a feed.  May import: net, core.addresses, model, errors.

What the poll means for the next one is decided in `core/polling.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import zlib
from datetime import datetime, timedelta
from http import HTTPStatus

from yarl import URL

from bot.core.addresses import safe_link
from bot.errors import FeedRefused, FeedUnreachable, FeedUnreadable
from bot.model import Body, Feed, FeedState, Fetched
from bot.net import Client, Got
from bot.net.addresses import origin, shown
from bot.net.patience import http_date, seconds
from bot.ports import Reply

CAP = 10_000_000
"""Bytes of a feed, decompressed; the largest real one of our collection has 2.5 MB."""

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)

VALIDATORS_KEPT = timedelta(days=8)
"""Then one full fetch: some servers answer 304 for ever once they saw a validator (NetNewsWire has met them)."""

DATED = 64_000
"""Bytes before the first item, or behind the last one, among which dates are looked for: real feeds have some hundred."""

LONGEST_VALIDATOR = 1_000
"""Characters of an ETag or Last-Modified that are worth sending back."""

LONGEST_LINKS = 8_000
"""Characters of a `Link` header that are read."""

_VOLATILE = re.compile(
    rb"<!--[^<>]*-->|<(lastBuildDate|pubDate|updated|modified|dc:date)>(?:\s*<!\[CDATA\[)?[^<>\]]*(?:\]\]>\s*)?</\1>",
    re.IGNORECASE,
)
_ITEM = re.compile(rb"<(item|entry)")  # looked for together: the one that isn't there costs a look through everything
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,10})\"?\s*(?=,|$)", re.ASCII | re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|,)\s*(?:no-store|no-cache)\s*(?=,|$)", re.ASCII | re.IGNORECASE)
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]*)")
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([A-Za-z0-9._:+-]{1,40})", re.ASCII | re.IGNORECASE)


async def fetch(client: Client, feed: Feed, state: FeedState, now: datetime) -> Fetched:
    """Poll a feed once: conditionally, where validators are known and younger than eight days.

    :raises FeedError: if there is no answer that could be a feed's; the state should stay as it is then
    """
    fresh = state.validators_at is not None and now - state.validators_at < VALIDATORS_KEPT
    got = await _asked(client, feed, state, _conditions(state) if fresh else None)
    reply = got.reply
    etag, last_modified = _validator(reply, "etag"), _validator(reply, "last-modified")
    if reply.status == HTTPStatus.NOT_MODIFIED:
        if not (fresh and _conditions(state)):
            raise FeedUnreachable(f"{shown(reply.url)} answered 304 Not Modified to a question without conditions")
        return Fetched(
            body=None,
            etag=etag or state.etag,
            last_modified=last_modified or state.last_modified,
            body_hash=state.body_hash,
            fresh_for=fresh_for(reply, now),
            moved_to=got.permanent_to,
            at=got.at,
        )
    body = await body_of(reply)
    digest = fingerprint(body.content)
    return Fetched(
        body=None if digest == state.body_hash else body,
        etag=etag,
        last_modified=last_modified,
        validated=fresh,
        body_hash=digest,
        fresh_for=fresh_for(reply, now),
        moved_to=got.permanent_to,
        at=got.at,
        hub=_linked(reply, "hub"),
        topic=_linked(reply, "self"),
    )


async def _asked(client: Client, feed: Feed, state: FeedState, conditions: dict[str, str] | None) -> Got:
    """Ask for a feed, with the owner's secrets where they are meant for."""
    if any(not one.reveal() for one in (feed.auth, feed.cookie, feed.proxy, *dict(feed.headers).values()) if one):
        raise FeedRefused(
            f"{shown(feed.url)}: a secret that feeds.toml refers to is not there; `starfish check` says which"
        )
    # The owner gave the secrets for the address that they wrote; where redirects have led to, nobody is to have them.
    at_home = not state.address or origin(URL(state.address)) == origin(URL(feed.url))
    return await client.get(
        state.address or feed.url,
        cap=CAP,
        purpose="feed",
        accept=ACCEPT,
        headers=conditions,
        secrets=dict(feed.headers) if at_home else None,
        auth=feed.auth if at_home else None,
        cookie=feed.cookie if at_home else None,
        proxy=feed.proxy,
    )


def fingerprint(content: bytes) -> str:
    """32 hexadecimal digits that stay the same while nothing in a document is new.

    SHA-256 of all but the dates and comments around its items: many sites write there when they were built last, and send
    the same items hour by hour as a new document.
    """
    opened = _ITEM.search(content)
    first = opened.start() if opened else 0
    last = max(content.rfind(b"</" + opened[1]), first) if opened else len(content)
    digest = hashlib.sha256(_undated(content[:first]), usedforsecurity=False)
    digest.update(memoryview(content)[first:last])
    digest.update(_undated(content[last:]))
    return digest.hexdigest()[:32]


def _undated(around: bytes) -> bytes:
    return _VOLATILE.sub(b"", around) if len(around) <= DATED else around


def fresh_for(reply: Reply, now: datetime) -> timedelta | None:
    """How long an answer stays fresh by its own word: max-age, else Expires minus Date, both minus Age (RFC 9111, 4.2).

    None where it says nothing, or that it mustn't be kept.
    """
    control = reply.headers.get("cache-control", "")
    if _UNCACHED.search(control):
        return None
    age = seconds(reply.headers.get("age", "")) or timedelta(0)
    if found := _MAX_AGE.search(control):
        left = timedelta(seconds=int(found[1])) - age
    elif (expires := http_date(reply.headers.get("expires", ""))) is not None:
        left = expires - (http_date(reply.headers.get("date", "")) or now) - age
    else:
        return None
    return left if left > timedelta(0) else None


def _conditions(state: FeedState) -> dict[str, str]:
    """The stored validators, to the letter."""
    headers = {}
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def _linked(reply: Reply, relation: str) -> str | None:
    """The first address that the header `Link` names for a relation (RFC 8288)."""
    for address, parameters in _LINK.findall(reply.headers.get("link", "")[:LONGEST_LINKS]):
        said = _RELATION.search(parameters)
        if said and relation in (said[1] or said[2] or "").lower().split() and (link := safe_link(address, reply.url)):
            return link
    return None


def _validator(reply: Reply, name: str) -> str | None:
    """A validator as it came, if it can be stored and sent back unchanged."""
    value = reply.headers.get(name)
    if not value or len(value) > LONGEST_VALIDATOR or not value.isprintable():
        return None
    return value


async def body_of(reply: Reply) -> Body:
    """Give an answer's document; some servers serve a stored .gz without saying so.

    :raises FeedRefused: if it unpacks to more than the cap
    :raises FeedUnreadable: if it doesn't unpack
    """
    content = reply.body
    if content.startswith(b"\x1f\x8b"):
        # In a thread: ten megabytes take longer than the loop may stand still, and zlib lets go of the interpreter.
        content = await asyncio.to_thread(gunzip, content, reply.url)
    kind = reply.headers.get("content-type", "")
    charset = _CHARSET.search(kind)
    return Body(
        url=reply.url,
        content=content,
        content_type=kind.partition(";")[0].strip().lower()[:100],
        charset=charset[1].lower() if charset else None,
    )


def gunzip(packed: bytes, url: str) -> bytes:
    """Unpack a gzip file of one or several members, up to the cap.

    :raises FeedRefused: if it unpacks to more than the cap
    :raises FeedUnreadable: if it is broken
    """
    pieces: list[bytes] = []
    left = CAP
    while packed.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(wbits=31)
        try:
            piece = member.decompress(packed, left + 1)
        except zlib.error:
            raise FeedUnreadable(f"{shown(url)} sent a gzip file that is broken") from None
        left -= len(piece)
        if left < 0:
            raise FeedRefused(f"{shown(url)}: more than {CAP // 1_000_000} MB when unpacked")
        if not member.eof:
            raise FeedUnreadable(f"{shown(url)} sent a gzip file that is cut short")
        pieces.append(piece)
        packed = member.unused_data
    return b"".join(pieces)
