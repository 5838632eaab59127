"""The servers of the proof: they must count truly, and fail exactly as they are told."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import Unsure
from bot.net import Client
from bot.net.door import Door
from bot.prove.faults import ANSWERS, DRAWN, LOCKED, REFUSALS, Troubles, keeps, refusal
from bot.prove.mastodon_server import KEY_LIVES, MastodonServer
from bot.prove.mastodon_world import Status, World
from bot.prove.servers import KINDS, serving
from bot.prove.webhook_server import WebhookServer
from tests.servers.fixtures import Hands, clock, make_client

__all__ = ["clock", "make_client"]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


# --------------------------------------------------------------------------- faults


def test_scripted_faults_come_first_and_once() -> None:
    """Then chance, where there is any."""
    troubles = Troubles(random.Random(1), share=0.0)
    troubles.script(["429 date", "", "kept, cut"])
    assert [troubles.next() for _ in range(5)] == ["429 date", "", "kept, cut", "", ""]


def test_chance_is_repeatable() -> None:
    """The same seed, the same faults; about the share that was asked for; only what can be got over."""
    drawn = [[Troubles(random.Random(7), share=0.3).next() for _ in range(1)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    troubles = Troubles(random.Random(7), share=0.3)
    faults = [fault for fault in (troubles.next() for _ in range(2000)) if fault]
    assert 500 < len(faults) < 700
    assert set(faults) == set(DRAWN)
    assert not {*LOCKED} & set(DRAWN)


def test_an_unknown_fault_is_a_mistake() -> None:
    """A test that misspells one would prove nothing."""
    with pytest.raises(ValueError, match="kept, 5OO"):
        Troubles().script(["kept, 5OO"])


@pytest.mark.parametrize("fault", [*REFUSALS, *LOCKED])
def test_a_refusal_keeps_nothing_and_says_so(fault: str) -> None:
    """Its status is in its name."""
    answer = refusal(fault, NOW)
    assert answer is not None
    assert str(answer.status) == fault[:3]
    assert not keeps(fault)


def test_doubt_is_no_refusal() -> None:
    """What is kept says so in its name; nothing else is."""
    for fate in ("kept", "lost"):
        for answer in ANSWERS:
            assert keeps(f"{fate}, {answer}") == (fate == "kept")
            assert refusal(f"{fate}, {answer}", NOW) is None
    assert keeps("")


# --------------------------------------------------------------------------- what a server knows


def test_ids_grow_as_texts() -> None:
    """Numbers of one length, or letters of one length: both sort as they were given."""
    for dialect in ("mastodon", "gotosocial"):
        world = World(dialect=dialect, clock=lambda: 1e9)
        ids = [world.keep(Status(account="bot", text="x")).id for _ in range(100)]
        assert ids == sorted(ids)
        assert len({len(one) for one in ids}) == 1
        assert len(set(ids)) == 100


def test_posts_are_known_by_link_or_by_what_they_answer() -> None:
    """As the proof asks for them."""
    world = World()
    said = world.say("@ann", "hello")
    world.keep(Status(account="bot", text="See\n\nhttps://example.org/1"))
    world.keep(Status(account="bot", text="Hi https://example.org/2", reply_to=said.id))
    assert world.there() == ["https://example.org/1", f"the answer to {said.id}"]
    assert world.owed() == [f"the answer to {said.id}"]


def test_everybody_who_is_called_is_counted() -> None:
    """In words, not in addresses."""
    world = World()
    world.keep(Status(account="bot", text="@ann@far.example and @bob, see https://example.org/@cat a@b.example"))
    assert world.pinged() == ["@ann@far.example", "@bob"]


def test_text_is_shown_as_mastodon_shows_it() -> None:
    """Escaped, in paragraphs, links with a hidden beginning, handles without their domain."""
    shown = World().shown(Status(account="bot", text="a <b>\nc\n\n@ann@far.example https://example.org/x", id="1"))
    assert shown["content"].startswith("<p>a &lt;b&gt;<br />c</p><p><span")
    assert '<span class="invisible">https://</span>' in shown["content"]
    assert "@<span>ann</span>" in shown["content"]


def test_the_dialects_count_differently() -> None:
    """What one advertises, the other doesn't keep to."""
    text = f"@ann@far.example https://example.org/{'x' * 100} 👩‍👩‍👧"
    assert World(dialect="mastodon").length(text, "cw") == len("@ann ") + 23 + len(" ") + 1 + 2
    assert World(dialect="gotosocial").length(text, "cw") == len(text) + 2


