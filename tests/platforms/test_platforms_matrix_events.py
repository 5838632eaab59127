"""What Matrix events say, and what ours do: nothing foreign breaks anything, is believed, or means anything as HTML."""

from __future__ import annotations

import html.parser
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.readback import links_to
from bot.core.text import plain
from bot.model import Post
from bot.platforms.matrix.events import (
    calls,
    is_post,
    markup,
    mention_of,
    message,
    names,
    person,
    room_id,
    said_of,
    sync_token,
    taken_back,
    without_name,
)
from bot.platforms.matrix.rooms import may_speak

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ME, ROOM = "@bot:example.org", "!home:example.org"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
RELATION = st.fixed_dictionaries(
    {},
    optional={
        "rel_type": st.sampled_from(["m.thread", "m.replace"]) | JSON,
        "event_id": st.just("$1") | JSON,
        "is_falling_back": JSON,
        "m.in_reply_to": st.just({"event_id": "$2"}) | JSON,
    },
)
CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "msgtype": st.sampled_from(["m.text", "m.notice"]) | JSON,
        "body": st.text() | JSON,
        "formatted_body": st.text() | JSON,
        "m.mentions": st.fixed_dictionaries({"user_ids": st.lists(st.just(ME) | st.text() | JSON) | JSON}) | JSON,
        "m.relates_to": RELATION | JSON,
        "m.new_content": st.fixed_dictionaries({"body": st.text()}) | JSON,
    },
)
EVENT = st.fixed_dictionaries(
    {"type": st.just("m.room.message"), "event_id": st.just("$9"), "sender": st.just("@ann:example.org")},
    optional={"content": CONTENT | JSON, "origin_server_ts": st.integers() | JSON, "unsigned": JSON},
)


def event(content: Any = None, **more: Any) -> dict[str, Any]:
    """Words of Ann's, with what is wished."""
    return {
        "type": "m.room.message",
        "event_id": "$9",
        "sender": "@ann:example.org",
        "origin_server_ts": int((NOW - timedelta(minutes=1)).timestamp() * 1000),
        "content": {"msgtype": "m.text", "body": "hello"} | (content or {}),
    } | more


def said(content: Any = None, **more: Any) -> Any:
    """What is read of such an event."""
    return said_of(event(content, **more), ROOM, NOW)


def post(
    text: str = "Tides: https://example.org/a?x=1&y=2", link: str | None = "https://example.org/a?x=1&y=2", **more: Any
) -> Post:
    """A post of ours."""
    return Post(account="a", text=text, link=link, dedupe_key="k", key="k-0", **more)


# --------------------------------------------------------------------------- names of things


@pytest.mark.parametrize(
    "good", ["@ann:example.org", "@a.b=c/d-e_f:[::1]:8448", "@:example.org", "@ann:localhost:8008", "@Ann!:example.org"]
)
def test_a_full_id_is_one(good: str) -> None:
    """Historic ones too."""
    assert person(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "ann:example.org",
        "@ann",
        "@an n:example.org",
        "@ann:",
        "@ä:example.org",
        None,
        7,
        ["@ann:example.org"],
        f"@{'x' * 300}:example.org",
    ],
)
def test_what_is_no_full_id_is_none(bad: object) -> None:
    """Nobody is called by half a name."""
    assert person(bad) == ""


def test_rooms_and_places_are_opaque() -> None:
    """Whatever they look like, as long as they can be sent back."""
    assert room_id(ROOM) == ROOM
    assert room_id("!cMGK5zsNoFoRd0JoR9BlXHNTc85wQ8PKo4_LjACaqt8")  # since room version 12 without a server
    assert room_id("#news:example.org") == room_id("!a b") == room_id(None) == ""
    assert sync_token("s72595_4483_1934~1.5") == "s72595_4483_1934~1.5"
    assert sync_token("s1 $event") == sync_token("") == sync_token(5) == sync_token("x" * 2001) == ""


# --------------------------------------------------------------------------- what we say


