"""A small bot for tests: its config folder, its feeds on a loopback server, and its parts driven by hand.

Everything is real (files, store, HTTP, worker) but the clock, which moves only when a test says so.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from bot import answer, deliver, share, tell
from bot.app.build import Ground, Stories, ground, stories
from bot.app.installed import options_of, platforms
from bot.core.rules import check_rule
from bot.demo.articles import SITES, Piece
from bot.model import Limits, Mention, OutboxRow, Slot, TimelineItem
from bot.settings import Settings, load
from bot.store import open_store
from tests.servers.fixtures import START, Hands

PIECES: tuple[Piece, ...] = tuple(piece for site in SITES for piece in site.pieces)
"""A dozen articles that are worth sharing."""

BASE = "http://127.0.0.1:9"
"""Where their links lead: nobody is there, so the feed's own texts serve, at once and without a network."""

RULES = """
[[rules]]
id = "greeting"
when = ["hi", "hello *"]
reply = ["Hello {name}, nice to meet you."]
tests = [{ say = "hello there", expect = "greeting" }]

[[rules]]
id = "hours"
like = ["when do you usually post", "at what times do you post something"]
reply = "Next: {next.at}."

[[rules]]
id = "latest"
when = ["latest on {topic}"]
do = "latest"
reply = "{article.title}: {article.url}"
else = "Nothing about {topic} yet."

[[rules]]
id = "why"
when = ["why"]
about = "my_post"
do = "why"
reply = "It came from {post.feed}: {post.reason}."

[[rules]]
id = "follow"
when = ["follow {topic}"]
do = "follow"
reply = "I will tell you of {topic}."

[[rules]]
id = "unfollow"
when = ["unfollow {topic}"]
do = "unfollow"
reply = "No more of {topic}."

[[rules]]
id = "remind"
when = ["remind me {when}"]
do = "remind"
reply = "I will."
else = "When?"
"""

LOCAL = """
[[accounts]]
name = "timeline"
platform = "local"
post = { every = "1h" }
"""


