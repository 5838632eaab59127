"""What a child takes from itself before it reads anything foreign.  May import: this package.

Each step is tried and, where a system doesn't know it, left out (macOS refuses RLIMIT_AS): the parent's clock and
SIGKILL stand behind all of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
from functools import cache
from typing import Any, BinaryIO

from bot.worker.bounds import Bounds
from bot.worker.seccomp import lock

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the protocol off the standard streams: libraries that print can't disturb it.

    Standard input becomes empty, standard output goes where the errors go.
    """
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def confine(bounds: Bounds, parent: int) -> None:
    """Set the limits of this process for good; `parent` is the process id to die with."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent drains first, then the pipe's end ends us
    _die_with(parent)
    with contextlib.suppress(OSError):
        os.nice(5)  # documents wait, the event loop doesn't
    _limit(resource.RLIMIT_CORE, 0)  # a core dump would hold foreign text, and fill the disk
    _limit(resource.RLIMIT_AS, bounds.memory)
    _limit(resource.RLIMIT_NOFILE, bounds.files)
    _limit(resource.RLIMIT_FSIZE, bounds.file_size)
    if hasattr(resource, "RLIMIT_NPROC"):
        _limit(resource.RLIMIT_NPROC, 0)  # no threads, no further processes
    sys.addaudithook(_refuse)
    lock()


def renew_cpu(seconds: int) -> None:
    """Allow this process `seconds` more of computing, counted from here; then the kernel ends it by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def resident() -> int:
    """How much memory this process holds now, in bytes; where that isn't told, the most it ever held."""
    try:
        return int(os.pread(_statm(), 200, 0).split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


@cache
def _statm() -> int:
    """The kernel's word on our memory, opened while files can be opened still, and read again and again."""
    return os.open("/proc/self/statm", os.O_RDONLY)


def _limit(kind: int, value: int) -> None:
    """Lower a limit, soft and hard; one that is lower already stays."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _die_with(parent: int) -> None:
    """End when the parent ends, even by SIGKILL.  Elsewhere than on Linux the pipe's end and an alarm do that."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask to be told
        os._exit(0)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    """Stop library code that would go to the network or start a program, whatever a document talks it into."""
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")):
        raise PermissionError(f"the worker does no {event}")
