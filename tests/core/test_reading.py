"""An article as a reader has it in mind."""

from __future__ import annotations

import pytest

from bot.core.reading import MOST_SENTENCES, headline, joined, read
from bot.model import Article

TEXT = """The Quiet Piano
Ann Lee built a piano that makes no sound. It took her nine years.
Photo: Ann Lee
By Bob Ross, Carl Orff and Dan Dare
(1:51) A chapter of the film
Figure 3: the soundboard
It took her nine years.
She sold it in May. Der Beitrag Klavier erschien zuerst auf Site.
The post The Quiet Piano appeared first on The Site. Continue reading at the site
Subscribe to our newsletter!"""


def article(text: str = TEXT, title: str = "The Quiet Piano", site: str = "") -> Article:
    """An article of our own."""
    return Article(url="https://example.com/piano", title=title, text=text, site=site)


def test_boilerplate_repeats_and_the_title_are_left_out() -> None:
    """What is read is what the article says, once."""
    assert [sentence.text for sentence in read(article()).sentences] == [
        "Ann Lee built a piano that makes no sound.",
        "It took her nine years.",
        "She sold it in May.",
    ]


def test_each_sentence_knows_its_place_and_words() -> None:
    """Places count from 0; the first of a paragraph says so; terms, numbers and capitals are at hand."""
    first, second, third = read(article("Ann Lee built 3 pianos. She sold one.\nBob bought it.")).sentences
    assert (first.at, second.at, third.at) == (0, 1, 2)
    assert (first.opens, second.opens, third.opens) == (True, False, True)
    assert first.numbers == ("3",)
    assert first.capitals == ("Lee",)
    assert "piano" in first.content


@pytest.mark.parametrize(
    ("title", "site", "bare"),
    [
        ("News of the day | The Site", "The Site", "News of the day"),
        ("News of the day - The Site", "the site", "News of the day"),
        ("The Site: a history", "The Site", "The Site: a history"),
        ("The Site | News of the day", "The Site", "News of the day"),
        ("Black - and white", "The Site", "Black - and white"),
        ("News – Tech – The Site", "The Site", "News – Tech"),
        ("News of the day | The Site Magazine", "The Site", "News of the day"),
        ("News of the day | The Site", "The Site Magazine", "News of the day"),
        ("The day | The Site", "The Site", "The day | The Site"),
        ("", "The Site", ""),
        ("How we made do without | it", "The Site", "How we made do without | it"),
        ("How we made do without it | Site", "The Site", "How we made do without it"),
        ("How we made do without it | The Site of Ann", "The Site", "How we made do without it"),
        ("Ann Lee - Updating the Tide Website", "Tide", "Ann Lee - Updating the Tide Website"),
        ("Rain at night | Tide Online", "Tide", "Rain at night"),
    ],
)
def test_a_headline_does_not_name_its_site(title: str, site: str, bare: str) -> None:
    """The site's name at either end of a title is taken off, nothing else."""
    assert headline(title, site) == bare


def test_a_sentence_that_starts_in_the_middle_is_not_whole() -> None:
    """A lost first letter shows; iOS is no lost letter."""
    urkey, ios, heading = read(article("urkey was removed from the list.\niOS is out now.\nA heading")).sentences
    assert (urkey.whole, ios.whole, heading.whole) == (False, True, False)


def test_wrapped_lines_are_one_paragraph() -> None:
    """A line that goes on in lower case belongs to the one before; a new sentence, a heading and iOS do not."""
    text = "The town sold\nits school (e.g.\nthe hall).\nA heading\niOS is out.\nA Bit of Background\nfelt is wool."
    assert [sentence.text for sentence in read(article(text)).sentences] == [
        "The town sold its school (e.g. the hall).",
        "A heading",
        "iOS is out.",
        "A Bit of Background",
        "felt is wool.",
    ]


def test_long_articles_are_read_to_a_cap() -> None:
    """A book costs what an article costs."""
    reading = read(article("\n".join(f"Sentence number {number} tells of thing {number}." for number in range(1_000))))
    assert len(reading.sentences) == MOST_SENTENCES
    assert reading.sentences[-1].text.startswith(f"Sentence number {MOST_SENTENCES - 1} ")


def test_one_endless_paragraph_is_read_to_the_same_cap() -> None:
    """Where nobody ever began a new line, the cap holds too."""
    reading = read(article(" ".join(f"Thing {number} fell." for number in range(1_000))))
    assert len(reading.sentences) == MOST_SENTENCES


@pytest.mark.parametrize(
    "more", ["[…]", "[...]", "Read more at the site", "Continue reading →", "read the full story."]
)
def test_a_way_to_the_rest_is_no_part_of_what_is_said(more: str) -> None:
    """What a feed writes under its teaser falls away from the end of a long line too, and nothing else does."""
    text = "She built nine pianos in nine years, one after the other, and none of them makes a sound. " * 2
    assert read(article(f"{text}He read it all. {more}")).sentences[-1].text == "He read it all."


def test_a_title_alone_tells_its_language() -> None:
    """Where there is no text, the title's words say what language it is in."""
    assert read(article("", title="Der Klavierbauer und die Stille in dem Haus an der See")).language == "de"


def test_two_sentences_together_are_one_saying() -> None:
    """It stands at the first one's place and has the words, names and numbers of both; it opens nothing."""
    first, second = read(article("Ann Lee built 3 pianos. Bob sold 2 of them in May.")).sentences
    both = joined(first, second)
    assert (both.text, both.at, both.opens, both.whole) == (f"{first.text} {second.text}", 0, False, True)
    assert both.words == first.words + second.words == 12
    assert both.numbers == ("3", "2")
    assert both.capitals == ("Lee", "Bob", "May")
    assert both.terms == first.terms + second.terms
    assert both.content == set(both.terms)
    assert both.tokens == {"ann", "lee", "built", "3", "pianos", "bob", "sold", "2", "of", "them", "in", "may"}


def test_nothing_is_read_of_nothing() -> None:
    """An empty article has no sentences and no language."""
    reading = read(article("", title=""))
    assert reading.sentences == ()
    assert reading.language is None
