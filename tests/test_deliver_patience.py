"""How long a delivery is tried, how often, and when its owner hears of it: the whole timetable, by a clock of hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import deliver
from bot.errors import DeliveryError, NeedsLogin, RetryLater, TooLong, Unsure
from bot.model import Limits, Post, Receipt
from bot.prove.platforms import IMAGINED
from tests.faults.rig import Rig, rig

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LINK = "https://example.com/a"


class Scripted:
    """A platform that answers as it is told: a failure for each attempt, and success once none is left."""

    def __init__(self, limits: Limits, rig: Rig, failures: Iterable[DeliveryError] = ()) -> None:
        self.name, self.limits, self.rig = "keyed", limits, rig
        self.failures = list(failures)
        self.finds: list[DeliveryError] = []
        self.begun = rig.clock()
        self.sent: list[Post] = []
        self.at: list[timedelta] = []  # when it was asked to publish
        self.looked: list[timedelta] = []  # and when to look
        self.asked, self.silent = asyncio.Event(), False  # silent: it takes what it is sent, and never answers

    async def publish(self, post: Post) -> Receipt:
        """Fail as the script says, else keep it."""
        self.at.append(self.rig.clock() - self.begun)
        self.sent.append(post)
        self.asked.set()
        if self.silent:
            await asyncio.Event().wait()
        if self.failures:
            raise self.failures.pop(0)
        return Receipt(remote_id="1")

    async def find(self, post: Post) -> Receipt | None:
        """Nothing is ever there; it can't always be asked."""
        self.looked.append(self.rig.clock() - self.begun)
        if self.finds:
            raise self.finds.pop(0)
        return None

    def waits(self) -> list[timedelta]:
        """From each attempt to the next."""
        return [later - earlier for earlier, later in zip(self.at, self.at[1:], strict=False)]


@asynccontextmanager
async def trying(
    path: Path,
    failures: Iterable[DeliveryError],
    text: str = f"Words on tides {LINK}",
    more: str = "",
    link: str = LINK,
    **limits: object,
) -> AsyncIterator[tuple[Rig, Scripted, deliver.Delivering]]:
    """A bot with one planned post, and a platform of scripted moods."""
    async with rig(path, "keyed", more=more) as bot:
        scripted = Scripted(replace(IMAGINED["keyed"].limits, **limits), bot, failures)  # type: ignore[arg-type]
        delivering = replace(bot.stories.delivering, publishers={"keyed": scripted})
        post = Post(account="keyed", text=text, link=link, dedupe_key="a")
        await bot.on.db(bot.store.outbox.put, post, "post", now=bot.clock())
        yield bot, scripted, delivering


async def rest(bot: Rig, delivering: deliver.Delivering) -> None:
    """Go from wake to wake until nothing is under way."""
    for _ in range(200):
        await deliver.deliver("keyed", delivering)
        wake = await deliver.next_wake("keyed", delivering)
        if wake is None:
            return
        bot.clock.now = max(bot.clock.now, wake)
    raise AssertionError("it never comes to rest")


def busy(count: int, after: timedelta | None = None) -> list[DeliveryError]:
    return [RetryLater("busy", after) for _ in range(count)]


def unsure(count: int) -> list[DeliveryError]:
    return [Unsure("no answer") for _ in range(count)]


# --------------------------------------------------------------------------- certainly not accepted


async def test_a_platform_that_names_no_wait_is_asked_ever_more_seldom(tmp_path: Path) -> None:
    """Half a minute, doubled each time, at most a day; it is never given up."""
    async with trying(tmp_path, busy(16)) as (bot, platform, delivering):
        await rest(bot, delivering)
        assert platform.waits()[:12] == [30 * SECOND * 2**number for number in range(12)]
        assert platform.waits()[12:] == [DAY] * 4
        assert bot.states("keyed") == ["sent"]
        assert {post.key for post in platform.sent} == {platform.sent[0].key}


