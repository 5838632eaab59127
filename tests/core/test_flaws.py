"""What makes words no post at all, whatever they tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.flaws import flaw


@pytest.mark.parametrize(
    ("words", "point", "reason"),
    [
        ("Ann Lee as the builder, with a piano, in Vienna.", "self-contained", "no verb"),
        ("The mayor of Vienna in the hall last month.", "self-contained", "no verb"),
        ("Performed inside a tent by Ann Lee.", "self-contained", "no verb"),
        ("Ann Lee built a piano. Black keys, full colour, 9 × 12 in.", "self-contained", "no verb"),
        ("Where people would only look into the pot for soup.", "self-contained", "clause"),
        ("Until the next great choir comes along, of course.", "self-contained", "clause"),
        ("In 2011, he won the prize of the choir.", "self-contained", "“he”"),
        ("During the first May fair, they sold a piano.", "self-contained", "“they”"),
        ("After ten years of rain, this is all changing.", "self-contained", "points at"),
        ("Five years after the film, that’s still true.", "self-contained", "points at"),
        ("Ann Lee\ufffds piano has no strings.", "self-contained", "broken"),
        ("Ann Leeâ€™s piano has no strings.", "self-contained", "broken"),
        ("In the long FAQ he mentions pianos.", "self-contained", "“he”"),
        ("Note: we need to oil these keys for you!", "self-contained", "leans"),
        ("If he wanted to win, he had no other way.", "self-contained", "“he”"),
        ("Once they lose, they drive home.", "self-contained", "“they”"),
        ("Roughly speaking, he builds pianos of bread.", "self-contained", "“he”"),
        ("Unless he tunes it, the piano stays silent.", "self-contained", "“he”"),
        ("Piano-tuning as a part of choir-leading.", "self-contained", "no verb"),
        ("All names of singers, please!", "tone", "notices"),
        ("Let’s take a step back from the old pianos.", "adds", "invites"),
        ("Many of these children sang in the choir.", "self-contained", "“these children”"),
        ("The keys of those two pianos are made of bread.", "self-contained", "“those two”"),
        ("In that universe, pianos have no strings.", "self-contained", "“that universe”"),
        ("To solve this problem, Ann Lee oiled the keys.", "self-contained", "“this problem”"),
        ("(Ann Lee also built a piano for cats.)", "self-contained", "aside"),
        ("How do pianos without strings sound?", "adds", "asks"),
        ("Is it a piano? Do strings even exist?", "adds", "asks"),
        ("I was looking for a way to tune my old piano.", "adds", "author"),
        ("Near the end of the walk, I stopped to oil the keys.", "adds", "author"),
        ("I’ve finally decided to order some new strings.", "adds", "author"),
        ("I had a friend of mine tune the piano of the hall.", "adds", "author"),
        ("I’d like to focus on the felt of my piano.", "adds", "author"),
        ("Recently I found myself oiling the keys of a choir.", "adds", "author"),
        ("In two weeks I’ll be playing in the hall of Vienna.", "adds", "author"),
        ("My first order was forty keys of old felt.", "adds", "author"),
        ("My wife sings in Vienna. I had to carry the felt by train.", "adds", "author"),
        ("Add the felt to the glue and stir.", "adds", "one step"),
        ("First you cover the felt with glue. Then press the keys of it.", "adds", "one step"),
        ("Have a look, and hear the felt of old pianos.", "adds", "invites"),
        ("There’s an explanation here of how felt swells.", "adds", "points elsewhere"),
        ("For full rules of the choir, see the page of Sing! Vienna here.", "adds", "points elsewhere"),
        ("Ann Lee has detailed coverage here.", "adds", "points elsewhere"),
        ("Old pianos of the hall need your help.", "tone", "notices"),
        ("You can find the results of the choir here.", "adds", "points elsewhere"),
        ("You can find Ann Lee on Twitter.", "adds", "points elsewhere"),
        ("You can find more of Ann’s work over at pianos.example.com.", "adds", "points elsewhere"),
        ("Anyway, the slides are below.", "adds", "points elsewhere"),
        ("Check back soon for more of the piano.", "adds", "points elsewhere"),
        ("Come back to the blog of the choir next time.", "adds", "points elsewhere"),
        ("To hear one in action, click the link of the choir.", "adds", "points elsewhere"),
        ("In this short video, Ann Lee tunes pianos.", "adds", "tells of itself"),
        ("This interview was edited by Ann Lee.", "adds", "tells of itself"),
        ("For all of the code, see the source of the piano here.", "adds", "points elsewhere"),
        ("My recent posts all follow the same pattern.", "adds", "tells of itself"),
        ("Maybe Ann and I’ll write these thoughts up some day.", "adds", "tells of itself"),
        ("Contents Introduction Keys and Strings A Note on Felt is all.", "adds", "tells of itself"),
        ("You are invited to the party of the choir.", "tone", "notices"),
        ("THE WEATHER SERVICE HAS ISSUED A WARNING OF SNOW.", "tone", "capital"),
    ],
)
def test_flaws_are_named(words: str, point: str, reason: str) -> None:
    """Fragments, nameless people, questions, signposts, notices and broken text fail a point, with a reason."""
    found = flaw(words, "en")
    assert found is not None
    assert found.point == point
    assert reason in found.reason
    assert found.reason.endswith((".", "”."))


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Ann Lee built a piano without strings.", "en"),
        ("What a day. Ann Lee sold forty pianos.", "en"),
        ("How do choirs survive? They sing in old halls.", "en"),
        ("When he came to Vienna, Ray built a piano.", "en"),
        ("In the letters he wrote home, Ray told of pianos.", "en"),
        ("I built a piano whose keys are made of bread.", "en"),
        ("I think that pianos without strings are quiet.", "en"),
        ("Add the felt last, because glue takes an hour to dry.", "en"),
        ("Open the lid of felt. A piano without strings stays silent.", "en"),
        ("I had to oil the keys because felt swells.", "en"),
        ("My wife sings because choirs keep their singers young.", "en"),
        ("Ann Lee says that she had to sell my piano.", "en"),
        ("“I had a piano of bread,” said Ann Lee.", "en"),
        ("I tried nine kinds of felt: the old one is best.", "en"),
        ("We rolled out a new kind of piano for all schools.", "en"),
        ("In this week of rain, Ann Lee tuned forty pianos.", "en"),
        ("Most of those who came were singers of Ann Lee.", "en"),
        ("For those working at night, Ann Lee tunes pianos.", "en"),
        ("The cost of that is paid by Ann Lee.", "en"),
        ("In her new book, Ann Lee explains pianos.", "en"),
        ("On Monday, Ann Lee said she sold it.", "en"),
        ("Without the strings, that piano is lighter.", "en"),
        ("As a builder you learn that strings are nothing.", "en"),
        ("Ann Lee says: “My blog post was wrong.”", "en"),
        ("NASA and ESA want a piano on the ISS.", "en"),
        ("Die Stadt kauft ein altes Klavier.", "de"),
        ("Ein ganz normaler Tag in Wien.", "fr"),
        ("鍵盤は八十八ある。", "ja"),
        ("Ann Lee, pâtissière à Vienne, a vendu quarante pianos.", "fr"),
        ("", "en"),
    ],
)
def test_plain_words_have_no_flaw(words: str, language: str) -> None:
    """Whole sentences of people, things and places are fine; where verbs are not known, none is asked for."""
    assert flaw(words, language) is None


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("In diesem Artikel zeige ich starke Beispiele.", "de"),
        ("Dans cet article, Ann accorde des pianos.", "fr"),
        ("En este artículo, Ann afina pianos.", "es"),
        ("In questo articolo Ann accorda pianoforti.", "it"),
        ("Neste artigo, Ann afina pianos.", "pt"),
        ("In dit artikel stemt Ann een piano.", "nl"),
        ("W tym artykule Ann stroi pianino.", "pl"),
    ],
)
def test_texts_of_themselves_are_seen_in_eight_languages(words: str, language: str) -> None:
    """A text that begins with “in this article” is no news in any language."""
    found = flaw(words, language)
    assert found is not None
    assert "tells of itself" in found.reason


def test_german_fragments_are_seen() -> None:
    """A German sentence needs a verb, too; a question may begin with it."""
    found = flaw("Ein ganz normaler Tag in Wien.", "de")
    assert found is not None
    assert "no verb" in found.reason
    assert flaw("Tauschen Ann und Ray die Klaviere? Davon berichtet die Zeitung.", "de") is None


@given(st.text(max_size=300), st.sampled_from(["en", "de", "fr", "ja", None]))
def test_any_words_are_judged(words: str, language: str | None) -> None:
    """Whatever comes, there is no flaw, or one with a point of the gate and a sentence."""
    found = flaw(words, language)
    assert found is None or (found.point in ("adds", "self-contained", "tone") and found.reason.endswith("."))


@pytest.mark.parametrize(
    "piece",
    [
        "you can find ",
        "In may ",
        "this is, ",
        "A",
        "â",
        "I write ",
        "? ",
        "As ",
        " — a",
        "x. ",
        "see here ",
        "many of these ",
        "I was just ",
        "you can find a ",
        "a.b@c.",
        "my blog ",
    ],
)
def test_hostile_runs_are_judged(piece: str) -> None:
    """Twenty thousand characters of anything are judged at once."""
    flaw(piece * (20_000 // len(piece)), "en")
