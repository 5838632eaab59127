"""Tells systemd, where it started the bot, that the page is up, that the bot is alive, and that it is ending.

May import: the standard library.  The protocol is one datagram a word, to the socket that `NOTIFY_SOCKET` names
(sd_notify(3)); without systemd nothing is said.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

log = logging.getLogger("starfish.run")

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def tell_systemd(word: str, env: Mapping[str, str] = os.environ) -> bool:
    """Say one word; False where nobody listens.  Never waits, never raises."""
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):  # systemd also knows vsock: addresses, for whole machines
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as ours:
            ours.connect("\0" + address[1:] if address.startswith("@") else address)
            ours.send(word.encode())
    except (OSError, ValueError) as error:
        log.info("systemd was not told %s: %s", word, error)
        return False
    return True


def watchdog_every(env: Mapping[str, str] = os.environ) -> float | None:
    """How often systemd wants a sign of life, in seconds: twice as often as its patience lasts; None: not at all."""
    patience, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", str(os.getpid()))
    if not (patience.isascii() and patience.isdigit() and int(patience) and pid == str(os.getpid())):
        return None
    return int(patience) / 2_000_000


async def give_signs_of_life(alive: Callable[[], Awaitable[object]], env: Mapping[str, str] = os.environ) -> None:
    """Say ALIVE as often as is wished, each time after `alive` came back; a bot that hangs in it falls silent."""
    every = watchdog_every(env)
    while every is not None:
        await alive()
        tell_systemd(ALIVE, env)
        await asyncio.sleep(every)
