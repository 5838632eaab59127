"""Elements of a feed are read for what they hold, whatever markup, prefixes or comments stand around it."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.feeds.elements import Element, fill, items_of, joined, link_parts, markup_of, text_of
from bot.feeds.namespaces import Names
from bot.feeds.raw import Item

XHTML = "http://www.w3.org/1999/xhtml"
words = st.text("ab <>&\"'é中\n", max_size=20)


def element(markup: str) -> Element:
    """An element as the fast path has it."""
    return etree.fromstring(markup, etree.XMLParser(remove_comments=True))


def items(markup: str, wanted: str = "item") -> list[Element] | None:
    """The items of a document."""
    root = element(markup)
    return items_of(root, Names(root.tag), wanted)


# --------------------------------------------------------------------------- items


def test_items_are_found_wherever_they_stand() -> None:
    """In RSS they stand in the channel, in RDF beside it; empty ones hold nothing."""
    assert len(items("<rss><channel><item><title/></item><item/></channel><item><link/></item></rss>") or []) == 2


def test_an_item_inside_an_item_is_not_plain_to_see() -> None:
    """Another parser must look at it."""
    assert items("<rss><item><title/><item><title/></item></item></rss>") is None


@pytest.mark.parametrize("wanted", ["item", "entry"])
def test_items_and_entries_do_not_mix(wanted: str) -> None:
    """Nor is a document plain that has both."""
    assert items("<feed><entry><id/></entry><item><guid/></item></feed>", wanted) is None


def test_a_document_without_items_is_none() -> None:
    """An empty feed is left to the parser that says whether it is one."""
    assert items("<rss><channel><title>x</title></channel></rss>") is None


# --------------------------------------------------------------------------- texts


@given(words)
def test_the_text_of_an_element_is_all_its_text(text: str) -> None:
    """Through markup inside, and with its references resolved."""
    assert text_of(element(f"<t>{escape(text)}</t>")) == text
    assert text_of(element(f"<t><b>{escape(text)}</b>{escape(text)}<!-- no --></t>")) == text * 2


def test_text_in_rss_is_html_and_in_xhtml_text() -> None:
    """A "<" that Atom escaped once is a "<" to its reader; what RSS escaped once is markup."""
    child = element("<d>1 &lt; 2<b>x</b></d>")
    assert markup_of(child, escaped=True) == "1 &lt; 2<b>x</b>"
    assert markup_of(child, escaped=False) == "1 < 2<b>x</b>"


def test_the_one_div_of_xhtml_is_left_out() -> None:
    """It is Atom's own, not the author's; prefixes and namespaces go as well."""
    child = element(f'<content><h:div xmlns:h="{XHTML}"><h:p>one <h:em>two</h:em></h:p></h:div></content>')
    assert markup_of(child, escaped=True) == "<p>one <em>two</em></p>"


def test_two_divs_are_the_authors_own() -> None:
    """Only a single one without text before it is a wrapping."""
    child = element(f'<content><div xmlns="{XHTML}">one</div><div xmlns="{XHTML}">two</div></content>')
    assert markup_of(child, escaped=True) == "<div>one</div><div>two</div>"
    child = element(f'<content>say <div xmlns="{XHTML}">one</div></content>')
    assert markup_of(child, escaped=True) == "say <div>one</div>"


@given(before=words, inside=words, after=words, value=words)
def test_what_stands_inside_is_the_same_whatever_the_elements_own_tag_holds(
    before: str, inside: str, after: str, value: str
) -> None:
    """An attribute of the element itself may hold what looks like the end of its tag."""
    inner = f'{escape(before)}<p class="x">{escape(inside)}<br/></p>{escape(after)}'
    plain = markup_of(element(f"<content>{inner}</content>"), escaped=True)
    quoted = escape(value, {'"': "&quot;"})
    told = markup_of(element(f'<content type="xhtml" title="{quoted}">{inner}</content>'), escaped=True)
    assert plain == told == f'{escape(before)}<p class="x">{escape(inside)}<br></p>{escape(after)}'


# --------------------------------------------------------------------------- links and plain parts


@pytest.mark.parametrize(
    ("markup", "parts"),
    [
        ("<link> https://example.com/a </link>", ("alternate", "", "https://example.com/a")),
        ('<link href="/a" rel="SELF" type="Text/HTML"/>', ("self", "text/html", "/a")),
        ('<link href="">ignored</link>', ("alternate", "", "")),
        ("<link/>", ("alternate", "", "")),
    ],
)
def test_a_link_is_an_attribute_or_a_text(markup: str, parts: tuple[str, str, str]) -> None:
    """Atom has the one, RSS the other; where both stand, the attribute is meant."""
    assert link_parts(element(markup)) == parts


def test_the_first_name_of_a_part_that_is_there_counts() -> None:
    """Of many dates the one of publication is the item's; an empty one is none."""
    item = Item()
    fill(item, {"pubdate": "", "issued": "1999", "published": "2024", "dc:date": "2025", "prism:publicationdate": "1"})
    assert (item.published, item.updated, item.created) == ("2024", "2025", "")


def test_a_title_of_its_own_stays() -> None:
    """Other vocabularies only fill what is empty."""
    item = Item(title="Own", language="de")
    fill(item, {"dc:title": "Other", "dc:language": "en"})
    assert (item.title, item.language) == ("Own", "de")
    item = Item()
    fill(item, {"media:title": "Other", "language": "en"})
    assert (item.title, item.language) == ("Other", "en")


@pytest.mark.parametrize(
    ("href", "address"),
    [("", "https://example.com/a/b"), ("c", "https://example.com/a/c"), ("http://[", "https://example.com/a/b")],
)
def test_an_address_is_joined_to_its_base(href: str, address: str) -> None:
    """What can't be read changes nothing."""
    assert joined("https://example.com/a/b", href) == address
