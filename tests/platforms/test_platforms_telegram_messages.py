"""What Telegram's texts and updates hold: places in UTF-16, nobody called, and no JSON that breaks anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Mention
from bot.platforms.telegram.messages import Me, address_of, mention_of, parted, place, spoken, units
from bot.prove.telegram_world import BOT, CALL, COMMAND, entities_of, utf16
from bot.prove.verdict import LINK

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ME = Me(id=123456, username="starfish_bot")
CHAT = {"id": -1002, "type": "supergroup", "title": "People"}
ANN = {"id": 77, "is_bot": False, "first_name": "Ann", "username": "ann", "language_code": "en"}
URL = "https://example.org/@ann/start?x=/help"

TEXTS = st.text(st.sampled_from("aZ9_é😀@/ .:,<>-\n\u2060中") | st.characters(), max_size=40)


# --------------------------------------------------------------------------- speaking


def test_the_link_alone_is_marked() -> None:
    """In UTF-16 code units, whatever stands before it, to the letter and as often as it is said."""
    text, entities = spoken(f"👩‍👩‍👧‍👦 naïve 中\n\n{URL} (again: {URL})", URL)
    raw = text.encode("utf-16-le")
    assert len(entities) == 2
    for entity in entities:
        at, length = entity["offset"], entity["length"]
        assert isinstance(at, int)
        assert isinstance(length, int)
        assert raw[2 * at : 2 * (at + length)].decode("utf-16-le") == entity["url"] == URL


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("hello @ann_bob!", "hello @\u2060ann_bob!"),
        ("(@ann) é@ann", "(@\u2060ann) é@\u2060ann"),
        ("/start now", "/\u2060start now"),
        ("say /help@some_bot", "say /\u2060help@some_bot"),
        ("open tg://resolve?domain=x", "open tg\u2060://resolve?domain=x"),
        ("and/or, 1/2, a / b", "and/or, 1/2, a / b"),
        ("ann@example.org wrote", "ann@example.org wrote"),
        ("5 @ 3, @ and @!", "5 @ 3, @ and @!"),
        (f"read {URL} now", f"read {URL} now"),
        ("#tides #中文 stay", "#tides #中文 stay"),
    ],
)
def test_nobody_is_called_and_nothing_commands(text: str, harmless: str) -> None:
    """A joiner stops what Telegram would make a call or a command of; addresses and hashtags stay as they are."""
    assert spoken(text, None) == (harmless, [])


@given(TEXTS)
def test_no_text_calls_or_commands(text: str) -> None:
    """By the patterns of the published server; and what is added is invisible."""
    said, _ = spoken(text, None)
    bare = LINK.sub("", said)
    assert not CALL.search(bare)
    assert not COMMAND.search(bare)
    assert said.replace("\u2060", "") == text.replace("\u2060", "")


@given(TEXTS, TEXTS)
def test_places_are_right_in_every_text(before: str, after: str) -> None:
    """Whatever surrounds a link, its place and length cut exactly it out."""
    text, entities = spoken(f"{before} {URL} {after}", URL)
    raw = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        at, length = entity["offset"], entity["length"]
        assert isinstance(at, int)
        assert isinstance(length, int)
        assert raw[2 * at : 2 * (at + length)].decode("utf-16-le", "surrogatepass") == URL
    assert units(text) == utf16(text)


def test_ids_are_of_a_chat_and_a_message() -> None:
    """They come apart as they were put together; anything else is none."""
    assert parted(place(-1001, 7)) == (-1001, 7)
    for wrong in ("", "7", "1:", ":1", "1:-2", "a:b", "1:2:3", "1:2\n", "१:२", f"1:{'9' * 30}"):
        assert parted(wrong) is None


@pytest.mark.parametrize(
    ("chat", "address"),
    [
        ({"id": -1001234567, "type": "channel", "username": "proof"}, "https://t.me/proof/7"),
        ({"id": -1001234567, "type": "supergroup"}, "https://t.me/c/1234567/7"),
        ({"id": -55, "type": "group"}, None),
        ({"id": 77, "type": "private", "username": "annann"}, None),
        ({"id": -1001234567, "type": "channel", "username": "../x"}, "https://t.me/c/1234567/7"),
        ({"id": -1001234567890123456789}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_message_has_an_address_where_it_can_be_seen(chat: Any, address: str | None) -> None:
    """Public chats by their name, supergroups and channels by their number, others not at all."""
    assert address_of({"message_id": 7, "chat": chat}) == address


# --------------------------------------------------------------------------- hearing


def heard(text: str | None = "hello", *, kind: str = "message", **more: Any) -> Mention | None:
    """What the bot makes of a message in a group."""
    message: dict[str, Any] = {"message_id": 5, "date": int(NOW.timestamp()) - 60, "chat": CHAT, "from": ANN}
    if text is not None:
        message |= {"text": text, "entities": entities_of(text)}
    return mention_of({"update_id": 1, kind: {**message, **more}}, account="acc", me=ME, now=NOW)


def in_private(text: str | None = "hello", **more: Any) -> Mention | None:
    """What it makes of one in a private chat."""
    return heard(text, **{"chat": {"id": 77, "type": "private"}, **more})


def said(mention: Mention | None) -> str:
    """The words of what must be a mention."""
    assert mention is not None
    return mention.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@starfish_bot hello", "hello"),
        ("@Starfish_Bot: hello", "hello"),
        ("👩‍👩‍👧‍👦 hello @starfish_bot", "👩‍👩‍👧‍👦 hello"),
        ("do you @starfish_bot know?", "do you know?"),
        ("@starfish_bot @starfish_bot", ""),
        ("@ann_ann @starfish_bot hi", "hi"),
        ("@starfish_bot what of @ann_ann?", "what of @ann_ann?"),
        ("/help@starfish_bot", "help"),
        ("/why_not@STARFISH_BOT tides", "why not tides"),
        ("please /help@starfish_bot me", "please help me"),
    ],
)
def test_who_is_named_in_a_group_is_spoken_to(text: str, expected: str) -> None:
    """By name anywhere in the text, or by a command with the name; what is heard is the rest."""
    assert said(heard(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "@starfish_bottle hello",
        "@starfish hello",
        "/help",
        "/help@other_bot",
        "mail@starfish_bot",
        "https://x.org/@starfish_bot_",
        "@other_bot hello",
        "",
    ],
)
def test_who_is_not_named_in_a_group_is_not(text: str) -> None:
    """Others' talk, others' commands, names that only begin like ours."""
    assert heard(text) is None


def test_text_that_only_looks_like_our_name_is_not_believed() -> None:
    """What the server marked counts: a name within code, say, is no call."""
    assert heard("@starfish_bot hello", entities=[]) is None


def test_the_nameless_way_to_call_us_is_understood() -> None:
    """A text mention holds the number of who is meant."""
    called = [{"type": "text_mention", "offset": 0, "length": 4, "user": BOT}]
    assert said(heard("Star, hello", entities=called)) == "hello"
    other = [{**called[0], "user": ANN}]
    assert heard("Star, hello", entities=other) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", "hello"),
        ("/start", "start"),
        ("/start 2GaR-x_9", "start"),
        ("/stop", "stop"),
        ("/help", "help"),
        ("/why_not https://example.org/a", "why not https://example.org/a"),
        ("/help@other_bot", "/help@other_bot"),
        ("start a fire", "start a fire"),
        ("@starfish_bot hello", "hello"),
    ],
)
def test_everything_in_private_is_for_us(text: str, expected: str) -> None:
    """Commands are words; what a link to the bot carried behind its /start is nobody's words."""
    mention = in_private(text)
    assert said(mention) == expected
    assert mention is not None
    assert mention.visibility == "direct"


