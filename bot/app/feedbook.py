"""What the owner does with feeds outside of the running bot: find, try, list, import, release.  May import: all but cli."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot import __version__
from bot.app.health import health, iso
from bot.app.installed import utc_now
from bot.errors import FeedError, UsageError
from bot.feeds.discover import Found, discover
from bot.feeds.opml import Listed, write_opml
from bot.feeds.opml import read_list as parse_list
from bot.feeds.reader import Reader
from bot.model import Feed, FeedState, ParsedFeed
from bot.net import Client
from bot.net.addresses import shown
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.guard import has_begun
from bot.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one look at a feed brought."""

    url: str
    parsed: ParsedFeed | None = None
    error: str | None = None

    def lines(self) -> list[str]:
        """For a person."""
        if self.parsed is None:
            said = self.error or ""
            return [said if shown(self.url) in said else f"{self.url}: {said}"]
        parsed = self.parsed
        lines = [
            f"{parsed.title or 'without a title'}: {len(parsed.entries)} entries, read by the {parsed.parser} parser"
        ]
        if parsed.problem:
            lines.append(f"  {parsed.problem}")
        if linkless := sum(not entry.link for entry in parsed.entries):
            lines.append(f"  Without a link, so that it can't be shared: {linkless} of {len(parsed.entries)} entries.")
        for entry in parsed.entries[:5]:
            when = entry.published.strftime("%-d %b %Y") if entry.published else "undated"
            lines.append(f"  {when}  {entry.title or '(no title)'}  {entry.link}")
        return lines

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        entries = self.parsed.entries if self.parsed else ()
        return {
            "url": self.url,
            "error": self.error,
            "title": self.parsed.title if self.parsed else "",
            "parser": self.parsed.parser if self.parsed else "",
            "entries": [
                {"key": one.key, "title": one.title, "link": one.link, "published": iso(one.published)}
                for one in entries
            ],
        }


@asynccontextmanager
async def _client(settings: Settings) -> AsyncIterator[Client]:
    net = settings.net
    async with Client(
        contact=net.contact, version=__version__, allow_private=net.allow_private, spacing=net.spacing, now=utc_now
    ) as client:
        yield client


async def find(address: str, settings: Settings) -> list[Found]:
    """Look for the feeds behind an address, the best first.

    :raises UsageError: no feed is there
    :raises FeedError: nobody can tell: the address does not answer
    """
    url = shown(_with_scheme(address))
    async with _client(settings) as client:
        try:
            found = await discover(client, address)
        except FeedError as error:
            raise FeedError(str(error) if url in str(error) else f"{url}: {error}") from None
    if not found:
        raise UsageError(f"no feed was found at {address}; give the feed's own address if you know it")
    return found


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


async def try_out(address: str, settings: Settings) -> Trial:
    """Fetch and read one feed; store nothing."""
    address = _with_scheme(address)
    known = next((feed for feed in settings.feeds if feed.url == address), Feed(url=address))
    worker = Worker()
    try:
        async with _client(settings) as client:
            reader = Reader(client, worker)
            fetched = await reader.fetch(known, FeedState(url=address), utc_now())
            if fetched.body is None:
                return Trial(url=address, error="the server says that nothing changed, though it was asked afresh")
            return Trial(url=address, parsed=await reader.parse(fetched.body))
    except FeedError as error:
        return Trial(url=address, error=str(error))
    finally:
        await worker.close()


def ask_again(address: str, settings: Settings) -> None:
    """Poll a feed anew that was muted, for the owner has found it alive, and added it again."""
    if has_begun(settings.bot.database):
        with open_store(settings.bot.database, mode="write", now=utc_now()) as store:
            if store.feeds.unmute(address):
                store.feeds.mark_due([address], now=utc_now())
                store.owner.clear(f"feed:{address}")


def let_go(address: str, store: Store) -> str:
    """Let a held or muted feed go on from its present state: a new baseline, of which nothing is shared.

    :raises UsageError: the feed is unknown, or nothing holds it
    """
    state = store.feeds.state(address)
    if state is None:
        raise UsageError(f"{address} is not a feed of this bot; see: starfish feeds list")
    if state.held is None and state.muted is None:
        raise UsageError(f"{address} is neither held nor muted")
    now = utc_now()
    store.feeds.unmute(address)
    # Without validators the document comes whole, and `released` makes what stands in it the baseline.
    store.feeds.save(
        replace(
            state,
            held=None,
            muted=None,
            gone_count=0,
            released=True,
            etag=None,
            last_modified=None,
            body_hash=None,
            next_at=now,
        )
    )
    store.owner.clear(f"feed:{address}")
    return f"{address} goes on; what stands in it now counts as seen"


def read_list(file: Path) -> list[Listed]:
    """Read another reader's list of feeds.

    :raises UsageError: it is none that we know
    """
    try:
        return parse_list(file.name, file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None


def as_opml(settings: Settings) -> str:
    """All feeds, for any other reader."""
    names = {row.url: row.state.title for row in health(settings)}
    return write_opml(settings.feeds, f"{settings.bot.name}: {settings.bot.niche}", names)