def test_a_post_is_a_notice_that_names_nobody() -> None:
    """Other bots don't answer it, and nobody is called."""
    content = message(post())
    assert (content["msgtype"], content["m.mentions"]) == ("m.notice", {})
    assert content["body"] == "Tides: https://example.org/a?x=1&y=2"
    assert links_to(content["formatted_body"], "https://example.org/a?x=1&y=2")
    assert "m.relates_to" not in content


def test_a_reply_names_the_asker_alone_and_stays_in_its_thread() -> None:
    """As clients with and without threads understand it."""
    reply = post("Hi!", None, reply_to="$1", reply_to_author="@ann:example.org", reply_context={"room": ROOM})
    assert message(reply)["m.mentions"] == {"user_ids": ["@ann:example.org"]}
    assert message(reply)["m.relates_to"] == {"m.in_reply_to": {"event_id": "$1"}}
    threaded = post("Hi!", None, reply_to="$1", reply_context={"room": ROOM, "thread": "$0"})
    assert message(threaded)["m.mentions"] == {}
    assert message(threaded)["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$0",
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": "$1"},
    }


class Tags(html.parser.HTMLParser):
    """The tags of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text() | st.text(alphabet="<>&\"' ahref=/:tps.e\n"))
def test_nothing_foreign_becomes_markup(text: str) -> None:
    """Whatever the words, there are links to where they say, line breaks, and nothing else."""
    for tag, attrs in Tags(markup(text)).found:
        assert tag in {"a", "br"}
        for name, value in attrs:
            assert name == "href"
            assert value is not None
            assert value.startswith(("http://", "https://", "HTTP", "Http", "hTTP")) or "://" in value
            assert value in text


def test_links_can_be_clicked_and_lines_stay() -> None:
    """Two links and two lines."""
    shown = markup("a <b> & c:\nhttps://example.org/a?x=1&y=(2) and https://example.com.")
    assert [tag for tag, _ in Tags(shown).found] == ["br", "a", "a"]
    assert plain(shown) == "a <b> & c:\nhttps://example.org/a?x=1&y=(2) and https://example.com."


# --------------------------------------------------------------------------- finding our own


def test_a_post_is_known_by_its_link_or_its_words() -> None:
    """Also where a module of the server has rewritten the text."""
    ours = {"content": message(post())}
    assert is_post(ours, post())
    assert is_post({"content": {**ours["content"], "body": "something else"}}, post())
    assert is_post({"content": {**ours["content"], "formatted_body": ""}}, post())
    assert not is_post({"content": {**ours["content"], "formatted_body": "", "body": "something else"}}, post())
    assert not is_post({"content": {}}, post())  # taken back since


def test_a_post_of_ours_is_a_notice_in_the_same_place() -> None:
    """Not what the owner typed by hand, not an edit, not a reply to somebody else."""
    ours = message(post("Hi!", None, reply_to="$1"))
    assert is_post({"content": ours}, post("Hi!", None, reply_to="$1"))
    assert not is_post({"content": ours}, post("Hi!", None, reply_to="$2"))
    assert not is_post({"content": ours}, post("Hi!", None))
    assert not is_post({"content": {**message(post()), "msgtype": "m.text"}}, post())
    assert not is_post({"content": {**message(post()), "m.relates_to": {"rel_type": "m.replace"}}}, post())


@given(EVENT, st.text(max_size=40), st.none() | st.text(max_size=20))
def test_no_event_of_ours_breaks_anything(told: dict[str, Any], text: str, link: str | None) -> None:
    """Whatever a server shows as ours, it is the post or it isn't."""
    assert is_post(told, post(text, link)) in {True, False}


# --------------------------------------------------------------------------- what people say


def test_words_are_read() -> None:
    """Every field that the bot uses."""
    heard = said({"m.mentions": {"user_ids": [ME, 7, "nobody"]}, "formatted_body": "<b>hello</b>"})
    assert (heard.id, heard.room, heard.sender, heard.kind, heard.body) == (
        "$9",
        ROOM,
        "@ann:example.org",
        "m.text",
        "hello",
    )
    assert (heard.called, heard.markup, heard.at) == ({ME}, "<b>hello</b>", NOW - timedelta(minutes=1))
    assert (heard.answers, heard.root, heard.edits, heard.parent) == ("", "", "", "")


