"""Setting a Discord bot up: what is looked at, what is said to be wrong, and the walk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DeliveryError, NeedsLogin, Rejected
from bot.model import Secret
from bot.net import Client
from bot.platforms.discord import platform
from bot.platforms.discord.setup import NEEDED, permissions
from bot.ports import Http
from bot.prove.discord_world import BOT, EMBED, GUILD, HISTORY, HOME, SEND, VIEW
from tests.platforms.contract import CANARY, Stage
from tests.platforms.stages import discord_stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """One bot in one channel, well set up."""
    async with discord_stage(make_client, clock) as stage:
        yield stage


async def wrong(stage: Stage) -> list[str]:
    """What isn't fine."""
    return [what for fine, what in await stage.open().examine() if not fine]


# --------------------------------------------------------------------------- looking


async def test_a_good_account_has_nothing_wrong(stage: Stage) -> None:
    """It says who it is, where it posts, and what it may; nothing was sent."""
    found = await stage.open().examine()
    assert all(fine for fine, _ in found)
    said = "\n".join(what for _, what in found)
    for words in (
        "@starfish",
        f"id {BOT}",
        "#bots",
        "Send Messages",
        "Read Message History",
        "both clocks agree",
        "1000 new sessions",
    ):
        assert words in said
    assert {asked.method for asked in stage.server.asked} == {"GET"}
    assert CANARY not in said


@pytest.mark.parametrize(
    ("may", "missing"),
    [
        (VIEW | EMBED | HISTORY, "Send Messages"),
        (VIEW | SEND | EMBED, "Read Message History"),
        (VIEW | SEND | HISTORY, "Embed Links"),
    ],
)
async def test_a_missing_permission_is_named(stage: Stage, may: int, missing: str) -> None:
    """That one, and where to allow it."""
    stage.server.may = may
    (what,) = await wrong(stage)
    assert missing in what
    assert "#bots" in what
    assert "permissions" in what


async def test_a_channel_that_cannot_be_seen_is_named(stage: Stage) -> None:
    """The bot isn't there, or the id is another's."""
    stage.server.may = 0
    (what,) = await wrong(stage)
    assert HOME in what
    assert "invite" in what


@pytest.mark.parametrize(("hours", "fine"), [(0, True), (1, False), (-1, False)])
async def test_clocks_that_differ_are_told(stage: Stage, hours: int, fine: bool) -> None:
    """By more than a minute."""
    stage.server.clock = lambda: stage.clock.ticks() + hours * 3600
    found = await wrong(stage)
    assert (found == []) == fine
    assert fine or ("3600 s ahead" if hours > 0 else "3600 s behind") in found[0]


async def test_a_token_that_is_not_good_is_told(stage: Stage) -> None:
    """And nothing else, as nothing else can be known."""
    stage.server.token = "another"
    (found,) = await stage.open().examine()
    assert found[0] is False
    assert "token" in found[1]


async def test_a_person_is_no_bot(stage: Stage) -> None:
    """A program in a person's account gets that account closed."""
    stage.server.is_bot = False
    assert any("no bot" in what for what in await wrong(stage))


async def test_few_sessions_are_told(stage: Stage) -> None:
    """Something starts the bot again and again."""
    stage.server.sessions_left = 5
    assert await wrong(stage) == ["5 new sessions are left today"]


async def test_an_intent_too_many_is_told_but_fine(stage: Stage) -> None:
    """It is not needed, and harms nothing."""
    stage.server.flags = 1 << 19
    found = await stage.open().examine()
    assert any(fine and "can do without" in what for fine, what in found)


@pytest.mark.parametrize("body", ["[]", "<html>", '{"id": 5}', '{"bot": "yes"}'])
async def test_hostile_answers_raise_nothing(stage: Stage, body: str) -> None:
    """Whatever the server says, it is a finding."""
    async with wire([f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()]) as place:
        found = await stage.open(place.url.rstrip("/")).examine()
        assert not all(fine for fine, _ in found)


# --------------------------------------------------------------------------- permissions


