"""The small languages: spans, times, windows, rates, cron, names, and what they propose for a slip of the pen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Rate
from bot.settings import fields, lists
from bot.settings.words import Unfit
from tests.settings.config_folder import refusal

GOOD = [
    (fields.span, "90s", timedelta(seconds=90)),
    (fields.span, "15m", timedelta(minutes=15)),
    (fields.span, "2h", timedelta(hours=2)),
    (fields.span, "7d", timedelta(days=7)),
    (fields.span, "1w", timedelta(weeks=1)),
    (fields.span, "0s", timedelta(0)),
    (fields.clock, "09:00", time(9)),
    (fields.clock, "9:05", time(9, 5)),
    (fields.clock, "00:00", time(0)),
    (fields.clock, time(7, 30, 12), time(7, 30)),
    (fields.window, "22:00-07:00", (time(22), time(7))),
    (fields.window, "9:00 – 17:30", (time(9), time(17, 30))),
    (fields.rate, "6/h", Rate(count=6, per=timedelta(hours=1))),
    (fields.rate, "3/15m", Rate(count=3, per=timedelta(minutes=15))),
    (fields.rate, False, None),
    (fields.thread_cap, 4, 4),
    (fields.thread_cap, False, None),
    (fields.cron, " 0 9  * * MON-FRI ", "0 9 * * MON-FRI"),
    (fields.name, "my.bot-2_x", "my.bot-2_x"),
    (fields.name, "étoile", "étoile"),
    (fields.interest, "- black friday", "-black friday"),
    (fields.language, "pt-BR", "pt-BR"),
    (fields.hashtag, "#Synths", "Synths"),
    (fields.hashtag, "हिन्दी", "हिन्दी"),
    (fields.style, "digest", "digest"),
    (fields.feed_style, "title", "title"),
    (fields.style, "{title}\n{link}", "{title}\n{link}"),
    (fields.backfill, "all", None),
    (fields.backfill, 0, 0),
    (fields.passage, "two\nlines", "two\nlines"),
    (lists.one_or_several, "x", ("x",)),
    (lists.one_or_several, ["x", "y"], ("x", "y")),
]  # fmt: skip

SLIPS = [
    (fields.span, 90, '"90s"'),
    (fields.span, "15 min", '"15m"'),
    (fields.span, "2 Hours", '"2h"'),
    (fields.span, "3days", '"3d"'),
    (fields.clock, "9am", '"09:00"'),
    (fields.clock, "5:30 p.m.", '"17:30"'),
    (fields.clock, "12am", '"00:00"'),
    (fields.clock, "12 PM", '"12:00"'),
    (fields.clock, "9.15", '"09:15"'),
    (fields.clock, "18h", '"18:00"'),
    (fields.rate, "20 per day", '"20/d"'),
    (fields.rate, "6/hour", '"6/h"'),
    (fields.language, "german", '"de"'),
    (fields.language, "EN", '"en"'),
    (fields.language, "pt_br", '"pt-br"'),
    (fields.hashtag, "field recording", '"fieldrecording"'),
    (fields.name, "@my bot", '"my-bot"'),
    (fields.style, "questoin", '"question"'),
    (fields.zone, "Europe/Londn", '"Europe/London"'),
    (fields.zone, "new york", '"America/New_York"'),
    (fields.zone, "Rome", '"Europe/Rome"'),
    (lists.several, "x", '["x"]'),
]  # fmt: skip

WRONG = [
    (fields.span, "3 months"), (fields.span, "99999w"), (fields.span, "-1s"), (fields.span, "1.5h"), (fields.span, ""),
    (fields.span, True), (fields.span, None), (fields.span, "٣s"),
    (fields.some_span, "0m"),
    (fields.clock, "24:00"), (fields.clock, "13pm"), (fields.clock, "noon"), (fields.clock, 9),
    (fields.window, "22:00"), (fields.window, "07:00-07:00"), (fields.window, "22:00-25:00"),
    (fields.rate, "6"), (fields.rate, "0/h"), (fields.rate, "6/0h"), (fields.rate, True), (fields.rate, 6),
    (fields.thread_cap, True), (fields.thread_cap, 0), (fields.thread_cap, "4"),
    (fields.cron, "0 9 * *"), (fields.cron, "0 9 30 2 *"), (fields.cron, "@daily"), (fields.cron, "* * * * * *"),
    (fields.zone, "Mars/Olympus"), (fields.zone, ""), (fields.zone, "/etc/passwd"), (fields.zone, "UTC\0"),
    (fields.name, ""), (fields.name, "-x"), (fields.name, "x" * 41), (fields.name, "a\nb"),
    (fields.line_of_text, " "), (fields.line_of_text, "a\nb"), (fields.line_of_text, "a\x00"), (fields.line_of_text, "a\u2028b"),
    (fields.passage, "\n"), (fields.passage, "a\n\x1b[0m"),
    (fields.no_space, "a b"),
    (fields.interest, "-"), (fields.interest, "--x"),
    (fields.language, "english, german"), (fields.language, "e"),
    (fields.feed_style, "digest"), (fields.feed_style, "x"), (fields.style, "{titel}"), (fields.style, "{}"), (fields.style, "{title"), (fields.style, "title}"), (fields.style, "x{{title}"),
    (fields.hashtag, "123"), (fields.hashtag, "#"), (fields.hashtag, "!!"),
    (fields.backfill, -1), (fields.backfill, True), (fields.backfill, "none"),
    (lists.several, 3), (lists.tables, {}), (lists.tables, "x"),
]  # fmt: skip


@pytest.mark.parametrize("text", ["UTC+2", "GMT+1", "CEST", "PDT", "Europe", "local", ""])
def test_what_names_no_place_gets_an_example_of_a_zone(text: str) -> None:
    """An abbreviation or an offset is near some name of another continent, which nobody meant."""
    with pytest.raises(Unfit, match=r"is unknown; a zone is named after a place, like \"Europe/London\", or \"UTC\"$"):
        fields.zone(text)


@pytest.mark.parametrize(("reader", "value", "expected"), GOOD)
def test_what_is_written_well_is_read(reader: Callable[[object], object], value: object, expected: object) -> None:
    """Each notation gives the value that it means."""
    assert reader(value) == expected


@pytest.mark.parametrize(("reader", "value", "better"), SLIPS)
def test_a_slip_of_the_pen_is_answered_with_the_right_notation(
    reader: Callable[[object], object], value: object, better: str
) -> None:
    """Where the meaning is plain, the message proposes how to write it."""
    with pytest.raises(Unfit) as caught:
        reader(value)
    assert str(caught.value).endswith(f"; did you mean {better}?")


@pytest.mark.parametrize(("reader", "value"), WRONG)
def test_what_means_nothing_is_refused_in_a_sentence(reader: Callable[[object], object], value: object) -> None:
    """Everything else is refused on one plain line that says something."""
    with pytest.raises(Unfit) as caught:
        reader(value)
    assert len(str(caught.value)) > 6
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("proposal", [(reader, better) for reader, _, better in SLIPS if better.startswith('"')])
def test_every_proposal_is_itself_right(proposal: tuple[Callable[[object], object], str]) -> None:
    """What a message proposes is accepted when it is written."""
    reader, better = proposal
    reader(better.strip('"'))


@pytest.mark.parametrize("text", ["9.60", "9:60", "24:00", "24h", "13pm", "25.00"])
def test_no_hour_is_proposed_that_no_clock_shows(text: str) -> None:
    """What can't have been meant is answered with the notation alone."""
    with pytest.raises(Unfit) as told:
        fields.clock(text)
    assert ("did you mean" in str(told.value)) is (text == "13pm")
    with pytest.raises(Unfit):
        fields.window(f"22:00-{text}")


