"""A bot that runs in a process of its own, as `starfish run` starts it, and is spoken to over HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.web.browser import Browser

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds after which a test that waits for the bot gives up."""


class RunningBot:
    """One bot on one config folder, started and ended as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._log = folder.parent / "bot.log"
        self.browser = Browser("http://127.0.0.1:1")

    @property
    def log(self) -> str:
        """Everything on the error output."""
        return self._log.read_text("utf-8", "replace")

    async def start(self, *options: str) -> None:
        """Start it, and wait until its page has an address."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run", "--config", str(self.folder), *options),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.said = []
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                line = (await self._process.stdout.readline()).decode()
                if not line:
                    raise AssertionError(f"the bot did not start:\n{self.log}")
                self.said.append(line)
                if found := re.search(r"The page: (\S+)", line):
                    self.browser = Browser(found[1])
                if "Log in" in line:
                    break
        self._reading = asyncio.create_task(self._read(self._process.stdout))

    def kill(self) -> None:
        """End it without a word."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.kill()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; gives the exit code."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
            if self._reading:
                await self._reading
        return code

    async def stop(self) -> int:
        """Ask it to end, and wait; gives the exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def items(self, kind: str | None = None) -> list[dict[str, Any]]:
        """What stands on the timeline, oldest first."""
        answer = await self.browser.get("/api/timeline?after=0&limit=1000")
        items: list[dict[str, Any]] = answer.json()["items"]
        return [item for item in items if kind in (None, item["kind"])]

    async def until(self, true: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Look at the timeline until something is true of it; gives it."""
        async with asyncio.timeout(PATIENCE):
            while not true(items := await self.items()):
                await asyncio.sleep(0.02)
        return items

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.said.append(line.decode())


@asynccontextmanager
async def running_bot(folder: Path) -> AsyncIterator[RunningBot]:
    """A bot for a config folder, not yet started; whatever runs at the end is killed."""
    bot = RunningBot(folder)
    try:
        yield bot
    finally:
        if bot._process is not None:
            bot.kill()
            await bot.ended()
