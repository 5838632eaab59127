"""The proof's server of the AT Protocol: as strict as the real ones, so that what passes here passes there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.net import Client
from bot.net.replies import json_object, words
from bot.ports import Reply
from bot.prove.bluesky_lexicon import objection
from bot.prove.bluesky_server import LOGINS, BlueskyServer, bluesky
from bot.prove.bluesky_world import POST, PROFILE, did_of, handle_of
from bot.prove.faults import Troubles
from bot.prove.servers import serving
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

KEY = "3l22222222222"
RECORD = {"$type": POST, "text": "Größe https://x.example/a #tag", "createdAt": "2026-11-22T12:00:00.000Z"}
LINK = {"$type": "app.bsky.richtext.facet#link", "uri": "https://x.example/a"}


class Caller:
    """Somebody who speaks to the server with a session of the account's."""

    def __init__(self, server: BlueskyServer, client: Client) -> None:
        self.server = server
        self._door = client.door([server.url])
        self.session = server.session()

    async def ask(self, method: str, body: object = None, *, query: str = "", token: str | None = None) -> Reply:
        """Call a method: with a body it is one that writes."""
        token = self.session["accessJwt"] if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        verb = "POST" if body is not None or method.endswith("refreshSession") else "GET"
        return await self._door.send(verb, f"{self.server.url}/xrpc/{method}{query}", json=body, headers=headers)

    async def put(self, record: object = RECORD, rkey: str = KEY, **more: Any) -> Reply:
        """Write a post."""
        where = {"repo": self.server.did, "collection": POST, "rkey": rkey}
        return await self.ask("com.atproto.repo.putRecord", {**where, "record": record, **more})


@pytest.fixture
async def caller(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Caller]:
    """A server, and somebody who calls it."""
    async with serving(BlueskyServer(clock=clock.ticks)) as server:
        yield Caller(server, make_client(allow_private=()))


def error(reply: Reply) -> tuple[int, str]:
    """What went wrong, by its name."""
    return reply.status, words(json_object(reply).get("error"))


# --------------------------------------------------------------------------- records


def facet(start: int, end: int, feature: dict[str, Any]) -> dict[str, Any]:
    """A mark on some bytes."""
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def test_a_good_record_is_taken() -> None:
    """With everything that we ever send."""
    strong = {"uri": f"at://{did_of('ann.test')}/{POST}/{KEY}", "cid": "bafyreiaaaaaaaaaaaaaaaaaaaaaaa"}
    card = {"uri": "https://x.example/a", "title": "", "description": ""}
    more = {
        "langs": ["de", "pt-BR", "zh-Hant"],
        "facets": [facet(8, 27, LINK), facet(28, 32, {"$type": "app.bsky.richtext.facet#tag", "tag": "tag"})],
        "embed": {"$type": "app.bsky.embed.external", "external": card},
        "reply": {"root": strong, "parent": strong},
    }
    assert objection(POST, KEY, {**RECORD, **more}) == ""


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"$type": "app.bsky.feed.like"}, "type"),
        ({"text": None}, "text"),
        ({"text": "x" * 301}, "grapheme too big"),
        ({"text": "👩‍👩‍👧‍👦" * 121}, "string too big"),
        ({"createdAt": "2026-11-22T12:00:00"}, "createdAt"),
        ({"createdAt": "2026-13-22T12:00:00Z"}, "createdAt"),
        ({"tags": ["x"]}, "never send"),
        ({"langs": ["a", "b", "c", "d"]}, "array too big"),
        ({"langs": ["no language"]}, "language tags"),
        ({"facets": {}}, "array"),
        ({"facets": [facet(8, 99, LINK)]}, "past the text"),
        ({"facets": [facet(8, 8, LINK)]}, "past the text"),
        ({"facets": [facet(3, 27, LINK)]}, "splits a character"),
        ({"facets": [facet(9, 27, LINK)]}, "leads elsewhere"),
        ({"facets": [facet(8, 27, LINK), facet(20, 27, LINK)]}, "overlaps"),
        ({"facets": [facet(8, 27, {"$type": "app.bsky.richtext.facet#link", "uri": "x"})]}, "well-formed"),
        ({"facets": [facet(8, 27, {"$type": "app.bsky.richtext.facet#mention", "did": "ann.test"})]}, "well-formed"),
        ({"facets": [facet(8, 27, {"$type": "else"})]}, "well-formed"),
        ({"reply": {"root": {"uri": "x", "cid": "y"}, "parent": {}}}, "reply/root"),
        ({"reply": {"root": {"uri": "at://x"}}}, "reply/root"),
        ({"embed": {"$type": "app.bsky.embed.external"}}, "external embed"),
        ({"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://x.example"}}}, "title"),
        (
            {"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "x", "title": "", "description": ""}}},
            "must be a uri",
        ),
    ],
)
def test_what_the_lexicon_forbids_is_refused(wrong: dict[str, Any], complaint: str) -> None:
    """Each in a sentence."""
    assert complaint in objection(POST, KEY, {**RECORD, **wrong})


def test_a_key_is_a_tid_and_a_record_an_object() -> None:
    """Anything else is refused before the rest is looked at."""
    for key in ("", "3l2222222222", "zl22222222222", "3l1222222222a", "self"):
        assert "TID" in objection(POST, key, RECORD)
    assert "type" in objection(POST, KEY, "record")


