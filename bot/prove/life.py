"""The lives of one bot, as the proof sees them: begun, killed, stopped.  May import: the standard library.

The other side is `bot.py`, in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

TOKEN = "good"  # noqa: S105 -- the servers of the proof let anybody in who says so


class Lives:
    """One bot, which lives again and again on the same database."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.log = log
        self.pid: int | None = None  # of the life that goes on
        self.killed = 0
        self._end: asyncio.Task[int] | None = None

    async def begin(self, failpoint: str = "") -> asyncio.Task[int]:
        """Begin a life, once the one before is over; gives its end: an exit code, or minus the signal."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"failpoint": failpoint}).encode() + b"\n")
        self.pid = int((await self._told())["pid"])
        self._end = asyncio.create_task(self._ended())
        return self._end

    def kill(self) -> None:
        """End it without a word, unless it is over."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end in good order; gives its exit code."""
        assert self._end is not None
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)
        return await self._end

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""

    async def _ended(self) -> int:
        code = int((await self._told())["ended"])
        self.pid = None
        self.killed += code == -signal.SIGKILL
        return code

    async def _told(self) -> dict[str, int]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise ConnectionError(f"the program could not be started:\n{self.last_words()}")
        told: dict[str, int] = json.loads(line)
        return told


@asynccontextmanager
async def lives(folder: Path) -> AsyncIterator[Lives]:
    """Prepare the lives of the bot of a config folder; at the end none is left."""
    path = folder.parent / "bot.log"
    with path.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot.prove.bot", str(folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "STARFISH_PROOF_TOKEN": TOKEN},
        )
    try:
        yield Lives(process, path)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
