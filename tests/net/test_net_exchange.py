from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from yarl import URL

from bot.net.exchange import Failed, exchange
from bot.net.sessions import Sessions
from tests.servers.feedserver import FeedServer
from tests.servers.wire import wire


@pytest.fixture
async def sessions() -> AsyncIterator[Sessions]:
    """Sessions that may reach loopback."""
    sessions = Sessions(agent="x", allowed=[ip_network("127.0.0.0/8")], resolver=None, trust=None)
    yield sessions
    await sessions.close()


async def test_an_answer_is_read_up_to_its_cap(sessions: Sessions, server: FeedServer) -> None:
    """To the byte: one more is refused, or cut where that is wanted."""
    url = URL(server.put("/", "x" * 1000))
    whole = await exchange(sessions.foreign, "GET", url, headers={}, cap=1000)
    assert whole.body == b"x" * 1000
    with pytest.raises(Failed, match=r"more than 0\.999 kB") as told:
        await exchange(sessions.foreign, "GET", url, headers={}, cap=999)
    assert (told.value.kind, told.value.connected) == ("large", True)
    part = await exchange(sessions.foreign, "GET", url, headers={}, cap=999, cut=True)
    assert part.body == b"x" * 999


async def test_a_body_that_is_not_wanted_is_not_read(sessions: Sessions, server: FeedServer) -> None:
    """An endless error page costs nothing."""
    url = URL(server.put("/", fault="endless"))
    reply = await exchange(sessions.foreign, "GET", url, headers={}, cap=10, body_of=lambda status, _: status != 200)
    assert (reply.status, reply.body) == (200, b"")


async def test_a_failure_says_whether_a_connection_stood(sessions: Sessions, server: FeedServer) -> None:
    """Before: certainly nothing arrived.  After: perhaps."""
    url = URL(server.put("/", fault="reset"))
    with pytest.raises(Failed) as told:
        await exchange(sessions.own, "POST", url, headers={}, cap=10, data=b"x")
    assert (told.value.kind, told.value.connected) == ("broken", True)
    with pytest.raises(Failed) as told:
        await exchange(sessions.own, "POST", URL("http://127.0.0.1:1/"), headers={}, cap=10, data=b"x")
    assert (told.value.kind, told.value.connected) == ("unreachable", False)
    with pytest.raises(Failed) as told:
        await exchange(sessions.platform, "POST", url, headers={}, cap=10, data=b"x")
    assert (told.value.kind, told.value.connected) == ("refused", False)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_nothing_is_tried_twice_on_a_fresh_connection(sessions: Sessions, method: str) -> None:
    """Methods that HTTP calls idempotent neither: one request, one answer."""
    async with wire([]) as place:
        with pytest.raises(Failed):
            await exchange(sessions.own, method, URL(place.url), headers={}, cap=10)
        assert len(place.heads) == 1