@pytest.mark.parametrize(
    "told",
    [
        {},
        event(type="m.room.encrypted"),
        event(event_id=None),
        event(sender="somebody"),
        event(content=None) | {"content": {}},  # taken back
        event({"body": None}),
        event({"body": ["hello"]}),
    ],
)
def test_what_holds_no_words_is_none(told: dict[str, Any]) -> None:
    """Other events, encrypted ones, those that were taken back."""
    assert said_of(told, ROOM, NOW) is None


@pytest.mark.parametrize("at", [None, "soon", True, -1, 10**18, int((NOW + timedelta(days=900)).timestamp() * 1000)])
def test_the_future_is_now(at: object) -> None:
    """A time that is none, or lies ahead, is the time of hearing."""
    assert said(origin_server_ts=at).at == NOW


def test_the_quotation_of_older_clients_is_no_words_of_theirs() -> None:
    """It stands in front of a reply, and only there is it taken off."""
    quoted = {"body": "> <@bot:example.org> Tides\n> are late\n\nwhy?"}
    assert said({**quoted, "m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}}).body == "why?"
    assert said(quoted).body == quoted["body"]


def test_a_fallback_of_a_thread_is_no_reply() -> None:
    """Clients without threads see it as one; it hangs on the thread alone."""
    relation = {"rel_type": "m.thread", "event_id": "$1", "m.in_reply_to": {"event_id": "$2"}}
    heard = said({"m.relates_to": {**relation, "is_falling_back": True}})
    assert (heard.answers, heard.root, heard.parent) == ("", "$1", "$1")
    heard = said({"m.relates_to": {**relation, "is_falling_back": False}})
    assert (heard.answers, heard.root, heard.parent) == ("$2", "$1", "$2")


def test_what_was_taken_back_is_named_by_old_and_new_rooms() -> None:
    """Beside the content, or within it since room version 11."""
    assert taken_back({"type": "m.room.redaction", "redacts": "$1", "content": {}}) == "$1"
    assert taken_back({"type": "m.room.redaction", "content": {"redacts": "$1"}}) == "$1"
    assert taken_back({"type": "m.room.redaction", "content": []}) == ""
    assert taken_back({"type": "m.room.message", "redacts": "$1"}) == ""


@pytest.mark.parametrize(
    ("content", "called"),
    [
        ({"m.mentions": {"user_ids": [ME]}}, True),
        ({"m.mentions": {"user_ids": ["@ann:example.org"]}, "body": f"{ME} Starfish"}, False),
        ({"m.mentions": {}, "body": "Starfish: hello"}, False),
        ({"m.mentions": {"user_ids": ME}, "body": "hello"}, False),  # Synapse lets a text pass; it holds our name
        ({"m.mentions": {"user_ids": f"{ME}.evil"}}, False),
        ({"m.mentions": [ME], "body": "hello"}, False),
        ({"body": "Starfish: hello"}, True),
        ({"body": "is it true, starfish?"}, True),
        ({"body": "Starfishing is fun"}, False),
        ({"body": f"ask {ME}."}, True),
        ({"body": f"ask {ME}anization"}, False),
        ({"body": f"mail to me{ME}"}, False),
        ({"body": "x", "formatted_body": f'<a href="https://matrix.to/#/{ME}">it</a>'}, True),
        ({"body": "x", "formatted_body": '<a href="https://matrix.to/#/%40bot%3Aexample.org">it</a>'}, True),
        ({"body": "x", "formatted_body": f'<a href="https://matrix.to/#/{ME}anization">it</a>'}, False),
        ({"body": "hello"}, False),
    ],
)
def test_who_is_called_is_what_the_client_says(content: dict[str, Any], called: bool) -> None:
    """Where it says nothing at all, our name in the text is enough, as it was for clients before."""
    assert calls(said(content), ME, "Starfish") is called


@pytest.mark.parametrize(
    ("text", "called", "left"),
    [
        ("Starfish: hello", False, "hello"),
        ("starfish, hello", False, "hello"),
        ("@Starfish hello", False, "hello"),
        ("@bot:example.org: hello", False, "hello"),
        ("@bot hello", False, "hello"),
        ("bot: hello", False, "hello"),
        ("Starfish hello", True, "hello"),
        ("Starfish hello", False, "Starfish hello"),
        ("Starfish", True, ""),
        ("Starfishes eat mussels", True, "Starfishes eat mussels"),
        ("bottles: green", True, "bottles: green"),
        ("@bots hello", True, "@bots hello"),
        ("hello Starfish", True, "hello Starfish"),
        ("", True, ""),
    ],
)
def test_our_name_in_front_is_no_words(text: str, called: bool, left: str) -> None:
    """As clients complete it; a sentence that begins with it stays whole unless it was a call."""
    assert without_name(text, ME, "Starfish", called=called) == left


def test_without_a_name_of_ours_nothing_strange_is_taken_off() -> None:
    """An account may have no name that people see."""
    assert without_name(": hello", ME, "", called=True) == ": hello"
    assert without_name("@bot hello", ME, "", called=True) == "hello"
    assert calls(said({"body": "hello"}), ME, "") is False


@given(EVENT, st.text(max_size=10), st.text(max_size=10))
def test_no_words_break_anything(told: dict[str, Any], own: str, name: str) -> None:
    """Whatever is said, it is a whole mention or none."""
    heard = said_of(told, ROOM, NOW)
    if heard is not None:
        assert calls(heard, ME, own) in {True, False}
        mention = mention_of(heard, account="a", me=ME, own_name=own, name=name, thread="")
        assert mention.remote_id
        assert mention.name
        assert mention.thread
        assert mention.at <= NOW
        json.dumps(dict(mention.context))


@pytest.mark.parametrize("body", ["> " * 10_000, ">\n" * 10_000, "Starfish" * 3000, " " * 20_000 + "x", "@bot:" * 5000])
def test_long_words_are_read_whatever_they_repeat(body: str) -> None:
    """Sixty thousand characters of one pattern: what backtracks would not come to an end here."""
    heard = said({"body": body * 3, "m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}})
    assert len(heard.body) <= 20_000
    assert calls(heard, ME, "Starfish") is False
    assert mention_of(heard, account="a", me=ME, own_name="Starfish", name="", thread="").name == "ann"


def test_people_are_called_as_they_call_themselves() -> None:
    """The last of their member events counts; what is no name is none."""
    told: list[dict[str, Any]] = [
        {"type": "m.room.member", "state_key": "@ann:example.org", "content": {"displayname": "Ann"}},
        {"type": "m.room.member", "state_key": "@ann:example.org", "content": {"displayname": "Annie"}},
        {"type": "m.room.member", "state_key": "@cat:example.org", "content": {"displayname": 7}},
        {"type": "m.room.member", "state_key": ["x"], "content": {}},
        {"type": "m.room.message", "state_key": "@dog:example.org"},
    ]
    assert names(told) == {"@ann:example.org": "Annie", "@cat:example.org": ""}


@pytest.mark.parametrize(
    ("levels", "speaks"),
    [
        (None, True),
        ({}, True),
        ({"events_default": 50}, False),
        ({"events_default": 50, "users": {ME: 50}}, True),
        ({"events_default": 50, "users_default": 50}, True),
        ({"events_default": 0, "events": {"m.room.message": 100}}, False),
        ({"users": {ME: -1}}, False),
        ({"users": [], "events": 7, "events_default": "50"}, True),
    ],
)
def test_rights_are_read_as_the_specification_has_them(levels: Any, speaks: bool) -> None:
    """What can't be read is left to the server to refuse."""
    assert may_speak(levels, ME) is speaks
