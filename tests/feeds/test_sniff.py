from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.sniff import HEAD, MOST, feed_title, looks_like_feed, read_page

FEEDS = [
    b"<rss version='2.0'><channel><title>T</title>",
    b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made by > hand -->\n<!DOCTYPE rss>\n<rss>",
    b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>",
    b"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>",
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>",
    b"  \n<RSS>",
    "\ufeff<rss>".encode("utf-16-le"),
    "\ufeff<rss>".encode("utf-16-be"),
    "<rss>".encode("utf-16-le"),
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "T"}',
]
OTHERS = [
    b"",
    b"   ",
    b"<html><body><rss></body>",
    b"<!DOCTYPE html><html>",
    b"<!-- <rss> --><html>",
    b"<!-- never closed <rss>",
    b"<?php <rss>",
    b'{"version": 1}',
    b"rss",
    b"<rssx>",
    b"<opml><body>",
    b"<urlset>",
    b"\x00\x01\x02\x03",
    b"\xff\xfe",
]


@pytest.mark.parametrize("content", FEEDS)
def test_feeds_are_recognised_by_their_beginning(content: bytes) -> None:
    """Any kind of feed, behind marks, comments and declarations, in any common encoding."""
    assert looks_like_feed(content)


@pytest.mark.parametrize("content", OTHERS)
def test_other_things_are_no_feeds(content: bytes) -> None:
    """Pages, other XML and JSON, and noise."""
    assert not looks_like_feed(content)


@pytest.mark.parametrize("piece", [b"<!--", b"<!", b"<?", b"<", b"<title>", b"<a ", b"{", b"&", b'"title":"'])
def test_hostile_beginnings_are_looked_at_once(piece: bytes) -> None:
    """Unclosed comments and tags without end: only the head is read, and each part of it once."""
    content = piece * HEAD
    assert not looks_like_feed(content)
    assert feed_title(b"<rss>" + content) == feed_title(b"<rss>" + content)
    assert read_page(content, "http://example.com/").links == ()


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"<rss><channel><title>A &amp; B</title><item><title>No</title>", "A & B"),
        (b"<feed><title type='html'><![CDATA[ <b>Bold</b>\n words ]]></title>", "Bold words"),
        (b"<rss><channel><item><title>Entry</title></item>", ""),
        (b"<feed><title>  \xc3\xbc\xe2\x80\xae\x07x </title>", "ü x"),
        (b"<feed><title/>", ""),
        (b'{"version":"https://jsonfeed.org/version/1","title":"Jay"}', "Jay"),
        (b"<feed><title>" + b"x" * 5000 + b"</title>", "x" * 200),
        (b"<feed><title>never closed", ""),
    ],
)
def test_a_feeds_title_is_one_clean_line(content: bytes, title: str) -> None:
    """Of the head alone, unescaped, without tags and controls, short."""
    assert feed_title(content) == title


PAGE = """
<html><head>
<base href="https://cdn.example/blog/">
<meta name="Generator" content="WordPress 6.9">
<link rel="alternate" type="application/rss+xml" title="Comments &raquo; all" href="/comments/feed/">
<link rel="ALTERNATE stylesheet" type="Application/Atom+XML; charset=utf-8" title="The\nblog" href="atom.xml#x">
<link rel="alternate" type="application/json+oembed" href="/oembed">
<link rel="alternate" hreflang="de" href="/de/">
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="">
<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">
<link rel="feed" href="//other.example/feed">
<link rel="alternate" type="application/feed+json" title="JSON" href="feed:https://example.com/feed.json">
</head><body><a href="/rss">RSS</a></body></html>
"""


def test_a_page_names_its_feeds() -> None:
    """Link elements of feed types, resolved against the base, only of the web, comments last; anchors not beside them."""
    page = read_page(PAGE.encode(), "https://example.com/")
    assert [(link.url, link.title, link.sure) for link in page.links] == [
        ("https://cdn.example/blog/atom.xml", "The blog", True),
        ("https://other.example/feed", "", True),
        ("https://example.com/feed.json", "JSON", True),
        ("https://cdn.example/comments/feed/", "Comments » all", True),
    ]
    assert page.generator == "WordPress 6.9"


def test_anchors_serve_where_no_link_element_does() -> None:
    """A page that only links to its feed is understood; links that don't look like feeds are left alone."""
    html = b'<a href="/about">About</a> <a href="/rss">RSS</a> <a href="posts/index.xml" title="All posts"></a> <a href="/feedback">x</a>'
    page = read_page(html, "https://example.com/blog/")
    assert [(link.url, link.title, link.sure) for link in page.links] == [
        ("https://example.com/rss", "", False),
        ("https://example.com/blog/posts/index.xml", "All posts", False),
    ]


def test_a_page_with_thousands_of_feeds_names_twenty() -> None:
    """A page can't make us follow it for ever."""
    html = b"".join(b'<link rel="alternate" type="application/rss+xml" href="/%d">' % number for number in range(5000))
    assert len(read_page(html, "https://example.com/").links) == MOST


def test_a_declared_charset_is_believed_for_titles() -> None:
    """The header's charset decides; one that doesn't exist is ignored."""
    html = '<link rel="alternate" type="text/xml" title="Füße" href="/f">'.encode("latin-1")
    assert read_page(html, "https://example.com/", "latin-1").links[0].title == "Füße"
    assert read_page(html, "https://example.com/", "no-such-thing").links


@given(st.binary(max_size=500), st.text(max_size=20))
def test_any_bytes_are_a_page_or_none(content: bytes, url: str) -> None:
    """Nothing foreign raises, and only web addresses come out."""
    looks_like_feed(content)
    feed_title(content)
    for page in (
        read_page(content, url),
        read_page(b'<link rel=feed href="' + content + b'">', "https://example.com/"),
    ):
        assert all(link.url.startswith(("http://", "https://")) for link in page.links)


@pytest.mark.parametrize(("path", "first"), [("category/news/", "category/news/feed/"), ("2026/a-post/", "feed/")])
def test_a_sections_own_feed_comes_first(path: str, first: str) -> None:
    """Whoever gives a category's address wants the category; below a post are only its comments."""
    named = "".join(f"<link rel=alternate type=application/rss+xml href=/{where}feed/>" for where in ("", path))
    page = read_page(named.encode(), f"https://example.com/{path}")
    assert page.links[0].url == f"https://example.com/{first}"
