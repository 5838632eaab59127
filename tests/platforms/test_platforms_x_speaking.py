"""What only X has: refusals that are evidence, short addresses, people who are dragged along, fields by two names."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Account, Mention, Receipt, Secret
from bot.net import Client
from bot.platforms.x import platform
from bot.ports import Deleter, Doctor, Listener, Publisher
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from bot.settings import load
from tests.platforms.contract import Stage
from tests.platforms.test_platforms_x import SIGNED, renewed, signed, stage_on
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account of OAuth 1.0a."""
    server = XServer(keys=(*SIGNED.values(),), clock=clock.ticks)
    async with serving(server):
        yield stage_on(server, signed, make_client, clock)


async def hear(account: Any, cursor: str | None, count: int) -> list[tuple[str, Mention]]:
    """The next mentions."""
    heard: list[tuple[str, Mention]] = []
    async with asyncio.timeout(20), aclosing(account.mentions(cursor)) as mentions:
        while len(heard) < count:
            heard.append(await anext(mentions))
    return heard


def refusal(status: int, detail: str, **more: str) -> bytes:
    """An answer of X's, to the letter."""
    body = json.dumps(
        {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": status, **more}
    ).encode()
    return b"HTTP/1.1 %d No\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


def test_it_keeps_its_ports(stage: Stage) -> None:
    """It speaks, listens, takes back and can be examined."""
    assert all(isinstance(stage.open(), port) for port in (Publisher, Listener, Deleter, Doctor))


# --------------------------------------------------------------------------- the same words twice


async def test_words_that_stand_there_already_are_refused_at_the_first_attempt(stage: Stage) -> None:
    """Somebody said the same by hand an hour ago: this post was never sent, and won't be."""
    account = stage.open()
    await account.publish(stage.post("Good morning!", None))
    stage.clock.now += timedelta(hours=1)
    with pytest.raises(Rejected, match="no words twice"):
        await stage.open().publish(stage.post("Good morning!", None, key="db-2-0"))


async def test_after_a_doubt_they_are_evidence(stage: Stage) -> None:
    """The read-back lagged, the post went again, and X refuses: it is there, and is found once it is shown."""
    account, post = stage.open(), stage.post()
    stage.server.lag = lambda: 600.0
    stage.server.troubles.script(["kept, 500"])
    with pytest.raises(Unsure):
        await account.publish(post)
    stage.clock.now += timedelta(minutes=2)
    assert await account.find(post) is None
    assert await account.publish(post) == Receipt(remote_id="", note="found")
    stage.clock.now += timedelta(minutes=10)
    found = await account.publish(post)
    assert (found.note, found.remote_id) == ("found", stage.server.kept[0].id)
    assert len(stage.said()) == 1


async def test_a_post_that_is_known_by_no_number_stays(stage: Stage) -> None:
    """What was only evident can't be taken back by the bot, and it says so."""
    with pytest.raises(Rejected, match="by hand"):
        await stage.open().delete(Receipt(remote_id="", note="found"))


async def test_the_same_greeting_to_two_people_is_two_answers(stage: Stage) -> None:
    """Only the same words beneath the same mention are twice."""
    account = stage.open()
    for name in ("@ann", "@bo"):
        said = stage.server.say(name, "hello")
        await account.publish(stage.post("Hello!", None, reply_to=said.id, reply_to_author=name))
    assert len(stage.said()) == 2


# --------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "detail", "reply", "error"),
    [
        (403, "You are not permitted to perform this action.", False, NeedsLogin),
        (403, "You are not permitted to perform this action.", True, Rejected),
        (403, "You attempted to reply to a Tweet that is deleted or not visible to you.", True, Rejected),
        (403, "Reply to this conversation is not allowed.", True, Rejected),
        (403, "Your account is suspended and is not permitted to access this feature.", True, NeedsLogin),
        (403, "Your client app is not configured with the appropriate oauth1 app permissions", True, Rejected),
        (403, "This link has been identified by X or our partners as being potentially harmful.", False, Rejected),
        (403, "Your Tweet text is too long.", False, TooLong),
        (400, "Tweet needs to be a bit shorter. (186)", False, TooLong),
        (400, "One or more parameters to your request was invalid.", False, Rejected),
        (402, "Your account does not have any credits to fulfill this request.", False, RetryLater),
        (403, "SpendCapReached: raise it", False, RetryLater),
        (403, "SpendCapReached: raise it", True, RetryLater),
        (429, "Usage cap exceeded: Monthly product cap", False, RetryLater),
        (503, "Over capacity", False, Unsure),
        (500, "duplicate content", False, Unsure),
    ],
)
async def test_what_each_refusal_means(stage: Stage, status: int, detail: str, reply: bool, error: type) -> None:
    """Most have the same status, and mean very different things for the post and for the account."""
    more = {"reply_to": "5", "reply_to_author": "@ann"} if reply else {}
    async with wire([refusal(status, detail)]) as place:
        with pytest.raises(error):
            await stage.open(place.url.rstrip("/")).publish(stage.post("Hello", None, **more))