@pytest.mark.parametrize(
    ("asked", "waited"), [(timedelta(0), SECOND), (7 * MINUTE, 7 * MINUTE), (DAY, DAY), (10 * DAY, DAY)]
)
async def test_the_wait_that_a_platform_names_is_kept(tmp_path: Path, asked: timedelta, waited: timedelta) -> None:
    """At least a second, so that nobody is hammered, and at most a day."""
    async with trying(tmp_path, busy(2, asked)) as (bot, platform, delivering):
        await rest(bot, delivering)
        assert platform.waits() == [waited, waited]


async def test_the_owner_hears_of_the_fifth_attempt(tmp_path: Path) -> None:
    """Not before; once it is out, the notice is gone."""
    async with trying(tmp_path, busy(5)) as (bot, platform, delivering):
        while len(platform.at) < 5:
            assert bot.notices() == {}
            await deliver.deliver("keyed", delivering)
            wake = await deliver.next_wake("keyed", delivering)
            assert wake is not None
            bot.clock.now = wake
        (text,) = bot.notices().values()
        assert "was tried 5 times, and is not out yet (busy)" in text
        await rest(bot, delivering)
        assert (bot.states("keyed"), bot.notices()) == (["sent"], {})


async def test_what_only_the_owner_can_change_is_told_at_once(tmp_path: Path) -> None:
    """A budget that is spent needs no five attempts to be told."""
    async with trying(tmp_path, [RetryLater("the budget is spent", DAY, tell=True)]) as (bot, _, delivering):
        await deliver.deliver("keyed", delivering)
        (text,) = bot.notices().values()
        assert "was tried once, and is not out yet (the budget is spent)" in text


@pytest.mark.parametrize(("posts", "words"), [(1, "its 1 waiting post waits"), (2, "its 2 waiting posts wait")])
async def test_a_lost_login_tells_how_much_waits(tmp_path: Path, posts: int, words: str) -> None:
    """All of it goes once the account is let in again."""
    async with trying(tmp_path, [NeedsLogin("the server refused our token (401)")]) as (bot, platform, delivering):
        for number in range(1, posts):
            await bot.plan("keyed", str(number))
        await rest(bot, delivering)
        (text,) = bot.notices().values()
        assert words in text
        assert len(platform.at) == 1
        await bot.on.db(bot.store.outbox.let_in, "keyed")
        await rest(bot, delivering)
        assert bot.states("keyed") == ["sent"] * posts


# --------------------------------------------------------------------------- perhaps accepted


async def test_a_known_key_is_sent_again_at_once_and_then_ever_later(tmp_path: Path) -> None:
    """After the settle time the first repeat; then the settle time doubled with each, at most an hour."""
    more = 'settle = "3m"'
    async with trying(tmp_path, unsure(9), more=more, idempotent_for=timedelta.max) as (bot, platform, delivering):
        await rest(bot, delivering)
        settle = 3 * MINUTE
        assert platform.waits() == [
            settle,
            *(settle + settle * 2**number for number in (1, 2, 3, 4)),  # it settles first, and then it waits
            *[settle + HOUR] * 4,
        ]
        assert bot.states("keyed") == ["sent"]


async def test_what_fails_for_a_day_is_the_owners_to_decide(tmp_path: Path) -> None:
    """Five attempts at least, and a day since the first: whatever comes later, so that others aren't held back."""
    more = 'settle = "3m"'
    async with trying(tmp_path, unsure(99), more=more, idempotent_for=timedelta.max) as (bot, platform, delivering):
        await rest(bot, delivering)
        assert bot.states("keyed") == ["held"]
        assert platform.at[-2] + 3 * MINUTE <= DAY < platform.at[-1] + 3 * MINUTE
        (text,) = bot.notices().values()
        assert f"the platform failed on it {len(platform.at)} times in 24 h" in text
        await bot.plan("keyed", "b")
        platform.failures.clear()
        await rest(bot, delivering)
        assert bot.states("keyed") == ["held", "sent"]


async def test_five_attempts_are_made_however_long_they_take(tmp_path: Path) -> None:
    """An owner who lets posts settle for half a day has waited three days by then."""
    more = 'settle = "12h"'
    async with trying(tmp_path, unsure(99), more=more, idempotent_for=timedelta.max) as (bot, platform, delivering):
        await rest(bot, delivering)
        assert (len(platform.at), bot.states("keyed")) == (5, ["held"])


