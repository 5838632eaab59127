"""Documents become entries: one result, whichever parser reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.entries import entry_key
from bot.errors import FeedUnreadable
from bot.feeds.decode import mended, utf8
from bot.feeds.fast import read_xml
from bot.feeds.parse import pack, parse_document, parse_fast, parse_job, unpack
from bot.feeds.slow import read_any
from bot.model import Body, Entry, ParsedFeed

URL = "https://feeds.example.com/feed.xml"
Read = Callable[[str], ParsedFeed]


def body(document: str | bytes) -> Body:
    """A fetched document."""
    return Body(url=URL, content=document.encode() if isinstance(document, str) else document)


def by_lxml(document: str) -> ParsedFeed:
    """What the fast reader makes of it; it must not doubt."""
    raw = read_xml(utf8(body(document))[0], URL)
    assert raw is not None
    return raw.parsed("")


def by_feedparser(document: str) -> ParsedFeed:
    """What the slow reader makes of it, though it need not."""
    raw = read_any(mended(utf8(body(document))[0]), URL)
    assert raw is not None
    return raw.parsed("")


@pytest.fixture(params=[by_lxml, by_feedparser], ids=["lxml", "feedparser"])
def read(request: pytest.FixtureRequest) -> Read:
    """Both readers: whatever is claimed with this fixture, they agree on."""
    reader: Read = request.param
    return reader


def rss(*items: str, head: str = "<title>Example</title><link>https://example.com/</link>") -> str:
    """An RSS document with the usual namespaces."""
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    return f'<rss version="2.0" {spaces}><channel>{head}{"".join(items)}</channel></rss>'


def atom(*entries: str, head: str = "<title>Example</title>", root: str = "") -> str:
    """An Atom document."""
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {root}>{head}{"".join(entries)}</feed>'


def first(parsed: ParsedFeed) -> Entry:
    """The first entry."""
    return parsed.entries[0]


# --------------------------------------------------------------------------- RSS


def test_an_rss_item_is_read_whole(read: Read) -> None:
    """Guid, link, title, the fuller text, author, date, categories, source."""
    document = rss(
        "<item><title>Ice &amp;amp; strings</title><link>https://example.com/ice</link>"
        '<guid isPermaLink="false">ice-1</guid><pubDate>Tue, 05 Mar 2024 10:11:12 +0100</pubDate>'
        "<dc:creator>Ann Müller</dc:creator><category>Field recording</category><category>field  Recording</category>"
        "<category>Ice</category><description>Short.</description>"
        "<content:encoded><![CDATA[<p>The <b>longer</b> text.</p>]]></content:encoded>"
        '<source url="https://other.example/rss">The Other</source></item>',
        head="<title>Example &amp; Co</title><link>https://example.com/</link><language>en-GB</language><ttl>60</ttl>",
    )
    parsed = read(document)
    assert first(parsed) == Entry(
        key=entry_key("ice-1", "", "", ""),
        link="https://example.com/ice",
        title="Ice & strings",
        html="<p>The <b>longer</b> text.</p>",
        author="Ann Müller",
        published=datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC),
        categories=("Field recording", "Ice"),
        language="en",
        source="The Other",
    )
    assert (parsed.title, parsed.link, parsed.language) == ("Example & Co", "https://example.com/", "en")
    assert parsed.ttl == timedelta(hours=1)


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("Rock &amp;amp; Roll", "Rock & Roll"),
        ("<![CDATA[Rock &amp; Roll]]>", "Rock & Roll"),
        ("<![CDATA[Rock & Roll]]>", "Rock & Roll"),
        ("&lt;b&gt;Bold&lt;/b&gt; words", "Bold words"),
        ("<![CDATA[About the &lt;b&gt; tag]]>", "About the <b> tag"),
        ("Vec&lt;T&gt; and a &lt; b", "Vec<T> and a < b"),
        ("It&amp;#8217;s &amp;#x201C;here&amp;#x201D;", "It’s “here”"),
        ("R&amp;D &amp;copy 2024 AT&amp;T", "R&D &copy 2024 AT&T"),
        ("  two\n  lines  ", "two lines"),
        ("bidi\u202e and zero\u200bwidth\ufeff", "bidi and zerowidth"),
        ("It\x92s \x93smart\x94", "It’s “smart”"),
        ("a" * 1_200, "a" * 1_000),
        ("", ""),
    ],
)
def test_a_title_is_plain_text_made_once(read: Read, markup: str, title: str) -> None:
    """References are resolved once, tags people write are cut, other angle brackets are meant."""
    entry = first(read(rss(f"<item><title>{markup}</title><guid>1</guid></item>")))
    assert entry.title == title


@pytest.mark.parametrize(
    ("parts", "link"),
    [
        ("<link>https://example.com/a</link>", "https://example.com/a"),
        ("<link>\n https://example.com/a \n</link>", "https://example.com/a"),
        ("<link><![CDATA[https://example.com/a?b=1&c=2]]></link>", "https://example.com/a?b=1&c=2"),
        ("<link>https://example.com/a?b=1&amp;amp;c=2</link>", "https://example.com/a?b=1&c=2"),
        ("<link>/a</link>", "https://example.com/a"),
        ("<link>example.com/a</link>", "https://example.com/a"),
        ("<guid>https://example.com/a</guid>", "https://example.com/a"),
        ('<guid isPermaLink="false">https://example.com/a</guid>', ""),
        ("<guid>tag:example.com,2024:a</guid>", ""),
        ("<link>javascript:alert(1)</link><guid>x</guid>", ""),
        ('<atom:link rel="alternate" href="https://example.com/a"/>', "https://example.com/a"),
        (
            '<atom:link rel="self" href="https://example.com/a.xml"/><link>https://example.com/a</link>',
            "https://example.com/a",
        ),
        ('<enclosure url="https://example.com/a.mp3" type="audio/mpeg" length="1"/>', "https://example.com/a.mp3"),
        (
            '<guid isPermaLink="false">https://x.example/1</guid><enclosure url="/a?id=1" type="VIDEO/mp4"/>',
            "https://example.com/a?id=1",
        ),
        (
            '<guid>https://example.com/a</guid><enclosure url="https://example.com/a.mp3" type="audio/mpeg"/>',
            "https://example.com/a",
        ),
        (
            '<enclosure url="https://example.com/a.mp3" type="audio/mpeg"/><link>https://example.com/a</link>',
            "https://example.com/a",
        ),
        (
            '<enclosure url="https://example.com/a.jpg" type="image/jpeg"/><enclosure url="https://example.com/a.mp3"/>',
            "https://example.com/a.mp3",
        ),
        (
            '<enclosure url="https://example.com/a.pdf"/><enclosure url="https://example.com/a.ogg"/>',
            "https://example.com/a.ogg",
        ),
        ('<enclosure url="https://example.com/a.pdf" type="application/pdf"/>', "https://example.com/a.pdf"),
        ('<enclosure url="https://example.com/a.jpg" type="image/jpeg"/>', ""),
        ('<enclosure url="javascript:alert(1)" type="audio/mpeg"/>', ""),
        ('<enclosure type="audio/mpeg"/>', ""),
        (
            "<link>https://feedproxy.example/~r/x/1</link><feedburner:origLink>https://example.com/a</feedburner:origLink>",
            "https://example.com/a",
        ),
    ],
)
def test_the_link_of_an_rss_item(read: Read, parts: str, link: str) -> None:
    """The page: original address, link, alternate, or a guid that is a permalink; relative ones mean the site.

    What has no page is its enclosure: sound or film first, pictures never.
    """
    assert first(read(rss(f"<item><title>t</title>{parts}</item>"))).link == link


@pytest.mark.parametrize(
    ("parts", "author"),
    [
        ("<author>ann@example.com (Ann Müller)</author>", "Ann Müller"),
        ("<dc:creator>Ann Müller</dc:creator>", "Ann Müller"),
        ("<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>", "Ann, Bob"),
        ("<author>Ann &lt;ann@example.com&gt;</author>", "Ann"),
        ("<author>ann@example.com</author>", ""),
        ("<itunes:author>Ann</itunes:author><author>Ann</author>", "Ann"),
    ],
)
def test_an_author_is_a_name(read: Read, parts: str, author: str) -> None:
    """Mail addresses are not posted."""
    assert first(read(rss(f"<item><title>t</title>{parts}</item>"))).author == author


def test_dates_of_all_kinds_count(read: Read) -> None:
    """Publication, else creation, else the last change."""
    document = rss(
        "<item><guid>1</guid><dc:date>2024-03-05T09:11:12Z</dc:date></item>",
        "<item><guid>2</guid><pubDate>nonsense</pubDate></item>",
        "<item><guid>3</guid></item>",
    )
    assert [entry.published for entry in read(document).entries] == [
        datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC),
        None,
        None,
    ]


def test_what_the_feed_says_of_itself(read: Read) -> None:
    """When not to come, where the hub is, what its own address is."""
    head = (
        '<title>t</title><link>https://example.com/</link><atom:link rel="hub" href="https://hub.example/"/>'
        '<atom:link rel="self" href="/feed.xml"/><sy:updatePeriod> daily </sy:updatePeriod>'
        "<sy:updateFrequency>2</sy:updateFrequency><skipHours><hour>0</hour><hour>24</hour><hour>7</hour></skipHours>"
        "<skipDays><day>Sunday</day></skipDays>"
    )
    parsed = read(rss("<item><title>t</title></item>", head=head))
    assert parsed.ttl == timedelta(hours=12)
    assert (parsed.skip_hours, parsed.skip_days) == (frozenset({0, 7}), frozenset({6}))
    assert (parsed.hub, parsed.topic) == ("https://hub.example/", "https://feeds.example.com/feed.xml")


def test_rdf_items_stand_beside_the_channel(read: Read) -> None:
    """RSS 1.0: the item's address in RDF is its guid."""
    document = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.com/"><title>Old</title>'
        '<link>https://example.com/</link></channel><item rdf:about="https://example.com/a"><title>One</title>'
        "<link>https://example.com/a</link><description>Text</description><dc:creator>Ann</dc:creator>"
        "<dc:date>2024-03-05T09:11:12Z</dc:date><dc:subject>Ice</dc:subject></item></rdf:RDF>"
    )
    parsed = read(document)
    assert parsed.title == "Old"
    assert first(parsed).key == entry_key("https://example.com/a", "", "", "")
    assert (first(parsed).author, first(parsed).categories) == ("Ann", ("Ice",))
    assert first(parsed).published == datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)


