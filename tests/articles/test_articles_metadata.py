"""What a page says of its article."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.articles.metadata import Metadata, read_metadata
from bot.articles.tree import parsed
from tests.articles.our_pages import page

URL = "https://www.tide.example/boats/eleven-hundred"


def said(head: str = "", *, body: str = "", title: str = "", url: str = URL, lang: str = "en") -> Metadata:
    """The metadata of a page with this head."""
    return read_metadata(parsed(page(body, head=head, title=title, lang=lang)), url)


def meta(name: str, content: str) -> str:
    """One meta element, by property."""
    return f'<meta property="{name}" content="{content}">'


def linked(record: dict[str, object]) -> str:
    """A script of JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(record)}</script>'


# --------------------------------------------------------------------------- title and site


@pytest.mark.parametrize(
    "given",
    [
        "Gutting for Stettin | The Tide",
        "Gutting for Stettin - The Tide",
        "Gutting for Stettin — The Tide",
        "Gutting for Stettin · THE TIDE",
        "Gutting for Stettin :: The Tide",
        "Gutting for Stettin | tide.example",
        "The Tide: Gutting for Stettin".replace(":", " |"),
        "Gutting for Stettin |",
    ],
)
def test_the_sites_name_is_taken_off_the_title(given: str) -> None:
    """Sites sign their titles at one end or the other; the article's title is what remains."""
    assert (
        said(meta("og:title", given) + meta("og:site_name", "The Tide"), body="<p>x</p>").title == "Gutting for Stettin"
    )


@pytest.mark.parametrize(
    "given", ["Wick - a harbour and its women", "Boats | Barrels | Bread", "A-B: the line", "Half-tide"]
)
def test_a_dash_within_a_title_stays(given: str) -> None:
    """Only the site's own name is taken off, not the second half of a thought."""
    assert said(meta("og:title", given) + meta("og:site_name", "The Tide")).title == given


def test_a_section_goes_where_the_heading_says_so() -> None:
    """A title of three parts is cut at the page's own heading."""
    assert said(title="Eleven hundred boats - Features - The Tide").title == "Eleven hundred boats"


def test_titles_in_order_of_trust() -> None:
    """og:title, the record's headline, the page's title, its heading."""
    assert said(meta("og:title", "One") + linked({"@type": "Article", "headline": "Two"}), title="Three").title == "One"
    assert said(linked({"@type": "Article", "headline": "Two"}), title="Three").title == "Two"
    assert said(title="Three").title == "Three"
    assert said().title == "Eleven hundred boats"


def test_a_template_that_titles_all_pages_alike_is_passed_over() -> None:
    """Where the title is only the site's name, the heading is the title."""
    head = meta("og:title", "The Tide") + meta("og:site_name", "The Tide")
    assert said(head, title="The Tide").title == "Eleven hundred boats"


def test_the_site_has_a_name_or_a_host() -> None:
    """The page's word for its site, its publisher's, else the host without www."""
    assert said(meta("og:site_name", " The  Tide ")).site == "The Tide"
    assert said(linked({"@type": "Article", "publisher": {"name": "Tide Press"}})).site == "Tide Press"
    assert said(linked({"@type": "WebSite", "name": "The Tide"})).site == "The Tide"
    assert said(meta("og:site_name", "https://www.tide.example")).site == "tide.example"
    assert said().site == "tide.example"


def test_a_site_that_is_called_like_the_article_is_called_by_its_host() -> None:
    """A template that repeats the title as the site's name is not believed."""
    name = "Eleven hundred boats"
    assert said(meta("og:title", name) + meta("og:site_name", name)).site == "tide.example"


# --------------------------------------------------------------------------- people, times, languages


