"""What will be posted next, composed as posting composes it, and sent nowhere.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import wording
from bot.app.build import Ground, Stories
from bot.app.queue import coming, lineup_of
from bot.core.choose import Choice, Lineup
from bot.core.occasions import NO_REPEAT, is_quote_slot, quote_post
from bot.core.text import measure
from bot.model import Account, Candidate, Post, Slot

A_QUOTE = "a line of quotes.txt, whose turn it is"
IN_A_DIGEST = "the best finds together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A post to come."""

    account: str
    at: datetime
    post: Post
    length: int
    limit: int
    title: str = ""
    feed: str = ""
    score: float | None = None  # None: no single article was chosen
    why: tuple[str, ...] = ()


async def preview(stories: Stories, on: Ground, now: datetime, *, account: str | None, count: int) -> list[Preview]:
    """Compose what would be posted next, at least `count` posts an account where there are so many.

    What would fail the value gate, or say again what was said, is left out; an account that only answers has none.
    """
    found: list[Preview] = []
    for name, one in stories.sharing.accounts.items():
        if account in (None, name) and one.post is not None:
            found += await _Ahead(one, stories, on, await lineup_of(one, stories, on, now)).posts(now, count)
    return found


class _Ahead:
    """An account's coming slots, filled one after the other."""

    def __init__(self, account: Account, stories: Stories, on: Ground, lineup: Lineup) -> None:
        self._account, self._stories, self._on = account, stories, on
        self._lineup = lineup
        self._limits = stories.sharing.limits[account.name]
        self._found: list[Preview] = []
        self._told: dict[int, wording.Told] = {}  # by candidate: it stands in the contest of several slots

    async def posts(self, now: datetime, count: int) -> list[Preview]:
        """Fill slots until there are so many posts, or nothing is left to fill one with."""
        on, account = self._on, self._account
        quotes_used = set(await on.db(on.store.outbox.said, account.name, "quote:", now - NO_REPEAT))
        slots = await coming(account, self._stories, on, now, silent_too=True)
        while len(self._found) < count and (slot := next(slots, None)) is not None:
            if is_quote_slot(account, slot):
                quote = quote_post(self._stories.sharing.quotes, quotes_used, slot, account, self._limits)
                if quote is not None:
                    quotes_used.add(quote.dedupe_key)
                    self._add(slot, [quote], why=(A_QUOTE,))
                    continue
            filled = await (self._digest(slot) if account.style == "digest" else self._article(slot))
            if not filled:
                break
        return self._found

    async def _article(self, slot: Slot) -> bool:
        contest = wording.Contest(self._lineup.ranked(slot.at), self._tell)
        earlier = [one.post for one in self._found]
        while best := await contest.best():
            choice, told = best
            worded = await wording.post_of(told, self._account, self._stories.sharing, before=earlier)
            if not isinstance(worded, str) and worded.post.dedupe_key not in {one.dedupe_key for one in earlier}:
                self._lineup.taken(choice, slot.at)
                self._add(slot, [worded.post], choice=choice, why=(*choice.why, *worded.why))
                return True
            self._lineup.dropped(choice)
        return False

    async def _tell(self, candidate: Candidate) -> wording.Told:
        if candidate.id not in self._told:
            self._told[candidate.id] = await wording.tell(candidate, self._account, self._stories.sharing)
        return self._told[candidate.id]

    async def _digest(self, slot: Slot) -> bool:
        choices = self._lineup.ranked(slot.at)
        posts, told = await wording.compose_digest(slot, choices, self._account, self._stories.sharing)
        for choice in choices:
            if choice.candidate.id in told:
                self._lineup.dropped(choice)
        self._add(slot, posts, why=(IN_A_DIGEST,))
        return bool(posts)

    def _add(self, slot: Slot, posts: Sequence[Post], *, why: tuple[str, ...], choice: Choice | None = None) -> None:
        self._found += [
            Preview(
                account=self._account.name,
                at=slot.at,
                post=post,
                length=measure(post.text, self._limits),
                limit=self._limits.max_length,
                title=choice.candidate.title if choice else post.title,
                feed=choice.candidate.feed if choice else "",
                score=choice.score if choice else None,
                why=why,
            )
            for post in posts
        ]
