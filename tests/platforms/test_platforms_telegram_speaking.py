"""What only Telegram has when it is spoken to: its ways to say no, groups that move, previews, taking back, the set-up."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Secret
from bot.net import Client
from bot.platforms.telegram.messages import units
from bot.platforms.telegram.options import Options
from bot.ports import Deleter, Doctor, Listener, Preparing, Publisher
from bot.prove.telegram_world import BOT, CHANNEL, GROUP
from bot.settings import load
from tests.platforms.contract import CANARY, LINK, Stage
from tests.platforms.stages import telegram_stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write

TOKEN = f"123456:{CANARY}"


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """A bot that posts to a channel."""
    async with telegram_stage(make_client, clock) as stage:
        yield stage


async def told(stage: Stage, status: int, body: object, **more: Any) -> DeliveryError:
    """How a post ends that is answered with this."""
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with wire([b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(said), said)]) as place:
        with pytest.raises(DeliveryError) as failure:
            await stage.open(place.url.rstrip("/")).publish(stage.post(**more))
        return failure.value


def no(status: int, words: str, **parameters: object) -> dict[str, object]:
    """A no, as the API says it."""
    return {"ok": False, "error_code": status, "description": words, "parameters": parameters}


def an_answer(**more: Any) -> dict[str, Any]:
    """What makes a post an answer to somebody."""
    return {"reply_to": f"{GROUP['id']}:5", "reply_to_author": "77", **more}


def test_it_keeps_all_the_ports(stage: Stage) -> None:
    """It speaks, listens, takes back, prepares itself and can be examined."""
    account = stage.open()
    assert all(isinstance(account, port) for port in (Publisher, Listener, Deleter, Preparing, Doctor))


# --------------------------------------------------------------------------- what is sent


async def test_a_post_is_sent_as_the_api_wants_it(stage: Stage) -> None:
    """Plain text with its link marked, and shown; never markup; a receipt with an address."""
    receipt = await stage.open().publish(stage.post())
    text = stage.post().text
    assert stage.server.asked[-1].json == {
        "chat_id": "@proof",
        "text": text,
        "entities": [{"type": "text_link", "offset": units(text) - units(LINK), "length": units(LINK), "url": LINK}],
        "link_preview_options": {"url": LINK},
    }
    assert (receipt.remote_id, receipt.url) == (f"{CHANNEL['id']}:1", "https://t.me/proof/1")


@pytest.mark.parametrize(
    ("preview", "expected"),
    [
        ("off", {"is_disabled": True}),
        ("small", {"url": LINK, "prefer_small_media": True}),
        ("large", {"url": LINK, "prefer_large_media": True}),
        ("above", {"url": LINK, "show_above_text": True}),
    ],
)
async def test_a_link_is_shown_as_the_owner_wishes(stage: Stage, preview: str, expected: dict[str, object]) -> None:
    """Large, small, above the words, or not at all."""
    await stage.open_with(preview=preview).publish(stage.post())
    assert stage.server.asked[-1].json["link_preview_options"] == expected


async def test_words_alone_need_no_preview(stage: Stage) -> None:
    """Neither entities nor a preview, and no sound where the owner wants none; an answer is heard."""
    account = stage.open_with(silent=True)
    await account.publish(stage.post("Good morning!", None))
    assert stage.server.asked[-1].json == {
        "chat_id": "@proof",
        "text": "Good morning!",
        "disable_notification": True,
    }
    said = stage.server.say("@ann", "hello")
    await account.publish(stage.post("Hello!", None, **an_answer(reply_to=said.id)))
    assert stage.server.asked[-1].json == {
        "chat_id": GROUP["id"],
        "text": "Hello!",
        "reply_parameters": {"message_id": said.number, "allow_sending_without_reply": True},
    }


async def test_an_answer_stays_in_its_topic(stage: Stage) -> None:
    """In a forum; what is no number is no topic."""
    for topic, expected in (("41", 41), ("x", None)):
        answer = an_answer(reply_context={"topic": topic})
        await stage.open().publish(stage.post("Hello!", None, **answer))
        assert stage.server.asked[-1].json.get("message_thread_id") == expected


async def test_an_answer_whose_question_was_deleted_is_sent_all_the_same(stage: Stage) -> None:
    """In the same chat, without pointing at anything."""
    await stage.open().publish(stage.post("Hello!", None, **an_answer()))
    assert stage.server.kept[0].reply_to is None


async def test_an_answer_to_nothing_of_telegrams_is_refused(stage: Stage) -> None:
    """Nothing is sent for an id that means nothing there."""
    with pytest.raises(Rejected, match="no message"):
        await stage.open().publish(stage.post("Hello!", None, **an_answer(reply_to="at://somewhere")))
    assert stage.server.requests == 0


async def test_joiners_count_too(stage: Stage) -> None:
    """What is put in to call nobody is part of the length; the room that is told leaves space for it."""
    text = "@ann_ann " * 455
    assert units(text) == 4095
    with pytest.raises(TooLong) as failure:
        await stage.open().publish(stage.post(text, None))
    assert failure.value.limit == 4096 - 455
    assert stage.server.requests == 0


async def test_a_chat_may_be_a_number(stage: Stage) -> None:
    """Groups without a name have only that."""
    for chat in (GROUP["id"], str(GROUP["id"])):
        receipt = await stage.open_with(chat=chat).publish(stage.post())
        assert stage.server.asked[-1].json["chat_id"] == GROUP["id"]
        assert receipt.url == f"https://t.me/c/{str(GROUP['id'])[4:]}/{receipt.remote_id.partition(':')[2]}"


# --------------------------------------------------------------------------- its ways to say no


@pytest.mark.parametrize("seconds", [3, 61, 7200, 80_000])
async def test_a_flood_wait_is_kept_to_the_second(stage: Stage, seconds: int) -> None:
    """Also one of hours: it stands in the body alone; nothing was sent."""
    stage.server.floods = [seconds]
    with pytest.raises(RetryLater) as failure:
        await stage.open().publish(stage.post())
    assert failure.value.after == timedelta(seconds=seconds)
    assert stage.said() == []


async def test_a_no_with_status_200_is_a_no(stage: Stage) -> None:
    """Whatever stands between us and Telegram: the body says what happened."""
    stage.server.polite = False
    stage.server.floods = [30]
    with pytest.raises(RetryLater) as failure:
        await stage.open().publish(stage.post())
    assert failure.value.after == timedelta(seconds=30)
    assert isinstance(await told(stage, 200, no(400, "Bad Request: message is too long")), TooLong)
    assert isinstance(await told(stage, 200, no(401, "Unauthorized")), NeedsLogin)


@pytest.mark.parametrize(
    "body",
    [
        {"ok": False},
        no(500, "Internal Server Error"),
        no(200, "OK"),
        {"ok": "true", "result": {}},
        {"ok": True},
        {"ok": True, "result": True},
        {"ok": True, "result": {"message_id": "1", "chat": {"id": -5}}},
        {"ok": True, "result": {"message_id": 1, "chat": {"id": "@proof"}}},
        {"ok": True, "result": {"message_id": 1}},
        [True],
        b"",
        b"[" * 100_000,
        b"<html>",
    ],
)
async def test_only_a_clear_yes_is_one(stage: Stage, body: object) -> None:
    """A 200 that names no message may or may not have been sent."""
    assert isinstance(await told(stage, 200, body), Unsure)


@pytest.mark.parametrize(
    ("status", "words", "post", "answer"),
    [
        (401, "Unauthorized", NeedsLogin, NeedsLogin),
        (404, "Not Found", NeedsLogin, NeedsLogin),
        (403, "Forbidden: bot was kicked from the channel chat", NeedsLogin, Rejected),
        (403, "Forbidden: bot was blocked by the user", NeedsLogin, Rejected),
        (400, "Bad Request: chat not found", NeedsLogin, Rejected),
        (400, "Bad Request: not enough rights to send text messages to the chat", NeedsLogin, Rejected),
        (400, "Bad Request: need administrator rights in the channel chat", NeedsLogin, Rejected),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", NeedsLogin, Rejected),
        (400, "Bad Request: message text is empty", Rejected, Rejected),
        (400, "Bad Request: message thread not found", Rejected, Rejected),
        (400, "Bad Request: message is too long", TooLong, TooLong),
        (400, "Bad Request: MESSAGE_TOO_LONG", TooLong, TooLong),
        (413, "Request Entity Too Large", TooLong, TooLong),
        (429, "Too Many Requests", RetryLater, RetryLater),
        (409, "Conflict: terminated by other getUpdates request", RetryLater, RetryLater),
        (500, "Internal Server Error", Unsure, Unsure),
        (502, "Bad Gateway", Unsure, Unsure),
    ],
)
async def test_a_no_is_understood(
    stage: Stage, status: int, words: str, post: type[DeliveryError], answer: type[DeliveryError]
) -> None:
    """A chat that is closed to us stops the account's posts, which wait; an answer there is given up, and others go on."""
    assert type(await told(stage, status, no(status, words))) is post
    assert type(await told(stage, status, no(status, words), **an_answer())) is answer


