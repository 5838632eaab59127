"""What X says of posts, read with distrust."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Mention, Post
from bot.platforms.x.posts import (
    addresses_of,
    answers,
    as_sent,
    is_post,
    mention_of,
    number_at,
    number_of,
    text_of,
    written_at,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ME = "1000"
PEOPLE = {"2001": {"id": "2001", "username": "ann", "name": "Ann"}}


def status(**more: Any) -> dict[str, Any]:
    """A mention, as X tells of it."""
    return {
        "id": "2124472963691446273",
        "text": "@bot what about &lt;b&gt;tides&lt;/b&gt; &amp; waves?",
        "author_id": "2001",
        "conversation_id": "2124472963691446273",
        "created_at": "2026-11-22T11:59:00.000Z",
        "display_text_range": [0, 40],
        "lang": "en",
        "entities": {"mentions": [{"start": 0, "end": 4, "username": "bot", "id": ME}]},
        **more,
    }


def heard(**more: Any) -> Mention | None:
    """The mention that it is."""
    return mention_of(status(**more), PEOPLE, account="x", me=ME, now=NOW)


def post(text: str = "Worth reading", link: str | None = None, **more: Any) -> Post:
    """One of ours."""
    return Post(account="x", text=text, link=link, dedupe_key="k", **more)


def test_a_mention_is_read() -> None:
    """Who, what, when, in which talk."""
    mention = heard()
    assert mention is not None
    assert (mention.author, mention.name, mention.text) == ("@ann", "Ann", "what about <b>tides</b> & waves?")
    assert (mention.at, mention.thread, mention.in_reply_to) == (NOW - timedelta(minutes=1), mention.remote_id, None)
    assert (mention.language, mention.context, mention.bot) == ("en", {}, False)


@pytest.mark.parametrize(
    "more",
    [
        {"id": None},
        {"id": "12a"},
        {"id": "9" * 20},
        {"id": ["1"]},
        {"author_id": None},
        {"author_id": ME},
        {"referenced_posts": [{"type": "retweeted", "id": "5"}]},
        {"referenced_tweets": [{"type": "retweeted", "id": "5"}]},
    ],
)
def test_what_is_none_is_not_heard(more: dict[str, Any]) -> None:
    """Without a number or an author, our own, a repost."""
    assert heard(**more) is None


def test_talk_between_others_is_not_for_us() -> None:
    """X puts all who talked before in front of every answer: only a name among the shown words summons."""
    dragged = {"text": "@cat @bot nonsense", "display_text_range": [10, 18], "in_reply_to_user_id": "2002"}
    ours = {"mentions": [{"start": 5, "end": 9, "username": "bot", "id": ME}]}
    assert heard(**dragged, entities=ours) is None
    typed = {"mentions": [{"start": 5, "end": 9, "id": ME}, {"start": 12, "end": 16, "id": ME}]}
    assert heard(**dragged, entities=typed) is not None
    assert heard(**{**dragged, "in_reply_to_user_id": ME}, entities=ours) is not None


def test_an_answer_to_our_post_or_a_quote_of_it_is_known() -> None:
    """Under the names of now and of before."""
    for name in ("referenced_posts", "referenced_tweets"):
        for kind in ("replied_to", "quoted"):
            mention = heard(**{name: [{"type": "odd", "id": "6"}, {"type": kind, "id": "7"}]})
            assert mention is not None
            assert mention.in_reply_to == "7"
    assert answers({"referenced_posts": "no list"}) == ""


def test_an_edited_mention_is_the_same_one() -> None:
    """It is known by its first number, so that it is answered once, and answered at its last."""
    for name in ("edit_history_post_ids", "edit_history_tweet_ids"):
        mention = heard(**{name: ["2124472963691446000", "2124472963691446273"]})
        assert mention is not None
        assert mention.remote_id == "2124472963691446000"
        assert mention.context == {"latest": "2124472963691446273"}
    assert heard(edit_history_post_ids=["x"]) is not None


def test_whoever_else_was_named_is_left_out_of_the_answer() -> None:
    """By number; neither the asker nor we ourselves."""
    named = [{"start": 0, "id": one} for one in (ME, "2001", "2003", "2002", "2002", None, "x")]
    mention = heard(entities={"mentions": named})
    assert mention is not None
    assert mention.context["exclude"] == "2002,2003"


def test_the_whole_of_a_long_post_is_read() -> None:
    """What paying people write is cut in `text`, and whole beside it, under the names of now and of before."""
    for name in ("note_post", "note_tweet"):
        long = {
            "text": "@bot the whole https://t.co/b",
            "entities": {"urls": [{"url": "https://t.co/b", "expanded_url": "https://example.org/b"}]},
        }
        mention = heard(**{name: long})
        assert mention is not None
        assert mention.text == "the whole https://example.org/b"


def test_a_stranger_without_a_handle_has_a_number() -> None:
    """A name that is none is not put before anybody."""
    for name in (None, "an n", "@ann", "a" * 30, "ánn"):
        mention = mention_of(status(), {"2001": {"username": name}}, account="x", me=ME, now=NOW)
        assert mention is not None
        assert mention.author == "2001"


def test_a_time_that_is_missing_stands_in_the_number() -> None:
    """Numbers hold milliseconds since 2010; a time ahead of ours is now."""
    number = number_at(NOW - timedelta(minutes=3))
    mention = heard(id=number, created_at=None)
    assert mention is not None
    assert mention.at == NOW - timedelta(minutes=3)
    ahead = heard(created_at="2031-01-01T00:00:00Z")
    assert ahead is not None
    assert ahead.at == NOW
    assert number_at(datetime(2001, 1, 1, tzinfo=UTC)) == "0"


def test_a_post_is_known_by_its_link_or_its_words() -> None:
    """X shortens addresses and writes entities; a link is known wherever X says that it leads."""
    urls = [
        {
            "url": "https://t.co/a",
            "expanded_url": "https://example.org/caf%C3%A9",
            "unwound_url": "https://example.net/",
        }
    ]
    shown = {"id": "5", "text": "Tides &amp; waves https://t.co/a", "entities": {"urls": urls}}
    assert is_post(shown, post("Anything", "https://example.org/café"))
    assert is_post(shown, post("Anything", "https://example.net/"))
    assert is_post(shown, post("Tides & waves https://example.org/caf%C3%A9"))
    assert not is_post(shown, post("Anything", "https://example.org/else"))
    assert not is_post(shown, post("Something else"))


def test_an_answer_is_known_by_what_it_answers() -> None:
    """The same words beneath something else are another answer; beneath nothing they are none."""
    shown = {"id": "5", "text": "@ann Hello!", "referenced_posts": [{"type": "replied_to", "id": "7"}]}
    asked = {"reply_to_author": "@ann"}
    assert is_post(shown, post("Hello!", reply_to="7", **asked))
    assert is_post(shown, post("Hello!", reply_to="6", reply_context={"latest": "7"}, **asked))
    assert not is_post(shown, post("Hello!", reply_to="8", **asked))
    assert not is_post(shown, post("Hello!"))
    assert not is_post({"id": "5", "text": "Hello!"}, post("Hello!", reply_to="7", **asked))


def test_addresses_are_sent_in_ascii() -> None:
    """X ends an address at the first character that it doesn't expect in one; all others stay as they are."""
    assert as_sent("é https://example.org/a—b/中?x=é ü") == "é https://example.org/a%E2%80%94b/%E4%B8%AD?x=%C3%A9 ü"
    assert (
        as_sent("https://example.org/caf%C3%A9?a=%20 example.com/é")
        == "https://example.org/caf%C3%A9?a=%20 example.com/é"
    )
    assert as_sent("http://[中") == "http://[中"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "text", "urls", "start", "type"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*status(), "note_post", "referenced_posts", "edit_history_post_ids"]), _JSON))
def test_whatever_x_says_nothing_raises(odd: dict[str, Any]) -> None:
    """Wrong types anywhere give a mention, or none."""
    for said in (odd, status(**odd)):
        mention_of(said, {"2001": odd}, account="x", me=ME, now=NOW)
        is_post(said, post(link="https://example.org/"))
        assert isinstance(text_of(said), str)
        assert isinstance(addresses_of(said), dict)


@given(st.integers(min_value=1, max_value=9_999_999_999_999_999_999))
def test_every_number_has_a_time(number: int) -> None:
    """Nineteen digits reach beyond the year 2080, and no further."""
    assert number_of(str(number))
    assert written_at(str(number)).year < 2090
