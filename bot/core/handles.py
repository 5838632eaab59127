"""How people and domains are named, however somebody writes them.  Pure; may import: the standard library."""

from __future__ import annotations

import re

SUBDOMAINS = 10
"""Labels of a domain that are looked at: a bound on what a hostile name costs."""

_ADDRESS = re.compile(r"(?:https?://)?(?P<host>[\w.-]+)(?::\d+)?(?:/(?:@(?P<person>[^/@\s]+)/?)?)?")
"""The address of a site, or of a person's page on Mastodon and its kin."""


def plain_handle(name: str) -> str:
    """Give a handle or a domain as it is compared: in small letters, without a leading @, its domain in ASCII."""
    name = name.strip().casefold().removeprefix("acct:").removeprefix("@")
    person, at, domain = name.rpartition("@")
    return f"{person}{at}{_folded(domain)}" if at or "." in domain else name


def blockable(what: str) -> str:
    """Give what an owner means to block as it is compared: a person, or a domain with all that is below it.

    A site's address is its domain, and a profile's the person.

    :raises ValueError: it is the address of something else, or of nothing
    """
    what = what.strip()
    if "/" not in what:
        return plain_handle(re.sub(r"\A\*?\.", "", what))
    found = _ADDRESS.fullmatch(what.casefold())
    if found is None:
        raise ValueError(f"{what} is neither a person nor a domain")
    return plain_handle(f"{found['person']}@{found['host']}" if found["person"] else found["host"])


def names_of(author: str, handle: str = "") -> list[str]:
    """All by which an author can be blocked: the id, its domain and those above it; a handle that is a domain likewise.

    Ids are like @ann@example.social, @ann:example.org (Matrix), or a number or DID, which has its handle beside it.
    """
    name = plain_handle(author)
    domain = name.rpartition("@")[2] if "@" in name else ""
    if not domain and author.startswith("@"):
        domain = name.partition(":")[2].partition(":")[0]
    return [name, *_and_above(domain), *_and_above(plain_handle(handle))]


def _and_above(domain: str) -> list[str]:
    labels = domain.split(".")[-SUBDOMAINS:] if domain else []
    return [".".join(labels[place:]) for place in range(len(labels))]


def _folded(domain: str) -> str:
    """A domain as it is looked up: "bücher.example" is "xn--bcher-kva.example"."""
    domain = domain.rstrip(".")
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
