"""What is said on Bluesky: keys, facets, cards and threads, to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import LIMITS as ALL
from bot.errors import Rejected, TooLong
from bot.model import Post
from bot.platforms.bluesky.records import (
    LIMITS,
    Place,
    check,
    did_of,
    facets,
    is_post,
    place_of,
    record_key,
    record_of,
)
from bot.prove.bluesky_lexicon import TID, objection

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINK = "https://example.org/a_(b)?q=1"
ANN = "did:plc:ann234567abcdefghijklmno"

LETTERS = "234567abcdefghijklmnopqrstuvwxyz"


def post(text: str = f"Worth reading.\n\n{LINK}", **more: Any) -> Post:
    """A post as the outbox would give it."""
    given_ = {"link": LINK, "dedupe_key": "k", "key": "db-1-0", "created_at": NOON, "sent_at": NOON, **more}
    return Post(account="acc", text=text, **given_)


def shown(text: str, marks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What is clickable, and where it leads."""
    raw = text.encode()
    found = []
    for mark in marks:
        (feature,) = mark["features"]
        words = raw[mark["index"]["byteStart"] : mark["index"]["byteEnd"]].decode()
        found.append((words, feature.get("uri") or feature.get("tag") or feature["did"]))
    return found


# --------------------------------------------------------------------------- keys


def moment_of(key: str) -> datetime:
    """The time within a key."""
    number = 0
    for letter in key:
        number = number << 5 | LETTERS.index(letter)
    return datetime.fromtimestamp((number >> 10) / 1e6, UTC)


def test_a_key_is_a_tid_of_its_second() -> None:
    """13 characters, whose time is the second in which the post was decided."""
    key = record_key(post())
    assert TID.fullmatch(key)
    assert moment_of(key).replace(microsecond=0) == NOON


@given(st.text(), st.integers(-(10**9), 8 * 10**9))
def test_any_post_has_a_key(key: str, seconds: int) -> None:
    """Whatever its own key is, and whenever a wrong clock says that it was decided, from 1938 to 2223."""
    assert TID.fullmatch(record_key(post(key=key, created_at=datetime.fromtimestamp(seconds, UTC))))


def test_the_same_post_has_the_same_key_for_ever() -> None:
    """Whatever else changes: the words after a refusal come under another key of the outbox."""
    assert record_key(post()) == record_key(post("Else", sent_at=NOON + timedelta(days=9), title="x"))
    assert record_key(post()) != record_key(post(key="db-1-1"))
    assert record_key(post()) != record_key(post(created_at=NOON + timedelta(seconds=1)))


def test_posts_of_one_moment_have_keys_of_their_own() -> None:
    """What is decided in one transaction has one time: ten thousand such posts, ten thousand keys."""
    assert len({record_key(post(key=f"db-{number}-0")) for number in range(10_000)}) == 10_000


def test_later_posts_have_later_keys() -> None:
    """They sort by time, as texts."""
    keys = [record_key(post(created_at=NOON + timedelta(seconds=number))) for number in range(100)]
    assert keys == sorted(keys)


def test_without_a_time_there_is_no_key() -> None:
    """The first attempt's stands in for it; where there is none either, nothing is guessed."""
    assert record_key(post(created_at=None)) == record_key(post())
    with pytest.raises(Rejected):
        record_key(post(created_at=None, sent_at=None))


# --------------------------------------------------------------------------- limits


def test_the_limits_are_the_published_ones() -> None:
    """What commands say without an account is what the adapter says."""
    assert ALL["bluesky"] == LIMITS


@pytest.mark.parametrize("text", ["x" * 301, "👩‍👩‍👧‍👦" * 121, "é" * 1501 + "x"])
def test_either_limit_counts(text: str) -> None:
    """300 characters as readers see them, and 3,000 bytes."""
    with pytest.raises(TooLong) as told:
        check(text)
    assert told.value.limit == 300


def test_what_fits_is_let_through() -> None:
    """To the last character of either limit."""
    check("x" * 300)
    check("👩‍👩‍👧‍👦" * 120)


