"""What servers say, read with distrust: no JSON of theirs breaks anything, and nothing of it is taken on trust."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Mention, Post
from bot.platforms.mastodon.statuses import (
    LIMITS,
    OTHERS,
    handle,
    is_post,
    mention_of,
    narrowest,
    root_of,
    server_of,
    told,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME = "https://social.example"


def note(**status: Any) -> dict[str, Any]:
    """A notification of a mention, with some of the status as wished."""
    who = {"id": "7", "acct": "ann@far.example", "display_name": "Ann", "bot": False}
    said = {
        "id": "9",
        "created_at": "2026-11-22T11:59:00.000Z",
        "content": "<p>hi</p>",
        "visibility": "public",
        **status,
    }
    return {"id": "11", "type": "mention", "created_at": said["created_at"], "account": who, "status": said}


def heard(told: dict[str, Any]) -> Any:
    """What the bot makes of a notification."""
    return mention_of(told, account="acc", me="1", domain="social.example", now=NOW)


# --------------------------------------------------------------------------- servers


@pytest.mark.parametrize("length", [0, -5, True, "5000", 10**12, None, [500], 1.5])
def test_an_unbelievable_length_is_not_believed(length: object) -> None:
    """What is no number of a believable size leaves the default."""
    instance = {"configuration": {"statuses": {"max_characters": length, "characters_reserved_per_url": length}}}
    assert server_of(instance, "mastodon", HOME).limits == LIMITS


@pytest.mark.parametrize("software", ["mastodon", "Mastodon", "hometown"])
def test_mastodon_and_its_forks_keep_its_promises(software: str) -> None:
    """Nodeinfo's name decides, however it is written."""
    instance = {"configuration": {"statuses": {"max_characters": 640, "characters_reserved_per_url": 30}}}
    limits = server_of(instance, software, HOME).limits
    assert (limits.max_length, limits.link_cost, limits.idempotent_for) == (640, 30, timedelta(minutes=50))


@pytest.mark.parametrize("software", ["gotosocial", "snac", "pleroma", "akkoma", "", "mastodon-like", "[]"])
def test_other_software_is_taken_with_care(software: str) -> None:
    """Links in full, no key."""
    instance = {"max_toot_chars": 640, "configuration": {"statuses": {"characters_reserved_per_url": 23}}}
    limits = server_of(instance, software, HOME).limits
    assert (limits.max_length, limits.link_cost, limits.idempotent_for) == (640, None, None)


@pytest.mark.parametrize(
    ("instance", "domain"),
    [
        ({"domain": "other.example"}, "other.example"),
        ({"uri": "https://other.example/"}, "other.example"),
        ({"uri": "other.example"}, "other.example"),
        ({"domain": "localhost:8080"}, "localhost:8080"),
        ({"domain": "évil example"}, "social.example"),
        ({"domain": "a@b"}, "social.example"),
        ({"domain": 7}, "social.example"),
        ({}, "social.example"),
    ],
)
def test_a_servers_name_is_one_or_its_address(instance: dict[str, Any], domain: str) -> None:
    """People of the server have its name in their ids, which need not be its address."""
    assert server_of(instance, "", HOME).domain == domain


def test_streams_are_where_the_server_says() -> None:
    """In v2, in v1, or nowhere."""
    assert (
        server_of({"configuration": {"urls": {"streaming": "wss://s.example"}}}, "", HOME).streaming
        == "wss://s.example"
    )
    assert server_of({"urls": {"streaming_api": "wss://s.example"}}, "", HOME).streaming == "wss://s.example"
    assert server_of({"urls": 7}, "", HOME).streaming == ""


# --------------------------------------------------------------------------- people and mentions


@pytest.mark.parametrize(
    ("acct", "expected"),
    [
        ("ann@far.example", "@ann@far.example"),
        ("ann", "@ann@social.example"),
        ("ann@far.example@social.example", "@7@social.example"),
        ("ann bob", "@7@social.example"),
        ("@ann", "@7@social.example"),
        ("an\u202en", "@7@social.example"),
        ("", "@7@social.example"),
        ("x" * 500, "@7@social.example"),
        (None, "@7@social.example"),
    ],
)
def test_a_persons_id_is_full_and_clean(acct: object, expected: str) -> None:
    """Nobody gets another's id by an odd name."""
    assert handle({"acct": acct, "id": 7}, "social.example") == expected