async def test_repeats_are_spaced_even_where_nothing_settles(tmp_path: Path) -> None:
    """Nobody is hammered by an owner who wants no settle time: after the first repeat it waits, ever longer."""
    more = 'settle = "0s"'
    async with trying(tmp_path, unsure(4), more=more, idempotent_for=timedelta.max) as (bot, platform, delivering):
        await rest(bot, delivering)
        assert platform.waits() == [timedelta(0), 2 * SECOND, 4 * SECOND, 8 * SECOND]


async def test_what_is_stopped_on_its_way_is_in_doubt_at_once(tmp_path: Path) -> None:
    """A bot that is stopped while a platform is silent says so of the post, and doesn't leave it as being sent."""
    async with trying(tmp_path, []) as (bot, platform, delivering):
        platform.silent = True
        task = asyncio.create_task(deliver.deliver("keyed", delivering))
        await platform.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (row,) = bot.rows("keyed")
        assert (row.state, row.reason) == ("unknown", "stopped while sending")


async def test_after_the_keys_time_nothing_is_repeated(tmp_path: Path) -> None:
    """A key that the platform has forgotten would make a second post."""
    settle = 3 * MINUTE
    for window, attempts in ((settle, 1), (settle + SECOND, 2)):
        path = tmp_path / str(attempts)
        more = 'settle = "3m"'
        async with trying(path, unsure(9), more=more, idempotent_for=window) as (bot, platform, delivering):
            await rest(bot, delivering)
            assert (len(platform.at), bot.states("keyed")) == (attempts, ["held"])


async def test_a_clock_that_went_back_makes_no_key_young(tmp_path: Path) -> None:
    """Before its own first attempt nobody can say how old a key is."""
    async with trying(tmp_path, unsure(1), idempotent_for=HOUR) as (bot, platform, delivering):
        await deliver.deliver("keyed", delivering)
        (row,) = bot.rows("keyed")
        bot.clock.now -= DAY
        await deliver.reconcile(row, delivering.accounts["keyed"], platform, delivering)
        assert (len(platform.at), bot.states("keyed")) == (1, ["held"])


async def test_a_platform_that_cannot_be_asked_is_asked_for_a_day(tmp_path: Path) -> None:
    """By the waits that it names or our own; then the owner is asked, and nothing is sent meanwhile."""
    async with trying(tmp_path, unsure(1), searchable=True, idempotent_for=None) as (bot, platform, delivering):
        platform.finds = [Unsure("no list"), RetryLater("later", 2 * HOUR), *[Unsure("no list")] * 99]
        await rest(bot, delivering)
        first, second, third, *_ = platform.looked
        assert (second - first, third - second) == (30 * SECOND, 2 * HOUR)
        assert (len(platform.at), bot.states("keyed")) == (1, ["held"])
        assert platform.looked[-2] <= DAY < platform.looked[-1]
        (text,) = bot.notices().values()
        assert "it could not be looked for in 24 h: no list" in text


async def test_what_is_proven_absent_goes_again(tmp_path: Path) -> None:
    """The same row under the same key, once it was looked for."""
    async with trying(tmp_path, unsure(1), searchable=True, idempotent_for=None) as (bot, platform, delivering):
        platform.finds = [Unsure("no list")]
        await rest(bot, delivering)
        assert (bot.states("keyed"), len(platform.looked)) == (["sent"], 2)
        assert platform.sent[0] == platform.sent[1]


async def test_what_an_earlier_life_left_in_the_air_is_counted(tmp_path: Path) -> None:
    """It is in doubt then, once."""
    async with trying(tmp_path, []) as (bot, _, delivering):
        await bot.on.db(bot.store.outbox.claim, "keyed", now=bot.clock())
        assert await deliver.take_up("keyed", delivering) == 1
        assert bot.states("keyed") == ["unknown"]
        assert await deliver.take_up("keyed", delivering) == 0


# --------------------------------------------------------------------------- too long


