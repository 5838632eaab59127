"""The archive: full-text search over all candidates and what was shared of them.

May import: model, and within the store its own parts.
Chinese, Japanese and Korean have no spaces between words, and SQLite's tokenizer finds none of them: a space around
each such character, in the index and in the question, makes every character a word and a word a phrase (measured:
words of two characters are found so, which the trigram tokenizer cannot).
"""

from __future__ import annotations

import html
import json
import re
import sqlite3

from bot.store.part import Part, reading
from bot.store.records import Found
from bot.store.values import clean, moment, whole

SUMMARY = 420
"""Characters of an entry's own text that are searchable, beside its title."""

RAW = 4_000
"""Characters of foreign HTML looked at for them: enough for markup-heavy beginnings, and a bound on the work."""

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
    named = _NAMED.sub(lambda found: _ALIASES[found[0].lower()], text)
    return _SPACE.sub(" ", _CJK.sub(r" \1 ", named)).strip()


def remember(raw: sqlite3.Connection, candidate: int, title: str, foreign: str) -> None:
    """Make a candidate findable by its title and the beginning of its text."""
    plain = _SPACE.sub(" ", html.unescape(_TAG.sub(" ", foreign[:RAW]))).strip()
    raw.execute(
        "INSERT INTO archive (rowid, title, summary) VALUES (?, ?, ?)",
        (candidate, indexed(clean(title, 1000)), indexed(clean(plain, SUMMARY))),
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

        Best first (a title counts four times), or the newest first.  Whatever the question holds, it is only words:
        none of FTS5's operators gets through.
        """
        words = _phrases(question)
        if not words or limit <= 0:
            return []
        found = self._matching(" AND ".join(words), limit, newest=newest)
        if not found and len(words) > 1:
            found = self._matching(" OR ".join(self._rarest(words)), limit, newest=newest)
        return found

    def _matching(self, match: str, limit: int, *, newest: bool) -> list[Found]:
        sql = "SELECT rowid FROM archive WHERE archive MATCH ? AND rowid > ?"
        if newest:
            found = self.all_of(f"{sql} ORDER BY rowid DESC LIMIT ?", match, 0, whole(limit))
        else:
            ranked = f"{sql} ORDER BY bm25(archive, 4.0, 1.0) LIMIT ?"
            last = self.number("SELECT max(rowid) FROM archive")
            found = self.all_of(ranked, match, last - WINDOW, whole(limit))
            if len(found) < min(limit, 3):
                found = self.all_of(ranked, match, 0, whole(limit))
        return [one for row in found if (one := self._found(row["rowid"])) is not None]

    def _found(self, candidate: int) -> Found | None:
        row = self.one(
            "SELECT id, title, link, feed_title, first_seen, categories, (SELECT text FROM outbox"
            " WHERE candidate = candidates.id AND state = 'sent' ORDER BY outbox.id LIMIT 1) AS shared"
            " FROM candidates WHERE id = ?",
            candidate,
        )
        if row is None:
            return None
        return Found(
            candidate=row["id"],
            title=row["title"],
            link=row["link"],
            feed_title=row["feed_title"],
            first_seen=moment(row["first_seen"]),
            shared=row["shared"],
            categories=tuple(json.loads(row["categories"])),
        )

    def _rarest(self, phrases: list[str]) -> list[str]:
        """The three rarest, by how many texts hold their first word; unknown ones help nobody."""
        counted = []
        for place, phrase in enumerate(phrases):
            word = phrase.strip('"').split()[0].lower()
            texts = self.number("SELECT doc FROM archive_words WHERE term = ?", word)
            counted.append((texts or 2**31, place, phrase))
        return [phrase for _, _, phrase in sorted(counted)[:3]]


def _phrases(question: str) -> list[str]:
    """The question's words as quoted phrases; a run of ideographs is one phrase."""
    named = _NAMED.sub(lambda found: _ALIASES[found[0].lower()], clean(question, 2_000))
    phrases = [f'"{indexed(word)}"' for word in _WORD.findall(named)]
    return list(dict.fromkeys(phrases))[:WORDS]
