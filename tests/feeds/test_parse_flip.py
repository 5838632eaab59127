"""A feed that flips between the parsers, one bad byte today and none tomorrow, has the same entries."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.same import bare_text
from bot.feeds.decode import mended, utf8
from bot.feeds.fast import read_xml
from bot.feeds.parse import parse_document, parse_fast
from bot.feeds.slow import read_any
from bot.model import Body, Entry, ParsedFeed

URL = "https://example.com/feed.xml"

texts = st.text("abc  AB<>&;#/='\"!-?[]\n\t123xé中\u200b\u0301\x92", max_size=30)
phrases = st.lists(
    st.sampled_from(
        [
            "Rock",
            "&",
            "&amp;",
            "&#8217;",
            "&lt;b&gt;",
            "<b>",
            "</b>",
            "<T>",
            "a<b",
            "50%",
            "中文",
            "é",
            "<br/>",
            "&nbsp;",
            "&unknown;",
        ]
    ),
    max_size=6,
).map(" ".join)
links = st.sampled_from(
    [
        "",
        "https://example.com/a",
        "/b?c=1&d=2",
        "e.html",
        "javascript:x",
        "http://[",
        "HTTPS://EXAMPLE.com/ü",
        " https://example.com/c ",
    ]
)
guids = (
    st.sampled_from(
        ["", "1", "tag:example.com,2024:1", "https://example.com/?p=1", "t3_x", " spaced ", "é", "a&b;c", "x<y"]
    )
    | texts
)
dates = st.sampled_from(
    ["", "Tue, 05 Mar 2024 10:11:12 +0100", "2024-03-05T09:11:12Z", "yesterday", "2024-03-05", "Tue, 5 Mar 24 9:11 EST"]
)
titles = phrases | texts


@st.composite
def rss_items(draw: st.DrawFn) -> str:
    """One item of RSS, its texts escaped or in CDATA."""

    def element(name: str, text: str, attribute: str = "") -> str:
        if draw(st.booleans()) and "]]>" not in text:
            return f"<{name}{attribute}><![CDATA[{text}]]></{name}>"
        return f"<{name}{attribute}>{escape(text)}</{name}>"

    permalink = draw(st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"']))
    parts = [
        element("title", draw(titles)),
        element("link", draw(links)) if draw(st.booleans()) else "",
        element("guid", draw(guids), permalink) if draw(st.booleans()) else "",
        element("pubDate", draw(dates)) if draw(st.booleans()) else "",
        element("description", draw(titles)) if draw(st.booleans()) else "",
        element("category", draw(texts)) if draw(st.booleans()) else "",
    ]
    return f"<item>{''.join(draw(st.permutations(parts)))}</item>"


@st.composite
def atom_entries(draw: st.DrawFn) -> str:
    """One entry of Atom."""
    kind = draw(st.sampled_from(["", ' type="text"', ' type="html"']))
    relation = draw(st.sampled_from(["", ' rel="alternate"', ' rel="self"', ' rel="enclosure"']))
    href = escape(draw(links), {'"': "&quot;"})
    parts = [
        f"<title{kind}>{escape(draw(titles))}</title>",
        f'<link{relation} href="{href}"/>' if draw(st.booleans()) else "",
        f"<id>{escape(draw(guids))}</id>" if draw(st.booleans()) else "",
        f"<published>{escape(draw(dates))}</published>" if draw(st.booleans()) else "",
        f"<updated>{escape(draw(dates))}</updated>" if draw(st.booleans()) else "",
        f"<summary{kind}>{escape(draw(titles))}</summary>" if draw(st.booleans()) else "",
    ]
    return f"<entry>{''.join(draw(st.permutations(parts)))}</entry>"


def both(document: str) -> tuple[ParsedFeed, ParsedFeed] | None:
    """The document by both parsers; None where the fast one doubts."""
    content, _ = utf8(Body(url=URL, content=document.encode()))
    fast = read_xml(content, URL)
    slow = read_any(mended(content), URL)
    return None if fast is None or slow is None else (fast.parsed(""), slow.parsed(""))


def compared(entry: Entry) -> Entry:
    """What must be equal: everything, but of the text only its words."""
    return replace(entry, html=bare_text(entry.html))


@given(st.lists(rss_items(), min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_rss_is_the_same_by_either_parser(items: list[str]) -> None:
    """Keys, links, titles, dates, categories and words."""
    document = (
        f"<rss version='2.0'><channel><title>t</title><link>https://example.com/</link>{''.join(items)}</channel></rss>"
    )
    if read := both(document):
        assert list(map(compared, read[0].entries)) == list(map(compared, read[1].entries))


@given(st.lists(atom_entries(), min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_atom_is_the_same_by_either_parser(entries: list[str]) -> None:
    """Keys, links, titles, dates and words."""
    document = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{''.join(entries)}</feed>"
    if read := both(document):
        assert list(map(compared, read[0].entries)) == list(map(compared, read[1].entries))


@pytest.mark.parametrize(
    "damage",
    ["<b>", "</p>", "&nbsp;", "&", "\x00", "<br>", "<![CDATA[ x", "\ufffe"],
)
def test_a_damaged_head_changes_no_key(damage: str) -> None:
    """Whatever happens to the feed's own title, its items stay the items they were."""
    items = "".join(
        f"<item><title>Number {number}</title><link>https://example.com/{number}</link><guid>g{number}</guid></item>"
        for number in range(5)
    )
    head = "<rss version='2.0'><channel><title>t</title><description>d</description>"
    sound = parse_fast(Body(url=URL, content=f"{head}{items}</channel></rss>".encode()))
    hurt = head.replace("<title>t", f"<title>t{damage}")
    damaged = parse_document(Body(url=URL, content=f"{hurt}{items}</channel></rss>".encode()))
    assert sound is not None
    keys = {entry.key for entry in sound.entries}
    assert {entry.key for entry in damaged.entries} <= keys
    assert damaged.entries or "CDATA" in damage
