from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pace import GRACE, NAMED, Due, coming, day_start, due, is_quiet, next_slot, slots
from bot.model import Account, Rhythm

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")


def account(
    *,
    at: tuple[time, ...] = (),
    every: timedelta | None = None,
    cron: str | None = None,
    jitter: timedelta = timedelta(0),
    quiet: tuple[time, time] | None = None,
) -> Account:
    rhythm = Rhythm(at=at, every=every, cron=cron, jitter=jitter)
    return Account(name="timeline", platform="local", post=rhythm, quiet=quiet)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_at_gives_each_time_of_each_local_day() -> None:
    """Two times a day over two days are four slots, named by their wall times."""
    found = list(slots(account(at=(time(9), time(17, 30))), BERLIN, utc("2026-11-20T23:00"), utc("2026-11-22T22:00")))
    assert [slot.identity for slot in found] == [
        "wall:2026-11-21T09:00",
        "wall:2026-11-21T17:30",
        "wall:2026-11-22T09:00",
        "wall:2026-11-22T17:30",
    ]
    assert found[0].at == utc("2026-11-21T08:00")


def test_every_stands_on_a_grid_from_the_epoch() -> None:
    """A span gives instants that no restart moves."""
    found = list(slots(account(every=timedelta(hours=2)), BERLIN, utc("2026-11-22T01:30"), utc("2026-11-22T06:00")))
    assert [slot.identity for slot in found] == [
        "grid:2026-11-22T02:00:00Z",
        "grid:2026-11-22T04:00:00Z",
        "grid:2026-11-22T06:00:00Z",
    ]


def test_the_first_moment_of_a_window_is_not_in_it_and_the_last_is() -> None:
    """So windows that follow each other leave nothing out and give nothing twice; an empty one has none."""
    two_hourly = account(every=timedelta(hours=2), jitter=timedelta(seconds=1))
    (slot,) = slots(two_hourly, BERLIN, utc("2026-11-22T00:30"), utc("2026-11-22T02:30"))
    assert list(slots(two_hourly, BERLIN, slot.at - timedelta(seconds=1), slot.at)) == [slot]
    assert list(slots(two_hourly, BERLIN, slot.at, slot.at + timedelta(seconds=1))) == []
    assert list(slots(two_hourly, BERLIN, slot.at, slot.at)) == []


def test_an_account_that_only_answers_has_no_slots() -> None:
    """Without a rhythm nothing is ever due, however long it slept."""
    silent = Account(name="replies", platform="local")
    start, end = utc("2026-01-01T00:00"), utc("2026-11-22T00:00")
    assert list(slots(silent, BERLIN, start, end)) == []
    assert next_slot(silent, BERLIN, start) is None
    assert due(silent, BERLIN, since=start, now=end) == Due()


def test_an_account_whose_every_time_is_quiet_has_no_next_slot() -> None:
    """A year is looked through, and no longer."""
    assert next_slot(account(at=(time(23),), quiet=(time(22), time(7))), BERLIN, utc("2026-11-22T00:00")) is None


def test_what_comes_holds_to_the_day_s_limit_by_the_owner_s_midnight() -> None:
    """With one of two posts out, today has one slot left, and each day after it two of its three."""
    thrice = replace(account(at=(time(0, 30), time(12), time(23, 30))), max_per_day=2)
    expected = ["2026-11-22T12:00", "2026-11-23T00:30", "2026-11-23T12:00", "2026-11-24T00:30", "2026-11-24T12:00"]
    found = islice(coming(thrice, BERLIN, utc("2026-11-22T00:00"), 1), 5)
    assert [slot.identity for slot in found] == [f"wall:{wall}" for wall in expected]
    free = islice(coming(replace(thrice, max_per_day=None), BERLIN, utc("2026-11-22T00:00"), 9), 3)
    assert [slot.identity for slot in free] == [
        *("wall:2026-11-22T12:00", "wall:2026-11-22T23:30", "wall:2026-11-23T00:30"),
    ]
    assert list(coming(account(), BERLIN, utc("2026-11-22T00:00"), 0)) == []


@pytest.mark.parametrize(("late", "filled"), [(GRACE - timedelta(seconds=1), True), (GRACE, False)])
def test_the_grace_ends_after_two_hours(late: timedelta, filled: bool) -> None:
    """A slot missed by less is made up for, one missed by all of it is passed over."""
    noon = utc("2026-11-22T11:00")
    answer = due(account(at=(time(12),)), BERLIN, since=utc("2026-11-22T00:00"), now=noon + late)
    assert (answer.fill is not None, len(answer.passed)) == (filled, not filled)


