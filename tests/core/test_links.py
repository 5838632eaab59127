"""Where links are: the same for people and platforms, in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.links import links_in


def found(text: str, *, bare: bool = True) -> list[str]:
    """The links of a text as they stand in it."""
    return [text[start:end] for start, end in links_in(text, bare=bare)]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.com/a?b=c#d for more", ["https://example.com/a?b=c#d"]),
        ("HTTP://EXAMPLE.COM/A", ["HTTP://EXAMPLE.COM/A"]),
        ("(https://example.com/a_(b))", ["https://example.com/a_(b)"]),
        ("Read https://example.com/a.", ["https://example.com/a"]),
        ("“https://example.com/a”, they said", ["https://example.com/a"]),
        ("请看https://example.com/路，然后", ["https://example.com/路"]),
        ("https://one.example/ https://two.example/", ["https://one.example/", "https://two.example/"]),
        ("1.https://example.com/a a.b.HTTP://example.com", ["https://example.com/a", "HTTP://example.com"]),
        ("https://", []),
        ("nothing here", []),
    ],
)
def test_full_addresses_end_where_a_reader_would_end_them(text: str, links: list[str]) -> None:
    """Punctuation of the sentence is no part of a link; balanced brackets and other scripts are."""
    assert found(text) == links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("example.com is here", ["example.com"]),
        ("go to www.bbc.co.uk/news?x=1!", ["www.bbc.co.uk/news?x=1"]),
        ("example.com:8080/a", ["example.com:8080/a"]),
        ("bücher.de", ["bücher.de"]),
        ("Example.COM/Path", ["Example.COM/Path"]),
        ("XN--bcher-kva.example.XN--P1AI", ["XN--bcher-kva.example.XN--P1AI"]),
        ("mail.example.com@ or example.org, ann@example.com", ["example.org"]),
        ("xn--bcher-kva.example.xn--p1ai", ["xn--bcher-kva.example.xn--p1ai"]),
        ("example.com.nonsense", ["example.com"]),
        ("Node.js 4.2.1 and e.g. i.e. U.S.", []),
        ("ann@example.com", []),
        ("@ann@example.social", []),
        ("a" * 64 + ".com", []),
        ("...com", []),
    ],
)
def test_bare_names_count_only_with_a_known_top_level_domain(text: str, links: list[str]) -> None:
    """`example.com` is a link; versions, abbreviations, e-mail addresses and handles are none."""
    assert found(text) == links


def test_bare_names_can_be_left_out() -> None:
    """A platform that links only full addresses finds only these."""
    assert found("example.com or https://example.com/", bare=False) == ["https://example.com/"]


def test_a_name_ends_where_an_unspaced_script_begins() -> None:
    """`見てexample.com！` holds a name, as X and others see it; a name in another script that parts words is one name."""
    assert found("見てexample.comを") == ["example.com"]
    assert found("한국example.com중") == ["example.com"]
    assert found("bücher.com") == ["bücher.com"]


@given(st.text("ab.-_/:@#()htps \n路é", max_size=60))
def test_links_are_ordered_and_do_not_overlap(text: str) -> None:
    """Whatever the text, links are given in order, apart from each other, and not empty."""
    last = 0
    for start, end in links_in(text):
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.parametrize("piece", ["a.", "https://", "a-.", ".", "https://a" + ")" * 50, "a.com/", "@a.b "])
def test_hostile_runs_are_read_through(piece: str) -> None:
    """A hundred thousand characters made to confuse come back at once."""
    links_in(piece * (100_000 // len(piece)))