async def test_what_to_do_is_said(stage: Stage) -> None:
    """In words that the owner can act on: another token would open no chat."""
    stage.server.barred = {CHANNEL["id"]}
    with pytest.raises(NeedsLogin, match="@proof") as failure:
        await stage.open().publish(stage.post())
    assert failure.value.advice("acc") == "Add it there, in a channel as an administrator who may post messages"
    lost = await told(stage, 404, no(404, "Not Found"))
    assert "starfish accounts renew acc" in lost.told("acc")


async def test_a_group_that_moved_is_followed(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """It became a supergroup: the same post goes there next, and the owner is told which number to write."""
    old, new = -4711, GROUP["id"]
    stage.server.moved = {old: new}
    account = stage.open_with(chat=old)
    with caplog.at_level(logging.WARNING), pytest.raises(RetryLater) as failure:
        await account.publish(stage.post())
    assert failure.value.after == timedelta(0)
    assert f"write chat = {new} into starfish.toml" in caplog.text
    await account.publish(stage.post())
    assert stage.server.kept[0].asked["chat_id"] == new
    # What was said in the old group has a number there, which is somebody else's message in the new one.
    await account.publish(stage.post("Hello!", None, key="db-2-0", **an_answer(reply_to=f"{old}:1")))
    assert stage.server.kept[1].asked == {"chat_id": new, "text": "Hello!"}


@pytest.mark.parametrize("moved", ["-100", None, True, 2**60, [1]])
async def test_a_move_to_nowhere_is_a_no(stage: Stage, moved: object) -> None:
    """What is no number of a chat is not followed."""
    assert isinstance(await told(stage, 400, no(400, "Bad Request: upgraded", migrate_to_chat_id=moved)), Rejected)


@pytest.mark.parametrize("spelling", [TOKEN, CANARY, "".join(f"\\u{ord(char):04x}" for char in TOKEN)])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 429, 500])
async def test_a_server_that_repeats_the_address_gives_nothing_away(stage: Stage, status: int, spelling: str) -> None:
    """L1: the token stands in it; neither the failure nor its traceback holds it, however it is spelt."""
    for name in ("description", "error", "message"):
        body = b'{"ok": false, "error_code": %d, "%s": "no method /bot%s/x"}' % (
            status,
            name.encode(),
            spelling.encode(),
        )
        failure = await told(stage, status, body)
        assert CANARY not in "".join(traceback.format_exception(failure))


