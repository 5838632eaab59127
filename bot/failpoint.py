"""Points at which the program can be told to die, so that the crash proof hits every step.  May import: nothing of ours.

    STARFISH_FAILPOINT="after_response:3" starfish run      SIGKILL at the third passing of that point

Without the variable a point is one comparison.  Nothing is cleaned up, flushed or said: a power cut doesn't, either.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "STARFISH_FAILPOINT"

POINTS = {
    "in_decide": "within the transaction that plans a delivery",
    "before_sending": "within the transaction that claims it for sending",
    "after_sending_commit": "after that commit, before the first byte",
    "mid_request": "while the platform works on the request (`local`: within the transaction that is its sending)",
    "after_response": "after the platform said yes, before that is stored",
    "after_sent_commit": "after that is stored",
    "in_reconcile": "before an unknown delivery is looked for, and again after it was found or not",
    "in_checkpoint": "while the database writes its journal back into the file",
}
"""Every point, and where in the life of a delivery it lies."""

MIDDLE = 0.02
"""Seconds into `during` at which it ends: a request to another process is on its way, and not yet answered."""

_left: dict[str, int] = {}


def arm(order: str) -> None:
    """Die at a point: "name:n", its n-th passing from now on; "name" is the first, "" is never.

    :raises ValueError: there is no such point
    """
    _left.clear()
    if not order:
        return
    name, _, count = order.partition(":")
    if name not in POINTS or not (count or "1").isdecimal():
        raise ValueError(f"{VARIABLE}={order!r}: it should be one of {', '.join(POINTS)}, with :n for the n-th passing")
    _left[name] = int(count or 1)


def point(name: str) -> None:
    """Pass a point, or die there."""
    if _left and _is_last(name):
        die()


@contextmanager
def during(name: str, seconds: float = MIDDLE) -> Iterator[bool]:
    """Pass a stretch, or die a moment after its beginning, whatever happens in it; gives whether this is the one."""
    last = bool(_left) and _is_last(name)
    if last:
        threading.Timer(seconds, die).start()
    yield last


def die() -> None:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def _is_last(name: str) -> bool:
    if name not in _left:
        return False
    _left[name] -= 1
    return _left[name] == 0


arm(os.environ.get(VARIABLE, ""))
