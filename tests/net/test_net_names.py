from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import pytest

from bot.net.names import HOME_NAMES, LOOKUPS, HomeNames, SystemNames
from tests.servers.stub_names import StubNames

HOME = (ip_network("127.0.0.0/8"), ip_network("192.168.7.0/24"))


async def test_the_system_knows_localhost() -> None:
    """A real look-up gives addresses as aiohttp wants them."""
    found = await SystemNames().resolve("localhost", 8080)
    assert {one["host"] for one in found} <= {"127.0.0.1", "::1"}
    assert {one["port"] for one in found} == {8080}
    assert {one["hostname"] for one in found} == {"localhost"}


@pytest.mark.parametrize("name", ["nowhere.invalid", "a" * 70 + ".example", "\x00", "bad..name"])
async def test_a_name_that_is_none_is_a_named_failure(name: str) -> None:
    """Unknown, too long and impossible names: all are the same kind of error."""
    with pytest.raises(OSError, match=r"\w"):
        await SystemNames().resolve(name, 80)


async def test_a_name_server_that_hangs_holds_nobody_else_up() -> None:
    """The loop's own threads stay free, a look-up can be given up, and its late answer disturbs nobody."""
    begun, go_on = threading.Semaphore(0), threading.Event()

    def hanging(host: str, port: int, family: int) -> Sequence[Any]:
        begun.release()
        go_on.wait(30)
        return [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]

    names = SystemNames(hanging)
    waiting = [asyncio.create_task(names.resolve(f"{number}.example", 80)) for number in range(LOOKUPS + 3)]
    for _ in range(LOOKUPS):
        await asyncio.to_thread(begun.acquire)
    waiting[0].cancel()
    await asyncio.to_thread(begun.acquire)  # its place went to the next one
    go_on.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(result, list) for result in results[1:])


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
