"""The bot's one way to fetch foreign things: guarded, capped, polite, hop by hop.

May import: errors, model, ports, this package.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.errors import FeedRefused, FeedUnreachable
from bot.model import Secret
from bot.net.addresses import checked, host_of, origin, shown
from bot.net.answers import REDIRECTS, Purpose, asks_for_rest, has_use, judge, moves, phrase, span, target
from bot.net.door import Door
from bot.net.exchange import TIMEOUT, Failed, exchange
from bot.net.guard import Network, plain, public
from bot.net.manners import SPACING, Manners
from bot.net.patience import retry_after
from bot.net.robots import AGENT, LARGEST, RobotsBook
from bot.net.sessions import Sessions
from bot.ports import Clock, Reply

HOPS = 5
"""Redirects that are followed; browsers allow 20, but no feed or page needs more than three."""


@dataclass(frozen=True, slots=True)
class Got:
    """An answer, and where a chain of permanent redirects says that its address has moved to."""

    reply: Reply
    asked: str  # the address that was asked for first
    at: datetime  # when it came
    permanent_to: str | None = None


class Client:
    """Fetches foreign things over one session; opens the `door` for platforms.  Use it as `async with`."""

    def __init__(
        self,
        *,
        contact: str,
        version: str,
        allow_private: Sequence[Network],
        spacing: timedelta | None,
        now: Clock,
        resolver: AbstractResolver | None = None,
        on_hold: Callable[[str, datetime], None] | None = None,
        manners: Manners | None = None,
        trust: ssl.SSLContext | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        """Make the client; nothing is opened before `async with`.

        :param contact: an address where a site's owner can reach the bot's, shown in the User-Agent
        :param allow_private: networks that may be reached although they are private, at any port
        :param spacing: between two requests to one host; None: one second, and none within `allow_private`
        :param resolver: another DNS than the system's
        :param on_hold: is told of each host that asked to be left alone, to remember it over restarts
        :param trust: another set of certificate authorities than the system's
        :param timeout: for one request to a foreign host
        """
        self.agent = f"{AGENT}/{version} (+{contact})"
        self._now = now
        self._timeout = timeout
        self._spacing = spacing
        self._manners = manners or Manners(now=now, on_hold=on_hold)
        self._sessions = Sessions(agent=self.agent, allowed=allow_private, resolver=resolver, trust=trust)
        self._robots = RobotsBook(now=now)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sessions.close()

    # ----------------------------------------------------------------- foreign things

    async def get(
        self,
        url: str,
        *,
        cap: int,
        purpose: Purpose = "page",
        accept: str = "*/*",
        headers: Mapping[str, str] | None = None,
        secrets: Mapping[str, Secret] | None = None,
        auth: Secret | None = None,
        cookie: Secret | None = None,
        proxy: Secret | None = None,
        wanted: Callable[[str], bool] = lambda _: True,
    ) -> Got:
        """Fetch one thing, over at most five redirects, each checked as the first address is.

        `headers` go to every hop; `secrets` (further headers), `auth` ("user:password") and `cookie` only to the
        origin that was asked for.  A 304 is an answer.  `cap` counts bytes after decompression.  Of an answer whose
        Content-Type is not `wanted` the body is left unread.

        :raises FeedRefused: for an address we don't go to, an answer that is too large, redirects without end
        :raises FeedUnreachable: if there is no answer, or one other than 2xx, 304 and 410
        :raises FeedGone: for a 410
        """
        asked = here = checked(url)
        start = origin(here)
        private = _private_headers(secrets, auth, cookie)
        seen = {here}
        moved: str | None = None
        permanent = True
        for _ in range(HOPS + 1):
            sent = _merged({"Accept": accept}, headers or {}, private if origin(here) == start else {})
            reply = await self._ask(here, sent, cap, proxy=proxy, wanted=wanted)
            if reply.status not in REDIRECTS:
                judge(here, reply, purpose, self._now())
                return Got(reply, str(asked), self._now(), moved)
            there = target(here, reply)
            permanent = permanent and moves(here, reply, there)
            moved = str(there) if permanent else moved
            if there in seen:
                raise FeedRefused(f"{shown(url)} redirects in a circle")
            seen.add(there)
            here = there
        raise FeedRefused(f"{shown(url)} redirects more than {HOPS} times")

    async def post(self, url: str, form: Mapping[str, str], *, cap: int = LARGEST) -> Reply:
        """Send a form to a foreign address in its host's turn, and give the answer, whose status may be any.

        Followed are only those redirects that keep a form a form (307, 308), at most five, each checked.

        :raises FeedRefused: for an address we don't send to, an answer that is too large, redirects without end
        :raises FeedUnreachable: if there is no answer, or the host wants to be left alone
        """
        here = checked(url)
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}
        data = urlencode(form, errors="replace").encode("ascii")
        for _ in range(HOPS + 1):
            reply = await self._ask(here, sent, cap, method="POST", data=data)
            if reply.status not in {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}:
                return reply
            here = target(here, reply)
        raise FeedRefused(f"{shown(url)} redirects more than {HOPS} times")

    async def robots_allow(self, url: str) -> bool:
        """Whether the host's robots.txt lets us fetch a page.

        Asked once a day per origin.  Missing, unreadable and unreachable: allowed; a server error or a held host: not
        now.  Never raises.
        """
        try:
            page = checked(url)
        except FeedRefused:
            return True  # `get` says better why it doesn't go there
        return await self._robots.allows(page, self._robots_answer)

    async def _robots_answer(self, url: URL) -> Reply:
        """Fetch a robots.txt over redirects.  Raises FeedError where there is none to be had."""
        for _ in range(HOPS + 1):
            reply = await self._ask(url, {"Accept": "text/plain, */*;q=0.1"}, LARGEST, cut=True)
            if reply.status not in REDIRECTS:
                return reply
            url = target(url, reply)
        raise FeedRefused(f"{shown(str(url))} redirects more than {HOPS} times")

    async def _ask(
        self,
        url: URL,
        headers: Mapping[str, str],
        cap: int,
        *,
        method: Literal["GET", "POST"] = "GET",
        data: bytes | None = None,
        proxy: Secret | None = None,
        cut: bool = False,
        wanted: Callable[[str], bool] = lambda _: True,
    ) -> Reply:
        """Send one request in this host's turn, and turn what fails into our own failures."""
        host = host_of(url)
        via = _through(url, proxy)
        async with self._manners.turn(host, lambda: self._gap(url)):
            try:
                reply = await exchange(
                    self._sessions.foreign if via is None else self._sessions.proxied,
                    method,
                    url,
                    headers=headers,
                    data=data,
                    cap=cap,
                    timeout=self._timeout,
                    proxy=via,
                    body_of=lambda status, kind: has_use(status) and wanted(kind),
                    cut=cut,
                )
            except Failed as failure:
                message = f"{shown(str(url))}: {failure}"
                if failure.kind in {"refused", "large", "unsendable"}:
                    raise FeedRefused(message) from None
                raise FeedUnreachable(message) from None
            if asks_for_rest(reply):
                wait = self._manners.hold(host, retry_after(reply.headers.get("retry-after"), self._now()))
                said = f"{shown(str(url))} answered {phrase(reply.status)}; {host} is left alone for {span(wait)}"
                raise FeedUnreachable(said, wait, host_wide=True)
            if reply.status < HTTPStatus.BAD_REQUEST:
                self._manners.welcomed(host)
            return reply

    def _gap(self, url: URL) -> timedelta:
        if self._spacing is not None:
            return self._spacing
        return timedelta(0) if self._sessions.at_home(url.raw_host or "") else SPACING

    # ----------------------------------------------------------------- holds

    def held(self, host: str) -> datetime | None:
        """Until when a host (as `addresses.host_of` names it) wants to be left alone; None: it doesn't."""
        return self._manners.held(host)

    def load_holds(self, holds: Mapping[str, datetime]) -> None:
        """Take over the holds of an earlier process."""
        self._manners.load(holds)

    def allows_private(self, url: str) -> bool:
        """Whether an address is, as far as its text and earlier look-ups tell, one within `allow_private`."""
        return self._sessions.at_home(URL(url).raw_host or "")

    # ----------------------------------------------------------------- platforms

    def door(self, owner_addresses: Sequence[str]) -> Door:
        """Open HTTP for a platform: the addresses that the owner wrote for it may be private and plain http."""
        return Door(self._sessions, owner_addresses)


