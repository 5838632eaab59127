"""What only Bluesky has: record keys, threads, points, a list of notifications that is read backwards, and its set-up."""

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
from pydantic import ValidationError

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure, UsageError
from bot.model import Mention, Secret
from bot.net import Client
from bot.platforms.bluesky import Options
from bot.platforms.bluesky.budget import CREATE, WINDOWS, Budget
from bot.platforms.bluesky.enrol import enrol
from bot.platforms.bluesky.health import scope_of
from bot.ports import Deleter, Doctor, Http, Listener, Preparing, Publisher
from bot.prove.bluesky_world import PROFILE, Record, did_of
from bot.settings import load
from tests.platforms.bluesky_stage import bluesky_stage
from tests.platforms.contract import CANARY, Stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account with a session from before."""
    async with bluesky_stage(make_client, clock) as stage:
        yield stage


def test_it_keeps_all_the_ports(stage: Stage) -> None:
    """It speaks, listens, takes back, prepares itself and can be examined."""
    account = stage.open()
    assert all(isinstance(account, port) for port in (Publisher, Listener, Deleter, Preparing, Doctor))


# --------------------------------------------------------------------------- speaking


async def test_a_post_is_written_only_where_there_is_none(stage: Stage) -> None:
    """`swapRecord` is said, and is null: without it servers overwrite in silence."""
    receipt = await stage.open().publish(stage.post(title="A title"))
    sent = stage.server.asked[-1].json
    assert (sent["swapRecord"], "swapRecord" in sent) == (None, True)
    assert receipt.remote_id == f"at://{stage.server.did}/app.bsky.feed.post/{sent['rkey']}"
    assert receipt.url == f"https://bsky.app/profile/{stage.server.did}/post/{sent['rkey']}"
    assert sent["record"]["embed"]["external"]["title"] == "A title"


async def test_a_card_can_be_left_out(stage: Stage) -> None:
    """As the owner wishes; one that was sent with a card before is still the same post."""
    receipt = await stage.open().publish(stage.post())
    again = await stage.open_with(card=False).publish(stage.post())
    assert again.remote_id == receipt.remote_id
    await stage.open().publish(stage.post(key="db-2-0"))
    assert ["embed" in one.value for one in stage.server.kept] == [True, False]


async def test_another_post_under_its_key_is_never_taken_for_it(stage: Stage) -> None:
    """A refusal that is told, and no look finds it either."""
    await stage.open().publish(stage.post())
    other = stage.post("Something else", None)
    with pytest.raises(Rejected, match="another post"):
        await stage.open().publish(other)
    assert await stage.open().find(other) is None
    assert len(stage.said()) == 1


@pytest.mark.parametrize(
    "there",
    [
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 400 No\r\nContent-Length: 26\r\n\r\n{"error":"RecordNotFound"}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_what_is_there_and_cannot_be_read_is_doubt(stage: Stage, there: bytes) -> None:
    """`InvalidSwap`, and then no answer that says what it is that is there."""
    taken = b'{"error":"InvalidSwap","message":"Record was at bafy"}'
    answers = [b"HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n%s" % (len(taken), taken), there]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        with pytest.raises(Unsure):
            await stage.open(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}").publish(stage.post())
    assert answers == []


async def test_what_the_server_finds_too_long_is_shortened(stage: Stage) -> None:
    """Where its count is not ours: certainly not accepted."""
    body = b'{"error":"InvalidRequest","message":"grapheme too big (maximum 300, got 301) at $.record.text"}'
    async with wire([b"HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)]) as place:
        with pytest.raises(TooLong) as told:
            await stage.open(place.url.rstrip("/")).publish(stage.post())
    assert told.value.limit == 300


async def test_its_own_way_to_say_not_now(stage: Stage) -> None:
    """No Retry-After: a Unix time, in headers without an X."""
    stage.server.writes_left = 0
    with pytest.raises(RetryLater) as told:
        await stage.open().publish(stage.post())
    assert told.value.after == timedelta(seconds=2)
    assert stage.said() == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b'HTTP/1.1 502 No\r\nContent-Length: 27\r\n\r\n{"error":"UpstreamFailure"}', Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", Unsure),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b'HTTP/1.1 400 No\r\nContent-Length: 26\r\n\r\n{"error":"InvalidRequest"}', Unsure),
        (b"HTTP/1.1 400 No\r\nContent-Length: 14\r\n\r\nRecordNotFound", Unsure),
        (b"HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", RetryLater),
    ],
)
async def test_what_cannot_be_read_proves_nothing(stage: Stage, answer: bytes, failure: type[DeliveryError]) -> None:
    """Only the server's own "there is no such record" is absence."""
    async with wire([answer]) as place:
        with pytest.raises(failure):
            await stage.open(place.url.rstrip("/")).find(stage.post())