@pytest.mark.parametrize("kind", ["at", "cron"])
@pytest.mark.parametrize(
    ("zone", "day", "wall"),
    [
        (BERLIN, "2026-10-25", time(2, 30)),
        (BERLIN, "2026-03-29", time(2, 30)),
        (LORD_HOWE, "2026-04-05", time(1, 45)),
        (LORD_HOWE, "2026-10-04", time(2, 15)),
        (APIA, "2026-04-05", time(3, 30)),
    ],
)
def test_each_wall_slot_comes_once_when_clocks_change(kind: str, zone: ZoneInfo, day: str, wall: time) -> None:
    """Both ways, by an hour or by half of one, a local time of the day is one slot."""
    start = utc(f"{day}T12:00") - timedelta(days=2)
    one = account(at=(wall,)) if kind == "at" else account(cron=f"{wall.minute} {wall.hour} * * *")
    found = list(slots(one, zone, start, start + timedelta(days=4)))
    assert len({slot.identity for slot in found}) == len(found) == 4
    assert [slot.identity[5:15] for slot in found].count(day) == 1


def test_a_time_that_does_not_exist_comes_an_hour_later() -> None:
    """02:30 on the night the clocks go forward is 03:30."""
    (slot,) = slots(account(at=(time(2, 30),)), BERLIN, utc("2026-03-28T22:00"), utc("2026-03-29T12:00"))
    assert slot.at.astimezone(BERLIN).time() == time(3, 30)


def test_a_slot_of_the_hour_that_does_not_exist_follows_earlier_ones_with_later_names() -> None:
    """02:30 comes at 03:30 on that night, after 03:15, and is filled then."""
    twice = account(at=(time(2, 30), time(3, 15)))
    start = utc("2026-03-28T22:00")
    found = list(slots(twice, BERLIN, start, utc("2026-03-29T12:00")))
    assert [slot.identity for slot in found] == ["wall:2026-03-29T03:15", "wall:2026-03-29T02:30"]
    assert next_slot(twice, BERLIN, start) == found[0]
    answer = due(twice, BERLIN, since=start, now=found[1].at, handled=frozenset({found[0].identity}))
    assert answer.fill == found[1]


def test_cron_knows_weekdays() -> None:
    """`mon-fri` has no slot on a weekend."""
    slot = next_slot(account(cron="0 9 * * mon-fri"), BERLIN, utc("2026-11-21T00:00"))
    assert slot is not None
    assert slot.identity == "wall:2026-11-23T09:00"


def test_jitter_delays_only_and_stays_the_same() -> None:
    """A slot is moved later by at most the jitter, by the same amount every time it is asked for."""
    moved = account(at=(time(9),), jitter=timedelta(minutes=10))
    asked = [next_slot(moved, BERLIN, utc("2026-11-22T00:00")) for _ in range(2)]
    assert asked[0] == asked[1]
    assert asked[0] is not None
    assert utc("2026-11-22T08:00") <= asked[0].at <= utc("2026-11-22T08:10")


def test_quiet_hours_wrap_midnight() -> None:
    """22:00-07:00 covers the night, its start included and its end not."""
    quiet = (time(22), time(7))
    for wall, expected in [(22, True), (3, True), (7, False), (12, False)]:
        at = datetime(2026, 11, 22, wall, tzinfo=BERLIN)
        assert is_quiet(quiet, at, BERLIN) is expected
    night = account(every=timedelta(hours=1), quiet=quiet)
    found = list(slots(night, BERLIN, utc("2026-11-21T20:30"), utc("2026-11-22T06:30")))
    assert [slot.at.astimezone(BERLIN).hour for slot in found] == [7]


HOURS = st.times().map(lambda at: at.replace(tzinfo=None))


@given(at=HOURS, start=HOURS, end=HOURS)
def test_a_time_is_quiet_or_in_the_rest_of_the_day(at: time, start: time, end: time) -> None:
    """Of two windows that make a day, in one and never in both."""
    zone, moment = ZoneInfo("UTC"), datetime.combine(date(2026, 11, 22), at, UTC)
    assert start == end or is_quiet((start, end), moment, zone) != is_quiet((end, start), moment, zone)


def test_a_slot_missed_by_little_is_filled_and_the_older_ones_are_passed_over() -> None:
    """After a sleep of three hours one post goes out, not three."""
    hourly = account(every=timedelta(hours=1))
    answer = due(hourly, BERLIN, since=utc("2026-11-22T06:30"), now=utc("2026-11-22T09:40"))
    assert answer.fill is not None
    assert answer.fill.identity == "grid:2026-11-22T09:00:00Z"
    assert [slot.identity for slot in answer.passed] == ["grid:2026-11-22T07:00:00Z", "grid:2026-11-22T08:00:00Z"]