def test_a_picture_has_words_too() -> None:
    """Its caption is read as a text is; in private even a picture without words is somebody who spoke."""
    caption = "@starfish_bot what is this?"
    picture: dict[str, Any] = {"photo": [{}], "caption": caption, "caption_entities": entities_of(caption)}
    assert said(heard(None, **picture)) == "what is this?"
    assert said(in_private(None, sticker={})) == ""
    assert in_private(None, pinned_message={}) is None
    assert heard(None, sticker={}) is None


def test_an_answer_to_us_needs_no_name() -> None:
    """Who answers our message speaks to us; who answers somebody else doesn't; a sticker says nothing."""
    ours = {"message_id": 3, "from": BOT, "chat": CHAT}
    mention = heard("why?", reply_to_message=ours)
    assert mention is not None
    assert (mention.text, mention.in_reply_to, mention.thread) == ("why?", "-1002:3", "-1002:3")
    assert heard("why?", reply_to_message={**ours, "from": ANN}) is None
    assert heard(None, sticker={}, reply_to_message=ours) is None


def test_a_comment_on_a_channels_post_is_about_that_post() -> None:
    """In the discussion group the post is a copy that Telegram forwarded: what counts is where it came from."""
    origin = {"type": "channel", "chat": {"id": -1001, "type": "channel"}, "message_id": 41}
    copy = {"message_id": 3, "is_automatic_forward": True, "forward_origin": origin, "chat": CHAT}
    mention = heard("@starfish_bot why?", reply_to_message=copy)
    assert mention is not None
    assert mention.in_reply_to == "-1001:41"
    assert heard("@starfish_bot news", is_automatic_forward=True) is None


def test_topics_are_kept_to() -> None:
    """An answer goes to the topic of the question; the message that made the topic is answered by nobody."""
    made = {"message_id": 2, "forum_topic_created": {"name": "Tides"}, "from": BOT, "chat": CHAT}
    mention = heard("@starfish_bot hi", message_thread_id=2, is_topic_message=True, reply_to_message=made)
    assert mention is not None
    assert (mention.context, mention.in_reply_to, mention.thread) == ({"topic": "2"}, None, "-1002:5")
    plain = heard("@starfish_bot hi", message_thread_id=2)
    assert plain is not None
    assert plain.context == {}


