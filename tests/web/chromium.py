"""A real browser for tests: Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp

FOUND = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
_WITHIN = 30  # seconds for anything: the machine may be busy


class Moved(Exception):
    """The page went elsewhere while it was asked."""


class Tab:
    """One page, open at about:blank."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.complaints: list[dict[str, Any]] = []  # of the console: errors, broken policies; and dialogs
        self._socket = socket
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """One command of the protocol, and its result."""
        number = len(self._asked) + 1
        self._asked[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(_WITHIN):
            reply = await self._asked[number]
        if "navigated" in reply.get("error", {}).get("message", ""):
            raise Moved
        assert "error" not in reply, (method, reply)
        result: dict[str, Any] = reply["result"]
        return result

    async def eval(self, script: str) -> Any:
        """The value of an expression on the page."""
        reply = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in reply, reply
        return reply["result"].get("value")

    async def until(self, condition: str) -> None:
        """Wait for a condition, on whatever page the tab comes to."""
        look = f"const look = () => ({condition}) ? done() : setTimeout(look, 20); look();"
        while True:
            with suppress(Moved):
                await self.eval(f"new Promise((done) => {{ {look} }})")
                return

    async def open(self, url: str) -> None:
        """Go there and wait until all of it is there."""
        await self.eval("globalThis.left = true")
        await self.call("Page.navigate", url=url)
        await self.until("globalThis.left !== true && document.readyState === 'complete'")

    async def resize(self, width: int) -> None:
        """Make the window so many CSS pixels wide."""
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **size)

    async def press(self, key: str, code: int, text: str = "") -> None:
        """A key, down and up."""
        typed = {"text": text} if text else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **typed)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def read(self) -> None:
        """Take in what the browser says, until it is closed."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._asked[said["id"]].set_result(said)
            elif said["method"] in ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
                self.complaints.append(said)


class Chromium:
    """A running browser, with a profile of its own."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:  # noqa: TID251 -- a type
        self._session, self._url = session, url
        self._readers: list[asyncio.Task[None]] = []
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def tab(self) -> Tab:
        """A new page."""
        async with self._session.put(f"{self._url}/json/new?about:blank") as response:
            target = await response.json(content_type=None)
        self._sockets.append(await self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))
        tab = Tab(self._sockets[-1])
        self._readers.append(asyncio.create_task(tab.read()))
        for domain in ("Runtime", "Log", "Page"):
            await tab.call(f"{domain}.enable")
        return tab

    async def close(self) -> None:
        """Hang up on all pages."""
        for socket in self._sockets:
            await socket.close()
        await asyncio.gather(*self._readers)


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A browser while the block runs."""
    assert FOUND is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            FOUND, *_FLAGS, f"--user-data-dir={folder}", "about:blank", stderr=asyncio.subprocess.PIPE
        )
        assert process.stderr is not None
        try:
            async with asyncio.timeout(_WITHIN):
                while b"DevTools listening on ws://" not in (line := await process.stderr.readline()):
                    assert line, "Chromium ended before it listened"
            drain = asyncio.create_task(process.stderr.read())
            host = line.decode().split("ws://")[1].split("/")[0]
            async with aiohttp.ClientSession() as session:  # noqa: TID251 -- it speaks to the browser, no part of the bot
                browser = Chromium(session, f"http://{host}")
                try:
                    yield browser
                finally:
                    await browser.close()
            process.terminate()
            await drain
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
