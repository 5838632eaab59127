"""What an account's examination tells the owner: a platform's words, and nothing that a terminal would obey."""

from __future__ import annotations

import pytest

from bot.app.accounts import Finding, _examined
from bot.core.limits import LIMITS
from bot.errors import DeliveryError, NeedsLogin, Unsure
from bot.model import Post, Receipt


class Loud:
    """An account whose platform says things that no terminal should be told."""

    name, limits = "loud", LIMITS["webhook"]

    async def publish(self, post: Post) -> Receipt:
        raise AssertionError(post)

    async def find(self, post: Post) -> Receipt | None:
        raise AssertionError(post)

    def __init__(self, failure: DeliveryError) -> None:
        self.failure = failure

    async def prepare(self) -> None:
        raise self.failure

    async def examine(self) -> list[tuple[bool, str]]:
        return [(False, "who is that?"), (True, "@ann\x1b[2J\x07\r\n\u202e is good")]


async def test_control_characters_of_a_platform_are_not_shown() -> None:
    """Whoever wrote the adapter; and what keeps it from being prepared is said once, by who examines it."""
    found = await _examined("loud", Loud(NeedsLogin("who?")))
    assert [one.fine for one in found] == [False, True, True]
    assert found[0] == Finding(account="loud", fine=False, what="who is that?")
    assert all(one.what.isprintable() for one in found)
    assert found[1].what.startswith("@ann")
    assert found[2].what == "takes 2000 characters a post"


async def test_a_server_that_does_not_answer_is_asked_once() -> None:
    """Each question to it may take half a minute, and all would end alike; of its limits nothing is known."""
    found = await _examined("away", Loud(Unsure("it took too long\x07 to answer")))
    assert found == [Finding(account="away", fine=False, what="it took too long to answer")]


@pytest.mark.parametrize(("name", "said"), [("telegram", "4096 UTF-16 units"), ("x", "280 weighted characters")])
def test_lengths_are_said_in_words(name: str, said: str) -> None:
    """As people would, not as the settings of an adapter do."""
    assert f"{LIMITS[name].max_length} {LIMITS[name].units}" == said
