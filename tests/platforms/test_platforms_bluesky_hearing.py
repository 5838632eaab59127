"""Who spoke to us on Bluesky, and how far we listened, read from whatever a server says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.bluesky.hearing import REMEMBERED, SLOW, Heard, is_bot, mention_of, spoken_to_us

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ME, ANN, CAT = (f"did:plc:{name}234567abcdefghijklmn" for name in ("bot", "ann", "cat"))
HERE = f"at://{ANN}/app.bsky.feed.post/3l22222222222"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def reference(who: str, name: str = "3laaaaaaaaaaa") -> dict[str, str]:
    """A post of somebody's."""
    return {"uri": f"at://{who}/app.bsky.feed.post/{name}", "cid": "bafyreib"}


def note(text: str = "@bot.test hello", *, reason: str = "mention", **record: Any) -> dict[str, Any]:
    """A notification as servers give it."""
    tag = {"$type": "app.bsky.richtext.facet#mention", "did": ME}
    facets = [{"index": {"byteStart": 0, "byteEnd": 9}, "features": [tag]}] if text.startswith("@bot.test") else []
    return {
        "uri": HERE,
        "cid": "bafyreia",
        "author": {"did": ANN, "handle": "ann.test", "displayName": "Ann", "labels": []},
        "reason": reason,
        "record": {"text": text, "facets": facets, "langs": ["en"], **record},
        "indexedAt": "2026-11-22T11:59:00.000Z",
    }


def read(told: dict[str, Any]) -> Any:
    """The mention that it tells of."""
    return mention_of(told, account="acc", me=ME, now=NOON)


# --------------------------------------------------------------------------- mentions


def test_a_mention_is_read() -> None:
    """Everything that a reply needs, and who it is by their permanent id."""
    mention = read(note())
    assert (mention.account, mention.remote_id, mention.author, mention.name) == ("acc", HERE, ANN, "Ann")
    assert (mention.text, mention.language, mention.visibility) == ("hello", "en", None)
    assert (mention.at, mention.thread, mention.in_reply_to) == (NOON - timedelta(minutes=1), HERE, None)
    assert mention.context == {"uri": HERE, "cid": "bafyreia", "handle": "ann.test"}


def test_a_mention_within_a_conversation_knows_its_beginning() -> None:
    """The first post is the thread; what it answers is known too."""
    mention = read(note(reply={"root": reference(CAT, "3lroot2222222"), "parent": reference(ME)}))
    assert mention.thread == mention.context["root"] == reference(CAT, "3lroot2222222")["uri"]
    assert mention.context["root_cid"] == "bafyreib"
    assert mention.in_reply_to == reference(ME)["uri"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@bot.test @cat.test hello", "hello"),
        ("@bot.test", ""),
        ("@bot.test: is   this\n\n\na test?", "is this\na test?"),
        ("hello @cat.test, what now", "hello @cat.test, what now"),
        ("@bot.test \u202ehello\x00 <b>you</b>", "hello <b>you</b>"),
    ],
)
def test_the_words_are_what_is_said(text: str, said: str) -> None:
    """Without the handles in front, without what hides; what looks like markup is text."""
    assert read(note(text)).text == said


def test_our_name_goes_wherever_it_stands() -> None:
    """By the bytes that the facet names, in any script."""
    text = "Größe, @bot.test, ist was?"
    at = len("Größe, ".encode())
    tag = {"$type": "app.bsky.richtext.facet#mention", "did": ME}
    facets = [{"index": {"byteStart": at, "byteEnd": at + 9}, "features": [tag]}]
    assert read(note(text, facets=facets)).text == "Größe, , ist was?"


@pytest.mark.parametrize(
    "index", [{}, {"byteStart": -5, "byteEnd": 3}, {"byteStart": 3, "byteEnd": 10**9}, {"byteStart": "0"}, None]
)
def test_a_facet_that_reaches_nowhere_takes_nothing(index: Any) -> None:
    """Servers take any numbers from anybody."""
    tag = {"$type": "app.bsky.richtext.facet#mention", "did": ME}
    assert read(note("hello there", facets=[{"index": index, "features": [tag]}])).text == "hello there"


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("uri", f"at://{CAT}/app.bsky.feed.post/3l22222222222"),
        ("uri", f"at://{ANN}/app.bsky.feed.like/3l22222222222"),
        ("uri", "https://example.org"),
        ("cid", ""),
        ("author", {"did": "ann.test"}),
        ("author", {"did": ME, "handle": "bot.test"}),
        ("author", None),
        ("reason", "like"),
        ("reason", "quote"),
        ("reason", None),
    ],
)
def test_what_is_no_mention_is_none(change: str, value: object) -> None:
    """A forged author, no post, ourselves, another reason."""
    assert read({**note(), change: value}) is None


