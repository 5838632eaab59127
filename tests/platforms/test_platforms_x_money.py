"""What X charges: nothing before the owner agrees, never more than they allow, counted over restarts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NeedsLogin, Rejected, RetryLater, Unsure
from bot.model import Account, Rhythm, Secret
from bot.net import Client
from bot.platforms.x.money import CONSENT, LINK, POST, Purse, came_along, costs, dollars, monthly, spent
from bot.platforms.x.options import Options
from bot.prove.servers import serving
from bot.prove.x_server import XServer
from tests.platforms.contract import LINK as ADDRESS
from tests.platforms.contract import MemoryVault, Stage
from tests.platforms.test_platforms_x import SIGNED, signed, stage_on
from tests.servers.fixtures import Hands

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account of OAuth 1.0a."""
    server = XServer(keys=(*SIGNED.values(),), clock=clock.ticks)
    async with serving(server):
        yield stage_on(server, signed, make_client, clock)


def paid(stage: Stage) -> int:
    """What was spent, in thousandths of a dollar."""
    return spent("acc", stage.vault, stage.clock())


# --------------------------------------------------------------------------- consent


async def test_nothing_is_sent_or_asked_before_the_owner_agrees(stage: Stage) -> None:
    """Neither a post, nor a look, nor a mention, nor who we are: what is planned waits, and the account says why."""
    account = stage.open_with(i_accept_costs=False)
    for asked in (account.publish(stage.post()), account.find(stage.post()), anext(account.mentions(None))):
        with pytest.raises(NeedsLogin, match="i_accept_costs = true"):
            await asked
    findings = await account.examine()
    assert (False, CONSENT) in findings
    assert stage.server.asked == []
    assert paid(stage) == 0


# --------------------------------------------------------------------------- prices


@pytest.mark.parametrize(
    ("text", "reply", "price"),
    [
        ("Words alone.", {}, 15),
        (f"With a link: {ADDRESS}", {}, 200),
        ("With a name that is one: example.com", {}, 200),
        ("A part of a thread.", {"reply_to": "OURS"}, 15),
        ("An answer.", {"reply_to": "THEIRS", "reply_to_author": "@ann"}, 10),
        (f"An answer: {ADDRESS}", {"reply_to": "THEIRS", "reply_to_author": "@ann"}, 200),
    ],
)
async def test_each_thing_has_its_price(stage: Stage, text: str, reply: dict[str, str], price: int) -> None:
    """A post, one with a link, an answer to who summoned us; where X doesn't say, the dearer is counted."""
    account = stage.open()
    if reply:
        parent = stage.server.say("@ann", "hello") if "reply_to_author" in reply else None
        ours = parent or await account.publish(stage.post("First", None, key="k"))
        reply = {**reply, "reply_to": getattr(ours, "id", "") or ours.remote_id}
    before = paid(stage)
    await account.publish(stage.post(text, None, **reply))
    assert paid(stage) - before == price


@pytest.mark.parametrize(
    ("fault", "price"),
    [("429 seconds", 0), ("403", 0), ("kept, 500", 200), ("lost, cut", 200), ("kept, HTML", 200), ("", 200)],
)
async def test_what_x_refused_costs_nothing(stage: Stage, fault: str, price: int) -> None:
    """A price is noted before the first byte, and given back where X certainly did nothing."""
    stage.server.troubles.script([fault])
    with suppress(RetryLater, NeedsLogin, Unsure):
        await stage.open().publish(stage.post())
    assert paid(stage) == price


async def test_a_closed_door_costs_nothing(stage: Stage) -> None:
    """Nor does a connection that was never made."""
    with pytest.raises(RetryLater):
        await stage.open("http://127.0.0.1:1").publish(stage.post())
    assert paid(stage) == 0


async def test_looking_costs_what_is_read(stage: Stage) -> None:
    """A thousandth of a dollar for each post of ours, and a cent for who comes with it; who we are is asked once."""
    account = stage.open()
    await account.publish(stage.post("Words alone.", None))
    await account.find(stage.post("Others.", None, key="k2"))
    assert paid(stage) == 15 + 10 + 1 + 10
    await stage.open().find(stage.post("Others.", None, key="k2"))
    assert paid(stage) == 15 + 10 + 2 * (1 + 10)


async def test_taking_a_post_back_costs_too(stage: Stage) -> None:
    """A cent."""
    account = stage.open()
    receipt = await account.publish(stage.post("Words alone.", None))
    await account.delete(receipt)
    assert paid(stage) == 15 + 10


# --------------------------------------------------------------------------- the budget