@pytest.mark.parametrize(
    ("head", "author"),
    [
        (linked({"@type": "Article", "author": {"@type": "Person", "name": "Mary Sinclair"}}), "Mary Sinclair"),
        (linked({"@type": "Article", "author": [{"name": "Mary Sinclair"}, {"name": "Ann Gunn"}]}), "Mary Sinclair, Ann Gunn"),
        ('<meta name="author" content="By Mary Sinclair">', "Mary Sinclair"),
        ('<meta name="author" content="Von Mary Sinclair">', "Mary Sinclair"),
        ('<meta name="author" content="Byron Sinclair">', "Byron Sinclair"),
        (meta("article:author", "https://social.example/mary"), ""),
        ('<meta name="author" content="mary@tide.example">', ""),
        ('<meta name="author" content="admin">', ""),
        ('<meta name="author" content="The Tide">' + meta("og:site_name", "The Tide"), ""),
        ('<meta name="author" content="Tide">', ""),
        ('<meta name="author" content="{{ author }}">', ""),
        ('<meta name="author" content="---">', ""),
        (linked({"@type": "Article", "author": [{"name": f"Person Number{chr(65 + n)}"} for n in range(9)]}),
         "Person NumberA, Person NumberB, Person NumberC"),
        (linked({"@type": "Article", "author": "Mary Sinclair"}) + '<meta name="author" content="Mary Sinclair, Ann Gunn">',
         "Mary Sinclair, Ann Gunn"),
        (linked({"@type": "Article", "author": 7}), ""),
    ],
)  # fmt: skip
def test_authors(head: str, author: str) -> None:
    """People are named as people: no addresses, no accounts, no site, nobody twice."""
    assert said(head).author == author


def test_a_byline_names_the_author() -> None:
    """Where the head is silent, the mark in the text counts."""
    assert said(body='<p class="byline">By Mary Sinclair</p><p>The boats came in.</p>').author == "Mary Sinclair"
    assert said(body='<p><a rel="author" href="/mary">Mary Sinclair</a></p>').author == "Mary Sinclair"


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        (meta("article:published_time", "2026-11-20T08:00:00Z"), URL, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (linked({"@type": "Article", "datePublished": "2026-11-20"}), URL, datetime(2026, 11, 20, tzinfo=UTC)),
        ('<meta itemprop="datePublished" content="2026-11-20">', URL, datetime(2026, 11, 20, tzinfo=UTC)),
        ("", "https://tide.example/2026/11/20/boats", datetime(2026, 11, 20, tzinfo=UTC)),
        (meta("article:published_time", "soon"), URL, None),
        ("", URL, None),
    ],
)
def test_times_of_publication(head: str, url: str, expected: datetime | None) -> None:
    """The head says when, else the address, else nobody."""
    assert said(head, url=url).published == expected


def test_a_time_within_the_article_counts() -> None:
    """A marked time of the article is its time; one elsewhere on the page only if there is no other."""
    body = '<time datetime="2026-11-20">Friday</time><p>The boats came in.</p>'
    assert said(body=body).published == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "head", "language"),
    [
        ("en-GB", "", "en"),
        ("DE", "", "de"),
        ("", meta("og:locale", "pt_BR"), "pt"),
        ("", '<meta http-equiv="content-language" content="fr">', "fr"),
        ("", "", None),
        ("{{lang}}", "", None),
        ("english please", "", None),
    ],
)
def test_languages(lang: str, head: str, language: str | None) -> None:
    """The page's language by its own tag, without region; nonsense is no language."""
    assert said(head, lang=lang).language == language


# --------------------------------------------------------------------------- addresses


def canonical(href: str, url: str = URL) -> str:
    """The address that a page at `url` gives as its own."""
    return said(f'<link rel="canonical" href="{href}">', url=url).canonical


@pytest.mark.parametrize(
    ("href", "own"),
    [
        ("https://www.tide.example/boats/1100", "https://www.tide.example/boats/1100"),
        ("/boats/1100", "https://www.tide.example/boats/1100"),
        ("https://tide.example/boats/1100", "https://tide.example/boats/1100"),
        ("https://news.tide.example/boats/1100", "https://news.tide.example/boats/1100"),
        ("https://tide.example/", ""),  # a template's mistake: all pages claim to be the front page
        ("https://victim.example/their-article", ""),  # would silence somebody else's article
        ("javascript:alert(1)", ""),
        ("https://user:pw@tide.example/x", ""),
        ("//[", ""),
        ("", ""),
    ],
)
def test_a_page_may_name_its_own_address(href: str, own: str) -> None:
    """A canonical link counts within its site, and never as the front page."""
    assert canonical(href) == own