def test_a_slot_missed_by_much_is_passed_over() -> None:
    """A daily slot noticed five hours late is not made up."""
    daily = account(at=(time(9),))
    answer = due(daily, BERLIN, since=utc("2026-11-21T12:00"), now=utc("2026-11-22T10:30"))
    assert answer.fill is None
    assert [slot.identity for slot in answer.passed] == ["wall:2026-11-22T09:00"]


def test_without_grace_the_latest_slot_since_the_last_call_is_filled() -> None:
    """A call every twelve hours still fills the morning's slot, however late."""
    daily = account(at=(time(9),))
    answer = due(daily, BERLIN, since=utc("2026-11-21T20:00"), now=utc("2026-11-22T20:00"), grace=None)
    assert answer.fill is not None
    assert answer.fill.identity == "wall:2026-11-22T09:00"


@pytest.mark.parametrize(
    ("rhythm", "quiet", "called"),
    [
        ({"cron": "0 9 1 * *"}, None, "2026-11-22T08:00"),
        ({"cron": "0 9 1 1 *"}, None, "2026-11-22T08:00"),
        ({"every": timedelta(days=30)}, None, "2026-11-22T08:00"),
        ({"every": timedelta(minutes=10)}, (time(22), time(7)), "2026-11-22T05:50"),
    ],
)
def test_without_grace_a_slot_is_due_however_long_ago_it_was(
    rhythm: dict[str, Any], quiet: tuple[time, time] | None, called: str
) -> None:
    """A month's slot is filled by a call three weeks later, and yesterday's last one by a call in the quiet hours."""
    one, now = account(**rhythm, quiet=quiet), utc(called)
    answer = due(one, BERLIN, since=now - timedelta(days=360), now=now, grace=None)
    assert answer.fill == list(slots(one, BERLIN, now - timedelta(days=360), now))[-1]
    assert due(one, BERLIN, since=answer.fill.at, now=now, grace=None) == Due()


def test_a_handled_slot_is_not_due_again_when_the_clock_goes_back() -> None:
    """A clock set back by an hour finds the slot handled."""
    hourly = account(every=timedelta(hours=1))
    handled = frozenset({"grid:2026-11-22T09:00:00Z"})
    answer = due(hourly, BERLIN, since=utc("2026-11-22T08:59"), now=utc("2026-11-22T09:00"), handled=handled)
    assert answer.fill is None


def test_a_missed_slot_is_not_filled_once_a_later_one_was() -> None:
    """A slot that comes to light after its successor was filled is passed over, however recent."""
    hourly = account(every=timedelta(hours=1))
    handled = frozenset({"grid:2026-11-22T09:00:00Z"})
    answer = due(hourly, BERLIN, since=utc("2026-11-22T07:30"), now=utc("2026-11-22T09:05"), handled=handled)
    assert answer.fill is None
    assert [slot.identity for slot in answer.passed] == ["grid:2026-11-22T08:00:00Z"]


def test_a_sleep_of_months_is_looked_through_at_once() -> None:
    """A schedule of every second, asleep for a year, names a handful of slots."""
    answer = due(
        account(every=timedelta(seconds=1)), BERLIN, since=utc("2025-11-22T00:00"), now=utc("2026-11-22T00:00")
    )
    assert answer.fill is not None
    assert len(answer.passed) < NAMED


def test_what_was_missed_is_named_by_the_handful() -> None:
    """A call after a month fills the latest minute of a schedule of every minute, and records no thousands."""
    now = utc("2026-11-22T00:00")
    answer = due(account(cron="* * * * *"), BERLIN, since=now - timedelta(days=30), now=now, grace=None)
    assert answer.fill is not None
    assert answer.fill.at == now
    assert len(answer.passed) == NAMED - 1


def test_the_local_day_begins_at_local_midnight() -> None:
    """The daily count starts at midnight where the owner lives."""
    assert day_start(utc("2026-11-22T23:30"), BERLIN) == utc("2026-11-22T23:00")


@given(
    start=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 -- made aware below
    hours=st.integers(min_value=1, max_value=96),
    minute=st.integers(min_value=0, max_value=59),
    jitter=st.integers(min_value=0, max_value=3600),
    zone=st.sampled_from([BERLIN, LORD_HOWE, APIA, ZoneInfo("UTC")]),
)
def test_windows_that_meet_give_each_slot_once(
    start: datetime, hours: int, minute: int, jitter: int, zone: ZoneInfo
) -> None:
    """Looking at the clock twice, at any moments, never sees a slot twice and never misses one."""
    one = account(at=(time(2, minute), time(23, minute)), jitter=timedelta(seconds=jitter))
    begin = start.replace(tzinfo=UTC)
    middle, end = begin + timedelta(hours=hours / 2), begin + timedelta(hours=hours)
    whole = [slot.identity for slot in slots(one, zone, begin, end)]
    parts = [slot.identity for a, b in ((begin, middle), (middle, end)) for slot in slots(one, zone, a, b)]
    assert whole == parts
    assert len(set(whole)) == len(whole)


