"""From a candidate to the words of a post: read, condensed, fitted.  May import: core, ports, share.

The part of the first story that `share.fill` asks for the candidates it tries: which of the best is told best, and how.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core import compose, rewrite
from bot.core.choose import MOST_TELLING, Choice, told
from bot.core.digest import DigestItem
from bot.core.occasions import WORTH, digest_posts
from bot.errors import PageError, Rejected
from bot.model import Account, Article, Candidate, Draft, Limits, Post, Slot
from bot.ports import Rewriter

if TYPE_CHECKING:
    from bot.share import Sharing

log = logging.getLogger("starfish.share")

LATELY = 100
"""Deliveries of an account among which no two posts say the same; headlines alone may come back, as those of series do."""


COMPARED = 8
"""Of so many candidates at the head of a choice the posts are compared: each may cost a page, once in six hours.  Of posts
of 300 characters strict readers found 55 % worth their time, of those with the most merit of four 69 %, of eight 76 %; of
140 characters 37, 54 and 60 %."""

FINDS = 16
"""Of so many candidates a digest takes the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What would be told of a candidate, and of what it was made."""

    candidate: Candidate
    draft: Draft
    article: Article


class Contest:
    """Candidates as a slot tries them: those first whose score, with what their post tells, is the highest.

    Only the head of the choice is compared, and of that only as many are told as could still come first; those together,
    since each may wait for a page.
    """

    def __init__(
        self, choices: Sequence[Choice], tell: Callable[[Candidate], Awaitable[Told]], *, compared: int = COMPARED
    ) -> None:
        """`choices` come best first; `compared` of them are the head."""
        self._choices = choices
        self._tell = tell
        self._told: dict[int, tuple[Choice, Told]] = {}
        self._ahead: dict[int, Told] = {}  # told while others were waited for, and not looked at yet
        self._waiting = [(-choice.score - MOST_TELLING, place) for place, choice in enumerate(choices[:compared])]
        heapq.heapify(self._waiting)
        self._next = len(self._waiting)

    async def best(self) -> tuple[Choice, Told] | None:
        """The next one to try, with what would be told of it; None: all were given.

        What makes no post is given as it comes, and so is what has no merit to compare: a headline, the owner's words.
        """
        while self._waiting:
            _, place = heapq.heappop(self._waiting)
            if place in self._told:
                return self._told[place]
            choice, one = await self._judged(place)
            if not one.draft.adds_value or one.draft.merit is None:
                return choice, one
            self._told[place] = choice, one
            await self._tell_rivals(choice.score)
            heapq.heappush(self._waiting, (-choice.score, place))
        if self._next == len(self._choices):
            return None
        self._next += 1
        return await self._judged(self._next - 1)

    async def _tell_rivals(self, least: float) -> None:
        """Have all those told that could still come before one with this score."""
        rivals = [
            at for bound, at in self._waiting if -bound > least and at not in self._told and at not in self._ahead
        ]
        found = await asyncio.gather(*(self._tell(self._choices[at].candidate) for at in rivals))
        self._ahead.update(zip(rivals, found, strict=True))

    async def _judged(self, place: int) -> tuple[Choice, Told]:
        choice = self._choices[place]
        one = self._ahead.pop(place, None) or await self._tell(choice.candidate)
        return (choice if one.draft.merit is None else told(choice, one.draft.merit)), one


async def tell(candidate: Candidate, account: Account, bot: Sharing, *, styled: bool = True) -> Told:
    """Read a candidate's article, and say the best of it that fits a post of this account.

    `styled`: a style of the feed goes before that of the account.
    """
    article = await read(candidate, bot)
    teller = _styled(account, candidate, bot) if styled else account
    # Off the loop: a long article takes longer than the 50 ms that the loop may stand still.
    draft = await asyncio.to_thread(compose.say, article, candidate, teller, bot.limits[account.name])
    return Told(candidate=candidate, draft=draft, article=article)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A post, and what `why` says of its words."""

    post: Post
    why: tuple[str, ...] = ()


