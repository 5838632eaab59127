"""Which account listens, where several are one account on their platform.  May import: all but cli.

Two blocks of settings may post as one account, into two rooms, say.  Whatever is said to it would be heard by both, and
answered twice; so the first of them in the file listens for all, one that is no rehearsal before one that is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from bot.errors import NeedsLogin, Rejected
from bot.model import Account, Mention, Secret
from bot.net.replies import object_of
from bot.ports import Identified, Listener, Platform

if TYPE_CHECKING:
    from bot.app.build import Ground, Stories


PLACE = "listens-at"
"""Under this name the vault keeps where an account listens, and which cursor is of the place where it did before."""


def identities(accounts: Sequence[Account], known: Mapping[str, Platform]) -> dict[str, str]:
    """Who each account is on its platform, by name, as far as its settings tell; else empty."""
    found = {}
    for account in accounts:
        tells = known[account.platform].identity if account.platform in known else None
        who = tells(account.options) if tells is not None else ""
        found[account.name] = f"{account.platform} {who}" if who else ""
    return found


def warnings(accounts: Sequence[Account], known: Mapping[str, Platform]) -> list[str]:
    """What the owner should know of accounts that are one, as far as the settings tell."""
    who = identities(accounts, known)
    ordered = sorted((one for one in accounts if who[one.name]), key=lambda one: (who[one.name], one.dry_run))
    said = []
    for _, group in groupby(ordered, key=lambda one: who[one.name]):
        first, *others = group
        said += [stands_back(one.name, first.name, one.platform) for one in others]
    return said


def stands_back(name: str, first: str, platform: str) -> str:
    """What it means that an account is another one, too."""
    return f"{name} is the same account on {platform} as {first}, which alone listens: nobody is answered twice."


@dataclass(frozen=True, slots=True)
class Ear:
    """What an account hears for itself and those that are the same one there."""

    name: str
    place: str  # where it listens: platform and server
    twins: tuple[str, ...]  # the others, in the order in which they would listen
    first: str  # who listens
    on: Ground

    async def cursor(self) -> str | None:
        """How far was heard: by itself, or by whichever of them listened before.

        What was heard elsewhere, before the account moved to another server, says nothing of here.
        """
        for name in (self.name, *self.twins):
            if (cursor := await self._cursor_of(name)) is not None:
                return cursor
        return None

    async def _cursor_of(self, name: str) -> str | None:
        cursor = await self.on.db(self.on.store.mentions.cursor, name)
        kept = self.on.vault.get(name, PLACE)
        said = object_of(kept.reveal()) if kept is not None else {"at": self.place}
        if said.get("at") != self.place:
            said = {"at": self.place, "stale": cursor}
        told = Secret(json.dumps(said))
        if told != kept:
            self.on.vault.put(name, PLACE, told)
        return None if said.get("stale") == cursor else cursor

    async def heard(self, mention: Mention) -> Mention | None:
        """A mention as it is to be received; None where one of the others has received it before."""
        for name in self.twins:
            if await self.on.db(self.on.store.mentions.by_remote, name, mention.remote_id) is not None:
                return replace(mention, account=name) if mention.gone else None
        if self.twins and mention.in_reply_to and mention.about is None:
            rows = await self.on.db(self.on.store.outbox.by_link, mention.in_reply_to)
            ours = [row.id for row in rows if row.kind == "post" and row.post.account in self.twins]
            return replace(mention, about=ours[-1]) if ours else mention
        return mention


async def ear_of(name: str, stories: Stories, on: Ground) -> Ear:
    """Who listens for an account.

    :raises DeliveryError: its platform can't be asked now
    """
    accounts = stories.sharing.accounts
    same = [
        other
        for other, account in accounts.items()
        if other == name
        or (
            account.platform == accounts[name].platform
            and isinstance(stories.publishers[other], Listener)
            and await _are_one(name, other, stories)
        )
    ]
    ordered = sorted(same, key=lambda one: accounts[one].dry_run)
    place = f"{accounts[name].platform} {getattr(accounts[name].options, 'server', '')}".strip()
    return Ear(name=name, place=place, twins=tuple(one for one in ordered if one != name), first=ordered[0], on=on)


async def _are_one(name: str, other: str, stories: Stories) -> bool:
    """Whether two accounts of a platform are one there: as their settings tell, or where these don't, their server."""
    mine, theirs = stories.identities[name], stories.identities[other]
    if mine and mine == theirs:
        return True
    one, another = stories.publishers[name], stories.publishers[other]
    if not isinstance(one, Identified) or not isinstance(another, Identified):
        return False
    places = {getattr(stories.sharing.accounts[each].options, "server", None) for each in (name, other)}
    if len(places) > 1:
        return False
    who = await one.identity()
    try:
        return await another.identity() == who
    except (NeedsLogin, Rejected):  # it can't listen either
        return False
