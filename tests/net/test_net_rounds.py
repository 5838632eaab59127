"""The rhythm of asking: what fails, what wakes, what ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Mention, Secret
from bot.net.rounds import AT_ONCE as KEPT
from bot.net.rounds import PATIENCE, Streams, beginning, rounds
from bot.net.walks import Fresh, walking

HOUR = timedelta(hours=1)
AT_ONCE = timedelta(0)


def mention(number: int) -> tuple[str, Mention]:
    """The mention of this number, with its cursor."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return str(number), Mention(account="a", remote_id=f"m{number}", author="@ann", text="hi", at=at)


class Asked:
    """Gives what a script says, a round each; an error is raised."""

    def __init__(self, *script: list[int] | DeliveryError) -> None:
        self.script = list(script)
        self.cursors: list[str | None] = []
        self.empty = asyncio.Event()

    async def __call__(self, cursor: str | None) -> AsyncIterator[tuple[str, Mention]]:
        self.cursors.append(cursor)
        if not self.script:
            self.empty.set()
            return
        said = self.script.pop(0)
        if isinstance(said, DeliveryError):
            raise said
        for number in said:
            yield mention(number)


class Said:
    """Streams that say what a script says; an error is raised, None waits for ever."""

    def __init__(self, **script: list[str | DeliveryError | None]) -> None:
        self.script = script
        self.opened: list[str] = []
        self.let_in = 0

    async def letters(self) -> Mapping[str, str]:
        """What lets us in, made anew each time."""
        self.let_in += 1
        return {"A": f"b{self.let_in}"}

    async def send(self, *_: Any, **__: Any) -> Any:
        raise AssertionError

    async def events(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncIterator[str]:
        assert headers == {"A": f"b{self.let_in}"}
        self.opened.append(url)
        script = self.script[url]
        while script:
            said = script.pop(0)
            if isinstance(said, DeliveryError):
                raise said
            if said is None:
                await asyncio.Event().wait()
            else:
                yield said


def asking(ask: Asked, every: timedelta, http: Any, *, streams: list[str], cursor: str | None = None) -> Any:
    """The rounds, to be closed."""
    return aclosing(rounds(ask, cursor, every=every, streams=Streams(http, streams, http.letters)))


async def test_each_round_goes_on_where_the_last_one_stopped() -> None:
    """Also where a round fails midway: what was given is not asked for again."""
    ask = Asked([1, 2], [], Unsure("x"), [3])
    async with asking(ask, AT_ONCE, Said(), streams=[], cursor="0") as mentions:
        assert [(await anext(mentions))[0] for _ in range(3)] == ["1", "2", "3"]
    assert ask.cursors == ["0", "2", "2", "2"]


async def test_a_stream_wakes_before_the_time() -> None:
    """Its opening wakes, and each message: the next hour is not waited for."""
    ask, http = Asked([], [1], [2]), Said(s=["", "x", "y", None])
    async with asyncio.timeout(20), asking(ask, HOUR, http, streams=["s"]) as mentions:
        assert (await anext(mentions))[0] == "1"


@pytest.mark.parametrize("failure", [Rejected("no"), NeedsLogin("no")])
async def test_a_stream_that_is_not_offered_gives_way(failure: DeliveryError) -> None:
    """The next one is tried; without any, time alone wakes."""
    http = Said(a=[failure], b=["", None])
    async with asyncio.timeout(20), asking(Asked([], [1]), HOUR, http, streams=["a", "b"]) as mentions:
        assert (await anext(mentions))[0] == "1"
    assert http.opened == ["a", "b"]
    http = Said(a=[failure])
    async with asking(Asked([], [1]), AT_ONCE, http, streams=["a"]) as mentions:
        assert (await anext(mentions))[0] == "1"


@pytest.mark.parametrize("failure", [RetryLater("x"), Unsure("x")])
async def test_a_stream_that_fails_ends_nothing(failure: DeliveryError) -> None:
    """One that can't be opened, or breaks: time alone wakes, and somebody waits to open it again."""
    before, http = asyncio.all_tasks(), Said(a=[failure])
    async with asking(Asked([1], [2], [3]), AT_ONCE, http, streams=["a"]) as mentions:
        assert [(await anext(mentions))[0] for _ in range(3)] == ["1", "2", "3"]
        assert len(asyncio.all_tasks() - before) == 1
    assert http.opened == ["a"]


@pytest.mark.parametrize("failure", [RetryLater("x"), Unsure("x")])
async def test_the_first_round_must_succeed(failure: DeliveryError) -> None:
    """What never worked is told at once, not after minutes."""
    async with asking(Asked(failure), AT_ONCE, Said(), streams=[]) as mentions:
        with pytest.raises(type(failure)):
            await anext(mentions)


async def test_a_hiccup_is_nobodys_business() -> None:
    """Some rounds in a row may fail; one more is told."""
    hiccups = [Unsure("x")] * PATIENCE
    async with asking(Asked([1], *hiccups, [2], *hiccups, Unsure("told")), AT_ONCE, Said(), streams=[]) as mentions:
        assert [(await anext(mentions))[0] for _ in range(2)] == ["1", "2"]
        with pytest.raises(Unsure, match="told"):
            await anext(mentions)


@pytest.mark.parametrize("failure", [Rejected("x"), NeedsLogin("x")])
async def test_what_waiting_does_not_mend_is_told_at_once(failure: DeliveryError) -> None:
    """A refused token stays refused."""
    async with asking(Asked([1], failure), AT_ONCE, Said(), streams=[]) as mentions:
        await anext(mentions)
        with pytest.raises(type(failure)):
            await anext(mentions)


async def test_closing_ends_the_stream_too() -> None:
    """Nothing is left running."""
    before = asyncio.all_tasks()
    http = Said(s=["", None])
    async with asyncio.timeout(20), asking(Asked([1], [2]), AT_ONCE, http, streams=["s"]) as mentions:
        await anext(mentions)
        await anext(mentions)
    assert asyncio.all_tasks() == before


def gone(number: int) -> Mention:
    """Mention of this number, taken back."""
    return replace(mention(number)[1], text="", gone=True)


def told(*script: str | None, **means: bool | Mention) -> dict[str, Any]:
    """A stream that tells this, and what each message means."""
    said: Any = Said(s=[*script])
    return {"streams": Streams(said, ["s"], said.letters, means.__getitem__)}


async def test_what_is_taken_back_comes_at_once_and_asks_nothing() -> None:
    """A deletion is given with the cursor as it stands; what the stream says of others' affairs wakes nobody."""
    ask, given = Asked([1]), told("affairs", "back", "back", None, affairs=False, back=gone(1))
    mentions: Any = rounds(ask, "0", every=HOUR, **given)
    async with asyncio.timeout(20), aclosing(mentions):
        assert [await anext(mentions) for _ in range(3)] == [mention(1), ("1", gone(1)), ("1", gone(1))]
    assert ask.cursors == ["0"]


async def test_before_the_first_mention_nothing_is_taken_back() -> None:
    """Without a cursor there is nothing that could be meant."""
    mentions: Any = rounds(Asked([], [1]), None, every=HOUR, **told("back", "news", None, back=gone(7), news=True))
    async with asyncio.timeout(20), aclosing(mentions):
        assert await anext(mentions) == mention(1)


async def test_of_many_deletions_the_last_ones_are_kept() -> None:
    """However much a stream tells while a round is under way, what is kept of it has a bound."""
    script = [f"back{number}" for number in range(KEPT + 5)]
    means = {message: gone(number) for number, message in enumerate(script)}
    mentions: Any = rounds(Asked([1]), "0", every=HOUR, **told(*script, None, **means))
    async with asyncio.timeout(20), aclosing(mentions):
        await anext(mentions)
        assert (await anext(mentions))[1].remote_id == "m5"


async def test_where_listening_began_is_asked_once() -> None:
    """And kept for each place apart; what fails is asked again."""
    vault, asked = Fresh(), []
    nowhere: Any = Said()
    tools = walking(nowhere, vault)

    async def newest() -> str:
        asked.append(1)
        if len(asked) == 1:
            raise Unsure("x")
        return f"c{len(asked)}"

    with pytest.raises(Unsure):
        await beginning(tools, "a", "here", newest)
    assert [await beginning(tools, "a", "here", newest) for _ in range(3)] == ["c2"] * 3
    assert await beginning(tools, "a", "there", newest) == "c3"
    assert vault.kept["heard-from here"] == Secret("c2")
