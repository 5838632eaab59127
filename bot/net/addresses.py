"""Web addresses as the client sees them: checked, named by host, and shown without their secrets.  May import: errors."""

from __future__ import annotations

import re
from functools import lru_cache

from yarl import URL

from bot.errors import FeedRefused

Origin = tuple[str, str, int | None]
LONGEST = 8_000
"""Characters of an address; servers and proxies refuse more than about 8,190 bytes in a request line."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@lru_cache(maxsize=1_024)  # feeds are asked again and again
def checked(text: str) -> URL:
    """Read a foreign web address, or say why we don't go there.

    :raises FeedRefused: for a scheme other than http and https, a user name, no host, or something that is no address
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise FeedRefused(f"{shown(text[:80])}… is longer than {LONGEST:,} characters")
    if _CONTROL.search(text):
        raise FeedRefused("the address has control characters in it")
    try:
        url = URL(text)
        host = url.host
        port = url.port
    except (ValueError, UnicodeError):
        raise FeedRefused(f"{shown(text)} is not a web address") from None
    if url.scheme not in {"http", "https"}:
        raise FeedRefused(f"{shown(text)} is not an http or https address")
    if not host or port == 0:
        raise FeedRefused(f"{shown(text)} names no host")
    if url.user is not None or url.password is not None:
        raise FeedRefused(f"{shown(text)} has a user name in it; write it as `auth` by a secret reference instead")
    return url.with_fragment(None)


def host_of(url: URL | str) -> str:
    """Name the host whose manners and holds count: the name, and the port where it is not the usual one."""
    url = URL(url) if isinstance(url, str) else url
    name = (url.raw_host or "").lower().rstrip(".")
    name = f"[{name}]" if ":" in name else name
    return name if url.port in {None, 80, 443} else f"{name}:{url.port}"


def origin(url: URL) -> Origin:
    """Scheme, host and port: what secrets are bound to."""
    return url.scheme, (url.raw_host or "").lower().rstrip("."), url.port


def shown(text: str) -> str:
    """Show an address in a message: without user name and password, and with the values of its query hidden."""
    text = _CONTROL.sub("", text.strip())[:300]
    text = re.sub(r"^([a-zA-Z][a-zA-Z0-9+.-]{0,20}:)?//[^/?#]*@", r"\1//", text)
    head, mark, query = text.partition("#")[0].partition("?")
    return head + mark + "&".join(_hidden(part) for part in query.split("&")) if mark else head


def _hidden(part: str) -> str:
    name, mark, value = part.partition("=")
    # A value without a name may be a token all the same.
    return f"{name}=…" if mark and value else name if mark else "…" if part else ""