# --------------------------------------------------------------------------- taking back


async def test_a_post_is_taken_back(stage: Stage) -> None:
    """Once more is fine: what is gone already is gone; what has no id can't be."""
    account = stage.open()
    receipt = await account.publish(stage.post())
    await account.delete(receipt)
    assert stage.said() == []
    await account.delete(receipt)
    for unknown in ("", "77"):
        with pytest.raises(Rejected, match="by hand"):
            await account.delete(replace(receipt, remote_id=unknown))


async def test_after_two_days_the_owner_takes_it_back(stage: Stage) -> None:
    """Telegram lets bots do so for 48 hours; then it is said, and nothing is pretended."""
    account = stage.open()
    receipt = await account.publish(stage.post())
    stage.clock.now += timedelta(hours=49)
    with pytest.raises(Rejected, match="48 hours"):
        await account.delete(receipt)
    assert len(stage.said()) == 1


@pytest.mark.parametrize(("status", "failure"), [(401, NeedsLogin), (429, RetryLater), (500, Unsure), (400, Rejected)])
async def test_taking_back_fails_as_posting_does(stage: Stage, status: int, failure: type[DeliveryError]) -> None:
    """By the same names."""
    receipt = await stage.open().publish(stage.post())
    said = json.dumps(no(status, "No")).encode()
    async with wire([b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(said), said)]) as place:
        with pytest.raises(failure):
            await stage.open(place.url.rstrip("/")).delete(receipt)


# --------------------------------------------------------------------------- the set-up


async def wrong(stage: Stage, **more: Any) -> list[str]:
    """What isn't well."""
    return [what for fine, what in await stage.open_with(**more).examine() if not fine]


async def test_a_good_account_is_well(stage: Stage) -> None:
    """Everything that can be looked at without sending."""
    found = await stage.open().examine()
    assert all(fine for fine, _ in found)
    told = "\n".join(what for _, what in found)
    for words in ("@starfish_bot", "“Proof”", "it may post there", "privacy mode is on", "both clocks agree", "4096"):
        assert words in told
    assert stage.server.requests == 0
    assert {one.method for one in stage.server.asked} == {"getMe", "getChat", "getChatMember", "getWebhookInfo"}


