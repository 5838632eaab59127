"""From a candidate to the words of a post: read, condensed, fitted.  May import: core, ports, store, articles.

The part of the first story that `share.fill` asks for each candidate it tries.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import compose, rewrite
from bot.errors import PageError, Rejected
from bot.model import Account, Article, Candidate, Draft, Limits, Post
from bot.ports import Rewriter

if TYPE_CHECKING:
    from bot.share import Sharing

log = logging.getLogger("starfish.share")

LATELY = 100
"""Deliveries of an account among which no two posts say the same; headlines alone may come back, as those of series do."""


async def compose_post(
    candidate: Candidate, account: Account, bot: Sharing, *, before: Sequence[Post] = ()
) -> Post | str:
    """Tell a candidate as a post of this account, or say in a sentence why it doesn't make one.

    `before` are posts that go out earlier and are in no outbox yet.
    """
    limits = bot.limits[account.name]
    article = await read(candidate, bot)
    # Off the loop: a long article takes longer than the 50 ms that the loop may stand still.
    draft = await asyncio.to_thread(compose.say, article, candidate, _styled(account, candidate, bot), limits)
    if not draft.adds_value:
        return draft.reason or "It says no more than its headline."
    if bot.rewriter is not None and candidate.note is None and account.style == "takeaway":
        draft = await _reworded(draft, article, limits, bot.rewriter)
    try:
        post = compose.fit(draft, limits, account=account.name, dedupe_key=candidate.canonical)
    except Rejected as error:
        return str(error)
    if candidate.note is None and candidate.title not in post.text and await _was_said(post, bot, before):
        return "Its words are, to the letter, those of a post before it."
    return replace(post, visibility=account.visibility, language=account.language or post.language)


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
        log.info("%s; the feed's own text serves", error)
        return of_feed
    return of_feed if page.problem and of_feed.text else page


async def _reworded(draft: Draft, article: Article, limits: Limits, rewriter: Rewriter) -> Draft:
    """Let the language model say it, if what it says passes the same gate; else the words stay as they are."""
    words = await rewriter.rewrite(article, rewrite.room(draft, limits))
    if words is None:
        return draft
    better, verdict = await asyncio.to_thread(rewrite.judged, words, draft, article, limits)
    if better is None:
        log.info("the rewriter's words are not used: %s", verdict.reason)
    return better or draft


def _styled(account: Account, candidate: Candidate, bot: Sharing) -> Account:
    feed = bot.feeds.get(candidate.feed)
    return replace(account, style=feed.style) if feed and feed.style else account
