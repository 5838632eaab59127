"""The owner's orders in the chat, carried out by the running bot (`ports.OwnerDesk`).  May import: all but cli.

Whatever is said back may be read by others, so strangers' words in it are defused, and words said in private are only
repeated in private.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.app import teach
from bot.app.build import Ground, Stories
from bot.app.deciding import release
from bot.app.queue import Waiting, next_at, waiting
from bot.app.sharing import own_find
from bot.core.clean import clean, defused
from bot.core.files import file_at
from bot.core.grouping import grouped
from bot.core.reply import defuse
from bot.core.same import canonical, safe_link
from bot.errors import FeedError, UsageError
from bot.feeds.discover import discover
from bot.model import Account, OutboxRow, Rule, State
from bot.orders import PRIVATE
from bot.settings import add_feed
from bot.share import Sharing
from bot.store import Unanswered

SHOWN = 3
"""Posts, or waiting questions, told at once: more don't fit a short reply."""

FIND_WITHIN = 6.0
"""Seconds that a search for a site's feed may take: the owner waits, and who mentions the bot meanwhile waits too."""

_NOT_SHARED: Mapping[str, str] = {
    "baseline": "it stood in its feed before I first looked",
    "filtered": "a filter took it out",
    "same": "it tells a story that I had already",
    "old": "it was older than that feed's max_age",
    "unusable": "it has no link or title that I could use",
}


