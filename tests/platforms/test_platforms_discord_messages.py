"""What Discord's messages say, and what ours say there: nothing acts, nothing hostile gets through, no id is mistaken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Post
from bot.platforms.discord.messages import (
    LATE,
    MOST,
    Heard,
    answered,
    body_of,
    harmless,
    is_post,
    mention_of,
    nonce_of,
    number_of,
    snowflake,
    spoken,
    time_of,
)

ME, ANN, NOW = "1000000000000000003", "2000000000000000001", datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = datetime(2015, 1, 1, tzinfo=UTC)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def post(text: str = "Hello", link: str | None = None, **more: Any) -> Post:
    """A post of ours."""
    return Post(account="acc", text=text, link=link, dedupe_key="k", key="db-1-0", **more)


def message(**more: Any) -> dict[str, Any]:
    """Ann speaks to us."""
    said: dict[str, Any] = {
        "id": "1300000000000000000",
        "channel_id": "1000000000000000002",
        "type": 0,
        "author": {"id": ANN, "username": "ann", "global_name": "Ann"},
        "content": f"<@{ME}> hello",
        "timestamp": "2026-11-22T11:59:00.123000+00:00",
        "mentions": [{"id": ME, "username": "starfish", "global_name": None}],
    }
    return said | more


def heard(said: dict[str, Any], *, direct: bool = False) -> Any:
    """The mention that a message is."""
    return mention_of(said, account="acc", me=ME, direct=direct, guild="1000000000000000001", now=NOW)


# --------------------------------------------------------------------------- ids


@given(st.floats(min_value=0, max_value=1.4e9).map(lambda seconds: FIRST + timedelta(seconds=seconds)))
def test_an_id_tells_its_time(at: datetime) -> None:
    """To the millisecond, and in the order of time."""
    assert timedelta(0) <= at - time_of(snowflake(at)) < timedelta(milliseconds=1)
    assert snowflake(at) < snowflake(at + timedelta(milliseconds=2))


def test_discords_own_example_is_read() -> None:
    """The one of its reference."""
    assert time_of(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796000, UTC)
    assert snowflake(datetime(1999, 1, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    "wrong", [None, "", "0", "-1", "01", "1e9", "½", "٣", " 1", "9" * 21, str(1 << 63), [], {}, True, 1.5]
)
def test_what_is_no_id_is_none(wrong: object) -> None:
    """Neither words nor foreign digits nor endless numbers."""
    assert number_of(wrong) == 0


@given(st.text(min_size=1))
def test_a_nonce_fits_and_stays(key: str) -> None:
    """24 characters of the 25 that are allowed, the same for the same key and no other."""
    assert len(nonce_of(key)) == 24
    assert nonce_of(key) == nonce_of(key) != nonce_of(f"{key}!")


# --------------------------------------------------------------------------- how far was heard


IDS = st.lists(st.integers(min_value=1, max_value=1 << 62), unique=True, min_size=1, max_size=60)


@given(IDS, st.integers(min_value=0, max_value=1 << 61))
def test_a_cursor_forgets_nothing_that_it_was_told(ids: list[int], start: int) -> None:
    """Whatever the order: all that was told is known, also after a restart, and nothing later than the last."""
    known = Heard(start)
    for id_ in ids:
        known = known.plus(id_)
        assert id_ in known
        assert Heard.read(str(known)) == known
    assert all(id_ in known for id_ in ids)
    assert max(*ids, start) + 1 not in known


@given(IDS)
def test_a_cursor_knows_nothing_that_may_still_come(ids: list[int]) -> None:
    """What lies within a minute of the newest, and wasn't told, isn't taken for told."""
    base = 1 << 60
    known = Heard(base)
    close = [base + 1 + id_ % (LATE // 2) for id_ in ids]
    for id_ in close:
        known = known.plus(id_)
    for missing in {id_ + 1 for id_ in close} - set(close):
        assert missing not in known


def test_a_cursor_stays_short() -> None:
    """However many speak within a minute."""
    known = Heard(0)
    for number in range(1, 3 * MOST):
        known = known.plus((1 << 60) + number)
    assert len(known.after) == MOST
    assert len(str(known)) < 25 * MOST


@pytest.mark.parametrize("cursor", ["", ",", "x", "1,x,-3", "💥", ",".join("9" * 30 for _ in range(5))])
def test_any_cursor_can_be_read(cursor: str) -> None:
    """One that is damaged means that less was heard."""
    assert Heard.read(cursor).upto in {0, 1}


# --------------------------------------------------------------------------- what we say


@pytest.mark.parametrize(
    "hostile",
    [
        "<@1234567890>", "<@!1234567890>", "<@&1234567890>", "<#1234567890>", "<:smile:1234567890>",
        "<a:dance:1234567890>", "<t:1618953630:R>", "</order all:1234567890>", "<id:customize>", "<sound:1:2>",
    ],
)  # fmt: skip
def test_nothing_in_a_text_acts(hostile: str) -> None:
    """Calls, emoji, times and commands are words: none begins with a bracket that opens it."""
    said = harmless(post(f"Before {hostile} after"))
    assert hostile not in said
    assert said.replace("\u2060", "") == f"Before {hostile} after"


def test_nobody_is_called_by_everyones_names() -> None:
    """Nor shown as if they were."""
    said = harmless(post("@everyone @here e@everyone"))
    assert "@everyone" not in said
    assert "@here" not in said


@pytest.mark.parametrize("label", ["https://bank.example", "click", "a](b", "x]"])
def test_no_link_shows_other_words_than_its_address(label: str) -> None:
    """Square and round brackets never meet outside of the post's own link."""
    own = "https://example.org/a](b)"
    said = harmless(post(f"[{label}](https://evil.example) {own} [{label}]({own})", own))
    assert "](" not in said.replace(own, "")
    assert own in said


