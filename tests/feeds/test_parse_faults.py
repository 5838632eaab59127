"""The fault battery of parsing, P1 to P13: what hostile and careless documents do to us.

P7 (a worker killed after six seconds) is tested with the worker; here stands what is never that slow.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.same import canonical, title_key
from bot.core.sift import Stories, flooded, sift
from bot.errors import FeedUnreadable
from bot.feeds.parse import pack, parse_document, parse_fast
from bot.feeds.raw import MOST_ENTRIES, MOST_HTML, MOST_TEXT, MOST_TITLE
from bot.model import Body, Feed, Filters, ParsedFeed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = Feed(url="https://example.com/feed")


def read(document: str | bytes) -> ParsedFeed:
    """Parse, by whatever parser."""
    content = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    return parse_document(Body(url="https://example.com/feed", content=content))


def item(number: int, **changes: str) -> str:
    """One sound item."""
    parts = {
        "title": f"The story that has number {number}",
        "link": f"https://example.com/story-{number}",
        "guid": f"https://example.com/?p={number}",
        "pubDate": (NOW - timedelta(hours=number)).strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "description": f"Text number {number}",
    } | changes
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in parts.items() if text) + "</item>"


def rss(*items: str, doctype: str = "") -> str:
    """A document of items."""
    return f"{doctype}<rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>"


@contextmanager
def nothing_opened(monitored: list[str]) -> Iterator[None]:
    """Fail if Python opens a file or a connection meanwhile (lxml opens none: it is told so, and has no network)."""
    import sys

    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
            monitored.append(f"{event} {arguments!r}")
        if active and event == "open" and str(arguments[0]).startswith(("/etc", "secret")):
            monitored.append(f"{event} {arguments!r}")

    sys.addaudithook(hook)
    try:
        yield
    finally:
        active = False


# --------------------------------------------------------------------------- P1 to P6


def test_p1_truncated_documents_give_their_whole_items() -> None:
    """Cut anywhere, a document gives the items that are whole, with the keys that they always have."""
    whole = rss(*map(item, range(1, 21)))
    keys = [entry.key for entry in read(whole).entries]
    for end in range(whole.index("<item>") + 10, len(whole), 97):
        cut = whole[:end]
        count = cut.count("</item>")
        if count:
            assert [entry.key for entry in read(cut).entries] == keys[:count]


def test_p2_to_p4_entities_explode_nowhere() -> None:
    """Billion laughs, quadratic blowup and fifty thousand bytes that mean five million end small."""
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    laughs = rss(item(1, title="&a9;"), doctype=f'<!DOCTYPE rss [<!ENTITY a0 "ha">{levels}]>')
    quadratic = rss(item(1, title="&b;" * 2_000), doctype=f'<!DOCTYPE rss [<!ENTITY b "{"x" * 2_500}">]>')
    for document in (laughs, quadratic):
        started = time.process_time()
        try:
            parsed = read(document)
        except FeedUnreadable:
            continue
        finally:
            assert time.process_time() - started < 30  # not a speed: it ends at all
        assert all(len(entry.title) <= MOST_TITLE and len(entry.html) <= MOST_HTML for entry in parsed.entries)


def test_p5_external_entities_are_not_opened(tmp_path: Path) -> None:
    """Neither files nor addresses nor DTDs nor XInclude nor stylesheets: nothing of them comes into an entry."""
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret>top secret</secret>")
    address = secret.as_uri()
    documents = [
        rss(item(1, title="&x;"), doctype=f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{address}">]>'),
        rss(item(1, title="&x;"), doctype='<!DOCTYPE rss [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>'),
        rss(item(1), doctype=f'<!DOCTYPE rss SYSTEM "{address}">'),
        rss(item(1), doctype=f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{address}"> %p;]>'),
        rss(item(1), doctype=f'<?xml-stylesheet href="{address}"?>'),
        rss(item(1, description=f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/>')),
    ]
    opened: list[str] = []
    with nothing_opened(opened):
        for document in documents:
            assert "top secret" not in str(pack(read(document)))
    assert opened == []


@pytest.mark.parametrize("content", [b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:9/", b"/dev/zero"])
def test_p6_a_body_that_names_a_file_or_an_address_is_not_opened(content: bytes) -> None:
    """Foreign bytes are a document, never a name."""
    opened: list[str] = []
    with nothing_opened(opened), pytest.raises(FeedUnreadable):
        read(content)
    assert opened == []


# --------------------------------------------------------------------------- P7 to P9


@pytest.mark.parametrize(
    "document",
    [
        rss(item(1, description="&lt;p style=&quot;" + "a" * 60_000 + ";&quot;&gt;x")),
        rss("<item " + " ".join(f"a{n}='x'" for n in range(20_000)) + "><title>t</title></item>"),
        rss("<item/>" * 20_000, "<item><title>t</title></item>"),
        rss("<item><title>t</title>" + "<link>javascript:x</link>" * 9_000 + "</item>"),
        rss("<item><title>" + "&lt;b " * 40_000 + "</title></item>"),
        rss("<item><title>" + "a" + "\u0301" * 100_000 + "</title></item>"),
        rss("<x xml:base='a/'>" * 200 + "<item><title>t</title><link>b</link></item>" * 1_000 + "</x>" * 200),
        '{"version": "https://jsonfeed.org/version/1", "items": [' + '{"id": 1},' * 25_000 + "{}]}",
    ],
    ids=["style", "attributes", "items", "links", "angles", "marks", "bases", "json"],
)
def test_p7_what_kills_other_parsers_is_read_at_once(document: str) -> None:
    """Sanitisers with slow expressions, quadratic attributes, endless lists: the fast reader has none of that."""
    assert parse_fast(Body(url="https://example.com/feed", content=document.encode())) is not None


@pytest.mark.parametrize(
    "document",
    [
        rss("<item>" + "<b>" * 60_000),
        '{"items":' + "[" * 100_000,
        '{"items":[' + "1" * 100_000,
        "<" * 250_000,
        "<rss" + " " * 250_000,
    ],
    ids=["deep", "brackets", "digits", "angles", "spaces"],
)
def test_p7_what_is_hopeless_is_refused_at_once(document: str) -> None:
    """Depth, endless numbers and noise are no sound document: the event loop says no, the worker may try."""
    assert parse_fast(Body(url="https://example.com/feed", content=document.encode())) is None


def test_p8_of_a_hundred_thousand_entries_the_newest_are_considered() -> None:
    """Whatever their order, and by either parser."""
    many = [item(number, description="") for number in range(20_000, 0, -1)]
    newest = [f"The story that has number {number}" for number in range(MOST_ENTRIES, 0, -1)]
    sound, broken = read(rss(*many)), read(rss(*many).replace("<title>t</title>", "<title>t<b></title>"))
    assert (sound.parser, broken.parser) == ("fast", "feedparser")
    assert [entry.title for entry in sound.entries] == newest
    assert [entry.title for entry in broken.entries] == newest
    undated = read(rss(*(item(number, pubDate="") for number in range(1_000))))
    assert [entry.title for entry in undated.entries][-1] == "The story that has number 199"


def test_p8_long_texts_are_clipped_between_tags() -> None:
    """One entry keeps 100,000 characters, all together two millions; the first ones keep the most."""
    text = "&lt;p&gt;" + "word " * 30_000 + "&lt;/p&gt;"
    (one,) = read(rss(item(1, description="&lt;p&gt;" + "x" * 99_990 + "&lt;a href='" + "y" * 99))).entries
    assert one.html == "<p>" + "x" * 99_990
    entries = read(rss(*(item(number, description=text) for number in range(1, 41)))).entries
    lengths = [len(entry.html) for entry in entries]
    assert lengths == sorted(lengths, reverse=True)
    assert (lengths[0], lengths[-1]) == (MOST_HTML, 2_000)
    assert sum(lengths) <= MOST_TEXT + 40 * 2_000


def test_p9_characters_that_no_text_may_hold_are_gone() -> None:
    """Lone surrogates, NUL, C1 controls and non-characters, raw or as references."""
    raw = rss(item(1, title="a\ud800b\0c\x85d\ufffee", description="a\ud800b\0c\x9fd\uffffe"))
    named = rss(item(1, title="a&#xD800;b&#0;c&#x90;d&#xFFFE;e", description="a&#xD800;b&#0;c&#x90;d&#xFFFE;e"))
    nested = rss(item(1, title="a&amp;#xD800;b&amp;#0;c"))
    for document in (raw, named, nested):
        (entry,) = read(document).entries
        for text in (entry.title, entry.html, entry.key):
            text.encode()  # no surrogates
            assert not set(text) & {*map(chr, range(9)), *map(chr, range(0x7F, 0xA0)), "\ufffe", "\uffff"}
        assert entry.title.startswith("a")


# --------------------------------------------------------------------------- P10 to P13


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Thu, 01 Jan 2099 00:00:00 GMT", NOW),
        ("yesterday", None),
        ("", None),
        ("Sun, 22 Nov 2026 10:00:00 +9900", NOW - timedelta(hours=2)),
    ],
)
def test_p10_strange_dates_put_nothing_on_top(date: str, expected: datetime | None) -> None:
    """The zero of a program and words are no dates; the future is now; a zone that can't be is none."""
    (one,) = sift(read(rss(item(1, pubDate=date))), frozenset(), FEED, Filters(), False, NOW, Stories())
    assert one.entry.published == expected
    assert one.verdict == "candidate"


