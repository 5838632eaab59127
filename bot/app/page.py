"""Hands the web side its callables: the timeline's reads, `answer.receive`, health and figures.

May import: all but cli.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from secrets import token_hex

from bot import answer
from bot.app.build import Ground, Stories
from bot.app.desk import Desk
from bot.app.health import iso
from bot.app.minding import SUBJECT as DISK
from bot.app.queue import next_at
from bot.app.vault import OWN, SESSIONS
from bot.errors import StoreError, UsageError
from bot.llm import Llm
from bot.model import Mention, Notice, Secret, TimelineItem
from bot.settings import Settings
from bot.web import About, Hubs, Login, WebParts

DEEPEST = 50
"""How far a conversation is followed up to its first word."""


class Page:
    """The page's view of a running bot; `current` gives the stories in force."""

    def __init__(
        self, on: Ground, current: Callable[[], Stories], renew: Callable[[], None], hubs: Hubs | None = None
    ) -> None:
        self._on = on
        self._current = current
        self._renew = renew
        self._hubs = hubs
        self._about = About(name="", niche="", next_post=None, feeds=0, notices=())
        self._born = time.monotonic()

    async def parts(self) -> WebParts:
        """Everything the web side may call."""
        settings = self._current().settings
        await self.refresh()
        return WebParts(
            items=self._items,
            wait=self._on.db.wait_for_change,
            receive=self._receive,
            about=lambda: self._about,
            status=self._status,
            metrics=self._metrics,
            dashboard=Desk(self._on, self._current, self._renew),
            login=Login(settings.web.password, key=await self._key()),
            public_url=settings.web.public_url,
            hubs=self._hubs,
            now=self._on.now,
        )

    async def stay_current(self, reloaded: asyncio.Event) -> None:
        """Renew what the page says of the bot: after changes, at a reload, and at least every minute."""
        seen = 0
        while True:
            reloaded.clear()
            await self.refresh()
            change = asyncio.create_task(self._on.db.wait_for_change(seen))
            reload = asyncio.create_task(reloaded.wait())
            try:
                await asyncio.wait({change, reload}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
                if change.done():
                    seen = change.result()
                    await asyncio.sleep(0.5)  # a burst of commits is one change
            finally:
                change.cancel()
                reload.cancel()
                await asyncio.gather(change, reload, return_exceptions=True)

    async def refresh(self) -> None:
        """Renew what the page says of the bot itself."""
        stories, now = self._current(), self._on.now()
        locals_ = [one for one in stories.sharing.accounts.values() if stories.sharing.limits[one.name].in_store]
        notices = await self._on.db(self._on.store.owner.notices)
        if trouble := self._on.db.trouble:  # this one can't be stored
            notices.append(Notice(subject=DISK, text=trouble, since=now))
        times = [await next_at(one, stories, self._on, now) for one in locals_]
        self._about = About(
            name=stories.settings.bot.name,
            niche=stories.settings.bot.niche,
            next_post=min((at for at in times if at), default=None),
            feeds=len(stories.settings.feeds),
            notices=notices,
        )

    async def _key(self) -> bytes:
        """Sign sessions with a key of this database, so that a login outlives a restart; it is no use elsewhere."""
        stored = self._on.vault.get(OWN, SESSIONS)
        if stored is None:
            stored = Secret(token_hex(32))
            self._on.vault.put(OWN, SESSIONS, stored)
        return hashlib.blake2b(stored.reveal().encode(), digest_size=32).digest()

    async def _items(self, after: int | None, limit: int) -> list[TimelineItem]:
        items = await self._on.db(self._on.store.timeline.items, after, limit)
        return [signed(item, self._current().settings) for item in items]

    async def _receive(self, author: str, text: str, key: str | None, in_reply_to: int | None, owner: bool) -> int:
        stories = self._current()
        account = next((name for name, limits in stories.sharing.limits.items() if limits.in_store), None)
        if account is None:
            raise UsageError("this bot has no account on the local timeline")
        about, thread = await self._context(in_reply_to)
        mention = Mention(
            account=account,
            # A key is the sender's own: two people may use the same one.
            remote_id=f"{author}\n{key}" if key is not None else uuid.uuid4().hex,
            author=author,
            name=author.lstrip("@"),
            text=text,
            at=self._on.now(),
            thread=thread,
            in_reply_to=None if in_reply_to is None else str(in_reply_to),
            about=about,
            owner=owner,
        )
        heard = await answer.receive(mention, stories.answering)
        assert heard.timeline is not None
        return heard.timeline

    async def _context(self, in_reply_to: int | None) -> tuple[int | None, str]:
        """The post that a mention answers (our outbox row), and the name of the conversation it belongs to."""
        if in_reply_to is None:
            return None, ""
        timeline = self._on.store.timeline
        item = await self._on.db(timeline.item, in_reply_to)
        if item is None:
            raise UsageError(f"there is no item {in_reply_to} to reply to")
        about = await self._on.db(timeline.outbox_of, in_reply_to) if item.kind == "post" else None
        for _ in range(DEEPEST):
            if item.in_reply_to is None:
                break
            above = await self._on.db(timeline.item, item.in_reply_to)
            if above is None:
                break
            item = above
        return about, f"timeline:{item.id}"

    async def _status(self) -> Mapping[str, object]:
        try:
            counts = await self._on.db(self._on.store.owner.counts)
        except StoreError as error:
            return {"status": "error", "error": str(error)}
        trouble = self._on.db.trouble
        return {
            **({"status": "error", "error": trouble} if trouble else {"status": "ok"}),
            "uptime": round(time.monotonic() - self._born, 1),
            "next_post": iso(self._about["next_post"]),
            "feeds": self._about["feeds"],
            "notices": len(self._about["notices"]),
            **counts,
        }

    async def _metrics(self) -> str:
        counts = await self._on.db(self._on.store.owner.counts)
        lines = []
        for name, value in counts.items():
            metric = f"starfish_{name}"
            lines += [f"# TYPE {metric} gauge", f"{metric} {value}"]
        if isinstance(rewriter := self._current().sharing.rewriter, Llm):
            for name, value in asdict(rewriter.usage).items():
                lines += [f"# TYPE starfish_llm_{name} counter", f"starfish_llm_{name} {value}"]
        lines += [
            "# TYPE starfish_uptime_seconds gauge",
            f"starfish_uptime_seconds {time.monotonic() - self._born:.1f}",
        ]
        return "\n".join(lines) + "\n"


def signed(item: TimelineItem, settings: Settings) -> TimelineItem:
    """Sign a post or reply with the bot's name; where it has several accounts on this timeline, the account's stays."""
    speaks_once = sum(account.platform == "local" for account in settings.accounts) == 1
    return replace(item, author=settings.bot.name) if item.kind != "mention" and speaks_once else item