def _private_headers(
    secrets: Mapping[str, Secret] | None, auth: Secret | None, cookie: Secret | None
) -> dict[str, str]:
    headers = {name: value.reveal() for name, value in (secrets or {}).items()}
    if auth is not None:
        headers["Authorization"] = basic(auth.reveal())
    if cookie is not None:
        headers["Cookie"] = cookie.reveal()
    return headers


def _merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Headers of which the later ones replace the earlier ones, whatever their case."""
    merged = {name.lower(): (name, value) for layer in layers for name, value in layer.items()}
    return dict(merged.values())


def basic(user_and_password: str) -> str:
    """The Basic scheme of RFC 7617, in UTF-8."""
    return "Basic " + base64.b64encode(user_and_password.encode("utf-8", "surrogateescape")).decode("ascii")


def _through(url: URL, proxy: Secret | None) -> URL | None:
    """Read the proxy to use.

    :raises FeedRefused: if its address is none, or if the target is a private one by its very text: the guard can't
        see what a proxy connects to
    """
    if proxy is None:
        return None
    try:
        via = URL(proxy.reveal())
    except ValueError:
        via = URL()
    if via.scheme not in {"http", "https"} or not via.host:
        raise FeedRefused("the feed's proxy is not an http or https address")
    if not _may_be_public(url.host or ""):
        raise FeedRefused(f"{shown(str(url))} is a private address, and a proxy is not asked for those")
    return via


def _may_be_public(host: str) -> bool:
    try:
        return public(plain(host))
    except ValueError:
        return host != "localhost" and "." in host
