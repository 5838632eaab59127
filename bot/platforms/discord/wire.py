"""Discord's HTTP interface, asked as one bot within its rate limits.  May import: model, errors, ports, net."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from bot import __version__
from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Secret
from bot.net.outcome import outcome, refusal, wait_of
from bot.net.patience import seconds
from bot.net.replies import identifier, json_object, json_objects, number, within, words
from bot.ports import Reply, Tools

AGENT = f"DiscordBot (starfish-bot, {__version__})"
"""The form that the API reference asks for ("User Agent"); what doesn't look like it may be refused at their edge."""

WINDOW, REFUSALS = timedelta(minutes=10), 2_000
"""10,000 answers of 401, 403 or 429 within ten minutes ban an address (API reference, "Invalid Request Limit").  Other
bots may share ours, so one account stops at a fifth of that."""

NO_SESSIONS_LEFT = 10
"""So many new sessions are left for whoever starts the bot by hand: who uses up all 1,000 of a day loses the token."""

NO_TEXT = 50008
"""The code of a channel without text, a forum or a category (API reference, "JSON Error Codes")."""

GATEWAY = "/?v=10&encoding=json"


class Wire:
    """Sends requests with the bot's token, none into a limit that is known to be used up."""

    def __init__(self, address: str, token: Secret, tools: Tools) -> None:
        self.address = address
        self._token, self._tools = token, tools
        self._me = ""
        self._buckets: dict[str, str] = {}  # what limit a route counts for, as the server names it
        self._closed: dict[str, tuple[datetime, datetime]] = {}  # limits that are used up: since when, until when
        self._refused: deque[datetime] = deque()

    async def own_id(self) -> str:
        """Our user id.  Raises NeedsLogin where the token is not good."""
        if not self._me:
            self._me = identifier(json_object(await self.get("/users/@me")).get("id"))
            if not self._me:
                raise Unsure("the server does not say who we are")
        return self._me

    async def get(self, path: str) -> Reply:
        """Get what is there.  Raises as `outcome` does, and as `barred` does for a channel of ours."""
        reply = await self.send("GET", path)
        if path.startswith("/channels/"):
            barred(reply, home=True)
        outcome(reply)
        return reply

    async def messages(self, channel: str, **asked: object) -> tuple[Reply, list[dict[str, Any]]]:
        """A page of a channel's messages, newest first.  Raises as `get` does, and Unsure where they can't be read."""
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        reply = await self.get(f"/channels/{channel}/messages?{query}")
        return reply, json_objects(reply)

    async def gateway(self) -> str:
        """Where to open a socket for a new session.

        :raises RetryLater: nearly all new sessions of the day are used up
        """
        said = json_object(await self.get("/gateway/bot"))
        limit = within(said, "session_start_limit")
        left = number(limit.get("remaining"), at_least=0)
        if left is not None and left <= NO_SESSIONS_LEFT:
            wait = number(limit.get("reset_after"), at_least=0, at_most=86_400_000) or 3_600_000
            raise RetryLater("nearly all sessions of the day are used up", timedelta(milliseconds=wait))
        return words(said.get("url")).rstrip("/") + GATEWAY

    async def send(self, method: str, path: str, json: object = None) -> Reply:
        """Send one request, once.  Raises as `ports.Http.send` does.

        :raises RetryLater: a limit is known to be used up, so nothing was sent
        """
        route = f"{method} {'/'.join(path.partition('?')[0].split('/')[:4])}"
        self._mind(route)
        headers = {"Authorization": f"Bot {self._token.reveal()}", "User-Agent": AGENT}
        reply = await self._tools.http.send(method, self.address + path, headers=headers, json=json)
        self._learn(route, reply)
        return reply

    # ----------------------------------------------------------------- limits

    def _mind(self, route: str) -> None:
        now = self._tools.now()
        for limit in ("global", self._buckets.get(route, route)):
            since, until = self._closed.get(limit, (now, now))
            if since <= now < until:
                raise RetryLater("the server's limit for this is used up", until - now)
            self._closed.pop(limit, None)  # a clock that was set back opens it too: the server says it anew
        while self._refused and not now - WINDOW <= self._refused[0] <= now:
            self._refused.popleft()
        if len(self._refused) >= REFUSALS:
            wait = self._refused[0] + WINDOW - now
            raise RetryLater("so many requests were refused that more might get this address banned", wait)

    def _learn(self, route: str, reply: Reply) -> None:
        """Keep what an answer says of limits; only Discord's own headers are believed."""
        now, headers = self._tools.now(), reply.headers
        if reply.status in {401, 403, 429}:
            self._refused.append(now)
        if bucket := headers.get("x-ratelimit-bucket", "")[:200]:
            # A limit counts for each channel or server apart: the third part of the route.
            self._buckets[route] = f"{bucket} {'/'.join(route.split('/')[1:3])}"
        over = seconds(headers.get("x-ratelimit-reset-after", ""))
        if over is not None and headers.get("x-ratelimit-remaining") == "0":
            self._closed[self._buckets.get(route, route)] = (now, now + over)
        if reply.status == 429 and headers.get("x-ratelimit-global", "").lower() == "true":
            self._closed["global"] = (now, now + (wait_of(reply) or timedelta(seconds=1)))


def barred(reply: Reply, *, home: bool) -> None:
    """Say what a closed channel means: of our own it is the account's trouble, of another that channel's.

    :raises NeedsLogin: our own channel is gone, closed to us, or none that one can write in
    :raises Rejected: another one is
    """
    said = refusal(reply)
    if reply.status not in {403, 404} and said.get("code") != NO_TEXT:
        return
    what = words(said.get("message"))[:100] or "no reason given"
    if not home:
        raise Rejected(f"the bot may not speak where it was spoken to ({reply.status}: {what})")
    raise NeedsLogin(
        f"the bot's channel is closed to it, or is no text channel ({reply.status}: {what})",
        remedy="Give it View Channel, Send Messages and Read Message History there",
    )


def too_long(reply: Reply) -> bool:
    """Whether a refusal (code 50035, "Invalid Form Body") is about the length of the text."""
    errors = within(refusal(reply), "errors", "content").get("_errors")
    codes = [words(each.get("code")) for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    return any(code in {"BASE_TYPE_BAD_LENGTH", "BASE_TYPE_MAX_LENGTH"} for code in codes)
