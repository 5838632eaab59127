"""The article as its feed tells it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles.fromfeed import FULL_TEXT, INLINE, article_of, has_full_text, text_of
from bot.model import Candidate
from tests.articles.our_pages import LONG, PROSE, paragraphs

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def candidate(html: str = "", *, link: str = "https://tide.example/boats") -> Candidate:
    """A candidate whose feed says this."""
    return Candidate(
        id=1,
        feed="https://tide.example/feed",
        feed_title="The Tide",
        key="k",
        link=link,
        canonical=link,
        title="Eleven hundred boats",
        html=html,
        author="Mary Sinclair",
        published=NOON,
        first_seen=NOON,
        language="en",
    )


def test_an_article_of_the_feeds_own_words() -> None:
    """Title, author, time and site come from the candidate, the text from its HTML."""
    article = article_of(candidate(), "The text.")
    assert (article.url, article.title, article.text) == (
        "https://tide.example/boats",
        "Eleven hundred boats",
        "The text.",
    )
    assert (article.site, article.author, article.published) == ("The Tide", "Mary Sinclair", NOON)
    assert (article.origin, article.problem, article.language) == ("feed", None, "en")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Just words &amp; signs", "Just words & signs"),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("<p>One\n  line</p>", "One line"),
        ("<p>Before</p><pre>code(\n)</pre><p>after</p>", "Before\nafter"),
        ("<p>Before</p><PRE class=x>code()</PRE><p>after</p>", "Before\nafter"),
        ("<p>Text</p><figure><img src=x><figcaption>A caption</figcaption></figure>", "Text"),
        ("<p>Text</p><table><tr><td>1</td></tr></table>", "Text"),
        ("<table><tr><td><p>Laid out in a table.</p></td></tr></table>", "Laid out in a table."),
        ("<pre>Merge the other harbour\n\nAll boats in.</pre>", "Merge the other harbour All boats in."),
        ("<table><tr><td>submitted by /u/mary [link] [comments]</td></tr></table>", ""),
        ("<preface>Not a listing</preface>", "Not a listing"),
        ("<pre>never closed", "never closed"),
        ("<p>Text</p><p>The post Boats appeared first on The Tide.</p>", "Text"),
        ("<p>Text</p><p><a href=x>Read more</a></p>", "Text"),
        ("<p>Photo: AFP</p><p>Text</p>", "Text"),
        ("<script>x()</script><p>Text</p><style>p{}</style>", "Text"),
        ("<p>Gutting &amp;amp; packing, the women&amp;#8217;s work</p>", "Gutting & packing, the women’s work"),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One.\nTwo."),
        ("<p>if a &lt; b then b &gt; a</p>", "if a < b then b > a"),
        ("arXiv:2611.01234v1 Announce Type: new \nAbstract: Reefs are loud.", "Reefs are loud."),
        ("The ferry sailed.\n\n[contains quote post or other embedded content]", "The ferry sailed."),
        ("caf&eacute;\u00a0 \u202ex", "café x"),
    ],
)
def test_prose_of_a_feeds_html(html: str, text: str) -> None:
    """Paragraphs of prose, without code, tables, captions and the feed's own signature."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    "end", ["[…]", "[...]", "…", "...", "[&hellip;]", "… (Read the rest)", "... Continue reading →", "[+2113 chars]"]
)
def test_a_teaser_ends_with_its_last_whole_sentence(end: str) -> None:
    """Where a feed breaks off in a sentence, that sentence is left out."""
    assert text_of(f"<p>The boats came in. All of them had {end}</p>") == "The boats came in."


def test_a_teaser_of_thai_ends_where_a_space_parts() -> None:
    """No mark tells there where its last whole sentence ends."""
    whole = "ชาวประมงช่วยกันเก็บอวนเก่าออกจากแม่น้ำทุกเดือน"
    assert text_of(f"<p>{whole} นักวิทยาศาสตร์พบว่าปลาในแม่น้ำกลับมาเร็วกว่าที่ […]</p>") == whole


def test_a_teaser_of_one_broken_sentence_has_no_text() -> None:
    """A single sentence that breaks off says nothing whole."""
    assert text_of("<p>The boats of the north came in with […]</p>") == ""


def test_full_text_is_told_from_teasers() -> None:
    """Many characters of markup are no long text; many characters of text are."""
    full = paragraphs(*LONG)
    assert has_full_text(candidate(full))
    assert not has_full_text(candidate(paragraphs(PROSE[0]) + f'<img src="{"x" * 3_000}">'))
    assert not has_full_text(candidate("x" * FULL_TEXT))
    assert not has_full_text(candidate())


@given(html=st.text(max_size=400))
def test_any_html_is_text(html: str) -> None:
    """No HTML makes reading fail, and the text can be encoded."""
    text_of(html).encode("utf-8")


@given(
    pieces=st.lists(
        st.sampled_from(["<pre>", "</pre>", "<PRE", "İ", "<table>", "</table >", "…", " ", "a. ", "&nbsp;"]),
        max_size=40,
    )
)
def test_any_soup_is_text(pieces: list[str]) -> None:
    """No order of tags makes reading fail."""
    text_of("".join(pieces))


@pytest.mark.parametrize(
    "piece",
    [
        " ",
        "&nbsp;",
        "&#160;",
        "\n",
        "<pre>",
        "<",
        "<p>",
        "&",
        "…",
        ". ",
        "<table",
        "<pre></pre>",
        "\u0301",
        "[",
        "x<br>",
    ],
)
def test_hostile_repeats_are_read_in_one_pass(piece: str) -> None:
    """As much of the worst as is ever read in the event loop is read at once; a quadratic scan would not come back."""
    text_of(piece * (INLINE // len(piece)))
    text_of("x" + piece * 100_000 + "y")
