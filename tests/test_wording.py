"""Which of the best candidates is told best."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.choose import MOST_TELLING, Choice, told
from bot.model import Article, Candidate, Draft
from bot.wording import COMPARED, Contest, Told

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def choice(number: int, score: float) -> Choice:
    candidate = Candidate(
        id=number,
        feed="f",
        feed_title="f",
        key=str(number),
        link=f"https://example.com/{number}",
        canonical=f"example.com/{number}",
        title="A title",
        first_seen=NOW - timedelta(hours=1),
    )
    return Choice(candidate=candidate, score=score, why=("it is fresh",))


class Teller:
    """Tells candidates by what is known of their merit, and notes whom it was asked for; without merit there is no post."""

    def __init__(self, merits: Mapping[int, float | None], *, failing: frozenset[int] = frozenset()) -> None:
        self.merits, self.failing = merits, failing
        self.asked: list[int] = []

    async def __call__(self, candidate: Candidate) -> Told:
        self.asked.append(candidate.id)
        draft = Draft(text="Words.", adds_value=candidate.id not in self.failing, merit=self.merits.get(candidate.id))
        return Told(candidate=candidate, draft=draft, article=Article(url=candidate.link, title="A title"))


async def order(contest: Contest) -> list[int]:
    """Everything that a contest gives, in its order."""
    given_: list[int] = []
    while best := await contest.best():
        given_.append(best[1].candidate.id)
    return given_


async def test_of_two_that_score_alike_the_one_goes_first_that_tells_more() -> None:
    """The choice says what its post added, and its score is the sum."""
    teller = Teller({1: 0.0, 2: 0.3})
    first = await Contest([choice(1, 1.0), choice(2, 0.9)], teller).best()
    assert first is not None
    assert first[0].candidate.id == 2
    assert first[0].score == pytest.approx(0.9 + MOST_TELLING)
    assert first[0].why == ("it is fresh", "there is much to tell of it (+0.60)")


async def test_what_can_come_no_more_is_not_told() -> None:
    """Where nobody can overtake the first, no page is asked for but its own."""
    teller = Teller({1: 0.3, 2: 0.3})
    contest = Contest([choice(1, 3.0), choice(2, 3.0 - MOST_TELLING)], teller)
    assert (await contest.best() or (None,))[0] is not None
    assert teller.asked == [1]
    teller = Teller({1: None, 2: 0.3})  # the owner's own words, or a headline as the account wishes
    contest = Contest([choice(1, 1.0), choice(2, 0.9)], teller)
    first = await contest.best()
    assert (first and first[1].candidate.id, teller.asked) == (1, [1])
    assert await order(contest) == [2]


async def test_rivals_are_told_together() -> None:
    """Behind the first one all that could still win wait for their pages at the same time, not one after the other."""
    together = asyncio.Barrier(3)
    teller = Teller({1: 0.0, 2: 0.1, 3: 0.3, 4: 0.2})

    async def tell(candidate: Candidate) -> Told:
        if candidate.id > 1:
            await together.wait()
        return await teller(candidate)

    async with asyncio.timeout(30):
        assert await order(Contest([choice(number, 1.0) for number in (1, 2, 3, 4)], tell)) == [3, 4, 2, 1]
    assert sorted(teller.asked) == [1, 2, 3, 4]


async def test_only_the_head_is_compared() -> None:
    """Behind the first few nobody overtakes, however much there is to tell: each candidate may cost a page."""
    count = COMPARED + 3
    teller = Teller({number: number / 100 for number in range(count)})
    found = await order(Contest([choice(number, 1.0) for number in range(count)], teller))
    assert found == [*reversed(range(COMPARED)), *range(COMPARED, count)]
    every = await order(Contest([choice(number, 1.0) for number in range(count)], teller, compared=count))
    assert every == list(reversed(range(count)))


async def test_what_makes_no_post_is_given_at_once() -> None:
    """So that the caller can decide about it; the others keep their order."""
    teller = Teller({1: 0.0, 3: 0.2}, failing=frozenset([2]))
    assert await order(Contest([choice(1, 1.0), choice(2, 0.95), choice(3, 0.9)], teller)) == [2, 3, 1]
    assert await Contest([], teller).best() is None


@given(st.lists(st.tuples(st.floats(0, 4), st.floats(-1, 1)), max_size=8), st.integers(1, 8))
async def test_each_is_given_once_and_the_head_in_the_order_of_its_sums(
    scored: list[tuple[float, float]], compared: int
) -> None:
    """Whatever the scores and merits."""
    choices = [choice(number, score) for number, (score, _) in enumerate(sorted(scored, reverse=True))]
    merits = {number: merit for number, (_, merit) in enumerate(sorted(scored, reverse=True))}
    teller = Teller(merits)
    found = await order(Contest(choices, teller, compared=compared))
    assert sorted(found) == sorted(teller.asked) == list(range(len(scored)))
    sums = [told(choices[number], merits[number]).score for number in found[:compared]]
    assert sums == sorted(sums, reverse=True)


def test_merit_counts_within_bounds() -> None:
    """The dullest post takes as much from a score as the best one adds, and no more."""
    plain = choice(1, 1.0)
    assert told(plain, -9).score == pytest.approx(1 - MOST_TELLING)
    assert told(plain, 9).score == pytest.approx(1 + MOST_TELLING)
    assert told(plain, 0.1).why[-1] == "there is something to tell of it (+0.00)"
    assert told(replace(plain, why=()), -9).why == ("there is little to tell of it (-0.60)",)