# --------------------------------------------------------------------------- over the wire


async def posted(door: Door, url: str, *, key: str = "k", token: str = "good") -> tuple[int, Any]:
    """Post, and give status and body."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    reply = await door.send("POST", f"{url}/api/v1/statuses", json={"status": "x"}, headers=headers)
    return reply.status, json.loads(reply.body)


async def test_mastodon_knows_a_key_for_an_hour(make_client: Callable[..., Client], clock: Hands) -> None:
    """The same post again, or 500 although it is there; after an hour another one."""
    async with serving(MastodonServer(clock=clock.ticks)) as server:
        door = make_client(allow_private=()).door([server.url])
        first, second = await posted(door, server.url), await posted(door, server.url)
        assert first[1]["id"] == second[1]["id"]
        server.used_key = "500"
        assert (await posted(door, server.url))[0] == 500
        assert (await posted(door, server.url, token="bad"))[0] == 401
        assert len(server.kept) == 1
        await clock.pause(KEY_LIVES)
        assert (await posted(door, server.url))[0] == 200
        assert (len(server.kept), server.requests) == (2, 4)


async def test_gotosocial_ignores_keys(make_client: Callable[..., Client]) -> None:
    """Five at once with one key are five."""
    async with serving(MastodonServer(dialect="gotosocial")) as server:
        door = make_client(allow_private=()).door([server.url])
        await asyncio.gather(*(posted(door, server.url) for _ in range(5)))
        assert len(server.kept) == 5


@pytest.mark.parametrize(("keyed", "kept"), [(False, 2), (True, 1)])
async def test_a_webhook_counts_by_key(make_client: Callable[..., Client], keyed: bool, kept: int) -> None:
    """With keys the same again is the same; what is told of it says what it is known by."""
    async with serving(WebhookServer(keyed=keyed)) as server:
        door = make_client(allow_private=()).door([server.url])
        for _ in range(2):
            await door.send("POST", f"{server.url}/hook", json={"url": "u"}, headers={"Idempotency-Key": "k"})
        assert server.there() == ["u"] * kept


@asynccontextmanager
async def process(*words: str) -> AsyncIterator[str]:
    """Run a server as a process of its own; gives its address."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.prove.servers", *words, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        async with asyncio.timeout(60):
            port = int(await running.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        await running.wait()


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_each_runs_as_a_process_and_is_steered(make_client: Callable[..., Client], kind: str) -> None:
    """It prints its port, takes faults and words, and tells what it kept."""
    async with process(kind, "--seed", "3") as url:
        door = make_client(allow_private=()).door([url])
        assert (await door.send("POST", f"{url}/_/faults", json=["kept, cut"])).status == 204
        assert (await door.send("POST", f"{url}/_/faults", json=["nonsense"])).status == 422
        assert (await door.send("POST", f"{url}/_/say", json={"from": "@ann", "text": "hello"})).status == 204
        hook = "hook" in kind
        path, body = (
            ("/hook", {"url": "https://example.org/1"})
            if hook
            else ("/api/v1/statuses", {"status": "https://example.org/1"})
        )
        with pytest.raises(Unsure):
            await door.send("POST", url + path, json=body, headers={"Authorization": "Bearer good"})
        told = json.loads((await door.send("GET", f"{url}/_/there")).body)
        assert told == {"there": ["https://example.org/1"], "requests": 1}
