"""What several polls bring in one transaction: gathered row by row, and written at its end with few statements.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.core.addresses import canonical
from bot.core.same import title_key
from bot.core.sift import Stories
from bot.model import Candidate, Feed, Sifted
from bot.store.archive import archive_row
from bot.store.batches import read_rows, write_rows
from bot.store.candidates import COLUMNS as CANDIDATE
from bot.store.candidates import candidate_row
from bot.store.likeness import Likeness
from bot.store.part import listed
from bot.store.records import Story
from bot.store.values import clean, key_bytes, mark, packed, stamped

SOURCES = 20
"""How many further feeds of one story are named: a post has no room for more."""

ENTRY = (
    "feed, key, title, link, published, first_seen, verdict, reason, link_mark, title_mark, matched, same_as, candidate"
)


class Haul:
    """The rows of one transaction; later polls of it see what earlier ones brought."""

    def __init__(self, raw: sqlite3.Connection, likeness: Likeness, told: Iterable[Story], now: datetime) -> None:
        """`told` are the stories that its documents may repeat."""
        self._raw, self._likeness, self._now = raw, likeness, now
        self._links: dict[str, int] = {}
        self._titles: dict[str, tuple[int, str]] = {}
        self._last: int | None = None  # the newest candidate's number
        self._compared = False
        self._candidates: list[tuple[object, ...]] = []
        self._texts: list[tuple[object, ...]] = []
        self._entries: list[tuple[object, ...]] = []
        self._sources: dict[int, dict[str, None]] = {}
        for story in told:
            self._tell(story.candidate, story.canonical, story.title_key, story.feed)

    def stories(self, feed: str, familiar_links: frozenset[str]) -> Stories:
        """What the entries of a feed are compared with."""

        def near(simhash: int) -> int | None:
            if not self._compared:  # no other process adds to them within our transaction
                self._likeness.read(self._now)
                self._compared = True
            return self._likeness.near(simhash, feed)

        return Stories(by_canonical=self._links, by_title=self._titles, near=near, familiar_links=familiar_links)

    def keep(self, feed: int, sifted: Sifted, candidate: int | None, first_seen: int) -> None:
        """Keep an entry for ever, by its key; what stood there at first sight has no reasons.  `first_seen`: stamped."""
        entry, told = sifted.entry, sifted.verdict != "baseline"
        self._entries.append(
            (
                feed,
                key_bytes(entry.key),
                clean(entry.title, 1000),
                clean(entry.link),
                stamped(entry.published),
                first_seen,
                sifted.verdict,
                clean(sifted.reason) if told else "",
                mark(clean(sifted.canonical or canonical(entry.link))),
                mark(sifted.title_key or title_key(entry.title)),
                packed(sifted.matched) if told and sifted.matched else "[]",
                sifted.same_as,
                candidate,
            )
        )

    def offer(self, sifted: Sifted, feed: Feed, feed_title: str, now: datetime) -> int:
        """Make an entry a candidate, and give its number."""
        entry = sifted.entry
        candidate = Candidate(
            id=self._next(),
            feed=feed.url,
            feed_title=feed_title,
            key=entry.key,
            link=entry.link,
            canonical=sifted.canonical,
            title=entry.title,
            html=entry.html,
            author=entry.author,
            published=entry.published,
            first_seen=now,
            categories=entry.categories,
            language=entry.language,
            own=feed.own,
            tags=feed.tags,
            hashtags=feed.hashtags,
            sources=(entry.source,) if entry.source else (),
            matched=sifted.matched,
        )
        row = candidate_row(candidate, now, title_key=sifted.title_key, simhash=sifted.simhash)
        self._candidates.append((candidate.id, *row))
        self._texts.append(archive_row(candidate.id, candidate.title, candidate.html, candidate.categories))
        self._tell(candidate.id, sifted.canonical, sifted.title_key, feed.url)
        if self._compared:
            self._likeness.add(candidate.id, sifted.simhash, feed.url)
        return candidate.id

    def also_in(self, candidate: int, feed_title: str) -> None:
        """Name another feed that has a candidate's story."""
        self._sources.setdefault(candidate, {})[feed_title] = None

    def write(self) -> None:
        """Write everything."""
        write_rows(self._raw, f"INSERT INTO candidates (id, {CANDIDATE})", self._candidates)
        write_rows(self._raw, "INSERT INTO archive (rowid, title, summary)", self._texts)
        write_rows(self._raw, f"INSERT OR IGNORE INTO entries ({ENTRY})", self._entries, repeatable=True)
        if self._sources:
            self._name_sources()

    def _tell(self, candidate: int, link: str, title: str, feed: str) -> None:
        self._links[link] = candidate
        if title:
            self._titles[title] = candidate, feed

    def _next(self) -> int:
        if self._last is None:
            found = self._raw.execute("SELECT seq FROM sqlite_sequence WHERE name = 'candidates'").fetchone()
            self._last = int(found["seq"]) if found else 0
        self._last += 1
        return self._last

    def _name_sources(self) -> None:
        found = read_rows(
            self._raw,
            "id, feed_title, sources",
            "FROM candidates WHERE id IN (SELECT value FROM json_each(?))",
            listed(self._sources),
        )
        grown = []
        for number, feed_title, sources in found:
            known = json.loads(sources)
            named = dict.fromkeys([*known, *(title for title in self._sources[number] if title != feed_title)])
            if len(named) > len(known) and len(known) < SOURCES:
                grown.append((number, packed(list(named)[:SOURCES])))
        change = "UPDATE candidates SET sources = column2 FROM ("
        write_rows(self._raw, change, grown, ") WHERE id = column1", repeatable=True)
