"""The child's side: reads a job, does it, writes the result, until the pipe ends.

May import: this package, and, by name, the modules of the closed list of jobs.
Started as a program of its own by `bot.worker.process`; nothing else calls it.
"""

from __future__ import annotations

import importlib
import json
import math
import signal
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from bot.worker.bounds import EXPLAINED, START_SECONDS, Bounds
from bot.worker.frames import encode, read_frame, write_frame
from bot.worker.landlock import lock_files
from bot.worker.sandbox import confine, private_pipes, renew_cpu, resident

Job = Callable[[bytes, dict[str, Any]], dict[str, Any]]
Answer = tuple[dict[str, Any], bytes]  # header and body of the reply


def main(orders: str) -> None:
    """Live a child's life.  `orders` is JSON: `bounds`, `jobs` (name to "module:function") and the `parent`'s id."""
    given = json.loads(orders)
    bounds = Bounds(**given["bounds"])
    requests, replies = private_pipes()
    confine(bounds, given["parent"])
    serve(requests, replies, given["jobs"], bounds)


def serve(requests: BinaryIO, replies: BinaryIO, names: Mapping[str, str], bounds: Bounds) -> None:
    """Answer every request with one reply, in order."""
    known: dict[str, Job] = {}
    locked = False
    while (request := read_frame(requests)) is not None:
        header, content = request
        if "load" in header:
            signal.alarm(START_SECONDS)
            reply, body = load(header["load"], names, known)
        else:
            if not locked:  # before the first foreign byte is read, and after our own code was
                lock_files({function.partition(".")[0].partition(":")[0] for function in names.values()})
                locked = True
            # The alarm ends a job that sleeps after its parent has gone; the CPU limit one that computes.
            signal.alarm(math.ceil(bounds.seconds) + 2)
            renew_cpu(bounds.cpu_seconds)
            reply, body = answer(known[header["job"]], content, header["args"], bounds.result)
        signal.alarm(0)
        write_frame(replies, reply | {"resident": resident()}, body)


def load(name: str, names: Mapping[str, str], known: dict[str, Job]) -> Answer:
    """Import a job of the list, outside of any job's time."""
    try:
        module, _, function = names[name].partition(":")
        known[name] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, KeyError, MemoryError) as error:
        return {"error": "refused", "message": f"the job {name!r} can't be loaded: {error}"}, b""
    return {}, b""


def answer(job: Job, content: bytes, args: dict[str, Any], cap: int) -> Answer:
    """Do one job.  Whatever it raises becomes an answer: this is the border at which all failures end."""
    try:
        body = encode(job(content, args))
    except MemoryError:
        return {"error": "out of memory", "message": "it took more memory than a document is worth"}, b""
    except Exception as error:  # noqa: BLE001 -- the worker boundary (design, section 1)
        for name, kind in EXPLAINED.items():
            if isinstance(error, kind):
                return {"error": name, "message": str(error)[:1000]}, b""
        return {"error": "refused", "message": f"{type(error).__name__}: {error}"[:1000]}, b""
    if len(body) > cap:
        return {"error": "refused", "message": f"the result has {len(body):,} bytes, {cap:,} are allowed"}, b""
    return {}, body
