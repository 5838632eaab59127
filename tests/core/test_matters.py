from __future__ import annotations

import pytest

from bot.core.matters import Matters
from bot.core.words import Words

MATTERS = Matters(
    [
        ("software", "best free plugins"),
        ("clipping", "my recording is distorted"),
        ("honey", "when do i harvest honey"),
        ("a", "the mixer post"),
        ("b", "a mixer question"),
        ("c", "which mixer"),
    ]
)


@pytest.mark.parametrize(
    ("mention", "example", "shared"),
    [
        ("you're the best", "best free plugins", False),
        ("free plugins for mac", "best free plugins", True),
        ("harvest season", "when do i harvest honey", True),
        ("recordings sound distorted", "my recording is distorted", True),
        ("i broke my mixer", "a mixer question about wasps", False),
        ("", "best free plugins", False),
    ],
)
def test_a_matter_is_named_by_both(mention: str, example: str, shared: bool) -> None:
    """In this form of the word or another; words of everybody, and of many rules, are no matter."""
    assert MATTERS.shared(example, Words(mention)) is shared
