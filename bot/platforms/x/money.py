"""What X charges, and how the owner's budget is kept.  May import: model, errors, ports, core.links, core.pace.

X tells no balance over its interface, so this counts for itself, at its published prices and rather too much than too
little: what a post will cost is noted before it is sent, and given back only where X certainly refused it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.core.links import links_in
from bot.core.pace import slots
from bot.errors import RetryLater
from bot.model import Account, Post, Secret
from bot.net.replies import number, object_of
from bot.ports import Clock, Vault

POST: Final = 15
LINK: Final = 200
ANSWER: Final = 10
DELETE: Final = 10
READ: Final = 1
PERSON: Final = 10
OTHER: Final = 5
"""Prices in thousandths of a dollar (docs.x.com, X API pricing, as of August 2026).

A post; one with a link in it; an answer to somebody who mentioned us; taking a post back; each post of our own, or that
mentions us, when it is read; each person and each other post that comes with them.  Whether X charges an answer with a
link as the one or the other, and what comes along with a mention at all, it doesn't say: the dearer is counted.
"""

CONSENT = (
    "X charges for every post and every read, so nothing is sent or asked before i_accept_costs = true stands in this"
    " account's block"
)

MONTH = 30.4
"""Days."""

_MOST = 50_000


def price_of(post: Post) -> int:
    """What sending this will cost."""
    if links_in(post.text):
        return LINK
    return ANSWER if post.reply_to_author else POST


def dollars(thousandths: float) -> str:
    """An amount for people, to the cent unless it is less than one off."""
    exact = f"${thousandths / 1000:.3f}"
    return exact[:-1] if exact.endswith("0") or thousandths >= 1000 else exact


@dataclass(slots=True)
class Purse:
    """What an account has spent this month (in UTC, as X counts days), kept over restarts."""

    account: str
    vault: Vault
    now: Clock
    budget: int  # thousandths of a dollar a month

    def spent(self) -> int:
        """Thousandths of a dollar since the month began."""
        return spent(self.account, self.vault, self.now())

    def allow(self, price: int) -> None:
        """Pass where a price is within what is left.

        :raises RetryLater: it is not, until the month is over
        """
        now, already = self.now(), self.spent()
        if already + price > self.budget:
            raise RetryLater(
                f"this month's budget for X is used up ({dollars(already)} of {dollars(self.budget)}, and this costs"
                f" {dollars(price)}); it goes on by itself when the next month begins, or with a larger budget",
                _next_month(now) - now,
                tell=True,
            )

    def pay(self, price: int) -> None:
        """Note that this much is spent; less than nothing where it was not charged after all."""
        told = {"month": _month(self.now()), "spent": max(self.spent() + price, 0)}
        self.vault.put(self.account, "spent", Secret(json.dumps(told)))


def spent(account: str, vault: Vault, now: datetime) -> int:
    """Thousandths of a dollar that an account spent in the month of a moment."""
    kept = vault.get(account, "spent")
    told = object_of(kept.reveal()) if kept else {}
    if told.get("month") != _month(now):
        return 0
    return number(told.get("spent"), at_least=0, at_most=10**12) or 0


def monthly(account: Account, now: datetime) -> tuple[float, float]:
    """How often an account's schedule posts in a month, and what that costs, in thousandths of a dollar."""
    if account.post is None:
        return 0.0, 0.0
    days = 1 if account.post.every else 28  # whole weeks, as schedules have weekdays
    found = sum(1 for _ in islice(slots(account, ZoneInfo("UTC"), now, now + timedelta(days=days)), _MOST))
    posts = min(found / days, account.max_per_day or _MOST) * MONTH
    return posts, posts * ((1 - account.quotes) * LINK + account.quotes * POST)


def costs(account: Account, vault: Vault | None, now: datetime) -> list[str]:
    """What the owner must know of the money, in a sentence or two; without a vault, of the schedule alone."""
    options: Any = account.options
    posts, price = monthly(account, now)
    budget = options.budget * 1000
    said = []
    if vault is not None:
        said.append(f"{dollars(spent(account.name, vault, now))} of {dollars(budget)} spent this month, by our count")
    elif posts:
        said.append(
            f"its schedule costs about {dollars(price)} a month ({posts:.0f} posts, {dollars(LINK)} with a link)"
        )
        if price > budget:
            said[0] += f", and its budget of {dollars(budget)} ends it after {budget // (price / posts):.0f} of them"
    if vault is None:
        said.append(
            f"each mention that is read costs up to {dollars(READ + PERSON + OTHER)},"
            f" each answer {dollars(ANSWER)}, with a link {dollars(LINK)}"
        )
    if not options.i_accept_costs:
        said.append(CONSENT)
    return said


def came_along(answer: Mapping[str, Any], own: int) -> int:
    """What an answer to a question cost: `own` posts, and whoever and whatever came with them."""
    more = answer.get("includes")
    sizes = {name: len(more[name]) for name in more if isinstance(more[name], list)} if isinstance(more, dict) else {}
    people = sizes.get("users", 0)
    return own * READ + people * PERSON + (sum(sizes.values()) - people) * OTHER


def _month(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m")


def _next_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
