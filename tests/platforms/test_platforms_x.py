"""X under the contract, with both kinds of logins."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from bot.errors import Rejected
from bot.model import Secret
from bot.net import Client
from bot.net.grants import Session, digest
from bot.platforms.x import platform
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from tests.platforms.contract import CANARY, Heard, Stage, _first_listening, _hear, _replied
from tests.servers.fixtures import Hands

FOUR = ("consumer_key", "consumer_secret", "access_token", "access_secret")
SIGNED = {name: f"{CANARY}-{name}" for name in FOUR}


def signed(url: str) -> dict[str, Any]:
    """The keys of an account with OAuth 1.0a."""
    login = {name: Secret(value) for name, value in SIGNED.items()}
    return {"server": url, "i_accept_costs": True, "budget": 1000, "poll": timedelta(seconds=1), **login}


def renewed(url: str) -> dict[str, Any]:
    """The keys of an account with OAuth 2.0."""
    login = {"client_id": "app", "refresh_token": Secret(CANARY)}
    return {"server": url, "i_accept_costs": True, "budget": 1000, "poll": timedelta(seconds=1), **login}


def stage_on(server: XServer, keys: Callable[[str], dict[str, Any]], make_client: Any, clock: Hands) -> Stage:
    """One account on one server."""
    return Stage(
        server=server,
        platform=platform,
        options=keys,
        said=lambda: [one.text for one in server.kept],
        yes=b'{"data": {"id": "1", "text": "x"}}',
        make_client=make_client,
        clock=clock,
        asks_at="/mentions",
    )


class Logins(Heard):
    """The contract, where X is different from others: everything is public, words count once, nothing is streamed."""

    platform = platform
    good_options: ClassVar[dict[str, Any]] = signed("https://api.x.com")

    async def test_the_same_key_twice_is_one_post_or_declared_impossible(self, stage: Stage) -> None:
        """X knows no keys, but takes the same words once: later the second try is evidence that the first arrived."""
        publisher = stage.open()
        await publisher.publish(stage.post())
        again = stage.post()
        stage.clock.now += timedelta(minutes=2)
        receipt = await publisher.publish(again)
        assert receipt.note == "found"
        assert stage.said() == [again.text]

    @pytest.mark.parametrize("theirs", ["public"])
    @pytest.mark.parametrize("ours", [None, "public", "unlisted", "private", "direct"])
    async def test_visibility_is_never_widened(self, stage: Stage, theirs: str, ours: str | None) -> None:
        """M4: whatever is said on X is public, so what must not be is refused."""
        stage.visibility = ours
        if ours in {"private", "direct"}:
            with pytest.raises(Rejected):
                await _replied(stage)
            assert stage.said() == []
        else:
            await _replied(stage)
            assert stage.said() == ["Hello Ann!"]

    async def test_a_stream_wakes_and_a_reconnect_misses_nothing(self, stage: Stage) -> None:
        """There is no stream at this price: what is said is heard when X is asked again."""
        start = await _first_listening(stage)
        for number in range(2):
            said = stage.server.say("@ann", f"hello {number}")
            ((start, mention),) = await _hear(stage.open(), start, 1)
            assert mention.remote_id == said.id

    async def test_our_own_words_are_no_mention(self, stage: Stage) -> None:
        """M3: what we say ourselves is never answered."""
        start = await _first_listening(stage)
        stage.server.say("@bot", "talking to myself @bot")
        stage.server.say("@ann", "hello")
        ((_, mention),) = await _hear(stage.open(), start, 1)
        assert mention.author == "@ann"

    async def test_a_mention_is_whole_and_harmless(self, stage: Stage) -> None:
        """Entities and short addresses are undone, and the handles in front are gone."""
        start = await _first_listening(stage)
        stage.server.say(
            "@ann", '<script>alert("x")</script> <b>tides</b> & waves? https://example.org/a?b=1&c=2\n\nMore'
        )
        ((_, mention),) = await _hear(stage.open(), start, 1)
        text = '<script>alert("x")</script> <b>tides</b> & waves? https://example.org/a?b=1&c=2\nMore'
        assert (mention.text, mention.author, mention.name) == (text, "@ann", "Ann")
        assert (mention.account, mention.bot, mention.at, mention.language) == ("acc", False, stage.clock(), "en")

    async def test_a_reply_tags_the_asker_alone_and_is_found(self, stage: Stage) -> None:
        """X would tell everybody who was named: they are left out by number; the reply is found after a restart."""
        reply, post = await _replied(stage, text="hello @cat and @dog")
        assert stage.server.pinged() == ["@ann"]
        assert reply.reply_to == post.reply_to
        found = await stage.open().find(post)
        assert found is not None
        assert found.remote_id == reply.id

    async def test_the_same_answer_to_two_people_is_two(self, stage: Stage) -> None:
        """A reply is known by what it answers."""
        _, first = await _replied(stage)
        second = stage.server.say("@cat", "hello")
        other = replace(first, key="db-9-0", reply_to=second.id, reply_to_author="@cat")
        assert await stage.open().find(other) is None


class TestSigned(Logins):
    """OAuth 1.0a."""

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        """An account whose requests are signed."""
        server = XServer(keys=(*SIGNED.values(),), clock=clock.ticks)
        async with serving(server):
            yield stage_on(server, signed, make_client, clock)


class TestRenewed(Logins):
    """OAuth 2.0, in the middle of a session."""

    good_options: ClassVar[dict[str, Any]] = renewed("https://api.x.com")

    @pytest.fixture
    async def stage(self, make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
        """An account whose session is kept in the vault."""
        server = XServer(refresh=CANARY, clock=clock.ticks)
        granted = server.grant()
        async with serving(server):
            stage = stage_on(server, renewed, make_client, clock)
            session = Session(
                access=Secret(granted["access_token"]),
                refresh=Secret(granted["refresh_token"]),
                until=clock() + timedelta(hours=2),
                scope=granted["scope"],
                root=digest(Secret(CANARY)),
            )
            stage.vault.put("acc", "session", session.packed())
            yield stage

    @pytest.mark.parametrize("fault", ["401"])
    async def test_a_refused_login_is_named(self, stage: Stage, fault: str) -> None:
        """A 401 is certainly no: the token is renewed, and the post goes out once."""
        stage.server.troubles.script([fault])
        await stage.open().publish(stage.post())
        assert stage.said() == [stage.post().text]
        kept = stage.vault.get("acc", "session")
        assert kept is not None
        assert json.loads(kept.reveal())["access"].startswith(CANARY)