# --------------------------------------------------------------------------- Atom


def test_an_atom_entry_is_read_whole(read: Read) -> None:
    """Id, alternate link, authors, both dates, label before term, XHTML without its wrapper."""
    document = atom(
        "<entry><id>tag:example.com,2024:1</id><title type='html'>Ice &amp;amp; &lt;i&gt;strings&lt;/i&gt;</title>"
        '<link rel="edit" href="/edit/1"/><link rel="alternate" type="text/html" href="/1"/>'
        "<author><name>Ann</name><email>ann@example.com</email></author><author><name>Bob</name></author>"
        "<published>2024-03-05T09:11:12Z</published><updated>2024-03-06T00:00:00Z</updated>"
        '<category term="ice" label="Ice"/><category term="rec"/>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One <b>two</b><br/>three</div></content></entry>',
        root='xml:lang="de"',
    )
    entry = first(read(document))
    assert entry.key == entry_key("tag:example.com,2024:1", "", "", "")
    assert (entry.title, entry.link) == ("Ice & strings", "https://feeds.example.com/1")
    assert (entry.author, entry.categories, entry.language) == ("Ann, Bob", ("Ice", "rec"), "de")
    assert entry.published == datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)
    assert entry.updated == datetime(2024, 3, 6, tzinfo=UTC)
    assert entry.html.startswith("One <b>two</b><br>")


