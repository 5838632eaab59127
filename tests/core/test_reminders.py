from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.reminders import SHOWN, Kept, about, chosen, clock, says_all, told

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)  # a Friday
LONDON = ZoneInfo("Europe/London")
PLANTS = Kept(12, "remind me to water the plants tomorrow at 9", datetime(2026, 11, 21, 9, tzinfo=UTC), NOW)
MUM = Kept(31, "remind me on monday to call mum", datetime(2026, 11, 23, 9, tzinfo=UTC), NOW - timedelta(hours=1))
THIS = Kept(40, "remind me of this in 3 days", datetime(2026, 11, 23, 10, 30, tzinfo=UTC), NOW - timedelta(hours=2))
ALL = [PLANTS, MUM, THIS]


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("remind me tomorrow", ""),
        ("@starfish remind me of this in 2 days, please", ""),
        ("Remind me to water the plants tomorrow at 9", "to water the plants"),
        ("remind me about the concert on friday!", "the concert"),
        ("remind me to read this paper, tomorrow at 9", "to read this paper"),
        ("remind me tomorrow: buy tea!", "buy tea"),
        ("set a reminder for friday", ""),
        ("erinnere mich morgen daran, die Blumen zu gießen", "die Blumen zu gießen"),
        ("rappelle-moi demain", ""),
        ("recuérdame mañana llamar a mamá", "llamar a mamá"),
        ("ricordami domani alle 9 di chiamare", "chiamare"),
        ("herinner me morgen aan de repetitie", "de repetitie"),
    ],
)
def test_a_reminder_is_about_what_was_said_besides_the_time(text: str, matter: str) -> None:
    """Without the asking, the time and the pointing; what only points ("of this") is about nothing in words."""
    assert about(text) == matter


@given(st.text(max_size=300))
def test_any_text_is_about_something_or_nothing(text: str) -> None:
    """Hostile words make no trouble, and never become more than they were."""
    assert len(about(text)) <= 4 * len(text)


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        ("", [12, 31, 40]),
        ("my", [12, 31, 40]),
        ("12", [12]),
        ("number 31", [31]),
        ("12 of the 31 that I have", [12]),
        ("all my", [12, 31, 40]),
        ("alle", [12, 31, 40]),
        ("that", [12]),
        ("the last", [12]),
        ("about the plants", [12]),
        ("to call mum", [31]),
        ("for monday", [31]),
        ("the one on 23 november", [31, 40]),
        ("for tomorrow at 9", [12]),
        ("for monday at 9", [31]),
        ("for monday at 11", []),
        ("9" * 5_000, []),
        ("for tuesday", []),
        ("about the cat", []),
        ("99", []),
    ],
)
def test_the_words_choose_the_reminder(which: str, numbers: list[int]) -> None:
    """By number, by all or the last one, by its own words, by its day; several or none are asked about."""
    assert chosen(which, ALL, NOW, LONDON) == numbers


def test_one_alone_needs_no_choosing() -> None:
    """But words that mean another one don't mean it."""
    assert chosen("", [MUM], NOW, LONDON) == [31]
    assert chosen("about the plants", [MUM], NOW, LONDON) == []
    assert chosen("", [], NOW, LONDON) == []


def test_all_is_said_in_many_tongues() -> None:
    """Only then are several taken back at once."""
    assert all(says_all(words) for words in ("all my", "every", "alle", "tous mes", "todas", "tutti i"))
    assert not says_all("the plants")


def test_reminders_are_told_with_their_numbers_and_times() -> None:
    """What they are about in defused words; a few, and how many more."""
    listed = told(
        [PLANTS, THIS, Kept(5, "remind me of @bo https://x.example {owner} tea in 2h", NOW, NOW)], NOW, LONDON
    )
    assert listed == (
        "12: Saturday 21 November at 09:00 GMT, “to water the plants”; 40: Monday 23 November at 10:30 GMT;"
        " 5: today at 10:30 GMT, “owner tea”"
    )
    assert told([PLANTS] * (SHOWN + 2), NOW, LONDON).endswith("“to water the plants” and 2 more")


def test_a_time_is_told_with_its_zone_and_a_far_one_with_its_year() -> None:
    """In the bot's own zone, summer time included."""
    assert clock(datetime(2027, 5, 3, 8, tzinfo=UTC), NOW, LONDON) == "Monday 3 May 2027 at 09:00 BST"


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Asia/Kathmandu", "14:15 UTC+05:45"), ("America/Sao_Paulo", "05:30 UTC-03:00"), ("Europe/Berlin", "09:30 CET")],
)
def test_a_zone_without_letters_is_told_by_its_distance(zone: str, said: str) -> None:
    """An hour and "-03" behind it would be read as a sum."""
    now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert clock(datetime(2026, 11, 20, 8, 30, tzinfo=UTC), now, ZoneInfo(zone)) == f"today at {said}"
