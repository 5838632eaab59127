"""Reading the list of notifications of one account.  May import: model, errors, ports, net, hearing, records, wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import DeliveryError
from bot.model import Mention
from bot.net.clocks import ahead
from bot.net.replies import json_object, moment, objects, words
from bot.net.rounds import beginning, rounds
from bot.platforms.bluesky.hearing import Heard, mention_of
from bot.platforms.bluesky.records import iso
from bot.platforms.bluesky.wire import Wire
from bot.ports import Tools

PAGE, PAGES = 100, 100
"""Notifications of a page, the most that servers give, and pages that are read at once, at most."""

NOTIFICATIONS = "app.bsky.notification.listNotifications"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, newest first."""

    mentions: list[tuple[datetime, Mention]]
    oldest: datetime | None  # of all that it holds
    after: str  # where the next one begins; empty: there is none
    now: datetime  # by the server's clock


class Listening:
    """Hears who speaks to an account."""

    def __init__(self, name: str, wire: Wire, tools: Tools) -> None:
        self._name, self._wire, self._tools = name, wire, tools

    def mentions(self, cursor: str | None, every: timedelta) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        seen = cursor

        async def ask(at: str | None) -> AsyncIterator[tuple[str, Mention]]:
            nonlocal seen
            if at is not None and at != seen:  # we are asked on, so all that came until there is durable
                await self._mark_seen(at)
                seen = at
            async for after, mention in self._since(at):
                yield after, mention

        return rounds(ask, cursor, every=every)

    async def _since(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        """Page back until what was read before, then give what is new from its oldest on."""
        heard = Heard.read(cursor or "")
        if heard.until is None:
            heard = Heard.read(await beginning(self._tools, self._name, self._wire.place, self._newest))
        page = await self._page("")
        heard = heard.not_after(page.now)
        found, before = list(page.mentions), ""
        for _ in range(PAGES):
            if not page.after or page.after == before or page.oldest is None or heard.reaches(page.oldest):
                break
            before = page.after
            page = await self._page(before)
            found += page.mentions
        else:
            self._tools.log.warning("more mentions wait than can be read: only the newest %s are", PAGE * PAGES)
        found.reverse()  # as they were told, where times are equal
        for at, mention in sorted(found, key=lambda one: one[0]):
            if not heard.knows(mention.remote_id, at):
                heard = heard.after(mention.remote_id, at)
                yield str(heard), mention

    async def _page(self, cursor: str) -> Page:
        me, now = (await self._wire.session()).did, self._tools.now()
        # Without `priority` an account's own setting could hide whom it doesn't follow.
        asked: dict[str, object] = {"limit": PAGE, "reasons": ["mention", "reply"], "priority": "false"}
        reply = await self._wire.asked(NOTIFICATIONS, {**asked, **({"cursor": cursor} if cursor else {})})
        answer = json_object(reply)
        notes = objects(answer.get("notifications"))
        times = [at for note in notes if (at := moment(note.get("indexedAt"))) is not None]
        found = [(note, mention_of(note, account=self._name, me=me, now=now)) for note in notes]
        after = words(answer.get("cursor"))
        return Page(
            mentions=[(moment(note.get("indexedAt")) or now, told) for note, told in found if told is not None],
            # A page may be empty where everything on it was of another kind: today's cursors are times themselves.
            oldest=min(times, default=moment(after)),
            after=after,
            now=now + ahead(reply, now),
        )

    async def _newest(self) -> str:
        page = await self._page("")
        heard = Heard(page.now)
        for at, mention in page.mentions[::-1]:
            heard = heard.after(mention.remote_id, at)
        return str(heard)

    async def _mark_seen(self, cursor: str) -> None:
        """Let the owner's own app show no longer as new what we have heard; nothing depends on it."""
        until = Heard.read(cursor).until
        if until is not None:
            with suppress(DeliveryError):
                await self._wire.post("app.bsky.notification.updateSeen", {"seenAt": iso(until)})