@pytest.mark.parametrize(
    ("links", "link"),
    [
        ('<link href="https://example.com/a"/>', "https://example.com/a"),
        (
            (
                '<link rel="alternate" type="application/pdf" href="https://example.com/a.pdf"/>'
                '<link rel="alternate" type="text/html" href="https://example.com/a"/>'
            ),
            "https://example.com/a",
        ),
        (
            '<link rel="alternate" type="application/pdf" href="https://example.com/a.pdf"/>',
            "https://example.com/a.pdf",
        ),
        ('<link rel="enclosure" href="https://example.com/a.mp3"/>', "https://example.com/a.mp3"),
        (
            '<link rel="enclosure" type="audio/ogg" href="/a"/><link rel="alternate" href="https://example.com/a"/>',
            "https://example.com/a",
        ),
        ('<link rel="self" href="https://example.com/a.atom"/>', ""),
        ("", ""),
    ],
)
def test_the_link_of_an_atom_entry(read: Read, links: str, link: str) -> None:
    """An absent relation means alternate, HTML comes first, and a `tag:` id is no link."""
    assert first(read(atom(f"<entry><id>tag:x,1:1</id><title>t</title>{links}</entry>"))).link == link


def test_an_id_that_is_an_address_serves_as_link(read: Read) -> None:
    """Where an entry has no other."""
    assert (
        first(read(atom("<entry><id>https://example.com/a</id><title>t</title></entry>"))).link
        == "https://example.com/a"
    )