async def post_of(one: Told, account: Account, bot: Sharing, *, before: Sequence[Post] = ()) -> Worded | str:
    """Make what would be told a post of this account, or say in a sentence why it doesn't make one.

    `before` are posts that go out earlier and are in no outbox yet.
    """
    limits = bot.limits[account.name]
    candidate, draft = one.candidate, one.draft
    if not draft.adds_value:
        return draft.reason or "It says no more than its headline."
    why: tuple[str, ...] = ()
    if bot.rewriter is not None and candidate.note is None and _styled(account, candidate, bot).style == "takeaway":
        draft, said = await _reworded(draft, one.article, limits, bot.rewriter)
        why = (said,)
    try:
        post = compose.fit(draft, limits, account=account.name, dedupe_key=candidate.canonical)
    except Rejected as error:
        return str(error)
    if candidate.note is None and not (draft.title and draft.title in post.text) and await _was_said(post, bot, before):
        return "Its words are, to the letter, those of a post before it."
    post = replace(post, visibility=account.visibility, language=account.language or post.language)
    return Worded(post=post, why=why)


async def compose_digest(
    slot: Slot, choices: Sequence[Choice], account: Account, bot: Sharing
) -> tuple[list[Post], list[int]]:
    """Tell the best finds together, as one post or a thread, with the candidates they are; fewer than two are none."""
    alone = replace(account, style="takeaway")
    contest = Contest(choices[:FINDS], lambda candidate: tell(candidate, alone, bot, styled=False), compared=FINDS)
    items: list[DigestItem] = []
    numbers: list[int] = []
    while len(items) < WORTH and (found := await contest.best()):
        draft = found[1].draft
        if draft.adds_value and draft.link:
            items.append(DigestItem(text=draft.text, link=draft.link, credit=draft.credit, language=draft.language))
            numbers.append(found[1].candidate.id)
    return (digest_posts(items, slot, account, bot.limits[account.name]), numbers) if len(items) > 1 else ([], [])


async def _was_said(post: Post, bot: Sharing, before: Sequence[Post]) -> bool:
    """Tell whether the account said the same of another link lately: a film and its trailer share a description."""
    lately = await bot.db(bot.store.outbox.rows, account=post.account, limit=LATELY)
    said = [*before, *(row.post for row in lately if row.post.reply_to is None)]
    return _words(post) in map(_words, said)


def _words(post: Post) -> str:
    return post.text.replace(post.link, "") if post.link else post.text


async def longer(number: int, said: str, bot: Sharing, budget: int) -> str:
    """Say more of a candidate than was said already, in complete sentences; "" where there is no more."""
    candidate = await bot.db(bot.store.feeds.candidate, number)
    if candidate is None:
        return ""
    article = await read(candidate, bot)
    return await asyncio.to_thread(compose.further, article, said, budget)


async def read(candidate: Candidate, bot: Sharing) -> Article:
    """The article behind a candidate: the feed's own full text, else the page, else what the feed has after all."""
    of_feed = await bot.pages.of_feed(candidate)
    if not bot.pages.worth_fetching(candidate):
        return of_feed
    try:
        page = await bot.pages.read(candidate.link)
    except PageError as error:
        log.log(logging.DEBUG if error.again else logging.INFO, "%s; the feed's own text serves", error)
        return of_feed
    return of_feed if page.problem and of_feed.text else page


async def _reworded(draft: Draft, article: Article, limits: Limits, rewriter: Rewriter) -> tuple[Draft, str]:
    """Let the language model say it, if what it says passes the same gate, else the words stay; and tell what became."""
    words = await rewriter.rewrite(article, rewrite.room(draft, limits))
    if words is None:
        return draft, "a language model had no words for it"
    better, verdict = await asyncio.to_thread(rewrite.judged, words, draft, article, limits)
    if better is None:
        return draft, f"a language model's words are not used: {verdict.reason}"
    return better, "a language model worded it"


def _styled(account: Account, candidate: Candidate, bot: Sharing) -> Account:
    feed = bot.feeds.get(candidate.feed)
    return replace(account, style=feed.style) if feed and feed.style else account
