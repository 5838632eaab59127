"""The dashboard's hands: what the owner sees and does on the page, over the store.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.app import queue, teach
from bot.app.build import Ground, Stories
from bot.app.deciding import edited, release
from bot.app.health import why_silent
from bot.core.text import measure
from bot.errors import UsageError
from bot.model import OutboxRow, State
from bot.web import SHOWN, AccountRow, FeedRow, QueueRow, RuleRow, UnansweredRow


class Desk:
    """Implements `web.Dashboard`; `current` gives the stories in force."""

    def __init__(self, on: Ground, current: Callable[[], Stories], renew: Callable[[], None]) -> None:
        self._on = on
        self._current = current
        self._renew = renew  # a taught rule is in force at once

    # ----------------------------------------------------------------- what is seen

    async def queue(self) -> Sequence[QueueRow]:
        """Drafts, planned posts and the backlog, each with its expected time."""
        stories, on = self._current(), self._on
        return [_queue_row(one, stories) for one in (await queue.waiting(stories, on, on.now()))[:SHOWN]]

    async def rules(self) -> Sequence[RuleRow]:
        """Every stored rule and how often it answered."""
        usage = await self._on.db(self._on.store.rules.usage)
        rows = []
        for rule in await self._on.db(self._on.store.rules.all):
            used = usage.get(rule.id)
            rows.append(RuleRow(rule=rule, used=used.count if used else 0, last_used=used.last_at if used else None))
        return rows

    async def unanswered(self) -> Sequence[UnansweredRow]:
        """Mentions that wait for the owner."""
        rows = await self._on.db(self._on.store.mentions.unanswered, SHOWN)
        return [
            UnansweredRow(
                mention=row.mention,
                words=teach.plain_words(row.mention),
                known=teach.has_its_rule(row, self._current().engine),
                reason=row.reason,
                nearest=row.rule,
                score=row.score,
            )
            for row in rows
        ]

    async def feeds(self) -> Sequence[FeedRow]:
        """The health of every feed."""
        counts = await self._on.db(self._on.store.feeds.counts)
        feeds = self._current().sharing.feeds
        rows = []
        for state in await self._on.db(self._on.store.feeds.states):
            feed, count = feeds.get(state.url), counts.get(state.url)
            rows.append(
                FeedRow(
                    state=state,
                    tags=feed.tags if feed else (),
                    entries=count.entries if count else 0,
                    shared=count.shared if count else 0,
                )
            )
        return rows

    async def outbox(self) -> Sequence[OutboxRow]:
        """The newest deliveries, those before them that only the owner can decide; drafts stand in the queue."""
        rows = self._on.store.outbox.rows
        held = await self._on.db(rows, states=[State.HELD], limit=SHOWN)
        others = [state for state in State if state not in (State.HELD, State.DRAFT)]
        return [*held, *await self._on.db(rows, states=others, limit=SHOWN - len(held))]

    async def accounts(self) -> Sequence[AccountRow]:
        """Every account, and whether it is silent."""
        rows = []
        for account in self._current().sharing.accounts.values():
            state = await self._on.db(self._on.store.owner.account_state, account.name)
            paused = why_silent(state, self._on.now(), self._current().sharing.zone)
            rows.append(
                AccountRow(name=account.name, platform=account.platform, paused=paused, rehearses=account.dry_run)
            )
        return rows

    # ----------------------------------------------------------------- what is done

    async def approve(self, row: int) -> None:
        """Let a draft go: at once, or in the next slot if the account has just posted."""
        found = await self._on.db(self._on.store.outbox.row, row)
        account = self._current().sharing.accounts.get(found.post.account) if found else None
        at = await release(account, self._current().sharing.zone, self._on) if account else None
        _must(await self._on.db(self._on.store.outbox.approve, row, at, now=self._on.now()), row, "approved")

    async def reject(self, row: int, reason: str) -> None:
        """Withdraw a draft for good."""
        why = reason or "rejected by the owner"
        _must(await self._on.db(self._on.store.outbox.reject, row, why, now=self._on.now()), row, "rejected")

    async def edit(self, row: int, text: str) -> None:
        """Change the words of a draft or planned post; its link must stay and it must fit."""
        on = self._on
        found = await on.db(on.store.outbox.row, row)
        changed = False
        if found is not None:
            words = edited(found, text, self._current().sharing.limits.get(found.post.account))
            changed = await on.db(on.store.outbox.revise, row, words, found.post.link)
        _must(changed, row, "edited")

    async def snooze(self, row: int, span: timedelta) -> None:
        """Put a draft or planned post off."""
        until = self._on.now() + span
        _must(await self._on.db(self._on.store.outbox.snooze, row, until, now=self._on.now()), row, "put off")

    async def resend(self, row: int) -> None:
        """Send a held or refused post again: the owner's decision."""
        _must(await self._on.db(self._on.store.outbox.resend, row, now=self._on.now()), row, "sent again")
        await self._on.db(self._on.store.owner.clear, f"outbox:{row}")

    async def mark_sent(self, row: int) -> None:
        """Record that a held post is there: the owner has looked."""
        _must(await self._on.db(self._on.store.outbox.mark_sent, row, now=self._on.now()), row, "marked as sent")
        await self._on.db(self._on.store.owner.clear, f"outbox:{row}")

    async def teach(self, mention: int | None, when: str, reply: str) -> None:
        """Store a rule, and answer those who still wait for it; what has its rule is answered, and nothing stored."""
        if not when and await teach.answer_once(mention, reply, self._current(), self._on):
            return
        await teach.teach(when, reply, mention=mention, who="web", stories=self._current(), on=self._on)
        self._renew()

    async def ignore(self, mention: int) -> None:
        """Leave a waiting mention as it is: the owner has seen it."""
        if not await self._on.db(self._on.store.mentions.ignored, [mention], now=self._on.now()):
            raise UsageError(f"mention {mention} does not wait any more")

    async def pause(self, account: str | None, span: timedelta | None) -> None:
        """Silence one account, or all."""
        now = self._on.now()
        await self._on.db(self._on.store.owner.pause, account, now + span if span else None, now=now)

    async def resume(self, account: str | None) -> None:
        """Speak again."""
        await self._on.db(self._on.store.owner.resume, account, now=self._on.now())


def _queue_row(one: queue.Waiting, stories: Stories) -> QueueRow:
    limits = stories.sharing.limits[one.account]
    if one.row is not None:
        post = one.row.post
        return QueueRow(
            id=one.row.id,
            account=one.account,
            text=post.text,
            state=str(one.row.state),
            title=post.title,
            link=post.link,
            expected=one.expected,
            length=measure(post.text, limits),
            limit=limits.max_length,
        )
    assert one.choice is not None
    candidate = one.choice.candidate
    return QueueRow(
        id=None,
        account=one.account,
        text=one.called,
        state="backlog",
        link=candidate.link,
        feed=candidate.feed_title,
        expected=one.expected,
        why=one.choice.why,
    )


def _must(changed: bool, row: int, done: str) -> None:
    if not changed:
        raise UsageError(f"outbox {row} can't be {done}: it is gone, or past that")
