"""Filters: which entries pass, and which words decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.filters import judge
from bot.model import Entry, Filters

ENTRY = Entry(
    key="0" * 32,
    link="https://blog.example.com/a",
    title="A C++ synthesiser with 32 voices",
    html="<p>It runs on l'Arduino &amp; costs nothing. Field-recording included.</p>",
    author="Ann Müller",
    categories=("Synthesis", "DIY"),
    language="en",
)
NONE = Filters()


def passes(entry: Entry = ENTRY, language: str | None = None, **filters: object) -> bool:
    """Whether an entry passes one feed's filters."""
    return judge(entry, Filters(**filters), NONE, language).passes  # type: ignore[arg-type]


def test_without_filters_everything_passes() -> None:
    """No filter, no reason."""
    assert judge(ENTRY, NONE, NONE) == (True, (), "")


@pytest.mark.parametrize(
    "word",
    [
        "synthesiser",
        "SYNTHESISER",
        "c++",
        "field recording",
        "Field-Recording",
        "arduino",
        "costs nothing",
        "diy",
        "32 voices",
    ],
)
def test_words_and_phrases_are_found_at_word_borders(word: str) -> None:
    """In title, text and categories, whatever the case, the hyphen and the apostrophe."""
    assert passes(include=(word,))
    assert not passes(exclude=(word,))


@pytest.mark.parametrize("word", ["synth", "c", "voice", "cost nothing", "recordings", "nothing field-rec", "!!!", ""])
def test_parts_of_words_are_not_found(word: str) -> None:
    """A word is whole or not there; what has no letters is never there."""
    assert not passes(include=(word,))
    assert passes(exclude=(word,))


@pytest.mark.parametrize(("word", "found"), [("synth*", True), ("*siser", True), ("*thesi*", True), ("32 voi*", True), ("C++ synth*", True), ("thesi*", False), ("*synth", False), ("co*", False), ("syn***", False), ("*", False)])  # fmt: skip
def test_an_asterisk_leaves_the_end_of_a_word_open(word: str, found: bool) -> None:
    """Endings and compounds have no end; but three letters are the least, and a masked oath is no pattern."""
    assert passes(include=(word,)) is found


@pytest.mark.parametrize(("said", "other"), [("दिन", "दान"), ("தமிழ்", "தமழ"), ("עִבְרִית", "עַבְרִית")])
def test_the_marks_of_a_word_belong_to_it(said: str, other: str) -> None:
    """In many scripts vowels are marks: words that differ in them only are two words."""
    entry = replace(ENTRY, title=f"a {said} b")
    assert passes(entry, include=(said,))
    assert not passes(entry, include=(other,))


def test_a_soft_hyphen_parts_no_word() -> None:
    """Publishers of long words say by it where a line may break."""
    entry = replace(ENTRY, title="Der Bundes\xadtag tagt", html="<p>Donau&shy;dampf&#173;schiff</p>")
    assert passes(entry, include=("Bundestag",))
    assert passes(entry, include=("Donaudampfschiff",))


@pytest.mark.parametrize(
    ("title", "word"),
    [("我喜欢合成器音乐", "合成器"), ("シンセサイザーの音", "シンセ"), ("신디사이저는 좋다", "신디사이저")],
)
def test_scripts_with_glued_words_are_searched_anywhere(title: str, word: str) -> None:
    """Chinese, Japanese and Korean words have no borders to look for."""
    assert passes(replace(ENTRY, title=title), include=(word,))
    assert not passes(replace(ENTRY, title=title), include=(word + "犬",))


def test_the_words_that_decided_are_named() -> None:
    """`why` can show what let an entry through and what kept it out."""
    assert judge(ENTRY, Filters(include=("drums", "arduino", "C++")), NONE).matched == ("arduino", "C++")
    kept_out = judge(ENTRY, Filters(include=("arduino",), exclude=("voices", "nothing")), NONE)
    assert kept_out.matched == ("voices", "nothing")
    assert kept_out.reason == "It has “voices”, “nothing”, which is excluded."
    assert judge(ENTRY, Filters(include=("drums",)), NONE).reason == "It has none of the words that are wanted."


