"""The states of feeds after their polls, and their places in the table.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.core import polling
from bot.model import FeedState
from bot.store import notices
from bot.store.batches import write_rows
from bot.store.candidates import Candidates
from bot.store.part import bulk, listed, together
from bot.store.values import clean, packed, sparse, stamped

_REST = "UPDATE feeds SET state = column2, next_at = column3, distrusted = distrusted AND NOT column4"


class Place(NamedTuple):
    """A feed as a row of the table."""

    number: int
    distrusted: int
    settled: int  # it held entries before


class States(Candidates):
    """What polls leave behind of feeds; the part `feeds` is made of this."""

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
        self._save_all([(state, now, _trusted(state)) for state, now in polls])
        return [None] * len(polls)

    def _save_all(self, saves: Sequence[tuple[FeedState, datetime, bool]]) -> None:
        """Replace states as `_save` does, each with its moment and whether it is trusted from now on."""
        latest = {clean(state.url): (state, now, trusted) for state, now, trusted in saves}
        quiet = {url for url, (state, now, _) in latest.items() if not state.muted and not polling.notice(state, now)}
        rows = [
            (url, _packed(state), stamped(state.next_at), trusted)
            for url, (state, _, trusted) in latest.items()
            if url in quiet
        ]
        if self._rest(rows) < len(rows):  # some are no rows of the table yet
            quiet = set()
        for url, (state, now, trusted) in latest.items():
            if url not in quiet:
                self._save(state, now, trusted=trusted)
        subjects = listed(f"feed:{url}" for url in quiet)
        self.change("DELETE FROM notices WHERE subject IN (SELECT value FROM json_each(?))", subjects)

    def _rest(self, rows: Sequence[tuple[object, ...]]) -> int:
        """Replace the states of feeds that nobody muted, many a statement; gives how many are rows of the table."""
        return write_rows(self.raw, f"{_REST} FROM (", rows, ") WHERE url = column1", repeatable=True)

    def _places(self, urls: Iterable[str]) -> dict[str, Place]:
        """The places of those feeds that have one."""
        found = self.all_at_once(
            "url, id, distrusted, EXISTS (SELECT 1 FROM entries WHERE feed = id)",
            "FROM feeds WHERE url IN (SELECT value FROM json_each(?))",
            listed(map(clean, urls)),
        )
        return {url: Place(*rest) for url, *rest in found}

    def _insert(self, url: str, now: datetime | None) -> None:
        self.change(
            "INSERT INTO feeds (url, active, next_at, state) VALUES (?, 0, ?, ?) ON CONFLICT DO NOTHING",
            url,
            stamped(now),
            packed(FeedState(url=url)),
        )

    def _save(self, state: FeedState, now: datetime | None, *, trusted: bool = False) -> None:
        """Replace a state, but never lift a mute: the owner may have given it while the poll was on its way.

        `now`: also keep the owner's notice of this feed true.  `trusted`: it is, from now on.
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
        else:
            notices.drop(self.raw, f"feed:{url}")

    def _number(self, url: str) -> int | None:
        found = self.one("SELECT id FROM feeds WHERE url = ?", clean(url))
        return None if found is None else int(found["id"])


def _packed(state: FeedState) -> str:
    """A state as its column holds it: without what has columns of its own."""
    return sparse(state, url=clean(state.url), next_at=None, muted=None)


def _trusted(state: FeedState) -> bool:
    """Whether a poll that ended so makes a feed trusted again after a restore."""
    return not state.errors and not state.held