class ChatDesk:
    """Implements `ports.OwnerDesk`; `current` gives the stories in force."""

    def __init__(self, on: Ground, current: Callable[[], Stories]) -> None:
        self._on = on
        self._current = current

    # ----------------------------------------------------------------- what is shared

    async def queue(self, account: str) -> str:
        """The next three posts with their times."""
        lines = []
        for one in (await self._waiting(account))[:SHOWN]:
            if one.row is not None and one.row.state is State.DRAFT:
                when = f"waits for `approve {one.row.id}`"
            else:
                when = self._time(one.expected) if one.expected else "without a time"
            lines.append(f"{when}: “{_title(one)}”")
        return "\n".join(lines) or "Nothing waits: no draft, nothing planned, no candidate."

    async def skip(self, account: str) -> str:
        """Drop the next draft or planned post; if there is none, the best candidate."""
        for one in await self._waiting(account):
            reason, now = "skipped by the owner", self._on.now()
            if one.row is not None:
                if not await self._on.db(self._on.store.outbox.reject, one.row.id, reason, now=now):
                    continue  # on its way already
            elif one.choice is not None:
                number = one.choice.candidate.id
                await self._on.db(self._on.store.feeds.decided, one.account, number, "rejected", reason, now=now)
            return f"Skipped on {one.account}: “{_title(one)}”. `share` and its link brings it back."
        return "There is nothing to skip."

    async def approve(self, account: str, number: int | None) -> str:
        """Let a draft go, the oldest one without a number."""
        outbox = self._on.store.outbox
        rows = [
            row
            for name in self._accounts(account)
            for row in await self._on.db(outbox.rows, account=name, states=[State.DRAFT])
        ]
        row = min((row for row in rows if number in (None, row.id)), key=lambda row: row.id, default=None)
        if row is None:
            raise UsageError("No draft waits." if number is None else f"There is no draft {number}; see: queue")
        at = await release(self._sharing.accounts[row.post.account], self._sharing.zone, self._on)
        if not await self._on.db(outbox.approve, row.id, at, now=self._on.now()):
            raise UsageError(f"Draft {row.id} is gone meanwhile.")
        return f"Approved {row.id}: “{defuse(row.post.title or row.post.text)}” goes {self._time(at) if at else 'now'}."

    async def share(self, account: str, link: str, note: str) -> str:
        """Offer a link of the owner's own finding, with their takeaway, before all others."""
        safe = safe_link(link if "://" in link else f"https://{link}")
        if not safe:
            raise UsageError("That is no web address; it should look like https://example.com/article")
        if not note and (file := file_at(safe)):
            raise UsageError(f"That is {file}, which I can't read. Say: share {safe}: what you make of it")
        posting = {name: one for name, one in self._sharing.accounts.items() if one.post is not None}
        chosen = [name for name in self._accounts(account) if name in posting]
        if not chosen:
            raise UsageError("This account only answers; it has no schedule to post by.")
        now, feeds = self._on.now(), self._on.store.feeds
        find = own_find(safe, "", note or None, now)
        await self._on.db(feeds.add_candidate, find, now=now, only=chosen, of=list(posting))
        times = [f"{name} {await self._slot(posting[name])}" for name in chosen]
        return f"Queued before all others: {', '.join(times)}.{' With your words.' if note else ''}"

    async def why_not(self, link: str) -> str:
        """Why a link was not shared, or that it was."""
        key = canonical(link)
        outbox, feeds = self._on.store.outbox, self._on.store.feeds
        rows = await self._on.db(outbox.by_link, link) or await self._on.db(outbox.by_link, key)
        posts = [row for row in rows if row.kind == "post"]
        if posts:
            return self._of_row(posts[-1])
        entries = await self._on.db(feeds.entry_of, link) or await self._on.db(feeds.entry_of, key)
        numbers = [entry.candidate for entry in entries if entry.candidate is not None]
        decisions = [one for number in numbers for one in await self._on.db(feeds.decisions, number)]
        if decisions:
            return "\n".join(f"{one.account}: {one.verdict}: {defuse(one.reason, 120)}" for one in decisions[:SHOWN])
        if numbers:
            return await self._place_of(numbers[0])
        if entries:
            seen, words = entries[-1], ", ".join(entries[-1].matched)
            why = _NOT_SHARED.get(seen.verdict, seen.verdict)
            return (
                f"Not shared: {why}{f' ({defuse(words)})' if words else ''}. `share` and the link has it all the same."
            )
        return "I never saw it: it stands in no feed that I read. `share` and the link has it posted."

    async def add_feed(self, address: str) -> str:
        """Find the feed of an address and add it to the file; the bot reads it within a second or so."""
        try:
            async with asyncio.timeout(FIND_WITHIN):
                found = await discover(self._on.client, address)
        except FeedError as error:
            raise UsageError(f"No feed was added: {error}") from None
        except TimeoutError:
            raise UsageError(f"No feed was added: that site took longer than {FIND_WITHIN:.0f} s to answer.") from None
        if not found:
            raise UsageError("There is no feed at that address; give the feed's own address if you know it.")
        best = found[0]
        await asyncio.to_thread(add_feed, self._current().settings.folder, best.feed_url)
        return f"Added “{defuse(best.title) or 'a feed without a title'}”: {best.feed_url}"

    # ----------------------------------------------------------------- what is taught

    async def unanswered(self, *, private: bool) -> tuple[int | None, str]:
        """The first mention that waits, and what to say of it and of those after it."""
        rows = await self._on.db(self._on.store.mentions.unanswered, teach.STILL_WAITING)
        if not rows:
            return None, "Everybody was answered."
        shown = [row for row in rows if private or row.mention.visibility not in PRIVATE]
        if not shown:
            return None, f"{len(rows)} said something in private and wait. Ask me in private, too."
        texts = [row.mention.text for row in shown]
        groups = await asyncio.to_thread(grouped, texts, name=self._current().settings.bot.name)
        lines = [_waits([shown[place] for place in group]) for group in groups[:SHOWN]]
        first = shown[groups[0][0]].mention.id
        rest = f" ({len(groups) - SHOWN} more)" if len(groups) > SHOWN else ""
        lines.append(f"Answer {first} by replying to this; or `teach {first} = …`, `ignore {first}`.{rest}")
        return first, "\n".join(lines)

    async def teach(self, *, when: str, number: int | None, reply: str, rule: str | None, who: str) -> str:
        """Teach an answer to words or to a waiting mention, or (`rule`) that mention's words as ones of a rule's."""
        stories, on = self._current(), self._on
        if rule is not None and number is not None:
            taught, answered = await teach.teach_more(number, rule, who="chat", by=who, stories=stories, on=on)
            told = f"Learnt: one more way to say {taught.id}."
        elif not when and await teach.answer_once(number, reply, stories, on):
            return "Told. Such words have their rule, so there was nothing to learn."
        else:
            taught, answered = await teach.teach(
                when, reply, mention=number, who="chat", by=who, stories=stories, on=on
            )
            told = f"Learnt, as {taught.id}."
        waited = f" {answered} who waited {'hear' if answered > 1 else 'hears'} it now." if answered else ""
        return f"{told}{waited}"

    async def ignore(self, numbers: list[int]) -> str:
        """Leave waiting mentions as they are."""
        left = await self._on.db(self._on.store.mentions.ignored, numbers, now=self._on.now())
        if not left:
            raise UsageError("None of these waits; `unanswered` shows the numbers.")
        return f"Left as {'it is' if left == 1 else f'they are: {left} mentions'}."

    async def forget(self, rule: str, who: str, *, sure: bool) -> str:
        """Forget a taught rule; unless `sure`, only say what that means and how to confirm it."""
        learnt = await self._on.db(self._on.store.rules.learnt, rule)
        if learnt is None:
            raise UsageError(f"No rule {defuse(rule)} was taught; rules of the file are removed there.")
        if learnt.rule.locked:
            raise UsageError(f"{rule} is locked; first: unlock {rule}")
        if not sure:
            usage = await self._on.db(self._on.store.rules.usage)
            used = usage[rule].count if rule in usage else 0
            return f"{rule}: “{_says(learnt.rule)}”, answered {used} times. To forget it for good: forget {rule} yes"
        await self._on.db(self._on.store.rules.remove, rule, who, now=self._on.now())
        return f"Forgotten: {rule}."

    async def lock(self, rule: str, who: str, *, locked: bool) -> str:
        """Keep a taught rule from being forgotten by a word, or let it be again."""
        if not await self._on.db(self._on.store.rules.lock, rule, who, now=self._on.now(), locked=locked):
            raise UsageError(f"No rule {defuse(rule)} was taught; rules of the file can't be changed from here.")
        return f"{'Locked' if locked else 'Unlocked'}: {rule}."

    # ----------------------------------------------------------------- small things

    @property
    def _sharing(self) -> Sharing:
        return self._current().sharing

    def _accounts(self, account: str) -> Sequence[str]:
        """What an order given on an account is about: our own timeline is everybody's desk."""
        sharing = self._sharing
        return list(sharing.accounts) if sharing.limits[account].in_store else [account]

    async def _waiting(self, account: str) -> list[Waiting]:
        """What waits on these accounts, what goes first first; drafts that wait for the owner before all."""
        stories, now = self._current(), self._on.now()
        found = [one for name in self._accounts(account) for one in await waiting(stories, self._on, now, account=name)]
        return sorted(found, key=lambda one: (one.row is None, one.expected or now))

    async def _place_of(self, candidate: int) -> str:
        for account in self._sharing.accounts:
            for place, one in enumerate(await waiting(self._current(), self._on, self._on.now(), account=account)):
                if one.choice is not None and one.choice.candidate.id == candidate:
                    when = f", about {self._time(one.expected)}" if one.expected else ""
                    return f"Not yet: it waits at place {place + 1} on {account}{when}."
        return "It was let through, but no account may share it now."

    def _of_row(self, row: OutboxRow) -> str:
        if row.state is State.SENT:
            return f"It was shared on {row.post.account}, {self._time(row.settled_at or row.created_at)}."
        if row.state is State.DRAFT:
            return f"It is a draft and waits for you: approve {row.id}"
        return f"On {row.post.account} it is {row.state}{f': {defuse(row.reason, 120)}' if row.reason else ''}."

    async def _slot(self, account: Account) -> str:
        at = await next_at(account, self._current(), self._on, self._on.now())
        return self._time(at) if at else "when it posts next"

    def _time(self, at: datetime) -> str:
        local = at.astimezone(self._sharing.zone)
        near = abs((at - self._on.now()).days) < 6
        return local.strftime("%a %H:%M" if near else "%-d %b %H:%M")


def _title(one: Waiting) -> str:
    return defuse(one.called)


def _says(rule: Rule) -> str:
    return defuse("; ".join((*rule.reply, *rule.like, *rule.when)[:1]), 80)


def _waits(group: Sequence[Unanswered]) -> str:
    first = group[0]
    times = f" ({len(group)}×)" if len(group) > 1 else ""
    near = f" Near: {first.rule}." if first.rule and first.score >= 0.25 else ""
    words = defuse(first.mention.text) or defused(clean(first.mention.text))[:60]  # of a mere link, whose site it is
    return f"{first.mention.id}{times}: “{words}”{near}"
