"""What may be shared: the candidates, what each account decided about them, and which tell the same story.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.core.choose import Share
from bot.model import Candidate
from bot.store.archive import remember
from bot.store.batches import write_rows
from bot.store.part import Part, bulk, durable, listed, reading
from bot.store.records import Decision, Story, Told
from bot.store.values import TEXT, clean, cleaned, moment, moments, packed, signed, stamp, stamped, unsigned, whole

COLUMNS = (
    "feed, feed_title, key, link, canonical, title, html, author, published, first_seen, language, own, note,"
    " owner_find, title_key, simhash, categories, tags, hashtags, sources, matched"
)

NEWEST = 5_000
"""The newest candidates, which keep their texts while nobody decided about them: few feeds take months to bring so many."""

PIECE = 1_000
"""Texts that are let go of at once, in a tenth of a second: others wait to write meanwhile."""

MEANT = "meant for"
"""How the reason begins that keeps a find of the owner's from the accounts that they did not name."""


class Candidates(Part):
    """What may be shared, of all feeds; the part `feeds` is made of this."""

    @reading
    def candidates(self, account: str, feeds: Sequence[str] | None, limit: int) -> list[Candidate]:
        """What an account has not decided about: the owner's own finds first, then the newest.

        `feeds` are the addresses it draws from (None: all active ones).  What already stands in its outbox by its
        canonical link is left out, and so is what a muted or removed feed brought.
        """
        among = None if feeds is None else listed(map(clean, feeds))
        found = self._offers("owner_find = 1", account, among, limit)
        left = limit - len(found)
        theirs = self._offers(f"owner_find = 0 AND candidates.id > {self._newest() - NEWEST}", account, among, left)
        if len(theirs) < left:
            # Further back they may be few among very many: the index of their feeds finds them, that of ages would not.
            of_feeds = "+owner_find = 0 AND candidates.feed IN (SELECT value FROM json_each(?2))"
            theirs = self._offers("owner_find = 0" if among is None else of_feeds, account, among, left)
        return [_candidate(row) for row in (*found, *theirs)]

    @reading
    def candidate(self, candidate_id: int) -> Candidate | None:
        """One candidate by its number."""
        found = self.one("SELECT * FROM candidates WHERE id = ?", whole(candidate_id))
        return None if found is None else _candidate(found)

    @reading
    def story_of(self, candidate_id: int) -> Told | None:
        """Where a shared candidate came from, and why it was chosen: what `why` and `source` answer."""
        found = self.one(
            "SELECT feed_title, link, reason FROM candidates LEFT JOIN decisions"
            " ON candidate = id AND verdict = 'shared' WHERE id = ? ORDER BY at DESC LIMIT 1",
            whole(candidate_id),
        )
        if found is None:
            return None
        return Told(
            feed_title=found["feed_title"],
            link=found["link"],
            why=tuple(each for each in (found["reason"] or "").split("; ") if each),
        )

    @durable
    def add_candidate(
        self, candidate: Candidate, now: datetime, *, only: Sequence[str] = (), of: Sequence[str] = ()
    ) -> int:
        """Offer a link of the owner's own finding, before all others; gives its number.

        A link that is known already becomes the owner's find, with their note; what failed is tried once more.
        With `only`, it is kept from the other accounts of those named by `of`, but for whom it was meant before.
        """
        canonical = clean(candidate.canonical)
        known = self.one(
            "SELECT id FROM candidates WHERE canonical = ? ORDER BY owner_find DESC, id DESC LIMIT 1", canonical
        )
        if known is None:
            number, keep = self._found(candidate, now), {*only}
        else:
            number = int(known["id"])
            keep = {*only, *self._keepers(number, of)}
            self.change(
                "UPDATE candidates SET owner_find = 1, note = coalesce(?, note),"
                " html = CASE WHEN html = '' THEN ? ELSE html END WHERE id = ?",
                cleaned(candidate.note),
                clean(candidate.html, TEXT),
                number,
            )
            self.change("DELETE FROM decisions WHERE candidate = ? AND verdict != 'shared'", number)
        for account in of if only else ():
            if account not in keep:
                self._decide(account, number, "rejected", f"{MEANT} {', '.join(only)} only", now)
        return number

    @durable
    def decided(self, account: str, candidate_id: int, verdict: str, reason: str, now: datetime) -> None:
        """Keep what an account decided about a candidate, so that it isn't offered again; the last word counts."""
        self._decide(account, candidate_id, verdict, reason, now)

    @reading
    def decisions(self, candidate_id: int) -> list[Decision]:
        """What every account decided about a candidate, in order."""
        found = self.all_of("SELECT * FROM decisions WHERE candidate = ? ORDER BY at, account", whole(candidate_id))
        return [
            Decision(
                account=row["account"],
                candidate=row["candidate"],
                verdict=row["verdict"],
                reason=row["reason"],
                at=moment(row["at"]),
            )
            for row in found
        ]

    @reading
    def recent_shares(self, account: str, since: datetime) -> list[Share]:
        """What an account shared or is about to, since a time, oldest first."""
        found = self.all_of(
            "SELECT candidates.feed, candidates.own, outbox.created_at FROM outbox"
            " JOIN candidates ON candidates.id = outbox.candidate"
            " WHERE account = ? AND outbox.created_at >= ? AND state NOT IN ('refused', 'expired', 'withdrawn')"
            " ORDER BY outbox.id",
            account,
            stamp(since),
        )
        return [Share(feed=row["feed"], own=bool(row["own"]), at=moment(row["created_at"])) for row in found]

    @reading
    def stories(self, canonicals: Sequence[str], title_keys: Sequence[str]) -> list[Story]:
        """The candidates that have one of these canonical links or folded titles, oldest first."""
        found = self.all_at_once(
            "id, canonical, title_key, simhash, feed, first_seen",
            "FROM candidates WHERE id IN ("
            "SELECT id FROM candidates WHERE canonical IN (SELECT value FROM json_each(?)) UNION "
            "SELECT id FROM candidates WHERE title_key != '' AND title_key IN (SELECT value FROM json_each(?)))",
            listed(clean(each) for each in canonicals if each),
            listed(clean(each) for each in title_keys if each),
        )
        return [
            Story(number, link, title, unsigned(simhash), feed, moment(at))
            for number, link, title, simhash, feed, at in sorted(found)
        ]

    @bulk
    def forget_bodies(self, before: datetime) -> int:
        """Drop the text of candidates from before a time, but for the newest, whose last decision is older, too.

        An account that still wants one reads its page instead.  Gives how many, the oldest first, and so many at most
        that there may be more.
        """
        found = self.all_of(
            "SELECT id FROM candidates WHERE html != '' AND first_seen < ?1"
            " AND coalesce((SELECT max(at) FROM decisions WHERE candidate = candidates.id) < ?1,"
            " id <= (SELECT max(id) FROM candidates) - ?2) ORDER BY first_seen LIMIT ?3",
            stamp(before),
            NEWEST,
            PIECE,
        )
        these = listed(row["id"] for row in found)
        # Deleted and written anew: an UPDATE would leave each row alone on the page that its text filled.
        bare = COLUMNS.replace("html", "''")
        rows = self.all_of(f"SELECT id, {bare} FROM candidates WHERE id IN (SELECT value FROM json_each(?))", these)  # noqa: S608 -- constants
        self.change("DELETE FROM candidates WHERE id IN (SELECT value FROM json_each(?))", these)
        return write_rows(self.raw, f"INSERT INTO candidates (id, {COLUMNS})", [tuple(row) for row in rows])

    def _offers(self, which: str, account: str, among: str | None, limit: int) -> list[sqlite3.Row]:
        """Rows of what an account may still share, the newest first: those that meet a condition."""
        return self.all_of(
            "SELECT candidates.* FROM candidates LEFT JOIN feeds ON feeds.url = candidates.feed"  # noqa: S608 -- conditions written above
            f" WHERE {which} AND (owner_find OR (feeds.active AND feeds.muted IS NULL"
            "  AND (?2 IS NULL OR candidates.feed IN (SELECT value FROM json_each(?2)))))"
            " AND NOT EXISTS (SELECT 1 FROM decisions WHERE account = ?1 AND candidate = candidates.id)"
            " AND NOT EXISTS (SELECT 1 FROM outbox WHERE account = ?1 AND dedupe_key = candidates.canonical)"
            " ORDER BY candidates.id DESC LIMIT ?3",
            account,
            among,
            whole(limit),
        )

    def _newest(self) -> int:
        return self.number("SELECT max(id) FROM candidates")

    def _decide(self, account: str, candidate_id: int, verdict: str, reason: str, now: datetime) -> None:
        self.change(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET verdict = excluded.verdict, reason = excluded.reason, at = excluded.at",
            account,
            whole(candidate_id),
            verdict,
            clean(reason),
            stamp(now),
        )

    def _keepers(self, candidate_id: int, of: Sequence[str]) -> set[str]:
        """The accounts that have shared a find, or that it was meant for before and that still have it to share."""
        decisions = self.decisions(candidate_id)
        shared = {one.account for one in decisions if one.verdict == "shared"}
        meant = any(one.reason.startswith(MEANT) for one in decisions)
        return shared | (set(of) - {one.account for one in decisions} if meant else set())

    def _found(self, candidate: Candidate, now: datetime) -> int:
        """Insert what the owner found."""
        values = candidate_row(candidate, now, owner_find=True)
        marks = ", ".join("?" * len(values))
        done = self.raw.execute(f"INSERT INTO candidates ({COLUMNS}) VALUES ({marks})", values)  # noqa: S608 -- only marks
        number = int(done.lastrowid or 0)
        remember(self.raw, number, candidate.title, candidate.html, candidate.categories)
        return number