# --------------------------------------------------------------------------- facets


def test_links_tags_and_the_person_answered_are_marked() -> None:
    """Each by the bytes that it takes, whatever stands before it."""
    text = f"Größe 👩‍👩‍👧: {LINK} and https://ann.example/x, says @ann.example #Tides #2 #größe"
    assert shown(text, facets(text, LINK, handle="ann.example", did=ANN)) == [
        (LINK, LINK),
        ("https://ann.example/x", "https://ann.example/x"),
        ("@ann.example", ANN),
        ("#Tides", "Tides"),
        ("#größe", "größe"),
    ]


def test_an_answer_calls_whom_it_answers() -> None:
    """By the handle that they spoke with, and nobody where there is no account behind it."""
    answer = post("@ann.example, look.", link=None, reply_to_author=ANN, reply_context={"handle": "ann.example"})
    record = record_of(answer, language=None, card=False, thread=None)
    assert shown(record["text"], record["facets"]) == [("@ann.example", ANN)]
    nobody = replace(answer, reply_to_author="@ann.example")
    assert "facets" not in record_of(nobody, language=None, card=False, thread=None)


@pytest.mark.parametrize(
    "text",
    [
        "ann@ann.example wrote",
        "@ann.example.org is somebody else",
        "@annaann.example",
        "https://x.example/@ann.example/1",
        "@cat.example",
        "C# and #1 and &#38; and a#b",
        "example.com",
    ],
)
def test_what_is_no_mark_is_none(text: str) -> None:
    """Foreign handles, addresses of mail, numbers: nobody is called, nothing tagged."""
    assert [mark for mark in shown(text, facets(text, None, handle="ann.example", did=ANN)) if mark[0] != mark[1]] == []


def test_the_posts_own_link_is_whole() -> None:
    """Also where it ends in what elsewhere ends a sentence, or stands twice."""
    for link in ("https://example.org/a.", "https://example.org/(a", "https://example.org/a#b!"):
        text = f"{link}\n{link}"
        assert shown(text, facets(text, link)) == [(link, link)] * 2


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://exa mple.org", "ftp://example.org", "x" * 9000])
def test_what_a_server_would_refuse_is_not_marked(link: str) -> None:
    """An address that is none would cost the whole post: it stays words."""
    record = record_of(post(f"Look: {link}", link=link), language=None, card=True, thread=None)
    assert "embed" not in record
    assert all(link not in str(mark) for mark in record.get("facets", []))


@given(
    st.lists(
        st.sampled_from(
            [
                LINK,
                "https://x.example/é",
                "#tag",
                "#größe",
                "@ann.example",
                "👩‍👩‍👧",
                " ",
                "\n",
                ".",
                "ẹ̀",
                "(",
                "#",
                "@",
                "a",
            ]
        )
        | st.text(max_size=5),
        max_size=25,
    )
)
def test_facets_never_overlap_split_or_leave_the_text(pieces: list[str]) -> None:
    """Whatever the words: the strict server's own check finds nothing wrong, and the post's link is marked."""
    text = "".join(pieces).encode("utf-8", "replace").decode()
    record = {"$type": "app.bsky.feed.post", "text": text[:250], "createdAt": "2026-11-22T12:00:00.000Z"}
    marks = facets(text[:250], LINK, handle="ann.example", did=ANN)
    assert objection("app.bsky.feed.post", "2222222222222", {**record, "facets": marks}) in {
        "",
        "string too big (maximum 3000) at $.record.text",
    }
    assert ("uri" in str(marks)) >= (LINK in text[:250])


# --------------------------------------------------------------------------- records


def test_a_record_is_what_the_lexicon_wants() -> None:
    """Words, time, language, link and card; nothing that isn't known."""
    record = record_of(post(title="A  title\n here", language="pt-BR"), language="de", card=True, thread=None)
    assert record == {
        "$type": "app.bsky.feed.post",
        "text": f"Worth reading.\n\n{LINK}",
        "createdAt": "2026-11-22T12:00:00.000Z",
        "langs": ["pt-BR"],
        "facets": record["facets"],
        "embed": {
            "$type": "app.bsky.embed.external",
            "external": {"uri": LINK, "title": "A title here", "description": ""},
        },
    }
    assert objection("app.bsky.feed.post", record_key(post()), record) == ""


