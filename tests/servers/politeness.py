"""A server that scores a feed reader's manners, as the public feed reader score does: fourteen points.

The public service watches a reader for weeks; here the clock is simulated, so the same weeks take a second.
Points 1 to 10 and 14 are its columns; 11 to 13 are what its help page asks for besides.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

from aiohttp import web

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Version:
    """The feed from a moment on; the last modified date is opaque on purpose: it matches no date in the feed."""

    since: datetime
    body: bytes
    etag: str | None
    last_modified: str | None
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """A time in which the server answers 429 and says when to come back."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what it was told."""

    at: datetime
    path: str
    headers: dict[str, str]
    family: socket.AddressFamily
    status: int
    told: Version | None  # what a 200 or 304 was about
    before: tuple[Version, ...]  # what it had been told before
    max_age: timedelta | None = None
    come_back: datetime | None = None

    @property
    def etag(self) -> str | None:
        return self.headers.get("If-None-Match")

    @property
    def modified(self) -> str | None:
        return self.headers.get("If-Modified-Since")

    @property
    def conditional(self) -> bool:
        return self.etag is not None or self.modified is not None


@dataclass(slots=True)
class Scorekeeper:
    """Serves one feed in changing versions, and writes down every request."""

    now: Callable[[], datetime]
    versions: Sequence[Version]
    rests: Sequence[Rest] = ()
    log: list[Asked] = field(default_factory=list)
    restarts: list[datetime] = field(default_factory=list)
    _runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        assert self._runner is not None
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/feed.xml"

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        now = self.now()
        version = [one for one in self.versions if one.since <= now][-1]
        rest = next((one for one in self.rests if one.since <= now < one.until), None)
        before = tuple(one.told for one in self.log if one.told)
        assert request.transport is not None
        asked = Asked(
            at=now,
            path=request.path_qs,
            headers=dict(request.headers),
            family=request.transport.get_extra_info("socket").family,
            status=429 if rest else 304 if self._unchanged(request, version) else 200,
            told=None if rest else version,
            before=before,
            max_age=None if rest else version.max_age,
            come_back=rest.until if rest else None,
        )
        self.log.append(asked)
        if rest:
            return web.Response(status=429, headers={"Retry-After": str(int((rest.until - now).total_seconds()))})
        return self._served(version, asked.status)

    def _unchanged(self, request: web.BaseRequest, version: Version) -> bool:
        if version.etag is not None and "If-None-Match" in request.headers:
            return request.headers["If-None-Match"] == version.etag
        return version.last_modified is not None and request.headers.get("If-Modified-Since") == version.last_modified

    def _served(self, version: Version, status: int) -> web.Response:
        headers = {"Set-Cookie": "reader=1", "Content-Type": "application/atom+xml"}
        if version.etag is not None:
            headers["ETag"] = version.etag
        if version.last_modified is not None:
            headers["Last-Modified"] = version.last_modified
        if version.max_age is not None:
            headers["Cache-Control"] = f"max-age={int(version.max_age.total_seconds())}"
        return web.Response(status=status, body=version.body if status == 200 else None, headers=headers)

    # ----------------------------------------------------------------- the points

    def score(self) -> dict[str, bool]:
        """The fourteen points."""
        log = self.log
        served = [asked for asked in log if asked.told]
        conditional = [asked for asked in served if asked.conditional]
        whole = [asked.at for asked in log if not asked.conditional]
        return {
            "1 only the first request is unconditional": whole == [log[0].at],
            "2 If-Modified-Since is what was served": all(
                _served(asked, "last_modified", asked.modified) for asked in log
            ),
            "3 If-None-Match is what was served": all(_served(asked, "etag", asked.etag) for asked in log),
            "4 values come in sequence": all(_latest(asked) for asked in conditional),
            "5 no value is made up": all(
                value in {one.etag for one in asked.before} | {one.last_modified for one in asked.before}
                for asked in log
                for value in (asked.etag, asked.modified)
                if value is not None
            ),
            "6 no cookies": not any("Cookie" in asked.headers for asked in log),
            "7 no referer": not any("Referer" in asked.headers for asked in log),
            "8 no added parameters": all(asked.path == "/feed.xml" for asked in log),
            "9 conditional once an hour, unconditional once a day": _apart([asked.at for asked in log], HOUR)
            and _apart(whole, DAY),
            "10 the interval is kept over restarts": self._kept_over_restarts(),
            "11 429 and Retry-After are obeyed": all(
                later.at >= earlier.come_back for earlier, later in pairwise(log) if earlier.come_back
            ),
            "12 max-age is obeyed": all(
                later.at >= earlier.at + earlier.max_age for earlier, later in pairwise(log) if earlier.max_age
            ),
            "13 validators are replaced together": all(
                asked.before and (asked.etag, asked.modified) == (asked.before[-1].etag, asked.before[-1].last_modified)
                for asked in conditional
            ),
            "14 the address family is known": {asked.family for asked in log} <= {socket.AF_INET, socket.AF_INET6},
        }

    def _kept_over_restarts(self) -> bool:
        """No request came earlier than the usual gap because the reader was started anew."""
        for restart in self.restarts:
            before = max((asked.at for asked in self.log if asked.at < restart), default=None)
            after = min((asked.at for asked in self.log if asked.at >= restart), default=None)
            if before and after and after - before < HOUR:
                return False
        return bool(self.restarts)


def _served(asked: Asked, name: str, value: str | None) -> bool:
    return value is None or value in {getattr(one, name) for one in asked.before}


def _apart(times: Sequence[datetime], gap: timedelta) -> bool:
    return all(later - earlier >= gap for earlier, later in pairwise(times))


def _latest(asked: Asked) -> bool:
    if not asked.before:
        return False
    latest = asked.before[-1]
    return asked.etag in {None, latest.etag} and asked.modified in {None, latest.last_modified}
