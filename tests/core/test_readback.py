from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.readback import links_to, same_address, same_words, says, squeezed


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        ("“Tides” – why?", '"Tides" - why?'),
        ("@ann Hello  there\n", "Hello there"),
        ("@ann@far.example, @bob: Hello there", "Hello there"),
        ("@ann@localhost:8080 Hello there", "Hello there"),
        ("@ann: 5 things", "5 things"),
        ("Ｔides", "tides"),
        ("👍", " 👍 "),
        ("Fish & chips", "Fish &  chips"),
    ],
)
def test_what_platforms_change_does_not_count(shown: str, sent: str) -> None:
    """Quotes, dashes, spaces, widths, case, and the handles in front."""
    assert same_words(shown, sent)


@pytest.mark.parametrize(("shown", "sent"), [("Tides", "Tide"), ("👍", "👎"), ("", "x"), ("1 2", "21"), ("a@b c", "c")])
def test_other_words_are_others(shown: str, sent: str) -> None:
    """Letters and digits in their order are what counts; where there are none, signs."""
    assert not same_words(shown, sent)


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://example.org/%C3%A4?a=1&amp;b=2">x</a>',
        "<A HREF = 'https://example.org/ä?a=1&b=2'>x</A>",
        '<p><a rel="x" class="y" href="https://example.org/%c3%a4?a=1&#38;b=2" target="_blank">',
    ],
)
def test_a_link_is_found_however_it_is_written(markup: str) -> None:
    """Entities, umlauts and percent signs are spelling."""
    assert links_to(markup, "https://example.org/ä?a=1&b=2")


@pytest.mark.parametrize(
    "markup",
    [
        '<a href="https://example.org/">',
        "https://example.org/ä?a=1&b=2",
        '<a href="https://example.org/ä?a=1&b=2#x">',
        "<a href=>",
    ],
)
def test_another_address_is_another(markup: str) -> None:
    """Neither a shorter one nor a longer one, nor one that is only text."""
    assert not links_to(markup, "https://example.org/ä?a=1&b=2")


def test_two_spellings_of_an_address_are_the_same() -> None:
    """Percent signs and capital letters of a host say the same; another path doesn't."""
    assert same_address("https://EXAMPLE.org/caf%C3%A9", "https://example.org/café")
    assert not same_address("https://example.org/a", "https://example.org/b")
    assert same_address("http://[", "http://[")


def test_an_address_that_is_none_compares_as_text() -> None:
    """What can't be read as an address is itself."""
    assert links_to('<a href="https://[">x</a>', "https://[")


def test_html_says_the_words_it_was_made_of() -> None:
    """Paragraphs, breaks and spans are not words."""
    assert says("<p>One<br>two</p><p><span>th</span>ree &lt;4&gt;</p>", "One\ntwo\n\nthree <4>")


@given(st.text(max_size=200))
def test_text_survives_being_made_html(text: str) -> None:
    """Whatever is sent and shown as HTML says itself, unless it hides all it has."""
    visible = "".join(char for char in text if char.isalnum() and char.isascii()) + "x"
    assert says(f"<p>{html.escape(visible)}</p>", visible)


@given(st.text(max_size=300))
def test_squeezed_text_has_no_gaps(text: str) -> None:
    """Nothing raises, and no space of any kind is left."""
    assert not any(char.isspace() for char in squeezed(text))


@pytest.mark.parametrize(
    "hostile", ["@" * 300_000, "@a," * 100_000, '<a href="' * 100_000, "<a href='x" * 100_000, "@a " * 100_000 + "!"]
)
def test_hostile_text_is_read_once(hostile: str) -> None:
    """300,000 characters against every pattern: a quadratic one would not come back."""
    assert not same_words(hostile, "x")
    assert not links_to(hostile, "https://example.org/")