def test_a_mention_is_read() -> None:
    """Every field that the bot uses."""
    told = note(
        content='<p><span class="h-card"><a href="https://social.example/@bot">@<span>bot</span></a></span> what &amp; why?</p>',
        in_reply_to_id=5,
        spoiler_text="tides",
        language="en",
    )
    mention = heard(told)
    assert (mention.remote_id, mention.author, mention.name) == ("9", "@ann@far.example", "Ann")
    assert (mention.text, mention.at) == ("what & why?", NOW - timedelta(minutes=1))
    assert (mention.in_reply_to, mention.thread) == ("5", "9")
    assert (mention.visibility, mention.language, dict(mention.context)) == ("public", "en", {"spoiler": "tides"})


def test_a_mention_that_only_calls_has_no_text() -> None:
    """Handles in front are who is spoken to, not what is said; those within the text stay."""
    assert heard(note(content="<p>@bot @cat@far.example: </p>")).text == ""
    assert heard(note(content="<p>@bot do you know @cat ?</p>")).text == "do you know @cat ?"


def test_the_future_is_now() -> None:
    """A time that is none, or lies ahead, is the time of hearing."""
    for at in ("2099-01-01T00:00:00Z", "tomorrow", None, 7):
        assert heard(note(created_at=at)).at == NOW


@pytest.mark.parametrize(
    "told",
    [
        {**note(), "type": "favourite"},
        {**note(), "account": {"id": "1", "acct": "bot"}},
        {**note(), "status": None},
        note(id=None),
        note(id=".."),
        {},
    ],
)
def test_what_is_no_mention_is_none(told: dict[str, Any]) -> None:
    """Other events, our own words, and what has no id to answer to."""
    assert heard(told) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
STATUS_KEYS = [
    "id",
    "content",
    "text",
    "created_at",
    "in_reply_to_id",
    "visibility",
    "spoiler_text",
    "language",
    "reblog",
]
STATUSES = st.dictionaries(st.sampled_from(STATUS_KEYS), JSON)
PEOPLE = st.dictionaries(st.sampled_from(["id", "acct", "display_name", "bot"]), JSON)


@given(st.fixed_dictionaries({"type": st.just("mention"), "status": STATUSES | JSON, "account": PEOPLE | JSON}))
def test_no_notification_breaks_anything(told: dict[str, Any]) -> None:
    """Whatever a server sends, it is a whole mention or none."""
    mention = heard(told)
    assert mention is None or (mention.remote_id and mention.author.startswith("@") and mention.at <= NOW)


@given(STATUSES, st.text(max_size=40), st.none() | st.text(max_size=20))
def test_no_status_breaks_anything(status: dict[str, Any], text: str, link: str | None) -> None:
    """Whatever stands in our list, it is the post or it isn't."""
    assert is_post(status, Post(account="a", text=text, link=link, dedupe_key="k")) in {True, False}


@given(st.dictionaries(st.sampled_from(["domain", "uri", "urls", "configuration", "max_toot_chars"]), JSON), st.text())
def test_no_instance_breaks_anything(instance: dict[str, Any], software: str) -> None:
    """Whatever a server says of itself, there are limits and a name."""
    server = server_of(instance, software, HOME)
    assert server.limits.max_length > 0
    assert server.domain


@given(JSON)
def test_no_context_breaks_anything(ancestors: object) -> None:
    """Whatever stands above a status, its root is an id or not known."""
    assert isinstance(root_of({"ancestors": ancestors}), str)


def test_the_root_is_what_answers_nothing() -> None:
    """In whatever order the ancestors come; one that was deleted leaves no root."""
    above = [
        {"id": "3", "in_reply_to_id": "2"},
        {"id": "2", "in_reply_to_id": None},
        {"id": "4", "in_reply_to_id": "3"},
    ]
    assert root_of({"ancestors": above}) == "2"
    assert root_of({"ancestors": above[:1]}) == ""