async def test_without_a_time_nothing_is_proven(stage: Stage) -> None:
    """A post that has no key can't be looked for."""
    with pytest.raises(Unsure):
        await stage.open().find(replace(stage.post(), created_at=None, sent_at=None))


async def test_a_post_is_taken_back(stage: Stage) -> None:
    """Once more is fine; what isn't this account's can't be."""
    receipt = await stage.open().publish(stage.post())
    for _ in range(2):
        await stage.open().delete(receipt)
        assert stage.said() == []
    for wrong in ("", "7", f"at://{did_of('ann.test')}/app.bsky.feed.post/2222222222222"):
        with pytest.raises(Rejected):
            await stage.open().delete(replace(receipt, remote_id=wrong))


# --------------------------------------------------------------------------- threads


async def test_parts_of_a_thread_answer_each_other(stage: Stage) -> None:
    """What stands before is read, since its version is part of the address."""
    first = await stage.open().publish(stage.post(key="db-1-0"))
    second = await stage.open().publish(stage.post(key="db-2-0", reply_to=first.remote_id))
    third = await stage.open().publish(stage.post(key="db-3-0", reply_to=second.remote_id))
    values = [one.value["reply"] for one in stage.server.kept[1:]]
    assert [value["parent"]["uri"] for value in values] == [first.remote_id, second.remote_id]
    assert [value["root"]["uri"] for value in values] == [first.remote_id] * 2
    assert (await stage.open().find(stage.post(key="db-3-0", reply_to=second.remote_id))).remote_id == third.remote_id


async def test_the_second_part_of_an_answer_answers_the_first(stage: Stage) -> None:
    """What is known of the mention is the mention's; the part before it is read, and the beginning stays."""
    await begin(stage)
    stage.server.say("@ann", "tell me all")
    ((_, mention),) = await heard(stage, None, 1)
    about = {"reply_to_author": mention.author, "reply_context": {**mention.context, "after": "1"}}
    first = await stage.open().publish(stage.post("One.", None, reply_to=mention.remote_id, **about))
    await stage.open().publish(stage.post("Two.", None, key="db-2-0", reply_to=first.remote_id, **about))
    one, two = (record.value["reply"] for record in stage.server.kept)
    assert one["root"] == two["root"] == one["parent"]
    assert two["parent"] == {"uri": first.remote_id, "cid": stage.server.kept[0].cid}


