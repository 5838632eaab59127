"""One poll of a feed, taken in: its state, every key, the new candidates, what the owner must know of it.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from bot.core import polling
from bot.core.addresses import canonical
from bot.core.entries import Stories, lookups
from bot.core.intake import Intake, Past, Poll, many_new, weigh
from bot.core.same import title_key
from bot.model import Feed, FeedState, Filters, Sifted
from bot.store import notices
from bot.store.candidates import Candidates
from bot.store.connection import Connection
from bot.store.likeness import Likeness
from bot.store.part import bulk, listed, reading, together
from bot.store.records import Familiar
from bot.store.values import clean, key_bytes, mark, moments, packed, stamp, stamped

T = TypeVar("T")

SOURCES = 20
"""How many further feeds of one story are named: a post has no room for more."""

AT_ONCE = 64
"""Rows that one statement inserts at most: 13 values each, and some SQLites take no more than 999."""

COLUMNS = (
    "feed, key, title, link, published, first_seen, verdict, reason, canonical, title_mark, matched, same_as, candidate"
)


class _Place(NamedTuple):
    """A feed as a row of the table."""

    number: int
    distrusted: int
    settled: int  # it held entries before
    told: int  # the owner has a notice of it


class Gathering(Candidates):
    """What polls bring; the part `feeds` is made of this."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._likeness = Likeness(connection)

    @bulk
    def take_in(self, poll: Poll, for_all: Filters) -> Intake:
        """Take in a changed document, or hold its feed: what is known is asked and answered in one transaction.

        What people and domains bring whom the owner blocked with `starfish block` is filtered, too.
        """
        blocks = tuple(row["what"] for row in self.all_of("SELECT what FROM blocks ORDER BY what"))
        if blocks:
            for_all = replace(for_all, block=(*for_all.block, *blocks))
        place = self._place(poll.feed.url)
        intake = weigh(poll, self._past(poll, place), for_all)
        self._save(intake.state, poll.at, told=place is None or bool(place.told))
        if not intake.held:
            self._keep(place, poll.feed, intake.sifted, poll.parsed.title or poll.feed.url, poll.at)
        return intake

    @bulk
    def gathered(
        self, state: FeedState, feed: Feed, sifted: Sequence[Sifted], feed_title: str, now: datetime
    ) -> list[int]:
        """Keep a feed's state and what was decided about its entries, oldest first; a key known already is ignored.

        After a restore a feed's first poll only makes its entries known: some were shared after the backup was made.
        Gives the candidates' numbers, oldest entry first, so that numbers grow with time.
        """
        self._save(state, now)
        place = self._place(feed.url)
        assert place is not None  # its state was just saved
        seen = self._seen(place.number, [key_bytes(each.entry.key) for each in sifted])
        new = [each for each in sifted if key_bytes(each.entry.key) not in seen]
        return self._keep(place, feed, new, feed_title, now)

    @together("polled_all")
    @bulk
    def polled(self, state: FeedState, now: datetime) -> None:
        """Keep a feed's state after a poll that brought nothing new, or failed; a mute given meanwhile stays.

        A document that hasn't changed since the backup that was restored was not shared from since, either.
        """
        self._save(state, now, trusted=_trusted(state))

    @bulk
    def polled_all(self, polls: Sequence[tuple[FeedState, datetime]]) -> list[None]:
        """Keep the states of several feeds, as `polled` does; of two states of one feed the later one."""
        latest = {clean(state.url): (state, now) for state, now in polls}
        quiet = {url for url, (state, now) in latest.items() if not state.muted and not polling.notice(state, now)}
        rows = [
            (url, _packed(state), stamped(state.next_at), _trusted(state))
            for url, (state, _) in latest.items()
            if url in quiet
        ]
        if self._rest(rows) < len(rows):  # some are no rows of the table yet
            quiet = set()
        for url, (state, now) in latest.items():
            if url not in quiet:
                self._save(state, now, trusted=_trusted(state))
        subjects = listed(f"feed:{url}" for url in quiet)
        self.change("DELETE FROM notices WHERE subject IN (SELECT value FROM json_each(?))", subjects)
        return [None] * len(polls)

    @reading
    def known(self, url: str, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys this feed held before, at any time."""
        feed = self._number(url)
        return frozenset() if feed is None else self._known(feed, keys)

    @reading
    def familiar(self, url: str, canonicals: Sequence[str], title_keys: Sequence[str]) -> Familiar:
        """What this feed held before of these links and titles, whatever their ids were: the flood guard's question."""
        feed = self._number(url)
        if feed is None:
            return Familiar()
        marks = {mark(each): each for each in title_keys if each}
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
            links=self._had(feed, canonicals),
            titles=frozenset(marks[row["title_mark"]] for row in titles),
            newest=moments(newest["at"]),
        )

    def _keep(
        self, place: _Place | None, feed: Feed, new: Sequence[Sifted], feed_title: str, now: datetime
    ) -> list[int]:
        """Keep what is new of a feed whose state was just saved; `place`: its row from before that, if it had one."""
        place = place or self._place(feed.url)
        assert place is not None
        fresh: dict[bytes, Sifted] = {}
        for each in new:
            fresh.setdefault(key_bytes(each.entry.key), each)
        if place.distrusted:
            self.change("UPDATE feeds SET distrusted = 0 WHERE id = ?", place.number)
            fresh = {key: replace(each, verdict="baseline") for key, each in fresh.items()}
        # They come oldest first, as far as their document tells; dates, where there are any, know better.
        in_time = sorted(fresh.items(), key=lambda item: item[1].entry.published or now)
        ids = {key: self._offered(each, feed, feed_title, now) for key, each in in_time if each.verdict == "candidate"}
        for each in fresh.values():
            if each.verdict == "same" and each.same_as is not None:
                self._also_in(each.same_as, feed_title)
        at = stamp(now)
        self._know([_entry_row(place.number, key, each, ids.get(key), at) for key, each in fresh.items()])
        return list(ids.values())

    def _know(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert the rows of entries, many a statement: each statement is a wait for the interpreter's lock."""
        marks = f"({', '.join('?' * len(rows[0]))})" if rows else ""
        for some in pieces(rows):
            values = [value for row in some for value in row]
            sql = f"INSERT OR IGNORE INTO entries ({COLUMNS}) VALUES {', '.join([marks] * len(some))}"  # noqa: S608 -- only marks
            self.raw.execute(sql, values)

    def _rest(self, rows: Sequence[tuple[object, ...]]) -> int:
        """Replace the states of feeds that nobody muted, many a statement; gives how many are rows of the table."""
        found = 0
        for some in pieces(rows):
            values = [value for row in some for value in row]
            found += self.change(
                "UPDATE feeds SET state = column2, next_at = column3, distrusted = distrusted AND NOT column4"
                f" FROM (VALUES {', '.join(['(?, ?, ?, ?)'] * len(some))}) WHERE url = column1",
                *values,
            )
        return found

    def _place(self, url: str) -> _Place | None:
        found = self.one(
            "SELECT id, distrusted, EXISTS (SELECT 1 FROM entries WHERE feed = feeds.id),"
            " EXISTS (SELECT 1 FROM notices WHERE subject = 'feed:' || url) FROM feeds WHERE url = ?",
            clean(url),
        )
        return None if found is None else _Place(*found)

    def _past(self, poll: Poll, place: _Place | None) -> Past:
        """What is known of all that stands in a document, as far as it matters for what is new in it."""
        url, parsed = poll.feed.url, poll.parsed
        feed = place.number if place and place.settled else None  # None: it held nothing yet
        known = frozenset() if feed is None else self._known(feed, [entry.key for entry in parsed.entries])
        if len(known) == len(parsed.entries):
            return Past(known=known)
        links, titles = lookups(parsed, known)
        familiar = Familiar()
        if feed is not None:
            # The count of all its entries takes milliseconds for an old feed, so only a flood's first sign asks for it.
            flood = many_new(parsed, known)
            familiar = self.familiar(url, links, titles) if flood else Familiar(links=self._had(feed, links))
        told = self.stories(links, titles)

        def near(simhash: int) -> int | None:
            self._likeness.read(poll.at)
            return self._likeness.near(simhash, url)

        return Past(
            known=known,
            seen=familiar.seen,
            titles=familiar.titles,
            newest=familiar.newest,
            stories=Stories(
                by_canonical={story.canonical: story.candidate for story in told},
                by_title={story.title_key: (story.candidate, story.feed) for story in told if story.title_key},
                near=near,
                familiar_links=familiar.links,
            ),
        )

    def _had(self, feed: int, canonicals: Sequence[str]) -> frozenset[str]:
        found = self.all_of(
            "SELECT DISTINCT canonical FROM entries WHERE canonical != '' AND feed = ?"
            " AND canonical IN (SELECT value FROM json_each(?))",
            feed,
            listed(clean(each) for each in canonicals),
        )
        return frozenset(row["canonical"] for row in found)

    def _insert(self, url: str, now: datetime | None) -> None:
        self.change(
            "INSERT INTO feeds (url, active, next_at, state) VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING",
            url,
            stamped(now),
            packed(FeedState(url=url)),
        )

    def _save(self, state: FeedState, now: datetime | None, *, told: bool = True, trusted: bool = False) -> None:
        """Replace a state, but never lift a mute: the owner may have given it while the poll was on its way.

        `now`: also keep the owner's notice of this feed true; `told`: there may be one.  `trusted`: it is, from now on.
        """
        url = clean(state.url)
        values = (_packed(state), stamped(state.next_at), state.muted, trusted, url)
        change = (
            "UPDATE feeds SET state = ?, next_at = ?, muted = coalesce(?, muted), distrusted = distrusted AND NOT ?"
            " WHERE url = ?"
        )
        if not self.change(change, *values):
            self._insert(url, now)
            self.change(change, *values)
            self.change("UPDATE feeds SET active = 1 WHERE url = ?", url)
        if now is None:
            return
        if notice := polling.notice(state, now):
            notices.put(self.raw, f"feed:{url}", notice, now)
        elif told:
            notices.drop(self.raw, f"feed:{url}")

    def _number(self, url: str) -> int | None:
        found = self.one("SELECT id FROM feeds WHERE url = ?", clean(url))
        return None if found is None else int(found["id"])

    def _known(self, feed: int, keys: Sequence[str]) -> frozenset[str]:
        named = {key: key_bytes(key) for key in keys}
        seen = self._seen(feed, list(named.values()))
        return frozenset(key for key, short in named.items() if short in seen)

    def _seen(self, feed: int, keys: Sequence[bytes]) -> frozenset[bytes]:
        seen: set[bytes] = set()
        for start in range(0, len(keys), 256):  # SQLite takes at least 999 values a statement
            some = keys[start : start + 256]
            # The last one fills it up to a power of two: few statements, which SQLite then knows already.
            some = [*some, *[some[-1]] * ((1 << (len(some) - 1).bit_length()) - len(some))]
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


def pieces(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts of at most `AT_ONCE` rows, each of a power of two: few statements, which SQLite then knows already."""
    start, size = 0, AT_ONCE
    while start < len(rows):
        if len(rows) - start < size:
            size //= 2
            continue
        yield rows[start : start + size]
        start += size


def _packed(state: FeedState) -> str:
    """A state as its column holds it: without what has columns of its own."""
    return packed(state, url=clean(state.url), next_at=None, muted=None)


def _trusted(state: FeedState) -> bool:
    """Whether a poll that ended so makes a feed trusted again after a restore."""
    return not state.errors and not state.held


def _entry_row(feed: int, key: bytes, sifted: Sifted, candidate: int | None, seen_at: int) -> tuple[object, ...]:
    """One seen entry; what stood there at first sight keeps what it is known by, and no reasons."""
    entry, told = sifted.entry, sifted.verdict != "baseline"
    return (
        feed,
        key,
        clean(entry.title, 1000),
        clean(entry.link),
        stamped(entry.published),
        seen_at,
        sifted.verdict,
        clean(sifted.reason) if told else "",
        clean(sifted.canonical or canonical(entry.link)),
        mark(sifted.title_key or title_key(entry.title)),
        packed(sifted.matched) if told and sifted.matched else "[]",
        sifted.same_as,
        candidate,
    )
