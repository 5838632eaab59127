"""Real articles as posts: they fit, stand alone, hold nothing that their article lacks, and nearly all add value."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from bot.articles.extract import extract
from bot.core.compose import fit, say
from bot.core.condense import condense
from bot.core.terms import numbers
from bot.core.text import clean, defused, fits, measure
from bot.model import Account, Article, Candidate, Draft, Limits

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[2].parent / "shared" / "data")

pytestmark = pytest.mark.skipif(
    not (DATA / "pages" / "index.json").exists(),
    reason="real pages are not part of the project; STARFISH_DATA names their folder",
)

SHORT = Limits(max_length=140, link_cost=23)
MIDDLE = Limits(max_length=280, unit="weighted", link_cost=23)
LOCAL = Limits(max_length=300, unit="graphemes")
LONG = Limits(max_length=500, link_cost=23)
ACCOUNT = Account(name="timeline", platform="local")


@cache
def articles() -> list[Article]:
    """The article of every page, by our own extractor."""
    index = json.loads((DATA / "pages" / "index.json").read_text("utf-8"))
    return [
        extract((DATA / "pages" / page["file"]).read_bytes(), page["url"] or "https://example.com/") for page in index
    ]


@cache
def drafts(limits: Limits) -> list[tuple[Article, Draft]]:
    """What would be said of every page."""
    return [(article, say(article, candidate(article), ACCOUNT, limits)) for article in articles()]


def candidate(article: Article) -> Candidate:
    """The candidate that would have brought this article."""
    return Candidate(
        id=1, feed="", feed_title="", key="", link=article.url, canonical=article.url, title=article.title, first_seen=datetime(2026, 1, 1, tzinfo=UTC)
    )  # fmt: skip


@pytest.mark.parametrize(("limits", "share"), [(SHORT, 0.92), (MIDDLE, 0.99), (LOCAL, 0.97), (LONG, 0.99)])
def test_nearly_every_page_makes_a_post_worth_posting(limits: Limits, share: float) -> None:
    """The value gate passes nearly every real page at 140 characters, and all but every one at 280 and more."""
    passed = [draft.adds_value for _, draft in drafts(limits)]
    assert sum(passed) >= share * len(passed)


@pytest.mark.parametrize("limits", [SHORT, MIDDLE, LOCAL, LONG])
def test_every_post_fits_with_its_link(limits: Limits) -> None:
    """Whatever the page, the post is within the limit, with the link whole and once."""
    for _, draft in drafts(limits):
        post = fit(draft, limits, account="timeline", dedupe_key="k")
        assert fits(post.text, limits)
        assert draft.link is None or post.text.count(draft.link) == 1


@pytest.mark.parametrize("limits", [SHORT, LOCAL])
def test_every_number_and_name_is_the_articles(limits: Limits) -> None:
    """Every number and every capitalised word of a post stands in its article, to the letter."""
    for article, draft in drafts(limits):
        whole = clean(f"{article.title}\n{article.text}\n{article.description}")
        held, known = set(numbers(whole)), defused(whole).casefold()
        assert set(numbers(draft.text)) <= held, draft.text
        for name in re.findall(r"\b[A-ZÀ-Þ][\w’'-]+", draft.text):
            assert name.casefold() in known, name


@pytest.mark.parametrize("room", [100, 140, 280, 500])
def test_words_are_complete_in_any_room(room: int) -> None:
    """In complete sentences the most that fits is said: no fragment where the gate is passed."""
    unit = Limits(max_length=room)
    for article in articles():
        summary = condense(article, budget=room, unit=unit, gated=True)
        assert measure(summary.text, unit) <= room
        assert summary.text
        if summary.adds_value:
            assert "…" not in summary.text