def test_plain_text_is_plain(read: Read) -> None:
    """In Atom a title without a type is text: its angle brackets are meant, and a body of text becomes HTML."""
    entry = first(read(atom("<entry><id>1</id><title>The &lt;b&gt; tag</title><content>a &lt; b</content></entry>")))
    assert (entry.title, entry.html) == ("The <b> tag", "a &lt; b")


def test_lines_of_plain_text_stay_lines(read: Read) -> None:
    """A description of a video has no markup, and line breaks that mean something."""
    entry = first(read(atom("<entry><id>1</id><title>t</title><summary>One\ntwo &amp; three</summary></entry>")))
    assert entry.html == "One<br>\ntwo &amp; three"


def test_content_that_is_no_text_is_left_out(read: Read) -> None:
    """Pictures in base64 say nothing; the summary does."""
    content = '<content type="image/png">iVBORw0KGgoAAAANSUhEUgAAAAUAAAAF</content><summary>A picture.</summary>'
    entry = first(read(atom(f"<entry><id>1</id><title>t</title>{content}</entry>")))
    assert entry.html == "A picture." or read is by_feedparser


def test_xml_base_is_for_links_not_for_ids() -> None:
    """A link is relative to what it stands in; an id stays what it is, so that a flip of parsers changes no key."""
    document = atom(
        '<entry xml:base="2024/"><id>t3_x</id><title>t</title><link href="a.html"/></entry>',
        '<entry><id>t3_y</id><title>t</title><link href="b.html"/></entry>',
        root='xml:base="https://example.com/blog/"',
    )
    fast, slow = by_lxml(document).entries, by_feedparser(document).entries
    assert [entry.link for entry in fast] == ["https://example.com/blog/2024/a.html", "https://example.com/blog/b.html"]
    assert (
        [entry.key for entry in fast]
        == [entry.key for entry in slow]
        == [entry_key("t3_x", "", "", ""), entry_key("t3_y", "", "", "")]
    )
    assert slow[1].link == fast[1].link


def test_languages_are_inherited(read: Read) -> None:
    """The entry's own, else the feed's."""
    document = atom(
        '<entry xml:lang="fr"><id>1</id><title>t</title></entry>',
        "<entry><id>2</id><title>t</title></entry>",
        root='xml:lang="pt-BR"',
    )
    assert [entry.language for entry in read(document).entries] == ["fr", "pt"]


# --------------------------------------------------------------------------- dialects


@pytest.mark.parametrize(
    "root",
    [
        "<rss version='0.91'>",
        "<rss version='2.0' xmlns='http://backend.userland.com/rss2'>",
        "<rss version='2.0' xmlns='http://example.com/an-unknown-one'>",
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1'>",
        "<RSS version='2.0'>",
    ],
)
def test_dialects_of_rss_are_read(read: Read, root: str) -> None:
    """Old versions, default namespaces that shouldn't be there, addresses without their final slash."""
    creator = "<dc:creator>Ann</dc:creator>" if "xmlns:dc" in root else "<author>Ann</author>"
    item = f"<item><title>One</title><link>https://example.com/1</link>{creator}</item>"
    if root.startswith("<RSS") and read is by_lxml:
        root = root.lower()
    end = "</RSS>" if root.startswith("<RSS") else "</rss>"
    entry = first(read(f"{root}<channel><title>t</title>{item}</channel>{end}"))
    assert (entry.title, entry.link) == ("One", "https://example.com/1")
    assert entry.author == "Ann" or read is by_feedparser


def test_atom_of_2003_is_read(read: Read) -> None:
    """Atom 0.3: other names for the dates."""
    document = (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title><entry><id>1</id><title>One</title>'
        '<link rel="alternate" type="text/html" href="https://example.com/1"/><issued>2004-03-05T09:11:12Z</issued>'
        "<modified>2004-03-06T00:00:00Z</modified></entry></feed>"
    )
    entry = first(read(document))
    assert entry.link == "https://example.com/1"
    assert (entry.published, entry.updated) == (
        datetime(2004, 3, 5, 9, 11, 12, tzinfo=UTC),
        datetime(2004, 3, 6, tzinfo=UTC),
    )


