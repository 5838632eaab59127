"""Hearing who mentions us on X: asked for, as X tells nobody for so little money.

May import: model, errors, ports, net, this package.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.model import Account, Mention, Secret
from bot.net.replies import identifier, objects, within
from bot.net.rounds import beginning, rounds
from bot.platforms.x.money import READ
from bot.platforms.x.posts import mention_of, number_at, number_of
from bot.platforms.x.wire import PAGE, PAGES, Wire, page_of
from bot.ports import Tools


class Hearing:
    """One account's mentions."""

    def __init__(self, account: Account, wire: Wire, tools: Tools) -> None:
        self._account, self._wire, self._tools = account, wire, tools

    def mentions(self, cursor: str | None, every: timedelta) -> AsyncIterator[tuple[str, Mention]]:
        """Mentions after `cursor`, oldest first, for ever; without one, those from the first start on."""
        read = [0]  # as far as was read in vain, so that nothing is paid for twice

        async def since(at: str | None) -> AsyncIterator[tuple[str, Mention]]:
            after = max(int(number_of(at) or await self._beginning()), read[0])
            me = await self._wire.own_id()
            statuses, people = await self._said_since(after, me)
            for number, status in statuses:
                mention = mention_of(status, people, account=self._account.name, me=me, now=self._tools.now())
                if mention is not None:
                    yield str(number), self._pinned(mention, status)
            read[0] = max([after, *(number for number, _ in statuses)])

        return rounds(since, cursor, every=every)

    async def _said_since(self, after: int, me: str) -> tuple[list[tuple[int, dict[str, Any]]], Mapping[str, Any]]:
        """What mentions us after a number, oldest first, and who said it; X gives the newest first, so all pages."""
        said: dict[int, dict[str, Any]] = {}
        people: dict[str, dict[str, Any]] = {}
        asked = {"max_results": str(PAGE), "since_id": str(after)}
        for _ in range(PAGES):
            self._wire.purse.allow(READ)
            found, page = page_of(await self._wire.posts(f"/2/users/{me}/mentions", asked))
            said |= {int(one["id"]): one for one in found if int(one["id"]) > after}
            people |= {number_of(one.get("id")): one for one in objects(within(page, "includes").get("users"))}
            if not (further := identifier(within(page, "meta").get("next_token"))):
                break
            asked["pagination_token"] = further
        return sorted(said.items()), people

    async def _beginning(self) -> str:
        begun = await beginning(self._tools, self._account.name, self._wire.login.identity, self._newest)
        return number_of(begun) or await self._newest()

    async def _newest(self) -> str:
        self._wire.purse.allow(READ)
        path = f"/2/users/{await self._wire.own_id()}/mentions"
        found, _ = page_of(await self._wire.posts(path, {"max_results": "5"}))
        newest = max((int(one["id"]) for one in found), default=0)
        return str(newest or number_at(self._tools.now() + self._wire.ahead - timedelta(minutes=5)))

    def _pinned(self, mention: Mention, status: Mapping[str, Any]) -> Mention:
        """A handle can be given up and taken by somebody else: the owner's is theirs with the number it first had."""
        if mention.author != self._account.owner:
            return mention
        place, who = f"owner {self._account.owner}", number_of(status.get("author_id"))
        kept = self._tools.vault.get(self._account.name, place)
        if kept is None:
            self._tools.vault.put(self._account.name, place, Secret(who))
        return mention if kept in {None, Secret(who)} else replace(mention, author=who)