def test_who_speaks_as_a_chat_is_no_bot() -> None:
    """An anonymous administrator, or a channel: Telegram puts a bot of its own in their place."""
    group = {**CHAT, "id": -1002}
    who: dict[str, Any] = {"sender_chat": group, "from": {"id": 1087968824, "is_bot": True}}
    mention = heard("@starfish_bot hi", **who)
    assert mention is not None
    assert (mention.author, mention.name, mention.bot) == ("-1002", "People", False)


def test_an_edit_is_the_same_mention() -> None:
    """It has the same id, so that what was heard stays; one that first names us by an edit is heard then."""
    before, after = heard("@starfish_bot hi"), heard("@starfish_bot hi!", kind="edited_message", edit_date=1)
    assert before is not None
    assert after is not None
    assert before.remote_id == after.remote_id == "-1002:5"
    assert before.at == after.at


@pytest.mark.parametrize("kind", ["channel_post", "business_message", "my_chat_member", "inline_query", "poll"])
def test_other_updates_are_no_mentions(kind: str) -> None:
    """Nobody speaks to us in them."""
    assert heard("@starfish_bot hi", kind=kind) is None


@pytest.mark.parametrize("date", [None, "now", 2**40, -5, True, int(NOW.timestamp()) + 9999])
def test_the_future_is_now(date: object) -> None:
    """A time that is none, or lies ahead, is the time of hearing."""
    mention = heard("@starfish_bot hi", date=date)
    assert mention is not None
    assert mention.at == NOW


@pytest.mark.parametrize(
    "entity",
    [
        {"type": "mention", "offset": 0, "length": 10**9},
        {"type": "mention", "offset": -5, "length": 13},
        {"type": "mention", "offset": "0", "length": 13},
        {"type": "mention", "offset": 10**6, "length": 13},
        {"type": "mention", "offset": 1, "length": 13},
        {"type": "mention", "offset": 0, "length": 0},
        {"type": ["mention"], "offset": 0, "length": 13},
        {},
    ],
)
def test_a_place_that_is_none_names_nobody(entity: dict[str, Any]) -> None:
    """Out of the text, within a character, of a wrong type: the words stay as they are."""
    assert heard("@starfish_bot 👍", entities=[entity]) is None
    assert said(in_private("@starfish_bot 👍", entities=[entity])) == "👍"


def test_a_place_within_a_character_breaks_nothing() -> None:
    """Half an emoji is cut off with the rest of it."""
    cut = [{"type": "bot_command", "offset": 1, "length": 1}, {"type": "mention", "offset": 3, "length": 1}]
    assert said(in_private("👍👍", entities=cut)).isprintable()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
WHO = JSON | st.fixed_dictionaries({"id": st.integers() | JSON, "first_name": JSON, "is_bot": JSON, "title": JSON})
PLACES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["mention", "bot_command", "text_mention"]) | JSON,
        "offset": st.integers(-1, 30) | JSON,
        "length": st.integers(-1, 30) | JSON,
        "user": WHO,
    }
)
KEYS = [
    "reply_to_message",
    "forward_origin",
    "sender_chat",
    "message_thread_id",
    "is_topic_message",
    "caption",
    "photo",
]
MESSAGES = st.fixed_dictionaries(
    {
        "message_id": st.integers() | JSON,
        "chat": st.fixed_dictionaries(
            {"id": st.integers() | JSON, "type": st.sampled_from(["private", "group"]) | JSON}
        ),
        "from": WHO,
        "text": TEXTS | JSON,
        "date": JSON,
        "entities": st.lists(PLACES, max_size=4) | JSON,
    },
    optional=dict.fromkeys(KEYS, JSON | WHO),
)


@pytest.mark.parametrize("number", [0, -1, 2**53 + 1, True, "7", None])
def test_a_message_without_a_number_cannot_be_answered(number: object) -> None:
    """One that is only scheduled has none, and nobody speaks to us in it."""
    message = {"message_id": number, "chat": {"id": 7, "type": "private"}, "from": ANN, "text": "hello"}
    assert mention_of({"message": message}, account="acc", me=ME, now=NOW) is None


@given(st.fixed_dictionaries({"message": MESSAGES | JSON, "edited_message": JSON}))
def test_no_update_breaks_anything(update: dict[str, Any]) -> None:
    """Whatever a server sends, it is a whole mention or none."""
    mention = mention_of(update, account="acc", me=ME, now=NOW)
    assert mention is None or (
        parted(mention.remote_id) and re.fullmatch("-?[0-9]+", mention.author) and mention.at <= NOW
    )
    assert mention is None or mention.text.encode().decode() == mention.text


@given(JSON)
def test_no_message_breaks_its_address(message: object) -> None:
    """Whatever an answer holds, its address is one of Telegram's, or none."""
    address = address_of({"message_id": message, "chat": message})
    assert address is None or address.startswith("https://t.me/")
