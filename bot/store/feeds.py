"""What is known of each feed: its state, when it is due, every key it ever held.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.core.addresses import canonical
from bot.core.intake import Intake, Poll
from bot.model import Feed, FeedState, Filters, ParsedFeed
from bot.store.gathering import Gathering
from bot.store.part import bulk, durable, listed, reading, together
from bot.store.records import Due, FeedCounts, SeenEntry
from bot.store.values import INTEGER, clean, mark, moment, moments, stamp, unpacked, whole


class Feeds(Gathering):
    """The feeds, their entries, and the candidates that came of them."""

    name = "feeds"

    @durable
    def register(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Take over the configured feeds: new ones are due now; others rest, and keep their keys for ever."""
        urls = [clean(feed.url) for feed in feeds]
        self.change(
            "UPDATE feeds SET active = 0 WHERE active AND url NOT IN (SELECT value FROM json_each(?))", listed(urls)
        )
        self.change("DELETE FROM notices WHERE subject IN (SELECT 'feed:' || url FROM feeds WHERE NOT active)")
        for url in urls:
            self._insert(url, now)
        self.change(
            "UPDATE feeds SET active = 1 WHERE NOT active AND url IN (SELECT value FROM json_each(?))", listed(urls)
        )

    @together("states_of")
    @reading
    def state(self, url: str) -> FeedState | None:
        """What is known of one feed, also of one that rests."""
        found = self.one("SELECT * FROM feeds WHERE url = ?", clean(url))
        return None if found is None else _state(found["state"], found["next_at"], found["muted"])

    @reading
    def states_of(self, urls: Sequence[tuple[str]]) -> list[FeedState | None]:
        """The same for several feeds, by one question."""
        found = self.all_at_once(
            "url, state, next_at, muted",
            "FROM feeds WHERE url IN (SELECT value FROM json_each(?))",
            listed(clean(url) for (url,) in urls),
        )
        states = {url: _state(*rest) for url, *rest in found}
        return [states.get(clean(url)) for (url,) in urls]

    @reading
    def states(self) -> list[FeedState]:
        """All active feeds."""
        found = self.all_of("SELECT state, next_at, muted FROM feeds WHERE active ORDER BY id")
        return [_state(*row) for row in found]

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
    def line(self, now: datetime, behind: Due | None, limit: int) -> list[Due]:
        """The feeds to poll now, as `due`, piece by piece: those that stand behind one, or the first ones."""
        sql = "SELECT next_at, id, url FROM feeds WHERE active AND muted IS NULL AND "
        found: list[sqlite3.Row] = []
        if behind:  # two questions: each goes straight through the index, the two in one would not
            same = f"{sql} next_at = ? AND id > ? ORDER BY id LIMIT ?"
            found = self.all_of(same, behind.at, behind.number, whole(limit))
        later = f"{sql} next_at > ? AND next_at <= ? ORDER BY next_at, id LIMIT ?"
        first = behind.at if behind else -INTEGER - 1
        found += self.all_of(later, first, stamp(now), whole(limit) - len(found))
        return [Due(*row) for row in found]

    @reading
    def next_due(self) -> datetime | None:
        """When the next feed is due; it may be past."""
        found = self.one("SELECT min(next_at) AS at FROM feeds WHERE active AND muted IS NULL")
        return moments(found["at"]) if found else None

    @bulk
    def delivered(self, feed: Feed, parsed: ParsedFeed, for_all: Filters, now: datetime) -> Intake | None:
        """Take in what a feed's hub brought; what is known of the feed stays but for what was new in it.

        None, and nothing taken in, where only the whole document tells what is new: before the first poll, after the
        owner's word on a held feed, or after a restore.
        """
        before = self.state(feed.url)
        if before is None or before.first_ok is None or before.held or before.released or before.muted:
            return None
        if self.number("SELECT distrusted FROM feeds WHERE url = ?", clean(feed.url)):
            return None
        return self.take_in(Poll(feed=feed, before=before, after=before, parsed=parsed, at=now), for_all)

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
    def seen_count(self, url: str) -> int:
        """How many entries this feed ever held."""
        return self.number("SELECT count(*) FROM entries WHERE feed = (SELECT id FROM feeds WHERE url = ?)", clean(url))

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
            # Feed by feed, as their index is: a hundred thousand of them take a tenth of a second.
            "SELECT entries.*, feeds.url AS url FROM feeds CROSS JOIN entries ON entries.feed = feeds.id"
            " WHERE link_mark != 0 AND link_mark IN (?, ?) ORDER BY first_seen, entries.rowid",
            mark(clean(link)),
            mark(clean(canonical(link))),
        )
        return [_seen_entry(row) for row in found]


def _state(packed: str, next_at: int | None, muted: str | None) -> FeedState:
    return unpacked(FeedState, packed, next_at=moments(next_at), muted=muted)


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
        canonical=canonical(row["link"]),
        matched=tuple(json.loads(row["matched"])),
        same_as=row["same_as"],
        candidate=row["candidate"],
    )
