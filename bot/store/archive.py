"""The archive: full-text search over all candidates and what was shared of them.

May import: model, core.addresses, core.search, and within the store its own parts.
What is asked and what is indexed go through the same words of `core/search.py`: names with signs, scripts without spaces.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.core.addresses import without_trackers
from bot.core.search import indexable, phrases
from bot.core.words import fold
from bot.store.part import Part, reading
from bot.store.records import Found
from bot.store.values import INTEGER, clean, moment, stamp, whole

SUMMARY = 420
"""Characters of an entry's own text that are searchable, beside its title."""

RAW = 4_000
"""Characters of foreign HTML looked at for them: enough for markup-heavy beginnings, and a bound on the work."""

LINE = 200
"""Characters of an article that was never shared, as a line about it."""

SINGULAR = 4
"""Letters of the shortest word that is looked for in its other number, too."""

WINDOW = 5_000
"""The newest numbers that a ranked question looks at first: ranking everything takes 50 ms for a common word."""

SHARED = "starfishshared"
"""A word added to what was shared, so that own shares are found first by the index alone."""

ALIKE_WORDS = 14
"""Words of an article that are counted to find its rarest, the longest: counting a common one takes milliseconds."""

_TAG = re.compile(r"<[^<>]*>")  # stops at the next "<", so a row of unclosed ones costs no more than its length


def indexed(text: str) -> str:
    """Give a text the form that is indexed: names with signs as words, letters of scripts without spaces apart."""
    return " ".join(indexable(text).split())


def remember(raw: sqlite3.Connection, candidate: int, title: str, foreign: str, topics: Iterable[str] = ()) -> None:
    """Make a candidate findable by its title, its categories and the beginning of its text."""
    raw.execute(
        "INSERT INTO archive (rowid, title, summary) VALUES (?, ?, ?)", archive_row(candidate, title, foreign, topics)
    )


def archive_row(candidate: int, title: str, foreign: str, topics: Iterable[str]) -> tuple[object, ...]:
    """Give what is indexed of a candidate: its number, title and summary."""
    named = ", ".join(topics)
    begins = f"{named}. {_plain(foreign)}" if named else _plain(foreign)
    return candidate, indexed(clean(title, 1000)), indexed(clean(begins, SUMMARY))


def remember_post(raw: sqlite3.Connection, candidate: int, text: str) -> None:
    """Make it findable by what was said about it, too."""
    raw.execute(
        "UPDATE archive SET summary = ? || ' ' || summary WHERE rowid = ?",
        (f"{SHARED} {indexed(clean(text, SUMMARY))}", candidate),
    )


