"""Polls that are taken in together leave the store as polls do that are taken in one after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.intake import Poll
from bot.model import Feed, Filters
from bot.store import Store, open_store
from tests.store.given import DAY, FEED, HOUR, NOW, OTHER, entry, later, poll

FEEDS = (FEED, OTHER, Feed(url="https://third.example/atom", backfill=2), Feed(url="https://late.example/rss"))
ALL = Filters(exclude=("sponsored",))
TABLES = {
    "feeds": "SELECT id, url, active, next_at, muted, distrusted, state FROM feeds ORDER BY id",
    "entries": "SELECT * FROM entries ORDER BY feed, key",
    "candidates": "SELECT * FROM candidates ORDER BY id",
    "archive": "SELECT rowid, title, summary FROM archive ORDER BY rowid",
    "notices": "SELECT * FROM notices ORDER BY subject",
}


def told(number: int, feed: Feed) -> Any:
    """An entry that others may have, too: its link by one number, its title by another, its text by a third."""
    words = " ".join(f"word{number % 4}x{place}" for place in range(60))
    return entry(
        number + 100 * FEEDS.index(feed),
        link=f"https://example.com/post/{number % 7}" if number % 3 else f"{feed.url}/{number}",
        title=f"How the great oscillators of {number % 5} drift" + (" (sponsored)" if number % 11 == 10 else ""),
        html=f"<p>{words if number % 2 else f'Short and {number}'}</p>",
        published=NOW - number * HOUR if number % 4 else None,
        source="A wire" if number % 6 == 5 else "",
    )


def tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything that polls write."""
    raw = store.feeds.raw
    return {name: [tuple(row) for row in raw.execute(sql)] for name, sql in TABLES.items()}


def fresh(folder: str, name: str, muted: bool) -> Store:
    """A store that knows all feeds but the last one, and has heard of the second one before a restore."""
    store = open_store(Path(folder) / name, mode="run", now=NOW)
    store.feeds.register(FEEDS[:3], now=NOW - DAY)
    store.feeds.take_in(poll([told(1, OTHER), told(2, OTHER)], OTHER, NOW - DAY, first_ok=None), ALL)
    store.feeds.raw.execute("UPDATE feeds SET distrusted = 1 WHERE url = ?", (OTHER.url,))
    if muted:
        store.feeds.mute(FEED.url, "enough")
    return store


documents = st.lists(
    st.tuples(
        st.sampled_from(FEEDS),
        st.lists(st.integers(0, 24), max_size=8, unique=True),
        st.booleans(),
        st.sampled_from(
            [{}, {"held": "its items came back"}, {"address": "https://moved.example/"}, {"released": True}]
        ),
    ),
    min_size=1,
    max_size=6,
)


def polls_of(told_of: Sequence[tuple[Feed, list[int], bool, dict[str, Any]]]) -> list[tuple[Poll, Filters]]:
    """The polls, each some minutes after the one before."""
    return [
        (
            poll(
                [told(number, feed) for number in numbers],
                feed,
                later(minutes),
                **before,
                **({"first_ok": None} if first else {}),
            ),
            ALL,
        )
        for minutes, (feed, numbers, first, before) in enumerate(told_of)
    ]


@given(documents, st.booleans())
def test_together_is_as_one_after_the_other(
    told_of: list[tuple[Feed, list[int], bool, dict[str, Any]]], muted: bool
) -> None:
    """Verdicts, candidates' numbers, sources, states, mutes and notices: all of it, whatever the polls have in common."""
    polls = polls_of(told_of)
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh(folder, "together.db", muted) as together,
        fresh(folder, "alone.db", muted) as alone,
    ):
        assert together.feeds.take_in_all(polls) == [alone.feeds.take_in(*one) for one in polls]
        assert tables(together) == tables(alone)


def test_a_story_within_one_batch_is_told_once(store: Store) -> None:
    """The second feed's poll sees what the first one's brought in the same transaction, and is named beside it."""
    store.feeds.register(FEEDS[:3], now=NOW)
    mine, theirs = entry(1), entry(2, link=entry(1).link)
    first, second = store.feeds.take_in_all([(poll([mine]), ALL), (poll([theirs], OTHER), ALL)])
    assert [one.verdict for one in first.sifted] == ["candidate"]
    (again,) = second.sifted
    assert (again.verdict, again.reason) == ("same", "The same link is already known.")
    (candidate,) = store.feeds.candidates("fedi", None, 9)
    assert (candidate.id, candidate.sources) == (again.same_as, (OTHER.url,))


def test_a_failing_batch_leaves_nothing(store: Store) -> None:
    """One transaction: what the polls before the failing one brought is taken back, and numbers are given anew."""
    store.feeds.register(FEEDS[:3], now=NOW)
    before = tables(store)
    broken = replace(poll([entry(2)], OTHER), at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        store.feeds.take_in_all([(poll([entry(1)]), ALL), (broken, ALL)])
    assert tables(store) == before
    store.feeds.take_in(poll([entry(1)]), ALL)
    assert [each.title for each in store.feeds.candidates("fedi", None, 9)] == [entry(1).title]
