"""Certificates of the tests' own authority, made once with openssl: valid until 2120, expired in 2020, of another name.

The keys are worth nothing: only the tests trust this authority.
"""

from __future__ import annotations

import ssl
from pathlib import Path

AUTHORITY = Path(__file__).parent / "authority.pem"


def tls(name: str) -> ssl.SSLContext:
    """A server's side of TLS with a certificate: "good", "expired" or "other-name"."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(AUTHORITY.with_name(f"{name}.pem"))
    return context