@given(st.text(alphabet="<>@#:/[]()!&at1eveyonh \n*_`", max_size=60))
def test_harmless_words_only_grow(text: str) -> None:
    """They are the same but for what nobody sees, and doing it twice changes nothing that acts."""
    said = harmless(post(text))
    assert said.replace("\u2060", "") == text
    assert not any(mark in said for mark in ("<@", "<#", "<:", "<a:", "<t:", "](", "@everyone", "@here"))


def test_a_body_says_who_may_be_told() -> None:
    """Nobody, or the author of what is answered alone."""
    assert body_of(post(), embeds=True)["allowed_mentions"] == {"parse": [], "replied_user": False}
    reply = body_of(post(reply_to="5", reply_to_author=ANN), embeds=False)
    assert reply["allowed_mentions"] == {"parse": [], "replied_user": True}
    assert reply["message_reference"] == {"message_id": "5", "fail_if_not_exists": False}
    assert (reply["flags"], reply["nonce"], reply["enforce_nonce"]) == (4, nonce_of("db-1-0"), True)
    part = body_of(Post(account="acc", text="x", dedupe_key="k", reply_to="5"), embeds=True)  # of a thread of ours
    assert part["allowed_mentions"]["replied_user"] is False
    assert not {"nonce", "enforce_nonce", "flags"} & set(part)


# --------------------------------------------------------------------------- what is ours


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ({}, True),
        ({"content": " Hello "}, True),
        ({"content": "Hallo"}, False),
        ({"author": {"id": ANN}}, False),
        ({"nonce": nonce_of("db-1-0"), "content": "else"}, True),
        ({"nonce": nonce_of("db-2-0")}, False),
        ({"nonce": 7}, False),
        ({"message_reference": {"message_id": "5"}}, False),
        ({"message_reference": {"message_id": "5", "type": 1}}, True),
        ({"content": None}, False),
        ({"author": None}, False),
    ],
)
def test_our_posts_are_known(said: dict[str, Any], same: bool) -> None:
    """By the nonce where it is told, else by words and what they answer; never somebody else's."""
    ours = message(author={"id": ME}, content="Hello")
    assert is_post(ours | said, post(), ME) is same


def test_a_link_is_known_exactly() -> None:
    """Addresses that differ in their signs only are two."""
    ours = message(author={"id": ME}, content="Read https://example.org/a-b")
    assert is_post(ours, post("Read https://example.org/a-b", "https://example.org/a-b"), ME)
    assert not is_post(ours, post("Read https://example.org/ab", "https://example.org/ab"), ME)