async def test_an_app_without_rights_is_named_for_answers_too(stage: Stage) -> None:
    """The reason says it where the sentence doesn't."""
    answer = refusal(403, "Forbidden", type="https://api.twitter.com/2/problems/oauth1-permissions")
    async with wire([answer]) as place:
        post = stage.post("Hello", None, reply_to="5", reply_to_author="@ann")
        with pytest.raises(NeedsLogin):
            await stage.open(place.url.rstrip("/")).publish(post)


async def test_the_old_form_of_errors_is_read_too(stage: Stage) -> None:
    """A list of codes and messages."""
    body = json.dumps({"errors": [{"code": 186, "message": "Tweet needs to be a bit shorter."}]}).encode()
    answer = b"HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with wire([answer]) as place:
        with pytest.raises(TooLong) as told:
            await stage.open(place.url.rstrip("/")).publish(stage.post("Hello there", None))
    assert told.value.limit == 9


async def test_the_window_of_posts_is_waited_for(stage: Stage) -> None:
    """X's own headers say when: ten minutes, by its own clock."""
    stage.server.left = 1
    account = stage.open()
    await account.publish(stage.post())
    with pytest.raises(RetryLater) as told:
        await account.publish(stage.post("Another", None))
    assert told.value.after == timedelta(minutes=10)


async def test_whom_we_may_not_answer_is_not_answered(stage: Stage) -> None:
    """X's rule since February 2026: only who mentions us."""
    stranger = stage.server.keep(replace(stage.server.say("@ann", "x"), text="not about you"))
    with pytest.raises(Rejected, match="only who mentions us"):
        await stage.open().publish(stage.post("Hi!", None, reply_to=stranger.id, reply_to_author="@ann"))


async def test_an_address_in_another_script_is_whole(stage: Stage) -> None:
    """X would end it at the first such character; it is sent in ASCII, and found again by the link as it was."""
    link = "https://example.org/a—b/中"
    post = stage.post(f"Worth reading: {link}", link)
    await stage.open().publish(post)
    assert stage.said() == ["Worth reading: https://example.org/a%E2%80%94b/%E4%B8%AD"]
    assert await stage.open().find(post) is not None
    assert await stage.open().find(replace(post, link=None)) is not None


# --------------------------------------------------------------------------- looking


async def test_absence_is_proven_by_all_pages(stage: Stage) -> None:
    """However much was said since: page by page, and nothing before the five minutes."""
    account = stage.open()
    for number in range(130):
        await account.publish(stage.post(f"Number {number}", None, key=f"k{number}"))
    assert await stage.open().find(stage.post("Number 0", None, key="k0")) is not None
    assert await stage.open().find(stage.post("Never said", None, key="n")) is None
    looks = [one for one in stage.server.asked if one.path.endswith("/tweets") and one.method == "GET"]
    assert len(looks) == 4
    assert all(one.query["start_time"] == "2026-11-22T11:55:00Z" for one in looks)


