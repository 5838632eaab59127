"""What a mention would be answered, without sending or storing anything: what `starfish ask` does.

May import: all but cli.  The answer comes from the very functions that answer for real (`bot/answer.py`).
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import semantic
from bot.app.installed import utc_now
from bot.core.limits import LIMITS
from bot.core.pace import next_time
from bot.core.rules import ASKED, Engine
from bot.model import Account, Limits, Mention
from bot.reply import Answering, Reply, reply_to
from bot.settings import Settings
from bot.store import Writer, open_store
from bot.store.guard import has_begun


@dataclass(frozen=True, slots=True)
class Asked:
    """A text and what it would be answered."""

    text: str
    reply: Reply

    @property
    def rule(self) -> str:
        """The rule that answers, or whose example "did you mean" names."""
        return self.reply.match.rule.removeprefix(ASKED)

    def as_json(self) -> dict[str, Any]:
        """The object of the contract (design, section 3)."""
        match = self.reply.match
        nearest = {"rule": match.nearest[0], "score": round(match.nearest[1], 4)} if match.nearest else None
        return {
            "text": self.text,
            "reply": self.reply.text,
            "rule": self.rule,
            "stage": match.stage,
            "score": round(match.score, 4),
            "nearest": nearest,
        }

    def told(self) -> str:
        """The same for a person."""
        match = self.reply.match
        lines = [self.reply.text, f"  by the rule {self.rule!r}, at the stage “{match.stage}”, score {match.score:.2f}"]
        if match.nearest and match.nearest[0] != self.rule:
            lines.append(f"  the nearest other rule is {match.nearest[0]!r}, score {match.nearest[1]:.2f}")
        if self.reply.unanswered:
            lines.append("  it would wait for you in: starfish rules unanswered")
        return "\n".join(lines)


async def _no_more(_candidate: int, _said: str) -> str:
    """A rehearsal reads no pages."""
    return ""


class Asking:
    """Asks the rules in force: those of the files, and those taught since, where there is a database."""

    def __init__(self, answering: Answering, account: str) -> None:
        self._answering = answering
        self._account = account

    @classmethod
    @asynccontextmanager
    async def on(cls, settings: Settings) -> AsyncIterator[Asking]:
        """Open what it needs; without a database the files alone answer."""
        async with AsyncExitStack() as stack:
            now = utc_now()
            if has_begun(settings.bot.database):
                store = open_store(settings.bot.database, mode="read", now=now)
                taught = [rule for rule in store.rules.all() if rule.origin != "file"]
            else:
                # A real store, for a moment, elsewhere: so that nothing here is a special case.
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                store = open_store(Path(folder) / "ask.db", mode="run", now=now)
                taught = []
            stack.callback(store.close)
            db = Writer(store)
            stack.push_async_callback(db.close)
            ids = {rule.id for rule in settings.rules}
            rules = [*settings.rules, *(rule for rule in taught if rule.id not in ids)]
            accounts = {one.name: one for one in settings.accounts} or {"ask": Account(name="ask", platform="local")}
            account = next((one.name for one in accounts.values() if one.platform == "local"), next(iter(accounts)))
            yield cls(
                Answering(
                    db=db,
                    store=store,
                    engine=Engine.build(rules, name=settings.bot.name, sense=semantic.sense()),
                    accounts=accounts,
                    limits={name: LIMITS.get(one.platform, Limits(max_length=500)) for name, one in accounts.items()},
                    name=settings.bot.name,
                    niche=settings.bot.niche,
                    quotes=settings.quotes,
                    feeds=len(settings.feeds),
                    zone=settings.bot.timezone,
                    now=utc_now,
                    next_post=lambda name: next_time(accounts[name], settings.bot.timezone, utc_now()),
                    longer=_no_more,
                    rehearsal=True,
                ),
                account,
            )

    async def ask(self, text: str, handle: str, *, owner: bool) -> Asked:
        """Answer one text as if this person had mentioned the bot; owner: with the owner's rights."""
        now = utc_now()
        mention = Mention(
            account=self._account,
            remote_id=uuid.uuid5(uuid.NAMESPACE_OID, f"{handle}\n{text}").hex,  # the same words, the same answer
            author=handle,
            name=handle.lstrip("@"),
            text=text,
            at=now,
            owner=owner,
        )
        return Asked(text, await reply_to(mention, self._answering, now))
