"""How SQLite means to answer what the bot asks again and again: a year of it is too much to be read as a whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.model import State
from bot.store import Store
from tests.store.given import DAY, FEED, NOW, gather, mention, plan

LARGE = ("candidates", "entries", "mentions", "outbox", "timeline", "decisions", "archive_content")
"""The tables that grow with every day."""

FEW = "mentions_owner"
"""An index over few of the rows of its table, which may be read as a whole."""

ASKED: dict[str, Callable[[Store], object]] = {
    "which mentions are new": lambda store: store.mentions.pending(10),
    "who waits for the owner": lambda store: store.mentions.waiting(),
    "the list of them": lambda store: store.mentions.unanswered(),
    "what the owner said last": lambda store: store.mentions.of_the_owner("fedi"),
    "when to wake": lambda store: store.outbox.next_wake("fedi", timedelta(0), NOW),
    "what to send": lambda store: store.outbox.claim("fedi", NOW),
    "what to show": lambda store: store.outbox.publish_in_store("fedi", NOW),
    "what to look for": lambda store: store.outbox.reconcilable("fedi", timedelta(0), NOW),
    "what to take back": lambda store: store.outbox.to_take_back("fedi", NOW),
    "which drafts wait": lambda store: store.outbox.rows(states=[State.DRAFT], limit=100),
    "what is planned": lambda store: store.outbox.rows(account="fedi", states=[State.PLANNED, "waiting"]),
    "what was sent today": lambda store: store.outbox.sent_since("fedi", NOW - DAY),
    "what was shared lately": lambda store: store.feeds.recent_shares("fedi", NOW - DAY),
    "what was shared since": lambda store: store.promises.shared_since("1:1"),
    "what may be shared of few feeds": lambda store: store.feeds.candidates("fedi", [FEED.url], 200),
    "which slots are filled": lambda store: store.outbox.handled("fedi", ["wall:1"]),
    "which keys are known": lambda store: store.feeds.known(FEED.url, ["a", "b"]),
    "the newest page": lambda store: store.timeline.items(7, 50),
    "whom a mention follows": lambda store: store.mentions.last_rule(mention("r9", thread="t"), NOW),
    "what rules said": lambda store: store.mentions.last_answers("fedi", "@ann", ["greeting"]),
    "which texts are old": lambda store: store.feeds.forget_bodies(NOW - DAY),
}


def steps(store: Store, what: str) -> list[str]:
    """How SQLite means to go about a question."""
    asked: list[str] = []
    raw = store.connection.raw
    raw.set_trace_callback(asked.append)
    ASKED[what](store)
    raw.set_trace_callback(None)
    questions = [sql for sql in asked if sql.split()[0] in ("SELECT", "UPDATE", "DELETE")]
    assert questions
    return [row["detail"] for sql in questions for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")]


@pytest.mark.parametrize("what", ASKED)
def test_nothing_that_is_asked_all_the_time_reads_a_whole_table(store: Store, what: str) -> None:
    """Each of its questions goes through an index to what it wants."""
    gather(store, [1, 2, 3])
    plan(store)
    read = [step for step in steps(store, what) if step.startswith("SCAN") and step.split()[1] in LARGE]
    assert [step for step in read if not step.endswith(FEW)] == []


def test_the_owner_is_not_looked_for_among_all_who_were_answered(store: Store) -> None:
    """Nearly every mention is in that state."""
    assert steps(store, "what the owner said last") == [f"SEARCH mentions USING INDEX {FEW} (account=?)"]