def test_an_answer_is_to_us_only_where_it_answers_us() -> None:
    """Servers tell of replies five levels deep: what others say to each other below our post is theirs."""
    assert spoken_to_us(note("no tag", reason="reply", reply={"root": reference(ME), "parent": reference(ME)}), ME)
    assert not spoken_to_us(note("no tag", reason="reply", reply={"root": reference(ME), "parent": reference(CAT)}), ME)
    assert not spoken_to_us(note("no tag", reason="reply"), ME)
    assert spoken_to_us(note(reply={"root": reference(ME), "parent": reference(CAT)}), ME)


def test_the_future_is_now() -> None:
    """Nobody speaks later than now; an unreadable time is now too."""
    for at in ("2036-11-22T12:00:00Z", "soon", None):
        assert read({**note(), "indexedAt": at}).at == NOON


def test_a_nameless_person_is_called_by_handle() -> None:
    """Also where the name is nothing but hidden characters."""
    author = {"did": ANN, "handle": "ann.test"}
    assert read({**note(), "author": author}).name == "ann.test"
    assert read({**note(), "author": {**author, "displayName": "\u200b \u202e"}}).name == "ann.test"
    assert len(read({**note(), "author": {**author, "displayName": "x" * 10_000}}).name) <= 60


@pytest.mark.parametrize(
    ("labels", "bot"),
    [
        ([{"val": "bot"}], True),
        ([{"val": "!no-unauthenticated"}, {"val": "bot", "neg": False}], True),
        ([{"val": "bot", "neg": True}], False),
        ([{"val": ["bot"]}, "bot", None], False),
        ("bot", False),
        (None, False),
    ],
)
def test_a_bot_says_so(labels: Any, bot: bool) -> None:
    """By its label, which may be taken back."""
    assert is_bot({"labels": labels}) is bot


@given(JSON, JSON, JSON, JSON, JSON)
def test_no_notification_breaks_anything(one: Any, two: Any, three: Any, four: Any, five: Any) -> None:
    """Whatever stands where something else should."""
    told = note()
    told["author"] = {"did": ANN, "handle": one, "displayName": two, "labels": three}
    told["record"] = {"text": four, "facets": five, "langs": one, "reply": two}
    told["indexedAt"] = three
    read(told)
    read(
        {
            **note(),
            "record": {"text": "@bot.test x", "facets": [{"index": four, "features": five}], "reply": {"root": one}},
        }
    )
    read(dict.fromkeys(told, one))
    mention_of({}, account="acc", me=ME, now=NOON)


# --------------------------------------------------------------------------- how far we listened


def heard(*uris: str, at: datetime = NOON) -> Heard:
    """What was heard, all at one time."""
    made = Heard()
    for uri in uris:
        made = made.after(uri, at)
    return made


def test_a_cursor_comes_back_as_it_went() -> None:
    """To the millisecond, with all that it remembers."""
    made = heard("a", "b", at=NOON + timedelta(milliseconds=7))
    assert Heard.read(str(made)) == made
    assert Heard.read(str(Heard(NOON))) == Heard(NOON)


@given(st.text())
def test_any_cursor_can_be_read(cursor: str) -> None:
    """What is none is the very beginning."""
    assert isinstance(Heard.read(cursor), Heard)
    assert Heard.read("2").until is None
    assert not Heard.read(cursor[:1]).knows("at://a", NOON)


def test_what_was_heard_is_known_whatever_its_time() -> None:
    """And what wasn't is new, even where it stands below what was read; unless it is older than a day."""
    made = heard("a")
    assert made.knows("a", NOON)
    assert not made.knows("b", NOON - timedelta(hours=23))
    assert made.knows("b", NOON - SLOW - timedelta(seconds=1))


def test_memory_is_bounded() -> None:
    """A cursor is a line, not a book: the newest are remembered, and page after page is not what it is for."""
    made = heard(*map(str, range(REMEMBERED + 50)))
    assert len(made.signs) == REMEMBERED
    assert (made.knows("0", NOON), made.knows(str(REMEMBERED + 49), NOON)) == (False, True)
    assert len(str(made)) < 4000


def test_the_newest_time_stays() -> None:
    """However slow the clock of whoever spoke last."""
    assert heard("a").after("b", NOON - timedelta(hours=3)).until == NOON


def test_a_clock_that_was_wrong_leaves_nobody_deaf() -> None:
    """A time to come is brought back to the server's now."""
    made = heard("a", at=NOON + timedelta(days=3650))
    assert made.knows("b", NOON)
    assert not made.not_after(NOON).knows("b", NOON)
    assert made.not_after(NOON).knows("a", NOON)
    assert Heard().not_after(NOON) == Heard()