@pytest.mark.parametrize("guid", ["", "  ", "https://example.com/", "0"])
def test_p11_guids_that_tell_nothing_apart_are_not_used(guid: str) -> None:
    """Empty or one for all: links are the identity; without links, titles and texts are."""
    linked = read(rss(*(item(number, guid=guid) for number in range(1, 6))))
    assert len({entry.key for entry in linked.entries}) == 5
    bare = read(rss(*(item(number, guid=guid, link="") for number in range(1, 6))))
    assert len({entry.key for entry in bare.entries}) == 5


def familiar(parsed: ParsedFeed) -> dict[str, object]:
    """What the store knows after this document."""
    return {
        "seen": len(parsed.entries),
        "familiar_links": frozenset(canonical(entry.link) for entry in parsed.entries),
        "familiar_titles": frozenset(title_key(entry.title) for entry in parsed.entries),
        "newest_known": max(entry.published for entry in parsed.entries if entry.published),
    }


def test_p12_a_move_to_https_changes_no_key() -> None:
    """The commonest change of all guids at once is none."""
    before = rss(*map(item, range(1, 11)))
    after = before.replace("https://example.com/", "http://example.com/")
    assert [entry.key for entry in read(before).entries] == [entry.key for entry in read(after).entries]


def test_p12_new_guids_and_archives_are_held() -> None:
    """All guids new for known links; all links new for known titles; a hundred old entries at once."""
    before = read(rss(*map(item, range(1, 11))))
    known = frozenset(entry.key for entry in before.entries)
    new_guids = read(rss(*(item(number, guid=f"urn:x:{number}") for number in range(1, 11))))
    moved = read(rss(*(item(number, guid="", link=f"https://new.example/{number}") for number in range(1, 11))))
    archive = read(rss(*map(item, range(1, 111))))
    for parsed in (new_guids, moved, archive):
        assert flooded(parsed, known, **familiar(before))  # type: ignore[arg-type]


