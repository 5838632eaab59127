"""Jobs that misbehave in every way a document could make its parser misbehave."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import importlib
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.errors import FeedUnreadable, PageError
from bot.worker.frames import preface


def echo(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Say what was heard."""
    return {"length": len(content), "text": content[:100].decode("utf-8", "replace"), "args": args, "pid": os.getpid()}


def sleep(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Wait for something that never comes, without computing."""
    os.write(1, b"hanging\n")
    select.select([], [], [])
    return {}


def spin(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Compute for ever."""
    while True:
        pass


def hunger(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Take all the memory there is."""
    return {"length": len(b"x" * (8 << 30))}


def fatten(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Keep what it was given, for good."""
    KEPT.append(b"x" * args["size"])
    return {"pid": os.getpid()}


KEPT: list[bytes] = []


def end(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Die by a signal, or with an exit code."""
    print("these are my last words", file=sys.stderr, flush=True)
    if "signal" in args:
        os.kill(os.getpid(), signal.Signals[args["signal"]])
    os._exit(args.get("code", 3))


def chatter(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Print a lot, through Python and past it."""
    for _ in range(2_000):
        print("x" * 1_000)
    os.write(1, b"y" * 100_000)
    sys.stdout.flush()
    return {"heard": sys.stdin.read()}


def fail(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Raise what is asked for."""
    raise {"feed": FeedUnreadable, "page": PageError, "value": ValueError, "memory": MemoryError}[args["kind"]](
        args["say"]
    )


def surrogates(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Give text that can't be encoded."""
    return {"text": "a\ud800b", "nested": [{"\udfff": "\udc00"}]}


def large(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Give a result of the size that is asked for."""
    return {"text": "x" * args["size"]}


def not_json(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Give what JSON can't say."""
    return {"set": {1, 2}, "number": float("nan")}


def forge(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Write what is asked for where the answers are written, as a parser would that a document took over, and wait."""
    for number in range(3, 32):
        with contextlib.suppress(OSError):
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                os.write(number, preface(args["header"].encode(), content) + content)
    select.select([], [], [])
    return {}


def surroundings(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Tell what a child sees of the world."""
    return {
        "environment": dict(os.environ),
        "nice": os.nice(0),
        "argv": sys.argv,
        "isolated": sys.flags.isolated,
    }


def borrow(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Import what nothing else does, as parsers do with rare encodings."""
    return {"found": importlib.import_module("colorsys").__name__}


def escape(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Try the ways out of the sandbox; tell which were open."""
    found = []
    for name, way in {
        "connect": _connect,
        "program": _program,
        "fork": _fork,
        "socket_in_c": _socket_in_c,
        "program_in_c": _program_in_c,
        "fork_in_c": _fork_in_c,
        "file": _file,
        "read": _read,
        "list": _list,
        "delete": _delete,
        "parent": _parent,
        "signal": _signal,
    }.items():
        try:
            way(args)
        except (OSError, RuntimeError):
            continue
        found.append(name)
    return {"open": found}


def _connect(args: dict[str, Any]) -> None:
    socket.create_connection(("127.0.0.1", args["port"]), timeout=1).close()


def _program(_: dict[str, Any]) -> None:
    subprocess.run(["/bin/true"], check=True)


def _fork(_: dict[str, Any]) -> None:
    if os.fork() == 0:
        os._exit(0)


def _socket_in_c(_: dict[str, Any]) -> None:
    """Past Python and its audit hooks."""
    if ctypes.CDLL(None, use_errno=True).socket(socket.AF_INET, socket.SOCK_STREAM, 0) < 0:
        raise OSError(ctypes.get_errno(), "no socket")


def _program_in_c(_: dict[str, Any]) -> None:
    ctypes.CDLL(None, use_errno=True).execv(b"/bin/true", None)  # replaces this process, if it may
    raise OSError(ctypes.get_errno(), "no program")


def _fork_in_c(_: dict[str, Any]) -> None:
    child = ctypes.CDLL(None, use_errno=True).fork()
    if child == 0:
        os._exit(0)
    if child < 0:
        raise OSError(ctypes.get_errno(), "no fork")


def _read(args: dict[str, Any]) -> None:
    Path(args["secret"]).read_text()


def _list(args: dict[str, Any]) -> None:
    list(Path(args["secret"]).parent.iterdir())


def _delete(args: dict[str, Any]) -> None:
    Path(args["secret"]).unlink()


def _parent(_: dict[str, Any]) -> None:
    """Its environment holds what was kept from ours."""
    Path(f"/proc/{os.getppid()}/environ").read_bytes()


def _signal(_: dict[str, Any]) -> None:
    os.kill(os.getppid(), 0)


def _file(args: dict[str, Any]) -> None:
    with Path(args["path"]).open("wb") as file:
        file.write(b"x" * (64 << 20))
