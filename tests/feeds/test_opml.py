"""Lists of feeds from other readers, and ours for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.feeds.opml import Listed, read_list, read_opml, write_opml
from bot.model import Feed


def opml(body: str) -> bytes:
    """An OPML document."""
    return f'<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>{body}</body></opml>'.encode()


def test_folders_in_folders_become_tags() -> None:
    """Outermost first, in lower case, with the categories of the feed itself."""
    (one, two) = read_opml(
        opml(
            '<outline text="Music"><outline title="Synths &amp; Drums"><outline type="rss" text="Ann\'s" '
            'xmlUrl="https://example.com/feed" htmlUrl="https://example.com/" category="DIY,music"/></outline></outline>'
            '<outline text="Loose" xmlUrl="https://example.org/feed"/>'
        )
    )
    assert one == Listed(
        url="https://example.com/feed",
        title="Ann's",
        tags=("music", "synths & drums", "diy"),
        site="https://example.com/",
    )
    assert two == Listed(url="https://example.org/feed", title="Loose")


@pytest.mark.parametrize(
    "outline",
    [
        '<outline xmlUrl="https://example.com/feed?a=1&amp;b=2"/>',
        '<outline xmlURL="https://example.com/feed?a=1&b=2"/>',
        '<outline XMLURL="https://example.com/feed?a=1&b=2">',
        '<outline type="rss" url="https://example.com/feed?a=1&amp;b=2"/>',
        '<outline xmlUrl="feed:https://example.com/feed?a=1&amp;b=2"/>',
        "<outline text='unclosed &nbsp; <b> & bare' xmlUrl='https://example.com/feed?a=1&b=2'></body>",
        '<outline text="a" text="b" xmlUrl="https://example.com/feed?a=1&amp;b=2"/>',
        '<outline xmlUrl="https://example.com/feed?a=1&amp;b=2"/><outline xmlUrl="https://example.com/feed?a=1&amp;b=2"/>',
    ],
)
def test_opml_is_read_as_it_is_written(outline: str) -> None:
    """Other spellings of the attribute, bare ampersands, missing ends, doubled attributes and feeds."""
    assert [one.url for one in read_opml(opml(outline))] == ["https://example.com/feed?a=1&b=2"]


def test_what_is_no_feed_is_left_out() -> None:
    """Links and notes are; an address that may not be fetched is given as it stands, so that it can be told."""
    body = (
        '<outline text="note"/><outline type="link" url="https://example.com/page"/>'
        '<outline xmlUrl="javascript:alert(1)"/><outline xmlUrl=" example.com/feed"/>'
        '<outline xmlUrl="feed://example.com/feed"/>'
    )
    urls = [one.url for one in read_opml(opml(body))]
    assert urls == ["javascript:alert(1)", "example.com/feed", "http://example.com/feed"]


@pytest.mark.parametrize(
    "outline",
    [
        "<outline text='Ann's' xmlUrl='https://example.com/feed?a=1&amp;b=2'/>",
        '<outline text="a 12" disc" xmlUrl="https://example.com/feed?a=1&b=2"/>',
        "<outline text=Ann xmlUrl=https://example.com/feed?a=1&b=2 />",
        "<outline text='Ann'XMLURL='https://example.com/feed?a=1&amp;b=2'/>",
    ],
)
def test_an_outline_that_xml_cannot_have_is_not_lost(outline: str) -> None:
    """Quotation marks within or without: the address is found; what somebody has put into a comment is not."""
    hidden = "<!-- <outline xmlUrl='https://hidden.example/'/> -->"
    feeds = read_opml(opml(f"{hidden}<outline text='Folder'><outline xmlUrl='https://a.example/'/></outline>{outline}"))
    assert [one.url for one in feeds] == ["https://a.example/", "https://example.com/feed?a=1&b=2"]
    assert feeds[0].tags == ("folder",)


def test_opml_is_known_behind_other_words() -> None:
    """A warning of the program that wrote it, or a note before it."""
    data = b"Warning: no cache\n" + opml("<outline text='Folder'><outline xmlUrl='https://a.example/'/></outline>")
    assert read_list("feeds.opml", data) == [Listed(url="https://a.example/", tags=("folder",))]


def test_hostile_opml_is_harmless() -> None:
    """Entities are not resolved, and depth is no problem of ours."""
    laughs = (
        b'<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
        + opml('<outline text="&b;" xmlUrl="https://a.b/c"/>')[21:]
    )
    assert [one.url for one in read_opml(laughs)] == ["https://a.b/c"]
    deep = opml('<outline text="x">' * 200 + '<outline xmlUrl="https://a.b/c"/>' + "</outline>" * 200)
    (one,) = read_opml(deep)
    assert len(one.tags) == 1
    with pytest.raises(ValueError, match="no feeds"):
        read_opml(opml('<outline text="x">' * 5_000))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no feeds were found in it"),
        (b"nothing here", "no feeds were found in it; it should be OPML"),
        (b"SQLite format 3\0\x10\0https://example.com/feed\nhttps://example.org/feed", "it is no text"),
        (b"<opml><body/></opml>", "there are no feeds in it"),
        (b"<html><body>Not found</body></html>", "there are no feeds in it"),
        (b"<", "it is no OPML that could be read"),
        (b"[rss]\nuri_list=/home/ann/feeds.txt\n", "its feeds stand in /home/ann/feeds.txt: import that file"),
        (b"[rss\nuri", "no feeds were found in it"),
        (b"uri=x\n[rss]\n", "it is no INI file"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    """The owner reads what to give instead."""
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        read_list("feeds", data)


def test_our_own_opml_comes_back() -> None:
    """Written and read, feeds keep addresses and tags; any strict reader takes it."""
    feeds = [
        Feed(url="https://example.com/feed?a=1&b=2", tags=("audio", 'say "cheese"')),
        Feed(url="https://example.org/feed"),
        Feed(url="https://example.net/feed", tags=("audio",)),
    ]
    text = write_opml(feeds, "Ann's <feeds> & more")
    assert etree.fromstring(text.encode()).findtext("head/title") == "Ann's <feeds> & more"
    back = {one.url: one.tags for one in read_list("feeds.opml", text.encode())}
    assert back == {feed.url: feed.tags for feed in feeds}


@given(
    st.lists(st.text(st.characters(exclude_characters=",/"), min_size=1, max_size=20), max_size=4), st.text(max_size=40)
)
def test_any_tags_and_title_can_be_written(tags: list[str], title: str) -> None:
    """Whatever they hold, the document is sound."""
    url = "https://example.com/feed"
    text = write_opml([Feed(url=url, tags=tuple(tags))], title, {url: title})
    (one,) = read_opml(text.encode())
    assert one.url == "https://example.com/feed"


# --------------------------------------------------------------------------- other bots


def test_feed2toot_is_read() -> None:
    """Its `uri` is the feed; templates with percent signs are no obstacle."""
    data = b"[mastodon]\ninstance_url=https://social.example\n\n[rss]\nuri=https://example.com/rss\ntoot={title} 100% {link}\n"
    assert read_list("feed2toot.ini", data) == [Listed(url="https://example.com/rss")]


def test_feediverse_is_read() -> None:
    """Only the addresses of its feeds, not of its server, in either order and with or without quotes."""
    data = (
        b"access_token: abc\nurl: https://social.example\nfeeds:\n- template: '{title} {url}'\n  url: https://a.example/feed/\n"
        b"- url: \"https://b.example/feed#x\"\n  template: 'url: no'\n  - url: 'https://c.example/feed' # mine\n"
        b"name: bot\nupdated: '2024-01-01'\nurls:\n- url: https://d.example/\n"
    )
    urls = [one.url for one in read_list("feediverse.yml", data)]
    assert urls == ["https://a.example/feed/", "https://b.example/feed#x", "https://c.example/feed"]


@pytest.mark.parametrize(
    "text",
    [
        "feeds:\n- {url: https://a.example/feed?a=1, template: '{title} {url}'}\n- {template: \"x, url: {url}\", url: 'https://b.example/'}",
        'feeds: [{url: https://a.example/feed?a=1}, {url: "https://b.example/"}]\nname: bot',
    ],
)
def test_feediverse_is_read_as_yaml_may_be_written(text: str) -> None:
    """Its feeds in braces are the same feeds."""
    assert [one.url for one in read_list(".feediverse", text.encode())] == [
        "https://a.example/feed?a=1",
        "https://b.example/",
    ]


def test_lists_of_lines_are_read() -> None:
    """Bare addresses, newsboat's tags and titles, names before addresses, comments, Windows line ends."""
    data = (
        b'# mine\r\nhttps://a.example/feed\r\nhttps://b.example/feed "Tech" news "~A better name" !\r\n'
        b'Planet <https://c.example/rss>\r\n"query:All:unread"\r\nexec:~/bin/x\r\n\r\nhttps://a.example/feed\r\n'
    )
    assert read_list("urls", data) == [
        Listed(url="https://a.example/feed"),
        Listed(url="https://b.example/feed", title="A better name", tags=("tech", "news")),
        Listed(url="https://c.example/rss"),
    ]


@given(st.sampled_from(["x.opml", "x.ini", "x.yml", "urls"]), st.binary(max_size=200))
def test_any_file_is_a_list_or_refused(name: str, data: bytes) -> None:
    """Nothing but a ValueError with a sentence leaves."""
    try:
        assert read_list(name, data)
    except ValueError as error:
        assert str(error)  # noqa: PT017 -- either is fine
