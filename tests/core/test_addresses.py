"""Addresses: the door, the key and the face of a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.addresses import LONGEST, canonical, host_of, is_front_page, safe_link, without_trackers

words = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.~%/;:@!$&'()*+,=äßñ中é \u200b", max_size=40)
hosts = st.sampled_from(
    [
        "example.com",
        "www.example.com",
        "WWW.Example.COM",
        "m.example.co.uk",
        "en.m.example.org",
        "bücher.example",
        "a.b",
    ]
)


@st.composite
def links(draw: st.DrawFn) -> str:
    """Addresses of any shape, many of them strange."""
    port = draw(st.sampled_from(["", ":80", ":443", ":8080"]))
    query = draw(st.sampled_from(["", "?"])) and "?" + "&".join(draw(st.lists(words, max_size=4)))
    fragment = draw(st.sampled_from(["", "#x", "#!/a/b", "#xtor=RSS-1"]))
    tail = draw(st.sampled_from(["", "/", "/amp", "/amp/", ".amp.html", "/index.html", "//", "/.", "/.."]))
    scheme = draw(st.sampled_from(["http", "https"]))
    return f"{scheme}://{draw(hosts)}{port}/{draw(words)}{tail}{query}{fragment}"


# --------------------------------------------------------------------------- safe_link


@pytest.mark.parametrize(
    ("href", "base", "link"),
    [
        ("https://example.com/a", "", "https://example.com/a"),
        ("  https://example.com/a\n", "", "https://example.com/a"),
        ("/b?c=1", "https://example.com/feed.xml", "https://example.com/b?c=1"),
        ("../b", "https://example.com/x/y/feed", "https://example.com/x/b"),
        ("//cdn.example.com/a", "https://example.com/", "https://cdn.example.com/a"),
        ("HTTPS://Example.com/A", "", "HTTPS://Example.com/A"),
        ("https://example.com/a b", "", "https://example.com/a%20b"),
        ('https://example.com/"><b>', "", "https://example.com/%22%3E%3Cb%3E"),
        ("https://example.com/\u202egnp.exe", "", "https://example.com/%E2%80%AEgnp.exe"),
        ("https://example.com/ü", "", "https://example.com/ü"),
        ("http://[2001:db8::1]/a", "", "http://[2001:db8::1]/a"),
    ],
)
def test_a_web_link_is_made_absolute_and_harmless(href: str, base: str, link: str) -> None:
    """What is a web address stays one; what could break out of a text is encoded."""
    assert safe_link(href, base) == link


@pytest.mark.parametrize(
    "href",
    [
        "",
        "   ",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com/a",
        "mailto:ann@example.com",
        "tag:example.com,2024:1",
        "//evil.example/a",
        "/relative",
        "https://user:password@example.com/",
        "https://example.com\\@evil.example/",
        "https://example.com/a\r\nSet-Cookie: x",
        "https://example.com/a\tb",
        "https://",
        "https:///path",
        "http://[::1",
        "http://example.com:99999/",
        "http://example.com:x/",
        "https://exa mple.com/",
        "https://example.com/" + "a" * LONGEST,
    ],
)
def test_what_is_no_safe_link_is_none(href: str) -> None:
    """Scripts, files, credentials, control characters, broken hosts and endless addresses become nothing."""
    assert safe_link(href) == ""


@given(st.text(max_size=80), st.sampled_from(["", "https://example.com/feed"]))
def test_any_text_gives_a_safe_link_or_none(href: str, base: str) -> None:
    """Whatever stands in a feed's link, the result is empty or a web address that ends nowhere but at its end."""
    link = safe_link(href, base)
    assert link == "" or link.lower().startswith(("http://", "https://"))
    assert not set(link) & set(' \t\r\n<>"\u202e\u200b')
    assert safe_link(link) == link


# --------------------------------------------------------------------------- without_trackers


@pytest.mark.parametrize(
    ("link", "posted"),
    [
        ("https://example.com/a?utm_source=rss&utm_medium=feed", "https://example.com/a"),
        ("https://example.com/a?b=%C3%BC&fbclid=x&c=", "https://example.com/a?b=%C3%BC&c="),
        ("https://example.com/a?UTM_Source=rss#part", "https://example.com/a#part"),
        ("https://example.com/a#xtor=RSS-16", "https://example.com/a"),
        ("https://example.com/a?ref=rss&id=1", "https://example.com/a?id=1"),
        ("https://example.com/a?source=rss----d12c403d4976---4", "https://example.com/a"),
        ("https://example.com/a?ref=main&source=shelf", "https://example.com/a?ref=main&source=shelf"),
        ("https://example.com/a?at_the_end=1&ns_record=2", "https://example.com/a?at_the_end=1&ns_record=2"),
        ("https://example.com/A/?b&&c=1;d=2", "https://example.com/A/?b&&c=1;d=2"),
        ("http://www.example.com:80/a/../b", "http://www.example.com:80/a/../b"),
        (
            "https://www.google.com/url?rct=j&sa=t&url=https://example.com/a%3Fb%3D1&ct=ga&usg=x",
            "https://example.com/a?b=1",
        ),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
    ],
)
def test_a_posted_link_loses_its_trackers_and_nothing_else(link: str, posted: str) -> None:
    """Every byte that is no tracker stays as the feed gave it."""
    assert without_trackers(link) == posted


