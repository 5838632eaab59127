"""A small browser for tests: real HTTP, cookies kept, nothing followed unless asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Answer:
    """What came back, read whole."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Browser:
    """Speaks to one server."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.cookies: dict[str, str] = {}

    @property
    def host(self) -> str:
        """The Host header that it sends."""
        return self.url.partition("//")[2]

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, headers)

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        return await self._ask("POST", path, headers, data=dict(form))

    async def send_json(self, path: str, value: object, **headers: str) -> Answer:
        return await self._ask("POST", path, headers, json=value)

    async def send(self, path: str, body: bytes, content_type: str, **headers: str) -> Answer:
        return await self._ask("POST", path, {**headers, "Content-Type": content_type}, data=body)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **body: Any) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with aiohttp.request(
            method, self.url + path, headers=named, cookies=self.cookies, allow_redirects=False, **body
        ) as response:
            for name, morsel in response.cookies.items():
                self.cookies[name] = morsel.value
            self.cookies = {name: value for name, value in self.cookies.items() if value}
            return Answer(response.status, response.headers.copy(), await response.text())

    @asynccontextmanager
    async def stream(self, path: str = "/api/events", **headers: str) -> AsyncIterator[Stream]:
        """A live stream, open while the block runs."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with aiohttp.request("GET", self.url + path, headers=named, cookies=self.cookies) as response:
            yield Stream(response)

    async def raw(self, request: bytes) -> bytes:
        """Send these very bytes and give all that comes back until the server hangs up."""
        host, _, port = self.host.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        try:
            writer.write(request)
            await writer.drain()
            async with asyncio.timeout(10):
                return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()


class Stream:
    """Server-sent events as they arrive."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def line(self) -> str:
        """The next line that isn't empty."""
        async with asyncio.timeout(10):
            while True:
                line = await self.response.content.readline()
                if not line:
                    raise EOFError
                if line.strip():
                    return line.decode().strip()

    async def item(self) -> tuple[int, dict[str, Any]]:
        """The next event: its id and its data."""
        while not (line := await self.line()).startswith("id: "):
            pass
        data = await self.line()
        assert data.startswith("data: ")
        return int(line[4:]), json.loads(data[6:])
