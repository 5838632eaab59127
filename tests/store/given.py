"""What the store's tests start from: a moment, and short ways to say a feed, an entry, a post, a mention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.addresses import canonical
from bot.core.intake import Poll
from bot.core.websub import Subscription
from bot.model import (
    Candidate,
    Entry,
    Feed,
    FeedState,
    Match,
    Mention,
    ParsedFeed,
    Post,
    Receipt,
    Rule,
    Sifted,
    Slot,
    State,
)
from bot.store import Store

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

FEED = Feed(url="https://example.com/feed.xml", tags=("audio",), hashtags=("sound",))
OTHER = Feed(url="https://other.example/rss", own=True)

MATCH = Match(rule="greeting", stage="phrase")


def later(minutes: float) -> datetime:
    """A moment after the start."""
    return NOW + minutes * MINUTE


def entry(number: int, **more: Any) -> Entry:
    """An entry of the feed, with a link of its own."""
    fields: dict[str, Any] = {
        "key": f"{number:032x}",
        "link": f"https://example.com/post/{number}",
        "title": f"How the {number} oscillators drift",
        "html": f"<p>Oscillator {number} drifts with heat.</p>",
    }
    return Entry(**{**fields, **more})


def sifted(number: int, verdict: Any = "candidate", **more: Any) -> Sifted:
    """An entry, and what was decided about it."""
    its_entry = more.pop("entry", None) or entry(number)
    fields: dict[str, Any] = {"canonical": canonical(its_entry.link), "reason": f"it is {verdict}"}
    return Sifted(entry=its_entry, verdict=verdict, **{**fields, **more})


def gather(store: Store, numbers: Sequence[int], feed: Feed = FEED, at: datetime = NOW) -> list[int]:
    """Register a feed, if need be, and let a poll bring candidates; gives their numbers."""
    known = [state.url for state in store.feeds.states()]
    store.feeds.register([each for each in (FEED, OTHER) if each.url in (*known, feed.url)], now=at)
    state = FeedState(url=feed.url, title="Example", first_ok=at, next_at=at + HOUR)
    return store.feeds.gathered(state, feed, [sifted(number) for number in numbers], "Example", now=at)


def poll(entries: Sequence[Entry], feed: Feed = FEED, at: datetime = NOW, **before: Any) -> Poll:
    """A poll that brought a document; its feed was seen before, unless `first_ok` is None."""
    known = FeedState(url=feed.url, **{"first_ok": NOW - DAY, **before})
    after = replace(known, first_ok=known.first_ok or at, last_ok=at, next_at=at + HOUR, etag="new")
    return Poll(feed=feed, before=known, after=after, parsed=ParsedFeed(entries=tuple(entries), title=feed.url), at=at)


def slot(name: str = "wall:2026-11-22T09:00", account: str = "fedi", at: datetime = NOW) -> Slot:
    """An occasion to post."""
    return Slot(account=account, identity=name, at=at)


def post(name: str = "one", account: str = "fedi", **more: Any) -> Post:
    """A post with words, a link and a dedupe key made of its name."""
    link = f"https://example.com/{name}"
    fields: dict[str, Any] = {"dedupe_key": f"example.com/{name}", "text": f"Words on {name} {link}", "link": link}
    return Post(account=account, **{**fields, **more})


def plan(store: Store, name: str = "one", account: str = "fedi", at: datetime = NOW, **more: Any) -> int:
    """Put a post in the outbox without a slot."""
    state = more.pop("state", State.PLANNED)
    number = store.outbox.filled(None, None, post(name, account, **more), state, now=at)
    assert number is not None
    return number


def reply(store: Store, name: str = "r1", account: str = "fedi", at: datetime = NOW, **more: Any) -> tuple[int, int]:
    """Hear a mention and answer it; gives the mention's number and the delivery's."""
    number, _, _ = store.mentions.heard(mention(name, account, at=at, **more), None, now=at)
    answer = Post(
        account=account,
        text=f"Hello, {name}",
        dedupe_key=f"reply:{number}",
        reply_to=name,
        reply_to_author=str(more.get("author", "@ann@example.social")),
        reply_context={"root": "r0"},
    )
    outbox = store.mentions.answered(number, answer, MATCH, now=at)
    assert outbox is not None
    return number, outbox


def mention(name: str = "r1", account: str = "fedi", /, **more: Any) -> Mention:
    """Somebody's words to the bot."""
    fields: dict[str, Any] = {"author": "@ann@example.social", "name": "Ann", "text": "hello", "at": NOW}
    return Mention(account=account, remote_id=name, **{**fields, **more})


def candidate(name: str = "find", **more: Any) -> Candidate:
    """A link that the owner found."""
    fields: dict[str, Any] = {
        "id": 0,
        "feed": "",
        "feed_title": "",
        "key": name,
        "link": f"https://found.example/{name}",
        "canonical": f"found.example/{name}",
        "title": f"Found: {name}",
        "first_seen": NOW,
        "note": "worth an hour",
    }
    return Candidate(**{**fields, **more})


def rule(name: str = "greeting", **more: Any) -> Rule:
    """A rule that says hello."""
    fields: dict[str, Any] = {"when": ("hi",), "reply": ("Hello!",)}
    return Rule(id=name, **{**fields, **more})


def subscription(name: str = "an-id", **more: Any) -> Subscription:
    """What is asked of the feed's hub."""
    fields: dict[str, Any] = {
        "feed": FEED.url,
        "hub": "https://hub.example/",
        "topic": FEED.url,
        "callback": f"https://bot.example/websub/{name}",
        "pending": "subscribe",
        "ask_at": NOW + HOUR,
        "tries": 1,
    }
    return Subscription(id=name, **{**fields, **more})


def states(store: Store) -> dict[int, str]:
    """Every delivery's state by its number."""
    return {row.id: str(row.state) for row in store.outbox.rows(limit=1000)}


SENT = Receipt(remote_id="1099", url="https://example.social/@bot/1099", note="answered")
