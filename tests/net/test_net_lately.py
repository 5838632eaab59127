"""What is remembered of late has a bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.net.lately import Lately, Sent


@given(names=st.lists(st.sampled_from("abcdefgh"), max_size=60), most=st.integers(1, 5))
def test_the_newest_names_are_known(names: list[str], most: int) -> None:
    """No more than there is room for, in the order in which they were first heard; the last value of each."""
    known = Lately[int](most)
    held: dict[str, int] = {}
    for place, name in enumerate(names):
        known.note(name, place)
        held[name] = place
        if len(held) > most:
            del held[next(iter(held))]
    assert {name: known.get(name, -1) for name in "abcdefgh" if name in known} == held
    assert known.get("z", -1) == -1


def test_an_id_that_is_one_posts_is_no_others() -> None:
    """One that nobody knows may be anybody's."""
    sent = Sent()
    sent.note("7", "key-1")
    assert sent.may_be("7", "key-1")
    assert not sent.may_be("7", "key-2")
    assert sent.may_be("8", "key-2")
