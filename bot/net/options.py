"""Kinds of values in the options of platforms, as types that pydantic reads.  May import: model, pydantic.

What they refuse becomes a line of the owner's list of mistakes.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, WithJsonSchema

from bot.model import Secret

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _server(value: object) -> str:
    try:
        parts = urlsplit(value.strip()) if isinstance(value, str) else urlsplit("")
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or "@" in parts.netloc or f"{parts.path}?".strip("/") != "?":
        raise ValueError('must be the server\'s address alone, like "https://example.social"')
    return f"{parts.scheme}://{parts.netloc}"


def _span(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", value)
    if found is None:
        raise ValueError('must be a span like "30s", "5m" or "24h"')
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def mark_of(secret: Secret | None, server: str) -> str:
    """A word by which a secret of a server's is known again within one life of the program; empty for none."""
    return f"{server} {hash(secret):x}" if secret is not None and secret.reveal() else ""


Server = Annotated[str, BeforeValidator(_server), WithJsonSchema({"type": "string", "pattern": "^https?://[^/@]+/?$"})]
"""A server's address without a path: paths are the adapter's to add; without a slash at its end."""

Span = Annotated[
    timedelta, BeforeValidator(_span), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,5}[smhd]$"})
]
"""A span of time, written "30s", "5m", "24h"."""
