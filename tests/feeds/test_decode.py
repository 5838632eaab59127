"""Charsets and small wounds."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.feeds.decode import mended, utf8
from bot.model import Body

FEED = "<rss><channel><title>Grüße – 你好</title></channel></rss>"
LATIN = "<rss><channel><title>Grüße, Jürgen</title></channel></rss>"


def decoded(content: bytes, charset: str | None = None) -> str:
    """The text that both parsers get."""
    result, _ = utf8(Body(url="https://example.com/feed", content=content, charset=charset))
    return result.decode("utf-8")


def declared(text: str, encoding: str, name: str = "") -> bytes:
    """A document that names its charset."""
    return f'<?xml version="1.0" encoding="{name or encoding}"?>\n{text}'.encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        FEED.encode(),
        codecs.BOM_UTF8 + FEED.encode(),
        b"\n\n  " + FEED.encode(),
        FEED.encode("utf-16"),
        codecs.BOM_UTF16_BE + FEED.encode("utf-16-be"),
        declared(FEED, "utf-16-le"),
        declared(FEED, "utf-16-be"),
        codecs.BOM_UTF32_LE + FEED.encode("utf-32-le"),
        declared(FEED, "utf-8", "iso-8859-1"),
        declared(FEED, "gb18030", "gb2312"),
        declared(FEED, "utf-8", "utf-16"),
        declared(FEED, "utf-8", "no-such-charset"),
    ],
)
def test_a_document_is_read_whatever_it_claims(content: bytes) -> None:
    """Byte-order marks, missing and wrong declarations: the text is the same, and its declaration gone or true."""
    assert decoded(content).removeprefix('<?xml version="1.0" encoding="utf-8"?>\n') == FEED


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (declared(LATIN, "iso-8859-1"), None),
        (declared(LATIN, "cp1252", "ISO-8859-1"), None),
        (declared(LATIN, "iso-8859-1", "utf-8"), None),
        (LATIN.encode("cp1252"), None),
        (LATIN.encode("cp1252"), "windows-1252"),
        (LATIN.encode("cp850"), "cp850"),
        (declared(LATIN, "iso-8859-15"), "utf-8"),
    ],
)
def test_old_western_documents_are_read(content: bytes, charset: str | None) -> None:
    """By their declaration, by the header, else as Windows-1252."""
    assert decoded(content, charset) == LATIN


@pytest.mark.parametrize(
    ("encoding", "name"), [("shift_jis", "Shift_JIS"), ("euc-jp", "EUC-JP"), ("iso-2022-jp", "ISO-2022-JP")]
)
def test_japanese_charsets_are_read(encoding: str, name: str) -> None:
    """Also the one that looks like ASCII."""
    text = "<rss><channel><title>音の日記</title></channel></rss>"
    assert decoded(declared(text, encoding, name)) == text


def test_one_broken_letter_leaves_the_others() -> None:
    """UTF-8 with a bad byte stays UTF-8; feedparser would take all of it for Windows-1252."""
    content = ("ü" * 50).encode() + b"\xff" + b"<rss/>"
    text, problem = utf8(Body(url="", content=content))
    assert text.decode() == "ü" * 50 + "\ufffd<rss/>"
    assert problem == "Some of its characters are broken."


def test_strange_codecs_are_not_called() -> None:
    """A declaration can't name Python's own transformations, nor utf-7."""
    for name in ("utf-7", "rot13", "zlib_codec", "unicode_escape", "idna", "cp99999", "iso-8859-99"):
        assert decoded(declared("<rss>\xe9</rss>", "latin-1", name)) == "<rss>é</rss>"


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "gb2312", "utf-16", "nonsense", "cp1252"]))
def test_any_bytes_become_utf8(content: bytes, charset: str | None) -> None:
    """Whatever comes, valid UTF-8 goes on."""
    decoded(content, charset)


# --------------------------------------------------------------------------- mended

ITEM = "<item><title>One</title><link>https://example.com/1</link></item>"


def sound(text: str) -> bool:
    """Whether strict XML accepts it."""
    try:
        etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        f"<br/>Warning: something <rss><channel>{ITEM}</channel></rss>",
        f"<rss><channel>{ITEM}</channel></rss><!-- 0.2 seconds --><script>track()</script>",
        f"<rss><channel>{ITEM}{ITEM}<item><title>cut o",
        "<feed><entry><id>1</id></entry><entry><id>2",
        f"<rss><channel><title>A & B &nbsp; &copy; &unknown; &#0; &#xD800; AT&T</title>{ITEM}</channel></rss>",
        f"<rss><channel><title>A\x00\x08\x1fB</title>{ITEM}</channel></rss>",
        "<rss><channel><item><dc:creator>Ann</dc:creator><media:title>x</media:title></item></channel></rss>",
    ],
)
def test_wounds_are_healed(text: str) -> None:
    """What stood around, was cut off, unescaped, invisible or undeclared is no obstacle to a strict parser."""
    assert not sound(text)
    assert sound(mended(text.encode()).decode())


def test_a_cut_document_keeps_its_whole_items() -> None:
    """An item that was cut in the middle could have half a guid: it comes back whole at the next poll."""
    root = etree.fromstring(mended(f"<rss><channel>{ITEM}{ITEM}<item><guid>https://example.com/?p=12".encode()))
    assert len(root.findall(".//item")) == 2


def test_a_plain_doctype_is_cut_and_one_with_entities_stays() -> None:
    """The first says nothing that anybody needs; without the second its references would have no meaning."""
    plain = f"<!DOCTYPE rss PUBLIC '-//N//DTD RSS 0.91//EN' 'http://my.example/rss.dtd'><rss>{ITEM}</rss>"
    entities = f"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>{ITEM}</rss>"
    assert mended(plain.encode()).decode() == f"<rss>{ITEM}</rss>"
    assert mended(entities.encode()).decode() == entities


def test_text_is_left_as_it_is() -> None:
    """Ampersands in CDATA belong to the text, and so do entities and links that are fine."""
    text = "<rss><a>&amp;&lt;&#8217;&#x27;</a><![CDATA[a & b &nbsp; <x>]]><b>c&amp;d</b></rss>"
    assert mended(text.encode()).decode() == text


def test_what_is_broken_for_good_stays_so() -> None:
    """Tags that don't match are feedparser's."""
    assert not sound(mended(b"<rss><channel><item><title>a</item></channel></rss>").decode())


@given(st.binary(max_size=300))
def test_any_bytes_can_be_mended(content: bytes) -> None:
    """Nothing raises, and what was healed is not wounded again."""
    once = mended(content)
    assert mended(once) == once
