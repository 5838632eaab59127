from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.words import A_LINK, LONGEST, Words, clean, fold


@pytest.mark.parametrize(
    ("said", "cleaned"),
    [
        ("@starfish hello", "hello"),
        ("@starfish, hello", "hello"),
        ("@ann @starfish@example.social: hello", "hello"),
        ("hello @starfish", "hello"),
        ("hello @Starfish@example.social!", "hello"),
        ("<@4711> hello", "hello"),
        ("follow @ann@example.social", "follow @ann@example.social"),
        ("> you said this\n> and that\nwhy?", "why?"),
        ("<p>why <b>this</b>?</p>", "why  this ?"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("it’s", "it's"),
        ("left\u202eright\u200b", "leftright"),
        ("a\x00b\x1b[0m", "ab[0m"),
        ("@starfish", ""),
        ("   ", ""),
        ("", ""),
    ],
)
def test_cleaning_leaves_what_was_said(said: str, cleaned: str) -> None:
    """Addresses, quotes, tags and invisible characters go; words, case, accents and other people's handles stay."""
    assert clean(said, "starfish") == cleaned


def test_a_megabyte_is_cut_before_anything_else() -> None:
    """However long a mention, and whatever it grows to, at most 2,000 characters are looked at."""
    assert len(clean("x" * 1_000_000)) == LONGEST
    assert len(clean("ﷺ" * 1_000_000)) == LONGEST  # each becomes 18 letters


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("Hello, there!", ["hello", "there"]),
        ("I'd like C++ and c#, not C", ["i'd", "like", "c++", "and", "c#", "not", "c"]),
        ("latest on .NET, not net!", ["latest", "on", ".net", "not", "net"]),
        ("über .NET", ["über", ".net"]),
        ("see example.net.", ["see", "example", "net"]),
        ("at 12:30, 3.5 times", ["at", "12:30", "3.5", "times"]),
        ("opt-out foo_bar", ["opt", "out", "foo", "bar"]),
        ("see https://Example.org/A?b=c.", ["see", "https://example.org/a?b=c."]),
        ("Straße GROSSE", ["strasse", "grosse"]),
        ("東京のラジオ2026", ["東", "京", "の", "ラ", "ジ", "オ", "2026"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("안녕하세요 친구", ["안녕하세요", "친구"]),
        ("wow 👍👍", ["wow", "👍", "👍"]),
        ("!?…", []),
    ],
)
def test_words_of_any_script(text: str, exact: list[str]) -> None:
    """Letters with their marks are words; scripts without spaces give one word a letter; links and c++ stay whole."""
    assert Words(clean(text)).exact == exact


@pytest.mark.parametrize(
    ("word", "folded"),
    [("café", "cafe"), ("what's", "whats"), ("łódź", "łodz"), ("ё", "е"), ("が", "か"), ("'", "")],
)
def test_folding_drops_accents_and_apostrophes(word: str, folded: str) -> None:
    """A folded word is what people type who are in a hurry."""
    assert fold(word) == folded


def views(text: str) -> list[str]:
    return [" ".join(view) for view, _ in Words(clean(text, "starfish"), "starfish").views()]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("please stop", ["stop"]),
        ("hello there", ["there", "hello"]),
        ("hey thanks a lot!", ["thanks a lot", "thanks", "hey"]),
        (
            "hey starfish what's new please",
            ["hey starfish whats new please", "whats new please", "whats new", "hey starfish whats new"],
        ),
        ("merci beaucoup 👍", ["merci beaucoup"]),
        ("café", ["cafe"]),
        ("see https://example.com/a", ["see https"]),
        ("please read http://example.com/a", ["please read https", "read http://example.com/a"]),
        ("tell me about bees", []),
        ("please", []),
        ("👍", []),
    ],
)
def test_views_are_tried_from_the_fullest_to_the_barest(said: str, expected: list[str]) -> None:
    """After the exact words come those without accents and emoji, any link as one word, then without courtesies."""
    assert views(said) == expected


def test_places_lead_back_to_the_letters_as_written() -> None:
    """What a view took can be said again as it was written."""
    words = Words(clean("Please, latest about Café Müller 👍 thanks"))
    view, places = list(words.views())[-2]
    assert view == ["latest", "about", "cafe", "muller"]
    assert places is not None
    assert words.written(places[2], places[3] + 1) == "Café Müller"


@pytest.mark.parametrize(
    ("said", "start", "captured"),
    [
        ("follow tape loops, please!", 1, "tape loops"),
        ("follow thank you", 1, "thank you"),
        ("follow merci s'il vous plaît", 1, "merci"),
        ("suche Tonband bitte", 1, "Tonband"),
        ("find please", 1, "please"),
        ("find please please me", 1, "please please me"),
    ],
)
def test_a_capture_ends_before_the_please(said: str, start: int, captured: str) -> None:
    """What is asked for is not "tape loops, please"; but somebody may well look for "please", and then that is it."""
    words = Words(clean(said))
    assert words.captured(start, len(words.exact)) == captured


def test_unspaced_scripts_count_two_letters_as_a_word() -> None:
    """`max_words` means about the same in every script."""
    assert Words("one two three").count == 3
    assert Words("東京のラジオ").count == 3
    assert Words("radio 東京").count == 2


@given(st.text(max_size=300), st.sampled_from(["", "starfish", "ß", "."]))
def test_any_text_is_read_without_failing(text: str, name: str) -> None:
    """Whatever is said, cleaning and reading it succeed, and every view is made of the message's own words."""
    cleaned = clean(text, name)
    assert len(cleaned) <= LONGEST
    words = Words(cleaned, name)
    assert all(words.exact)
    assert words.count <= len(words.exact)
    for view, places in words.views():
        own = [words.folded_all[place] for place in (places or range(len(words.exact)))]
        assert all(word in (mine, A_LINK) for word, mine in zip(view, own, strict=True))
    if words.exact:
        assert words.written(0, len(words.exact)) in cleaned


@given(st.text(alphabet="aB é'’@<>&;: \n👍東", max_size=60))
def test_cleaning_twice_changes_nothing_that_matters(text: str) -> None:
    """A cleaned text has the same words when it is read again, unless its own words address somebody."""
    once = clean(text)
    if "@" not in once and "&" not in once and "<" not in once and ">" not in once:
        assert Words(clean(once)).exact == Words(once).exact
