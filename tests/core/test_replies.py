"""A reply as a post: how much room its words have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.limits import LIMITS
from bot.core.replies import reply_post
from bot.core.text import measure
from bot.model import Mention

ASKED = Mention(
    account="a",
    remote_id="7",
    author="@someone@a.long.example",
    text="hello",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    visibility="unlisted",
    context={"root": "6"},
)


def test_it_goes_to_the_asker_in_their_thread_as_visibly_as_they_spoke() -> None:
    """What a platform needs to thread it is the mention's own."""
    post = reply_post("Yes.", ASKED, LIMITS["bluesky"], "reply:1")
    assert (post.text, post.reply_to, post.reply_to_author) == ("Yes.", "7", ASKED.author)
    assert (post.visibility, post.reply_context, post.dedupe_key) == ("unlisted", {"root": "6"}, "reply:1")


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