def test_the_owners_wishes_count() -> None:
    """Without a card; in the account's language where the post tells none."""
    record = record_of(post(), language="de", card=False, thread=None)
    assert ("embed" in record, record["langs"]) == (False, ["de"])
    assert "langs" not in record_of(post(language="no language"), language=None, card=False, thread=None)


def test_a_card_without_a_title_names_the_site() -> None:
    """A card must have one; a very long one is cut."""
    card = record_of(post(), language=None, card=True, thread=None)["embed"]["external"]
    assert card["title"] == "example.org"
    card = record_of(post(title="word " * 500), language=None, card=True, thread=None)["embed"]["external"]
    assert len(card["title"]) <= 300


def test_it_is_dated_when_it_was_first_sent() -> None:
    """A draft that waited a day is news all the same; a clock that was wrong dates nothing before it was decided."""
    for sent, said in ((NOON + timedelta(days=1), "2026-11-23"), (datetime(1970, 1, 1, tzinfo=UTC), "2026-11-22")):
        assert record_of(post(sent_at=sent), language=None, card=True, thread=None)["createdAt"].startswith(said)


def test_a_reply_has_no_card() -> None:
    """It stands in its thread, and says what it answers."""
    root = {"uri": f"at://{ANN}/app.bsky.feed.post/2222222222222", "cid": "bafyreia"}
    thread = {"root": root, "parent": root}
    record = record_of(post(reply_to=root["uri"]), language=None, card=True, thread=thread)
    assert (record["reply"], "embed" in record) == (thread, False)


def test_what_cannot_be_written_is_a_question_mark() -> None:
    """Half a surrogate pair is no character in UTF-8: the server would change it, and we would not know our post again."""
    broken = post("Half \ud83d a pair", link=None, title="\udc00")
    record = record_of(broken, language=None, card=True, thread=None)
    assert record["text"] == "Half ? a pair"
    assert is_post(record, broken)


def test_a_post_is_known_by_its_words_and_what_it_answers() -> None:
    """Not by its time or its card, which an older version of the settings may have made differently."""
    record = record_of(post(), language=None, card=True, thread=None)
    assert is_post({**record, "createdAt": "x", "embed": None}, post())
    assert not is_post({**record, "text": "Else"}, post())
    assert not is_post(record, replace(post(), reply_to=f"at://{ANN}/app.bsky.feed.post/2222222222222"))
    assert not is_post({}, post())
    threaded = {**record, "reply": {"parent": {"uri": "at://x"}}}
    assert is_post(threaded, post())
    assert is_post(threaded, post(reply_to="at://x"))


# --------------------------------------------------------------------------- addresses


def test_addresses_of_records_are_read() -> None:
    """And written the same way."""
    uri = f"at://{ANN}/app.bsky.feed.post/3l2222222222a"
    assert place_of(uri) == Place(ANN, "app.bsky.feed.post", "3l2222222222a")
    assert str(place_of(uri)) == uri
    assert did_of("did:web:example.org") == "did:web:example.org"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        None,
        7,
        "at://ann.example/app.bsky.feed.post/3l",
        f"at://{ANN}/x",
        f"at://{ANN}/a.b/c/d",
        "https://x.example",
    ],
)
def test_what_is_no_address_is_none(uri: object) -> None:
    """Also one by a handle: handles change hands."""
    assert place_of(uri) is None
    assert did_of(uri) == ""


@given(st.text())
def test_no_text_breaks_the_reading_of_addresses(text: str) -> None:
    """Whatever a server says."""
    for read in (place_of, did_of):
        read(f"at://did:plc:{text}/app.bsky.feed.post/{text}")
        read(text)
