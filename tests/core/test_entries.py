"""Entries: what they are known by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.entries import Details, RawEntry, entry_key, keyed
from bot.model import Entry

# --------------------------------------------------------------------------- entry_key


def test_a_guid_is_the_identity_whatever_else_changes() -> None:
    """An edited title, text or link keeps the key."""
    key = entry_key("tag:example.com,2026:1", "https://example.com/a", "Title", "text")
    assert len(key) == 32
    assert entry_key("tag:example.com,2026:1", "https://example.com/b", "Other", "other") == key


def test_keys_are_the_same_for_ever() -> None:
    """They are stored: a release that changes them would post every feed's window again."""
    assert entry_key("tag:example.com,2026:1", "", "", "") == "c7569abc121e378c98166ad32f189da2"
    assert entry_key("", "http://www.example.com/a/?utm_source=rss", "", "") == "ec62cf9ff94f7dc021aec65e585decb0"
    assert entry_key("", "", "A  title", "<p>Some &amp; text</p>") == "fa6b35cbfc71dced75cf0f03ddc5e2d6"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("  https://example.com/?p=1\n", "https://example.com/?p=1"),
        ("http://example.com/?p=1", "https://example.com/?p=1"),
        ("Ã¼ber", "über"),
    ],
)
def test_guids_that_differ_by_accident_are_one(left: str, right: str) -> None:
    """Whitespace, a site's move to https, and a text decoded twice."""
    assert entry_key(left, "", "", "") == entry_key(right, "", "", "")


@pytest.mark.parametrize("guid", ["HTTPS://example.com/?p=1", "https://example.com/?p=1#a", "https://example.com/?P=1"])
def test_guids_are_opaque_otherwise(guid: str) -> None:
    """Case, fragments and parameters belong to it."""
    assert entry_key(guid, "", "", "") != entry_key("https://example.com/?p=1", "", "", "")


def test_without_a_guid_the_link_is_the_identity() -> None:
    """Trackers and scheme may change; the title may too."""
    key = entry_key("", "https://example.com/a?utm_source=x", "One", "text")
    assert key == entry_key(" ", "http://www.example.com/a/", "Two", "other")
    assert key != entry_key("https://example.com/a", "", "", "")


def test_without_guid_and_link_the_words_are_the_identity() -> None:
    """Markup and whitespace don't count, words do."""
    key = entry_key("", "", "Title", "<p>Some  <b>text</b></p>")
    assert key == entry_key("", "", " Title ", "<div>Some <i>text</i></div>")
    assert key != entry_key("", "", "Title", "<p>Some words</p>")