async def test_the_budget_ends_it_until_the_month_does(stage: Stage) -> None:
    """What would go over it is not sent, over restarts too; the wait is told, and the owner at once."""
    account = stage.open_with(budget=0.25)
    await account.publish(stage.post())
    for opened in (account, stage.open()):
        with pytest.raises(RetryLater, match=r"\$0\.20 of \$0\.25") as told:
            await opened.publish(stage.post("Another: https://example.org/2", None))
        assert told.value.after == datetime(2026, 12, 1, tzinfo=UTC) - stage.clock()
        assert told.value.tell
    await account.publish(stage.post("Words are cheaper.", None))
    stage.clock.now = datetime(2026, 12, 1, 0, 0, 1, tzinfo=UTC)
    await account.publish(stage.post("Another: https://example.org/2", None))
    assert len(stage.said()) == 3


async def test_mentions_are_not_read_beyond_the_budget(stage: Stage) -> None:
    """Who speaks then waits for the next month; a look after a doubt is made nevertheless, as it ends the doubt."""
    account = stage.open_with(budget=0.001)
    stage.vault.put("acc", "spent", Secret(json.dumps({"month": "2026-11", "spent": 1})))
    with pytest.raises(RetryLater, match="budget"):
        await anext(account.mentions("1"))
    assert await account.find(stage.post()) is None


async def test_credits_that_are_used_up_are_named(stage: Stage) -> None:
    """402, or what X calls a cap: wait for hours, not for the half minute of a hiccup, and tell the owner."""
    stage.server.credits = False
    with pytest.raises(RetryLater, match=r"buy more at console\.x\.com") as told:
        await stage.open().publish(stage.post())
    assert (told.value.after, told.value.tell) == (timedelta(hours=6), True)
    assert paid(stage) == 0


# --------------------------------------------------------------------------- counting


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"month": "2026-11"}', '{"month": "2026-11", "spent": -5}'])
def test_what_the_vault_has_is_read_with_distrust(kept: str) -> None:
    """What can't be read is nothing spent."""
    vault = MemoryVault()
    vault.put("acc", "spent", Secret(kept))
    assert spent("acc", vault, NOW) == 0


@given(st.lists(st.integers(-500, 500), max_size=20))
def test_a_purse_is_never_below_nothing(prices: list[int]) -> None:
    """Whatever is paid and given back."""
    purse = Purse("acc", MemoryVault(), lambda: NOW, 10**6)
    for price in prices:
        purse.pay(price)
        assert purse.spent() >= 0


def test_what_comes_along_is_counted() -> None:
    """People are dear; whatever is no list is nothing."""
    assert came_along({}, 3) == 3
    assert came_along({"includes": {"users": [{}, {}], "posts": [{}], "media": "odd"}}, 1) == 1 + 20 + 5
    assert came_along({"includes": []}, 0) == 0


@pytest.mark.parametrize(
    ("rhythm", "posts"),
    [
        (None, 0),
        (Rhythm(at=(time(9), time(13), time(17, 30))), 91.2),
        (Rhythm(every=timedelta(hours=2)), 364.8),
        (Rhythm(every=timedelta(seconds=1)), 30.4 * 50_000),
        (Rhythm(cron="0 9 * * mon"), 4.34),
    ],
)
def test_a_schedule_has_a_price(rhythm: Rhythm | None, posts: float) -> None:
    """As many posts as a month has slots, by the dearest price."""
    account = Account(name="acc", platform="x", options=Options(client_id="a"), post=rhythm)
    count, price = monthly(account, NOW)
    assert count == pytest.approx(posts, rel=0.05)
    assert price == pytest.approx(count * LINK)


def test_quotes_and_caps_make_it_cheaper() -> None:
    """Quotes have no link; more than `max_per_day` is never posted."""
    rhythm = Rhythm(every=timedelta(hours=1))
    account = Account(name="acc", platform="x", options=Options(client_id="a"), post=rhythm, max_per_day=2, quotes=0.5)
    posts, price = monthly(account, NOW)
    assert posts == pytest.approx(60.8)
    assert price == pytest.approx(60.8 * (LINK + POST) / 2)


def test_an_account_that_only_answers_has_no_schedule_to_pay() -> None:
    """What each mention costs is said."""
    account = Account(name="acc", platform="x", options=Options(client_id="a", i_accept_costs=True))
    assert costs(account, None, NOW) == [
        "each mention that is read costs up to $0.016, each answer $0.01, with a link $0.20"
    ]
    assert costs(account, MemoryVault(), NOW) == ["$0.00 of $5.00 spent this month, by our count"]


def test_amounts_are_for_people() -> None:
    """To the cent, unless they are smaller."""
    assert [dollars(amount) for amount in (0, 1, 15, 200, 18_240)] == ["$0.00", "$0.001", "$0.015", "$0.20", "$18.24"]


async def test_an_answer_to_nobody_is_refused_before_it_costs(stage: Stage) -> None:
    """A number that X can't have."""
    with pytest.raises(Rejected):
        await stage.open().publish(stage.post("Hello", None, reply_to="x/../y", reply_to_author="@ann"))
    assert (stage.server.requests, paid(stage)) == (0, 0)