def test_a_cached_copy_names_its_publisher() -> None:
    """A page in an AMP cache belongs to the site that it names."""
    cached = "https://tide-example.cdn.ampproject.org/c/s/tide.example/boats/1100"
    assert canonical("https://tide.example/boats/1100", cached) == "https://tide.example/boats/1100"


def test_two_sites_under_one_ending_are_two_sites() -> None:
    """`co.uk` is no site: what only shares that isn't the same."""
    assert canonical("https://other.co.uk/x", "https://tide.co.uk/boats") == ""
    assert canonical("https://blog.tide.example/x", "https://shop.tide.example/boats") == "https://blog.tide.example/x"


def test_og_url_stands_in_for_a_canonical_link() -> None:
    """Without a canonical link the page's og:url counts, under the same conditions."""
    assert said(meta("og:url", "https://tide.example/boats/1100")).canonical == "https://tide.example/boats/1100"
    assert said(meta("og:url", "https://victim.example/")).canonical == ""


@pytest.mark.parametrize(
    ("head", "image"),
    [
        (meta("og:image", "/img/boats.jpg"), "https://www.tide.example/img/boats.jpg"),
        (meta("og:image", "data:image/png;base64,xx") + meta("twitter:image", "https://i.example/a.png"), "https://i.example/a.png"),
        (linked({"@type": "Article", "image": [{"url": "https://i.example/a.png"}]}), "https://i.example/a.png"),
        (linked({"@type": "Article", "image": "https://i.example/a.png"}), "https://i.example/a.png"),
        (linked({"@type": "Article", "image": {"url": ["https://i.example/a.png"]}}), "https://i.example/a.png"),
        (meta("og:image", "file:///etc/passwd"), ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_lead_image_is_a_link_or_nothing(head: str, image: str) -> None:
    """Pictures are absolute http(s) addresses; data and files are none."""
    assert said(head).image == image


# --------------------------------------------------------------------------- the rest


def test_the_description_is_the_publishers_own() -> None:
    """og:description first, one clean line, with entities read."""
    head = meta("og:description", " The women &amp; the\n boats\u200b ") + '<meta name="description" content="other">'
    assert said(head).description == "The women & the boats"
    assert said('<meta name="description" content="other">').description == "other"


def test_long_descriptions_are_cut_at_a_word() -> None:
    """A description that is a whole text is cut, and says so."""
    description = said(meta("og:description", "herring " * 500)).description
    assert len(description) <= 1_001
    assert description.endswith("herring…")


@pytest.mark.parametrize(
    ("value", "free"),
    [(False, False), ("False", False), ("http://schema.org/False", False), (True, True), ("true", True), ("x", None), (3, None)],
)  # fmt: skip
def test_whether_everybody_may_read(value: object, free: bool | None) -> None:
    """The record may say that its article isn't free, in several spellings."""
    assert said(linked({"@type": "NewsArticle", "isAccessibleForFree": value})).free is free


def test_pages_that_are_films() -> None:
    """A film by its type, or by its only record; an article with a film in it is an article."""
    assert said(meta("og:type", "video.other")).video
    assert said(linked({"@type": "VideoObject", "name": "x"})).video
    assert not said(linked({"@type": "NewsArticle", "video": {"@type": "VideoObject"}})).video


def test_a_silent_page_says_nothing() -> None:
    """A page without any of this gives empty values, and no error, even without an address."""
    assert read_metadata(parsed("<p>x</p>"), "") == Metadata()


@pytest.mark.parametrize(
    "record",
    [
        {"@type": "Article", "headline": [["x"]], "author": [[]], "image": [[[]]], "publisher": 3, "datePublished": {}},
        {"@type": "Article", "headline": {"name": None}, "author": {"name": {}}, "image": 5, "description": []},
    ],
)
def test_records_of_any_shape_do_no_harm(record: dict[str, object]) -> None:
    """Foreign JSON may hold anything anywhere."""
    assert said(linked(record)).title in ("x", "Eleven hundred boats")