def test_p13_edited_returning_and_sliding_items_are_known() -> None:
    """An edit, an item that slid out of the window and returns: nothing is new."""
    before = read(rss(*map(item, range(1, 11))))
    known = frozenset(entry.key for entry in before.entries)
    edited = read(rss(item(3, title="Corrected", description="Other words", pubDate=""), item(9), item(10)))
    assert sift(edited, known, FEED, Filters(), False, NOW, Stories()) == ()


# --------------------------------------------------------------------------- whatever comes


@given(st.binary(max_size=400))
def test_any_bytes_are_a_feed_or_refused_by_name(content: bytes) -> None:
    """No other exception leaves the parser."""
    with suppress(FeedUnreadable):
        read(content)


_PIECES = st.sampled_from((
    "<rss>", "</rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<![CDATA[", "]]>", "&amp;", "&", "<link/>",
    "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "<id>x</id>", "é", "\ud800", "\0", "<!--", "-->",
    "<!DOCTYPE rss [", "]>", "<?xml version='1.0'?>", "<guid isPermaLink='x'>", "http://[", "\ufffe", "<content type='xhtml'>",
))  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_any_soup_of_tags_is_a_feed_or_refused_by_name(document: str) -> None:
    """Broken in every way, and still no other exception; what is read can be packed and stored."""
    try:
        parsed = read(document)
    except FeedUnreadable:
        return
    str(pack(parsed)).encode()


def test_parsing_says_nothing_on_the_standard_streams(capfd: pytest.CaptureFixture[str]) -> None:
    """They carry our own JSON."""
    read(rss(item(1, pubDate="Unparsable 99"), item(2, title="a<b>")))
    assert capfd.readouterr() == ("", "")
