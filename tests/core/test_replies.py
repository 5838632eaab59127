"""A reply as a post: how much room its words have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import LIMITS
from bot.core.replies import reply_post, shorter_reply
from bot.core.text import fits, measure
from bot.errors import Rejected
from bot.model import Limits, Mention

ASKED = Mention(
    account="a",
    remote_id="7",
    author="@someone@a.long.example",
    text="hello",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    visibility="unlisted",
    language="de",
    context={"root": "6"},
)


def test_it_goes_to_the_asker_in_their_thread_as_visibly_as_they_spoke() -> None:
    """What a platform needs to thread it is the mention's own."""
    post = reply_post("Yes.", ASKED, LIMITS["bluesky"], "reply:1")
    assert (post.text, post.reply_to, post.reply_to_author) == ("Yes.", "7", ASKED.author)
    assert (post.visibility, post.reply_context, post.dedupe_key) == ("unlisted", {"root": "6"}, "reply:1")
    assert (post.account, post.language) == ("a", "de")


def test_a_name_in_front_takes_its_room_and_no_name_takes_none() -> None:
    """Where the platform says whom it answers by itself, all of its length is for the words."""
    words = "Go on. " * 160
    for name, limits in LIMITS.items():
        length = measure(reply_post(words, ASKED, limits, "reply:1").text, limits)
        front = len(ASKED.author) + 1 if limits.names_asker else 0
        assert limits.max_length - 40 < length + front <= limits.max_length or limits.max_length > len(words), name
    assert LIMITS["mastodon"].names_asker
    roomy = replace(LIMITS["mastodon"], names_asker=False)
    assert len(reply_post(words, ASKED, roomy, "r").text) > len(reply_post(words, ASKED, LIMITS["mastodon"], "r").text)


def test_a_reply_that_is_too_long_keeps_its_link() -> None:
    """Words go before the link does, whole sentences from the end, and what stood behind the link first of all."""
    link = "https://example.com/an/article-on-tape?p=15365"
    title, line = "What tape taught us about listening.", "It wears out as we do. " * 8
    text = f"Fresh from my pile: {title} {line}(shared on 22 November) {link} `latest` has other things."
    for name, limits in LIMITS.items():
        said = reply_post(text, ASKED, replace(limits, max_length=min(limits.max_length, 160)), "reply:1").text
        assert said.startswith(f"Fresh from my pile: {title}"), name
        assert said.endswith(f". {link}"), name
        assert measure(said, limits) <= 160, name


def test_a_title_that_leaves_no_room_is_cut_at_a_word_before_its_link() -> None:
    """Where not even one sentence fits beside the link, the words end in "…"."""
    said = reply_post(f"{'tape ' * 80}https://example.com/a", ASKED, LIMITS["local"], "reply:1").text
    assert said.endswith("tape… https://example.com/a")
    assert 250 < measure(said, LIMITS["local"]) <= 300


def test_the_link_that_stays_is_a_whole_address_and_its_bytes_are_reckoned_with() -> None:
    """A bare name behind it is but words, and words of many bytes leave the link its own."""
    said = reply_post(f"{'Ä ' * 200}https://example.com/a or example.org", ASKED, LIMITS["local"], "reply:1").text
    assert said.endswith("Ä… https://example.com/a")
    narrow = replace(LIMITS["local"], max_bytes=200)
    said = reply_post(f"{'Ä ' * 200}https://example.com/a", ASKED, narrow, "reply:1").text
    assert said.endswith("Ä… https://example.com/a")
    assert 190 < len(said.encode()) <= 200


def test_a_link_longer_than_the_platform_allows_is_cut_as_before() -> None:
    """There is nothing to keep whole then, and the reply fits all the same."""
    said = reply_post(f"Look. https://example.com/{'a' * 400}", ASKED, LIMITS["local"], "reply:1").text
    assert said == "Look…"


def test_an_answer_that_the_platform_finds_too_long_loses_words_and_nothing_else() -> None:
    """Its link, its asker and its key stay, and the name in front is reckoned with."""
    post = reply_post(f"{'Tape wears out. ' * 10}https://example.com/a", ASKED, LIMITS["mastodon"], "reply:1")
    limits = replace(LIMITS["mastodon"], max_length=100)
    short = shorter_reply(post, limits)
    assert replace(short, text=post.text) == post
    assert short.text.endswith("out. https://example.com/a")
    assert measure(short.text, limits) + len(ASKED.author) + 2 <= 100
    assert measure(shorter_reply(post, replace(limits, names_asker=False)).text, limits) > 100 - len(ASKED.author)


@pytest.mark.parametrize(("text", "room"), [("Look. https://example.com/a-long-way", 20), ("Only words.", 0)])
def test_an_answer_of_which_too_little_fits_is_refused(text: str, room: int) -> None:
    """Words without the link that they promise help nobody, and no more do none."""
    limits = replace(LIMITS["local"], max_length=room)
    with pytest.raises(Rejected, match=f"Too little of the answer fits into the {room} "):
        shorter_reply(reply_post(text, ASKED, LIMITS["local"], "reply:1"), limits)


@given(
    before=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400),
    after=st.text(max_size=60),
    limits=st.sampled_from([*LIMITS.values()]),
)
def test_whatever_stands_around_a_link_it_is_said_whole_and_fits(before: str, after: str, limits: Limits) -> None:
    """Every platform's limit, in its own unit and in bytes, holds with the link."""
    said = reply_post(f"{before} https://example.com/x {after}", ASKED, limits, "reply:1").text
    assert "https://example.com/x" in said
    front = len(ASKED.author) + 2 if limits.names_asker else 0
    assert fits(said, replace(limits, max_length=limits.max_length - front))
