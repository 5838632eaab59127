"""Lengths and cuts, in each platform's own unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import ELLIPSIS, cut, first_words, fits, graphemes, measure
from bot.model import Limits

FAMILY = "👨\u200d👩\u200d👧"
LOCAL = Limits(max_length=300, unit="graphemes")
MASTODON = Limits(max_length=500, link_cost=23)
X = Limits(max_length=280, unit="weighted", link_cost=23)
BLUESKY = Limits(max_length=300, unit="graphemes", max_bytes=3_000)
IRC = Limits(max_length=400, unit="bytes")
TELEGRAM = Limits(max_length=4_096, unit="utf16")
EVERY = (LOCAL, MASTODON, X, BLUESKY, IRC, TELEGRAM)

LONG = "https://example.com/" + "a" * 80

pieces = st.one_of(
    st.characters(exclude_categories=["Cs", "Cc"]),
    st.sampled_from([" ", "\n", FAMILY, "e\u0301", "日", "https://a.example/b ", "."]),
)
any_text = st.lists(pieces, max_size=60).map("".join)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("e\u0301", 1), (FAMILY, 1), ("🇩🇪🇫🇷", 2), ("\r\n", 1), ("일본", 2), ("👍🏽!", 2)],
)
def test_graphemes_are_what_a_reader_counts(text: str, count: int) -> None:
    """A letter with its marks, a family and a flag are one each."""
    assert graphemes(text) == count


@pytest.mark.parametrize(
    ("text", "limits", "cost"),
    [
        ("日本", X, 4),
        ("Ünïcödé", X, 7),
        (FAMILY, X, 2),
        ("1️⃣", X, 2),
        ("é", IRC, 2),
        ("e\u0301", X, 1),
        ("😀", TELEGRAM, 2),
        (f"a {LONG} b", X, 27),
        (f"a {LONG} b", MASTODON, 27),
        (f"a {LONG} b", LOCAL, len(LONG) + 4),
        ("see example.com", X, 27),
        ("see example.com", MASTODON, 15),
        ("—“”…", X, 5),
        ("ა", X, 1),  # U+10D0, below the last sign that weighs one
        ("ᄀ", X, 2),  # U+1100, the first that weighs two
        ("\u200a\u2032\u2037", X, 3),
        ("\u200e\u2031\u2038", X, 6),
    ],
)
def test_each_platform_counts_in_its_own_way(text: str, limits: Limits, cost: int) -> None:
    """Weights, emoji, bytes, UTF-16 units and the price of a link are the platform's."""
    assert measure(text, limits) == cost


def test_x_prices_links_even_if_unasked() -> None:
    """A weighted count knows what X counts for a link."""
    assert measure(LONG, Limits(max_length=280, unit="weighted")) == 23


def test_signs_that_are_emoji_weigh_as_such() -> None:
    """© and ® are in a Latin range, and X counts them as the emoji that they may be; keycaps and families are one each."""
    assert [measure(sign, X) for sign in ("©", "®", "™", "1️⃣", "👩‍👩‍👧‍👦", "é")] == [2, 2, 2, 2, 2, 1]


def test_bytes_are_a_second_limit() -> None:
    """Three hundred families are three hundred graphemes, and too many bytes."""
    assert fits(FAMILY * 100, BLUESKY)
    assert not fits(FAMILY * 300, BLUESKY)
    narrow = Limits(max_length=30, unit="graphemes", max_bytes=40)
    assert [fits("é" * count, narrow) for count in (20, 21)] == [True, False]
    assert [fits("a" * count, narrow) for count in (30, 31)] == [True, False]


def test_a_cut_keeps_both_limits() -> None:
    """Words that fit by their letters are cut once more by their bytes, the mark's three among them."""
    assert cut("één été", 5, LOCAL) == "één…"
    assert cut("één été", 7, LOCAL, max_bytes=11) == "één été"
    assert cut("één été", 7, LOCAL, max_bytes=10) == "één…"
    assert cut("één été", 7, LOCAL, max_bytes=8) == "één…"
    assert cut("één été", 7, LOCAL, max_bytes=7) == "éé…"


def test_a_cut_reckons_links_as_the_platform_does() -> None:
    """A long address that costs 23 is kept where it is counted so, with the words that have room beside it."""
    assert cut(f"see {LONG} and so on", 34, MASTODON) == f"see {LONG} and…"
    assert cut(f"see {LONG} and so on", 35, LOCAL) == "see…"
    assert cut("see example.com and so on", 34, X) == "see example.com and…"
    assert cut("see example.com and so on", 24, MASTODON) == "see example.com and so…"


@pytest.mark.parametrize(
    ("text", "room", "result"),
    [
        ("fits as it is", 20, "fits as it is"),
        ("one two three", 9, "one two…"),
        ("one two, three", 9, "one two…"),
        ("unbreakable", 6, "unbre…"),
        ("日本語の文章です", 5, "日本語の…"),
        ("go https://example.com/a b", 12, "go…"),
        ("https://example.com/long-one", 10, ""),
        ("anything", 0, ""),
        ("ab " + FAMILY * 3, 5, "ab…"),
    ],
)
def test_cuts_fall_between_words(text: str, room: int, result: str) -> None:
    """No word, link or grapheme is split, and the cut shows; only a first word too long is split."""
    assert cut(text, room, LOCAL) == result


def test_what_has_no_title_is_called_by_its_first_words() -> None:
    """One line of them, cut between words, without the credit and link that stand under a post."""
    assert first_words("The ferry\nsailed.\n\n— Ann\nhttps://a.example/b") == "The ferry sailed."
    assert first_words("The ferry sailed for the last time", 20) == "The ferry sailed…"
    assert first_words("") == ""
    assert [len(first_words("a" * count)) for count in (100, 101)] == [100, 100]


def test_a_cut_never_lengthens_a_link() -> None:
    """The mark never stands right behind a link, of which it would become a part."""
    assert cut("https://a.example/b and so on", 21, LOCAL) == ""
    assert cut("see https://a.example/b and so on", 25, LOCAL) == "see…"


@given(any_text, st.sampled_from(EVERY), st.integers(0, 80))
def test_a_cut_always_fits(text: str, limits: Limits, room: int) -> None:
    """Whatever the text, the unit and the room, what is left is within the room."""
    assert measure(cut(text, room, limits), limits) <= room


@given(any_text, st.sampled_from(EVERY), st.integers(0, 80))
def test_a_cut_is_a_beginning(text: str, limits: Limits, room: int) -> None:
    """What is left is the text itself or a beginning of it with "…"."""
    left = cut(text, room, limits)
    if left and limits.unit != "weighted":
        assert left == text or (left.endswith(ELLIPSIS) and text.startswith(left[:-1]))


@given(any_text, any_text, st.sampled_from((LOCAL, IRC, TELEGRAM)))
def test_parts_cost_at_least_the_whole(one: str, other: str, limits: Limits) -> None:
    """Counting parts apart never counts too little."""
    assert measure(one + other, limits) <= measure(one, limits) + measure(other, limits)


@pytest.mark.parametrize("piece", ["a.", "https://", "\u0301", FAMILY, "😀", "a ", "日", ")", "1️⃣"])
@pytest.mark.parametrize("limits", EVERY)
def test_hostile_runs_are_measured_and_cut(piece: str, limits: Limits) -> None:
    """Fifty thousand hostile characters cost what they cost, at once."""
    text = piece * (50_000 // len(piece))
    measure(text, limits)
    assert measure(cut(text, 280, limits), limits) <= 280
