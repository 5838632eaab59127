"""Hubs that bring the news of feeds at once (WebSub): subscribed, verified, renewed, heard.  May import: all but cli.

    a poll names a hub → asked to subscribe → it verifies (GET) → it delivers (POST, signed) → taken in as a poll would be

`Ground.pushed` says of which feeds a hub brings the news, and until when; those are polled once a day.  A poll that finds
what the hub did not bring takes the feed off that list until the hub delivers again.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot import share
from bot.app.build import Ground, Stories
from bot.app.vault import OWN, PUSH
from bot.core import websub
from bot.core.websub import Subscription
from bot.errors import FeedError
from bot.feeds.fetch import body_of
from bot.feeds.websub import ask
from bot.model import Secret
from bot.ports import Reply

log = logging.getLogger("starfish.websub")

AT_ONCE = 8
"""Requests to hubs that are under way at the same time; the manners of each hub's host count besides."""

LOOK = timedelta(minutes=5)
"""How soon a hub that a poll has just found is asked."""

LONGEST_CHALLENGE = 1_000
"""Characters of a challenge that are echoed; hubs send about forty."""


class Pushing:
    """Implements `web.Hubs`; `current` gives the stories in force, `news` is called when something new came."""

    def __init__(
        self,
        on: Ground,
        current: Callable[[], Stories],
        public_url: str,
        news: Callable[[], object],
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(24),
    ) -> None:
        self._on = on
        self._current = current
        self._base = public_url
        self._news = news
        self._new_id = new_id
        self._subscriptions = on.store.subscriptions
        self._key: str | None = None

    # ----------------------------------------------------------------- asking

    async def live(self) -> None:
        """Keep every subscription, for ever."""
        for one in await self._on.db(self._subscriptions.all):
            self._trust(one)
        while True:
            wake = await self.tend()
            await asyncio.sleep(max(1.0, (wake - self._on.now()) / timedelta(seconds=1)))

    async def tend(self) -> datetime:
        """Ask for what is due: new subscriptions, renewals, farewells.  Gives when to look again."""
        now = self._on.now()
        feeds = self._current().sharing.feeds
        states = [state for state in await self._on.db(self._on.store.feeds.states) if state.url in feeds]
        held = await self._on.db(self._subscriptions.all)
        todo = websub.plan(states, held, self._base, self._new_id, now)
        if todo.forget:
            await self._on.db(self._subscriptions.forget, todo.forget)
        asked = {one.id for one in todo.ask if one.pending == "unsubscribe"}
        served = {one.feed for one in held if one.live(now) and one.id not in asked}
        for feed in [feed for feed in self._on.pushed if feed not in served]:
            self._on.pushed.pop(feed, None)
        for start in range(0, len(todo.ask), AT_ONCE):
            await asyncio.gather(*(self._ask(one) for one in todo.ask[start : start + AT_ONCE]))
        return min(now + LOOK, todo.wake_at or now + LOOK)

    async def _ask(self, one: Subscription) -> None:
        # Stored first: a quick hub verifies before it answers.
        await self._on.db(self._subscriptions.asking, one)
        problem = await ask(self._on.client, one, self._secret(one.id))
        if problem:
            log.info("%s: its hub did not take our request to %s: %s", one.feed, one.pending, problem)
            await self._on.db(self._subscriptions.failed, one.id, problem)

    def _secret(self, callback_id: str) -> str:
        """The secret of a subscription, made of a key that is in the vault, so that no database or backup has it."""
        if self._key is None:
            stored = self._on.vault.get(OWN, PUSH)
            if stored is None:
                stored = Secret(secrets.token_hex(32))
                self._on.vault.put(OWN, PUSH, stored)
            self._key = stored.reveal()
        return websub.secret(self._key, callback_id)

    def _trust(self, one: Subscription) -> None:
        """From now on polls of its feed are but a safety net."""
        if one.live(self._on.now()) and one.lease_until:
            self._on.pushed[one.feed] = one.lease_until

    # ----------------------------------------------------------------- what hubs say

    async def asked(self, callback_id: str, query: Mapping[str, str]) -> str | None:
        """Answer a hub's question: the challenge where we asked for just this, "" for a refusal heard, None otherwise."""
        mode, topic, challenge = query.get("hub.mode"), query.get("hub.topic", ""), query.get("hub.challenge", "")
        if mode == "denied":
            return await self._denied(callback_id, topic, query.get("hub.reason", ""))
        if not challenge.isprintable() or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            return None
        if mode == "subscribe" and await self._verified(callback_id, topic, query.get("hub.lease_seconds")):
            return challenge
        if mode == "unsubscribe" and await self._on.db(self._subscriptions.left, callback_id, topic):
            return challenge
        return None

    async def _verified(self, callback_id: str, topic: str, seconds: str | None) -> bool:
        now, span = self._on.now(), websub.lease(seconds)
        renewal = websub.renew_at(now, span)
        feed = await self._on.db(self._subscriptions.verified, callback_id, topic, now + span, renewal)
        if feed is None:
            return False
        log.info("%s: its hub brings what is new until %s", feed, now + span)
        self._on.pushed[feed] = now + span
        return True

    async def _denied(self, callback_id: str, topic: str, reason: str) -> str | None:
        why = f"denied: {reason[:200]}" if reason else "denied"
        again = self._on.now() + websub.SLOWEST_RETRY
        feed = await self._on.db(self._subscriptions.denied, callback_id, topic, why, again)
        if feed is None:
            return None
        log.info("%s: its hub does not serve us (%s); it is polled as before", feed, why)
        self._on.pushed.pop(feed, None)
        return ""

    async def expected(self, callback_id: str) -> bool:
        """Whether a callback's address is one of ours."""
        return await self._on.db(self._subscriptions.find, callback_id) is not None

    async def brought(self, callback_id: str, content_type: str, signature: str, body: bytes) -> None:
        """Take in what a hub brought, if its lease lives and it is signed; whatever else comes is thrown away."""
        one, now = await self._on.db(self._subscriptions.find, callback_id), self._on.now()
        sharing = self._current().sharing
        feed = sharing.feeds.get(one.feed) if one else None
        if one is None or feed is None or not one.live(now):
            return
        if not websub.signed(signature, self._secret(one.id), body):
            log.info("%s: a delivery without a proper signature was thrown away", one.feed)
            return
        try:
            # Relative links are read as in a poll: from where the feed lives, whatever its topic is called.
            reply = Reply(status=200, headers={"content-type": content_type}, body=body, url=feed.url)
            gathered = await share.receive(feed, await body_of(reply), sharing, now)
        except FeedError as error:
            log.info("%s: what its hub brought can't be read: %s", one.feed, error)
            return
        await self._on.db(self._subscriptions.delivered, one.id, now=now)
        self._trust(one)
        log.info("%s: its hub brought %s entries, %s new", one.feed, gathered.entries, gathered.new)
        if gathered.new:
            self._news()
