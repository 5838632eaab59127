"""What can be seen of a sentence without understanding it."""

from __future__ import annotations

import pytest

from bot.core.features import Row, View, features, overlap
from bot.core.reading import read
from bot.model import Article

ARTICLE = Article(
    url="https://example.com/piano",
    title="The quiet piano of Vienna",
    language="en",
    text=(
        "Ann Lee, a builder from Vienna, has made a quiet piano that moves 88 carbon hammers without any sound. It rained.\n"
        "“Nobody needs it,” said Ann Lee on Monday: she will sell it (cheaply); who will buy it?\n"
        "Museums in Vienna and Paris have asked for copies of the piano. You should click here to see my own one!"
    ),
)
READING = read(ARTICLE)
PAPER = read(
    Article(
        url="https://example.com/paper",
        title="Quiet learning",
        text="Learning is loud. In this paper, we propose a quiet method of learning. We show that it works. It ends here.",
    )
)


def row(at: int) -> Row:
    """The features of one sentence of the article."""
    return features(READING)[at]


@pytest.mark.parametrize(
    ("at", "seen", "unseen"),
    [
        (
            0,
            {"first", "position", "title_share", "title_pairs", "number", "new_number", "full_name", "opens", "whole"},
            {"last", "quote", "dangles"},
        ),
        (1, {"second", "short", "dangles", "pronouns", "like_lead"} - {"like_lead"}, {"opens", "number", "names"}),
        (
            2,
            {"third", "quote", "said", "weekday", "colon", "brackets", "semicolon", "question", "will", "opens"},
            {"first"},
        ),
        (4, {"last", "sells", "exclaims", "second_person", "first_person"}, {"question", "quote"}),
    ],
)
def test_each_sentence_shows_what_it_is(at: int, seen: set[str], unseen: set[str]) -> None:
    """Place, title, form and words of a sentence are seen by name."""
    assert {name for name in seen if not row(at)[name]} == set()
    assert {name for name in unseen if row(at)[name]} == set()


def test_the_lead_is_looked_at_closely() -> None:
    """What the first sentence is like is crossed with its being the first, and zero for all others."""
    assert row(0)["first_x_title_share"] == row(0)["title_share"] > 0
    assert all(row(at)["first_x_title_share"] == 0 for at in range(1, 5))


def test_a_paper_is_known_by_its_cues() -> None:
    """A sentence that proposes makes a paper, and its first cue is marked."""
    rows = features(PAPER)
    assert [row["cue"] for row in rows] == [0, 1, 1, 0]
    assert [row["first_cue"] for row in rows] == [0, 1, 0, 0]
    assert rows[1]["paper_x_cue"] == 1
    assert row(0)["paper_x_position"] == 0


def test_features_are_small_numbers() -> None:
    """No feature outweighs the others by its size."""
    for row in features(READING):
        assert all(-2 <= value <= 5 for value in row.values())


def test_equally_frequent_names_are_all_top_ones() -> None:
    """Which names are the top ones never hangs on the order of a set, which differs from run to run: ties count."""
    names = [f"Name{letter}" for letter in "QWERTZUIOP"]
    line = f"Now {' and '.join(names)} were there."
    reading = read(Article(url="", text=f"{line}\n{line[:-1]} again."))
    assert View(reading).top_names == set(names)


def test_overlap_is_a_share() -> None:
    """Nothing in common is 0, the same is 1."""
    assert overlap(frozenset("ab"), frozenset("cd")) == 0
    assert overlap(frozenset("ab"), frozenset("ab")) == 1
    assert overlap(frozenset(), frozenset()) == 0


def test_a_view_of_nothing_is_fine() -> None:
    """An article without sentences has a view without features."""
    assert View(read(Article(url="https://example.com/"))).count == 0