def overwrite(id_: str, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    """What a channel says of a role or a member."""
    return {"id": id_, "allow": str(allow), "deny": str(deny)}


@pytest.mark.parametrize(
    ("mine", "overwrites", "may"),
    [
        (["g"], [], 0b01),
        (["g", "r"], [], 0b11),
        (["g", "admin"], [overwrite("g", deny=0b11)], -1),
        (["g", "r"], [overwrite("g", deny=0b11)], 0),
        (["g", "r"], [overwrite("g", deny=0b11), overwrite("r", allow=0b10)], 0b10),
        (["g", "r"], [overwrite("r", deny=0b10), overwrite("me", allow=0b100)], 0b101),
        (["g", "r", "s"], [overwrite("r", deny=0b01), overwrite("s", allow=0b01)], 0b11),
        (["g"], [overwrite("me", deny=0b01), overwrite("else", allow=0b11)], 0),
        (["g"], [{"id": "g", "allow": None, "deny": "x" * 99}, {"id": []}, {}], 0b01),
    ],
)
def test_permissions_are_reckoned_as_the_reference_says(
    mine: list[str], overwrites: list[dict[str, Any]], may: int
) -> None:
    """Everyone's first, then all roles' together, then the bot's own; an administrator may everything."""
    roles = {"g": 0b01, "r": 0b10, "s": 0, "admin": 1 << 3}
    assert permissions(roles, mine, overwrites, everyone="g", me="me") == may


@given(
    st.integers(min_value=0, max_value=(1 << 53) - 1).filter(lambda bits: not bits & 1 << 3), st.integers(0, 1 << 53)
)
def test_the_last_word_on_a_bot_is_its_own(bits: int, denied: int) -> None:
    """What the channel denies the bot itself it may not, whatever its roles; what it allows, it may."""
    said = [overwrite("me", allow=sum(NEEDED), deny=denied)]
    may = permissions({"g": bits}, ["g"], said, everyone="g", me="me")
    assert may & sum(NEEDED) == sum(NEEDED)
    assert may & ~sum(NEEDED) == bits & ~denied & ~sum(NEEDED)


# --------------------------------------------------------------------------- the walk


@dataclass
class Scripted:
    """An owner who gives prepared answers."""

    answers: list[str]
    told: list[str] = field(default_factory=list)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.told.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        self.asked.append((question, secret))
        return self.answers.pop(0)


async def walk(stage: Stage, asker: Scripted, **given: str) -> Any:
    """Take the walk against the server."""
    stage.clock.now = datetime.now(UTC)
    assert platform.enrol is not None

    def door(address: str) -> Http:
        return stage.make_client(allow_private=()).door([address])

    return await platform.enrol({"server": f"{stage.server.url}/api/v10", **given}, asker, door)


async def test_the_walk_asks_for_a_token_and_a_channel(stage: Stage) -> None:
    """It shows where a bot is made and how to invite it, with exactly the permissions that it needs; it only reads."""
    asker = Scripted([f"Bot {CANARY} ", HOME])
    found = await walk(stage, asker)
    assert [secret for _, secret in asker.asked] == [True, False]
    said = "\n".join(asker.told)
    assert "discord.com/developers/applications" in said
    assert f"client_id={BOT}&scope=bot&permissions={VIEW | SEND | EMBED | HISTORY}" in said
    assert "#bots" in said
    assert stage.server.person("@owner") in said
    assert CANARY not in said
    assert (found.handle, dict(found.secrets)) == ("@starfish", {"token": Secret(CANARY)})
    options = platform.Options(**found.keys, **found.secrets)
    assert (options.channel, options.server) == (HOME, f"{stage.server.url}/api/v10")
    assert {asked.method for asked in stage.server.asked} == {"GET"}


async def test_what_was_given_is_not_asked_for(stage: Stage) -> None:
    """A script can take the walk too."""
    asker = Scripted([])
    found = await walk(stage, asker, token=CANARY, channel=HOME)
    assert asker.asked == []
    assert found.keys["channel"] == HOME


@pytest.mark.parametrize(
    ("token", "channel", "failure"),
    [("nobody", HOME, NeedsLogin), (CANARY, "77", Rejected), (CANARY, "#general", Rejected), (CANARY, GUILD, Rejected)],
)
async def test_a_walk_that_fails_says_where(
    stage: Stage, token: str, channel: str, failure: type[DeliveryError]
) -> None:
    """A wrong token, a channel that isn't there or isn't one; the token isn't told."""
    with pytest.raises(failure) as told:
        await walk(stage, Scripted([token, channel]))
    assert CANARY not in str(told.value)


async def test_the_walk_refuses_a_persons_account_and_a_closed_channel(stage: Stage) -> None:
    """The first is against Discord's rules; in the second the bot would be mute."""
    stage.server.may = VIEW
    with pytest.raises(Rejected, match="lacks"):
        await walk(stage, Scripted([CANARY, HOME]))
    stage.server.is_bot = False
    with pytest.raises(Rejected, match="no bot"):
        await walk(stage, Scripted([CANARY, HOME]))