def test_a_video_is_described_by_its_group(read: Read) -> None:
    """As YouTube writes it."""
    document = atom(
        '<entry><id>yt:video:x</id><title>A film</title><link rel="alternate" href="https://video.example/watch?v=x"/>'
        "<media:group><media:title>Other</media:title><media:description>About ice.</media:description></media:group></entry>",
        root='xmlns:media="http://search.yahoo.com/mrss/"',
    )
    entry = first(read(document))
    assert (entry.title, entry.html) == ("A film", "About ice.")


def test_an_enclosure_is_a_link_and_no_identity(read: Read) -> None:
    """Entries that until now had no link keep the key they are known by: nothing of them comes back as new."""
    episode = '<title>Tides</title><description>Of the moon.</description><enclosure url="https://example.com/{}.mp3"/>'
    entries = read(rss(f"<item>{episode.format(1)}</item>", f"<item><guid>x</guid>{episode.format(2)}</item>")).entries
    assert [one.key for one in entries] == [entry_key("", "", "Tides", "Of the moon."), entry_key("x", "", "", "")]
    assert [one.link for one in entries] == ["https://example.com/1.mp3", "https://example.com/2.mp3"]


# --------------------------------------------------------------------------- JSON Feed


def test_a_json_feed_is_read_whole() -> None:
    """Numbers as ids, authors of the feed for entries without, hubs, external links after own ones."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Example",
        "home_page_url": "https://example.com/",
        "feed_url": "https://example.com/feed.json",
        "language": "en-US",
        "authors": [{"name": "Ann"}],
        "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
            {
                "id": 7,
                "url": "/a",
                "external_url": "https://other.example/",
                "title": "Tags <b> & all",
                "content_html": "<p>Text</p>",
                "date_published": "2024-03-05T10:11:12+01:00",
                "tags": ["Ice", 5, "ice"],
            },
            {
                "id": "x",
                "external_url": "https://other.example/b",
                "content_text": "a < b",
                "authors": [{"name": "Bob"}],
            },
        ],
    }
    parsed = parse_document(body(json.dumps(document)))
    one, two = parsed.entries
    assert (parsed.parser, parsed.title, parsed.link, parsed.language) == (
        "json",
        "Example",
        "https://example.com/",
        "en",
    )
    assert (parsed.hub, parsed.topic) == ("https://hub.example/", "https://example.com/feed.json")
    assert one.key == entry_key("7", "", "", "")
    assert (one.link, one.title, one.html) == ("https://example.com/a", "Tags <b> & all", "<p>Text</p>")
    assert (one.author, one.categories) == ("Ann", ("Ice",))
    assert one.published == datetime(2024, 3, 5, 9, 11, 12, tzinfo=UTC)
    assert (two.link, two.html, two.author) == ("https://other.example/b", "a &lt; b", "Bob")


@pytest.mark.parametrize(
    ("attachments", "link"),
    [
        ([{"url": "/12.mp3", "mime_type": "audio/mpeg"}], "https://feeds.example.com/12.mp3"),
        (
            [{"url": "https://example.com/a.png", "mime_type": "image/png"}, {"url": "/12.m4a"}],
            "https://feeds.example.com/12.m4a",
        ),
        ([{"url": 5}, "x", None, {"mime_type": "audio/mpeg"}], ""),
        ("/12.mp3", ""),
        (None, ""),
    ],
)
def test_an_attachment_is_the_link_of_a_json_item_without(attachments: object, link: str) -> None:
    """As in the feeds that podcasts come in; whatever has another type than it should is as good as absent."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "title": "Tides", "attachments": attachments}],
    }
    (entry,) = parse_document(body(json.dumps(document))).entries
    assert (entry.link, entry.key) == (link, entry_key("1", "", "", ""))


@pytest.mark.parametrize("items", ['[1, null, {}, [], "x", {"id": {}, "url": 5, "tags": 7, "authors": "x"}]', "[]"])
def test_a_json_feed_of_nonsense_is_no_accident(items: str) -> None:
    """Wrong types are as good as absent."""
    parsed = parse_document(body(f'{{"version": "https://jsonfeed.org/version/1", "items": {items}}}'))
    assert all(entry.link == "" for entry in parsed.entries)


# --------------------------------------------------------------------------- which parser, and none


def test_a_sound_document_needs_no_feedparser() -> None:
    """Namespaces, CDATA and comments are no doubt."""
    parsed = parse_fast(body("<?xml version='1.0'?><!-- hello -->" + rss("<item><title>t</title></item>")))
    assert parsed is not None
    assert (parsed.parser, parsed.problem) == ("fast", None)


