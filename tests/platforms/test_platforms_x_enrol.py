"""The set-up walk for X: what it asks, what it refuses, and that what it finds out works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import DeliveryError, NeedsLogin, Rejected
from bot.model import Secret
from bot.net import Client
from bot.platforms.x import platform
from bot.ports import Enrolled, Http
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from tests.platforms.contract import CANARY, Stage
from tests.platforms.test_platforms_x import FOUR, SIGNED, stage_on
from tests.servers.fixtures import Hands


class Owner:
    """Somebody at a terminal, who allows what is asked, or what a test wants."""

    def __init__(self, server: XServer, **answers: str) -> None:
        self.server, self.answers = server, answers
        self.heard: list[str] = []
        self.hidden: list[str] = []

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        self.heard.append(question)
        if secret:
            self.hidden.append(question)
        for word, answer in self.answers.items():
            if word in question.lower():
                return answer
        if "whole address" in question:
            return self.allows()
        assert default, f"nobody knows what to say to {question!r}"
        return default

    def allows(self) -> str:
        """Do as a browser does: open the address, and be sent to a page that isn't there, with a code."""
        (address,) = [text for text in self.heard if "oauth2/authorize?" in text]
        asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert set(asked["scope"].split()) == {"tweet.read", "tweet.write", "users.read", "offline.access"}
        return f"{asked['redirect_uri']}?state={asked['state']}&code={self.server.refresh}"


@pytest.fixture
async def server() -> AsyncIterator[XServer]:
    """An X where the next code is known."""
    server = XServer(refresh=CANARY)
    async with serving(server):
        yield server


@pytest.fixture
def walk(server: XServer, make_client: Callable[..., Client]) -> Callable[..., Any]:
    """The walk, as `starfish accounts add` begins it."""

    def reach(address: str) -> Http:
        return make_client(allow_private=()).door([address])

    async def walked(owner: Owner, **given: str) -> Enrolled:
        assert platform.enrol is not None
        return await platform.enrol({"server": server.url, **given}, owner, reach)

    return walked


async def test_a_code_is_carried_over(
    server: XServer, walk: Callable[..., Any], make_client: Any, clock: Hands
) -> None:
    """The owner accepts the costs, allows the app, pastes the address; what is found out lets a bot post."""
    owner = Owner(server, accept="yes", **{"client id": "app"})
    found = await walk(owner)
    assert found.handle == "@bot"
    assert found.keys == {"i_accept_costs": True, "budget": 5.0, "server": server.url, "client_id": "app"}
    assert (found.secrets, set(found.session)) == ({}, {"session", "me"})
    assert CANARY not in repr(found) + "".join(owner.heard)
    assert "Paste the whole address of that page" in owner.hidden
    clock.now = datetime.now(UTC)
    stage: Stage = stage_on(server, lambda _: dict(found.keys), make_client, clock)
    for name, value in found.session.items():
        stage.vault.put("acc", name, value)
    await stage.open().publish(stage.post())
    assert server.grants == 1
    assert sum(asked.path == "/2/users/me" for asked in server.asked) == 1
    await stage.open().find(stage.post())
    assert sum(asked.path == "/2/users/me" for asked in server.asked) == 1


async def test_a_web_app_has_a_secret(server: XServer, walk: Callable[..., Any]) -> None:
    """It goes into a file of its own, and is used for the code already."""
    server.client_secret = "s3cret"
    found = await walk(Owner(server, accept="yes", **{"client id": "app", "client secret": "s3cret"}))
    assert found.secrets == {"client_secret": Secret("s3cret")}
    assert "s3cret" not in repr(found)


async def test_four_values_are_tried(server: XServer, walk: Callable[..., Any]) -> None:
    """OAuth 1.0a: nothing to open, nothing that expires; who it is comes from X."""
    server.keys = (*SIGNED.values(),)
    answers = {name.replace("_", " "): value for name, value in SIGNED.items()}
    owner = Owner(server, accept="yes", oauth="1", dollars="$12", **answers)
    found = await walk(owner)
    assert (found.handle, found.keys["budget"], found.session) == ("@bot", 12.0, {})
    assert found.secrets == {name: Secret(SIGNED[name]) for name in FOUR}
    assert [question.lower() for question in owner.hidden] == [name.replace("_", " ") for name in FOUR]


async def test_what_was_given_already_is_not_asked_for(server: XServer, walk: Callable[..., Any]) -> None:
    """Keys on the command line are the answers to their questions."""
    server.keys = (*SIGNED.values(),)
    owner = Owner(server)
    found = await walk(owner, i_accept_costs="true", budget="3", **SIGNED)
    assert found.keys["budget"] == 3.0
    assert owner.hidden == []


@pytest.mark.parametrize(
    ("answers", "error", "word"),
    [
        ({"accept": "no"}, Rejected, "without paying"),
        ({"dollars": "a lot"}, Rejected, "number of dollars"),
        ({"dollars": "0"}, Rejected, "number of dollars"),
        ({"dollars": "nan"}, Rejected, "number of dollars"),
        ({"address": "http://127.0.0.1/starfish?error=access_denied&state=x"}, NeedsLogin, "did not allow"),
        ({"address": "http://127.0.0.1/starfish?state=another&code=abc"}, NeedsLogin, "not from this walk"),
        ({"address": "nonsense http://[ "}, NeedsLogin, "not from this walk"),
        ({"client id": "another"}, NeedsLogin, "half a minute"),
    ],
)
async def test_what_goes_wrong_is_said(
    server: XServer, walk: Callable[..., Any], answers: dict[str, str], error: type[DeliveryError], word: str
) -> None:
    """In a sentence, without what the owner typed, and before anything is stored."""
    owner = Owner(server, **{"accept": "yes", "client id": "app", **answers})
    with pytest.raises(error, match=word) as told:
        await walk(owner)
    assert CANARY not in str(told.value)


async def test_wrong_values_are_said(server: XServer, walk: Callable[..., Any]) -> None:
    """X doesn't know them: nothing is set up."""
    server.keys = ("a", "b", "c", "d")
    with pytest.raises(NeedsLogin):
        await walk(Owner(server), i_accept_costs="yes", budget="5", **SIGNED)
