"""What of a page is its article's prose, paragraph by paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles.phrases import is_furniture, is_trailer
from bot.articles.prose import MAX_TEXT, Block, prose

FURNITURE = [
    "Read more: The other harbours of the north",
    "Read also » Ten knots",
    "RELATED: Why herring swim in circles",
    "Related stories",
    "Lea también: El puerto de Wick",
    "Lesen Sie auch: Der Hafen von Wick",
    "Mehr zum Thema",
    "À lire aussi : le port de Wick",
    "Leggi anche: il porto di Wick",
    "Leia mais: o porto de Wick",
    "Czytaj też: port w Wick",
    "Читайте также: порт",
    "関連記事：港の話",
    "» Read more",
    "[Read more…]",
    "Continue reading Eleven hundred boats →",
    "Photo: Mary Sinclair / The Tide",
    "Image credit: Wick Society",
    "Foto: dpa",
    "Bild: Wick Society",
    "Crédit photo : AFP",
    "© 2026 The Tide",
    "Advertisement",
    "ANZEIGE",
    "Share this article",
    "12 Comments",
    "Leave a reply",
    "Tags: boats, herring",
    "4 min read",
    "Sign up for our newsletter to get the tide tables every Friday",
    "Subscribe to our podcast and never miss an episode",
    "Follow us on Mastodon",
    "Get the best of The Tide in your inbox",
    "Abonnieren Sie unseren Newsletter",
    "Suscríbete a nuestro boletín",
    "The post Eleven hundred boats appeared first on The Tide.",
    "This story was originally published by The Tide.",
    "Click here for the other harbours.",
    "Statistics: Posted by mary — 29 minutes ago",
    "Dismiss",
    "Hosted on Acast. See acast.com/privacy for more information.",
    "Learn more about your ad choices. Visit megaphone.fm/adchoices",
    "See omnystudio.com/listener for privacy information.",
    "Support Tides & Us on Patreon: https://patreon.example/tides",
    "Support the show",
    "If you liked this episode, leave a review wherever you listen.",
    "Thanks for reading Salt Letters! Subscribe for free to receive new posts and support my work.",
    "This is a public episode. If you would like to discuss this with other subscribers, visit salt.example/subscribe",
    "Article URL: https://db.example/sleep",
    "Comments URL: https://news.example/item?id=1",
    "Points: 321",
    "# Comments: 45",
    "[link] [comments]",
    "[link] [12 comments]",
    "* * *",
    "—",
    "[…]",
]

PROSE = [
    "Read that ledger again and the price of a barrel stops making sense.",
    "Related species of herring live in the Pacific, where they spawn on kelp.",
    "Photographs of the harbour show eleven hundred boats.",
    "Sharing the catch was the skipper's task.",
    "Advertisement was unknown to the curers, who sold by reputation.",
    "Watch the gulls: they know where the shoals are.".replace(":", " and you will see that"),
    "Newsletters were how the curers told each other the price.",
    "Subscribers to the society's journal got the drawings first, in 1911.",
    "Comments by the harbour master fill four notebooks.",
    "Tags on the barrels named the crew.",
    "Lea Sinclair packed barrels for nineteen summers.",
    "Sources differ on how many boats there were.",
    "Image processing found the outline of the old quay.",
    "Bilder vom Hafen zeigen elfhundert Boote.",
    "Follow the coast north and you will find the sheds.",
    "See also how the women's wages fell.",
    "More than three thousand women came.",
    "Save for the slate, nothing of the sheds is left.",
    "Support for curers on Patreon doubled within a year.",
    "Hosted by the town of Wick, the fair drew eleven hundred boats.",
    "Learn more about the harbour and its price seems a riddle.",
    "Points of the compass were carved into the quay.",
    "If you liked herring, you went to Wick.",
    "Print runs of the ledger were small.",
    "No.",
    "港は一九二〇年代に静かになった。",
]


@pytest.mark.parametrize("paragraph", FURNITURE)
def test_furniture_is_known(paragraph: str) -> None:
    """Pointers, credits, calls and buttons are no part of an article."""
    assert is_furniture(paragraph)


@pytest.mark.parametrize("paragraph", PROSE)
def test_prose_is_kept(paragraph: str) -> None:
    """A sentence that only begins like furniture is none."""
    assert not is_furniture(paragraph)


def test_a_long_paragraph_is_never_furniture() -> None:
    """What takes 300 characters to say is said by the article."""
    assert not is_furniture("Read more: " + "the ledgers of the curers tell another story. " * 8)


@pytest.mark.parametrize(
    "heading",
    [
        "Related articles",
        "About the author",
        "Leave a comment",
        "3 Comments",
        "More from The Tide",
        "Mehr zum Thema",
        "Das könnte Sie auch interessieren",
        "Artículos relacionados",
        "Zobacz także",
        "References",
        "See also",
    ],
)
def test_trailing_headings_are_known(heading: str) -> None:
    """Behind these headings nothing of the article comes any more."""
    assert is_trailer(heading)


@pytest.mark.parametrize("heading", ["Related by blood", "The comments", "What the ledgers say", "More women than men"])
def test_headings_of_the_article_are_not(heading: str) -> None:
    """A heading that only begins like one of those goes on with the article."""
    assert not is_trailer(heading)


def blocks(*texts: str) -> list[Block]:
    """Paragraphs; a text with "# " before it is a heading."""
    return [Block("heading", text[2:]) if text.startswith("# ") else Block("paragraph", text) for text in texts]


def test_paragraphs_are_parted_by_one_line_break() -> None:
    """Headings and paragraphs stand one a line, furniture is gone."""
    text = prose(blocks("# Boats", "There were many.", "Advertisement", "All of them were in."))
    assert text == "Boats\nThere were many.\nAll of them were in."


def test_the_article_ends_where_its_end_is_announced() -> None:
    """Related stories after the article go with their heading; the same heading near the start ends nothing."""
    story = "The boats came in with the morning tide and lay three deep along the quay."
    assert prose(blocks(story, story + " Again.", "# Related articles", "Ten knots.")) == f"{story}\n{story} Again."
    assert prose(blocks("# References", story, story + " Again.")) == f"References\n{story}\n{story} Again."


def test_a_paragraph_is_told_once() -> None:
    """Pull quotes and copies for small screens don't double a sentence; short lines may recur."""
    line = "Four pence of every pound reached the women who did the work."
    assert prose(blocks(line, "Yes.", line, "Yes.")) == f"{line}\nYes.\nYes."


