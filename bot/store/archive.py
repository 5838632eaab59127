"""The archive: full-text search over all candidates and what was shared of them.

May import: model, and within the store its own parts.
Chinese, Japanese and Korean have no spaces between words, and SQLite's tokenizer finds none of them: a space around
each such character, in the index and in the question, makes every character a word and a word a phrase (measured:
words of two characters are found so, which the trigram tokenizer cannot).
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterable, Sequence

from bot.store.part import Part, reading
from bot.store.records import Found
from bot.store.values import clean, moment, whole

SUMMARY = 420
"""Characters of an entry's own text that are searchable, beside its title."""

RAW = 4_000
"""Characters of foreign HTML looked at for them: enough for markup-heavy beginnings, and a bound on the work."""

LINE = 200
"""Characters of an article that was never shared, as a line about it."""

WORDS = 8
"""Words of a question that are looked for."""

WINDOW = 5_000
"""The newest numbers that a ranked question looks at first: ranking everything takes 50 ms for a common word."""

_TAG = re.compile(r"<[^<>]*>")  # stops at the next "<", so a row of unclosed ones costs no more than its length
_SPACE = re.compile(r"\s+")
_CJK = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f])")
_ALIASES = {"c++": "cplusplus", "c#": "csharp", "f#": "fsharp", ".net": "dotnet", "node.js": "nodejs"}
_NAMED = re.compile(r"(?<!\w)(?:c\+\+|c#|f#|\.net|node\.js)(?!\w)", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def indexed(text: str) -> str:
    """Give a text the form that is indexed and asked for: names with signs as words, ideographs apart."""
    return _SPACE.sub(" ", _CJK.sub(r" \1 ", _renamed(text))).strip()


def remember(raw: sqlite3.Connection, candidate: int, title: str, foreign: str, topics: Iterable[str] = ()) -> None:
    """Make a candidate findable by its title, its categories and the beginning of its text."""
    named = ", ".join(topics)
    begins = f"{named}. {_plain(foreign)}" if named else _plain(foreign)
    raw.execute(
        "INSERT INTO archive (rowid, title, summary) VALUES (?, ?, ?)",
        (candidate, indexed(clean(title, 1000)), indexed(clean(begins, SUMMARY))),
    )


def remember_post(raw: sqlite3.Connection, candidate: int, text: str) -> None:
    """Make it findable by what was said about it, too."""
    raw.execute(
        "UPDATE archive SET summary = ? || ' ' || summary WHERE rowid = ?", (indexed(clean(text, SUMMARY)), candidate)
    )


class Archive(Part):
    """What the bot has read and said, searchable."""

    name = "archive"

    @reading
    def find(self, question: str, limit: int, *, newest: bool = False) -> list[Found]:
        """Look for a question's words: all of them, else any of its three rarest.

        Best first (a title counts four times), or the newest first where all words are found.  Whatever the question
        holds, it is only words: none of FTS5's operators gets through.
        """
        words = _phrases(_WORD.findall(_renamed(clean(question, 2_000))))[:WORDS]
        if not words or limit <= 0:
            return []
        found = self._matching(" AND ".join(words), limit, newest=newest)
        if not found and len(words) > 1:
            found = self._matching(" OR ".join(self._rarest(words, 3)), limit)
        return self._told(found)

    @reading
    def newest(self, account: str, limit: int) -> list[Found]:
        """What an account shared last; before it shared anything, what was read last."""
        rows = self.all_of(
            "SELECT candidate FROM outbox WHERE account = ? AND state = 'sent' AND kind = 'post' AND candidate IS NOT NULL"
            " ORDER BY id DESC LIMIT ?",
            account,
            whole(limit),
        ) or self.all_of("SELECT id AS candidate FROM candidates ORDER BY id DESC LIMIT ?", whole(limit))
        return self._told(row["candidate"] for row in rows)

    @reading
    def similar(self, candidate: int, limit: int) -> list[Found]:
        """Look for more like a candidate: by its six rarest words, other feeds before its own."""
        own = self.one(
            "SELECT archive.title || ' ' || summary AS words, feed FROM archive JOIN candidates ON id = archive.rowid"
            " WHERE id = ?",
            whole(candidate),
        )
        words = self._rarest(_phrases(_WORD.findall(own["words"])), 6) if own else []
        if own is None or not words or limit <= 0:
            return []
        near = [number for number in self._matching(" OR ".join(words), limit + 20) if number != candidate]
        same = {
            number
            for number in near
            if self.number("SELECT feed = ? FROM candidates WHERE id = ?", own["feed"], number)
        }
        return self._told(sorted(near, key=lambda number: number in same)[:limit])

    def _matching(self, match: str, limit: int, *, newest: bool = False) -> list[int]:
        sql = "SELECT rowid FROM archive WHERE archive MATCH ? AND rowid > ?"
        if newest:
            found = self.all_of(f"{sql} ORDER BY rowid DESC LIMIT ?", match, 0, whole(limit))
        else:
            ranked = f"{sql} ORDER BY bm25(archive, 4.0, 1.0), rowid DESC LIMIT ?"
            last = self.number("SELECT max(rowid) FROM archive")
            found = self.all_of(ranked, match, last - WINDOW, whole(limit))
            if len(found) < min(limit, 3) and last > WINDOW:
                found = self.all_of(ranked, match, 0, whole(limit))
        return [row["rowid"] for row in found]

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

    def _rarest(self, phrases: Sequence[str], count: int) -> list[str]:
        """The rarest, by how many texts hold their first word; words that no text holds help nobody."""
        counted = []
        for place, phrase in enumerate(phrases):
            word = phrase.strip('"').split()[0].lower()
            texts = self.number("SELECT doc FROM archive_words WHERE term = ?", word)
            counted.append((texts or 2**31, place, phrase))
        return [phrase for _, _, phrase in sorted(counted)[:count]]


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
        link=row["posted"] or row["link"],
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
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", foreign[:RAW]))).strip()


def _renamed(text: str) -> str:
    return _NAMED.sub(lambda found: _ALIASES[found[0].lower()], text)


def _phrases(words: Iterable[str]) -> list[str]:
    """Words as quoted phrases, each once; a run of ideographs is one phrase."""
    return list(dict.fromkeys(f'"{indexed(word)}"' for word in words))
