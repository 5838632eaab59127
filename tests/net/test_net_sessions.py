from __future__ import annotations

from ipaddress import ip_network

import aiohttp
import pytest

from bot.net.sessions import HOME_NAMES, HomeNames, Sessions
from tests.servers.stub_names import StubNames

HOME = (ip_network("127.0.0.0/8"), ip_network("192.168.7.0/24"))


async def test_names_within_the_owners_networks_are_remembered() -> None:
    """Only those whose every address lies there; a name that leaves is forgotten."""
    answers = {
        "nas.lan": [["192.168.7.9"]],
        "both.lan": [["192.168.7.9", "1.1.1.1"]],
        "away.lan": [["127.0.0.1"], ["1.1.1.1"]],
        "odd.lan": [["::ffff:192.168.7.9"]],
    }
    names = HomeNames(StubNames(answers), HOME)
    for name in answers:
        await names.resolve(name, 80)
    assert names.names == {"nas.lan", "away.lan", "odd.lan"}
    await names.resolve("away.lan", 80)
    assert names.names == {"nas.lan", "odd.lan"}


async def test_an_answer_without_addresses_is_no_answer() -> None:
    """It is the same as a name that doesn't exist, for everybody who asks."""
    with pytest.raises(OSError, match="no address"):
        await HomeNames(StubNames({"empty.example": [[]]}), HOME).resolve("empty.example")


async def test_memory_of_names_is_bounded() -> None:
    """Somebody who points a million names at the owner's networks fills no memory."""
    answers = {f"{number}.lan": [["127.0.0.1"]] for number in range(HOME_NAMES + 50)}
    names = HomeNames(StubNames(answers), HOME)
    for name in answers:
        await names.resolve(name)
    assert len(names.names) == HOME_NAMES


def test_literal_addresses_need_no_look_up() -> None:
    """An address says itself where it is; localhost is loopback; without allowed networks nothing is at home."""
    sessions = Sessions(agent="x", allowed=HOME, resolver=None, trust=None)
    assert all(sessions.at_home(host) for host in ("127.0.0.1", "192.168.7.1", "localhost", "x.localhost"))
    assert not any(
        sessions.at_home(host) for host in ("192.168.8.1", "1.1.1.1", "::1", "nas.lan", "", "localhost.example")
    )
    assert not Sessions(agent="x", allowed=(), resolver=None, trust=None).at_home("localhost")


async def test_each_degree_of_trust_has_one_session() -> None:
    """They are opened when they are needed, once, and all closed at the end."""
    sessions = Sessions(agent="x", allowed=HOME, resolver=None, trust=None)
    opened: list[aiohttp.ClientSession] = [sessions.foreign, sessions.proxied, sessions.platform, sessions.own]  # noqa: TID251 -- a type
    assert len(set(map(id, opened))) == 4
    assert sessions.foreign is opened[0]
    assert [session.connector.force_close for session in opened if session.connector] == [False, True, True, True]
    assert not any(session.trust_env for session in opened)
    await sessions.close()
    assert all(session.closed for session in opened)
    await sessions.close()