def write_config(
    folder: Path,
    *,
    feeds: Sequence[str] = (),
    accounts: str = LOCAL,
    rules: str = RULES,
    bot: str = "",
    feed_keys: str = 'backfill = "all"',
    more: str = "",
) -> Path:
    """Write a whole config folder; `bot` are further lines of [bot], `more` further blocks."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "starfish.toml").write_text(
        '[bot]\nname = "starfish"\nniche = "sound"\ntimezone = "Europe/London"\ndatabase = "starfish.db"\n'
        f'{bot}\n[web]\nlisten = "127.0.0.1:0"\n[net]\ncontact = "https://bot.example.org/"\n'
        f'allow_private = ["127.0.0.0/8"]\n{more}\n{accounts}',
        "utf-8",
    )
    blocks = "".join(f'[[feeds]]\nurl = "{url}"\n{feed_keys}\n' for url in feeds)
    (folder / "feeds.toml").write_text(blocks, "utf-8")
    (folder / "rules.toml").write_text(rules, "utf-8")
    (folder / "quotes.txt").write_text("Listen first.\n", "utf-8")
    return folder


def read_config(folder: Path) -> Settings:
    """Read a config folder as every command does."""
    options = options_of(platforms())
    return load(folder, options, env=os.environ, check_rule=check_rule)


def rss(pieces: Iterable[Piece], *, base: str = BASE, now: datetime = START) -> str:
    """A feed with the whole text of each piece, so that no page is needed."""
    items = "".join(
        f"<item><title>{escape(piece.title)}</title><link>{base}/{piece.slug}</link><guid>{base}/{piece.slug}</guid>"
        f"<author>{escape(piece.author)}</author><pubDate>{format_datetime(now - piece.age)}</pubDate>"
        f"<description>{escape(''.join(f'<p>{part}</p>' for part in piece.paragraphs))}</description></item>"
        for piece in pieces
    )
    return f'<rss version="2.0"><channel><title>Small Sounds</title><link>{base}</link>{items}</channel></rss>'


class Troubled(dict[str, Limits]):
    """The limits of accounts, behind a mistake of ours: the first times that they are asked for, our own code fails."""

    def __init__(self, limits: Mapping[str, Limits], *, times: int) -> None:
        super().__init__(limits)
        self.times = times

    def __getitem__(self, account: str) -> Limits:
        """Fail, or give them."""
        if self.times:
            self.times -= 1
            raise OverflowError(account)
        return super().__getitem__(account)


@dataclass(slots=True)
class SmallBot:
    """The parts of a bot, and short ways to make it take its steps."""

    folder: Path
    clock: Hands
    on: Ground
    stories: Stories
    keys: list[str] = field(default_factory=list)

    async def gather(self) -> list[share.Gathered]:
        """Poll every feed now."""
        sharing = self.stories.sharing
        return [await share.gather(feed, sharing, self.clock()) for feed in sharing.feeds.values()]

    async def fill(self, identity: str, account: str = "timeline") -> share.Filled:
        """Fill one slot."""
        slot = Slot(account=account, identity=identity, at=self.clock())
        return await share.fill(slot, self.stories.sharing, self.clock())

    async def on_time(self, since: datetime, account: str = "timeline") -> share.Filled | None:
        """Fill the slot that came due since a moment."""
        sharing = self.stories.sharing
        return await share.on_time(sharing.accounts[account], sharing, self.clock(), since=since)

    async def deliver(self, account: str = "timeline") -> int:
        """Send what is due."""
        return await deliver.deliver(account, self.stories.delivering)

    async def hear(self, text: str, author: str = "@ann", **more: object) -> answer.Heard:
        """Take a mention in."""
        mention = Mention(
            account="timeline",
            remote_id=str(more.pop("key", f"{author} {len(self.keys)}")),
            author=author,
            name=author.lstrip("@"),
            text=text,
            at=self.clock(),
            **more,  # type: ignore[arg-type]
        )
        self.keys.append(mention.remote_id)
        return await answer.receive(mention, self.stories.answering)

    async def talk(self, text: str, author: str = "@ann", **more: object) -> str:
        """Say something, and give the last reply to it that stands on the timeline."""
        heard = await self.hear(text, author, **more)
        await answer.answer_waiting(self.stories.answering)
        await self.deliver()
        replies = [item.text for item in await self.timeline() if item.in_reply_to == heard.timeline]
        return replies[-1] if replies else ""

    async def tell(self) -> int:
        """Keep what was promised, and send it."""
        told = await tell.tell(self.stories.telling, self.clock())
        await self.deliver()
        return told

    async def timeline(self) -> list[TimelineItem]:
        """Everything on the timeline, oldest first."""
        return list(await self.on.db(self.on.store.timeline.items, 0, 1000))

    async def posts(self) -> list[TimelineItem]:
        """The posts on the timeline, oldest first."""
        return [item for item in await self.timeline() if item.kind == "post"]

    async def outbox(self) -> list[OutboxRow]:
        """Every delivery, oldest first."""
        rows = await self.on.db(self.on.store.outbox.rows, limit=1000)
        return sorted(rows, key=lambda row: row.id)

    async def reload(self) -> None:
        """Read the files anew."""
        self.stories = await stories(read_config(self.folder), self.on, platforms())

    def later(self, **span: float) -> datetime:
        """Move the clock on."""
        self.clock.now += timedelta(**span)
        return self.clock.now


@asynccontextmanager
async def small_bot(folder: Path, clock: Hands) -> AsyncIterator[SmallBot]:
    """Open the bot of a config folder, as a running one does."""
    settings = read_config(folder)
    async with AsyncExitStack() as stack:
        store = stack.enter_context(open_store(settings.bot.database, mode="run", now=clock()))
        on = await stack.enter_async_context(ground(settings, store, now=clock))
        yield SmallBot(folder, clock, on, await stories(settings, on, platforms()))
