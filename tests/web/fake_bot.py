"""A bot in memory behind the web side: for its tests, and to look at (`python tests/web/fake_bot.py [empty]`)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.errors import StarfishError, StoreError, UsageError
from bot.model import FeedState, Mention, Notice, OutboxRow, Post, Receipt, Rule, Secret, State, TimelineItem
from bot.web import (
    About,
    AccountRow,
    FeedRow,
    Login,
    QueueRow,
    RuleRow,
    UnansweredRow,
    WebParts,
    serve,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A dashboard that remembers what it was told to do."""

    told: list[tuple[object, ...]] = field(default_factory=list)
    drafts: list[QueueRow] = field(default_factory=list)
    waiting: list[UnansweredRow] = field(default_factory=list)
    sent: list[OutboxRow] = field(default_factory=list)
    read: list[FeedRow] = field(default_factory=list)
    stored: list[RuleRow] = field(default_factory=list)
    silent: dict[str, str | None] = field(default_factory=lambda: {"timeline": None, "fediverse": "paused by you"})

    async def queue(self) -> Sequence[QueueRow]:
        return self.drafts

    async def rules(self) -> Sequence[RuleRow]:
        return self.stored

    async def unanswered(self) -> Sequence[UnansweredRow]:
        return self.waiting

    async def feeds(self) -> Sequence[FeedRow]:
        return self.read

    async def outbox(self) -> Sequence[OutboxRow]:
        return self.sent

    async def accounts(self) -> Sequence[AccountRow]:
        return [
            AccountRow(name=n, platform="local" if n == "timeline" else "mastodon", paused=p)
            for n, p in self.silent.items()
        ]

    async def approve(self, row: int) -> None:
        self._tell("approve", row)

    async def reject(self, row: int, reason: str) -> None:
        self._tell("reject", row, reason)

    async def edit(self, row: int, text: str) -> None:
        if len(text) > 300:
            raise UsageError("that is 301 of 300")
        self._tell("edit", row, text)

    async def snooze(self, row: int, span: timedelta) -> None:
        self._tell("snooze", row, span)

    async def resend(self, row: int) -> None:
        self._tell("resend", row)

    async def mark_sent(self, row: int) -> None:
        self._tell("mark_sent", row)

    async def teach(self, mention: int | None, when: str, reply: str) -> None:
        if when == "hello":
            raise UsageError('"hello" is answered by the rule "greeting" already')
        self._tell("teach", mention, when, reply)

    async def ignore(self, mention: int) -> None:
        self._tell("ignore", mention)

    async def pause(self, account: str | None, span: timedelta | None) -> None:
        self._tell("pause", account, span)

    async def resume(self, account: str | None) -> None:
        self._tell("resume", account)

    def _tell(self, *what: object) -> None:
        if what[1:2] == (404,):
            raise UsageError("there is no row 404")
        self.told.append(what)


class FakeBot:
    """Keeps a timeline, answers every mention at once when `answers`, and fails when told to."""

    def __init__(self, *, password: str | None = None, answers: bool = True) -> None:
        self.kept: list[TimelineItem] = []
        self.heard: list[tuple[str, str, str | None, int | None, bool]] = []
        self.desk = Desk()
        self.login = Login(None if password is None else Secret(password), key=b"k" * 32)
        self.answers = answers
        self.now = NOW
        self.failing: Exception | None = None
        self._fails_left = 0  # 0: for good
        self.reads = 0
        self.health: dict[str, object] = {"status": "ok", "feeds": 3}
        self.notices: list[Notice] = []
        self.feeds = 12
        self.next_post: datetime | None = NOW + timedelta(minutes=25)
        self._changes = 0
        self._changed = asyncio.Condition()

    def parts(self, *, public_url: str | None = None, heartbeat: float = 15, streams: int = 50) -> WebParts:
        """What the web side is given."""
        return WebParts(
            items=self.items,
            wait=self.wait,
            receive=self.receive,
            about=self.about,
            status=self.status,
            metrics=self.metrics,
            dashboard=self.desk,
            login=self.login,
            public_url=public_url,
            now=lambda: self.now,
            heartbeat=timedelta(seconds=heartbeat),
            streams=streams,
            patience=timedelta(milliseconds=50),
        )

    async def items(self, after: int | None, limit: int) -> list[TimelineItem]:
        self._fail()
        if after is None:
            return self.kept[-limit:]
        return [item for item in self.kept if item.id > after][:limit]

    async def wait(self, seen: int) -> int:
        async with self._changed:
            await self._changed.wait_for(lambda: self._changes > seen)
            return self._changes

    async def receive(self, author: str, text: str, key: str | None, in_reply_to: int | None, owner: bool) -> int:
        self._fail()
        if text == "refuse me":
            raise UsageError("that can't be said here")
        for number, (who, _, known, _, _) in enumerate(self.heard):
            if key is not None and (who, known) == (author, key):
                return [item.id for item in self.kept if item.kind == "mention"][number]
        self.heard.append((author, text, key, in_reply_to, owner))
        id_ = await self.say("mention", author, text, in_reply_to=in_reply_to)
        if self.answers:
            await self.say("reply", "starfish", f"You said: {text[:50]}", in_reply_to=id_)
        return id_

    async def say(
        self,
        kind: Literal["post", "mention", "reply"],
        author: str,
        text: str,
        *,
        url: str | None = None,
        in_reply_to: int | None = None,
        age: float = 0,
    ) -> int:
        """Put an item on the timeline, `age` minutes old."""
        id_ = self.kept[-1].id + 1 if self.kept else 1
        at = self.now - timedelta(minutes=age)
        self.kept.append(
            TimelineItem(
                id=id_,
                kind=kind,
                author=author,
                text=text,
                created_at=at,
                url=url,
                in_reply_to=in_reply_to,
            )
        )
        await self.change()
        return id_

    async def change(self) -> None:
        """Something was committed."""
        async with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def about(self) -> About:
        return About(
            name="starfish",
            niche="sound and music technology",
            next_post=self.next_post,
            feeds=self.feeds,
            notices=self.notices,
        )

    async def status(self) -> dict[str, object]:
        if isinstance(self.failing, StarfishError):
            raise self.failing
        return self.health

    async def metrics(self) -> str:
        return "# TYPE starfish_posts counter\nstarfish_posts 3\n"

    def _fail(self) -> None:
        self.reads += 1
        if (failure := self.failing) is not None:
            self._fails_left -= 1
            if self._fails_left == 0:
                self.failing = None
            raise failure

    def fail_next(self, failure: Exception, *, times: int) -> None:
        """Fail the next reads, then be well again."""
        self.failing, self._fails_left = failure, times

    def break_down(self) -> None:
        """From now on the store is out of order."""
        self.failing = StoreError("the disk is full; free some space")


