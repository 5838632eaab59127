"""The addresses in the owner's files: networks, web addresses, where to listen, how to be reached.

May import: fields, words.
Every reader takes what TOML gave and returns the value, or raises Unfit, as those of `fields` do.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from bot.settings.fields import no_space, text_of
from bot.settings.words import Unfit, did_you_mean, shown

_HOST = re.compile(r"[^\s\x00-\x20/?#@\\\[\]:]+|\[[0-9A-Fa-f:.]+\]")


def network(value: object) -> IPv4Network | IPv6Network:
    """A range of addresses, `127.0.0.0/8`, or one address."""
    text = text_of(value, "127.0.0.0/8")
    try:
        whole = ip_network(text, strict=False)
    except ValueError:
        raise Unfit(f'{shown(text)} is not a range of addresses like "127.0.0.0/8"') from None
    try:
        return ip_network(text)
    except ValueError:
        raise Unfit(f"{shown(text)} has bits beyond its mask{did_you_mean(str(whole))}") from None


def web_url(value: object) -> str:
    """An absolute http or https address without credentials."""
    text = text_of(value, "https://example.com/").strip()
    if len(text) > 2000 or re.search(r"[\s\x00-\x20\x7f-\xa0]", text):
        raise Unfit("must be one address without spaces or control characters, at most 2,000 long")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise Unfit(f"{shown(text)} is not an address that can be opened") from None
    if parts.username is not None or parts.password is not None:
        # Never repeat it: it holds a password.
        raise Unfit('has a name or password in it; take them out and write auth = { env = "…" }')
    scheme = parts.scheme.lower()
    if scheme in ("http", "https") and host and _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        return text
    hint = "; it must begin with http:// or https://"
    if scheme in ("feed", "itpc", "pcast", "webcal") or (not parts.netloc and "." in text.split("/")[0]):
        rest = re.sub(r"^(?:feed|itpc|pcast|webcal):(?://)?", "", text, flags=re.IGNORECASE)
        hint = did_you_mean(rest if rest.startswith("http") else f"https://{rest}")
    raise Unfit(f"{shown(text)} is not a web address{hint}")


def contact(value: object) -> str:
    """How a site's owner reaches this bot's owner; it travels in a header."""
    text = no_space(value)
    if not text.isascii() or any(c in '()<>"\\' for c in text) or not re.search(r"@|^https?://.", text):
        raise Unfit(f"{shown(text)} must be a web address or an e-mail address, in plain ASCII")
    return text


def listen(value: object) -> tuple[str, int]:
    """`127.0.0.1:8420`: where the page is served; port 0 takes any free one."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise Unfit(f"{value} has no address{did_you_mean(f'127.0.0.1:{value}')}")
    text = text_of(value, "127.0.0.1:8420")
    host, colon, port = text.rpartition(":")
    if not colon or not host or not _HOST.fullmatch(host):
        if text.isdigit() or (text.startswith(":") and text[1:].isdigit()):
            hint = did_you_mean(f"127.0.0.1:{text.lstrip(':')}")
        else:
            hint = did_you_mean(f"{text}:8420") if _HOST.fullmatch(text) else ""
        raise Unfit(f'{shown(text)} is not "address:port"{hint}')
    if not (port.isascii() and port.isdigit()) or int(port[:6]) > 65535:
        raise Unfit(f"{shown(text)} has no port between 0 and 65535")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach the address."""
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
