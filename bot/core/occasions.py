"""Posts that are no single article: a one-liner, a digest.  Pure; may import: model, core.

Both are decided by names alone (of the slot, of the line), so that a retry says the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.compose import fit
from bot.core.digest import DigestItem, digest
from bot.core.text import fits
from bot.model import Account, Draft, Limits, Post, Slot

NO_REPEAT = timedelta(days=365)
"""A one-liner comes again after this at the earliest."""

WORTH = 5
"""How many finds a digest holds: "the five worth your time"."""


def is_quote_slot(account: Account, slot: Slot) -> bool:
    """Tell whether a slot belongs to the account's one-liners: drawn from its name, so that it stays the same."""
    return _draw(f"{account.name}|{slot.identity}") < account.quotes


def quote_post(
    quotes: Sequence[str], used: Collection[str], slot: Slot, account: Account, limits: Limits
) -> Post | None:
    """Choose a line that was not said within a year (`used` are the keys of those that were); None: all were."""
    said = {key.split(":")[1] for key in used if key.startswith("quote:")}
    fresh = [line for line in quotes if _name(line) not in said and fits(line, limits)]
    if not fresh:
        return None
    line = fresh[int(_draw(slot.identity) * len(fresh))]
    return Post(
        account=account.name,
        text=line,
        dedupe_key=quote_key(line, slot),
        language=account.language,
        visibility=account.visibility,
    )


def quote_key(line: str, slot: Slot) -> str:
    """The dedupe key of a line in a slot's year and month: it may come again, but not twice for one slot."""
    return f"quote:{_name(line)}:{slot.at:%Y-%m}"


def digest_posts(items: Sequence[DigestItem], slot: Slot, account: Account, limits: Limits) -> list[Post]:
    """Tell several finds as one post or as a thread, each part with a key of its own.

    :raises Rejected: a link alone doesn't fit
    """
    drafts: list[Draft] = digest(items[:WORTH], limits, language=account.language)
    posts = [
        fit(draft, limits, account=account.name, dedupe_key=f"slot:{slot.identity}#{part}")
        for part, draft in enumerate(drafts, 1)
    ]
    return [replace(post, visibility=account.visibility) for post in posts]


def _draw(name: str) -> float:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) / 2**64


def _name(line: str) -> str:
    return hashlib.blake2b(" ".join(line.split()).casefold().encode(), digest_size=8).hexdigest()
