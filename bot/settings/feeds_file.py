"""`feeds.toml`: what the bot reads.

May import: model, kinds, fields, starfish_file (the filter keys), pydantic.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.model import Secret
from bot.settings.kinds import SECRET, Backfill, FeedStyle, Hashtag, Lines, Several, SomeSpan, Table, Tables, WebUrl
from bot.settings.starfish_file import FilterKeys
from bot.settings.words import Unfit, shown

# What the client itself says in a request; a second voice would break conditional requests or the size cap.
OURS = frozenset({
    "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect", "range",
    "accept-encoding", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since",
})  # fmt: skip
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_LIKE_A_SECRET = re.compile(r"auth|cookie|token|key|secret|password|session|signature", re.IGNORECASE)


HEADERS = {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, SECRET]}}


def header_pairs(value: object) -> object:
    """Header names and values; what may open a door must come by reference."""
    if not isinstance(value, dict):
        raise Unfit('must be a table like { "X-Feed-Token" = { env = "FEED_TOKEN" } }')
    read: list[tuple[str, Secret]] = []
    for name, content in value.items():
        if not _HEADER.fullmatch(name) or name.lower() in OURS:
            why = "is set by the bot itself" if name.lower() in OURS else "is not the name of a header"
            raise Unfit(f"{shown(name)} {why}")
        secret = content if isinstance(content, Secret) else None
        if secret is None and _LIKE_A_SECRET.search(name):
            raise Unfit(f'{shown(name)} looks like a secret; write {shown(name)} = {{ env = "FEED_SECRET" }}')
        if secret is None and not isinstance(content, str):
            raise Unfit(f"{shown(name)} must be text")
        text = secret.reveal() if secret else str(content)
        if any((ord(c) < 32 and c != "\t") or ord(c) == 0x7F or ord(c) > 255 for c in text):
            raise Unfit(f"{shown(name)} holds characters that a header can't carry")
        read.append((name, secret or Secret(text)))
    return tuple(read)


def login(value: object) -> object:
    """Basic credentials, `user:password`."""
    if isinstance(value, Secret) and value.reveal() and ":" not in value.reveal():
        raise Unfit("must hold user:password, with a colon between")
    return value


def proxy_address(value: object) -> object:
    """The address of an http proxy."""
    if isinstance(value, Secret) and value.reveal() and not re.match(r"https?://[^\s/]", value.reveal(), re.IGNORECASE):
        raise Unfit("must hold the address of a proxy that begins with http:// or https://")
    return value


class FeedTable(FilterKeys):
    """One feed."""

    noun: ClassVar[str] = "a feed"
    url: WebUrl = Field(description="The feed's address; http or https.")
    tags: Lines = Field(default=(), description="Accounts choose feeds by tag.")
    own: bool = Field(default=False, description="Yours: counts against the self-promotion cap.")
    backfill: Backfill = Field(default=1, description='Entries of the first sight that may be shared; "all" for all.')
    every: SomeSpan | None = Field(
        default=None, description="A wish for the polling interval; the server's wishes still count."
    )
    hashtags: Annotated[tuple[Hashtag, ...], Several] = Field(
        default=(), description="Added where the platform uses them; a post has two, and these go first."
    )
    max_age: SomeSpan | None = Field(
        default=None, description="Older entries are passed over; counted from publication."
    )
    style: FeedStyle | None = Field(default=None, description="How its posts are worded; overrides the account's.")
    headers: Annotated[tuple[tuple[str, Secret], ...], BeforeValidator(header_pairs), WithJsonSchema(HEADERS)] = Field(
        default=(), description="Extra headers; what may open a door by reference only."
    )
    auth: Annotated[Secret | None, BeforeValidator(login)] = Field(
        default=None, description="user:password, by reference only."
    )
    cookie: Secret | None = Field(default=None, description="A Cookie header, by reference only.")
    proxy: Annotated[Secret | None, BeforeValidator(proxy_address)] = Field(
        default=None, description="Address of an http proxy, by reference only."
    )


class FeedsFile(Table):
    """feeds.toml: what the bot reads."""

    noun: ClassVar[str] = "feeds.toml"
    feeds: Annotated[tuple[FeedTable, ...], Tables] = Field(default=(), description="The feeds.")
