"""What calls its readers somewhere instead of telling them something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.notices import calls, is_notice


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("You are cordially invited to the choir's party.", "You are cordially invited"),
        ("You're invited to send a proposal.", "You're invited"),
        ("Enter code PIANO to save money.", "Enter code PIANO"),
        ("Pianos are 15% off this week.", "15% off"),
        ("Get your copy and cook at home!", "Get your copy"),
        ("Write to the lab to request an invite.", "request an invite"),
        ("Global registration is now open.", "registration is now open"),
        ("You can apply for the summer school until April 8th.", "You can apply for"),
        ("For the hours call 703-555-0100.", "call 703"),
        ("Email choir@example.com to hear more.", "Email choir@"),
        ("Write to choir@example.com or come by.", "choir@example.c"),
        ("The office is at 0170 123 45 67 on weekdays.", "0170 123 45 67"),
        ("Builders may register by emailing the choir.", "register by email"),
        ("We’d love to see your piano, so submit it today!", "submit it today"),
        ("If anyone has a better piano, happy to hear about it in the comments!", "hear about it in the comments"),
        ("Tickets voor het concert zijn online.", "Tickets voor"),
        ("Join me for a party of pianos in Vienna.", "Join me for"),
        ("You should get tickets for the choir.", "get tickets"),
        ("Tickets cost ten euros.", "Tickets cost"),
        ("The collar can be purchased in most shops.", "can be purchased in"),
        ("Please be advised that the trade starts.", "Please be"),
        ("We are looking for a talented builder of pianos.", "We are looking for a"),
        ("Seven years of writing experience is required.", "experience is required"),
        ("The group meets every week in the old hall.", "meets every"),
        ("A house with 3 bedrooms and 1.5 baths near the river.", "3 bedrooms and 1.5 bath"),
        ("Zum Konzert ist der Eintritt frei.", "Eintritt frei"),
        ("Concert de piano, entrée libre.", "entrée libre"),
        ("Concierto de piano con entrada gratuita.", "entrada gratuita"),
        ("The choir meets Thursday, 6:30-8 p.m. in the old hall.", "6:30-8 p.m"),
        ("Doors of the hall are opened at 8pm.", "8pm"),
        ("The party starts with a choir at 18:00 CEST.", "18:00 CEST"),
        ("Das Konzert beginnt um 19 Uhr.", "19 Uhr"),
    ],
)
def test_what_calls_is_named(text: str, phrase: str) -> None:
    """Invitations, bookings, offers, vacancies and hours to come are found, and the phrase is given."""
    assert calls(text) == phrase


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee sold 40 pianos in Vienna.",
        "The mayor said: “Please let us work, you are invited to help.”",
        "Shares of the maker are 20% off their peak.",
        "The storm struck the valley at 6 p.m. on Monday.",
        "The storm struck the valley at 18:00 CET.",
        "Der Sturm hat das Tal um 6 Uhr getroffen.",
        "The fleet got its orders at 8 a.m. that day.",
        "She read the text messages on her phone.",
        "The choir has been looking for a hall for years.",
        "The law does not apply here.",
        "He meets people of every kind.",
        "A pianist must register with the city.",
        "The piano was built in 1999 2000 and 2001.",
        "It has years of experience with felt.",
    ],
)
def test_what_tells_does_not_call(text: str) -> None:
    """What happened, what somebody is quoted with, and the same words in other uses are no notices."""
    assert calls(text) == ""


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        ("We're hiring: piano tuner", True),
        ("Example Web Services Job: Architect in Vienna", True),
        ("Job openings at the choir", True),
        ("Stellenangebot: Klavierstimmer", True),
        ("Offre d’emploi : accordeur", True),
        ("Pianos and 15% off felt!", True),
        ("Save $300 on the piano fair", True),
        ("Register now for the autumn workshops!", True),
        ("For sale: an old piano", True),
        ("Bright old house near the hill $2150 2bd 800ft2", True),
        ("Community calendar, May 3 to 9", True),
        ("Prince’s county wellness calendar, Aug. 23-30", True),
        ("Spring clean-up: call for volunteers", True),
        ("Piano Forum 2024: Call for presentations", False),  # news to those of the field
        ("The calendar of the Maya", False),
        ("Why the fair stopped hiring", False),
        ("A job that nobody wants", False),
        ("Steve Jobs: the quiet years", False),
        ("How calendars came about", False),
        ("Piano prices fall by 15%", False),
        ("The sale of the old piano factory", False),
    ],
)
def test_titles_of_notices_are_known(title: str, notice: bool) -> None:
    """A vacancy, a sale, a booking or a calendar is seen by its title; an article about one is none."""
    assert is_notice(title) is notice


@given(st.text(max_size=300))
def test_the_phrase_stands_in_the_text(text: str) -> None:
    """Whatever comes, what is given is a part of it."""
    assert calls(text) in text
    assert is_notice(text) in (True, False)


@pytest.mark.parametrize(
    "piece", ["call 1", "8 p.m. is ", "code A", "3 beds ", "get your ", "“please ", "is abed ", "x", "$99999 "]
)
def test_hostile_runs_are_looked_at(piece: str) -> None:
    """Twenty thousand characters of anything are judged at once."""
    text = piece * (20_000 // len(piece))
    calls(text)
    is_notice(text)
