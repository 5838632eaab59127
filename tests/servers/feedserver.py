"""A small real web server for tests and benchmarks: documents with validators, delays, redirects and faults on demand.

In a test: `async with FeedServer() as server`, then `server.put("/feed", body)`; `server.seen` holds every request.
As a process: `python -m tests.servers.feedserver --folder DIR --copies 1000`; it prints its port, serves the folder's
documents as /feed/0 to /feed/999, and changes a share of them on `POST /change?share=0.1` (with `&news=1`: by an entry).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import re
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from typing import Literal, Self

from aiohttp import web

Fault = Literal["reset", "reset_midway", "cut", "drip", "endless", "gzip_bomb", "deflate_bomb", "broken_gzip"]


@dataclass(frozen=True, slots=True)
class Document:
    """What one path serves."""

    body: bytes = b""
    content_type: str = "application/rss+xml"
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    fault: Fault | None = None

    def unchanged_for(self, request: web.BaseRequest) -> bool:
        """Whether a conditional request is answered with 304, as RFC 9110 says: the ETag decides where both are sent."""
        if (asked := request.headers.get("If-None-Match")) is not None:
            return self.etag is not None and self.etag in asked
        asked = request.headers.get("If-Modified-Since")
        return asked is not None and asked == self.last_modified


@dataclass(frozen=True, slots=True)
class Seen:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float  # on the server's own monotonic clock


@dataclass(slots=True)
class FeedServer:
    """Serves `documents` on a free port of a loopback address."""

    host: str = "127.0.0.1"
    further: tuple[str, ...] = ()  # addresses that it answers at too, on the same port
    documents: dict[str, Document] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    recording: bool = True
    commands: dict[str, Callable[[web.BaseRequest], web.Response]] = field(default_factory=dict)
    _runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(
            web.Server(self._answer, access_log=None), handle_signals=False, shutdown_timeout=0
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, 0, backlog=1024).start()
        for host in self.further:
            await web.TCPSite(self._runner, host, self.port, backlog=1024).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that the system gave."""
        assert self._runner is not None
        return int(self._runner.addresses[0][1])

    def url(self, path: str = "/") -> str:
        """An address on this server."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}{path}"

    def put(self, path: str, body: bytes | str = b"", **wishes: object) -> str:
        """Serve a document at a path, and give its address."""
        content = body.encode() if isinstance(body, str) else body
        self.documents[path] = replace(Document(body=content), **wishes)  # type: ignore[arg-type]
        return self.url(path)

    def redirect(self, path: str, target: str, status: int = 301) -> str:
        """Redirect a path, and give its address."""
        return self.put(path, status=status, headers=(("Location", target),))

    def hits(self, path: str | None = None) -> int:
        """How often a path was asked for; None: all paths."""
        return sum(path is None or one.path == path for one in self.seen)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.recording:
                body = await request.read()
                self.seen.append(Seen(request.method, request.path_qs, dict(request.headers), body, time.monotonic()))
            if request.method == "POST" and (command := self.commands.get(request.path)):
                return command(request)
            document = self.documents.get(request.path_qs) or self.documents.get(request.path)
            if document is None:
                return web.Response(status=404, text="nothing here")
            if document.delay:
                await asyncio.sleep(document.delay)
            if document.fault:
                return await _faulty(request, document)
            return _proper(request, document)
        finally:
            self.in_flight -= 1


def _proper(request: web.BaseRequest, document: Document) -> web.Response:
    response = web.Response(status=document.status, body=document.body)
    if document.status == 200 and document.unchanged_for(request):
        response = web.Response(status=304)
    else:
        response.headers["Content-Type"] = document.content_type
    if document.etag is not None:
        response.headers["ETag"] = document.etag
    if document.last_modified is not None:
        response.headers["Last-Modified"] = document.last_modified
    for name, value in document.headers:
        response.headers.add(name, value)
    return response


async def _faulty(request: web.BaseRequest, document: Document) -> web.StreamResponse:
    """Answer as broken or malicious servers do."""
    assert request.transport is not None
    if document.fault == "reset":
        request.transport.abort()
        return web.Response()
    response = web.StreamResponse(headers={"Content-Type": document.content_type})
    if document.fault in {"gzip_bomb", "deflate_bomb", "broken_gzip"}:
        response.headers["Content-Encoding"] = "deflate" if document.fault == "deflate_bomb" else "gzip"
    if document.fault in {"cut", "reset_midway"}:
        response.content_length = len(document.body) + 1000
    await response.prepare(request)
    match document.fault:
        case "cut" | "reset_midway":
            await response.write(document.body)
            request.transport.abort() if document.fault == "reset_midway" else request.transport.close()
        case "drip":
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.05)
        case "endless":
            while True:
                await response.write(b"<item/>" * 10_000)
        case "gzip_bomb":
            await response.write(bomb(gzip_wrapped=True))
        case "deflate_bomb":
            await response.write(bomb(gzip_wrapped=False))
        case "broken_gzip":
            await response.write(gzip.compress(document.body)[:20] + b"\xff" * 40)
    return response


def bomb(*, gzip_wrapped: bool, megabytes: int = 100) -> bytes:
    """Zeros without end in a few kilobytes."""
    packer = zlib.compressobj(6, wbits=31 if gzip_wrapped else 15)
    zeros = bytes(1_000_000)
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])


# --------------------------------------------------------------------------- as a process


def folder_of(path: Path, copies: int) -> dict[str, Document]:
    """Serve a folder's documents, over and over, as /feed/0, /feed/1 …"""
    bodies = [file.read_bytes() for file in sorted(path.iterdir()) if file.suffix not in {".json", ".md"}]
    modified = formatdate(1_700_000_000, usegmt=True)
    return {
        f"/feed/{number}": Document(
            body=(body := bodies[number % len(bodies)]),
            etag=f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}-{number}"',
            last_modified=modified,
        )
        for number in range(copies)
    }


