"""However a person or a domain is written, the same one is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.handles import SUBDOMAINS, blockable, names_of, plain_handle


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("@Spam@Example.Social", "spam@example.social"),
        ("acct:spam@example.social", "spam@example.social"),
        ("https://example.social/@spam", "spam@example.social"),
        ("example.social/@spam/", "spam@example.social"),
        ("@spam", "spam"),
        ("@spam:example.org", "spam:example.org"),
        ("did:plc:abc", "did:plc:abc"),
        ("4711", "4711"),
        ("SPAM.example", "spam.example"),
        ("spam.example.", "spam.example"),
        ("*.spam.example", "spam.example"),
        (".spam.example", "spam.example"),
        ("https://spam.example", "spam.example"),
        ("HTTPS://Spam.example:8443/", "spam.example"),
        ("spam.example/", "spam.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("@ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ünal", "ünal"),
    ],
)
def test_what_is_blocked_is_a_person_or_a_domain(written: str, meant: str) -> None:
    """In the one form that is compared; saying it in that form says the same."""
    assert blockable(written) == blockable(meant) == meant


@pytest.mark.parametrize(
    "page",
    [
        "https://spam.example/article",
        "spam.example/a/b",
        "https://x.social/@ann/109",
        "https:///",
        "/",
        "http://[1",
        "http://me@spam.example",
    ],
)
def test_a_page_is_neither(page: str) -> None:
    """To take it for its whole site would silence far more than was meant."""
    with pytest.raises(ValueError, match="neither"):
        blockable(page)


@pytest.mark.parametrize(
    ("author", "handle", "names"),
    [
        ("@ann@a.example.social", "", ["ann@a.example.social", "a.example.social", "example.social", "social"]),
        ("@ann:example.org", "", ["ann:example.org", "example.org", "org"]),
        ("@ann:example.org:8448", "", ["ann:example.org:8448", "example.org", "org"]),
        ("@Ann@BÜCHER.example", "", ["ann@xn--bcher-kva.example", "xn--bcher-kva.example", "example"]),
        ("did:plc:abc", "ann.example.net", ["did:plc:abc", "ann.example.net", "example.net", "net"]),
        ("did:web:example.com", "", ["did:web:example.com"]),
        ("4711", "", ["4711"]),
        ("@ann", "", ["ann"]),
        ("", "", [""]),
    ],
)
def test_an_author_has_these_names(author: str, handle: str, names: list[str]) -> None:
    """The whole id first, then the domain and what it is below."""
    assert names_of(author, handle) == names


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    """Nothing of a stranger's breaks it or takes long, and what is compared is compared with itself."""
    assert plain_handle(text) in names_of(text)
    assert len(names_of(text, text)) <= 1 + 2 * SUBDOMAINS
    assert len(names_of("@" + "a." * 5000 + "x", "a." * 5000)) <= 1 + 2 * SUBDOMAINS