def candidate_row(
    candidate: Candidate, now: datetime, *, owner_find: bool = False, title_key: str = "", simhash: int = 0
) -> tuple[object, ...]:
    """Give the values of `COLUMNS`."""
    return (
        clean(candidate.feed),
        clean(candidate.feed_title, 1000),
        clean(candidate.key),
        clean(candidate.link),
        clean(candidate.canonical),
        clean(candidate.title, 1000),
        clean(candidate.html, TEXT),
        clean(candidate.author, 1000),
        stamped(candidate.published),
        stamp(now),
        cleaned(candidate.language, 100),
        candidate.own,
        cleaned(candidate.note),
        owner_find,
        clean(title_key),
        signed(simhash),
        *(packed(getattr(candidate, name)) for name in ("categories", "tags", "hashtags", "sources", "matched")),
    )


def _candidate(row: sqlite3.Row) -> Candidate:
    return Candidate(
        id=row["id"],
        feed=row["feed"],
        feed_title=row["feed_title"],
        key=row["key"],
        link=row["link"],
        canonical=row["canonical"],
        title=row["title"],
        html=row["html"],
        author=row["author"],
        published=moments(row["published"]),
        first_seen=moment(row["first_seen"]),
        categories=tuple(json.loads(row["categories"])),
        language=row["language"],
        own=bool(row["own"]),
        tags=tuple(json.loads(row["tags"])),
        hashtags=tuple(json.loads(row["hashtags"])),
        sources=tuple(json.loads(row["sources"])),
        note=row["note"],
        matched=tuple(json.loads(row["matched"])),
    )
