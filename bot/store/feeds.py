"""What is known of each feed: its state, when it is due, every key it ever held.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.addresses import canonical
from bot.core.same import title_key
from bot.model import Feed, FeedState, Sifted
from bot.store.candidates import Candidates
from bot.store.part import bulk, durable, listed, reading
from bot.store.records import Familiar, FeedCounts, SeenEntry
from bot.store.values import clean, key_bytes, mark, moment, moments, packed, stamp, stamped, unpacked, whole

SOURCES = 20
"""How many further feeds of one story are named: a post has no room for more."""


class Feeds(Candidates):
    """The feeds, their entries, and the candidates that came of them."""

    name = "feeds"

    @durable
    def register(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Take over the configured feeds: new ones are due now; others rest, and keep their keys for ever."""
        urls = [clean(feed.url) for feed in feeds]
        self.change(
            "UPDATE feeds SET active = 0 WHERE active AND url NOT IN (SELECT value FROM json_each(?))", listed(urls)
        )
        for url in urls:
            self._insert(url, now)
        self.change(
            "UPDATE feeds SET active = 1 WHERE NOT active AND url IN (SELECT value FROM json_each(?))", listed(urls)
        )

    @reading
    def state(self, url: str) -> FeedState | None:
        """What is known of one feed, also of one that rests."""
        found = self.one("SELECT * FROM feeds WHERE url = ?", clean(url))
        return None if found is None else _state(found)

    @reading
    def states(self) -> list[FeedState]:
        """All active feeds."""
        return [_state(row) for row in self.all_of("SELECT * FROM feeds WHERE active ORDER BY id")]

    @reading
    def due(self, now: datetime, limit: int) -> list[str]:
        """The addresses to poll now, the longest overdue first; muted ones never, held ones too."""
        found = self.all_of(
            "SELECT url FROM feeds WHERE active AND muted IS NULL AND next_at <= ? ORDER BY next_at LIMIT ?",
            stamp(now),
            whole(limit),
        )
        return [row["url"] for row in found]

    @reading
    def next_due(self) -> datetime | None:
        """When the next feed is due; it may be past."""
        found = self.one("SELECT min(next_at) AS at FROM feeds WHERE active AND muted IS NULL")
        return moments(found["at"]) if found else None

    @durable
    def mark_due(self, urls: Sequence[str] | None, now: datetime) -> int:
        """Make these feeds due now (None: all active ones); gives how many that were not."""
        every = urls is None
        return self.change(
            "UPDATE feeds SET next_at = ? WHERE active AND muted IS NULL AND next_at > ?"
            " AND (? OR url IN (SELECT value FROM json_each(?)))",
            stamp(now),
            stamp(now),
            every,
            listed(map(clean, urls or ())),
        )

    @reading
    def known(self, url: str, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys this feed held before, at any time."""
        feed = self._number(url)
        if feed is None:
            return frozenset()
        seen = self._seen(feed, [key_bytes(key) for key in keys])
        return frozenset(key for key in keys if key_bytes(key) in seen)

    @reading
    def familiar(self, url: str, canonicals: Sequence[str], title_keys: Sequence[str]) -> Familiar:
        """What this feed held before of these links and titles, whatever their ids were: the flood guard's question."""
        feed = self._number(url)
        if feed is None:
            return Familiar()
        marks = {mark(each): each for each in title_keys if each}
        links = self.all_of(
            "SELECT DISTINCT canonical FROM entries WHERE canonical != '' AND feed = ?"
            " AND canonical IN (SELECT value FROM json_each(?))",
            feed,
            listed(clean(each) for each in canonicals),
        )
        titles = self.all_of(
            "SELECT DISTINCT title_mark FROM entries WHERE title_mark != 0 AND feed = ?"
            " AND title_mark IN (SELECT value FROM json_each(?))",
            feed,
            listed(marks),
        )
        newest = self.one("SELECT count(*) AS seen, max(published) AS at FROM entries WHERE feed = ?", feed)
        assert newest is not None  # an aggregate always has a row
        return Familiar(
            seen=newest["seen"],
            links=frozenset(row["canonical"] for row in links),
            titles=frozenset(marks[row["title_mark"]] for row in titles),
            newest=moments(newest["at"]),
        )

    @reading
    def seen_count(self, url: str) -> int:
        """How many entries this feed ever held."""
        return self.number("SELECT count(*) FROM entries WHERE feed = (SELECT id FROM feeds WHERE url = ?)", clean(url))

    @bulk
    def gathered(
        self, state: FeedState, feed: Feed, sifted: Sequence[Sifted], feed_title: str, now: datetime
    ) -> list[int]:
        """Take in one poll: the feed's state, every key, the new candidates; a key known already is ignored.

        After a restore a feed's first poll only makes its entries known: some were shared after the backup was made.
        Gives the candidates' numbers, oldest entry first, so that numbers grow with time.
        """
        number = self._save(state, now)
        seen = self._seen(number, [key_bytes(each.entry.key) for each in sifted])
        fresh: dict[bytes, Sifted] = {}
        for each in sifted:
            if (key := key_bytes(each.entry.key)) not in seen:
                fresh.setdefault(key, each)
        if self.change("UPDATE feeds SET distrusted = 0 WHERE id = ? AND distrusted", number):
            fresh = {key: replace(each, verdict="baseline") for key, each in fresh.items()}
        # Documents mostly stand newest first; dates, where there are any, know better.
        in_time = sorted(reversed(fresh.items()), key=lambda item: item[1].entry.published or now)  # noqa: C414 -- stable
        ids = {key: self._offered(each, feed, feed_title, now) for key, each in in_time if each.verdict == "candidate"}
        for each in fresh.values():
            if each.verdict == "same" and each.same_as is not None:
                self._also_in(each.same_as, feed_title)
        rows = [_entry_row(number, key, each, ids.get(key), now) for key, each in fresh.items()]
        if rows:
            self.db.table("entries").insert_all(rows, ignore=True, batch_size=100)
        return list(ids.values())

    @bulk
    def polled(self, state: FeedState) -> None:
        """Keep a feed's state after a poll that brought nothing new, or failed; a mute given meanwhile stays."""
        self._save(state, None)

    @durable
    def save(self, state: FeedState) -> None:
        """Replace a feed's state as a whole."""
        self._save(state, None)
        self.change("UPDATE feeds SET muted = ? WHERE url = ?", state.muted, clean(state.url))

    @bulk
    def hold_host(self, host: str, until: datetime) -> None:
        """Ask nothing of a host before a time; of two holds the longer one counts."""
        self.change(
            "INSERT INTO hosts VALUES (?, ?) ON CONFLICT DO UPDATE SET hold_until = max(hold_until, excluded.hold_until)",
            clean(host),
            stamp(until),
        )

    @reading
    def held_hosts(self, now: datetime) -> dict[str, datetime]:
        """The hosts to leave alone, and until when."""
        found = self.all_of("SELECT host, hold_until FROM hosts WHERE hold_until > ?", stamp(now))
        return {row["host"]: moment(row["hold_until"]) for row in found}

    @durable
    def mute(self, url: str, reason: str) -> bool:
        """Stop polling a feed and offering what came of it, until `unmute`."""
        return self.change("UPDATE feeds SET muted = ? WHERE url = ?", clean(reason) or "muted", clean(url)) == 1

    @durable
    def unmute(self, url: str) -> bool:
        """Poll it again, when it is due; what it offered waits still."""
        return self.change("UPDATE feeds SET muted = NULL WHERE url = ? AND muted IS NOT NULL", clean(url)) == 1

    @reading
    def counts(self) -> dict[str, FeedCounts]:
        """What came of each active feed so far, by its url."""
        found = self.all_of(
            "SELECT url, (SELECT count(*) FROM entries WHERE feed = feeds.id) AS entries,"
            " (SELECT count(*) FROM candidates WHERE feed = feeds.url) AS candidates,"
            " count(outbox.id) AS shared, max(outbox.sent_at) AS last_shared"
            " FROM feeds LEFT JOIN candidates ON candidates.feed = feeds.url"
            " LEFT JOIN outbox ON outbox.candidate = candidates.id AND outbox.state = 'sent'"
            " WHERE active GROUP BY feeds.id ORDER BY feeds.id"
        )
        return {
            row["url"]: FeedCounts(
                entries=row["entries"],
                candidates=row["candidates"],
                shared=row["shared"],
                last_shared=moments(row["last_shared"]),
            )
            for row in found
        }

    @reading
    def entry_of(self, link: str) -> list[SeenEntry]:
        """Every entry with this canonical link, or a link that comes to the same, the first seen first."""
        found = self.all_of(
            "SELECT entries.*, feeds.url AS url FROM entries JOIN feeds ON feeds.id = entries.feed"
            " WHERE canonical != '' AND canonical IN (?, ?) ORDER BY first_seen, entries.rowid",
            clean(link),
            clean(canonical(link)),
        )
        return [_seen_entry(row) for row in found]

    def _insert(self, url: str, now: datetime | None) -> None:
        self.change(
            "INSERT INTO feeds (url, active, next_at, state) VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING",
            url,
            stamped(now),
            packed(FeedState(url=url)),
        )

    def _save(self, state: FeedState, now: datetime | None) -> int:
        """Replace a state, but never lift a mute: the owner may have given it while the poll was on its way."""
        url = clean(state.url)
        values = (packed(replace(state, url=url, next_at=None, muted=None)), stamped(state.next_at), state.muted, url)
        change = "UPDATE feeds SET state = ?, next_at = ?, muted = coalesce(?, muted) WHERE url = ?"
        if not self.change(change, *values):
            self._insert(url, now)
            self.change(change, *values)
            self.change("UPDATE feeds SET active = 1 WHERE url = ?", url)
        return self.number("SELECT id FROM feeds WHERE url = ?", url)

    def _number(self, url: str) -> int | None:
        found = self.one("SELECT id FROM feeds WHERE url = ?", clean(url))
        return None if found is None else int(found["id"])

    def _seen(self, feed: int, keys: Sequence[bytes]) -> frozenset[bytes]:
        seen: set[bytes] = set()
        for start in range(0, len(keys), 500):  # SQLite takes at least 999 values a statement
            some = keys[start : start + 500]
            marks = ",".join("?" * len(some))
            found = self.all_of(f"SELECT key FROM entries WHERE feed = ? AND key IN ({marks})", feed, *some)  # noqa: S608 -- only marks
            seen.update(row["key"] for row in found)
        return frozenset(seen)

    def _also_in(self, candidate: int, feed_title: str) -> None:
        found = self.one("SELECT feed_title, sources FROM candidates WHERE id = ?", candidate)
        if found is None or feed_title == found["feed_title"]:
            return
        sources = json.loads(found["sources"])
        if feed_title not in sources and len(sources) < SOURCES:
            self.change("UPDATE candidates SET sources = ? WHERE id = ?", packed([*sources, feed_title]), candidate)


def _state(row: sqlite3.Row) -> FeedState:
    return replace(unpacked(FeedState, row["state"]), next_at=moments(row["next_at"]), muted=row["muted"])


def _entry_row(feed: int, key: bytes, sifted: Sifted, candidate: int | None, now: datetime) -> dict[str, object]:
    """One seen entry; what stood there at first sight keeps what it is known by, and no reasons."""
    told = sifted.verdict != "baseline"
    return {
        "feed": feed,
        "key": key,
        "title": clean(sifted.entry.title, 1000),
        "link": clean(sifted.entry.link),
        "published": stamped(sifted.entry.published),
        "first_seen": stamp(now),
        "verdict": sifted.verdict,
        "reason": clean(sifted.reason) if told else "",
        "canonical": clean(sifted.canonical or canonical(sifted.entry.link)),
        "title_mark": mark(sifted.title_key or title_key(sifted.entry.title)),
        "matched": packed(sifted.matched) if told else "[]",
        "same_as": sifted.same_as,
        "candidate": candidate,
    }


def _seen_entry(row: sqlite3.Row) -> SeenEntry:
    return SeenEntry(
        feed=row["url"],
        key=row["key"].hex(),
        title=row["title"],
        link=row["link"],
        published=moments(row["published"]),
        first_seen=moment(row["first_seen"]),
        verdict=row["verdict"],
        reason=row["reason"],
        canonical=row["canonical"],
        matched=tuple(json.loads(row["matched"])),
        same_as=row["same_as"],
        candidate=row["candidate"],
    )