async def test_what_cannot_be_answered_is_not_sent(stage: Stage) -> None:
    """Gone, no address at all, or not to be read now."""
    gone = f"at://{stage.server.did}/app.bsky.feed.post/2222222222222"
    for reply_to in (gone, "7", ""):
        with pytest.raises(Rejected):
            await stage.open().publish(stage.post(reply_to=reply_to))
    async with wire([b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"]) as place:
        with pytest.raises(RetryLater):
            await stage.open(place.url.rstrip("/")).publish(stage.post(reply_to=gone))
    assert stage.server.requests == 0


# --------------------------------------------------------------------------- points


def test_points_are_counted_by_the_hour_and_by_the_day(clock: Hands) -> None:
    """1,666 posts an hour and 11,666 a day are all that the documentation allows; then it says when there is room."""
    budget, sent, waits = Budget(), 0, [timedelta(0)]
    start = clock()
    while clock() < start + timedelta(days=1):
        try:
            budget.spend(CREATE, clock())
            sent += 1
        except RetryLater as told:
            waits.append(told.after or timedelta(0))
            clock.now += waits[-1]
    assert sent == WINDOWS[1][1] // CREATE == 11_666
    assert waits[1:-1] == [timedelta(hours=1)] * 7
    assert waits[-1] == timedelta(hours=17)


def test_a_clock_that_is_set_back_frees_nobody_and_blocks_nobody(clock: Hands) -> None:
    """What was spent "in ten years" doesn't count for ten years."""
    budget = Budget()
    clock.now += timedelta(days=3650)
    for _ in range(WINDOWS[0][1] // CREATE):
        budget.spend(CREATE, clock())
    with pytest.raises(RetryLater):
        budget.spend(CREATE, clock())
    clock.now -= timedelta(days=3650)
    budget.spend(CREATE, clock())


async def test_an_account_that_wrote_too_much_waits_unasked(stage: Stage) -> None:
    """The server isn't even tried."""
    account = stage.open()
    for _ in range(WINDOWS[0][1] // CREATE):
        account._budget.spend(CREATE, stage.clock())
    with pytest.raises(RetryLater) as told:
        await account.publish(stage.post())
    assert (told.value.after, stage.server.requests) == (timedelta(hours=1), 0)


# --------------------------------------------------------------------------- hearing


async def heard(stage: Stage, cursor: str | None, count: int) -> list[tuple[str, Mention]]:
    """The first mentions after a cursor."""
    async with asyncio.timeout(20), aclosing(stage.open().mentions(cursor)) as mentions:
        return [await anext(mentions) for _ in range(count)]


async def begin(stage: Stage) -> None:
    """Listen until the beginning is known."""
    async with aclosing(stage.open().mentions(None)) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        while not any(name.startswith("heard-from") for _, name in stage.vault.kept):
            await asyncio.sleep(0.005)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def test_slow_clocks_are_heard_once(stage: Stage) -> None:
    """Servers put what is said where its author's clock says, far below what was read: no time can be a mark."""
    await begin(stage)
    first = stage.server.say("@ann", "on time")
    ((cursor, _),) = await heard(stage, None, 1)
    slow = [stage.server.say("@cat", f"{hours} hours late", slow=hours * 3600.0) for hours in (1, 3, 20)]
    again = await heard(stage, cursor, 3)
    assert {mention.remote_id for _, mention in again} == {one.id for one in slow}
    last = stage.server.say("@ann", "on time again")
    assert [mention.remote_id for _, mention in await heard(stage, again[-1][0], 1)] == [last.id]
    assert first.id not in {mention.remote_id for _, mention in again}


async def test_others_who_talk_below_our_post_are_left_alone(stage: Stage) -> None:
    """An answer to us is one; an answer to an answer is not, and neither are likes and quotes."""
    await begin(stage)
    receipt = await stage.open().publish(stage.post())
    ours = stage.server.say("@ann", "what a post", reply_to=receipt.remote_id, reason="reply")
    stage.server.say("@cat", "I agree, Ann", reply_to=ours.id, reason="reply")
    stage.server.say("@cat", "look at this", reason="quote")
    stage.server.say("@cat", "", reason="like")
    last = stage.server.say("@cat", "and you?", reply_to=ours.id)
    mentions = [mention for _, mention in await heard(stage, None, 2)]
    assert [mention.remote_id for mention in mentions] == [ours.id, last.id]
    assert [mention.in_reply_to for mention in mentions] == [receipt.remote_id, ours.id]
    assert {mention.thread for mention in mentions} == {receipt.remote_id}


async def test_many_pages_are_read_back_and_no_further(stage: Stage) -> None:
    """Until what was read before; a page that repeats what came before it brings nothing twice."""
    await begin(stage)
    stage.server.redelivers = True
    first = []
    for number in range(150):
        stage.clock.now += timedelta(seconds=5)
        first.append(stage.server.say("@ann", f"old {number}").id)
    old = await heard(stage, None, 150)
    stage.clock.now += timedelta(minutes=5)
    assert [mention.remote_id for _, mention in old] == first
    said = [stage.server.say("@ann", f"hello {number}").id for number in range(230)]
    stage.server.asked.clear()
    new = await heard(stage, old[-1][0], 230)
    assert [mention.remote_id for _, mention in new] == said
    pages = [asked for asked in stage.server.asked if "cursor" in asked.query]
    assert len(pages) == 2
    assert all(asked.query["priority"] == "false" for asked in pages)


async def test_who_is_told_of_late_is_heard_behind_the_border_of_a_page(stage: Stage) -> None:
    """A mention that the server shows a moment after later ones, and then many more: it is not passed over."""
    await begin(stage)
    stage.server.lag = lambda: 30.0
    late = stage.server.say("@cat", "told of late")
    stage.server.lag = lambda: 0.0
    for _ in range(2):
        stage.clock.now += timedelta(seconds=1)
        stage.server.say("@ann", "hello")
    *_, (cursor, _) = await heard(stage, None, 2)
    stage.clock.now += timedelta(seconds=40)
    for number in range(98):  # with the two that are known they fill the first page
        stage.server.say("@ann", f"hello {number}")
    rest = await heard(stage, cursor, 99)
    assert rest[0][1].remote_id == late.id


async def test_what_was_heard_is_marked_as_seen_once_it_is_durable(stage: Stage) -> None:
    """Not before the next question, which says that all of them were taken; and not again without news."""
    await begin(stage)
    for number in range(3):
        stage.server.say("@ann", f"hello {number}")
    async with asyncio.timeout(20), aclosing(stage.open().mentions(None)) as mentions:
        for _ in range(3):
            await anext(mentions)
            assert stage.server.seen_at == ""
        hearing = asyncio.ensure_future(anext(mentions))
        while not stage.server.seen_at:
            await asyncio.sleep(0.005)
        marked = [asked for asked in stage.server.asked if asked.path.endswith("updateSeen")]
        last = stage.server.say("@ann", "and again")
        assert (await hearing)[1].remote_id == last.id
        assert len(marked) == 1
    assert stage.server.seen_at <= stage.server.notes[2]["indexedAt"]


async def test_a_cursor_of_a_wrong_clock_leaves_nobody_deaf(stage: Stage) -> None:
    """The server's own time is what counts, whatever ours was."""
    await begin(stage)
    said = stage.server.say("@ann", "hello")
    assert [mention.remote_id for _, mention in await heard(stage, "2036-11-22T12:00:00.000Z abc", 1)] == [said.id]


async def test_a_cursor_that_cannot_be_read_begins_where_listening_began(stage: Stage) -> None:
    """History is not answered because of it."""
    stage.server.say("@ann", "before")
    await begin(stage)
    said = stage.server.say("@ann", "hello")
    assert [mention.remote_id for _, mention in await heard(stage, "what?", 1)] == [said.id]


async def test_a_server_without_an_appview_is_told_after_a_while(stage: Stage) -> None:
    """Posting goes on; listening says what is the matter."""
    stage.server.appview = False
    with pytest.raises(Unsure, match="502"):
        await anext(stage.open().mentions(None))
    await stage.open().publish(stage.post())


# --------------------------------------------------------------------------- the set-up


async def test_a_good_account_is_well(stage: Stage) -> None:
    """Everything that can be looked at without sending."""
    found = await stage.open().examine()
    assert [what for fine, what in found if not fine] == []
    assert f"@bot.test ({stage.server.did})" in found[0][1]
    assert "300 graphemes" in found[-1][1]
    assert {asked.method for asked in stage.server.asked} == {"GET"}


async def test_what_is_not_well_is_named(make_client: Callable[..., Client], clock: Hands) -> None:
    """No label, the main password, a wrong clock, no mentions: each with what to do."""
    async with bluesky_stage(make_client, clock) as stage:
        server = stage.server
        profile = server.records[f"at://{server.did}/{PROFILE}/self"]
        server.keep(replace(profile, value={**profile.value, "labels": {"values": "bot"}}))
        server.scope, server.appview = "com.atproto.access", False
        server.clock = lambda: clock.ticks() - 600
        stage.vault._before = Secret(json.dumps(server.session()))  # type: ignore[attr-defined]
        wrong = [what for fine, what in await stage.open().examine() if not fine]
        for words in ("app password", "mentions can't be read", "does not say that it is a bot", "600 s behind"):
            assert sum(words in what for what in wrong) == 1, wrong
        assert len(wrong) == 4
        assert not any("bot" in what for _, what in await stage.open_with(label=False).examine() if "label" in what)
        del server.records[profile.id]
        assert any("does not say" in what for _, what in await stage.open_with(label=True).examine())


async def test_an_owner_is_an_id(stage: Stage) -> None:
    """A handle may change hands, and orders with it: the id is looked up for the owner to write."""
    for owner, fine in ((did_of("ann.test"), True), ("@ann.test", False)):
        account = stage.open()
        account._account = replace(account._account, owner=owner)
        told = [(good, what) for good, what in await account.examine() if "obeyed" in what]
        assert told == [] if fine else did_of("ann.test") in told[0][1]


async def test_a_handle_that_moved_is_told(stage: Stage) -> None:
    """The session goes on; the owner should know what the account is called."""
    for called, words in (("new.test", "@new.test now"), ("handle.invalid", "does not lead")):
        body = json.dumps(
            {"did": stage.server.did, "handle": called, "active": False, "status": "deactivated"}
        ).encode()
        async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)]) as place:
            found = await stage.open(place.url.rstrip("/")).examine()
        wrong = [what for fine, what in found if not fine]
        assert any(words in what for what in wrong)
        assert any("deactivated" in what for what in wrong)


async def test_an_account_that_cannot_be_asked_says_why(stage: Stage) -> None:
    """A refused session, an unreachable server: one finding."""
    ((fine, _),) = await stage.open("http://127.0.0.1:1").examine()
    assert not fine
    stage.server.tokens.clear()
    stage.server.password = "another"
    ((fine, what),) = await stage.open().examine()
    assert (fine, "app password" in what) == (False, True)


@pytest.mark.parametrize(
    "token", ["", "a", "a.b.c", "a.bnVsbA.c", "a.e30.c", "a.eyJzY29wZSI6N30.c", "ä.ö.ü", "a.W1tb.c"]
)
def test_a_token_that_cannot_be_read_says_nothing(token: str) -> None:
    """It is the server's own, and of no shape that anybody promised."""
    assert scope_of(token) == ""


class Terminal:
    """An owner who answers each question with the next of their answers to it."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = answers
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        assert secret == ("password" in question)
        for words, answers in self.answers.items():
            if words in question and answers:
                return answers.pop(0)
        return default


def reach(stage: Stage) -> Callable[[str], Http]:
    """How a walk reaches an address."""
    return lambda address: stage.make_client(allow_private=()).door([address])


async def test_the_walk_sets_an_account_up(stage: Stage) -> None:
    """Handle, password, label and owner; what it hands over opens the account without another log-in."""
    server = stage.server
    profile = server.records[f"at://{server.did}/{PROFILE}/self"]
    plain = {name: value for name, value in profile.value.items() if name != "labels"}
    server.keep(replace(profile, value={**plain, "pinnedPost": {"uri": "x"}}))
    owner = Terminal(server=[server.url], bot=["@Bot.test"], password=[CANARY], Your=["@ann.test"])
    made = await enrol({}, owner, reach(stage))
    assert made.handle == "@bot.test"
    assert made.keys == {"handle": "bot.test", "server": server.url, "owner": did_of("ann.test")}
    assert made.secrets == {"password": Secret(CANARY)}
    assert CANARY not in f"{made} {owner.said}"
    kept = server.records[profile.id].value
    assert kept == {**plain, "pinnedPost": {"uri": "x"}, "labels": kept["labels"]}
    assert kept["labels"] == {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "bot"}]}
    stage.vault.kept = {("acc", name): value for name, value in made.session.items()}
    assert [what for fine, what in await stage.open().examine() if not fine] == []
    assert server.logins == 1


async def test_what_was_given_is_not_asked_for(stage: Stage) -> None:
    """Nothing is asked; other labels stay; a label that is there is not written again; nobody is the owner."""
    server = stage.server
    profile = server.records[f"at://{server.did}/{PROFILE}/self"]
    given = {"server": server.url, "handle": "bot.test", "password": CANARY, "owner": "-"}
    for labels in ([{"val": "!no-unauthenticated"}], [{"val": "bot"}], "odd"):
        server.keep(replace(profile, value={**profile.value, "labels": {"values": labels}}))
        before = server.records[profile.id].cid
        owner = Terminal()
        made = await enrol(given, owner, reach(stage))
        assert "owner" not in made.keys
        values = server.records[profile.id].value["labels"]["values"]
        assert values == (
            [*labels, {"val": "bot"}] if labels[0] == {"val": "!no-unauthenticated"} else [{"val": "bot"}]
        )
        assert (server.records[profile.id].cid == before) == (labels == [{"val": "bot"}])
    server.keep(replace(profile, value={**profile.value, "labels": {"values": []}}))
    await enrol({**given, "label": "false"}, Terminal(), reach(stage))
    assert server.records[profile.id].value["labels"]["values"] == []


async def test_what_is_typed_wrong_is_asked_again(stage: Stage) -> None:
    """An address, a password, an owner's handle; three log-ins are enough, and what was given is not guessed at."""
    typed = {
        "server": ["https://x/path", stage.server.url],
        "bot": ["no.test", "bot.test"],
        "password": ["wrong", CANARY],
    }
    made = await enrol({}, Terminal(**typed), reach(stage))
    assert made.keys["handle"] == "bot.test"
    assert stage.server.logins == 2
    given = {"server": stage.server.url, "handle": "bot.test"}
    with pytest.raises(NeedsLogin):
        await enrol(given, Terminal(password=["wrong"] * 9), reach(stage))
    assert stage.server.logins == 5
    with pytest.raises(NeedsLogin):
        await enrol({**given, "password": "wrong"}, Terminal(), reach(stage))
    assert stage.server.logins == 6
    with pytest.raises(UsageError):
        await enrol({"server": "ftp://x"}, Terminal(), reach(stage))


async def test_the_main_password_is_not_taken(stage: Stage) -> None:
    """It may do everything, and a bot needs little."""
    stage.server.scope = "com.atproto.access"
    with pytest.raises(NeedsLogin, match="main password"):
        await enrol({"server": stage.server.url, "handle": "bot.test", "password": CANARY}, Terminal(), reach(stage))


async def test_a_profile_that_somebody_else_is_changing_is_not_overwritten(stage: Stage) -> None:
    """The walk says that it could not label it, and goes on."""
    server = stage.server
    profile = server.records[f"at://{server.did}/{PROFILE}/self"]
    server.keep(replace(profile, value={**profile.value, "labels": {"values": []}}))
    new = Record(did=server.did, collection=PROFILE, rkey="self", value={"$type": PROFILE, "displayName": "New"})

    def meanwhile() -> float:
        if server.asked[-1:] and server.asked[-1].path.endswith("getRecord"):
            server.keep(new)  # between our reading and our writing
        return stage.clock.ticks()

    server.clock = meanwhile
    owner = Terminal()
    await enrol({"server": server.url, "handle": "bot.test", "password": CANARY, "owner": "-"}, owner, reach(stage))
    assert any("could not be marked" in words for words in owner.said)
    assert server.records[profile.id] == new


# --------------------------------------------------------------------------- the owner's keys


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"server": "bsky.social"}, "server's address alone"),
        ({"handle": "ann"}, "account's handle"),
        ({"handle": "ann@example.org"}, "account's handle"),
        ({"handle": "a..b"}, "account's handle"),
        ({"handle": f"{'a' * 64}.test"}, "account's handle"),
        ({"handle": 7}, "account's handle"),
        ({"password": "plain"}, "instance of Secret"),
        ({"poll": "now"}, "must be a span"),
    ],
)
def test_mistakes_are_named(wish: dict[str, Any], complaint: str) -> None:
    """Each in words that the owner understands."""
    with pytest.raises(ValidationError, match=complaint):
        Options(**{"handle": "bot.bsky.social", "password": Secret("x"), **wish})


def test_it_is_set_up_in_toml(tmp_path: Path) -> None:
    """A handle is written as people write it; the server is Bluesky's own unless another is named."""
    account = (
        '[[accounts]]\nname = "sky"\nplatform = "bluesky"\nhandle = "@Starfish.bsky.social"\n'
        'password = { env = "T" }\nowner = "did:plc:abc"\npoll = "1m"\ncard = false\n'
    )
    (made,) = load(
        write(tmp_path, starfish=f"[net]\n{CONTACT}{account}"), {"bluesky": Options}, env={"T": CANARY}
    ).accounts
    options = made.options
    assert isinstance(options, Options)
    assert (options.server, options.handle, options.poll, options.card, options.label) == (
        "https://bsky.social",
        "starfish.bsky.social",
        timedelta(minutes=1),
        False,
        True,
    )
    assert CANARY not in repr(made)