class Archive(Part):
    """What the bot has read and said, searchable."""

    name = "archive"

    @reading
    def find(
        self,
        question: str,
        limit: int,
        *,
        newest: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        every_word: bool = False,
    ) -> list[Found]:
        """Look for a question's words: all of them, else (but for `every_word`) any of its three rarest.

        Own shares stand before what was only read.
        Best first (a title counts four times), or the newest first.  With a time: what was shared, or read, in it.
        Whatever the question holds, it is only words: none of FTS5's operators gets through.
        """
        words = phrases(clean(question, 2_000))
        if not words or limit <= 0:
            return []
        span = _span(since, until)
        for match in self._questions(words, every_word=every_word):
            found = self._shared(match, limit, span, newest=newest) or self._read(match, limit, span, newest=newest)
            if found:
                return self._told(found)
        return []

    @reading
    def newest(
        self, account: str, limit: int, since: datetime | None = None, until: datetime | None = None
    ) -> list[Found]:
        """What an account shared last (within a time); before it ever shared anything, what was read last."""
        first, last = _span(since, until)
        rows = self.all_of(
            "SELECT candidate FROM outbox WHERE account = ? AND kind = 'post' AND sent_at >= ? AND sent_at < ?"
            " AND state = 'sent' AND candidate IS NOT NULL ORDER BY sent_at DESC, id DESC LIMIT ?",
            account,
            first,
            last,
            whole(limit),
        )
        if not rows and since is None and until is None:
            rows = self.all_of("SELECT id AS candidate FROM candidates ORDER BY id DESC LIMIT ?", whole(limit))
        return self._told(row["candidate"] for row in rows)

    @reading
    def similar(self, candidate: int, limit: int) -> list[Found]:
        """Look for more like a candidate: by its six rarest words; own shares first, then other feeds' before its own."""
        own = self.one(
            "SELECT archive.title || ' ' || summary AS words, feed FROM archive JOIN candidates ON id = archive.rowid"
            " WHERE id = ?",
            whole(candidate),
        )
        told = [word for word in phrases(own["words"], SUMMARY) if word != f'"{SHARED}"'] if own else []
        words = self._rarest(sorted(told, key=len, reverse=True)[:ALIKE_WORDS], 6)
        if own is None or not words or limit <= 0:
            return []
        near = [number for number in self._read(" OR ".join(words), limit + 20, _ALWAYS) if number != candidate]
        rank = {number: (not self._was_shared(number), self._is_of(number, own["feed"])) for number in near}
        return self._told(sorted(near, key=rank.__getitem__)[:limit])

    def _questions(self, words: Sequence[str], *, every_word: bool) -> Iterator[str]:
        """The full-text questions to try in turn: all words as they are, all in one number or the other, some."""
        yield " AND ".join(words)
        forms = [_forms(word) for word in words]
        if forms != words:
            yield " AND ".join(forms)
        if len(words) > 1 and not every_word:
            yield " OR ".join(self._rarest(words, 3))

    def _shared(self, match: str, limit: int, span: tuple[int, int], *, newest: bool) -> list[int]:
        """What was shared in a time: the index knows which may have been, the outbox when."""
        order = "archive.rowid DESC" if newest else "bm25(archive, 4.0, 1.0), archive.rowid DESC"
        found = self.all_of(
            "SELECT archive.rowid AS number, (SELECT max(sent_at) FROM outbox WHERE candidate = archive.rowid"  # noqa: S608 -- two constants
            " AND state = 'sent' AND kind = 'post') AS at FROM archive WHERE archive MATCH ? AND at >= ? AND at < ?"
            f" ORDER BY {order} LIMIT ?",
            f"({match}) AND {SHARED}",
            *span,
            whole(limit) + 20 if newest else whole(limit),
        )
        # What was seen last was shared last, as a rule; a draft that waited long for its approval was shared later.
        ordered = sorted(found, key=lambda row: -row["at"]) if newest else found
        return [row["number"] for row in ordered[:limit]]

    def _read(self, match: str, limit: int, span: tuple[int, int], *, newest: bool = False) -> list[int]:
        """What was read in a time, shared or not; numbers grow with first sight."""
        sql = "SELECT rowid FROM archive WHERE archive MATCH ? AND rowid >= ? AND rowid < ?"
        first, last = (0, INTEGER) if span == _ALWAYS else (self._first_from(span[0]), self._first_from(span[1]))
        if newest:
            found = self.all_of(f"{sql} ORDER BY rowid DESC LIMIT ?", match, first, last, whole(limit))
        else:
            ranked = f"{sql} ORDER BY bm25(archive, 4.0, 1.0), rowid DESC LIMIT ?"
            end = min(last, 1 + self.number("SELECT rowid FROM archive ORDER BY rowid DESC LIMIT 1"))
            found = self.all_of(ranked, match, max(first, end - WINDOW), last, whole(limit))
            if len(found) < min(limit, 3) and end - WINDOW > first:
                found = self.all_of(ranked, match, first, last, whole(limit))
        return [row["rowid"] for row in found]

    def _was_shared(self, candidate: int) -> bool:
        sent = "SELECT 1 FROM outbox WHERE candidate = ? AND state = 'sent' AND kind = 'post'"
        return self.one(sent, candidate) is not None

    def _is_of(self, candidate: int, feed: str) -> bool:
        return self.number("SELECT feed = ? FROM candidates WHERE id = ?", feed, candidate) == 1

    def _first_from(self, at: int) -> int:
        """The first number seen at a time or after it; if there is none, one that no candidate has."""
        row = self.one("SELECT id FROM candidates WHERE first_seen >= ? ORDER BY first_seen, id LIMIT 1", at)
        return INTEGER if row is None else int(row["id"])

    def _told(self, candidates: Iterable[int]) -> list[Found]:
        found = []
        for candidate in candidates:
            row = self.one(
                "SELECT candidates.*, outbox.text AS said, outbox.link AS posted, outbox.sent_at AS sent_at"
                " FROM candidates LEFT JOIN outbox ON outbox.candidate = candidates.id AND state = 'sent'"
                " WHERE candidates.id = ? ORDER BY outbox.id LIMIT 1",
                candidate,
            )
            if row is not None:
                found.append(_found(row))
        return found

    def _rarest(self, words: Sequence[str], count: int) -> list[str]:
        """The rarest, by how many texts hold their first word; words that no text holds help nobody."""
        counted = []
        for place, phrase in enumerate(words):
            word = fold(phrase.strip('"').split()[0].casefold())
            texts = self.number("SELECT doc FROM archive_words WHERE term = ?", word)
            counted.append((texts or 2**31, place, phrase))
        return [phrase for _, _, phrase in sorted(counted)[:count]]


_ALWAYS = (0, INTEGER)
"""No time named: from the first to the last microsecond that can be stored."""


def _span(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    first, last = _ALWAYS
    return first if since is None else stamp(since), last if until is None else stamp(until)


def _forms(phrase: str) -> str:
    """A word of English letters in both of its numbers: "stairwells" finds a stairwell."""
    word = phrase.strip('"')
    if len(word) < SINGULAR or not (word.isascii() and word.isalpha()):
        return phrase
    other = f"{word}s" if not word.endswith("s") else word if word.endswith("ss") else word[:-1]
    return f'({phrase} OR "{other}")' if other != word else phrase


def _found(row: sqlite3.Row) -> Found:
    """What the bot said of it, without the link and what follows it; else its own first words."""
    said = row["said"]
    if said is not None:
        line = said.partition(row["posted"])[0].strip() if row["posted"] else said
    else:
        line = _beginning(_plain(row["html"]))
    return Found(
        candidate=row["id"],
        title=row["title"],
        line=line or row["title"],
        link=row["posted"] or without_trackers(row["link"]),
        feed_title=row["feed_title"],
        at=moment(row["sent_at"] or row["first_seen"]),
        shared=said is not None,
    )


def _beginning(text: str) -> str:
    if len(text) <= LINE:
        return text
    words = text[:LINE].rpartition(" ")[0] or text[:LINE]
    return f"{words}…"


def _plain(foreign: str) -> str:
    text = _TAG.sub(" ", foreign[:RAW])
    return " ".join((html.unescape(text) if "&" in text else text).split())