def test_hidden_characters_are_gone() -> None:
    """The text is clean: composed, without bidi marks, zero-width spaces or soft hyphens."""
    assert prose(blocks("cafe\u0301 har\u00adbour\u200b \u202eleft")) == "café harbour left"
    assert prose(blocks("plain “words” – ünd 日本")) == "plain “words” – ünd 日本"


@given(texts=st.lists(st.text(max_size=80), max_size=6))
def test_any_blocks_become_lines(texts: list[str]) -> None:
    """Whatever the blocks, the text has no empty line and can be encoded."""
    text = prose([Block("paragraph", text) for text in texts])
    text.encode("utf-8")
    assert "\n\n" not in text


def test_a_text_has_an_end() -> None:
    """A book is cut at 200,000 characters, be it one paragraph or many."""
    assert len(prose(blocks("word " * 100_000))) <= MAX_TEXT
    assert (
        len(prose(blocks(*(f"Sentence number {n} of a very long book." for n in range(10_000))))) <= MAX_TEXT + 10_000
    )


@pytest.mark.parametrize(
    "piece", ["subscribe to ", "we use ", "read more ", "photo ", "continue reading ", "> ", "a? "]
)
def test_long_repeats_are_judged_at_once(piece: str) -> None:
    """Half a million characters made to keep the patterns busy are too long to be looked at."""
    assert not is_furniture(piece * 50_000)