def test_both_filters_must_let_it_through() -> None:
    """A feed's filters and those for all feeds each have a say."""
    yes, no = Filters(include=("arduino",)), Filters(exclude=("diy",))
    assert judge(ENTRY, yes, yes).matched == ("arduino",)
    assert not judge(ENTRY, yes, no).passes
    assert not judge(ENTRY, no, yes).passes


@pytest.mark.parametrize(
    ("name", "blocked"),
    [
        ("example.com", True),
        ("EXAMPLE.com", True),
        ("https://www.example.com/", True),
        ("blog.example.com", True),
        ("ample.com", False),
        ("other.example.com", False),
        ("com", False),
        ("Ann Müller", True),
        ("ann müller", True),
        ("@ann müller", True),
        ("Ann", False),
        ("", False),
    ],
)
def test_people_and_sites_are_blocked_whole(name: str, blocked: bool) -> None:
    """A domain blocks its subdomains; a name blocks that author; parts of either block nobody."""
    assert passes(block=(name,)) is not blocked


def test_a_sign_alone_blocks_nobody() -> None:
    """Least of all those who don't say who they are."""
    for name in ("@", "https://", " "):
        assert passes(replace(ENTRY, author=""), block=(name,))


def test_categories_are_compared_whole() -> None:
    """Any of those wanted, whatever the case."""
    assert passes(categories=("diy", "Mixing"))
    assert passes(replace(ENTRY, categories=(" DIY\n",)), categories=(" diy ",))
    refused = judge(ENTRY, Filters(categories=("Synth",)), NONE)
    assert refused.reason == "It is in none of the categories that are wanted."
    assert not passes(categories=("Synth",))
    assert not passes(replace(ENTRY, categories=()), categories=("diy",))


def test_languages_are_compared_by_two_letters() -> None:
    """The entry's own language counts, else the feed's."""
    assert passes(languages=("de", "en-GB"))
    assert not passes(languages=("de",))
    assert not passes(replace(ENTRY, language=None), "fr", languages=("de",))
    assert passes(replace(ENTRY, language=None), "DE-at", languages=("de",))
    assert not passes(ENTRY, "de", languages=("de",))


def test_a_language_that_nobody_states_is_told_by_the_words() -> None:
    """Half of the entries of real feeds don't say theirs; where the words are few, or of no language we know, they pass."""
    german = "Der Regen fällt auf das Dach, und wir haben ihn mit zwei Mikrofonen aufgenommen, die nicht nass werden."
    entry = replace(ENTRY, title="Regen", html=german, language=None)
    assert passes(entry, languages=("de",))
    assert passes(entry, languages=("en", "de"))
    assert not passes(entry, languages=("en",))
    assert judge(entry, Filters(languages=("en",)), NONE).reason == "Its language is 'de'."
    assert passes(replace(entry, html=""), languages=("en",))


def test_the_least_number_of_words_is_counted_in_title_and_text() -> None:
    """In scripts without spaces two characters are a word."""
    assert passes(replace(ENTRY, categories=()), min_words=15)
    assert not passes(replace(ENTRY, categories=()), min_words=17)
    assert not passes(replace(ENTRY, categories=tuple(f"Category {number}" for number in range(30))), min_words=17)
    chinese = replace(ENTRY, title="湖面结冰时会像琴弦一样歌唱", html="", categories=())
    assert passes(chinese, min_words=6)
    assert not passes(chinese, min_words=7)


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_texts_can_be_compared(title: str, word: str) -> None:
    """Nothing raises, and what is included is not found when it is excluded as well."""
    entry = replace(ENTRY, title=title)
    assert not judge(entry, Filters(include=(word,), exclude=(word,)), NONE).passes