def test_a_reply_is_known_by_what_it_answers() -> None:
    """Also once that was deleted; never as the answer to somebody else."""
    ours = message(author={"id": ME}, content="Hello")
    reply = post(reply_to="5", reply_to_author=ANN)
    assert is_post(ours, reply, ME)
    assert is_post(ours | {"message_reference": {"message_id": "5"}}, reply, ME)
    assert not is_post(ours | {"message_reference": {"message_id": "6"}}, reply, ME)


# --------------------------------------------------------------------------- what others say


def test_a_mention_is_read_whole() -> None:
    """Who, what, when, where, and what it answers."""
    said = heard(message(type=19, message_reference={"message_id": "1299999999999999999", "type": 0}))
    assert (said.remote_id, said.author, said.name, said.text) == ("1300000000000000000", ANN, "Ann", "hello")
    assert said.at == datetime(2026, 11, 22, 11, 59, 0, 123000, UTC)
    assert (said.in_reply_to, said.visibility, said.bot) == ("1299999999999999999", "public", False)
    assert said.context == {"channel": "1000000000000000002", "guild": "1000000000000000001"}


@pytest.mark.parametrize(
    "change",
    [
        {"mentions": []}, {"mentions": None}, {"mentions": [{"id": ANN}]}, {"type": 7}, {"type": "0"}, {"type": []},
        {"author": {"id": ME}}, {"author": {}}, {"author": {"id": ANN, "system": True}}, {"id": "x"}, {"id": None},
        {"channel_id": None}, {"channel_id": "../users"},
    ],
)  # fmt: skip
def test_what_is_no_mention_is_none(change: dict[str, Any]) -> None:
    """Words of our own or the system's, to others, or without a place."""
    assert heard(message(**change)) is None


def test_in_private_nobody_needs_our_name() -> None:
    """Everything said there is for us; it stays there."""
    said = heard(message(mentions=[], content="hello"), direct=True)
    assert (said.text, said.visibility, said.context["guild"]) == ("hello", "direct", "@me")


@pytest.mark.parametrize("more", [{"author": {"id": ANN, "bot": True}}, {"webhook_id": "77"}])
def test_programs_are_known(more: dict[str, Any]) -> None:
    """Other bots and webhooks are answered once a day at most."""
    assert heard(message(**more)).bot is True


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    """Nobody spoke later than now; without a time the id tells it."""
    assert heard(message(timestamp="2030-01-01T00:00:00+00:00")).at == NOW
    assert heard(message(timestamp=None)).at == time_of(1300000000000000000)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f"<@!{ME}>, are you there?", "are you there?"),
        (f"hello <@{ME}>!", "hello !"),
        (f"<@{ME}> ask <@{ANN}> or <@55>", "ask @Ann or @55"),
        ("the <@&77> of <#88> <:wave:99> <a:dance:99>", "the @77 of #88 :wave: :dance:"),
        ("<@> <@x> <#> <::1> <@123", "<@> <@x> <#> <::1> <@123"),
        ("a\n\n\nb \u202e c", "a\nb c"),
        (None, ""),
        ("x" * 20_000, "x" * 10_000),
    ],
)
def test_words_are_as_people_read_them(content: str | None, text: str) -> None:
    """Names for ids, ours left out; nothing invisible; broken marks stay words."""
    said = message(content=content, mentions=[{"id": ANN, "global_name": "Ann"}, {"id": ME}])
    assert spoken(said, ME) == text


def test_a_message_that_was_passed_on_answers_nothing() -> None:
    """A forward has a reference too, of another type."""
    assert answered({"message_reference": {"type": 1, "message_id": "5"}}) == ""
    assert answered({"message_reference": {"message_id": "5"}}) == "5"


@given(st.dictionaries(st.sampled_from(sorted(message())), JSON), st.booleans())
def test_hostile_messages_raise_nothing(change: dict[str, Any], direct: bool) -> None:
    """Wrong types anywhere: a mention, or none."""
    heard(message() | change, direct=direct)
    is_post(message() | change, post(), ME)