async def test_the_same_record_again_is_the_same(caller: Caller) -> None:
    """200 without a commit; another one is 400 `InvalidSwap`; without `swapRecord` it is overwritten in silence."""
    first, again = [await caller.put(swapRecord=None) for _ in range(2)]
    assert (first.status, again.status) == (200, 200)
    assert ("commit" in json_object(first), "commit" in json_object(again)) == (True, False)
    other = {**RECORD, "text": "Else"}
    assert error(await caller.put(other, swapRecord=None)) == (400, "InvalidSwap")
    assert [one.text for one in caller.server.kept] == [RECORD["text"]]
    assert (await caller.put(other)).status == 200
    assert [one.text for one in caller.server.kept] == ["Else"]


async def test_nobody_writes_for_others(caller: Caller) -> None:
    """Another repository, no collection, no token, a bad one, one that expired."""
    assert error(await caller.put(repo=did_of("ann.test"))) == (401, "AuthenticationRequired")
    assert error(await caller.put(collection="post")) == (400, "InvalidRequest")
    assert error(await caller.ask("com.atproto.server.getSession", token="")) == (401, "AuthMissing")
    assert error(await caller.ask("com.atproto.server.getSession", token="x")) == (400, "InvalidToken")
    refresh = caller.session["refreshJwt"]
    assert error(await caller.ask("com.atproto.server.getSession", token=refresh)) == (400, "InvalidToken")
    caller.server.clock = lambda: 2e9
    assert error(await caller.ask("com.atproto.server.getSession")) == (400, "ExpiredToken")


async def test_records_are_read_by_anybody(caller: Caller) -> None:
    """And what isn't there is said to be none, by its name."""
    query = f"?repo={caller.server.did}&collection={POST}&rkey={KEY}"
    assert error(await caller.ask("com.atproto.repo.getRecord", query=query, token="")) == (400, "RecordNotFound")
    await caller.put(swapRecord=None)
    found = json_object(await caller.ask("com.atproto.repo.getRecord", query=query, token=""))
    assert found["value"] == RECORD
    body = {"repo": caller.server.did, "collection": POST, "rkey": KEY}
    for _ in range(2):
        assert (await caller.ask("com.atproto.repo.deleteRecord", body)).status == 200
    assert caller.server.kept == []


# --------------------------------------------------------------------------- sessions and limits


async def test_log_ins_are_counted(caller: Caller) -> None:
    """Thirty, right or wrong; then 429 in Bluesky's own dialect."""
    good = {"identifier": "bot.test", "password": "good"}
    for number in range(LOGINS):
        body = good if number % 2 else {**good, "password": "wrong"}
        reply = await caller.ask("com.atproto.server.createSession", body, token="")
        assert reply.status == (200 if number % 2 else 401)
    reply = await caller.ask("com.atproto.server.createSession", good, token="")
    assert error(reply) == (429, "RateLimitExceeded")
    assert reply.headers["ratelimit-remaining"] == "0"
    assert "retry-after" not in reply.headers


async def test_a_refresh_token_may_be_used_again_for_a_while(caller: Caller, clock: Hands) -> None:
    """Two hours after it was exchanged it is over; it takes no body."""
    token = caller.session["refreshJwt"]
    body = {"no": "body"}
    assert error(await caller.ask("com.atproto.server.refreshSession", body, token=token)) == (400, "InvalidRequest")
    for _ in range(3):
        assert (await caller.ask("com.atproto.server.refreshSession", token=token)).status == 200
    caller.server.clock = lambda: clock.ticks() + 7201
    assert error(await caller.ask("com.atproto.server.refreshSession", token=token)) == (400, "ExpiredToken")


# --------------------------------------------------------------------------- who speaks


async def test_notifications_come_newest_first_by_the_authors_clocks(caller: Caller) -> None:
    """In pages that end where the next one begins, of the reasons that were asked for."""
    server = caller.server
    said = [server.say("@ann", f"hello {number}", slow=60.0 if number == 4 else 0.0).id for number in range(5)]
    server.say("@ann", "", reason="like")
    told, cursor = [], ""
    while True:
        query = f"?limit=2&reasons=mention{f'&cursor={cursor}' if cursor else ''}"
        page = json_object(await caller.ask("app.bsky.notification.listNotifications", query=query))
        told += [note["uri"] for note in page["notifications"]]
        if not (cursor := words(page.get("cursor"))):
            break
    assert told == [said[3], said[2], said[1], said[0], said[4]]
    assert error(await caller.ask("app.bsky.notification.listNotifications", query="?limit=101"))[0] == 400


async def test_the_bot_is_told_late(caller: Caller, clock: Hands) -> None:
    """What is said is there before anybody hears of it."""
    caller.server.lag = lambda: 2.0
    caller.server.say("@ann", "hello")
    for count in (0, 1):
        clock.now += timedelta(seconds=3 * count)
        told = json_object(await caller.ask("app.bsky.notification.listNotifications"))
        assert len(told["notifications"]) == count


def test_people_have_handles_and_ids() -> None:
    """Whatever the proof calls them."""
    assert [handle_of(name, "test") for name in ("@ann", "@ann@far.example", "@ann.example")] == [
        "ann.test",
        "ann.far.example",
        "ann.example",
    ]
    assert len(did_of("ann.test")) == len("did:plc:") + 24


def test_a_bad_day_is_bad() -> None:
    """Sessions of seconds, which get lost; on a good one nothing happens."""
    good, bad = bluesky(Troubles()), bluesky(Troubles(share=0.3))
    assert (good.loses_sessions, good.redelivers, good.lag()) == (0.0, False, 0.0)
    assert bad.loses_sessions == 0.3
    assert bad.access_lives < 60 < good.access_lives
    assert f"at://{good.did}/{PROFILE}/self" in good.records
