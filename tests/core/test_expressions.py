from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.expressions import ABSENT, Expression, available
from bot.core.rules import Engine
from bot.model import Mention, Rule

with_re2 = pytest.mark.skipif(not available(), reason="needs RE2: pip install google-re2")


@pytest.mark.skipif(available(), reason="RE2 is installed here")
def test_without_re2_nothing_is_compiled() -> None:
    """Where the extra is absent, a pattern is refused in words."""
    with pytest.raises(ValueError, match="needs the RE2 engine"):
        Expression("a")
    assert "starfish-bot[regex]" in ABSENT


@with_re2
def test_a_pattern_is_searched_anywhere_without_case() -> None:
    """Named groups are captures; a group that took nothing is empty."""
    pattern = Expression(r"order (?P<number>\d+)(?P<rest> now)?")
    assert pattern.search("Where is ORDER 4711?") == {"number": "4711", "rest": ""}
    assert pattern.search("order me a taxi") is None
    assert pattern.names == {"number", "rest"}


@with_re2
@pytest.mark.parametrize("pattern", [r"(?<=a)b", r"(a)\1", "(", "[", "a{2001}"])
def test_what_is_not_re2s_is_refused_with_its_reason(pattern: str) -> None:
    """Look-behind, backreferences and plain mistakes are told at load, not at the first mention (M5)."""
    with pytest.raises(ValueError, match="isn't understood by RE2"):
        Expression(pattern)


@with_re2
@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(\w+\s?)+\?", "thanks" * 800 + "!"),
        (r"^(a+)+$", "a" * 5_000 + "!"),
        (r"(.*)about(.*)please(.*)now$", "about please " * 400),
        (r"^(\w+\s?)*$", "a" * 2_000 + "!"),
    ],
)
def test_patterns_that_hang_other_engines_just_fail_to_match(pattern: str, text: str) -> None:
    """Catastrophic patterns of the ReDoS table take linear time, so this test ends."""
    assert Expression(pattern).search(text) is None


@with_re2
def test_an_expression_answers_after_phrases_and_before_paraphrases() -> None:
    """The stages come in their order, and the captures reach the reply."""
    engine = Engine.build(
        [
            Rule(id="phrase", when=("order 1",), reply=("x",)),
            Rule(id="regex", regex=(r"order (?P<number>\d+)",), reply=("Order {number}.",)),
            Rule(id="like", like=("where is my order",), reply=("x",)),
        ]
    )

    def stage(text: str) -> tuple[str, dict[str, str]]:
        said = Mention(account="a", remote_id="1", author="@ann", text=text, at=datetime(2026, 1, 1, tzinfo=UTC))
        match = engine.match(said)
        return match.stage, dict(match.values)

    assert stage("order 1") == ("phrase", {})
    assert stage("where is my order 22") == ("regex", {"number": "22"})
    assert stage("where's my order") == ("like", {})
