"""What there is in a sentence to take away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.worth import MOST, worth


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Felt hammers wear out because the keys are too heavy.", "Felt hammers are on the left of the keys."),
        ("Two short rehearsals are better than one long one.", "Two short rehearsals were held in Vienna."),
        ("Tune the piano twice instead of oiling its keys.", "Tune the piano twice and oil its keys."),
        ("A piano should stand away from windows.", "A piano stood near the windows."),
        ("Dry air shortens a piano’s life by 40 %.", "Dry air came in by 4 windows."),
        ("Dry air costs every choir $900 a year.", "Dry air reached every choir a year ago."),
        ("Old strings don’t break.", "Old strings were brought."),
        ("A choir needs a hall that is dry.", "I found that my choir needs a hall that is dry."),
    ],
)
def test_claims_are_worth_more_than_scenes(more: str, less: str) -> None:
    """Reasons, comparisons, rules, shares and denials count; what somebody tells of himself counts for less."""
    assert worth(more) > worth(less)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Filz nutzt sich ab, weil die Tasten schwer sind.", "Filz lag links neben den Tasten."),
        ("Kurze Proben bringen mehr als lange.", "Kurze Proben fanden in Wien statt."),
        ("Ein Klavier braucht trockene Luft.", "Mein Klavier braucht trockene Luft."),
    ],
)
def test_german_claims_are_heard(more: str, less: str) -> None:
    """German has words of its own for reasons, comparisons and rules."""
    assert worth(more, "de") > worth(less, "de")


def test_other_languages_are_worth_the_same() -> None:
    """Where no words are listed, nothing is worth more than anything else."""
    assert worth("Le piano est cher parce que le bois est rare.", "fr") == worth("Le piano est à Vienne.", "fr") == 0


def test_in_many_words_a_reason_weighs_less() -> None:
    """A long sentence holds some such word by chance."""
    short = "Keys stick because felt swells."
    assert worth(short + " It rained in Vienna." * 20) < worth(short)


@given(st.text(max_size=400), st.sampled_from(["en", "de", "fr", None]))
def test_worth_has_bounds(text: str, language: str | None) -> None:
    """Whatever comes is worth nothing at least, and not more than outweighs a fault."""
    assert 0 <= worth(text, language) <= MOST


@pytest.mark.parametrize("piece", ["because ", "1", "1 ", "$", "don’", "'t", "ä"])
def test_hostile_runs_are_weighed(piece: str) -> None:
    """Two hundred thousand characters of anything are weighed at once."""
    assert worth(piece * (200_000 // len(piece))) <= MOST