_ITEM = re.compile(rb"<(item|entry)[ >].*?</\1>", re.DOTALL)
_NAME = re.compile(rb"(?:\]\]>)?</(?:guid|id|link|title)>|(?<=href=)[\"'][^\"'<>]+")


def with_news(body: bytes, number: int) -> bytes:
    """A document with one entry more, its first again under other names; as it was where none is seen."""
    first = _ITEM.search(body)
    if first is None:
        return body
    mark = b"-%d" % number
    named = _NAME.sub(lambda name: mark + name[0] if name[0].endswith(b">") else name[0] + mark, first[0])
    return body[: first.start()] + named + body[first.start() :]


def changer(server: FeedServer) -> Callable[[float, bool], int]:
    """Give a function that changes a share of the documents, validators and all: built anew, or with an entry more."""
    rounds = 0

    def change(share: float, news: bool) -> int:
        nonlocal rounds
        rounds += 1
        paths = sorted(server.documents)
        chosen = paths[: round(len(paths) * share)]
        for path in chosen:
            old = server.documents[path]
            server.documents[path] = replace(
                old,
                body=(with_news(old.body, rounds) if news else old.body) + b"<!-- %d -->" % rounds,
                etag=f'{(old.etag or "").rstrip(chr(34))}.{rounds}"',
                last_modified=formatdate(1_700_000_000 + 60 * rounds, usegmt=True),
            )
        return len(chosen)

    return change


def steered(server: FeedServer) -> asyncio.Event:
    """Let another process steer: `POST /change?share=0.1[&news=1]`, `POST /quit`; the event is set when it should end."""
    over = asyncio.Event()
    change = changer(server)

    def changed(request: web.BaseRequest) -> web.Response:
        return web.json_response({"changed": change(float(request.query.get("share", "0.1")), "news" in request.query)})

    def quitted(_: web.BaseRequest) -> web.Response:
        over.set()
        return web.Response()

    server.commands |= {"/change": changed, "/quit": quitted}
    return over


async def _main(folder: Path, copies: int, hosts: int) -> None:
    further = tuple(f"127.0.0.{number}" for number in range(2, hosts + 1))
    server = FeedServer(documents=folder_of(folder, copies), further=further, recording=False)
    over = steered(server)
    async with server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await over.wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--copies", type=int, default=300)
    arguments.add_argument("--hosts", type=int, default=1, help="how many addresses of 127.0.0.0/24 to answer at")
    given = arguments.parse_args()
    asyncio.run(_main(given.folder, given.copies, given.hosts))
