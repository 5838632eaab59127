"""What was learnt of late, and no more of it than has its place in memory.  May import: the standard library only."""

from __future__ import annotations

from typing import Generic, TypeVar

Value = TypeVar("Value")


class Lately(Generic[Value]):
    """Values by their names; of more than `most` the oldest are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, Value] = {}

    def note(self, name: str, value: Value) -> None:
        """Remember it; a name that was known keeps its age."""
        self._known[name] = value
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def get(self, name: str, otherwise: Value) -> Value:
        """The value of a name that is known."""
        return self._known.get(name, otherwise)

    def __contains__(self, name: object) -> bool:
        return name in self._known


class Sent(Lately[str]):
    """Which of our posts stands under which id: words may come twice, and what is one post's is no other's.

    Only this life knows; what an earlier one sent is told apart by its words alone.
    """

    def __init__(self) -> None:
        super().__init__(1000)

    def may_be(self, id_: str, key: str) -> bool:
        """Whether what stands under an id may be the post with this key."""
        return self.get(id_, key) == key