# --------------------------------------------------------------------------- visibility, and our own posts


def test_the_narrowest_visibility_wins() -> None:
    """And what nobody knows is the narrowest."""
    assert narrowest("unlisted", "public") == "unlisted"
    assert narrowest("unlisted", "private", "public") == "private"
    assert narrowest("unlisted", "local") == "direct"


@pytest.mark.parametrize(
    ("content", "same"),
    [
        ('<p>Tides, <a href="https://example.org/a?x=1&amp;y=2">example.org/a</a></p>', True),
        ("<p>Tides, <a class=x href='https://example.org/a?x=1&y=2' target=_blank>here</a></p>", True),
        ("<p>“Tides” –<br>https://example.org/a?x=1&amp;y=2</p>", True),
        ('<p>Tides, <a href="https://example.org/a?x=1">example.org/a</a></p>', False),
        ('<p>Tides, <a href="https://example.org/a?x=1&amp;y=2&amp;z">example.org</a></p>', False),
        ("<p>Tides</p>", False),
        ("", False),
    ],
)
def test_a_post_is_known_by_its_link_or_its_words(content: str, same: bool) -> None:
    """Markup, entities and quotes are the server's; the address and the words are ours."""
    link = "https://example.org/a?x=1&y=2"
    assert is_post({"content": content}, Post(account="a", text=f'"Tides" - {link}', link=link, dedupe_key="k")) is same


def test_the_text_as_it_was_sent_counts_too() -> None:
    """GoToSocial turns markdown into markup, and tells the source beside it."""
    post = Post(account="a", text="*Tides* are _late_", dedupe_key="k")
    assert is_post({"content": "<p><b>x</b></p>", "text": "*Tides* are _late_"}, post)


def test_a_reply_is_known_by_what_it_answers() -> None:
    """A link in it proves nothing: the same article may be named to many."""
    link = "https://example.org/a"
    reply = Post(account="a", text=f"See {link}", link=link, dedupe_key="k", reply_to="5")
    shown = {"content": f'<p>@ann See <a href="{link}">{link}</a></p>'}
    assert is_post({**shown, "in_reply_to_id": "5"}, reply)
    assert not is_post({**shown, "in_reply_to_id": "6"}, reply)
    assert not is_post({"content": f'<a href="{link}">x</a>', "in_reply_to_id": "5"}, reply)
    assert not is_post({**shown, "in_reply_to_id": "5"}, Post(account="a", text="x", link=link, dedupe_key="k"))


def test_the_careful_limits_are_the_published_ones_but_for_the_promises() -> None:
    """What is not promised: the cost of a link, the key, the unit."""
    assert (OTHERS.max_length, OTHERS.link_cost, OTHERS.idempotent_for) == (500, None, None)


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ('{"stream": ["user"], "event": "notification", "payload": "{}"}', True),
        ('{"stream": ["user"], "event": "update", "payload": "{}"}', False),
        ('{"stream": ["user"], "event": "status.update", "payload": "{}"}', False),
        ('{"stream": ["user"], "event": "filters_changed"}', False),
        ('{"event": 7}', False),
        ('{"stream": ["user"], "event": "delete", "payload": "109"}', "109"),
        ('{"stream": ["user"], "event": "delete", "payload": 109}', "109"),
        ('{"stream": ["user"], "event": "delete", "payload": {}}', True),
        ('{"id": "5", "type": "mention", "status": {}}', True),
        ('{"id": "5", "content": "<p>of somebody we follow</p>"}', False),
        ("109", "109"),
        ("01JD3QZXV5H8WQ", "01JD3QZXV5H8WQ"),
        ("[]", True),
        ("null", True),
        ("[" * 100_000, True),
        ("9" * 5000, True),
        ("../" + "x" * 300, True),
    ],
)
def test_what_a_stream_tells_is_understood(message: str, meant: bool | str) -> None:
    """News of us, others' affairs, or an id that is gone; what can't be read is asked about."""
    found = told(message, account="acc", now=NOW)
    if isinstance(meant, str):
        assert found == Mention(account="acc", remote_id=meant, author="", text="", at=NOW, gone=True)
    else:
        assert found is meant