@pytest.mark.parametrize(
    ("chat", "member", "fine"),
    [
        ("@proof", {"status": "creator"}, True),
        ("@proof", {"status": "administrator", "can_post_messages": False}, False),
        ("@proof", {"status": "administrator"}, False),
        ("@proof", {"status": "member"}, False),
        ("@proof", {"status": "left"}, False),
        (GROUP["id"], {"status": "member"}, True),
        (GROUP["id"], {"status": "administrator"}, True),
        (GROUP["id"], {"status": "restricted", "is_member": True, "can_send_messages": True}, True),
        (GROUP["id"], {"status": "restricted", "is_member": True, "can_send_messages": False}, False),
        (GROUP["id"], {"status": "kicked"}, False),
        (GROUP["id"], {}, False),
    ],
)
async def test_whether_it_may_write_is_known_beforehand(
    stage: Stage, chat: object, member: dict[str, Any], fine: bool
) -> None:
    """In a channel only an administrator who may post; in a group every member that isn't muted."""
    stage.server.member = member
    found = await wrong(stage, chat=chat)
    assert (found == []) is fine
    assert fine or "may not" in found[0]


async def test_what_is_not_well_is_named(stage: Stage) -> None:
    """A webhook, a wrong clock, a chat that is not there, a group that moved; each with what to do."""
    stage.server.hook = "https://elsewhere.example/hook"
    stage.server.clock = lambda: stage.clock.ticks() - 600
    hook, clock = await wrong(stage)
    assert "deleteWebhook" in hook
    assert "600 s behind" in clock
    stage.server.hook, stage.server.clock = "", stage.clock.ticks
    (chat,) = await wrong(stage, chat="@nobody_there")
    assert "chat not found" in chat
    stage.server.moved = {-5: GROUP["id"]}
    assert f"write chat = {GROUP['id']}" in (await wrong(stage, chat=-5))[0]


async def test_a_bot_that_cannot_be_asked_is_named(stage: Stage) -> None:
    """A refused token, a server that is not there, an answer that is none; never an exception."""
    stage.server.token = "another"
    ((fine, what),) = await stage.open().examine()
    assert (fine, "401" in what, "starfish accounts renew acc" in what) == (False, True, True)
    ((fine, _),) = await stage.open("http://127.0.0.1:1").examine()
    assert not fine
    async with wire([b'HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{"ok":true,"result":[1]}']) as place:
        ((fine, _),) = await stage.open(place.url.rstrip("/")).examine()
        assert not fine
        with pytest.raises(Unsure):
            await stage.open(place.url.rstrip("/")).prepare()


async def test_a_person_can_be_posted_to(stage: Stage) -> None:
    """A private chat has no members to be asked for; without privacy mode the bot sees more than it needs."""
    stage.server.private_mode = False
    number = stage.server.person("@ann")["id"]
    found = await stage.open_with(chat=number).examine()
    assert all(fine for fine, _ in found)
    assert "/setprivacy" in "\n".join(what for _, what in found)


async def test_the_owner_is_a_number(stage: Stage) -> None:
    """A name can be given away, and with it the owner's rights: it is said that it doesn't count."""
    account = stage.open()
    for owner, count in (("@ann", 1), ("5000000001", 0), (None, 0)):
        account._account = replace(account._account, owner=owner)
        assert sum(not fine and "your own number" in what for fine, what in await account.examine()) == count


# --------------------------------------------------------------------------- the owner's keys


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"token": "plain"}, "instance of Secret"),
        ({"token": Secret("12/34:ab")}, "no token has"),
        ({"chat": "proof"}, "public name"),
        ({"chat": "@no"}, "public name"),
        ({"chat": "https://t.me/proof"}, "public name"),
        ({"chat": True}, "public name"),
        ({"chat": 0}, "public name"),
        ({"server": "https://api.telegram.org/bot"}, "server's address alone"),
        ({"preview": "huge"}, "'on', 'off'"),
        ({"poll": "2m"}, "1s to 50s"),
        ({"poll": "soon"}, "must be a span"),
    ],
)
def test_mistakes_are_named(wish: dict[str, Any], complaint: str) -> None:
    """Each in words that the owner understands; the token is in none."""
    with pytest.raises(ValidationError, match=complaint) as failure:
        Options(**{"token": Secret(TOKEN), "chat": "@proof", **wish})
    assert CANARY not in str(failure.value)


def test_it_is_set_up_in_toml(tmp_path: Path) -> None:
    """The chat by its name or number; the server needs no mention."""
    account = '[[accounts]]\nname = "tg"\nplatform = "telegram"\nchat = -1001234567890\ntoken = { env = "T" }\n'
    (made,) = load(
        write(tmp_path, starfish=f"[net]\n{CONTACT}{account}"), {"telegram": Options}, env={"T": TOKEN}
    ).accounts
    options = made.options
    assert isinstance(options, Options)
    assert (options.server, options.chat, options.poll) == (
        "https://api.telegram.org",
        "-1001234567890",
        timedelta(seconds=50),
    )
    assert CANARY not in repr(made)


def test_the_bot_is_known_by_the_part_of_its_token_that_is_no_secret(stage: Stage) -> None:
    """Everything before the colon is the bot's own number."""
    assert stage.open()._wire.bot == str(BOT["id"])
    assert stage.open_with(token=Secret("whatever"))._wire.bot == ""