async def test_a_clock_ahead_of_xs_hides_nothing(stage: Stage) -> None:
    """Ours is an hour ahead, and we know it only from X's answer: we ask again, by X's clock."""
    ours = stage.clock
    stage.server.clock = lambda: ours.ticks() - 100.0
    account, post = stage.open(), stage.post()
    await account.publish(post)
    stage.server.clock = lambda: ours.ticks() - 3600.0
    stage.server.posts[-1] = replace(stage.server.posts[-1], at=ours.ticks() - 3600.0, seen_at=0.0)
    me = json.dumps({"id": "1000", "login": _identity(stage)})
    stage.vault.put("acc", "me", Secret(me))  # known already, so that no answer tells the time first
    assert await stage.open().find(post) is not None


def _identity(stage: Stage) -> str:
    return str(stage.open()._wire.login.identity)


async def test_a_look_that_cannot_be_read_proves_nothing(stage: Stage) -> None:
    """An odd list, a list without an end, a refusal: all of them doubt."""
    with pytest.raises(Unsure):
        await stage.open().find(replace(stage.post(), sent_at=None))
    stage.vault.put("acc", "me", Secret(json.dumps({"id": "1000", "login": _identity(stage)})))
    bodies = [
        b"{}",
        b"[]",
        b'{"meta": {}, "data": {}}',
        b'{"meta": {}, "data": [{"id": "x"}]}',
        b'{"meta": {"next_token": "t"}}',
    ]
    for body in bodies:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        async with wire([answer]) as place:
            with pytest.raises(Unsure):
                await stage.open(place.url.rstrip("/")).find(stage.post())
    async with wire([refusal(404, "no")]) as place:
        with pytest.raises(Unsure):
            await stage.open(place.url.rstrip("/")).find(stage.post())


async def test_fields_are_asked_for_by_either_name(stage: Stage) -> None:
    """X's description has new names, its examples the old ones: what it refuses is asked for by the other, once."""
    stage.server.dialect = "tweet"
    start = stage.server.say("@ann", "old").id
    account = stage.open()
    post = await account.publish(stage.post())
    stage.server.say("@ann", "why", reply_to=post.remote_id)
    stage.server.say("@bo", "hello")
    heard = [mention for _, mention in await hear(account, start, 2)]
    assert [(one.author, one.in_reply_to) for one in heard] == [("@ann", post.remote_id), ("@bo", None)]
    assert sum("post.fields" in one.query for one in stage.server.asked) == 1


# --------------------------------------------------------------------------- listening


async def test_talk_between_others_is_neither_answered_nor_paid_for_twice(stage: Stage) -> None:
    """X names all who talked before in every answer; whoever doesn't name us in their own words isn't speaking to us."""
    first = stage.server.say("@ann", "hello")
    await hear(stage.open(), "1", 1)
    stage.server.talk("cat", "nonsense, ann", first)
    account = stage.open()
    async with aclosing(account.mentions(first.id)) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        await _until(lambda: sum(one.query.get("since_id", "") > first.id for one in stage.server.asked) >= 1)
        said = stage.server.say("@bo", "hello")
        async with asyncio.timeout(20):
            assert (await hearing)[1].remote_id == said.id


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def test_an_edited_mention_is_answered_once_at_its_last_wording(stage: Stage) -> None:
    """It comes again under another number, and is the same mention."""
    first = stage.server.say("@ann", "helo")
    ((cursor, before),) = await hear(stage.open(), "1", 1)
    edited = stage.server.say("@ann", "hello", edits=first.id)
    ((_, after),) = await hear(stage.open(), cursor, 1)
    assert (before.remote_id, after.remote_id) == (first.id, first.id)
    post = stage.post("Hi!", None, reply_to=after.remote_id, reply_to_author="@ann", reply_context=after.context)
    await stage.open().publish(post)
    assert stage.server.kept[0].reply_to == edited.id
    assert await stage.open().find(post) is not None


