"""Signatures of OAuth 1.0a with HMAC-SHA1, as RFC 5849 describes them.  Pure; may import: model."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from bot.model import Secret

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The four values of an app and of an account that lets it in; they don't expire."""

    consumer_key: Secret
    consumer_secret: Secret
    access_token: Secret
    access_secret: Secret


def authorization(method: str, url: str, keys: Keys, *, timestamp: int, nonce: str) -> str:
    """The header of one request whose body is no form: the parameters of its address are signed with it (3.5.1).

    :param timestamp: seconds since 1970, within five minutes of the server's
    :param nonce: never used before with that timestamp
    """
    spoken = [
        ("oauth_consumer_key", keys.consumer_key.reveal()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", str(timestamp)),
        ("oauth_token", keys.access_token.reveal()),
        ("oauth_version", "1.0"),
    ]
    signed = signature(method, url, spoken, keys.consumer_secret, keys.access_secret)
    return "OAuth " + ", ".join(
        f'{encoded(name)}="{encoded(value)}"' for name, value in sorted([*spoken, ("oauth_signature", signed)])
    )


def signature(
    method: str, url: str, parameters: Iterable[tuple[str, str]], consumer_secret: Secret, token_secret: Secret
) -> str:
    """Sign a request: `parameters` are those of the header and of a form; the address brings its own (3.4)."""
    key = f"{encoded(consumer_secret.reveal())}&{encoded(token_secret.reveal())}"
    base = base_string(method, url, parameters)
    return b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed: method, address and all parameters, in one spelling only (3.4.1)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    everything = [*parse_qsl(parts.query, keep_blank_values=True), *parameters]
    pairs = sorted((encoded(name), encoded(value)) for name, value in everything)
    normal = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join(map(encoded, (method.upper(), f"{parts.scheme}://{host}{port}{parts.path or '/'}", normal)))


def encoded(text: str) -> str:
    """Percent-encoding as 3.6 wants it: only unreserved characters stay."""
    return quote(text, safe="")
