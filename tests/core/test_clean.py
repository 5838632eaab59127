"""Foreign text made harmless."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clean import WORD_JOINER, clean, defused
from bot.core.links import links_in

FAMILY = "👨\u200d👩\u200d👧"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("  a \t b\r\n\r\nc ", "a b c"),
        ("a\x00b\x1bc\x7fd\x85e", "abcd e"),
        ("abc\u202edef\u2066g\u200fh", "abcdefgh"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("e\u0301", "é"),
        ("x\ufffe\uffff\ufdd0y", "xy"),
        ("bad \udc00 half", "bad half"),
        ("icon \ue000!", "icon !"),
        ("a\U000e0041\U000e0042b", "ab"),
        ("blank\u3164\u115fs", "blanks"),
        ("non\xa0breaking", "non breaking"),
    ],
)
def test_what_a_reader_cannot_see_goes(dirty: str, tidy: str) -> None:
    """Controls, bidi marks, zero-width and tag characters, lone surrogates and non-characters are taken out."""
    assert clean(dirty) == tidy


@pytest.mark.parametrize(
    ("misread", "meant"),
    [
        ("Itâ€™s a piano", "It’s a piano"),
        ("â€œA piano,â€\x9d she said", "“A piano,” she said"),
        ("a â€“ b â€” câ€¦", "a – b — c…"),
        ("cafÃ© in KÃ¶ln for Â£5 at 3Â°", "café in Köln for £5 at 3°"),
        ("ÃÂ¢ and Ã¢â€™", "â and â’"),
        ("日本 â€™ cafÃ©", "日本 ’ café"),
        ("Ã¢\u0301", "\u1ea5"),
    ],
)
def test_what_was_misread_is_put_right(misread: str, meant: str) -> None:
    """UTF-8 that was read as Windows-1252 becomes what it was, and stays so when it is cleaned again."""
    assert clean(misread) == meant
    assert clean(clean(misread)) == clean(misread)


@pytest.mark.parametrize("text", ["NÃO", "«IRMÃ»", "hâte", "100 €", "Â la carte", "Ângela"])
def test_what_was_read_well_stays(text: str) -> None:
    """The letters themselves are words of several languages."""
    assert clean(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("The ''golden hour'' is short.", "The “golden hour” is short."),
        ("a ``tuning knob'' it isn't", "a “tuning knob” it isn't"),
        ("''It's late,'' she said. ''Go.''", "“It's late,” she said. “Go.”"),
        ("''one\ntwo''", "“one two”"),
    ],
)
def test_quotation_marks_that_were_typed_of_two_become_one(typed: str, meant: str) -> None:
    """As TeX has them, or a keyboard without; and cleaning again changes nothing."""
    assert clean(typed) == meant
    assert clean(meant) == meant


@pytest.mark.parametrize(
    "text", ["x = ''", "if a == '' or b == '': x", "5'6'' tall", "'''bold'''", "''open", "5'' and 6''"]
)
def test_two_apostrophes_that_quote_nothing_stay(text: str) -> None:
    """Empty strings of programs, inches and the marks of wikis are no quotation."""
    assert clean(text) == text


@pytest.mark.parametrize("text", [FAMILY, ENGLAND, "❤️", "1️⃣", "👍🏽", "نمی‌خواهم", "क्‍ष", "日本語", "ﬁ", "Ünïcödé"])
def test_what_a_reader_can_see_stays(text: str) -> None:
    """Emoji keep their joiners, flags their tags, and scripts that need joiners keep them."""
    assert clean(text) == text


def test_joiners_and_selectors_elsewhere_hide_nothing() -> None:
    """A joiner or variation selector between plain letters is taken out: it could carry hidden data."""
    assert clean("a\u200db\ufe0fc\U000e0101d") == "abcd"


def test_a_pile_of_marks_is_cut_to_four() -> None:
    """A letter carries at most four combining marks, however many thousand it came with."""
    assert len(clean("q" + "\u0335" * 10_000)) == 5


def test_line_breaks_stay_where_asked() -> None:
    """With `lines`, any number of line breaks is one, and spaces around it go."""
    assert clean("one  two \r\n \n\n three\u2028four", lines=True) == "one two\nthree\nfour"


@pytest.mark.parametrize(
    ("foreign", "safe"),
    [
        ("@ann said hi to @bob@example.social", "ann said hi to bob@example.social"),
        ("＠ann", "ann"),
        ("@@everyone", "everyone"),
        (".@ann and -@bob: see /@cyd", ".ann and -bob: see /cyd"),
        ("見て@ann", "見てann"),
        ("RT@ann: hi, art@home, éRT@bob", "RTann: hi, art@home, éRTbob"),
        ("@#ann and #@bob and ##@#cyd", "ann and bob and cyd"),
        ("#MeToo and ＃tag and ##x", "MeToo and tag and x"),
        ("C# is #1 and a#b", "C# is #1 and a#b"),
        ("mail ann@example.com", "mail ann@example.com"),
        ("see https://www.example.com/a?b now", f"see example{WORD_JOINER}.com now"),
        ("see https://user:pw@example.com/", f"see example{WORD_JOINER}.com"),
        ("Amazon.com grew", f"Amazon{WORD_JOINER}.com grew"),
        ("see gemini://example.com/a and ipfs://example", f"see example{WORD_JOINER}.com and example"),
        ("FTP://example.com:21, tg://resolve?domain=a", f"example{WORD_JOINER}.com:21, resolve"),
        ("or (//example.com) or a//b, // and C://", f"or (example{WORD_JOINER}.com) or a//b, // and C://"),
        ("magnet:?xt=urn:btih:1", f"magnet:{WORD_JOINER}?xt=urn:btih:1"),
        ("by XMPP:ann@example.com", f"by XMPP:{WORD_JOINER}ann@example.com"),
        ("gemini://@example.com", f"example{WORD_JOINER}.com"),
        ("a:gemini://example.com", f"a:example{WORD_JOINER}.com"),
        ("magnet: a coil; xmpp is old", "magnet: a coil; xmpp is old"),
        ("Node.js stays, 3.5 too", "Node.js stays, 3.5 too"),
    ],
)
def test_foreign_text_pings_tags_and_links_nobody(foreign: str, safe: str) -> None:
    """Handles lose their sign, hashtags theirs, addresses become the names of their sites."""
    assert defused(foreign) == safe


@given(st.text(max_size=80) | st.text("'`a “”\n", max_size=30))
def test_cleaning_is_done_once(text: str) -> None:
    """Cleaning what is clean changes nothing, and the result is NFC."""
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text("@＠#＃abc .:/htps1-_é\n", max_size=60))
def test_nothing_that_acts_is_left(text: str) -> None:
    """Whatever the text, no link is left in it."""
    assert links_in(defused(text), bare=False) == []


# What Mastodon makes links of besides (config/initializers/twitter_regex.rb), whatever may stand before it.
LINKS_BESIDE = re.compile(r"(?i)(?:dat|dweb|ipfs|ipns|ssb|gopher|gemini)://\w|magnet:\?|xmpp:[\w@/]")


@given(st.lists(st.sampled_from(("gemini", "xmpp", "magnet", "https", ":", "//", "/", "?", "a", "@", ".", " "))))
def test_no_other_scheme_leads_anywhere(parts: list[str]) -> None:
    """However schemes are piled up, none is left with an address behind it."""
    assert not LINKS_BESIDE.search(defused("".join(parts)))


# Before a handle X wants none of these (twitter-text, `validMentionPrecedingChars`), but takes "RT"; Mastodon is stricter.
CALLS = re.compile(r"(?:\A|[^a-zA-Z0-9_!#$%&*@＠]|(?:\A|[^a-zA-Z0-9_+~.-])(?i:rt):?)[@＠][a-zA-Z0-9_]")


@given(st.text("@＠#＃aRrTt .:/-+é見\n", max_size=60))
def test_nobody_is_called(text: str) -> None:
    """Whatever stands before a sign, and however signs are piled up, nothing is left that X takes for a handle."""
    assert not CALLS.search(defused(text))


@pytest.mark.parametrize(
    "piece",
    [
        "Â",
        "Ã",
        "â€",
        "\u0301",
        "👨\u200d",
        "@",
        "#",
        "@a",
        "#1",
        "\U000e0061",
        "https://",
        " \n",
        "\u200c",
        "''",
        "''a",
        "``a'b",
        "a:",
        "a://",
        "@//",
        "xmpp:",
    ],
)
def test_hostile_runs_are_cleaned(piece: str) -> None:
    """A hundred thousand hostile characters are cleaned and defused at once."""
    text = "\U0001f3f4" + piece * 50_000
    defused(clean(text, lines=True))
