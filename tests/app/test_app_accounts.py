"""What an account's examination tells the owner: a platform's words, and nothing that a terminal would obey."""

from __future__ import annotations

from bot.app.accounts import Finding, _examined
from bot.core.limits import LIMITS
from bot.errors import RetryLater
from bot.model import Post, Receipt


class Loud:
    """An account whose platform says things that no terminal should be told."""

    name, limits = "loud", LIMITS["webhook"]

    async def publish(self, post: Post) -> Receipt:
        raise AssertionError(post)

    async def find(self, post: Post) -> Receipt | None:
        raise AssertionError(post)

    async def prepare(self) -> None:
        raise RetryLater("it is away")

    async def examine(self) -> list[tuple[bool, str]]:
        return [(False, "it is away"), (True, "@ann\x1b[2J\x07\r\n\u202e is good")]


async def test_control_characters_of_a_platform_are_not_shown() -> None:
    """Whoever wrote the adapter; and what keeps it from being prepared and examined is said once."""
    found = await _examined("loud", Loud())
    assert [one.fine for one in found] == [False, True, True]
    assert found[0] == Finding(account="loud", fine=False, what="it is away")
    assert all(one.what.isprintable() for one in found)
    assert found[1].what.startswith("@ann")
    assert found[2].what == "takes 2000 characters a post"
