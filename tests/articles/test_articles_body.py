"""The article's own text in a page."""

from __future__ import annotations

from bot.articles.body import article_text
from bot.articles.tree import parsed, prune
from tests.articles.our_pages import PROSE, page, paragraphs


def found(body: str = "") -> list[str]:
    """The lines of the article in a page with this body."""
    tree = parsed(page(body))
    prune(tree)
    return article_text(tree, "https://tide.example/boats").split("\n")


STORY = paragraphs(*PROSE)


def test_the_article_and_nothing_else() -> None:
    """Menu, sidebar, footer and scripts stay behind; every paragraph is one line."""
    assert [line for line in found() if line != "Eleven hundred boats"] == list(PROSE)


def test_code_and_data_tables_are_no_prose() -> None:
    """Listings and figures in cells stay out, what is said about them stays."""
    body = (
        STORY
        + "<pre><code>for boat in harbour:\n    gut(boat)</code></pre>"
        + ("<table><tr><th>Year</th><th>Boats</th></tr><tr><td>1862</td><td>1,100</td></tr></table>")
        + paragraphs("The table shows what a good year was worth to the town and its people.")
    )
    lines = found(body)
    assert "The table shows what a good year was worth to the town and its people." in lines
    assert not any("gut(boat)" in line or "1,100" in line for line in lines)


def test_words_of_code_within_a_sentence_stay() -> None:
    """A name in a sentence is part of it, whatever its type."""
    lines = found(STORY + "<p>Call <code>gut()</code> before <b>dusk</b>, or the whole catch is lost to the gulls.</p>")
    assert "Call gut() before dusk, or the whole catch is lost to the gulls." in lines


def test_a_table_for_the_layout_holds_prose() -> None:
    """Old pages lay out their text in tables: cells that hold sentences are paragraphs."""
    story = " ".join(PROSE)
    tree = parsed(f"<html><body><table><tr><td>Menu</td><td>{story}</td></tr></table></body></html>")
    prune(tree)
    assert story in article_text(tree, "")


def test_figures_and_captions_stay_out() -> None:
    """What describes a picture doesn't belong to the text."""
    figure = '<figure><img src="a.jpg"><figcaption>The sheds at Pulteneytown in 1865.</figcaption></figure>'
    assert not any("Pulteneytown" in line for line in found(paragraphs(*PROSE[:3]) + figure + paragraphs(*PROSE[3:])))


def test_pointers_between_paragraphs_stay_out() -> None:
    """Lines that lead elsewhere, ask for a subscription or credit a picture are left out."""
    body = paragraphs(
        PROSE[0], "Read more: The other harbours of the north", PROSE[1], "Photo: Wick Society", PROSE[2],
        "Sign up for our newsletter to get the tide tables every Friday", *PROSE[3:],
    )  # fmt: skip
    assert [line for line in found(body) if line != "Eleven hundred boats"] == list(PROSE)


def test_empty_lines_part_paragraphs_and_single_breaks_dont() -> None:
    """Two breaks are a new paragraph; one is a space, unless a sentence ended there."""
    body = (
        f"<p>{PROSE[0]}<br><br>{PROSE[1]}</p><p>They worked in crews<br>of three, two with knives.<br>One packed.</p>"
    )
    lines = found(body + paragraphs(*PROSE[2:]))
    assert PROSE[0] in lines
    assert PROSE[1] in lines
    assert "They worked in crews of three, two with knives." in lines
    assert "One packed." in lines


def test_lists_and_quotations_are_lines_of_their_own() -> None:
    """Every item and every quotation is a paragraph."""
    body = STORY + (
        "<p>Each crew had its own tools, and each of them was marked with a name:</p>"
        "<ul><li>a knife as short as a thumb,</li><li>a tub with <b>three</b> handles.</li></ul>"
        "<blockquote><p>We sang so that our hands would not stop.</p></blockquote>"
    )
    lines = found(body)
    assert "a knife as short as a thumb," in lines
    assert "a tub with three handles." in lines
    assert "We sang so that our hands would not stop." in lines


def test_a_page_without_text_has_none() -> None:
    """Where nothing is written, nothing is found."""
    tree = parsed("<html><body><div><img src=a></div></body></html>")
    prune(tree)
    assert article_text(tree, "") == ""


def test_the_tree_can_be_used_again() -> None:
    """Searching a tree doesn't use it up: the same text is found twice."""
    tree = parsed(page())
    prune(tree)
    assert article_text(tree, "") == article_text(tree, "") != ""