@pytest.mark.parametrize(
    ("said", "limit"),
    [(None, 450), (200, 200), (900, 479)],
)
async def test_a_post_is_shortened_to_what_the_platform_says(tmp_path: Path, said: int | None, limit: int) -> None:
    """To its limit; where it names none, to nine tenths of what was thought; and always by one at least."""
    words = f"{'Oscillators drift with heat, and so do clocks. ' * 30}"[: 480 - len(LINK) - 1] + " " + LINK
    assert len(words) == 480
    async with trying(tmp_path, [TooLong("too long", said)], words, max_length=500) as (bot, platform, delivering):
        await rest(bot, delivering)
        first, second = platform.sent
        assert len(second.text) <= limit < len(first.text)
        assert len(second.text) > limit - 60
        assert second.text.endswith(LINK)
        assert bot.states("keyed") == ["sent"]


async def test_what_is_too_long_is_counted_in_full(tmp_path: Path) -> None:
    """Where a link was thought to cost little and the platform says too long, all of it counts when it is shortened."""
    words = f"{'Oscillators drift with heat. ' * 8}{LINK}?{'a' * 80}"
    link = words.rpartition(" ")[2]
    async with trying(tmp_path, [TooLong("too long", 150)], words, link=link, link_cost=5) as (
        bot,
        platform,
        delivering,
    ):
        await rest(bot, delivering)
        assert len(platform.sent[1].text) <= 150
        assert platform.sent[1].text.endswith(link)


async def test_a_post_is_shortened_once(tmp_path: Path) -> None:
    """A platform that finds the shorter one too long, too, is told no third one; the owner hears of it."""
    failures = [TooLong("too long", 60), TooLong("still too long", 50)]
    text = f"{'Oscillators drift with heat. ' * 8}{LINK}"
    async with trying(tmp_path, failures, text) as (bot, platform, delivering):
        await rest(bot, delivering)
        assert (len(platform.sent), bot.states("keyed")) == (2, ["refused"])
        (notice,) = bot.notices().values()
        assert "still too long (already shortened once)" in notice


# --------------------------------------------------------------------------- too late


async def test_what_an_outage_made_too_old_goes_unsent(tmp_path: Path) -> None:
    """Not the post that waited longer than `expires`, but a younger one, and the answer to somebody who waited too."""
    async with rig(tmp_path, "readable", more='expires = "1h"') as bot:
        await bot.plan("readable", "old")
        await bot.hear("readable", "m1")
        await bot.reply()
        bot.wait(minutes=30)
        await bot.plan("readable", "young")
        bot.wait(minutes=31)
        await bot.deliver("readable")
        assert bot.states("readable") == ["expired", "sent", "sent"]
        assert bot.rows("readable")[0].reason == "older than 60 min"
        assert bot.servers["readable"].there()[-1:] == ["https://example.com/young"]


# --------------------------------------------------------------------------- taking back


async def test_taking_back_is_tried_ever_more_seldom(tmp_path: Path) -> None:
    """Half a minute after the first vain attempt, and twice that after each more."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        said = server.say("@ann@example.social", "hello")
        await bot.hear("mastodon", said.id)
        await bot.reply()
        await bot.settle("mastodon")
        server.unsaying.script(["lost, 500"] * 3)
        await bot.hear("mastodon", said.id, "", gone=True)
        begun, at = bot.clock(), list[timedelta]()
        while (wake := await deliver.next_wake("mastodon", bot.stories.delivering)) is not None:
            bot.clock.now = max(bot.clock.now, wake)
            at.append(bot.clock() - begun)
            await bot.deliver("mastodon")
        assert at == [timedelta(0), 30 * SECOND, 90 * SECOND, 210 * SECOND]
        assert bot.states("mastodon") == ["withdrawn"]


async def test_what_has_no_receipt_cannot_be_taken_back(tmp_path: Path) -> None:
    """The owner said that it is there, and nobody knows where: it stays, and says why."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        said = server.say("@ann@example.social", "hello")
        await bot.hear("mastodon", said.id)
        await bot.reply()
        server.troubles.script(["lost, 500"])
        await bot.deliver("mastodon")
        (row,) = bot.rows("mastodon")
        await bot.on.db(bot.store.outbox.mark_sent, row.id, now=bot.clock())
        await bot.hear("mastodon", said.id, "", gone=True)
        await bot.settle("mastodon")
        (row,) = bot.rows("mastodon")
        assert row.state == "sent"
        assert "deleted it" in row.reason
