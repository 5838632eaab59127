from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import TimelineItem
from bot.web.timeline import (
    HUES,
    LONG,
    Piece,
    ago,
    ahead,
    as_json,
    cards,
    credited,
    domain,
    parents_wanted,
    pieces,
    shown,
    span_in_words,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def item(
    id_: int,
    kind: Literal["post", "mention", "reply"] = "post",
    in_reply_to: int | None = None,
    text: str = "x",
    author: str = "a",
) -> TimelineItem:
    return TimelineItem(id=id_, kind=kind, author=author, text=text, created_at=NOW, in_reply_to=in_reply_to)


def threads(items: list[TimelineItem], context: list[TimelineItem] | None = None) -> list[list[int]]:
    return [[card.root.id, *(reply.id for reply in card.replies)] for card in cards(items, context or [])]


def test_a_conversation_is_one_card() -> None:
    """A mention, its reply, and what was said to the reply stand together, oldest first; cards newest first."""
    said = [item(1), item(2, "mention"), item(3, "reply", 2), item(4), item(5, "mention", 3), item(6, "reply", 5)]
    assert threads(said) == [[4], [2, 3, 5, 6], [1]]


def test_a_late_reply_stands_where_it_happened() -> None:
    """An old mention fetched for its new answer heads the thread, at the place of the answer."""
    assert threads([item(50), item(51, "reply", 3), item(52)], [item(3, "mention")]) == [[52], [3, 51], [50]]


def test_a_reply_without_its_mention_still_shows() -> None:
    """What it answers may be gone: then it is a card of its own, and a second answer to the same too."""
    assert threads([item(8, "reply", 3), item(9, "reply", 3)]) == [[9], [8]]


def test_context_alone_is_no_card() -> None:
    """An older item that nothing on this page answers isn't shown."""
    assert threads([item(5)], [item(2)]) == [[5]]


def test_the_missing_parents_are_named() -> None:
    """So that the page can fetch them."""
    assert parents_wanted([item(2, "mention"), item(3, "reply", 2), item(5, "reply", 1)]) == {1}


@given(st.lists(st.tuples(st.integers(1, 40), st.none() | st.integers(1, 40)), unique_by=lambda pair: pair[0]))
def test_every_item_is_shown_once(links: list[tuple[int, int | None]]) -> None:
    """Whatever answers whatever, also in a circle: each item stands on the page exactly once."""
    ids = [id_ for thread in threads([item(id_, "mention", parent) for id_, parent in links]) for id_ in thread]
    assert sorted(ids) == sorted(id_ for id_, _ in links)


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("plain", None, (Piece("plain"),)),
        (
            "Look https://a.example/x",
            "https://a.example/x",
            (Piece("Look "), Piece("a.example", "https://a.example/x")),
        ),
        (
            "See https://www.a.example/x?y=(1). Then more",
            "https://www.a.example/x?y=(1)",
            (Piece("See "), Piece("a.example", "https://www.a.example/x?y=(1)"), Piece(". Then more")),
        ),
        (
            "(https://a.example/x), https://b.example",
            None,
            (
                Piece("("),
                Piece("a.example", "https://a.example/x"),
                Piece("), "),
                Piece("b.example", "https://b.example"),
            ),
        ),
        (
            "https://a.example/x, at first",
            "https://elsewhere.example/a-long-address",
            (Piece("a.example", "https://a.example/x"), Piece(", at first")),
        ),
        ("javascript:alert(1) https:// data:x", None, (Piece("javascript:alert(1) https:// data:x"),)),
        ("https://[broken", None, (Piece("https://[broken"),)),
        ("x", "javascript:alert(1)", (Piece("x"),)),
        ("go javascript:alert(1)", "javascript:alert(1)", (Piece("go javascript:alert(1)"),)),
    ],
)
def test_links_become_chips(text: str, url: str | None, expected: tuple[Piece, ...]) -> None:
    """The post's own link is taken exactly, others without the punctuation after them; only the web is a link."""
    assert pieces(text, url) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ask me `help`.", (Piece("Ask me "), Piece("help", say=True), Piece("."))),
        ("`a` `b`", (Piece("a", say=True), Piece(" "), Piece("b", say=True))),
        ("a ` b, `` and `\n`", (Piece("a ` b, `` and `\n`"),)),
        ("`" + "x" * 61 + "`", (Piece("`" + "x" * 61 + "`"),)),
        ("see https://a.b/`x`", (Piece("see "), Piece("a.b", "https://a.b/`x`"))),
    ],
)
def test_what_a_reply_offers_can_be_said_at_a_touch(text: str, expected: tuple[Piece, ...]) -> None:
    """Backquoted words of a reply become chips; anything else, and every other kind of item, stays as it is."""
    assert shown(item(1, "reply", text=text)).pieces == expected
    assert not any(
        piece.say for piece in (*shown(item(1, "post", text=text)).pieces, *shown(item(2, "mention", text=text)).pieces)
    )


