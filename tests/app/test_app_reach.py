from __future__ import annotations

from bot.app.reach import Reach
from bot.share import Gathered


class Notes:
    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    async def __call__(self, subject: str, text: str | None) -> None:
        self.told.append((subject, text))


async def test_when_no_feed_can_be_reached_it_is_said_once_and_taken_back() -> None:
    """One notice for the whole network, gone with the first feed that answers."""
    notes = Notes()
    reach = Reach(notes)
    for url in ("a", "b"):
        await reach.landed(Gathered(url=url, status="error", error="its name can't be found"))
    await reach.round_over(["a", "b"])
    await reach.round_over(["a", "b"])
    assert [subject for subject, _ in notes.told] == ["network"]
    assert "starfish demo" in str(notes.told[0][1])
    await reach.landed(Gathered(url="a", status="new", entries=3, new=3))
    assert notes.told[-1] == ("network", None)


async def test_one_feed_that_answers_is_enough() -> None:
    """Broken feeds beside a good one are their own notices, not the network's."""
    notes = Notes()
    reach = Reach(notes)
    await reach.landed(Gathered(url="a", status="error", error="gone"))
    await reach.landed(Gathered(url="b", status="unchanged"))
    await reach.round_over(["a", "b"])
    assert notes.told == []


async def test_what_was_not_due_may_be_fine() -> None:
    """After a quick restart a broken feed may be polled alone: of the network nothing is known then."""
    notes = Notes()
    reach = Reach(notes)
    await reach.round_over([])
    await reach.landed(Gathered(url="a", status="error", error="answered 404 Not Found"))
    await reach.round_over(["a", "b"])
    assert notes.told == []
    await reach.landed(Gathered(url="b", status="error", error="its name can't be found"))
    await reach.round_over(["a", "b"])
    assert [subject for subject, _ in notes.told] == ["network"]