def test_the_least_gap_of_a_cron_expression_is_seen() -> None:
    """The gap is that of the closest two times, over nights and weekends."""
    assert fields.cron_gap("*/5 9 * * *") == timedelta(minutes=5)
    assert fields.cron_gap("0 9,17 * * *") == timedelta(hours=8)


def test_styles_and_placeholders_are_those_of_the_composer() -> None:
    """What the owner may write is what posts are composed by, no more and no less."""
    from bot.core import compose

    assert fields.STYLES == compose.STYLES
    assert fields.TEMPLATE_NAMES == compose.TEMPLATE_NAMES


@given(value=st.one_of(st.text(max_size=40), st.integers(), st.booleans(), st.none(), st.lists(st.text(max_size=3))))
def test_readers_never_raise_anything_but_a_sentence(value: object) -> None:
    """Whatever stands in the file, a reader returns a value or raises Unfit."""
    for reader, _, _ in GOOD:
        assert (refusal(reader, value) or "fine").isprintable()


@given(seconds=st.integers(0, 10**9 - 1), unit=st.sampled_from("smhdw"))
def test_a_span_is_its_number_times_its_unit(seconds: int, unit: str) -> None:
    """Every span of at most ten years is read to the second, and longer ones are refused."""
    expected = seconds * fields.UNITS[unit]
    if expected <= fields.LONGEST_SPAN.total_seconds():
        assert fields.span(f"{seconds}{unit}").total_seconds() == expected
    else:
        with pytest.raises(Unfit, match="ten years"):
            fields.span(f"{seconds}{unit}")