@given(st.text(alphabet="ab./:?)( \nhtps\u202e"), st.none() | st.just("https://a.b/"))
def test_no_word_is_lost(text: str, url: str | None) -> None:
    """Put together again, the pieces are the text, and every link is of the web."""
    found = pieces(text, url)
    assert "".join(piece.href or piece.text for piece in found) == text
    assert all(piece.href.startswith(("http://", "https://")) for piece in found if piece.href)


LINK = "https://www.example.com/a/b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Words.\n\n— Ann of Sounds\n{LINK}", ("Words.\n", "— Ann of Sounds", "example.com")),
        (f"Words.\n\n— example.com\n{LINK}", ("Words.\n", "example.com")),
        (f"Words.\n\n— Example\u2060.com\n{LINK}", ("Words.\n", "example.com")),
        (f"Words.\n{LINK}", ("Words.\n", "example.com")),
        (f"Words.\n\n{LINK}", ("Words.\n", "example.com")),
        (f"Words: {LINK}", ("Words: ", "example.com")),
        (f"Words.\n\n— Ann\n\n{LINK}", ("Words.\n\n— Ann\n", "example.com")),
        ("Words.\n\n— Ann\n", ("Words.\n\n— Ann\n",)),
        ("", ()),
    ],
)
def test_a_credit_stands_beside_its_link(text: str, expected: tuple[str, ...]) -> None:
    """Whose words they are is told once: by name, or by the link alone where that says the same."""
    found = credited(pieces(text, LINK))
    assert tuple(piece.text for piece in found) == expected
    assert [piece.text for piece in found if piece.credit] == [one for one in expected if one.startswith("— ")]


def test_a_long_text_gets_a_box_of_its_own() -> None:
    """From the first character beyond."""
    assert not shown(item(1, text="x" * LONG)).long
    assert shown(item(1, text="x" * (LONG + 1))).long


def test_what_strangers_say_has_no_links() -> None:
    """A mention is plain text: nobody advertises through the bot's page."""
    assert shown(item(1, "mention", text="buy https://spam.example")).pieces == (Piece("buy https://spam.example"),)


@pytest.mark.parametrize(("author", "initial"), [("@ann", "A"), ("耳", "耳"), ("…", "?"), ("ßx", "S"), ("@9", "9")])
def test_people_have_an_initial_and_a_colour(author: str, initial: str) -> None:
    """The first letter or digit, and the same colour each time."""
    person = shown(item(1, author=author))
    assert person.initial == initial
    assert person.hue == shown(item(2, author=author.upper() if author.isascii() else author)).hue < HUES


@pytest.mark.parametrize(
    ("span", "was", "will"),
    [
        (timedelta(seconds=4.9), "just now", "any moment"),
        (timedelta(seconds=5), "just now", "in 5 s"),
        (timedelta(seconds=59), "just now", "in 59 s"),
        (timedelta(minutes=1), "1 min ago", "in 1 min"),
        (timedelta(minutes=25, seconds=59), "25 min ago", "in 25 min"),
        (timedelta(hours=5, minutes=59), "5 h ago", "in 5 h"),
        (timedelta(days=1), "1 day ago", "in 1 day"),
        (timedelta(days=3), "3 days ago", "in 3 days"),
        (timedelta(days=7, seconds=-1), "6 days ago", "in 6 days"),
        (timedelta(days=7), "15 Nov 2026", "in 7 days"),
    ],
)
def test_times_in_words(span: timedelta, was: str, will: str) -> None:
    """In the largest unit, rounded down."""
    assert (ago(NOW - span, NOW), ahead(NOW + span, NOW)) == (was, will)


def test_old_times_are_dates_and_clocks_may_jump() -> None:
    """After a week the date stands there; a time from the future is now, a missed one any moment."""
    assert ago(NOW - timedelta(days=30), NOW) == "23 Oct 2026"
    assert ago(NOW + timedelta(hours=1), NOW) == "just now"
    assert ahead(NOW - timedelta(hours=1), NOW) == "any moment"
    assert span_in_words(timedelta(seconds=-5)) == "0 s"


def test_json_times_are_utc() -> None:
    """Whatever zone an item's time is in."""
    local = TimelineItem(
        id=1,
        kind="post",
        author="a",
        text="x",
        created_at=NOW.astimezone(timezone(timedelta(hours=9))),
        url="https://a.b/",
    )
    assert as_json(local) == {
        "id": 1,
        "kind": "post",
        "from": "a",
        "text": "x",
        "url": "https://a.b/",
        "created_at": "2026-11-22T12:00:00.000Z",
    }


@pytest.mark.parametrize(("url", "name"), [("https://www.a.example:8/x", "a.example"), ("http://u:p@b.example", "b.example"),
                                           ("ftp://a.example", None), ("//a.example", None), ("", None), ("http://", None)])  # fmt: skip
def test_a_links_domain(url: str, name: str | None) -> None:
    """The host alone, without userinfo; None for what is no web address."""
    assert domain(url) == name
