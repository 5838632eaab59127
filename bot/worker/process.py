"""The parent's side of one child: starts it at the first job, asks it, names its end, lets it go.

May import: errors, this package.  Nothing here blocks: the child is another process, and the pipes are the event loop's.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.errors import WorkerError
from bot.worker.bounds import EXPLAINED, START_SECONDS, Bounds
from bot.worker.frames import LENGTHS, FrameError, decode, encode, lengths, preface

# Isolated (-I), yet with our own import path: an editable install, a user's site folder and a plain checkout all work.
START = "import json, sys; sys.path[:] = json.loads(sys.argv[2]); from bot.worker.child import main; main(sys.argv[1])"

# All that a child sees of our environment; tokens and passwords stay here.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")

LAST_WORDS = 2_000  # bytes of standard error that are kept for diagnosis


class Child:
    """One child process and what it has learned; a new one takes its place when it is gone."""

    def __init__(self, jobs: Mapping[str, str], bounds: Bounds) -> None:
        self._jobs = dict(jobs)
        self._bounds = bounds
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[bytes] | None = None
        self._loaded: set[str] = set()
        self._done = 0
        self._reaping: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process id; None while there is no child."""
        return self._process.pid if self._process else None

    async def load(self, job: str) -> None:
        """Start the child if there is none, and let it import the job.

        :raises WorkerError: it can't
        """
        if job in self._loaded:
            return
        await self._ask({"load": job}, b"", START_SECONDS)
        self._loaded.add(job)

    async def ask(self, job: str, content: bytes, args: Mapping[str, Any]) -> dict[str, Any]:
        """Have one job done.  A cancelled caller costs the child its life: nobody would read its answer.

        :raises WorkerError: too slow, out of memory, died, or refused
        :raises FeedUnreadable, PageError: as the job itself says
        """
        await self.load(job)
        header, result = await self._ask({"job": job, "args": args}, content, self._bounds.seconds)
        self._done += 1
        if self._done >= self._bounds.jobs or header["resident"] > self._bounds.resident:
            self.let_go()
        return result

    def let_go(self) -> None:
        """Kill the child, if there is one, and bury it in the background."""
        process, listening = self._process, self._listening
        self._process, self._listening, self._done = None, None, 0
        self._loaded.clear()
        if process is None or listening is None:
            return
        _kill(process)
        task = asyncio.get_running_loop().create_task(_bury(process, listening))
        self._reaping.add(task)
        task.add_done_callback(self._reaping.discard)

    async def close(self) -> None:
        """Let the child go, and wait until nothing is left of it or of those before it."""
        self.let_go()
        while self._reaping:
            await asyncio.wait(set(self._reaping))

    async def _ask(
        self, header: Mapping[str, Any], content: bytes, seconds: float
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            process = await self._running()
            try:
                async with asyncio.timeout(seconds):
                    reply, result = await _exchange(process, encode(header), content, self._bounds.result)
            except TimeoutError:
                raise WorkerError(f"too slow: no result after {seconds:g} s") from None
            except (asyncio.IncompleteReadError, ConnectionError):
                raise WorkerError(await self._obituary(process)) from None
            except FrameError as error:
                raise WorkerError(f"refused: the worker answered with nonsense ({error})") from error
            if "error" not in reply:
                return reply, result
            kind, message = str(reply["error"]), str(reply.get("message", ""))
            if kind in EXPLAINED:
                failure: Exception = EXPLAINED[kind](message)
            else:
                failure = WorkerError(f"{kind}: {message}")
        except BaseException:
            self.let_go()
            raise
        if kind not in EXPLAINED and kind != "refused":
            self.let_go()  # what ran out of memory has it all in pieces
        raise failure

    async def _running(self) -> asyncio.subprocess.Process:
        """The child, started if need be.

        :raises WorkerError: it can't be started
        """
        if self._process is not None and self._process.returncode is None:
            return self._process
        self.let_go()
        try:
            process = await asyncio.create_subprocess_exec(
                *command(self._jobs, self._bounds),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment(),
            )
        except OSError as error:
            raise WorkerError(f"died: the worker process can't be started ({error.strerror})") from error
        self._process = process
        self._listening = asyncio.get_running_loop().create_task(_last_words(process))
        return process

    async def _obituary(self, process: asyncio.subprocess.Process) -> str:
        """Why a child ended that was not told to: the named reason, and its own last line."""
        listening = self._listening
        try:
            # Not killed at once: a kill reaps the dead itself, and its true exit status would be lost.
            async with asyncio.timeout(1):
                code = await process.wait()
        except TimeoutError:
            return "died: the worker closed its pipes"
        if code == -signal.SIGXCPU:
            return f"too slow: more than {self._bounds.cpu_seconds} s of computing"
        if code == -signal.SIGALRM:
            return f"too slow: no result after {self._bounds.seconds:g} s"
        words = (await listening).decode("utf-8", "replace").strip() if listening else ""
        if code >= 0 and "MemoryError" in words:
            return "out of memory: it took more memory than a document is worth"
        end = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        last = words.splitlines()[-1][:200] if words else ""
        return f"died: the worker ended by {end}" + (f", saying: {last}" if last else "")


def command(jobs: Mapping[str, str], bounds: Bounds) -> tuple[str, ...]:
    """The command line of a child: this very interpreter, our import path, its orders."""
    orders = {"bounds": asdict(bounds), "jobs": dict(jobs), "parent": os.getpid()}
    paths = [str(Path(entry).absolute()) for entry in sys.path]
    return (sys.executable, "-I", "-X", "utf8", "-c", START, json.dumps(orders), json.dumps(paths))


def environment() -> dict[str, str]:
    """The environment of a child: what finds the interpreter and its libraries; the time zone is UTC for all."""
    return {name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | {"TZ": "UTC"}


async def _exchange(
    process: asyncio.subprocess.Process, header: bytes, content: bytes, cap: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write one request, read one reply, both parts of it: a child that a document took over may write anything.

    :raises FrameError: it is no reply
    """
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(preface(header, content))
    process.stdin.write(content)
    await process.stdin.drain()
    prefix = await process.stdout.readexactly(LENGTHS.size)
    header_length, body_length = lengths(prefix, cap + 10_000)  # the header's own room
    reply = decode(await process.stdout.readexactly(header_length))
    body = await process.stdout.readexactly(body_length)
    if not isinstance(reply.get("resident"), int):
        raise FrameError("it does not say how large it is")
    return reply, decode(body) if body else {}


async def _last_words(process: asyncio.subprocess.Process) -> bytes:
    """Read all that the child says on standard error, keep the end of it."""
    assert process.stderr is not None
    kept = b""
    while chunk := await process.stderr.read(LAST_WORDS):
        kept = (kept + chunk)[-LAST_WORDS:]
    return kept


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        try:
            process.kill()
        except ProcessLookupError:
            return  # it was quicker


async def _bury(process: asyncio.subprocess.Process, listening: asyncio.Task[bytes]) -> None:
    """Wait for the end of a killed child and of its pipes: no zombie, no open transport."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    await process.wait()
    await listening
    while await process.stdout.read(1 << 16):
        pass