async def fill(bot: FakeBot) -> None:
    """A timeline as a newcomer would see it after a morning, in our own words."""
    host = "https://example.com"
    await bot.say(
        "post", "starfish",
        f"Tape hiss isn't one noise but three: the particles, the bias and the reader's own amplifier. Only the first can't be tuned away. Field Notes {host}/hiss",
        url=f"{host}/hiss", age=60 * 24 * 2,
    )  # fmt: skip
    await bot.say(
        "post", "starfish",
        "A contact microphone hears a bridge better at night, when the deck cools and the bolts settle into tune. https://www.bridge-recordings.example/night",
        url="https://www.bridge-recordings.example/night", age=310,
    )  # fmt: skip
    asked = await bot.say("mention", "@ann", "hello! anything on spring reverbs?", age=42)
    answer = await bot.say(
        "reply", "starfish", "Hello @ann! Two pieces on spring reverb, the nearest: https://example.org/springs", age=42, in_reply_to=asked
    )  # fmt: skip
    thanks = await bot.say("mention", "@ann", "thanks, that's the one I was looking for", age=40, in_reply_to=answer)
    await bot.say(
        "reply",
        "starfish",
        "Glad it helped. Ask me `why` under a post, or `latest on reverb`.",
        age=40,
        in_reply_to=thanks,
    )
    await bot.say(
        "post", "starfish",
        "Mixing at a whisper shows what carries a song: if the words and the pulse survive at 50 dB, the rest is colour. Quiet Desk https://quietdesk.example/whisper-mixing",
        url="https://quietdesk.example/whisper-mixing", age=12,
    )  # fmt: skip
    japanese = await bot.say("mention", "耳@studio", "こんにちは。シンセの記事はありますか？", age=3)
    await bot.say(
        "reply",
        "starfish",
        "I only speak English so far, but I looked: https://example.org/modular",
        age=3,
        in_reply_to=japanese,
    )
    desk = bot.desk
    desk.drafts = [
        QueueRow(
            id=7, account="timeline", state="draft", title="Granular synthesis for field recordings", feed="Grain & Field",
            text="Grains of 40 ms keep the rain; below 15 ms it turns into pitch. https://example.com/grains",
            link="https://example.com/grains", expected=NOW + timedelta(hours=2), length=86, limit=300,
            why=["matches your interest “field recording”", "2 h old", "first from this feed this week"],
        ),
        QueueRow(id=None, account="timeline", state="backlog", title="Why faders are logarithmic", text="Ears add, faders multiply.", feed="Quiet Desk"),
    ]  # fmt: skip
    asked_by = Mention(
        account="timeline", remote_id="12", id=12, author="@bo", text="do you know any luthiers in Leeds?", at=NOW
    )
    desk.waiting = [UnansweredRow(mention=asked_by, reason="no rule", nearest="who-are-you", score=0.31)]
    desk.stored = [
        RuleRow(rule=Rule(id="greeting", when=("hi", "hello *"), reply=("Hi {name}!", "Hello {name}.")), used=31, last_used=NOW),
        RuleRow(rule=Rule(id="latest", when=("latest [about {topic}]",), do="latest", origin="built-in")),
    ]  # fmt: skip
    desk.read = [
        FeedRow(state=FeedState(url=f"{host}/feed.xml", title="Field Notes", last_ok=NOW, last_new=NOW, next_at=NOW), tags=["audio"], entries=140, shared=9),
        FeedRow(state=FeedState(url="https://gone.example/rss", error="the server answered 503", error_since=NOW), entries=3),
    ]  # fmt: skip
    post = Post(account="fediverse", text="Ears add, faders multiply. https://example.com/faders", dedupe_key="x")
    desk.sent = [
        OutboxRow(id=41, post=post, kind="post", state=State.HELD, reason="the server never answered", created_at=NOW),
        OutboxRow(id=40, post=post, kind="post", state=State.SENT, created_at=NOW, receipt=Receipt(remote_id="1", url=f"{host}/@s/1")),
    ]  # fmt: skip


async def _show(port: int, *, empty: bool) -> None:
    bot = FakeBot()
    bot.now = datetime.now(UTC).replace(microsecond=0)
    if empty:
        bot.next_post = bot.now + timedelta(seconds=50)
    else:
        await fill(bot)
        bot.notices = [Notice(subject="feed:x", text="gone.example can't be read since yesterday (503). The other 11 feeds go on.", since=bot.now)]  # fmt: skip
    async with serve(bot.parts(), "127.0.0.1", port) as serving:
        print(serving.url, serving.login_link(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_show(8521 if "empty" in sys.argv else 8520, empty="empty" in sys.argv))
