"""A feed's categories as hashtags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.core.hashtags import hashtag, hashtags_of
from bot.model import Account, Candidate

ACCOUNT = Account(name="fediverse", platform="mastodon")


def candidate(*categories: str, hashtags: tuple[str, ...] = ()) -> Candidate:
    """A candidate of a feed with these categories, and the owner's hashtags for that feed."""
    return Candidate(
        id=1, feed="", feed_title="Example", key="", link="https://example.com/", canonical="", title="A piano",
        first_seen=datetime(2026, 1, 1, tzinfo=UTC), categories=categories, hashtags=hashtags,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("machine learning", "#MachineLearning"),
        ("AI", "#AI"),
        ("C++", "#Cpp"),
        ("C#", "#CSharp"),
        (".NET", "#DotNet"),
        ("c", ""),
        ("2024", ""),
        ("", ""),
        ("a b c d", ""),
        ("Angie’s List", "#AngiesList"),
        ("Olympic Games (2026)", "#OlympicGames"),
        ("r/pianos", "#pianos"),
        ("rock/pop", "#RockPop"),
        ("rock/ῢx", "#Rockῢx"),
        ("музыка", "#музыка"),
        ("हिन्दी", "#हिन्दी"),
        ("தமிழ் இசை", "#தமிழ்இசை"),
        ("iPhone reviews", "#IPhoneReviews"),
        ("3D printing", "#3DPrinting"),
        ("x" * 40, ""),
        ("Akhmatova, Anna", ""),
        ("food,drink", ""),
    ],
)
def test_categories_become_hashtags(name: str, tag: str) -> None:
    """Words are joined with capitals; numbers, single letters, sentences and endless names make none."""
    assert hashtag(name) == tag


def test_the_owners_go_first_and_two_are_enough() -> None:
    """The feed's configured hashtags, then the account's, then the feed's categories; never more than two, none twice."""
    account = Account(name="fediverse", platform="mastodon", hashtags=("quiet",))
    found = hashtags_of(candidate("Pianos", "keys", hashtags=("Music",)), account)
    assert found == ("#Music", "#quiet")
    assert hashtags_of(candidate("quiet", "Quiet", "keys", "felt"), account) == ("#quiet", "#keys")
    assert hashtags_of(candidate("music", "keys", hashtags=("Music",)), ACCOUNT) == ("#Music", "#keys")


@pytest.mark.parametrize(
    "category", ["Uncategorized", "Allgemein", "Non  classé", "blog", "News", "PAID", "English", "Example"]
)
def test_what_tells_no_subject_makes_none(category: str) -> None:
    """Categories of what nobody sorted, of everything, of a language, and the site's own name say nothing."""
    assert hashtags_of(candidate(category, "pianos"), ACCOUNT, "Example") == ("#pianos",)


def test_the_owner_may_say_what_they_like() -> None:
    """A configured hashtag is taken at its word."""
    assert hashtags_of(candidate(hashtags=("News",)), ACCOUNT) == ("#News",)
    long = "Klangkunst_und_Elektroakustik"
    assert hashtags_of(candidate(hashtags=(long, "x")), ACCOUNT) == (f"#{long}", "#x")


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=20))
def test_any_categories_make_few_clean_tags(categories: list[str], credit: str) -> None:
    """Whatever a feed says, there are at most two tags, each of letters with their marks, and digits."""
    found = hashtags_of(candidate(*categories), ACCOUNT, credit)
    assert len(found) <= 2
    assert all(regex.fullmatch(r"#(\p{L}\p{M}*+|\p{N})++", tag) for tag in found)
