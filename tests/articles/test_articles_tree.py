"""Bytes of a page to a tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles.tree import MAX_BYTES, MAX_ELEMENTS, Element, decoded, parsed, prune, remove


def tree_of(text: str) -> Element:
    """The tree of a text that has one."""
    tree = parsed(text)
    assert tree is not None
    return tree


UMLAUTS = "<p>Grüße aus Köln, ça va?</p>"


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (UMLAUTS.encode(), None, UMLAUTS),
        (UMLAUTS.encode(), "iso-8859-1", UMLAUTS),  # the header lies; the bytes are UTF-8 beyond chance
        (b"\xef\xbb\xbf" + UMLAUTS.encode(), "windows-1251", UMLAUTS),
        (UMLAUTS.encode("latin-1"), "ISO-8859-1", UMLAUTS),
        (UMLAUTS.encode("cp1252"), None, UMLAUTS),  # says nothing: what Western pages mean
        ("<p>“so” – 5 €</p>".encode("cp1252"), "iso-8859-1", "<p>“so” – 5 €</p>"),  # as browsers read latin-1
        (b"\xff\xfe" + UMLAUTS.encode("utf-16-le"), None, UMLAUTS),
        (b"\xfe\xff" + UMLAUTS.encode("utf-16-be"), "utf-8", UMLAUTS),
        (UMLAUTS.encode("utf-16-le"), None, UMLAUTS),
        (UMLAUTS.encode("utf-16-be"), None, UMLAUTS),
        ("<p>日本語の見出し</p>".encode("shift_jis"), "Shift_JIS", "<p>日本語の見出し</p>"),
        ("<p>日本語の見出し</p>".encode("euc-jp"), " EUC-JP ", "<p>日本語の見出し</p>"),
        ("<p>中文标题</p>".encode("gb18030"), "gb2312", "<p>中文标题</p>"),
        ("<p>Привет, мир</p>".encode("koi8-r"), "koi8-r", "<p>Привет, мир</p>"),
        ("<p>Привет, мир</p>".encode("cp1251"), "windows-1251", "<p>Привет, мир</p>"),
    ],
)
def test_charsets_of_the_web(content: bytes, charset: str | None, text: str) -> None:
    """Mark, bytes, header: in this order they decide what a page says."""
    assert decoded(content, charset) == text


@pytest.mark.parametrize(
    "declaration",
    ['<meta charset="shift_jis">', '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">'],
)
def test_a_page_may_name_its_charset_itself(declaration: str) -> None:
    """Without a header the page's own word counts."""
    assert "日本語" in decoded(f"{declaration}<p>日本語</p>".encode("shift_jis"))


def test_escape_encodings_are_believed_before_utf8() -> None:
    """ISO-2022-JP is valid ASCII, byte for byte; only its name tells what it means."""
    assert decoded("<p>日本語</p>".encode("iso-2022-jp"), "iso-2022-jp") == "<p>日本語</p>"


def test_a_few_broken_bytes_dont_garble_a_page() -> None:
    """One bad byte among good UTF-8 costs one character, not all of them."""
    text = decoded(("ä" * 50).encode() + b"\xff" + ("ö" * 50).encode())
    assert text == "ä" * 50 + "\ufffd" + "ö" * 50


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "unicode_escape", "utf-7", "zlib", "rot13", "mbcs", "x" * 90, "\x00"]
)
def test_codecs_that_are_no_charsets_are_not_used(name: str) -> None:
    """Python's own codecs, slow ones among them, can't be chosen by a page."""
    assert decoded(b"caf\xe9 \\u0041 +AGE-", name) == "café \\u0041 +AGE-"


@given(content=st.binary(max_size=300), charset=st.none() | st.text(max_size=20))
def test_any_bytes_are_text(content: bytes, charset: str | None) -> None:
    """No bytes and no header make reading fail, and the text can be encoded."""
    decoded(content, charset).encode("utf-8")


@given(text=st.text())
def test_any_text_has_a_tree_or_none(text: str) -> None:
    """No text makes parsing or pruning fail."""
    tree = parsed(text)
    if tree is not None:
        prune(tree)


def test_only_the_first_three_megabytes_are_read() -> None:
    """A page without end costs what a long one costs."""
    assert len(decoded(b"x" * (MAX_BYTES + 1_000))) == MAX_BYTES


@pytest.mark.parametrize("nothing", ["", "   \n", "<!-- only a comment -->", "\x00\x01"])
def test_nothing_has_no_tree(nothing: str) -> None:
    """Where no element is, there is no tree."""
    assert parsed(nothing) is None


def test_what_is_never_text_is_pruned() -> None:
    """Scripts, menus, forms and figures go; the text after them stays where it was."""
    tree = tree_of(
        "<body>a<script>x()</script>b<nav>menu</nav>c<figure><figcaption>caption</figcaption></figure>d"
        "<p>e<time>now</time>f</p><style>s</style><aside>g</aside><button>h</button></body>"
    )
    prune(tree)
    assert "".join(tree.itertext()) == "abcdef"


def test_a_form_around_the_whole_page_stays() -> None:
    """Some servers wrap all of a page in one form: what it holds is judged later."""
    tree = tree_of("<form id=aspnet><p>The article.</p><input name=q><select><option>x</select></form>")
    prune(tree)
    assert tree.text_content() == "The article."


def test_too_many_elements_are_cut_at_the_end() -> None:
    """A page with 100,000 elements keeps its first 20,000, in order."""
    tree = tree_of("<div>" + "<p><b>x</b></p>" * 50_000 + "</div><p>the end</p>")
    prune(tree)
    assert MAX_ELEMENTS - 10 <= tree.xpath("count(.//*)") <= MAX_ELEMENTS
    assert "the end" not in tree.text_content()


def test_removing_the_root_does_nothing() -> None:
    """A root has no place that it could be taken from."""
    tree = tree_of("<p>x</p>")
    remove(tree.getroottree().getroot())
    assert tree.text_content() == "x"


@pytest.mark.parametrize("raised", ["1" + " " * 200_000 + "x", "1," * 100_000, "[" * 200_000, "<i>1" * 10_000])
def test_hostile_marks_are_left(raised: str) -> None:
    """Two hundred thousand characters of what looks like a note's mark are walked through at once."""
    tree = tree_of(f"<p>word<sup>{raised}</sup></p>")
    prune(tree)
    assert tree.text_content().startswith("word")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>the election<sup>1</sup> was</p>", "the election was"),
        ("<p>it<a href='#n'><sup>3</sup></a> is</p>", "it is"),
        ("<p>it <b>is</b><sup><a href='#n'>[4]</a></sup> so</p>", "it is so"),
        ("<p><em>claims</em><sup>*</sup> it</p>", "claims it"),
        ("<p>10<sup>6</sup> of 3 m<sup>2</sup> on the 1<sup>st</sup></p>", "10⁶ of 3 m² on the 1st"),
        ("<p><sup>2</sup>We study</p>", "²We study"),
        ("<sup>5</sup>", "⁵"),
        ("<p>a<sup>" + "<i>1</i>" * 30 + "</sup></p>", "a" + "1" * 30),
    ],
)
def test_notes_leave_no_numbers_behind(markup: str, text: str) -> None:
    """The mark of a note goes, a power stays one, and other raised text stays as it is."""
    tree = tree_of(markup)
    prune(tree)
    assert tree.text_content() == text
