from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.when import LONGEST, moment_of, span_of, without_time

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)  # a Friday
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("2h", timedelta(hours=2)),
        ("for 30 minutes", timedelta(minutes=30)),
        ("two days", timedelta(days=2)),
        ("half an hour", timedelta(minutes=30)),
        ("an hour", timedelta(hours=1)),
        ("a couple of days", timedelta(days=2)),
        ("1h 30m", timedelta(minutes=90)),
        ("3 weeks", timedelta(weeks=3)),
        ("1.5 hours", timedelta(minutes=90)),
        ("2,5 Stunden", timedelta(minutes=150)),
        ("1h30", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("an hour and a half", timedelta(minutes=90)),
        ("one and a half hours", timedelta(minutes=90)),
        ("2 and a half days", timedelta(hours=60)),
        ("1½ hours", timedelta(minutes=90)),
        ("½ hour", timedelta(minutes=30)),
        ("half a day", timedelta(hours=12)),
        ("a quarter of an hour", timedelta(minutes=15)),
        ("three quarters of an hour", timedelta(minutes=45)),
    ],
)
def test_spans_are_read_as_people_write_them(said: str, span: timedelta) -> None:
    """Digits and words, short and long units, sums."""
    assert span_of(said) == span


@pytest.mark.parametrize(
    "said", ["", "soon", "never mind", "0 days", "99999 years", "x" * 5000, "1/2 hour", "1:30 hours"]
)
def test_what_is_no_span_is_none(said: str) -> None:
    """Nothing is guessed."""
    assert span_of(said) is None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("in two days", datetime(2026, 11, 22, 10, 30, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tomorrow at 18:15", datetime(2026, 11, 21, 17, 15, tzinfo=UTC)),
        ("on monday", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("friday", datetime(2026, 11, 27, 8, 0, tzinfo=UTC)),
        ("at 5pm", datetime(2026, 11, 20, 16, 0, tzinfo=UTC)),
        ("at 9", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tonight", datetime(2026, 11, 20, 20, 0, tzinfo=UTC)),
        ("next week", datetime(2026, 11, 27, 8, 0, tzinfo=UTC)),
        ("this weekend", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tomorrow at 7:30pm", datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),
        ("tomorrow evening at 8", datetime(2026, 11, 21, 19, 0, tzinfo=UTC)),
        ("on 24 December", datetime(2026, 12, 24, 8, 0, tzinfo=UTC)),
        ("the 3rd of May at 8", datetime(2027, 5, 3, 6, 0, tzinfo=UTC)),
        ("Dec 24th, 2026", datetime(2026, 12, 24, 8, 0, tzinfo=UTC)),
        ("2026-12-24 18:00", datetime(2026, 12, 24, 17, 0, tzinfo=UTC)),
        ("in a fortnight", datetime(2026, 12, 4, 10, 30, tzinfo=UTC)),
        ("30 minutes", datetime(2026, 11, 20, 11, 0, tzinfo=UTC)),
        ("in eleven minutes", datetime(2026, 11, 20, 10, 41, tzinfo=UTC)),
        ("in twelve days", datetime(2026, 12, 2, 10, 30, tzinfo=UTC)),
        ("in a month", datetime(2026, 12, 20, 10, 30, tzinfo=UTC)),
        ("in a year", datetime(2027, 11, 20, 10, 30, tzinfo=UTC)),
        ("today at 18:00", datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
        ("tomorrow morning", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tomorrow at noon", datetime(2026, 11, 21, 11, 0, tzinfo=UTC)),
        ("monday midday", datetime(2026, 11, 23, 11, 0, tzinfo=UTC)),
        ("tomorrow afternoon", datetime(2026, 11, 21, 14, 0, tzinfo=UTC)),
        ("tomorrow afternoon at 12:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
        ("tomorrow evening", datetime(2026, 11, 21, 18, 0, tzinfo=UTC)),
        ("morgen abend", datetime(2026, 11, 21, 18, 0, tzinfo=UTC)),
        ("tomorrow night", datetime(2026, 11, 21, 20, 0, tzinfo=UTC)),
        ("tomorrow at 12am", datetime(2026, 11, 20, 23, 0, tzinfo=UTC)),
        ("tomorrow at 12pm", datetime(2026, 11, 21, 11, 0, tzinfo=UTC)),
        ("tomorrow at 23:59", datetime(2026, 11, 21, 22, 59, tzinfo=UTC)),
        ("tomorrow, to be at 45 Main Street at 18:00", datetime(2026, 11, 21, 17, 0, tzinfo=UTC)),
        ("tomorrow evening, to be at 45 Main Street", datetime(2026, 11, 21, 18, 0, tzinfo=UTC)),
        ("tomorrow, to be at 45 Main Street", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("today, in 2 hours", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
        ("in 2 days at 9", datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        ("at 9 to take 2 hours off", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tomorrow at 9, 2 hours in the lab", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("tomorrow at eight", datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        ("tomorrow evening at seven", datetime(2026, 11, 21, 18, 0, tzinfo=UTC)),
        ("at midnight", datetime(2026, 11, 20, 23, 0, tzinfo=UTC)),
        ("20 November at 18:00", datetime(2026, 11, 20, 17, 0, tzinfo=UTC)),
        ("am Wochenende", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("20 November 2027", datetime(2027, 11, 20, 8, 0, tzinfo=UTC)),
    ],
)
def test_times_are_the_askers_clock(said: str, expected: datetime) -> None:
    """A day without an hour means its morning; an hour that is past means tomorrow's."""
    assert moment_of(said, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("tomorrow at 8 utc", 8),
        ("at 9 am new york time", 14),
        ("tomorrow at 9am EST", 14),
        ("tomorrow 9:30 London time", 9.5),
    ],
)
def test_an_hour_may_name_its_zone(said: str, hours: float) -> None:
    """Whoever lives elsewhere says so."""
    at = moment_of(said, NOW, BERLIN)
    assert at is not None
    assert at.hour + at.minute / 60 == hours


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("in 2 Stunden", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
        ("morgen um 18:30", datetime(2026, 11, 21, 17, 30, tzinfo=UTC)),
        ("übermorgen", datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        ("demain à 9h", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("dans trois jours", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("mañana a las 10", datetime(2026, 11, 21, 9, 0, tzinfo=UTC)),
        ("en 3 días", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("tra due ore", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
        ("domani alle 9", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("na segunda-feira às 9", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("morgen om 9 uur", datetime(2026, 11, 21, 8, 0, tzinfo=UTC)),
        ("am 24. Dezember", datetime(2026, 12, 24, 8, 0, tzinfo=UTC)),
        ("demain à 14h30", datetime(2026, 11, 21, 13, 30, tzinfo=UTC)),
        ("à 14h30", datetime(2026, 11, 20, 13, 30, tzinfo=UTC)),
        ("daqui a 2 horas", datetime(2026, 11, 20, 12, 30, tzinfo=UTC)),
        ("dans 1h30", datetime(2026, 11, 20, 12, 0, tzinfo=UTC)),
        ("am 3.12. um 10 Uhr", datetime(2026, 12, 3, 9, 0, tzinfo=UTC)),
        ("am 24.12.2026", datetime(2026, 12, 24, 8, 0, tzinfo=UTC)),
        ("morgen um acht", datetime(2026, 11, 21, 7, 0, tzinfo=UTC)),
        ("domani alle dieci", datetime(2026, 11, 21, 9, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_languages_of_the_rules(said: str, expected: datetime) -> None:
    """With their accents or without."""
    assert moment_of(said, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        ("2026-03-28T10:00", "at 9", "2026-03-29T09:00+02:00"),
        ("2026-03-28T10:00", "in 2 days", "2026-03-30T10:00+02:00"),
        ("2026-03-28T10:00", "in a week", "2026-04-04T10:00+02:00"),
        ("2026-03-28T10:00", "in 1 day and 2 hours", "2026-03-29T12:00+02:00"),
        ("2026-03-29T01:00", "in 2 hours", "2026-03-29T04:00+02:00"),
        ("2026-03-28T10:00", "tomorrow at 2:30", "2026-03-29T03:30+02:00"),
        ("2026-10-24T10:00", "at 9", "2026-10-25T09:00+01:00"),
        ("2026-10-24T10:00", "tomorrow at 2:30", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:40", "today at 2:30", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:40", "at 2:30", "2026-10-25T02:30+01:00"),
    ],
)
def test_a_change_of_clocks_moves_no_hour_that_was_named(now: str, said: str, expected: str) -> None:
    """Days keep the hour on the wall, hours are hours, and of an hour that comes twice the next one is meant."""
    local = datetime.fromisoformat(now).replace(tzinfo=BERLIN)
    assert moment_of(said, local.astimezone(UTC), BERLIN) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "said",
    [
        "when the music stops",
        "every day at 9",
        "at 25:00",
        "tomorrow at 24:00",
        "tomorrow at 9:60",
        "morgen um 24 Uhr",
        "yesterday",
        "today at 9",
        "on 24/12 at 9",
        "5/6/2027 at 9",
        "on the 24th at 9",
        "in 1/2 hour",
        "31.11. um 9",
        "30 feb at 9",
        "30 feb",
        "3 May 2026",
        "2026-05-03",
        "24 December 2027",
        "to send 24 letters",
        "in 3 years",
    ],
)
def test_what_names_no_time_is_none(said: str) -> None:
    """Neither is what comes again and again: one promise is one time.  The reply then asks how it was meant."""
    assert moment_of(said, NOW, BERLIN) is None


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("to water the plants tomorrow at 9", "to water the plants"),
        ("next week to call mum", "to call mum"),
        ("of the concert on 12 January at 7pm", "of the concert"),
        ("at 9 am new york time", ""),
        ("in an hour and 30 minutes", ""),
        ("to leave in 1.5 hours", "to leave"),
        ("demain à 14h30 d'appeler", "d'appeler"),
        ("am 3.12. um 10 Uhr an den Zahnarzt", "an den Zahnarzt"),
        ("to call mum tomorrow at eight", "to call mum"),
        ("to send 24 letters in may", "to send 24 letters in may"),
        ("to call Öykü mañana a las 10", "to call Öykü"),
    ],
)
def test_the_time_is_taken_out_of_what_is_said(said: str, rest: str) -> None:
    """What is left is the matter itself, as it was written."""
    assert without_time(said) == rest


@given(st.text(max_size=300))
def test_taking_the_time_out_adds_nothing(said: str) -> None:
    """What stays is made of letters that stood there, in their order."""
    rest = iter("".join(said.split()))
    assert all(letter in rest for letter in "".join(without_time(said).split()))


SAYING = st.sampled_from(
    "in at on the tomorrow today monday 9 2:30 24.12. 1.5 366 days hours a half quarter and midnight 29 feb".split()  # noqa: SIM905 -- words to say
)


@given(
    st.text(max_size=300) | st.lists(SAYING, max_size=8).map(" ".join),
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- hypothesis wants them naive
)
def test_any_text_gives_a_time_to_come_or_none(said: str, now: datetime) -> None:
    """Whatever is said, and whenever, a promise lies ahead and within a year."""
    at = moment_of(said, now, BERLIN)
    assert at is None or now < at <= now + LONGEST