async def test_an_owners_handle_is_theirs_even_if_another_takes_it(stage: Stage) -> None:
    """The first who spoke by it is remembered by number; somebody else by the same name is a stranger."""
    opened = stage.open()
    account = platform.open(replace(opened._account, owner="@ann"), opened._options, opened._tools)
    stage.server.say("@ann", "pause")
    ((cursor, mention),) = await hear(account, "1", 1)
    assert mention.author == "@ann"
    stage.server.people["ann"] = "6666"
    stage.server.say("@ann", "pause")
    ((_, mention),) = await hear(account, cursor, 1)
    assert mention.author == "6666"


async def test_a_page_that_fails_is_read_again_whole(stage: Stage) -> None:
    """Nothing is told of a list that isn't complete: X gives the newest first, and what is left out would be lost."""
    said = [stage.server.say("@ann", f"hello {number}").id for number in range(120)]
    stage.server.broken = "t100"
    with pytest.raises(Unsure):
        await anext(stage.open().mentions("1"))
    stage.server.broken = ""
    assert [mention.remote_id for _, mention in await hear(stage.open(), "1", 120)] == said


# --------------------------------------------------------------------------- taking back, and the set-up


async def test_a_post_is_taken_back(stage: Stage) -> None:
    """One that is gone already is fine."""
    account = stage.open()
    receipt = await account.publish(stage.post())
    for _ in range(2):
        await account.delete(receipt)
    assert stage.said() == []


async def test_a_good_account_is_examined(stage: Stage) -> None:
    """Who it is, what it may, what it says of itself, its clock, its money."""
    findings = await stage.open().examine()
    assert [fine for fine, _ in findings] == [True] * len(findings)
    said = "\n".join(what for _, what in findings)
    for words in ("@bot: the login is good", "may write", "it is public", "it is a bot", "Automated", "0 s", "spent"):
        assert words in said


async def test_what_is_wrong_is_found(stage: Stage) -> None:
    """A login that only reads, a hidden account, a profile that keeps quiet, a token that is not good."""
    stage.server.scope, stage.server.protected, stage.server.profile = "tweet.read", True, "Ann"
    wrong = [what for fine, what in await stage.open().examine() if not fine]
    assert [what.partition(":")[0] for what in wrong] == [
        "the login may only read",
        "its posts are protected",
        "its profile doesn't say that it is a bot, as X wants",
    ]
    stage.server.keys = ("a", "b", "c", "d")
    assert [what for fine, what in await stage.open().examine() if not fine] == [
        "the server refused our token (401 Unauthorized). Let it in anew with: starfish accounts renew acc"
    ]


@pytest.mark.parametrize(
    ("scope", "word"),
    [("tweet.read users.read offline.access", "lacks tweet.write"), ("", "renews itself"), (None, "renews itself")],
)
async def test_rights_of_a_renewed_login(
    make_client: Callable[..., Client], clock: Hands, scope: str | None, word: str
) -> None:
    """The scopes that X said it gave; where it says none, there is nothing to find."""
    server = XServer(refresh="good", clock=clock.ticks)
    server.scope = server.scope if scope is None else scope
    async with serving(server):
        before = renewed
        stage = stage_on(server, lambda url: {**before(url), "refresh_token": Secret("good")}, make_client, clock)
        assert any(word in what for _, what in await stage.open().examine())


def test_the_owners_files_describe_it(tmp_path: Path) -> None:
    """The keys as they stand in starfish.toml: secrets by reference, spans and amounts in plain words."""
    (tmp_path / "token").write_text("t0k", "utf-8")
    (tmp_path / "token").chmod(0o600)
    block = (
        '[[accounts]]\nname = "loud"\nplatform = "x"\nclient_id = "app"\nrefresh_token = { file = "token" }\n'
        'i_accept_costs = true\nbudget = 7.5\npoll = "1h"\n'
    )
    folder = write(tmp_path, starfish=f"[net]\n{CONTACT}{block}")
    (account,) = load(folder, {"x": platform.Options}, env={}, check_rule=lambda _: []).accounts
    assert isinstance(account, Account)
    options: Any = account.options
    assert (options.budget, options.poll, options.server) == (7.5, timedelta(hours=1), "https://api.x.com")
    assert options.refresh_token.reveal() == "t0k"
