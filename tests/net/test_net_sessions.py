from __future__ import annotations

from ipaddress import ip_network

import aiohttp

from bot.net.sessions import Sessions

HOME = (ip_network("127.0.0.0/8"), ip_network("192.168.7.0/24"))


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