def test_small_wounds_need_no_feedparser() -> None:
    """Space before the declaration, bare ampersands, undeclared prefixes, HTML around it."""
    for document in (
        "\n<?xml version='1.0'?>" + rss("<item><title>t</title></item>"),
        rss("<item><title>AT&T &nbsp; x</title></item>"),
        "<rss><channel><item><title>t</title><wfw:commentRss>x</wfw:commentRss></item></channel></rss>",
        "<!DOCTYPE rss SYSTEM 'http://my.example/rss.dtd'>" + rss("<item><title>t</title></item>"),
        "<html><body>" + atom("<entry><id>1</id></entry>") + "</body></html>",
    ):
        parsed = parse_fast(body(document))
        assert parsed is not None
        assert len(parsed.entries) == 1


@pytest.mark.parametrize(
    "document",
    [
        rss("<item><title>a<b></title></item>"),
        rss("<item><title>t</title><item><title>u</title></item></item>"),
        "<!DOCTYPE rss [<!ENTITY a 'b'>]>" + rss("<item><title>&a;</title></item>"),
        "<channel><item><title>t</title></item></channel>",
        rss(),
        rss("<item><title>t</title></item>", "<entry><title>t</title></entry>"),
    ],
)
def test_in_doubt_feedparser_reads_it(document: str) -> None:
    """Tags that don't match, items in items, entities, unusual roots: the fast reader says no, and something is read."""
    assert parse_fast(body(document)) is None
    assert parse_document(body(document)).parser == "feedparser"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("<!DOCTYPE html><html><body>Please log in</body></html>", "is an HTML page, not a feed"),
        ("<!-- x --><HTML><p>hi", "is an HTML page, not a feed"),
        ("just words", "is plain text, not a feed"),
        ('{"error": "rate limited"}', "is JSON, but not a JSON Feed"),
        ("[1, 2]", "is JSON, but not a JSON Feed"),
        ("\x1f\x8b rest", "is compressed data"),
        ("\x89PNG\r\n\x1a\n\0\0\0", "is binary data"),
        ("<opml><body/></opml>", "is an OPML list of feeds"),
        ("<urlset><url/></urlset>", "is a sitemap, not a feed"),
        ("<note><to>you</to></note>", "has no entries and no feed element"),
    ],
)
def test_what_is_no_feed_is_named(document: str, sentence: str) -> None:
    """The owner reads what came instead."""
    with pytest.raises(FeedUnreadable, match=sentence):
        parse_document(body(document.encode("latin-1")))
    assert parse_fast(body(document.encode("latin-1"))) is None


def test_an_empty_feed_is_a_feed() -> None:
    """A new blog has no entries yet."""
    assert parse_document(body(rss())).entries == ()


def test_the_worker_s_job_speaks_json() -> None:
    """What goes through the pipe comes out equal, whatever the document."""
    document = rss(
        "<item><title>t</title><pubDate>Tue, 05 Mar 2024 10:11:12 +0100</pubDate><category>a</category></item>",
        head="<title>x</title><ttl>90</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays>",
    )
    packed = parse_job(document.encode(), {"url": URL, "content_type": "text/xml", "charset": None})
    parsed = unpack(json.loads(json.dumps(packed)))
    assert parsed == parse_document(body(document))
    assert pack(parsed) == packed


def test_a_guid_serves_where_the_link_is_useless() -> None:
    """An empty or forbidden link beside a permalink guid: the guid is the way to the article, by either parser."""
    for link in ("", "javascript:x"):
        document = (
            "<rss version='2.0'><channel><title>t</title><item><title>One</title>"
            f"<link>{link}</link><guid>https://example.com/?p=1</guid></item></channel></rss>"
        ).encode()
        body = Body(url="https://example.com/feed", content=document)
        assert [entry.link for entry in parse_document(body).entries] == ["https://example.com/?p=1"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<rss version='2.0'><channel><title>New</title></channel></rss>", "no entries"),
        (b"<!DOCTYPE rss [<!ENTITY x 'y'>]><rss><channel><item><link>https://a.example/</link></item></channel></rss>", "not plain"),
    ],
)  # fmt: skip
def test_a_sound_document_is_not_called_broken(content: bytes, problem: str) -> None:
    """A new blog without entries, or a document with entities of its own, is well-formed; what it lacks is said."""
    said = parse_document(Body(url="https://example.com/feed", content=content)).problem
    assert said is not None
    assert problem in said
    assert "well-formed" not in said