@given(st.text(), st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_any_entry_has_a_key(guid: str, link: str, title: str, html: str) -> None:
    """32 hexadecimal characters, and the same ones again."""
    key = entry_key(guid, link, title, html)
    assert len(key) == 32
    assert int(key, 16) >= 0
    assert key == entry_key(f" {guid}\n", link, title, html)


# --------------------------------------------------------------------------- keyed


def raw(guid: str = "", link: str = "", title: str = "", html: str = "") -> RawEntry:
    """An item without a key."""
    return RawEntry(
        guid=guid, link=link and f"https://example.com/{link}", title=title, details=lambda: Details(html=html)
    )


def test_each_item_gets_its_key_and_true_doubles_are_one() -> None:
    """The first of two items with one guid and one link stays."""
    entries = keyed([raw("1", "a", "first"), raw("2", "b"), raw("1", "a", "again")])
    assert [one.title for one in entries] == ["first", ""]


def test_one_guid_for_all_means_nothing() -> None:
    """Then links tell the items apart, as they did before the feed broke."""
    entries = keyed(
        [raw("https://example.com/", "a"), raw("https://example.com/", "b"), raw("https://example.com/", "c")]
    )
    assert len({one.key for one in entries}) == 3
    assert entries[0].key == entry_key("", "https://example.com/a", "", "")


def test_one_link_for_all_means_nothing_either() -> None:
    """Then titles and texts tell them apart."""
    news = [raw("", "news", f"News {number}") for number in range(3)]
    entries = keyed([raw("", "", "One"), *news, raw("", "other", "Two")])
    assert len({one.key for one in entries}) == 5
    assert entries[1].key == entry_key("", "", "News 0", "")
    assert entries[4].key == entry_key("", "https://example.com/other", "", "")


def test_an_item_that_stands_there_twice_is_one() -> None:
    """Also under an edited title: falling back would give it a new key, and post it again."""
    others = [raw(f"{number}", f"{number}", f"t{number}") for number in range(5)]
    twice = keyed([raw("x", "a", "Live: it begins"), raw("x", "a", "It began"), *others])
    assert len(twice) == 6
    assert twice[0].key == entry_key("x", "", "", "")
    linked = [raw("", f"{number}", f"t{number}") for number in range(5)]
    twice = keyed([raw("", "a", "Live: it begins"), raw("", "a", "It began"), *linked])
    assert len(twice) == 6
    assert twice[0].key == entry_key("", "https://example.com/a", "", "")


def keys_of(*raws: RawEntry) -> list[str]:
    return [one.key for one in keyed(raws)]


def linked_key(link: str) -> str:
    return entry_key("", f"https://example.com/{link}", "", "")


OTHERS = [raw(f"{number}", f"{number}", f"t{number}") for number in range(9)]


def test_one_guid_on_two_links_means_nothing() -> None:
    """Two are enough, among however many others: the links tell them apart."""
    assert keys_of(*OTHERS, raw("x", "a"), raw("x", "b"))[9:] == [linked_key("a"), linked_key("b")]


@pytest.mark.parametrize("told", ["title", "html"])
def test_a_guid_on_most_items_means_nothing_once_it_tells_three_things(told: str) -> None:
    """Half of the items, or two things told, may still be one item that was edited; on all of them two are enough."""
    texts = ("one", "two", "three")
    three = [RawEntry(guid="x", title=text) if told == "title" else raw("x", html=text) for text in texts]
    apart = [entry_key("", "", text, "") if told == "title" else entry_key("", "", "", text) for text in texts]
    one = [entry_key("x", "", "", "")]
    assert keys_of(*three, *OTHERS[:2])[:-2] == apart
    assert keys_of(*three, *OTHERS[:3])[:-3] == one
    assert keys_of(*three[:2], three[0], *OTHERS[:2])[:-2] == one
    assert keys_of(*three[:2]) == apart[:2]
    assert keys_of(three[0], three[0]) == one


def test_a_link_is_vague_among_those_that_need_it_only() -> None:
    """Items with guids of their own may all point to one page; where their guid is one for all, they need the link too."""
    guided = [raw(f"{number}", "news", f"t{number}") for number in range(5)]
    assert keys_of(*guided, raw("", "news", "bare"))[5] == linked_key("news")
    astray = [raw("x", "news", f"t{number}") for number in range(3)]
    assert keys_of(*astray) == [entry_key("", "", f"t{number}", "") for number in range(3)]
    assert keys_of(raw("x", "a", "t"), *astray)[0] == linked_key("a")


def test_a_link_that_is_no_web_address_is_an_identity_all_the_same() -> None:
    """Whatever a document calls a link: two of them are two."""
    keys = {entry_key("", link, "", "") for link in ("urn:isbn:1", "urn:isbn:2", "mailto:ann@example.com", "")}
    assert len(keys) == 4


@pytest.mark.parametrize(("guid", "link"), [("1", ""), ("", "https://example.com/a"), ("1", "https://example.com/a")])
def test_a_guid_or_a_link_spares_the_reading_of_the_text(guid: str, link: str) -> None:
    """Cleaning a text costs a hundred times as much as its identity, and most entries are known already."""

    def details() -> Details:
        raise AssertionError("read")

    assert len(keyed([RawEntry(guid=guid, link=link, title="A title", details=details)])) == 1


@given(st.lists(st.builds(raw, *[st.sampled_from(["", "a", "b", "c"])] * 4), max_size=12))
def test_keys_are_unique_and_don_t_hang_on_the_order(raws: list[RawEntry]) -> None:
    """A document that is turned round has the same keys."""
    keys = [one.key for one in keyed(raws)]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {one.key for one in keyed(raws[::-1])}


def test_items_that_say_nothing_are_none() -> None:
    """No guid, link, title or text: nothing to share, and nothing to know again."""
    assert keyed([raw(), RawEntry(details=lambda: Details(author="Ann"))]) == ()


def test_details_are_read_when_somebody_asks_and_once() -> None:
    """What an entry is known by costs no reading; after the first question it is an entry like any other."""
    asked: list[str] = []

    def details() -> Details:
        asked.append("")
        return Details(html="<p>Body", author="Ann", categories=("audio",), language="en", source="Elsewhere")

    (entry,) = keyed([RawEntry(guid="1", link="https://example.com/a", title="A title", details=details)])
    assert (entry.title, entry.link, len(entry.key), asked) == ("A title", "https://example.com/a", 32, [])
    told = Details(entry.html, entry.author, entry.categories, entry.language, entry.source)
    assert len(asked) == 1
    assert told == details()
    asked.clear()
    plain = Entry(key=entry.key, link=entry.link, title=entry.title, **details()._asdict())
    assert entry == plain == entry
    assert entry not in (replace(plain, author="Bob"), replace(plain, title="Another"), "A title", None)
    assert hash(entry) == hash(plain)
    assert replace(entry, title="Another").html == entry.html
    assert len(asked) == 1
    assert not hasattr(entry, "body")