CHANGES = [
    (BERLIN, utc("2026-03-29T01:00")),
    (BERLIN, utc("2026-10-25T01:00")),
    (LORD_HOWE, utc("2026-10-03T15:30")),
    (LORD_HOWE, utc("2026-04-04T15:00")),
    (ZoneInfo("America/Santiago"), utc("2026-09-06T04:00")),
]


@given(
    change=st.sampled_from(CHANGES),
    offsets=st.lists(st.integers(min_value=-70, max_value=70), min_size=2, max_size=5, unique=True),
    cron=st.booleans(),
)
def test_around_a_change_of_clocks_every_slot_is_next_once_and_then_due(
    change: tuple[ZoneInfo, datetime], offsets: list[int], cron: bool
) -> None:
    """Woken at each next slot, the bot fills one for every moment that a slot of those days has."""
    zone, moment = change
    walls = [moment.astimezone(zone) + timedelta(minutes=offset) for offset in offsets]
    hours = ",".join(str(wall.hour) for wall in walls)
    one = account(cron=f"{walls[0].minute} {hours} * * *") if cron else account(at=tuple(wall.time() for wall in walls))
    begin, end = moment - timedelta(days=1), moment + timedelta(days=1)
    filled: list[datetime] = []
    handled: set[str] = set()
    now = begin
    while (slot := next_slot(one, zone, now)) is not None and slot.at <= end:
        now = slot.at
        answer = due(one, zone, since=begin, now=now, handled=frozenset(handled))
        assert answer.fill is not None
        handled |= {slot.identity for slot in (answer.fill, *answer.passed)}
        filled.append(answer.fill.at)
    assert filled == sorted({slot.at for slot in slots(one, zone, begin, end)})


RHYTHMS = st.sampled_from(
    [
        account(at=(time(1, 45), time(2, 30), time(9), time(23, 55)), jitter=timedelta(minutes=3)),
        account(cron="*/20 * * * *", quiet=(time(22), time(7))),
        account(cron="15 2 * * sun"),
        account(every=timedelta(minutes=45), quiet=(time(2), time(3))),
        account(every=timedelta(days=1), jitter=timedelta(minutes=10)),
    ]
)
STEPS = st.sampled_from(["slot", "minute", "-10 min", "-2 h", "-365 d", "3 h", "1 d", "30 d"])
SPANS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@given(change=st.sampled_from(CHANGES), one=RHYTHMS, steps=st.lists(STEPS, max_size=30), once=st.booleans())
def test_whatever_the_clock_does_a_slot_is_filled_once_and_never_early(
    change: tuple[ZoneInfo, datetime], one: Account, steps: list[str], once: bool
) -> None:
    """Clocks that jump, sleeps, changes of clocks: each slot at most once, not before its time, not in quiet hours."""
    zone, moment = change
    now = begin = moment - timedelta(hours=3)
    filled: set[str] = set()
    passed: set[str] = set()
    for step in steps:
        ahead = next_slot(one, zone, now)
        if step == "slot" and ahead is not None:
            now = ahead.at
        elif step[-1] in SPANS or step.endswith("min"):
            number, unit = step.split()
            now += int(number) * SPANS[unit]
        else:
            now += timedelta(minutes=1)
        answer = due(one, zone, since=begin, now=now, handled=frozenset(filled | passed), grace=None if once else GRACE)
        if step == "slot" and ahead is not None and ahead.at > begin and ahead.identity not in filled | passed:
            assert answer.fill is not None
        if answer.fill is not None:
            assert answer.fill.identity not in filled | passed
            assert answer.fill.at <= now
            assert once or now - answer.fill.at < GRACE
            assert not is_quiet(one.quiet, answer.fill.at, zone)
            filled.add(answer.fill.identity)
        passed |= {slot.identity for slot in answer.passed}
    assert not filled & passed


@given(late=st.integers(min_value=0, max_value=72 * 60))
def test_at_most_one_slot_is_filled(late: int) -> None:
    """However late the look, one slot is filled at most, and it is younger than the grace."""
    now = utc("2026-11-22T00:00") + timedelta(minutes=late)
    answer = due(account(every=timedelta(hours=3)), BERLIN, since=utc("2026-11-21T00:00"), now=now)
    if answer.fill:
        assert now - answer.fill.at < GRACE