@given(links())
def test_taking_trackers_off_twice_changes_nothing(link: str) -> None:
    """A link without trackers is left alone."""
    once = without_trackers(link)
    assert without_trackers(once) == once


# --------------------------------------------------------------------------- canonical

SAME = [
    "https://example.com/2024/a-story",
    "http://example.com/2024/a-story",
    "https://www.example.com/2024/a-story/",
    "https://m.example.com/2024/a-story",
    "https://mobile.example.com/2024/a-story",
    "https://amp.example.com/2024/a-story",
    "https://EXAMPLE.com:443/2024/a-story#comments",
    "http://example.com:80/2024//a-story?utm_campaign=x",
    "https://example.com/x/../2024/./a-story",
    "https://example.com/2024/a-story/amp/",
    "https://example.com/2024/a-story/amp",
    "https://example.com/2024/a-story?amp=1",
    "https://example.com/2024/a-story?outputType=amp",
    "https://example.com/2024/a%2Dstory",
    "https://example.com/2024/a-story/index.html",
    "https://user:secret@example.com/2024/a-story",
    "https://www.google.com/amp/s/example.com/2024/a-story/amp/",
    "https://example-com.cdn.ampproject.org/c/s/example.com/2024/a-story",
    "https://example-com.cdn.ampproject.org/v/s/www.example.com/2024/a-story/amp/?usqp=mq331",
    "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.com%2F2024%2Fa-story%2F&ct=ga",
]


@pytest.mark.parametrize("link", [link for link in SAME if "usqp" not in link])
def test_many_spellings_of_one_page_have_one_key(link: str) -> None:
    """Scheme, host prefixes, ports, dots, slashes, trackers, fragments, AMP and redirections don't make another page."""
    assert canonical(link) == "https://example.com/2024/a-story"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://blog.example.com/a"),
        ("https://example.com/#!/a", "https://example.com/#!/b"),
        ("https://example.com/a?b=1", "https://example.com/a"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com:8080/a", "https://example.com/a"),
        ("https://forge.example/ann/amp", "https://forge.example/ann"),
        ("https://m.co/a", "https://co/a"),
        ("https://www.google.com/map/s/example.com/a", "https://example.com/a"),
    ],
)
def test_two_pages_have_two_keys(left: str, right: str) -> None:
    """What may lead to another page is kept apart."""
    assert canonical(left) != canonical(right)


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("https://youtu.be/526GPD_hCi4?si=abc", "https://youtube.com/watch?v=526GPD_hCi4"),
        ("https://m.youtube.com/watch?list=x&v=526GPD_hCi4", "https://youtube.com/watch?v=526GPD_hCi4"),
        ("https://twitter.com/ann/status/1", "https://x.com/ann/status/1"),
        ("https://old.reddit.com/r/x/", "https://reddit.com/r/x"),
        ("https://en.m.wikipedia.org/wiki/%e4%b8%ad", "https://en.wikipedia.org/wiki/%E4%B8%AD"),
        ("https://en.wikipedia.org/wiki/中", "https://en.wikipedia.org/wiki/%E4%B8%AD"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://example.com/a?b=2&a=1&b=2", "https://example.com/a?a=1&b=2"),
        ("https://example.com/", "https://example.com"),
        ("https://www.google.com/amp/s/example.com/a?id=5", "https://example.com/a?id=5"),
        ("https://example-com.cdn.ampproject.org/c/example.com/a?id=5&amp=1", "https://example.com/a?id=5"),
        ("http://[2001:DB8::1]:80/a", "https://[2001:db8::1]/a"),
    ],
)
def test_well_known_spellings_are_folded(link: str, key: str) -> None:
    """Short links of videos, renamed sites, mobile encyclopedias, other alphabets and parameters out of order."""
    assert canonical(link) == key


@pytest.mark.parametrize(
    "link", ["", "tag:example.com,2024:1", "/a", "http://[::1", "mailto:a@example.com", "https://"]
)
def test_what_is_no_link_has_no_key(link: str) -> None:
    """No web address, no canonical link."""
    assert canonical(link) == ""


def test_wrappers_within_wrappers_end() -> None:
    """An address wrapped many times is no address of a page, and costs little."""
    link = "https://example.com/a-b"
    for _ in range(30):
        link = "https://www.google.com/amp/s/" + link.removeprefix("https://")
    assert canonical(link) == ""


@given(links())
def test_a_key_is_its_own_key(link: str) -> None:
    """Canonical is idempotent."""
    once = canonical(link)
    assert canonical(once) == once


@given(links())
def test_trackers_don_t_change_the_key(link: str) -> None:
    """What is posted has the key of what was read."""
    assert canonical(without_trackers(link)) == canonical(link)


@given(st.text(max_size=60))
def test_any_text_has_a_key_or_none(text: str) -> None:
    """No text makes it raise."""
    assert canonical(text) == "" or canonical(text).startswith("https://")


# --------------------------------------------------------------------------- hosts


def test_a_front_page_names_no_article() -> None:
    """Only an address without path, parameters and fragment is a front page."""
    assert is_front_page(canonical("https://www.example.com/index.html"))
    assert not is_front_page(canonical("https://example.com/a"))
    assert not is_front_page(canonical("https://example.com/?p=1"))
    assert not is_front_page(canonical("https://example.com/#!/a"))


def test_the_host_is_folded_as_in_keys() -> None:
    """Prefixes and ports are no part of whose site it is."""
    assert host_of("https://www.Example.com:8080/a") == "example.com"
    assert host_of("nothing") == ""
